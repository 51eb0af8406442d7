//! Descriptions of files whose columns have usual names.

use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Schema};
use chrono_tz::Tz;
use deskmetrics::ticket::Attribute;
use serde_json::{Map, Value, json};

use crate::column::{ColumnContent, TextColumn};
use crate::file::{FileSpec, Table};
use crate::infer::{AmbiguousRole, TableKind, usual};
use crate::roles::{columns_of, columns_of_roles, complete, likely_column, without_zone};
use crate::{Description, ReadError};

/// Files of known kinds whose columns have usual names, such as `created_at`.
///
/// ```
/// use deskmetrics_arrow::{Dataset, ReadOptions, TableKind, UsualFiles};
///
/// # let folder = tempfile::tempdir()?;
/// let file = folder.path().join("tickets.csv");
/// std::fs::write(&file, "id,created_at,market\n1,2026-03-02T09:00:00Z,DK\n")?;
/// let usual = UsualFiles::new([(TableKind::Tickets, file)]).describe()?;
/// let dataset = Dataset::of_description(&usual.description, ReadOptions::default())?;
/// assert_eq!(dataset.counts().tickets, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct UsualFiles {
    files: Vec<(TableKind, PathBuf)>,
    zone: Option<Tz>,
    attributes: Vec<Attribute>,
}

/// The description of files whose columns have usual names.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct UsualDescription {
    /// The description.
    pub description: Description,
    /// Notes for readers of the numbers: the columns of each file, those that are not certain, tickets without ids.
    pub notes: Vec<String>,
    /// Columns that may state a measure but whose values have no unit, each after its role; for
    /// [`ReadOptions::with_unitless`](crate::ReadOptions::with_unitless).
    pub unitless: Vec<(&'static str, String)>,
}

/// Files that cannot be described by the usual names of columns.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UsualError {
    /// A file cannot be opened or read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// No column has a usual name of a required role.
    #[error("{}: {} need a column for {role}, and none has a usual name of it; {}{}", file.display(), kind.key(), crate::error::present_columns(present), names_in(*skip_rows))]
    NoColumn {
        /// The file.
        file: PathBuf,
        /// The kind of its records.
        kind: TableKind,
        /// The role.
        role: &'static str,
        /// The columns of the file.
        present: Vec<String>,
        /// The roles with the columns that are known or likely; without a column where none is likely.
        likely: Vec<(String, Option<String>)>,
        /// The number of lines before a later one that has a usual name of the role. The likely columns are those of that line.
        skip_rows: Option<usize>,
    },
    /// A column contains wall-clock times, and no zone is stated.
    #[error("{}: the times in column \"{column}\" have no zone", file.display())]
    NoZone {
        /// The file.
        file: PathBuf,
        /// The column.
        column: String,
    },
}

impl UsualFiles {
    /// Files with the kinds of their records. Those of one kind are read together.
    pub fn new(files: impl IntoIterator<Item = (TableKind, PathBuf)>) -> Self {
        Self { files: files.into_iter().collect(), zone: None, attributes: Vec::new() }
    }

    /// Sets the zone of days, weeks and wall-clock times. Without it, wall-clock times are an error, and days are those of UTC.
    #[must_use]
    pub fn with_zone(mut self, zone: Tz) -> Self {
        self.zone = Some(zone);
        self
    }

    /// Reads columns of these attributes whatever they contain.
    #[must_use]
    pub fn with_attributes(mut self, attributes: impl IntoIterator<Item = Attribute>) -> Self {
        self.attributes.extend(attributes);
        self
    }

