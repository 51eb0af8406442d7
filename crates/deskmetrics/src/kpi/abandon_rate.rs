//! Abandon rate.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Polarity, SHORT_ABANDON, Text, Topic, Variant};
use super::registry::Registered;
use super::tally::{SHARE_MEASURES, Share, feeds_on, wraps_with_options};
use super::{Kpi, KpiRequest, Records, RequestError};
use crate::Timestamp;
use crate::queue::QueueContact;
use crate::{Ratio, Reason, Unit};

/// The definition of the abandon rate.
pub const DEFINITION: Definition = Definition {
    id: "abandon_rate",
    topic: Topic::Queue,
    name: Text { en: "Abandon rate", es: "Tasa de abandono", da: "Andel tabte opkald" },
    description: Text {
        en: "The share of offered calls or chats whose customer gave up waiting.",
        es: "La proporción de llamadas o chats ofrecidos cuyo cliente dejó de esperar.",
        da: "Andelen af tilbudte opkald eller chats, hvor kunden opgav at vente.",
    },
    aliases: &["abandonment_rate", "lost_calls"],
    formula: "contacts abandoned / contacts offered x 100",
    unit: Unit::Percent,
    min: Some(0.0),
    max: Some(100.0),
    good: Polarity::Down,
    population: "contacts offered to the queue; short abandons are excluded if a limit is set",
    anchor: Anchor::Queued,
    clocks: &[],
    measures: SHARE_MEASURES,
    options: &[SHORT_ABANDON],
    variants: &[Variant {
        name: "short abandons out",
        differs: "ignoring_abandons_within",
        used_by: &["common practice, 5 s"],
    }],
    references: &["WolkVox docs: metrics in contact centers (COPC-based; over transactions offered)"],
};

/// Abandon rate of many live contacts.
///
/// # What it measures
/// The share of contacts that gave up waiting.
///
/// # Formula
/// `100 · abandoned / offered`.
///
/// # Worked example
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::queue::QueueContact;
/// use deskmetrics::{Estimates, Reason, Timestamp, kpi};
///
/// let at = |text: &str| format!("2026-03-02T{text}Z").parse::<Timestamp>().unwrap();
/// let answered = QueueContact::new(at("09:00:00")).with_answered_at(at("09:00:10"));
/// let gave_up = QueueContact::new(at("09:00:00")).with_abandoned_at(at("09:02:00"));
/// let misdialed = QueueContact::new(at("09:00:00")).with_abandoned_at(at("09:00:02"));
/// let contacts = [answered.clone(), answered.clone(), answered, gave_up, misdialed];
///
/// assert_eq!(kpi::abandon_rate(&contacts).ratio().percent(), Some(40.0));
/// let mut serious = kpi::AbandonRate::default().with_short_abandon(TimeDelta::seconds(5));
/// serious.extend(&contacts);
/// assert_eq!(serious.ratio().percent(), Some(25.0));
/// ```
///
/// # Who is counted
/// Every contact offered to the queue that was answered or abandoned. Those that still wait are excluded as running.
///
/// # When it misleads
/// An announcement that points callers to the website makes them hang up: short abandons are not lost customers.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AbandonRate {
    short_abandon_micros: i64,
    tally: Share,
}

impl AbandonRate {
    /// The same tally, excluding callers who hang up within less than `limit`.
    #[must_use]
    pub fn with_short_abandon(mut self, limit: TimeDelta) -> Self {
        self.short_abandon_micros = limit.num_microseconds().unwrap_or(i64::MAX);
        self
    }

    /// Counts one contact.
    pub fn push(&mut self, contact: &QueueContact) {
        match contact.wait() {
            Err(reason) => self.tally.exclude_one(reason),
            Ok((_, true)) => self.tally.count(false),
            Ok((wait, false)) if wait < self.short_abandon_micros => {
                self.tally.exclude_one(Reason::ShortAbandon);
            }
            Ok((_, false)) => self.tally.count(true),
        }
    }

    /// Counts a record that is no contact.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.tally.exclude_one(reason);
    }

    /// Abandoned among offered.
    pub fn ratio(&self) -> Ratio {
        self.tally.ratio()
    }
}

wraps_with_options!(AbandonRate { short_abandon_micros }.tally);
feeds_on!(AbandonRate, QueueContact);

impl Kpi for AbandonRate {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.tally.exclude_many(reason, records);
    }

    fn records(&self) -> Records {
        Records::Contacts
    }

    fn push_contact(&mut self, contact: &QueueContact) {
        self.push(contact);
    }
}

impl Registered for AbandonRate {
    fn requested(request: &KpiRequest, _as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        Ok(Self::default().with_short_abandon(request.short_abandon(DEFINITION.id)?))
    }

    fn option(request: &KpiRequest) -> Option<String> {
        request.short_abandon_option()
    }
}

/// Abandon rate of `contacts`; see [`AbandonRate`].
pub fn abandon_rate<'a>(contacts: impl IntoIterator<Item = &'a QueueContact>) -> AbandonRate {
    let mut tally = AbandonRate::default();
    tally.extend(contacts);
    tally
}
