//! Measures of one ticket after replay.

use serde::{Deserialize, Serialize};

use super::needs::Needs;
use super::stated::{Stated, StatedMeasure, StatedTime, StatedValue};
use crate::sla::{SlaMetric, SlaVerdict};
use crate::{Author, ClockKind, Elapsed, Excluded, Reason, Status, Ticket, Timestamp};

/// A ticket after replay: its record at the cut-off, measures and SLA verdicts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Replayed {
    /// The ticket with its attributes and tags at the cut-off.
    pub ticket: Ticket,
    /// Its measures.
    pub metrics: TicketMetrics,
    /// One verdict per instance of each SLA target.
    pub verdicts: Vec<SlaVerdict>,
    /// The excluded events of the ticket and the targets not evaluated, by reason.
    #[serde(default, skip_serializing_if = "Excluded::is_empty")]
    pub excluded: Excluded,
}

impl Replayed {
    /// Creates a replayed ticket with no verdicts and no exclusions.
    pub fn new(ticket: Ticket, metrics: TicketMetrics) -> Self {
        Self { ticket, metrics, verdicts: Vec::new(), excluded: Excluded::default() }
    }

    /// Sets the verdicts.
    #[must_use]
    pub fn with_verdicts(mut self, verdicts: Vec<SlaVerdict>) -> Self {
        self.verdicts = verdicts;
        self
    }
}

/// The measures of one ticket as of the cut-off.
///
/// A duration is `None` if it has not ended or never began. A duration that is still running at the cut-off has its
/// value so far in a field named `running_…`, so that it can be treated as censored instead of being dropped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TicketMetrics {
    /// When the ticket was created.
    pub created_at: Timestamp,
    /// The cut-off. Later events are unknown.
    pub as_of: Timestamp,
    /// Status at the cut-off.
    pub status: Status,
    /// Why the ticket counts in no KPI: merged, deleted or spam.
    pub exclusion: Option<Reason>,
    /// Whether an agent wrote before any customer did.
    pub proactive: bool,

    /// The first customer message that a person could answer. It starts the first response time.
    pub first_customer_message_at: Option<Timestamp>,
    /// The first public reply of an agent (a person).
    pub first_response_at: Option<Timestamp>,
    /// The name of the first responder, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_response_by: Option<Box<str>>,
    /// From the customer's first message to the first public reply of an agent.
    #[doc(alias = "FRT")]
    #[doc(alias = "first reply time")]
    pub first_response_time: Option<Elapsed>,
    /// The wait for the first response so far, if there is none: until solved or the cut-off.
    pub running_first_response_time: Option<Elapsed>,
    /// From the customer's first message to the first public answer of a bot.
    pub bot_first_response_time: Option<Elapsed>,
    /// The responses after the first, one per answered exchange. Each lasts from the oldest unanswered customer
    /// message to the next public reply of an agent.
    #[doc(alias = "NRT")]
    #[doc(alias = "next reply time")]
    pub next_responses: Vec<Response>,
    /// The wait for the next response so far, if the customer wrote last on an answered ticket.
    pub running_next_response_time: Option<Elapsed>,

    /// First entry into solved or closed.
    pub first_solved_at: Option<Timestamp>,
    /// Last entry into solved or closed.
    pub last_solved_at: Option<Timestamp>,
    /// Last entry into closed.
    pub closed_at: Option<Timestamp>,
    /// The author of the last solve.
    pub solved_by: Option<Author>,
    /// From creation to the first solve.
    pub first_resolution_time: Option<Elapsed>,
    /// From creation to the last solve; only while the ticket is solved or closed.
    #[doc(alias = "TTR")]
    #[doc(alias = "MTTR")]
    pub full_resolution_time: Option<Elapsed>,
    /// Full resolution time without the time spent solved between reopens.
    pub net_resolution_time: Option<Elapsed>,
    /// From creation to the cut-off, if the ticket is not solved.
    #[doc(alias = "backlog age")]
    pub running_resolution_time: Option<Elapsed>,

    /// The waits that a solve ended without an answer, without the current first wait. Censored values, not response times.
    pub unanswered_waits: Vec<UnansweredWait>,

    /// Time in each status up to the cut-off, indexed by [`Status::index`].
    pub time_in_status: [Elapsed; 6],
    /// Time in new, open and on-hold up to the cut-off.
    pub requester_wait_time: Elapsed,
    /// Time in pending up to the cut-off: the agent waits for the customer.
    pub agent_wait_time: Elapsed,
    /// Time in on-hold up to the cut-off.
    pub on_hold_time: Elapsed,
    /// Time in new and open up to the cut-off.
    pub agent_work_time: Elapsed,
    /// From creation to the first assignment to an agent.
    pub time_to_first_assignment: Option<Elapsed>,

    /// Every time the ticket left solved or closed.
    pub reopens: Vec<ReopenCycle>,
    /// Public replies of agents (people). The message with which an agent opens a ticket is not a reply.
    pub public_replies: u32,
    /// Public messages of customers, the opening included.
    pub customer_messages: u32,
    /// Public messages of bots.
    pub bot_messages: u32,
    /// Notes that only the team can read.
    pub internal_notes: u32,
    /// Events caused by agents. A repeated report of an unchanged status is no event.
    pub agent_touches: u32,
    /// The number of agents with a public reply, by name. Those without a name count as one.
    #[doc(alias = "participants")]
    pub replying_agents: u32,
    /// The agents who replied publicly, in order. Consecutive replies of one agent have one entry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repliers: Vec<Replier>,
    /// Reopenings that are not in [`reopens`](Self::reopens) because they were a mere "thank you"; see
    /// [`ReplayOptions::thank_you_within`](super::ReplayOptions::thank_you_within).
    pub thank_you_reopens: u32,
    /// The number of stints with an assignee.
    pub assignee_stations: u32,
    /// The number of stints with a group.
    pub group_stations: u32,
    /// Every stint with an assignee, in order.
    pub assignee_stints: Vec<Stint>,
    /// Every stint with a group, in order.
    pub group_stints: Vec<Stint>,
    /// The number of times an agent's message directly follows a bot's.
    pub bot_handoffs: u32,
    /// Escalations to a higher level.
    pub escalations: u32,
    /// Measures stated by the source, which replace those that the replay cannot know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stated: Vec<Stated>,
}

