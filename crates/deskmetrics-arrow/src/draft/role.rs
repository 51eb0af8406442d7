//! Roles of columns, from their names and values.

use std::collections::{BTreeMap, BTreeSet};

use arrow_schema::{Field, Schema};
use deskmetrics::Author;
use deskmetrics::ticket::Attribute;
use serde_json::{Map, Value, json};

use super::scale::{self, Scores, labelled, question_of};
use super::{ColumnDraft, Draft, DraftQuestion, Seen, SeenTable, TableDraft};
use crate::ReadError;
use crate::column::measure::words;
use crate::column::{ColumnContent, DateOrderError, Gone, Meaning, TextColumn, TicketStatus};
use crate::description::{listed, own_name};
use crate::infer::{InferredRoles, TableKind, infer_roles_of_values, usual};
use crate::roles::columns_of;

/// Words of a timestamp's name, where no column has a usual one: all of one list.
const TIMESTAMPS: &[(&str, &[&[&str]])] = &[
    (
        "created_at",
        &[
            &["created"],
            &["creation"],
            &["opened"],
            &["open"],
            &["reported"],
            &["submitted"],
            &["received"],
            &["raised"],
            &["logged"],
        ],
    ),
    (
        "first_response_at",
        &[&["first", "response"], &["first", "reply"], &["first", "responded"], &["first", "replied"]],
    ),
    ("solved_at", &[&["solved"], &["resolved"], &["completed"], &["finished"]]),
    ("closed_at", &[&["closed"], &["close"]]),
    ("due_at", &[&["due"], &["target"], &["deadline"]]),
    ("sent_at", &[&["sent"], &["invited"]]),
    ("answered_at", &[&["answered"], &["responded"]]),
    ("at", &[&["end"], &["submitted"], &["completed"], &["answered"], &["responded"]]),
];

/// Names of attributes that several products give to one idea, each after the usual name.
const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("market", &["country", "region"]),
    ("channel", &["source", "via", "contact_type"]),
    ("category", &["type", "issue_type", "topic"]),
    ("priority", &["urgency"]),
    ("assignee", &["teammate_currently_assigned", "assigned_agent", "agent_name"]),
    ("group", &["team_currently_assigned", "assigned_group", "assigned_team"]),
];

/// Beginnings of names that do not belong to the attribute.
const PREFIXES: [&str; 6] = ["ticket_", "case_", "contact_", "conversation_", "issue_", "custom_field_"];

/// The most values of an attribute, and of one that names people or teams.
const MOST_VALUES: usize = 200;
const MOST_PEOPLE: usize = 2_000;
/// As few values are an attribute of any table.
const FEW_VALUES: usize = 20;
/// The most labels that a question lists.
const MOST_LABELS: usize = 40;

/// What `other` events mean in a log that creates its tickets: they date the ticket and state nothing else.
const UNDECIDED_EVENT: &str = "changed activity";

/// What holds until a question about a column is answered.
const NOT_READ: &str = "it is not read";

/// The roles of a table's columns.
#[derive(Debug, Default)]
pub(super) struct Roles {
    pub(super) by_role: Map<String, Value>,
    questions: Vec<DraftQuestion>,
    /// Required roles without a column.
    pub(super) lacks: Vec<&'static str>,
    wall_clock: Option<String>,
}

/// The words of a name, in lower case.
pub(super) fn words_of(name: &str) -> Vec<String> {
    words(name)
}

/// A text as TOML has it.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// Drafts all tables.
pub(super) fn draft(draft: &mut Draft, seen: &[SeenTable<'_>], kinds: &[TableKind]) -> Result<(), ReadError> {
    let has = |kind: TableKind| kinds.contains(&kind);
    let logged = has(TableKind::Events) || has(TableKind::Snapshots);
    let mut invitation_ids: Option<String> = None;
    let mut order: Vec<usize> = (0..seen.len()).collect();
    order.sort_by_key(|place| match kinds.get(*place) {
        Some(TableKind::Tickets) => 0,
        Some(TableKind::Snapshots) => 1,
        Some(TableKind::Events) => 2,
        Some(TableKind::Invitations) => 3,
        _ => 4,
    });
    let mut known_tickets = false;
    for (table, kind) in order.into_iter().filter_map(|place| Some((seen.get(place)?, *kinds.get(place)?))) {
        let kind = if logged && kind == TableKind::Tickets { TableKind::TicketsBesideEvents } else { kind };
        let mut found = roles_of(kind, table);
        let mut after: Vec<TableDraft> = Vec::new();
        match kind {
            TableKind::Tickets | TableKind::TicketsBesideEvents => {
                known_tickets |= found.lacks.is_empty();
                after.extend(scores_of_tickets(draft, table, &found));
            }
            TableKind::Events => found.events(table, !has(TableKind::Tickets))?,
            TableKind::Snapshots => known_tickets |= found.lacks.is_empty(),
            TableKind::Surveys => found.surveys(draft, table, invitation_ids.as_deref())?,
            TableKind::Invitations => {
                found.question_words(table);
                let id = found.by_role.get("id").and_then(|id| columns_of(id).into_iter().next());
                invitation_ids = id.filter(|_| found.lacks.is_empty()).or(invitation_ids);
            }
        }
        let tickets = known_tickets || has(TableKind::Events);
        if !tickets && matches!(kind, TableKind::Surveys | TableKind::Invitations) {
            // There is no ticket to join.
            found.by_role.remove("ticket");
        }
        draft.tables.push(found.finish(kind, table));
        draft.tables.append(&mut after);
    }
    Ok(())
}

/// The roles of a table's columns as records of a kind.
pub(super) fn roles_of(kind: TableKind, table: &SeenTable<'_>) -> Roles {
    let mut found = Roles::default();
    let fields =
        table.columns.iter().map(|column| Field::new(&column.name, column.profile.value_type(), true));
    let schema = Schema::new(fields.collect::<Vec<_>>());
    let contains = |field: &Field, content: ColumnContent| {
        column(table, field.name()).is_some_and(|column| column.profile.has(content))
    };
    let InferredRoles { roles, measures, unitless, attributes, numbers, ambiguous, .. } =
        infer_roles_of_values(kind, &schema, &[], contains);
    for (role, name) in roles {
        let Some(column) = column(table, &name) else { continue };
        if column.repeated && role != "tags" {
            continue;
        }
        found.role(kind, role, column);
    }
    for one in ambiguous.iter().filter(|one| found.by_role.contains_key(&one.role)) {
        let text = format!(
            "both {} and {} may be the {}: which one is it?",
            quoted(&one.column),
            quoted(&one.other),
            one.role
        );
        let candidates = vec![format!("{} = {}", one.role, quoted(&one.other))];
        found.questions.push(DraftQuestion::new(
            place(kind, &one.role),
            text,
            "the first is used",
            candidates,
        ));
    }
    found.likely(kind, table);
    let free = |found: &Roles, name: &str| !found.uses(name);
    if matches!(kind, TableKind::Tickets | TableKind::TicketsBesideEvents) {
        for (role, columns) in measures {
            let columns: Vec<String> = columns.into_iter().filter(|name| free(&found, name)).collect();
            match columns.as_slice() {
                [] => {}
                [only] => drop(found.by_role.insert(role.to_owned(), json!(only))),
                several => drop(found.by_role.insert(role.to_owned(), json!(several))),
            }
        }
        for (role, name) in unitless {
            let Some(column) = column(table, &name) else { continue };
            if !free(&found, &name) || found.by_role.contains_key(role) || !column.profile.is_numbers() {
                continue;
            }
            let candidates = ["minutes", "hours"]
                .map(|unit| format!("{role} = {{ column = {}, unit = \"{unit}\" }}", quoted(&name)));
            let text = format!("which unit do the numbers of {} have?", quoted(&name));
            found.questions.push(DraftQuestion::new(
                place(kind, role),
                text,
                "they are not read",
                candidates.to_vec(),
            ));
        }
    }
    let named: BTreeMap<String, String> = attributes.into_iter().chain(numbers).collect();
    found.attributes(kind, table, &named);
    let required: Vec<&'static str> = match kind {
        TableKind::Surveys if found.by_role.contains_key("questions") => Vec::new(),
        TableKind::Surveys => vec!["question", "score"],
        _ => kind.required().to_vec(),
    };
    // Questions of surveys are columns of their own or labels; `surveys` decides.
    let scored = || table.columns.iter().any(is_any_score);
    found.lacks = required.into_iter().filter(|role| !found.by_role.contains_key(*role)).collect();
    if kind == TableKind::Surveys && scored() {
        found.lacks.clear();
    }
    found
}

