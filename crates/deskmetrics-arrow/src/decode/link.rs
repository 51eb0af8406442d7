//! Links from rows to tickets or invitations.

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

/// The records that the rows of a table link to.
#[derive(Debug, Default)]
pub(crate) struct Links {
    building: IdBuilder,
    ids: Ids,
    /// The rows without a link; empty if all have one.
    missing: Vec<usize>,
    rows: usize,
    described: bool,
    origins: Vec<RowOrigin>,
    /// The rows of the records; [`NOWHERE`] for an unknown record. Empty until they are joined.
    places: Vec<u32>,
    /// The records' own ids, for rows that write them differently.
    written: HashMap<usize, Box<str>>,
}

/// The target of links.
pub(super) struct Target<'t> {
    /// The row of an id; [`NOWHERE`] if no record that counts has it.
    pub(super) place: &'t dyn Fn(Id<'_>) -> u32,
    /// The id of a row, as text.
    pub(super) id: &'t dyn Fn(usize) -> Cow<'t, str>,
    /// Whether all ids are numbers.
    pub(super) numbers: bool,
    pub(super) reason: Reason,
    pub(super) remedy: &'static str,
}

impl Links {
    /// Starts the rows of another table.
    pub(super) fn begin(&mut self, slot: &WordSlot<Box<str>>, ledger: usize) {
        let id_column = slot.name().to_owned();
        // Several rows may link to one record.
        self.origins.push(RowOrigin { first: self.rows, ledger, id_column, duplicates: Duplicates::All });
    }

    pub(super) fn decode(&mut self, slot: &WordSlot<Box<str>>, batch: &RecordBatch) -> Result<(), ReadError> {
        if !slot.is_nothing() {
            // Rows of earlier tables without such a column have no link.
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

    /// The id that a row links to, as written by the record.
    pub(crate) fn text(&self, row: usize) -> Option<Cow<'_, str>> {
        let named = self.described && self.missing.binary_search(&row).is_err();
        let own = || self.written.get(&row).map(|own| Cow::Borrowed(&**own));
        named.then(|| own().unwrap_or_else(|| self.ids.text(row)))
    }

    /// Resolves the links.
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

    /// Adds links to unknown records to the ledgers, for rows that count. Returns these rows.
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

    /// Counts an exclusion under the column of links.
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

    /// The error for a row that repeats the link of an earlier one.
    pub(super) fn bad_row(&self, decoding: &Decoding<'_>, row: usize, detail: (String, String)) -> ReadError {
        decoding.bad_row(&self.origins, row, detail)
    }

    /// The rows of the records; [`NOWHERE`] for an unknown record. Empty if there are no links.
    pub(crate) fn places(&self) -> &[u32] {
        &self.places
    }
}
