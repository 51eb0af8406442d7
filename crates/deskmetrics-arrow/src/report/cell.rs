//! The slice and period of survey rows, as a number.

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
    /// Whether each of some rows is excluded; empty if all of them count.
    fn excluded(&self, rows: &Range<usize>) -> &[bool] {
        let excluded = self.unusable.get(rows.clone()).unwrap_or_default();
        if excluded.contains(&true) { excluded } else { &[] }
    }

    /// The dates of some rows, [`Milestones::NEVER`] for none. Rows that do not count have the date of one that does.
    pub(super) fn dates<'t>(&'t self, rows: Range<usize>, buffer: &'t mut Vec<i64>) -> &'t [i64] {
        let excluded = self.excluded(&rows);
        let Some(usable) = excluded.iter().position(|excluded| !excluded) else {
            return read_or(self.at, Milestones::NEVER, rows, buffer);
        };
        let mut dates = read_or(self.at, Milestones::NEVER, rows, buffer).to_vec();
        let usable = dates[usable];
        dates.iter_mut().zip(excluded).filter(|(_, excluded)| **excluded).for_each(|(at, _)| *at = usable);
        *buffer = dates;
        buffer
    }

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
    numbers: Vec<u32>,
    /// How many slices and kinds there is room for in each period.
    width: usize,
    /// By number.
    met: Vec<ReportCell>,
    /// The earliest date seen.
    pub(super) first: Option<i64>,
    /// The number of rows that count.
    pub(super) rows: u64,
    periods: Vec<PeriodId>,
    /// For each row of a block, the combination of values.
    combinations: Vec<u64>,
    /// For each row of a block, the number of its slices; then that of its slices and kind.
    lines: Vec<u32>,
    /// The cells of the last block, unless there is only one.
    found: Vec<u32>,
    /// The only cell of the last block.
    same: Option<u32>,
}

impl Cells {
    pub(super) fn new(group_keys: &GroupKeys<'_>, kinds: usize, feed: &mut Feed<'_>) -> Self {
        // The first cell is for rows that do not count.
        let nowhere = ReportCell { slices: 0, period: feed.period(None), later: false, kind: 0 };
        Self {
            slices: SliceNumbers::new(group_keys.keys.combinations()),
            kinds: kinds.max(1),
            numbers: Vec::new(),
            width: 0,
            met: vec![nowhere],
            first: None,
            rows: 0,
            periods: Vec::new(),
            combinations: Vec::new(),
            lines: Vec::new(),
            found: Vec::new(),
            same: None,
        }
    }

    /// The cell of a row of the last block.
    fn of_row(&self, place: usize) -> u32 {
        self.same.or_else(|| self.found.get(place).copied()).unwrap_or(NOWHERE)
    }

    /// Whether a row of the last block counts.
    pub(super) fn counts(&self, place: usize) -> bool {
        self.of_row(place) != NOWHERE
    }

    /// The slices of a row of the last block; `None` if it does not count.
    pub(super) fn slices_of_row(&self, place: usize) -> Option<&SliceIds> {
        let cell = self.met.get(self.of_row(place) as usize).filter(|_| self.counts(place))?;
        Some(self.slices.ids(cell.slices))
    }

    /// Every cell but the first, with its number.
    pub(super) fn each(&self) -> impl Iterator<Item = (usize, ReportCell, &SliceIds)> {
        self.met
            .iter()
            .enumerate()
            .skip(1)
            .map(|(number, cell)| (number, *cell, self.slices.ids(cell.slices)))
    }

    /// Computes the cells of a block of rows, given their [dates](GroupKeys::dates). `kind` distinguishes them further.
    pub(super) fn find(
        &mut self,
        group_keys: &GroupKeys<'_>,
        rows: Range<usize>,
        dates: &[i64],
        feed: &mut Feed<'_>,
        kind: &Codes,
    ) {
        self.same = None;
        self.found.clear();
        let excluded = group_keys.excluded(&rows);
        // Rows that do not count use the values of a row that does, so that they add no slice or period.
        let usable = if excluded.is_empty() { Some(0) } else { excluded.iter().position(|gone| !gone) };
        let Some(usable) = usable.filter(|usable| *usable < rows.len()) else {
            self.same = Some(NOWHERE);
            return;
        };
        let gone = || excluded.iter().enumerate().filter(|(_, excluded)| **excluded).map(|(place, _)| place);
        self.rows += (rows.len() - gone().count()) as u64;

        let same_line = self.find_lines(group_keys, rows.clone(), usable, excluded, feed, kind);
        let same_period = feed.periods(dates, &mut self.periods);
        let as_of = group_keys.as_of.map_or(Milestones::NEVER - 1, Timestamp::as_micros);
        let first = self.first.unwrap_or(as_of);
        let usual =
            |at: &i64| at.wrapping_sub(first).cast_unsigned() <= as_of.wrapping_sub(first).cast_unsigned();
        if first <= as_of && dates.iter().all(usual) {
            // No row is undated, after the cut-off, or earlier than all before.
            if let (Some(line), Some(period), true) = (same_line, same_period, excluded.is_empty()) {
                self.same = Some(self.number(line, period, false));
                return;
            }
            let mut found = std::mem::take(&mut self.found);
            let cells =
                self.lines.iter().zip(&self.periods).map(|(line, period)| self.known(*line, *period, false));
            found.extend(cells);
            self.found = found;
        } else {
            let known = dates.iter().copied().filter(|at| *at != Milestones::NEVER);
            self.first = self.first.into_iter().chain(known).min();
            self.found.resize(rows.len(), NOWHERE);
        }
        if self.found.contains(&NOWHERE) {
            let after = as_of.saturating_add(1)..Milestones::NEVER;
            for (place, (at, row)) in dates.iter().zip(rows).enumerate() {
                let undated = *at == Milestones::NEVER && group_keys.created.is_some();
                let known = if undated { group_keys.created_at(row) } else { *at };
                self.found[place] =
                    self.number(self.lines[place], self.periods[place], after.contains(&known));
            }
        }
        for place in gone() {
            self.found[place] = NOWHERE;
        }
    }

