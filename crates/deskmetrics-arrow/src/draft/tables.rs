//! Tables from which descriptions are drafted.

use std::collections::BTreeMap;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use chrono_tz::Tz;

use super::form::{Draft, DraftQuestion, TableDraft};
use super::seen::SeenTable;
use super::{assign, kind};
use crate::ReadError;
use crate::column::TimestampReading;
use crate::file::{FileSpec, Progress, Table};
use crate::infer::TableKind;

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
        self.draft_with_progress(|_| {})
    }

    /// Like [`draft`](Self::draft), with a callback after every batch of rows.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn draft_with_progress(self, mut progress: impl FnMut(&Progress<'_>)) -> Result<Draft, ReadError> {
        let reading = TimestampReading::new(Tz::UTC);
        let seen = self
            .tables
            .into_iter()
            .map(|(stated, table)| SeenTable::read(stated, table, &reading, &mut progress));
        let seen: Vec<SeenTable<'_>> = seen.collect::<Result<_, _>>()?;
        let mut draft = Draft {
            time_zone: self.zone,
            tables: Vec::new(),
            scales: BTreeMap::new(),
            questions: Vec::new(),
        };
        let kinds: Vec<TableKind> = seen.iter().map(kind::of).collect();
        assign::draft(&mut draft, &seen, &kinds)?;
        let read = || draft.tables.iter().filter(|table| table.usable);
        let unzoned = read().find_map(|table| Some((file_name(&table.file), table.wall_clock.clone()?)));
        // Times of a table whose questions are open may have no zone.
        let waits = draft.tables.iter().any(|table| !table.usable && table.kind != "surveys");
        if self.zone.is_none() && (waits || read().any(TableDraft::has_timestamps)) {
            const AS_UTC: &str = "they are read as UTC: days, weeks, durations across clock changes, and durations between \
                                  times with and without a zone may be wrong";
            let (text, until) = match unzoned {
                None if waits => ("in which zone are days, weeks, and times without one?".to_owned(), AS_UTC),
                None => ("which zone do days and weeks have?".to_owned(), "days are those of UTC"),
                Some((file, column)) => (
                    format!(
                        "in which zone are times without one, such as those of {file}, column {column:?}?"
                    ),
                    AS_UTC,
                ),
            };
            let candidates = vec!["time_zone = \"Europe/Copenhagen\"".to_owned()];
            draft.questions.insert(0, DraftQuestion::new("time_zone", text, until, candidates));
        }
        Ok(draft)
    }
}

/// The last part of a file's name.
fn file_name(file: &Path) -> String {
    file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}
