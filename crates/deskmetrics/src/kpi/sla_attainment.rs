//! SLA attainment per target.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, METRIC, Polarity, SLA_POLICY, Text, Topic, Variant};
use super::registry::Registered;
use super::tally::feeds_on;
use super::targets::Targets;
use super::{Kpi, KpiRequest, RecordNeeds, RequestError, Tallies, TicketView};
use crate::replay::{Needs, StatedMeasure};
use crate::{
    ClockKind, Compared, Estimate, Estimates, Excluded, Merge, Ratio, Reason, Replayed, SlaMetric,
    SlaVerdict, Ticket, TicketMetrics, Timestamp, Unit, VerdictState,
};

/// The SLA metric of the source system's own verdict or due time; `stated_first_response` is that of one metric.
const STATED: &str = "stated";

/// Which of the SLA targets that a source states count.
#[derive(Debug, Clone, PartialEq, Eq)]
enum StatedTargets {
    /// That of the ticket, else one for each metric.
    All,
    Of(SlaMetric),
}

impl StatedTargets {
    fn of(metric: Option<&SlaMetric>) -> Option<Self> {
        let Some(SlaMetric::Custom(name)) = metric else { return None };
        match name.strip_prefix(STATED)?.strip_prefix('_').map(SlaMetric::from) {
            None if **name == *STATED => Some(Self::All),
            None | Some(SlaMetric::Custom(_)) => None,
            Some(metric) => Some(Self::Of(metric)),
        }
    }

    /// The targets of a ticket that are stated: metric, due time, verdict.
    fn of_ticket<'t>(
        &'t self,
        ticket: &'t Ticket,
    ) -> impl Iterator<Item = (&'t SlaMetric, Option<Timestamp>, Option<bool>)> + Clone {
        let stated = |due: Option<Timestamp>, met: Option<bool>| due.is_some() || met.is_some();
        let (due, met) = (ticket.stated_due_at, ticket.stated_sla_met);
        let whole = (*self == Self::All && stated(due, met)).then_some((&SlaMetric::Resolution, due, met));
        let each = ticket.stated_sla.iter().filter(move |_| whole.is_none());
        let chosen = each.filter(move |sla| {
            let counts = match self {
                Self::All => true,
                Self::Of(metric) => sla.metric == *metric,
            };
            counts && stated(sla.due_at, sla.met)
        });
        whole.into_iter().chain(chosen.map(|sla| (&sla.metric, sla.due_at, sla.met)))
    }
}

/// When a target that is due at a time was reached.
fn completed_at(metric: &SlaMetric, metrics: &TicketMetrics) -> Option<Timestamp> {
    if *metric != SlaMetric::FirstResponse {
        return metrics.done_since();
    }
    metrics.first_response_at.or_else(|| {
        let stated = metrics.measure(StatedMeasure::FirstResponseTime, ClockKind::Calendar)?;
        Timestamp::from_micros(metrics.created_at.as_micros().saturating_add(stated))
    })
}

/// The verdict on a target by the due time that the source states.
fn by_stated_due(metric: &SlaMetric, due: Timestamp, metrics: &TicketMetrics) -> SlaVerdict {
    let completed = completed_at(metric, metrics);
    let verdict = SlaVerdict::from_stated_due(metrics.created_at, due, completed, metrics.as_of);
    SlaVerdict { metric: metric.clone(), ..verdict }
}

