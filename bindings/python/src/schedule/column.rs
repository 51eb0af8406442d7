//! Schedule methods for whole columns.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, DurationMicrosecondArray, Int64Array, TimestampMicrosecondArray,
};
use arrow_buffer::NullBuffer;
use chrono::{DateTime, TimeDelta, Utc};
use deskmetrics::Timestamp;
use deskmetrics::schedule::{CompiledSchedule, DueError};
use pyo3::prelude::*;

use crate::error::{self, OrError as _};
use crate::input::{Input, Micros, Moments, Origin, Spans, TimeColumn, Times, in_blocks, same_length};

/// An argument next to a column: one number for all rows, or one for each.
pub(super) struct Side<'py> {
    name: &'static str,
    micros: Numbers,
    /// Of the column: its kind and the zone of its timestamps.
    came_as: Option<(Origin<'py>, Arc<str>)>,
}

enum Numbers {
    One(i64),
    Many(Int64Array),
}

impl<'py> Side<'py> {
    pub(super) fn of<T: Micros>(name: &'static str, times: Times<'py, T>) -> Self {
        let (micros, came_as) = match times {
            Times::Column(column) => (Numbers::Many(column.micros), Some((column.origin, column.zone))),
            Times::Values(Input::One(value)) => (Numbers::One(value.micros()), None),
            Times::Values(Input::Many(values)) => {
                let micros = values.into_iter().map(|value| value.map(|value| value.micros()));
                (Numbers::Many(micros.collect()), None)
            }
        };
        Self { name, micros, came_as }
    }
}

/// Two arguments side by side.
pub(super) struct Pairs<'py> {
    first: Int64Array,
    second: Int64Array,
    nulls: Option<NullBuffer>,
    origin: Origin<'py>,
    zone: Arc<str>,
}

impl<'py> Pairs<'py> {
    pub(super) fn new(first: Side<'py>, second: Side<'py>) -> PyResult<Self> {
        if let (Numbers::Many(one), Numbers::Many(other)) = (&first.micros, &second.micros) {
            same_length(first.name, one.len(), second.name, other.len())?;
        }
        let n = match (&first.micros, &second.micros) {
            (Numbers::Many(many), _) | (_, Numbers::Many(many)) => many.len(),
            _ => 1,
        };
        let spread = |micros: Numbers| match micros {
            Numbers::One(one) => Int64Array::from_value(one, n),
            Numbers::Many(many) => many,
        };
        let (origin, zone) =
            first.came_as.or(second.came_as).unwrap_or_else(|| (Origin::List, Arc::from("UTC")));
        let (first, second) = (spread(first.micros), spread(second.micros));
        let nulls = NullBuffer::union(first.nulls(), second.nulls());
        Ok(Self { first, second, nulls, origin, zone })
    }

