//! A timestamp in UTC, to the microsecond.
#![warn(clippy::indexing_slicing)]

use std::fmt;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use serde::{Deserialize, Serialize};

use crate::setters::IntoOption;

/// A timestamp in UTC with microsecond precision, eight bytes wide.
///
/// Callers pass and receive `DateTime<Utc>`; this type is stored and compared. Anything finer than a
/// microsecond is truncated (towards the past). In text it is RFC 3339.
///
/// ```
/// use chrono::{DateTime, Utc};
/// use deskmetrics::Timestamp;
///
/// let at: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
/// assert_eq!(at.as_micros(), 1_772_438_400_000_000);
/// assert_eq!(at.to_utc(), "2026-03-02T09:00:00+01:00".parse::<DateTime<Utc>>().unwrap());
/// assert_eq!(at.to_string(), "2026-03-02T08:00:00Z");
///
/// let due = at + chrono::TimeDelta::hours(8);
/// assert_eq!(due - at, chrono::TimeDelta::hours(8));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "DateTime<Utc>", from = "DateTime<Utc>")]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest timestamp, in the year -262143.
    pub const MIN: Self = Self(DateTime::<Utc>::MIN_UTC.timestamp_micros());
    /// The latest timestamp, in the year 262142.
    pub const MAX: Self = Self(DateTime::<Utc>::MAX_UTC.timestamp_micros());

    /// The timestamp `micros` microseconds after 1970-01-01T00:00:00Z; `None` outside [`MIN`](Self::MIN) to
    /// [`MAX`](Self::MAX).
    #[inline]
    pub const fn from_micros(micros: i64) -> Option<Self> {
        if Self::MIN.0 <= micros && micros <= Self::MAX.0 { Some(Self(micros)) } else { None }
    }

    /// Like [`from_micros`](Self::from_micros), with values outside the range moved to the nearest end.
    #[must_use]
    #[inline]
    pub const fn saturating_from_micros(micros: i64) -> Self {
        if micros < Self::MIN.0 {
            Self::MIN
        } else if micros > Self::MAX.0 {
            Self::MAX
        } else {
            Self(micros)
        }
    }

    /// The last timestamp before this one.
    pub(crate) fn before(self) -> Option<Self> {
        self.as_micros().checked_sub(1).and_then(Self::from_micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[inline]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The timestamp as chrono's type.
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// Real time from `earlier` to `self`, negative when `earlier` is the later one; at most some 292,000 years.
    #[must_use]
    pub fn since(self, earlier: Self) -> TimeDelta {
        TimeDelta::microseconds(self.0.saturating_sub(earlier.0))
    }
}

/// Of any time zone.
impl<Z: TimeZone> From<DateTime<Z>> for Timestamp {
    fn from(at: DateTime<Z>) -> Self {
        Self(at.timestamp_micros())
    }
}

into_option!(Timestamp: Timestamp);

impl<Z: TimeZone> IntoOption<Timestamp> for DateTime<Z> {
    fn into_option(self) -> Option<Timestamp> {
        Some(self.into())
    }
}

impl<Z: TimeZone> IntoOption<Timestamp> for Option<DateTime<Z>> {
    fn into_option(self) -> Option<Timestamp> {
        self.map(Into::into)
    }
}

/// Outside [`MIN`](Timestamp::MIN) to [`MAX`](Timestamp::MAX) it is the nearest end.
impl Add<TimeDelta> for Timestamp {
    type Output = Self;

    fn add(self, time: TimeDelta) -> Self {
        // A duration beyond 292,000 years exceeds the range from any timestamp.
        let end = if time < TimeDelta::zero() { i64::MIN } else { i64::MAX };
        Self::saturating_from_micros(self.0.saturating_add(time.num_microseconds().unwrap_or(end)))
    }
}

/// Outside [`MIN`](Timestamp::MIN) to [`MAX`](Timestamp::MAX) it is the nearest end.
impl Sub<TimeDelta> for Timestamp {
    type Output = Self;

    fn sub(self, time: TimeDelta) -> Self {
        // `TimeDelta::MIN` is minus `TimeDelta::MAX`.
        self + -time
    }
}

/// The time [`since`](Timestamp::since) the other timestamp.
impl Sub for Timestamp {
    type Output = TimeDelta;

    fn sub(self, earlier: Self) -> TimeDelta {
        self.since(earlier)
    }
}

/// Outside [`MIN`](Timestamp::MIN) to [`MAX`](Timestamp::MAX) it is the nearest end.
impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, time: Duration) -> Self {
        self + TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX)
    }
}

/// Outside [`MIN`](Timestamp::MIN) to [`MAX`](Timestamp::MAX) it is the nearest end.
impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, time: Duration) -> Self {
        self - TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX)
    }
}

impl<T> AddAssign<T> for Timestamp
where
    Self: Add<T, Output = Self>,
{
    fn add_assign(&mut self, time: T) {
        *self = *self + time;
    }
}

impl<T> SubAssign<T> for Timestamp
where
    Self: Sub<T, Output = Self>,
{
    fn sub_assign(&mut self, time: T) {
        *self = *self - time;
    }
}

impl TryFrom<&str> for Timestamp {
    type Error = UnknownTimestamp;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Timestamp> for DateTime<Utc> {
    fn from(at: Timestamp) -> Self {
        at.to_utc()
    }
}

/// A text that is no [`Timestamp`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("timestamp \"{0}\" is not of the form \"2026-03-02T09:00:00Z\" or \"2026-03-02T10:00:00+01:00\"")]
pub struct UnknownTimestamp(pub String);

impl FromStr for Timestamp {
    type Err = UnknownTimestamp;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<DateTime<Utc>>().map(Self::from).map_err(|_| UnknownTimestamp(text.to_owned()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
