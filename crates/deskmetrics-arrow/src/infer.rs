//! Inference of column roles from usual column names.

use std::collections::BTreeMap;

use arrow_schema::{DataType, Field, Schema};
use deskmetrics::ClockKind;
use deskmetrics::ticket::Attribute;

use crate::column::ColumnContent;
use crate::column::measure::{MeasureName, inner_name};

/// The kind of records in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableKind {
    /// One row per ticket.
    Tickets,
    /// One row per ticket, with events in a separate table. The events give replies and solves, so columns of these
    /// have no role. The status excludes deleted, spam and merged tickets.
    TicketsBesideEvents,
    /// One row per event.
    Events,
    /// One row per ticket and point in time, with the state of the ticket.
    Snapshots,
    /// One row per answer, or per form with a column for each question.
    Surveys,
    /// One row per survey sent.
    Invitations,
}

const TICKET: &[&str] = &[
    "ticket_id",
    "ticket",
    "case_id",
    "conversation_id",
    "ticket_number",
    "case_number",
    "incident_number",
    "issue_key",
];
/// Names of columns of requesters.
const REQUESTER: &[&str] = &[
    "requester_id",
    "requester",
    "customer_id",
    "customer",
    "contact_id",
    "contact",
    "reporter",
    "caller_id",
    "caller",
    "kunde",
    "cliente",
];

/// The roles of a table, each with the usual names of its columns, the most specific first.
type Usual = &'static [(&'static str, &'static [&'static str])];

const TICKETS: Usual = &[
    (
        "created_at",
        &[
            "created_at",
            "created",
            "opened_at",
            "ticket_created_at",
            "created_date",
            "created_time",
            "opened",
            "createdate",
            "create_date",
            "created_on",
            "creation_date",
            "date_created",
            "conversation_started_at",
            "oprettet",
            "oprettet_den",
            "creado",
            "creado_el",
            "fecha_de_creación",
            "fecha_de_creacion",
        ],
    ),
    (
        "id",
        &[
            "ticket_id",
            "id",
            "ticket",
            "case_id",
            "conversation_id",
            "number",
            "issue_key",
            "key",
            "ticket_number",
            "case_number",
            "incident_number",
            "sagsnr",
            "sagsnummer",
        ],
    ),
    ("requester", REQUESTER),
    ("created_by", &["created_by"]),
    ("status", &["status", "ticket_status", "incident_state"]),
    (
        "first_response_at",
        &[
            "first_response_at",
            "first_reply_at",
            "first_replied_at",
            "first_responded_at",
            "first_agent_reply_date",
            "first_admin_reply_at",
            "initial_response_time",
            "første_svar",
            "primera_respuesta",
        ],
    ),
    (
        "solved_at",
        &[
            "solved_at",
            "resolved_at",
            "resolved_date",
            "resolved_time",
            "resolutiondate",
            "resolution_date",
            "date_resolved",
            "resolved_on",
            "solved_date",
            "date_solved",
            "finished_at",
            "completed_at",
            "done_at",
            "solved",
            "resolved",
            "finished",
            "completed",
            "done",
            "løst",
            "løst_den",
            "resuelto",
            "resuelto_el",
            "fecha_de_resolución",
            "fecha_de_resolucion",
        ],
    ),
    (
        "closed_at",
        &[
            "closed_at",
            "close_at",
            "closed_date",
            "closed_time",
            "date_closed",
            "close_date",
            "closedate",
            "last_close_at",
            "closed_on",
            "closed",
            "lukket",
            "lukket_den",
            "cerrado",
            "cerrado_el",
        ],
    ),
    ("due_at", &["due_at", "due_by", "due_by_time"]),
    ("sla_met", &["sla_met", "made_sla"]),
    ("author_name", &["author_name"]),
    ("tags", &["tags", "tag", "labels"]),
];

/// Attributes whose columns have other names than those known to [`Attribute`].
pub(crate) const ATTRIBUTES: Usual = &[
    (
        "assignee",
        &[
            "assignee_name",
            "agent_name",
            "owner_name",
            "assigned_to",
            "owner",
            "assignee_id",
            "agent_id",
            "owner_id",
        ],
    ),
    (
        "group",
        &["group_name", "team_name", "queue_name", "assignment_group", "group_id", "team_id", "queue_id"],
    ),
];

