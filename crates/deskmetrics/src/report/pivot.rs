//! A report's rows arranged as a table.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::selection::{ALL_MEASURES, NONE, candidates, usual};
use super::{ReportPeriod, ReportRow, ReportTable, RowSelection, RowSelectionError};
use crate::Timestamp;
use crate::ticket::Attribute;

/// What the rows or columns of a [`Pivot`] are.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Axis {
    /// The KPIs, with their options.
    Kpi,
    /// The measures.
    Measure,
    /// The periods, in order of time.
    Period,
    /// The values of an attribute.
    Attribute(Attribute),
}

impl From<&str> for Axis {
    /// `kpi`, `measure`, `period` or the name of an attribute.
    fn from(name: &str) -> Self {
        match name {
            "kpi" => Self::Kpi,
            "measure" => Self::Measure,
            "period" => Self::Period,
            _ => Self::Attribute(Attribute::from(name)),
        }
    }
}

impl fmt::Display for Axis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kpi => "kpi",
            Self::Measure => "measure",
            Self::Period => "period",
            Self::Attribute(attribute) => attribute.as_str(),
        })
    }
}

/// A row or column of a [`Pivot`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AxisLabel {
    /// A KPI with its option, or a measure.
    Name(String),
    /// A period.
    Period(Arc<ReportPeriod>),
    /// A value of an attribute; `None` for records without it.
    Value(Option<Box<str>>),
    /// All slices or periods together.
    All,
}

impl fmt::Display for AxisLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name(name) => name,
            Self::Period(period) => &period.label,
            Self::Value(value) => value.as_deref().unwrap_or(NONE),
            Self::All => "(all)",
        })
    }
}

/// Which rows a [`Pivot`] shows, and how.
#[derive(Debug, Clone, Default)]
pub struct PivotOptions {
    selection: RowSelection,
    totals: bool,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl PivotOptions {
    /// The rows of a selection. Its slice has the values of attributes that are neither rows nor columns.
    pub fn of(selection: RowSelection) -> Self {
        Self { selection, ..Self::default() }
    }

    setters! {
        /// Whether there is a row and a column for all slices and periods together; for all periods only without `since` and
        /// `until`.
        with_totals(totals = bool);

        /// Only periods that begin at or after this timestamp.
        with_since(since = Some Timestamp);

        /// Only periods that begin before this timestamp.
        with_until(until = Some Timestamp);
    }

    fn is_within(&self, period: &ReportPeriod) -> bool {
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        period.start.is_some_and(|start| {
            self.since.is_none_or(|since| since <= start) && self.until.is_none_or(|until| start < until)
        })
    }
}

/// Rows of a report arranged in rows and columns; made by [`ReportTable::pivot`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Pivot<'t> {
    /// The labels of the rows: slices in the order of the report, periods in order of time, totals last.
    pub rows: Vec<AxisLabel>,
    /// The labels of the columns.
    pub columns: Vec<AxisLabel>,
    /// By row, then by column; `None` where there was no record.
    pub cells: Vec<Vec<Option<&'t ReportRow>>>,
}

impl ReportTable {
    /// The rows of a selection as a table: one cell per row of the report.
    ///
    /// ```
    /// use deskmetrics::report::{Axis, KpiRequest, PivotOptions, Report, RowSelection};
    /// use deskmetrics::ticket::Attribute;
    /// use deskmetrics::{Scale, SurveyResponse};
    ///
    /// let report = Report::undated()
    ///     .with_kpi(KpiRequest::new("csat").with_question("csat", Scale::csat(1, 5)?))
    ///     .with_slices([Attribute::Market])
    ///     .build()?;
    /// let answer = |score, market| SurveyResponse::new("csat", Some(score)).with_attribute(Attribute::Market, market);
    /// let table = report.run(&[], &[answer(5, "DK"), answer(2, "DK"), answer(4, "ES")], &[])?.table();
    ///
    /// let options = PivotOptions::of(RowSelection::of("csat")).with_totals(true);
    /// let pivot = table.pivot(&options, &Axis::from("market"), None)?;
    /// let labels: Vec<String> = pivot.rows.iter().map(ToString::to_string).collect();
    /// assert_eq!(labels, ["DK", "ES", "(all)"]);
    /// let values: Vec<Option<f64>> = pivot.cells.iter().map(|cells| cells[0]?.value).collect();
    /// assert_eq!(values, [Some(50.0), Some(100.0), Some(200.0 / 3.0)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Without `columns`, there is one column.
    ///
    /// # Errors
    /// A name that the report does not have, slices or periods that were not requested, or two rows of the report in one cell,
    /// because the selection does not decide on the option, clock or measure.
    pub fn pivot(
        &self,
        options: &PivotOptions,
        rows: &Axis,
        columns: Option<&Axis>,
    ) -> Result<Pivot<'_>, RowSelectionError> {
        let axes = || std::iter::once(rows).chain(columns);
        let mut selection = options.selection.clone();
        if axes().any(|axis| *axis == Axis::Measure) {
            selection.measure = Some(selection.measure.unwrap_or_else(|| ALL_MEASURES.into()));
        }
        let by_period = axes().any(|axis| *axis == Axis::Period);
        if by_period && self.period.is_none() {
            return Err(RowSelectionError::NoPeriods);
        }
        let bounded = options.since.is_some() || options.until.is_some();
        if bounded && !by_period {
            let (selected, remedy) = ("since or until", "make the periods rows or columns");
            return Err(RowSelectionError::NoEffect { selected, remedy });
        }
        let period = selection.period.clone().unwrap_or_default();
        if by_period && !period.is_empty() {
            let (selected, remedy) =
                ("period", "the periods are rows or columns; select some with since and until");
            return Err(RowSelectionError::NoEffect { selected, remedy });
        }
        let attributes: Vec<&Attribute> = axes().filter_map(attribute_of).collect();
        self.check(&selection, &attributes)?;
        let fixed = selection.slice.take().unwrap_or_default();
        let mut requested: Vec<&Attribute> = fixed.keys().chain(attributes).collect();
        requested.sort_by_key(|attribute| usual(attribute));
        requested.dedup_by_key(|attribute| usual(attribute));

