//! Tickets known by a few timestamps, as in a ticket table.

use super::machine::{Machine, Plan};
use super::metrics::TicketMetrics;
use super::needs::Needs;
use super::stamp::ClockSpan;
use super::step::{NONE, Start, Step, StepKind};
use crate::ticket::{Author, Status};
use crate::{Elapsed, Timestamp};

/// The timestamps of a ticket without a log of events, in microseconds since 1970; [`NEVER`](Self::NEVER) for those
/// that have not occurred.
///
/// They imply events: a public message at [`replied_at`](Self::replied_at), the statuses solved and closed at the
/// other two, and for an open ticket its current status from the last of these on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Milestones {
    /// Creation.
    pub created_at: i64,
    /// First public reply.
    pub replied_at: i64,
    /// Last solve.
    pub solved_at: i64,
    /// Close.
    pub closed_at: i64,
    /// The current status of an open ticket, if known.
    pub open_as: Option<Status>,
    /// The event that removes the ticket, if any: done at an unknown time, deleted, spam or merged.
    pub leaves: Option<StepKind>,
    /// The author of the ticket, if known.
    pub created_by: Option<Author>,
    /// The author of the reply and the solve.
    pub author: Author,
}

impl Milestones {
    /// A timestamp that does not exist.
    pub const NEVER: i64 = i64::MAX;

    /// A ticket of which only the creation is known.
    #[inline]
    pub fn created(created_at: i64) -> Self {
        Self {
            created_at,
            replied_at: Self::NEVER,
            solved_at: Self::NEVER,
            closed_at: Self::NEVER,
            open_as: None,
            leaves: None,
            created_by: None,
            author: Author::Agent,
        }
    }

    /// The final end: the solve, else the close.
    #[inline]
    pub fn done_at(&self) -> i64 {
        if self.solved_at == Self::NEVER { self.closed_at } else { self.solved_at }
    }

    /// Whether the ticket has the usual order: opened by a customer, then replied to (if at all), then done (if at
    /// all).
    #[inline]
    pub fn is_usual(&self) -> bool {
        let by_customer = matches!(self.created_by, None | Some(Author::Customer));
        let (replied, done) = (self.replied_at, self.done_at());
        // A reply implies an earlier message. A reply at the timestamp of creation needs a known author of the
        // ticket.
        let answered = replied > self.created_at || self.created_by.is_some();
        let in_order = replied == Self::NEVER || replied <= done;
        self.leaves.is_none() && by_customer && answered && in_order && self.author == Author::Agent
    }

    /// The events that the timestamps imply, in order; `by` is the number of the author's name.
    pub fn steps(&self, by: u32) -> impl Iterator<Item = Step> + Clone {
        let step = |at: i64, author, kind| (at != Self::NEVER).then_some(Step { at, kind, by, author });
        let opened = self.open_as.filter(|status| *status != Status::New && !status.is_done());
        let open_since = if self.replied_at == Self::NEVER { self.created_at } else { self.replied_at };
        // A close after a solve is made by a timer.
        let closer = if self.solved_at == Self::NEVER { self.author } else { Author::System };
        let mut steps = [
            step(self.replied_at, self.author, StepKind::PublicMessage),
            opened.and_then(|status| step(open_since, self.author, StepKind::Status(status))),
            step(self.solved_at, self.author, StepKind::Status(Status::Solved)),
            step(self.closed_at, closer, StepKind::Status(Status::Closed)),
            self.leaves.map(|kind| Step {
                at: if kind == StepKind::EndUnknown { open_since } else { self.created_at },
                kind,
                by: NONE,
                author: Author::System,
            }),
        ];
        steps.sort_by_key(|step| step.map_or(i64::MAX, |step| step.at));
        steps.into_iter().flatten()
    }
}

