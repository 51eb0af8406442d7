//! The files of a description: what each holds and which column says what.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use deskmetrics::ticket::Attribute;
use deskmetrics::{Author, Scale, Status};
use serde::Deserialize;

use super::key::{column, columns, one_or_many, optional_column};
use super::{Code, DescriptionError, Happenings, InstantKey, InstantRules, NumberKey, WordKey};
use super::{did_you_mean, listed, nearest};
use crate::column::TicketStatus;
use crate::file::FileSpec;

type Text = WordKey<Box<str>>;

/// A file with one row per ticket.
///
/// Instants of its life that stand in columns become events: `first_response_at` a public message of an agent,
/// `solved_at` and `closed_at` the status. A ticket whose status is solved or closed without either instant is left
/// out; an end instant of a ticket that is open again is passed over and counted.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TicketSource {
    /// The file, or several of the same form.
    #[serde(deserialize_with = "one_or_many")]
    pub file: Vec<FileSpec>,
    /// How this file's instants are written.
    #[serde(default)]
    pub instants: InstantRules,
    /// Codes that mean there is no value, in every column.
    #[serde(default)]
    pub missing: Vec<Code>,
    /// The ticket's id.
    #[serde(deserialize_with = "column")]
    pub id: Text,
    /// When it was created.
    #[serde(deserialize_with = "column")]
    pub created_at: InstantKey,
    /// An event this little before its ticket's creation is taken as at the creation (and counted): two computers'
    /// clocks differ. None is forgiven if not said.
    #[serde(default, with = "deskmetrics::duration_text")]
    pub clock_skew: TimeDelta,
    /// Who asks.
    #[serde(default, deserialize_with = "optional_column")]
    pub requester: Option<Text>,
    /// Who created it; the customer if not said, also where the first response bears the very instant of creation, as in
    /// exports of whole minutes.
    #[serde(default, deserialize_with = "optional_column")]
    pub created_by: Option<WordKey<Author>>,
    /// The ticket's status at the cut-off, or that it is `deleted`, `spam` or `merged`. Beside events, which give the statuses,
    /// it excludes tickets that are gone; the others are compared with it.
    #[serde(default, deserialize_with = "optional_column")]
    pub status: Option<WordKey<TicketStatus>>,
    /// When an agent first replied.
    #[serde(default, deserialize_with = "optional_column")]
    pub first_response_at: Option<InstantKey>,
    /// When it was solved for the last time.
    #[serde(default, deserialize_with = "optional_column")]
    pub solved_at: Option<InstantKey>,
    /// When it was closed.
    #[serde(default, deserialize_with = "optional_column")]
    pub closed_at: Option<InstantKey>,
    /// When its resolution is due, as the source says; counted by metric `stated` of `sla_attainment` where
    /// [`sla_met`](Self::sla_met) has no value.
    #[serde(default, deserialize_with = "optional_column")]
    pub due_at: Option<InstantKey>,
    /// Whether its SLA was met, as the source says.
    #[serde(default, deserialize_with = "optional_column")]
    pub sla_met: Option<WordKey<bool>>,
    /// Who replied and solved; an agent if not said.
    #[serde(default, deserialize_with = "optional_column")]
    pub author: Option<WordKey<Author>>,
    /// The name of that person.
    #[serde(default, deserialize_with = "optional_column")]
    pub author_name: Option<Text>,
    /// Its tags in one column: a list, a JSON list in text, or text with a separator.
    #[serde(default, deserialize_with = "optional_column")]
    pub tags: Option<Text>,
    /// What stands between the tags; a comma if not said.
    #[serde(default)]
    pub tag_separator: Option<String>,
    /// Which of several rows with the same id counts; the first if not said.
    #[serde(default)]
    pub duplicates: Option<Duplicates>,
    /// When the row was last changed: of several with the same id, the newest counts, and `duplicates` decides between equals.
    #[serde(default, deserialize_with = "optional_column")]
    pub updated_at: Option<InstantKey>,
    /// Market, channel, priority and so on; any other name is an attribute of the dataset's own.
    #[serde(default, deserialize_with = "columns")]
    pub attributes: BTreeMap<Attribute, Text>,
}

