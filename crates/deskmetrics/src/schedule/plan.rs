//! The wall-clock openings of one schedule, local date by local date.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use chrono_tz::Tz;

use super::cycle::CYCLE_DAYS;
use super::holiday::HolidayDates;
use super::offsets::day_number;
use super::offsets::{Cursor, DAY, Offsets};
use super::pause::BreakDays;
use super::span::{Count, Span, add_span, subtract, union};
use super::time_of_day::MINUTES_PER_DAY;
use super::{Counting, Gap, HolidayScope, Schedule, Shift};

/// The weekday of a day number, 0 for Monday; 1970-01-01 was a Thursday.
fn weekday(day: i64) -> usize {
    usize::try_from((day + 3).rem_euclid(7)).unwrap_or_default()
}

/// A schedule prepared to compute what is open on a date.
#[derive(Clone, Debug)]
pub(crate) struct SchedulePlan {
    zone: Tz,
    scope: HolidayScope,
    counting: Counting,
    gap: Gap,
    /// Shifts by weekday.
    week: [Vec<Shift>; 7],
    special: BTreeMap<i64, Vec<Shift>>,
    extra: BTreeMap<i64, Vec<Shift>>,
    /// First and last days of holidays, in order, without overlaps.
    holidays: Vec<(i64, i64)>,
    /// Month and day of yearly holidays.
    yearly: Vec<(u32, u32)>,
    weekly_breaks: [Vec<Shift>; 7],
    dated_breaks: BTreeMap<i64, Vec<Shift>>,
    /// The openings of each weekday if neither that date nor the one before is an exception, in minutes
    /// of the day.
    regular: [Vec<Span>; 7],
}

impl SchedulePlan {
    pub(crate) fn new(schedule: &Schedule) -> Self {
        let by_day = |days: &BTreeMap<NaiveDate, Vec<Shift>>| {
            days.iter().map(|(date, hours)| (day_number(*date), hours.clone())).collect()
        };
        let mut holidays: Vec<(i64, i64)> = Vec::new();
        let mut yearly = Vec::new();
        for holiday in schedule.holidays() {
            match holiday.days() {
                HolidayDates::Dates { first, last } => holidays.push((day_number(first), day_number(last))),
                HolidayDates::Yearly { month, day } => yearly.push((month, day)),
            }
        }
        holidays.sort_unstable();
        holidays.dedup_by(|next, last| {
            let joins = next.0 <= last.1 + 1;
            if joins {
                last.1 = last.1.max(next.1);
            }
            joins
        });
        let mut weekly_breaks: [Vec<Shift>; 7] = Default::default();
        let mut dated_breaks: BTreeMap<i64, Vec<Shift>> = BTreeMap::new();
        for pause in schedule.breaks() {
            match &pause.days {
                BreakDays::Date(date) => {
                    dated_breaks.entry(day_number(*date)).or_default().push(pause.hours);
                }
                BreakDays::Weekly(days) => {
                    for (breaks, _) in weekly_breaks.iter_mut().zip(days).filter(|(_, on)| **on) {
                        breaks.push(pause.hours);
                    }
                }
            }
        }
        let mut plan = Self {
            zone: schedule.time_zone(),
            scope: schedule.conventions().holiday_scope,
            counting: schedule.conventions().clock,
            gap: schedule.conventions().gap,
            week: schedule.hours().days().clone(),
            special: by_day(schedule.special_days()),
            extra: by_day(schedule.extra_openings()),
            holidays: Vec::new(),
            yearly: Vec::new(),
            weekly_breaks,
            dated_breaks: BTreeMap::new(),
            regular: Default::default(),
        };
        let (special, extra) = (std::mem::take(&mut plan.special), std::mem::take(&mut plan.extra));
        // Monday 1970-01-05 has the day number 4.
        plan.regular = [4, 5, 6, 7, 8, 9, 10].map(|day| plan.open_on(day));
        Self { special, extra, holidays, yearly, dated_breaks, ..plan }
    }

    /// The first and last date that differ from the weekly hours once, not every year.
    pub(crate) fn dated_days(&self) -> Option<(i64, i64)> {
        let keys = [&self.special, &self.extra, &self.dated_breaks];
        let firsts = keys.iter().filter_map(|map| map.keys().next().copied());
        let lasts = keys.iter().filter_map(|map| map.keys().next_back().copied());
        let first = firsts.chain(self.holidays.first().map(|h| h.0)).min()?;
        let last = lasts.chain(self.holidays.last().map(|h| h.1)).max()?;
        Some((first, last))
    }

