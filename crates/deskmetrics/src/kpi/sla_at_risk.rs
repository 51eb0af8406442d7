//! Running SLA targets that are nearly used up.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Choice, Definition, METRIC, Polarity, SLA_POLICY, Text, Topic, Variant};
use super::registry::Registered;
use super::request::together;
use super::tally::feeds_on;
use super::targets::Targets;
use super::{Kpi, KpiRequest, OverTime, RecordNeeds, RequestError, Tallies};
use crate::replay::Needs;
use crate::{Compared, Estimate, Estimates, Excluded, Merge, Ratio, Reason, SlaVerdict, Unit, VerdictState};
use crate::{Replayed, Timestamp};

/// The definition of SLA targets at risk.
pub const DEFINITION: Definition = Definition {
    id: "sla_at_risk",
    topic: Topic::Sla,
    name: Text { en: "SLA targets at risk", es: "Objetivos de SLA en riesgo", da: "SLA-mål i fare" },
    description: Text {
        en: "How many running SLA targets are nearly used up.",
        es: "Cuántos objetivos de SLA en curso están casi agotados.",
        da: "Hvor mange løbende SLA-mål der næsten er opbrugt.",
    },
    aliases: &["at_risk", "sla_elapsed_pct", "sla_warning"],
    formula: "running targets with elapsed / target >= threshold / running targets x 100",
    unit: Unit::Percent,
    min: Some(0.0),
    max: Some(100.0),
    good: Polarity::Down,
    population: "targets running or paused at the cut-off and not breached",
    anchor: Anchor::Snapshot,
    clocks: &[],
    measures: &["percent", "count"],
    options: &[
        METRIC,
        SLA_POLICY,
        Choice {
            name: "threshold_percent",
            decides: "from which share of the target on it is at risk",
            default: Some("80"),
            values: &["0 to 100"],
        },
    ],
    variants: &[Variant {
        name: "minutes left",
        differs: "a fixed time before the due time instead of a share of the target",
        used_by: &["Jira Service Management (60 and 30 minutes)", "Zammad (15 minutes)"],
    }],
    references: &["ServiceNow docs: SLA elapsed percentage", "FreeITSM: warning at 80 %"],
};

/// Running SLA targets that are nearly used up.
///
/// # What it measures
/// Which targets will be breached next without action.
///
/// # Formula
/// `100 · (elapsed / target ≥ threshold) / running`, elapsed on the target's own clock, threshold 80 % unless chosen.
/// A target with a threshold of its own in the policy goes by that.
///
/// # Worked example
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::{Elapsed, SlaMetric, SlaVerdict, Timestamp, kpi};
///
/// let started: Timestamp = "2026-03-04T10:00:00Z".parse().unwrap();
/// let running = |minutes_used| {
///     let mut verdict = SlaVerdict::new("gold", SlaMetric::FirstResponse, TimeDelta::hours(1), started);
///     verdict.elapsed = Elapsed::new(TimeDelta::minutes(minutes_used), None);
///     verdict
/// };
/// // a target of 60 minutes, warning at 80 %: amber at 48 minutes
/// let at_risk = kpi::sla_at_risk(&[running(47), running(48), running(60), running(5)], 80);
/// assert_eq!(at_risk.count(), 2);
/// assert_eq!(at_risk.ratio().percent(), Some(50.0));
/// ```
///
/// # Who is counted
/// Targets running or paused at the cut-off. Targets met, breached or cancelled add nothing.
///
/// # When it misleads
/// Eighty percent of a week leaves a day, of ten minutes two minutes.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaAtRisk {
    targets: Targets,
    threshold_percent: u32,
    ratio: Ratio,
    excluded: Excluded,
}

impl Default for SlaAtRisk {
    /// At risk from 80 % on.
    fn default() -> Self {
        Self::new(80)
    }
}

impl SlaAtRisk {
    /// No verdicts yet; at risk from `threshold_percent` of the target on.
    pub fn new(threshold_percent: u32) -> Self {
        Self {
            targets: Targets::default(),
            threshold_percent,
            ratio: Ratio::default(),
            excluded: Excluded::default(),
        }
    }

