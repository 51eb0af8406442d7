//! The schedule's questions put for whole columns.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, DurationMicrosecondArray, Int64Array, TimestampMicrosecondArray,
};
use arrow_buffer::NullBuffer;
use chrono::{TimeDelta, Utc};
use deskmetrics::Timestamp;
use deskmetrics::schedule::{CompiledSchedule, DueError};
use pyo3::prelude::*;

use crate::error::{self, OrError as _};
use crate::input::{Input, InstantColumn, Moments, Origin, Spans};

/// Rows worked on between two looks for Ctrl-C.
const BLOCK: usize = 1 << 20;

/// An argument next to a column: one number for all rows, or one for each.
pub(super) struct Side<'py> {
    name: &'static str,
    micros: Micros,
    /// Of the column: its kind and the zone of its instants.
    came_as: Option<(Origin<'py>, Arc<str>)>,
}

enum Micros {
    One(i64),
    Many(Int64Array),
}

impl<'py> Side<'py> {
    pub(super) fn of_moments(name: &'static str, moments: Moments<'py>) -> Self {
        match moments {
            Moments::Column(InstantColumn { micros, zone, origin, .. }) => {
                Self { name, micros: Micros::Many(micros), came_as: Some((origin, zone)) }
            }
            Moments::Values(Input::One(at)) => Self { name, micros: Micros::One(at.micros), came_as: None },
            Moments::Values(Input::Many(values)) => {
                let micros = values.into_iter().map(|at| at.map(|at| at.micros)).collect();
                Self { name, micros: Micros::Many(micros), came_as: None }
            }
        }
    }

    pub(super) fn of_spans(name: &'static str, spans: Spans<'py>) -> Self {
        match spans {
            Spans::Column(column) => {
                let utc = Arc::from("UTC");
                Self { name, micros: Micros::Many(column.micros), came_as: Some((column.origin, utc)) }
            }
            Spans::Values(Input::One(span)) => Self { name, micros: Micros::One(span), came_as: None },
            Spans::Values(Input::Many(values)) => {
                Self { name, micros: Micros::Many(values.into_iter().collect()), came_as: None }
            }
        }
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
        if let (Micros::Many(one), Micros::Many(other)) = (&first.micros, &second.micros)
            && one.len() != other.len()
        {
            return Err(error::argument(format!(
                "{} has {} elements and {} has {}; both must have the same number",
                first.name,
                one.len(),
                second.name,
                other.len()
            )));
        }
        let n = match (&first.micros, &second.micros) {
            (Micros::Many(many), _) | (_, Micros::Many(many)) => many.len(),
            _ => 1,
        };
        let spread = |micros: Micros| match micros {
            Micros::One(one) => Int64Array::from_value(one, n),
            Micros::Many(many) => many,
        };
        let (origin, zone) =
            first.came_as.or(second.came_as).unwrap_or_else(|| (Origin::List, Arc::from("UTC")));
        let (first, second) = (spread(first.micros), spread(second.micros));
        let nulls = NullBuffer::union(first.nulls(), second.nulls());
        Ok(Self { first, second, nulls, origin, zone })
    }

    /// Working time from each first to each second instant.
    pub(super) fn elapsed(self, py: Python<'py>, schedule: &CompiledSchedule) -> PyResult<Bound<'py, PyAny>> {
        let mut out = vec![0; self.first.len()];
        let (from, to) = (self.first.values(), self.second.values());
        for (block, out) in out.chunks_mut(BLOCK).enumerate() {
            let rows = block * BLOCK..block * BLOCK + out.len();
            let (from, to) = (&from[rows.clone()], &to[rows.clone()]);
            let nulls = self.nulls.as_ref().map(|nulls| nulls.slice(rows.start, rows.len()));
            let done = py.detach(|| match nulls {
                None => schedule.elapsed_slice(from, to, out),
                // What stands at a missing row may be far from the compiled years, where counting is slow.
                Some(nulls) => nulls.valid_slices().try_for_each(|(start, end)| {
                    schedule.elapsed_slice(&from[start..end], &to[start..end], &mut out[start..end])
                }),
            });
            done.or_argument()?;
            py.check_signals()?;
        }
        let answer = DurationMicrosecondArray::new(out.into(), self.nulls);
        self.origin.give(py, "elapsed", &(Arc::new(answer) as ArrayRef))
    }

    /// The instant for each row; `why` is asked for the reason where there is none.
    pub(super) fn instants(
        self,
        py: Python<'py>,
        name: &str,
        find: impl Fn(i64, i64) -> Option<i64> + Sync,
        why: impl Fn(chrono::DateTime<Utc>, TimeDelta) -> Option<DueError>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let n = self.first.len();
        let mut found = Vec::with_capacity(n);
        let (first, second, nulls) = (self.first.values(), self.second.values(), self.nulls.as_ref());
        while found.len() < n {
            let rows = found.len()..n.min(found.len() + BLOCK);
            let stuck = py.detach(|| {
                for row in rows {
                    if nulls.is_some_and(|nulls| nulls.is_null(row)) {
                        found.push(0);
                        continue;
                    }
                    let Some(at) = find(first[row], second[row]) else { return Some(row) };
                    found.push(at);
                }
                None
            });
            if let Some(row) = stuck {
                let at = Timestamp::saturating_from_micros(first[row]).to_utc();
                let why = why(at, TimeDelta::microseconds(second[row]));
                return Err(error::due(&format!("element {row}: "), why.unwrap_or(DueError::NeverOpens)));
            }
            py.check_signals()?;
        }
        let answer = TimestampMicrosecondArray::new(found.into(), self.nulls).with_timezone(self.zone);
        self.origin.give(py, name, &(Arc::new(answer) as ArrayRef))
    }
}

/// Whether it is open at each instant.
pub(super) fn is_open<'py>(
    py: Python<'py>,
    schedule: &CompiledSchedule,
    at: &InstantColumn<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    let mut out = vec![false; at.micros.len()];
    for (out, at) in out.chunks_mut(BLOCK).zip(at.micros.values().chunks(BLOCK)) {
        let done = py.detach(|| schedule.is_open_slice(at, out));
        done.or_argument()?;
        py.check_signals()?;
    }
    let answer = BooleanArray::new(out.into(), at.micros.nulls().cloned());
    at.origin.give(py, "is_open", &(Arc::new(answer) as ArrayRef))
}

/// The next instant of some kind after each one; null where there is none.
pub(super) fn next<'py>(
    py: Python<'py>,
    name: &str,
    at: InstantColumn<'py>,
    find: impl Fn(i64) -> Option<i64> + Sync,
) -> PyResult<Bound<'py, PyAny>> {
    let mut out = TimestampMicrosecondArray::builder(at.micros.len());
    let mut row = 0;
    while row < at.micros.len() {
        let rows = row..at.micros.len().min(row + BLOCK);
        row = rows.end;
        py.detach(|| {
            for row in rows {
                out.append_option(at.micros.is_valid(row).then(|| find(at.micros.value(row))).flatten());
            }
        });
        py.check_signals()?;
    }
    let answer: ArrayRef = Arc::new(out.finish().with_timezone(at.zone));
    at.origin.give(py, name, &answer)
}
