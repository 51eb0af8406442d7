//! Files with one row per ticket.

use chrono::TimeDelta;
use deskmetrics::ticket::{CustomerId, EventKind, TicketId};
use deskmetrics::{Author, Reason, Status, Ticket, TicketEvent, Timestamp};

use super::ledger::{Halt, Ledger, Scope};
use super::slot::{BoundInstant, Columns, Reads as _};
use super::{Reading, Records};
use crate::ReadError;
use crate::description::TicketSource;
use crate::file::Table;

pub(super) fn read(
    reading: &mut Reading<'_>,
    source: &TicketSource,
    records: &mut Records,
) -> Result<(), ReadError> {
    for file in &source.file {
        let table = reading.open(file)?;
        read_file(reading, source, &table, records)?;
    }
    Ok(())
}

#[expect(clippy::too_many_lines, reason = "a list of a ticket's columns, each once")]
pub(super) fn read_file(
    reading: &mut Reading<'_>,
    source: &TicketSource,
    table: &Table,
    records: &mut Records,
) -> Result<(), ReadError> {
    let mut columns = Columns::of(table, reading.description, &source.instants, &source.missing);
    let id = columns.word(&source.id)?;
    let created_at = columns.instant(&source.created_at)?;
    let requester = columns.maybe_word(source.requester.as_ref())?;
    let created_by = columns.maybe_word(source.created_by.as_ref())?;
    let status = columns.maybe_word(source.status.as_ref())?;
    let first_response_at = columns.maybe_instant(source.first_response_at.as_ref())?;
    let solved_at = columns.maybe_instant(source.solved_at.as_ref())?;
    let closed_at = columns.maybe_instant(source.closed_at.as_ref())?;
    let due_at = columns.maybe_instant(source.due_at.as_ref())?;
    let sla_met = columns.maybe_word(source.sla_met.as_ref())?;
    let author = columns.maybe_word(source.author.as_ref())?;
    let author_name = columns.maybe_word(source.author_name.as_ref())?;
    let tags = columns.maybe_word(source.tags.as_ref())?;
    let attributes = columns.attributes(&source.attributes)?;
    let ends_described = solved_at.is_described() || closed_at.is_described();
    // Without any id a row's number is as good; written so, nothing refers to it by chance.
    let numbered = id.is_nothing();
    let separator = source.tag_separator.as_deref().unwrap_or(",");

    let ledger_at = records.begin(table, "tickets", reading.strict);
    let mut batches = columns.batches()?;
    while let Some(batch) = batches.next() {
        let batch = batch?;
        let mut id = id.bind(table, &batch)?;
        let mut created_at = created_at.bind(table, &batch)?;
        let mut requester = requester.bind(table, &batch)?;
        let mut created_by = created_by.bind(table, &batch)?;
        let mut status = status.bind(table, &batch)?;
        let mut first_response_at = first_response_at.bind(table, &batch)?;
        let mut solved_at = solved_at.bind(table, &batch)?;
        let mut closed_at = closed_at.bind(table, &batch)?;
        let mut due_at = due_at.bind(table, &batch)?;
        let mut sla_met = sla_met.bind(table, &batch)?;
        let mut author = author.bind(table, &batch)?;
        let mut author_name = author_name.bind(table, &batch)?;
        let mut tags = tags.bind(table, &batch)?;
        let mut attributes = attributes.bind(table, &batch)?;

        let mut one = |row: usize, records: &mut Records| -> Result<(), Halt> {
            let ledger = &mut records.ledgers[ledger_at];
            let number = ledger.row(row);
            let ticket_id = if numbered {
                TicketId::new(format!("row {}", records.rows + number))
            } else {
                TicketId::new(ledger.need(&mut id, row, Reason::Missing)?)
            };
            let created = ledger.need(&mut created_at, row, Reason::NoCreation)?;
            if records.index.contains_key(&ticket_id) {
                return Err(ledger.leave_out(Scope::Record, Reason::Duplicate, number, id.name(), || {
                    (ticket_id.to_string(), "keep one row per ticket; the first one counts".to_owned())
                }));
            }
            let not_before = |ledger: &mut Ledger,
                              column: &mut BoundInstant<'_>,
                              start: Timestamp|
             -> Result<Option<Timestamp>, Halt> {
                match ledger.read(column, row)? {
                    Some(end) if end < start => {
                        forgive(ledger, source.clock_skew, start, end, row, column).map(Some)
                    }
                    end => Ok(end),
                }
            };
            let first_response = not_before(ledger, &mut first_response_at, created)?;
            let solved = not_before(ledger, &mut solved_at, created)?;
            let closed = not_before(ledger, &mut closed_at, solved.unwrap_or(created))?;
            let status_now = ledger.read(&mut status, row)?;
            let ended = solved.or(closed).is_some();
            if status_now.is_some_and(Status::is_done) && !ended {
                let column = if closed_at.name().is_empty() { solved_at.name() } else { closed_at.name() };
                let column = if ends_described { column } else { status.name() };
                return Err(ledger.leave_out(Scope::Record, Reason::Missing, number, column, || {
                    let remedy =
                        "the ticket is done, but nothing says since when: give solved_at or closed_at";
                    (status.raw(row).to_owned(), remedy.to_owned())
                }));
            }

            let mut ticket = Ticket::new(ticket_id, created);
            ticket.requester = ledger.want(&mut requester, row)?.map(CustomerId::new);
            // Who is answered wrote before: an answer at the very instant of creation is none of the opening's author.
            let answered_at_once = (first_response == Some(created)).then_some(Author::Customer);
            ticket.created_by = ledger.want(&mut created_by, row)?.or(answered_at_once);
            ticket.stated_due_at = ledger.want(&mut due_at, row)?;
            ticket.stated_sla_met = ledger.want(&mut sla_met, row)?;
            ticket.attributes = attributes.read(ledger, row)?;
            if let Some(text) = ledger.want(&mut tags, row)? {
                text.split(separator)
                    .map(str::trim)
                    .filter(|tag| !tag.is_empty())
                    .for_each(|tag| ticket.add_tag(tag.into()));
            }
            let by = ledger.read(&mut author, row)?.unwrap_or(Author::Agent);
            let name = ledger.want(&mut author_name, row)?;

            let sequence = records.rows + number;
            let event = |at: Timestamp, by: Author, kind: EventKind| {
                let mut event = TicketEvent::new(ticket.id.clone(), at, by, kind).with_sequence(sequence);
                event.author_name.clone_from(&name);
                event
            };
            let mut events = Vec::with_capacity(3);
            events.extend(first_response.map(|at| event(at, by, EventKind::PublicMessage)));
            match status_now {
                Some(now) if !now.is_done() => {
                    if ended {
                        let column = if solved.is_some() { &solved_at } else { &closed_at };
                        let passed_over =
                            ledger.leave_out(Scope::Value, Reason::Reopened, number, column.name(), || {
                                let remedy = format!("the ticket is {now} again, so this end did not last");
                                (column.raw(row).to_owned(), remedy)
                            });
                        if let Halt::Fail(_) = passed_over {
                            return Err(passed_over);
                        }
                    }
                    // Since when is not said: since the last that is known.
                    if now != Status::New {
                        events.push(event(first_response.unwrap_or(created), by, EventKind::Status(now)));
                    }
                }
                _ => {
                    events.extend(solved.map(|at| event(at, by, EventKind::Status(Status::Solved))));
                    // What was solved before is closed by a timer.
                    let timer_or_person = if solved.is_some() { Author::System } else { by };
                    events.extend(
                        closed.map(|at| event(at, timer_or_person, EventKind::Status(Status::Closed))),
                    );
                }
            }
            records.add_ticket(ticket);
            for event in events {
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
        for column in [&created_at, &first_response_at, &solved_at, &closed_at, &due_at] {
            column.account(ledger);
        }
        ledger.batch_done(batch.num_rows());
        reading.report(batches.progress())?;
    }
    records.end(ledger_at)
}

/// The end of something that began at `start` after it: `start` itself if it is only the clocks.
fn forgive(
    ledger: &mut Ledger,
    skew: TimeDelta,
    start: Timestamp,
    end: Timestamp,
    row: usize,
    column: &BoundInstant<'_>,
) -> Result<Timestamp, Halt> {
    if start.since(end) <= skew {
        ledger.skewed();
        return Ok(start);
    }
    Err(ledger.leave_out(Scope::Record, Reason::EndBeforeStart, ledger.row(row), column.name(), || {
        let early = deskmetrics::duration_text::format(start.since(end));
        (
            column.raw(row).to_owned(),
            format!("it lies {early} before its beginning; clock_skew forgives a little"),
        )
    }))
}
