//! Many KPIs at once, sliced by keys and periods, in one pass over the data.
//!
//! A [`Report`] says what is wanted. Feeding it fills a [`ReportState`]; states merge, so the data may be split in any
//! way. Asking a state gives a [`ReportTable`]: rows that carry the value, its n, its interval, what was excluded and
//! why, and the change against the period before.
//!
//! Each KPI puts its records into periods by its own date (its [`Anchor`](crate::kpi::Anchor)): a ticket created in March
//! and solved in April counts in March's volume and in April's resolution time, each single response, solve and stint on its
//! own day, and what still runs under no date. Some do not add up over periods: the backlog, its age (as of the end of each
//! period), the flow and the solves are told for each period and, on their own, as of the cut-off, for the last 1,000 periods.
//!
//! Two have no rows by period, since only the cut-off's state is known. SLA targets at risk: a verdict tells how much of its
//! target was used by the cut-off, pauses and changed schedules taken into account, not by when. And the age of the backlog in
//! business hours, which needs the opening hours up to each period's end; on the calendar clock it is there.
//!
//! A CSAT, NPS or CES that rests on too few answers, or on answers that came unevenly from the slices of the report, comes
//! with a [`Warning`].
//!
//! The report computes no KPI itself: it finds each record's slice and period, feeds the KPI's own tally there and reads
//! its answers.

pub(crate) mod block;
mod builder;
pub(crate) mod calendar;
mod change;
mod csv;
mod difference;
mod error;
pub(crate) mod feed;
mod kpi_tally;
mod measure;
mod milestones;
mod period;
mod review;
mod row;
mod run;
pub(crate) mod slice;
mod state;
mod stored;
mod table;
mod value;
mod warning;

pub use builder::{Report, ReportBuilder};
pub use change::Change;
pub use error::{Difference, ReportError};
pub use kpi_tally::KpiTally;
pub use period::{Period, PeriodSpan, Periods, UnknownPeriod};
pub use row::{ReportPeriod, ReportRow, SliceKeys};
pub use state::ReportState;
pub use stored::StoredError;
pub use table::{AttributeNames, RecordCounts, ReportTable};
pub use value::{count_text, difference_text, interval_text, value_text};
pub use warning::{SegmentResponse, Warning};

pub use crate::kpi::{KpiRequest, RequestError};
