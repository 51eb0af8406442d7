//! Arrivals of work by weekday and hour.

use chrono::{Datelike, Days, NaiveDate, Timelike, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::{Excluded, Merge, Reason, TicketMetrics, Timestamp};

/// Tickets (or contacts in a queue) by the local weekday and hour at which they arrived: for staffing, forecasts and heat maps.
///
/// The local time is that of the zone given, on each day's own clock: after the clocks change, nine o'clock is nine
/// o'clock. Patterns of one zone merge exactly; one of another zone is excluded and counted.
///
/// ```
/// use chrono::{NaiveDate, Weekday};
/// use chrono_tz::Europe::Copenhagen;
/// use deskmetrics::kpi::Arrivals;
/// use deskmetrics::Timestamp;
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let mut arrivals = Arrivals::new(Copenhagen);
/// arrivals.push(at("2026-03-23T08:30:00Z")); // Monday 09:30, winter time
/// arrivals.push(at("2026-03-30T07:30:00Z")); // Monday 09:30, summer time
/// arrivals.push(at("2026-03-30T07:59:59Z"));
/// arrivals.push(at("2026-03-29T22:00:00Z")); // already Monday
/// assert_eq!(arrivals.count(Weekday::Mon, 9), 3);
/// assert_eq!(arrivals.count(Weekday::Mon, 0), 1);
/// assert_eq!(arrivals.by_weekday(), [4, 0, 0, 0, 0, 0, 0]);
///
/// // over the two weeks from 23 March to 5 April
/// let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap();
/// let per_hour = arrivals.per_hour(day(3, 23), day(4, 5));
/// assert_eq!(per_hour[0][9], Some(1.5)); // on a Monday between nine and ten
/// ```
#[doc(alias = "heat map")]
#[doc(alias = "arrival pattern")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrivals {
    zone: Tz,
    /// By weekday from Monday, then by hour.
    counts: [[u64; 24]; 7],
    excluded: Excluded,
}

impl Default for Arrivals {
    /// Nothing yet, on UTC's clock.
    fn default() -> Self {
        Self::new(Tz::UTC)
    }
}

impl Arrivals {
    /// Nothing yet, on the clock of `zone`.
    pub fn new(zone: Tz) -> Self {
        Self { zone, counts: [[0; 24]; 7], excluded: Excluded::default() }
    }

    /// Counts an arrival.
    pub fn push(&mut self, at: impl Into<Timestamp>) {
        let local = at.into().to_utc().with_timezone(&self.zone);
        if let Some(count) = self.cell(local.weekday(), local.hour()) {
            count.merge(1);
        }
    }

    /// Counts the creation of a ticket.
    pub fn push_ticket(&mut self, ticket: &TicketMetrics) {
        match ticket.exclusion {
            Some(reason) => self.excluded.add(reason),
            None => self.push(ticket.created_at),
        }
    }

    /// Counts a record that is no arrival.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.excluded.add(reason);
    }

    fn cell(&mut self, weekday: Weekday, hour: u32) -> Option<&mut u64> {
        let hours = self.counts.get_mut(weekday.num_days_from_monday() as usize)?;
        hours.get_mut(usize::try_from(hour).ok()?)
    }

    /// The zone whose clock is read.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// Arrivals on this weekday in the hour that begins at `hour` o'clock; none for an hour after 23.
    pub fn count(&self, weekday: Weekday, hour: usize) -> u64 {
        self.counts[weekday.num_days_from_monday() as usize].get(hour).copied().unwrap_or(0)
    }

    /// Arrivals by weekday from Monday, then by hour from midnight: the rows of a heat map.
    pub fn counts(&self) -> &[[u64; 24]; 7] {
        &self.counts
    }

    /// Arrivals by weekday, from Monday.
    pub fn by_weekday(&self) -> [u64; 7] {
        self.counts.map(sum)
    }

    /// Arrivals by hour of the day, from midnight.
    pub fn by_hour(&self) -> [u64; 24] {
        std::array::from_fn(|hour| sum(self.counts.map(|hours| hours[hour])))
    }

    /// All arrivals.
    pub fn n(&self) -> u64 {
        sum(self.by_weekday())
    }

    /// The mean number of arrivals per weekday and hour over the days from `first` to `last`, both included, which should be
    /// the days that were counted; `None` for a weekday that does not occur among them.
    ///
    /// Where the clocks change, the hour that is skipped or comes twice counts as any other: on one Sunday of a year.
    #[doc(alias = "forecast")]
    pub fn per_hour(&self, first: NaiveDate, last: NaiveDate) -> [[Option<f64>; 24]; 7] {
        let days = last.signed_duration_since(first).num_days().saturating_add(1);
        let (weeks, rest) = (days / 7, u64::try_from(days % 7).unwrap_or(0));
        let over = |weekday: u32| {
            let in_rest = (0..rest)
                .filter_map(|day| first.checked_add_days(Days::new(day)))
                .any(|day| day.weekday().num_days_from_monday() == weekday);
            weeks + i64::from(in_rest)
        };
        let mean = |count: u64, days: i64| (days > 0).then(|| count as f64 / days as f64);
        let mut weekdays = 0..;
        self.counts.map(|hours| {
            let days = weekdays.next().map_or(0, over);
            hours.map(|count| mean(count, days))
        })
    }

    /// Exclusions, by reason.
    pub fn excluded(&self) -> &Excluded {
        &self.excluded
    }
}

fn sum<const N: usize>(counts: [u64; N]) -> u64 {
    counts.into_iter().fold(0, u64::saturating_add)
}

impl Merge for Arrivals {
    fn merge(&mut self, other: Self) {
        if self.zone == other.zone || other.n() == 0 {
            for (mine, theirs) in self.counts.iter_mut().flatten().zip(other.counts.into_iter().flatten()) {
                mine.merge(theirs);
            }
        } else if self.n() == 0 {
            self.zone = other.zone;
            self.counts = other.counts;
        } else {
            self.excluded.add_many(Reason::OtherOptions, other.n());
        }
        self.excluded.merge(other.excluded);
    }
}

impl<M: AsRef<TicketMetrics>> Extend<M> for Arrivals {
    fn extend<I: IntoIterator<Item = M>>(&mut self, tickets: I) {
        tickets.into_iter().for_each(|ticket| self.push_ticket(ticket.as_ref()));
    }
}