/// Measures that the source may state, without unit and clock.
const MEASURES: Usual = &[
    (
        "first_response_time",
        &[
            "first_response_time",
            "first_reply_time",
            "time_to_first_response",
            "time_to_first_reply",
            "first_response",
            "first_reply",
            "response_time",
            "reply_time",
        ],
    ),
    ("first_resolution_time", &["first_resolution_time", "time_to_first_resolution"]),
    (
        "full_resolution_time",
        &["full_resolution_time", "resolution_time", "time_to_resolution", "time_to_resolve"],
    ),
    ("requester_wait_time", &["requester_wait_time"]),
    ("agent_wait_time", &["agent_wait_time"]),
    ("on_hold_time", &["on_hold_time"]),
    ("agent_work_time", &["agent_work_time"]),
    ("time_to_first_assignment", &["time_to_first_assignment"]),
    ("reopens", &["reopens", "reopen_count"]),
    ("public_replies", &["public_replies", "agent_replies", "replies", "agent_interactions"]),
    ("customer_messages", &["customer_messages", "customer_interactions"]),
    ("agent_touches", &["agent_touches"]),
    ("assignee_stations", &["assignee_stations"]),
    ("group_stations", &["group_stations"]),
    ("transfers", &["reassignment_count", "reassignments"]),
];

/// Usual names of columns of milestones that are also those of flags, words and durations: they have the role if their values are timestamps.
const ENDS_OR_FLAGS: &[&str] =
    &["solved", "resolved", "finished", "completed", "done", "closed", "initial_response_time"];

/// Roles that are known from the events of a ticket.
const KNOWN_FROM_EVENTS: &[&str] = &["first_response_at", "solved_at", "closed_at"];

/// Roles for which a second column may be meant.
const ONE_OF_SEVERAL: &[&str] = &["created_at", "first_response_at", "solved_at", "closed_at", "due_at"];

const EVENTS: Usual = &[
    ("ticket", TICKET),
    ("at", &["at", "time", "timestamp", "occurred_at", "event_at", "created_at"]),
    ("kind", &["kind", "event", "event_type", "type", "action", "activity"]),
    ("value", &["value", "new_value", "to"]),
    ("previous", &["previous", "previous_value", "old_value", "from"]),
    ("id", &["event_id", "id"]),
    ("author", &["author", "author_type", "author_role", "actor_type", "actor_role"]),
    ("author_name", &["author_name", "author_id", "actor_name", "actor_id", "actor"]),
];

const SNAPSHOTS: Usual = &[
    ("ticket", &["ticket_id", "ticket", "case_id", "conversation_id", "id", "number"]),
    (
        "at",
        &[
            "at",
            "time",
            "timestamp",
            "snapshot_at",
            "updated_at",
            "modified_at",
            "sys_updated_at",
            "sys_updated_on",
        ],
    ),
    ("created_at", &["created_at", "created", "opened_at", "ticket_created_at"]),
    ("status", &["status", "state", "incident_state"]),
    ("requester", REQUESTER),
    ("created_by", &["created_by"]),
    ("author", &["author", "author_type", "author_role", "actor_type", "actor_role"]),
    (
        "author_name",
        &["author_name", "author_id", "actor_name", "actor_id", "actor", "updated_by", "sys_updated_by"],
    ),
    ("due_at", &["due_at"]),
    ("sla_met", &["sla_met", "made_sla"]),
];

const SURVEYS: Usual = &[
    ("question", &["question", "survey"]),
    ("score", &["score", "rating", "value"]),
    (
        "at",
        &[
            "answered_at",
            "responded_at",
            "response_at",
            "submitted_at",
            "completed_at",
            "answered",
            "created_at",
            "at",
        ],
    ),
    ("ticket", TICKET),
    ("invitation", &["invitation_id", "invitation"]),
    ("weight", &["weight"]),
    ("reasons", &["reasons", "reason"]),
];

const INVITATIONS: Usual = &[
    ("sent_at", &["sent_at", "invited_at", "sent"]),
    ("id", &["invitation_id", "id", "survey_id"]),
    ("question", &["question", "survey"]),
    ("delivered", &["delivered", "delivery"]),
    ("started_at", &["started_at", "opened_at", "opened"]),
    ("answered_at", &["answered_at", "responded_at", "response_at", "answered"]),
    ("ticket", TICKET),
];

