//! Reading the text form of weekly hours; the grammar is described at [`WeeklyHours`].
#![warn(clippy::indexing_slicing)]

use std::str::FromStr;

use super::weekly_hours::{DAY_NAMES, whole_day};
use super::{Schedule, ScheduleError, Shift, TimeOfDay, WeeklyHours};

const DAYS: &str = "days are Mo Tu We Th Fr Sa Su";
const TIMES: &str = "times are HH:MM from 00:00 to 24:00";

impl FromStr for WeeklyHours {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        parse_hours(text)
    }
}

/// The days from Monday.
const FULL_NAMES: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Reads the text form of weekly hours.
pub(crate) fn parse_hours(text: &str) -> Result<WeeklyHours, ScheduleError> {
    Reader { text, at: 0 }.hours()
}

/// A position in the text.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// The hours that a rule gives its days.
enum Rule {
    Shifts(Vec<Shift>),
    Off,
}

/// The days of a rule.
struct RuleDays {
    chosen: [bool; 7],
    holidays: bool,
}

impl<'a> Reader<'a> {
    fn hours(mut self) -> Result<WeeklyHours, ScheduleError> {
        let mut hours = WeeklyHours::closed();
        let mut adds = false;
        loop {
            self.skip_blanks();
            if self.rest().is_empty() {
                if self.text.trim().is_empty() {
                    return Err(self.error(self.at, "write hours such as Mo-Fr 09:00-17:00, 24/7 or off"));
                }
                return Ok(hours);
            }
            if self.eat(";") {
                continue;
            }
            self.rule(&mut hours, adds)?;
            self.skip_blanks();
            adds = match self.rest().chars().next() {
                None => false,
                Some(';') => {
                    self.at += 1;
                    false
                }
                // Only a rule that ends in hours is followed by a comma here, and then by a day.
                Some(',') => {
                    self.at += 1;
                    true
                }
                Some(_) => return Err(self.error(self.at, "separate rules with ;")),
            };
        }
    }

    /// One rule: days, if any, and their hours.
    #[expect(clippy::indexing_slicing, reason = "days of the week are below 7")]
    fn rule(&mut self, hours: &mut WeeklyHours, adds: bool) -> Result<(), ScheduleError> {
        let start = self.at;
        if self.eat("24/7") {
            for day in 0..7 {
                hours.replace(day, vec![whole_day()]);
            }
            return Ok(());
        }
        let days = if self.rest().starts_with(char::is_alphabetic) && !self.at_off() {
            self.days()?
        } else {
            RuleDays { chosen: [true; 7], holidays: false }
        };
        self.skip_blanks();
        let rule = if self.eat_off() { Rule::Off } else { Rule::Shifts(self.shifts()?) };
        if days.holidays && !matches!(rule, Rule::Off) {
            return Err(
                self.error(start, "only PH off is understood; give the hours of a holiday as a special day")
            );
        }
        for day in (0..7).filter(|day| days.chosen[*day]) {
            let shifts = match &rule {
                Rule::Off => Vec::new(),
                Rule::Shifts(shifts) if adds => [hours.days()[day].as_slice(), shifts.as_slice()].concat(),
                Rule::Shifts(shifts) => shifts.clone(),
            };
            hours.replace(day, shifts);
        }
        Schedule::check_openings(hours.most_shifts())
    }

    /// `Mo-Fr`, `Sa-Mo`, `Mo,We,Fr`, `PH`, and lists of them.
    #[expect(clippy::indexing_slicing, reason = "days of the week are below 7")]
    fn days(&mut self) -> Result<RuleDays, ScheduleError> {
        let mut days = RuleDays { chosen: [false; 7], holidays: false };
        loop {
            self.skip_blanks();
            if self.word().eq_ignore_ascii_case("ph") {
                self.at += 2;
                days.holidays = true;
            } else {
                let first = self.day()?;
                self.skip_blanks();
                let last = if self.eat("-") {
                    self.skip_blanks();
                    self.day()?
                } else {
                    first
                };
                let mut day = first;
                days.chosen[day] = true;
                while day != last {
                    day = (day + 1) % 7;
                    days.chosen[day] = true;
                }
            }
            self.skip_blanks();
            if !self.eat(",") {
                return Ok(days);
            }
        }
    }

