//! A report's rows as a record batch.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    UInt64Array,
};
use arrow_schema::{ArrowError, Field, Schema};
use deskmetrics::report::{ReportRow, ReportTable};
use deskmetrics::ticket::Attribute;
use deskmetrics::{ClockKind, Timestamp};

/// The rows of a report in tidy form: one number per row.
///
/// Columns: `kpi`, `name`, `option`, `measure`, `headline`, `clock`; one for each attribute the report is sliced by,
/// under its name (with the prefix `key_` if another column has that name); `slice`, the names of the attributes a
/// row is sliced by, to distinguish a missing value from an attribute that the row is not sliced by; `period`,
/// `period_start`, `period_end` (UTC), `partial`; `value`, `unit`, `n`, `small_n`, `lower`, `upper`; `excluded`, a
/// count, and `excluded_reasons`, as text; `change`, `change_lower`, `change_upper`, `p_value`, `significant`. A cell
/// without a value is null.
///
/// ```
/// use deskmetrics::report::{KpiRequest, Report};
/// use deskmetrics::{Scale, SurveyResponse};
/// use deskmetrics_arrow::report_batch;
///
/// let report =
///     Report::undated().with_kpi(KpiRequest::new("nps").with_question("nps", Scale::nps())).build().unwrap();
/// let table = report.run(&[], &[SurveyResponse::new("nps", Some(9))], &[]).unwrap().table();
/// let batch = report_batch(&table)?;
/// assert_eq!((batch.num_rows(), batch.schema().field(0).name().as_str()), (table.rows.len(), "kpi"));
/// # Ok::<(), arrow_schema::ArrowError>(())
/// ```
///
/// # Errors
/// Never for a table made by a report.
pub fn report_batch(table: &ReportTable) -> Result<RecordBatch, ArrowError> {
    let rows = &table.rows;
    let mut attributes: Vec<&Attribute> = table.by.iter().flatten().collect();
    let mut seen = Vec::new();
    attributes.retain(|attribute| {
        let new = !seen.contains(attribute);
        seen.push(*attribute);
        new
    });

    let mut columns: Vec<(String, ArrayRef)> = vec![
        words("kpi", rows, |row| Some(row.kpi)),
        words("name", rows, |row| Some(&row.name)),
        words("option", rows, |row| row.option.as_deref()),
        words("measure", rows, |row| Some(&row.measure)),
        flags("headline", rows, |row| Some(row.headline)),
        words("clock", rows, |row| row.clock.map(clock)),
    ];
    let first_key = columns.len();
    columns.extend(
        attributes
            .iter()
            .map(|attribute| words(attribute.as_str(), rows, |row| row.keys.get(attribute).flatten())),
    );
    let after_keys = columns.len();
    columns.push(texts("slice", rows, |row| {
        let names: Vec<&str> = row.keys.0.iter().map(|(attribute, _)| attribute.as_str()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }));
    columns.extend([
        words("period", rows, |row| row.period.as_ref().map(|period| period.label.as_str())),
        timestamps("period_start", rows, |row| row.period.as_ref()?.start),
        timestamps("period_end", rows, |row| row.period.as_ref()?.end),
        flags("partial", rows, |row| Some(row.period.as_ref()?.partial)),
        numbers("value", rows, |row| row.value),
        words("unit", rows, |row| Some(row.unit.as_str())),
        counts("n", rows, |row| row.n),
        flags("small_n", rows, |row| Some(row.small_n)),
        numbers("lower", rows, |row| Some(row.interval?.lower)),
        numbers("upper", rows, |row| Some(row.interval?.upper)),
        counts("excluded", rows, |row| row.excluded.total()),
        texts("excluded_reasons", rows, |row| (!row.excluded.is_empty()).then(|| row.excluded.to_string())),
        numbers("change", rows, |row| Some(row.change?.difference)),
        numbers("change_lower", rows, |row| Some(row.change?.interval?.lower)),
        numbers("change_upper", rows, |row| Some(row.change?.interval?.upper)),
        numbers("p_value", rows, |row| row.change?.p_value),
        flags("significant", rows, |row| {
            let change = row.change?;
            change.significance.map(|_| change.is_significant())
        }),
    ]);
    let fixed: Vec<String> =
        columns[..first_key].iter().chain(&columns[after_keys..]).map(|(name, _)| name.clone()).collect();
    for (name, _) in &mut columns[first_key..after_keys] {
        if fixed.contains(name) {
            name.insert_str(0, "key_");
        }
    }
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(name, array.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}

fn words<'r>(
    name: &str,
    rows: &'r [ReportRow],
    word: impl Fn(&'r ReportRow) -> Option<&'r str>,
) -> (String, ArrayRef) {
    (name.to_owned(), Arc::new(rows.iter().map(word).collect::<StringArray>()))
}

fn texts(name: &str, rows: &[ReportRow], text: impl Fn(&ReportRow) -> Option<String>) -> (String, ArrayRef) {
    let mut column = StringBuilder::new();
    for row in rows {
        column.append_option(text(row));
    }
    (name.to_owned(), Arc::new(column.finish()))
}

fn flags(name: &str, rows: &[ReportRow], flag: impl Fn(&ReportRow) -> Option<bool>) -> (String, ArrayRef) {
    (name.to_owned(), Arc::new(rows.iter().map(flag).collect::<BooleanArray>()))
}

fn numbers(name: &str, rows: &[ReportRow], number: impl Fn(&ReportRow) -> Option<f64>) -> (String, ArrayRef) {
    (name.to_owned(), Arc::new(rows.iter().map(number).collect::<Float64Array>()))
}

fn counts(name: &str, rows: &[ReportRow], count: impl Fn(&ReportRow) -> u64) -> (String, ArrayRef) {
    (name.to_owned(), Arc::new(rows.iter().map(|row| Some(count(row))).collect::<UInt64Array>()))
}

fn timestamps(
    name: &str,
    rows: &[ReportRow],
    at: impl Fn(&ReportRow) -> Option<Timestamp>,
) -> (String, ArrayRef) {
    let micros = rows.iter().map(|row| at(row).map(Timestamp::as_micros));
    (name.to_owned(), Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC")))
}

fn clock(clock: ClockKind) -> &'static str {
    match clock {
        ClockKind::Calendar => "calendar",
        ClockKind::Business => "business",
    }
}