    /// Working time from each first to each second timestamp.
    pub(super) fn elapsed(self, py: Python<'py>, schedule: &CompiledSchedule) -> PyResult<Bound<'py, PyAny>> {
        let mut out = vec![0; self.first.len()];
        let (from, to) = (self.first.values(), self.second.values());
        let done = in_blocks(py, out.len(), |rows| {
            let nulls = self.nulls.as_ref().map(|nulls| nulls.slice(rows.start, rows.len()));
            let (from, to, out) = (&from[rows.clone()], &to[rows.clone()], &mut out[rows]);
            match nulls {
                None => schedule.elapsed_slice(from, to, out),
                // The value at a missing row may be far from the compiled years, where counting is slow.
                Some(nulls) => nulls.valid_slices().try_for_each(|(start, end)| {
                    schedule.elapsed_slice(&from[start..end], &to[start..end], &mut out[start..end])
                }),
            }
        })?;
        done.into_iter().collect::<Result<(), _>>().or_argument()?;
        let answer = DurationMicrosecondArray::new(out.into(), self.nulls);
        self.origin.give(py, "elapsed", &(Arc::new(answer) as ArrayRef))
    }

    /// The timestamp of each row from `find`; `why` gives the reason where there is none.
    pub(super) fn timestamps(
        self,
        py: Python<'py>,
        name: &str,
        find: impl Fn(i64, i64) -> Option<i64> + Sync,
        why: impl Fn(DateTime<Utc>, TimeDelta) -> Option<DueError>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let mut found = Vec::with_capacity(self.first.len());
        let (first, second, nulls) = (self.first.values(), self.second.values(), self.nulls.as_ref());
        let done = in_blocks(py, first.len(), |mut rows| {
            rows.try_for_each(|row| {
                let missing = nulls.is_some_and(|nulls| nulls.is_null(row));
                found.push(if missing { 0 } else { find(first[row], second[row]).ok_or(row)? });
                Ok(())
            })
        })?;
        if let Err(row) = done.into_iter().collect::<Result<(), usize>>() {
            let at = Timestamp::saturating_from_micros(first[row]).to_utc();
            let why = why(at, TimeDelta::microseconds(second[row]));
            return Err(error::due(&format!("element {row}: "), why.unwrap_or(DueError::NeverOpens)));
        }
        let answer = TimestampMicrosecondArray::new(found.into(), self.nulls).with_timezone(self.zone);
        self.origin.give(py, name, &(Arc::new(answer) as ArrayRef))
    }
}

/// The timestamp that is a budget of working time away from another, for one or for each.
///
/// `find` gives the exact answer or why there is none, `find_micros` the same in microseconds for columns.
pub(super) fn moved<'py>(
    py: Python<'py>,
    name: &str,
    (from, times): (&'static str, Moments<'py>),
    budgets: Spans<'py>,
    find: impl Fn(DateTime<Utc>, TimeDelta) -> Result<DateTime<Utc>, DueError>,
    find_micros: impl Fn(i64, i64) -> Option<i64> + Sync,
) -> PyResult<Bound<'py, PyAny>> {
    match (times, budgets) {
        (Times::Values(times), Times::Values(budgets)) => {
            times.zip([from, "budget"], budgets)?.answer(py, |place, (at, budget)| {
                let found = find(at.utc(), TimeDelta::microseconds(budget));
                at.same_zone(place, found.map_err(|why| error::due(place, why))?.timestamp_micros())
            })
        }
        (times, budgets) => Pairs::new(Side::of(from, times), Side::of("budget", budgets))?.timestamps(
            py,
            name,
            find_micros,
            |at, budget| find(at, budget).err(),
        ),
    }
}

/// Whether it is open at each timestamp.
pub(super) fn is_open<'py>(
    py: Python<'py>,
    schedule: &CompiledSchedule,
    at: &TimeColumn<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    let (mut out, micros) = (vec![false; at.micros.len()], at.micros.values());
    let done =
        in_blocks(py, out.len(), |rows| schedule.is_open_slice(&micros[rows.clone()], &mut out[rows]))?;
    done.into_iter().collect::<Result<(), _>>().or_argument()?;
    let answer = BooleanArray::new(out.into(), at.micros.nulls().cloned());
    at.origin.give(py, "is_open", &(Arc::new(answer) as ArrayRef))
}

/// The next timestamp of some kind after one, or after each; `None` or null where there is none.
pub(super) fn next<'py>(
    py: Python<'py>,
    name: &str,
    at: Moments<'py>,
    find: impl Fn(i64) -> Option<i64> + Sync,
) -> PyResult<Bound<'py, PyAny>> {
    let at = match at {
        Times::Values(at) => {
            return at
                .answer(py, |place, at| find(at.micros).map(|next| at.same_zone(place, next)).transpose());
        }
        Times::Column(at) => at,
    };
    let mut out = TimestampMicrosecondArray::builder(at.micros.len());
    in_blocks(py, at.micros.len(), |rows| {
        for row in rows {
            out.append_option(at.micros.is_valid(row).then(|| find(at.micros.value(row))).flatten());
        }
    })?;
    let answer: ArrayRef = Arc::new(out.finish().with_timezone(at.zone));
    at.origin.give(py, name, &answer)
}
