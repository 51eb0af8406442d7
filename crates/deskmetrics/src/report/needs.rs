//! What a report needs of a replay.

use super::measure::{Measure, Source};
use super::{KpiRequest, Report};
use crate::kpi::FcrPolicy;
use crate::replay::Needs;
use crate::ticket::Attribute;
use crate::{ClockKind, Timestamp};

impl Report {
    /// What a replay must work out for this report: give it to [`Replay::needing`](crate::replay::Replay::needing), and the
    /// attributes the report is [sliced by](Self::sliced_by) to [`Replay::watching`](crate::replay::Replay::watching).
    ///
    /// ```
    /// use deskmetrics::Timestamp;
    /// use deskmetrics::replay::Needs;
    /// use deskmetrics::report::{KpiRequest, Report};
    ///
    /// let report = Report::builder(Timestamp::MAX).kpi(KpiRequest::new("sla_attainment")).build().unwrap();
    /// assert_eq!(report.needs(), Needs::VERDICTS);
    /// ```
    pub fn needs(&self) -> Needs {
        self.measures.iter().map(needs_of).fold(Needs::NOTHING, Needs::and)
    }

    /// Whether some KPI depends on who a ticket's customer is.
    pub fn needs_customers(&self) -> bool {
        self.record_needs().requester || self.measures.iter().any(|measure| measure.fcr_policy().is_some())
    }
}

impl KpiRequest {
    /// What a replay must compute for this KPI; everything where that depends on a choice that is missing.
    pub fn needs(&self) -> Needs {
        // Some KPIs need a cut-off; which one does not matter here.
        Measure::resolve(self, Some(Timestamp::MAX)).map_or(Needs::EVERYTHING, |measure| needs_of(&measure))
    }
}

/// What KPIs read of a ticket's record besides its measures, so that the rest need not be filled in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each part is read or not")]
pub struct RecordNeeds {
    /// The id.
    pub id: bool,
    /// The requester by name.
    pub requester: bool,
    /// Category, task, and the source's own SLA verdict.
    pub attributes: bool,
    /// Stints by the name of the group.
    pub people: bool,
    /// SLA verdicts with names and dates.
    pub verdicts: bool,
}

impl RecordNeeds {
    /// Everything.
    pub const ALL: Self = Self { id: true, requester: true, attributes: true, people: true, verdicts: true };

    /// Whether some KPI reads this attribute.
    pub fn may_read(attribute: &Attribute) -> bool {
        *attribute == Attribute::Category || attribute.as_str() == FcrPolicy::TASK
    }

    /// The attributes that are read.
    pub fn attributes_read(self) -> Vec<Attribute> {
        if self.attributes { vec![Attribute::Category, Attribute::from(FcrPolicy::TASK)] } else { Vec::new() }
    }

    /// Whether anything is read.
    pub fn any(self) -> bool {
        self != Self::default()
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self {
            id: self.id || other.id,
            requester: self.requester || other.requester,
            attributes: self.attributes || other.attributes,
            people: self.people || other.people,
            verdicts: self.verdicts || other.verdicts,
        }
    }
}

fn needs_of(measure: &Measure) -> Needs {
    let lasting = Needs::SOLVES | Needs::REOPENS;
    if matches!(measure.source, Source::Responses(_) | Source::Invitations(_)) {
        return Needs::NOTHING;
    }
    let times = match measure.definition().id {
        "volume" => return Needs::NOTHING,
        "sla_attainment" | "sla_ticket_attainment" | "sla_at_risk" if !measure.is_stated() => {
            return Needs::VERDICTS;
        }
        "first_response_time" | "next_response_time" | "response_time" | "bot_first_response_time" => {
            Needs::CONVERSATION | lasting
        }
        "first_resolution_time" | "full_resolution_time" | "resolution_time_censored" => lasting,
        // Of a ticket that is open it counts the time in open statuses.
        "net_resolution_time" => lasting | Needs::STATUS_TIMES,
        "requester_wait_time" | "agent_wait_time" | "on_hold_time" | "agent_work_time" | "time_in_status" => {
            Needs::STATUS_TIMES | lasting
        }
        "fcr" if !measure.fcr_policy().is_some_and(looks_at_everything) => {
            return Needs::MESSAGES | lasting;
        }
        "backlog" | "flow" | "solved" | "solve_events" => return Needs::CONVERSATION | lasting,
        _ => return Needs::EVERYTHING,
    };
    match measure.clock() {
        Some(ClockKind::Business) => times | Needs::BUSINESS_TIME,
        _ => times,
    }
}

/// Whether an FCR policy looks at more than the messages, the solves and the reopenings.
fn looks_at_everything(policy: &FcrPolicy) -> bool {
    match policy {
        FcrPolicy::StrictNoActivity => true,
        FcrPolicy::AllOf(parts) => parts.iter().any(looks_at_everything),
        _ => false,
    }
}
