//! Files of a description: their contents and the roles of columns.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use deskmetrics::replay::StatedMeasure;
use deskmetrics::ticket::Attribute;
use deskmetrics::{Author, ClockKind, Scale, SlaMetric, Status};
use serde::Deserialize;

use super::key::{column, columns, one_or_many, optional_column, some_columns};
use super::{
    Code, DescriptionError, EventMapping, MeasureKey, NumberKey, TimestampKey, TimestampRules, Values,
    WordKey,
};
use super::{did_you_mean, listed, nearest};
use crate::column::TicketStatus;
use crate::file::FileSpec;

type Text = WordKey<Box<str>>;

/// A file with one row per ticket.
///
/// Timestamp columns become events: `first_response_at` a public message of an agent, `solved_at` and `closed_at` the
/// status. A ticket whose status is solved or closed without either timestamp is excluded. An end timestamp of a
/// reopened ticket is ignored and counted.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TicketSource {
    /// The file, or several of the same form.
    #[serde(deserialize_with = "one_or_many")]
    pub file: Vec<FileSpec>,
    /// The format of timestamps in this file.
    #[serde(default, alias = "instants")]
    pub timestamps: TimestampRules,
    /// Codes that mean missing, in every column.
    #[serde(default)]
    pub missing: Vec<Code>,
    /// The values that columns must have in rows that are read: `where = { Channel = "web" }`; see [`Values`].
    #[serde(default, rename = "where")]
    pub filter: BTreeMap<String, Values>,
    /// The ticket's id.
    #[serde(deserialize_with = "column")]
    pub id: Text,
    /// When it was created.
    #[serde(deserialize_with = "column")]
    pub created_at: TimestampKey,
    /// An event at most this long before its ticket's creation is moved to the creation (and counted), because the
    /// clocks of two computers differ. Default: zero.
    #[serde(default, with = "deskmetrics::duration_text")]
    pub clock_skew: TimeDelta,
    /// The customer who raised it.
    #[serde(default, deserialize_with = "optional_column")]
    pub requester: Option<Text>,
    /// The author of the ticket. Default: the customer, even if the first response has the timestamp of the creation,
    /// as in exports of whole minutes.
    #[serde(default, deserialize_with = "optional_column")]
    pub created_by: Option<WordKey<Author>>,
    /// The ticket's status at the cut-off, or `deleted`, `spam` or `merged`. If events give the statuses, those three
    /// still exclude the ticket, and the others are compared with the events.
    #[serde(default, deserialize_with = "optional_column")]
    pub status: Option<WordKey<TicketStatus>>,
    /// When an agent first replied.
    #[serde(default, deserialize_with = "optional_column")]
    pub first_response_at: Option<TimestampKey>,
    /// When it was solved for the last time.
    #[serde(default, deserialize_with = "optional_column")]
    pub solved_at: Option<TimestampKey>,
    /// When it was closed.
    #[serde(default, deserialize_with = "optional_column")]
    pub closed_at: Option<TimestampKey>,
    /// When its resolution is due, as stated by the source. Counted by metric `stated` of `sla_attainment` if
    /// [`sla_met`](Self::sla_met) has no value.
    #[serde(default, deserialize_with = "optional_column")]
    pub due_at: Option<TimestampKey>,
    /// Whether its SLA was met, as stated by the source. A verdict on a ticket that is open at the cut-off does not
    /// count if [`due_at`](Self::due_at) is later. Without a due time it always counts.
    #[serde(default, deserialize_with = "optional_column")]
    pub sla_met: Option<WordKey<bool>>,
    /// SLA targets stated by the source, by metric: `{ first_response = { due_at = "FR due", met = "FR met" } }`.
    /// Counted by the metrics `stated_first_response` and so on of `sla_attainment`, and by `stated` if neither
    /// [`due_at`](Self::due_at) nor [`sla_met`](Self::sla_met) has a value.
    #[serde(default)]
    pub sla: BTreeMap<SlaMetric, StatedSlaKey>,
    /// The customer's wait for the first reply of an agent, as computed by the source; see [`MeasureKey`]. One
    /// column, or several with a clock each.
    ///
    /// The stated value counts if neither timestamps nor events give the measure; otherwise the two are compared. The
    /// same holds for the measures below, which are those of [`TicketMetrics`](deskmetrics::TicketMetrics).
    ///
    /// A duration from creation to an event that is longer than the ticket's age at the cut-off has not ended by
    /// then. Counts and totals such as `on_hold_time` have no date, and business time is shorter than calendar time,
    /// so these count as stated: provide them as of the cut-off.
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
    /// The number of public replies of agents.
    #[serde(default, deserialize_with = "some_columns", alias = "replies")]
    pub public_replies: Vec<MeasureKey>,
    /// The number of messages of customers, including the opening.
    #[serde(default, deserialize_with = "some_columns")]
    pub customer_messages: Vec<MeasureKey>,
    /// The number of events caused by agents.
    #[serde(default, deserialize_with = "some_columns")]
    pub agent_touches: Vec<MeasureKey>,
    /// The number of stints with an assignee.
    #[serde(default, deserialize_with = "some_columns")]
    pub assignee_stations: Vec<MeasureKey>,
    /// The number of reassignments: one less than the stints with an assignee.
    #[serde(default, deserialize_with = "some_columns")]
    pub transfers: Vec<MeasureKey>,
    /// The number of stints with a group.
    #[serde(default, deserialize_with = "some_columns")]
    pub group_stations: Vec<MeasureKey>,
    /// The number of moves to another group: one less than the stints with a group.
    #[serde(default, deserialize_with = "some_columns")]
    pub group_transfers: Vec<MeasureKey>,
    /// The author of reply and solve. Default: an agent.
    #[serde(default, deserialize_with = "optional_column")]
    pub author: Option<WordKey<Author>>,
    /// The name of that person.
    #[serde(default, deserialize_with = "optional_column")]
    pub author_name: Option<Text>,
    /// Its tags in one column: a list, a JSON list in text, or text with a separator.
    #[serde(default, deserialize_with = "optional_column")]
    pub tags: Option<Text>,
    /// The separator of tags. Default: a comma.
    #[serde(default)]
    pub tag_separator: Option<String>,
    /// Whether attributes and tags are current values or those at creation. Default:
    /// [`Current`](AttributeValues::Current).
    #[serde(default)]
    pub attribute_values: Option<AttributeValues>,
    /// Which of several rows with the same id counts. Default: the first.
    #[serde(default)]
    pub duplicates: Option<Duplicates>,
    /// When the row was last changed. Of several rows with the same id, the newest counts; `duplicates` decides
    /// between equals.
    #[serde(default, deserialize_with = "optional_column")]
    pub updated_at: Option<TimestampKey>,
    /// Market, channel, priority and so on. Any other name is a custom attribute.
    #[serde(default, deserialize_with = "columns")]
    pub attributes: BTreeMap<Attribute, Text>,
}

