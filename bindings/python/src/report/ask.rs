//! A report on a dataset whose tickets are replayed.

use chrono_tz::Tz;
use deskmetrics::Timestamp;
use deskmetrics::replay::ReplayOutcome;
use deskmetrics::report::KpiRequest;
use deskmetrics::ticket::Attribute;
use deskmetrics_arrow::{Choice, Dataset};
use pyo3::prelude::*;

use super::Report;
use super::request::{Asked, Settings, by, kpis};
use crate::error;
use crate::policy::fcr_policy;

/// What somebody asks of a report, as Python gave it.
pub(crate) struct Ask<'a, 'py> {
    pub(crate) kpis: Option<&'a Bound<'py, PyAny>>,
    pub(crate) by: Option<&'a Bound<'py, PyAny>>,
    pub(crate) period: Option<&'a str>,
    pub(crate) zone: Option<Tz>,
    pub(crate) week_start: &'a str,
    pub(crate) level: f64,
    pub(crate) min_n: u64,
    pub(crate) observed_from: Option<&'a Bound<'py, PyAny>>,
    pub(crate) fcr: Option<&'a Bound<'py, PyAny>>,
}

impl Ask<'_, '_> {
    /// The settings; `own` are the attributes the data is sliced by unless somebody asks for others.
    pub(crate) fn settings(&self, own: &[Attribute]) -> PyResult<Settings<'_, '_>> {
        let usual = || own.iter().map(|attribute| vec![attribute.clone()]).collect();
        Ok(Settings {
            by: self.by.map_or_else(|| Ok(usual()), by)?,
            period: self.period,
            zone: self.zone,
            week_start: self.week_start,
            level: self.level,
            min_n: self.min_n,
            observed_from: self.observed_from,
        })
    }

    /// The report on these records up to the cut-off.
    pub(crate) fn of(
        &self,
        py: Python<'_>,
        dataset: &Dataset,
        replayed: &ReplayOutcome,
        as_of: Option<Timestamp>,
    ) -> PyResult<Report> {
        let (requests, mut notes) = self.requests(dataset, replayed)?;
        let report = self.settings(&dataset.by)?.report(as_of, requests)?;
        Ok(py.detach(|| {
            // What came after the cut-off is not known yet.
            let later = |at: Option<Timestamp>| at.zip(as_of).is_some_and(|(at, as_of)| at > as_of);
            let known: Vec<_>;
            let responses = if dataset.responses.iter().any(|response| later(response.at)) {
                known = dataset.responses.iter().filter(|response| !later(response.at)).cloned().collect();
                &known
            } else {
                &dataset.responses
            };
            let unknown = dataset.responses.len() - responses.len();
            if unknown > 0 {
                notes.push(format!("{unknown} survey answers are left out: after the cut-off"));
            }
            let state = report.run(&replayed.tickets, responses, &dataset.invitations);
            Report::new(state, notes, dataset.sources.clone())
        }))
    }

    /// The KPIs asked for, with what the description says about each.
    fn requests(
        &self,
        dataset: &Dataset,
        replayed: &ReplayOutcome,
    ) -> PyResult<(Vec<KpiRequest>, Vec<String>)> {
        let policy = self.fcr.map(fcr_policy).transpose()?;
        let of = |choice: Choice| {
            let choice = match &policy {
                Some(policy) => choice.fcr(policy.clone()),
                None => choice,
            };
            choice.of(dataset, &replayed.tickets).map_err(|problem| error::argument(problem.to_string()))
        };
        let all = self.kpis.is_some_and(|asked| asked.extract::<&str>().is_ok_and(|word| word == "all"));
        let Some(asked) = self.kpis.filter(|_| !all) else {
            let chosen = of(if all { Choice::all() } else { Choice::usual() })?;
            return Ok((chosen.kpis, chosen.notes));
        };
        let mut requests = Vec::new();
        for one in kpis(asked)? {
            match one {
                Asked::Id(id) => requests.extend(of(Choice::these([id]))?.kpis),
                Asked::Request(request) => requests.push(*request),
            }
        }
        Ok((requests, Vec::new()))
    }
}
