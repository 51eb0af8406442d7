//! Mergeable statistics, independent of customer service.

mod comparison;
mod duration_sketch;
pub(crate) mod durations;
mod estimate;
pub mod interval;
mod mean;
mod merge;
mod net_score;
pub(crate) mod order_statistics;
pub(crate) mod radix;
mod ratio;
mod score_counts;
mod survival;
pub(crate) mod tail;

pub use comparison::{Compared, Comparison, MeanEstimate, Significance};
pub use duration_sketch::DurationSketch;
pub use durations::{Durations, Summary};
pub use estimate::{Estimate, Estimates, Unit};
pub use interval::Interval;
pub use mean::Mean;
pub use merge::Merge;
pub use net_score::NetScore;
pub use ratio::Ratio;
pub use score_counts::ScoreCounts;
pub use survival::{CurveStep, Survival};
