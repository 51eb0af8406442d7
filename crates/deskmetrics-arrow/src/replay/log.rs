//! Tickets and their events, decoded: ready to be replayed ticket by ticket.

mod build;
mod merged;
mod row;
mod visit;

use std::collections::BTreeMap;

use arrow_buffer::ScalarBuffer;
use deskmetrics::replay::Replay;
use deskmetrics::replay::step::FIRST_FREE;
use deskmetrics::ticket::Attribute;
use deskmetrics::{Author, Excluded};

use super::coding::Texts;
use super::customers::Customers;
use super::ids::Finder;
use super::meaning::{Code, Meanings};

pub use row::{AttributeSlot, ReplayedRow};

/// Tickets and their events, decoded from columns for one [`Replay`] and arranged ticket by ticket.
///
/// Events may stand in any order; where they already stand ticket by ticket and in time order, which one scan tells, they
/// are not sorted and their instants not even copied. Each distinct word is looked at once. Columns that nobody's answer
/// depends on (see [`Needs`](deskmetrics::replay::Needs)) are not decoded.
#[derive(Debug)]
pub struct EventLog {
    pub(super) replay: Replay,
    finder: Finder,
    /// By ticket: it is one, and not a row without id or creation or with another's id.
    usable: Vec<bool>,
    created: ScalarBuffer<i64>,
    created_by: Vec<Option<Author>>,
    pub(super) attributes: Vec<(Attribute, u16, Vec<u32>)>,
    /// By ticket: where its tags end in the list after it.
    tags: (Vec<u32>, Vec<u32>),
    customers: Option<Customers>,
    /// By customer: the code of the same name among the authors' names.
    own_names: Vec<u32>,
    texts: Texts,
    /// By code of a text: its number in steps.
    numbers: Vec<u32>,
    /// By number that rules gave: the code of its text.
    mentioned: Vec<u32>,
    spans: Vec<(u32, u32)>,
    at: ScalarBuffer<i64>,
    codes: Vec<Code>,
    values: Vec<u32>,
    by: Vec<u32>,
    meanings: Meanings,
    /// Customer messages that tickets take over from those merged into them.
    moved: BTreeMap<usize, Vec<i64>>,
    excluded: Excluded,
}

impl EventLog {
    /// Tickets, those left out among them: the rows of the ticket columns.
    pub fn rows(&self) -> usize {
        self.usable.len()
    }

    /// Events that belong to tickets, those left out among them.
    pub fn events(&self) -> usize {
        self.codes.len()
    }

    /// Rows left out of the columns, by reason. What counts for nothing on a ticket is told by [`each`](Self::each).
    pub fn excluded(&self) -> &Excluded {
        &self.excluded
    }

    /// The text behind a code of an attribute or a person; `None` for the code 0, which is no text.
    pub fn text(&self, code: u32) -> Option<&str> {
        self.texts.text(code)
    }

    /// One more than the highest code of a text.
    pub fn codes(&self) -> usize {
        self.texts.len()
    }

    /// The customers; `None` where no column names them.
    pub fn customers(&self) -> Option<&Customers> {
        self.customers.as_ref()
    }

    /// To ask tickets for their value of an attribute; `None` where no column tells of it, and where only events do that
    /// nobody's answer depends on (see [`Replay::watching`]).
    pub fn slot(&self, attribute: &Attribute) -> Option<AttributeSlot> {
        let (_, number, _) = self.attributes.iter().find(|(known, ..)| known == attribute)?;
        Some(AttributeSlot(*number))
    }

    /// The text code behind a number of a step.
    pub(super) fn code_of(&self, number: u32) -> u32 {
        if number >= FIRST_FREE {
            return number & !FIRST_FREE;
        }
        self.mentioned.get(number as usize).copied().unwrap_or(Texts::NONE)
    }
}
