//! Files with one row per event.

use deskmetrics::ticket::{CustomerId, EventKind, TicketId};
use deskmetrics::{Author, Reason, Status, Ticket, TicketEvent};

use super::ledger::{Halt, Ledger, Scope};
use super::slot::{BoundWord, Columns, Reads as _};
use super::{Newborn, Reading, Records};
use crate::ReadError;
use crate::column::{BadCell, WordReading};
use crate::description::{EventSource, Happening};
use crate::file::Table;

pub(super) fn read(
    reading: &mut Reading<'_>,
    source: &EventSource,
    records: &mut Records,
) -> Result<(), ReadError> {
    for file in &source.file {
        let table = reading.open(file)?;
        read_file(reading, source, &table, records)?;
    }
    Ok(())
}

fn read_file(
    reading: &mut Reading<'_>,
    source: &EventSource,
    table: &Table,
    records: &mut Records,
) -> Result<(), ReadError> {
    let mut columns = Columns::of(table, reading.description, &source.instants, &source.missing);
    let ticket = columns.word(&source.ticket)?;
    let at = columns.instant(&source.at)?;
    let kind = columns.word(&source.kind)?;
    let value = columns.maybe_word(source.value.as_ref())?;
    let id = columns.maybe_word(source.id.as_ref())?;
    let author = columns.maybe_word(source.author.as_ref())?;
    let author_name = columns.maybe_word(source.author_name.as_ref())?;
    let requester = columns.maybe_word(source.requester.as_ref())?;
    let created_by = columns.maybe_word(source.created_by.as_ref())?;
    let attributes = columns.attributes(&source.attributes)?;
    let statuses = WordReading::new(source.statuses.iter().map(|(word, status)| (word.clone(), *status)));

    let ledger_at = records.begin(table, "events", reading.strict);
    let ledger = &mut records.ledgers[ledger_at];
    ledger.link_columns = [ticket.name(), at.name(), id.name()].map(str::to_owned);
    ledger.clock_skew = source.clock_skew;
    let mut batches = columns.batches()?;
    while let Some(batch) = batches.next() {
        let batch = batch?;
        let mut ticket = ticket.bind(table, &batch)?;
        let mut at = at.bind(table, &batch)?;
        let mut kind = kind.bind(table, &batch)?;
        let mut value = value.bind(table, &batch)?;
        let mut id = id.bind(table, &batch)?;
        let mut author = author.bind(table, &batch)?;
        let mut author_name = author_name.bind(table, &batch)?;
        let mut requester = requester.bind(table, &batch)?;
        let mut created_by = created_by.bind(table, &batch)?;
        let mut attributes = attributes.bind(table, &batch)?;

        let mut one = |row: usize, records: &mut Records| -> Result<(), Halt> {
            let ledger = &mut records.ledgers[ledger_at];
            let number = ledger.row(row);
            let sequence = records.rows + number;
            let ticket_id = TicketId::new(ledger.need(&mut ticket, row, Reason::Missing)?);
            let at = ledger.need(&mut at, row, Reason::Missing)?;
            let happenings = ledger.need(&mut kind, row, Reason::Missing)?;
            let by = ledger.read(&mut author, row)?.unwrap_or(Author::Agent);
            let name = ledger.want(&mut author_name, row)?;
            let id = ledger.want(&mut id, row)?;
            let mut kinds = Vec::with_capacity(1);
            for happening in &happenings.0 {
                kinds.push(event_kind(ledger, happening, &mut value, &statuses, row)?);
            }
            if source.creates_tickets && !records.index.contains_key(&ticket_id) {
                let earlier = records
                    .newborn
                    .get(&ticket_id)
                    .is_none_or(|newborn| (at, sequence) < (newborn.at, newborn.sequence));
                if earlier {
                    let mut ticket = Ticket::new(ticket_id.clone(), at);
                    ticket.requester = ledger.want(&mut requester, row)?.map(CustomerId::new);
                    ticket.created_by = ledger.want(&mut created_by, row)?;
                    ticket.attributes = attributes.read(ledger, row)?;
                    records.newborn.insert(ticket_id.clone(), Newborn { at, sequence, ticket });
                }
            }
            for kind in kinds {
                let mut event = TicketEvent::new(ticket_id.clone(), at, by, kind).with_sequence(sequence);
                event.id.clone_from(&id);
                event.author_name.clone_from(&name);
                records.add_event(event, ledger_at, number);
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

/// The event a happening is, with the value it needs.
fn event_kind(
    ledger: &mut Ledger,
    happening: &Happening,
    value: &mut BoundWord<'_, Box<str>>,
    statuses: &WordReading<Status>,
    row: usize,
) -> Result<EventKind, Halt> {
    let mut needed = |ledger: &mut Ledger| ledger.need(value, row, Reason::Missing);
    Ok(match happening {
        Happening::PublicMessage => EventKind::PublicMessage,
        Happening::InternalNote => EventKind::InternalNote,
        Happening::Became(status) => EventKind::Status(*status),
        Happening::Status => {
            let word = needed(ledger)?;
            match statuses.read(&word) {
                Ok(Some(status)) => EventKind::Status(status),
                Ok(None) | Err(_) => {
                    return Err(ledger.leave_out(
                        Scope::Record,
                        BadCell::UnknownWord.reason(),
                        ledger.row(row),
                        value.name(),
                        || (word.to_string(), "give the word a meaning under statuses".to_owned()),
                    ));
                }
            }
        }
        Happening::Changed(attribute) => {
            // No value is one too: the ticket lies with nobody now.
            EventKind::Changed { attribute: attribute.clone(), to: ledger.read(value, row)? }
        }
        Happening::Tagged => EventKind::Tagged(needed(ledger)?),
        Happening::Untagged => EventKind::Untagged(needed(ledger)?),
        Happening::Escalated => EventKind::Escalated,
        Happening::MergedInto => EventKind::MergedInto(TicketId::new(needed(ledger)?)),
        Happening::SplitFrom => EventKind::SplitFrom(TicketId::new(needed(ledger)?)),
        Happening::Deleted => EventKind::Deleted,
        Happening::Spam => EventKind::Spam,
        Happening::Restored => EventKind::Restored,
        Happening::SurveySent => EventKind::SurveySent,
        Happening::SurveyAnswered => EventKind::SurveyAnswered,
    })
}
