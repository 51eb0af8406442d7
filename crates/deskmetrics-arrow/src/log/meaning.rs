//! Steps of each event code, in the numbers of one replay.

use deskmetrics::Author;
use deskmetrics::engine::step::{Step, StepKind};
use deskmetrics::replay::{EventOrder, Replay};

use crate::decode::kind::{KindCode, Kinds, Takes, step_of};

/// A step of a row without the data of the row: timestamp, value and person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Template {
    pub(super) kind: StepKind,
    pub(super) author: Author,
    pub(super) takes: Takes,
}

impl Template {
    /// The step of a row.
    #[inline]
    pub(super) fn step(&self, at: i64, by: u32, value: impl FnOnce() -> u32) -> Step {
        let kind = match (self.takes, self.kind) {
            (Takes::Value, StepKind::Changed { attribute, .. }) => {
                StepKind::Changed { attribute, to: value() }
            }
            (Takes::Value, StepKind::Tagged(_)) => StepKind::Tagged(value()),
            (Takes::Value, StepKind::Untagged(_)) => StepKind::Untagged(value()),
            (_, kind) => kind,
        };
        Step { at, kind, by, author: self.author }
    }
}

/// The steps of each code.
#[derive(Debug)]
pub(super) struct Meanings {
    /// For each code, the range of its steps in `templates`.
    spans: Vec<(u32, u32)>,
    templates: Vec<Template>,
    /// For each code, whether rows between the ticket's creation and the cut-off affect no requested measure.
    silent: Vec<bool>,
}

impl Meanings {
    pub(super) fn new(kinds: &Kinds, replay: &Replay) -> Self {
        let mut meanings = Self { spans: Vec::new(), templates: Vec::new(), silent: Vec::new() };
        let place = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        for code in 0..kinds.codes() {
            let from = meanings.templates.len();
            if let Some((kind, author, status)) =
                KindCode::try_from(code).ok().and_then(|code| kinds.of(code))
            {
                let number = |attribute: &_| replay.attribute_number(attribute);
                let mut steps: Vec<_> = kind.0.iter().map(|one| step_of(one, status, number)).collect();
                if replay.options().order == EventOrder::Time {
                    // In the order of events with equal timestamps: attributes, messages, status.
                    steps.sort_by_key(|(rank, ..)| *rank);
                }
                let templates = steps.into_iter().map(|(_, kind, takes)| Template { kind, author, takes });
                meanings.templates.extend(templates);
            }
            meanings.spans.push((place(from), place(meanings.templates.len())));
        }
        meanings.silence(replay);
        meanings
    }

    /// The steps of a row.
    #[inline]
    pub(super) fn of(&self, code: KindCode) -> &[Template] {
        match self.spans.get(usize::from(code)) {
            Some((from, to)) => &self.templates[*from as usize..*to as usize],
            None => &[],
        }
    }

    /// Whether rows with this code may be skipped. Rows after the cut-off are still counted.
    #[inline]
    pub(super) fn is_silent(&self, code: KindCode) -> bool {
        self.silent.get(usize::from(code)).copied().unwrap_or(true)
    }

    /// Determines which codes are silent. None are if tickets may be removed, because later events are counted too.
    fn silence(&mut self, replay: &Replay) {
        let leaves = |kind| {
            matches!(kind, StepKind::MergedInto | StepKind::Deleted | StepKind::Spam | StepKind::EndUnknown)
        };
        let stay = !self.templates.iter().any(|template| leaves(template.kind));
        let irrelevant = |(from, to): &(u32, u32)| {
            self.templates[*from as usize..*to as usize]
                .iter()
                .all(|template| !replay.is_relevant(template.kind))
        };
        self.silent = self.spans.iter().map(|span| stay && irrelevant(span)).collect();
    }

    /// Whether any step merges tickets.
    pub(super) fn merge(&self) -> bool {
        self.templates.iter().any(|template| template.takes == Takes::Survivor)
    }
}
