//! Which SLA targets a KPI counts.

use serde::{Deserialize, Serialize};

use super::request::together;
use super::{Kpi, KpiRequest, Tallies};
use crate::{Reason, Replayed, SlaMetric, SlaVerdict};

/// The SLA targets of one metric and one policy, or of all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Targets {
    metric: Option<SlaMetric>,
    policy: Option<Box<str>>,
}

impl Targets {
    /// The targets of one metric, whatever the policy.
    pub fn of(metric: SlaMetric) -> Self {
        Self { metric: Some(metric), policy: None }
    }

    pub(crate) fn requested(request: &KpiRequest) -> Self {
        Self { metric: request.metric.clone(), policy: request.sla_policy.clone() }
    }

    /// The options chosen, for readers.
    pub(crate) fn option(request: &KpiRequest) -> Option<String> {
        together([
            request.metric.as_ref().map(|metric| metric.as_str().replace('_', " ")),
            request.sla_policy.as_ref().map(|policy| format!("policy {policy}")),
        ])
    }

    /// The metric; `None` for all.
    pub fn metric(&self) -> Option<&SlaMetric> {
        self.metric.as_ref()
    }

    /// The name of the policy; `None` for all.
    pub fn policy(&self) -> Option<&str> {
        self.policy.as_deref()
    }

    /// Whether these are all targets.
    pub(crate) fn are_all(&self) -> bool {
        self.metric.is_none() && self.policy.is_none()
    }

    /// Whether each of them is met or missed by a response.
    pub(crate) fn are_of_responses(&self) -> bool {
        matches!(self.metric, Some(SlaMetric::FirstResponse | SlaMetric::NextResponse))
    }

    /// Whether the targets of this metric and policy are among them.
    pub(crate) fn include<'p>(&self, metric: &SlaMetric, policy: impl FnOnce() -> &'p str) -> bool {
        self.metric.as_ref().is_none_or(|mine| mine == metric)
            && self.policy.as_deref().is_none_or(|mine| mine == policy())
    }

    /// Whether the target of this verdict is among them.
    pub fn concern(&self, verdict: &SlaVerdict) -> bool {
        self.include(&verdict.metric, || &verdict.policy)
    }

    /// Counts each verdict of a ticket, in the period in which it was decided where `dated`; a ticket without any is excluded.
    pub(crate) fn count<K: Kpi>(
        &self,
        ticket: &Replayed,
        tallies: &mut Tallies<'_, K>,
        dated: bool,
        push: impl Fn(&mut K, &SlaVerdict),
    ) {
        let concerned = || ticket.verdicts.iter().filter(|verdict| self.concern(verdict));
        let none = concerned().next().is_none().then_some(Reason::NoSla);
        if let Some(reason) = ticket.metrics.exclusion.or(none) {
            return tallies.undated(|tally| tally.exclude(reason, 1));
        }
        for verdict in concerned() {
            if tallies.takes_response_by(|| ticket.metrics.completed_by(verdict)) {
                let decided_at = if dated { verdict.decided_at() } else { None };
                tallies.at(decided_at, |tally| push(tally, verdict));
            }
        }
    }
}
