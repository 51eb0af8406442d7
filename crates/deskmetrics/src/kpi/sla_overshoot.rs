//! By how much breached SLA targets were exceeded.

use serde::{Deserialize, Serialize};

use super::definition::{
    Anchor, BANDS, BOTH_CLOCKS, Choice, Definition, METRIC, Polarity, SLA_POLICY, Text, Topic, WITHIN,
};
use super::registry::Registered;
use super::tally::{TIME_MEASURES, Times, feeds_on, wraps_with_options};
use super::targets::Targets;
use super::{Kpi, KpiRequest, RecordNeeds, RequestError, Tallies};
use crate::replay::Needs;
use crate::{ClockKind, Elapsed, Reason, SlaVerdict, Unit, VerdictState};
use crate::{Replayed, Timestamp};

/// The definition of the SLA overshoot.
pub const DEFINITION: Definition = Definition {
    id: "sla_overshoot",
    topic: Topic::Sla,
    name: Text { en: "SLA overshoot", es: "Exceso sobre el SLA", da: "SLA-overskridelse" },
    description: Text {
        en: "By how much breached SLA targets were exceeded.",
        es: "En cuánto se excedieron los objetivos de SLA incumplidos.",
        da: "Hvor meget brudte SLA-mål blev overskredet.",
    },
    aliases: &["sla_breach_overshoot", "breach_time", "failed_by"],
    formula: "elapsed - target, on the target's own clock, for breached targets",
    unit: Unit::Seconds,
    min: Some(0.0),
    max: None,
    good: Polarity::Down,
    population: "breached targets; those not completed are censored at the cut-off",
    anchor: Anchor::Decided,
    clocks: BOTH_CLOCKS,
    measures: TIME_MEASURES,
    options: &[
        METRIC,
        SLA_POLICY,
        Choice {
            name: "clock",
            decides: "which targets count: those defined on this clock",
            default: Some("calendar"),
            values: &["calendar", "business"],
        },
        WITHIN,
        BANDS,
    ],
    variants: &[],
    references: &["Zendesk help: breach time", "Frappe Helpdesk: failed_by"],
};

/// By how much breached SLA targets were exceeded.
///
/// # What it measures
/// By how much targets were missed: attainment does not distinguish a minute late from a week late.
///
/// # Formula
/// `elapsed − target` on the target's own clock.
///
/// # Worked example
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::{ClockKind, Elapsed, SlaMetric, SlaVerdict, Timestamp, VerdictState, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// // a target of one hour, ninety minutes of opening hours used
/// let mut breached =
///     SlaVerdict::new("gold", SlaMetric::FirstResponse, TimeDelta::hours(1), at("2026-03-04T16:30:00Z"));
/// breached.clock = ClockKind::Business;
/// breached.completed_at = Some(at("2026-03-05T10:00:00Z"));
/// breached.elapsed = Elapsed::new(TimeDelta::minutes(1050), Some(TimeDelta::minutes(90)));
/// breached.state = VerdictState::Breached;
///
/// let overshoot = kpi::sla_overshoot([&breached], ClockKind::Business);
/// assert_eq!(overshoot.times().mean(), Some(TimeDelta::minutes(30)));
/// ```
///
/// # Who is counted
/// Breached targets on the chosen clock. Those not completed are censored: exceeded by at least so much. Met, running and
/// cancelled targets add nothing; breached targets on the other clock are excluded, since hours and opening hours do not
/// add up.
///
/// # When it misleads
/// Without attainment beside it: one breach of a minute beats a hundred met targets.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaOvershoot {
    targets: Targets,
    times: Times,
}

impl SlaOvershoot {
    /// No verdicts yet, for targets on `clock`.
    pub fn new(clock: ClockKind) -> Self {
        Self { targets: Targets::default(), times: Times::new(clock) }
    }

    /// Counts one verdict.
    pub fn push(&mut self, verdict: &SlaVerdict) {
        if verdict.state != VerdictState::Breached || !self.targets.concern(verdict) {
            return;
        }
        if verdict.clock != self.times.clock() {
            return self.times.exclude_one(Reason::OtherOptions);
        }
        let target = verdict.target.num_microseconds().unwrap_or(i64::MAX);
        let over = Elapsed {
            calendar_micros: verdict.elapsed.calendar_micros.saturating_sub(target),
            business_micros: verdict.elapsed.business_micros.map(|micros| micros.saturating_sub(target)),
        };
        if verdict.completed_at.is_some() {
            self.times.finished(over);
        } else {
            self.times.running(over);
        }
    }

    /// Counts a record that is no verdict.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.times.exclude_one(reason);
    }

    /// The durations.
    pub fn times(&self) -> &Times {
        &self.times
    }
}

wraps_with_options!(SlaOvershoot { targets }.times);
feeds_on!(SlaOvershoot, SlaVerdict);

impl Kpi for SlaOvershoot {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.times.exclude_many(reason, records);
    }

    fn needs(&self) -> Needs {
        Needs::VERDICTS
    }

    fn push_ticket(&mut self, ticket: &Replayed) {
        ticket.verdicts.iter().for_each(|verdict| self.push(verdict));
    }

    fn count_ticket(&self, ticket: &Replayed, tallies: &mut Tallies<'_, Self>) {
        self.targets.count(ticket, tallies, true, Self::push);
    }

    fn times(&self) -> Option<&Times> {
        Some(&self.times)
    }

    fn counts_responses(&self) -> bool {
        self.targets.are_of_responses()
    }

    fn record_needs(&self) -> RecordNeeds {
        RecordNeeds::VERDICTS
    }
}

impl Registered for SlaOvershoot {
    fn requested(request: &KpiRequest, _as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        Ok(Self { targets: Targets::requested(request), ..Self::new(request.clock.unwrap_or_default()) })
    }

    fn option(request: &KpiRequest) -> Option<String> {
        Targets::option(request)
    }
}

/// By how much the breached ones of `verdicts` on `clock` were exceeded; see [`SlaOvershoot`].
pub fn sla_overshoot<'a>(
    verdicts: impl IntoIterator<Item = &'a SlaVerdict>,
    clock: ClockKind,
) -> SlaOvershoot {
    let mut tally = SlaOvershoot::new(clock);
    tally.extend(verdicts);
    tally
}
