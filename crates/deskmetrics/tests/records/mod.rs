//! Generated records of every kind, including invalid ones.
#![allow(clippy::unwrap_used, dead_code, reason = "a test may panic, and each takes what it needs")]

pub(crate) mod any;

use chrono::TimeDelta;
use deskmetrics::queue::{AgentShift, QueueContact};
use deskmetrics::replay::{ReopenCycle, Response};
use deskmetrics::ticket::{Attribute, Author, Status};
use deskmetrics::{
    Elapsed, Invitation, Reason, Replayed, SlaVerdict, SurveyResponse, Ticket, TicketMetrics, Timestamp,
};
use proptest::prelude::*;

pub(crate) const HOUR: i64 = 3_600_000_000;
pub(crate) const CUT_OFF: i64 = 1_000 * HOUR;

pub(crate) fn timestamp(hours: i64) -> Timestamp {
    Timestamp::saturating_from_micros(hours * HOUR)
}

pub(crate) fn elapsed() -> impl Strategy<Value = Elapsed> {
    (-2..400_i64, prop::option::of(-1..100_i64)).prop_map(|(calendar, business)| {
        Elapsed::new(TimeDelta::hours(calendar), business.map(TimeDelta::hours))
    })
}

pub(crate) fn author() -> impl Strategy<Value = Author> {
    prop::sample::select(vec![Author::Customer, Author::Agent, Author::Bot, Author::System])
}

pub(crate) fn metrics() -> impl Strategy<Value = TicketMetrics> {
    let times = prop::collection::vec(prop::option::of(elapsed()), 10);
    let counts = prop::collection::vec(0..5_u32, 10);
    let milestones = (0..900_i64, 1..50_i64, prop::collection::vec((1..60_i64, 1..60_i64), 0..3));
    let exclusion = prop::option::weighted(0.1, prop::sample::select(vec![Reason::Merged, Reason::Spam]));
    (times, counts, milestones, exclusion, author(), 0..6_usize).prop_map(
        |(times, counts, (created, worked, cycles), exclusion, author, status)| {
            let mut ticket = TicketMetrics::new(timestamp(created), timestamp(CUT_OFF / HOUR));
            ticket.status = Status::ALL[status];
            ticket.exclusion = exclusion;
            let mut at = created + worked;
            ticket.first_solved_at = (status >= 4 || !cycles.is_empty()).then(|| timestamp(at));
            for (gap, work) in cycles {
                let mut cycle = ReopenCycle::new(timestamp(at), timestamp(at + gap), author);
                at += gap + work;
                cycle.solved_again_at = Some(timestamp(at));
                cycle.replies = counts[0];
                ticket.reopens.push(cycle);
            }
            if let Some(last) = ticket.reopens.last_mut().filter(|_| status < 4) {
                last.solved_again_at = None;
            }
            ticket.last_solved_at = ticket.done_since();
            ticket.solved_by = Some(author);
            ticket.first_response_time = times[0];
            ticket.running_first_response_time = times[1];
            ticket.bot_first_response_time = times[2];
            ticket.first_resolution_time = times[3];
            ticket.full_resolution_time = times[4];
            ticket.net_resolution_time = times[5];
            ticket.running_resolution_time = times[6];
            ticket.time_to_first_assignment = times[7];
            ticket.next_responses = times[8].into_iter().map(Response::after).collect();
            ticket.running_next_response_time = times[9];
            ticket.requester_wait_time = times[0].unwrap_or_default();
            ticket.agent_wait_time = times[1].unwrap_or_default();
            ticket.on_hold_time = times[2].unwrap_or_default();
            ticket.agent_work_time = times[3].unwrap_or_default();
            ticket.time_in_status[Status::Pending.index()] = times[4].unwrap_or_default();
            ticket.public_replies = counts[1];
            ticket.customer_messages = counts[2];
            ticket.bot_messages = counts[3];
            ticket.agent_touches = counts[4];
            ticket.replying_agents = counts[5];
            ticket.assignee_stations = counts[6];
            ticket.group_stations = counts[7];
            ticket.bot_handoffs = counts[8];
            ticket.escalations = counts[9];
            let stint = serde_json::json!({
                "name": "billing", "from": ticket.created_at, "until": null, "elapsed": times[5].unwrap_or_default(),
            });
            ticket.group_stints = vec![serde_json::from_value(stint).unwrap()];
            ticket
        },
    )
}