        let on_axis = |attribute: &Attribute| {
            axes().filter_map(attribute_of).any(|axis| usual(axis) == usual(attribute))
        };
        let fixed = |attribute: &Attribute| {
            fixed.iter().find(|(key, _)| usual(key) == usual(attribute)).map(|(_, value)| value)
        };
        // Of an attribute that is an axis, totals are about all values; a fixed one must be there.
        let belongs = |row: &ReportRow| {
            let own =
                |attribute: &Attribute| row.keys.0.iter().find(|(key, _)| usual(key) == usual(attribute));
            let there = |attribute: &&Attribute| match (own(attribute), fixed(attribute)) {
                (Some((_, value)), Some(fixed)) => value == fixed,
                (Some(_), None) => true,
                (None, _) => options.totals && on_axis(attribute) && fixed(attribute).is_none(),
            };
            row.keys.0.iter().all(|(key, _)| requested.iter().any(|one| usual(one) == usual(key)))
                && requested.iter().all(there)
        };
        let in_time = |row: &ReportRow| match &row.period {
            Some(own) if by_period => options.is_within(own) && (own.start.is_some() || row.n > 0),
            None if by_period => options.totals && !bounded,
            Some(own) => *own.label == *period,
            None => period.is_empty(),
        };
        let mut labels = [Labels::default(), Labels::default()];
        let mut found: Vec<([usize; 2], &ReportRow)> = Vec::new();
        for row in self.rows.iter().filter(|row| selection.is_of(row) && belongs(row) && in_time(row)) {
            let places = [labels[0].place(label(Some(rows), row)), labels[1].place(label(columns, row))];
            found.push((places, row));
        }
        let [(row_labels, row_order), (column_labels, column_order)] = labels.map(Labels::in_order);
        let mut cells = vec![vec![None::<&ReportRow>; column_labels.len()]; row_labels.len()];
        for ([row_place, column_place], row) in found {
            let cell = cells
                .get_mut(row_order[row_place])
                .and_then(|cells| cells.get_mut(column_order[column_place]));
            let Some(cell) = cell else { continue };
            if let Some(other) = cell.replace(row) {
                return Err(RowSelectionError::Several { candidates: candidates(&[other, row]) });
            }
        }
        Ok(Pivot { rows: row_labels, columns: column_labels, cells })
    }
}

fn attribute_of(axis: &Axis) -> Option<&Attribute> {
    match axis {
        Axis::Attribute(attribute) => Some(attribute),
        _ => None,
    }
}

/// The label of a row of the report on an axis.
fn label(axis: Option<&Axis>, row: &ReportRow) -> AxisLabel {
    match axis {
        None => AxisLabel::Name("value".to_owned()),
        Some(Axis::Kpi) => AxisLabel::Name(row.title()),
        Some(Axis::Measure) => AxisLabel::Name(row.measure.to_string()),
        Some(Axis::Period) => row.period.clone().map_or(AxisLabel::All, AxisLabel::Period),
        Some(Axis::Attribute(attribute)) => {
            let own = row.keys.0.iter().find(|(key, _)| usual(key) == usual(attribute));
            own.map_or(AxisLabel::All, |(_, value)| AxisLabel::Value(value.clone()))
        }
    }
}

/// The labels of an axis in order of occurrence.
#[derive(Debug, Default)]
struct Labels {
    all: Vec<AxisLabel>,
    places: HashMap<AxisLabel, usize>,
}

impl Labels {
    fn place(&mut self, label: AxisLabel) -> usize {
        *self.places.entry(label).or_insert_with_key(|label| {
            self.all.push(label.clone());
            self.all.len() - 1
        })
    }

    /// The labels in the order to show them in, and the new place of each.
    fn in_order(self) -> (Vec<AxisLabel>, Vec<usize>) {
        let rank = |label: &AxisLabel| match label {
            AxisLabel::All => (2, None),
            AxisLabel::Period(period) => (i32::from(period.start.is_none()), period.start),
            _ => (0, None),
        };
        let mut numbered: Vec<(usize, AxisLabel)> = self.all.into_iter().enumerate().collect();
        numbered.sort_by_key(|(_, label)| rank(label));
        let mut order = vec![0; numbered.len()];
        for (place, (number, _)) in numbered.iter().enumerate() {
            order[*number] = place;
        }
        (numbered.into_iter().map(|(_, label)| label).collect(), order)
    }
}