impl TicketMetrics {
    /// The measures of a ticket without events.
    pub fn new(created_at: impl Into<Timestamp>, as_of: impl Into<Timestamp>) -> Self {
        Self {
            created_at: created_at.into(),
            as_of: as_of.into(),
            status: Status::New,
            exclusion: None,
            proactive: false,
            first_customer_message_at: None,
            first_response_at: None,
            first_response_by: None,
            first_response_time: None,
            running_first_response_time: None,
            bot_first_response_time: None,
            next_responses: Vec::new(),
            running_next_response_time: None,
            unanswered_waits: Vec::new(),
            first_solved_at: None,
            last_solved_at: None,
            closed_at: None,
            solved_by: None,
            first_resolution_time: None,
            full_resolution_time: None,
            net_resolution_time: None,
            running_resolution_time: None,
            time_in_status: [Elapsed::default(); 6],
            requester_wait_time: Elapsed::default(),
            agent_wait_time: Elapsed::default(),
            on_hold_time: Elapsed::default(),
            agent_work_time: Elapsed::default(),
            time_to_first_assignment: None,
            reopens: Vec::new(),
            public_replies: 0,
            customer_messages: 0,
            bot_messages: 0,
            internal_notes: 0,
            agent_touches: 0,
            replying_agents: 0,
            repliers: Vec::new(),
            thank_you_reopens: 0,
            assignee_stations: 0,
            group_stations: 0,
            assignee_stints: Vec::new(),
            group_stints: Vec::new(),
            bot_handoffs: 0,
            escalations: 0,
            stated: Vec::new(),
        }
    }

