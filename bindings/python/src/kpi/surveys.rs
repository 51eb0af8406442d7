//! Surveys sent: counts of them, or a row for each.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{Array, ArrayRef, BooleanArray, Int64Array};
use arrow_schema::DataType;
use deskmetrics::{Invitation, Ratio, Reason, Timestamp};
use deskmetrics_arrow::survey::{InvitationColumns, response_rate_of};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict};

use super::request::{cut_off, request, tally};
use crate::error;
use crate::input::{
    Given, Moments, describe, in_blocks, is_missing, refuse, same_length, together_any, zone,
};
use crate::keywords::Keywords;
use crate::report::request::whole;
use crate::result::KpiResult;

/// The response rate of plain numbers.
#[pyfunction(name = "_of_counts")]
pub(crate) fn of_counts(
    kpi: &str,
    invited: &Bound<'_, PyAny>,
    answered: &Bound<'_, PyAny>,
) -> PyResult<KpiResult> {
    let count =
        |name, value| whole::<u64>(name, value, "give whole numbers from 0, or two columns of timestamps");
    let (invited, answered) = (count("invited", invited)?, count("answered", answered)?);
    if answered > invited {
        return Err(error::argument(format!(
            "answered: {answered} are more than the {invited} who were invited"
        )));
    }
    let mut tally = tally(&request(kpi, None)?, None)?;
    tally.push_counts(Ratio::new(answered, invited));
    Ok(KpiResult { tally })
}

/// A KPI of surveys sent, from the columns "invited" or "started", and optionally "answered" and "delivered"; what else is
/// given are its options.
#[pyfunction(name = "_of_invitations", signature = (kpi, **arguments))]
pub(crate) fn of_invitations(
    py: Python<'_>,
    kpi: &str,
    arguments: Option<&Bound<'_, PyDict>>,
) -> PyResult<KpiResult> {
    let keywords = Keywords::new(arguments);
    let assumed = keywords.take_with("assume_tz", |value| zone("assume_tz", value))?;
    let as_of = keywords.take_with("as_of", |as_of| cut_off(as_of, assumed))?;
    let timestamps = |name: &str| -> PyResult<Option<(String, Int64Array)>> {
        let column = keywords.take_with(name, |value| Moments::read(name, value, assumed)?.many(name))?;
        Ok(column.map(|column| (name.to_owned(), column)))
    };
    let (invited, started, answered) =
        (timestamps("invited")?, timestamps("started")?, timestamps("answered")?);
    let delivered = keywords.take_with("delivered", |value| booleans("delivered", value))?;
    let mut tally = tally(&request(kpi, arguments)?, as_of)?;
    let Some((first, n)) =
        invited.iter().chain(&started).map(|(name, values)| (name.as_str(), values.len())).next()
    else {
        return Err(error::argument("there is no column of timestamps"));
    };
    let lengths = started.iter().chain(&answered).map(|(name, values)| (name.as_str(), values.len()));
    for (name, other) in lengths.chain(delivered.as_ref().map(|values| ("delivered", values.len()))) {
        same_length(name, other, first, n)?;
    }
    if let (Some(rate), Some((_, sent))) = (tally.response_rate(), &invited) {
        let typed = |values: &Int64Array| -> ArrayRef {
            Arc::new(values.reinterpret_cast::<TimestampMicrosecondType>().with_timezone("UTC"))
        };
        let mut invitations = InvitationColumns::new(vec![typed(sent)]);
        if let Some((_, answers)) = &answered {
            invitations = invitations.with_answered_at(vec![typed(answers)]);
        }
        if let Some(delivered) = delivered {
            invitations = invitations.with_delivered(vec![Arc::new(delivered) as ArrayRef]);
        }
        *rate = py
            .detach(|| response_rate_of(&invitations, std::mem::take(rate)))
            .map_err(|problem| error::column_type(problem.to_string()))?;
        return Ok(KpiResult { tally });
    }
    let at = |column: &Option<(String, Int64Array)>, row: usize| {
        let (_, values) = column.as_ref()?;
        values.is_valid(row).then(|| Timestamp::saturating_from_micros(values.value(row)))
    };
    in_blocks(py, n, |rows| {
        for row in rows {
            // Without a column of invitations, only how far each survey got counts.
            let sent = if invited.is_some() { at(&invited, row) } else { Some(Timestamp::MIN) };
            let Some(sent) = sent else {
                tally.exclude_one(Reason::Missing);
                continue;
            };
            let mut invitation = Invitation::new("", "", sent);
            invitation.started_at = at(&started, row);
            invitation.answered_at = at(&answered, row);
            invitation.delivered =
                delivered.as_ref().is_none_or(|delivered| delivered.is_null(row) || delivered.value(row));
            tally.push_invitation(&invitation);
        }
    })?;
    Ok(KpiResult { tally })
}

/// A column of bools; null where it is missing.
pub(super) fn booleans(name: &str, value: &Bound<'_, PyAny>) -> PyResult<BooleanArray> {
    let wrong = |found: &str| {
        error::column_type(format!(
            "{name}: a column of {found} is not a column of bools; make it one, such as with frame[\"{name}\"] == 1"
        ))
    };
    match Given::read(name, value, "a sequence of bools")? {
        Given::Single(value) => Err(refuse(name, &value, "a sequence of bools")),
        Given::Values(values) => {
            let mut read = Vec::with_capacity(values.len().unwrap_or(0));
            for (position, value) in values.try_iter()?.enumerate() {
                let value = value?;
                // Also numpy's own bool.
                let truth = value.is_instance_of::<PyBool>()
                    || value.get_type().name()?.to_string_lossy().starts_with("bool");
                read.push(match (truth, is_missing(&value)) {
                    (true, _) => Some(value.is_truthy()?),
                    (false, true) => None,
                    (false, false) => {
                        return Err(error::argument_type(format!(
                            "{name}[{position}]: {} is not a bool; give True, False, or None where it is not known",
                            describe(&value)
                        )));
                    }
                });
            }
            Ok(BooleanArray::from(read))
        }
        Given::Column(column) => {
            if let Some(chunk) = column.chunks.iter().find(|chunk| *chunk.data_type() != DataType::Boolean) {
                return Err(wrong(&chunk.data_type().to_string()));
            }
            if column.chunks.is_empty() {
                return Ok(BooleanArray::from(Vec::<bool>::new()));
            }
            Ok(together_any(name, &column)?.as_boolean().clone())
        }
    }
}
