//! What becomes of the messages of tickets that were merged into others.

use std::collections::BTreeMap;

use deskmetrics::Author;
use deskmetrics::engine::step::StepKind;
use deskmetrics::replay::EventOrder;

use super::EventLog;
use crate::decode::id::Id;

impl EventLog<'_> {
    /// Gives the customer messages of tickets merged away to those they live on in.
    pub(super) fn move_messages(&mut self) {
        let as_of = self.replay.as_of().as_micros();
        let mut into: BTreeMap<usize, Survivor> = BTreeMap::new();
        for row in (0..self.rows()).filter(|row| self.tables.tickets.is_usable(*row)) {
            if let Some(survivor) = self.merged_into(row, as_of) {
                into.insert(row, survivor);
            }
        }
        for row in into.keys() {
            let Some(survivor) = survivor(*row, &into) else { continue };
            let created = self.tables.tickets.created_at[survivor];
            let messages = self.customer_messages(*row, as_of);
            self.moved.entry(survivor).or_default().extend(messages.into_iter().map(|at| at.max(created)));
        }
        if self.replay.options().order == EventOrder::Time {
            self.moved.values_mut().for_each(|messages| messages.sort_unstable());
        }
    }

    /// The ticket a ticket ends up merged into at the cut-off, if it does.
    fn merged_into(&self, row: usize, as_of: i64) -> Option<Survivor> {
        let (from, to) = self.spans[row];
        // The latest decides; of several at one instant, that of the last row.
        let (mut survivor, mut latest) = (None, i64::MIN);
        for event in from as usize..to as usize {
            let at = self.at()[event];
            if at > as_of || at < latest {
                continue;
            }
            for template in self.meanings.of(self.codes_of_events()[event]) {
                match template.kind {
                    StepKind::MergedInto => (survivor, latest) = (Some(self.value(event)), at),
                    StepKind::Restored => (survivor, latest) = (None, at),
                    _ => {}
                }
            }
        }
        let id = self.tables.events.values.meaning(survivor?).and_then(|id| Id::of(id))?;
        let place = self.tables.tickets.place(id) as usize;
        Some(Survivor((place < self.rows()).then_some(place)))
    }

    /// When the customer wrote on a ticket; its creation stands for a message where the log has none at that instant.
    fn customer_messages(&self, row: usize, as_of: i64) -> Vec<i64> {
        let (from, to) = self.spans[row];
        let created = self.tables.tickets.created_at[row];
        let wrote = |event: &usize| {
            self.meanings.of(self.codes_of_events()[*event]).iter().any(|template| {
                template.kind == StepKind::PublicMessage && template.author == Author::Customer
            })
        };
        let mut messages: Vec<i64> = (from as usize..to as usize)
            .filter(wrote)
            .map(|event| self.at()[event])
            .filter(|at| (created..=as_of).contains(at))
            .collect();
        let opened = matches!(self.created_by(row), None | Some(Author::Customer));
        if opened && !messages.contains(&created) && created <= as_of {
            messages.push(created);
        }
        messages
    }
}

/// The ticket another was merged into; none where it is not among the tickets.
#[derive(Debug, Clone, Copy)]
struct Survivor(Option<usize>);

/// Where a ticket merged away lives on, following merges of merges; `None` when that is not among the tickets, or the
/// merges go in circles.
fn survivor(row: usize, into: &BTreeMap<usize, Survivor>) -> Option<usize> {
    let mut place = into.get(&row)?.0?;
    for _ in 0..=into.len() {
        if place == row {
            return None;
        }
        match into.get(&place) {
            None => return Some(place),
            Some(next) => place = next.0?,
        }
    }
    None
}
