//! The survey KPIs: `nps`, `csat`, `ces`, `response_rate`.

use chrono::{DateTime, TimeDelta, Utc};
use deskmetrics::{Invitation, Ratio, Timestamp, kpi};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict};

use crate::error;
use crate::input::{Moments, describe, instant, span};
use crate::result::{self, result_class};
use crate::score::{ces_scale, csat_scale, feed};

/// Net Promoter Score of many answers, made by :func:`nps`.
///
/// Results of one kind add up: ``a + b`` is the result of all answers together, as is ``sum([a, b, c])``.
#[pyclass(module = "deskmetrics", frozen, eq)]
#[derive(PartialEq)]
pub(crate) struct Nps(kpi::Nps);

/// Customer satisfaction of many answers, made by :func:`csat`.
///
/// Results of one kind add up: ``a + b`` is the result of all answers together, as is ``sum([a, b, c])``.
#[pyclass(module = "deskmetrics", frozen, eq)]
#[derive(PartialEq)]
pub(crate) struct Csat(kpi::Csat);

/// Customer Effort Score of many answers, made by :func:`ces`.
///
/// Results of one kind add up: ``a + b`` is the result of all answers together, as is ``sum([a, b, c])``.
#[pyclass(module = "deskmetrics", frozen, eq)]
#[derive(PartialEq)]
pub(crate) struct Ces(kpi::Ces);

/// Survey response rate of many invitations, made by :func:`response_rate`.
///
/// Results of one kind add up: ``a + b`` is the result of all invitations together, as is ``sum([a, b, c])``.
#[pyclass(module = "deskmetrics", frozen, eq)]
#[derive(PartialEq)]
pub(crate) struct ResponseRate(kpi::ResponseRate);

result_class!(Nps, kpi::Nps);
result_class!(Csat, kpi::Csat);
result_class!(Ces, kpi::Ces);
result_class!(ResponseRate, kpi::ResponseRate);

/// Net Promoter Score: promoters (9, 10) minus detractors (0 to 6), in points from -100 to 100.
///
/// Parameters
/// ----------
/// scores : iterable of int or float
///     Answers from 0 to 10. ``None`` and NaN are skipped questions, left out as ``not_answered``; other scores are
///     left out as ``out_of_scale``.
///
/// Returns
/// -------
/// Nps
///     The interval is the adjusted Wald interval.
///
/// Raises
/// ------
/// ArgumentTypeError
///     When an element is no number.
///
/// Examples
/// --------
/// >>> import deskmetrics as dm
/// >>> nps = dm.nps([0, 7, 7, 9, 9, 9, None, 11])
/// >>> nps
/// Nps(33.3 points, n=6, 95 % CI -26.7 to 71.2, left out: 1 not answered, 1 score outside the scale)
/// >>> nps.excluded
/// {'not_answered': 1, 'out_of_scale': 1}
/// >>> lower, upper = nps.interval(0.9)
/// >>> round(lower, 1), round(upper, 1)
/// (-18.9, 63.3)
#[pyfunction]
pub(crate) fn nps(scores: &Bound<'_, PyAny>) -> PyResult<Nps> {
    let mut tally = kpi::Nps::default();
    feed(&mut tally, scores)?;
    Ok(Nps(tally))
}

