//! The slice and period of each row of surveys, as one small number.

use std::ops::Range;

use deskmetrics::Timestamp;
use deskmetrics::engine::{Feed, PeriodId, SliceIds};
use deskmetrics::ticket::Attribute;

use super::owner::Owners;
use super::place::{Keys, NO_TICKET, Slices};
use crate::column::utc::Instants;
use crate::decode::id::NOWHERE as NO_OWNER;

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
pub(super) struct GroupKeys<'d> {
    pub(super) keys: Keys<'d>,
    /// The tickets that attributes are taken from, and by row the place of its ticket.
    pub(super) owners: Option<(&'d Owners<'d>, &'d [u32])>,
    pub(super) as_of: Option<Timestamp>,
    /// Rows excluded; none are listed where all count.
    pub(super) unusable: &'d [bool],
    pub(super) at: Option<&'d Instants>,
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
    pub(super) fn new(ways: &GroupKeys<'_>, kinds: usize, feed: &mut Feed<'_>) -> Self {
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

    /// The slices of a cell.
    pub(super) fn slices_of(&self, cell: u32) -> &SliceIds {
        let slices = self.met.get(cell as usize).map_or(0, |cell| cell.slices);
        self.slices.ids(slices)
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
        ways: &GroupKeys<'_>,
        range: Range<usize>,
        feed: &mut Feed<'_>,
        kind: impl Fn(usize) -> u32,
        found: &mut Vec<u32>,
    ) {
        found.clear();
        let mut combinations = std::mem::take(&mut self.combinations);
        combinations.resize(range.len(), 0);
        ways.keys.of_rows(range.start, &mut combinations);
        let as_of = ways.as_of.map_or(i64::MAX, Timestamp::as_micros);
        let countable = ways.keys.combinations().is_some();
        let dates = ways.at.map(|at| at.of_rows(range.clone()));
        let mut first = self.first.unwrap_or(i64::MAX);
        for ((place, row), own) in range.enumerate().zip(&combinations) {
            if ways.unusable.get(row).copied().unwrap_or(false) {
                found.push(NOWHERE);
                continue;
            }
            self.rows += 1;
            let at = dates.as_ref().and_then(|dates| dates.get(place));
            first = first.min(at.unwrap_or(i64::MAX));
            let period = feed.period(at.map(Timestamp::saturating_from_micros));
            let later = at.is_some_and(|at| at > as_of);
            let slices = match &ways.owners {
                None if countable => {
                    let value = |attribute: &_| ways.keys.value(*own, attribute);
                    self.slices
                        .number(*own, NO_TICKET, feed, |feed| feed.slices(value, &std::iter::empty(), None))
                }
                owners => {
                    let owner = owners
                        .as_ref()
                        .map(|(owners, places)| (*owners, places.get(row).copied().unwrap_or(NO_OWNER)));
                    let value = |attribute: &_| {
                        let own = ways.keys.value_of_row(row, attribute);
                        own.or_else(|| owner.and_then(|(owners, place)| owners.value(place, attribute)))
                    };
                    let tagged = ways.keys.value_of_row(row, &Attribute::Tag).is_some();
                    let tags = owner.filter(|_| !tagged).into_iter();
                    let tags = tags.flat_map(|(owners, place)| owners.tags(place));
                    let own = if countable { *own } else { 1 << 63 | row as u64 };
                    let combination = owner.map_or(NO_TICKET, |(owners, place)| owners.combination(place));
                    self.slices.number(own, combination, feed, |feed| feed.slices(value, &tags, None))
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
