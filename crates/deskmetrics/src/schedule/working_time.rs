//! Combinations of schedules, and their changes over time.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, SecondsFormat, Timelike as _, Utc};
use chrono_tz::Tz;

use super::holiday::parse_date;
use super::offsets::Offsets;
use super::{Conventions, Counting, HolidayScope, Schedule, ScheduleError};

/// Anything that defines working time: a schedule, a combination of schedules, or a history of them.
///
/// All of them compile to the same [`CompiledSchedule`](super::CompiledSchedule).
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
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[doc(alias = "follow the sun")]
#[expect(clippy::large_enum_variant, reason = "there are few of them, and a box would be in every match")]
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
    /// The most levels of combinations and histories inside each other in the data form.
    pub const MOST_LEVELS: usize = 16;

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

    /// The most hours and breaks of a day of the week, of all members of a combination together.
    pub(crate) fn openings_a_day(&self) -> usize {
        match self {
            Self::Schedule(schedule) => schedule.openings_a_day(),
            Self::AnyOf(Members { members, .. }) | Self::AllOf(Members { members, .. }) => {
                members.iter().map(Self::openings_a_day).sum()
            }
            Self::History(history) => {
                let versions = history.versions().iter();
                versions.map(|version| version.working_time().openings_a_day()).max().unwrap_or_default()
            }
        }
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

/// The beginning of a schedule version.
///
/// In text: `2026-01-01` or a timestamp with its offset, `2026-01-01T09:00:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effective {
    /// From the first timestamp of this date in the time zone of the version (of its first schedule, if it
    /// combines several).
    Date(NaiveDate),
    /// From this timestamp, which has whole seconds.
    Timestamp(DateTime<Utc>),
}

impl Effective {
    /// Seconds since 1970 in UTC.
    pub(crate) fn seconds(self, zone: Tz) -> i64 {
        match self {
            Self::Date(date) => Offsets::start_of_day(zone, date),
            Self::Timestamp(timestamp) => timestamp.timestamp(),
        }
    }
}

impl FromStr for Effective {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        if let Ok(date) = parse_date(text) {
            return Ok(Self::Date(date));
        }
        match DateTime::parse_from_rfc3339(text) {
            Ok(timestamp) if timestamp.nanosecond() == 0 => Ok(Self::Timestamp(timestamp.to_utc())),
            _ => Err(ScheduleError::From { found: text.to_owned() }),
        }
    }
}

impl fmt::Display for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => write!(f, "{date}"),
            Self::Timestamp(timestamp) => {
                f.write_str(&timestamp.to_rfc3339_opts(SecondsFormat::AutoSi, true))
            }
        }
    }
}

impl From<NaiveDate> for Effective {
    fn from(date: NaiveDate) -> Self {
        Self::Date(date)
    }
}

impl From<DateTime<Utc>> for Effective {
    fn from(timestamp: DateTime<Utc>) -> Self {
        Self::Timestamp(timestamp)
    }
}

/// One version of a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    from: Option<Effective>,
    working_time: WorkingTime,
}

impl Version {
    /// Its beginning; `None` for a first version without one.
    pub fn from(&self) -> Option<Effective> {
        self.from
    }

    /// Its definition.
    pub fn working_time(&self) -> &WorkingTime {
        &self.working_time
    }

    fn seconds(&self) -> Option<i64> {
        self.from.map(|from| from.seconds(self.working_time.time_zone()))
    }
}

/// The versions of a schedule over time: each timestamp follows the version in force.
///
/// A change does not affect the past: time counted before it does not change. Before the first version, if
/// that has a beginning, nothing is open. A shift under way when the next version comes into force ends
/// there, unless the new version is open too.
///
/// ```
/// use chrono::{NaiveDate, TimeDelta};
/// use deskmetrics::schedule::{Schedule, ScheduleHistory};
///
/// let history = ScheduleHistory::new(Schedule::parse("Europe/Madrid", "Mo-Fr 09:00-17:00")?)
///     .with_version(
///         NaiveDate::from_ymd_opt(2026, 3, 4).unwrap(),
///         Schedule::parse("Europe/Madrid", "Mo-Fr 08:00-14:00")?,
///     )?;
///
/// // Tuesday 12:00 to Wednesday 12:00 in Madrid: five hours by the old version, four by the new.
/// let tuesday = "2026-03-03T11:00:00Z".parse()?;
/// let wednesday = "2026-03-04T11:00:00Z".parse()?;
/// assert_eq!(history.compile().elapsed(tuesday, wednesday), TimeDelta::hours(9));
/// assert_eq!(history.version_at(wednesday).unwrap().from().unwrap().to_string(), "2026-03-04");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleHistory {
    versions: Vec<Version>,
    conventions: Option<Conventions>,
}

