//! A report as columns.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{ArrowError, Field, Schema};
use deskmetrics::Timestamp;
use deskmetrics::report::{ReportRow, ReportTable};
use deskmetrics::ticket::Attribute;
use serde::Serialize;

/// Every row of the report, a column of its own for each attribute it is sliced by.
///
/// A row that is not about an attribute has no value there; one about the records that lack it has `(none)`.
pub(super) fn batch(table: &ReportTable) -> Result<RecordBatch, ArrowError> {
    let rows = &table.rows;
    let zone = table.zone.map_or("UTC", |zone| zone.name());
    let mut columns: Vec<(Field, ArrayRef)> = Vec::new();
    let mut add = |name: &str, nullable, array: ArrayRef| {
        columns.push((Field::new(name, array.data_type().clone(), nullable), array));
    };
    let texts = |value: &dyn Fn(&ReportRow) -> Option<String>| -> ArrayRef {
        Arc::new(rows.iter().map(value).collect::<StringArray>())
    };
    let numbers = |value: fn(&ReportRow) -> Option<f64>| -> ArrayRef {
        Arc::new(rows.iter().map(value).collect::<Float64Array>())
    };
    let truths = |value: fn(&ReportRow) -> Option<bool>| -> ArrayRef {
        Arc::new(rows.iter().map(value).collect::<BooleanArray>())
    };
    let counts = |value: fn(&ReportRow) -> u64| -> ArrayRef {
        let counts = rows.iter().map(|row| i64::try_from(value(row)).unwrap_or(i64::MAX));
        Arc::new(Int64Array::from_iter_values(counts))
    };
    let timestamps = |value: fn(&ReportRow) -> Option<Timestamp>| -> ArrayRef {
        let micros = rows.iter().map(|row| value(row).map(Timestamp::as_micros));
        Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone(zone))
    };
    add("kpi", true, texts(&|row| Some(row.kpi.to_owned())));
    add("name", true, texts(&|row| Some(row.name.to_string())));
    add("option", true, texts(&|row| row.option.as_deref().map(str::to_owned)));
    add("clock", true, texts(&|row| row.clock.and_then(word)));
    add("measure", true, texts(&|row| Some(row.measure.to_string())));
    add("headline", true, truths(|row| Some(row.headline)));
    add("by", true, texts(&|row| Some(slicing(row))));
    add("period", true, texts(&|row| Some(row.period.as_ref()?.label.clone())));
    add("period_start", true, timestamps(|row| row.period.as_ref()?.start));
    add("period_end", true, timestamps(|row| row.period.as_ref()?.end));
    add("partial", true, truths(|row| Some(row.period.as_ref()?.partial)));
    add("value", true, numbers(|row| row.value));
    add("unit", true, texts(&|row| Some(row.unit.as_str().to_owned())));
    add("n", false, counts(|row| row.n));
    add("small_n", true, truths(|row| Some(row.small_n)));
    add("lower", true, numbers(|row| Some(row.interval?.lower)));
    add("upper", true, numbers(|row| Some(row.interval?.upper)));
    add("level", true, numbers(|row| Some(row.interval?.level)));
    add("method", true, texts(&|row| word(row.interval?.method)));
    add("change", true, numbers(|row| Some(row.change?.difference)));
    add("change_lower", true, numbers(|row| Some(row.change?.interval?.lower)));
    add("change_upper", true, numbers(|row| Some(row.change?.interval?.upper)));
    add("p_value", true, numbers(|row| row.change?.p_value));
    add("significance", true, texts(&|row| word(row.change?.significance?)));
    add("excluded", false, counts(|row| row.excluded.total()));
    add("excluded_reasons", true, texts(&|row| Some(row.excluded.to_string())));
    let mut attributes: Vec<&Attribute> = Vec::new();
    for attribute in table.by.iter().flatten() {
        if !attributes.contains(&attribute) {
            attributes.push(attribute);
        }
    }
    let fixed: Vec<&str> = columns.iter().map(|(field, _)| field.name().as_str()).collect();
    let slices = attributes.into_iter().map(|attribute| {
        let name = attribute.as_str();
        let name = if fixed.contains(&name) { format!("by_{name}") } else { name.to_owned() };
        let values = texts(&|row| Some(row.keys.get(attribute)?.unwrap_or("(none)").to_owned()));
        (Field::new(name, values.data_type().clone(), true), values)
    });
    let (slices, after_by) = (slices.collect::<Vec<_>>(), fixed.iter().position(|name| *name == "period"));
    let place = after_by.unwrap_or_default();
    columns.splice(place..place, slices);
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}

/// The attributes of a row's slice; empty for all records.
fn slicing(row: &ReportRow) -> String {
    row.keys.0.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>().join(" ")
}

/// The name of a value in serialized data.
fn word(value: impl Serialize) -> Option<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Some(word),
        _ => None,
    }
}
