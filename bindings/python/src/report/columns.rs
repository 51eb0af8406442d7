//! A report as columns.

use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Float64Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, Field, Schema};
use deskmetrics::report::{ReportRow, ReportTable};
use deskmetrics::ticket::Attribute;
use serde::Serialize;

use crate::result::unit_name;

/// The names that are there whatever the report is sliced by.
const FIXED: [&str; 26] = [
    "kpi",
    "name",
    "option",
    "clock",
    "measure",
    "headline",
    "by",
    "period",
    "period_start",
    "period_end",
    "partial",
    "value",
    "unit",
    "n",
    "small_n",
    "lower",
    "upper",
    "level",
    "method",
    "change",
    "change_lower",
    "change_upper",
    "p_value",
    "significance",
    "left_out",
    "left_out_reasons",
];

/// Collects columns in their order.
#[derive(Default)]
struct Columns {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    fn add(&mut self, name: &str, nullable: bool, array: ArrayRef) {
        self.fields.push(Field::new(name, array.data_type().clone(), nullable));
        self.arrays.push(array);
    }

    fn texts<'a>(&mut self, name: &str, values: impl Iterator<Item = Option<&'a str>>) {
        let mut column = StringBuilder::new();
        values.for_each(|value| column.append_option(value));
        self.add(name, true, Arc::new(column.finish()));
    }

    fn numbers(&mut self, name: &str, values: impl Iterator<Item = Option<f64>>) {
        let mut column = Float64Builder::new();
        values.for_each(|value| column.append_option(value));
        self.add(name, true, Arc::new(column.finish()));
    }

    fn counts(&mut self, name: &str, values: impl Iterator<Item = u64>) {
        let mut column = Int64Builder::new();
        values.for_each(|value| column.append_value(i64::try_from(value).unwrap_or(i64::MAX)));
        self.add(name, false, Arc::new(column.finish()));
    }

    fn truths(&mut self, name: &str, values: impl Iterator<Item = Option<bool>>) {
        let mut column = BooleanBuilder::new();
        values.for_each(|value| column.append_option(value));
        self.add(name, true, Arc::new(column.finish()));
    }

    fn instants(&mut self, name: &str, zone: &str, values: impl Iterator<Item = Option<i64>>) {
        let mut column = TimestampMicrosecondBuilder::new();
        values.for_each(|value| column.append_option(value));
        self.add(name, true, Arc::new(column.finish().with_timezone(zone)));
    }
}

/// Every row of the report, a column of its own for each attribute it is sliced by.
///
/// A row that is not about an attribute has no value there; one about the records that lack it has `(none)`.
pub(super) fn batch(table: &ReportTable) -> Result<RecordBatch, ArrowError> {
    let rows = &table.rows;
    let zone = table.zone.map_or("UTC", |zone| zone.name());
    let mut columns = Columns::default();
    columns.texts("kpi", rows.iter().map(|row| Some(row.kpi)));
    columns.texts("name", rows.iter().map(|row| Some(&*row.name)));
    columns.texts("option", rows.iter().map(|row| row.option.as_deref()));
    let clocks: Vec<Option<String>> = rows.iter().map(|row| row.clock.and_then(word)).collect();
    columns.texts("clock", clocks.iter().map(Option::as_deref));
    columns.texts("measure", rows.iter().map(|row| Some(row.measure.as_ref())));
    columns.truths("headline", rows.iter().map(|row| Some(row.headline)));
    let by: Vec<String> = rows.iter().map(slicing).collect();
    columns.texts("by", by.iter().map(|by| Some(by.as_str())));
    let mut attributes: Vec<&Attribute> = Vec::new();
    for attribute in table.by.iter().flatten() {
        if !attributes.contains(&attribute) {
            attributes.push(attribute);
        }
    }
    for attribute in attributes {
        let name = attribute.as_str();
        let name = if FIXED.contains(&name) { format!("by_{name}") } else { name.to_owned() };
        let keys = rows.iter().map(|row| row.keys.get(attribute));
        columns.texts(&name, keys.map(|value| value.map(|value| value.unwrap_or("(none)"))));
    }
    let periods = || rows.iter().map(|row| row.period.as_deref());
    columns.texts("period", periods().map(|period| Some(&*period?.label)));
    columns.instants("period_start", zone, periods().map(|period| Some(period?.start?.as_micros())));
    columns.instants("period_end", zone, periods().map(|period| Some(period?.end?.as_micros())));
    columns.truths("partial", periods().map(|period| Some(period?.partial)));
    columns.numbers("value", rows.iter().map(|row| row.value));
    columns.texts("unit", rows.iter().map(|row| Some(unit_name(row.unit))));
    columns.counts("n", rows.iter().map(|row| row.n));
    columns.truths("small_n", rows.iter().map(|row| Some(row.small_n)));
    columns.numbers("lower", rows.iter().map(|row| Some(row.interval?.lower)));
    columns.numbers("upper", rows.iter().map(|row| Some(row.interval?.upper)));
    columns.numbers("level", rows.iter().map(|row| Some(row.interval?.level)));
    let methods: Vec<Option<String>> = rows.iter().map(|row| word(row.interval?.method)).collect();
    columns.texts("method", methods.iter().map(Option::as_deref));
    columns.numbers("change", rows.iter().map(|row| Some(row.change?.difference)));
    columns.numbers("change_lower", rows.iter().map(|row| Some(row.change?.interval?.lower)));
    columns.numbers("change_upper", rows.iter().map(|row| Some(row.change?.interval?.upper)));
    columns.numbers("p_value", rows.iter().map(|row| row.change?.p_value));
    let verdicts: Vec<Option<String>> = rows.iter().map(|row| word(row.change?.significance?)).collect();
    columns.texts("significance", verdicts.iter().map(Option::as_deref));
    columns.counts("left_out", rows.iter().map(|row| row.excluded.total()));
    let reasons: Vec<String> = rows.iter().map(|row| row.excluded.to_string()).collect();
    columns.texts("left_out_reasons", reasons.iter().map(|text| Some(text.as_str())));
    RecordBatch::try_new(Arc::new(Schema::new(columns.fields)), columns.arrays)
}

/// The attributes of a row's slice; empty for all records.
fn slicing(row: &ReportRow) -> String {
    row.keys.0.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>().join(" ")
}

/// The word that stands for a value in data.
pub(super) fn word(value: impl Serialize) -> Option<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Some(word),
        _ => None,
    }
}
