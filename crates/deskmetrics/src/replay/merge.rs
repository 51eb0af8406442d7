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
        let merged = logs.iter().enumerate().filter_map(|(place, log)| {
            let survivor = merged_into(log, self.as_of())?;
            Some((place, places.get(survivor).copied()))
        });
        for (place, survivor) in final_survivors(&merged.collect()) {
            let survivor_ticket = records[survivor];
            for message in customer_messages(records[place], &logs[place], self.as_of()) {
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

/// The final survivor of each merged ticket, through any chain of merges. `into` has, for the index of each merged ticket,
/// that of the ticket it was merged into, or `None` if that is unknown. Tickets that end at an unknown one or in a cycle have
/// no survivor. Linear in the number of merges.
pub fn final_survivors(into: &BTreeMap<usize, Option<usize>>) -> BTreeMap<usize, usize> {
    let mut survivors: HashMap<usize, Option<usize>> = HashMap::with_capacity(into.len());
    for start in into.keys() {
        let (mut chain, mut place) = (Vec::new(), *start);
        let survivor = loop {
            // A ticket of this chain has none yet: a cycle.
            if let Some(known) = survivors.get(&place) {
                break *known;
            }
            let Some(next) = into.get(&place) else { break Some(place) };
            survivors.insert(place, None);
            chain.push(place);
            match next {
                Some(next) => place = *next,
                None => break None,
            }
        };
        survivors.extend(chain.into_iter().map(|place| (place, survivor)));
    }
    survivors.into_iter().filter_map(|(place, survivor)| Some((place, survivor?))).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_end_at_their_survivor_and_cycles_nowhere() {
        let survivors = |into: &[(usize, Option<usize>)]| {
            final_survivors(&into.iter().copied().collect()).into_iter().collect::<Vec<_>>()
        };
        assert_eq!(survivors(&[(0, Some(1)), (1, Some(2)), (4, Some(1))]), [(0, 2), (1, 2), (4, 2)]);
        assert_eq!(survivors(&[(0, Some(1)), (1, None)]), []);
        assert_eq!(survivors(&[(0, Some(0))]), []);
        // 3 leads into the cycle of 0 and 1
        assert_eq!(survivors(&[(0, Some(1)), (1, Some(0)), (3, Some(0)), (5, Some(6))]), [(5, 6)]);
    }
}