    /// Why the ticket does not count in a KPI that needs these measures. A ticket that was done at an unknown time
    /// counts if its end does not matter.
    pub fn exclusion_from(&self, needs: Needs) -> Option<Reason> {
        self.exclusion.filter(|reason| *reason != Reason::EndUnknown || needs.any(Needs::END))
    }

    /// The replayed measure, in microseconds on this clock or as a count; `None` if it has not ended.
    pub fn replayed(&self, measure: StatedMeasure, clock: ClockKind) -> Option<i64> {
        let duration = match measure {
            StatedMeasure::FirstResponseTime => self.first_response_time,
            StatedMeasure::FirstResolutionTime => self.first_resolution_time,
            StatedMeasure::FullResolutionTime => self.full_resolution_time,
            StatedMeasure::RequesterWaitTime => Some(self.requester_wait_time),
            StatedMeasure::AgentWaitTime => Some(self.agent_wait_time),
            StatedMeasure::OnHoldTime => Some(self.on_hold_time),
            StatedMeasure::AgentWorkTime => Some(self.agent_work_time),
            StatedMeasure::TimeToFirstAssignment => self.time_to_first_assignment,
            StatedMeasure::Reopens => return i64::try_from(self.reopens.len()).ok(),
            StatedMeasure::PublicReplies => return Some(self.public_replies.into()),
            StatedMeasure::CustomerMessages => return Some(self.customer_messages.into()),
            StatedMeasure::AgentTouches => return Some(self.agent_touches.into()),
            StatedMeasure::AssigneeStations => return Some(self.assignee_stations.into()),
            StatedMeasure::GroupStations => return Some(self.group_stations.into()),
        };
        duration?.micros_on(clock)
    }

    fn stated_on(&self, measure: StatedMeasure, clock: ClockKind) -> Option<StatedValue> {
        let known = self.stated.iter().find(|stated| stated.measure == measure && stated.clock == clock)?;
        Some(known.value)
    }

    /// Whether the source states this count or calendar duration in place of the replay.
    pub(crate) fn states(&self, measure: StatedMeasure) -> bool {
        self.stated_on(measure, ClockKind::Calendar).is_some()
    }

    /// Whether the ticket was done at an unknown time, but the source states all of these counts.
    pub(crate) fn is_done_with(&self, counts: &[StatedMeasure]) -> bool {
        self.exclusion == Some(Reason::EndUnknown)
            && self.status.is_done()
            && !counts.is_empty()
            && counts.iter().all(|count| self.states(*count))
    }

    /// A measure on this clock, in microseconds or as a count: the stated value if the replay cannot know it, else
    /// the replayed one. `None` if it has not ended or is not known.
    pub fn measure(&self, measure: StatedMeasure, clock: ClockKind) -> Option<i64> {
        match self.stated_on(measure, clock) {
            Some(StatedValue::Known(value)) => Some(value),
            Some(_) => None,
            None => self.replayed(measure, clock),
        }
    }

    /// A duration as stated by the source.
    pub(crate) fn stated_time(&self, measure: StatedMeasure, clock: ClockKind) -> StatedTime {
        let Some(value) = self.stated_on(measure, clock) else { return StatedTime::Replayed };
        // The stated duration is known even if the end is unknown.
        if let Some(reason) = self.exclusion.filter(|reason| *reason != Reason::EndUnknown) {
            return StatedTime::Excluded(reason);
        }
        match value {
            StatedValue::Known(_)
                if measure.adds_up() && self.exclusion.is_some() && !self.status.is_done() =>
            {
                StatedTime::Excluded(Reason::EndUnknown)
            }
            StatedValue::Known(micros) if measure.adds_up() && !self.status.is_done() => {
                StatedTime::Running(micros)
            }
            StatedValue::Known(micros) => StatedTime::Ended(micros),
            StatedValue::Absent if measure.adds_up() => StatedTime::Excluded(Reason::Missing),
            StatedValue::Absent => StatedTime::Replayed,
            StatedValue::Excluded(reason) => StatedTime::Excluded(reason),
        }
    }

