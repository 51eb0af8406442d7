//! Clocks with their own start, pause and stop, as in Jira and ServiceNow.

use serde::{Deserialize, Serialize};

use super::Conditions;
use super::condition::OneOrMany;
use crate::ticket::Status;

/// A clock defined by conditions on events and states.
///
/// Each condition list holds when any of its members does. At one timestamp stopping comes before cancelling,
/// resetting, pausing and starting. After an end, a new cycle begins when a start event happens, or when a start state
/// comes true: also one that lasted, once a state that stopped or cancelled the clock is over.
///
/// ```
/// use deskmetrics::sla::{CustomClock, ClockEvent, Moment};
/// use deskmetrics::ticket::Status;
///
/// let from_text: CustomClock = toml::from_str(r#"
///     name = "triage"
///     start = ["created", "reopened"]
///     pause = [{ status = "pending" }]
///     stop = ["assigned", { status = ["solved", "closed"] }]
///     cycles = "many"
/// "#).unwrap();
/// let built = CustomClock::new("triage")
///     .with_start(ClockEvent::Created)
///     .with_start(ClockEvent::Reopened)
///     .with_pause(Moment::in_status([Status::Pending]))
///     .with_stop(ClockEvent::Assigned)
///     .with_stop(Moment::in_status([Status::Solved, Status::Closed]));
/// assert_eq!(from_text, built);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CustomClock {
    /// Its name, used as the metric of targets and verdicts.
    pub name: Box<str>,
    /// When it starts.
    pub start: Vec<Moment>,
    /// While it does not count. Conditions on states only; an event has no duration.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pause: Vec<Moment>,
    /// When it is completed.
    pub stop: Vec<Moment>,
    /// When it ends without completion.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cancel: Vec<Moment>,
    /// When a cycle under way is completed and a new one begins from zero.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reset: Vec<Moment>,
    /// Whether it can run again.
    #[serde(default)]
    pub cycles: Cycles,
    /// The beginning of a cycle's count.
    #[serde(default)]
    pub counts_from: CountsFrom,
}

impl CustomClock {
    /// A clock that never starts.
    pub fn new(name: impl Into<Box<str>>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    setters! {
        /// The same with one more start.
        with_start(start + Moment);

        /// The same with one more pause.
        with_pause(pause + Moment);

        /// The same with one more stop.
        with_stop(stop + Moment);

        /// The same with one more cancellation.
        with_cancel(cancel + Moment);

        /// The same with one more reset.
        with_reset(reset + Moment);

        /// The same with another rule for cycles.
        with_cycles(cycles = Cycles);

        /// The same with another beginning of the count.
        with_counts_from(counts_from = CountsFrom);
    }
}

/// Whether a clock can run again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cycles {
    /// Each start after an end is a new cycle from zero (Jira; Salesforce "independent").
    #[default]
    Many,
    /// Each start after an end is a new cycle, which begins no earlier than the cycle before was due; where a start state
    /// still holds at the completion, the next cycle follows by itself (Salesforce "sequential"). An hour from 12:00
    /// done at 12:20 is followed by one that counts from 13:00; done at 13:20, by one that counts from 13:20.
    Sequential,
    /// The first cycle is the only one (Salesforce "no recurrence").
    Once,
}

words!(Cycles: "cycles");

/// The beginning of a cycle's count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CountsFrom {
    /// From the timestamp at which the start condition comes true.
    #[default]
    Start,
    /// From the ticket's creation, every cycle, pauses since then excluded (ServiceNow retroactive start and pause).
    Creation,
}

words!(CountsFrom: "start of counting");

/// A condition: an event, a state, or both.
///
/// In text the name of an event (`"solved"`), or a table: `{ event = "agent_reply", status = "open", market = "DK" }`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "MomentText", into = "MomentText")]
#[non_exhaustive]
pub struct Moment {
    /// The event; `None` for a state only.
    pub event: Option<ClockEvent>,
    /// The statuses in which it holds; empty means any.
    pub status: Vec<Status>,
    /// Conditions on the ticket's attributes and tags.
    pub when: Conditions,
}

impl Moment {
    /// While the ticket is in one of these statuses.
    pub fn in_status(statuses: impl IntoIterator<Item = Status>) -> Self {
        Self { status: statuses.into_iter().collect(), ..Self::default() }
    }

    /// While the ticket meets these conditions.
    pub fn while_meeting(conditions: Conditions) -> Self {
        Self { when: conditions, ..Self::default() }
    }

    setters! {
        /// The same, restricted to this event.
        with_event(event = Some ClockEvent);
    }
}

impl From<ClockEvent> for Moment {
    fn from(event: ClockEvent) -> Self {
        Self { event: Some(event), ..Self::default() }
    }
}

/// An event of a ticket that conditions can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ClockEvent {
    /// The ticket is created.
    Created,
    /// A customer writes (the opening of the ticket among them).
    CustomerMessage,
    /// An agent writes publicly.
    AgentReply,
    /// A bot writes publicly.
    BotMessage,
    /// An internal note is written.
    InternalNote,
    /// The status changes.
    StatusChanged,
    /// The ticket is solved.
    Solved,
    /// The ticket is closed.
    Closed,
    /// The ticket is reopened.
    Reopened,
    /// The ticket gets an assignee.
    Assigned,
    /// The ticket loses its assignee.
    Unassigned,
    /// The group changes.
    GroupChanged,
    /// The priority changes.
    PriorityChanged,
    /// Any attribute or tag changes.
    Changed,
    /// The ticket is handed to a higher level.
    Escalated,
}

words!(ClockEvent: "event of a clock");

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "expected the name of an event or a table with event, status or attributes")]
enum MomentText {
    Event(ClockEvent),
    Table {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        event: Option<ClockEvent>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<OneOrMany<Status>>,
        #[serde(flatten)]
        when: Conditions,
    },
}

impl From<MomentText> for Moment {
    fn from(text: MomentText) -> Self {
        match text {
            MomentText::Event(event) => Self::from(event),
            MomentText::Table { event, status, when } => {
                Self { event, status: status.map(OneOrMany::into_vec).unwrap_or_default(), when }
            }
        }
    }
}

impl From<Moment> for MomentText {
    fn from(moment: Moment) -> Self {
        match moment.event {
            Some(event) if moment.status.is_empty() && moment.when.is_empty() => Self::Event(event),
            event => Self::Table {
                event,
                status: (!moment.status.is_empty()).then(|| OneOrMany::from(moment.status)),
                when: moment.when,
            },
        }
    }
}