impl TableKind {
    fn usual(self) -> Usual {
        match self {
            Self::Tickets | Self::TicketsBesideEvents => TICKETS,
            Self::Events => EVENTS,
            Self::Snapshots => SNAPSHOTS,
            Self::Surveys => SURVEYS,
            Self::Invitations => INVITATIONS,
        }
    }

    /// The usual names of a role's column.
    pub(crate) fn names(self, role: &str) -> &'static [&'static str] {
        self.usual().iter().find(|(known, _)| *known == role).map_or(&[], |(_, names)| names)
    }
}

/// The roles of a table's columns, as far as their names are usual.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct InferredRoles {
    /// The column of each role, by the name of the role in descriptions.
    pub roles: BTreeMap<&'static str, String>,
    /// The columns of each stated measure, one for each clock. Durations only if their unit is known.
    pub measures: BTreeMap<&'static str, Vec<String>>,
    /// Columns with the usual name of a stated duration but without a unit, by role. They state nothing.
    pub unitless: BTreeMap<&'static str, String>,
    /// The column of each attribute: every text column without another role. Events have none.
    pub attributes: BTreeMap<String, String>,
    /// Every column of whole numbers without another role, by name. The caller may slice by them.
    pub numbers: BTreeMap<String, String>,
    /// The column of each question, if every question has its own column.
    pub questions: BTreeMap<String, String>,
    /// Roles of tickets and attributes with several columns of a usual name.
    pub ambiguous: Vec<AmbiguousRole>,
}

/// A role with several columns of a usual name, so that the intended one is not certain.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AmbiguousRole {
    /// The role, or the attribute.
    pub role: String,
    /// The column that has the role.
    pub column: String,
    /// Another column that may be meant.
    pub other: String,
}

/// Infers the roles of columns from their usual names. Columns in `taken` have a role already.
///
/// If every question has its own column, no column is the score of a named question.
///
/// ```
/// use arrow_schema::{DataType, Field, Schema};
/// use deskmetrics_arrow::{TableKind, infer_roles};
///
/// let text = |name: &str| Field::new(name, DataType::Utf8, true);
/// let found = infer_roles(TableKind::Tickets, &Schema::new(vec![text("Ticket ID"), text("Created at"), text("market")]), &[]);
/// assert_eq!(found.roles["id"], "Ticket ID");
/// assert_eq!(found.attributes["market"], "market");
///
/// let named = infer_roles(TableKind::Tickets, &Schema::new(vec![text("agent_name"), text("queue"), text("Assignment group")]), &[]);
/// assert_eq!((&*named.attributes["assignee"], &*named.attributes["queue"]), ("agent_name", "queue"));
///
/// let twice = infer_roles(TableKind::Tickets, &Schema::new(vec![text("reply_time_in_minutes"), text("First response (hours)")]), &[]);
/// let (column, other) = (&twice.ambiguous[0].column, &twice.ambiguous[0].other);
/// assert_eq!((&**column, &**other), ("First response (hours)", "reply_time_in_minutes"));
///
/// let unitless = infer_roles(TableKind::Tickets, &Schema::new(vec![text("reply_time")]), &[]);
/// assert_eq!(unitless.unitless["first_response_time"], "reply_time");
///
/// let form = Schema::new(vec![text("NPS"), text("CSAT score"), text("rating")]);
/// let found = infer_roles(TableKind::Surveys, &form, &[]);
/// assert_eq!(found.questions["csat"], "CSAT score");
/// assert!(found.roles.is_empty());
/// assert_eq!(found.attributes["rating"], "rating");
/// ```
pub fn infer_roles(holds: TableKind, schema: &Schema, taken: &[&str]) -> InferredRoles {
    infer_roles_of_values(holds, schema, taken, |field, content| content.has_type(field.data_type()))
}