/// Whether a column has scores of a known question.
fn is_score(column: &Seen<'_>) -> bool {
    !column.repeated
        && question_of(&column.name).is_some()
        && (Scores::of(column).is_some_and(|scores| scores.least() >= -10.0 && scores.greatest() <= 100.0)
            || labelled(column).is_some())
}

/// Whether a column has scores, of whichever question.
pub(super) fn is_any_score(column: &Seen<'_>) -> bool {
    let named =
        || ["score", "rating"].contains(&usual(&column.name).as_str()) && Scores::of(column).is_some();
    is_score(column) || (!column.repeated && named())
}

fn column<'t, 'r>(table: &'t SeenTable<'r>, name: &str) -> Option<&'t Seen<'r>> {
    table.columns.iter().find(|column| column.name == name)
}

fn place(kind: TableKind, role: &str) -> String {
    format!("{}.{role}", kind.key())
}

impl Roles {
    fn uses(&self, name: &str) -> bool {
        self.by_role.values().flat_map(columns_of).any(|used| used == name)
    }

    fn ask(
        &mut self,
        kind: TableKind,
        role: &str,
        text: impl Into<String>,
        until: impl Into<String>,
        candidates: Vec<String>,
    ) {
        self.questions.push(DraftQuestion::new(place(kind, role), text, until, candidates));
    }

    /// Gives a role to a column with a usual name of it, if the values allow that.
    fn role(&mut self, kind: TableKind, role: &'static str, column: &Seen<'_>) {
        let profile = &column.profile;
        if profile.filled == 0 {
            return;
        }
        let name = column.name.as_str();
        if role == "at" || role.ends_with("_at") {
            self.timestamp(kind, role, column);
            return;
        }
        match role {
            "status" => self.labels(kind, role, column, status_name, &status_names()),
            "author" | "created_by" => {
                let known = |label: &str| author_name(label).is_some();
                if profile.many || !profile.values().iter().any(|(label, _)| known(label)) {
                    // Names of people.
                    if role == "author" {
                        self.by_role.entry("author_name").or_insert(json!(name));
                    }
                    return;
                }
                self.labels(kind, role, column, author_name, &names_of::<Author>());
            }
            "sla_met" | "delivered" => {
                self.labels(kind, role, column, flag_name, &["true", "false"].map(str::to_owned));
            }
            "weight" if !profile.is_numbers() => {}
            "tags" | "reasons" => {
                self.by_role.insert(role.to_owned(), json!(name));
                let has = |mark: char| profile.values().iter().any(|(text, _)| text.contains(mark));
                if let Some(mark) = [';', '|'].into_iter().find(|mark| has(*mark) && !has(',')) {
                    let key = if role == "tags" { "tag_separator" } else { "reason_separator" };
                    self.by_role.insert(key.to_owned(), json!(mark.to_string()));
                }
            }
            _ => {
                self.by_role.insert(role.to_owned(), json!(name));
            }
        }
    }