    /// Whether it has no yearly holidays, so that only dated exceptions break the weekly pattern.
    pub(crate) fn repeats_weekly(&self) -> bool {
        self.yearly.is_empty()
    }

    pub(crate) fn counts_wall_time(&self) -> bool {
        self.counting == Counting::Wall
    }

    /// Whether hours begin on this date and the date is not closed.
    pub(crate) fn is_business_day(&self, day: i64) -> bool {
        if self.is_closed(day) && !self.extra.contains_key(&day) {
            return false;
        }
        let mut begun: Vec<Span> = self
            .shifts_of(day)
            .iter()
            .filter(|_| !self.is_closed(day))
            .chain(self.extra.get(&day).into_iter().flatten())
            .map(|shift| Span::new(i64::from(shift.from().minutes()), i64::from(shift.end())))
            .collect();
        union(&mut begun);
        let mut breaks = self.breaks_on(day);
        breaks.extend(self.breaks_on(day + 1).into_iter().map(|pause| pause.shifted(1440)));
        union(&mut breaks);
        !subtract(&begun, &breaks).is_empty()
    }

    /// Adds the openings between two seconds of UTC, in order.
    pub(crate) fn openings(&self, from: i64, to: i64, out: &mut Vec<Span>) {
        let offsets = Offsets::between(self.zone, from, to);
        let mut cursor = offsets.cursor();
        self.local_openings(from, to, |local| {
            let opening = to_utc(&mut cursor, local, self.gap).clipped(from, to);
            add_span(out, opening);
        });
    }

    /// Adds the counted time between two seconds of UTC, in order.
    pub(crate) fn counts(&self, from: i64, to: i64, out: &mut Vec<Count>) {
        if self.counting == Counting::Elapsed {
            let mut openings = Vec::new();
            self.openings(from, to, &mut openings);
            out.extend(openings.into_iter().map(Count::plain));
            return;
        }
        // The latest time that the clock has shown advances with the first pass over a repeated hour,
        // does not change during the second, and leaps over a skipped hour.
        let offsets = Offsets::between(self.zone, from, to);
        let mut fresh: Vec<(i64, Span, i64)> = Vec::new(); // leap from, local times shown, offset
        let mut latest = i64::MIN;
        for piece in offsets.pieces() {
            let shown = Span::new(piece.start + piece.offset, piece.end + piece.offset);
            let start = shown.start.max(latest);
            if start < shown.end {
                let leap = if latest == i64::MIN { start } else { latest };
                fresh.push((leap, Span::new(start, shown.end), piece.offset));
                latest = shown.end;
            }
        }
        let mut first = 0;
        self.local_openings(from, to, |local| {
            while fresh[first].1.end <= local.start {
                first += 1;
            }
            for (leap, shown, offset) in &fresh[first..] {
                if *leap >= local.end {
                    break;
                }
                let skipped = local.clipped(*leap, shown.start).length().max(0);
                let at = shown.start - offset;
                if skipped > 0 && (from..to).contains(&at) {
                    out.push(Count { span: Span::new(at, at), leap: skipped });
                }
                let counted = local.clipped(shown.start, shown.end).shifted(-offset).clipped(from, to);
                if counted.length() > 0 {
                    out.push(Count::plain(counted));
                }
            }
        });
    }

    /// The wall-clock openings that may touch the seconds of UTC from `from` to `to`, in order, in local
    /// seconds. No offset is a whole day, so two days to either side are enough.
    fn local_openings(&self, from: i64, to: i64, mut each: impl FnMut(Span)) {
        let (first, last) = (from.div_euclid(DAY) - 2, to.div_euclid(DAY) + 2);
        let exceptions = self.exceptions(first, last);
        let mut exceptions = exceptions.iter().copied().peekable();
        let mut pending: Option<Span> = None;
        for day in first..=last {
            while exceptions.next_if(|exception| *exception < day).is_some() {}
            let special;
            let open = if exceptions.peek() == Some(&day) {
                special = self.open_on(day);
                &special
            } else {
                &self.regular[weekday(day)]
            };
            for minutes in open {
                let local = Span::new(day * DAY + minutes.start * 60, day * DAY + minutes.end * 60);
                match &mut pending {
                    Some(last) if last.end == local.start => last.end = local.end,
                    _ => {
                        if let Some(done) = pending.replace(local) {
                            each(done);
                        }
                    }
                }
            }
        }
        if let Some(done) = pending {
            each(done);
        }
    }

