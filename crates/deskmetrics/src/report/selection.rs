//! Selecting rows of a report.

use std::collections::BTreeMap;

use super::{ReportRow, ReportTable};
use crate::ClockKind;
use crate::kpi::{self, Topic, did_you_mean};
use crate::ticket::Attribute;

/// Which rows of a [`ReportTable`] are meant: those of a KPI, and of these the ones of an option, clock, measure, slice and
/// period.
///
/// ```
/// use deskmetrics::report::{KpiRequest, Report, RowSelection};
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
/// let denmark = RowSelection::of("csat").with_value(Attribute::Market, "DK");
/// assert_eq!(table.get(&denmark)?.value, Some(50.0));
/// assert_eq!(table.get(&RowSelection::of("csat").with_measure("mean"))?.n, 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowSelection {
    pub(super) kpi: Option<KpiName>,
    pub(super) question: Option<Box<str>>,
    pub(super) option: Option<Box<str>>,
    pub(super) clock: Option<ClockKind>,
    pub(super) measure: Option<Box<str>>,
    pub(super) slice: Option<BTreeMap<Attribute, Option<Box<str>>>>,
    pub(super) period: Option<Box<str>>,
}

/// A KPI by its id, an alias, or the name it was requested under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KpiName {
    name: Box<str>,
    /// The id, if the name is that of a KPI of the catalogue.
    id: Option<&'static str>,
}

impl KpiName {
    fn is_of(&self, row: &ReportRow) -> bool {
        *row.name == *self.name || self.is_id_of(row)
    }

    fn is_id_of(&self, row: &ReportRow) -> bool {
        row.kpi == self.id.unwrap_or(&self.name)
    }
}

/// The name of all measures in [`RowSelection::with_measure`].
pub(super) const ALL_MEASURES: &str = "all";

impl RowSelection {
    /// The rows of a KPI, by its id, an alias, or the name it was requested under.
    pub fn of(kpi: impl Into<Box<str>>) -> Self {
        let name = kpi.into();
        let id = crate::kpi::definition(&name).map(|definition| definition.id);
        Self { kpi: Some(KpiName { name, id }), ..Self::default() }
    }

    setters! {
        /// Only a survey question.
        with_question(question ? Box<str>);

        /// Only an option: an SLA metric, an FCR policy, the condition of a request.
        with_option(option ? Box<str>);

        /// Only durations on this clock.
        with_clock(clock = Some ClockKind);

        /// This measure, such as `p90`, or `all`; by default the headline.
        with_measure(measure ? Box<str>);

        /// Only the period of this name, such as `2026-W10`; an empty name means all periods together.
        with_period(period ? Box<str>);
    }

    /// Only slices with this value of an attribute.
    #[must_use]
    pub fn with_value(self, attribute: impl Into<Attribute>, value: impl Into<Box<str>>) -> Self {
        self.with_slice([(attribute.into(), Some(value.into()))])
    }

    /// Only the slice with these values, and those given before; `None` means records without the attribute. No value means all
    /// records together.
    #[must_use]
    pub fn with_slice(mut self, slice: impl IntoIterator<Item = (Attribute, Option<Box<str>>)>) -> Self {
        self.slice.get_or_insert_default().extend(slice);
        self
    }

    /// Whether a row has the KPI, option, clock and measure.
    pub(super) fn is_of(&self, row: &ReportRow) -> bool {
        self.kpi.as_ref().is_none_or(|kpi| kpi.is_of(row))
            && self.question.iter().chain(&self.option).all(|option| has_option(row, option))
            && self.clock.is_none_or(|clock| row.clock == Some(clock))
            && self
                .measure
                .as_deref()
                .map_or(row.headline, |measure| measure == ALL_MEASURES || measure == row.measure)
    }

    /// Whether a row is of the slice.
    fn is_of_slice(&self, row: &ReportRow) -> bool {
        self.slice.as_ref().is_none_or(|slice| {
            let same = |(attribute, value): &(Attribute, Option<Box<str>>)| {
                slice.iter().any(|(key, requested)| usual(key) == usual(attribute) && requested == value)
            };
            row.keys.0.len() == slice.len() && row.keys.0.iter().all(same)
        })
    }