impl Machine {
    /// Fills `metrics` with the measures of usual milestones as of the cut-off, in closed form.
    pub(super) fn measure_milestones(
        &mut self,
        start: Start<'_>,
        ticket: &Milestones,
        (as_of, plan): (i64, &Plan),
        metrics: &mut TicketMetrics,
    ) {
        self.begin_record(start, plan);
        let needs = plan.followed.needs;
        let created = ticket.created_at;
        let known = |at: i64| (at <= as_of).then_some(at);
        let timestamp = Timestamp::saturating_from_micros;
        let (replied, solved, closed) =
            (known(ticket.replied_at), known(ticket.solved_at), known(ticket.closed_at));
        // An open status dates from the last known timestamp. A new ticket never had another status.
        let opened = ticket.open_as.filter(|status| *status != Status::New && !status.is_done());
        let opened = opened.zip(known(if ticket.replied_at == Milestones::NEVER {
            created
        } else {
            ticket.replied_at
        }));
        let done = solved.or(closed);
        let clock = Readings { machine: self, plan, scheduled: plan.knows_business_time(self.clock) };
        let since_created = |at: i64| clock.between(created, at);

        metrics.created_at = timestamp(created);
        metrics.as_of = timestamp(as_of);
        metrics.status = match (closed, solved, opened) {
            (Some(_), ..) => Status::Closed,
            (None, Some(_), _) => Status::Solved,
            (None, None, Some((status, _))) => status,
            (None, None, None) => Status::New,
        };
        metrics.exclusion = None;
        if needs.any(Needs::CONVERSATION) {
            metrics.first_customer_message_at = Some(timestamp(created));
            metrics.first_response_at = replied.map(timestamp);
            metrics.first_response_by = None;
            metrics.first_response_time = replied.map(since_created);
            metrics.running_first_response_time = match replied {
                Some(_) => None,
                None => Some(since_created(done.unwrap_or(as_of))),
            };
            metrics.bot_first_response_time = None;
            metrics.running_next_response_time = None;
            metrics.next_responses.clear();
            metrics.unanswered_waits.clear();
        }
        if needs.any(Needs::CONVERSATION | Needs::MESSAGES) {
            metrics.proactive = false;
            metrics.customer_messages = 1;
            metrics.public_replies = u32::from(replied.is_some());
            metrics.replying_agents = metrics.public_replies;
            (metrics.bot_messages, metrics.internal_notes, metrics.bot_handoffs) = (0, 0, 0);
        }
        if needs.any(Needs::SOLVES) {
            metrics.first_solved_at = done.map(timestamp);
            metrics.last_solved_at = metrics.first_solved_at;
            metrics.closed_at = closed.map(timestamp);
            metrics.solved_by = done.map(|_| ticket.author);
            metrics.first_resolution_time = done.map(since_created);
            metrics.full_resolution_time = metrics.first_resolution_time;
            metrics.net_resolution_time = metrics.first_resolution_time;
            metrics.running_resolution_time = done.is_none().then(|| since_created(as_of));
        }
        if needs.any(Needs::REOPENS) {
            metrics.reopens.clear();
            metrics.thank_you_reopens = 0;
        }
        if needs.any(Needs::STATUS_TIMES) {
            let mut in_status = [(created, created); 6];
            in_status[Status::New.index()].1 = done.or(opened.map(|(_, at)| at)).unwrap_or(as_of);
            match (solved, closed, opened) {
                (Some(solved), ..) => {
                    in_status[Status::Solved.index()] = (solved, closed.unwrap_or(as_of));
                    if let Some(closed) = closed {
                        in_status[Status::Closed.index()] = (closed, as_of);
                    }
                }
                (None, Some(closed), _) => in_status[Status::Closed.index()] = (closed, as_of),
                (None, None, Some((status, since))) => in_status[status.index()] = (since, as_of),
                (None, None, None) => {}
            }
            let spans = in_status.map(|(from, to)| clock.span(from, to));
            metrics.time_in_status = spans.map(ClockSpan::elapsed);
            let [new, open, pending, on_hold, ..] = spans;
            metrics.agent_work_time = new.plus(open).elapsed();
            metrics.requester_wait_time = new.plus(open).plus(on_hold).elapsed();
            metrics.agent_wait_time = pending.elapsed();
            metrics.on_hold_time = on_hold.elapsed();
        }
        if needs.any(Needs::TOUCHES) {
            // A close after a solve is made by a timer.
            let reopened_as = u32::from(opened.is_some() && done.is_none());
            metrics.agent_touches = u32::from(replied.is_some()) + reopened_as + u32::from(done.is_some());
            metrics.escalations = 0;
        }
    }

    /// The readings of the business clock at a ticket's timestamps; `None` if one is outside the range of the
    /// schedule's lookup table.
    #[inline]
    pub(super) fn readings<const N: usize>(
        &mut self,
        start: Start<'_>,
        at: [i64; N],
        plan: &Plan,
    ) -> Option<[i64; N]> {
        self.begin_record(start, plan);
        let mut readings = [0; N];
        for (reading, at) in readings.iter_mut().zip(at).filter(|(_, at)| *at != Milestones::NEVER) {
            *reading = plan.clocks.reading(self.clock, at)?;
        }
        Some(readings)
    }
}

/// The readings from which the time between two timestamps of a ticket follows.
struct Readings<'m, 'p> {
    machine: &'m Machine,
    plan: &'p Plan,
    scheduled: bool,
}

impl Readings<'_, '_> {
    fn span(&self, from: i64, to: i64) -> ClockSpan {
        let calendar = to.saturating_sub(from);
        let business = if self.scheduled && to > from {
            self.plan.clocks.elapsed(self.machine.clock, from, to)
        } else {
            Some(0)
        };
        ClockSpan {
            calendar,
            business: business.unwrap_or(0),
            unscheduled: if business.is_none() { calendar } else { 0 },
            scheduled: self.scheduled,
        }
    }

    fn between(&self, from: i64, to: i64) -> Elapsed {
        self.span(from, to).elapsed()
    }
}
