//! The events of a dataset, as columns.

pub(super) mod builder;
pub(super) mod reader;

use arrow_buffer::ScalarBuffer;
use deskmetrics::ticket::{Author, EventKind, TicketId};
use deskmetrics::{TicketEvent, Timestamp};

use super::kind::{KindCode, Kinds};
use super::ticket::TicketTable;
use super::word::Words;
use crate::description::EventMeaning;

/// Every event of a dataset, as columns.
#[derive(Debug, Default)]
pub(crate) struct EventTable {
    pub(crate) at: ScalarBuffer<i64>,
    pub(crate) codes: Vec<KindCode>,
    /// The row of the ticket.
    pub(crate) places: Vec<u32>,
    pub(crate) values: Words<Box<str>>,
    /// The name of the author.
    pub(crate) by: Words<Box<str>>,
    pub(crate) kinds: Kinds,
    /// The number of events that count.
    pub(crate) len: usize,
    /// Whether the rows are grouped by ticket, and each ticket's rows ordered by time.
    pub(crate) grouped: bool,
    pub(crate) sorted: bool,
}

impl EventTable {
    /// The codes that occur.
    pub(crate) fn occurring(&self) -> impl Iterator<Item = KindCode> + '_ {
        let mut met = vec![false; self.kinds.codes()];
        for code in &self.codes {
            if let Some(met) = met.get_mut(usize::from(*code)) {
                *met = true;
            }
        }
        (0..).zip(met).filter(|(_, met)| *met).map(|(code, _)| code)
    }

    /// Whether there are public messages.
    pub(crate) fn contain_messages(&self) -> bool {
        self.contain_messages_by(|_| true)
    }

    /// Whether there are public messages by such authors.
    pub(crate) fn contain_messages_by(&self, author: impl Fn(Author) -> bool) -> bool {
        let mut meanings = self.occurring().filter_map(|code| self.kinds.of(code));
        meanings.any(|(mapping, by, _)| author(by) && mapping.0.contains(&EventMeaning::PublicMessage))
    }

    /// Whether there are changes of status.
    pub(crate) fn contain_statuses(&self) -> bool {
        let is_status = |meaning: &EventMeaning| {
            matches!(meaning, EventMeaning::Became(_) | EventMeaning::Status | EventMeaning::EndUnknown)
        };
        let mut meanings = self.occurring().filter_map(|code| self.kinds.of(code));
        meanings.any(|(mapping, ..)| mapping.0.iter().any(is_status))
    }

    /// The events as records, in the order of their rows.
    pub(crate) fn records<'e>(&'e self, tickets: &'e TicketTable) -> impl Iterator<Item = TicketEvent> + 'e {
        (0..self.codes.len()).flat_map(move |event| self.record(tickets, event))
    }

    /// The events that one row reports.
    pub(crate) fn record(&self, tickets: &TicketTable, event: usize) -> Vec<TicketEvent> {
        let Some((kind, author, status)) = self.kinds.of(self.codes[event]) else { return Vec::new() };
        let place = self.places[event] as usize;
        let value = || self.values.of_row(event).cloned();
        let text = || value().unwrap_or_default();
        let made = |one: &EventMeaning| {
            let kind = match one {
                EventMeaning::PublicMessage => EventKind::PublicMessage,
                EventMeaning::InternalNote => EventKind::InternalNote,
                EventMeaning::Became(status) => EventKind::Status(*status),
                EventMeaning::Status => EventKind::Status(status.unwrap_or_default()),
                EventMeaning::Changed(attribute) => {
                    EventKind::Changed { attribute: attribute.clone(), to: value() }
                }
                EventMeaning::Tagged => EventKind::Tagged(text()),
                EventMeaning::Untagged => EventKind::Untagged(text()),
                EventMeaning::Escalated => EventKind::Escalated,
                EventMeaning::MergedInto => EventKind::MergedInto(TicketId::new(text())),
                EventMeaning::SplitFrom => EventKind::SplitFrom(TicketId::new(text())),
                EventMeaning::Deleted => EventKind::Deleted,
                EventMeaning::Spam => EventKind::Spam,
                EventMeaning::EndUnknown => EventKind::EndUnknown,
                EventMeaning::Restored => EventKind::Restored,
                EventMeaning::SurveySent => EventKind::SurveySent,
                EventMeaning::SurveyAnswered => EventKind::SurveyAnswered,
            };
            let at = Timestamp::saturating_from_micros(self.at[event]);
            let mut made = TicketEvent::new(tickets.ids.text(place).as_ref(), at, author, kind)
                .with_sequence(event as u64 + 1);
            made.author_name = self.by.of_row(event).cloned();
            made
        };
        kind.0.iter().map(made).collect()
    }
}
