//! Schedules of a description, with holidays and schedules from files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use deskmetrics::schedule::WorkingTime;
use serde::Deserialize;

use super::{DescriptionError, TimestampRules, Values};
use crate::file::FileSpec;

/// A schedule in a description: the data form of [`WorkingTime`], in which `holidays` may name files, or `{ file =
/// "desk.toml" }`.
///
/// ```toml
/// [schedules.boston]
/// time_zone = "America/New_York"
/// hours = "Mo-Fr 08:30-17:00"
/// holidays = { file = "holidays.csv", column = "date", where = { country = "US", subdivision = "MA" } }
/// ```
///
/// `holidays` may also be a list of dates and such tables.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct ScheduleSource(toml::Table);

/// Dates in a file, one per row.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct HolidayFile {
    /// The file.
    pub file: FileSpec,
    /// The column with the date.
    pub column: String,
    /// The format of the dates, if not `2026-12-25`; see
    /// [`TimestampReading::with_format`](crate::column::TimestampReading::with_format).
    #[serde(default)]
    pub format: Option<String>,
    /// The values that columns must have in rows that count; see [`Values`].
    #[serde(default, rename = "where")]
    pub filter: BTreeMap<String, Values>,
}

impl HolidayFile {
    /// The rules for its dates.
    pub(crate) fn rules(&self) -> TimestampRules {
        TimestampRules { format: self.format.clone(), ..TimestampRules::default() }
    }
}

impl ScheduleSource {
    /// The file of the whole schedule, if any.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        self.0.get("file")?.as_str().map(PathBuf::from)
    }

    /// Builds the schedule. `dates` returns the dates of a holiday file.
    pub(crate) fn build<E: From<DescriptionError>>(
        &self,
        name: &str,
        mut dates: impl FnMut(&HolidayFile) -> Result<Vec<String>, E>,
    ) -> Result<WorkingTime, E> {
        let mut table = self.0.clone();
        fill_in(&mut table, name, &mut dates)?;
        serde_path_to_error::deserialize(table).map_err(|error| wrong(name, &error).into())
    }

    /// Checks the schedule, as far as possible without reading a file.
    pub(super) fn check(&self, name: &str) -> Result<(), DescriptionError> {
        if self.file().is_some() {
            return Ok(());
        }
        self.build(name, |_| Ok(Vec::new())).map(|_: WorkingTime| ())
    }
}

/// Replaces holiday files with their dates, also inside combinations and versions.
fn fill_in<E: From<DescriptionError>>(
    table: &mut toml::Table,
    name: &str,
    dates: &mut impl FnMut(&HolidayFile) -> Result<Vec<String>, E>,
) -> Result<(), E> {
    if let Some(holidays) = table.get_mut("holidays") {
        let stated = match std::mem::replace(holidays, toml::Value::Boolean(false)) {
            toml::Value::Array(list) => list,
            one => vec![one],
        };
        let mut all = Vec::new();
        for one in stated {
            if one.is_table() {
                let file: HolidayFile =
                    serde_path_to_error::deserialize(one).map_err(|error| wrong(name, &error))?;
                all.extend(dates(&file)?.into_iter().map(toml::Value::String));
            } else {
                all.push(one);
            }
        }
        *holidays = toml::Value::Array(all);
    }
    for key in ["any_of", "all_of", "versions"] {
        let members = table.get_mut(key).and_then(toml::Value::as_array_mut);
        for member in members.into_iter().flatten().filter_map(toml::Value::as_table_mut) {
            fill_in(member, name, dates)?;
        }
    }
    Ok(())
}

fn wrong(name: &str, error: &serde_path_to_error::Error<toml::de::Error>) -> DescriptionError {
    let mut wrong = DescriptionError::of_toml(error.inner(), "", Some(&error.path().to_string()));
    wrong.place = None; // places inside a part of the text would be misleading
    wrong.message = format!("schedules.{name}: {}", wrong.message);
    wrong
}