    /// Gives a role of timestamps to a column.
    fn timestamp(&mut self, kind: TableKind, role: &str, column: &Seen<'_>) {
        let (name, profile) = (column.name.as_str(), &column.profile);
        let mut form = Map::new();
        form.insert("column".to_owned(), json!(name));
        let mut wall_clock = profile.wall_clock;
        if profile.has(ColumnContent::Timestamps) {
            match &column.order {
                Ok(Some(order)) => drop(form.insert("format".to_owned(), json!(order.format()))),
                Ok(None) => {}
                Err(undecided) => {
                    let form = |format: &str| {
                        format!("{role} = {{ column = {}, format = \"{format}\" }}", quoted(name))
                    };
                    let candidates = undecided.formats().into_iter().map(form).collect();
                    let what = match undecided {
                        DateOrderError::Ambiguous { .. } => "which order do day and month have",
                        DateOrderError::Mixed { .. } => {
                            "the values have several orders of day and month; which one counts"
                        }
                    };
                    self.ask(
                        kind,
                        role,
                        format!("{}: {what}? {undecided}", quoted(name)),
                        NOT_READ,
                        candidates,
                    );
                    return;
                }
            }
        } else if let Some(format) = profile.epoch() {
            form.insert("format".to_owned(), json!(format));
            wall_clock = format == "excel";
        } else {
            return;
        }
        let missing = profile.missing();
        if !missing.is_empty() {
            form.insert("missing".to_owned(), json!(missing));
        }
        if wall_clock && words_of(name).iter().any(|word| word == "utc" || word == "gmt") {
            form.insert("time_zone".to_owned(), json!("UTC"));
            wall_clock = false;
        }
        if wall_clock {
            self.wall_clock.get_or_insert_with(|| name.to_owned());
        }
        let form = if form.len() == 1 { json!(name) } else { Value::Object(form) };
        self.by_role.insert(role.to_owned(), form);
    }

    /// Gives a role of labels to a column: the known labels with their meanings; a question about the others.
    fn labels(
        &mut self,
        kind: TableKind,
        role: &str,
        column: &Seen<'_>,
        meaning: impl Fn(&str) -> Option<String>,
        allowed: &[String],
    ) {
        let missing = column.profile.missing();
        let (known, unknown) = split(&column.profile.values(), &missing, meaning);
        let too_many = column.profile.many || unknown.len() > MOST_LABELS;
        if known.is_empty() || too_many {
            let text = format!(
                "{} has a usual name of the {role}, but {}: what do they mean?",
                quoted(&column.name),
                if too_many {
                    "too many labels".to_owned()
                } else {
                    format!("no usual label: {}", shown(&unknown))
                }
            );
            self.ask(kind, role, text, NOT_READ, mapped(role, &column.name, &unknown, allowed));
            return;
        }
        let mut form = Map::new();
        form.insert("column".to_owned(), json!(column.name));
        let own: Map<String, Value> = known
            .into_iter()
            .map(|(label, meaning)| {
                let flag = meaning.parse::<bool>().map(Value::from);
                (
                    label,
                    if role == "sla_met" || role == "delivered" {
                        flag.unwrap_or(Value::Null)
                    } else {
                        json!(meaning)
                    },
                )
            })
            .collect();
        form.insert("words".to_owned(), Value::Object(own));
        if !missing.is_empty() {
            form.insert("missing".to_owned(), json!(missing));
        }
        self.by_role.insert(role.to_owned(), Value::Object(form));
        if !unknown.is_empty() {
            let text = format!("what do these labels of {} mean: {}?", quoted(&column.name), shown(&unknown));
            let until = "what depends on them is excluded and counted";
            self.ask(kind, role, text, until, lines(&unknown, allowed.iter().map(String::as_str)));
        }
    }

