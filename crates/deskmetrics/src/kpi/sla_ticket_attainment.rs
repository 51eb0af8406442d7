//! SLA attainment per ticket.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Polarity, Text, Topic, Variant};
use super::registry::Registered;
use super::tally::feeds_on;
use super::{Kpi, KpiRequest, RecordNeeds, RequestError, Tallies};
use crate::replay::Needs;
use crate::{Compared, Estimate, Estimates, Excluded, Merge, Ratio, Reason, Replayed, Unit, VerdictState};
use crate::{SlaVerdict, Timestamp};

/// The definition of SLA attainment per ticket.
pub const DEFINITION: Definition = Definition {
    id: "sla_ticket_attainment",
    topic: Topic::Sla,
    name: Text {
        en: "SLA attainment per ticket",
        es: "Cumplimiento del SLA por ticket",
        da: "SLA-overholdelse pr. sag",
    },
    description: Text {
        en: "The share of tickets on which every SLA target was met.",
        es: "La proporción de tickets en los que se cumplieron todos los objetivos de SLA.",
        da: "Andelen af sager, hvor alle SLA-mål blev overholdt.",
    },
    aliases: &["sla_compliance_tickets", "% achieved SLA tickets", "sla_overall_share"],
    formula: "tickets with all targets met / (tickets with all targets met + tickets with any breached) x 100",
    unit: Unit::Percent,
    min: Some(0.0),
    max: Some(100.0),
    good: Polarity::Up,
    population: "tickets with an SLA; those with a running target and none breached are excluded",
    anchor: Anchor::Decided,
    clocks: &[],
    measures: &["percent", "of_all_tickets"],
    options: &[],
    variants: &[
        Variant {
            name: "per target",
            differs: "every target counts by itself: sla_attainment",
            used_by: &["Zendesk"],
        },
        Variant {
            name: "of all tickets",
            differs: "tickets without an SLA and undecided ones are in the denominator: the measure `of_all_tickets`",
            used_by: &["requested in Chatwoot issue 9747"],
        },
    ],
    references: &[
        "Zendesk help: Metrics and attributes for Zendesk Support (SLAs data set)",
        "Chatwoot issue 9747",
    ],
};

/// SLA attainment of many tickets: all targets of a ticket, or none.
///
/// # What it measures
/// How many tickets met all their targets. It is stricter than attainment per target.
///
/// # Formula
/// `100 · all met / (all met + any breached)`; [`of_all_tickets`](Self::of_all_tickets) takes every ticket as the
/// denominator, also those without a target.
///
/// # Worked example
/// ```
/// use deskmetrics::VerdictState::{Breached, Met, Running};
/// use deskmetrics::kpi::SlaTicketAttainment;
/// use deskmetrics::{Estimates, Reason};
///
/// let mut attainment = SlaTicketAttainment::default();
/// attainment.push_states([Met, Met]);
/// attainment.push_states([Met, Breached]); // one miss makes the whole ticket missed
/// attainment.push_states([Breached, Running]);
/// attainment.push_states([Met, Running]); // not decided yet
/// attainment.push_states([]); // no target
/// assert_eq!(attainment.percent().map(f64::round), Some(33.0));
/// assert_eq!(attainment.of_all_tickets().percent(), Some(20.0));
/// assert_eq!(attainment.excluded().to_string(), "1 no SLA applies, 1 still running");
/// ```
///
/// # Who is counted
/// Tickets with at least one target that is met or breached and, unless one is breached, none running. Cancelled targets
/// do not count; a ticket with only such is excluded.
///
/// # When it misleads
/// Tickets with many exchanges have many next-response targets and so more chances to fail.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaTicketAttainment {
    decided: Ratio,
    excluded: Excluded,
}

impl SlaTicketAttainment {
    /// Counts one ticket with its verdicts.
    pub fn push(&mut self, replayed: &Replayed) {
        match replayed.metrics.exclusion {
            Some(reason) => self.excluded.add(reason),
            None => self.push_states(replayed.verdicts.iter().map(|verdict| verdict.state)),
        }
    }

