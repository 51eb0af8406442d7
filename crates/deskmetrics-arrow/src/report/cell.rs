//! The slice and period of each row of surveys, as one small number.

use std::ops::Range;

use arrow_buffer::BooleanBuffer;
use deskmetrics::Timestamp;
use deskmetrics::report::{Feed, PeriodId, SliceIds};

use super::directory::{Directory, Owner};
use super::place::{Keys, NO_TICKET, Slices};
use crate::column::bits::Bits;
use crate::column::utc::Instants;
use crate::frame::id::Ids;

/// The cell of rows that do not count.
pub(super) const NOWHERE: u32 = 0;

/// A slice, period and kind of record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    slices: usize,
    pub(super) period: PeriodId,
    /// Whether the records are of after the cut-off.
    pub(super) later: bool,
    /// What else tells them apart, such as the question.
    pub(super) kind: u32,
}

/// What tells the cells of a table apart.
#[derive(Debug)]
pub(super) struct Ways<'f> {
    pub(super) keys: Keys<'f>,
    pub(super) directory: Option<&'f Directory<'f>>,
    pub(super) tickets: Option<&'f Ids>,
    pub(super) as_of: Option<Timestamp>,
}

/// Rows of a part whose cells are asked for.
#[derive(Debug, Clone)]
pub(super) struct Rows<'f> {
    pub(super) part: usize,
    /// Rows of the table before the part.
    pub(super) before: usize,
    pub(super) clean: Option<&'f BooleanBuffer>,
    pub(super) at: Option<&'f Instants>,
}

/// The cells met so far.
#[derive(Debug)]
pub(super) struct Cells {
    slices: Slices,
    kinds: usize,
    /// By combination and kind, then by period and whether later: the number of the cell.
    numbers: Vec<Vec<u32>>,
    /// By number.
    met: Vec<Cell>,
    /// The earliest date met.
    pub(super) first: Option<i64>,
    /// Rows that count.
    pub(super) rows: u64,
    combinations: Vec<u64>,
}

impl Cells {
    pub(super) fn new(ways: &Ways<'_>, kinds: usize, feed: &mut Feed<'_>) -> Self {
        // The first cell takes the rows that do not count.
        let nowhere = Cell { slices: 0, period: feed.period(None), later: false, kind: 0 };
        Self {
            slices: Slices::new(ways.keys.combinations()),
            kinds: kinds.max(1),
            numbers: Vec::new(),
            met: vec![nowhere],
            first: None,
            rows: 0,
            combinations: Vec::new(),
        }
    }

    /// How many cells there are.
    pub(super) fn len(&self) -> usize {
        self.met.len()
    }

    /// Every cell with its number but the first.
    pub(super) fn each(&self) -> impl Iterator<Item = (usize, Cell, &SliceIds)> {
        self.met
            .iter()
            .enumerate()
            .skip(1)
            .map(|(number, cell)| (number, *cell, self.slices.ids(cell.slices)))
    }

    /// Finds the cells of some rows; `kind` tells them further apart, and is `None` where a row does not count.
    pub(super) fn find(
        &mut self,
        ways: &Ways<'_>,
        rows: &Rows<'_>,
        range: Range<usize>,
        feed: &mut Feed<'_>,
        kind: impl Fn(usize) -> u32,
        found: &mut Vec<u32>,
    ) {
        found.clear();
        let mut combinations = std::mem::take(&mut self.combinations);
        combinations.resize(range.len(), 0);
        ways.keys.of_rows(rows.part, range.start, &mut combinations);
        let as_of = ways.as_of.map_or(i64::MAX, Timestamp::as_micros);
        let inherits = ways.directory.zip(ways.tickets);
        let countable = ways.keys.combinations().is_some();
        let clean = rows.clean.map_or(Bits::ALL, |clean| Bits::of(&clean.slice(range.start, range.len())));
        let dates = rows.at.map(|at| at.of_rows(range.clone()));
        let mut first = self.first.unwrap_or(i64::MAX);
        for ((place, row), own) in range.enumerate().zip(&combinations) {
            if !clean.get(place) {
                found.push(NOWHERE);
                continue;
            }
            self.rows += 1;
            let at = dates.as_ref().and_then(|dates| dates.get(place));
            first = first.min(at.unwrap_or(i64::MAX));
            let period = feed.period(at.map(Timestamp::saturating_from_micros));
            let later = at.is_some_and(|at| at > as_of);
            let slices = match inherits {
                None if countable => {
                    let value = |attribute: &_| ways.keys.value(*own, attribute);
                    self.slices.number(*own, NO_TICKET, feed, value)
                }
                _ => {
                    let owner = inherits.map_or(Owner::Nobody, |(directory, tickets)| {
                        directory.owner(tickets, rows.before + row)
                    });
                    let value = |attribute: &_| {
                        let own = ways.keys.value_of_row(rows.part, row, attribute);
                        own.or_else(|| owner.value(attribute))
                    };
                    let own = if countable { *own } else { 1 << 63 | (rows.before + row) as u64 };
                    self.slices.number(own, owner.combination(), feed, value)
                }
            };
            found.push(self.number(slices, period, later, kind(row)));
        }
        self.first = (first < i64::MAX).then_some(first);
        self.combinations = combinations;
    }

    #[inline]
    fn number(&mut self, slices: usize, period: PeriodId, later: bool, kind: u32) -> u32 {
        let (line, column) = (slices * self.kinds + kind as usize, period.index() * 2 + usize::from(later));
        match self.numbers.get(line).and_then(|line| line.get(column)) {
            Some(number) if *number != NOWHERE => *number,
            _ => self.add(line, column, Cell { slices, period, later, kind }),
        }
    }

    #[cold]
    fn add(&mut self, line: usize, column: usize, cell: Cell) -> u32 {
        if self.numbers.len() <= line {
            self.numbers.resize_with(line + 1, Vec::new);
        }
        let number = u32::try_from(self.met.len()).unwrap_or(NOWHERE);
        if let Some(line) = self.numbers.get_mut(line) {
            if line.len() <= column {
                line.resize(column + 1, NOWHERE);
            }
            line[column] = number;
        }
        self.met.push(cell);
        number
    }
}
