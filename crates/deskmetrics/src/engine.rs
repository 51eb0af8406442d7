//! Internals for adapters, outside the public interface; may change in any release.

pub use crate::kpi::interface::{Bulk, Customer, InBlocks, RecordNeeds, TicketView};
pub use crate::replay::merge::final_survivors;
pub use crate::replay::milestones::Milestones;
pub use crate::replay::replayer::{ReplayedVerdict, Replayer};
pub use crate::replay::step;
#[cfg(feature = "report")]
pub use crate::report::block::{BlockPlan, MilestoneBlock};
#[cfg(feature = "report")]
pub use crate::report::calendar::PeriodId;
#[cfg(feature = "report")]
pub use crate::report::feed::Feed;
#[cfg(feature = "report")]
pub use crate::report::markdown::{markdown_list, markdown_table};
#[cfg(feature = "report")]
pub use crate::report::slice::{Responses, SliceIds};
pub use crate::ticket::customer::CustomerNames;
pub use crate::visible_text::{csv_cell, markdown_text, visible, visible_in_line};