    /// A count: the stated value, else the replayed one.
    ///
    /// # Errors
    /// The reason why the ticket does not count.
    pub(crate) fn count_of(&self, measure: StatedMeasure) -> Result<u32, Reason> {
        let count = match self.stated_on(measure, ClockKind::Calendar) {
            None => self.replayed(measure, ClockKind::Calendar).unwrap_or(0),
            Some(StatedValue::Known(count)) => count,
            Some(StatedValue::Absent) => return Err(Reason::Missing),
            Some(StatedValue::Excluded(reason)) => return Err(reason),
        };
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// The response times of all answered exchanges: the first response, then the next ones. Their mean is the average
    /// response time.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use deskmetrics::replay::Response;
    /// use deskmetrics::{Elapsed, TicketMetrics, Timestamp};
    ///
    /// let mut metrics = TicketMetrics::new(Timestamp::MIN, Timestamp::MAX);
    /// metrics.first_response_time = Some(Elapsed::new(TimeDelta::minutes(10), None));
    /// metrics.next_responses = vec![Response::after(Elapsed::new(TimeDelta::minutes(30), None))];
    /// assert_eq!(metrics.response_times().count(), 2);
    /// ```
    #[doc(alias = "average reply time")]
    pub fn response_times(&self) -> impl Iterator<Item = Elapsed> + '_ {
        self.first_response_time
            .into_iter()
            .chain(self.next_responses.iter().map(|response| response.elapsed))
    }

    /// Every exchange, answered or not.
    pub fn exchanges(&self) -> impl Iterator<Item = Exchange<'_>> {
        let first = self.first_response_time.map(|elapsed| Exchange {
            is_first: true,
            elapsed,
            answered: true,
            ended_at: self.first_response_at,
            answered_by: self.first_response_by.as_deref(),
        });
        let next = self.next_responses.iter().map(|response| Exchange {
            is_first: false,
            elapsed: response.elapsed,
            answered: true,
            ended_at: response.at,
            answered_by: response.by.as_deref(),
        });
        let first_waiting = self.running_first_response_time.map(|elapsed| {
            let end = |start: Timestamp| {
                Timestamp::saturating_from_micros(start.as_micros().saturating_add(elapsed.calendar_micros))
            };
            UnansweredWait::of_first(elapsed).with_ended_at(self.first_customer_message_at.map(end))
        });
        let next_waiting = self
            .running_next_response_time
            .map(|elapsed| UnansweredWait::of_next(elapsed).with_ended_at(self.as_of));
        let unanswered =
            first_waiting.into_iter().chain(self.unanswered_waits.iter().copied()).chain(next_waiting);
        first.into_iter().chain(next).chain(unanswered.map(|wait| Exchange {
            is_first: wait.is_first,
            elapsed: wait.elapsed,
            answered: false,
            ended_at: wait.ended_at,
            answered_by: None,
        }))
    }

    /// The name of who completed the target of a verdict by a response.
    pub(crate) fn completed_by(&self, verdict: &SlaVerdict) -> Option<&str> {
        let completed = verdict.completed_at?;
        self.exchanges()
            .find(|exchange| exchange.answered && exchange.ended_at == Some(completed))?
            .answered_by
    }

    /// The people who answered an exchange, each once. It includes `None` if an exchange or one of the verdicts on responses
    /// has no answer, if a name is unknown, or if there are no exchanges.
    pub(crate) fn responders(&self, verdicts: &[SlaVerdict]) -> Vec<Option<&str>> {
        let mut responders: Vec<Option<&str>> =
            self.exchanges().map(|exchange| exchange.answered_by).collect();
        let of_responses = verdicts
            .iter()
            .filter(|verdict| matches!(verdict.metric, SlaMetric::FirstResponse | SlaMetric::NextResponse));
        responders.extend(of_responses.map(|verdict| self.completed_by(verdict)));
        if responders.is_empty() {
            responders.push(None);
        }
        responders.sort_unstable();
        responders.dedup();
        responders
    }
}