    /// Gives roles without a usual name to columns whose names and values fit.
    fn likely(&mut self, kind: TableKind, table: &SeenTable<'_>) {
        let timestamps: Vec<&Seen<'_>> = table
            .columns
            .iter()
            .filter(|column| !column.repeated && column.profile.has(ColumnContent::Timestamps))
            .collect();
        let roles: &[&'static str] = match kind {
            TableKind::Tickets => &["created_at", "first_response_at", "solved_at", "closed_at", "due_at"],
            TableKind::TicketsBesideEvents | TableKind::Snapshots => &["created_at", "due_at"],
            TableKind::Events => &[],
            TableKind::Surveys => &["at"],
            TableKind::Invitations => &["sent_at", "answered_at"],
        };
        for role in roles.iter().copied().filter(|role| !self.is_decided(kind, role)).collect::<Vec<_>>() {
            let lists =
                TIMESTAMPS.iter().find(|(known, _)| *known == role).map_or(&[][..], |(_, lists)| lists);
            let fits = |column: &&&Seen<'_>| {
                let words = words_of(&column.name);
                let has = |word: &&str| words.iter().any(|known| known == word);
                lists.iter().any(|list| list.iter().all(has))
                    && (role == "first_response_at" || !has(&"first"))
                    && (role != "created_at" || column.profile.filled * 10 >= table.rows * 9)
            };
            let free: Vec<&&Seen<'_>> =
                timestamps.iter().filter(|column| !self.uses(&column.name)).filter(fits).collect();
            match free.as_slice() {
                [only] => self.timestamp(kind, role, only),
                [] => {}
                several => {
                    let names: Vec<&str> = several.iter().map(|column| column.name.as_str()).collect();
                    let text = format!("which of {} is the {role}?", listed(&names));
                    self.ask(kind, role, text, NOT_READ, candidates(role, names));
                }
            }
        }
        let only_time = || match timestamps
            .iter()
            .filter(|column| !self.uses(&column.name))
            .collect::<Vec<_>>()
            .as_slice()
        {
            [only] => Some(**only),
            _ => None,
        };
        if matches!(kind, TableKind::Events | TableKind::Surveys)
            && !self.is_decided(kind, "at")
            && let Some(only) = only_time()
        {
            self.timestamp(kind, "at", only);
        }
        let required = kind.required();
        let named = |role: &str| {
            required.contains(&role) && (role == "created_at" || role == "at" || role == "sent_at")
        };
        for role in required.iter().copied().filter(|role| named(role)).collect::<Vec<_>>() {
            if !self.is_decided(kind, role) {
                let all: Vec<&str> = timestamps.iter().map(|column| column.name.as_str()).collect();
                let text = if all.is_empty() {
                    format!("which column is the {role}? No column has timestamps")
                } else {
                    format!("which column is the {role}? None has a usual name of it")
                };
                self.ask(kind, role, text, NOT_READ, candidates(role, all));
            }
        }
        let ended = ["solved_at", "closed_at"].iter().any(|role| self.is_decided(kind, role));
        let others: Vec<&str> =
            timestamps.iter().map(|column| column.name.as_str()).filter(|name| !self.uses(name)).collect();
        if kind == TableKind::Tickets
            && !ended
            && self.by_role.contains_key("created_at")
            && !others.is_empty()
        {
            let text =
                format!("is one of {} the time at which tickets were solved or closed?", listed(&others));
            let candidates = candidates("solved_at", others);
            self.ask(kind, "solved_at", text, "tickets have no end, other than by their status", candidates);
        }
        self.likely_texts(kind, table);
    }

    /// Gives roles of texts without a usual name: ids, tickets, statuses and kinds of events.
    fn likely_texts(&mut self, kind: TableKind, table: &SeenTable<'_>) {
        let free = |this: &Self| -> Vec<&Seen<'_>> {
            let is_free = |column: &&Seen<'_>| {
                !column.repeated
                    && !column.profile.nested
                    && column.profile.filled > 0
                    && !this.uses(&column.name)
                    && !column.profile.is_timestamps()
            };
            table.columns.iter().filter(is_free).collect()
        };
        let has_word = |column: &Seen<'_>, known: &[&str]| {
            words_of(&column.name).iter().any(|word| known.contains(&word.as_str()))
        };
        let is_tickets = matches!(kind, TableKind::Tickets | TableKind::TicketsBesideEvents);
        if is_tickets && !self.is_decided(kind, "id") {
            let is_id = |column: &&Seen<'_>| {
                has_word(column, &["id", "number", "key", "reference", "nr"])
                    && column.profile.is_unique()
                    && column.profile.filled == table.rows
            };
            let ids: Vec<&str> =
                free(self).into_iter().filter(is_id).map(|column| column.name.as_str()).collect();
            match ids.as_slice() {
                [only] => drop(self.by_role.insert("id".to_owned(), json!(only))),
                several => {
                    let text = "which column has the ids of tickets?";
                    let until = "every row is a ticket, and duplicates are not noticed";
                    self.ask(kind, "id", text, until, candidates("id", several.to_vec()));
                    self.by_role.insert("id".to_owned(), json!({}));
                }
            }
        }
        if (is_tickets || kind == TableKind::Snapshots) && !self.is_decided(kind, "status") {
            let is_status = |column: &&Seen<'_>| {
                let (known, unknown) =
                    split(&column.profile.values(), &column.profile.missing(), status_name);
                has_word(column, &["status", "state", "stage"])
                    && !column.profile.many
                    && known.len() >= unknown.len().max(1)
            };
            let columns: Vec<&Seen<'_>> = free(self).into_iter().filter(is_status).collect();
            match columns.as_slice() {
                [only] => self.labels(kind, "status", only, status_name, &status_names()),
                [] => {}
                several => {
                    let names: Vec<&str> = several.iter().map(|column| column.name.as_str()).collect();
                    let text = format!("which of {} is the status?", listed(&names));
                    self.ask(kind, "status", text, NOT_READ, candidates("status", names));
                }
            }
        }
        if is_tickets && !self.is_decided(kind, "sla_met") {
            let is_verdict = |column: &&Seen<'_>| {
                let labels = column.profile.values();
                let plain = |label: &str| {
                    ["yes", "no", "true", "false", "1", "0", "y", "n", "t", "f"]
                        .contains(&label.to_lowercase().as_str())
                };
                !column.profile.many
                    && labels.len() <= 4
                    && labels.iter().all(|(label, _)| flag_name(label).is_some() && !plain(label))
            };
            let verdicts: Vec<&Seen<'_>> = free(self).into_iter().filter(is_verdict).collect();
            self.verdicts(kind, &verdicts);
        }
        if kind == TableKind::Events && !self.is_decided(kind, "kind") {
            let is_kind = |column: &&Seen<'_>| {
                !column.profile.many
                    && column.profile.distinct() <= MOST_LABELS
                    && has_word(column, &["kind", "type", "event", "action", "activity"])
                    && column.profile.values().iter().any(|(label, _)| own_name(label).is_some())
            };
            let columns: Vec<&Seen<'_>> = free(self).into_iter().filter(is_kind).collect();
            if let [only] = columns.as_slice() {
                self.by_role.insert("kind".to_owned(), json!(only.name));
            }
        }
        for role in kind.required().iter().copied().filter(|role| matches!(*role, "ticket" | "kind" | "id")) {
            if !self.is_decided(kind, role) {
                let names: Vec<String> = free(self).iter().map(|column| column.name.clone()).collect();
                let likely = crate::roles::likely_column(role, &names).and_then(|place| names.get(place));
                let text = format!("which column is the {role}? None has a usual name of it");
                self.ask(
                    kind,
                    role,
                    text,
                    NOT_READ,
                    candidates(role, likely.map(String::as_str).into_iter().collect()),
                );
            }
        }
    }

    /// SLA verdicts as stated by the source: of one metric by their names, or of the ticket.
    fn verdicts(&mut self, kind: TableKind, columns: &[&Seen<'_>]) {
        let of = |metric: &str| {
            columns
                .iter()
                .filter(|column| words_of(&column.name).iter().any(|word| word == metric))
                .collect::<Vec<_>>()
        };
        let mut sla = Map::new();
        for (metric, word) in [("first_response", "response"), ("resolution", "resolution")] {
            if let [only] = of(word).as_slice() {
                let words: Map<String, Value> = only
                    .profile
                    .values()
                    .into_iter()
                    .filter_map(|(label, _)| Some((label.to_owned(), json!(bool::of_own_word(label)?))))
                    .collect();
                sla.insert(metric.to_owned(), json!({ "met": { "column": only.name, "words": words } }));
            }
        }
        if !sla.is_empty() {
            self.by_role.insert("sla".to_owned(), Value::Object(sla));
        } else if let [only] = columns {
            self.labels(kind, "sla_met", only, flag_name, &["true", "false"].map(str::to_owned));
        }
    }

    /// Whether a role has a column or a question.
    fn is_decided(&self, kind: TableKind, role: &str) -> bool {
        let place = place(kind, role);
        self.by_role.contains_key(role) || self.questions.iter().any(|question| question.place == place)
    }

    /// The attributes: columns with few values. Others are not read.
    fn attributes(&mut self, kind: TableKind, table: &SeenTable<'_>, named: &BTreeMap<String, String>) {
        let mut attributes: Map<String, Value> = Map::new();
        let known = |name: &str| {
            let mut all = ATTRIBUTES.iter().chain(crate::infer::ATTRIBUTES);
            all.find(|(_, names)| names.contains(&name)).map(|(known, _)| *known)
        };
        let is_column = |name: &str| table.columns.iter().any(|column| usual(&column.name) == name);
        let name_of = |name: &str| {
            let name = usual(name);
            let short = PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(&name);
            let attribute = known(&name).or_else(|| known(short)).unwrap_or(short);
            // Another column may have that name.
            let attribute = if attribute != name && is_column(attribute) { &name } else { attribute };
            Attribute::from(attribute).to_string()
        };
        for column in &table.columns {
            let inferred =
                named.iter().find(|(_, name)| **name == column.name).map(|(attribute, _)| attribute.clone());
            let own =
                inferred.filter(|own| *own != usual(&column.name)).unwrap_or_else(|| name_of(&column.name));
            let attribute = Attribute::from(own.as_str());
            let kept = match attribute {
                Attribute::Assignee | Attribute::Group => Kept::People,
                Attribute::Custom(_) => Kept::Own,
                _ => Kept::Named,
            };
            if self.uses(&column.name) || !is_attribute(column, table.rows, kept) {
                continue;
            }
            let is_question = kind == TableKind::Surveys && question_of(&column.name).is_some();
            if is_score(column) || is_question || (kind == TableKind::Surveys && is_any_score(column)) {
                continue;
            }
            let full = usual(&column.name);
            let name = if attributes.contains_key(&own) { full } else { own };
            attributes.entry(name).or_insert(json!(column.name));
        }
        if !attributes.is_empty() && kind != TableKind::Events {
            self.by_role.insert("attributes".to_owned(), Value::Object(attributes));
        }
    }

    /// The kinds of events and their statuses; of a log that creates its tickets, their attributes.
    fn events(&mut self, table: &SeenTable<'_>, creates: bool) -> Result<(), ReadError> {
        let kind = TableKind::Events;
        if creates {
            self.by_role.insert("creates_tickets".to_owned(), json!(true));
        }
        let Some(column) =
            self.by_role.get("kind").map(columns_of).and_then(|names| column(table, names.first()?))
        else {
            return Ok(());
        };
        let values = column.profile.values();
        let (mut known, mut unknown) = split(&values, &column.profile.missing(), own_name);
        let rows = |labels: &[(String, u64)]| labels.iter().map(|(_, count)| count).sum::<u64>();
        let allowed: Vec<&str> = <crate::description::EventMapping as Meaning>::own_words();
        let allowed = allowed.into_iter().chain(["ignore"]);
        if column.profile.many || unknown.len() > MOST_LABELS || (known.is_empty() && !creates) {
            self.by_role.remove("kind");
            self.lacks.push("kind");
            let text = format!("what do the labels of {} mean: {}?", quoted(&column.name), shown(&unknown));
            let candidates = mapped("kind", &column.name, &unknown, &["public_message".to_owned()]);
            self.ask(kind, "kind", text, NOT_READ, candidates);
            return Ok(());
        }
        let mut form = Map::new();
        form.insert("column".to_owned(), json!(column.name));
        if !unknown.is_empty() {
            let mut candidates = lines(&unknown, allowed);
            let until = if creates && rows(&unknown) * 2 > column.profile.filled {
                // The few known labels would be the wrong ends of tickets.
                candidates
                    .extend(known.iter().map(|(label, name)| format!("{} = \"{name}\"", quoted(label))));
                let count = |label: &str| {
                    values.iter().find(|(known, _)| *known == label).map_or(0, |(_, count)| *count)
                };
                unknown.extend(known.drain(..).map(|(label, _)| (label.clone(), count(&label))));
                form.insert(
                    "words".to_owned(),
                    unknown.iter().map(|(label, _)| (label.clone(), json!(UNDECIDED_EVENT))).collect(),
                );
                "every event only dates its ticket"
            } else if creates {
                form.insert("other".to_owned(), json!(UNDECIDED_EVENT));
                "they only date the ticket"
            } else {
                "they are excluded and counted"
            };
            let text = format!("what do these labels of {} mean: {}?", quoted(&column.name), shown(&unknown));
            self.ask(kind, "kind", text, until, candidates);
        }
        if !known.is_empty() {
            let own: Map<String, Value> =
                known.iter().map(|(label, name)| (label.clone(), json!(name))).collect();
            form.insert("words".to_owned(), Value::Object(own));
        }
        let named: BTreeSet<&str> =
            known.iter().filter(|(_, name)| name == "status").map(|(label, _)| label.as_str()).collect();
        self.by_role.insert("kind".to_owned(), Value::Object(form));
        if let Some(value) =
            self.by_role.get("value").map(columns_of).and_then(|names| names.into_iter().next())
            && !named.is_empty()
        {
            let pairs = grouped(table, &column.name, &value)?;
            let mut labels: BTreeMap<String, u64> = BTreeMap::new();
            for (_, values) in pairs.iter().filter(|(label, _)| named.contains(label.as_str())) {
                for (value, count) in values {
                    *labels.entry(value.clone()).or_default() += count;
                }
            }
            let labels: Vec<(&str, u64)> =
                labels.iter().map(|(label, count)| (label.as_str(), *count)).collect();
            let (known, unknown) = split(&labels, &[], |label| {
                deskmetrics::Status::of_own_word(label).map(|status| status.to_string())
            });
            let statuses: Map<String, Value> =
                known.into_iter().map(|(label, name)| (label, json!(name))).collect();
            if !statuses.is_empty() {
                self.by_role.insert("statuses".to_owned(), Value::Object(statuses));
            }
            if !unknown.is_empty() {
                let text = format!("what do these statuses mean: {}?", shown(&unknown));
                let allowed = deskmetrics::Status::own_words();
                self.ask(
                    kind,
                    "statuses",
                    text,
                    "their events are excluded and counted",
                    lines(&unknown, allowed),
                );
            }
        }
        if creates {
            self.attributes(TableKind::Tickets, table, &BTreeMap::new());
        }
        Ok(())
    }

    /// The questions of answers, with their scales.
    fn surveys(
        &mut self,
        draft: &mut Draft,
        table: &SeenTable<'_>,
        invitations: Option<&str>,
    ) -> Result<(), ReadError> {
        let kind = TableKind::Surveys;
        if let Some(id) = invitations
            && !self.by_role.contains_key("invitation")
            && column(table, id).is_some_and(|column| !column.repeated)
        {
            self.by_role.insert("invitation".to_owned(), json!(id));
            self.without_attribute(id);
        }
        let names = ["question", "score"]
            .map(|role| self.by_role.get(role).and_then(|form| columns_of(form).into_iter().next()));
        if let [Some(question), Some(score)] = names {
            self.question_words(table);
            let labels = self.by_role.get("question").and_then(|form| form.get("words")).cloned();
            for (label, values) in grouped(table, &question, &score)? {
                let mapped = labels.as_ref().and_then(|words| words.get(&label)).and_then(Value::as_str);
                let id = mapped.map_or_else(|| label.clone(), str::to_owned);
                let numbers = values.iter().filter_map(|(text, count)| Some((text.parse().ok()?, *count)));
                let Some(scores) = Scores::new(numbers) else { continue };
                if draft.scales.contains_key(&id) {
                    continue;
                }
                match scale::decide(&id, &label, &scores) {
                    Ok(Value::Null) => {}
                    Ok(scale) => drop(draft.scales.insert(id, scale)),
                    Err(open) => draft.questions.push(open),
                }
            }
            if let Some(column) = column(table, &score) {
                let missing = column.profile.missing();
                if !missing.is_empty() {
                    self.by_role.insert("score".to_owned(), json!({ "column": score, "missing": missing }));
                }
            }
            return Ok(());
        }
        self.by_role.remove("question");
        self.by_role.remove("score");
        let mut questions = score_columns(draft, table, &mut self.questions, kind);
        if questions.is_empty()
            && let Some(score) = table
                .columns
                .iter()
                .find(|column| is_any_score(column) && question_of(&column.name).is_none())
        {
            let file = table.table.path().file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if let Some((question, scores)) = question_of(&file).zip(Scores::of(score)) {
                add_question(
                    draft,
                    &mut self.questions,
                    &mut questions,
                    kind,
                    question,
                    (&score.name, json!(score.name), scores),
                );
            } else {
                let text = format!(
                    "which question do the scores of {} answer: {}?",
                    quoted(&score.name),
                    content(score)
                );
                let candidates =
                    ["nps", "csat", "ces"].map(|id| format!("questions.{id} = {}", quoted(&score.name)));
                self.ask(kind, "questions", text, NOT_READ, candidates.to_vec());
            }
        }
        let scored: Vec<String> = questions.values().flat_map(columns_of).collect();
        for name in &scored {
            self.without_attribute(name);
        }
        if questions.is_empty() {
            self.lacks = vec!["questions"];
            if !self.questions.iter().any(|question| question.place.starts_with("surveys.questions")) {
                let numbers: Vec<&str> = table
                    .columns
                    .iter()
                    .filter(|column| {
                        column.profile.is_whole()
                            && column.profile.distinct() <= 12
                            && column.profile.distinct() > 2
                    })
                    .map(|column| column.name.as_str())
                    .collect();
                let text = "which columns are survey questions? None has a usual name of one";
                self.ask(
                    kind,
                    "questions",
                    text,
                    NOT_READ,
                    numbers
                        .iter()
                        .map(|name| format!("questions.csat = {}", quoted(name)))
                        .take(12)
                        .collect(),
                );
            }
        } else {
            self.lacks.clear();
            self.by_role.insert("questions".to_owned(), Value::Object(questions));
        }
        Ok(())
    }

    fn without_attribute(&mut self, column: &str) {
        if let Some(Value::Object(attributes)) = self.by_role.get_mut("attributes") {
            attributes.retain(|_, name| name.as_str() != Some(column));
            if attributes.is_empty() {
                self.by_role.remove("attributes");
            }
        }
    }

    /// The ids of questions whose texts a column contains.
    fn question_words(&mut self, table: &SeenTable<'_>) {
        let Some(column) =
            self.by_role.get("question").map(columns_of).and_then(|names| column(table, names.first()?))
        else {
            return;
        };
        let ids =
            |text: &str| question_of(text).filter(|id| !text.eq_ignore_ascii_case(id)).map(str::to_owned);
        let (known, _) = split(&column.profile.values(), &[], ids);
        let mut ids: Vec<&String> = known.iter().map(|(_, id)| id).collect();
        ids.sort_unstable();
        ids.dedup();
        // Two questions about one idea are two questions.
        if !known.is_empty() && ids.len() == known.len() && !column.profile.many {
            let words: Map<String, Value> =
                known.iter().map(|(text, id)| (text.clone(), json!(id))).collect();
            self.by_role.insert("question".to_owned(), json!({ "column": column.name, "words": words }));
        }
    }

    /// The draft of the table.
    fn finish(mut self, kind: TableKind, table: &SeenTable<'_>) -> TableDraft {
        if kind == TableKind::Invitations && self.lacks.is_empty() {
            self.by_role.entry("id").or_insert(json!({}));
        }
        if table.columns.iter().any(|column| column.profile.begins_with_header())
            && let Some(id) = table
                .columns
                .iter()
                .find(|column| column.profile.filled + 1 == table.rows && column.profile.is_unique())
        {
            self.by_role.insert("where".to_owned(), json!({ id.name.clone(): "*" }));
        }
        let roles = std::mem::take(&mut self.by_role);
        let missing = table.columns.iter().any(|column| column.profile.missing().contains(&"?"));
        let columns = table
            .columns
            .iter()
            .map(|column| ColumnDraft {
                column: column.name.clone(),
                roles: roles_of_column(&roles, &column.name),
                content: content(column),
            })
            .collect();
        let mut roles = roles;
        if missing {
            roles.insert("missing".to_owned(), json!(["?"]));
        }
        TableDraft {
            kind: kind.key(),
            file: table.table.path().to_owned(),
            rows: table.rows,
            usable: self.lacks.is_empty(),
            roles,
            columns,
            questions: self.questions,
            in_memory: table.table.is_in_memory(),
            wall_clock: self.wall_clock,
        }
    }
}

