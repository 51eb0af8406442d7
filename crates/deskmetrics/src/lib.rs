//! Tickets, ticket events and surveys in; trustworthy customer-service KPIs out.
//!
//! Every number has its definition, its n, its confidence interval and its exclusions by reason. Partial
//! results merge exactly, so the work can be split over threads, files and machines in any way. The crate reads no
//! clock, no system time zone and no file: the cut-off and the zones are arguments.
//!
//! # From events to numbers
//!
//! A ticket's events are replayed once into its measures and SLA verdicts ([`replay`]); a KPI ([`kpi`], one file each)
//! counts many of them.
//!
//! ```
//! use chrono::TimeDelta;
//! use deskmetrics::replay::Replay;
//! use deskmetrics::schedule::Schedule;
//! use deskmetrics::sla::SlaPolicies;
//! use deskmetrics::ticket::{Attribute, Author, EventKind, Status};
//! use deskmetrics::{ClockKind, Ticket, TicketEvent, Timestamp, kpi};
//!
//! // An episode that will not play: reported on Friday at 16:30 in Copenhagen, answered on Monday at 09:15.
//! let at = |text: &str| text.parse::<Timestamp>().unwrap();
//! let ticket = Ticket::new("T-1", at("2026-03-06T15:30:00Z")).with_attribute(Attribute::Market, "DK");
//! let events = [
//!     TicketEvent::new("T-1", at("2026-03-09T08:15:00Z"), Author::Agent, EventKind::PublicMessage),
//!     TicketEvent::new("T-1", at("2026-03-09T09:00:00Z"), Author::Agent, EventKind::Status(Status::Solved)),
//! ];
//!
//! let office_hours = Schedule::parse("Europe/Copenhagen", "Mo-Fr 09:00-17:00")?.compile();
//! let policies: SlaPolicies = toml::from_str(r#"
//!     [[policies]]
//!     name = "Denmark"
//!     when = { market = "DK" }
//!     targets = [
//!         { metric = "first_response", clock = "business", within = "1h" },
//!         { metric = "resolution", clock = "business", within = "1h" },
//!     ]
//! "#)?;
//! let replay = Replay::new(at("2026-03-31T00:00:00Z")).with_schedule(office_hours).with_policies(policies);
//! let replayed = replay.tickets(&[ticket], &events).tickets;
//!
//! let waited = kpi::first_response_time(&replayed, ClockKind::Business);
//! assert_eq!(waited.median(), Some(TimeDelta::minutes(45))); // 30 minutes on Friday, 15 on Monday
//!
//! // The reply came in time, the solution (after 1 h 30 min of business time) did not.
//! let attainment = kpi::sla_attainment(replayed.iter().flat_map(|ticket| &ticket.verdicts));
//! assert_eq!(attainment.percent(), Some(50.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where to find it
//!
//! | question | place |
//! |---|---|
//! | How is this KPI defined, and how do products differ? | its file in [`kpi`]; as data in [`catalogue`] |
//! | How much business time is between two timestamps? When is it due? | [`schedule`] |
//! | Which SLA targets apply, and were they met? | [`sla`] |
//! | Is this ticket about to breach, and when? | [`replay::TicketTracker`], [`replay::DueQueue`] |
//! | All KPIs by market and week? | [`report`] |
//! | Any one KPI, chosen by its id? | [`report::KpiTally`] |
//! | Is the difference between two teams real? Are we ahead of the sector? | [`Estimates::change_from`], [`Estimates::against`], [`Comparison`] |
//! | How long until half, or nine in ten, are solved? | [`Survival`] |
//! | When does work arrive? | [`kpi::Arrivals`] |
//! | Whose score is it? | [`kpi::Attribution`] |
//! | Can this survey be trusted? | [`survey::Representativeness`] |
//!
//! Chapters on the design, on coming from SQL, pandas or a help desk, and on other libraries: [`guide`].
//!
//! # Feature flags
//!
//! All are on by default. Without them the crate has statistics, schedules, replay, SLA targets and single KPIs.
//!
//! | feature | adds | dependencies |
//! |---|---|---|
//! | `report` | [`report`]: many KPIs by slice and period in one pass | rayon |
//! | `bytes` | [`ReportState::to_bytes`](report::ReportState::to_bytes), and the same of tallies; turns on `report` | rmp-serde, serde_bytes, crc32fast |
//! | `csv` | [`ReportTable::to_csv`](report::ReportTable::to_csv); turns on `report` | csv |
//!
//! Files, columns and Python are other crates: `deskmetrics-arrow` reads CSV, Parquet and Arrow into these types.
#![forbid(unsafe_code)]
// No input may cause a panic; `unwrap_used` is on everywhere, `indexing_slicing` in modules that read text or bytes.
#![warn(clippy::expect_used, clippy::panic, clippy::string_slice, clippy::todo, clippy::unimplemented)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(feature = "bytes"), allow(dead_code, reason = "stored reports use the whole crate"))]
#![cfg_attr(not(feature = "report"), allow(unused_imports, reason = "as above"))]

#[macro_use]
mod setters;
#[macro_use]
mod words;

pub mod catalogue;
pub mod duration_text;
mod elapsed;
#[doc(hidden)]
pub mod engine;
mod error;
mod excluded;
pub mod guide;
pub mod kpi;
pub mod queue;
pub mod replay;
#[cfg(feature = "report")]
pub mod report;
pub mod schedule;
pub mod sla;
mod stats;
#[cfg(feature = "bytes")]
mod stored;
pub mod survey;
pub mod ticket;
mod timestamp;
mod visible_text;

pub use elapsed::{ClockKind, Elapsed};
pub use error::Error;
pub use excluded::{Excluded, Reason};
pub use replay::{Replayed, TicketMetrics};
pub use setters::IntoOption;
pub use sla::{SlaMetric, SlaVerdict, VerdictState};
pub use stats::{
    Compared, Comparison, CurveStep, DurationSketch, Durations, Estimate, Estimates, Interval, Mean,
    MeanEstimate, Merge, NetScore, Ratio, ScoreCounts, Significance, Summary, Survival, Unit, interval,
};
pub use survey::{Invitation, Scale, SurveyResponse};
pub use ticket::{Author, Status, Ticket, TicketEvent};
pub use timestamp::{Timestamp, UnknownTimestamp};
pub use words::UnknownWord;
