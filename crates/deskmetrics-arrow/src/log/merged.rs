//! Messages of merged tickets.

use std::collections::BTreeMap;

use deskmetrics::engine::final_survivors;
use deskmetrics::engine::step::StepKind;
use deskmetrics::replay::EventOrder;
use deskmetrics::ticket::{EventKind, TicketId};
use deskmetrics::{Author, TicketEvent, Timestamp};

use super::EventLog;
use crate::decode::id::Id;

impl EventLog<'_> {
    /// Moves the customer messages of merged tickets to their survivors.
    pub(super) fn move_messages(&mut self) {
        let as_of = self.replay.as_of().as_micros();
        let mut into: BTreeMap<usize, Option<usize>> = BTreeMap::new();
        for row in (0..self.rows()).filter(|row| self.tables.tickets.is_usable(*row)) {
            if let Some(survivor) = self.merged_into(row, as_of) {
                into.insert(row, survivor);
            }
        }
        for (row, survivor) in final_survivors(&into) {
            let created = self.tables.tickets.created_at[survivor];
            let messages = self.customer_messages(row, as_of);
            self.moved.entry(survivor).or_default().extend(messages.into_iter().map(|at| at.max(created)));
        }
        if self.replay.options().order == EventOrder::Time {
            self.moved.values_mut().for_each(|messages| messages.sort_unstable());
        }
    }

    /// The customer messages that a ticket received from those merged into it, as events.
    pub fn moved_events(&self, row: usize) -> impl Iterator<Item = TicketEvent> + '_ {
        self.moved.get(&row).into_iter().flatten().map(move |at| {
            let at = Timestamp::saturating_from_micros(*at);
            let id = TicketId::new(self.tables.tickets.ids.text(row));
            TicketEvent::new(id, at, Author::Customer, EventKind::PublicMessage)
        })
    }

    /// The ticket that a ticket is merged into at the cut-off, if any; `Some(None)` if it is not among the tickets.
    #[expect(clippy::option_option, reason = "whether it is merged, and whether the survivor is known")]
    fn merged_into(&self, row: usize, as_of: i64) -> Option<Option<usize>> {
        // The latest merge decides; of several at the same time, the last row.
        let (mut survivor, mut latest) = (None, i64::MIN);
        for event in self.events_of(row) {
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
        Some((place < self.rows()).then_some(place))
    }

    /// The customer messages of a ticket. Its creation counts as a message if the log has none at that timestamp.
    fn customer_messages(&self, row: usize, as_of: i64) -> Vec<i64> {
        let created = self.tables.tickets.created_at[row];
        let wrote = |event: &usize| {
            self.meanings.of(self.codes_of_events()[*event]).iter().any(|template| {
                template.kind == StepKind::PublicMessage && template.author == Author::Customer
            })
        };
        let mut messages: Vec<i64> = self
            .events_of(row)
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
