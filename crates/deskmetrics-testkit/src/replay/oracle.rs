//! A slow oracle of ticket measures, independent of the state machine.
//!
//! Each measure is computed by its own pass over the log, under the default conventions and in calendar time.

use deskmetrics::ticket::EventKind;
use deskmetrics::{Author, Status, Ticket, TicketEvent};

/// The oracle's measures of a ticket, in microseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slow {
    /// Time in each status.
    pub in_status: [i64; 6],
    /// First response time.
    pub first_response: Option<i64>,
    /// Next response times.
    pub next_responses: Vec<i64>,
    /// (solved, reopened) of each reopening.
    pub reopens: Vec<(i64, i64)>,
    /// First solve, from creation.
    pub first_resolution: Option<i64>,
    /// Last solve, from creation, while solved.
    pub full_resolution: Option<i64>,
    /// The same without time in solved.
    pub net_resolution: Option<i64>,
    /// Public replies of agents.
    pub public_replies: u32,
    /// Public messages of customers.
    pub customer_messages: u32,
}

/// The events that count, in order: up to merging, deletion or spam, and again after a restore.
fn counted(events: &[TicketEvent]) -> (Vec<&TicketEvent>, Option<i64>) {
    let mut left = None;
    let mut kept = Vec::new();
    for event in events {
        match (&event.kind, left) {
            (EventKind::Restored, _) => left = None,
            (_, Some(_)) => {}
            (
                EventKind::Deleted | EventKind::Spam | EventKind::EndUnknown | EventKind::MergedInto(_),
                None,
            ) => {
                left = Some(event.at.as_micros());
            }
            _ => kept.push(event),
        }
    }
    (kept, left)
}

/// The status transitions: (timestamp, from, to).
fn transitions(events: &[&TicketEvent]) -> Vec<(i64, Status, Status)> {
    let mut status = Status::New;
    let mut moves = Vec::new();
    for event in events {
        if let EventKind::Status(to) = event.kind
            && to != status
        {
            moves.push((event.at.as_micros(), status, to));
            status = to;
        }
    }
    moves
}

/// Computes the measures of a ticket whose events are in order.
pub fn measure(ticket: &Ticket, events: &[TicketEvent], as_of: i64) -> Slow {
    let created = ticket.created_at.as_micros();
    let (events, left) = counted(events);
    let end = left.unwrap_or(as_of);
    let moves = transitions(&events);

    let mut in_status = [0; 6];
    for status in Status::ALL {
        let entered = moves.iter().filter(|(_, _, to)| *to == status).map(|(at, ..)| *at);
        let left = moves.iter().filter(|(_, from, _)| *from == status).map(|(at, ..)| *at);
        // Time in a status is the sum of its ends less the sum of its starts, including creation and end.
        let enterings: i64 = entered.sum::<i64>() + if status == Status::New { created } else { 0 };
        let last = moves.last().map_or(Status::New, |(_, _, to)| *to);
        let leavings: i64 = left.sum::<i64>() + if status == last { end } else { 0 };
        in_status[status.index()] = leavings - enterings;
    }

    let solves: Vec<i64> =
        moves.iter().filter(|(_, from, to)| !from.is_done() && to.is_done()).map(|(at, ..)| *at).collect();
    let back: Vec<i64> =
        moves.iter().filter(|(_, from, to)| from.is_done() && !to.is_done()).map(|(at, ..)| *at).collect();
    let reopens: Vec<(i64, i64)> = solves.iter().copied().zip(back.iter().copied()).collect();
    let solved_between: i64 = reopens.iter().map(|(solved, reopened)| reopened - solved).sum();
    let full = solves.last().filter(|_| solves.len() > back.len()).map(|at| at - created);

    let (first_response, next_responses, public_replies, customer_messages) =
        responses(ticket, &events, &solves, &back);
    Slow {
        in_status,
        first_response,
        next_responses,
        first_resolution: solves.first().map(|at| at - created),
        full_resolution: full,
        net_resolution: full.map(|full| full - solved_between),
        reopens,
        public_replies,
        customer_messages,
    }
}

/// A step of the conversation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Customer,
    Agent,
    Solved,
    Reopened,
}

