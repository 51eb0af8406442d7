//! SLA attainment per target.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Good, METRIC, SLA_POLICY, Text, Topic, Variant};
use super::registry::Registered;
use super::tally::feeds_on;
use super::targets::Targets;
use super::{Kpi, KpiRequest, PassedTicket, RecordNeeds, RequestError, Tallies};
use crate::Timestamp;
use crate::replay::Needs;
use crate::{
    Compared, Estimate, Estimates, Excluded, Merge, Ratio, Reason, Replayed, SlaMetric, SlaVerdict, Unit,
    VerdictState,
};

/// The SLA metric of the source system's own verdict or due time.
const STATED: &str = "stated";

/// The definition of SLA attainment.
pub const DEFINITION: Definition = Definition {
    id: "sla_attainment",
    topic: Topic::Sla,
    name: Text { en: "SLA attainment", es: "Cumplimiento del SLA", da: "SLA-overholdelse" },
    description: Text {
        en: "The share of decided SLA targets that were met.",
        es: "La proporción de objetivos de SLA decididos que se cumplieron.",
        da: "Andelen af afgjorte SLA-mål, der blev overholdt.",
    },
    aliases: &["sla_target_attainment", "sla_hit_rate", "sla_compliance", "% achieved SLA targets"],
    formula: "met targets / (met + breached targets) x 100",
    unit: Unit::Percent,
    min: Some(0.0),
    max: Some(100.0),
    good: Good::Up,
    population: "every instance of a target that is met or breached; a running one that is breached already counts as breached",
    anchor: Anchor::Decided,
    clocks: &[],
    measures: &["percent", "breached", "running"],
    options: &[METRIC, SLA_POLICY],
    variants: &[
        Variant {
            name: "per ticket",
            differs: "a ticket counts as met only if all its targets are: sla_ticket_attainment",
            used_by: &["Zendesk % achieved SLA tickets", "Chatwoot"],
        },
        Variant {
            name: "of all tickets",
            differs: "tickets without SLA are in the denominator: sla_overall_share",
            used_by: &["Chatwoot users"],
        },
        Variant {
            name: "by start",
            differs: "the period is that of the conversation's start",
            used_by: &["Intercom"],
        },
    ],
    references: &[
        "Zendesk help: Metrics and attributes for Zendesk Support (SLAs data set)",
        "Salesforce help: IsViolated on milestones (met when completed no later than the target)",
    ],
};

/// SLA attainment of many targets.
///
/// # What it measures
/// How many promises were kept. A ticket with three targets counts three times, one with ten answered messages has ten
/// next-response targets.
///
/// # Formula
/// `100 · met / (met + breached)`. Met means elapsed ≤ target, to the microsecond: a target reached exactly is met.
///
/// # Worked example
/// ```
/// use deskmetrics::kpi::SlaAttainment;
/// use deskmetrics::{Estimates, Reason, VerdictState};
///
/// let mut attainment = SlaAttainment::default();
/// for _ in 0..27 {
///     attainment.push_state(VerdictState::Met);
/// }
/// for _ in 0..3 {
///     attainment.push_state(VerdictState::Breached); // running or completed, it is too late either way
/// }
/// attainment.push_state(VerdictState::Running); // nobody knows yet
/// assert_eq!(attainment.percent(), Some(90.0));
/// assert_eq!(attainment.n(), 30);
/// assert_eq!(attainment.excluded().count(Reason::Running), 1);
/// ```
///
/// # Who is counted
/// Each instance of a target that is decided: completed in time, or exceeded whether completed or not. Running and paused
/// targets that are still in time are left out as running, cancelled ones as cancelled, tickets without any target as
/// having no SLA.
///
/// Metric `stated` counts what the source system states of each ticket instead: its own verdict
/// ([`Ticket::stated_sla_met`](crate::Ticket::stated_sla_met)) where there is one, else its due time
/// ([`Ticket::stated_due_at`](crate::Ticket::stated_due_at)). A ticket meets its due time if it was solved or closed by then
/// and is not open again. Open and past due, it is breached; open and not due, it is running.
///
/// # When it misleads
/// Easy targets lift it, and a target nobody can miss says nothing. Next-response targets of chatty tickets outweigh the rest:
/// read it per metric.
///
/// # References
/// See [`DEFINITION`].
#[doc(alias = "SLA compliance")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaAttainment {
    targets: Targets,
    decided: Ratio,
    excluded: Excluded,
}

impl SlaAttainment {
    /// No targets yet; only those of `metric` will count.
    pub fn of(metric: SlaMetric) -> Self {
        Self { targets: Targets::of(metric), ..Self::default() }
    }

    /// Counts one verdict; one on another metric than asked for is none of this tally's business.
    pub fn push(&mut self, verdict: &SlaVerdict) {
        if self.targets.concern(verdict) {
            self.push_state(verdict.state);
        }
    }

    /// Counts the verdicts of one ticket; without any, the ticket is left out as having no SLA.
    pub fn push_ticket(&mut self, replayed: &Replayed) {
        if let Some(reason) = replayed.metrics.left_out {
            return self.excluded.add(reason);
        }
        if !replayed.verdicts.iter().any(|verdict| self.targets.concern(verdict)) {
            return self.excluded.add(Reason::NoSla);
        }
        replayed.verdicts.iter().for_each(|verdict| self.push(verdict));
    }

    /// Counts one target of which only the state is known, such as a source's own verdict.
    pub fn push_state(&mut self, state: VerdictState) {
        match state {
            VerdictState::Met => self.decided.push(true),
            VerdictState::Breached => self.decided.push(false),
            VerdictState::Running | VerdictState::Paused => self.excluded.add(Reason::Running),
            VerdictState::Cancelled => self.excluded.add(Reason::Cancelled),
        }
    }

