//! Merged tickets: their survivors, and the messages that move there.

use std::collections::{BTreeMap, HashMap};

use super::options::Merged;
use super::replay::Replay;
use super::tracker::event_order;
use crate::ticket::{Author, EventKind, TicketId};
use crate::{Ticket, TicketEvent, Timestamp};

impl Replay {
    /// The customer messages that each survivor of a merge receives, by the survivor's index.
    pub(super) fn moved_messages(
        &self,
        records: &[&Ticket],
        logs: &[Vec<&TicketEvent>],
        places: &HashMap<&TicketId, usize>,
    ) -> BTreeMap<usize, Vec<TicketEvent>> {
        let mut moved: BTreeMap<usize, Vec<TicketEvent>> = BTreeMap::new();
        if self.options().merged != Merged::MoveMessages {
            return moved;
        }
        for (ticket, log) in records.iter().zip(logs) {
            let Some(survivor) = survivor(ticket, log, logs, places, self.as_of()) else { continue };
            let survivor_ticket = records[survivor];
            for message in customer_messages(ticket, log, self.as_of()) {
                let at = message.max(survivor_ticket.created_at);
                moved.entry(survivor).or_default().push(TicketEvent::new(
                    survivor_ticket.id.clone(),
                    at,
                    Author::Customer,
                    EventKind::PublicMessage,
                ));
            }
        }
        moved
    }
}

/// The final survivor of a merged ticket, through any chain of merges; `None` if it was not merged or the survivor is
/// not among the records.
fn survivor(
    ticket: &Ticket,
    log: &[&TicketEvent],
    logs: &[Vec<&TicketEvent>],
    places: &HashMap<&TicketId, usize>,
    as_of: Timestamp,
) -> Option<usize> {
    let start = *places.get(&ticket.id)?;
    let mut place = *places.get(merged_into(log, as_of)?)?;
    // A chain longer than the number of tickets is a cycle.
    for _ in 0..logs.len() {
        if place == start {
            return None;
        }
        match merged_into(&logs[place], as_of) {
            None => return Some(place),
            Some(next) => place = *places.get(next)?,
        }
    }
    None
}

/// The ticket that a log is merged into at the cut-off.
fn merged_into<'a>(log: &[&'a TicketEvent], as_of: Timestamp) -> Option<&'a TicketId> {
    let mut last: Option<&TicketEvent> = None;
    for event in log.iter().filter(|event| event.at <= as_of) {
        let moves = matches!(event.kind, EventKind::MergedInto(_) | EventKind::Restored);
        if moves && last.is_none_or(|last| event_order(last, event).is_le()) {
            last = Some(event);
        }
    }
    match &last?.kind {
        EventKind::MergedInto(survivor) => Some(survivor),
        _ => None,
    }
}

/// The customer messages of a ticket. Its creation counts as a message if the log has none at that timestamp.
fn customer_messages(ticket: &Ticket, log: &[&TicketEvent], as_of: Timestamp) -> Vec<Timestamp> {
    let mut messages: Vec<Timestamp> = log
        .iter()
        .filter(|event| event.author == Author::Customer && event.kind == EventKind::PublicMessage)
        .map(|event| event.at)
        .filter(|at| (ticket.created_at..=as_of).contains(at))
        .collect();
    let opened = matches!(ticket.created_by, None | Some(Author::Customer));
    if opened && !messages.contains(&ticket.created_at) && ticket.created_at <= as_of {
        messages.push(ticket.created_at);
    }
    messages
}
