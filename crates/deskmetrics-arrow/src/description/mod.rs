//! The dataset description: the meaning of files and columns, as TOML.
#![warn(clippy::indexing_slicing)]

mod error;
mod event_mapping;
mod key;
mod schedule;
mod sla;
mod source;
mod suggest;

pub use error::{DescriptionError, plain_message};
pub(crate) use event_mapping::own_name;
pub use event_mapping::{EventMapping, EventMeaning};
pub use key::{Code, LetterCase, MeasureKey, NumberKey, TimestampKey, TimestampRules, Values, WordKey};
pub use schedule::{HolidayFile, ScheduleSource};
pub use sla::{SlaSource, SlaTable, WithinColumn};
pub use source::{
    AttributeValues, Duplicates, EventSource, InvitationSource, RepeatedStatus, RowOrder, SnapshotSource,
    StatedSlaKey, SurveySource, TicketSource,
};
pub(crate) use suggest::{did_you_mean, listed};
pub use suggest::{nearest, nearest_first};

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use deskmetrics::Scale;
use deskmetrics::kpi::FcrPolicy;
use deskmetrics::replay::{RepeatedSolve, ReplayOptions};
use deskmetrics::ticket::Attribute;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _};

use crate::ReadError;
use crate::file::{FileSpec, read_text};

/// The files of a dataset and the meaning of their columns and values.
///
/// ```
/// use deskmetrics_arrow::Description;
///
/// let description: Description = r#"
///     time_zone = "Europe/Copenhagen"
///
///     [[tickets]]
///     file = "tickets.csv"
///     id = "number"
///     created_at = "opened"
///     solved_at = { column = "done", format = "%d/%m/%Y %H:%M" }
///     attributes = { market = "country", priority = { column = "prio", words = { 1 = "high" } } }
/// "#.parse().unwrap();
/// assert_eq!(description.tickets[0].id.column.as_deref(), Some("number"));
///
/// let typo = "time_zone = 'Europe/Copenhagn'".parse::<Description>().unwrap_err();
/// assert_eq!(
///     typo.to_string(),
///     "description, line 1, column 13: time zone \"Europe/Copenhagn\" is unknown, did you mean \
///      \"Europe/Copenhagen\"? Give an IANA name such as \"Europe/Copenhagen\"",
/// );
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Description {
    /// The name of the dataset, for the head of a report.
    #[serde(default)]
    pub name: Option<String>,
    /// The folder that file names are relative to. It is itself relative to the [data
    /// root](crate::ReadOptions::with_data_root).
    #[serde(default)]
    pub folder: PathBuf,
    /// The time zone of the report's days and weeks, and of wall-clock times in the data unless
    /// [`timestamps`](Self::timestamps) or a column names another.
    #[serde(deserialize_with = "key::zone")]
    pub time_zone: Tz,
    /// The cut-off: a timestamp, or a wall-clock time in the dataset's zone. Later data is unknown. The default,
    /// `"latest event"`, is the last timestamp in the data, without implausible ones; see
    /// [`Dataset::last_timestamp`](crate::Dataset::last_timestamp).
    #[serde(default)]
    pub as_of: AsOf,
    /// The attributes a report is sliced by.
    #[serde(default, deserialize_with = "key::one_or_many")]
    pub by: Vec<Attribute>,
    /// The format of timestamps, unless a file or column has its own.
    #[serde(default, alias = "instants")]
    pub timestamps: TimestampRules,
    /// Codes that mean missing, in every column.
    #[serde(default)]
    pub missing: Vec<Code>,
    /// Files with one row per ticket.
    #[serde(default)]
    pub tickets: Vec<TicketSource>,
    /// Files with one row per event.
    #[serde(default)]
    pub events: Vec<EventSource>,
    /// Files with one row per audit record, each a snapshot of the whole ticket.
    #[serde(default)]
    pub snapshots: Vec<SnapshotSource>,
    /// Files with one row per survey form or per answer.
    #[serde(default)]
    pub surveys: Vec<SurveySource>,
    /// Files with one row per invitation.
    #[serde(default)]
    pub invitations: Vec<InvitationSource>,
    /// The scale of each survey question; `nps` needs no entry.
    #[serde(default)]
    pub scales: BTreeMap<Box<str>, Scale>,
    /// Working hours by name.
    #[serde(default)]
    pub schedules: BTreeMap<Box<str>, ScheduleSource>,
    /// The schedule for business time of tickets that [`schedule_by`](Self::schedule_by) does not match.
    #[serde(default)]
    pub schedule: Option<Box<str>>,
    /// The schedules of tickets with these attributes: `market = { DK = "nordic", ES = "iberia" }`.
    #[serde(default)]
    pub schedule_by: BTreeMap<Attribute, BTreeMap<Box<str>, Box<str>>>,
    /// The SLA policies.
    #[serde(default)]
    pub sla: SlaSource,
    /// The conventions of replay.
    #[serde(default)]
    pub replay: ReplayOptions,
    /// The policy of first contact resolution.
    #[serde(default)]
    pub fcr: Option<FcrPolicy>,
    /// Open questions about this description. They are notes of every report.
    #[serde(default)]
    pub undecided: Vec<String>,
}

