//! Scores: whole numbers of any kind, with `None`, NaN and null for skipped questions.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use deskmetrics::kpi::FcrPolicy;
use deskmetrics::report::{KpiRequest, KpiTally};
use deskmetrics::survey::Scale;
use deskmetrics::{Reason, SurveyResponse};
use deskmetrics_arrow::ColumnError;
use deskmetrics_arrow::column::{BadCell, NumberReading, TextColumn};
use deskmetrics_arrow::survey::each_score;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use serde_json::Value;

use super::request::{request, tally};
use crate::data::{from_form, to_json};
use crate::error::{self, OrError as _};
use crate::input::{Column, Given, array_of, describe, is_missing, refuse, same_length};
use crate::result::KpiResult;

/// A KPI of the answers to one question: "nps", "csat", "ces", and "fcr" under a survey policy.
#[pyfunction(name = "_of_scores", signature = (kpi, scores, scale = None, options = None))]
pub(crate) fn of_scores(
    py: Python<'_>,
    kpi: &str,
    scores: &Bound<'_, PyAny>,
    scale: Option<&Bound<'_, PyAny>>,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<KpiResult> {
    let (request, scale) = request_of(kpi, scale, options)?;
    let mut tally = tally(&request, None)?;
    feed(py, &mut tally, &scale, scores)?;
    Ok(KpiResult { tally })
}

/// The reasons behind negative answers.
#[pyfunction(name = "_of_reasons")]
pub(crate) fn of_reasons(
    scores: &Bound<'_, PyAny>,
    reasons: &Bound<'_, PyAny>,
    scale: &Bound<'_, PyAny>,
) -> PyResult<KpiResult> {
    let (request, _) = request_of("reasons", Some(scale), None)?;
    let mut tally = tally(&request, None)?;
    let reasons = stated(reasons)?;
    let scores = numbers(scores)?;
    same_length("reasons", reasons.len(), "scores", scores.len())?;
    for (score, reasons) in scores.into_iter().zip(reasons) {
        match score {
            Ok(score) => {
                let mut response = SurveyResponse::new("reasons", score);
                response.reasons = reasons;
                tally.push_response(&response);
            }
            Err(reason) => tally.exclude_one(reason),
        }
    }
    Ok(KpiResult { tally })
}

/// The request for a KPI of one question, and the question's scale.
fn request_of(
    kpi: &str,
    scale: Option<&Bound<'_, PyAny>>,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<(KpiRequest, Scale)> {
    if kpi == "fcr" {
        let request = request(kpi, options)?.with_survey(kpi);
        let Some(FcrPolicy::Survey { scale }) = request.policy.clone() else {
            return Err(error::argument(
                "policy: only a survey policy, such as \"survey(1-2)\", uses answers",
            ));
        };
        return Ok((request, scale));
    }
    let scale = scale_of(kpi, scale)?;
    Ok((KpiRequest::new(kpi).with_question(kpi, scale.clone()), scale))
}

/// The scale of the question behind a KPI.
pub(super) fn scale_of(kpi: &str, scale: Option<&Bound<'_, PyAny>>) -> PyResult<Scale> {
    match (kpi, scale) {
        ("nps", _) => Ok(Scale::nps()),
        ("ces", Some(scale)) => ces_scale(scale),
        ("ces", None) => Ok(Scale::ces2()),
        (_, Some(scale)) => csat_scale(scale),
        (_, None) => Scale::csat(1, 5).map_err(|problem| error::scale(problem.to_string())),
    }
}

/// Counts all scores of a sequence or column.
fn feed(py: Python<'_>, tally: &mut KpiTally, scale: &Scale, scores: &Bound<'_, PyAny>) -> PyResult<()> {
    let column = match given(scores)? {
        Given::Column(column) => column,
        values => {
            for score in each_number(values)? {
                match score {
                    Ok(score) => tally.push_score(score, 1),
                    Err(reason) => tally.exclude_one(reason),
                }
            }
            return Ok(());
        }
    };
    let chunks = column.chunks.iter().map(without_decimals).collect::<PyResult<Vec<_>>>()?;
    let counted = py.detach(|| {
        let column = deskmetrics_arrow::Column::from(&chunks).with_name(column.name);
        let mut outside = 0;
        each_score(column, scale, |score, times| match score {
            Some(score) if !scale.contains(score) => outside += times,
            score => tally.push_score(score, times),
        })?;
        let fractions = if outside > 0 { chunks.iter().map(fractions).sum::<u64>() } else { 0 };
        (0..fractions).for_each(|_| tally.exclude_one(Reason::NotWhole));
        (fractions..outside).for_each(|_| tally.exclude_one(Reason::OutOfScale));
        Ok(())
    });
    counted.map_err(|problem: ColumnError| error::column_type(problem.to_string()))
}

