//! Reopen rate.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Polarity, Text, Topic, Variant};
use super::registry::Registered;
use super::tally::feeds_on;
use super::{Evidence, Kpi, KpiRequest, RecordNeeds, RequestError};
use crate::replay::{Needs, StatedMeasure};
use crate::{Author, Compared, Estimate, Estimates, Excluded, Merge, Ratio, Reason, TicketMetrics, Unit};
use crate::{Replayed, Timestamp};

/// The definition of the reopen rate.
pub const DEFINITION: Definition = Definition {
    id: "reopen_rate",
    topic: Topic::Quality,
    name: Text { en: "Reopen rate", es: "Tasa de reapertura", da: "Andel genåbnede sager" },
    description: Text {
        en: "The share of solved tickets that came back.",
        es: "La proporción de tickets resueltos que volvieron a abrirse.",
        da: "Andelen af løste sager, der kom tilbage.",
    },
    aliases: &["reopened_pct", "reopened_tickets", "reopens"],
    formula: "tickets with at least one reopening / tickets solved at least once x 100",
    unit: Unit::Percent,
    min: Some(0.0),
    max: Some(100.0),
    good: Polarity::Down,
    population: "tickets solved at least once, open again or not",
    anchor: Anchor::FirstSolved,
    clocks: &[],
    measures: &["percent", "without_thanks", "reopens"],
    options: &[],
    variants: &[
        Variant {
            name: "over all tickets",
            differs: "never solved tickets are in the denominator: ReopenRate::over_all_tickets",
            used_by: &["ServiceNow"],
        },
        Variant {
            name: "events",
            differs: "counts reopenings, not tickets: the measure `reopens`",
            used_by: &["Zoho"],
        },
        Variant {
            name: "without thanks",
            differs: "a reopening by the customer that was solved again without a reply does not count: the measure `without_thanks`",
            used_by: &["desks with many \"thank you\""],
        },
        Variant {
            name: "solves minus one",
            differs: "a ticket reopened and still open shows none; not offered",
            used_by: &["dbt_zendesk"],
        },
    ],
    references: &[
        "ServiceNow docs: digital experience score metric definitions",
        "Zoho Desk help: reopened tickets",
    ],
};

/// Reopen rate of many tickets.
///
/// # What it measures
/// How often solved tickets were reopened.
///
/// # Formula
/// `100 · reopened tickets / tickets solved at least once`. A reopening is every time a ticket leaves solved or closed.
///
/// # Worked example
/// ```
/// use deskmetrics::replay::ReopenCycle;
/// use deskmetrics::{Author, Estimates, Reason, TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let open = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-09T09:00:00Z"));
/// let mut solved = open.clone();
/// solved.first_solved_at = Some(at("2026-03-02T12:00:00Z"));
/// let mut reopened = solved.clone();
/// let cycle = ReopenCycle::new(at("2026-03-02T12:00:00Z"), at("2026-03-03T08:00:00Z"), Author::Customer);
/// reopened.reopens = vec![cycle];
///
/// let rate = kpi::reopen_rate([&open, &solved, &solved, &solved, &reopened]);
/// assert_eq!(rate.percent(), Some(25.0)); // one of four solved
/// assert_eq!(rate.over_all_tickets().percent(), Some(20.0)); // one of five
/// assert_eq!(rate.excluded().count(Reason::NotSolved), 1);
/// ```
///
/// # Who is counted
/// Tickets solved at least once, also those open again. A "thank you" that reopens a ticket counts;
/// [`without_thanks`](Self::without_thanks) gives the rate without such reopenings.
///
/// # When it misleads
/// Recently solved tickets had less time to be reopened. Customers who open a new ticket instead are not counted: see the FCR policy
/// `no_repeat_contact_within`.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReopenRate {
    solved: u64,
    reopened: u64,
    reopened_for_thanks: u64,
    reopens: u64,
    /// Tickets of which only the number of reopenings is known, not why they were reopened.
    #[serde(default)]
    unknown: u64,
    excluded: Excluded,
}

