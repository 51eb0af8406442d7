//! Descriptions of tables whose columns have their usual names.

use std::collections::BTreeMap;
use std::path::PathBuf;

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use chrono::TimeDelta;
use deskmetrics::ticket::Attribute;
use serde::de::DeserializeOwned;

use crate::ReadError;
use crate::description::{
    InstantKey, InstantRules, InvitationSource, NamesColumn as _, NumberKey, SurveySource, TicketSource,
    WordKey, nearest,
};
use crate::usual::{Holds, UsualRoles, usual, usual_roles_but};

/// A table's columns by their roles.
struct Columns<'s> {
    table: &'static str,
    holds: Holds,
    schema: &'s Schema,
    found: UsualRoles,
}

impl<'s> Columns<'s> {
    fn of(table: &'static str, holds: Holds, schema: &'s Schema, taken: &[&str], unwanted: &[&str]) -> Self {
        Self { table, holds, schema, found: usual_roles_but(holds, schema, taken, unwanted) }
    }

    fn column(&self, role: &str) -> Option<&str> {
        self.found.roles.get(role).map(String::as_str)
    }

    fn need(&self, role: &str) -> Result<&str, ReadError> {
        self.column(role).ok_or_else(|| missing(self.table, self.schema, self.holds.names(role)))
    }

    fn word<T: DeserializeOwned>(&self, role: &str) -> Option<WordKey<T>> {
        self.column(role).map(WordKey::of_column)
    }

    fn instant(&self, role: &str) -> Option<InstantKey> {
        self.column(role).map(InstantKey::of_column)
    }

    fn number(&self, role: &str) -> Option<NumberKey> {
        self.column(role).map(NumberKey::of_column)
    }

    fn attributes(&self) -> BTreeMap<Attribute, WordKey<Box<str>>> {
        let attributes = self.found.attributes.iter();
        attributes.map(|(name, column)| (Attribute::from(name.clone()), WordKey::of_column(column))).collect()
    }
}

/// That none of these columns is there.
fn missing(table: &str, schema: &Schema, names: &[&str]) -> ReadError {
    let present: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    ReadError::ColumnMissing {
        file: PathBuf::from(table),
        column: names.first().copied().unwrap_or_default().to_owned(),
        nearest: names.iter().find_map(|name| nearest(name, &present)),
        present,
    }
}

fn nothing() -> WordKey<Box<str>> {
    WordKey { column: None, ..WordKey::of_column("") }
}

pub(super) fn tickets(first: Option<&RecordBatch>) -> Result<TicketSource, ReadError> {
    let empty = Schema::empty();
    let schema = first.map(RecordBatch::schema);
    let columns = Columns::of("tickets", Holds::Tickets, schema.as_deref().unwrap_or(&empty), &[], &[]);
    Ok(TicketSource {
        file: Vec::new(),
        instants: InstantRules::default(),
        missing: Vec::new(),
        id: columns.word("id").unwrap_or_else(nothing),
        created_at: InstantKey::of_column(columns.need("created_at")?),
        clock_skew: TimeDelta::zero(),
        requester: columns.word("requester"),
        created_by: columns.word("created_by"),
        status: columns.word("status"),
        first_response_at: columns.instant("first_response_at"),
        solved_at: columns.instant("solved_at"),
        closed_at: columns.instant("closed_at"),
        due_at: columns.instant("due_at"),
        sla_met: columns.word("sla_met"),
        author: None,
        author_name: None,
        tags: columns.word("tags"),
        tag_separator: None,
        attributes: columns.attributes(),
    })
}

pub(super) fn responses(first: Option<&RecordBatch>, questions: &[&str]) -> Result<SurveySource, ReadError> {
    const TABLE: &str = "surveys";
    let empty = Schema::empty();
    let schema = first.map(RecordBatch::schema);
    let schema = schema.as_deref().unwrap_or(&empty);
    let mut taken = Vec::new();
    for question in questions {
        let known = usual(question);
        let mut names = schema.fields().iter().map(|field| field.name().as_str());
        let column = names.find(|name| usual(name) == known && !taken.contains(name));
        taken.push(column.ok_or_else(|| missing(TABLE, schema, &[&known, question]))?);
    }
    let unwanted: &[&str] = if questions.is_empty() { &[] } else { &["question", "score"] };
    let columns = Columns::of(TABLE, Holds::Surveys, schema, &taken, unwanted);
    let side_by_side: BTreeMap<Box<str>, NumberKey> = if questions.is_empty() {
        let found = columns.found.questions.iter();
        found.map(|(question, column)| (question.as_str().into(), NumberKey::of_column(column))).collect()
    } else {
        let named = questions.iter().zip(&taken);
        named.map(|(question, column)| ((*question).into(), NumberKey::of_column(column))).collect()
    };
    if side_by_side.is_empty() {
        columns.need("question")?;
        columns.need("score")?;
    }
    Ok(SurveySource {
        file: Vec::new(),
        instants: InstantRules::default(),
        missing: Vec::new(),
        questions: side_by_side,
        question: columns.word("question"),
        score: columns.number("score"),
        at: columns.instant("at"),
        ticket: columns.word("ticket"),
        customer: columns.word("customer"),
        invitation: columns.word("invitation"),
        weight: columns.number("weight"),
        reasons: columns.word("reasons"),
        reason_separator: None,
        attributes: columns.attributes(),
    })
}

pub(super) fn invitations(
    first: Option<&RecordBatch>,
    question: Option<&str>,
) -> Result<InvitationSource, ReadError> {
    let empty = Schema::empty();
    let schema = first.map(RecordBatch::schema);
    let schema = schema.as_deref().unwrap_or(&empty);
    let unwanted: &[&str] = if question.is_some() { &["question"] } else { &[] };
    let columns = Columns::of("invitations", Holds::Invitations, schema, &[], unwanted);
    let sent_at = InstantKey::of_column(columns.need("sent_at")?);
    let asked = match question {
        Some(question) => WordKey { value: Some(question.into()), ..nothing() },
        None => WordKey::of_column(columns.need("question")?),
    };
    Ok(InvitationSource {
        file: Vec::new(),
        instants: InstantRules::default(),
        missing: Vec::new(),
        id: columns.word("id").unwrap_or_else(nothing),
        question: asked,
        sent_at,
        delivered: columns.word("delivered"),
        started_at: columns.instant("started_at"),
        answered_at: columns.instant("answered_at"),
        ticket: columns.word("ticket"),
        customer: columns.word("customer"),
        attributes: columns.attributes(),
    })
}