    /// Describes the files by the names of their columns.
    ///
    /// # Errors
    /// If a file cannot be opened, a required column has no usual name, or times have no zone.
    pub fn describe(&self) -> Result<UsualDescription, UsualError> {
        let tables = self.files.iter().map(|(kind, file)| Ok((*kind, file, open(file)?)));
        let tables: Vec<(TableKind, &PathBuf, Table)> = tables.collect::<Result<_, ReadError>>()?;
        let has = |kinds: &[TableKind]| self.files.iter().any(|(kind, _)| kinds.contains(kind));
        let logged = has(&[TableKind::Events, TableKind::Snapshots]);
        let mut form = Map::new();
        form.insert("time_zone".to_owned(), json!(self.zone.unwrap_or(Tz::UTC).name()));
        let (mut notes, mut unitless) = (Vec::new(), Vec::new());
        for (kind, file, table) in tables {
            let kind =
                if logged && kind == TableKind::Tickets { TableKind::TicketsBesideEvents } else { kind };
            let own = kind != TableKind::Events || !has(&[TableKind::Tickets]);
            let by = if own { self.attributes.as_slice() } else { &[] };
            let (mut roles, inferred) =
                complete(kind, &typed(&table)?, Map::new(), by, true, |field, content| {
                    content.has_type(field.data_type())
                });
            if kind == TableKind::TicketsBesideEvents {
                roles.entry("id").or_insert(json!("id"));
            }
            if let Err(missing) = check_required(file, kind, &table, &roles) {
                return Err(below(missing, &table, by));
            }
            if kind == TableKind::Tickets && !roles.contains_key("id") {
                // Its rows are identified by their numbers.
                roles.insert("id".to_owned(), json!({}));
                notes.push(format!(
                    "{}: no column is known to contain ids, so every row counts as a ticket and duplicates go unnoticed",
                    file.display()
                ));
            }
            if kind == TableKind::Invitations {
                roles.entry("id").or_insert(json!({}));
            }
            if kind == TableKind::Events && !has(&[TableKind::Tickets]) {
                roles.insert("creates_tickets".to_owned(), json!(true));
            }
            if self.zone.is_none() {
                check_zones(&table, &roles)?;
            }
            notes.push(mapping(file, &roles));
            notes.extend(inferred.ambiguous.iter().map(|ambiguous| either(file, ambiguous)));
            unitless.extend(inferred.unitless);
            roles.insert("file".to_owned(), json!(file));
            if let Value::Array(sources) = form.entry(kind.key()).or_insert(json!([])) {
                sources.push(Value::Object(roles));
            }
        }
        let description = serde_path_to_error::deserialize(Value::Object(form))
            .map_err(|error| ReadError::from(crate::DescriptionError::new(error.to_string())))?;
        Ok(UsualDescription { description, notes, unitless })
    }
}

/// The line that may have the names of columns.
fn names_in(skip_rows: Option<usize>) -> String {
    skip_rows.map_or_else(String::new, |skipped| {
        format!("; line {} seems to contain the names of columns: state skip_rows = {skipped}", skipped + 1)
    })
}

fn open(file: &Path) -> Result<Table, ReadError> {
    Table::open(Path::new(""), &FileSpec::new(file))
}

/// The rows of these columns. Lines that are no rows are excluded and counted when the table is decoded.
fn rows(
    table: &Table,
    columns: &[usize],
) -> Result<impl Iterator<Item = Result<RecordBatch, ReadError>>, ReadError> {
    let mut batches = table.batches(columns)?;
    Ok(std::iter::from_fn(move || batches.next_part()).map(|part| Ok(part?.batch)))
}

/// The schema, with the columns of a text file that contain numbers in their first rows as columns of numbers.
fn typed(table: &Table) -> Result<Schema, ReadError> {
    let schema = table.schema();
    let texts = (0..schema.fields().len()).filter(|place| schema.field(*place).data_type().is_string());
    let texts: Vec<usize> = texts.collect();
    let mut fields: Vec<Field> = schema.fields().iter().map(|field| Field::clone(field)).collect();
    let Some(first) = rows(table, &texts)?.next().transpose()? else { return Ok(Schema::new(fields)) };
    for (place, array) in texts.into_iter().zip(first.columns()) {
        let Ok(column) = TextColumn::new(array) else { continue };
        let values = (0..array.len()).filter_map(|row| column.get(row)).map(str::trim);
        let mut values = values.filter(|text| !text.is_empty()).peekable();
        if values.peek().is_none() {
            continue;
        }
        let mut whole = true;
        if values.all(|text| {
            whole &= text.parse::<i64>().is_ok();
            text.parse::<f64>().is_ok_and(f64::is_finite)
        }) {
            let kind = if whole { DataType::Int64 } else { DataType::Float64 };
            fields[place] = Field::new(fields[place].name(), kind, true);
        }
    }
    Ok(Schema::new(fields))
}

