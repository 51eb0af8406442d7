//! Tickets and events as plain columns of any size.

use deskmetrics::engine::step::{FIRST_FREE, StepKind};
use deskmetrics::{Author, Status};

use super::StepLog;

/// Tickets and their events, column by column; labels as places in the lists below. Events are ticket by ticket, in the
/// order of time.
#[derive(Debug, Clone, Default)]
pub struct EventTable {
    /// By ticket: its id.
    pub id: Vec<i64>,
    /// By ticket: its creation, in microseconds since 1970.
    pub created: Vec<i64>,
    /// By ticket: its customer.
    pub customer: Vec<i64>,
    /// By ticket: its market, a place in [`MARKETS`](Self::MARKETS).
    pub market: Vec<i8>,
    /// By event: the ticket's id.
    pub ticket: Vec<i64>,
    /// By event: when, in microseconds since 1970.
    pub at: Vec<i64>,
    /// By event: what, a place in [`KINDS`](Self::KINDS).
    pub kind: Vec<i8>,
    /// By event: the status, a place in [`STATUSES`](Self::STATUSES); -1 where the kind has none.
    pub value: Vec<i8>,
    /// By event: who, a place in [`AUTHORS`](Self::AUTHORS).
    pub author: Vec<i8>,
}

/// Tickets generated at a time.
const BATCH: usize = 50_000;

impl EventTable {
    /// The labels of kinds.
    pub const KINDS: [&str; 3] = ["public_message", "status", "changed assignee"];
    /// The labels of statuses, in the order of [`Status::index`].
    pub const STATUSES: [&str; 6] = ["new", "open", "pending", "on_hold", "solved", "closed"];
    /// The labels of authors.
    pub const AUTHORS: [&str; 3] = ["customer", "agent", "system"];
    /// The markets.
    pub const MARKETS: [&str; 8] = ["DK", "SE", "NO", "FI", "ES", "PT", "DE", "FR"];

    /// Tickets with `events` events or a little more, six or seven to a ticket; every third ticket has a customer of its
    /// own, the others share some.
    pub fn generate(events: usize, seed: u64) -> Self {
        let mut table = Self::default();
        let mut batch = 0u64;
        while table.ticket.len() < events {
            let log =
                StepLog::generate(BATCH, seed.wrapping_add(batch.wrapping_mul(0x9e37_79b9)), &[FIRST_FREE]);
            log.each(0, log.tickets(), |start, steps| {
                if table.ticket.len() >= events {
                    return;
                }
                let id = i64::try_from(table.id.len()).unwrap_or(i64::MAX) + 1000;
                let dice = start.created_at.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
                table.id.push(id);
                table.created.push(start.created_at);
                table.customer.push(if id % 3 == 0 { id } else { (dice % 1_000_003).cast_signed() });
                table.market.push(i8::try_from(dice >> 8 & 7).unwrap_or(0));
                for step in steps {
                    let (kind, value) = match step.kind {
                        StepKind::PublicMessage => (0, -1),
                        StepKind::Status(status) => (1, place(status)),
                        _ => (2, -1),
                    };
                    table.ticket.push(id);
                    table.at.push(step.at);
                    table.kind.push(kind);
                    table.value.push(value);
                    table.author.push(match step.author {
                        Author::Customer => 0,
                        Author::Agent => 1,
                        _ => 2,
                    });
                }
            });
            batch += 1;
        }
        table
    }
}

fn place(status: Status) -> i8 {
    i8::try_from(status.index()).unwrap_or(-1)
}
