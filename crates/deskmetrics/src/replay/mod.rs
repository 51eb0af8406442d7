//! Replays the events of tickets into measures and SLA verdicts.

mod actor;
mod clocks;
mod compiled_policies;
mod due_queue;
mod evaluator;
mod explanation;
mod fingerprint;
mod gauges;
mod history;
mod machine;
pub(crate) mod merge;
mod metrics;
pub(crate) mod milestones;
mod names;
mod needs;
mod options;
mod outcome;
#[allow(clippy::module_inception, reason = "the file is the noun")]
mod replay;
pub(crate) mod replayer;
mod schedules_form;
mod stamp;
mod state;
pub(crate) mod stated;
#[doc(hidden)]
pub mod step;
mod timer;
mod tracked_tickets;
mod tracker;
mod verdict;

pub use actor::Actor;
pub use clocks::Schedules;
pub use due_queue::DueQueue;
pub use explanation::Explanation;
pub use metrics::{Exchange, ReopenCycle, Replayed, Replier, Response, Stint, TicketMetrics, UnansweredWait};
pub(crate) use milestones::Milestones;
pub use needs::Needs;
pub use options::{
    EventOrder, FirstResponseStart, Merged, NextResponseStart, NoSchedule, Opening, Proactive, RepeatedSolve,
    ReplayOptions, SolveWithoutReply,
};
pub use outcome::ReplayOutcome;
pub use replay::Replay;
pub(crate) use replayer::Replayer;
pub use stated::{Stated, StatedMeasure, StatedValue};
pub use tracked_tickets::TrackedTickets;
pub use tracker::{TicketTracker, TrackError, event_order};