    /// Counts one verdict.
    pub fn push(&mut self, verdict: &SlaVerdict) {
        let running = matches!(verdict.state, VerdictState::Running | VerdictState::Paused);
        if !running || !self.targets.concern(verdict) {
            return;
        }
        let Some(elapsed) = verdict.elapsed.micros_on(verdict.clock) else {
            return self.excluded.add(Reason::NoSchedule);
        };
        let target = verdict.target.num_microseconds().unwrap_or(i64::MAX);
        let at_risk = match verdict.at_risk_after {
            Some(limit) => elapsed >= limit.num_microseconds().unwrap_or(i64::MAX),
            // In whole numbers: 79.999 % is not 80 %.
            None => i128::from(elapsed) * 100 >= i128::from(target) * i128::from(self.threshold_percent),
        };
        self.ratio.push(at_risk);
    }

    /// Counts a record that is no verdict.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.excluded.add(reason);
    }

    /// Targets at risk.
    pub fn count(&self) -> u64 {
        self.ratio.hits
    }

    /// Targets at risk, among running ones.
    pub fn ratio(&self) -> Ratio {
        self.ratio
    }

    /// From which share of the target on it is at risk.
    pub fn threshold_percent(&self) -> u32 {
        self.threshold_percent
    }
}

impl Merge for SlaAtRisk {
    fn merge(&mut self, other: Self) {
        let same = self.threshold_percent == other.threshold_percent && self.targets == other.targets;
        if same || other.ratio.total == 0 {
            self.ratio.merge(other.ratio);
        } else if self.ratio.total == 0 {
            self.targets = other.targets;
            self.threshold_percent = other.threshold_percent;
            self.ratio = other.ratio;
        } else {
            self.excluded.add_many(Reason::OtherOptions, other.ratio.total);
        }
        self.excluded.merge(other.excluded);
    }
}

feeds_on!(SlaAtRisk, SlaVerdict);

impl Estimates for SlaAtRisk {
    fn estimates(&self, level: f64) -> Vec<Estimate> {
        vec![
            Estimate::share("percent", self.ratio, level),
            Estimate::new("count", Some(self.count() as f64), Unit::Count, self.ratio.total),
        ]
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }

    fn compared(&self) -> Compared<'_> {
        Compared::Share(self.ratio)
    }
}

impl Kpi for SlaAtRisk {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.excluded.add_many(reason, records);
    }

    fn needs(&self) -> Needs {
        Needs::VERDICTS
    }

    fn over_time(&self) -> OverTime {
        OverTime::WholeOnly
    }

    fn push_ticket(&mut self, ticket: &Replayed) {
        ticket.verdicts.iter().for_each(|verdict| self.push(verdict));
    }

    fn count_ticket(&self, ticket: &Replayed, tallies: &mut Tallies<'_, Self>) {
        self.targets.count(ticket, tallies, false, Self::push);
    }

    fn record_needs(&self) -> RecordNeeds {
        RecordNeeds::VERDICTS
    }
}

impl Registered for SlaAtRisk {
    fn requested(request: &KpiRequest, _as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        let tally = match request.threshold_percent {
            None => Self::default(),
            Some(threshold) if threshold <= 100 => Self::new(threshold),
            Some(threshold) => return Err(RequestError::Threshold { id: DEFINITION.id, threshold }),
        };
        Ok(Self { targets: Targets::requested(request), ..tally })
    }

    fn option(request: &KpiRequest) -> Option<String> {
        let threshold = request.threshold_percent.map(|threshold| format!("from {threshold} %"));
        together([Targets::option(request), threshold])
    }
}

/// Which of the running ones of `verdicts` have used `threshold_percent` of their target; see [`SlaAtRisk`].
pub fn sla_at_risk<'a>(
    verdicts: impl IntoIterator<Item = &'a SlaVerdict>,
    threshold_percent: u32,
) -> SlaAtRisk {
    let mut tally = SlaAtRisk::new(threshold_percent);
    tally.extend(verdicts);
    tally
}