/// The roles of a column, such as `attributes.market`.
fn roles_of_column(roles: &Map<String, Value>, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (role, form) in roles {
        match form {
            Value::Object(inner) if role == "attributes" || role == "questions" => {
                found.extend(roles_of_column(inner, name).into_iter().map(|inner| format!("{role}.{inner}")));
            }
            form if columns_of(form).iter().any(|column| column == name) => found.push(role.clone()),
            _ => {}
        }
    }
    found
}

/// The scores that a table of tickets contains, as a table of surveys.
fn scores_of_tickets(draft: &mut Draft, table: &SeenTable<'_>, tickets: &Roles) -> Option<TableDraft> {
    let mut found = Roles::default();
    let questions = score_columns(draft, table, &mut found.questions, TableKind::Surveys);
    if questions.is_empty() && found.questions.is_empty() {
        return None;
    }
    if questions.is_empty() {
        found.lacks.push("questions");
    } else {
        found.by_role.insert("questions".to_owned(), Value::Object(questions));
    }
    let usable = tickets.lacks.is_empty();
    let of_tickets =
        |role: &str| tickets.by_role.get(role).filter(|form| !columns_of(form).is_empty()).cloned();
    if let Some(id) = of_tickets("id").filter(|_| usable) {
        found.by_role.insert("ticket".to_owned(), id);
    } else if let Some(attributes) = of_tickets("attributes") {
        found.by_role.insert("attributes".to_owned(), attributes);
    }
    let mut scores = found.finish(TableKind::Surveys, table);
    // The others are those of the tickets.
    scores.columns.retain(|column| !column.roles.is_empty());
    Some(scores)
}

