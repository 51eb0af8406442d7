//! Drafts as data.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono_tz::Tz;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::roles::{INFERRED, timestamp_roles};

/// A draft of a description.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Draft {
    /// The zone of days, weeks and wall-clock times, if it is known.
    pub time_zone: Option<Tz>,
    /// The tables, in the order of the description. A table of tickets with scores is a table of surveys as well.
    pub tables: Vec<TableDraft>,
    /// The scales of survey questions that are certain, as in descriptions. A scale that is not is one of the questions, such as
    /// `scales.csat`, and its survey question is not read until it is answered.
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
    /// The number of rows, without those excluded.
    pub rows: u64,
    /// Excluded lines that are not rows, with the remedy.
    pub excluded: Vec<String>,
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
    /// The name under which a table in memory may be stored, without its ending.
    #[serde(skip)]
    pub(super) stored_as: &'static str,
    /// A used column of timestamps without a zone.
    #[serde(skip)]
    pub(super) wall_clock: Option<String>,
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
}

impl TableDraft {
    pub(super) fn has_timestamps(&self) -> bool {
        timestamp_roles(&self.roles).next().is_some()
    }
}

impl DraftQuestion {
    pub(super) fn new(
        place: impl Into<String>,
        text: impl Into<String>,
        until: impl Into<String>,
        candidates: Vec<String>,
    ) -> Self {
        Self { place: place.into(), text: text.into(), until: until.into(), candidates }
    }
}
