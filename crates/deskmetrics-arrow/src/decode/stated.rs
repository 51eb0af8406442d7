//! Columns of measures stated by the source.

use arrow_array::{Array as _, RecordBatch};
use deskmetrics::replay::{Stated, StatedMeasure, StatedValue};
use deskmetrics::report::Warning;
use deskmetrics::ticket::StatedSla;
use deskmetrics::{ClockKind, Reason, SlaMetric, Status, Timestamp};

use super::context::in_order;
use super::ledger::{Ledger, Scope, each_row};
use super::slot::{FileColumns, MeasureSlot, TimestampSlot, WordSlot};
use super::time::Times;
use super::word::{KnownCodes, Words};
use crate::ReadError;
use crate::column::measure::MeasureName;
use crate::column::utc::Timestamps;
use crate::column::{BadCell, DurationUnit};
use crate::description::TicketSource;

/// A measure stated by the source, on one clock.
#[derive(Debug)]
pub(crate) struct StatedColumn {
    pub(crate) measure: StatedMeasure,
    pub(crate) clock: ClockKind,
    /// The role, and the column that it was first read from.
    pub(crate) role: &'static str,
    pub(crate) name: String,
    /// The offset from a value in the role to the measure.
    more: i64,
    unit: Option<DurationUnit>,
    /// The decimals of the most precise number.
    decimals: Option<u8>,
    /// Microseconds or counts, or one of the codes below.
    values: Vec<i64>,
}

const ABSENT: i64 = -1;
const UNREADABLE: i64 = -2;
const NEGATIVE: i64 = -3;

/// A column of one table, and the target of its values.
#[derive(Debug)]
pub(super) struct StatedSlot {
    place: usize,
    /// The offset from its values to the measure.
    more: i64,
    slot: MeasureSlot,
}

/// The measures of one table.
pub(super) fn slots<'a>(
    all: &mut Vec<StatedColumn>,
    source: &'a TicketSource,
    columns: &mut FileColumns<'a>,
) -> Result<Vec<StatedSlot>, ReadError> {
    let mut slots = Vec::new();
    for (role, measure, more, keys) in source.stated() {
        for key in keys {
            let (clock, unit) =
                if measure.is_duration() { (key.clock(), key.unit()) } else { (ClockKind::Calendar, None) };
            let known = all.iter().position(|column| column.measure == measure && column.clock == clock);
            let place = known.unwrap_or_else(|| {
                let name = key.column.clone();
                all.push(StatedColumn {
                    measure,
                    clock,
                    role,
                    name,
                    more,
                    unit,
                    decimals: None,
                    values: Vec::new(),
                });
                all.len() - 1
            });
            slots.push(StatedSlot { place, more, slot: columns.measure(key, measure.is_duration())? });
        }
    }
    Ok(slots)
}

/// The SLA targets of one metric, as stated by the source.
#[derive(Debug)]
pub(crate) struct SlaColumn {
    metric: SlaMetric,
    due_at: Times,
    met: Words<bool>,
    /// The whole column, after reading.
    due: Timestamps,
}

/// The columns of one table.
pub(super) struct SlaSlot {
    place: usize,
    due_at: TimestampSlot,
    met: WordSlot<bool>,
}

/// The SLA targets of one table.
pub(super) fn sla_slots<'a>(
    all: &mut Vec<SlaColumn>,
    source: &'a TicketSource,
    columns: &mut FileColumns<'a>,
) -> Result<Vec<SlaSlot>, ReadError> {
    let mut slots = Vec::new();
    for (metric, key) in &source.sla {
        let known = all.iter().position(|column| column.metric == *metric);
        let place = known.unwrap_or_else(|| {
            let (due_at, met, due) = (Times::default(), Words::default(), Timestamps::default());
            all.push(SlaColumn { metric: metric.clone(), due_at, met, due });
            all.len() - 1
        });
        let (due_at, met) =
            (columns.maybe_timestamp(key.due_at.as_ref())?, columns.maybe_word(key.met.as_ref())?);
        slots.push(SlaSlot { place, due_at, met });
    }
    Ok(slots)
}