/// A response to a customer who wrote again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Response {
    /// How long the customer waited.
    pub elapsed: Elapsed,
    /// When it was given, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The name of its author, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Box<str>>,
}

impl Response {
    /// Creates a response after this wait.
    pub fn after(elapsed: Elapsed) -> Self {
        Self { elapsed, at: None, by: None }
    }

    /// Sets the time at which it was given.
    #[must_use]
    pub fn with_at(self, at: impl Into<Timestamp>) -> Self {
        Self { at: Some(at.into()), ..self }
    }

    /// Sets the name of its author.
    #[must_use]
    pub fn with_by(self, name: impl Into<Box<str>>) -> Self {
        Self { by: Some(name.into()), ..self }
    }
}

/// A wait for an answer that a solve or the cut-off ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UnansweredWait {
    /// Whether it came before the first response.
    pub is_first: bool,
    /// How long the customer waited, from the oldest unanswered message.
    pub elapsed: Elapsed,
    /// The time of the solve or the cut-off, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

impl UnansweredWait {
    /// Creates a wait for a first response.
    pub fn of_first(elapsed: Elapsed) -> Self {
        Self { is_first: true, elapsed, ended_at: None }
    }

    /// Creates a wait for a later response.
    pub fn of_next(elapsed: Elapsed) -> Self {
        Self { is_first: false, ..Self::of_first(elapsed) }
    }

    /// Sets the time of its end.
    #[must_use]
    pub fn with_ended_at(self, at: impl Into<Option<Timestamp>>) -> Self {
        Self { ended_at: at.into(), ..self }
    }
}

/// A customer's message and the wait for its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exchange<'m> {
    /// Whether it is the ticket's first.
    pub is_first: bool,
    /// How long the customer waited: until the answer, else until the solve or the cut-off.
    pub elapsed: Elapsed,
    /// Whether an agent answered.
    pub answered: bool,
    /// The time of the answer, of the solve that ended an unanswered wait, or the cut-off, if known.
    pub ended_at: Option<Timestamp>,
    /// The name of the agent who answered, if known.
    pub answered_by: Option<&'m str>,
}

/// A period in which a ticket belonged to one assignee or group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stint {
    /// The assignee or group.
    pub name: Box<str>,
    /// The start.
    pub from: Timestamp,
    /// The end; `None` if it still lasts.
    pub until: Option<Timestamp>,
    /// The duration up to the cut-off, without the time the ticket was solved or closed.
    pub elapsed: Elapsed,
}

/// An agent who replied publicly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Replier {
    /// The agent's name; `None` if the log does not contain it.
    pub name: Option<Box<str>>,
    /// The first of the agent's consecutive replies.
    pub from: Timestamp,
}

/// A solve that was followed by a reopening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReopenCycle {
    /// The solve before the reopening.
    pub solved_at: Timestamp,
    /// The reopening.
    pub reopened_at: Timestamp,
    /// The author of the reopening. A rule or bot that reopens the ticket because the customer wrote counts as the
    /// customer.
    pub reopened_by: Author,
    /// The next solve, if any.
    pub solved_again_at: Option<Timestamp>,
    /// The number of public replies by agents between the reopening and the next solve; 0 means a "thank you".
    pub replies: u32,
}

impl ReopenCycle {
    /// Creates a reopening that is not solved again yet.
    pub fn new(
        solved_at: impl Into<Timestamp>,
        reopened_at: impl Into<Timestamp>,
        reopened_by: Author,
    ) -> Self {
        Self {
            solved_at: solved_at.into(),
            reopened_at: reopened_at.into(),
            reopened_by,
            solved_again_at: None,
            replies: 0,
        }
    }

    /// Whether the ticket was solved again without any public reply of an agent. Most often, a customer's "thank you"
    /// reopened it.
    pub fn is_thank_you(&self) -> bool {
        self.solved_again_at.is_some() && self.replies == 0
    }
}
