//! KPIs of replayed tickets.

use std::collections::BTreeSet;
use std::sync::Arc;

use deskmetrics::kpi::FcrPolicy;
use deskmetrics::report::{KpiRequest, Report};
use deskmetrics::{Excluded, Invitation, Merge as _, SlaMetric, Timestamp};
use deskmetrics_arrow::{Dataset, SourceReport};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use super::request::{cut_off, request, tally};
use super::scores::of_scores;
use super::trust::texts;
use crate::dataset::progress::{Bar, Watch, watched};
use crate::error::{self, OrError as _};
use crate::input::{describe, remedy};
use crate::result::KpiResult;
use crate::tables::{Lean, Place, Rules, Tables, in_python};

/// Replayed tickets; Python objects with tickets return them from `_replayed`.
#[pyclass(name = "_ReplayedTickets", module = "deskmetrics._deskmetrics", frozen)]
pub(crate) struct ReplayedTickets {
    dataset: Arc<Dataset>,
    /// The cut-off; `None` without timestamps, and then without tickets.
    as_of: Option<Timestamp>,
    /// Whether they have a description, in which remedies are followed.
    described: bool,
}

impl ReplayedTickets {
    pub(crate) fn new(dataset: Arc<Dataset>, as_of: Option<Timestamp>, described: bool) -> Self {
        Self { dataset, as_of, described }
    }
}

/// A KPI of tickets, of which those whose ids are in `surveyed` were sent a survey.
#[pyfunction(name = "_of_tickets", signature = (kpi, tickets, options = None, as_of = None, surveyed = None, schedule = None))]
pub(crate) fn of_tickets(
    py: Python<'_>,
    kpi: &str,
    tickets: &Bound<'_, PyAny>,
    options: Option<&Bound<'_, PyDict>>,
    as_of: Option<&Bound<'_, PyAny>>,
    surveyed: Option<&Bound<'_, PyAny>>,
    schedule: Option<&Bound<'_, PyAny>>,
) -> PyResult<KpiResult> {
    let mut request = request(kpi, options)?;
    if let Some(FcrPolicy::Survey { .. }) = request.policy {
        // This policy evaluates answers to a survey question.
        return of_scores(py, kpi, tickets, None, options);
    }
    let (dataset, known, described) = if tickets.hasattr("_replayed")? {
        let given = tickets.call_method0("_replayed")?;
        let given = given.cast::<ReplayedTickets>()?.get();
        let mut dataset = Arc::clone(&given.dataset);
        if schedule.is_some() {
            if !dataset.schedules.is_empty() {
                return Err(error::argument(
                    "schedule: the tickets have working hours of their own; give it only where they have none",
                ));
            }
            let mut scheduled = (*dataset).clone();
            Rules { schedules: schedule.cloned(), ..Rules::default() }.apply(&mut scheduled)?;
            dataset = Arc::new(scheduled);
        }
        (dataset, given.as_of, given.described)
    } else {
        let rules = Rules { as_of: as_of.cloned(), schedules: schedule.cloned(), ..Rules::default() };
        let about_customers = ["fcr", "customers"].contains(&request.kpi.as_str());
        // One KPI of one table: what little is not needed costs little.
        let lean = Lean { attributes: None, requesters: about_customers, threads: 0 };
        let dataset = tables(tickets)?.described(&rules)?.dataset(py, &rules, None, lean)?;
        let known = dataset.as_of;
        (Arc::new(dataset), known, false)
    };
    // Without timestamps there are no tickets at any cut-off.
    let known = known.unwrap_or(Timestamp::MIN);
    let as_of = as_of.map(|as_of| cut_off(as_of, None)).transpose()?.unwrap_or(known);
    if as_of > known && dataset.ticket_count() > 0 {
        return Err(error::argument(format!(
            "as_of: {as_of} is after {known}, up to which the tickets are known"
        )));
    }
    known_policy(&request, &dataset)?;
    // Where there are no other targets to count.
    request = dataset.with_stated_sla(request);
    dataset.can_answer(&request).map_err(|problem| {
        let message = problem.to_string();
        let message = if described { message } else { in_python(&message, Place::Kpi) };
        let with_events = message.contains("events") && !tickets.hasattr("_replayed").unwrap_or(false);
        let remedy = if with_events { "; give events in deskmetrics.replay(events, tickets=..)" } else { "" };
        error::argument(message + remedy)
    })?;
    // For a single KPI the error is about that KPI.
    tally(&request, Some(as_of))?;
    let report = Report::builder(as_of).with_kpi(request.clone()).build().or_argument()?;
    let records = Arc::clone(&dataset);
    let feed = move |watch: &Watch| records.feed_while(&report, 0, &|| watch.go_on());
    let state = watched(py, Bar::none(), feed)?.or_argument()?;
    let mut tally = state.kpi(&request).or_argument()?;
    for (reason, rows) in unusable(&dataset.sources).iter() {
        (0..rows).for_each(|_| tally.exclude_one(reason));
    }
    for id in surveyed.map(ids).transpose()?.unwrap_or_default() {
        tally.push_invitation(&Invitation::new("", "", Timestamp::MIN).with_ticket(id.as_str()));
    }
    Ok(KpiResult { tally })
}

