//! Files with one row per survey sent.

use std::collections::HashSet;

use deskmetrics::survey::Invitation;
use deskmetrics::ticket::{CustomerId, TicketId};
use deskmetrics::{Reason, Timestamp};

use super::ledger::{Halt, Scope};
use super::slot::{BoundInstant, Columns, Reads as _};
use super::{Reading, Records};
use crate::ReadError;
use crate::description::InvitationSource;
use crate::file::Table;

pub(super) fn read(
    reading: &mut Reading<'_>,
    source: &InvitationSource,
    records: &mut Records,
) -> Result<(), ReadError> {
    let mut seen = HashSet::new();
    for file in &source.file {
        let table = reading.open(file)?;
        read_file(reading, source, &table, records, &mut seen)?;
    }
    Ok(())
}

pub(super) fn read_file(
    reading: &mut Reading<'_>,
    source: &InvitationSource,
    table: &Table,
    records: &mut Records,
    seen: &mut HashSet<Box<str>>,
) -> Result<(), ReadError> {
    let mut columns = Columns::of(table, reading.description, &source.instants, &source.missing);
    let id = columns.word(&source.id)?;
    let question = columns.word(&source.question)?;
    let sent_at = columns.instant(&source.sent_at)?;
    let delivered = columns.maybe_word(source.delivered.as_ref())?;
    let started_at = columns.maybe_instant(source.started_at.as_ref())?;
    let answered_at = columns.maybe_instant(source.answered_at.as_ref())?;
    let ticket = columns.maybe_word(source.ticket.as_ref())?;
    let customer = columns.maybe_word(source.customer.as_ref())?;
    let attributes = columns.attributes(&source.attributes)?;
    // Without any id a row's number is as good; written so, nothing refers to it by chance.
    let numbered = id.is_nothing();

    let ledger_at = records.begin(table, "invitations", reading.strict);
    let mut batches = columns.batches()?;
    while let Some(batch) = batches.next() {
        let batch = batch?;
        let mut id = id.bind(table, &batch)?;
        let mut question = question.bind(table, &batch)?;
        let mut sent_at = sent_at.bind(table, &batch)?;
        let mut delivered = delivered.bind(table, &batch)?;
        let mut started_at = started_at.bind(table, &batch)?;
        let mut answered_at = answered_at.bind(table, &batch)?;
        let mut ticket = ticket.bind(table, &batch)?;
        let mut customer = customer.bind(table, &batch)?;
        let mut attributes = attributes.bind(table, &batch)?;

        let mut one = |row: usize, records: &mut Records| -> Result<(), Halt> {
            let ledger = &mut records.ledgers[ledger_at];
            let number = ledger.row(row);
            let own_id = if numbered {
                format!("row {}", records.rows + number).into()
            } else {
                ledger.need(&mut id, row, Reason::Missing)?
            };
            if seen.contains(&own_id) {
                return Err(ledger.leave_out(Scope::Record, Reason::Duplicate, number, id.name(), || {
                    (own_id.to_string(), "keep one row per invitation; the first one counts".to_owned())
                }));
            }
            let sent = ledger.need(&mut sent_at, row, Reason::Missing)?;
            let mut after_sending = |column: &mut BoundInstant<'_>| -> Result<Option<Timestamp>, Halt> {
                match ledger.read(column, row)? {
                    Some(at) if at < sent => {
                        let remedy = || {
                            let remedy = format!("the survey was sent at {sent} only");
                            (column.raw(row).to_owned(), remedy)
                        };
                        Err(ledger.leave_out(
                            Scope::Record,
                            Reason::EndBeforeStart,
                            number,
                            column.name(),
                            remedy,
                        ))
                    }
                    at => Ok(at),
                }
            };
            let started = after_sending(&mut started_at)?;
            let answered = after_sending(&mut answered_at)?;
            let mut invitation =
                Invitation::new(own_id.clone(), ledger.need(&mut question, row, Reason::Missing)?, sent);
            invitation.started_at = started;
            invitation.answered_at = answered;
            invitation.delivered = ledger.read(&mut delivered, row)?.unwrap_or(true);
            invitation.ticket = ledger.want(&mut ticket, row)?.map(TicketId::new);
            invitation.customer = ledger.want(&mut customer, row)?.map(CustomerId::new);
            invitation.attributes = attributes.read(ledger, row)?;
            seen.insert(own_id);
            records.invitations.push(invitation);
            Ok(())
        };
        for row in 0..batch.num_rows() {
            if let Err(Halt::Fail(error)) = one(row, records) {
                return Err(error);
            }
        }
        let ledger = &mut records.ledgers[ledger_at];
        for column in [&sent_at, &started_at, &answered_at] {
            column.account(ledger);
        }
        ledger.batch_done(batch.num_rows());
        reading.report(batches.progress())?;
    }
    records.end(ledger_at)
}