    fn is_of_period(&self, row: &ReportRow) -> bool {
        self.period.as_deref().is_none_or(|period| period == period_name(row))
    }
}

/// Why rows cannot be selected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowSelectionError {
    /// The report has no such KPI, option, measure, period, or value of an attribute.
    #[error("there is no {what} \"{name}\" in the report{}; it has {}", meant(name, known), listed(known))]
    Unknown {
        /// What was named: `KPI`, `question`, `option`, `clock`, `measure`, `period`, `attribute`, or an attribute itself.
        what: String,
        /// The name.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// The report has no slices by these attributes together.
    #[error("the report has no slices by {requested}; it has {}: request them with `by`", slicings(known))]
    NotSliced {
        /// The attributes.
        requested: String,
        /// The slicings there are.
        known: Vec<String>,
    },
    /// A period, or the time of periods, is selected where it has no effect.
    #[error("{selected} has no effect here: {remedy}")]
    NoEffect {
        /// What is selected.
        selected: &'static str,
        /// What to do instead.
        remedy: &'static str,
    },
    /// The report has no periods.
    #[error("the report has no periods: request them with `period`")]
    NoPeriods,
    /// Each part of the selection exists, but there was no record of all of them together.
    #[error("the report has no row of {selected}: there was no record of it")]
    NoRow {
        /// The selection in words.
        selected: String,
    },
    /// Several rows match where one is meant.
    #[error("{} rows match: {}; select one of them by its KPI, question, option, clock or measure", candidates.len(), candidates.join("; "))]
    Several {
        /// The rows.
        candidates: Vec<String>,
    },
}

fn meant(name: &str, known: &[String]) -> String {
    did_you_mean(name, &known.iter().map(String::as_str).collect::<Vec<_>>())
}

fn listed(known: &[String]) -> String {
    if known.is_empty() { "none".to_owned() } else { known.join(", ") }
}

fn slicings(known: &[String]) -> String {
    if known.is_empty() { "none".to_owned() } else { known.join("; ") }
}

impl ReportTable {
    /// The one row of a selection: of all records together unless a slice is selected, of all periods together unless one is
    /// selected, and the headline unless a measure is selected.
    ///
    /// By its id, a KPI means its requests without a condition, if there are any.
    ///
    /// # Errors
    /// A name that the report does not have, a selection without a row, or one of several rows.
    pub fn get(&self, selection: &RowSelection) -> Result<&ReportRow, RowSelectionError> {
        let place = self.get_place(selection)?;
        self.rows.get(place).ok_or_else(|| RowSelectionError::NoRow { selected: String::new() })
    }

