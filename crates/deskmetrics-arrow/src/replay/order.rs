//! Which rows are a ticket's events, in order: seen in one scan where they stand so already, sorted where they do not.

use super::ids::NOWHERE;
use super::meaning::{Code, NOTHING};

/// Finds the spans of rows that stand ticket by ticket, each in order, block by block.
#[derive(Debug)]
pub(super) struct Grouping {
    spans: Vec<(u32, u32)>,
    by_instant: bool,
    row: u32,
    /// The ticket of the row before, the first row of its span, and the instant of the row before.
    current: u32,
    from: u32,
    latest: i64,
}

impl Grouping {
    /// Of so many tickets; unless the rows' own order is the order, each ticket's must be in order of time.
    pub(super) fn new(tickets: usize, by_instant: bool) -> Self {
        let spans = vec![(0, 0); tickets];
        Self { spans, by_instant, row: 0, current: NOWHERE, from: 0, latest: i64::MIN }
    }

    /// Takes the next rows; says whether they go on to stand so. Rows that mean nothing may stand anywhere.
    pub(super) fn take(&mut self, places: &[u32], at: &[i64], codes: &[Code]) -> bool {
        for ((place, at), code) in places.iter().zip(at).zip(codes) {
            if *code != NOTHING {
                if *place != self.current {
                    if !self.close() {
                        return false;
                    }
                    (self.current, self.from, self.latest) = (*place, self.row, i64::MIN);
                }
                if *at < self.latest && self.by_instant {
                    return false;
                }
                self.latest = *at;
            }
            self.row += 1;
        }
        true
    }

    /// [`take`](Self::take) of rows that all mean something, by the ids of their tickets. Rows of a ticket that is not there
    /// come to mean nothing, and `lost` is told how many.
    pub(super) fn take_ids(
        &mut self,
        ids: &[i64],
        at: &[i64],
        codes: &mut [Code],
        place: impl Fn(i64) -> u32,
        mut lost: impl FnMut(u64),
    ) -> bool {
        let mut from = 0;
        for run in ids.chunk_by(|one, other| one == other) {
            let rows = from..from + run.len();
            from = rows.end;
            let place = run.first().map_or(NOWHERE, |id| place(*id));
            if place == NOWHERE {
                codes[rows].fill(NOTHING);
                lost(run.len() as u64);
            } else {
                if place != self.current {
                    if !self.close() {
                        return false;
                    }
                    (self.current, self.from, self.latest) = (place, self.row, i64::MIN);
                }
                for at in &at[rows] {
                    if *at < self.latest && self.by_instant {
                        return false;
                    }
                    self.latest = *at;
                }
            }
            self.row += u32::try_from(run.len()).unwrap_or(u32::MAX);
        }
        true
    }

    /// Ends the span under way; says whether its ticket had none before.
    fn close(&mut self) -> bool {
        match self.spans.get_mut(self.current as usize) {
            Some(span) if *span == (0, 0) => *span = (self.from, self.row),
            Some(_) => return false,
            None => {}
        }
        true
    }

    /// The spans of all rows; `None` where the last ones do not stand so.
    pub(super) fn spans(mut self) -> Option<Vec<(u32, u32)>> {
        self.close().then_some(self.spans)
    }
}

/// Arranges the rows by ticket and, unless the rows' own order is the order, by instant; rows of one instant keep their
/// order. The span of each ticket, and the rows in the order of the spans.
pub(super) fn arranged(
    places: &[u32],
    at: &[i64],
    codes: &[Code],
    tickets: usize,
    by_instant: bool,
) -> (Vec<(u32, u32)>, Vec<u32>) {
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
    (spans, rows)
}
