//! The report as CSV.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io;

use serde::Serialize;

use super::{ReportRow, ReportTable};
use crate::stats::interval::IntervalMethod;
use crate::ticket::Attribute;
use crate::visible_text::csv_cell;
use crate::{ClockKind, Significance, Timestamp, Unit};

/// The columns after those of the slices, as in [`Line`].
const COLUMNS: [&str; 25] = [
    "period",
    "period_start",
    "period_end",
    "partial",
    "kpi",
    "name",
    "option",
    "clock",
    "measure",
    "headline",
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
    "change_p_value",
    "significance",
    "excluded",
    "excluded_reasons",
];

/// A row without its slice, in the order of [`COLUMNS`].
#[derive(Serialize)]
struct Line<'a> {
    period: Option<&'a str>,
    period_start: Option<Timestamp>,
    period_end: Option<Timestamp>,
    partial: Option<bool>,
    kpi: &'a str,
    name: Cow<'a, str>,
    option: Option<Cow<'a, str>>,
    clock: Option<ClockKind>,
    measure: Cow<'a, str>,
    headline: bool,
    value: Option<f64>,
    unit: Unit,
    n: u64,
    small_n: bool,
    lower: Option<f64>,
    upper: Option<f64>,
    level: Option<f64>,
    method: Option<IntervalMethod>,
    change: Option<f64>,
    change_lower: Option<f64>,
    change_upper: Option<f64>,
    change_p_value: Option<f64>,
    significance: Option<Significance>,
    excluded: u64,
    excluded_reasons: String,
}

impl ReportTable {
    /// The report as CSV: one line per row, in the order of [`rows`](Self::rows).
    ///
    /// The first column, `by`, names the attributes the row is sliced by; each attribute has a column of its own, empty where
    /// the row is not sliced by it and `(none)` for the records that lack it. Values are in the unit of the column `unit`,
    /// durations in seconds; what is not known is empty. A text that a spreadsheet would take for a formula, such as
    /// `=1+1`, has an apostrophe before it.
    ///
    /// ```
    /// use deskmetrics::report::{KpiRequest, Report};
    /// use deskmetrics::ticket::Attribute;
    /// use deskmetrics::{Scale, SurveyResponse};
    ///
    /// let answer = |score| SurveyResponse::new("nps", Some(score)).with_attribute(Attribute::Market, "DK, mail");
    /// let nps = KpiRequest::new("nps").with_question("nps", Scale::nps());
    /// let report = Report::undated().with_kpi(nps).with_slices([Attribute::Market]).build().unwrap();
    /// let csv = report.run(&[], &[9, 10, 3].map(answer), &[]).unwrap().table().to_csv().unwrap();
    /// let lines: Vec<&str> = csv.lines().collect();
    /// assert!(lines[0].starts_with("by,market,period,period_start,period_end,partial,kpi,name,option,clock,measure"));
    /// assert!(lines[1].starts_with(",,,,,,nps,Net Promoter Score,,,score,true,33.33"));
    /// assert!(lines[5].starts_with("market,\"DK, mail\",,,,,nps,"));
    /// ```
    ///
    /// # Errors
    /// None in practice: only [`write_csv`](Self::write_csv) to a file or pipe can fail.
    pub fn to_csv(&self) -> io::Result<String> {
        let mut text = Vec::new();
        self.write_csv(&mut text)?;
        String::from_utf8(text).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    /// Writes [`to_csv`](Self::to_csv) to a file, a pipe or anything else.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn write_csv(&self, out: impl io::Write) -> io::Result<()> {
        let attributes: BTreeSet<&Attribute> = self.by.iter().flatten().collect();
        let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(out);
        let slices = attributes.iter().map(|attribute| csv_cell(attribute.as_str()));
        let columns = COLUMNS.into_iter().map(Cow::Borrowed);
        writer
            .write_record(
                [Cow::Borrowed("by")].into_iter().chain(slices).chain(columns).map(Cow::<str>::into_owned),
            )
            .map_err(of_output)?;
        for row in &self.rows {
            let keys: Vec<&str> = row.keys.0.iter().map(|(key, _)| key.as_str()).collect();
            let values = attributes.iter().map(|attribute| match row.keys.get(attribute) {
                Some(value) => value.unwrap_or("(none)"),
                None => "",
            });
            let by = csv_cell(&keys.join(" ")).into_owned();
            let slice = [Cow::Owned(by)].into_iter().chain(values.map(csv_cell));
            writer.serialize((slice.collect::<Vec<_>>(), Line::of(row))).map_err(of_output)?;
        }
        writer.flush()
    }
}

/// The error of the output, with its kind, such as that of a closed pipe.
fn of_output(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

impl<'a> Line<'a> {
    fn of(row: &'a ReportRow) -> Self {
        let period = row.period.as_ref();
        let interval = row.interval.as_ref();
        let change = row.change.as_ref();
        let moved = change.and_then(|change| change.interval.as_ref());
        Self {
            period: period.map(|period| period.label.as_str()),
            period_start: period.and_then(|period| period.start),
            period_end: period.and_then(|period| period.end),
            partial: period.map(|period| period.partial),
            kpi: row.kpi,
            name: csv_cell(&row.name),
            option: row.option.as_deref().map(csv_cell),
            clock: row.clock,
            measure: csv_cell(&row.measure),
            headline: row.headline,
            value: row.value,
            unit: row.unit,
            n: row.n,
            small_n: row.small_n,
            lower: interval.map(|interval| interval.lower),
            upper: interval.map(|interval| interval.upper),
            level: interval.map(|interval| interval.level),
            method: interval.map(|interval| interval.method),
            change: change.map(|change| change.difference),
            change_lower: moved.map(|interval| interval.lower),
            change_upper: moved.map(|interval| interval.upper),
            change_p_value: change.and_then(|change| change.p_value),
            significance: change.and_then(|change| change.significance),
            excluded: row.excluded.total(),
            excluded_reasons: row.excluded.to_string(),
        }
    }
}
