//! Options of SLA targets on which products disagree.

use serde::{Deserialize, Serialize};

/// How SLA targets follow changes of the ticket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SlaOptions {
    /// Priority or another attribute changes while a target runs. Default: elapsed time is carried over.
    pub target_change: TargetChange,
    /// A solved ticket is reopened. Default: time targets run on with the time already used.
    pub reopen: Reopen,
    /// Whether completion at the due time is in time. Default: yes.
    pub deadline: Deadline,
    /// A breached target is loosened before completion. Default: the ticket stays breached.
    pub loosened: RelaxationPolicy,
    /// Which timestamp a policy's validity is compared with. Default: the ticket's creation.
    pub validity: Validity,
}

impl SlaOptions {
    setters! {
        /// The same with another [`target_change`](Self::target_change).
        with_target_change(target_change = TargetChange);

        /// The same with another [`reopen`](Self::reopen).
        with_reopen(reopen = Reopen);

        /// The same with another [`deadline`](Self::deadline).
        with_deadline(deadline = Deadline);

        /// The same with another [`loosened`](Self::loosened).
        with_loosened(loosened = RelaxationPolicy);

        /// The same with another [`validity`](Self::validity).
        with_validity(validity = Validity);
    }
}

/// The effect of a changed target on an instance under way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TargetChange {
    /// Elapsed time is carried over; the target in force at completion decides (Zendesk, SaaSJet).
    #[default]
    CarryElapsed,
    /// The instance ends (cancelled, or breached if it was); a new one starts from zero (ServiceNow without
    /// retroactive start).
    Reset,
    /// Elapsed time is carried over; the shortest of all targets decides.
    Strictest,
    /// The target at the start of the instance stays.
    AtStart,
}

words!(TargetChange: "rule of changed targets");

/// The effect of reopening on requester wait, agent work and resolution. A custom clock has its own start conditions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reopen {
    /// The verdict at the solve stays; a new instance runs on with the time already used (Zendesk).
    #[default]
    Resume,
    /// The verdict at the solve stays; a new instance starts from zero (Jira, FreeITSM "reset").
    NewInstance,
    /// The verdict at the first solve is the only one.
    Ignore,
}

words!(Reopen: "rule of reopened tickets");

/// Whether completion at the due time is in time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deadline {
    /// Met iff elapsed <= target.
    #[default]
    Inclusive,
    /// Met iff elapsed < target.
    Strict,
}

words!(Deadline: "deadline");

/// The effect of loosening a breached target before completion.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RelaxationPolicy {
    /// The first breach remains.
    #[default]
    #[serde(alias = "first_breach_stands")]
    FirstBreachRemains,
    /// Only the target in force at completion (or the cut-off) decides.
    Reevaluate,
}

words!(RelaxationPolicy: "rule of loosened targets");

/// Which timestamp a policy's `valid_from` and `valid_until` are compared with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Validity {
    /// The ticket's creation: a ticket keeps the policies of its creation date.
    #[default]
    AtCreation,
    /// Each change of the ticket: the policies of that day apply from then on (Zendesk).
    AtEachChange,
}

words!(Validity: "validity");
