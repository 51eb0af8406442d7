//! Trustworthy customer-service KPIs from tickets, ticket events and surveys.
#![forbid(unsafe_code)]

pub mod catalogue;
mod comparison;
mod duration_sketch;
pub mod duration_text;
mod durations;
mod elapsed;
mod estimate;
mod excluded;
pub mod interval;
pub mod kpi;
pub mod live;
mod mean;
mod merge;
mod net_score;
mod ratio;
pub mod replay;
pub mod report;
pub mod schedule;
mod score_counts;
pub mod sla;
pub mod survey;
mod survival;
pub mod ticket;
mod timestamp;

pub use comparison::{Comparison, MeanEstimate, Significance};
pub use duration_sketch::DurationSketch;
pub use durations::{Durations, Summary};
pub use elapsed::{ClockKind, Elapsed};
pub use estimate::{Estimate, Estimates, Unit};
pub use excluded::{Excluded, Reason};
pub use interval::Interval;
pub use mean::Mean;
pub use merge::Merge;
pub use net_score::NetScore;
pub use ratio::Ratio;
pub use replay::{Replayed, TicketMetrics};
pub use score_counts::ScoreCounts;
pub use sla::{SlaMetric, SlaVerdict, VerdictState};
pub use survey::{Invitation, Scale, SurveyResponse};
pub use survival::Survival;
pub use ticket::{Author, Status, Ticket, TicketEvent};
pub use timestamp::Timestamp;
