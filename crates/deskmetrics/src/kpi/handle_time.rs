//! Handle time.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, BANDS, Definition, Polarity, Text, Topic, Variant, WITHIN};
use super::registry::Registered;
use super::tally::{TIME_MEASURES, Times, feeds_on, wraps};
use super::{Kpi, KpiRequest, Records, RequestError};
use crate::Timestamp;
use crate::queue::QueueContact;
use crate::{Elapsed, Reason, Unit};

/// The definition of handle time.
pub const DEFINITION: Definition = Definition {
    id: "handle_time",
    topic: Topic::Queue,
    name: Text {
        en: "Average handle time (AHT)",
        es: "Tiempo medio de gestión (AHT)",
        da: "Gennemsnitlig behandlingstid (AHT)",
    },
    description: Text {
        en: "How long an agent is busy with a contact.",
        es: "Cuánto tiempo ocupa un contacto a un agente.",
        da: "Hvor længe en agent er optaget af en henvendelse.",
    },
    aliases: &["AHT", "average_handle_time", "handling_time"],
    formula: "talk + hold + wrap-up, per handled contact",
    unit: Unit::Seconds,
    min: Some(0.0),
    max: None,
    good: Polarity::Down,
    population: "answered contacts of which talk time is known",
    anchor: Anchor::WrappedUp,
    clocks: &[],
    measures: TIME_MEASURES,
    options: &[WITHIN, BANDS],
    variants: &[
        Variant {
            name: "with dialing",
            differs: "dial and contact time are added: put them into talk",
            used_by: &["Genesys outbound"],
        },
        Variant {
            name: "from tickets",
            differs: "time open and assigned to a teammate",
            used_by: &["Intercom"],
        },
    ],
    references: &["Genesys Cloud resource center: Average handle time"],
};

/// Handle time of many live contacts.
///
/// # What it measures
/// How much agent time a contact costs.
///
/// # Formula
/// `talk + hold + wrap-up`. A contact counts whole, once, where its wrap-up ends, however many intervals it spans. The *average handle time* is the measure `mean`.
///
/// # Worked example
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::queue::QueueContact;
/// use deskmetrics::{Estimates, Reason, Timestamp, kpi};
///
/// let at = |text: &str| format!("2026-03-02T{text}Z").parse::<Timestamp>().unwrap();
/// let contact = QueueContact::new(at("09:00:00"))
///     .with_answered_at(at("09:00:10"))
///     .with_handle_time(TimeDelta::seconds(50), TimeDelta::seconds(10), TimeDelta::seconds(20));
/// let aht = kpi::handle_time(&vec![contact; 100]);
/// assert_eq!(aht.times().mean(), Some(TimeDelta::seconds(80))); // 5000 s, 1000 s and 2000 s over 100 calls
/// ```
///
/// # Who is counted
/// Answered contacts with a known talk time; unknown hold or wrap-up times count as none. Contacts not answered are excluded.
///
/// # When it misleads
/// Reducing it increases repeat contacts: read it beside FCR.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HandleTime(Times);

impl HandleTime {
    /// Counts one contact.
    pub fn push(&mut self, contact: &QueueContact) {
        match contact.handle_micros() {
            Err(reason) => self.0.exclude_one(reason),
            Ok(micros) => self.0.finished(Elapsed { calendar_micros: micros, business_micros: None }),
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

wraps!(HandleTime);
feeds_on!(HandleTime, QueueContact);

impl Kpi for HandleTime {
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

impl Registered for HandleTime {
    fn requested(_request: &KpiRequest, _as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        Ok(Self::default())
    }
}

/// Handle time of `contacts`; see [`HandleTime`].
pub fn handle_time<'a>(contacts: impl IntoIterator<Item = &'a QueueContact>) -> HandleTime {
    let mut tally = HandleTime::default();
    tally.extend(contacts);
    tally
}
