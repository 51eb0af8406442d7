//! Several schedules as one: follow the sun, both desks open, and changes over time.

use std::ops::RangeInclusive;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::form::Form;
use super::{
    CompiledSchedule, Conventions, Counting, HolidayScope, Schedule, ScheduleError, ScheduleHistory,
};

/// Anything that says when work is done: a schedule, a combination of schedules, or a history of them.
///
/// All of them compile to the same [`CompiledSchedule`].
///
/// | data form | meaning |
/// |---|---|
/// | the keys of a [`Schedule`] | one schedule |
/// | `any_of = [...]` | open when any of them is: follow the sun |
/// | `all_of = [...]` | open when all of them are: both desks open |
/// | `versions = [{ from = "2026-01-01", ... }, ...]` | a [`ScheduleHistory`] |
///
/// Each member keeps its own time zone, holidays and breaks, and may itself be a combination. A
/// combination follows the [`boundary`](Conventions::boundary) and [`zero`](Conventions::zero) conventions
/// of its first member, a history those of its latest version, unless `conventions` state others.
///
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::schedule::WorkingTime;
///
/// let desks: WorkingTime = toml::from_str(r#"
/// any_of = [
///     { time_zone = "Asia/Kolkata", hours = "Mo-Fr 09:00-17:30" },
///     { time_zone = "Europe/Dublin", hours = "Mo-Fr 09:00-17:30" },
/// ]
/// "#)?;
/// // Kolkata is open 03:30-12:00 UTC and Dublin, in summer, 08:00-16:30 UTC.
/// let desks = desks.compile();
/// let day = "2026-07-01T00:00:00Z".parse()?;
/// let next = "2026-07-02T00:00:00Z".parse()?;
/// assert_eq!(desks.elapsed(day, next), TimeDelta::hours(13));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Form", into = "Form")]
#[non_exhaustive]
#[doc(alias = "follow the sun")]
#[expect(clippy::large_enum_variant, reason = "there are few of them, and a box would stand in every match")]
pub enum WorkingTime {
    /// One schedule.
    Schedule(Schedule),
    /// Open when any member is.
    AnyOf(Members),
    /// Open when all members are.
    AllOf(Members),
    /// A schedule that changed.
    History(ScheduleHistory),
}

/// The members of a combination, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Members {
    pub(crate) members: Vec<WorkingTime>,
    pub(crate) conventions: Option<Conventions>,
}

impl Members {
    /// The members, in the order given.
    pub fn as_slice(&self) -> &[WorkingTime] {
        &self.members
    }

    fn new(key: &'static str, members: impl IntoIterator<Item = WorkingTime>) -> Result<Self, ScheduleError> {
        let members: Vec<WorkingTime> = members.into_iter().collect();
        if members.is_empty() {
            return Err(ScheduleError::Empty { key });
        }
        if members.iter().any(WorkingTime::counts_wall_time) {
            return Err(ScheduleError::WallInCombination);
        }
        Ok(Self { members, conventions: None })
    }
}

impl WorkingTime {
    /// Open when any of these is.
    ///
    /// # Errors
    ///
    /// [`ScheduleError::Empty`] for no members, and [`ScheduleError::WallInCombination`] when one counts
    /// wall-clock time.
    #[doc(alias = "union")]
    pub fn any_of(members: impl IntoIterator<Item = Self>) -> Result<Self, ScheduleError> {
        Members::new("any_of", members).map(Self::AnyOf)
    }

    /// Open when all of these are.
    ///
    /// # Errors
    ///
    /// As [`any_of`](Self::any_of).
    #[doc(alias = "intersection")]
    pub fn all_of(members: impl IntoIterator<Item = Self>) -> Result<Self, ScheduleError> {
        Members::new("all_of", members).map(Self::AllOf)
    }

    /// The same under these conventions.
    ///
    /// A combination or history takes [`boundary`](Conventions::boundary) and
    /// [`zero`](Conventions::zero); the other two belong to the single schedules.
    ///
    /// # Errors
    ///
    /// [`ScheduleError::Conflict`] when a convention of single schedules is stated for several.
    pub fn with_conventions(self, conventions: Conventions) -> Result<Self, ScheduleError> {
        if let Self::Schedule(schedule) = self {
            return Ok(schedule.with_conventions(conventions).into());
        }
        let stray = if conventions.clock != Counting::default() {
            Some("clock")
        } else if conventions.holiday_scope != HolidayScope::default() {
            Some("holiday_scope")
        } else {
            None
        };
        if let Some(key) = stray {
            return Err(ScheduleError::Conflict {
                key,
                other: "several schedules",
                remedy: "state it in each of them",
            });
        }
        Ok(match self {
            Self::AnyOf(members) => Self::AnyOf(Members { conventions: Some(conventions), ..members }),
            Self::AllOf(members) => Self::AllOf(Members { conventions: Some(conventions), ..members }),
            Self::History(history) => Self::History(history.under(conventions)),
            Self::Schedule(schedule) => Self::Schedule(schedule),
        })
    }

    /// The conventions that hold for the whole.
    pub fn conventions(&self) -> Conventions {
        match self {
            Self::Schedule(schedule) => schedule.conventions(),
            Self::AnyOf(Members { members, conventions }) | Self::AllOf(Members { members, conventions }) => {
                conventions.unwrap_or_else(|| {
                    let first = members.first().map(Self::conventions).unwrap_or_default();
                    Conventions { boundary: first.boundary, zero: first.zero, ..Conventions::default() }
                })
            }
            Self::History(history) => history.conventions(),
        }
    }

    /// The time zone of the schedule, or of the first one.
    pub fn time_zone(&self) -> Tz {
        match self {
            Self::Schedule(schedule) => schedule.time_zone(),
            Self::AnyOf(Members { members, .. }) | Self::AllOf(Members { members, .. }) => {
                members.first().map_or(Tz::UTC, Self::time_zone)
            }
            Self::History(history) => {
                history.versions().first().map_or(Tz::UTC, |first| first.working_time().time_zone())
            }
        }
    }

    /// The form that answers questions, fast for the years 2000 to 2049 and exact for all others.
    pub fn compile(&self) -> CompiledSchedule {
        self.compile_years(CompiledSchedule::DEFAULT_YEARS)
    }

    /// The form that answers questions, fast for these years and exact for all others.
    ///
    /// At most 136 years are compiled; the answers do not depend on it.
    pub fn compile_years(&self, years: RangeInclusive<i32>) -> CompiledSchedule {
        CompiledSchedule::new(self, years)
    }

    pub(crate) fn counts_wall_time(&self) -> bool {
        match self {
            Self::Schedule(schedule) => schedule.conventions().clock == Counting::Wall,
            Self::AnyOf(Members { members, .. }) | Self::AllOf(Members { members, .. }) => {
                members.iter().any(Self::counts_wall_time)
            }
            Self::History(history) => {
                history.versions().iter().any(|version| version.working_time().counts_wall_time())
            }
        }
    }
}

impl From<Schedule> for WorkingTime {
    fn from(schedule: Schedule) -> Self {
        Self::Schedule(schedule)
    }
}

impl From<ScheduleHistory> for WorkingTime {
    fn from(history: ScheduleHistory) -> Self {
        Self::History(history)
    }
}
