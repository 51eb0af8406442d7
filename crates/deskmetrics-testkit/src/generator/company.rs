//! The simulated company: podcasts, with care teams in six markets.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Offset, TimeZone, Weekday};
use chrono_tz::Tz;
use deskmetrics::Timestamp;

use super::draw::Curve;

/// A country served.
#[derive(Debug)]
pub(super) struct Market {
    pub(super) code: &'static str,
    pub(super) zone: Tz,
    /// Share of all tickets, per mille.
    pub(super) share: u32,
    /// The pace of the team in percent: above 100 is slower than usual.
    pub(super) pace: i64,
    /// Added to the chance of a good score, per mille.
    pub(super) kindness: i32,
    pub(super) care: Team,
}

/// A team: its agents and shifts.
#[derive(Debug)]
pub(super) struct Team {
    pub(super) name: &'static str,
    pub(super) zone: Tz,
    /// Shifts from Monday to Friday in local hours.
    pub(super) weekdays: &'static [(u32, u32)],
    /// Shifts on Saturday in local hours.
    pub(super) saturday: &'static [(u32, u32)],
    pub(super) holidays: &'static [Holiday],
    pub(super) agents: &'static [&'static str],
}

/// A day without work.
#[derive(Debug, Clone, Copy)]
pub(super) enum Holiday {
    /// Month and day of every year.
    Fixed(u32, u32),
    /// Days after Easter Sunday.
    Easter(i64),
    /// The nth such weekday of a month.
    Nth(u32, Weekday, u8),
}

impl Holiday {
    fn date(self, year: i32) -> Option<NaiveDate> {
        match self {
            Self::Fixed(month, day) => NaiveDate::from_ymd_opt(year, month, day),
            Self::Easter(days) => easter(year)?.checked_add_signed(chrono::TimeDelta::days(days)),
            Self::Nth(month, weekday, n) => NaiveDate::from_weekday_of_month_opt(year, month, weekday, n),
        }
    }
}

/// Easter Sunday of the Gregorian calendar, by the anonymous algorithm of 1876 (Meeus, Astronomical Algorithms).
fn easter(year: i32) -> Option<NaiveDate> {
    let (golden, century, rest) = (year % 19, year / 100, year % 100);
    let skipped_moons = (century - (century + 8) / 25 + 1) / 3;
    let moon = (19 * golden + century - century / 4 - skipped_moons + 15) % 30;
    let to_sunday = (32 + 2 * (century % 4) + 2 * (rest / 4) - moon - rest % 4) % 7;
    let correction = (golden + 11 * moon + 22 * to_sunday) / 451;
    let days = moon + to_sunday - 7 * correction + 114;
    let (month, day) = (days / 31, days % 31 + 1);
    NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)
}

/// When a team works: shifts as UTC seconds, in order.
#[derive(Debug)]
pub(super) struct Roster {
    shifts: Vec<(i64, i64)>,
}

impl Roster {
    /// The shifts of `team` on the local dates from `first` to before `end`.
    pub(super) fn new(team: &Team, first: NaiveDate, end: NaiveDate) -> Self {
        let closed: Vec<NaiveDate> = (first.year()..=end.year())
            .flat_map(|year| team.holidays.iter().filter_map(move |holiday| holiday.date(year)))
            .collect();
        let mut shifts = Vec::new();
        for date in first.iter_days().take_while(|date| *date < end) {
            let hours = match date.weekday() {
                Weekday::Sun => &[],
                Weekday::Sat => team.saturday,
                _ => team.weekdays,
            };
            if !closed.contains(&date) {
                shifts.extend(hours.iter().map(|(from, to)| {
                    (local_hour(team.zone, date, *from), local_hour(team.zone, date, *to))
                }));
            }
        }
        Self { shifts }
    }

    pub(super) fn is_open(&self, at: i64) -> bool {
        let place = self.shifts.partition_point(|(_, close)| *close <= at);
        self.shifts.get(place).is_some_and(|(open, _)| *open <= at)
    }

    /// The timestamp after `work` seconds of working time from `at` on; `i64::MAX` beyond the roster's end.
    pub(super) fn after(&self, at: i64, work: i64) -> i64 {
        let mut left = work;
        let place = self.shifts.partition_point(|(_, close)| *close <= at);
        for (open, close) in &self.shifts[place..] {
            let from = at.max(*open);
            if from + left <= *close {
                return from + left;
            }
            left -= close - from;
        }
        i64::MAX
    }
}

