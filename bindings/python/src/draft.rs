//! Drafts of descriptions of tables and files.

use std::path::Path;

use deskmetrics_arrow::{DraftQuestion, TableDraft, TableDrafts, TableKind};
use pyo3::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::data::Data;
use crate::error;
use crate::input::{Table, zone};

/// The kinds of tables, by their keys.
const KINDS: [TableKind; 5] =
    [TableKind::Tickets, TableKind::Events, TableKind::Snapshots, TableKind::Surveys, TableKind::Invitations];

/// A draft as data.
#[derive(Serialize)]
pub(crate) struct DraftForm {
    columns: Map<String, Value>,
    scales: std::collections::BTreeMap<String, Value>,
    questions: Vec<DraftQuestion>,
    tables: Vec<TableDraft>,
    toml: String,
}

/// Drafts the description of tables and files, each with its kind if that is known.
#[pyfunction(name = "_describe")]
pub(crate) fn describe(
    py: Python<'_>,
    tables: Vec<(Option<String>, Bound<'_, PyAny>)>,
    assume_tz: Option<Bound<'_, PyAny>>,
) -> PyResult<Data<DraftForm>> {
    if tables.is_empty() {
        return Err(error::argument(
            "there is no table: give a frame or the name of a file, such as describe(tickets=frame)",
        ));
    }
    let mut drafts = TableDrafts::default();
    if let Some(assumed) = assume_tz {
        drafts = drafts.with_zone(zone("assume_tz", &assumed)?);
    }
    let read = |problem: deskmetrics_arrow::ReadError| error::read(problem.to_string());
    for (name, value) in tables {
        let kind = name.as_deref().and_then(|name| KINDS.into_iter().find(|kind| kind.key() == name));
        drafts = if let Ok(file) = value.extract::<String>() {
            drafts.with_file(kind, file).map_err(read)?
        } else {
            let name = name.as_deref().unwrap_or("table");
            let table = Table::read(name, &value)?;
            drafts.with_table(kind, name, table.schema, table.batches)
        };
    }
    let draft = py.detach(|| drafts.draft()).map_err(read)?;
    let (columns, toml) = (draft.columns(), draft.to_toml(Path::new(".")));
    let questions = draft.questions().cloned().collect();
    Ok(Data(DraftForm { columns, scales: draft.scales, questions, tables: draft.tables, toml }))
}
