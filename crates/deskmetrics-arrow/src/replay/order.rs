//! Which rows are a ticket's events, in order: seen in one scan where they stand so already, sorted where they do not.

use super::ids::NOWHERE;
use super::meaning::{Code, NOTHING};

/// Where each ticket's events stand.
#[derive(Debug)]
pub(super) struct Arranged {
    /// By ticket: from this place to before that one.
    pub(super) spans: Vec<(u32, u32)>,
    /// The rows in the order of the spans; `None` where they stand so.
    pub(super) rows: Option<Vec<u32>>,
}

/// Arranges the rows by ticket and, unless the rows' own order is the order, by instant; rows of one instant keep their
/// order. Rows that mean nothing may stand anywhere.
pub(super) fn arrange(
    places: &[u32],
    at: &[i64],
    codes: &[Code],
    tickets: usize,
    by_instant: bool,
) -> Arranged {
    match grouped(places, at, codes, tickets, by_instant) {
        Some(spans) => Arranged { spans, rows: None },
        None => sorted(places, at, codes, tickets, by_instant),
    }
}

/// The spans of rows that stand ticket by ticket, each in order; `None` when they do not.
fn grouped(
    places: &[u32],
    at: &[i64],
    codes: &[Code],
    tickets: usize,
    by_instant: bool,
) -> Option<Vec<(u32, u32)>> {
    let mut spans = vec![(0, 0); tickets];
    let (mut current, mut from, mut latest) = (NOWHERE, 0u32, i64::MIN);
    let mut close = |ticket: u32, from: u32, to: u32| match spans.get_mut(ticket as usize) {
        Some(span) if *span == (0, 0) => {
            *span = (from, to);
            true
        }
        Some(_) => false,
        None => true,
    };
    let rows = places.iter().zip(at).zip(codes).zip(0u32..);
    for (((place, at), code), row) in rows {
        if *code == NOTHING {
            continue;
        }
        if *place != current {
            if !close(current, from, row) {
                return None;
            }
            (current, from, latest) = (*place, row, i64::MIN);
        }
        if *at < latest && by_instant {
            return None;
        }
        latest = *at;
    }
    close(current, from, u32::try_from(places.len()).ok()?).then_some(spans)
}

/// Counts the rows of each ticket, deals them out in the order of the rows, and sorts by instant where that is not it.
fn sorted(places: &[u32], at: &[i64], codes: &[Code], tickets: usize, by_instant: bool) -> Arranged {
    let counts = |place: u32, code: Code| code != NOTHING && (place as usize) < tickets;
    let mut spans = vec![(0u32, 0u32); tickets];
    for (place, code) in places.iter().zip(codes) {
        if counts(*place, *code) {
            spans[*place as usize].1 += 1;
        }
    }
    let mut total = 0;
    for span in &mut spans {
        let count = span.1;
        *span = (total, total);
        total += count;
    }
    let mut rows = vec![0u32; total as usize];
    for ((place, code), row) in places.iter().zip(codes).zip(0u32..) {
        if counts(*place, *code) {
            let next = &mut spans[*place as usize].1;
            rows[*next as usize] = row;
            *next += 1;
        }
    }
    if by_instant {
        for (from, to) in &spans {
            let own = &mut rows[*from as usize..*to as usize];
            if !own.is_sorted_by_key(|row| at[*row as usize]) {
                own.sort_by_key(|row| at[*row as usize]);
            }
        }
    }
    Arranged { spans, rows: Some(rows) }
}
