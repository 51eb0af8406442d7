//! Speed of answer.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, BANDS, Definition, Polarity, Text, Topic, WITHIN};
use super::registry::Registered;
use super::tally::{TIME_MEASURES, Times, feeds_on, wraps};
use super::{Kpi, KpiRequest, Records, RequestError};
use crate::Timestamp;
use crate::queue::QueueContact;
use crate::{Elapsed, Reason, Unit};

/// The definition of the speed of answer.
pub const DEFINITION: Definition = Definition {
    id: "speed_of_answer",
    topic: Topic::Queue,
    name: Text {
        en: "Average speed of answer (ASA)",
        es: "Velocidad media de respuesta (ASA)",
        da: "Gennemsnitlig svartid i kø (ASA)",
    },
    description: Text {
        en: "How long answered calls or chats waited in the queue.",
        es: "Cuánto esperaron en cola las llamadas o chats atendidos.",
        da: "Hvor længe besvarede opkald eller chats ventede i kø.",
    },
    aliases: &["ASA", "average_speed_of_answer", "queue_time"],
    formula: "answered - queued, for answered contacts",
    unit: Unit::Seconds,
    min: Some(0.0),
    max: None,
    good: Polarity::Down,
    population: "answered contacts; abandoned ones are censored at the moment they gave up",
    anchor: Anchor::Queued,
    clocks: &[],
    measures: TIME_MEASURES,
    options: &[WITHIN, BANDS],
    variants: &[],
    references: &["WolkVox docs: metrics in contact centers (COPC-based; over transactions offered)"],
};

/// Speed of answer of many live contacts.
///
/// # What it measures
/// How long people wait in the queue.
///
/// # Formula
/// Answer minus entry into the queue. The *average speed of answer* is the measure `mean`.
///
/// # Worked example
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::queue::QueueContact;
/// use deskmetrics::{Estimates, Reason, Timestamp, kpi};
///
/// let at = |text: &str| format!("2026-03-02T{text}Z").parse::<Timestamp>().unwrap();
/// let contacts = [10, 20, 60].map(|wait| {
///     QueueContact::new(at("09:00:00")).with_answered_at(at("09:00:00").to_utc() + TimeDelta::seconds(wait))
/// });
/// let speed = kpi::speed_of_answer(&contacts);
/// assert_eq!(speed.times().mean(), Some(TimeDelta::seconds(30)));
/// assert_eq!(speed.times().median(), Some(TimeDelta::seconds(20)));
/// ```
///
/// # Who is counted
/// Answered contacts. Those who gave up waited at least so long: they are censored and in the censored median, not in the mean.
///
/// # When it misleads
/// The usual average excludes those who gave up: the worse the queue, the better the average.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SpeedOfAnswer(Times);

impl SpeedOfAnswer {
    /// Counts one contact.
    pub fn push(&mut self, contact: &QueueContact) {
        match contact.wait() {
            Err(reason) => self.0.exclude_one(reason),
            Ok((wait, true)) => self.0.finished(Elapsed { calendar_micros: wait, business_micros: None }),
            Ok((wait, false)) => self.0.running(Elapsed { calendar_micros: wait, business_micros: None }),
        }
    }

    /// Counts a record that is no contact.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.0.exclude_one(reason);
    }

    /// The durations.
    pub fn times(&self) -> &Times {
        &self.0
    }
}

wraps!(SpeedOfAnswer);
feeds_on!(SpeedOfAnswer, QueueContact);

impl Kpi for SpeedOfAnswer {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.0.exclude_many(reason, records);
    }

    fn records(&self) -> Records {
        Records::Contacts
    }

    fn push_contact(&mut self, contact: &QueueContact) {
        self.push(contact);
    }

    fn times(&self) -> Option<&Times> {
        Some(&self.0)
    }
}

impl Registered for SpeedOfAnswer {
    fn requested(_request: &KpiRequest, _as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        Ok(Self::default())
    }
}

/// Speed of answer of `contacts`; see [`SpeedOfAnswer`].
pub fn speed_of_answer<'a>(contacts: impl IntoIterator<Item = &'a QueueContact>) -> SpeedOfAnswer {
    let mut tally = SpeedOfAnswer::default();
    tally.extend(contacts);
    tally
}