/// A timestamp from UTC seconds.
pub(super) fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::saturating_from_micros(seconds.saturating_mul(1_000_000))
}

/// The timestamp of a full local hour as UTC seconds; a skipped hour is the first valid timestamp after it, a
/// repeated one the first of the two.
pub(super) fn local_hour(zone: Tz, date: NaiveDate, hour: u32) -> i64 {
    let days = Days::new(u64::from(hour / 24));
    let midnight = date.checked_add_days(days).unwrap_or(date).and_time(NaiveTime::MIN);
    let local = midnight + chrono::TimeDelta::hours(i64::from(hour % 24));
    match zone.from_local_datetime(&local).earliest() {
        Some(at) => at.timestamp(),
        // Before the change the offset is still the old one, so the skipped hour is that far behind it.
        None => {
            zone.from_local_datetime(&(local - chrono::TimeDelta::hours(3))).earliest().map_or(0, |before| {
                local.and_utc().timestamp() - i64::from(before.offset().fix().local_minus_utc())
            })
        }
    }
}

const HOUR: i64 = 3600;
const MINUTE: i64 = 60;

/// How customers reach the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    Mail,
    Chat,
    Site,
    Phone,
}

impl Channel {
    pub(super) const SHARES: [(u32, Self); 4] =
        [(430, Self::Mail), (270, Self::Chat), (190, Self::Site), (110, Self::Phone)];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Chat => "chat",
            Self::Site => "site",
            Self::Phone => "phone",
        }
    }

    /// Whether the customer waits in a live channel.
    pub(super) fn is_live(self) -> bool {
        matches!(self, Self::Chat | Self::Phone)
    }
}

/// Working time until an agent answers a mail or a form.
pub(super) const WRITTEN_REPLY: Curve =
    Curve([2 * MINUTE, 35 * MINUTE, 110 * MINUTE, 5 * HOUR, 11 * HOUR, 24 * HOUR, 60 * HOUR]);
/// Time until an agent answers in a chat or on the phone.
pub(super) const LIVE_REPLY: Curve = Curve([4, 25, 55, 150, 420, 1500, 5400]);
/// Working time an agent needs between a customer's next message and the answer.
pub(super) const NEXT_REPLY: Curve =
    Curve([MINUTE, 20 * MINUTE, 70 * MINUTE, 4 * HOUR, 9 * HOUR, 20 * HOUR, 45 * HOUR]);
/// Time until the customer answers a question.
pub(super) const CUSTOMER_REPLY: Curve =
    Curve([MINUTE, 40 * MINUTE, 4 * HOUR, 19 * HOUR, 50 * HOUR, 110 * HOUR, 160 * HOUR]);
/// Time a third party (app store, payment provider, host) takes.
pub(super) const THIRD_PARTY: Curve =
    Curve([HOUR, 9 * HOUR, 26 * HOUR, 60 * HOUR, 120 * HOUR, 260 * HOUR, 500 * HOUR]);
/// Time from the solution to a customer's thanks.
pub(super) const THANKS: Curve =
    Curve([30, 4 * MINUTE, 25 * MINUTE, 3 * HOUR, 15 * HOUR, 40 * HOUR, 90 * HOUR]);
/// Time from the solution to a complaint.
pub(super) const RELAPSE: Curve =
    Curve([5 * MINUTE, 2 * HOUR, 14 * HOUR, 36 * HOUR, 60 * HOUR, 85 * HOUR, 95 * HOUR]);
/// Time until the same customer writes again about the same thing, in a new ticket.
pub(super) const REPEAT_CONTACT: Curve =
    Curve([10 * MINUTE, 5 * HOUR, 30 * HOUR, 80 * HOUR, 200 * HOUR, 330 * HOUR, 500 * HOUR]);
/// Time from a survey's arrival to its answer.
pub(super) const SURVEY_ANSWER: Curve =
    Curve([20, 6 * MINUTE, 55 * MINUTE, 9 * HOUR, 40 * HOUR, 150 * HOUR, 330 * HOUR]);

/// Relative volume of each local hour of a day.
pub(super) const HOURS: [u32; 24] =
    [4, 2, 1, 1, 2, 5, 14, 30, 52, 66, 70, 68, 60, 58, 60, 58, 54, 50, 46, 42, 36, 26, 16, 9];
/// Relative volume of each weekday, Monday first.
pub(super) const WEEKDAYS: [u32; 7] = [125, 112, 105, 100, 92, 48, 52];