pub(crate) fn verdict() -> impl Strategy<Value = SlaVerdict> {
    (elapsed(), 0..5_usize, any::<bool>(), 1..200_i64).prop_map(|(elapsed, state, completed, target)| {
        let states = ["met", "breached", "running", "paused", "cancelled"];
        serde_json::from_value(serde_json::json!({
            "policy": "gold", "metric": "resolution", "instance": 1, "clock": "calendar",
            "target": format!("{target}h"), "started_at": timestamp(0), "due_at": null,
            "completed_at": completed.then(|| timestamp(500)), "elapsed": elapsed, "state": states[state],
            "breached_at": null,
        }))
        .unwrap()
    })
}

pub(crate) fn replayed() -> impl Strategy<Value = Replayed> {
    let customer = prop::option::of(prop::sample::select(vec!["ana", "bo", "eva"]));
    let category = prop::option::of(prop::sample::select(vec!["billing", "login"]));
    (metrics(), customer, category, prop::collection::vec(verdict(), 0..3)).prop_map(
        |(metrics, customer, category, verdicts)| {
            let mut ticket = Ticket::new("T", metrics.created_at);
            ticket.requester = customer.map(Into::into);
            ticket.attributes.set(Attribute::Category, category.map(Into::into));
            Replayed::new(ticket, metrics).with_verdicts(verdicts)
        },
    )
}

/// A ticket, and a survey sent about it or about another one.
pub(crate) fn surveyed() -> impl Strategy<Value = (Replayed, Invitation)> {
    (replayed(), invitation(), 0..20_u8, 0..30_u8).prop_map(|(mut replayed, sent, number, about)| {
        replayed.ticket.id = format!("T-{number}").into();
        (replayed, if about < 25 { sent.with_ticket(format!("T-{about}")) } else { sent })
    })
}

pub(crate) fn score() -> impl Strategy<Value = Option<i32>> {
    prop::option::weighted(0.9, -2..13_i32)
}

pub(crate) fn response() -> impl Strategy<Value = SurveyResponse> {
    let reason = prop::sample::select(vec!["slow", "rude", " slow ", ""]);
    (score(), prop::collection::vec(reason, 0..3)).prop_map(|(score, reasons)| {
        let mut response = SurveyResponse::new("nps", score);
        response.reasons = reasons.into_iter().map(Into::into).collect();
        response
    })
}

pub(crate) fn contact() -> impl Strategy<Value = QueueContact> {
    (prop::option::of(-1..60_i64), prop::option::of(-1..60_i64), prop::option::of(-1..600_i64)).prop_map(
        |(answered, abandoned, talk)| {
            let later = |seconds: i64| Timestamp::saturating_from_micros(seconds * 1_000_000);
            let mut contact = QueueContact::new(later(0));
            contact.answered_at = answered.map(later);
            contact.abandoned_at = abandoned.map(later);
            contact.talk_micros = talk.map(|seconds| seconds * 1_000_000);
            contact
        },
    )
}

pub(crate) fn shift() -> impl Strategy<Value = AgentShift> {
    (-1..500_i64, -1..500_i64).prop_map(|(on_duty, busy)| {
        AgentShift::new(timestamp(0), TimeDelta::minutes(on_duty), TimeDelta::minutes(busy))
    })
}

pub(crate) fn invitation() -> impl Strategy<Value = Invitation> {
    (0..900_i64, prop::option::of(-5..300_i64), any::<bool>()).prop_map(|(sent, answered_after, bounced)| {
        let mut invitation = Invitation::new("i", "nps", timestamp(sent));
        invitation.answered_at = answered_after.map(|hours| timestamp(sent + hours));
        invitation.started_at = invitation.answered_at;
        if bounced { invitation.without_delivery() } else { invitation }
    })
}