/// The cut-off in a description.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AsOf {
    /// The last timestamp in the data.
    #[default]
    LatestEvent,
    /// A timestamp, or a wall-clock time in the description's zone, in ISO 8601.
    At(String),
}

impl<'de> Deserialize<'de> for AsOf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "latest event" {
            return Ok(Self::LatestEvent);
        }
        match crate::column::TimestampReading::new(Tz::UTC).read(&text) {
            Ok(Some(_)) => Ok(Self::At(text)),
            _ => Err(D::Error::custom(format!(
                "as_of \"{text}\" is neither \"latest event\" nor a timestamp such as \"2026-03-31T18:00:00Z\" or \"2026-03-31 20:00\""
            ))),
        }
    }
}

/// Extensions of files with data, which are no descriptions.
const DATA_FILES: [&str; 12] =
    ["csv", "txt", "tsv", "tab", "gz", "parquet", "pq", "arrow", "arrows", "feather", "ipc", "xlsx"];

impl Description {
    /// Reads a description from a file.
    ///
    /// # Errors
    /// If the file cannot be read or is invalid. The error contains line and column.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ReadError> {
        let path = path.as_ref();
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
        if path.is_file() && extension.is_some_and(|extension| DATA_FILES.contains(&extension.as_str())) {
            return Err(DescriptionError::new(format!(
                "{0} is data, and a description is a TOML file that names it: write one with [[tickets]] and file = \"{0}\"",
                path.file_name().unwrap_or_default().to_string_lossy()
            ))
            .into());
        }
        let text = read_text(path)?;
        let named = |error: DescriptionError| error.with_file(path);
        let description = text.parse::<Self>().map_err(named)?;
        Ok(description)
    }

    /// The role of a table's column of timestamps, such as `created_at`.
    pub fn timestamp_role(&self, table: &Path, column: &str) -> Option<&'static str> {
        let reads = |files: &[FileSpec]| files.iter().any(|file| file.path == table);
        let mut roles: Vec<(&'static str, Option<&TimestampKey>)> = Vec::new();
        for source in self.tickets.iter().filter(|source| reads(&source.file)) {
            roles.extend([
                ("created_at", Some(&source.created_at)),
                ("first_response_at", source.first_response_at.as_ref()),
                ("solved_at", source.solved_at.as_ref()),
                ("closed_at", source.closed_at.as_ref()),
                ("due_at", source.due_at.as_ref()),
                ("updated_at", source.updated_at.as_ref()),
            ]);
            roles.extend(source.sla.values().map(|key| ("due_at", key.due_at.as_ref())));
        }
        for source in self.events.iter().filter(|source| reads(&source.file)) {
            roles.extend([("at", Some(&source.at)), ("updated_at", source.updated_at.as_ref())]);
        }
        for source in self.snapshots.iter().filter(|source| reads(&source.file)) {
            let [created, due] = [&source.created_at, &source.due_at].map(Option::as_ref);
            roles.extend([("at", Some(&source.at)), ("created_at", created), ("due_at", due)]);
        }
        for source in self.surveys.iter().filter(|source| reads(&source.file)) {
            roles.extend([("at", source.at.as_ref()), ("updated_at", source.updated_at.as_ref())]);
        }
        for source in self.invitations.iter().filter(|source| reads(&source.file)) {
            roles.extend([
                ("sent_at", Some(&source.sent_at)),
                ("started_at", source.started_at.as_ref()),
                ("answered_at", source.answered_at.as_ref()),
                ("updated_at", source.updated_at.as_ref()),
            ]);
        }
        roles.into_iter().find_map(|(role, key)| key.filter(|key| key.column == column).map(|_| role))
    }

    /// Notes on roles without effect on reports, with what would give them one. With `records`, the records of
    /// surveys are read in full.
    pub(crate) fn unused(&self, records: bool) -> Vec<String> {
        let mut notes = Vec::new();
        let mut note = |unused: bool, table: &str, role: &str, remedy: &str| {
            if unused {
                notes.push(format!("{table}: {role} has no effect on a report; {remedy}"));
            }
        };
        for source in &self.surveys {
            note(source.weight.is_some(), "surveys", "weight", "only KPIs of weighted answers use it");
            note(
                source.customer.is_some() && !records,
                "surveys",
                "customer",
                "only the records of answers have it",
            );
            let one_each = source.duplicates.is_some() || source.updated_at.is_some();
            let unjoined = source.invitation.is_some() && self.invitations.is_empty() && !one_each;
            note(
                unjoined,
                "surveys",
                "invitation",
                "add invitations, or set which answer counts with duplicates",
            );
            let unnamed = one_each && source.invitation.is_none();
            note(unnamed, "surveys", "duplicates or updated_at", "name the invitation that an answer is to");
        }
        let files = [
            (
                "tickets",
                self.tickets
                    .iter()
                    .filter(|source| source.stated().iter().all(|(.., keys)| keys.is_empty()))
                    .flat_map(|source| &source.file)
                    .collect::<Vec<_>>(),
            ),
            ("events", self.events.iter().flat_map(|source| &source.file).collect()),
            ("snapshots", self.snapshots.iter().flat_map(|source| &source.file).collect()),
            ("invitations", self.invitations.iter().flat_map(|source| &source.file).collect()),
        ];
        for (table, files) in files {
            note(
                files.iter().any(|file| file.decimal.is_some()),
                table,
                "decimal",
                "such a table has no numbers",
            );
        }
        for source in self.events.iter().filter(|source| !source.creates_tickets) {
            let remedy = "it describes tickets that events create, with creates_tickets = true";
            note(source.requester.is_some(), "events", "requester", remedy);
            note(source.created_by.is_some(), "events", "created_by", remedy);
            note(!source.attributes.is_empty(), "events", "attributes", remedy);
            let unnamed = (source.duplicates.is_some() || source.updated_at.is_some()) && source.id.is_none();
            note(unnamed, "events", "duplicates or updated_at", "name the column of event ids");
        }
        for source in &self.invitations {
            note(
                source.customer.is_some() && !records,
                "invitations",
                "customer",
                "only the records of invitations have it",
            );
        }
        note(
            self.events.is_empty() && self.snapshots.iter().any(|source| source.created_by.is_some()),
            "snapshots",
            "created_by",
            "add the messages as events, which it explains",
        );
        let stated_again = |source: &&SnapshotSource| source.repeated_status == RepeatedStatus::Event;
        let restates = self.replay.repeated_solve == RepeatedSolve::Restates;
        note(
            !restates && self.snapshots.iter().any(|source| stated_again(&source)),
            "snapshots",
            "repeated_status",
            "state under [replay] that a repeated solve counts, with repeated_solve = \"restates\"",
        );
        notes.sort_unstable();
        notes.dedup();
        notes
    }

    /// Checks the rules for single sources that the form alone does not enforce.
    pub(crate) fn check_sources(&self) -> Result<(), DescriptionError> {
        for source in &self.tickets {
            Duplicates::check(source.duplicates, "tickets")?;
            source.check_stated()?;
        }
        for source in &self.events {
            Duplicates::check(source.duplicates, "events")?;
        }
        for source in &self.invitations {
            Duplicates::check(source.duplicates, "invitations")?;
        }
        Ok(())
    }

    fn check(&self) -> Result<(), DescriptionError> {
        if self.tickets.is_empty()
            && self.events.is_empty()
            && self.snapshots.is_empty()
            && self.surveys.is_empty()
            && self.invitations.is_empty()
        {
            let open = if self.undecided.is_empty() {
                ""
            } else {
                "; answer the questions of undecided first, which are marked QUESTION"
            };
            return Err(DescriptionError::new(format!(
                "names no data: expected at least one of [[tickets]], [[events]], [[snapshots]], [[surveys]], [[invitations]]{open}",
            )));
        }
        self.check_sources()?;
        for survey in &self.surveys {
            survey.check(&self.scales)?;
        }
        for (name, schedule) in &self.schedules {
            schedule.check(name)?;
        }
        Ok(())
    }
}

/// Parses a data form in TOML.
pub(crate) fn of_toml<T: DeserializeOwned>(text: &str) -> Result<T, DescriptionError> {
    let parsed =
        toml::Deserializer::parse(text).map_err(|error| DescriptionError::of_toml(&error, text, None))?;
    serde_path_to_error::deserialize(parsed).map_err(|error| {
        let key = error.path().to_string();
        DescriptionError::of_toml(error.inner(), text, Some(&key))
    })
}

impl std::str::FromStr for Description {
    type Err = DescriptionError;

    fn from_str(text: &str) -> Result<Self, DescriptionError> {
        let description: Self = of_toml(text)?;
        description.check()?;
        Ok(description)
    }
}
