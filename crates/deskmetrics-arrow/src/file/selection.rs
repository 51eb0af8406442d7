//! Selection of the rows of a table.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use arrow_array::BooleanArray;
use arrow_select::filter::filter_record_batch;
use deskmetrics::sla::ConditionValue;

use super::part::{Gap, Part, SkippedRows};
use crate::ReadError;
use crate::column::TextColumn;
use crate::description::Values;

/// The values that columns must have in the selected rows. Without columns, every row is selected.
#[derive(Debug, Clone, Default)]
pub(super) struct Selection(pub(super) Vec<Condition>);

/// The values that one column must have.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    /// The index of the column.
    pub(super) column: usize,
    pub(super) name: String,
    pub(super) values: Values,
    /// Which of the values some row has.
    pub(super) met: Arc<[AtomicBool]>,
}

impl Condition {
    pub(super) fn new(column: usize, name: &str, values: &Values) -> Self {
        let met = values.values.iter().map(|_| AtomicBool::new(false)).collect();
        Self { column, name: name.to_owned(), values: values.clone(), met }
    }

    /// The values that no row has.
    pub(super) fn unmet(&self) -> impl Iterator<Item = &ConditionValue> {
        let unmet = self.values.values.iter().zip(&*self.met).filter(|(_, met)| !met.load(Relaxed));
        // A value beside "any" is that of the rows that have it.
        unmet.map(|(value, _)| value).filter(|value| !value.is_any())
    }
}

impl Selection {
    /// The same selection for columns at other indices.
    pub(super) fn at_places(&self, place: impl Fn(usize) -> usize) -> Self {
        let moved = |one: &Condition| Condition { column: place(one.column), ..one.clone() };
        Self(self.0.iter().map(moved).collect())
    }

    /// The selected rows of a part.
    pub(super) fn apply(&self, part: Part, file: &Path) -> Result<Part, ReadError> {
        if self.0.is_empty() {
            return Ok(part);
        }
        let Part { batch, gaps } = part;
        let mut selected = vec![true; batch.num_rows()];
        for Condition { column, name, values, met } in &self.0 {
            let texts = TextColumn::new(batch.column(*column)).map_err(|wrong| ReadError::ColumnType {
                file: file.to_owned(),
                column: name.clone(),
                found: wrong.found,
                expected: wrong.expected,
            })?;
            for (row, selected) in selected.iter_mut().enumerate() {
                let place = values.place(texts.get(row).unwrap_or_default());
                *selected &= place.is_some() != values.not;
                if let Some(met) = place.and_then(|place| met.get(place))
                    && !met.load(Relaxed)
                {
                    met.store(true, Relaxed);
                }
            }
        }
        let (mut all, mut gaps) = (Vec::new(), gaps.into_iter().peekable());
        let (mut before, mut not_selected) = (0, 0);
        let mut close = |before: usize, rows: &mut u64, bad: Option<SkippedRows>| {
            let rows = std::mem::take(rows);
            let not_selected = (rows > 0).then_some(SkippedRows::NotSelected(rows));
            let passed_over = not_selected.into_iter().chain(bad);
            all.extend(passed_over.map(|passed_over| Gap { before, passed_over }));
        };
        for row in 0..=selected.len() {
            while let Some(gap) = gaps.next_if(|gap| gap.before == row) {
                close(before, &mut not_selected, Some(gap.passed_over));
            }
            match selected.get(row) {
                Some(false) => not_selected += 1,
                selected => {
                    close(before, &mut not_selected, None);
                    before += usize::from(selected.is_some());
                }
            }
        }
        let batch = filter_record_batch(&batch, &BooleanArray::from(selected)).map_err(|error| {
            ReadError::Damaged { file: file.to_owned(), rows: 0, message: error.to_string() }
        })?;
        Ok(Part { batch, gaps: all })
    }
}