    fn day(&mut self) -> Result<usize, ScheduleError> {
        let word = self.word();
        // Full or abbreviated: Mo, Mon, Monday, Tues, Thurs.
        let means = |name: &&str| {
            word.len() >= 2 && name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
        };
        if let Some(day) = FULL_NAMES.iter().position(means) {
            self.at += word.len();
            return Ok(day);
        }
        let near =
            word.get(..2).and_then(|start| DAY_NAMES.iter().find(|name| name.eq_ignore_ascii_case(start)));
        let remedy = match near {
            Some(name) => format!("did you mean {name}? {DAYS}"),
            None => DAYS.to_owned(),
        };
        Err(self.error(self.at, &remedy))
    }

    /// `09:00-13:00,14:00-17:00`; stops before a comma that a day follows.
    fn shifts(&mut self) -> Result<Vec<Shift>, ScheduleError> {
        let mut shifts = Vec::new();
        loop {
            self.skip_blanks();
            let start = self.at;
            let from = self.time()?;
            self.skip_blanks();
            if !self.eat("-") {
                let remedy = if self.rest().starts_with(['\u{2013}', '\u{2014}']) {
                    "write a plain hyphen, such as 09:00-17:00"
                } else {
                    "write the closing time too, such as 09:00-17:00"
                };
                return Err(self.error(self.at, remedy));
            }
            self.skip_blanks();
            let to = self.time()?;
            shifts.push(
                Shift::new(from, to).map_err(|_| {
                    self.error(start, "hours begin before 24:00; write 00:00 on the next day")
                })?,
            );
            self.skip_blanks();
            let Some(after) = self.rest().strip_prefix(',') else {
                return Ok(shifts);
            };
            if after.trim_start().starts_with(char::is_alphabetic) {
                return Ok(shifts);
            }
            self.at += 1;
        }
    }

    fn time(&mut self) -> Result<TimeOfDay, ScheduleError> {
        let rest = self.rest();
        let length = rest.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or(rest);
        let time = word.parse().map_err(|_| {
            let remedy = if let Ok(hour @ 0..=24) = word.parse::<u8>() {
                format!("write {hour:02}:00; {TIMES}")
            } else if let Some(next_day) = next_day(word) {
                format!("write {next_day}: an end not after its start is on the next day; {TIMES}")
            } else {
                TIMES.to_owned()
            };
            self.error(self.at, &remedy)
        })?;
        self.at += length;
        Ok(time)
    }

    fn at_off(&self) -> bool {
        let word = self.word();
        word.eq_ignore_ascii_case("off") || word.eq_ignore_ascii_case("closed")
    }

    fn eat_off(&mut self) -> bool {
        let off = self.at_off();
        if off {
            self.at += self.word().len();
        }
        off
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The letters that begin here.
    fn word(&self) -> &'a str {
        self.rest().split(|c: char| !c.is_alphabetic()).next().unwrap_or_default()
    }

    fn error(&self, at: usize, remedy: &str) -> ScheduleError {
        let (before, rest) = self.text.split_at_checked(at).unwrap_or((self.text, ""));
        let token = rest
            .char_indices()
            .find(|(i, c)| *i > 0 && (c.is_whitespace() || ";,-".contains(*c)))
            .map_or(rest, |(i, _)| rest.get(..i).unwrap_or(rest));
        ScheduleError::Hours {
            text: self.text.to_owned(),
            column: before.chars().count() + 1,
            found: if token.is_empty() { "the end".to_owned() } else { format!("{token:?}") },
            remedy: remedy.to_owned(),
        }
    }
}

/// `26:00` as the time of the next day, 02:00.
fn next_day(word: &str) -> Option<TimeOfDay> {
    let (hour, minute) = word.split_once(':')?;
    TimeOfDay::new(hour.parse::<u16>().ok()?.checked_sub(24)?, minute.parse().ok()?).ok()
}