/// A file with one row per event.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct EventSource {
    /// The file, or several of the same form.
    #[serde(deserialize_with = "one_or_many")]
    pub file: Vec<FileSpec>,
    /// How this file's instants are written.
    #[serde(default)]
    pub instants: InstantRules,
    /// Codes that mean there is no value, in every column.
    #[serde(default)]
    pub missing: Vec<Code>,
    /// The ticket it happened to.
    #[serde(deserialize_with = "column")]
    pub ticket: Text,
    /// When. Events of one instant keep the order of their rows.
    #[serde(deserialize_with = "column")]
    pub at: InstantKey,
    /// What happened.
    #[serde(deserialize_with = "column")]
    pub kind: WordKey<Happenings>,
    /// The new value, tag or other ticket, where the kind needs one.
    #[serde(default, deserialize_with = "optional_column")]
    pub value: Option<Text>,
    /// What the value column's words mean where it holds a status.
    #[serde(default)]
    pub statuses: BTreeMap<Box<str>, Status>,
    /// The event's own id, for dropping duplicates.
    #[serde(default, deserialize_with = "optional_column")]
    pub id: Option<Text>,
    /// Who did it; an agent if not said.
    #[serde(default, deserialize_with = "optional_column")]
    pub author: Option<WordKey<Author>>,
    /// The name of that person or bot.
    #[serde(default, deserialize_with = "optional_column")]
    pub author_name: Option<Text>,
    /// An event this little before its ticket's creation is taken as at the creation (and counted).
    #[serde(default, with = "deskmetrics::duration_text")]
    pub clock_skew: TimeDelta,
    /// Whether a ticket that no other file tells of is created by its first event.
    #[serde(default)]
    pub creates_tickets: bool,
    /// Who asks, for tickets created so.
    #[serde(default, deserialize_with = "optional_column")]
    pub requester: Option<Text>,
    /// Who created them; the customer if not said.
    #[serde(default, deserialize_with = "optional_column")]
    pub created_by: Option<WordKey<Author>>,
    /// Which of several rows with the same id counts; the first if not said.
    #[serde(default)]
    pub duplicates: Option<Duplicates>,
    /// When the row was last changed: of several with the same id, the newest counts, and `duplicates` decides between equals.
    #[serde(default, deserialize_with = "optional_column")]
    pub updated_at: Option<InstantKey>,
    /// Attributes of tickets created so, from the row of their first event.
    #[serde(default, deserialize_with = "columns")]
    pub attributes: BTreeMap<Attribute, Text>,
}

/// Whether a row that shows the same status as the one before is an event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RepeatedStatus {
    /// No: only changes are.
    #[default]
    Ignore,
    /// Yes: each row states the status anew.
    Event,
}

/// In which order a ticket's audit records were written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RowOrder {
    /// In that of their instants; those of one instant in that of their rows.
    #[default]
    Instants,
    /// In that of their rows. An instant that contradicts it is moved to that of a neighboring row and counted; of
    /// the two ways to make a ticket's instants agree with its rows, the one that moves fewer is taken.
    Rows,
}

