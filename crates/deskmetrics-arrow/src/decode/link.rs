//! Columns that name the record a row is about: its ticket, or the invitation it answers.

use std::borrow::Cow;
use std::collections::HashMap;

use arrow_array::RecordBatch;
use deskmetrics::Reason;

use super::context::{Decoding, RowOrigin};
use super::id::{Id, IdBuilder, Ids, NOWHERE};
use super::ledger::Scope;
use super::slot::WordSlot;
use crate::ReadError;
use crate::description::Duplicates;

/// The records that the rows of a table are about.
#[derive(Debug, Default)]
pub(crate) struct Links {
    building: IdBuilder,
    ids: Ids,
    /// Rows that name no record; none are listed where all do.
    missing: Vec<usize>,
    rows: usize,
    described: bool,
    origins: Vec<RowOrigin>,
    /// The rows of the records; [`NOWHERE`] where a row names none that is there. Empty until they are joined.
    places: Vec<u32>,
    /// The records' own ids, by the rows that write them differently.
    written: HashMap<usize, Box<str>>,
}

/// What links lead to.
pub(super) struct Target<'t> {
    /// The row of an id; [`NOWHERE`] where there is none that counts.
    pub(super) place: &'t dyn Fn(Id<'_>) -> u32,
    /// The id of a row, written out.
    pub(super) id: &'t dyn Fn(usize) -> Cow<'t, str>,
    /// Whether all ids are numbers.
    pub(super) numbers: bool,
    pub(super) reason: Reason,
    pub(super) remedy: &'static str,
}

impl Links {
    /// The rows from here on come from another table.
    pub(super) fn begin(&mut self, slot: &WordSlot<Box<str>>, ledger: usize) {
        let id_column = slot.name().to_owned();
        // A record may be named by several rows.
        self.origins.push(RowOrigin { first: self.rows, ledger, id_column, duplicates: Duplicates::All });
    }

    pub(super) fn decode(&mut self, slot: &WordSlot<Box<str>>, batch: &RecordBatch) -> Result<(), ReadError> {
        if !slot.is_nothing() {
            // Rows of earlier tables without such a column name no record.
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

    /// The id that a row names, as the record it names writes it.
    pub(crate) fn text(&self, row: usize) -> Option<Cow<'_, str>> {
        let named = self.described && self.missing.binary_search(&row).is_err();
        let own = || self.written.get(&row).map(|own| Cow::Borrowed(&**own));
        named.then(|| own().unwrap_or_else(|| self.ids.text(row)))
    }

    /// Finds the records.
    pub(super) fn find(&mut self, target: &Target<'_>) {
        if !self.described {
            return;
        }
        let mut places: Vec<u32> = match &self.ids {
            Ids::Rows(rows) => vec![NOWHERE; *rows],
            Ids::Numbers(numbers) => numbers.iter().map(|id| (target.place)(Id::Number(*id))).collect(),
            Ids::Texts(_) => (0..self.ids.len())
                .map(|row| Id::of(&self.ids.text(row)).map_or(NOWHERE, |id| (target.place)(id)))
                .collect(),
        };
        for row in &self.missing {
            places[*row] = NOWHERE;
        }
        if !(target.numbers && matches!(self.ids, Ids::Numbers(_))) {
            for (row, place) in places.iter().enumerate().filter(|(_, place)| **place != NOWHERE) {
                let own = (target.id)(*place as usize);
                if own != self.ids.text(row) {
                    self.written.insert(row, own.into());
                }
            }
        }
        self.places = places;
    }

    /// Lists the links that lead to no record, of rows that count, in the ledgers; gives those rows.
    pub(super) fn list_lost(
        &self,
        decoding: &mut Decoding<'_>,
        counts: impl Fn(usize) -> bool,
        target: &Target<'_>,
    ) -> Result<Vec<usize>, ReadError> {
        let (mut lost, mut missing) = (Vec::new(), self.missing.iter().copied().peekable());
        for (row, place) in self.places.iter().enumerate() {
            if missing.next_if_eq(&row).is_none() && *place == NOWHERE && counts(row) {
                lost.push(row);
                let detail = || (self.ids.text(row).into_owned(), target.remedy.to_owned());
                self.exclude_one(decoding, row, Scope::Link, target.reason, detail)?;
            }
        }
        Ok(lost)
    }

    /// Counts something excluded of a row under the column of links.
    pub(super) fn exclude_one(
        &self,
        decoding: &mut Decoding<'_>,
        row: usize,
        scope: Scope,
        reason: Reason,
        detail: impl FnOnce() -> (String, String),
    ) -> Result<(), ReadError> {
        decoding.exclude_row(&self.origins, row, scope, reason, detail)
    }

    /// That a row names a record that an earlier one names, and must not.
    pub(super) fn bad_row(&self, decoding: &Decoding<'_>, row: usize, detail: (String, String)) -> ReadError {
        decoding.bad_row(&self.origins, row, detail)
    }

    /// The rows of the records; [`NOWHERE`] where a row names none that is there. Empty where there are no links.
    pub(crate) fn places(&self) -> &[u32] {
        &self.places
    }
}
