//! Arguments of reports, and the report on a dataset.

use std::sync::Arc;

use chrono::Weekday;
use chrono_tz::Tz;
use deskmetrics::engine::RecordNeeds;
use deskmetrics::kpi::{FcrPolicy, REGISTRY, definition};
use deskmetrics::replay::{Actor, Needs};
use deskmetrics::report::{
    AttributeNames, KpiRequest, Period, Periods, Report as CoreReport, ReportBuilder, ReportError, Warning,
};
use deskmetrics::ticket::Attribute;
use deskmetrics::{Reason, Timestamp};
use deskmetrics_arrow::{Dataset, KpiSelection, MOST_THREADS, SelectionError, on_threads};
use pyo3::prelude::*;

use super::Report;
use super::request::{RequestedKpi, by, kpis, whole, year_start};
use crate::dataset::progress::{Bar, watched};
use crate::error::{self, OrError as _};
use crate::input;
use crate::keywords::Keywords;
use crate::kpi::known_policy;
use crate::policy::fcr_policy;
use crate::result::Level;
use crate::tables::{Lean, Remedies, unknown_attribute};

/// What to give as the number of threads.
const THREADS: &str = "give 1 to 1024, or None for as many as there are processors";

fn threads(given: &Bound<'_, PyAny>) -> PyResult<usize> {
    match whole("threads", given, THREADS)? {
        threads if threads == 0 || threads > MOST_THREADS => {
            Err(error::argument(format!("threads: {} is out of range; {THREADS}", input::describe(given))))
        }
        threads => Ok(threads),
    }
}

/// The id that means every KPI the data can answer.
const ALL: &str = "all";

/// The requested KPIs of a report.
pub(crate) enum Kpis {
    Usual,
    These(Vec<RequestedKpi>),
}

impl Kpis {
    /// Reads the requests; `assumed` gives the zone of timestamps without one.
    pub(crate) fn of(
        given: Option<&Bound<'_, PyAny>>,
        assumed: &dyn Fn(&Bound<'_, PyAny>) -> Option<Tz>,
    ) -> PyResult<Self> {
        given.map_or(Ok(Self::Usual), |given| kpis(given, assumed).map(Self::These))
    }

    /// The attributes that requests are restricted by.
    pub(crate) fn restricted_by(&self) -> impl Iterator<Item = &Attribute> {
        let requests = match self {
            Self::These(requested) => requested.as_slice(),
            Self::Usual => &[],
        };
        requests.iter().flat_map(|requested| match requested {
            RequestedKpi::Request(request) => request.filter.named().collect(),
            RequestedKpi::Id(_) => Vec::new(),
        })
    }
}

/// The arguments of a report, as given in Python.
pub(crate) struct ReportArguments<'py> {
    pub(crate) kpis: Kpis,
    /// The names of attributes.
    by: Option<Vec<Vec<String>>>,
    period: Option<String>,
    pub(crate) zone: Option<Tz>,
    week_start: Option<String>,
    year_start: Option<u32>,
    level: f64,
    min_n: u64,
    observed_from: Option<Timestamp>,
    observed_until: Option<Timestamp>,
    /// Whether the cut-off is an argument, so that the data is complete until then.
    pub(crate) dated: bool,
    fcr: Option<FcrPolicy>,
    /// Number of threads; 0 means one per processor.
    threads: usize,
    pub(crate) progress: Option<Bound<'py, PyAny>>,
    /// The remedies about tables in memory; `None` for a report on a description.
    pub(crate) remedies: Option<Remedies>,
}