/// Decimals, which DuckDB takes every number with a point for, as floats.
fn without_decimals(chunk: &ArrayRef) -> PyResult<ArrayRef> {
    if !chunk.data_type().is_decimal() {
        return Ok(Arc::clone(chunk));
    }
    arrow_cast::cast(chunk, &DataType::Float64).or_column_type("scores")
}

/// How many numbers are not whole.
fn fractions(chunk: &ArrayRef) -> u64 {
    let Ok(numbers) = arrow_cast::cast(chunk, &DataType::Float64) else { return 0 };
    let numbers = numbers.as_primitive::<Float64Type>().iter().flatten();
    numbers.filter(|number| number.is_finite() && number.fract() != 0.0).count() as u64
}

fn given<'py>(scores: &Bound<'py, PyAny>) -> PyResult<Given<'py>> {
    Given::read("scores", scores, SCORES)
}

const SCORES: &str = "a sequence of scores";

/// Each score, or the reason why it is excluded.
pub(super) fn numbers(scores: &Bound<'_, PyAny>) -> PyResult<Vec<Result<Option<i32>, Reason>>> {
    each_number(given(scores)?)
}

fn each_number(scores: Given<'_>) -> PyResult<Vec<Result<Option<i32>, Reason>>> {
    match scores {
        Given::Single(value) => Err(refuse("scores", &value, SCORES)),
        Given::Values(values) => {
            values.try_iter()?.enumerate().map(|(position, score)| read(position, &score?)).collect()
        }
        Given::Column(column) => {
            let reading = NumberReading::default();
            let mut numbers = Vec::with_capacity(column.len());
            for chunk in &column.chunks {
                if !is_numeric(chunk.data_type()) {
                    return Err(error::column_type(format!(
                        "scores: a column of {} is not a column of scores; make it numeric first",
                        chunk.data_type()
                    )));
                }
                let read = reading.bind(chunk).or_column_type("scores")?;
                numbers.extend((0..chunk.len()).map(|row| read.whole(row).map_err(of_bad_cell)));
            }
            Ok(numbers)
        }
    }
}

fn of_bad_cell(problem: BadCell) -> Reason {
    if problem == BadCell::NotWhole { Reason::NotWhole } else { Reason::OutOfScale }
}

fn is_numeric(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, values) => is_numeric(values),
        DataType::Null => true,
        kind => kind.is_numeric(),
    }
}

/// The reasons of each answer: a text, a list of texts, or nothing.
fn stated(reasons: &Bound<'_, PyAny>) -> PyResult<Vec<Vec<Box<str>>>> {
    match Given::read("reasons", reasons, "a sequence of reasons")? {
        Given::Single(value) => {
            Err(refuse("reasons", &value, "a sequence with one text, or a list of texts, for each score"))
        }
        Given::Values(values) => {
            values.try_iter()?.enumerate().map(|(position, value)| texts(position, &value?)).collect()
        }
        Given::Column(column) => texts_of(&column),
    }
}

fn texts(position: usize, value: &Bound<'_, PyAny>) -> PyResult<Vec<Box<str>>> {
    if value.is_instance_of::<PyString>() {
        return Ok(vec![value.extract::<String>()?.into()]);
    }
    if is_missing(value) {
        return Ok(Vec::new());
    }
    let array = array_of(&format!("reasons[{position}]"), value).map_err(|_| {
        error::argument_type(format!(
            "reasons[{position}]: {} is neither a text nor a list of texts",
            describe(value)
        ))
    })?;
    texts_in(&array)
}