/// Customer satisfaction: the share of positive answers, in percent.
///
/// Parameters
/// ----------
/// scores : iterable of int or float
///     ``None`` and NaN are skipped questions, left out as ``not_answered``; scores beyond the scale are left out as
///     ``out_of_scale``. Neutral answers stay in n.
/// scale : tuple of int, str or dict, default (1, 5)
///     The ends, of which the usual top answers are positive (of 1 to 5: 4 and 5), or the data form
///     ``{"min": 1, "max": 10, "positive": [9, 10], "negative": [1, 6]}``.
///
/// Returns
/// -------
/// Csat
///     The interval is the Wilson interval; :meth:`Csat.measures` has the mean, the net score and the dissatisfied.
///
/// Raises
/// ------
/// ScaleError
///     When there is no usual set of positive answers for these ends, or the scale makes no sense.
/// ArgumentTypeError
///     When an element is no number.
///
/// Examples
/// --------
/// >>> import deskmetrics as dm
/// >>> csat = dm.csat([5, 5, 5, 4, 4, 4, 4, 3, 2, 1, None], scale=(1, 5))
/// >>> csat
/// Csat(70.0 %, n=10, 95 % CI 39.7 to 89.2, left out: 1 not answered)
/// >>> csat.measures()["mean"]["value"]
/// 3.7
/// >>> csat + dm.csat([5, 5], scale=(1, 5))
/// Csat(75.0 %, n=12, 95 % CI 46.8 to 91.1, left out: 1 not answered)
#[pyfunction]
#[pyo3(signature = (scores, *, scale = None))]
pub(crate) fn csat(scores: &Bound<'_, PyAny>, scale: Option<&Bound<'_, PyAny>>) -> PyResult<Csat> {
    let scale = match scale {
        Some(scale) => csat_scale(scale)?,
        None => deskmetrics::Scale::csat(1, 5).map_err(|problem| error::scale(&problem))?,
    };
    let mut tally = kpi::Csat::new(&scale);
    feed(&mut tally, scores)?;
    Ok(Csat(tally))
}

/// Customer Effort Score: the mean answer, in steps of the scale.
///
/// Parameters
/// ----------
/// scores : iterable of int or float
///     ``None`` and NaN are skipped questions, left out as ``not_answered``; scores beyond the scale are left out as
///     ``out_of_scale``.
/// scale : str, tuple of int or dict
///     ``"ces2"`` or ``(1, 7)``: "the company made it easy", higher is better. ``"ces1"``: "how much effort", 1 to 5,
///     lower is better. Any other question states which answers are easy, as
///     ``{"min": 1, "max": 5, "positive": [4, 5], "negative": [1, 2]}``, since either end may be the good one.
///
/// Returns
/// -------
/// Ces
///     The interval is Student's t; :meth:`Ces.measures` has the share of easy answers and the net score.
///
/// Raises
/// ------
/// ScaleError
///     When the scale makes no sense or does not say which end is good.
/// ArgumentTypeError
///     When an element is no number.
///
/// Examples
/// --------
/// >>> import deskmetrics as dm
/// >>> ces = dm.ces([7, 6, 6, 5, 2, None], scale="ces2")
/// >>> ces.value, ces.n
/// (5.2, 5)
/// >>> ces.measures()["percent"]["value"]
/// 80.0
#[pyfunction]
#[pyo3(signature = (scores, *, scale))]
pub(crate) fn ces(scores: &Bound<'_, PyAny>, scale: &Bound<'_, PyAny>) -> PyResult<Ces> {
    let mut tally = kpi::Ces::new(&ces_scale(scale)?);
    feed(&mut tally, scores)?;
    Ok(Ces(tally))
}

