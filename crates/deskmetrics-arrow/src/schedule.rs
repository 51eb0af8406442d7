//! Business time over columns.
//!
//! Instants may be in any of four units; wall-clock times are refused unless a zone is given. Missing in, missing out.
//!
//! ```
//! use std::sync::Arc;
//! use arrow_array::{ArrayRef, TimestampSecondArray};
//! use chrono_tz::Europe::Copenhagen;
//! use deskmetrics::schedule::{Schedule, WorkingTime};
//! use deskmetrics_arrow::schedule::elapsed;
//!
//! let desk = WorkingTime::from(Schedule::new(Copenhagen, "Mo-Fr 09:00-17:00".parse()?)).compile();
//! // Monday 2026-03-02 16:00 and 10:00 in Copenhagen, both until Tuesday 10:00
//! let opened: ArrayRef =
//!     Arc::new(TimestampSecondArray::from(vec![Some(1_772_463_600), Some(1_772_442_000), None]).with_timezone("UTC"));
//! let done: ArrayRef =
//!     Arc::new(TimestampSecondArray::from(vec![1_772_528_400, 1_772_528_400, 1_772_528_400]).with_timezone("UTC"));
//! let took = elapsed(&desk, &opened, &done, None)?;
//! let hours: Vec<_> = took.iter().map(|micros| micros.map(|micros| micros / 3_600_000_000)).collect();
//! assert_eq!(hours, [Some(2), Some(8), None]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use arrow_array::builder::{BooleanBuilder, Int64Builder};
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{BooleanArray, DurationMicrosecondArray, TimestampMicrosecondArray};
use arrow_buffer::{NullBuffer, NullBufferBuilder};
use chrono::TimeDelta;
use chrono_tz::Tz;
use deskmetrics::schedule::CompiledSchedule;

use crate::column::utc::each_instant;
use crate::column::{Column, ColumnError};

/// Opening time between two columns of instants, row by row, in microseconds; negative where the second is the earlier. A
/// row with a missing instant, or one outside all calendars, is missing.
///
/// # Errors
/// When a column holds no instants, or wall-clock times without `assume_tz`, or the two differ in length.
#[doc(alias = "business hours between")]
pub fn elapsed<'a>(
    schedule: &CompiledSchedule,
    from: impl Into<Column<'a>>,
    to: impl Into<Column<'a>>,
    assume_tz: Option<Tz>,
) -> Result<DurationMicrosecondArray, ColumnError> {
    let (from, to) = (from.into(), to.into());
    from.goes_with(&to)?;
    let [(starts, are_starts), (ends, are_ends)] = [decoded(&from, assume_tz)?, decoded(&to, assume_tz)?];
    let nulls = NullBuffer::union(are_starts.as_ref(), are_ends.as_ref());
    let mut micros = vec![0; starts.len()];
    let known =
        nulls.as_ref().map_or_else(|| vec![(0, starts.len())], |nulls| nulls.valid_slices().collect());
    for (first, end) in known {
        let rows = first..end;
        let (starts, ends, micros) = (&starts[rows.clone()], &ends[rows.clone()], &mut micros[rows]);
        // They are of one length.
        schedule.elapsed_slice(starts, ends, micros).map_err(|_| from.length_differs(&to))?;
    }
    Ok(DurationMicrosecondArray::new(micros.into(), nulls))
}

/// The instants of a column in microseconds, 0 where one is missing, and which there are.
fn decoded(
    column: &Column<'_>,
    assume_tz: Option<Tz>,
) -> Result<(Vec<i64>, Option<NullBuffer>), ColumnError> {
    let mut micros = Vec::with_capacity(column.len());
    let mut valid = NullBufferBuilder::new(column.len());
    each_instant(column, assume_tz, |at| {
        let at = at.ok().flatten();
        micros.push(at.unwrap_or(0));
        valid.append(at.is_some());
    })?;
    Ok((micros, valid.finish()))
}

/// When `budget` of opening time is used up that starts to run at each instant; missing where the schedule never opens long
/// enough, and where the instant is missing.
///
/// # Errors
/// When the column holds no instants, or wall-clock times without `assume_tz`.
#[doc(alias = "deadline")]
pub fn due<'a>(
    schedule: &CompiledSchedule,
    start: impl Into<Column<'a>>,
    budget: TimeDelta,
    assume_tz: Option<Tz>,
) -> Result<TimestampMicrosecondArray, ColumnError> {
    let budget = budget.num_microseconds();
    let start = start.into();
    let mut due = Int64Builder::with_capacity(start.len());
    each_instant(&start, assume_tz, |at| {
        due.append_option(
            at.ok().flatten().zip(budget).and_then(|(at, budget)| schedule.due_micros(at, budget)),
        );
    })?;
    Ok(due.finish().reinterpret_cast::<TimestampMicrosecondType>().with_timezone("UTC"))
}

/// Whether the schedule is open at each instant; missing where that is.
///
/// # Errors
/// When the column holds no instants, or wall-clock times without `assume_tz`.
pub fn is_open<'a>(
    schedule: &CompiledSchedule,
    at: impl Into<Column<'a>>,
    assume_tz: Option<Tz>,
) -> Result<BooleanArray, ColumnError> {
    let at = at.into();
    let mut open = BooleanBuilder::with_capacity(at.len());
    each_instant(&at, assume_tz, |at| {
        open.append_option(at.ok().flatten().map(|at| schedule.is_open_micros(at)));
    })?;
    Ok(open.finish())
}
