//! Files of survey answers.

use deskmetrics::survey::SurveyResponse;
use deskmetrics::ticket::{CustomerId, TicketId};
use deskmetrics::{Reason, Scale};

use super::ledger::{Halt, Ledger, Scope};
use super::slot::{Columns, Reads as _, Whole};
use super::{Reading, Records};
use crate::ReadError;
use crate::description::{Description, SurveySource};
use crate::file::Table;

pub(super) fn read(
    reading: &mut Reading<'_>,
    source: &SurveySource,
    records: &mut Records,
) -> Result<(), ReadError> {
    for file in &source.file {
        let table = reading.open(file)?;
        read_file(reading, source, &table, records)?;
    }
    Ok(())
}

/// The scale of a question; that of `nps` is known without being said.
pub(crate) fn scale(description: &Description, question: &str) -> Option<Scale> {
    description.scales.get(question).cloned().or_else(|| (question == "nps").then(Scale::nps))
}

pub(super) fn read_file(
    reading: &mut Reading<'_>,
    source: &SurveySource,
    table: &Table,
    records: &mut Records,
) -> Result<(), ReadError> {
    let (description, scored) = (reading.description, reading.scored);
    let mut columns = Columns::of(table, description, &source.instants, &source.missing);
    let mut questions = Vec::new();
    for (name, key) in &source.questions {
        let judged = scale(description, name).filter(|_| reading.scored);
        questions.push((name.clone(), judged, columns.number(key)?));
    }
    let question = columns.maybe_word(source.question.as_ref())?;
    let score = columns.maybe_number(source.score.as_ref())?;
    let at = columns.maybe_instant(source.at.as_ref())?;
    let ticket = columns.maybe_word(source.ticket.as_ref())?;
    let customer = columns.maybe_word(source.customer.as_ref())?;
    let invitation = columns.maybe_word(source.invitation.as_ref())?;
    let weight = columns.maybe_number(source.weight.as_ref())?;
    let reasons = columns.maybe_word(source.reasons.as_ref())?;
    let separator = source.reason_separator.as_deref().unwrap_or(",");
    let attributes = columns.attributes(&source.attributes)?;

    let ledger_at = records.begin(table, "surveys", reading.strict);
    let mut batches = columns.batches()?;
    while let Some(batch) = batches.next() {
        let batch = batch?;
        let mut answers = Vec::with_capacity(questions.len());
        for (name, scale, slot) in &questions {
            answers.push((name, scale, Whole(slot.bind(table, &batch)?)));
        }
        let mut question = question.bind(table, &batch)?;
        let mut score = Whole(score.bind(table, &batch)?);
        let mut at = at.bind(table, &batch)?;
        let mut ticket = ticket.bind(table, &batch)?;
        let mut customer = customer.bind(table, &batch)?;
        let mut invitation = invitation.bind(table, &batch)?;
        let mut weight = weight.bind(table, &batch)?;
        let mut reasons = reasons.bind(table, &batch)?;
        let mut attributes = attributes.bind(table, &batch)?;

        let mut one = |row: usize, records: &mut Records| -> Result<(), Halt> {
            let ledger = &mut records.ledgers[ledger_at];
            let mut form = SurveyResponse::new("", None);
            form.at = ledger.read(&mut at, row)?;
            form.ticket = ledger.want(&mut ticket, row)?.map(TicketId::new);
            form.customer = ledger.want(&mut customer, row)?.map(CustomerId::new);
            form.invitation = ledger.want(&mut invitation, row)?;
            form.weight = ledger.want(&mut weight, row)?;
            if let Some(text) = ledger.want(&mut reasons, row)? {
                let stated = text.split(separator).map(str::trim).filter(|reason| !reason.is_empty());
                form.reasons = stated.map(Into::into).collect();
            }
            form.attributes = attributes.read(ledger, row)?;
            if questions.is_empty() {
                form.question = ledger.need(&mut question, row, Reason::Missing)?;
                let scale = scale(description, &form.question).filter(|_| scored);
                form.score = on_scale(ledger, &mut score, row, scale.as_ref())?;
                records.responses.push(form);
                return Ok(());
            }
            for (name, scale, score) in &mut answers {
                match on_scale(ledger, score, row, scale.as_ref()) {
                    Ok(score) => {
                        let mut answer = form.clone();
                        answer.question.clone_from(name);
                        answer.score = score;
                        records.responses.push(answer);
                    }
                    Err(Halt::Skip) => {} // the form's other answers count
                    Err(fail) => return Err(fail),
                }
            }
            Ok(())
        };
        for row in 0..batch.num_rows() {
            if let Err(Halt::Fail(error)) = one(row, records) {
                return Err(error);
            }
        }
        let ledger = &mut records.ledgers[ledger_at];
        at.account(ledger);
        ledger.batch_done(batch.num_rows());
        reading.report(batches.progress())?;
    }
    records.end(ledger_at)
}

/// The score of a row if it is on the scale.
fn on_scale(
    ledger: &mut Ledger,
    column: &mut Whole<'_>,
    row: usize,
    scale: Option<&Scale>,
) -> Result<Option<i32>, Halt> {
    let score = ledger.read(column, row)?;
    match (score, scale) {
        (Some(off), Some(scale)) if !scale.contains(off) => {
            Err(ledger.leave_out(Scope::Record, Reason::OutOfScale, ledger.row(row), column.name(), || {
                let (min, max) = (scale.min(), scale.max());
                let remedy =
                    format!("the scale is {min} to {max}: correct it, or list the code under missing");
                (column.raw(row).to_owned(), remedy)
            }))
        }
        _ => Ok(score),
    }
}