/// Like [`infer_roles`], with a test of the [content](ColumnContent::is_of) of a column. It decides about names that leave it
/// open: `resolved` is the name of timestamps and of flags.
///
/// ```
/// use arrow_schema::{DataType, Field, Schema};
/// use deskmetrics_arrow::{TableKind, infer_roles_of_values};
///
/// let schema = Schema::new(vec![Field::new("resolved", DataType::Utf8, true)]);
/// let found = |timestamps: bool| infer_roles_of_values(TableKind::Tickets, &schema, &[], |_, _| timestamps);
/// assert_eq!(found(true).roles["solved_at"], "resolved");
/// assert_eq!(found(false).attributes["resolved"], "resolved");
/// ```
pub fn infer_roles_of_values(
    holds: TableKind,
    schema: &Schema,
    taken: &[&str],
    contains: impl Fn(&Field, ColumnContent) -> bool,
) -> InferredRoles {
    let mut free: Vec<&Field> = schema
        .fields()
        .iter()
        .map(AsRef::as_ref)
        .filter(|field: &&Field| !taken.contains(&field.name().as_str()))
        .collect();
    let mut found = InferredRoles::default();
    if holds == TableKind::Surveys && !has(&free, holds.names("question")) {
        for question in ["nps", "csat", "ces"] {
            if let Some(field) = take(&mut free, &[question, &format!("{question}_score")]) {
                found.questions.insert(question.to_owned(), field.name().clone());
            }
        }
    }
    for (role, names) in holds.usual() {
        let by_events = holds == TableKind::TicketsBesideEvents && *role == "author_name";
        if by_events || (*role == "score" && !found.questions.is_empty()) {
            continue;
        }
        let fits = |field: &Field| {
            let name = usual(field.name());
            let is_end = ["first_response_at", "solved_at", "closed_at"].contains(role)
                && ENDS_OR_FLAGS.contains(&name.as_str());
            names.contains(&name.as_str()) && (!is_end || contains(field, ColumnContent::Timestamps))
        };
        if let Some(field) = take_if(&mut free, names, fits) {
            found.roles.insert(role, field.name().clone());
            if holds == TableKind::Tickets && ONE_OF_SEVERAL.contains(role) {
                let others = free.iter().filter(|field| fits(field));
                found.ambiguous.extend(others.map(|other| AmbiguousRole {
                    role: (*role).to_owned(),
                    column: field.name().clone(),
                    other: other.name().clone(),
                }));
            }
        }
    }
    if holds == TableKind::TicketsBesideEvents {
        found.roles.retain(|role, _| !KNOWN_FROM_EVENTS.contains(role));
    }
    if matches!(holds, TableKind::Tickets | TableKind::TicketsBesideEvents) {
        measures(&mut free, &contains, &mut found);
    }
    if holds != TableKind::Events {
        attributes(&free, schema, &mut found);
    }
    found
}

/// Uses the other columns as attributes. Of columns with equal names none is certain.
fn attributes(free: &[&Field], schema: &Schema, found: &mut InferredRoles) {
    let times = |field: &Field| schema.fields().iter().filter(|other| other.name() == field.name()).count();
    for field in free.iter().filter(|field| times(field) == 1) {
        let into = match field.data_type() {
            kind if kind.is_integer() => &mut found.numbers,
            _ if holds_words(field) => &mut found.attributes,
            _ => continue,
        };
        into.entry(usual(field.name())).or_insert_with(|| field.name().clone());
    }
    for attribute in Attribute::NAMED {
        // Of several names of an attribute, its own name has priority.
        let mut names: Vec<String> = found
            .attributes
            .keys()
            .filter(|name| Attribute::from(name.as_str()) == attribute)
            .cloned()
            .collect();
        names.sort_by_key(|name| *name != attribute.as_str());
        if let Some((first, others)) = names.split_first() {
            found.numbers.retain(|name, _| Attribute::from(name.as_str()) != attribute);
            let column = found.attributes[first].clone();
            for other in others.iter().filter_map(|name| found.attributes.remove(name)) {
                let (role, column) = (attribute.to_string(), column.clone());
                found.ambiguous.push(AmbiguousRole { role, column, other });
            }
        }
        let is_known = |columns: &BTreeMap<String, String>| {
            columns.keys().any(|name| Attribute::from(name.as_str()) == attribute)
        };
        if is_known(&found.attributes) || is_known(&found.numbers) {
            continue;
        }
        let names =
            ATTRIBUTES.iter().find(|(known, _)| *known == attribute.as_str()).map(|(_, names)| *names);
        for columns in [&mut found.attributes, &mut found.numbers] {
            if let Some(column) = names.iter().copied().flatten().find_map(|name| columns.remove(*name)) {
                columns.insert(attribute.to_string(), column);
                break;
            }
        }
    }
}