    /// The days from `first` to `last` that may differ from the weekly hours, in order.
    fn exceptions(&self, first: i64, last: i64) -> Vec<i64> {
        let mut days: Vec<i64> = Vec::new();
        // An exception also touches the day after it.
        let range = first - 1..=last;
        for map in [&self.special, &self.extra, &self.dated_breaks] {
            days.extend(map.range(range.clone()).map(|(day, _)| *day));
        }
        let start = self.holidays.partition_point(|holiday| holiday.1 < first - 1);
        for holiday in self.holidays[start..].iter().take_while(|holiday| holiday.0 <= last) {
            days.extend(holiday.0.max(first - 1)..=holiday.1.min(last));
        }
        if !self.yearly.is_empty() {
            let (from, cycles) = date_in_cycle(first - 1);
            let years = (last - first) / 365 + 2;
            for year in from.year()..=from.year() + i32::try_from(years).unwrap_or(i32::MAX / 2) {
                for (month, day) in &self.yearly {
                    // 29 February is missing in most years.
                    if let Some(date) = NaiveDate::from_ymd_opt(year, *month, *day) {
                        days.push(day_number(date) + cycles * CYCLE_DAYS);
                    }
                }
            }
            days.retain(|day| range.contains(day));
        }
        let next: Vec<i64> = days.iter().map(|day| day + 1).collect();
        days.extend(next);
        days.sort_unstable();
        days.dedup();
        days
    }

    /// The openings of a local date, in minutes of that date.
    fn open_on(&self, day: i64) -> Vec<Span> {
        let mut open = Vec::new();
        if self.scope == HolidayScope::ShiftStart || !self.is_closed(day) {
            open.extend(self.shifts_of(day - 1).iter().map(|shift| tail(*shift)));
            open.extend(self.shifts_of(day).iter().map(|shift| head(*shift)));
        }
        open.extend(self.extra.get(&(day - 1)).into_iter().flatten().map(|shift| tail(*shift)));
        open.extend(self.extra.get(&day).into_iter().flatten().map(|shift| head(*shift)));
        union(&mut open);
        let breaks = self.breaks_on(day);
        if breaks.is_empty() { open } else { subtract(&open, &breaks) }
    }

    /// The shifts that begin on a date, before holidays close calendar days.
    fn shifts_of(&self, day: i64) -> &[Shift] {
        match self.special.get(&day) {
            Some(shifts) => shifts,
            None if self.scope == HolidayScope::ShiftStart && self.is_holiday(day) => &[],
            None => &self.week[weekday(day)],
        }
    }

    /// The breaks that fall on a date, in minutes of that date.
    fn breaks_on(&self, day: i64) -> Vec<Span> {
        let of = |day: i64| {
            let dated = self.dated_breaks.get(&day).into_iter().flatten();
            self.weekly_breaks[weekday(day)].iter().chain(dated)
        };
        let mut breaks: Vec<Span> = of(day - 1).map(|shift| tail(*shift)).collect();
        breaks.extend(of(day).map(|shift| head(*shift)));
        union(&mut breaks);
        breaks
    }

    /// Whether it is a holiday and not a special day.
    fn is_closed(&self, day: i64) -> bool {
        !self.special.contains_key(&day) && self.is_holiday(day)
    }

    fn is_holiday(&self, day: i64) -> bool {
        let after = self.holidays.partition_point(|holiday| holiday.0 <= day);
        if after > 0 && self.holidays[after - 1].1 >= day {
            return true;
        }
        if self.yearly.is_empty() {
            return false;
        }
        let (date, _) = date_in_cycle(day);
        self.yearly.contains(&(date.month(), date.day()))
    }
}

/// The date of a day number within 1970 to 2369, and how many times 400 years it was moved.
fn date_in_cycle(day: i64) -> (NaiveDate, i64) {
    let cycles = day.div_euclid(CYCLE_DAYS);
    let date = chrono::DateTime::from_timestamp(day.rem_euclid(CYCLE_DAYS) * DAY, 0)
        .unwrap_or_default()
        .date_naive();
    (date, cycles)
}

/// The part of a shift on the date on which it begins, in minutes of that date.
fn head(shift: Shift) -> Span {
    Span::new(i64::from(shift.from().minutes()), i64::from(shift.end().min(MINUTES_PER_DAY)))
}

/// The part of a shift on the next date, in minutes of that date; it may be empty.
fn tail(shift: Shift) -> Span {
    Span::new(0, i64::from(shift.end().saturating_sub(MINUTES_PER_DAY)))
}

fn to_utc(cursor: &mut Cursor<'_>, local: Span, gap: Gap) -> Span {
    Span::new(cursor.opening(local.start, gap), cursor.closing(local.end, gap))
}
