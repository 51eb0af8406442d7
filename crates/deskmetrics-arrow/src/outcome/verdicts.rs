//! SLA verdicts, one row per verdict.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::builder::{BooleanBuilder, DurationMicrosecondBuilder, Int64Builder};
use arrow_schema::ArrowError;
use chrono::TimeDelta;
use deskmetrics::{ClockKind, SlaVerdict};

use super::builder::{BatchColumns, DurationBuilders, LabelBuilder, TimestampBuilder};
use super::measures::word;

/// The verdicts on SLA targets, one row per verdict.
///
/// `target`, `remaining` and `overshoot` use the target's clock; `elapsed` uses both.
///
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::{SlaMetric, SlaVerdict, Timestamp};
/// use deskmetrics_arrow::VerdictColumns;
///
/// let start: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
/// let verdict = SlaVerdict::new("everybody", SlaMetric::FirstResponse, TimeDelta::hours(4), start);
/// let mut columns = VerdictColumns::default();
/// columns.push("T-1", &verdict);
/// assert_eq!(columns.finish()?.num_rows(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct VerdictColumns {
    ticket: LabelBuilder,
    policy: LabelBuilder,
    metric: LabelBuilder,
    instance: Int64Builder,
    clock: LabelBuilder,
    state: LabelBuilder,
    at_risk: BooleanBuilder,
    target: DurationMicrosecondBuilder,
    elapsed: DurationBuilders,
    remaining: DurationMicrosecondBuilder,
    overshoot: DurationMicrosecondBuilder,
    started_at: TimestampBuilder,
    due_at: TimestampBuilder,
    completed_at: TimestampBuilder,
    ended_at: TimestampBuilder,
    breached_at: TimestampBuilder,
}

impl VerdictColumns {
    /// Adds a verdict on a ticket.
    pub fn push(&mut self, ticket: &str, verdict: &SlaVerdict) {
        let micros = |span: Option<TimeDelta>| span.and_then(|span| span.num_microseconds());
        self.ticket.push(Some(ticket));
        self.policy.push(Some(&verdict.policy));
        self.metric.push(Some(verdict.metric.as_str()));
        self.instance.append_value(verdict.instance.into());
        self.clock.push(word(verdict.clock).as_deref());
        self.state.push(word(verdict.state).as_deref());
        self.at_risk.append_value(verdict.is_at_risk());
        self.target.append_option(micros(Some(verdict.target)));
        let clocks = [ClockKind::Calendar, ClockKind::Business];
        self.elapsed.push(clocks.map(|clock| verdict.elapsed.micros_on(clock)));
        self.remaining.append_option(micros(verdict.remaining()));
        self.overshoot.append_option(micros(verdict.overshoot()));
        self.started_at.push(Some(verdict.started_at));
        self.due_at.push(verdict.due_at);
        self.completed_at.push(verdict.completed_at);
        self.ended_at.push(verdict.ended_at);
        self.breached_at.push(verdict.breached_at);
    }

    /// Returns the columns so far and empties them.
    ///
    /// # Errors
    /// Never: the columns have equal lengths and different names.
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let mut columns = BatchColumns::default();
        columns.add("ticket", self.ticket.finish());
        columns.add("policy", self.policy.finish());
        columns.add("metric", self.metric.finish());
        columns.add("instance", Arc::new(self.instance.finish()));
        columns.add("clock", self.clock.finish());
        columns.add("state", self.state.finish());
        columns.add("at_risk", Arc::new(self.at_risk.finish()));
        columns.add("target", Arc::new(self.target.finish()));
        columns.add_spans("elapsed", &mut self.elapsed);
        columns.add("remaining", Arc::new(self.remaining.finish()));
        columns.add("overshoot", Arc::new(self.overshoot.finish()));
        columns.add("started_at", self.started_at.finish());
        columns.add("due_at", self.due_at.finish());
        columns.add("completed_at", self.completed_at.finish());
        columns.add("ended_at", self.ended_at.finish());
        columns.add("breached_at", self.breached_at.finish());
        columns.finish()
    }
}
