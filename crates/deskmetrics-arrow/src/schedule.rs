//! Business time over columns.
//!
//! Timestamps may have any of four units. Wall-clock times are an error unless a zone is given. Missing values stay
//! missing.
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
use chrono::TimeDelta;
use chrono_tz::Tz;
use deskmetrics::schedule::CompiledSchedule;

use crate::column::utc::each_timestamp;
use crate::column::{Column, ColumnError};

/// Business time between two columns of timestamps, row by row, in microseconds; negative if the second is the
/// earlier.
///
/// A row with a missing timestamp, or one outside all calendars, is missing.
///
/// # Errors
/// If a column contains no timestamps, or wall-clock times without `assume_tz`, or if the columns differ in length.
#[doc(alias = "business hours between")]
pub fn elapsed<'a>(
    schedule: &CompiledSchedule,
    from: impl Into<Column<'a>>,
    to: impl Into<Column<'a>>,
    assume_tz: Option<Tz>,
) -> Result<DurationMicrosecondArray, ColumnError> {
    let (from, to) = (from.into(), to.into());
    from.goes_with(&to)?;
    let mut ends = Vec::with_capacity(from.len());
    each_timestamp(&to, assume_tz, |at| ends.push(at.ok().flatten()))?;
    let mut ends = ends.into_iter();
    let mut micros = Int64Builder::with_capacity(from.len());
    each_timestamp(&from, assume_tz, |at| {
        let pair = at.ok().flatten().zip(ends.next().flatten());
        micros.append_option(pair.map(|(from, to)| schedule.elapsed_micros(from, to)));
    })?;
    Ok(micros.finish().reinterpret_cast())
}

/// When `budget` of business time from each timestamp on is used up.
///
/// A row is missing if its timestamp is missing or the schedule never opens long enough.
///
/// # Errors
/// If the column contains no timestamps, or wall-clock times without `assume_tz`.
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
    each_timestamp(&start, assume_tz, |at| {
        due.append_option(
            at.ok().flatten().zip(budget).and_then(|(at, budget)| schedule.due_micros(at, budget)),
        );
    })?;
    Ok(due.finish().reinterpret_cast::<TimestampMicrosecondType>().with_timezone("UTC"))
}

/// Whether the schedule is open at each timestamp. A row with a missing timestamp is missing.
///
/// # Errors
/// If the column contains no timestamps, or wall-clock times without `assume_tz`.
pub fn is_open<'a>(
    schedule: &CompiledSchedule,
    at: impl Into<Column<'a>>,
    assume_tz: Option<Tz>,
) -> Result<BooleanArray, ColumnError> {
    let at = at.into();
    let mut open = BooleanBuilder::with_capacity(at.len());
    each_timestamp(&at, assume_tz, |at| {
        open.append_option(at.ok().flatten().map(|at| schedule.is_open_micros(at)));
    })?;
    Ok(open.finish())
}
