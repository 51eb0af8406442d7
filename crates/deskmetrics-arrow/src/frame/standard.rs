//! Which column says what, told by the columns' usual names.

use std::collections::BTreeMap;
use std::path::PathBuf;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Schema};
use chrono::TimeDelta;
use deskmetrics::ticket::Attribute;

use crate::ReadError;
use crate::description::{
    InstantKey, InstantRules, InvitationSource, NamesColumn as _, NumberKey, SurveySource, TicketSource,
    WordKey, nearest,
};

/// The columns of a table that are not taken yet.
struct Names<'s> {
    table: &'static str,
    schema: &'s Schema,
    taken: Vec<bool>,
}

/// Lower case, with underscores.
fn usual(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-', '.'], "_")
}

impl<'s> Names<'s> {
    fn of(table: &'static str, schema: &'s Schema) -> Self {
        Self { table, schema, taken: vec![false; schema.fields().len()] }
    }

    /// The column of the first of these names that is there.
    fn take(&mut self, names: &[&str]) -> Option<&'s str> {
        names.iter().find_map(|name| {
            let place = self.schema.fields().iter().position(|field| usual(field.name()) == *name)?;
            let taken = self.taken.get_mut(place).filter(|taken| !**taken)?;
            *taken = true;
            Some(self.schema.field(place).name().as_str())
        })
    }

    fn need(&mut self, names: &[&str]) -> Result<&'s str, ReadError> {
        self.take(names).ok_or_else(|| {
            let wanted = names.first().copied().unwrap_or_default();
            let present: Vec<String> =
                self.schema.fields().iter().map(|field| field.name().clone()).collect();
            ReadError::ColumnMissing {
                file: PathBuf::from(self.table),
                column: wanted.to_owned(),
                nearest: names.iter().find_map(|name| nearest(name, &present)),
                present,
            }
        })
    }

    fn word<T: serde::de::DeserializeOwned>(&mut self, names: &[&str]) -> Option<WordKey<T>> {
        self.take(names).map(WordKey::of_column)
    }

    fn instant(&mut self, names: &[&str]) -> Option<InstantKey> {
        self.take(names).map(InstantKey::of_column)
    }

    /// Every column of words, numbers of places left aside, under its own name.
    fn attributes(&self) -> BTreeMap<Attribute, WordKey<Box<str>>> {
        let mut attributes = BTreeMap::new();
        let free = self.schema.fields().iter().zip(&self.taken).filter(|(_, taken)| !**taken);
        for (field, _) in free.filter(|(field, _)| holds_words(field)) {
            let key = WordKey::of_column(field.name());
            attributes.entry(Attribute::from(usual(field.name()))).or_insert(key);
        }
        attributes
    }
}

fn holds_words(field: &Field) -> bool {
    match field.data_type() {
        DataType::Dictionary(_, values) => values.is_string(),
        kind => kind.is_string() || *kind == DataType::Boolean,
    }
}

fn nothing() -> WordKey<Box<str>> {
    WordKey { column: None, ..WordKey::of_column("") }
}

const TICKET: &[&str] = &["ticket_id", "ticket", "case_id", "conversation_id"];
const CUSTOMER: &[&str] = &["customer_id", "customer", "requester_id", "requester", "contact_id", "contact"];

