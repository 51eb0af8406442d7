//! Columns of timestamps during reading.

use std::cmp::Ordering;

use arrow_array::RecordBatch;
use arrow_buffer::ScalarBuffer;
use deskmetrics::Timestamp;

use super::ledger::{Ledger, each_row};
use super::slot::TimestampSlot;
use crate::ReadError;
use crate::column::utc::{GrowingTimestamps, Timestamps};
use crate::description::Duplicates;

/// A column of timestamps during reading.
#[derive(Debug, Default)]
pub(crate) struct Times {
    /// The number of rows before the first part with a timestamp.
    absent: usize,
    /// Parts but the latest, unless they are of `origin`.
    earlier: GrowingTimestamps,
    parts: Vec<Timestamps>,
    /// The array that contains the first part and perhaps the others.
    origin: Option<ScalarBuffer<i64>>,
    /// Rows added individually after the parts.
    rows: Vec<Option<i64>>,
}

impl Times {
    /// Adds the rows of a batch. Those that need the row reader are added to `doubts`.
    pub(crate) fn decode(
        &mut self,
        slot: &TimestampSlot,
        batch: &RecordBatch,
        doubts: &mut Vec<usize>,
    ) -> Result<(), ReadError> {
        let part = match slot.array(batch) {
            None if self.parts.is_empty() && self.rows.is_empty() => {
                self.absent += batch.num_rows();
                return Ok(());
            }
            None => Timestamps::none(batch.num_rows()),
            Some(array) => {
                let wrong = |wrong| slot.wrong(wrong);
                let mut decoded = Timestamps::decode(array, slot.reading()).map_err(wrong)?;
                if decoded.undecided {
                    slot.infer()?;
                    decoded = Timestamps::decode(array, slot.reading()).map_err(wrong)?;
                }
                doubts.extend(decoded.doubtful);
                decoded.timestamps
            }
        };
        self.settle_rows();
        self.settle_absent();
        if self.parts.is_empty() {
            self.origin = slot.first_in_memory().and_then(|array| part.origin(array));
        }
        self.push_part(part);
        Ok(())
    }

    fn push_part(&mut self, part: Timestamps) {
        if self.origin.is_none() {
            self.parts.drain(..).for_each(|part| self.earlier.append(part));
        }
        self.parts.push(part);
    }

    /// Adds the rows of a batch. Unreadable values are added to the ledger.
    pub(crate) fn decode_alone(
        &mut self,
        slot: &TimestampSlot,
        batch: &RecordBatch,
        ledger: &mut Ledger,
    ) -> Result<(), ReadError> {
        let mut doubts = Vec::new();
        self.decode(slot, batch, &mut doubts)?;
        if !doubts.is_empty() {
            doubts.sort_unstable();
            let mut column = slot.bind(batch)?;
            let (kept, _) = each_row(doubts, |row| ledger.want(&mut column, row))?;
            column.account(ledger);
            self.correct(kept.into_iter());
        }
        Ok(())
    }

    /// Adds rows without a timestamp up to `rows`.
    pub(crate) fn fill_up(&mut self, rows: usize) {
        let parts: usize = self.parts.iter().map(Timestamps::len).sum();
        let known = self.absent + self.earlier.len() + parts + self.rows.len();
        match rows.saturating_sub(known) {
            0 => {}
            more if self.parts.is_empty() && self.rows.is_empty() => self.absent += more,
            more => {
                self.settle_rows();
                self.push_part(Timestamps::none(more));
            }
        }
    }

    /// Corrects rows of the last batch.
    pub(crate) fn correct(&mut self, rows: impl Iterator<Item = (usize, Option<Timestamp>)>) {
        if let Some(last) = self.parts.last_mut() {
            let rows: Vec<_> = rows.map(|(row, at)| (row, at.map(Timestamp::as_micros))).collect();
            last.correct(&rows);
        }
    }

    /// Adds one row.
    pub(crate) fn push(&mut self, at: Option<i64>) {
        self.settle_absent();
        self.rows.push(at);
    }

    fn settle_rows(&mut self) {
        if !self.rows.is_empty() {
            let rows = std::mem::take(&mut self.rows);
            self.push_part(rows.into_iter().collect());
        }
    }

    fn settle_absent(&mut self) {
        if self.absent > 0 {
            let absent = std::mem::take(&mut self.absent);
            self.push_part(Timestamps::none(absent));
        }
    }

    /// The last batch; `None` if no row has a timestamp so far.
    pub(crate) fn last(&self) -> Option<&Timestamps> {
        self.parts.last()
    }

    /// The whole column.
    pub(crate) fn finish(mut self) -> Timestamps {
        self.settle_rows();
        self.settle_absent();
        let adjacent = self.origin.and_then(|origin| Timestamps::adjacent(&self.parts, &origin));
        adjacent.unwrap_or_else(|| {
            self.parts.into_iter().for_each(|part| self.earlier.append(part));
            self.earlier.finish()
        })
    }

    /// The whole column. Missing values are undefined.
    pub(crate) fn finish_micros(self) -> ScalarBuffer<i64> {
        self.finish().into_micros()
    }
}

/// When the rows of a table were last changed, if known.
#[derive(Debug, Default)]
pub(crate) struct Versions {
    times: Times,
    described: bool,
}

impl Versions {
    /// Adds the rows of a batch. Unreadable values are added to the ledger.
    pub(crate) fn decode(
        &mut self,
        slot: &TimestampSlot,
        batch: &RecordBatch,
        ledger: &mut Ledger,
    ) -> Result<(), ReadError> {
        self.described |= slot.is_described();
        self.times.decode_alone(slot, batch, ledger)
    }

    /// The whole column, if there is one.
    pub(crate) fn finish(self) -> Option<Timestamps> {
        self.described.then(|| self.times.finish())
    }
}

/// Whether the later of two rows with the same id counts, given when each was changed.
pub(crate) fn replaces(duplicates: Duplicates, earlier: Option<i64>, later: Option<i64>) -> bool {
    match later.cmp(&earlier) {
        Ordering::Greater => true,
        Ordering::Less => false,
        Ordering::Equal => duplicates == Duplicates::Last,
    }
}
