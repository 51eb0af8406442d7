//! Drafts of descriptions: what tables contain, inferred from names and values.
//!
//! A draft decides what names and values make certain. Everything else is a [`DraftQuestion`].
#![warn(clippy::indexing_slicing)]

mod kind;
mod role;
mod scale;
mod toml;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use chrono_tz::Tz;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::column::profile::ColumnProfile;
use crate::column::{DateOrder, DateOrderError, TimestampReading};
use crate::file::{FileSpec, Table};
use crate::infer::TableKind;
use crate::roles::{INFERRED, timestamp_roles};
use crate::{Description, ReadError};

/// Tables from which a description is drafted.
///
/// ```
/// use deskmetrics_arrow::{Dataset, ReadOptions, TableDrafts};
///
/// # let folder = tempfile::tempdir()?;
/// let file = folder.path().join("export.csv");
/// std::fs::write(&file, "\
/// Ticket ID,Created,Status,Country
/// 1,25/02/2026 09:00,Open,DK
/// 2,03/03/2026 10:00,Parked,ES
/// ")?;
/// let draft = TableDrafts::default().with_file(None, &file)?.draft()?;
/// let questions: Vec<&str> = draft.questions().map(|question| question.place.as_str()).collect();
/// assert_eq!(questions, ["time_zone", "tickets.status"]); // no zone is stated, and "Parked" is no usual status
///
/// let description = draft.to_toml(folder.path());
/// assert!(description.contains(r#"created_at = { column = "Created", format = "day_first" }"#));
/// let dataset = Dataset::of_description(&description.parse()?, ReadOptions::default().with_data_root(folder.path()))?;
/// assert_eq!(dataset.counts().tickets, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct TableDrafts {
    tables: Vec<(Option<TableKind>, Table)>,
    zone: Option<Tz>,
}

/// A draft of a description.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Draft {
    /// The zone of days, weeks and wall-clock times, if it is known.
    pub time_zone: Option<Tz>,
    /// The tables, in the order of the description. A table of tickets with scores is a table of surveys as well.
    pub tables: Vec<TableDraft>,
    /// The scale of each survey question, as in descriptions.
    pub scales: BTreeMap<String, Value>,
    /// Questions about the whole description.
    pub questions: Vec<DraftQuestion>,
}

/// The draft of one table.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct TableDraft {
    /// The key of the table in descriptions, such as `tickets`.
    pub kind: &'static str,
    /// The file, or the name of the table in memory.
    pub file: PathBuf,
    /// The number of rows.
    pub rows: u64,
    /// Whether all required roles are known. Other tables are comments in the description.
    pub usable: bool,
    /// The roles of the columns, as in descriptions.
    pub roles: Map<String, Value>,
    /// The columns of the table, in order.
    pub columns: Vec<ColumnDraft>,
    /// What could not be decided.
    pub questions: Vec<DraftQuestion>,
    /// Whether the table is in memory, so that `file` is only its name.
    pub in_memory: bool,
    /// A used column of timestamps without a zone.
    #[serde(skip)]
    wall_clock: Option<String>,
}

/// The draft of one column.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct ColumnDraft {
    /// Its name.
    pub column: String,
    /// Its roles, such as `created_at` and `attributes.market`; none if it is not read.
    pub roles: Vec<String>,
    /// What it contains.
    pub content: String,
}

/// What the data does not decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DraftQuestion {
    /// The key of the description that it is about, such as `tickets.created_at`.
    pub place: String,
    /// The question.
    pub text: String,
    /// What holds until it is answered.
    pub until: String,
    /// Lines of a description that would answer it.
    pub candidates: Vec<String>,
}

/// A column with the profile of its values.
struct Seen<'r> {
    name: String,
    profile: ColumnProfile<'r>,
    order: Result<Option<DateOrder>, DateOrderError>,
    /// Whether the table has several columns of this name.
    repeated: bool,
}

/// A table with the profiles of its columns.
struct SeenTable<'r> {
    stated: Option<TableKind>,
    table: Table,
    rows: u64,
    columns: Vec<Seen<'r>>,
}

