//! Service level.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Choice, Definition, Polarity, SHORT_ABANDON, Text, Topic, Variant};
use super::registry::Registered;
use super::request::{above_zero, together};
use super::tally::{SHARE_MEASURES, Share, feeds_on, wraps_with_options};
use super::{Kpi, KpiRequest, Records, RequestError};
use crate::queue::QueueContact;
use crate::{Ratio, Reason, Unit};
use crate::{Timestamp, duration_text};

/// The definition of the service level.
pub const DEFINITION: Definition = Definition {
    id: "service_level",
    topic: Topic::Queue,
    name: Text { en: "Service level", es: "Nivel de servicio", da: "Serviceniveau" },
    description: Text {
        en: "The share of offered calls or chats answered within the target time.",
        es: "La proporción de llamadas o chats ofrecidos atendidos dentro del tiempo objetivo.",
        da: "Andelen af tilbudte opkald eller chats, der blev besvaret inden for måltiden.",
    },
    aliases: &["SL", "answered_within", "80_20"],
    formula: "contacts answered within X / contacts offered x 100",
    unit: Unit::Percent,
    min: Some(0.0),
    max: Some(100.0),
    good: Polarity::Up,
    population: "contacts offered to the queue; short abandons are excluded if a limit is set, those still waiting in time too",
    anchor: Anchor::Queued,
    clocks: &[],
    measures: SHARE_MEASURES,
    options: &[
        Choice {
            name: "within",
            decides: "how soon a contact should be answered",
            default: None,
            values: &["a duration"],
        },
        SHORT_ABANDON,
    ],
    variants: &[
        Variant {
            name: "over answered",
            differs: "abandoned contacts are not in the denominator: too favourable",
            used_by: &["some phone systems"],
        },
        Variant {
            name: "short abandons out",
            differs: "ignoring_abandons_within",
            used_by: &["common practice, 5 s"],
        },
    ],
    references: &["WolkVox docs: metrics in contact centers (COPC-based; over transactions offered)"],
};

/// Service level of many live contacts.
///
/// # What it measures
/// Whether callers get through in the target time: "80 % in 20 seconds".
///
/// # Formula
/// `100 · answered within the target / offered`. A wait of exactly the target is within.
///
/// # Worked example
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::queue::QueueContact;
/// use deskmetrics::{Estimates, Reason, Timestamp, kpi};
///
/// let at = |text: &str| format!("2026-03-02T{text}Z").parse::<Timestamp>().unwrap();
/// let waits = [5, 20, 21, 60].map(|wait| {
///     QueueContact::new(at("09:00:00")).with_answered_at(at("09:00:00").to_utc() + TimeDelta::seconds(wait))
/// });
/// let hung_up = QueueContact::new(at("09:00:00")).with_abandoned_at(at("09:00:03"));
/// let all: Vec<QueueContact> = waits.into_iter().chain([hung_up]).collect();
///
/// let level = kpi::service_level(&all, TimeDelta::seconds(20));
/// assert_eq!(level.ratio().percent(), Some(40.0)); // two of five offered
///
/// let mut level = kpi::ServiceLevel::new(TimeDelta::seconds(20)).with_short_abandon(TimeDelta::seconds(5));
/// level.extend(&all);
/// assert_eq!(level.ratio().percent(), Some(50.0)); // two of four
/// assert_eq!(level.excluded().count(Reason::ShortAbandon), 1);
/// ```
///
/// # Who is counted
/// Every contact offered to the queue. Abandoned ones count against it unless they hung up within the short-abandon limit. Those neither answered nor abandoned, which still wait, are excluded as running.
///
/// # When it misleads
/// It is blind past the target: a caller lost for 21 seconds may as well wait an hour.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceLevel {
    within_micros: i64,
    short_abandon_micros: i64,
    tally: Share,
}

impl ServiceLevel {
    /// No contacts yet; to be answered `within` this time.
    pub fn new(within: TimeDelta) -> Self {
        Self {
            within_micros: within.num_microseconds().unwrap_or(i64::MAX),
            short_abandon_micros: 0,
            tally: Share::default(),
        }
    }

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
            Ok((wait, true)) => self.tally.count(wait <= self.within_micros),
            Ok((wait, false)) if wait < self.short_abandon_micros => {
                self.tally.exclude_one(Reason::ShortAbandon);
            }
            Ok((_, false)) => self.tally.count(false),
        }
    }

    /// Counts a record that is no contact.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.tally.exclude_one(reason);
    }

    /// Answered in time, among offered.
    pub fn ratio(&self) -> Ratio {
        self.tally.ratio()
    }
}

wraps_with_options!(ServiceLevel { within_micros, short_abandon_micros }.tally);
feeds_on!(ServiceLevel, QueueContact);

impl Kpi for ServiceLevel {
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

impl Registered for ServiceLevel {
    fn requested(request: &KpiRequest, _as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        let id = DEFINITION.id;
        let within = request.within.ok_or(RequestError::NeedsChoice {
            id,
            option: "within",
            why: "each queue has its own target",
            allowed: "how soon a contact should be answered, such as \"20s\"",
        })?;
        Ok(Self::new(above_zero(within, id)?).with_short_abandon(request.short_abandon(id)?))
    }

    fn option(request: &KpiRequest) -> Option<String> {
        let within = request.within.map(|within| format!("within {}", duration_text::format(within)));
        together([within, request.short_abandon_option()])
    }
}

/// Service level of `contacts`; see [`ServiceLevel`].
pub fn service_level<'a>(
    contacts: impl IntoIterator<Item = &'a QueueContact>,
    within: TimeDelta,
) -> ServiceLevel {
    let mut tally = ServiceLevel::new(within);
    tally.extend(contacts);
    tally
}