/// A file with one row per audit record: the ticket as it looked at that moment. What differs from the ticket's row
/// before becomes events; its first row gives the attributes it was created with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SnapshotSource {
    /// The file, or several of the same form.
    #[serde(deserialize_with = "one_or_many")]
    pub file: Vec<FileSpec>,
    /// How this file's instants are written.
    #[serde(default)]
    pub instants: InstantRules,
    /// Codes that mean there is no value, in every column.
    #[serde(default)]
    pub missing: Vec<Code>,
    /// The ticket's id.
    #[serde(deserialize_with = "column")]
    pub ticket: Text,
    /// When the ticket looked so. Rows of one instant keep their order.
    #[serde(deserialize_with = "column")]
    pub at: InstantKey,
    /// When the ticket was created; the first row's instant if not said.
    #[serde(default, deserialize_with = "optional_column")]
    pub created_at: Option<InstantKey>,
    /// A row this little before its ticket's creation is taken as at the creation (and counted).
    #[serde(default, with = "deskmetrics::duration_text")]
    pub clock_skew: TimeDelta,
    /// What orders a ticket's rows.
    #[serde(default)]
    pub order: RowOrder,
    /// Its status.
    #[serde(default, deserialize_with = "optional_column")]
    pub status: Option<WordKey<Status>>,
    /// Whether a row with the same status as before is an event.
    #[serde(default)]
    pub repeated_status: RepeatedStatus,
    /// Who asks.
    #[serde(default, deserialize_with = "optional_column")]
    pub requester: Option<Text>,
    /// Who created it; the customer if not said.
    #[serde(default, deserialize_with = "optional_column")]
    pub created_by: Option<WordKey<Author>>,
    /// Who made the change; an agent if not said.
    #[serde(default, deserialize_with = "optional_column")]
    pub author: Option<WordKey<Author>>,
    /// The name of that person.
    #[serde(default, deserialize_with = "optional_column")]
    pub author_name: Option<Text>,
    /// When it is due, as the last row says.
    #[serde(default, deserialize_with = "optional_column")]
    pub due_at: Option<InstantKey>,
    /// Whether its SLA was met, as the last row says.
    #[serde(default, deserialize_with = "optional_column")]
    pub sla_met: Option<WordKey<bool>>,
    /// Market, channel, priority and so on; a change from row to row is an event.
    #[serde(default, deserialize_with = "columns")]
    pub attributes: BTreeMap<Attribute, Text>,
}

/// A file of survey answers: one row per form with a column per question (`questions`), or one row per answer
/// (`question` and `score`).
///
/// A skipped question (empty, or a code of `missing`) is an answer without a score; a score off its scale is listed with its
/// row, and excluded by the KPIs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SurveySource {
    /// The file, or several of the same form.
    #[serde(deserialize_with = "one_or_many")]
    pub file: Vec<FileSpec>,
    /// How this file's instants are written.
    #[serde(default)]
    pub instants: InstantRules,
    /// Codes that mean there is no value, in every column.
    #[serde(default)]
    pub missing: Vec<Code>,
    /// The column of each question.
    #[serde(default, deserialize_with = "columns")]
    pub questions: BTreeMap<Box<str>, NumberKey>,
    /// The column that names the question.
    #[serde(default, deserialize_with = "optional_column")]
    pub question: Option<Text>,
    /// The column with the score.
    #[serde(default, deserialize_with = "optional_column")]
    pub score: Option<NumberKey>,
    /// When it was answered.
    #[serde(default, deserialize_with = "optional_column")]
    pub at: Option<InstantKey>,
    /// The ticket it is about.
    #[serde(default, deserialize_with = "optional_column")]
    pub ticket: Option<Text>,
    /// Who answered.
    #[serde(default, deserialize_with = "optional_column")]
    pub customer: Option<Text>,
    /// The invitation it answers: an answer with a score counts as the invitation's `answered_at`, the earliest if there are
    /// several; without a date it counts as given in time.
    #[serde(default, deserialize_with = "optional_column")]
    pub invitation: Option<Text>,
    /// How many people of the population the answer stands for.
    #[serde(default, deserialize_with = "optional_column")]
    pub weight: Option<NumberKey>,
    /// The reasons the customer gave, in one column: a list, a JSON list in text, or text with a separator.
    #[serde(default, deserialize_with = "optional_column")]
    pub reasons: Option<Text>,
    /// What stands between the reasons; a comma if not said.
    #[serde(default)]
    pub reason_separator: Option<String>,
    /// Which of several answers to the same invitation and question counts, by `at`, else by the order of rows; all if not
    /// said.
    #[serde(default)]
    pub duplicates: Option<Duplicates>,
    /// When the row was last changed: of several answers to the same invitation and question, the newest counts.
    #[serde(default, deserialize_with = "optional_column")]
    pub updated_at: Option<InstantKey>,
    /// Market, channel, agent and so on.
    #[serde(default, deserialize_with = "columns")]
    pub attributes: BTreeMap<Attribute, Text>,
}