/// The SLA target of one metric, as stated by the source.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StatedSlaKey {
    /// When it is due; for `first_response` and `resolution`.
    #[serde(default, deserialize_with = "optional_column")]
    pub due_at: Option<TimestampKey>,
    /// Whether it was met. This value has priority.
    #[serde(default, deserialize_with = "optional_column")]
    pub met: Option<WordKey<bool>>,
}

/// The role of a stated measure: its name, the measure, the offset from the role's value to the measure, and the
/// columns.
pub(crate) type StatedRole<'s> = (&'static str, StatedMeasure, i64, &'s [MeasureKey]);

impl TicketSource {
    /// The roles of stated measures.
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
                return Err(DescriptionError::new(format!(
                    "[[tickets]]: sla has no metric \"{name}\"{}; allowed are {}",
                    did_you_mean(nearest(name, &known).as_deref()),
                    listed(&known)
                )));
            }
            if key.due_at.is_none() && key.met.is_none() {
                return Err(DescriptionError::new(format!(
                    "[[tickets]]: sla.{name} names no column: give due_at or met"
                )));
            }
            let dated = matches!(metric, SlaMetric::FirstResponse | SlaMetric::Resolution);
            if key.due_at.is_some() && !dated {
                return Err(DescriptionError::new(format!(
                    "[[tickets]]: sla.{name} has no due_at, since only first_response and resolution have one end: give met"
                )));
            }
        }
        let mut known: Vec<(StatedMeasure, ClockKind, &str)> = Vec::new();
        for (role, measure, _, keys) in self.stated() {
            for key in keys {
                if !measure.is_duration() && (key.unit.is_some() || key.clock.is_some()) {
                    return Err(DescriptionError::new(format!(
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
                    return Err(DescriptionError::new(format!(
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
    /// The format of timestamps in this file.
    #[serde(default, alias = "instants")]
    pub timestamps: TimestampRules,
    /// Codes that mean missing, in every column.
    #[serde(default)]
    pub missing: Vec<Code>,
    /// The values that columns must have in rows that are read: `where = { Channel = "web" }`; see [`Values`].
    #[serde(default, rename = "where")]
    pub filter: BTreeMap<String, Values>,
    /// The ticket of the event.
    #[serde(deserialize_with = "column")]
    pub ticket: Text,
    /// The timestamp. Events with equal timestamps keep the order of their rows.
    #[serde(deserialize_with = "column")]
    pub at: TimestampKey,
    /// The kind of event.
    #[serde(deserialize_with = "column")]
    pub kind: WordKey<EventMapping>,
    /// The new value, tag or other ticket, if the kind needs one.
    #[serde(default, deserialize_with = "optional_column")]
    pub value: Option<Text>,
    /// The value before a change of an attribute; an empty cell means none. The first one of a ticket is the value at
    /// creation; see [`AttributeValues`]. By default, its labels have the same meaning as those of `value`.
    #[serde(default, deserialize_with = "optional_column")]
    pub previous: Option<Text>,
    /// The meanings of the value column's labels if it contains a status.
    #[serde(default)]
    pub statuses: BTreeMap<Box<str>, Status>,
    /// The event's own id, to exclude duplicates.
    #[serde(default, deserialize_with = "optional_column")]
    pub id: Option<Text>,
    /// The author. Default: an agent.
    #[serde(default, deserialize_with = "optional_column")]
    pub author: Option<WordKey<Author>>,
    /// The name of that person or bot.
    #[serde(default, deserialize_with = "optional_column")]
    pub author_name: Option<Text>,
    /// An event at most this long before its ticket's creation is moved to the creation (and counted).
    #[serde(default, with = "deskmetrics::duration_text")]
    pub clock_skew: TimeDelta,
    /// Whether the first event of a ticket creates it if no other file contains the ticket.
    #[serde(default)]
    pub creates_tickets: bool,
    /// The customer of tickets created by events.
    #[serde(default, deserialize_with = "optional_column")]
    pub requester: Option<Text>,
    /// The author of tickets created by events. Default: the customer.
    #[serde(default, deserialize_with = "optional_column")]
    pub created_by: Option<WordKey<Author>>,
    /// Which of several rows with the same id counts. Default: the first.
    #[serde(default)]
    pub duplicates: Option<Duplicates>,
    /// When the row was last changed. Of several rows with the same id, the newest counts; `duplicates` decides
    /// between equals.
    #[serde(default, deserialize_with = "optional_column")]
    pub updated_at: Option<TimestampKey>,
    /// Attributes of tickets created by events, from the row of their first event.
    #[serde(default, deserialize_with = "columns")]
    pub attributes: BTreeMap<Attribute, Text>,
}

/// The point in time of attribute values and tags in a table of tickets.
///
/// Ticket tables of help desks usually contain the latest values. An attribute that events change is therefore
/// converted to its value at creation: the [previous](EventSource::previous) value of its first change. If that is
/// not known, the ticket has no value until the first change. Such tickets are counted in a
/// [warning](crate::Dataset::warnings_for) if a KPI depends on the value; `transfers` and `group_transfers` do not
/// count that change. For tags, those that events added are removed, and those that events removed are added. A value
/// that no event changes is the value at all times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AttributeValues {
    /// The values after the last event.
    #[default]
    Current,
    /// The values before the first event.
    AtCreation,
}

/// Whether a row with the same status as the previous one is an event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RepeatedStatus {
    /// No, only changes are events.
    #[default]
    Ignore,
    /// Yes, each row reports the status again.
    Event,
}

/// The order of a ticket's audit records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RowOrder {
    /// By timestamp; rows with equal timestamps keep their order.
    #[default]
    #[serde(alias = "instants")]
    Timestamps,
    /// By row. A timestamp that contradicts the order is moved to that of a neighboring row and counted. Of the two
    /// possible corrections, the one that moves fewer timestamps is used.
    Rows,
}

/// A file with one row per audit record: a snapshot of the ticket at that time.
///
/// Differences from the ticket's previous row become events. The first row gives the attributes at creation.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SnapshotSource {
    /// The file, or several of the same form.
    #[serde(deserialize_with = "one_or_many")]
    pub file: Vec<FileSpec>,
    /// The format of timestamps in this file.
    #[serde(default, alias = "instants")]
    pub timestamps: TimestampRules,
    /// Codes that mean missing, in every column.
    #[serde(default)]
    pub missing: Vec<Code>,
    /// The values that columns must have in rows that are read: `where = { Channel = "web" }`; see [`Values`].
    #[serde(default, rename = "where")]
    pub filter: BTreeMap<String, Values>,
    /// The ticket's id.
    #[serde(deserialize_with = "column")]
    pub ticket: Text,
    /// The time of the snapshot. Rows with equal timestamps keep their order.
    #[serde(deserialize_with = "column")]
    pub at: TimestampKey,
    /// When the ticket was created. Default: the timestamp of the first row.
    #[serde(default, deserialize_with = "optional_column")]
    pub created_at: Option<TimestampKey>,
    /// A row at most this long before its ticket's creation is moved to the creation (and counted).
    #[serde(default, with = "deskmetrics::duration_text")]
    pub clock_skew: TimeDelta,
    /// The order of a ticket's rows.
    #[serde(default)]
    pub order: RowOrder,
    /// Its status.
    #[serde(default, deserialize_with = "optional_column")]
    pub status: Option<WordKey<Status>>,
    /// Whether a row with the same status as before is an event.
    #[serde(default)]
    pub repeated_status: RepeatedStatus,
    /// The customer who raised it.
    #[serde(default, deserialize_with = "optional_column")]
    pub requester: Option<Text>,
    /// The author of the ticket. Default: the customer.
    #[serde(default, deserialize_with = "optional_column")]
    pub created_by: Option<WordKey<Author>>,
    /// The author of the change. Default: an agent.
    #[serde(default, deserialize_with = "optional_column")]
    pub author: Option<WordKey<Author>>,
    /// The name of that person.
    #[serde(default, deserialize_with = "optional_column")]
    pub author_name: Option<Text>,
    /// When it is due, from the last row.
    #[serde(default, deserialize_with = "optional_column")]
    pub due_at: Option<TimestampKey>,
    /// Whether its SLA was met, from the last row.
    #[serde(default, deserialize_with = "optional_column")]
    pub sla_met: Option<WordKey<bool>>,
    /// Market, channel, priority and so on. A change from row to row is an event.
    #[serde(default, deserialize_with = "columns")]
    pub attributes: BTreeMap<Attribute, Text>,
}

/// A file of survey answers: one row per form with a column per question (`questions`), or one row per answer
/// (`question` and `score`).
///
/// A skipped question (empty, or a code of `missing`) is an answer without a score. A score off its scale is listed
/// with its row and excluded by the KPIs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SurveySource {
    /// The file, or several of the same form.
    #[serde(deserialize_with = "one_or_many")]
    pub file: Vec<FileSpec>,
    /// The format of timestamps in this file.
    #[serde(default, alias = "instants")]
    pub timestamps: TimestampRules,
    /// Codes that mean missing, in every column.
    #[serde(default)]
    pub missing: Vec<Code>,
    /// The values that columns must have in rows that are read: `where = { Channel = "web" }`; see [`Values`].
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
    pub at: Option<TimestampKey>,
    /// The ticket it is about.
    #[serde(default, deserialize_with = "optional_column")]
    pub ticket: Option<Text>,
    /// The customer who answered.
    #[serde(default, deserialize_with = "optional_column")]
    pub customer: Option<Text>,
    /// The invitation it answers. An answer with a score sets the invitation's `answered_at`, to the earliest if
    /// there are several. Without a date, it counts as given in time.
    #[serde(default, deserialize_with = "optional_column")]
    pub invitation: Option<Text>,
    /// The number of people of the population that the answer represents.
    #[serde(default, deserialize_with = "optional_column")]
    pub weight: Option<NumberKey>,
    /// The reasons of the customer, in one column: a list, a JSON list in text, or text with a separator.
    #[serde(default, deserialize_with = "optional_column")]
    pub reasons: Option<Text>,
    /// The separator of reasons. Default: a comma.
    #[serde(default)]
    pub reason_separator: Option<String>,
    /// Which of several answers to the same invitation and question counts, by `at`, else by the order of rows.
    /// Default: all.
    #[serde(default)]
    pub duplicates: Option<Duplicates>,
    /// When the row was last changed. Of several answers to the same invitation and question, the newest counts.
    #[serde(default, deserialize_with = "optional_column")]
    pub updated_at: Option<TimestampKey>,
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
    /// All of them. Only for answers, whose ids need not be unique.
    All,
}

impl Duplicates {
    /// The remedy for a row that does not count.
    pub(crate) fn remedy(self, record: &str, by_version: bool) -> String {
        match self {
            Self::Error => format!(
                "keep one row per {record}, or choose which counts with duplicates = \"first\" or \"last\""
            ),
            _ if by_version => format!("keep one row per {record}; the newest one counts"),
            Self::Last => format!(
                "keep one row per {record}, or choose another one with duplicates = \"first\"; the last one counts"
            ),
            Self::First | Self::All => format!(
                "keep one row per {record}, or choose another one with duplicates = \"last\"; the first one counts"
            ),
        }
    }

    pub(super) fn check(one: Option<Self>, table: &str) -> Result<(), DescriptionError> {
        match one {
            Some(Self::All) => Err(DescriptionError::new(format!(
                "[[{table}]] cannot have all duplicates, because an id names one record: state duplicates = \"first\", \"last\" or \"error\""
            ))),
            _ => Ok(()),
        }
    }
}

impl SurveySource {
    pub(super) fn check(&self, scales: &BTreeMap<Box<str>, Scale>) -> Result<(), DescriptionError> {
        let long = self.question.is_some() && self.score.is_some();
        if self.questions.is_empty() != long || self.question.is_some() != self.score.is_some() {
            return Err(DescriptionError::new(
                "[[surveys]] needs either questions = { name = \"column\" }, or both question and score",
            ));
        }
        let without = self.questions.keys().find(|name| &***name != "nps" && !scales.contains_key(*name));
        match without {
            None => Ok(()),
            Some(name) => Err(DescriptionError::new(format!(
                "question \"{name}\" has no scale{}; [scales] has {}",
                did_you_mean(nearest(name, scales.keys()).as_deref()),
                if scales.is_empty() {
                    "none: add for example csat = \"1-5\"".to_owned()
                } else {
                    listed(scales.keys())
                },
            ))),
        }
    }
}

/// A file with one row per invitation.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct InvitationSource {
    /// The file, or several of the same form.
    #[serde(deserialize_with = "one_or_many")]
    pub file: Vec<FileSpec>,
    /// The format of timestamps in this file.
    #[serde(default, alias = "instants")]
    pub timestamps: TimestampRules,
    /// Codes that mean missing, in every column.
    #[serde(default)]
    pub missing: Vec<Code>,
    /// Which rows are read, by the values that columns must have: `where = { Channel = "web" }`; see [`Values`].
    #[serde(default, rename = "where")]
    pub filter: BTreeMap<String, Values>,
    /// The invitation's id.
    #[serde(deserialize_with = "column")]
    pub id: Text,
    /// The question of the survey.
    #[serde(deserialize_with = "column")]
    pub question: Text,
    /// When it was sent.
    #[serde(deserialize_with = "column")]
    pub sent_at: TimestampKey,
    /// Whether it was delivered. Default: yes.
    #[serde(default, deserialize_with = "optional_column")]
    pub delivered: Option<WordKey<bool>>,
    /// When the customer opened it.
    #[serde(default, deserialize_with = "optional_column")]
    pub started_at: Option<TimestampKey>,
    /// When the customer answered.
    #[serde(default, deserialize_with = "optional_column")]
    pub answered_at: Option<TimestampKey>,
    /// The ticket it is about.
    #[serde(default, deserialize_with = "optional_column")]
    pub ticket: Option<Text>,
    /// The invited customer.
    #[serde(default, deserialize_with = "optional_column")]
    pub customer: Option<Text>,
    /// Which of several rows with the same id counts. Default: the first.
    #[serde(default)]
    pub duplicates: Option<Duplicates>,
    /// When the row was last changed. Of several rows with the same id, the newest counts; `duplicates` decides
    /// between equals.
    #[serde(default, deserialize_with = "optional_column")]
    pub updated_at: Option<TimestampKey>,
    /// Market, channel, agent and so on.
    #[serde(default, deserialize_with = "columns")]
    pub attributes: BTreeMap<Attribute, Text>,
}
