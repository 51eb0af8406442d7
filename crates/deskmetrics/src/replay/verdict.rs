//! Conversion of raw verdicts to verdicts with names and timestamps.

use chrono::TimeDelta;

use super::machine::Plan;
use super::stamp::ClockSpan;
use super::timer::{RawSegment, RawVerdict};
use crate::sla::{Segment, SlaMetric, SlaVerdict};
use crate::{Elapsed, Timestamp};

/// Converts a verdict, and splits its segments where schedule versions change.
pub(crate) fn to_verdict(raw: RawVerdict, segments: &[RawSegment], plan: &Plan) -> SlaVerdict {
    let timestamp = Timestamp::saturating_from_micros;
    let slot = plan.policies.slots.get(usize::from(raw.slot));
    let metric = slot.map_or(SlaMetric::Custom("".into()), |slot| slot.metric.clone());
    let mut verdict = SlaVerdict::new(
        plan.policies.policy_name(raw.active_target.policy),
        metric,
        TimeDelta::microseconds(raw.active_target.target),
        timestamp(raw.started),
    );
    verdict.instance = raw.instance;
    verdict.clock = raw.active_target.clock;
    verdict.due_at = raw.due.timestamp(raw.active_target, &plan.clocks).and_then(Timestamp::from_micros);
    verdict.completed_at = raw.completed.map(timestamp);
    verdict.ended_at = raw.ended.map(timestamp);
    verdict.elapsed = raw.elapsed.elapsed();
    verdict.carried = raw.carried.map(ClockSpan::elapsed);
    verdict.state = raw.state;
    verdict.breached_at = raw.breached.map(timestamp);
    verdict.at_risk_after = raw.active_target.at_risk.map(TimeDelta::microseconds);
    for segment in segments {
        explain(segment, plan, &mut verdict.segments);
    }
    verdict
}

fn explain(raw: &RawSegment, plan: &Plan, segments: &mut Vec<Segment>) {
    let starts = raw.clock.map_or(&[][..], |clock| plan.clocks.version_starts(clock));
    let mut from = raw.from;
    loop {
        let version = starts.iter().rposition(|start| *start <= from);
        let to = starts.iter().copied().find(|start| *start > from).unwrap_or(raw.to).min(raw.to);
        segments.push(Segment {
            from: Timestamp::saturating_from_micros(from),
            to: Timestamp::saturating_from_micros(to),
            status: raw.status,
            schedule: raw.clock.map(|clock| plan.clocks.name(clock).into()),
            version: version.and_then(|version| u32::try_from(version + 1).ok()),
            counted: Elapsed {
                calendar_micros: to.saturating_sub(from),
                business_micros: plan.clocks.elapsed(raw.clock, from, to),
            },
        });
        if to >= raw.to {
            return;
        }
        from = to;
    }
}