/// The column of a requested attribute, whatever it contains and whether or not it has a role already.
///
/// ```
/// use arrow_schema::{DataType, Field, Schema};
/// use deskmetrics::ticket::Attribute;
/// use deskmetrics_arrow::attribute_column;
///
/// let table = Schema::new(vec![Field::new("Priority", DataType::Int64, true), Field::new("team", DataType::Utf8, true)]);
/// assert_eq!(attribute_column(&table, &Attribute::Priority), Some("Priority"));
/// assert_eq!(attribute_column(&table, &Attribute::Group), Some("team"));
/// assert_eq!(attribute_column(&table, &Attribute::Market), None);
/// ```
pub fn attribute_column<'s>(schema: &'s Schema, attribute: &Attribute) -> Option<&'s str> {
    let names = || schema.fields().iter().map(|field| field.name().as_str());
    let exact = names().find(|name| *name == attribute.as_str());
    exact.or_else(|| names().find(|name| Attribute::from(usual(name)) == *attribute))
}

/// Infers the columns of stated measures: the first usual name for each role and clock.
fn measures(
    free: &mut Vec<&Field>,
    contains: &impl Fn(&Field, ColumnContent) -> bool,
    found: &mut InferredRoles,
) {
    for (role, names) in MEASURES {
        let is_duration = role.contains("time");
        let mut clocks: Vec<(ClockKind, String)> = Vec::new();
        for name in *names {
            free.retain(|field| {
                let column = MeasureName::of(field.name());
                // Only then its values are read.
                if column.measure != *name {
                    return true;
                }
                let kind = field.data_type();
                let fits = if is_duration {
                    (column.unit.is_some() && (kind.is_numeric() || holds_words(field)))
                        || contains(field, ColumnContent::Durations)
                } else {
                    column.unit.is_none() && contains(field, ColumnContent::Counts)
                };
                let clock = column.clock.unwrap_or_default();
                if !fits {
                    if is_duration && column.unit.is_none() && (kind.is_numeric() || holds_words(field)) {
                        found.unitless.entry(role).or_insert_with(|| field.name().clone());
                    }
                    return true;
                }
                let (role, other) = (*role, field.name().clone());
                if let Some((_, column)) = clocks.iter().find(|(known, _)| *known == clock) {
                    let (role, column) = (role.to_owned(), column.clone());
                    found.ambiguous.push(AmbiguousRole { role, column, other });
                    return true;
                }
                clocks.push((clock, other.clone()));
                found.measures.entry(role).or_default().push(other);
                false
            });
        }
    }
}

fn has(free: &[&Field], names: &[&str]) -> bool {
    free.iter().any(|field| names.contains(&usual(field.name()).as_str()))
}

/// Takes the column of the first of these names that exists.
fn take<'s>(free: &mut Vec<&'s Field>, names: &[&str]) -> Option<&'s Field> {
    take_if(free, names, |_| true)
}

/// Takes the column of the first of these names that exists and passes a test.
fn take_if<'s>(
    free: &mut Vec<&'s Field>,
    names: &[&str],
    test: impl Fn(&Field) -> bool,
) -> Option<&'s Field> {
    let find = |name: &str| free.iter().position(|field| usual(field.name()) == name && test(field));
    let place = names.iter().find_map(|name| find(name))?;
    Some(free.remove(place))
}

/// Whether a column has a usual name of when tickets were solved, closed or first answered.
pub(crate) fn is_end(name: &str) -> bool {
    let name = usual(name);
    let ends =
        TICKETS.iter().filter(|(role, _)| ["solved_at", "closed_at", "first_response_at"].contains(role));
    ends.flat_map(|(_, names)| *names).any(|known| *known == name)
}

/// Converts to lower case with underscores, without [objects inside the record](inner_name).
pub(crate) fn usual(name: &str) -> String {
    inner_name(name.trim()).to_lowercase().replace([' ', '-', '.'], "_")
}

fn holds_words(field: &Field) -> bool {
    match field.data_type() {
        DataType::Dictionary(_, values) => values.is_string(),
        kind => kind.is_string() || *kind == DataType::Boolean,
    }
}
