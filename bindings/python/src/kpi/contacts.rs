//! Calls and chats in a queue, and agents on duty, as columns.

use arrow_array::{Array, Int64Array};
use chrono::TimeDelta;
use chrono_tz::Tz;
use deskmetrics::queue::{AgentShift, QueueContact};
use deskmetrics::{Reason, Timestamp};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::request::{cut_off, request, tally};
use crate::input::{Moments, Spans, in_blocks, same_length, zone};
use crate::keywords::Keywords;
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

    /// Takes those columns that are given.
    fn take(
        keywords: &Keywords<'_, '_>,
        assumed: Option<Tz>,
        timestamps: &[&'static str],
        spans: &[&'static str],
    ) -> PyResult<Self> {
        let mut values: Vec<(&'static str, Int64Array)> = Vec::new();
        for name in timestamps.iter().chain(spans) {
            let column = keywords.take_with(name, |value| {
                if timestamps.contains(name) {
                    Moments::read(name, value, assumed)?.many(name)
                } else {
                    Spans::read(name, value)?.many(name)
                }
            })?;
            let Some(column) = column else { continue };
            if let Some((first, other)) = values.first() {
                same_length(name, column.len(), first, other.len())?;
            }
            values.push((name, column));
        }
        let n = values.first().map_or(0, |(_, values)| values.len());
        Ok(Self { n, values })
    }
}

/// A KPI of contacts offered to a queue, or of agents on duty, from columns; what else is given are its options.
#[pyfunction(name = "_of_contacts", signature = (kpi, **arguments))]
pub(crate) fn of_contacts(
    py: Python<'_>,
    kpi: &str,
    arguments: Option<&Bound<'_, PyDict>>,
) -> PyResult<KpiResult> {
    let keywords = Keywords::new(arguments);
    let assumed = keywords.take_with("assume_tz", |value| zone("assume_tz", value))?;
    let as_of = keywords.take_with("as_of", |as_of| cut_off(as_of, assumed))?;
    let timestamps = ["queued_at", "answered_at", "abandoned_at"];
    let spans = ["talk", "hold", "wrap_up", "on_duty", "busy"];
    let columns = Columns::take(&keywords, assumed, &timestamps, &spans)?;
    let mut tally = tally(&request(kpi, arguments)?, as_of)?;
    // Of contacts of which only the work is known all were answered, no matter when.
    let (queued, answered) = (columns.has("queued_at"), columns.has("answered_at"));
    let mut count = |row| {
        if columns.has("on_duty") {
            let (Some(on_duty), Some(busy)) = (columns.get("on_duty", row), columns.get("busy", row)) else {
                return tally.exclude_one(Reason::Missing);
            };
            let span = TimeDelta::microseconds;
            return tally.push_shift(&AgentShift::new(Timestamp::MIN, span(on_duty), span(busy)));
        }
        let sometime = |known: bool, name| if known { columns.at(name, row) } else { Some(Timestamp::MIN) };
        let Some(queued_at) = sometime(queued, "queued_at") else {
            return tally.exclude_one(Reason::Missing);
        };
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