    /// The headline of a KPI for one slice and one period, by their names; without values, all records together, and without a
    /// period all periods together. [`get`](Self::get) selects other measures, and records without an attribute.
    ///
    /// ```
    /// use deskmetrics::report::{KpiRequest, Report};
    /// use deskmetrics::{Scale, SurveyResponse};
    ///
    /// let report = Report::undated()
    ///     .with_kpi(KpiRequest::new("csat").with_question("csat", Scale::csat(1, 5)?))
    ///     .with_slices(["market"])
    ///     .build()?;
    /// let answer = |score, market| SurveyResponse::new("csat", Some(score)).with_attribute("market", market);
    /// let table = report.run(&[], &[answer(5, "DK"), answer(2, "DK"), answer(4, "ES")], &[])?.table();
    ///
    /// assert_eq!(table.row("csat", &[("market", "DK")], None)?.value, Some(50.0));
    /// assert_eq!(table.row("csat", &[], None)?.n, 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`get`](Self::get).
    pub fn row<'p>(
        &self,
        kpi: &str,
        slice: &[(&str, &str)],
        period: impl Into<Option<&'p str>>,
    ) -> Result<&ReportRow, RowSelectionError> {
        let slice =
            slice.iter().map(|(attribute, value)| (Attribute::from(*attribute), Some((*value).into())));
        self.get(&RowSelection::of(kpi).with_slice(slice).with_period(period.into()))
    }

    /// Where [`get`](Self::get)'s row is among the rows.
    ///
    /// # Errors
    /// Those of [`get`](Self::get).
    pub fn get_place(&self, selection: &RowSelection) -> Result<usize, RowSelectionError> {
        let mut one = selection.clone();
        one.slice.get_or_insert_default();
        one.period.get_or_insert_default();
        let mut places = self.select_places(&one)?;
        let row = |place: &usize| self.rows.get(*place);
        let by_id = |row: &ReportRow| selection.kpi.as_ref().is_some_and(|kpi| kpi.is_id_of(row));
        if places.iter().filter_map(row).any(|row| !row.restricted && by_id(row)) {
            places.retain(|place| row(place).is_some_and(|row| !row.restricted));
        }
        match places.as_slice() {
            [only] => Ok(*only),
            [] => Err(RowSelectionError::NoRow { selected: in_words(&one) }),
            _ => Err(RowSelectionError::Several {
                candidates: places.iter().filter_map(row).map(candidate).collect(),
            }),
        }
    }

    /// The rows of a selection, in the order of the table: of every slice, period, option and clock that is not selected.
    ///
    /// # Errors
    /// A name that the report does not have.
    pub fn select(&self, selection: &RowSelection) -> Result<Vec<&ReportRow>, RowSelectionError> {
        let places = self.select_places(selection)?;
        Ok(places.into_iter().filter_map(|place| self.rows.get(place)).collect())
    }

    /// Where [`select`](Self::select)'s rows are among the rows.
    ///
    /// # Errors
    /// Those of [`select`](Self::select).
    pub fn select_places(&self, selection: &RowSelection) -> Result<Vec<usize>, RowSelectionError> {
        self.check(selection, &[])?;
        let matches = |row: &ReportRow| {
            selection.is_of(row) && selection.is_of_slice(row) && selection.is_of_period(row)
        };
        let rows = self.rows.iter().enumerate();
        Ok(rows.filter(|(_, row)| matches(row)).map(|(place, _)| place).collect())
    }

    /// An error for a name that the report does not have, or for slices by the attributes of the selection and of the axes.
    pub(super) fn check(
        &self,
        selection: &RowSelection,
        axes: &[&Attribute],
    ) -> Result<(), RowSelectionError> {
        let known = |what: &str,
                     name: &str,
                     matches: &dyn Fn(&ReportRow) -> bool,
                     names: &dyn Fn(&ReportRow) -> Option<String>| {
            let of_kpi =
                |row: &&ReportRow| what == "KPI" || selection.kpi.as_ref().is_none_or(|kpi| kpi.is_of(row));
            let rows = || self.rows.iter().filter(of_kpi);
            if rows().any(matches) {
                return Ok(());
            }
            let mut known: Vec<String> = Vec::new();
            for name in rows().filter_map(names).filter(|name| !name.is_empty()) {
                if !known.contains(&name) {
                    known.push(name);
                }
            }
            Err(RowSelectionError::Unknown { what: what.to_owned(), name: name.to_owned(), known })
        };
        if let Some(kpi) = &selection.kpi {
            known("KPI", &kpi.name, &|row| kpi.is_of(row), &|row| Some(row.kpi.to_owned()))?;
        }
        for (what, option) in [("question", &selection.question), ("option", &selection.option)] {
            let Some(option) = option else { continue };
            known(what, option, &|row| has_option(row, option), &|row| match row.option.as_deref() {
                Some(option) => Some(option.to_owned()),
                // The question that has the KPI's own name.
                None => is_of_surveys(row).then(|| row.kpi.to_owned()),
            })?;
        }
        if let Some(clock) = selection.clock {
            let name = clock.to_string();
            known("clock", &name, &|row| row.clock == Some(clock), &|row| Some(row.clock?.to_string()))?;
        }
        if let Some(measure) = selection.measure.as_deref().filter(|measure| *measure != ALL_MEASURES) {
            known("measure", measure, &|row| row.measure == measure, &|row| Some(row.measure.to_string()))?;
        }
        if let Some(period) = selection.period.as_deref().filter(|period| !period.is_empty()) {
            if self.period.is_none() {
                return Err(RowSelectionError::NoPeriods);
            }
            known("period", period, &|row| period_name(row) == period, &|row| {
                Some(period_name(row).to_owned())
            })?;
        }
        let slice = selection.slice.iter().flatten();
        let mut attributes: Vec<&Attribute> =
            slice.clone().map(|(key, _)| key).chain(axes.iter().copied()).collect();
        attributes.sort_by_key(|attribute| usual(attribute));
        attributes.dedup_by_key(|attribute| usual(attribute));
        self.check_slicing(&attributes)?;
        for (attribute, value) in slice {
            let of = |row: &ReportRow| {
                row.keys.0.iter().find(|(key, _)| usual(key) == usual(attribute)).map(|(_, it)| it.clone())
            };
            known(
                attribute.as_str(),
                value.as_deref().unwrap_or(NONE),
                &|row| of(row).is_some_and(|found| found == *value),
                &|row| of(row).map(|found| found.map_or_else(|| NONE.to_owned(), String::from)),
            )?;
        }
        Ok(())
    }

    /// An error if the report has no slices by these attributes together.
    fn check_slicing(&self, attributes: &[&Attribute]) -> Result<(), RowSelectionError> {
        let same = |slicing: &Vec<Attribute>| {
            slicing.len() == attributes.len()
                && attributes.iter().all(|one| slicing.iter().any(|other| usual(other) == usual(one)))
        };
        if attributes.is_empty() || self.by.iter().any(same) {
            return Ok(());
        }
        let mut known: Vec<&Attribute> = self.by.iter().flatten().collect();
        known.sort_unstable();
        known.dedup();
        let unknown = attributes.iter().find(|one| !known.iter().any(|other| usual(other) == usual(one)));
        if let Some(unknown) = unknown.filter(|_| !known.is_empty()) {
            return Err(RowSelectionError::Unknown {
                what: "attribute".to_owned(),
                name: unknown.to_string(),
                known: known.iter().map(ToString::to_string).collect(),
            });
        }
        let together = |names: &mut dyn Iterator<Item = &str>| names.collect::<Vec<_>>().join(" and ");
        Err(RowSelectionError::NotSliced {
            requested: together(&mut attributes.iter().map(|attribute| attribute.as_str())),
            known: self
                .by
                .iter()
                .map(|slicing| together(&mut slicing.iter().map(Attribute::as_str)))
                .collect(),
        })
    }
}

