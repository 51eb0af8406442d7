//! One ticket under way: its life, the schedule that applies and its SLA targets, moved on step by step.

use serde::{Deserialize, Serialize};

use super::clocks::Clocks;
use super::life::{ASSIGNEE, GROUP, Life};
use super::names::Vocabulary;
use super::options::ReplayOptions;
use super::stamp::Stamp;
use super::step::{NONE, Step, What};
use crate::ticket::Author;

/// What all tickets of a replay have in common.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    pub(crate) options: ReplayOptions,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) clocks: Clocks,
}

/// The record a life begins with.
#[derive(Debug, Clone, Copy)]
pub struct Start<'a> {
    /// Creation, in microseconds since 1970-01-01T00:00:00Z.
    pub created_at: i64,
    /// Who opened it, where known.
    pub created_by: Option<Author>,
    /// Attributes at creation as (number, value); numbers as in [`What::Changed`].
    pub attributes: &'a [(u16, u32)],
    /// Tags at creation that rules look at.
    pub tags: &'a [u32],
}

/// The state of one ticket between two steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) life: Life,
    pub(crate) now: Stamp,
    /// The schedule that applies now.
    clock: Option<u16>,
    /// The value of each attribute by number.
    values: Vec<u32>,
    /// Tags that rules look at.
    tags: Vec<u32>,
}

impl Machine {
    pub(crate) fn new() -> Self {
        Self {
            life: Life::unborn(),
            now: Stamp::default(),
            clock: None,
            values: Vec::new(),
            tags: Vec::new(),
        }
    }

    /// Begins another ticket, keeping the memory of the lists.
    pub(crate) fn begin(&mut self, start: Start<'_>, plan: &Plan) {
        self.values.clear();
        self.values.resize(plan.vocabulary.attributes(), NONE);
        for (attribute, value) in start.attributes {
            if let Some(place) = self.values.get_mut(usize::from(*attribute)) {
                *place = *value;
            }
        }
        self.tags.clear();
        self.tags.extend_from_slice(start.tags);
        self.clock = plan.clocks.choose(&self.values);
        self.now =
            Stamp { at: start.created_at, business: 0, unscheduled: 0, scheduled: self.clock.is_some() };
        let (group, assignee) = (self.value(GROUP), self.value(ASSIGNEE));
        let _signals = self.life.begin(self.now, start.created_by, group, assignee, &plan.options);
    }

    /// The value of a numbered attribute.
    fn value(&self, attribute: u16) -> u32 {
        self.values.get(usize::from(attribute)).copied().unwrap_or(NONE)
    }

    /// Reads both clocks at `at`, not before the last step.
    pub(crate) fn stamp(&self, at: i64, plan: &Plan) -> Stamp {
        let mut stamp = self.now;
        if at <= stamp.at {
            return stamp;
        }
        match plan.clocks.elapsed(self.clock, stamp.at, at) {
            Some(business) => stamp.business = stamp.business.saturating_add(business),
            None => stamp.unscheduled = stamp.unscheduled.saturating_add(at.saturating_sub(stamp.at)),
        }
        stamp.at = at;
        stamp
    }

    /// Moves on by one step; one before the last is taken at the instant of the last.
    pub(crate) fn apply(&mut self, step: Step, plan: &Plan) {
        self.now = self.stamp(step.at, plan);
        match step.what {
            What::Changed { attribute, to } => {
                if let Some(place) = self.values.get_mut(usize::from(attribute)) {
                    if *place == to {
                        return;
                    }
                    *place = to;
                }
            }
            What::Tagged(tag) => {
                if self.tags.contains(&tag) {
                    return;
                }
                self.tags.push(tag);
            }
            What::Untagged(tag) => {
                let before = self.tags.len();
                self.tags.retain(|present| *present != tag);
                if self.tags.len() == before {
                    return;
                }
            }
            _ => {}
        }
        let _signals = self.life.apply(step.what, step.author, step.by, self.now, &plan.options);
        if matches!(step.what, What::Changed { .. }) {
            self.clock = plan.clocks.choose(&self.values);
            self.now.scheduled = self.clock.is_some();
        }
    }
}
