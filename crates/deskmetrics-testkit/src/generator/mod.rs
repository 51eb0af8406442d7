//! Tickets, events and surveys that look like a care team's, made from a seed.
//!
//! The same settings give the same records on every machine: the draws are whole numbers from a generator with
//! a stable stream, and no system clock, zone or mathematics library takes part.

mod arrival;
mod company;
mod draw;
mod export;
mod feedback;
mod life;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use deskmetrics::{Invitation, SurveyResponse, Ticket, TicketEvent, Timestamp};

pub use export::{mixture, read_exported};

use arrival::Arrival;
use life::World;

/// Makes the records of a podcast company's care teams.
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
/// let sample = Generator::new(7).tickets(100).start(start).days(28).generate();
/// assert_eq!(sample.tickets.len(), 100);
/// assert!(sample.events.iter().all(|event| event.at <= sample.as_of));
/// assert_eq!(sample, Generator::new(7).tickets(100).start(start).days(28).generate());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generator {
    seed: u64,
    tickets: usize,
    start: NaiveDate,
    days: u32,
}

/// What a [`Generator`] made.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// In order of creation.
    pub tickets: Vec<Ticket>,
    /// Ticket after ticket in the order of `tickets`, each ticket's in order of time.
    pub events: Vec<TicketEvent>,
    /// Ticket surveys in the order of `tickets`, then the NPS surveys.
    pub invitations: Vec<Invitation>,
    /// In the order of `invitations`.
    pub responses: Vec<SurveyResponse>,
    /// The cut-off: midnight UTC after the last day. Nothing later is known.
    pub as_of: Timestamp,
}

/// One ticket with everything that belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// The ticket as it was created.
    pub ticket: Ticket,
    /// What happened to it, in order of time.
    pub events: Vec<TicketEvent>,
    /// The survey about it, if one was sent.
    pub invitation: Option<Invitation>,
    /// The answer to that survey, if one came.
    pub response: Option<SurveyResponse>,
}

impl Generator {
    /// 1,000 tickets in the four weeks from Monday 2026-03-02 on; change what does not suit.
    pub fn new(seed: u64) -> Self {
        let start = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap_or_default();
        Self { seed, tickets: 1000, start, days: 28 }
    }

    /// The settings of the sample in `examples/sample`: 3,000 tickets in the ten weeks from Monday 2026-02-16 on, across
    /// the clock changes of the United States (8 March) and Europe (29 March) and Easter (5 April).
    pub fn shipped() -> Self {
        let start = NaiveDate::from_ymd_opt(2026, 2, 16).unwrap_or_default();
        Self::new(2026).tickets(3000).start(start).days(70)
    }

    /// How many tickets.
    #[must_use]
    pub fn tickets(mut self, n: usize) -> Self {
        self.tickets = n;
        self
    }

    /// The first day on which tickets are created.
    #[must_use]
    pub fn start(mut self, date: NaiveDate) -> Self {
        self.start = date;
        self
    }

    /// On how many days tickets are created, at most a hundred years of them; with 0 there are none.
    #[must_use]
    pub fn days(mut self, n: u32) -> Self {
        self.days = n.min(36_525);
        self
    }

    /// The cut-off: midnight UTC after the last day.
    pub fn as_of(&self) -> Timestamp {
        let end = self.start.checked_add_days(chrono::Days::new(u64::from(self.days)));
        let end = end.unwrap_or(NaiveDate::MAX).and_time(chrono::NaiveTime::MIN).and_utc();
        Timestamp::from(end)
    }

    /// Everything at once. Millions of tickets take some hundred bytes an event: see [`stories`](Self::stories).
    pub fn generate(&self) -> Sample {
        let mut sample = Sample {
            tickets: Vec::with_capacity(self.tickets),
            events: Vec::new(),
            invitations: Vec::new(),
            responses: Vec::new(),
            as_of: self.as_of(),
        };
        for story in self.stories() {
            sample.tickets.push(story.ticket);
            sample.events.extend(story.events);
            sample.invitations.extend(story.invitation);
            sample.responses.extend(story.response);
        }
        for (invitation, response) in feedback::relationship(self) {
            sample.invitations.push(invitation);
            sample.responses.extend(response);
        }
        sample
    }

    /// The tickets one after another in order of creation, without keeping them.
    pub fn stories(&self) -> impl Iterator<Item = Story> + use<> {
        let world = World::new(self.seed, self.start, self.days, self.as_of());
        let arrivals = arrival::arrivals(self);
        (0..arrivals.len()).map(move |place| story(&world, &arrivals, place))
    }
}

fn story(world: &World, arrivals: &[Arrival], place: usize) -> Story {
    let arrival = &arrivals[place];
    let life = life::live(world, arrivals, place);
    let survey = feedback::after_solve(world, arrival, place, &life);
    let life::Life { ticket, mut events, .. } = life;
    let (invitation, response) = match survey {
        Some((invitation, response)) => {
            events.extend(feedback::events(&ticket, &invitation, response.as_ref()));
            (Some(invitation), response)
        }
        None => (None, None),
    };
    events.sort_by_key(|event| event.at);
    for (event, sequence) in events.iter_mut().zip(0..) {
        event.sequence = sequence;
    }
    Story { ticket, events, invitation, response }
}

/// A timestamp from UTC seconds.
fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::saturating_from_micros(seconds.saturating_mul(1_000_000))
}

/// The first and the day after the last date of the rosters: agents may still be at it after the last ticket.
fn roster_dates(start: NaiveDate, days: u32) -> (NaiveDate, NaiveDate) {
    let first = start.checked_sub_signed(TimeDelta::days(1)).unwrap_or(start);
    let end = start.checked_add_signed(TimeDelta::days(i64::from(days) + 2)).unwrap_or(NaiveDate::MAX);
    (first, end)
}

/// The instant of a timestamp as chrono has it, for zones.
fn utc(at: Timestamp) -> DateTime<Utc> {
    at.to_utc()
}