/// Whether some solve among the turns ended a wait: of a customer's message, or of a reopening after a solve that ended a
/// wait.
fn a_solve_ended_a_wait(turns: &[(i64, Turn)]) -> bool {
    turns.iter().enumerate().any(|(solve, (_, turn))| {
        let earlier = &turns[..solve];
        let since = earlier.iter().rposition(|(_, turn)| *turn == Turn::Solved).map_or(0, |last| last + 1);
        let waits = |place: usize| match turns[place].1 {
            Turn::Customer => true,
            Turn::Reopened => a_solve_ended_a_wait(&turns[..place]),
            _ => false,
        };
        *turn == Turn::Solved && (since..solve).any(waits)
    })
}

fn responses(
    ticket: &Ticket,
    events: &[&TicketEvent],
    solves: &[i64],
    back: &[i64],
) -> (Option<i64>, Vec<i64>, u32, u32) {
    let created = ticket.created_at.as_micros();
    let public: Vec<(i64, Author)> = events
        .iter()
        .filter(|event| event.kind == EventKind::PublicMessage)
        .map(|event| (event.at.as_micros(), event.author))
        .filter(|(_, author)| matches!(author, Author::Customer | Author::Agent))
        .collect();
    let by_customer = matches!(ticket.created_by, None | Some(Author::Customer));
    let team_first = ticket.created_by.is_none() && public.first() == Some(&(created, Author::Agent));
    // The creation is the customer's opening; a message at the same timestamp is the same opening.
    let implied = by_customer && !team_first;
    let mut written_twice = implied && public.first() == Some(&(created, Author::Customer));
    let proactive_opening =
        team_first || (!by_customer && public.first().is_some_and(|one| one.1 == Author::Agent));

    // All turns in the order of the log; solves and reopenings keep their place among the messages.
    let mut turns: Vec<(i64, Turn)> = Vec::new();
    if implied {
        turns.push((created, Turn::Customer));
    }
    let (mut solve, mut reopen) = (0, 0);
    let mut status = Status::New;
    let mut first_agent = proactive_opening;
    for event in events {
        let at = event.at.as_micros();
        match event.kind {
            EventKind::PublicMessage if event.author == Author::Customer => {
                if written_twice {
                    written_twice = false;
                } else {
                    turns.push((at, Turn::Customer));
                }
            }
            EventKind::PublicMessage if event.author == Author::Agent => {
                if first_agent {
                    first_agent = false;
                } else {
                    turns.push((at, Turn::Agent));
                }
            }
            EventKind::Status(to) => {
                if solves.get(solve) == Some(&at) && !status.is_done() && to.is_done() {
                    turns.push((at, Turn::Solved));
                    solve += 1;
                }
                if back.get(reopen) == Some(&at) && status.is_done() && !to.is_done() {
                    turns.push((at, Turn::Reopened));
                    reopen += 1;
                }
                status = to;
            }
            _ => {}
        }
    }

    let mut replies = Vec::new();
    for (place, (at, turn)) in turns.iter().enumerate() {
        if *turn != Turn::Agent {
            continue;
        }
        // Since the last answer or solve, the oldest customer message was waiting.
        let before = &turns[..place];
        let after = |turns: &[(i64, Turn)]| {
            turns
                .iter()
                .rposition(|(_, turn)| matches!(turn, Turn::Agent | Turn::Solved))
                .map_or(0, |last| last + 1)
        };
        let mut from = after(before);
        // Without a turn since the last solve, the reply answers what was unanswered before that solve.
        let solved_last =
            from == before.len() && before.last().is_some_and(|(_, turn)| *turn == Turn::Solved);
        let before = if solved_last { &before[..from - 1] } else { before };
        if solved_last {
            from = after(before);
        }
        let message =
            before[from..].iter().find(|(_, turn)| *turn == Turn::Customer).map(|(message, _)| *message);
        let answered_before = !replies.is_empty();
        // Before the first answer, a reopening after a solve that ended a wait starts a wait by itself.
        let unanswered_solve = !answered_before && a_solve_ended_a_wait(before);
        let reopened = before[from..]
            .iter()
            .find(|(_, turn)| *turn == Turn::Reopened)
            .filter(|_| unanswered_solve)
            .map(|(reopened, _)| *reopened);
        let waiting = match (message, reopened) {
            (Some(message), Some(reopened)) => Some(message.min(reopened)),
            (message, reopened) => message.or(reopened),
        };
        if let Some(waiting) = waiting {
            replies.push(at - waiting);
        }
    }
    let count = |kind: Turn| {
        u32::try_from(turns.iter().filter(|(_, turn)| *turn == kind).count()).unwrap_or(u32::MAX)
    };
    let customer_messages = count(Turn::Customer);
    let mut replies = replies.into_iter();
    (replies.next(), replies.collect(), count(Turn::Agent), customer_messages)
}
