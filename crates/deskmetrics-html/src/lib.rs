//! Reports as HTML: one file with its style and charts, without scripts and without network.
//!
//! A page begins with the cut-off and the warnings, then shows the headline numbers, and one section per KPI with charts and
//! tables by slice and period, its definition and its excluded records. It has a print style, follows the light or dark mode of
//! the reader, and every text in it is escaped.
//!
//! ```
//! use deskmetrics::report::{KpiRequest, Report};
//! use deskmetrics::{Scale, SurveyResponse};
//! use deskmetrics_html::Page;
//!
//! let report = Report::undated()
//!     .with_kpi(KpiRequest::new("csat").with_question("csat", Scale::csat(1, 5)?))
//!     .build()?;
//! let table = report.run(&[], &[SurveyResponse::new("csat", Some(5))], &[])?.table();
//! let page = Page::new(&table).with_title("Care team, March").document();
//! assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<h1>Care team, March</h1>"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod cell;
mod chart;
mod kpi;
mod page;

pub use chart::SLICES;
pub use page::{Page, STYLE};
