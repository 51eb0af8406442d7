//! Columns that name the ticket a row is about.

use std::borrow::Cow;

use arrow_array::RecordBatch;

use super::id::{Id, IdBuilder, Ids, NOWHERE};
use super::slot::WordSlot;
use super::ticket::TicketTable;
use crate::ReadError;

/// The tickets that the rows of a table are about.
#[derive(Debug, Default)]
pub(crate) struct Links {
    building: IdBuilder,
    ids: Ids,
    /// Rows that name no ticket; none are listed where all do.
    missing: Vec<usize>,
    rows: usize,
    described: bool,
}

impl Links {
    pub(super) fn decode(&mut self, slot: &WordSlot<Box<str>>, batch: &RecordBatch) -> Result<(), ReadError> {
        if !slot.is_nothing() {
            // Rows of earlier tables without such a column name no ticket.
            if !self.described {
                self.described = true;
                for row in 0..self.rows {
                    self.missing.push(row);
                    self.building.push(Id::Number(0));
                }
            }
            let mut missing = Vec::new();
            self.building.decode(slot, batch, &mut missing)?;
            self.missing.extend(missing.into_iter().map(|row| self.rows + row));
        } else if self.described {
            for row in 0..batch.num_rows() {
                self.missing.push(self.rows + row);
                self.building.push(Id::Number(0));
            }
        }
        self.rows += batch.num_rows();
        Ok(())
    }

    pub(super) fn finish(&mut self) {
        self.ids = std::mem::take(&mut self.building).finish();
    }

    /// Whether there is such a column.
    pub(crate) fn is_described(&self) -> bool {
        self.described
    }

    /// The id that a row names, written out.
    pub(crate) fn text(&self, row: usize) -> Option<Cow<'_, str>> {
        let named = self.described && self.missing.binary_search(&row).is_err();
        named.then(|| self.ids.text(row))
    }

    /// The rows of the tickets; [`NOWHERE`] where a row names none that is there.
    pub(crate) fn places(&self, tickets: &TicketTable) -> Vec<u32> {
        let mut places: Vec<u32> = match &self.ids {
            _ if !self.described => return Vec::new(),
            Ids::Rows(rows) => vec![NOWHERE; *rows],
            Ids::Numbers(numbers) => numbers.iter().map(|id| tickets.place(Id::Number(*id))).collect(),
            Ids::Texts(_) => (0..self.ids.len())
                .map(|row| Id::of(&self.ids.text(row)).map_or(NOWHERE, |id| tickets.place(id)))
                .collect(),
        };
        for row in &self.missing {
            places[*row] = NOWHERE;
        }
        for place in &mut places {
            if *place != NOWHERE && !tickets.is_usable(*place as usize) {
                *place = NOWHERE;
            }
        }
        places
    }
}
