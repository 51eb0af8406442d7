//! Builders of columns that are filled row by row.

use std::sync::Arc;

use arrow_array::builder::{DurationMicrosecondBuilder, StringBuilder, TimestampMicrosecondBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, Field, Schema};
use deskmetrics::Timestamp;

/// The time zone of output timestamps.
const UTC: &str = "UTC";

/// A column of timestamps in UTC.
#[derive(Debug, Default)]
pub(super) struct TimestampBuilder(TimestampMicrosecondBuilder);

impl TimestampBuilder {
    pub(super) fn push(&mut self, at: Option<Timestamp>) {
        self.0.append_option(at.map(Timestamp::as_micros));
    }

    pub(super) fn finish(&mut self) -> ArrayRef {
        Arc::new(self.0.finish().with_timezone(UTC))
    }
}

/// Durations on both clocks, with a column for each.
#[derive(Debug, Default)]
pub(super) struct DurationBuilders {
    calendar: DurationMicrosecondBuilder,
    business: DurationMicrosecondBuilder,
}

impl DurationBuilders {
    /// Adds a duration in microseconds of calendar and business time.
    pub(super) fn push(&mut self, [calendar, business]: [Option<i64>; 2]) {
        self.calendar.append_option(calendar);
        self.business.append_option(business);
    }

    fn finish(&mut self) -> [ArrayRef; 2] {
        [Arc::new(self.calendar.finish()), Arc::new(self.business.finish())]
    }
}

/// A column of labels.
#[derive(Debug, Default)]
pub(super) struct LabelBuilder(StringBuilder);

impl LabelBuilder {
    pub(super) fn push(&mut self, word: Option<&str>) {
        self.0.append_option(word);
    }

    pub(super) fn finish(&mut self) -> ArrayRef {
        Arc::new(self.0.finish())
    }
}

/// The columns of a batch in their order.
#[derive(Default)]
pub(super) struct BatchColumns {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl BatchColumns {
    pub(super) fn add(&mut self, name: &str, array: ArrayRef) {
        self.fields.push(Field::new(name, array.data_type().clone(), true));
        self.arrays.push(array);
    }

    /// A column for each clock: `name`, and `name_business`.
    pub(super) fn add_spans(&mut self, name: &str, spans: &mut DurationBuilders) {
        let [calendar, business] = spans.finish();
        self.add(name, calendar);
        self.add(&format!("{name}_business"), business);
    }

    pub(super) fn finish(self) -> Result<RecordBatch, ArrowError> {
        RecordBatch::try_new(Arc::new(Schema::new(self.fields)), self.arrays)
    }
}
