//! The files of a description: what each holds and which column says what.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use deskmetrics::replay::StatedMeasure;
use deskmetrics::ticket::Attribute;
use deskmetrics::{Author, ClockKind, Scale, SlaMetric, Status};
use serde::Deserialize;

use super::key::{column, columns, one_or_many, optional_column, some_columns};
use super::{
    Code, DescriptionError, EventMapping, InstantKey, InstantRules, MeasureKey, NumberKey, Values, WordKey,
};
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
    /// Which rows are read, by the values that columns must have: `where = { Channel = "web" }`; see [`Values`].
    #[serde(default, rename = "where")]
    pub filter: BTreeMap<String, Values>,
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
    /// Whether its SLA was met, as the source says. A verdict on a ticket that is open at the cut-off does not count yet where
    /// [`due_at`](Self::due_at) is later; without a due time it counts whenever it was given.
    #[serde(default, deserialize_with = "optional_column")]
    pub sla_met: Option<WordKey<bool>>,
    /// What the source says of several SLA targets, by metric: `{ first_response = { due_at = "FR due", met = "FR met" } }`. Counted
    /// by the metrics `stated_first_response` and so on of `sla_attainment`, and by `stated` where neither
    /// [`due_at`](Self::due_at) nor [`sla_met`](Self::sla_met) has a value.
    #[serde(default)]
    pub sla: BTreeMap<SlaMetric, StatedSlaKey>,
    /// How long the customer waited for the first reply of an agent, as the source has computed it; see [`MeasureKey`]. One
    /// column, or several with a clock each. It counts where neither timestamps nor events give the measure, and is compared
    /// with it where they do. The same holds for the measures below, which are those of
    /// [`TicketMetrics`](deskmetrics::TicketMetrics). A duration from creation to an event that is longer than the ticket is old at
    /// the cut-off has not ended by then. Counts and totals such as `on_hold_time` have no date, and business time is shorter than
    /// the time that passed, so these count as stated: state them as they were at the cut-off.
    #[serde(default, deserialize_with = "some_columns", alias = "first_reply_time")]
    pub first_response_time: Vec<MeasureKey>,
    /// From creation to the first solve.
    #[serde(default, deserialize_with = "some_columns")]
    pub first_resolution_time: Vec<MeasureKey>,
    /// From creation to the last solve.
    #[serde(default, deserialize_with = "some_columns", alias = "resolution_time")]
    pub full_resolution_time: Vec<MeasureKey>,
    /// Time in new, open and on hold.
    #[serde(default, deserialize_with = "some_columns")]
    pub requester_wait_time: Vec<MeasureKey>,
    /// Time in pending.
    #[serde(default, deserialize_with = "some_columns")]
    pub agent_wait_time: Vec<MeasureKey>,
    /// Time on hold.
    #[serde(default, deserialize_with = "some_columns")]
    pub on_hold_time: Vec<MeasureKey>,
    /// Time in new and open.
    #[serde(default, deserialize_with = "some_columns")]
    pub agent_work_time: Vec<MeasureKey>,
    /// From creation to the first assignment to an agent.
    #[serde(default, deserialize_with = "some_columns")]
    pub time_to_first_assignment: Vec<MeasureKey>,
    /// How often it was reopened.
    #[serde(default, deserialize_with = "some_columns")]
    pub reopens: Vec<MeasureKey>,
    /// How many public replies of agents it has.
    #[serde(default, deserialize_with = "some_columns", alias = "replies")]
    pub public_replies: Vec<MeasureKey>,
    /// How many messages of customers it has, the opening included.
    #[serde(default, deserialize_with = "some_columns")]
    pub customer_messages: Vec<MeasureKey>,
    /// How often agents did something.
    #[serde(default, deserialize_with = "some_columns")]
    pub agent_touches: Vec<MeasureKey>,
    /// How many stints with an assignee it had.
    #[serde(default, deserialize_with = "some_columns")]
    pub assignee_stations: Vec<MeasureKey>,
    /// How often it was reassigned: one less than the stints with an assignee.
    #[serde(default, deserialize_with = "some_columns")]
    pub transfers: Vec<MeasureKey>,
    /// How many stints with a group it had.
    #[serde(default, deserialize_with = "some_columns")]
    pub group_stations: Vec<MeasureKey>,
    /// How often it moved to another group: one less than the stints with a group.
    #[serde(default, deserialize_with = "some_columns")]
    pub group_transfers: Vec<MeasureKey>,
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
    /// Whether attributes and tags are those of today or those at creation; [`Current`](AttributeValues::Current) if not said.
    #[serde(default)]
    pub attribute_values: Option<AttributeValues>,
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

/// What a source says of the SLA target of one metric.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StatedSlaKey {
    /// When it is due; of `first_response` and `resolution`.
    #[serde(default, deserialize_with = "optional_column")]
    pub due_at: Option<InstantKey>,
    /// Whether it was met, which counts where it has a value.
    #[serde(default, deserialize_with = "optional_column")]
    pub met: Option<WordKey<bool>>,
}

/// A role of a measure that the source states: its name, the measure, how much more than the value that is, and the columns.
pub(crate) type StatedRole<'s> = (&'static str, StatedMeasure, i64, &'s [MeasureKey]);

