//! The data form of schedules, in JSON, TOML and Python.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use chrono::{NaiveDate, Weekday};
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use super::definition::parse_zone;
use super::holiday::parse_date;
use super::pause::BreakDays;
use super::weekly_hours::WEEK;
use super::working_time::Members;
use super::{Break, Conventions, Schedule, ScheduleError, ScheduleHistory, Shift, WeeklyHours, WorkingTime};

/// Keys of the days in the data form, from Monday.
const DAY_KEYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// All keys of a schedule, a combination or a history, unchecked.
///
/// One structure for all of them, because the error of an untagged enum could only be that nothing matched.
#[derive(Serialize, Deserialize, Default)]
#[serde(
    deny_unknown_fields,
    expecting = "a schedule: a table with the keys time_zone and hours, or any_of, all_of or versions"
)]
pub(crate) struct Form {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time_zone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hours: Option<HoursForm>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    holidays: Vec<String>,
    #[serde(default, skip_serializing_if = "Entries::is_empty")]
    special_days: Entries<Vec<Pair>>,
    #[serde(default, skip_serializing_if = "Entries::is_empty")]
    extra_openings: Entries<Vec<Pair>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    breaks: Vec<BreakForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    conventions: Option<Conventions>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    any_of: Option<Level<Form>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    all_of: Option<Level<Form>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    versions: Option<Level<Form>>,
}

/// The schedules of a combination or history. Formats limit how deep data nests at different depths, or not at all, so the
/// levels are counted here.
#[derive(Serialize)]
#[serde(transparent)]
struct Level<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Level<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        thread_local! {
            static LEVELS: Cell<usize> = const { Cell::new(0) };
        }
        let limit = WorkingTime::MOST_LEVELS;
        if LEVELS.get() >= limit {
            return Err(de::Error::custom(ScheduleError::TooDeep { limit }));
        }
        LEVELS.set(LEVELS.get() + 1);
        let level = Vec::deserialize(deserializer);
        LEVELS.set(LEVELS.get() - 1);
        level.map(Self)
    }
}

/// `["09:00", "17:00"]`.
type Pair = [String; 2];

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BreakForm {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    days: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    from: String,
    to: String,
}

/// Weekly hours as text or as a table of days.
enum HoursForm {
    Text(String),
    Days(Entries<Vec<Pair>>),
}

impl Serialize for HoursForm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Days(days) => days.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for HoursForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HoursVisitor;
        impl<'de> Visitor<'de> for HoursVisitor {
            type Value = HoursForm;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "hours as text, \"Mo-Fr 09:00-17:00\", or by day, { mon = [[\"09:00\", \"17:00\"]] }",
                )
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<HoursForm, E> {
                Ok(HoursForm::Text(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<HoursForm, A::Error> {
                Entries::collect_map(map).map(HoursForm::Days)
            }
        }
        deserializer.deserialize_any(HoursVisitor)
    }
}

/// The entries of a table in their order, duplicates included, so that they can be rejected.
struct Entries<V>(Vec<(String, V)>);

impl<V> Entries<V> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<V> Default for Entries<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V: Serialize> Serialize for Entries<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

