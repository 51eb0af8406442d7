//! Reports: many KPIs by slice and period in one pass.
//!
//! A [`Report`] defines KPIs, slices and periods. Feeding it fills a [`ReportState`]; states merge, so the data may be
//! split in any way. A state gives a [`ReportTable`]: rows with the value, its n, its interval, the exclusions by reason,
//! and the change against the period before.
//!
//! Each KPI puts its records into periods by its own date (its [`Anchor`](crate::kpi::Anchor)): a ticket created in March
//! and solved in April counts in March's volume and in April's resolution time, each single response, solve and stint on its
//! own day, and what still runs under no date. Some do not add up over periods: the backlog, its age (as of the end of
//! each period), the flow and the solves are reported for each period separately and as of the cut-off, for the last 1,000
//! periods.
//!
//! A count such as the ticket volume has a row in every period that the data covers, 0 where there is nothing to count, so
//! that a mean over weeks is right: for all records and for each slice that has any, from the
//! [beginning](ReportBuilder::with_observed_from) to the [end](ReportBuilder::with_observed_until) of the data, in its last
//! 1,000 periods. Other KPIs have rows only where they have records.
//!
//! Two have no rows by period, since only the state at the cut-off is known. The first is SLA targets at risk: a verdict
//! contains how much of its target was used by the cut-off, pauses and changed schedules taken into account, but not when.
//! The second is the age of the backlog in business hours, which needs the opening hours up to each period's end; on the
//! calendar clock it has rows by period.
//!
//! A CSAT, NPS or CES that is based on too few answers, or on uneven response in the slices of the report, has a
//! [`Warning`].
//!
//! The report computes no KPI itself: it finds each record's slice and period, feeds the KPI's own tally there and reads
//! its answers.

pub(crate) mod block;
mod builder;
pub(crate) mod calendar;
mod change;
#[cfg(feature = "csv")]
mod csv;
mod difference;
mod error;
pub(crate) mod feed;
mod kpi_tally;
pub(crate) mod markdown;
mod milestones;
mod period;
mod pivot;
mod resolved_kpi;
mod review;
mod row;
mod run;
mod selection;
pub(crate) mod slice;
mod state;
#[cfg(feature = "bytes")]
mod stored;
#[cfg(feature = "bytes")]
mod stored_tally;
mod table;
mod tabulation;
mod value;
mod warning;

pub use builder::{Report, ReportBuilder};
pub use change::Change;
pub use error::{Difference, ReportError};
pub use kpi_tally::KpiTally;
pub use period::{Period, PeriodSpan, Periods, UnknownPeriod};
pub use pivot::{Axis, AxisLabel, Pivot, PivotOptions};
pub use row::{ReportPeriod, ReportRow, SliceKeys};
pub use selection::{RowSelection, RowSelectionError};
pub use state::ReportState;
pub use table::{AttributeNames, RecordCounts, ReportTable};
pub use value::{count_text, difference_text, interval_text, value_text};
pub use warning::{SegmentResponse, Warning};

#[cfg(feature = "bytes")]
pub use crate::stored::StoredError;

pub use crate::kpi::{KpiRequest, RequestError};