/// The columns of scores whose names state their questions.
fn score_columns(
    draft: &mut Draft,
    table: &SeenTable<'_>,
    open: &mut Vec<DraftQuestion>,
    kind: TableKind,
) -> Map<String, Value> {
    let mut questions = Map::new();
    for id in ["nps", "csat", "ces"] {
        let is_labelled = |column: &&Seen<'_>| {
            let profile = &column.profile;
            !is_score(column)
                && question_of(&column.name) == Some(id)
                && !(column.repeated || profile.nested || profile.is_timestamps() || profile.is_numbers())
                && (2..=12).contains(&profile.distinct())
        };
        for column in table.columns.iter().filter(is_labelled) {
            let (_, labels) = split(&column.profile.values(), &column.profile.missing(), |_| None);
            let words: Vec<String> =
                labels.iter().map(|(label, _)| format!("{} = 0", quoted(label))).collect();
            let text =
                format!("which scores do the labels of {} mean: {}?", quoted(&column.name), shown(&labels));
            let candidate = format!(
                "questions.{id} = {{ column = {}, words = {{ {} }} }}",
                quoted(&column.name),
                words.join(", ")
            );
            open.push(DraftQuestion::new(
                place(kind, &format!("questions.{id}")),
                text,
                NOT_READ,
                vec![candidate],
            ));
        }
        let is_of = |column: &&Seen<'_>| is_score(column) && question_of(&column.name) == Some(id);
        let columns: Vec<&Seen<'_>> = table.columns.iter().filter(is_of).collect();
        match columns.as_slice() {
            [] => {}
            [only] => match (labelled(only), Scores::of(only)) {
                (Some((form, scale)), _) => {
                    questions.insert(id.to_owned(), form);
                    draft.scales.entry(id.to_owned()).or_insert(scale);
                }
                (None, Some(scores)) => {
                    let missing = only.profile.missing();
                    let form = if missing.is_empty() {
                        json!(only.name)
                    } else {
                        json!({ "column": only.name, "missing": missing })
                    };
                    add_question(draft, open, &mut questions, kind, id, (&only.name, form, scores));
                }
                (None, None) => {}
            },
            several => {
                let names: Vec<&str> = several.iter().map(|column| column.name.as_str()).collect();
                let text = format!("which of {} is the question {id}?", listed(&names));
                let candidates =
                    names.iter().map(|name| format!("questions.{id} = {}", quoted(name))).collect();
                open.push(DraftQuestion::new(
                    place(kind, &format!("questions.{id}")),
                    text,
                    NOT_READ,
                    candidates,
                ));
            }
        }
    }
    questions
}

