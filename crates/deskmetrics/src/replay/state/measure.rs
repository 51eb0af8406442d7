//! Measures of a ticket's state at the cut-off.

use super::{ASSIGNEE, GROUP, TicketState};
use crate::Timestamp;
use crate::replay::metrics::{Replier, Response, Stint, TicketMetrics, UnansweredWait};
use crate::replay::needs::Needs;
use crate::replay::stamp::{ClockSpan, Stamp};
use crate::replay::step::NONE;

impl TicketState {
    /// Where counting ends as of `as_of`.
    pub(crate) fn end(&self, as_of: Stamp) -> Stamp {
        self.left.map_or(as_of, |(_, at)| at)
    }

    /// Fills `metrics` with the requested measures as of `as_of`, except stints and repliers, whose names are not
    /// known here.
    pub(crate) fn measure(&self, as_of: Stamp, needs: Needs, metrics: &mut TicketMetrics) {
        let end = self.end(as_of);
        metrics.created_at = self.created.timestamp();
        metrics.as_of = as_of.timestamp();
        metrics.status = self.status;
        metrics.exclusion = self.left.map(|(reason, _)| reason);
        if needs.any(Needs::CONVERSATION) {
            self.measure_conversation(end, metrics);
        }
        if needs.any(Needs::CONVERSATION | Needs::MESSAGES) {
            self.count_messages(metrics);
        }
        if needs.any(Needs::SOLVES) {
            self.measure_solves(end, metrics);
        }
        if needs.any(Needs::REOPENS) {
            metrics.reopens.clear();
            metrics.reopens.extend_from_slice(&self.reopens);
            metrics.thank_you_reopens = self.thank_you_reopens;
        }
        if needs.any(Needs::STATUS_TIMES) {
            self.measure_status_times(end, metrics);
        }
        if needs.any(Needs::STATIONS) {
            metrics.time_to_first_assignment = self.stations.first_assignment.map(ClockSpan::elapsed);
            metrics.assignee_stations = self.stations(ASSIGNEE);
            metrics.group_stations = self.stations(GROUP);
        }
        if needs.any(Needs::TOUCHES) {
            metrics.agent_touches = self.agent_touches;
            metrics.escalations = self.escalations;
        }
    }

    fn measure_conversation(&self, end: Stamp, metrics: &mut TicketMetrics) {
        let talk = &self.conversation;
        metrics.first_customer_message_at = talk.first_wait.map(Stamp::timestamp);
        metrics.first_response_at = talk.first_response.map(|(at, _)| at.timestamp());
        metrics.first_response_by = None;
        metrics.first_response_time = talk.first_response.map(|(_, span)| span.elapsed());
        let running = talk.waiting_since.filter(|_| !talk.waits_while_done).map(|since| end.since(since));
        metrics.running_first_response_time = match (talk.responded, running) {
            (true, _) => None,
            (false, Some(span)) => Some(span.elapsed()),
            (false, None) => talk.unanswered_first.map(ClockSpan::elapsed),
        };
        metrics.running_next_response_time =
            if talk.responded { running.map(ClockSpan::elapsed) } else { None };
        metrics.bot_first_response_time = talk.bot_first_response.map(ClockSpan::elapsed);
        metrics.next_responses.clear();
        metrics.next_responses.extend(talk.next_responses.iter().map(|response| {
            Response::after(response.waited.elapsed()).with_at(Timestamp::saturating_from_micros(response.at))
        }));
        metrics.unanswered_waits.clear();
        metrics.unanswered_waits.extend(talk.unanswered.iter().map(|wait| UnansweredWait {
            is_first: wait.is_first,
            elapsed: wait.waited.elapsed(),
            ended_at: Some(Timestamp::saturating_from_micros(wait.ended_at)),
        }));
    }

    fn count_messages(&self, metrics: &mut TicketMetrics) {
        let talk = &self.conversation;
        metrics.proactive = talk.proactive;
        metrics.public_replies = talk.public_replies;
        metrics.customer_messages = talk.customer_messages;
        metrics.bot_messages = talk.bot_messages;
        metrics.internal_notes = talk.internal_notes;
        metrics.replying_agents = u32::try_from(talk.replying_agents.len()).unwrap_or(u32::MAX);
        metrics.bot_handoffs = talk.bot_handoffs;
    }

    fn measure_solves(&self, end: Stamp, metrics: &mut TicketMetrics) {
        let solve = self.last_solve;
        metrics.first_solved_at = self.first_solve.map(Stamp::timestamp);
        metrics.last_solved_at = solve.map(|solve| solve.at.timestamp());
        metrics.closed_at = self.closed.map(Stamp::timestamp);
        metrics.solved_by = solve.map(|solve| solve.by);
        metrics.first_resolution_time = self.first_solve.map(|at| at.since(self.created).elapsed());
        let full = solve
            .filter(|_| self.status.is_done() && !self.closed_unsolved)
            .map(|solve| solve.at.since(self.created));
        metrics.full_resolution_time = full.map(ClockSpan::elapsed);
        metrics.net_resolution_time = full.map(|full| full.minus(self.solved_time).elapsed());
        metrics.running_resolution_time = (!self.status.is_done()).then(|| end.since(self.created).elapsed());
    }

    fn measure_status_times(&self, end: Stamp, metrics: &mut TicketMetrics) {
        let mut in_status = self.in_status;
        in_status[self.status.index()].add(end.since(self.status_since));
        for (span, time) in in_status.iter_mut().zip(&mut metrics.time_in_status) {
            span.scheduled = end.scheduled;
            *time = span.elapsed();
        }
        let [new, open, pending, on_hold, ..] = in_status;
        metrics.agent_work_time = new.plus(open).elapsed();
        metrics.requester_wait_time = new.plus(open).plus(on_hold).elapsed();
        metrics.agent_wait_time = pending.elapsed();
        metrics.on_hold_time = on_hold.elapsed();
    }

    /// Fills in stints and repliers by name.
    pub(crate) fn resolve_names<'n>(
        &self,
        as_of: Stamp,
        needs: Needs,
        name: impl Fn(u32) -> &'n str,
        metrics: &mut TicketMetrics,
    ) {
        let end = self.end(as_of);
        metrics.group_stints.clear();
        metrics.assignee_stints.clear();
        metrics.repliers.clear();
        if needs.any(Needs::STATIONS) {
            for mark in &self.stations.stints {
                let stint = Stint {
                    name: name(mark.value).into(),
                    from: mark.from.timestamp(),
                    until: mark.until.map(Stamp::timestamp),
                    elapsed: self.stint_time(mark, end).elapsed(),
                };
                match mark.attribute {
                    GROUP => metrics.group_stints.push(stint),
                    _ => metrics.assignee_stints.push(stint),
                }
            }
        }
        if needs.any(Needs::CONVERSATION) {
            let known = |by: u32| (by != NONE).then(|| name(by).into());
            metrics.repliers.extend(
                self.conversation
                    .repliers
                    .iter()
                    .map(|(by, from)| Replier { name: known(*by), from: from.timestamp() }),
            );
            metrics.first_response_by = known(self.conversation.first_responder);
            for (response, given) in metrics.next_responses.iter_mut().zip(&self.conversation.next_responses)
            {
                response.by = known(given.by);
            }
        }
    }

    fn stations(&self, attribute: u16) -> u32 {
        let n = self.stations.stints.iter().filter(|stint| stint.attribute == attribute).count();
        u32::try_from(n).unwrap_or(u32::MAX)
    }
}
