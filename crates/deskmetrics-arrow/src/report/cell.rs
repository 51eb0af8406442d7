//! The slice and period of survey rows, as a number.

use std::mem::take;
use std::ops::Range;

use deskmetrics::Timestamp;
use deskmetrics::engine::{Feed, Milestones, PeriodId, SliceIds};
use deskmetrics::ticket::Attribute;

use super::owner::Owners;
use super::place::{Keys, NO_TICKET, SliceNumbers, only};
use crate::column::utc::{Timestamps, read_or};
use crate::decode::id::NOWHERE as NO_OWNER;
use crate::decode::word::Codes;

/// The cell of rows that do not count.
pub(super) const NOWHERE: u32 = 0;

/// A slice, period and kind of record.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReportCell {
    slices: usize,
    pub(super) period: PeriodId,
    /// Whether the records are after the cut-off.
    pub(super) later: bool,
    /// A further distinction, such as the question.
    pub(super) kind: u32,
}

/// The keys that determine the cell of a row.
#[derive(Debug)]
pub(super) struct GroupKeys<'d> {
    pub(super) keys: Keys<'d>,
    /// The tickets that attributes are taken from, and the ticket's index for each row.
    pub(super) owners: Option<(&'d Owners<'d>, &'d [u32])>,
    /// When the tickets were created, and the ticket's index for each row: an answer without a date is not before that.
    pub(super) created: Option<(&'d [i64], &'d [u32])>,
    pub(super) as_of: Option<Timestamp>,
    /// Whether each row is excluded; empty if all rows count.
    pub(super) unusable: &'d [bool],
    pub(super) at: Option<&'d Timestamps>,
}

impl GroupKeys<'_> {
    /// When the ticket of a row was created, if known.
    pub(super) fn created_at(&self, row: usize) -> i64 {
        let created = self.created.and_then(|(created, places)| created.get(*places.get(row)? as usize));
        created.copied().unwrap_or(Milestones::NEVER)
    }
}

/// The cells seen so far.
#[derive(Debug)]
pub(super) struct Cells {
    slices: SliceNumbers,
    kinds: usize,
    /// The number of a cell: by period (before or after the cut-off), then by slices and kind.
    numbers: Vec<Vec<u32>>,
    /// By number.
    met: Vec<ReportCell>,
    /// The earliest date seen.
    pub(super) first: Option<i64>,
    /// The number of rows that count.
    pub(super) rows: u64,
    /// The dates of the last rows, [`Milestones::NEVER`] for none.
    pub(super) dates: Vec<i64>,
    periods: Vec<PeriodId>,
    /// For each of these rows, the combination of values; then the slices and the kind.
    lines: Vec<u64>,
}

