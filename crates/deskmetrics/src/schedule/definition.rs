//! The definition of a schedule: one team's working time in one time zone.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::{TZ_VARIANTS, Tz};

use super::pause::BreakDays;
use super::{Break, Conventions, Holiday, ScheduleError, Shift, WeeklyHours};

/// The working time of one team: weekly hours in a time zone, with exceptions.
///
/// On each local date the shifts that begin on it are those of the
/// [special day](Self::with_special_day) if it is one, else the weekly ones. [Holidays](Self::with_holiday)
/// close the date unless it is a special day: the more specific definition wins.
/// [`HolidayScope`](super::HolidayScope) decides which part of an overnight shift is closed.
/// [Extra openings](Self::with_extra_opening) are added, holiday or not.
/// [Breaks](Self::with_break) are subtracted last, from all of these.
///
/// The resulting wall-clock openings are turned into UTC date by date. A time that the clocks skip moves
/// to the first timestamp after the change; of a time they show twice, an opening takes the first and a
/// closing the second. So an opening is never split by a change, and a day of 23 or 25 hours counts
/// as it is (see [`Counting`](super::Counting) for the other way).
///
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::schedule::Schedule;
///
/// let schedule = Schedule::parse("Europe/Copenhagen", "Mo-Fr 09:00-17:00")?
///     .with_holiday("2026-12-25".parse()?)
///     .with_special_day("2026-12-24".parse()?, ["09:00-12:00".parse()?])
///     .compile();
///
/// // Wednesday 23 December 16:00 to Monday 28 December 10:00, in Copenhagen: 1 + 3 + 0 + 1 hours.
/// let from = "2026-12-23T15:00:00Z".parse()?;
/// let to = "2026-12-28T09:00:00Z".parse()?;
/// assert_eq!(schedule.elapsed(from, to), TimeDelta::hours(5));
/// assert_eq!(schedule.due(from, TimeDelta::hours(5))?, to);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Data form
///
/// The same keys in TOML, JSON and Python; only `time_zone` and `hours` are required.
///
/// ```
/// use deskmetrics::schedule::Schedule;
///
/// let schedule: Schedule = toml::from_str(r#"
/// time_zone = "Europe/Madrid"
/// hours = "Mo-Fr 09:00-17:00"
/// holidays = ["2026-12-25", "--05-01", "2026-08-10/2026-08-21"]
/// special_days = { "2026-12-24" = [["09:00", "12:00"]], "2026-12-31" = [] }
/// extra_openings = { "2026-12-19" = [["10:00", "14:00"]] }
/// breaks = [{ days = ["mon", "fri"], from = "12:00", to = "12:30" },
///           { date = "2026-03-02", from = "10:00", to = "12:00" }]
/// conventions = { boundary = "closing", zero = "unchanged", holiday_scope = "calendar_day", clock = "elapsed" }
/// "#)?;
/// assert_eq!(schedule.hours().to_string(), "Mo-Fr 09:00-17:00");
///
/// let map: Schedule = toml::from_str(r#"
/// time_zone = "Europe/Madrid"
/// hours = { mon = [["09:00", "13:00"], ["14:00", "17:00"]], sat = [["22:00", "06:00"]] }
/// "#)?;
/// assert_eq!(map.hours().to_string(), "Mo 09:00-13:00,14:00-17:00; Sa 22:00-06:00");
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "business hours")]
#[doc(alias = "working hours")]
#[doc(alias = "calendar")]
#[doc(alias = "office hours")]
pub struct Schedule {
    pub(crate) time_zone: Tz,
    pub(crate) hours: WeeklyHours,
    pub(crate) holidays: Vec<Holiday>,
    pub(crate) special_days: BTreeMap<NaiveDate, Vec<Shift>>,
    pub(crate) extra_openings: BTreeMap<NaiveDate, Vec<Shift>>,
    pub(crate) breaks: Vec<Break>,
    pub(crate) conventions: Conventions,
}

impl Schedule {
    /// The most hours and breaks that one day of the week may have in text and data forms; in a combination, those of all
    /// members together. A compiled schedule takes memory for each opening of each day of fifty years.
    pub const MOST_OPENINGS_A_DAY: usize = 200;

    /// These weekly hours in this time zone, without holidays, with the default conventions.
    pub fn new(time_zone: Tz, hours: WeeklyHours) -> Self {
        Self {
            time_zone,
            hours,
            holidays: Vec::new(),
            special_days: BTreeMap::new(),
            extra_openings: BTreeMap::new(),
            breaks: Vec::new(),
            conventions: Conventions::default(),
        }
    }

    /// Weekly hours in text in a time zone by name, such as `Mo-Fr 09:00-17:00` in `Europe/Madrid`.
    ///
    /// # Errors
    ///
    /// [`ScheduleError::TimeZone`] for a zone that is not in the IANA database, and
    /// [`ScheduleError::Hours`] for hours that cannot be read, both with the remedy.
    pub fn parse(time_zone: &str, hours: &str) -> Result<Self, ScheduleError> {
        Ok(Self::new(parse_zone(time_zone)?, hours.parse()?))
    }

    /// The hours and breaks of the day of the week that has the most.
    pub(crate) fn openings_a_day(&self) -> usize {
        let breaks = (0..7).map(|day| {
            let weekly = |pause: &&Break| matches!(&pause.days, BreakDays::Weekly(days) if days[day]);
            self.breaks.iter().filter(weekly).count()
        });
        self.hours
            .days()
            .iter()
            .zip(breaks)
            .map(|(shifts, breaks)| shifts.len() + breaks)
            .max()
            .unwrap_or_default()
    }

