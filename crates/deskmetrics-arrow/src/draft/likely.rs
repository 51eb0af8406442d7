//! Roles without a usual name, from words in names and from values.

use serde_json::{Map, Value, json};

use super::label::{candidates, flag_name, mapped, split, status_name, status_names};
use super::role::{MOST_LABELS, NOT_READ, Roles};
use super::seen::{Seen, SeenTable};
use crate::column::measure::words as words_of;
use crate::column::{ColumnContent, Meaning as _};
use crate::description::{listed, own_name};
use crate::infer::TableKind;

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

impl Roles {
    /// Gives roles without a usual name to columns whose names and values fit.
    pub(super) fn likely(&mut self, kind: TableKind, table: &SeenTable<'_>) {
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
        let mut are_unusual = false;
        for role in required.iter().copied().filter(|role| named(role)).collect::<Vec<_>>() {
            if !self.is_decided(kind, role) {
                are_unusual = true;
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
        // One of them is the creation, if that is not known.
        let more = others.len() > usize::from(!self.by_role.contains_key("created_at"));
        if kind == TableKind::Tickets && are_unusual && !self.is_decided(kind, "first_response_at") && more {
            let text = format!("is one of {} the time of the first reply?", listed(&others));
            let candidates = candidates("first_response_at", others.clone());
            self.ask(kind, "first_response_at", text, "first response times are not known", candidates);
        }
        if kind == TableKind::Tickets
            && !ended
            && (self.by_role.contains_key("created_at") || are_unusual)
            && more
        {
            let text =
                format!("is one of {} the time at which tickets were solved or closed?", listed(&others));
            let candidates = candidates("solved_at", others);
            self.ask(kind, "solved_at", text, "tickets have no end, other than by their status", candidates);
        }
        self.likely_texts(kind, table);
        if are_unusual && kind == TableKind::Tickets && !self.is_decided(kind, "status") {
            self.ask_status(kind, table);
        }
    }

    /// Adds the question which column of few texts is the status.
    fn ask_status(&mut self, kind: TableKind, table: &SeenTable<'_>) {
        let is_text = |column: &&Seen<'_>| {
            let profile = &column.profile;
            !(column.repeated || profile.nested || profile.many || self.uses(&column.name))
                && !(profile.is_timestamps() || profile.is_numbers() || profile.is_unique())
                && (2..=MOST_LABELS).contains(&profile.distinct())
        };
        let columns: Vec<&Seen<'_>> = table.columns.iter().filter(is_text).collect();
        if columns.is_empty() {
            return;
        }
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let text = format!("is one of {} the status of tickets?", listed(&names));
        let line = |column: &&Seen<'_>| {
            let (_, labels) = split(&column.profile.values(), &column.profile.missing(), |_| None);
            mapped("status", &column.name, &labels, &status_names())
        };
        let lines = columns.iter().flat_map(line).collect();
        self.ask(kind, "status", text, "the status of tickets is not known", lines);
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
                    let is_unique = |column: &&Seen<'_>| {
                        column.profile.is_unique() && column.profile.filled == table.rows
                    };
                    let unique = || free(self).into_iter().filter(is_unique);
                    let names = match several {
                        [] => unique().map(|column| column.name.as_str()).collect(),
                        several => several.to_vec(),
                    };
                    self.ask(kind, "id", text, until, candidates("id", names));
                    self.by_role.insert("id".to_owned(), json!({}));
                }
            }
        }
        if (is_tickets || kind == TableKind::Snapshots) && !self.is_decided(kind, "status") {
            let is_status = |column: &&Seen<'_>| {
                let (known, unknown) =
                    split(&column.profile.values(), &column.profile.missing(), status_name);
                has_word(column, &["status", "state", "stage", "estado", "estatus", "tilstand"])
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
}