/// What tickets are about, with how often and who specialises in it.
pub(super) const CATEGORIES: [(u32, &str); 7] = [
    (270, "playback"),
    (200, "billing"),
    (170, "account"),
    (120, "downloads"),
    (100, "premium"),
    (80, "ads"),
    (60, "content"),
];

pub(super) const PRIORITIES: [(u32, &str); 4] =
    [(150, "low"), (610, "normal"), (190, "high"), (50, "urgent")];

pub(super) const PLATFORMS: [(u32, &str); 5] =
    [(380, "ios"), (340, "android"), (190, "web"), (60, "car"), (30, "speaker")];

/// The bot that answers first in chats and on the site.
pub(super) const BOT: &str = "Echo";

/// Second line, for every market: money matters.
pub(super) static BILLING: Team = Team {
    name: "Billing",
    zone: Tz::Europe__Copenhagen,
    weekdays: &[(9, 16)],
    saturday: &[],
    holidays: DANISH,
    agents: &["Freja Holm", "Anton Bech", "Rosa Vinther", "Malte Krogh"],
};

/// Second line, for every market: everything technical.
pub(super) static ENGINEERING: Team = Team {
    name: "Playback Engineering",
    zone: Tz::Europe__Berlin,
    weekdays: &[(8, 12), (13, 17)],
    saturday: &[],
    holidays: GERMAN,
    agents: &["Jonas Vogt", "Leyla Acar", "Timo Brandt", "Ines Kuhn", "Paul Seidel"],
};

const DANISH: &[Holiday] = &[
    Holiday::Fixed(1, 1),
    Holiday::Easter(-3),
    Holiday::Easter(-2),
    Holiday::Easter(1),
    Holiday::Easter(39),
    Holiday::Easter(50),
    Holiday::Fixed(12, 25),
    Holiday::Fixed(12, 26),
];
const GERMAN: &[Holiday] = &[
    Holiday::Fixed(1, 1),
    Holiday::Easter(-2),
    Holiday::Easter(1),
    Holiday::Fixed(5, 1),
    Holiday::Easter(39),
    Holiday::Easter(50),
    Holiday::Fixed(10, 3),
    Holiday::Fixed(12, 25),
    Holiday::Fixed(12, 26),
];
const SPANISH: &[Holiday] = &[
    Holiday::Fixed(1, 1),
    Holiday::Fixed(1, 6),
    Holiday::Easter(-3),
    Holiday::Easter(-2),
    Holiday::Fixed(5, 1),
    Holiday::Fixed(8, 15),
    Holiday::Fixed(10, 12),
    Holiday::Fixed(12, 8),
    Holiday::Fixed(12, 25),
];
const BRITISH: &[Holiday] = &[
    Holiday::Fixed(1, 1),
    Holiday::Easter(-2),
    Holiday::Easter(1),
    Holiday::Nth(5, Weekday::Mon, 1),
    Holiday::Fixed(12, 25),
    Holiday::Fixed(12, 26),
];
const AMERICAN: &[Holiday] = &[
    Holiday::Fixed(1, 1),
    Holiday::Nth(1, Weekday::Mon, 3),
    Holiday::Nth(2, Weekday::Mon, 3),
    Holiday::Fixed(7, 4),
    Holiday::Nth(9, Weekday::Mon, 1),
    Holiday::Nth(11, Weekday::Thu, 4),
    Holiday::Fixed(12, 25),
];
const MEXICAN: &[Holiday] = &[
    Holiday::Fixed(1, 1),
    Holiday::Nth(2, Weekday::Mon, 1),
    Holiday::Nth(3, Weekday::Mon, 3),
    Holiday::Easter(-3),
    Holiday::Easter(-2),
    Holiday::Fixed(5, 1),
    Holiday::Fixed(9, 16),
    Holiday::Fixed(12, 25),
];

