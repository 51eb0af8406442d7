//! Events meet their tickets: what names no ticket, came before it or is told twice is left out.

use std::collections::HashMap;

use deskmetrics::ticket::TicketId;
use deskmetrics::{Reason, TicketEvent};

use super::ledger::{Halt, Ledger, Scope};
use super::{Reading, Records};
use crate::ReadError;
use crate::file::Progress;

/// Events between two looks whether anybody wants reading to end.
const TOLD_EVERY: usize = 1 << 16;

/// Creates the tickets that only events tell of, then keeps the events that belong to a ticket's life.
pub(super) fn link(records: &mut Records, reading: &mut Reading<'_>) -> Result<(), ReadError> {
    let mut newborn: Vec<_> = records.newborn.drain().map(|(_, newborn)| newborn).collect();
    newborn.sort_by_key(|newborn| newborn.sequence);
    for newborn in newborn {
        records.add_ticket(newborn.ticket);
    }

    let Records { events, origins, index, tickets, ledgers, .. } = records;
    // The row an event's id was first seen in; one row may tell of several events.
    let mut first_rows: HashMap<(&TicketId, &str), u64> = HashMap::new();
    let mut keep = vec![true; events.len()];
    let mut moved = Vec::new();
    for (place, (event, origin)) in events.iter().zip(origins.iter()).enumerate() {
        if place.is_multiple_of(TOLD_EVERY) {
            // All is read by now.
            let file = &ledgers[origin.ledger].file().to_owned();
            reading.report(Progress {
                file,
                rows: ledgers[origin.ledger].rows(),
                bytes_read: 1,
                bytes_total: 1,
            })?;
        }
        let ledger = &mut ledgers[origin.ledger];
        let created = index.get(&event.ticket).map(|ticket| tickets[*ticket].created_at);
        let told_before = event.id.as_deref().is_some_and(|id| {
            *first_rows.entry((&event.ticket, id)).or_insert(event.sequence) != event.sequence
        });
        let reason = match created {
            None => Reason::UnknownTicket,
            Some(_) if told_before => Reason::Duplicate,
            Some(created) if event.at < created && created.since(event.at) > ledger.clock_skew => {
                Reason::BeforeCreation
            }
            Some(created) => {
                if event.at < created {
                    ledger.skewed();
                    moved.push((place, created));
                }
                continue;
            }
        };
        keep[place] = false;
        if let Halt::Fail(error) = leave_out(ledger, reason, event, origin.row) {
            return Err(error);
        }
    }
    for (place, created) in moved {
        events[place].at = created;
    }
    let mut keep = keep.into_iter();
    events.retain(|_| keep.next().unwrap_or(true));
    origins.clear();
    Ok(())
}

fn leave_out(ledger: &mut Ledger, reason: Reason, event: &TicketEvent, row: u64) -> Halt {
    let [ticket, at, id] = ledger.link_columns.clone();
    let (column, value, remedy) = match reason {
        Reason::UnknownTicket => {
            (ticket, event.ticket.to_string(), "add the file its ticket is in, or say creates_tickets = true")
        }
        Reason::Duplicate => {
            let id_of_event = event.id.as_deref().unwrap_or_default();
            (id, id_of_event.to_owned(), "keep one row per event; the first one counts")
        }
        _ => (at, event.at.to_string(), "its ticket was created later; clock_skew forgives a little"),
    };
    ledger.leave_out(Scope::Record, reason, row, &column, || (value, remedy.to_owned()))
}
