//! Asking for a KPI.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::ReportError;
use super::measure::Measure;
use crate::kpi::FcrPolicy;
use crate::{ClockKind, Scale, SlaMetric, Status, Timestamp, duration_text};

/// A KPI asked for by its id in the catalogue, with what is chosen for it.
///
/// As TOML or JSON: `{ kpi = "csat", question = "csat", scale = "1-5" }`.
///
/// ```
/// use deskmetrics::report::KpiRequest;
/// use deskmetrics::{ClockKind, Scale};
///
/// let waiting = KpiRequest::new("first_response_time").on(ClockKind::Business);
/// let stars = KpiRequest::new("csat").of_question("rating", Scale::csat(1, 5).unwrap());
/// assert!(waiting.check().is_ok() && stars.check().is_ok());
/// assert_eq!(
///     KpiRequest::new("csat").check().unwrap_err().to_string(),
///     "KPI \"csat\" needs its question, since each question has its own scale: give the question's name and scale"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct KpiRequest {
    /// Its id, or any of its aliases.
    pub kpi: String,
    /// The clock of its durations; the calendar unless told otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockKind>,
    /// The survey question it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<Box<str>>,
    /// The scale of that question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
    /// What counts as resolved at first contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<FcrPolicy>,
    /// The SLA metric it is about; all of them unless told otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<SlaMetric>,
    /// The SLA policy it is about; all of them unless told otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sla_policy: Option<Box<str>>,
    /// The status whose time is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The group whose time is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Box<str>>,
    /// A limit, to be told the share of durations within it instead of the durations.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "duration_text::optional")]
    pub within: Option<TimeDelta>,
}

impl KpiRequest {
    /// The KPI of this id or alias, nothing chosen.
    pub fn new(kpi: impl Into<String>) -> Self {
        Self {
            kpi: kpi.into(),
            clock: None,
            question: None,
            scale: None,
            policy: None,
            metric: None,
            sla_policy: None,
            status: None,
            group: None,
            within: None,
        }
    }

    /// The same KPI on `clock`.
    #[must_use]
    pub fn on(mut self, clock: ClockKind) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The same KPI about one survey question and its scale; NPS has a scale of its own and looks at the question
    /// only.
    #[must_use]
    pub fn of_question(mut self, question: impl Into<Box<str>>, scale: Scale) -> Self {
        self.question = Some(question.into());
        self.scale = Some(scale);
        self
    }

    /// The same KPI about one survey, where its scale does not matter: the response rate.
    #[must_use]
    pub fn of_survey(mut self, question: impl Into<Box<str>>) -> Self {
        self.question = Some(question.into());
        self
    }

    /// The same KPI under `policy`.
    #[must_use]
    pub fn under(mut self, policy: FcrPolicy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// The same KPI about one SLA metric.
    #[must_use]
    pub fn of_metric(mut self, metric: SlaMetric) -> Self {
        self.metric = Some(metric);
        self
    }

    /// The same KPI about the targets of one SLA policy; ask once for each to compare them.
    #[must_use]
    pub fn of_sla_policy(mut self, policy: impl Into<Box<str>>) -> Self {
        self.sla_policy = Some(policy.into());
        self
    }

    /// The time in one status: `time_in_status`.
    #[must_use]
    pub fn of_status(mut self, status: Status) -> Self {
        self.status = Some(status);
        self
    }

    /// The time with one group: `time_in_group`.
    #[must_use]
    pub fn of_group(mut self, group: impl Into<Box<str>>) -> Self {
        self.group = Some(group.into());
        self
    }

    /// The share of this KPI's durations that are at most `limit`, with its interval, instead of the durations
    /// themselves. Ask once for each limit; several make a histogram.
    ///
    /// Those that still run count as not within once they exceed the limit, and are not judged before
    /// ([`Times::decided_within`](crate::kpi::tally::Times::decided_within)).
    #[doc(alias = "share within")]
    #[doc(alias = "histogram")]
    #[must_use]
    pub fn within(mut self, limit: TimeDelta) -> Self {
        self.within = Some(limit);
        self
    }

    /// Whether a report can answer it.
    ///
    /// # Errors
    /// When the catalogue has no such KPI, a choice without a default is missing, or one is given that the KPI does
    /// not have.
    pub fn check(&self) -> Result<(), ReportError> {
        Measure::resolve(self, Timestamp::MAX).map(|_| ())
    }
}
