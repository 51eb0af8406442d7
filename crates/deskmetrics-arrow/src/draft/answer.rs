//! Survey questions: their columns, labels and scales.

use serde_json::{Map, Value, json};

use super::form::{Draft, DraftQuestion, TableDraft};
use super::label::{quoted, shown, split};
use super::role::{NOT_READ, Roles, place};
use super::scale::{self, AnswerCounts, is_any_score, is_score, labelled, question_of};
use super::seen::{Seen, SeenTable, column, content, grouped};
use crate::ReadError;
use crate::description::listed;
use crate::infer::TableKind;
use crate::roles::columns_of;

impl Roles {
    /// The questions of answers, with their scales.
    pub(super) fn surveys(
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
                let Some(scores) = AnswerCounts::new(numbers) else { continue };
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
            if let Some((question, scores)) = question_of(&file).zip(AnswerCounts::of(score)) {
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

    /// The ids of questions whose texts a column contains.
    pub(super) fn question_words(&mut self, table: &SeenTable<'_>) {
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
}

/// The scores that a table of tickets contains, as a table of surveys.
pub(super) fn scores_of_tickets(
    draft: &mut Draft,
    table: &SeenTable<'_>,
    tickets: &Roles,
) -> Option<TableDraft> {
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
    // It is the table of tickets; its other columns are those of the tickets.
    scores.stored_as = TableKind::Tickets.key();
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
            [only] => match (labelled(only), AnswerCounts::of(only)) {
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
    (name, form, scores): (&str, Value, AnswerCounts),
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