/// Adds a question whose scale is certain; others are open.
fn add_question(
    draft: &mut Draft,
    open: &mut Vec<DraftQuestion>,
    questions: &mut Map<String, Value>,
    kind: TableKind,
    id: &str,
    (name, form, scores): (&str, Value, Scores),
) {
    if !draft.scales.contains_key(id) {
        match scale::decide(id, name, &scores) {
            Ok(Value::Null) => {
                if scores.greatest() > 10.0 || scores.least() < 0.0 {
                    let text = format!(
                        "{} has answers from {} to {}: which of those outside 0 to 10 are codes for no answer?",
                        quoted(name),
                        scores.least(),
                        scores.greatest()
                    );
                    let candidate = format!(
                        "questions.{id} = {{ column = {}, missing = [{}] }}",
                        quoted(name),
                        scores.greatest()
                    );
                    open.push(DraftQuestion::new(
                        place(kind, &format!("questions.{id}")),
                        text,
                        "they are excluded and counted",
                        vec![candidate],
                    ));
                }
            }
            Ok(scale) => drop(draft.scales.insert(id.to_owned(), scale)),
            Err(mut scale) => {
                NOT_READ.clone_into(&mut scale.until);
                draft.questions.push(scale);
                let text = format!(
                    "is {} the question {id}? Its scale must be stated under [scales] as well",
                    quoted(name)
                );
                let candidate = format!("questions.{id} = {}", quoted(name));
                open.push(DraftQuestion::new(
                    place(kind, &format!("questions.{id}")),
                    text,
                    NOT_READ,
                    vec![candidate],
                ));
                return;
            }
        }
    }
    questions.insert(id.to_owned(), form);
}

/// The attribute that a column's name states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// People or teams.
    People,
    /// Another usual one.
    Named,
    /// One of the source.
    Own,
}