/// The markets, the largest first.
pub(super) static MARKETS: [Market; 6] = [
    Market {
        code: "US",
        zone: Tz::America__New_York,
        share: 290,
        pace: 115,
        kindness: 30,
        care: Team {
            name: "Care US",
            zone: Tz::America__New_York,
            weekdays: &[(9, 18)],
            saturday: &[(10, 15)],
            holidays: AMERICAN,
            agents: &[
                "Maya Brooks",
                "Ethan Cole",
                "Priya Nair",
                "Noah Reyes",
                "Grace Kim",
                "Owen Hale",
                "Zoe Park",
            ],
        },
    },
    Market {
        code: "DE",
        zone: Tz::Europe__Berlin,
        share: 210,
        pace: 90,
        kindness: -60,
        care: Team {
            name: "Care DE",
            zone: Tz::Europe__Berlin,
            weekdays: &[(8, 17)],
            saturday: &[],
            holidays: GERMAN,
            agents: &["Lena Winter", "Felix Braun", "Mira Yilmaz", "Jan Köhler", "Anna Lorenz"],
        },
    },
    Market {
        code: "GB",
        zone: Tz::Europe__London,
        share: 170,
        pace: 100,
        kindness: 0,
        care: Team {
            name: "Care GB",
            zone: Tz::Europe__London,
            weekdays: &[(9, 17)],
            saturday: &[(10, 14)],
            holidays: BRITISH,
            agents: &["Ella Wright", "Samir Patel", "Tom Byrne", "Isla Grant"],
        },
    },
    Market {
        code: "ES",
        zone: Tz::Europe__Madrid,
        share: 140,
        pace: 105,
        kindness: 50,
        care: Team {
            name: "Care ES",
            zone: Tz::Europe__Madrid,
            weekdays: &[(9, 14), (16, 19)],
            saturday: &[],
            holidays: SPANISH,
            agents: &["Lucía Ortega", "Pablo Serra", "Nerea Gil", "Hugo Marín"],
        },
    },
    Market {
        code: "DK",
        zone: Tz::Europe__Copenhagen,
        share: 110,
        pace: 75,
        kindness: 20,
        care: Team {
            name: "Care DK",
            zone: Tz::Europe__Copenhagen,
            weekdays: &[(9, 17)],
            saturday: &[(10, 14)],
            holidays: DANISH,
            agents: &["Søren Lund", "Ida Friis", "Emil Dahl"],
        },
    },
    Market {
        code: "MX",
        zone: Tz::America__Mexico_City,
        share: 80,
        pace: 140,
        kindness: 80,
        care: Team {
            name: "Care MX",
            zone: Tz::America__Mexico_City,
            weekdays: &[(9, 14), (15, 18)],
            saturday: &[(9, 13)],
            holidays: MEXICAN,
            agents: &["Ximena Ríos", "Diego Salas", "Abril Luna"],
        },
    },
];

#[cfg(test)]
mod tests {
    use super::{BILLING, MARKETS, Roster, easter, local_hour};
    use chrono::NaiveDate;
    use chrono_tz::Tz;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(text: &str) -> i64 {
        text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp()
    }

    #[test]
    fn easter_is_where_the_almanac_has_it() {
        for known in ["2000-04-23", "2016-03-27", "2024-03-31", "2025-04-20", "2026-04-05", "2038-04-25"] {
            assert_eq!(easter(known[..4].parse().unwrap()), Some(date(known)));
        }
    }

    #[test]
    fn a_roster_skips_nights_weekends_and_holidays_and_keeps_to_the_local_clock() {
        let roster = Roster::new(&BILLING, date("2026-03-01"), date("2026-05-01"));
        // Friday before the clocks change, 15:00 local; one hour left, then Monday from 09:00 (UTC+2).
        assert_eq!(roster.after(at("2026-03-27T14:00:00Z"), 2 * 3600), at("2026-03-30T08:00:00Z"));
        // Maundy Thursday to Easter Monday are free in Denmark.
        assert_eq!(roster.after(at("2026-04-01T14:00:00Z"), 60), at("2026-04-07T07:01:00Z"));
        assert!(roster.is_open(at("2026-03-30T07:00:00Z")) && !roster.is_open(at("2026-03-30T06:59:59Z")));
        assert_eq!(roster.after(at("2026-04-30T13:00:00Z"), 7 * 3600), i64::MAX);
    }

    #[test]
    fn a_skipped_hour_is_the_first_valid_instant_after_it() {
        let day = date("2026-03-29");
        assert_eq!(local_hour(Tz::Europe__Berlin, day, 2), at("2026-03-29T01:00:00Z"));
        assert_eq!(local_hour(Tz::Europe__Berlin, day, 3), at("2026-03-29T01:00:00Z"));
        assert_eq!(local_hour(Tz::Europe__Berlin, day, 24), at("2026-03-29T22:00:00Z"));
    }

    #[test]
    fn shares_make_a_whole() {
        assert_eq!(MARKETS.iter().map(|market| market.share).sum::<u32>(), 1000);
        assert_eq!(super::CATEGORIES.iter().map(|(share, _)| share).sum::<u32>(), 1000);
    }
}