/// Checks that each required role has a column.
fn check_required(
    file: &Path,
    kind: TableKind,
    table: &Table,
    roles: &Map<String, Value>,
) -> Result<(), UsualError> {
    let present: Vec<String> = table.column_names().map(str::to_owned).collect();
    let is_missing = |role: &str| {
        roles.get(role).is_some_and(|form| columns_of(form).iter().any(|column| !present.contains(column)))
    };
    let id: &[&str] = if kind == TableKind::TicketsBesideEvents { &["id"] } else { &[] };
    let required = || id.iter().chain(kind.required()).copied();
    let Some(role) = required().find(|role| is_missing(role)) else { return Ok(()) };
    let is_known = |(role, _): &(&String, &Value)| *role != "attributes" && !is_missing(role);
    let known: Map<String, Value> =
        roles.iter().filter(is_known).map(|(role, form)| (role.clone(), form.clone())).collect();
    let taken = columns_of_roles(&known);
    let mut free: Vec<String> = present.iter().filter(|column| !taken.contains(column)).cloned().collect();
    let mut likely: Vec<(String, Option<String>)> = Vec::new();
    let shown = ["id"].into_iter().filter(|_| kind == TableKind::Tickets).chain(required());
    for role in shown {
        let column = match known.get(role) {
            Some(form) => columns_of(form).into_iter().next(),
            None => likely_column(role, &free).map(|place| free.remove(place)),
        };
        likely.push((role.to_owned(), column));
    }
    Err(UsualError::NoColumn { file: file.to_owned(), kind, role, present, likely, skip_rows: None })
}

/// The error of a missing column, with the likely ones of a later line if that has the names of columns.
fn below(mut missing: UsualError, table: &Table, by: &[Attribute]) -> UsualError {
    let UsualError::NoColumn { file, kind, role, likely, skip_rows, .. } = &mut missing else {
        return missing;
    };
    let names = kind.names(role);
    let Some(before) = table.lines_before_name(|field| names.contains(&&*usual(field))) else {
        return missing;
    };
    let spec = FileSpec { skip_rows: Some(before), ..FileSpec::new(file.as_path()) };
    let Ok(table) = Table::open(Path::new(""), &spec) else { return missing };
    let Ok(schema) = typed(&table) else { return missing };
    let content = |field: &Field, content: ColumnContent| content.has_type(field.data_type());
    let (roles, _) = complete(*kind, &schema, Map::new(), by, true, content);
    for (role, column) in likely {
        *column = roles.get(role).and_then(|form| columns_of(form).into_iter().next());
    }
    *skip_rows = Some(before);
    missing
}

/// Checks that no column of timestamps contains wall-clock times.
fn check_zones(table: &Table, roles: &Map<String, Value>) -> Result<(), UsualError> {
    for (column, reading) in without_zone(roles) {
        for batch in rows(table, &[table.column(&column)?])? {
            if reading.needs_zone(batch?.column(0)) {
                return Err(UsualError::NoZone { file: table.path().to_owned(), column });
            }
        }
    }
    Ok(())
}

/// Which columns have which roles.
fn mapping(file: &Path, roles: &Map<String, Value>) -> String {
    let is_role = |(role, _): &(&String, &Value)| !["attributes", "questions"].contains(&role.as_str());
    let named = |name: &str| roles.get(name).and_then(Value::as_object).into_iter().flatten();
    let each = |(role, form): (&String, &Value)| -> Vec<String> {
        columns_of(form).iter().map(|column| format!("{role} \"{column}\"")).collect()
    };
    let mut parts: Vec<String> = roles.iter().filter(is_role).flat_map(each).collect();
    parts.extend(named("questions").flat_map(each));
    let attributes: Vec<&str> = named("attributes").map(|(attribute, _)| attribute.as_str()).collect();
    if !attributes.is_empty() {
        parts.push(format!("attributes {}", attributes.join(", ")));
    }
    format!("{}: columns are read by their names: {}", file.display(), parts.join(", "))
}

/// Which of two columns has a role.
fn either(file: &Path, AmbiguousRole { role, column, other, .. }: &AmbiguousRole) -> String {
    format!("{}: both \"{column}\" and \"{other}\" may be the {role}; \"{column}\" is used", file.display())
}