impl<'py> ReportArguments<'py> {
    /// The settings that all reports have, of which those of tables in memory need no `zone`. Timestamps without a zone are
    /// of `assumed`, if that is given; texts and dates are else of `zone`.
    pub(crate) fn new(
        kpis: Option<&Bound<'py, PyAny>>,
        keywords: &Keywords<'_, 'py>,
        zone: Option<Tz>,
        assumed: Option<Tz>,
    ) -> PyResult<Self> {
        let of_days = keywords.take_with("tz", |value| input::zone("tz", value))?.or(zone);
        // Texts and dates without a zone are of that of the report's days; other values may be of another one.
        let assumed_for =
            |value: &Bound<'_, PyAny>| assumed.or(of_days.filter(|_| input::is_wall_clock(value)));
        let observed = |name: &'static str| {
            keywords
                .take_with(name, |at| input::timestamp(name, at, assumed_for(at)).map(|at| at.utc().into()))
        };
        Ok(Self {
            year_start: keywords.take_with("year_start", year_start)?,
            min_n: keywords
                .take_with("min_n", |n| whole("min_n", n, "give 0 or more; 0 marks nothing"))?
                .unwrap_or(30),
            threads: keywords.take_with("threads", threads)?.unwrap_or(0),
            level: keywords
                .take_with("level", |level| level.extract::<Level>())?
                .map_or(0.95, |level| level.0),
            period: keywords.take("period")?,
            week_start: keywords.take("week_start")?,
            zone: of_days,
            kpis: Kpis::of(kpis, &assumed_for)?,
            by: keywords.take_with("by", by)?,
            observed_from: observed("observed_from")?,
            observed_until: observed("observed_until")?,
            dated: false,
            fcr: keywords.take_with("fcr", fcr_policy)?,
            progress: None,
            remedies: None,
        })
    }

    /// The slicings that are requested; those of the data where none is.
    pub(crate) fn slicings(&self, own: &[Attribute]) -> Vec<Vec<Attribute>> {
        let Some(by) = &self.by else { return own.iter().map(|own| vec![own.clone()]).collect() };
        let attribute = |name: &String| Attribute::from(name.as_str());
        by.iter().map(|names| names.iter().map(attribute).collect()).collect()
    }

    /// The names that attributes are requested under, where they are not the usual ones: `team` for `group`.
    fn names(&self) -> AttributeNames {
        let names = self.by.iter().flatten().flatten().map(|name| (Attribute::from(name.as_str()), name));
        let other = names.filter(|(attribute, name)| attribute.as_str() != name.as_str());
        other.map(|(attribute, name)| (attribute, name.as_str().into())).collect()
    }

    /// The periods, if requested.
    pub(crate) fn periods(&self) -> PyResult<Option<Periods>> {
        let first = self.week_start.as_deref().unwrap_or("Mon");
        let day: Weekday = first.parse().map_err(|_| {
            error::argument(format!(
                "week_start \"{first}\" is not a day of the week such as \"Mon\" or \"Sunday\""
            ))
        })?;
        let Some(word) = &self.period else {
            let of_periods = [
                ("week_start", self.week_start.is_some()),
                ("year_start", self.year_start.is_some()),
                ("observed_from", self.observed_from.is_some()),
                ("observed_until", self.observed_until.is_some()),
            ];
            return match of_periods.iter().find(|(_, given)| *given) {
                Some((name, _)) => Err(error::argument(format!(
                    "{name} has an effect on periods only: give period, such as period=\"week\", or leave {name} out"
                ))),
                None => Ok(None),
            };
        };
        let period: Period = word.parse().or_argument()?;
        let Some(zone) = self.zone else {
            return Err(error::argument(format!(
                "period \"{word}\" needs tz, the zone whose days and weeks are meant: give an IANA name such as \
                 \"Europe/Copenhagen\""
            )));
        };
        Ok(Some(
            Periods::new(period, zone).with_week_start(day).with_year_start(self.year_start.unwrap_or(1)),
        ))
    }

    /// A report without records.
    fn empty(
        &self,
        by: Vec<Vec<Attribute>>,
        [as_of, until]: [Option<Timestamp>; 2],
        kpis: Vec<KpiRequest>,
    ) -> PyResult<CoreReport> {
        let builder: ReportBuilder = as_of.map_or_else(CoreReport::undated, CoreReport::builder);
        let mut builder = builder.with_kpis(kpis).with_level(self.level).with_min_n(self.min_n);
        for attributes in by {
            builder = builder.with_slices(attributes);
        }
        if let Some(periods) = self.periods()? {
            builder = builder.with_periods(periods);
        }
        if let Some(from) = self.observed_from {
            builder = builder.with_observed_from(from);
        }
        if let Some(until) = until {
            builder = builder.with_observed_until(until);
        }
        builder.build().or_argument()
    }

    /// The report on a dataset up to the cut-off.
    pub(crate) fn of(
        &self,
        py: Python<'_>,
        dataset: Arc<Dataset>,
        as_of: Option<Timestamp>,
    ) -> PyResult<Report> {
        let by = self.slicings(&dataset.by);
        let unknown =
            |place: &'static str| move |unknown| unknown_attribute(place, &unknown, self.remedies.as_ref());
        dataset.check_attributes(by.iter().flatten()).map_err(unknown("by"))?;
        let by_responder = by.iter().flatten().any(|by| Actor::of(by) == Some(Actor::Responder));
        let (requests, mut notes) = self.requests(&dataset, by_responder)?;
        let stated = self.dated || self.observed_until.is_some() || as_of != dataset.as_of;
        let created =
            self.periods()?.filter(|_| !stated).and_then(|periods| dataset.end_of_creation(periods));
        let (until, note) = created.unzip();
        notes.extend(note);
        if self.periods()?.is_some() {
            notes.extend(dataset.undated_answers(&requests));
        }
        let report = self.empty(by, [as_of, self.observed_until.or(until)], requests)?;
        dataset.check_attributes(report.sliced_by()).map_err(unknown("kpis: where"))?;
        let zone = self.zone.unwrap_or(dataset.time_zone);
        let bar = Bar::new(py, self.progress.as_ref(), dataset.ticket_count())?;
        let names = self.names();
        let (threads, local) = (self.threads, self.remedies.clone());
        let made: Result<_, ReportError> = watched(py, bar, move |watch| {
            let state = dataset.feed_while(&report, threads, &|| watch.go_on())?;
            // The sources of a description list such answers.
            let is_outside = |request: &&KpiRequest| {
                let excluded =
                    || state.kpi(request).map_or(0, |tally| tally.excluded().count(Reason::OutOfScale));
                local.is_some() && excluded() > 0
            };
            notes.extend(
                report.kpis().iter().filter(is_outside).filter_map(|request| dataset.outside_scale(request)),
            );
            let mut warned: Vec<Warning> = dataset.warnings_for(&report).collect();
            if let Some(remedies) = &local {
                for warning in &mut warned {
                    remedies.in_warning(warning);
                }
            }
            let sources = dataset.sources.clone();
            // The estimates need memory too, and only the state.
            drop(dataset);
            let shown = || Report::new(state, notes, sources, warned, names).in_zone(zone);
            Ok(on_threads(threads, shown))
        })?;
        made.or_argument()
    }

    /// Which columns the KPIs depend on.
    pub(crate) fn lean(&self, by: Vec<Attribute>) -> Lean {
        let usual: Vec<RequestedKpi>;
        let named = match &self.kpis {
            Kpis::These(requested) => requested,
            Kpis::Usual => {
                usual = KpiSelection::usual_ids().map(|id| RequestedKpi::Id(id.to_owned())).collect();
                &usual
            }
        };
        if all(named) {
            return Lean { attributes: None, requesters: true, threads: self.threads };
        }
        let policies = ["fcr", "customers"];
        let surveys = ["csat", "nps", "ces", "reasons"];
        let (mut needs, mut requesters) = (Needs::NOTHING, false);
        let mut attributes = by;
        for requested in named {
            let id = match requested {
                RequestedKpi::Id(id) => id.as_str(),
                RequestedKpi::Request(request) => request.kpi.as_str(),
            };
            let id = definition(id).map_or(id, |known| known.id);
            requesters |= policies.contains(&id);
            needs = match requested {
                RequestedKpi::Request(request) => needs.and(request.needs()),
                RequestedKpi::Id(_) if surveys.contains(&id) || policies.contains(&id) => needs,
                RequestedKpi::Id(_) => needs.and(KpiRequest::new(id).needs()),
            };
        }
        if requesters {
            attributes.extend(RecordNeeds::ALL.attributes_read());
        }
        if needs.any(Needs::STATIONS | Needs::TOUCHES) {
            attributes.extend([Attribute::Group, Attribute::Assignee]);
        }
        Lean { attributes: Some(attributes), requesters, threads: self.threads }
    }

    /// The requests, with notes about those that the data cannot answer. Without any, they are the usual KPIs, or all that count
    /// responses.
    fn requests(&self, dataset: &Dataset, by_responder: bool) -> PyResult<(Vec<KpiRequest>, Vec<String>)> {
        let of = |choice: KpiSelection| {
            let choice = self.fcr.iter().fold(choice, |choice, policy| choice.with_fcr(policy.clone()));
            choice.of(dataset)
        };
        let text = |text: &str| self.remedies.as_ref().map_or(text.to_owned(), |own| own.in_text(text));
        let refused = |problem: SelectionError| error::argument(text(&problem.to_string()));
        let several = |choice: KpiSelection| {
            if !by_responder {
                return of(choice);
            }
            let counts = |id: &str| KpiRequest::new(id).counts_responses();
            let ids = REGISTRY.iter().map(|entry| entry.definition.id).filter(|id| counts(id));
            let mut chosen = of(KpiSelection::these(ids))?;
            let mut others: Vec<String> = of(choice)?.kpis.into_iter().map(|request| request.kpi).collect();
            others.retain(|id| !counts(id));
            others.dedup();
            if !others.is_empty() {
                chosen.notes.push(format!(
                    "slices by responder exist only of KPIs that count responses, so these are not shown: {}; take \"first_responder\" \
                     or \"solved_by\" instead for them",
                    others.join(", ")
                ));
            }
            Ok(chosen)
        };
        let requested = match &self.kpis {
            Kpis::These(requested) => requested,
            Kpis::Usual => {
                let chosen = several(KpiSelection::usual()).map_err(refused)?;
                return Ok((chosen.kpis, chosen.notes.iter().map(|note| text(note)).collect()));
            }
        };
        let (mut requests, mut notes, mut none) = (Vec::new(), Vec::new(), None);
        // What the data cannot answer is a note: the other requests may be enough.
        let mut unanswered = |problem: SelectionError, notes: &mut Vec<String>| {
            match &problem {
                SelectionError::NoKpi { notes: why } => notes.extend(why.iter().cloned()),
                SelectionError::NoEvidence { .. } => notes.push(problem.to_string()),
                _ => return Err(problem),
            }
            none.get_or_insert(problem);
            Ok(())
        };
        for (place, one) in requested.iter().enumerate() {
            let request = match one {
                RequestedKpi::Id(id) => {
                    let chosen =
                        if id == ALL { several(KpiSelection::all()) } else { of(KpiSelection::these([id])) };
                    match chosen {
                        Ok(chosen) => {
                            requests.extend(chosen.kpis);
                            notes.extend(chosen.notes);
                        }
                        Err(problem) => unanswered(problem, &mut notes).map_err(refused)?,
                    }
                    continue;
                }
                RequestedKpi::Request(request) => request,
            };
            known_policy(request, dataset)?;
            let selection =
                self.fcr.iter().fold(KpiSelection::all(), |all, policy| all.with_fcr(policy.clone()));
            match selection.complete((**request).clone(), dataset) {
                Ok(completed) => requests.extend(completed),
                Err(SelectionError::Request(problem)) => {
                    return Err(error::argument(format!("kpis[{place}]: {problem}")));
                }
                Err(problem) => unanswered(problem, &mut notes).map_err(refused)?,
            }
        }
        if let Some(problem) = none.filter(|_| requests.is_empty()) {
            return Err(refused(problem));
        }
        // A request that another one includes is counted once: "first_response_time" includes its business clock.
        let all = std::mem::take(&mut requests);
        for request in all {
            if !requests.contains(&request) {
                requests.push(request);
            }
        }
        notes.extend(dataset.notes(&requests));
        notes.extend(requests.iter().filter_map(|request| dataset.stated_note(request)));
        notes.sort();
        notes.dedup();
        let notes = notes.iter().map(|note| text(note)).collect();
        Ok((requests, notes))
    }
}

/// Whether every KPI that the data can answer is requested.
fn all(requested: &[RequestedKpi]) -> bool {
    requested.iter().any(|requested| matches!(requested, RequestedKpi::Id(id) if id == ALL))
}
