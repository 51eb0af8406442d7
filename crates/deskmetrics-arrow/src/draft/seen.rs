//! Tables with what their values have in common.

use std::collections::BTreeMap;

use crate::ReadError;
use crate::column::profile::ColumnProfile;
use crate::column::{DateOrder, DateOrderError, TextColumn, TimestampReading};
use crate::decode::Ledger;
use crate::file::{Part, Progress, Table};
use crate::infer::TableKind;

/// A column with the profile of its values.
pub(super) struct Seen<'r> {
    pub(super) name: String,
    pub(super) profile: ColumnProfile<'r>,
    pub(super) order: Result<Option<DateOrder>, DateOrderError>,
    /// Whether the table has several columns of this name.
    pub(super) repeated: bool,
}

/// A table with the profiles of its columns.
pub(super) struct SeenTable<'r> {
    pub(super) stated: Option<TableKind>,
    pub(super) table: Table,
    pub(super) rows: u64,
    pub(super) columns: Vec<Seen<'r>>,
    /// Excluded lines that are not rows, with the remedy.
    pub(super) excluded: Vec<String>,
}

impl<'r> SeenTable<'r> {
    pub(super) fn read(
        stated: Option<TableKind>,
        table: Table,
        reading: &'r TimestampReading,
        progress: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<Self, ReadError> {
        let schema = table.schema().clone();
        let places: Vec<usize> = (0..schema.fields().len()).collect();
        let new = |field: &arrow_schema::FieldRef| ColumnProfile::new(field.data_type().clone(), reading);
        let mut profiles: Vec<ColumnProfile<'r>> = schema.fields().iter().map(new).collect();
        let mut rows = 0;
        let mut ledger = Ledger::new(&table, stated.map_or("", TableKind::key), false);
        let mut batches = table.batches(&places)?;
        while let Some(part) = batches.next_part() {
            let Part { batch, gaps } = part?;
            ledger.pass_over(gaps)?;
            ledger.batch_done(batch.num_rows());
            rows += batch.num_rows() as u64;
            for (profile, array) in profiles.iter_mut().zip(batch.columns()) {
                profile.add(array);
            }
            progress(&batches.progress());
        }
        ledger.finish()?;
        let mut columns: Vec<Seen<'r>> = schema
            .fields()
            .iter()
            .zip(profiles)
            .map(|(field, mut profile)| {
                let order = if profile.is_timestamps() { profile.date_order() } else { Ok(None) };
                let repeated =
                    schema.fields().iter().filter(|other| other.name() == field.name()).count() > 1;
                Seen { name: field.name().clone(), profile, order, repeated }
            })
            .collect();
        // The columns of one export have one order: those that decide it do so for the others.
        let mut decided = columns.iter().filter_map(|column| column.order.clone().ok().flatten());
        if let Some(first) = decided.next()
            && decided.all(|other| other == first)
        {
            for column in &mut columns {
                if matches!(&column.order, Err(DateOrderError::Ambiguous { orders, .. }) if orders.contains(&first))
                {
                    column.order = Ok(Some(first));
                }
            }
        }
        let excluded = ledger.into_report().exclusions;
        let excluded = excluded.iter().map(|lines| format!("{lines}; {}", lines.remedy)).collect();
        Ok(Self { stated, table, rows, columns, excluded })
    }
}

pub(super) fn column<'t, 'r>(table: &'t SeenTable<'r>, name: &str) -> Option<&'t Seen<'r>> {
    table.columns.iter().find(|column| column.name == name)
}

/// What a column contains, in words.
pub(super) fn content(column: &Seen<'_>) -> String {
    let profile = &column.profile;
    let plain = |text: &str| -> String {
        let line: String =
            text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        if line.chars().count() > 40 { line.chars().take(39).chain(['…']).collect() } else { line }
    };
    let first = plain(profile.first.as_deref().unwrap_or_default());
    if profile.filled == 0 {
        "empty".to_owned()
    } else if profile.nested {
        "lists".to_owned()
    } else if profile.is_timestamps() {
        format!("timestamps such as {first}")
    } else if profile.is_numbers() && profile.distinct() > 12 {
        let (least, greatest) = profile.range.unwrap_or_default();
        format!("numbers from {least} to {greatest}")
    } else if !profile.many && profile.distinct() <= 12 {
        let mut values: Vec<String> = profile.values().iter().map(|(value, _)| plain(value)).collect();
        values.sort_unstable();
        let count = values.len();
        format!("{count} {}: {}", if count == 1 { "value" } else { "values" }, values.join(", "))
    } else if profile.many {
        format!("more than {} different values such as {first}", profile.distinct())
    } else {
        format!("{} different values such as {first}", profile.distinct())
    }
}

/// For each label of one column, the values of another with their numbers.
pub(super) fn grouped(
    table: &SeenTable<'_>,
    label: &str,
    value: &str,
) -> Result<BTreeMap<String, BTreeMap<String, u64>>, ReadError> {
    const MOST: usize = 1_000;
    let table = &table.table;
    let mut groups: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    let mut batches = table.batches(&[table.column(label)?, table.column(value)?])?;
    while let Some(part) = batches.next_part() {
        let batch = part?.batch;
        let (Ok(labels), Ok(values)) = (TextColumn::new(batch.column(0)), TextColumn::new(batch.column(1)))
        else {
            return Ok(groups);
        };
        for row in 0..batch.num_rows() {
            let cell = |column: &TextColumn| {
                column.get(row).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
            };
            let (Some(label), Some(value)) = (cell(&labels), cell(&values)) else { continue };
            if groups.len() >= MOST && !groups.contains_key(&label) {
                continue;
            }
            let group = groups.entry(label).or_default();
            if group.len() < MOST || group.contains_key(&value) {
                *group.entry(value).or_default() += 1;
            }
        }
    }
    Ok(groups)
}