/// Survey response rate: answered among delivered invitations, in percent, by the cohort that was sent.
///
/// Parameters
/// ----------
/// invited : int, or iterable of datetime.datetime
///     How many were invited, or when each invitation was sent.
/// answered : int, or iterable of datetime.datetime or None
///     How many of them answered, or when each did; ``None`` for no answer.
/// delivered : iterable of bool, optional
///     Whether each invitation arrived; bounced ones are left out.
/// as_of : datetime.datetime, optional
///     Nothing after this instant is known.
/// mature_after : datetime.timedelta or str, optional
///     Invitations sent less than this before ``as_of`` are left out as ``immature``.
/// expire_after : datetime.timedelta or str, optional
///     Answers later than this after the sending are none.
///
/// Returns
/// -------
/// ResponseRate
///     The interval is the Wilson interval.
///
/// Raises
/// ------
/// ArgumentError
///     When the sequences differ in length, more answered than were invited, or options for instants are given with
///     numbers.
///
/// Examples
/// --------
/// >>> from datetime import datetime, timezone
/// >>> import deskmetrics as dm
/// >>> dm.response_rate(400, 100)
/// ResponseRate(25.0 %, n=400, 95 % CI 21.0 to 29.5)
/// >>> def march(day):
/// ...     return datetime(2026, 3, day, tzinfo=timezone.utc)
/// >>> dm.response_rate([march(2), march(3), march(4)], [march(5), None, march(11)], as_of=march(8)).value
/// 33.333333333333336
#[pyfunction]
#[pyo3(signature = (invited, answered, *, delivered = None, as_of = None, mature_after = None, expire_after = None))]
pub(crate) fn response_rate(
    invited: &Bound<'_, PyAny>,
    answered: &Bound<'_, PyAny>,
    delivered: Option<&Bound<'_, PyAny>>,
    as_of: Option<&Bound<'_, PyAny>>,
    mature_after: Option<&Bound<'_, PyAny>>,
    expire_after: Option<&Bound<'_, PyAny>>,
) -> PyResult<ResponseRate> {
    let mut tally = kpi::ResponseRate::default();
    if let (Ok(invited), Ok(answered)) = (invited.extract::<u64>(), answered.extract::<u64>()) {
        if [delivered, as_of, mature_after, expire_after].iter().any(Option::is_some) {
            return Err(error::argument(
                "delivered, as_of, mature_after and expire_after need the instants of each invitation, not numbers"
                    .to_owned(),
            ));
        }
        if answered > invited {
            return Err(error::argument(format!(
                "answered: {answered} are more than the {invited} who were invited"
            )));
        }
        tally.push_counts(Ratio::new(answered, invited));
        return Ok(ResponseRate(tally));
    }
    if let Some(as_of) = as_of {
        tally = tally.as_of(instant("as_of", as_of, None)?.utc());
    }
    if let Some(age) = mature_after {
        if as_of.is_none() {
            return Err(error::argument(
                "mature_after needs as_of: the instant up to which all is known".to_owned(),
            ));
        }
        tally = tally.mature_after(TimeDelta::microseconds(span("mature_after", age)?));
    }
    if let Some(limit) = expire_after {
        tally = tally.expire_after(TimeDelta::microseconds(span("expire_after", limit)?));
    }
    let (sent, answers) = (many("invited", invited)?, many("answered", answered)?);
    let delivered = delivered.map(arrivals).transpose()?;
    for (name, n) in
        [("answered", answers.len()), ("delivered", delivered.as_ref().map_or(sent.len(), Vec::len))]
    {
        if n != sent.len() {
            return Err(error::argument(format!(
                "{name} has {n} elements and invited has {}; both must have the same number",
                sent.len()
            )));
        }
    }
    for (place, (sent, answered)) in sent.into_iter().zip(answers).enumerate() {
        let Some(sent) = sent else {
            tally.leave_out(deskmetrics::Reason::Missing);
            continue;
        };
        let mut invitation = Invitation::new("", "", sent);
        invitation.answered_at = answered.map(Timestamp::from);
        invitation.delivered = delivered.as_ref().is_none_or(|delivered| delivered[place]);
        tally.push(&invitation);
    }
    Ok(ResponseRate(tally))
}

/// Instants of a sequence.
fn many(name: &str, values: &Bound<'_, PyAny>) -> PyResult<Vec<Option<DateTime<Utc>>>> {
    let micros = Moments::read(name, values, None)?.many(name)?;
    Ok(micros.iter().map(|at| at.map(|at| Timestamp::saturating_from_micros(at).to_utc())).collect())
}

fn arrivals(delivered: &Bound<'_, PyAny>) -> PyResult<Vec<bool>> {
    let delivered = delivered.try_iter().map_err(|_| {
        error::argument_type(format!("delivered: {} is not a sequence of bool", describe(delivered)))
    })?;
    let mut arrived = Vec::new();
    for (position, value) in delivered.enumerate() {
        let value = value?;
        // Also numpy's own bool.
        let truth =
            value.is_instance_of::<PyBool>() || value.get_type().name()?.to_string().starts_with("bool");
        if !truth {
            return Err(error::argument_type(format!(
                "delivered[{position}]: {} is not a bool",
                describe(&value)
            )));
        }
        arrived.push(value.is_truthy()?);
    }
    Ok(arrived)
}
