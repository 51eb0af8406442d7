//! Arrangement of event rows by ticket.

use crate::decode::event::EventTable;
use crate::decode::kind::NOTHING;

/// The range of rows of each ticket.
pub(super) type RowRanges = Vec<(u32, u32)>;

/// The ranges of events, and the rows in the order of the ranges; no rows if the events are arranged already. Each
/// ticket's rows are ordered by time, unless the order of rows has priority. Rows with equal timestamps keep their
/// order.
pub(super) fn arranged(events: &EventTable, tickets: usize, by_time: bool) -> (RowRanges, Option<Vec<u32>>) {
    if events.grouped && (events.sorted || !by_time) {
        return (grouped(events, tickets), None);
    }
    let counted = || {
        let rows = events.places.iter().zip(&events.codes).zip(0u32..);
        rows.filter(|((_, code), _)| **code != NOTHING).map(|((place, _), row)| (*place as usize, row))
    };
    let mut spans = vec![(0u32, 0u32); tickets];
    for (place, _) in counted() {
        spans[place].1 += 1;
    }
    let mut total = 0;
    for span in &mut spans {
        let count = span.1;
        *span = (total, total);
        total += count;
    }
    let mut rows = vec![0u32; total as usize];
    for (place, row) in counted() {
        let next = &mut spans[place].1;
        rows[*next as usize] = row;
        *next += 1;
    }
    if by_time {
        for (from, to) in &spans {
            let own = &mut rows[*from as usize..*to as usize];
            let at = |row: &u32| events.at[*row as usize];
            if !own.is_sorted_by_key(at) {
                own.sort_by_key(at);
            }
        }
    }
    (spans, Some(rows))
}

/// The ranges of events that are grouped by ticket. Rows that mean nothing may be anywhere.
fn grouped(events: &EventTable, tickets: usize) -> RowRanges {
    let mut spans = vec![(0, 0); tickets];
    let mut rows =
        events.places.iter().zip(&events.codes).zip(0u32..).filter(|((_, code), _)| **code != NOTHING);
    let Some(((mut current, _), mut from)) = rows.next() else { return spans };
    let mut last = from;
    for ((place, _), row) in rows {
        if place != current {
            spans[*current as usize] = (from, last + 1);
            (current, from) = (place, row);
        }
        last = row;
    }
    spans[*current as usize] = (from, last + 1);
    spans
}