impl Cells {
    pub(super) fn new(group_keys: &GroupKeys<'_>, kinds: usize, feed: &mut Feed<'_>) -> Self {
        // The first cell is for rows that do not count.
        let nowhere = ReportCell { slices: 0, period: feed.period(None), later: false, kind: 0 };
        Self {
            slices: SliceNumbers::new(group_keys.keys.combinations()),
            kinds: kinds.max(1),
            numbers: Vec::new(),
            met: vec![nowhere],
            first: None,
            rows: 0,
            dates: Vec::new(),
            periods: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// The number of cells.
    pub(super) fn len(&self) -> usize {
        self.met.len()
    }

    /// The slices of a cell.
    pub(super) fn slices_of(&self, cell: u32) -> &SliceIds {
        let slices = self.met.get(cell as usize).map_or(0, |cell| cell.slices);
        self.slices.ids(slices)
    }

    /// Every cell but the first, with its number.
    pub(super) fn each(&self) -> impl Iterator<Item = (usize, ReportCell, &SliceIds)> {
        self.met
            .iter()
            .enumerate()
            .skip(1)
            .map(|(number, cell)| (number, *cell, self.slices.ids(cell.slices)))
    }

    /// Computes the cells of some rows. `kind` distinguishes them further.
    pub(super) fn find(
        &mut self,
        group_keys: &GroupKeys<'_>,
        range: Range<usize>,
        feed: &mut Feed<'_>,
        kind: &Codes,
        found: &mut Vec<u32>,
    ) {
        found.clear();
        found.resize(range.len(), NOWHERE);
        let excluded = group_keys.unusable.get(range.clone()).unwrap_or_default();
        // Rows that do not count use the values of a row that does, so that they add no slice or period.
        let Some(usable) = (0..range.len()).find(|place| !excluded.get(*place).is_some_and(|it| *it)) else {
            return;
        };
        let gone = || excluded.iter().enumerate().filter(|(_, excluded)| **excluded).map(|(place, _)| place);
        self.rows += (range.len() - gone().count()) as u64;
        read_or(group_keys.at, Milestones::NEVER, range.clone(), &mut self.dates);
        for place in gone() {
            self.dates[place] = self.dates[usable];
        }
        feed.periods(&self.dates, &mut self.periods);

        self.lines.resize(range.len(), 0);
        group_keys.keys.of_rows(range.start, &mut self.lines);
        for place in gone() {
            self.lines[place] = self.lines[usable];
        }
        let decided_by_line = group_keys.owners.is_none() && group_keys.keys.combinations().is_some();
        if let Some(only) = only(&self.lines).filter(|_| decided_by_line) {
            let slices = group_keys.slices_of(range.start + usable, only, &mut self.slices, feed);
            self.lines.fill((slices * self.kinds) as u64);
        } else {
            for (place, line) in self.lines.iter_mut().enumerate() {
                let slices = self.slices.known(*line).filter(|_| decided_by_line).unwrap_or_else(|| {
                    let gone = excluded.get(place).is_some_and(|excluded| *excluded);
                    let row = range.start + if gone { usable } else { place };
                    group_keys.slices_of(row, *line, &mut self.slices, feed)
                });
                *line = (slices * self.kinds) as u64;
            }
        }
        kind.add_to(range.start, 1, &mut self.lines);

        let as_of = group_keys.as_of.map_or(i64::MAX, Timestamp::as_micros);
        let after = as_of.saturating_add(1)..Milestones::NEVER;
        let (dates, periods, lines) = (take(&mut self.dates), take(&mut self.periods), take(&mut self.lines));
        let before = self.first.unwrap_or(Milestones::NEVER);
        let first = dates.iter().fold(before, |first, at| first.min(*at));
        // In most blocks all rows are before the cut-off; without periods and slices they have one cell.
        let alike = group_keys.created.is_none()
            && !dates.iter().fold(false, |any, at| any | after.contains(at))
            && only(&periods).is_some()
            && only(&lines).is_some();
        let rows = if alike { range.start..range.start + 1 } else { range.clone() };
        for ((((found, line), period), at), row) in
            found.iter_mut().zip(&lines).zip(&periods).zip(&dates).zip(rows)
        {
            let undated = *at == Milestones::NEVER && group_keys.created.is_some();
            let known = if undated { group_keys.created_at(row) } else { *at };
            let later = after.contains(&known);
            let column = period.index() * 2 + usize::from(later);
            let line = usize::try_from(*line).unwrap_or(0);
            *found = match self.numbers.get(column).and_then(|cells| cells.get(line)) {
                Some(number) if *number != NOWHERE => *number,
                _ => self.add(line, column, *period, later),
            };
        }
        if let (true, Some(cell)) = (alike, found.first().copied()) {
            found.fill(cell);
        }
        self.first = Some(first).filter(|first| *first != Milestones::NEVER);
        (self.dates, self.periods, self.lines) = (dates, periods, lines);
        for place in gone() {
            found[place] = NOWHERE;
        }
    }

    #[cold]
    fn add(&mut self, line: usize, column: usize, period: PeriodId, later: bool) -> u32 {
        if self.numbers.len() <= column {
            self.numbers.resize_with(column + 1, Vec::new);
        }
        let number = u32::try_from(self.met.len()).unwrap_or(NOWHERE);
        if let Some(cells) = self.numbers.get_mut(column) {
            if cells.len() <= line {
                cells.resize(line + 1, NOWHERE);
            }
            cells[line] = number;
        }
        let kind = u32::try_from(line % self.kinds).unwrap_or(0);
        self.met.push(ReportCell { slices: line / self.kinds, period, later, kind });
        number
    }
}

impl GroupKeys<'_> {
    /// The number of the slices of a row with these values.
    fn slices_of(&self, row: usize, own: u64, slices: &mut SliceNumbers, feed: &mut Feed<'_>) -> usize {
        let countable = self.keys.combinations().is_some();
        match &self.owners {
            None if countable => {
                let value = |attribute: &_| self.keys.value(own, attribute);
                slices.number(own, NO_TICKET, feed, |feed| feed.slices(value, &std::iter::empty(), None))
            }
            owners => {
                let owner = owners
                    .as_ref()
                    .map(|(owners, places)| (*owners, places.get(row).copied().unwrap_or(NO_OWNER)));
                let value = |attribute: &_| {
                    let own = self.keys.value_of_row(row, attribute);
                    own.or_else(|| owner.and_then(|(owners, place)| owners.value(place, attribute)))
                };
                let tagged = self.keys.value_of_row(row, &Attribute::Tag).is_some();
                let tags = owner.filter(|_| !tagged).into_iter();
                let tags = tags.flat_map(|(owners, place)| owners.tags(place));
                let own = if countable { own } else { 1 << 63 | row as u64 };
                let combination = owner.map_or(NO_TICKET, |(owners, place)| owners.combination(place));
                slices.number(own, combination, feed, |feed| feed.slices(value, &tags, None))
            }
        }
    }
}
