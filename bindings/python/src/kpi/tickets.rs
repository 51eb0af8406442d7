//! KPIs of replayed tickets.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::Array;
use deskmetrics::replay::ReplayOutcome;
use deskmetrics::report::{KpiRequest, KpiTally, Report, ReportError};
use deskmetrics::{Excluded, Invitation, Merge as _, Replayed, SlaMetric, Timestamp};
use deskmetrics_arrow::SourceReport;
use deskmetrics_arrow::column::TextColumn;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use super::request::{cut_off, request, tally};
use crate::dataset::progress::replayed;
use crate::error;
use crate::input::{Given, array_of, describe, refuse, remedy};
use crate::report::columns_run;
use crate::result::KpiResult;
use crate::tables::{Described, Rules, Tables};

/// Tickets worked on between two looks for Ctrl-C.
const BLOCK: usize = 1 << 16;

/// Replayed tickets, which whatever holds some gives through its method `_replayed`.
#[pyclass(name = "_ReplayedTickets", module = "deskmetrics._deskmetrics", frozen)]
pub(crate) struct ReplayedTickets {
    outcome: Arc<ReplayOutcome>,
    /// Nothing after it is known.
    as_of: Timestamp,
    /// Rows of tickets that could not be used.
    unusable: Excluded,
}

impl ReplayedTickets {
    pub(crate) fn new(outcome: Arc<ReplayOutcome>, as_of: Timestamp, sources: &[SourceReport]) -> Self {
        Self { outcome, as_of, unusable: unusable(sources) }
    }
}

/// A KPI of tickets, of which those whose ids are in `surveyed` were sent a survey.
#[pyfunction(name = "_of_tickets", signature = (kpi, tickets, options = None, as_of = None, surveyed = None))]
pub(crate) fn of_tickets(
    py: Python<'_>,
    kpi: &str,
    tickets: &Bound<'_, PyAny>,
    options: Option<&Bound<'_, PyDict>>,
    as_of: Option<&Bound<'_, PyAny>>,
    surveyed: Option<&Bound<'_, PyAny>>,
) -> PyResult<KpiResult> {
    let own = if tickets.hasattr("_replayed")? {
        None
    } else {
        let tables = tables(tickets)?;
        let rules = Rules { as_of, ..Rules::default() };
        let described = tables.described(&rules)?;
        let request = request(kpi, options)?;
        if surveyed.is_none()
            && let Some(tally) = of_columns(py, &described, &rules, &request)?
        {
            return Ok(KpiResult { tally });
        }
        Some(of_records(py, described, &rules)?)
    };
    let given = own.is_none().then(|| tickets.call_method0("_replayed")).transpose()?;
    let replayed = match (&own, &given) {
        (Some(own), _) => own,
        (None, given) => given.as_ref().unwrap_or(tickets).cast::<ReplayedTickets>()?.get(),
    };
    let as_of = cut_off(as_of)?.unwrap_or(replayed.as_of);
    if as_of > replayed.as_of && !replayed.outcome.tickets.is_empty() {
        return Err(error::argument(format!(
            "as_of: {as_of} is after {}, up to which the tickets are known",
            replayed.as_of
        )));
    }
    let request = request(kpi, options)?;
    known_promise(&request, &replayed.outcome.tickets)?;
    let mut tally = tally(&request, Some(as_of))?;
    for (reason, rows) in replayed.unusable.iter() {
        (0..rows).for_each(|_| tally.leave_out(reason));
    }
    for id in surveyed.map(ids).transpose()?.unwrap_or_default() {
        tally.push_invitation(&Invitation::new("", "", Timestamp::MIN).about(id.as_str()));
    }
    for block in replayed.outcome.tickets.chunks(BLOCK) {
        py.detach(|| block.iter().for_each(|ticket| tally.push_ticket(ticket)));
        py.check_signals()?;
    }
    Ok(KpiResult { tally })
}

