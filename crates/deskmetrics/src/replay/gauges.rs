//! Counts of open tickets and of SLA targets by state, kept while tickets change.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use super::machine::Plan;
use super::timer::RawVerdict;
use crate::sla::{SlaMetric, VerdictState};
use crate::ticket::Attribute;

/// Gauges of tickets, by their values of some attributes.
#[derive(Debug, Clone, Default)]
pub(super) struct Gauges {
    by: Vec<Attribute>,
    slices: BTreeSet<Slice>,
    open: BTreeMap<Slice, u64>,
    targets: BTreeMap<(TargetState, Slice), u64>,
}

/// The values of the attributes, shared by the tickets that have them; empty for missing ones.
pub(super) type Slice = Arc<[Box<str>]>;

/// What a ticket adds to the gauges.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) slice: Slice,
    /// Neither solved, closed, merged, deleted nor spam.
    pub(super) open: bool,
    pub(super) targets: Vec<TargetState>,
}

/// What a gauge of targets counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TargetState {
    policy: u16,
    slot: u16,
    state: VerdictState,
    at_risk: bool,
}

impl TargetState {
    /// `None` for targets that were met or cancelled.
    pub(super) fn of(verdict: &RawVerdict) -> Option<Self> {
        let state = verdict.state;
        let is_counted = !matches!(state, VerdictState::Met | VerdictState::Cancelled);
        let policy = verdict.active_target.policy;
        is_counted.then(|| Self { policy, slot: verdict.slot, state, at_risk: verdict.is_at_risk() })
    }
}

impl Gauges {
    pub(super) fn new(by: Vec<Attribute>) -> Self {
        Self { by, ..Self::default() }
    }

    pub(super) fn by(&self) -> &[Attribute] {
        &self.by
    }

    /// The slice with these values of the attributes.
    pub(super) fn slice<'v>(&mut self, value: impl Fn(&Attribute) -> Option<&'v str>) -> Slice {
        let values: Vec<Box<str>> =
            self.by.iter().map(|attribute| value(attribute).unwrap_or_default().into()).collect();
        if let Some(known) = self.slices.get(values.as_slice()) {
            return known.clone();
        }
        let slice: Slice = values.into();
        self.slices.insert(slice.clone());
        slice
    }

    /// Adds a ticket.
    pub(super) fn add(&mut self, ticket: &Counted) {
        if ticket.open {
            *self.open.entry(ticket.slice.clone()).or_default() += 1;
        }
        for target in &ticket.targets {
            *self.targets.entry((*target, ticket.slice.clone())).or_default() += 1;
        }
    }

    /// Removes a ticket that was added. Gauges of nothing go.
    pub(super) fn remove(&mut self, ticket: &Counted) {
        if ticket.open {
            decrease(&mut self.open, ticket.slice.clone());
        }
        for target in &ticket.targets {
            decrease(&mut self.targets, (*target, ticket.slice.clone()));
        }
    }

    /// Forgets a slice that no other ticket has; `last` is its last use.
    pub(super) fn forget(&mut self, last: &Slice) {
        // By this use and the set.
        if Arc::strong_count(last) == 2 {
            self.slices.remove(last);
        }
    }

    /// The gauges as OpenMetrics text.
    pub(super) fn to_open_metrics(&self, plan: &Plan) -> String {
        let mut text =
            "# TYPE deskmetrics_open_tickets gauge\n# HELP deskmetrics_open_tickets Tickets followed that are open.\n"
                .to_owned();
        for (slice, count) in &self.open {
            let labels = labels(self.slice_labels(slice));
            let _ = writeln!(text, "deskmetrics_open_tickets{labels} {count}");
        }
        text.push_str("# TYPE deskmetrics_sla_targets gauge\n# HELP deskmetrics_sla_targets SLA targets of tickets followed.\n");
        let mut named: BTreeMap<_, u64> = BTreeMap::new();
        for ((target, slice), count) in &self.targets {
            let TargetState { policy, slot, state, at_risk } = *target;
            let metric = plan.policies.slots.get(usize::from(slot)).map(|slot| &slot.metric);
            let state = if at_risk { "at_risk" } else { state.as_str() };
            *named.entry((plan.policies.policy_name(policy), metric, state, slice)).or_default() += count;
        }
        for ((policy, metric, state, slice), count) in named {
            let metric = metric.map(SlaMetric::as_str).unwrap_or_default();
            let own = [("policy", policy), ("metric", metric), ("state", state)];
            let labels = labels(own.into_iter().chain(self.slice_labels(slice)));
            let _ = writeln!(text, "deskmetrics_sla_targets{labels} {count}");
        }
        text.push_str("# EOF\n");
        text
    }

    fn slice_labels<'s>(&'s self, slice: &'s Slice) -> impl Iterator<Item = (&'s str, &'s str)> {
        self.by.iter().map(Attribute::as_str).zip(slice.iter().map(|value| &**value))
    }
}

fn decrease<K: Ord>(gauges: &mut BTreeMap<K, u64>, key: K) {
    use std::collections::btree_map::Entry;

    if let Entry::Occupied(mut gauge) = gauges.entry(key) {
        *gauge.get_mut() = gauge.get().saturating_sub(1);
        if *gauge.get() == 0 {
            gauge.remove();
        }
    }
}

/// `{name="value",..}`, escaped as OpenMetrics requires. A name has no character but letters, digits and underscores.
fn labels<'l>(labels: impl Iterator<Item = (&'l str, &'l str)>) -> String {
    let mut text = String::new();
    for (name, value) in labels {
        let begins_with_digit = name.starts_with(|first: char| first.is_ascii_digit());
        text.push(if text.is_empty() { '{' } else { ',' });
        text.extend(begins_with_digit.then_some('_'));
        text.extend(name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }));
        text.push_str("=\"");
        text.push_str(&value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"));
        text.push('"');
    }
    if !text.is_empty() {
        text.push('}');
    }
    text
}
