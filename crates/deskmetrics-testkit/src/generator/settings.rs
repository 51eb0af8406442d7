//! Settings of the generator: number of tickets, seed and days.

use chrono::NaiveDate;
use deskmetrics::Timestamp;

/// Generates the records of a podcast company's care teams.
///
/// Six markets in five time zones write by mail, chat, site and phone; care teams of each market and two
/// second-line teams answer in their working hours, with the public holidays of their country. Among the tickets
/// are ones a bot solved or handed over, proactive, merged, deleted and spam ones, ones reopened by a complaint or
/// by mere thanks, and ones still open at the end. Solved tickets are followed by a CSAT or CES survey, and
/// every week some customers get an NPS survey.
///
/// ```
/// use chrono::NaiveDate;
/// use deskmetrics_testkit::generator::Generator;
///
/// let start = NaiveDate::from_ymd_opt(2026, 2, 16).unwrap();
/// let sample = Generator::new(7).with_tickets(100).with_start(start).with_days(28).generate();
/// assert_eq!(sample.tickets.len(), 100);
/// assert!(sample.events.iter().all(|event| event.at <= sample.as_of));
/// assert_eq!(sample, Generator::new(7).with_tickets(100).with_start(start).with_days(28).generate());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generator {
    pub(super) seed: u64,
    pub(super) tickets: usize,
    pub(super) start: NaiveDate,
    pub(super) days: u32,
}

impl Generator {
    /// 1,000 tickets in the four weeks from Monday 2026-03-02 on.
    pub fn new(seed: u64) -> Self {
        let start = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap_or_default();
        Self { seed, tickets: 1000, start, days: 28 }
    }

    /// The settings of the sample in `examples/sample`: 3,000 tickets in the ten weeks from Monday 2026-02-16 on, across
    /// the clock changes of the United States (8 March) and Europe (29 March) and Easter (5 April).
    pub fn shipped() -> Self {
        let start = NaiveDate::from_ymd_opt(2026, 2, 16).unwrap_or_default();
        Self::new(2026).with_tickets(3000).with_start(start).with_days(70)
    }

    /// The number of tickets.
    #[must_use]
    pub fn with_tickets(mut self, n: usize) -> Self {
        self.tickets = n;
        self
    }

    /// The first day on which tickets are created.
    #[must_use]
    pub fn with_start(mut self, date: NaiveDate) -> Self {
        self.start = date;
        self
    }

    /// On how many days tickets are created, at most a hundred years of them; with 0 there are none.
    #[must_use]
    pub fn with_days(mut self, n: u32) -> Self {
        self.days = n.min(36_525);
        self
    }

    /// The cut-off: midnight UTC after the last day.
    pub fn as_of(&self) -> Timestamp {
        let end = self.start.checked_add_days(chrono::Days::new(u64::from(self.days)));
        let end = end.unwrap_or(NaiveDate::MAX).and_time(chrono::NaiveTime::MIN).and_utc();
        Timestamp::from(end)
    }
}
