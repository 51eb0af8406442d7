//! Logs of more rows than are decoded at a time come to the same, however the rows stand and the columns are cut.

use std::sync::Arc;

use arrow_array::types::Int8Type;
use arrow_array::{ArrayRef, DictionaryArray, Int64Array, TimestampMicrosecondArray};
use deskmetrics::replay::{Needs, Replay};
use deskmetrics::ticket::Status;
use deskmetrics::{Excluded, Reason, Timestamp};
use deskmetrics_arrow::replay::{EventColumns, EventLog, TicketColumns};

const MINUTE: i64 = 60_000_000;
const TICKETS: i64 = 5_000;

/// One event: its ticket, its minute, its kind and who did it.
type Row = (Option<i64>, Option<i64>, Option<&'static str>, Option<&'static str>);

/// A ticket's id, its replies, the minutes until it was solved, and its status.
type Told = (String, u32, Option<i64>, Status);

/// Five rows a ticket, one after the other, from ticket 100 on: answered, asked back, answered, solved, and one row that
/// cannot be used on every thousandth ticket.
fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for ticket in 100..100 + TICKETS {
        let usual = [
            (5, "public_message", "agent"),
            (9, "pending", "agent"),
            (9, "public_message", "customer"),
            (30 + ticket % 7, "public_message", "agent"),
            (50, "solved", "agent"),
        ];
        let of_ticket =
            |(minutes, kind, author)| (Some(ticket), Some(ticket + minutes), Some(kind), Some(author));
        rows.extend(usual.map(of_ticket));
        match ticket % 1000 {
            1 => rows.push((Some(ticket + 100_000), Some(ticket + 51), Some("open"), Some("agent"))),
            2 => rows.push((None, Some(ticket + 51), Some("open"), Some("agent"))),
            3 => rows.push((Some(ticket), None, Some("open"), Some("agent"))),
            4 => rows.push((Some(ticket), Some(ticket + 51), None, Some("agent"))),
            5 => rows.push((Some(ticket), Some(ticket + 51), Some("opened wide"), Some("agent"))),
            _ => {}
        }
    }
    rows
}

fn excluded() -> Excluded {
    let mut excluded = Excluded::default();
    excluded.add_many(Reason::UnknownTicket, 5);
    excluded.add_many(Reason::Missing, 15);
    excluded.add_many(Reason::UnknownWord, 5);
    excluded
}

fn ids(rows: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(rows.collect::<Int64Array>())
}

fn instants(rows: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    let micros = rows.map(|at| at.map(|minutes| minutes * MINUTE));
    Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
}

fn words<'w>(rows: impl Iterator<Item = Option<&'w str>>) -> ArrayRef {
    Arc::new(rows.collect::<DictionaryArray<Int8Type>>())
}

/// What the tickets come to, and what was left out of the columns; each column cut into pieces of another length.
fn told(rows: &[Row], piece: usize) -> (Vec<Told>, Excluded) {
    let id = ids((100..100 + TICKETS).map(Some));
    let created = instants((100..100 + TICKETS).map(Some));
    let tickets = TicketColumns::new(&id, &created);
    let ticket: Vec<ArrayRef> = rows.chunks(piece).map(|rows| ids(rows.iter().map(|row| row.0))).collect();
    let at: Vec<ArrayRef> =
        rows.chunks(piece + 1).map(|rows| instants(rows.iter().map(|row| row.1))).collect();
    let kind: Vec<ArrayRef> =
        rows.chunks(piece + 2).map(|rows| words(rows.iter().map(|row| row.2))).collect();
    let author: Vec<ArrayRef> =
        rows.chunks(piece + 3).map(|rows| words(rows.iter().map(|row| row.3))).collect();
    let events = EventColumns::new(&ticket, &at, &kind).author(&author);
    let as_of = Timestamp::from_micros(100_000 * MINUTE).expect("a date");
    let replay = Replay::new(as_of).needing(Needs::MESSAGES | Needs::SOLVES);
    let log = EventLog::new(&tickets, &events, &replay).expect("the columns can be read");
    let (parts, of_lives) = log.each(2, Vec::new, |told, row| {
        let metrics = row.metrics();
        let solved = metrics.full_resolution_time.map(|time| time.calendar_micros / MINUTE);
        told.push((row.id().into_owned(), metrics.public_replies, solved, metrics.status));
    });
    assert_eq!(of_lives, Excluded::default());
    (parts.into_iter().flatten().collect(), log.excluded().clone())
}

#[test]
fn blocks_and_pieces_make_no_difference() {
    let rows = rows();
    assert!(rows.len() > 3 * 8192, "several blocks");
    let expected: Vec<_> =
        (100..100 + TICKETS).map(|ticket| (ticket.to_string(), 2, Some(50), Status::Solved)).collect();
    for piece in [rows.len(), 8192, 9001, 700] {
        assert_eq!(told(&rows, piece), (expected.clone(), excluded()), "pieces of {piece}");
    }
    // The last ticket's rows stand in two places, so all are dealt out.
    let mut torn = rows.clone();
    torn.rotate_right(2);
    for piece in [torn.len(), 700] {
        assert_eq!(told(&torn, piece), (expected.clone(), excluded()), "pieces of {piece}");
    }
    // A ticket is in the wrong order.
    let mut wrong = rows.clone();
    wrong.swap(20_000, 20_001);
    assert_eq!(told(&wrong, wrong.len()), (expected, excluded()));
}
