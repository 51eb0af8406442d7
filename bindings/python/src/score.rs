//! Scores as Python has them: whole numbers of any kind, with `None` and NaN for skipped questions.

use deskmetrics::Reason;
use deskmetrics::survey::Scale;
use deskmetrics_arrow::column::NumberReading;
use pyo3::prelude::*;
use serde_json::Value;

use crate::data::to_json;
use crate::error::{self, exceptions::ScaleError};
use crate::input::{Given, describe, is_missing};

/// A tally that takes scores.
pub(crate) trait Scores {
    /// Counts one answer; `None` is a skipped question.
    fn take(&mut self, score: Option<i32>);
    /// Counts a record that is no answer.
    fn leave_out(&mut self, reason: Reason);
}

/// Feeds all scores of a sequence or column.
pub(crate) fn feed<T: Scores>(tally: &mut T, scores: &Bound<'_, PyAny>) -> PyResult<()> {
    match Given::read("scores", scores, "a sequence of scores")? {
        Given::Values(values) => {
            for (position, score) in values.try_iter()?.enumerate() {
                take(tally, position, &score?)?;
            }
            Ok(())
        }
        Given::Column(column) => {
            let reading = NumberReading::default();
            for chunk in &column.chunks {
                let numbers = reading
                    .bind(chunk)
                    .map_err(|problem| error::column_type(format!("scores: {problem}")))?;
                for row in 0..chunk.len() {
                    match numbers.whole(row) {
                        Ok(score) => tally.take(score),
                        Err(problem) => tally.leave_out(problem.reason()),
                    }
                }
            }
            Ok(())
        }
        Given::Single(value) => Err(error::argument_type(format!(
            "scores: {} is not a sequence of scores; give a list, a tuple, an array or a column",
            describe(&value)
        ))),
    }
}

fn take<T: Scores>(tally: &mut T, position: usize, score: &Bound<'_, PyAny>) -> PyResult<()> {
    if let Ok(score) = score.extract::<i32>() {
        tally.take(Some(score));
    } else if is_missing(score) {
        tally.take(None);
    } else if let Ok(number) = score.extract::<f64>() {
        match whole(number) {
            Some(score) => tally.take(Some(score)),
            None if number.fract() == 0.0 => tally.leave_out(Reason::OutOfScale),
            None => tally.leave_out(Reason::Unreadable),
        }
    } else {
        return Err(error::argument_type(format!(
            "scores[{position}]: {} is not a score; give whole numbers, with None or NaN for skipped questions",
            describe(score)
        )));
    }
    Ok(())
}

/// The whole number that `number` is, if it is one and fits.
fn whole(number: f64) -> Option<i32> {
    #[expect(clippy::cast_possible_truncation, reason = "compared with the original right after")]
    let candidate = number as i32;
    #[expect(clippy::float_cmp, reason = "exactly equal is what is asked")]
    (f64::from(candidate) == number).then_some(candidate)
}

/// The scale of a satisfaction question: its ends, or its data form.
pub(crate) fn csat_scale(scale: &Bound<'_, PyAny>) -> PyResult<Scale> {
    read_scale(scale, |min, max| Scale::csat(min, max).map_err(|problem| error::scale(&problem)))
}

/// The scale of an effort question: 1 to 7 is CES 2.0; on others either end may be good.
pub(crate) fn ces_scale(scale: &Bound<'_, PyAny>) -> PyResult<Scale> {
    read_scale(scale, |min, max| {
        let ces2 = Scale::ces2();
        if (min, max) == (ces2.min(), ces2.max()) {
            return Ok(ces2);
        }
        Err(ScaleError::new_err(format!(
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
            _ => Err(ScaleError::new_err(format!("scale {form} is not a pair of ends such as (1, 5)"))),
        };
    }
    serde_json::from_value(form).map_err(|problem| ScaleError::new_err(problem.to_string()))
}

impl Scores for deskmetrics::kpi::Nps {
    fn take(&mut self, score: Option<i32>) {
        self.push(score);
    }

    fn leave_out(&mut self, reason: Reason) {
        Self::leave_out(self, reason);
    }
}

impl Scores for deskmetrics::kpi::Csat {
    fn take(&mut self, score: Option<i32>) {
        self.push(score);
    }

    fn leave_out(&mut self, reason: Reason) {
        Self::leave_out(self, reason);
    }
}

impl Scores for deskmetrics::kpi::Ces {
    fn take(&mut self, score: Option<i32>) {
        self.push(score);
    }

    fn leave_out(&mut self, reason: Reason) {
        Self::leave_out(self, reason);
    }
}