impl ScheduleHistory {
    /// A history of one version that has always been in force.
    pub fn new(first: impl Into<WorkingTime>) -> Self {
        Self { versions: vec![Version { from: None, working_time: first.into() }], conventions: None }
    }

    /// A history whose first version came into force then; before, nothing was open.
    ///
    /// # Errors
    ///
    /// [`ScheduleError::From`] for a timestamp with a fraction of a second.
    pub fn starting(
        from: impl Into<Effective>,
        first: impl Into<WorkingTime>,
    ) -> Result<Self, ScheduleError> {
        Self::from_versions([(Some(from.into()), first.into())])
    }

    /// The same with a later version, in force from this date or timestamp.
    ///
    /// # Errors
    ///
    /// [`ScheduleError::VersionOrder`] when it does not begin after the version before, and
    /// [`ScheduleError::From`] for a timestamp with a fraction of a second.
    pub fn with_version(
        mut self,
        from: impl Into<Effective>,
        version: impl Into<WorkingTime>,
    ) -> Result<Self, ScheduleError> {
        self.push(Some(from.into()), version.into())?;
        Ok(self)
    }

    /// The versions in the order in which they came into force.
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// The version in force at this timestamp; `None` before the first.
    pub fn version_at(&self, timestamp: DateTime<Utc>) -> Option<&Version> {
        let second = timestamp.timestamp();
        self.versions.iter().rev().find(|version| version.seconds().is_none_or(|from| from <= second))
    }

    /// The conventions that hold for the whole: those stated, else those of the latest version.
    pub fn conventions(&self) -> Conventions {
        self.conventions.unwrap_or_else(|| {
            self.versions.last().map(|last| last.working_time.conventions()).unwrap_or_default()
        })
    }

    pub(crate) fn from_versions(
        versions: impl IntoIterator<Item = (Option<Effective>, WorkingTime)>,
    ) -> Result<Self, ScheduleError> {
        let mut history = Self { versions: Vec::new(), conventions: None };
        for (i, (from, version)) in versions.into_iter().enumerate() {
            history.push(from, version).map_err(|e| e.at(format!("versions[{i}]")))?;
        }
        if history.versions.is_empty() {
            return Err(ScheduleError::Empty { key: "versions" });
        }
        Ok(history)
    }

    pub(crate) fn under(mut self, conventions: Conventions) -> Self {
        self.conventions = Some(conventions);
        self
    }

    pub(crate) fn stated_conventions(&self) -> Option<Conventions> {
        self.conventions
    }

    /// Each version with the second from which it is in force.
    pub(crate) fn in_force(&self) -> impl Iterator<Item = (i64, &WorkingTime)> {
        self.versions.iter().map(|version| (version.seconds().unwrap_or(i64::MIN), &version.working_time))
    }

    fn push(&mut self, from: Option<Effective>, working_time: WorkingTime) -> Result<(), ScheduleError> {
        if let Some(Effective::Timestamp(timestamp)) = from
            && timestamp.nanosecond() != 0
        {
            return Err(ScheduleError::From { found: timestamp.to_rfc3339() });
        }
        let version = Version { from, working_time };
        if let Some(last) = self.versions.last() {
            let Some(from) = from else {
                return Err(ScheduleError::VersionWithoutFrom);
            };
            if last.seconds() >= version.seconds() {
                return Err(ScheduleError::VersionOrder {
                    from: from.to_string(),
                    previous: last.from.map_or_else(String::new, |from| from.to_string()),
                });
            }
        }
        self.versions.push(version);
        Ok(())
    }
}
