//! Columns of attributes.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use deskmetrics::ticket::{Attribute, Attributes};

use super::slot::AttributeSlots;
use super::word::{KnownCodes, Words};
use crate::ReadError;

/// A column of values for each attribute.
#[derive(Debug, Default)]
pub(crate) struct AttributeWords {
    columns: Vec<(Attribute, Words<Box<str>>)>,
    places: BTreeMap<Attribute, usize>,
}

impl AttributeWords {
    /// The attributes with their columns.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Attribute, &Words<Box<str>>)> {
        self.columns.iter().map(|(attribute, words)| (attribute, words))
    }

    /// The column of an attribute.
    pub(crate) fn get(&self, attribute: &Attribute) -> Option<&Words<Box<str>>> {
        self.columns.get(*self.places.get(attribute)?).map(|(_, words)| words)
    }

    /// The attributes of a row.
    pub(crate) fn of_row(&self, row: usize) -> Attributes {
        let mut attributes = Attributes::default();
        for (attribute, words) in self.iter() {
            attributes.set(attribute.clone(), words.of_row(row).cloned());
        }
        attributes
    }

    /// The column of an attribute, with at least `rows` rows.
    pub(super) fn column(&mut self, attribute: &Attribute, rows: usize) -> &mut Words<Box<str>> {
        let place = *self.places.entry(attribute.clone()).or_insert_with(|| {
            self.columns.push((attribute.clone(), Words::default()));
            self.columns.len() - 1
        });
        let words = &mut self.columns[place].1;
        words.fill_up(rows);
        words
    }

    /// Adds the rows of a batch, the first of which is `rows`.
    pub(super) fn decode(
        &mut self,
        slots: &AttributeSlots,
        known: &mut Vec<KnownCodes>,
        batch: &RecordBatch,
        rows: usize,
        doubts: &mut Vec<usize>,
    ) -> Result<(), ReadError> {
        known.resize_with(slots.len(), KnownCodes::default);
        for ((attribute, slot), known) in slots.iter().zip(known) {
            self.column(attribute, rows).decode(slot, known, batch, doubts)?;
        }
        Ok(())
    }

    /// Adds rows without values up to `rows`.
    pub(super) fn fill_up(&mut self, rows: usize) {
        self.columns.iter_mut().for_each(|(_, words)| words.fill_up(rows));
    }
}