impl<'de, V: Deserialize<'de>> Entries<V> {
    fn collect_map<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Self(entries))
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Entries<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor<V>(PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for EntriesVisitor<V> {
            type Value = Entries<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of dates, such as { \"2026-12-24\" = [[\"09:00\", \"12:00\"]] }")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entries<V>, A::Error> {
                Entries::collect_map(map)
            }
        }
        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

impl Form {
    /// What this describes, if a beginning is not allowed.
    fn read(self) -> Result<WorkingTime, ScheduleError> {
        if self.from.is_some() {
            return Err(ScheduleError::Conflict {
                key: "from",
                other: "a schedule that is not one of several versions",
                remedy: "omit it, or list versions = [...]",
            });
        }
        let whole = match (&self.any_of, &self.all_of, &self.versions) {
            (None, None, None) => self.schedule().map(WorkingTime::from),
            (Some(_), None, None) | (None, Some(_), None) | (None, None, Some(_)) => self.combination(),
            (any_of, _, versions) => Err(ScheduleError::Conflict {
                key: if any_of.is_some() { "any_of" } else { "all_of" },
                other: if versions.is_some() { "versions" } else { "all_of" },
                remedy: "put one inside the other",
            }),
        }?;
        Schedule::check_openings(whole.openings_a_day())?;
        Ok(whole)
    }

    fn schedule(self) -> Result<Schedule, ScheduleError> {
        let missing = |key, example| ScheduleError::Missing { key, example };
        let zone = self.time_zone.ok_or(missing("time_zone", "time_zone = \"Europe/Copenhagen\""))?;
        let hours = self.hours.ok_or(missing("hours", "hours = \"Mo-Fr 09:00-17:00\""))?;
        let mut schedule = Schedule::new(
            parse_zone(&zone).map_err(|e| e.at("time_zone"))?,
            weekly_hours(hours).map_err(|e| e.at("hours"))?,
        );
        let mut holidays = Vec::with_capacity(self.holidays.len());
        for (i, text) in self.holidays.iter().enumerate() {
            holidays.push(text.parse().map_err(|e: ScheduleError| e.at(format!("holidays[{i}]")))?);
        }
        schedule = schedule.with_holidays::<super::Holiday>(holidays);
        schedule.special_days = dates(self.special_days).map_err(|e| e.at("special_days"))?;
        schedule.extra_openings = dates(self.extra_openings).map_err(|e| e.at("extra_openings"))?;
        let mut breaks = Vec::with_capacity(self.breaks.len());
        for (i, pause) in self.breaks.into_iter().enumerate() {
            breaks.push(pause.read().map_err(|e| e.at(format!("breaks[{i}]")))?);
        }
        Ok(schedule.with_breaks(breaks).with_conventions(self.conventions.unwrap_or_default()))
    }

    fn combination(self) -> Result<WorkingTime, ScheduleError> {
        let key = match (&self.any_of, &self.all_of) {
            (Some(_), _) => "any_of",
            (_, Some(_)) => "all_of",
            _ => "versions",
        };
        let stray = [
            ("time_zone", self.time_zone.is_some()),
            ("hours", self.hours.is_some()),
            ("holidays", !self.holidays.is_empty()),
            ("special_days", !self.special_days.is_empty()),
            ("extra_openings", !self.extra_openings.is_empty()),
            ("breaks", !self.breaks.is_empty()),
        ];
        if let Some((stray, _)) = stray.into_iter().find(|(_, present)| *present) {
            return Err(ScheduleError::Conflict {
                key: stray,
                other: key,
                remedy: "give it in each of the schedules",
            });
        }
        let place = |i: usize| format!("{key}[{i}]");
        let whole = if let Some(versions) = self.versions {
            let mut members = Vec::with_capacity(versions.0.len());
            for (i, mut version) in versions.0.into_iter().enumerate() {
                let from = version
                    .from
                    .take()
                    .map(|from| from.parse())
                    .transpose()
                    .map_err(|e: ScheduleError| e.at(place(i)))?;
                members.push((from, version.read().map_err(|e| e.at(place(i)))?));
            }
            ScheduleHistory::from_versions(members)?.into()
        } else {
            let members = self
                .any_of
                .or(self.all_of)
                .map(|level| level.0)
                .unwrap_or_default()
                .into_iter()
                .enumerate()
                .map(|(i, member)| member.read().map_err(|e| e.at(place(i))))
                .collect::<Result<Vec<_>, _>>()?;
            if key == "any_of" { WorkingTime::any_of(members)? } else { WorkingTime::all_of(members)? }
        };
        match self.conventions {
            Some(conventions) => whole.with_conventions(conventions).map_err(|e| e.at("conventions")),
            None => Ok(whole),
        }
    }

    fn of(whole: &WorkingTime) -> Self {
        match whole {
            WorkingTime::Schedule(schedule) => schedule.into(),
            WorkingTime::AnyOf(Members { members, conventions }) => Self {
                any_of: Some(Level(members.iter().map(Self::of).collect())),
                conventions: *conventions,
                ..Self::default()
            },
            WorkingTime::AllOf(Members { members, conventions }) => Self {
                all_of: Some(Level(members.iter().map(Self::of).collect())),
                conventions: *conventions,
                ..Self::default()
            },
            WorkingTime::History(history) => Self {
                versions: Some(Level(
                    history
                        .versions()
                        .iter()
                        .map(|version| Self {
                            from: version.from().map(|from| from.to_string()),
                            ..Self::of(version.working_time())
                        })
                        .collect(),
                )),
                conventions: history.stated_conventions(),
                ..Self::default()
            },
        }
    }
}

impl From<&Schedule> for Form {
    fn from(schedule: &Schedule) -> Self {
        let pairs = |hours: &[Shift]| hours.iter().map(|hours| pair(*hours)).collect();
        let dates = |days: &BTreeMap<NaiveDate, Vec<Shift>>| {
            Entries(days.iter().map(|(date, hours)| (date.to_string(), pairs(hours))).collect())
        };
        Self {
            time_zone: Some(schedule.time_zone.name().to_owned()),
            hours: Some(HoursForm::Text(schedule.hours.to_string())),
            holidays: schedule.holidays.iter().map(ToString::to_string).collect(),
            special_days: dates(&schedule.special_days),
            extra_openings: dates(&schedule.extra_openings),
            breaks: schedule.breaks.iter().map(BreakForm::of).collect(),
            conventions: Some(schedule.conventions),
            ..Self::default()
        }
    }
}

impl From<Schedule> for Form {
    fn from(schedule: Schedule) -> Self {
        (&schedule).into()
    }
}

impl From<WorkingTime> for Form {
    fn from(whole: WorkingTime) -> Self {
        Self::of(&whole)
    }
}

impl From<ScheduleHistory> for Form {
    fn from(history: ScheduleHistory) -> Self {
        Self::of(&history.into())
    }
}

impl TryFrom<Form> for WorkingTime {
    type Error = ScheduleError;

    fn try_from(form: Form) -> Result<Self, ScheduleError> {
        form.read()
    }
}

impl TryFrom<Form> for Schedule {
    type Error = ScheduleError;

    fn try_from(form: Form) -> Result<Self, ScheduleError> {
        match form.read()? {
            WorkingTime::Schedule(schedule) => Ok(schedule),
            _ => Err(ScheduleError::Missing {
                key: "time_zone",
                example: "one schedule here, not a combination or a history",
            }),
        }
    }
}

impl TryFrom<Form> for ScheduleHistory {
    type Error = ScheduleError;

    fn try_from(form: Form) -> Result<Self, ScheduleError> {
        match form.read()? {
            WorkingTime::History(history) => Ok(history),
            other => Self::from_versions([(None, other)]),
        }
    }
}

impl BreakForm {
    fn read(self) -> Result<Break, ScheduleError> {
        let hours = shift(&[self.from, self.to])?;
        match (self.days, self.date) {
            (Some(_), Some(_)) => Err(ScheduleError::BreakTwice),
            (None, None) => Ok(Break::daily(hours)),
            (None, Some(date)) => Ok(Break::on(parse_date(&date).map_err(|e| e.at("date"))?, hours)),
            (Some(days), None) => {
                let mut chosen = Vec::with_capacity(days.len());
                for (i, day) in days.iter().enumerate() {
                    chosen.push(WEEK[weekday(day).map_err(|e| e.at(format!("days[{i}]")))?]);
                }
                Ok(Break::weekly(chosen, hours))
            }
        }
    }

    fn of(pause: &Break) -> Self {
        let [from, to] = pair(pause.hours);
        let (days, date) = match &pause.days {
            BreakDays::Date(date) => (None, Some(date.to_string())),
            BreakDays::Weekly(chosen) => {
                let days = DAY_KEYS.iter().zip(chosen).filter(|(_, chosen)| **chosen);
                (Some(days.map(|(key, _)| (*key).to_owned()).collect()), None)
            }
        };
        Self { days, date, from, to }
    }
}

fn pair(hours: Shift) -> Pair {
    [hours.from().to_string(), hours.to().to_string()]
}

fn shift([from, to]: &Pair) -> Result<Shift, ScheduleError> {
    Shift::new(
        from.parse().map_err(|e: ScheduleError| e.at("from"))?,
        to.parse().map_err(|e: ScheduleError| e.at("to"))?,
    )
}

fn shifts(pairs: &[Pair]) -> Result<Vec<Shift>, ScheduleError> {
    let mut shifts = Vec::with_capacity(pairs.len());
    for (i, [from, to]) in pairs.iter().enumerate() {
        let time = |text: &str, j| text.parse().map_err(|e: ScheduleError| e.at(format!("[{i}][{j}]")));
        shifts.push(Shift::new(time(from, 0)?, time(to, 1)?).map_err(|e| e.at(format!("[{i}]")))?);
    }
    shifts.sort_unstable();
    shifts.dedup();
    Ok(shifts)
}

/// The index from Monday of `mon`, `Mon`, `Mo` or `monday`.
fn weekday(text: &str) -> Result<usize, ScheduleError> {
    let lower = text.to_lowercase();
    let two_letters =
        (lower.len() == 2).then(|| DAY_KEYS.iter().position(|key| key.starts_with(&lower))).flatten();
    two_letters
        .or_else(|| lower.parse().ok().map(|day: Weekday| day.num_days_from_monday() as usize))
        .ok_or_else(|| ScheduleError::Weekday { found: text.to_owned() })
}

fn weekly_hours(form: HoursForm) -> Result<WeeklyHours, ScheduleError> {
    let days = match form {
        HoursForm::Text(text) => return text.parse(),
        HoursForm::Days(days) => days.0,
    };
    let mut seen = [false; 7];
    let mut hours = WeeklyHours::closed();
    for (key, pairs) in days {
        let day = weekday(&key)?;
        if std::mem::replace(&mut seen[day], true) {
            return Err(ScheduleError::Duplicate { found: key });
        }
        hours = hours.with_shifts(&[WEEK[day]], shifts(&pairs).map_err(|e| e.at(key))?);
    }
    Ok(hours)
}

fn dates(entries: Entries<Vec<Pair>>) -> Result<BTreeMap<NaiveDate, Vec<Shift>>, ScheduleError> {
    let mut days = BTreeMap::new();
    for (key, pairs) in entries.0 {
        let date = parse_date(&key)?;
        let hours = shifts(&pairs).map_err(|e| e.at(format!("{key:?}")))?;
        if days.insert(date, hours).is_some() {
            return Err(ScheduleError::Duplicate { found: key });
        }
    }
    Ok(days)
}

/// Reads and writes types as their [`Form`].
macro_rules! data_form {
    ($($kind:ty),+) => {
        $(
            impl Serialize for $kind {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    Form::from(self.clone()).serialize(serializer)
                }
            }

            impl<'de> Deserialize<'de> for $kind {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    Self::try_from(Form::deserialize(deserializer)?).map_err(serde::de::Error::custom)
                }
            }
        )+
    };
}
data_form!(Schedule, WorkingTime, ScheduleHistory);