/// How a missing value of an attribute is shown.
pub(super) const NONE: &str = "(none)";

/// The attribute without the name that the report gives it: `team` is the group.
pub(super) fn usual(attribute: &Attribute) -> Attribute {
    Attribute::from(attribute.as_str())
}

/// Whether a row has an option: as a whole, one of its parts, or the question that has the KPI's own name.
fn has_option(row: &ReportRow, option: &str) -> bool {
    row.option
        .as_deref()
        .map_or(row.kpi == option, |own| own == option || own.split(", ").any(|part| part == option))
}

/// Whether a row is about answers to a survey question.
fn is_of_surveys(row: &ReportRow) -> bool {
    kpi::definition(row.kpi).is_some_and(|definition| definition.topic == Topic::Surveys)
}

fn period_name(row: &ReportRow) -> &str {
    row.period.as_ref().map_or("", |period| &period.label)
}

/// What distinguishes a row of one slice and period.
pub(super) fn candidate(row: &ReportRow) -> String {
    format!("{}, {}", row.title(), row.measure.replace('_', " "))
}

fn in_words(selection: &RowSelection) -> String {
    let mut words: Vec<String> = Vec::new();
    words.extend(
        selection
            .kpi
            .iter()
            .map(|kpi| &kpi.name)
            .chain(&selection.option)
            .chain(&selection.measure)
            .map(ToString::to_string),
    );
    words.extend(selection.clock.map(|clock| clock.to_string()));
    for (attribute, value) in selection.slice.iter().flatten() {
        words.push(format!("{} {}", attribute.as_str(), value.as_deref().unwrap_or(NONE)));
    }
    words.extend(selection.period.iter().filter(|period| !period.is_empty()).map(ToString::to_string));
    words.join(", ")
}