    pub(crate) fn check_openings(found: usize) -> Result<(), ScheduleError> {
        let limit = Self::MOST_OPENINGS_A_DAY;
        if found > limit { Err(ScheduleError::TooManyOpenings { found, limit }) } else { Ok(()) }
    }

    /// Open day and night, without holidays; UTC.
    pub fn always() -> Self {
        Self::new(Tz::UTC, WeeklyHours::always())
    }

    /// The same with this holiday: a date, a range of dates or a day of every year.
    #[must_use]
    pub fn with_holiday(self, holiday: Holiday) -> Self {
        self.with_holidays([holiday])
    }

    /// The same with these holidays; [`NaiveDate`]s are accepted.
    #[must_use]
    pub fn with_holidays<H: Into<Holiday>>(mut self, holidays: impl IntoIterator<Item = H>) -> Self {
        self.holidays.extend(holidays.into_iter().map(Into::into));
        self.holidays.sort_unstable();
        self.holidays.dedup();
        self
    }

    /// The same with these hours on this date instead of the weekly ones, holiday or not.
    ///
    /// They replace the shifts that begin on the date; a shift that began the evening before is not
    /// touched. No hours mean that none begin on the date.
    #[must_use]
    pub fn with_special_day(mut self, date: NaiveDate, hours: impl IntoIterator<Item = Shift>) -> Self {
        self.special_days.insert(date, sorted(hours));
        self
    }

    /// The same with these hours on this date in addition to other openings, holiday or not.
    #[must_use]
    pub fn with_extra_opening(mut self, date: NaiveDate, hours: impl IntoIterator<Item = Shift>) -> Self {
        let extra = self.extra_openings.entry(date).or_default();
        extra.extend(hours);
        extra.sort_unstable();
        extra.dedup();
        self
    }

    /// The same with this break.
    #[must_use]
    pub fn with_break(self, pause: Break) -> Self {
        self.with_breaks([pause])
    }

    /// The same with these breaks.
    #[must_use]
    pub fn with_breaks(mut self, breaks: impl IntoIterator<Item = Break>) -> Self {
        self.breaks.extend(breaks);
        self.breaks.sort_unstable();
        self.breaks.dedup();
        self
    }

    /// The same with these conventions.
    #[must_use]
    pub fn with_conventions(mut self, conventions: Conventions) -> Self {
        self.conventions = conventions;
        self
    }

    /// The time zone in which the clock on the wall is read.
    pub fn time_zone(&self) -> Tz {
        self.time_zone
    }

    /// The weekly hours.
    pub fn hours(&self) -> &WeeklyHours {
        &self.hours
    }

    /// The holidays, in order.
    pub fn holidays(&self) -> &[Holiday] {
        &self.holidays
    }

    /// The dates whose hours replace the weekly ones.
    pub fn special_days(&self) -> &BTreeMap<NaiveDate, Vec<Shift>> {
        &self.special_days
    }

    /// The dates with additional hours.
    pub fn extra_openings(&self) -> &BTreeMap<NaiveDate, Vec<Shift>> {
        &self.extra_openings
    }

    /// The breaks.
    pub fn breaks(&self) -> &[Break] {
        &self.breaks
    }

    /// The conventions.
    pub fn conventions(&self) -> Conventions {
        self.conventions
    }
}

fn sorted(hours: impl IntoIterator<Item = Shift>) -> Vec<Shift> {
    let mut hours: Vec<Shift> = hours.into_iter().collect();
    hours.sort_unstable();
    hours.dedup();
    hours
}

/// A time zone by its IANA name.
///
/// ```
/// use deskmetrics::schedule::parse_zone;
///
/// assert_eq!(parse_zone("Europe/Madrid").unwrap().name(), "Europe/Madrid");
/// assert!(parse_zone("Madrid").unwrap_err().to_string().contains("did you mean Europe/Madrid?"));
/// ```
///
/// # Errors
///
/// [`ScheduleError::TimeZone`], which suggests the nearest one.
pub fn parse_zone(name: &str) -> Result<Tz, ScheduleError> {
    name.parse().map_err(|_| {
        let remedy = match nearest_zone(name) {
            Some(zone) => format!("did you mean {}?", zone.name()),
            None => "write a name such as Europe/Copenhagen or UTC".to_owned(),
        };
        ScheduleError::TimeZone { found: name.to_owned(), remedy }
    })
}

/// The zone with this name in any case, or with this city, or else with the most similar spelling.
fn nearest_zone(name: &str) -> Option<Tz> {
    // How similar two names must be to count as a typing error; 1 is equal.
    const ALIKE: f64 = 0.93;
    const LONGEST: usize = 64;
    if name.len() > LONGEST {
        return None;
    }
    let city = |zone: &str| zone.rsplit('/').next().unwrap_or(zone).to_lowercase();
    let spelled = name.trim().replace(' ', "_");
    let zones = || TZ_VARIANTS.iter().copied();
    let alike = |zone: Tz| strsim::jaro_winkler(&zone.name().to_lowercase(), &spelled.to_lowercase());
    zones()
        .find(|zone| zone.name().eq_ignore_ascii_case(&spelled))
        .or_else(|| zones().find(|zone| city(zone.name()) == city(&spelled)))
        .or_else(|| {
            let ranked = zones().map(|zone| (alike(zone), zone));
            let best = ranked.max_by(|one, other| one.0.total_cmp(&other.0))?;
            (best.0 >= ALIKE).then_some(best.1)
        })
}