/// The verdicts on the targets of a ticket whose due times the source states, without those that it decides itself.
///
/// ```
/// use deskmetrics::kpi::sla_attainment::stated_verdicts;
/// use deskmetrics::{Replayed, Ticket, TicketMetrics, Timestamp, VerdictState};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let (created, as_of) = (at("2026-03-02T08:00:00Z"), at("2026-03-02T10:00:00Z"));
/// let mut ticket = Ticket::new("T-1", created);
/// ticket.stated_due_at = Some(at("2026-03-02T12:00:00Z"));
/// let verdicts = stated_verdicts(&Replayed::new(ticket, TicketMetrics::new(created, as_of)));
/// assert_eq!(verdicts[0].state, VerdictState::Running);
/// assert_eq!(verdicts[0].remaining(), Some(chrono::TimeDelta::hours(2)));
/// ```
pub fn stated_verdicts(ticket: &Replayed) -> Vec<SlaVerdict> {
    let Replayed { ticket, metrics, .. } = ticket;
    let targets = StatedTargets::All.of_ticket(ticket);
    targets
        .filter_map(|(metric, due, met)| {
            let verdict = by_stated_due(metric, due?, metrics);
            (met.is_none() || verdict.state == VerdictState::Running).then_some(verdict)
        })
        .collect()
}

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
    good: Polarity::Up,
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
/// How many SLA targets were met. A ticket with three targets counts three times, one with ten answered messages has ten
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
/// attainment.push_state(VerdictState::Running); // not decided yet
/// assert_eq!(attainment.percent(), Some(90.0));
/// assert_eq!(attainment.n(), 30);
/// assert_eq!(attainment.excluded().count(Reason::Running), 1);
/// ```
///
/// # Who is counted
/// Each instance of a target that is decided: completed in time, or exceeded whether completed or not. Running and paused
/// targets that are still in time are excluded as running, cancelled ones as cancelled, tickets without any target as
/// having no SLA.
///
/// Metric `stated` counts what the source system states of each ticket instead: its own verdict
/// ([`Ticket::stated_sla_met`](crate::Ticket::stated_sla_met)) where there is one, else its due time
/// ([`Ticket::stated_due_at`](crate::Ticket::stated_due_at)). A ticket meets its due time if it was solved or closed by then
/// and is not open again. Open and past due, it is breached; open and not due, it is running. Where the source states several
/// targets ([`Ticket::stated_sla`](crate::Ticket::stated_sla)), metric `stated_first_response` counts those of
/// `first_response`, and so on; `stated` counts all of them, unless there is one verdict or due time of the whole ticket.
///
/// # When it misleads
/// Easy targets lift it, and a target that is always met carries no information. Next-response targets of chatty
/// tickets outweigh the rest: read it per metric.
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

    /// Counts one verdict; ignores one on another metric than requested.
    pub fn push(&mut self, verdict: &SlaVerdict) {
        if self.targets.concern(verdict) {
            self.push_state(verdict.state);
        }
    }

    /// Counts the verdicts of one ticket; without any, the ticket is excluded as having no SLA.
    pub fn push_ticket(&mut self, replayed: &Replayed) {
        if let Some(reason) = replayed.metrics.exclusion {
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
    pub fn exclude_one(&mut self, reason: Reason) {
        self.excluded.add(reason);
    }

    /// The targets, where it counts those that the source states.
    fn stated(&self) -> Option<StatedTargets> {
        StatedTargets::of(self.targets.metric())
    }

    fn is_stated(&self) -> bool {
        self.stated().is_some()
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
        match self.stated() {
            Some(StatedTargets::Of(SlaMetric::FirstResponse) | StatedTargets::All) => {
                Needs::CONVERSATION | Needs::SOLVES | Needs::REOPENS
            }
            Some(StatedTargets::Of(_)) => Needs::SOLVES | Needs::REOPENS,
            None => Needs::VERDICTS,
        }
    }

    fn push_ticket(&mut self, ticket: &Replayed) {
        Self::push_ticket(self, ticket);
    }

    fn count_ticket(&self, ticket: &Replayed, tallies: &mut Tallies<'_, Self>) {
        let Some(stated) = self.stated() else {
            return self
                .targets
                .count(ticket, tallies, true, |tally, verdict| tally.push_state(verdict.state));
        };
        let Replayed { ticket, metrics, .. } = ticket;
        let targets = stated.of_ticket(ticket);
        let done = Anchor::LastSolved.of(metrics);
        // That the end is unknown does not matter where the source states its verdict.
        let none = targets.clone().next().is_none();
        let decided = !none && targets.clone().all(|(.., met)| met.is_some());
        let exclusion = metrics.exclusion.filter(|reason| *reason != Reason::EndUnknown || !decided);
        if let Some(reason) = exclusion.or_else(|| none.then_some(Reason::NoSla)) {
            return tallies.at(done, |tally| tally.exclude_one(reason));
        }
        for (metric, due, met) in targets {
            let by_due = due.map(|due| by_stated_due(metric, due, metrics));
            // A target that is not due yet is not breached, nor is it met while the ticket is open; replies may not be known.
            let runs = by_due.as_ref().is_some_and(|verdict| verdict.state == VerdictState::Running);
            let runs = runs && metrics.exclusion.is_none();
            match (met, by_due) {
                (Some(met), _) if !runs || (met && *metric != SlaMetric::Resolution) => {
                    tallies.at(done, |tally| tally.decided.push(met));
                }
                (_, Some(verdict)) => {
                    tallies.at(verdict.decided_at(), |tally| tally.push_state(verdict.state));
                }
                (_, None) => {}
            }
        }
    }

    fn record_needs(&self) -> RecordNeeds {
        RecordNeeds { attributes: self.is_stated(), ..RecordNeeds::NONE }
    }

    fn counts_responses(&self) -> bool {
        self.targets.are_of_responses()
    }

    fn counts_views(&self) -> bool {
        !self.is_stated()
    }

    fn count_view(&self, ticket: &TicketView<'_>, tallies: &mut Tallies<'_, Self>) {
        if let Some(reason) = ticket.metrics.exclusion {
            return tallies.undated(|tally| tally.exclude_one(reason));
        }
        let (all, mut concerned) = (self.targets.are_all(), false);
        for verdict in ticket.replayer.verdicts() {
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
            tallies.undated(|tally| tally.exclude_one(Reason::NoSla));
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
        match StatedTargets::of(request.metric.as_ref()) {
            Some(StatedTargets::All) => Some("as stated by the source".to_owned()),
            Some(StatedTargets::Of(metric)) => {
                Some(format!("{}, as stated by the source", metric.as_str().replace('_', " ")))
            }
            None => Targets::option(request),
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