impl TableDrafts {
    /// Adds a file; without a kind, its name and contents decide.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn with_file(mut self, kind: Option<TableKind>, file: impl AsRef<Path>) -> Result<Self, ReadError> {
        let table = Table::open(Path::new(""), &FileSpec::new(file.as_ref()))?;
        self.tables.push((kind, table));
        Ok(self)
    }

    /// Adds a table in memory.
    #[must_use]
    pub fn with_table(
        mut self,
        kind: Option<TableKind>,
        name: &str,
        schema: SchemaRef,
        batches: Vec<RecordBatch>,
    ) -> Self {
        self.tables.push((kind, Table::in_memory(name, schema, batches)));
        self
    }

    /// Sets the zone of days, weeks and wall-clock times.
    #[must_use]
    pub fn with_zone(mut self, zone: Tz) -> Self {
        self.zone = Some(zone);
        self
    }

    /// Reads all tables and drafts their description.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn draft(self) -> Result<Draft, ReadError> {
        let reading = TimestampReading::new(Tz::UTC);
        let seen = self.tables.into_iter().map(|(stated, table)| SeenTable::read(stated, table, &reading));
        let seen: Vec<SeenTable<'_>> = seen.collect::<Result<_, _>>()?;
        let mut draft = Draft {
            time_zone: self.zone,
            tables: Vec::new(),
            scales: BTreeMap::new(),
            questions: Vec::new(),
        };
        let kinds: Vec<TableKind> = seen.iter().map(kind::of).collect();
        role::draft(&mut draft, &seen, &kinds)?;
        let read = || draft.tables.iter().filter(|table| table.usable);
        let unzoned = read().find_map(|table| Some((file_name(&table.file), table.wall_clock.clone()?)));
        if self.zone.is_none() && read().any(TableDraft::has_timestamps) {
            let (text, until) = match unzoned {
                None => ("which zone do days and weeks have?".to_owned(), "days are those of UTC"),
                Some((file, column)) => (
                    format!(
                        "in which zone are times without one, such as those of {file}, column {column:?}?"
                    ),
                    "they are read as UTC: days, weeks, durations across clock changes, and durations between times with and \
                     without a zone may be wrong",
                ),
            };
            let candidates = vec!["time_zone = \"Europe/Copenhagen\"".to_owned()];
            draft.questions.insert(0, DraftQuestion::new("time_zone", text, until, candidates));
        }
        Ok(draft)
    }
}

impl<'r> SeenTable<'r> {
    fn read(
        stated: Option<TableKind>,
        table: Table,
        reading: &'r TimestampReading,
    ) -> Result<Self, ReadError> {
        let schema = table.schema().clone();
        let places: Vec<usize> = (0..schema.fields().len()).collect();
        let new = |field: &arrow_schema::FieldRef| ColumnProfile::new(field.data_type().clone(), reading);
        let mut profiles: Vec<ColumnProfile<'r>> = schema.fields().iter().map(new).collect();
        let mut rows = 0;
        for batch in table.batches(&places)? {
            let batch = batch?;
            rows += batch.num_rows() as u64;
            for (profile, array) in profiles.iter_mut().zip(batch.columns()) {
                profile.add(array);
            }
        }
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
        Ok(Self { stated, table, rows, columns })
    }
}

impl Draft {
    /// All questions.
    pub fn questions(&self) -> impl Iterator<Item = &DraftQuestion> {
        self.questions.iter().chain(self.tables.iter().flat_map(|table| &table.questions))
    }

    /// Whether a table can be read.
    pub fn is_usable(&self) -> bool {
        self.tables.iter().any(|table| table.usable)
    }

    /// The roles of the tables that can be read, by table, as Python takes them. Of several tables of one kind, the first.
    pub fn columns(&self) -> Map<String, Value> {
        let mut columns = Map::new();
        for table in self.tables.iter().filter(|table| table.usable) {
            let mut roles = table.roles.clone();
            if let (Some(zone), Some(_)) = (self.time_zone, &table.wall_clock) {
                roles.entry("timestamps").or_insert(json!({ "time_zone": zone.name() }));
            }
            roles.insert(INFERRED.to_owned(), json!(false));
            columns.entry(table.kind).or_insert(Value::Object(roles));
        }
        columns
    }

    /// The description in TOML, with comments. Files are named relative to `folder`, where the description will be stored.
    pub fn to_toml(&self, folder: &Path) -> String {
        toml::write(self, folder)
    }

    /// The description, with files named as they were.
    ///
    /// # Errors
    /// If no table can be read.
    pub fn description(&self) -> Result<Description, ReadError> {
        Ok(self.to_toml(Path::new("")).parse::<Description>()?)
    }
}

impl TableDraft {
    fn has_timestamps(&self) -> bool {
        timestamp_roles(&self.roles).next().is_some()
    }
}

/// The last part of a file's name.
fn file_name(file: &Path) -> String {
    file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}

impl DraftQuestion {
    fn new(
        place: impl Into<String>,
        text: impl Into<String>,
        until: impl Into<String>,
        candidates: Vec<String>,
    ) -> Self {
        Self { place: place.into(), text: text.into(), until: until.into(), candidates }
    }
}