impl SlaSlot {
    /// Adds the rows of a batch, which starts at row `first`.
    pub(super) fn decode(
        &self,
        all: &mut [SlaColumn],
        batch: &RecordBatch,
        first: usize,
        ledger: &mut Ledger,
    ) -> Result<(), ReadError> {
        let column = &mut all[self.place];
        column.fill_up(first);
        column.due_at.decode_alone(&self.due_at, batch, ledger)?;
        let mut doubts = Vec::new();
        column.met.decode(&self.met, &mut KnownCodes::default(), batch, &mut doubts)?;
        if !doubts.is_empty() {
            let mut met = self.met.bind(batch)?;
            each_row(in_order(doubts), |row| ledger.want(&mut met, row))?;
        }
        Ok(())
    }
}

impl SlaColumn {
    fn fill_up(&mut self, rows: usize) {
        self.met.fill_up(rows);
        self.due_at.fill_up(rows);
    }

    /// Completes the column to `rows` rows.
    pub(super) fn finish(mut self, rows: usize) -> Self {
        self.fill_up(rows);
        self.due = std::mem::take(&mut self.due_at).finish();
        self
    }

    pub(crate) fn metric(&self) -> &SlaMetric {
        &self.metric
    }

    /// The stated SLA of a ticket.
    pub(crate) fn of_row(&self, row: usize) -> StatedSla {
        let due_at = (row < self.due.len()).then(|| self.due.get(row)).flatten();
        StatedSla {
            metric: self.metric.clone(),
            due_at: due_at.map(Timestamp::saturating_from_micros),
            met: self.met.of_row(row).copied(),
        }
    }

    /// Whether the source gives verdicts.
    pub(super) fn has_verdicts(&self) -> bool {
        self.met.kinds() > 1
    }

    /// Whether any row that counts has a verdict or a due time.
    pub(crate) fn has_values(&self, counts: impl Fn(usize) -> bool) -> bool {
        self.has_verdicts() || self.due.last(counts).is_some()
    }
}

impl StatedSlot {
    /// Adds the rows of a batch, which starts at row `first`. `open` is the status of a ticket whose row reports it
    /// as open.
    pub(super) fn decode(
        &self,
        all: &mut [StatedColumn],
        batch: &RecordBatch,
        (first, open): (usize, impl Fn(usize) -> Option<Status>),
        ledger: &mut Ledger,
    ) -> Result<(), ReadError> {
        let column = &mut all[self.place];
        let array = self.slot.array(batch);
        let read = self.slot.reading().read(array).map_err(|wrong| self.slot.wrong(wrong))?;
        column.values.resize(first, ABSENT);
        column.decimals = column.decimals.max(read.decimals);
        column.values.extend(
            read.values.iter().map(|value| value.map_or(ABSENT, |value| value.saturating_add(self.more))),
        );
        if let (Some(text), Some(unit)) = (read.two_parts, column.unit) {
            let (read_as, other, form) = match unit {
                DurationUnit::Hours => ("hours and minutes", "minutes and seconds", "00:01:30"),
                _ => ("minutes and seconds", "hours and minutes", "01:30:00"),
            };
            ledger.note(format!(
                "values such as \"{text}\" in column \"{}\" are {read_as}, because its unit is {}; write {other} as \"{form}\"",
                self.slot.name(),
                unit.name()
            ));
        }
        for (row, bad, text) in read.bad {
            if bad == BadCell::NoUnit {
                return Err(self.slot.no_unit(column.role));
            }
            let code = if bad == BadCell::Negative { NEGATIVE } else { UNREADABLE };
            column.values[first + row] = code;
            let remedy = self.slot.reading().remedy(bad, &text);
            ledger
                .exclude_one(Scope::Value, bad.reason(), ledger.row(row), self.slot.name(), || (text, remedy))
                .skipped()?;
        }
        if column.measure == StatedMeasure::FullResolutionTime {
            for row in 0..array.len() {
                let value = &mut column.values[first + row];
                let Some(now) = open(row).filter(|_| *value >= 0) else { continue };
                let micros = std::mem::replace(value, ABSENT);
                ledger
                    .exclude_one(Scope::Value, Reason::Reopened, ledger.row(row), self.slot.name(), || {
                        let remedy = format!("the ticket is {now} again, so this solve did not last");
                        (deskmetrics::duration_text::format(chrono::TimeDelta::microseconds(micros)), remedy)
                    })
                    .skipped()?;
            }
        }
        Ok(())
    }
}