/// That the SLA metric and the SLA policy asked for by name are ones that tickets have verdicts on.
pub(crate) fn known_promise(request: &KpiRequest, tickets: &[Replayed]) -> PyResult<()> {
    let verdicts = || tickets.iter().flat_map(|ticket| &ticket.verdicts);
    if tickets.is_empty() {
        return Ok(());
    }
    if let Some(SlaMetric::Custom(name)) = &request.metric
        && &**name != "stated"
        && !verdicts().any(|verdict| verdict.metric.as_str() == &**name)
    {
        let judged: BTreeSet<&str> = verdicts().map(|verdict| verdict.metric.as_str()).collect();
        let usual: Vec<&str> = SlaMetric::NAMED.iter().map(SlaMetric::as_str).collect();
        let own = judged.into_iter().filter(|metric| !usual.contains(metric));
        let known: Vec<&str> = usual.iter().copied().chain(own).chain(["stated"]).collect();
        return Err(error::no_such("metric", name, "the promises", &known));
    }
    if let Some(name) = &request.sla_policy
        && !verdicts().any(|verdict| verdict.policy == *name)
    {
        let known: BTreeSet<&str> = verdicts().map(|verdict| &*verdict.policy).collect();
        let known: Vec<&str> = known.into_iter().collect();
        return Err(error::no_such("SLA policy", name, "the verdicts", &known));
    }
    Ok(())
}

/// A table of tickets, one row each, with instants in columns.
fn tables<'a, 'py>(tickets: &'a Bound<'py, PyAny>) -> PyResult<Tables<'a, 'py>> {
    let rows = tickets.is_instance_of::<PyDict>()
        || tickets.is_instance_of::<PyList>()
        || tickets.hasattr("__arrow_c_stream__")?
        || tickets.hasattr("__arrow_c_array__")?;
    if !rows {
        let remedy = remedy(tickets).unwrap_or_else(|| {
            "give what deskmetrics.replay(...) or deskmetrics.read(...) returns, or a table with a row for each ticket \
             and instants in columns"
                .to_owned()
        });
        return Err(error::argument_type(format!(
            "tickets: {} holds no tickets; {remedy}",
            describe(tickets)
        )));
    }
    Ok(Tables {
        tickets: Some(tickets),
        events: None,
        surveys: None,
        invitations: None,
        columns: None,
        assume_tz: None,
        strict: false,
        progress: None,
        zone_remedy: "such as with .dt.tz_localize(\"Europe/Copenhagen\"), or ask deskmetrics.report(.., assume_tz=..)",
        by: &[],
    })
}

/// The KPI straight from the columns; `None` where they must be read record by record.
fn of_columns(
    py: Python<'_>,
    described: &Described,
    rules: &Rules<'_, '_>,
    request: &KpiRequest,
) -> PyResult<Option<KpiTally>> {
    let alone = rules.alone()?;
    let as_of = match alone.as_of {
        None => columns_run::last_instant(py, described)?,
        given => given,
    };
    // Which promises there are shows in the verdicts.
    let promised = request.sla_policy.is_some() || matches!(request.metric, Some(SlaMetric::Custom(_)));
    let Some(as_of) = as_of.filter(|_| !promised) else { return Ok(None) };
    let refused = |problem: ReportError| error::argument(problem.to_string());
    // Asked for alone, it is refused in the words of a single KPI.
    tally(request, Some(as_of))?;
    let report = Report::builder(as_of).kpi(request.clone()).build().map_err(refused)?;
    let Some(fed) = columns_run::feed(py, described, &alone, &report, as_of, 1)? else { return Ok(None) };
    let mut tally = fed.state.kpi(request).map_err(refused)?;
    for (reason, rows) in unusable(&fed.sources).iter() {
        (0..rows).for_each(|_| tally.leave_out(reason));
    }
    Ok(Some(tally))
}

/// The tickets of a table, read record by record.
fn of_records(py: Python<'_>, described: Described, rules: &Rules<'_, '_>) -> PyResult<ReplayedTickets> {
    let dataset = described.dataset(py, rules, None)?;
    // Where nothing bears a date there is no ticket, whenever that is.
    let as_of = dataset.as_of.unwrap_or(Timestamp::MIN);
    let outcome = replayed(py, &dataset, &dataset.replay_at(as_of))?;
    Ok(ReplayedTickets::new(Arc::new(outcome), as_of, &dataset.sources))
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
    let chunks = match Given::read("surveyed", surveyed, "a sequence of ticket ids")? {
        Given::Column(column) => column.chunks,
        Given::Values(values) => vec![array_of("surveyed", &values)?],
        Given::Single(value) => {
            if value.is_instance_of::<PyString>() {
                return Err(error::argument_type(format!(
                    "surveyed: {} is not a sequence of ticket ids; put it in a list",
                    describe(&value)
                )));
            }
            return Err(refuse("surveyed", &value, "a sequence of ticket ids"));
        }
    };
    let mut ids = Vec::new();
    for chunk in &chunks {
        let texts =
            TextColumn::new(chunk).map_err(|problem| error::column_type(format!("surveyed: {problem}")))?;
        ids.extend((0..chunk.len()).filter_map(|row| texts.get(row).map(str::to_owned)));
    }
    Ok(ids)
}