/// Whether a column's values are those of an attribute.
fn is_attribute(column: &Seen<'_>, rows: u64, kept: Kept) -> bool {
    let profile = &column.profile;
    let few = profile.distinct();
    let people = kept == Kept::People;
    let most = if people { MOST_PEOPLE } else { MOST_VALUES };
    let repeated = few <= FEW_VALUES || (few as u64) * if people { 2 } else { 20 } <= rows;
    let unique = few > 3 && profile.is_unique() && profile.filled == rows;
    !column.repeated
        && !profile.nested
        && !profile.many
        && !profile.is_timestamps()
        && (1..=most).contains(&few)
        && repeated
        && !unique
        && profile.longest <= 80
        && (!profile.is_numbers() || (profile.is_whole() && (few <= FEW_VALUES || kept != Kept::Own)))
}

/// What a column contains, in words.
fn content(column: &Seen<'_>) -> String {
    let profile = &column.profile;
    let plain = |text: &str| -> String {
        let line: String =
            text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        if line.chars().count() > 40 { line.chars().take(39).chain(['…']).collect() } else { line }
    };
    let first = plain(profile.first.as_deref().unwrap_or_default());
    if profile.filled == 0 {
        "empty".to_owned()
    } else if profile.nested {
        "lists".to_owned()
    } else if profile.is_timestamps() {
        format!("timestamps such as {first}")
    } else if profile.is_numbers() && profile.distinct() > 12 {
        let (least, greatest) = profile.range.unwrap_or_default();
        format!("numbers from {least} to {greatest}")
    } else if !profile.many && profile.distinct() <= 12 {
        let mut values: Vec<String> = profile.values().iter().map(|(value, _)| plain(value)).collect();
        values.sort_unstable();
        let count = values.len();
        format!("{count} {}: {}", if count == 1 { "value" } else { "values" }, values.join(", "))
    } else if profile.many {
        format!("more than {} different values such as {first}", profile.distinct())
    } else {
        format!("{} different values such as {first}", profile.distinct())
    }
}

/// Lines that give a role to one of several columns.
fn candidates(role: &str, names: Vec<&str>) -> Vec<String> {
    names.into_iter().map(|name| format!("{role} = {}", quoted(name))).collect()
}

/// A line that gives a role to a column of labels without usual ones.
fn mapped(role: &str, column: &str, labels: &[(String, u64)], allowed: &[String]) -> Vec<String> {
    let meaning = allowed.first().map_or("...", String::as_str);
    let words: Vec<String> =
        labels.iter().take(3).map(|(label, _)| format!("{} = \"{meaning}\"", quoted(label))).collect();
    vec![format!("{role} = {{ column = {}, words = {{ {} }} }}", quoted(column), words.join(", "))]
}

/// A line for each label, the first with the allowed meanings.
fn lines<'w>(labels: &[(String, u64)], allowed: impl IntoIterator<Item = &'w str>) -> Vec<String> {
    let allowed: Vec<&str> = allowed.into_iter().collect();
    let mut lines: Vec<String> =
        labels.iter().map(|(label, _)| format!("{} = \"...\"", quoted(label))).collect();
    if let Some(first) = lines.first_mut() {
        *first = format!("{first} # {}", allowed.join(", "));
    }
    lines
}

/// The most frequent labels with their numbers.
fn shown(labels: &[(String, u64)]) -> String {
    let first: Vec<String> =
        labels.iter().take(12).map(|(label, count)| format!("{} ({count})", quoted(label))).collect();
    let more = labels.len().saturating_sub(12);
    if more == 0 { first.join(", ") } else { format!("{} and {more} more", first.join(", ")) }
}

/// Labels with their meanings, and labels without one with their numbers.
type Split = (Vec<(String, String)>, Vec<(String, u64)>);

/// Separates labels with and without a meaning.
fn split(values: &[(&str, u64)], missing: &[&str], meaning: impl Fn(&str) -> Option<String>) -> Split {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for (label, count) in values.iter().filter(|(label, _)| !missing.contains(label)) {
        match meaning(label) {
            Some(meaning) => known.push(((*label).to_owned(), meaning)),
            None => unknown.push(((*label).to_owned(), *count)),
        }
    }
    (known, unknown)
}

fn status_name(label: &str) -> Option<String> {
    Some(match TicketStatus::of_own_word(label)? {
        TicketStatus::Now(status) => status.to_string(),
        TicketStatus::Gone(Gone::Deleted) => "deleted".to_owned(),
        TicketStatus::Gone(Gone::Spam) => "spam".to_owned(),
        TicketStatus::Gone(Gone::Merged) => "merged".to_owned(),
    })
}

fn status_names() -> Vec<String> {
    names_of::<TicketStatus>()
}

fn names_of<T: Meaning>() -> Vec<String> {
    T::own_words().into_iter().map(str::to_owned).collect()
}

fn author_name(label: &str) -> Option<String> {
    let author = serde_json::to_value(Author::of_own_word(label)?).ok()?;
    author.as_str().map(str::to_owned)
}

fn flag_name(label: &str) -> Option<String> {
    bool::of_own_word(label).map(|flag| flag.to_string())
}

/// For each label of one column, the values of another with their numbers.
fn grouped(
    table: &SeenTable<'_>,
    label: &str,
    value: &str,
) -> Result<BTreeMap<String, BTreeMap<String, u64>>, ReadError> {
    const MOST: usize = 1_000;
    let table = &table.table;
    let mut groups: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for batch in table.batches(&[table.column(label)?, table.column(value)?])? {
        let batch = batch?;
        let (Ok(labels), Ok(values)) = (TextColumn::new(batch.column(0)), TextColumn::new(batch.column(1)))
        else {
            return Ok(groups);
        };
        for row in 0..batch.num_rows() {
            let cell = |column: &TextColumn| {
                column.get(row).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
            };
            let (Some(label), Some(value)) = (cell(&labels), cell(&values)) else { continue };
            if groups.len() >= MOST && !groups.contains_key(&label) {
                continue;
            }
            let group = groups.entry(label).or_default();
            if group.len() < MOST || group.contains_key(&value) {
                *group.entry(value).or_default() += 1;
            }
        }
    }
    Ok(groups)
}