pub(super) fn tickets(first: Option<&RecordBatch>) -> Result<TicketSource, ReadError> {
    let empty = Schema::empty();
    let schema = first.map(RecordBatch::schema);
    let mut names = Names::of("tickets", schema.as_deref().unwrap_or(&empty));
    let created_at = names.need(&["created_at", "created", "opened_at", "ticket_created_at"])?;
    let id = names.take(&["ticket_id", "id", "ticket", "case_id", "conversation_id", "number"]);
    let mut source = TicketSource {
        file: Vec::new(),
        instants: InstantRules::default(),
        missing: Vec::new(),
        id: id.map_or_else(nothing, WordKey::of_column),
        created_at: InstantKey::of_column(created_at),
        clock_skew: TimeDelta::zero(),
        requester: names.word(&[
            "requester_id",
            "requester",
            "customer_id",
            "customer",
            "contact_id",
            "contact",
        ]),
        created_by: names.word(&["created_by"]),
        status: names.word(&["status"]),
        first_response_at: names.instant(&["first_response_at", "first_reply_at", "first_replied_at"]),
        solved_at: names.instant(&["solved_at", "resolved_at"]),
        closed_at: names.instant(&["closed_at"]),
        due_at: names.instant(&["due_at"]),
        sla_met: names.word(&["sla_met"]),
        author: None,
        author_name: None,
        tags: names.word(&["tags"]),
        tag_separator: None,
        attributes: BTreeMap::new(),
    };
    source.attributes = names.attributes();
    Ok(source)
}

pub(super) fn responses(first: Option<&RecordBatch>, questions: &[&str]) -> Result<SurveySource, ReadError> {
    let empty = Schema::empty();
    let schema = first.map(RecordBatch::schema);
    let mut names = Names::of("surveys", schema.as_deref().unwrap_or(&empty));
    let mut source = SurveySource {
        file: Vec::new(),
        instants: InstantRules::default(),
        missing: Vec::new(),
        questions: BTreeMap::new(),
        question: None,
        score: None,
        at: None,
        ticket: None,
        customer: None,
        invitation: None,
        weight: None,
        reasons: None,
        reason_separator: None,
        attributes: BTreeMap::new(),
    };
    for question in questions {
        let column = names.need(&[&usual(question), question])?;
        source.questions.insert((*question).into(), NumberKey::of_column(column));
    }
    if questions.is_empty() {
        if let Some(question) = names.word(&["question", "survey"]) {
            source.question = Some(question);
            source.score = Some(NumberKey::of_column(names.need(&["score", "rating", "value"])?));
        } else {
            for name in ["nps", "csat", "ces"] {
                if let Some(column) = names.take(&[name, &format!("{name}_score")]) {
                    source.questions.insert(name.into(), NumberKey::of_column(column));
                }
            }
            if source.questions.is_empty() {
                names.need(&["question"])?;
            }
        }
    }
    source.at =
        names.instant(&["answered_at", "responded_at", "response_at", "submitted_at", "created_at", "at"]);
    source.ticket = names.word(TICKET);
    source.customer = names.word(CUSTOMER);
    source.invitation = names.word(&["invitation_id", "invitation"]);
    source.weight = names.take(&["weight"]).map(NumberKey::of_column);
    source.reasons = names.word(&["reasons", "reason"]);
    source.attributes = names.attributes();
    Ok(source)
}

pub(super) fn invitations(
    first: Option<&RecordBatch>,
    question: Option<&str>,
) -> Result<InvitationSource, ReadError> {
    let empty = Schema::empty();
    let schema = first.map(RecordBatch::schema);
    let mut names = Names::of("invitations", schema.as_deref().unwrap_or(&empty));
    let sent_at = names.need(&["sent_at", "invited_at", "sent"])?;
    let id = names.take(&["invitation_id", "id"]);
    let asked = match question {
        Some(question) => WordKey { value: Some(question.into()), ..nothing() },
        None => WordKey::of_column(names.need(&["question", "survey"])?),
    };
    let mut source = InvitationSource {
        file: Vec::new(),
        instants: InstantRules::default(),
        missing: Vec::new(),
        id: id.map_or_else(nothing, WordKey::of_column),
        question: asked,
        sent_at: InstantKey::of_column(sent_at),
        delivered: names.word(&["delivered"]),
        started_at: names.instant(&["started_at", "opened_at"]),
        answered_at: names.instant(&["answered_at", "responded_at", "response_at"]),
        ticket: names.word(TICKET),
        customer: names.word(CUSTOMER),
        attributes: BTreeMap::new(),
    };
    source.attributes = names.attributes();
    Ok(source)
}
