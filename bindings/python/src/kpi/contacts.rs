//! Calls and chats in a queue, and agents on duty, as columns.

use arrow_array::{Array, Int64Array};
use chrono::TimeDelta;
use deskmetrics::live::{AgentShift, QueueContact};
use deskmetrics::{Reason, Timestamp};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::request::{cut_off, request, tally};
use crate::input::{Moments, Spans, in_blocks, same_length, zone};
use crate::result::KpiResult;

/// Columns of one length by name.
struct Columns {
    n: usize,
    values: Vec<(&'static str, Int64Array)>,
}

impl Columns {
    fn get(&self, name: &str, row: usize) -> Option<i64> {
        let (_, values) = self.values.iter().find(|(known, _)| *known == name)?;
        values.is_valid(row).then(|| values.value(row))
    }

    fn has(&self, name: &str) -> bool {
        self.values.iter().any(|(known, _)| *known == name)
    }

    fn at(&self, name: &str, row: usize) -> Option<Timestamp> {
        self.get(name, row).map(Timestamp::saturating_from_micros)
    }

    /// Reads those of the columns that are given.
    fn read(
        given: &Bound<'_, PyDict>,
        instants: &[&'static str],
        spans: &[&'static str],
        assume_tz: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let assumed = assume_tz.map(|value| zone("assume_tz", value)).transpose()?;
        let mut values: Vec<(&'static str, Int64Array)> = Vec::new();
        for name in instants.iter().chain(spans) {
            let Some(value) = given.get_item(name)?.filter(|value| !value.is_none()) else { continue };
            let column = if instants.contains(name) {
                Moments::read(name, &value, assumed)?.many(name)?
            } else {
                Spans::read(name, &value)?.many(name)?
            };
            if let Some((first, other)) = values.first() {
                same_length(name, column.len(), first, other.len())?;
            }
            values.push((name, column));
        }
        let n = values.first().map_or(0, |(_, values)| values.len());
        Ok(Self { n, values })
    }
}

/// A KPI of contacts offered to a queue.
#[pyfunction(name = "_of_contacts", signature = (kpi, columns, options = None, as_of = None, assume_tz = None))]
pub(crate) fn of_contacts(
    py: Python<'_>,
    kpi: &str,
    columns: &Bound<'_, PyDict>,
    options: Option<&Bound<'_, PyDict>>,
    as_of: Option<&Bound<'_, PyAny>>,
    assume_tz: Option<&Bound<'_, PyAny>>,
) -> PyResult<KpiResult> {
    let mut tally = tally(&request(kpi, options)?, cut_off(as_of)?)?;
    let instants = ["queued_at", "answered_at", "abandoned_at"];
    let columns = Columns::read(columns, &instants, &["talk", "hold", "wrap_up"], assume_tz)?;
    // Of contacts of which only the work is known all were answered, no matter when.
    let (queued, answered) = (columns.has("queued_at"), columns.has("answered_at"));
    let mut count = |row| {
        let sometime = |known: bool, name| if known { columns.at(name, row) } else { Some(Timestamp::MIN) };
        let Some(queued_at) = sometime(queued, "queued_at") else { return tally.leave_out(Reason::Missing) };
        let mut contact = QueueContact::new(queued_at);
        contact.answered_at = sometime(answered || queued, "answered_at");
        contact.abandoned_at = columns.at("abandoned_at", row);
        contact.talk_micros = columns.get("talk", row);
        contact.hold_micros = columns.get("hold", row);
        contact.wrap_up_micros = columns.get("wrap_up", row);
        tally.push_contact(&contact);
    };
    in_blocks(py, columns.n, |rows| rows.for_each(&mut count))?;
    Ok(KpiResult { tally })
}

/// A KPI of agents on duty.
#[pyfunction(name = "_of_shifts")]
pub(crate) fn of_shifts(py: Python<'_>, kpi: &str, columns: &Bound<'_, PyDict>) -> PyResult<KpiResult> {
    let mut tally = tally(&request(kpi, None)?, None)?;
    let columns = Columns::read(columns, &[], &["on_duty", "busy"], None)?;
    let mut count = |row| {
        let (Some(on_duty), Some(busy)) = (columns.get("on_duty", row), columns.get("busy", row)) else {
            return tally.leave_out(Reason::Missing);
        };
        let span = TimeDelta::microseconds;
        tally.push_shift(&AgentShift::new(Timestamp::MIN, span(on_duty), span(busy)));
    };
    in_blocks(py, columns.n, |rows| rows.for_each(&mut count))?;
    Ok(KpiResult { tally })
}