impl StatedColumn {
    /// The stated value of a ticket.
    pub(crate) fn of_row(&self, row: usize) -> Stated {
        let value = match self.values.get(row).copied() {
            None | Some(ABSENT) => StatedValue::Absent,
            Some(NEGATIVE) => StatedValue::Excluded(Reason::EndBeforeStart),
            Some(value) if value < 0 => StatedValue::Excluded(Reason::Unreadable),
            Some(value) => StatedValue::Known(value),
        };
        Stated { measure: self.measure, clock: self.clock, value }
    }

    /// The measure as a value in the role of the column. For transfers, one stint or none is 0.
    pub(crate) fn in_its_role(&self, value: i64) -> i64 {
        value.saturating_sub(self.more).max(0)
    }

    /// A warning if the unit is probably wrong, given rows with the age of their tickets at their end.
    pub(super) fn implausible_unit(
        &self,
        ages: &[(usize, i64)],
        ticket: impl Fn(usize) -> String,
    ) -> Option<Warning> {
        let unit = self.unit?;
        let known = |(row, age): &(usize, i64)| {
            self.values.get(*row).filter(|value| **value >= 0).map(|value| (*row, *value, *age))
        };
        let known: Vec<(usize, i64, i64)> = ages.iter().filter_map(known).collect();
        let is_longer = |(_, value, age): &&(usize, i64, i64)| *value > age.saturating_mul(3);
        let longer = || known.iter().filter(is_longer);
        let (row, stated, age) = *longer().next()?;
        let count = longer().count();
        if count * 2 < known.len() {
            return None;
        }
        let fits = |likely: &DurationUnit| {
            let scaled =
                |value: i64| i128::from(value) * i128::from(likely.micros()) / i128::from(unit.micros());
            let fitting = known.iter().filter(|(_, value, age)| scaled(*value) <= i128::from(*age)).count();
            likely.micros() < unit.micros()
                && fitting as f64 >= (1.0 - Warning::MOST_EXCLUDED) * known.len() as f64
        };
        let likely = DurationUnit::LONGEST_FIRST.into_iter().find(fits).map(DurationUnit::name);
        let remedy = |likely| {
            let (role, name) = (self.role, &self.name);
            format!(
                "state {role} = {{ column = \"{name}\", unit = \"{likely}\" }} if that is the one of its numbers"
            )
        };
        Some(Warning::UnitImplausible {
            measure: self.role.into(),
            column: self.name.clone(),
            count: count as u64,
            of: known.len() as u64,
            ticket: ticket(row),
            stated: stated as f64 / 1e6,
            age: age as f64 / 1e6,
            unit: unit.name().into(),
            likely: likely.map(Into::into),
            remedy: likely.map(remedy).unwrap_or_default(),
        })
    }

    /// A note if the name of the column contains another unit than the stated one.
    pub(crate) fn other_unit(&self) -> Option<String> {
        let (unit, named) = (self.unit?, MeasureName::of(&self.name).unit?);
        (unit != named).then(|| {
            format!(
                "{}: the name of column \"{}\" contains the unit {}, but {} is stated, which counts: if that is wrong, state \
                 {} = {{ column = \"{}\", unit = \"{}\" }}",
                self.role,
                self.name,
                named.name(),
                unit.name(),
                self.role,
                self.name,
                named.name()
            )
        })
    }

    /// Whether two values differ by more than rounding. Numbers are as precise as their last decimal, texts to the
    /// second.
    pub(crate) fn differs(&self, one: i64, other: i64) -> bool {
        let step = match (self.unit, self.decimals) {
            _ if !self.measure.is_duration() => 1,
            (Some(unit), Some(decimals)) => unit.micros() / 10_i64.pow(u32::from(decimals)),
            _ => DurationUnit::Seconds.micros(),
        };
        one.abs_diff(other) >= step.max(1).unsigned_abs()
    }
}
