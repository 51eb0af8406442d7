//! Internals for adapters, outside the public interface; may change in any release.

pub use crate::kpi::interface::{Bulk, Customer, InBlocks, RecordNeeds, TicketView};
pub use crate::replay::merge::final_survivors;
pub use crate::replay::milestones::Milestones;
pub use crate::replay::replayer::{ReplayedVerdict, Replayer};
pub use crate::replay::step;
pub use crate::report::block::{BlockPlan, MilestoneBlock};
pub use crate::report::calendar::PeriodId;
pub use crate::report::feed::Feed;
pub use crate::report::slice::{Responses, SliceIds};
pub use crate::ticket::customer::CustomerNames;
pub use crate::visible_text::{csv_cell, visible};