impl ReopenRate {
    /// Counts one ticket.
    pub fn push(&mut self, ticket: &TicketMetrics) {
        let done = ticket.is_done_with(Self::STATED);
        if let Some(reason) = ticket.exclusion.filter(|_| !done) {
            return self.excluded.add(reason);
        }
        if ticket.first_solved_at.is_none() && !done {
            return self.excluded.add(Reason::NotSolved);
        }
        let reopens = match ticket.count_of(StatedMeasure::Reopens) {
            Ok(reopens) => reopens,
            Err(reason) => return self.excluded.add(reason),
        };
        let reopened = reopens > 0;
        let only_thanks =
            ticket.reopens.iter().all(|cycle| cycle.reopened_by == Author::Customer && cycle.is_thank_you());
        self.solved.merge(1);
        self.reopened.merge(u64::from(reopened));
        self.reopened_for_thanks.merge(u64::from(reopened && only_thanks));
        self.reopens.merge(u64::from(reopens));
        self.unknown.merge(u64::from(ticket.states(StatedMeasure::Reopens)));
    }

    /// Counts a record that is no ticket.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.excluded.add(reason);
    }

    /// Reopened among solved tickets.
    pub fn ratio(&self) -> Ratio {
        Ratio::new(self.reopened, self.solved)
    }

    /// The rate in percent; `None` without solved tickets.
    pub fn percent(&self) -> Option<f64> {
        self.ratio().percent()
    }

    /// The variant in which a ticket counts as reopened only if some reopening needed more than solving it again; of none where
    /// the source only states how often tickets were reopened.
    pub fn without_thanks(&self) -> Ratio {
        if self.unknown > 0 {
            return Ratio::default();
        }
        Ratio::new(self.reopened.saturating_sub(self.reopened_for_thanks), self.solved)
    }

    /// The variant over all tickets, never solved ones included.
    pub fn over_all_tickets(&self) -> Ratio {
        let unsolved = self.excluded.count(Reason::NotSolved);
        Ratio::new(self.reopened, self.solved.saturating_add(unsolved))
    }

    /// Tickets solved at least once.
    pub fn n(&self) -> u64 {
        self.solved
    }

    /// Reopenings, several per ticket possible.
    pub fn reopens(&self) -> u64 {
        self.reopens
    }
}

impl Merge for ReopenRate {
    fn merge(&mut self, other: Self) {
        self.solved.merge(other.solved);
        self.reopened.merge(other.reopened);
        self.reopened_for_thanks.merge(other.reopened_for_thanks);
        self.reopens.merge(other.reopens);
        self.unknown.merge(other.unknown);
        self.excluded.merge(other.excluded);
    }
}

feeds_on!(ReopenRate, tickets);

impl<M: AsRef<TicketMetrics>> FromIterator<M> for ReopenRate {
    fn from_iter<I: IntoIterator<Item = M>>(tickets: I) -> Self {
        let mut rate = Self::default();
        rate.extend(tickets);
        rate
    }
}

impl Estimates for ReopenRate {
    fn estimates(&self, level: f64) -> Vec<Estimate> {
        vec![
            Estimate::share("percent", self.ratio(), level),
            Estimate::share("without_thanks", self.without_thanks(), level),
            Estimate::new("reopens", Some(self.reopens as f64), Unit::Count, self.solved),
        ]
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }

    fn compared(&self) -> Compared<'_> {
        Compared::Share(self.ratio())
    }
}

impl Kpi for ReopenRate {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.excluded.add_many(reason, records);
    }

    fn needs(&self) -> Needs {
        Needs::SOLVES | Needs::REOPENS
    }

    fn push_ticket(&mut self, ticket: &Replayed) {
        self.push(&ticket.metrics);
    }

    fn record_needs(&self) -> RecordNeeds {
        RecordNeeds::NONE
    }
}

impl Registered for ReopenRate {
    const USUAL: bool = true;

    const EVIDENCE: Evidence = Evidence::Events;

    const STATED: &[StatedMeasure] = &[StatedMeasure::Reopens];

    fn requested(_request: &KpiRequest, _as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        Ok(Self::default())
    }
}

/// Reopen rate of `tickets`; see [`ReopenRate`].
pub fn reopen_rate<M: AsRef<TicketMetrics>>(tickets: impl IntoIterator<Item = M>) -> ReopenRate {
    tickets.into_iter().collect()
}