    /// Counts one ticket of which only the states of its targets are known.
    pub fn push_states(&mut self, states: impl IntoIterator<Item = VerdictState>) {
        let (mut any, mut met, mut running) = (false, false, false);
        for state in states {
            any = true;
            match state {
                VerdictState::Breached => return self.decided.push(false),
                VerdictState::Met => met = true,
                VerdictState::Running | VerdictState::Paused => running = true,
                VerdictState::Cancelled => {}
            }
        }
        match (any, running, met) {
            (false, ..) => self.excluded.add(Reason::NoSla),
            (true, true, _) => self.excluded.add(Reason::Running),
            (true, false, true) => self.decided.push(true),
            (true, false, false) => self.excluded.add(Reason::Cancelled),
        }
    }

    /// Counts a record that is no ticket.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.excluded.add(reason);
    }

    /// Tickets with all targets met, among decided ones.
    pub fn ratio(&self) -> Ratio {
        self.decided
    }

    /// Attainment in percent; `None` when no ticket is decided.
    pub fn percent(&self) -> Option<f64> {
        self.decided.percent()
    }

    /// Decided tickets.
    pub fn n(&self) -> u64 {
        self.decided.total
    }

    /// Tickets with all targets met, among all, also undecided ones and those without an SLA.
    #[doc(alias = "sla_overall_share")]
    pub fn of_all_tickets(&self) -> Ratio {
        let others = [Reason::NoSla, Reason::Running, Reason::Cancelled]
            .iter()
            .fold(self.decided.total, |n, reason| n.saturating_add(self.excluded.count(*reason)));
        Ratio::new(self.decided.hits, others)
    }
}

impl Merge for SlaTicketAttainment {
    fn merge(&mut self, other: Self) {
        self.decided.merge(other.decided);
        self.excluded.merge(other.excluded);
    }
}

feeds_on!(SlaTicketAttainment, Replayed);

impl Estimates for SlaTicketAttainment {
    fn estimates(&self, level: f64) -> Vec<Estimate> {
        vec![
            Estimate::share("percent", self.decided, level),
            Estimate::share("of_all_tickets", self.of_all_tickets(), level),
        ]
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }

    fn compared(&self) -> Compared<'_> {
        Compared::Share(self.decided)
    }
}

impl Kpi for SlaTicketAttainment {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.excluded.add_many(reason, records);
    }

    fn needs(&self) -> Needs {
        Needs::VERDICTS
    }

    fn push_ticket(&mut self, ticket: &Replayed) {
        self.push(ticket);
    }

    fn count_ticket(&self, ticket: &Replayed, tallies: &mut Tallies<'_, Self>) {
        tallies.at(all_decided_at(&ticket.verdicts), |tally| tally.push(ticket));
    }

    fn record_needs(&self) -> RecordNeeds {
        RecordNeeds::VERDICTS
    }
}

impl Registered for SlaTicketAttainment {
    fn requested(_request: &KpiRequest, _as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        Ok(Self::default())
    }
}

/// When it was decided whether all targets of a ticket are met: at the first breach, else when the last one is met.
fn all_decided_at(verdicts: &[SlaVerdict]) -> Option<Timestamp> {
    let breached = verdicts
        .iter()
        .filter(|verdict| verdict.state == VerdictState::Breached)
        .filter_map(SlaVerdict::decided_at)
        .min();
    let running =
        |verdict: &SlaVerdict| matches!(verdict.state, VerdictState::Running | VerdictState::Paused);
    let last_met =
        || verdicts.iter().filter_map(SlaVerdict::decided_at).max().filter(|_| !verdicts.iter().any(running));
    breached.or_else(last_met)
}

/// SLA attainment per ticket of `tickets`; see [`SlaTicketAttainment`].
pub fn sla_ticket_attainment<'a>(tickets: impl IntoIterator<Item = &'a Replayed>) -> SlaTicketAttainment {
    let mut tally = SlaTicketAttainment::default();
    tally.extend(tickets);
    tally
}