/// Which of several records with the same id counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Duplicates {
    /// The first one.
    First,
    /// The last one.
    Last,
    /// None: a second one is an error.
    Error,
    /// Every one. Only answers have no id that must be unique.
    All,
}

impl Duplicates {
    /// What to do about a row that does not count.
    pub(crate) fn remedy(self, record: &str, by_version: bool) -> String {
        match self {
            Self::Error => format!(
                "keep one row per {record}, or choose which counts with duplicates = \"first\" or \"last\""
            ),
            _ if by_version => format!("keep one row per {record}; the newest one counts"),
            Self::Last => format!("keep one row per {record}; the last one counts"),
            Self::First | Self::All => format!("keep one row per {record}; the first one counts"),
        }
    }

    pub(super) fn check(one: Option<Self>, table: &str) -> Result<(), DescriptionError> {
        match one {
            Some(Self::All) => Err(DescriptionError::said(format!(
                "[[{table}]] cannot say duplicates = \"all\", since an id names one record: say \"first\", \"last\" or \"error\""
            ))),
            _ => Ok(()),
        }
    }
}

impl SurveySource {
    pub(super) fn check(&self, scales: &BTreeMap<Box<str>, Scale>) -> Result<(), DescriptionError> {
        let long = self.question.is_some() && self.score.is_some();
        if self.questions.is_empty() != long || self.question.is_some() != self.score.is_some() {
            return Err(DescriptionError::said(
                "[[surveys]] must say either questions = { name = \"column\" }, or both question and score",
            ));
        }
        let without = self.questions.keys().find(|name| &***name != "nps" && !scales.contains_key(*name));
        match without {
            None => Ok(()),
            Some(name) => Err(DescriptionError::said(format!(
                "question \"{name}\" has no scale{}; [scales] has {}",
                did_you_mean(nearest(name, scales.keys()).as_deref()),
                if scales.is_empty() {
                    "none: say for example csat = \"1-5\"".to_owned()
                } else {
                    listed(scales.keys())
                },
            ))),
        }
    }
}

/// A file with one row per survey sent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct InvitationSource {
    /// The file, or several of the same form.
    #[serde(deserialize_with = "one_or_many")]
    pub file: Vec<FileSpec>,
    /// How this file's instants are written.
    #[serde(default)]
    pub instants: InstantRules,
    /// Codes that mean there is no value, in every column.
    #[serde(default)]
    pub missing: Vec<Code>,
    /// The invitation's id.
    #[serde(deserialize_with = "column")]
    pub id: Text,
    /// Which survey was sent.
    #[serde(deserialize_with = "column")]
    pub question: Text,
    /// When it was sent.
    #[serde(deserialize_with = "column")]
    pub sent_at: InstantKey,
    /// Whether it arrived; yes if not said.
    #[serde(default, deserialize_with = "optional_column")]
    pub delivered: Option<WordKey<bool>>,
    /// When the customer opened it.
    #[serde(default, deserialize_with = "optional_column")]
    pub started_at: Option<InstantKey>,
    /// When the customer answered.
    #[serde(default, deserialize_with = "optional_column")]
    pub answered_at: Option<InstantKey>,
    /// The ticket it is about.
    #[serde(default, deserialize_with = "optional_column")]
    pub ticket: Option<Text>,
    /// Who was asked.
    #[serde(default, deserialize_with = "optional_column")]
    pub customer: Option<Text>,
    /// Which of several rows with the same id counts; the first if not said.
    #[serde(default)]
    pub duplicates: Option<Duplicates>,
    /// When the row was last changed: of several with the same id, the newest counts, and `duplicates` decides between equals.
    #[serde(default, deserialize_with = "optional_column")]
    pub updated_at: Option<InstantKey>,
    /// Market, channel, agent and so on.
    #[serde(default, deserialize_with = "columns")]
    pub attributes: BTreeMap<Attribute, Text>,
}