impl TicketSource {
    /// The roles of measures that the source states.
    pub(crate) fn stated(&self) -> [StatedRole<'_>; 16] {
        [
            ("first_response_time", StatedMeasure::FirstResponseTime, 0, &self.first_response_time),
            ("first_resolution_time", StatedMeasure::FirstResolutionTime, 0, &self.first_resolution_time),
            ("full_resolution_time", StatedMeasure::FullResolutionTime, 0, &self.full_resolution_time),
            ("requester_wait_time", StatedMeasure::RequesterWaitTime, 0, &self.requester_wait_time),
            ("agent_wait_time", StatedMeasure::AgentWaitTime, 0, &self.agent_wait_time),
            ("on_hold_time", StatedMeasure::OnHoldTime, 0, &self.on_hold_time),
            ("agent_work_time", StatedMeasure::AgentWorkTime, 0, &self.agent_work_time),
            (
                "time_to_first_assignment",
                StatedMeasure::TimeToFirstAssignment,
                0,
                &self.time_to_first_assignment,
            ),
            ("reopens", StatedMeasure::Reopens, 0, &self.reopens),
            ("public_replies", StatedMeasure::PublicReplies, 0, &self.public_replies),
            ("customer_messages", StatedMeasure::CustomerMessages, 0, &self.customer_messages),
            ("agent_touches", StatedMeasure::AgentTouches, 0, &self.agent_touches),
            ("assignee_stations", StatedMeasure::AssigneeStations, 0, &self.assignee_stations),
            ("transfers", StatedMeasure::AssigneeStations, 1, &self.transfers),
            ("group_stations", StatedMeasure::GroupStations, 0, &self.group_stations),
            ("group_transfers", StatedMeasure::GroupStations, 1, &self.group_transfers),
        ]
    }

    pub(super) fn check_stated(&self) -> Result<(), DescriptionError> {
        for (metric, key) in &self.sla {
            let name = metric.as_str();
            if let SlaMetric::Custom(_) = metric {
                let known: Vec<&str> = SlaMetric::NAMED.iter().map(SlaMetric::as_str).collect();
                return Err(DescriptionError::said(format!(
                    "[[tickets]]: sla has no metric \"{name}\"{}; allowed are {}",
                    did_you_mean(nearest(name, &known).as_deref()),
                    listed(&known)
                )));
            }
            if key.due_at.is_none() && key.met.is_none() {
                return Err(DescriptionError::said(format!(
                    "[[tickets]]: sla.{name} names no column: give due_at or met"
                )));
            }
            let dated = matches!(metric, SlaMetric::FirstResponse | SlaMetric::Resolution);
            if key.due_at.is_some() && !dated {
                return Err(DescriptionError::said(format!(
                    "[[tickets]]: sla.{name} has no due_at, since only first_response and resolution have one end: give met"
                )));
            }
        }
        let mut known: Vec<(StatedMeasure, ClockKind, &str)> = Vec::new();
        for (role, measure, _, keys) in self.stated() {
            for key in keys {
                if !measure.is_duration() && (key.unit.is_some() || key.clock.is_some()) {
                    return Err(DescriptionError::said(format!(
                        "[[tickets]]: {role} is a count, which has neither unit nor clock"
                    )));
                }
                let clock = if measure.is_duration() { key.clock() } else { ClockKind::Calendar };
                if let Some((.., other)) = known.iter().find(|(one, on, _)| (*one, *on) == (measure, clock)) {
                    let remedy = if measure.is_duration() {
                        " on one clock: state one of them, or the clock of the other, clock = \"business\""
                    } else {
                        ": state one of them"
                    };
                    return Err(DescriptionError::said(format!(
                        "[[tickets]]: columns \"{other}\" and \"{}\" are both the {}{remedy}",
                        key.column,
                        measure.name().replace('_', " "),
                    )));
                }
                known.push((measure, clock, &key.column));
            }
        }
        Ok(())
    }
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
    /// Which rows are read, by the values that columns must have: `where = { Channel = "web" }`; see [`Values`].
    #[serde(default, rename = "where")]
    pub filter: BTreeMap<String, Values>,
    /// The ticket it happened to.
    #[serde(deserialize_with = "column")]
    pub ticket: Text,
    /// When. Events of one instant keep the order of their rows.
    #[serde(deserialize_with = "column")]
    pub at: InstantKey,
    /// What happened.
    #[serde(deserialize_with = "column")]
    pub kind: WordKey<EventMapping>,
    /// The new value, tag or other ticket, where the kind needs one.
    #[serde(default, deserialize_with = "optional_column")]
    pub value: Option<Text>,
    /// The value before a change of an attribute; empty means none. The first one of a ticket is the value at creation; see
    /// [`AttributeValues`]. Its words mean what they mean in `value` if not said.
    #[serde(default, deserialize_with = "optional_column")]
    pub previous: Option<Text>,
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

/// Which values of attributes and tags a table of tickets holds.
///
/// Ticket tables of help desks hold the latest ones, so an attribute that events change is converted to its value at creation:
/// the [previous](EventSource::previous) value of its first change. If that is not known, the ticket has no value until then,
/// and such tickets are counted in a [warning](crate::Dataset::warnings_for) where a KPI depends on it; `transfers` and
/// `group_transfers` do not count that change. Of tags, those that events added are removed, and
/// those that events removed are added. What no event of a ticket changes has always been as the table states.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AttributeValues {
    /// Those after the last event.
    #[default]
    Current,
    /// Those before the first event.
    AtCreation,
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
    /// Which rows are read, by the values that columns must have: `where = { Channel = "web" }`; see [`Values`].
    #[serde(default, rename = "where")]
    pub filter: BTreeMap<String, Values>,
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
    /// Which rows are read, by the values that columns must have: `where = { Channel = "web" }`; see [`Values`].
    #[serde(default, rename = "where")]
    pub filter: BTreeMap<String, Values>,
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
    /// Which rows are read, by the values that columns must have: `where = { Channel = "web" }`; see [`Values`].
    #[serde(default, rename = "where")]
    pub filter: BTreeMap<String, Values>,
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