fn texts_in(array: &ArrayRef) -> PyResult<Vec<Box<str>>> {
    let column = TextColumn::new(array).or_column_type("reasons")?;
    Ok((0..array.len()).filter_map(|row| column.get(row).map(Into::into)).collect())
}

fn texts_of(column: &Column<'_>) -> PyResult<Vec<Vec<Box<str>>>> {
    let mut all = Vec::with_capacity(column.len());
    for chunk in &column.chunks {
        if let DataType::List(of) | DataType::LargeList(of) = chunk.data_type() {
            let lists = arrow_cast::cast(chunk, &DataType::LargeList(Arc::clone(of))).or_data("reasons")?;
            for list in lists.as_list::<i64>().iter() {
                all.push(list.map(|list| texts_in(&list)).transpose()?.unwrap_or_default());
            }
        } else {
            let texts = TextColumn::new(chunk).or_column_type("reasons")?;
            all.extend((0..chunk.len()).map(|row| texts.get(row).map(Into::into).into_iter().collect()));
        }
    }
    Ok(all)
}

/// One score, or the reason why it is excluded.
fn read(position: usize, score: &Bound<'_, PyAny>) -> PyResult<Result<Option<i32>, Reason>> {
    let refused = |remedy: &str| {
        error::argument_type(format!("scores[{position}]: {} is not a score; {remedy}", describe(score)))
    };
    let read = if let Ok(score) = score.extract::<i32>() {
        Ok(Some(score))
    } else if is_missing(score) {
        Ok(None)
    } else if let Ok(number) = score.extract::<f64>() {
        let fraction = number.is_finite() && number.fract() != 0.0;
        let reason = if fraction { Reason::NotWhole } else { Reason::OutOfScale };
        whole(number).map(Some).ok_or(reason)
    } else {
        return Err(refused("give whole numbers, with None or NaN for skipped questions"));
    };
    // Python and NumPy treat True as 1.
    if matches!(read, Ok(Some(0 | 1))) && score.get_type().name()? == "bool" {
        return Err(refused("give numbers, or count yes and no with response_rate"));
    }
    Ok(read)
}

/// The whole number that `number` is, if it is one and fits.
fn whole(number: f64) -> Option<i32> {
    #[expect(clippy::cast_possible_truncation, reason = "compared with the original right after")]
    let candidate = number as i32;
    #[expect(clippy::float_cmp, reason = "the test is for exact equality")]
    (f64::from(candidate) == number).then_some(candidate)
}

/// The scale of a satisfaction question: its ends, or its data form.
pub(crate) fn csat_scale(scale: &Bound<'_, PyAny>) -> PyResult<Scale> {
    read_scale(scale, |min, max| Scale::csat(min, max).map_err(|problem| error::scale(problem.to_string())))
}

/// The scale of an effort question: 1 to 7 is CES 2.0; on others either end may be good.
pub(crate) fn ces_scale(scale: &Bound<'_, PyAny>) -> PyResult<Scale> {
    read_scale(scale, |min, max| {
        let ces2 = Scale::ces2();
        if (min, max) == (ces2.min(), ces2.max()) {
            return Ok(ces2);
        }
        Err(error::scale(format!(
            "scale {min} to {max} of an effort question may have either end good: write \"ces1\" (1 to 5, lower is \
             easier), \"ces2\" (1 to 7, higher is easier), or \
             {{\"min\": {min}, \"max\": {max}, \"positive\": [..], \"negative\": [..]}}"
        )))
    })
}

fn read_scale(scale: &Bound<'_, PyAny>, of_ends: impl Fn(i32, i32) -> PyResult<Scale>) -> PyResult<Scale> {
    let form = to_json("scale", scale)?;
    if let Value::Array(ends) = &form {
        let end = |place: usize| ends.get(place)?.as_i64()?.try_into().ok();
        return match (end(0), end(1), ends.len()) {
            (Some(min), Some(max), 2) => of_ends(min, max),
            _ => Err(error::scale(format!("scale {form} is not a pair of ends such as (1, 5)"))),
        };
    }
    match form {
        // What is wrong with a text names it.
        Value::String(text) => {
            text.parse().map_err(|problem: deskmetrics::survey::ScaleError| error::scale(problem.to_string()))
        }
        form => from_form("scale", form, error::scale),
    }
}
