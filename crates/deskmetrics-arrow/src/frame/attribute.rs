//! Attribute columns, coded when a report first asks for one.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use arrow_array::RecordBatch;
use deskmetrics::ticket::Attribute;

use super::Memory;
use super::code::Coded;
use crate::ReadError;
use crate::record::slot::{AttributeSlots, WordSlot};

/// The attribute columns of a frame.
#[derive(Debug)]
pub(super) struct AttributeColumns {
    /// The columns that are read, in all parts.
    batches: Vec<RecordBatch>,
    columns: BTreeMap<Attribute, AttributeColumn>,
}

#[derive(Debug)]
struct AttributeColumn {
    slot: WordSlot<Box<str>>,
    codes: OnceLock<Coded<Box<str>>>,
}

impl AttributeColumns {
    pub(super) fn new(slots: AttributeSlots, batches: &[RecordBatch]) -> Self {
        let column = |(attribute, slot)| (attribute, AttributeColumn { slot, codes: OnceLock::new() });
        Self { batches: batches.to_vec(), columns: slots.into_slots().map(column).collect() }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &Attribute> {
        self.columns.keys()
    }

    /// The codes of an attribute's values; `None` where there is no column for it.
    pub(super) fn codes(
        &self,
        attribute: &Attribute,
        memory: &Memory,
    ) -> Result<Option<&Coded<Box<str>>>, ReadError> {
        let Some(column) = self.columns.get(attribute) else { return Ok(None) };
        if let Some(codes) = column.codes.get() {
            return Ok(Some(codes));
        }
        let codes = Coded::new(&column.slot, &self.batches)
            .map_err(|wrong| column.slot.wrong(&memory.table(), wrong))?;
        Ok(Some(column.codes.get_or_init(|| codes)))
    }
}