    /// Numbers the slices and kinds of some rows. Returns the only one if all have the same.
    fn find_lines(
        &mut self,
        group_keys: &GroupKeys<'_>,
        rows: Range<usize>,
        usable: usize,
        excluded: &[bool],
        feed: &mut Feed<'_>,
        kind: &Codes,
    ) -> Option<u32> {
        let Self { slices, combinations, lines, kinds, .. } = self;
        combinations.resize(rows.len(), 0);
        group_keys.keys.of_rows(rows.start, combinations);
        let gone = |place: usize| excluded.get(place).is_some_and(|excluded| *excluded);
        for place in (0..excluded.len()).filter(|place| gone(*place)) {
            combinations[place] = combinations[usable];
        }
        let decided_by_line = group_keys.owners.is_none() && group_keys.keys.combinations().is_some();
        let mut number = |slices: &mut SliceNumbers, place: usize| {
            let row = rows.start + if gone(place) { usable } else { place };
            group_keys.slices_of(row, combinations[place], slices, feed)
        };
        let only = only(combinations).filter(|_| decided_by_line);
        if only.is_some() {
            let number = number(slices, usable);
            lines.clear();
            lines.resize(rows.len(), number);
        } else if decided_by_line {
            slices.of_rows(combinations, lines, number);
        } else {
            lines.clear();
            lines.extend((0..rows.len()).map(|place| number(slices, place)));
        }
        let kinds = u32::try_from(*kinds).unwrap_or(u32::MAX);
        kind.combine(rows.start, kinds, lines);
        self.make_room(self.slices.all().len() * self.kinds);
        only.filter(|_| matches!(kind, Codes::All(..))).map(|_| self.lines[0])
    }

    /// The number of a cell; [`NOWHERE`] if it is new.
    #[inline]
    fn known(&self, line: u32, period: PeriodId, later: bool) -> u32 {
        let column = period.index() * 2 + usize::from(later);
        self.numbers.get(column * self.width + line as usize).copied().unwrap_or(NOWHERE)
    }

    /// The number of a cell.
    #[inline]
    fn number(&mut self, line: u32, period: PeriodId, later: bool) -> u32 {
        match self.known(line, period, later) {
            NOWHERE => self.add(line, period, later),
            number => number,
        }
    }

    #[cold]
    fn add(&mut self, line: u32, period: PeriodId, later: bool) -> u32 {
        let (line, column) = (line as usize, period.index() * 2 + usize::from(later));
        let place = column * self.width + line;
        if self.numbers.len() <= place {
            self.numbers.resize((column + 1) * self.width, NOWHERE);
        }
        let number = u32::try_from(self.met.len()).unwrap_or(NOWHERE);
        self.numbers[place] = number;
        let kind = u32::try_from(line % self.kinds).unwrap_or(0);
        self.met.push(ReportCell { slices: line / self.kinds, period, later, kind });
        number
    }

    /// Makes room for so many slices and kinds in each period.
    fn make_room(&mut self, lines: usize) {
        if lines <= self.width {
            return;
        }
        let width = lines.next_power_of_two();
        let columns = self.numbers.chunks(self.width.max(1));
        self.numbers = columns
            .flat_map(|column| {
                column.iter().copied().chain(std::iter::repeat_n(NOWHERE, width - column.len()))
            })
            .collect();
        self.width = width;
    }
}

/// Counts of small numbers by cell.
#[derive(Debug)]
pub(super) struct CellCounts {
    /// One more than the highest number.
    width: usize,
    /// By cell, then by number.
    all: Vec<u64>,
    /// By number: counts of rows in the same cell, in four parts, because adding to one count again and again is slow.
    lanes: Vec<[u64; 4]>,
}

impl CellCounts {
    pub(super) fn new(width: usize) -> Self {
        Self { width, all: Vec::new(), lanes: Vec::new() }
    }

    /// Counts the number of each row of the last block, in its cell.
    pub(super) fn add(&mut self, cells: &Cells, numbers: impl Iterator<Item = usize>) {
        self.all.resize(cells.met.len() * self.width, 0);
        let Some(cell) = cells.same else {
            for (cell, number) in cells.found.iter().zip(numbers) {
                self.all[*cell as usize * self.width + number] += 1;
            }
            return;
        };
        self.lanes.clear();
        self.lanes.resize(self.width, [0; 4]);
        for (row, number) in numbers.enumerate() {
            self.lanes[number][row % 4] += 1;
        }
        let counts = self.all.iter_mut().skip(cell as usize * self.width);
        counts.zip(&self.lanes).for_each(|(count, lanes)| *count += lanes.iter().sum::<u64>());
    }

    /// The counts of a cell.
    pub(super) fn of(&self, cell: usize) -> &[u64] {
        self.all.get(cell * self.width..(cell + 1) * self.width).unwrap_or_default()
    }
}

impl GroupKeys<'_> {
    /// The number of the slices of a row with these values.
    fn slices_of(&self, row: usize, own: u64, slices: &mut SliceNumbers, feed: &mut Feed<'_>) -> u32 {
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
