//! Trustworthy customer-service KPIs from tickets, ticket events and surveys.
#![forbid(unsafe_code)]

pub mod duration_text;
mod durations;
mod elapsed;
mod estimate;
mod excluded;
pub mod interval;
pub mod kpi;
mod merge;
mod net_score;
mod ratio;
pub mod replay;
pub mod report;
pub mod schedule;
pub mod sla;
pub mod survey;
pub mod ticket;
mod timestamp;

pub use durations::Durations;
pub use elapsed::{ClockKind, Elapsed};
pub use estimate::{Estimate, Estimates, Unit};
pub use excluded::{Excluded, Reason};
pub use interval::Interval;
pub use merge::Merge;
pub use net_score::NetScore;
pub use ratio::Ratio;
pub use replay::{Replayed, TicketMetrics};
pub use sla::{SlaMetric, SlaVerdict, VerdictState};
pub use survey::{Invitation, Scale, SurveyResponse};
pub use ticket::{Author, Status, Ticket, TicketEvent};
pub use timestamp::Timestamp;