/// Checks that the policies have the requested SLA metric and SLA policy.
pub(crate) fn known_policy(request: &KpiRequest, dataset: &Dataset) -> PyResult<()> {
    let policies = &dataset.policies.policies;
    if dataset.ticket_count() == 0 {
        return Ok(());
    }
    if let Some(SlaMetric::Custom(name)) = &request.metric
        && &**name != "stated"
    {
        let stated = dataset.states_sla().then(|| SlaMetric::from("stated"));
        let stated = stated.into_iter().chain(dataset.stated_sla().map(|(_, stated)| stated));
        let targets = policies.iter().flat_map(|policy| &policy.targets);
        let present: BTreeSet<String> = targets
            .map(|target| target.metric.clone())
            .chain(stated)
            .map(|metric| metric.as_str().to_owned())
            .collect();
        if !present.contains(&**name) {
            let usual = SlaMetric::NAMED.iter().map(SlaMetric::as_str);
            let meant = error::did_you_mean(name, present.iter().map(String::as_str).chain(usual));
            let known = if let Some(metric) = name.strip_prefix("stated_") {
                format!(
                    "the tickets state none, either: name its due times or verdicts, such as columns={{\"tickets\": {{\"sla\": \
                         {{\"{metric}\": {{\"met\": \"..\"}}}}}}}}"
                )
            } else if present.is_empty() {
                "there are no policies: give replay(.., policies=..) or report(.., policies=..)".to_owned()
            } else {
                format!("they have {}", Vec::from_iter(present).join(", "))
            };
            return Err(error::no_such_name(format!(
                "there is no metric \"{name}\" in the policies{meant}; {known}"
            )));
        }
    }
    if let Some(name) = &request.sla_policy
        && !policies.iter().any(|policy| policy.name == *name)
    {
        let known: Vec<&str> = policies.iter().map(|policy| &*policy.name).collect();
        return Err(error::no_such("SLA policy", name, "the policies", &known));
    }
    Ok(())
}

/// A table of tickets, one row each, with timestamps in columns.
fn tables<'py>(tickets: &Bound<'py, PyAny>) -> PyResult<Tables<'py>> {
    let rows = tickets.is_instance_of::<PyDict>()
        || tickets.is_instance_of::<PyList>()
        || tickets.hasattr("__arrow_c_stream__")?
        || tickets.hasattr("__arrow_c_array__")?;
    if !rows {
        let remedy = remedy(tickets).unwrap_or_else(|| {
            "give what deskmetrics.replay(...) or deskmetrics.read(...) returns, or a table with a row for each ticket \
             and timestamps in columns"
                .to_owned()
        });
        return Err(error::argument_type(format!(
            "tickets: {} holds no tickets; {remedy}",
            describe(tickets)
        )));
    }
    Ok(Tables { tickets: Some(tickets.clone()), place: Place::Kpi, ..Tables::default() })
}

/// Rows of tickets that could not be used.
fn unusable(sources: &[SourceReport]) -> Excluded {
    let mut unusable = Excluded::default();
    for source in sources.iter().filter(|source| source.holds == "tickets") {
        unusable.merge(source.excluded());
    }
    unusable
}

/// Ids of tickets: texts or numbers, in a sequence or column.
fn ids(surveyed: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    if surveyed.is_instance_of::<PyString>() {
        return Err(error::argument_type(format!(
            "surveyed: {} is not a sequence of ticket ids; put it in a list",
            describe(surveyed)
        )));
    }
    let ids = texts("surveyed", surveyed, "a sequence of ticket ids")?;
    Ok(ids.into_iter().flatten().collect())
}