    /// Counts a record that is no target.
    pub fn leave_out(&mut self, reason: Reason) {
        self.excluded.add(reason);
    }

    /// Whether it counts the source system's own verdicts.
    fn is_stated(&self) -> bool {
        matches!(self.targets.metric(), Some(SlaMetric::Custom(name)) if **name == *STATED)
    }

    /// The metric counted; `None` for all.
    pub fn metric(&self) -> Option<&SlaMetric> {
        self.targets.metric()
    }

    /// Met among decided targets.
    pub fn ratio(&self) -> Ratio {
        self.decided
    }

    /// Attainment in percent; `None` when nothing is decided.
    pub fn percent(&self) -> Option<f64> {
        self.decided.percent()
    }

    /// Decided targets.
    pub fn n(&self) -> u64 {
        self.decided.total
    }

    /// Breached targets.
    pub fn breached(&self) -> u64 {
        self.decided.total - self.decided.hits.min(self.decided.total)
    }

    /// Targets still running or paused, and in time.
    pub fn running(&self) -> u64 {
        self.excluded.count(Reason::Running)
    }
}

impl Merge for SlaAttainment {
    fn merge(&mut self, other: Self) {
        if self.targets == other.targets || other.n() == 0 {
            self.decided.merge(other.decided);
        } else if self.n() == 0 {
            self.targets = other.targets;
            self.decided = other.decided;
        } else {
            self.excluded.add_many(Reason::OtherOptions, other.n());
        }
        self.excluded.merge(other.excluded);
    }
}

feeds_on!(SlaAttainment, SlaVerdict);

impl<'a> Extend<&'a Replayed> for SlaAttainment {
    fn extend<I: IntoIterator<Item = &'a Replayed>>(&mut self, tickets: I) {
        tickets.into_iter().for_each(|ticket| self.push_ticket(ticket));
    }
}

impl Estimates for SlaAttainment {
    fn estimates(&self, level: f64) -> Vec<Estimate> {
        vec![
            Estimate::share("percent", self.decided, level),
            Estimate::new("breached", Some(self.breached() as f64), Unit::Count, self.n()),
            Estimate::new("running", Some(self.running() as f64), Unit::Count, self.n()),
        ]
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }

    fn compared(&self) -> Compared<'_> {
        Compared::Share(self.decided)
    }
}

impl Kpi for SlaAttainment {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.excluded.add_many(reason, records);
    }

    fn needs(&self) -> Needs {
        if self.is_stated() { Needs::SOLVES | Needs::REOPENS } else { Needs::VERDICTS }
    }

    fn push_ticket(&mut self, ticket: &Replayed) {
        Self::push_ticket(self, ticket);
    }

    fn count_ticket(&self, ticket: &Replayed, tallies: &mut Tallies<'_, Self>) {
        if !self.is_stated() {
            return self
                .targets
                .count(ticket, tallies, true, |tally, verdict| tally.push_state(verdict.state));
        }
        let Replayed { ticket, metrics, .. } = ticket;
        if let Some(reason) = metrics.left_out {
            tallies.at(Anchor::LastSolved.of(metrics), |tally| tally.leave_out(reason));
        } else if let Some(met) = ticket.stated_sla_met {
            tallies.at(Anchor::LastSolved.of(metrics), |tally| tally.decided.push(met));
        } else if let Some(due) = ticket.stated_due_at {
            let verdict =
                SlaVerdict::from_stated_due(metrics.created_at, due, metrics.done_since(), metrics.as_of);
            tallies.at(verdict.decided_at(), |tally| tally.push_state(verdict.state));
        } else {
            tallies.at(Anchor::LastSolved.of(metrics), |tally| tally.leave_out(Reason::NoSla));
        }
    }

    fn record_needs(&self) -> RecordNeeds {
        RecordNeeds { attributes: self.is_stated(), ..RecordNeeds::NONE }
    }

    fn counts_passes(&self) -> bool {
        !self.is_stated()
    }

    fn count_pass(&self, ticket: &PassedTicket<'_>, tallies: &mut Tallies<'_, Self>) {
        if let Some(reason) = ticket.metrics.left_out {
            return tallies.undated(|tally| tally.leave_out(reason));
        }
        let (all, mut concerned) = (self.targets.are_all(), false);
        for verdict in ticket.pass.verdicts() {
            let included = || {
                let metric = verdict.metric();
                metric.is_some_and(|metric| self.targets.include(metric, || verdict.policy()))
            };
            if all || included() {
                concerned = true;
                tallies.at(verdict.decided_at(), |tally| tally.push_state(verdict.state()));
            }
        }
        if !concerned {
            tallies.undated(|tally| tally.leave_out(Reason::NoSla));
        }
    }
}

impl Registered for SlaAttainment {
    const USUAL: bool = true;

    fn requested(request: &KpiRequest, _as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        let tally = Self { targets: Targets::requested(request), ..Self::default() };
        if tally.is_stated() && request.sla_policy.is_some() {
            // The source states one verdict, not whose.
            return Err(RequestError::NoSuchChoice { id: DEFINITION.id, option: "sla_policy" });
        }
        Ok(tally)
    }

    fn option(request: &KpiRequest) -> Option<String> {
        match &request.metric {
            Some(SlaMetric::Custom(name)) if **name == *STATED => Some("as stated by the source".to_owned()),
            _ => Targets::option(request),
        }
    }
}

/// SLA attainment of `verdicts`, whatever their metric; see [`SlaAttainment`].
#[doc(alias = "SLA compliance")]
pub fn sla_attainment<'a>(verdicts: impl IntoIterator<Item = &'a SlaVerdict>) -> SlaAttainment {
    let mut tally = SlaAttainment::default();
    tally.extend(verdicts);
    tally
}
