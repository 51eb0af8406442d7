//! Tables of audit records, converted to events.

use std::collections::HashMap;

use deskmetrics::ticket::Attribute;
use deskmetrics::{Author, Reason, Status, Timestamp};

use super::context::Decoding;
use super::event::builder::EventBuilder;
use super::id::{Id, NOWHERE};
use super::ledger::{Halt, Reads as _, Scope, each_row};
use super::slot::FileColumns;
use super::ticket::{NewTicket, NewTickets, TicketTable};
use super::word::NONE;
use crate::ReadError;
use crate::description::{Duplicates, EventMeaning, RepeatedStatus, RowOrder, SnapshotSource};
use crate::file::Table;

/// Interned values.
#[derive(Default)]
struct Pool {
    places: HashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
}

/// No value.
const ABSENT: u32 = u32::MAX;

impl Pool {
    fn place(&mut self, text: Option<Box<str>>) -> u32 {
        let Some(text) = text else { return ABSENT };
        if let Some(place) = self.places.get(&text) {
            return *place;
        }
        // More than four billion different texts do not fit into memory.
        let place = u32::try_from(self.texts.len()).unwrap_or(ABSENT);
        self.texts.push(text.clone());
        self.places.insert(text, place);
        place
    }

    fn text(&self, place: u32) -> Option<Box<str>> {
        self.texts.get(place as usize).cloned()
    }
}

/// One audit record.
struct Snapshot {
    ticket: u32,
    at: Timestamp,
    row: u64,
    status: Option<Status>,
    author: Author,
    author_name: u32,
}

/// The data of a ticket from all of its rows.
struct Whole {
    id: Box<str>,
    created_at: Option<Timestamp>,
    requester: Option<Box<str>>,
    created_by: Option<Author>,
    /// The timestamp and number of the last row.
    last: (Timestamp, u64),
    due_at: Option<Timestamp>,
    sla_met: Option<bool>,
}

/// The output of reading snapshots.
pub(super) struct Into<'a> {
    pub(super) events: &'a mut EventBuilder,
    pub(super) tickets: &'a TicketTable,
    pub(super) new: &'a mut NewTickets,
}

pub(super) fn read(
    decoding: &mut Decoding<'_>,
    source: &SnapshotSource,
    into: &mut Into<'_>,
) -> Result<(), ReadError> {
    for file in &source.file {
        let table = decoding.open(file, &source.filter)?;
        read_table(decoding, source, &table, into)?;
    }
    Ok(())
}

#[expect(clippy::too_many_lines, reason = "a list of an audit record's columns, each once")]
fn read_table(
    decoding: &mut Decoding<'_>,
    source: &SnapshotSource,
    table: &Table,
    into: &mut Into<'_>,
) -> Result<(), ReadError> {
    let mut columns = FileColumns::of(table, decoding.description, &source.timestamps, &source.missing);
    let ticket = columns.word(&source.ticket)?;
    let at = columns.timestamp(&source.at)?;
    let created_at = columns.maybe_timestamp(source.created_at.as_ref())?;
    let status = columns.maybe_word(source.status.as_ref())?;
    let requester = columns.maybe_word(source.requester.as_ref())?;
    let created_by = columns.maybe_word(source.created_by.as_ref())?;
    let author = columns.maybe_word(source.author.as_ref())?;
    let author_name = columns.maybe_word(source.author_name.as_ref())?;
    let due_at = columns.maybe_timestamp(source.due_at.as_ref())?;
    let sla_met = columns.maybe_word(source.sla_met.as_ref())?;
    let attributes = columns.attributes(source.attributes.iter())?;

    let ledger_at = decoding.begin(table, "snapshots");
    let columns_of_events = [ticket.name(), at.name(), "", ""].map(str::to_owned);
    into.events.begin(ledger_at, columns_of_events, source.clock_skew, Duplicates::First, false);

    let mut pool = Pool::default();
    let mut places: HashMap<Box<str>, u32> = HashMap::new();
    let mut wholes: Vec<Whole> = Vec::new();
    let mut snapshots: Vec<Snapshot> = Vec::new();
    // The attributes of snapshot i start at i * width.
    let width = source.attributes.len();
    let mut values: Vec<u32> = Vec::new();

    decoding.each_batch(&columns, ledger_at, |decoding, batch| {
        for slot in [&at, &created_at, &due_at] {
            slot.infer_if_needed(batch)?;
        }
        let mut ticket = ticket.bind(batch)?;
        let mut at = at.bind(batch)?;
        let mut created_at = created_at.bind(batch)?;
        let mut status = status.bind(batch)?;
        let mut requester = requester.bind(batch)?;
        let mut created_by = created_by.bind(batch)?;
        let mut author = author.bind(batch)?;
        let mut author_name = author_name.bind(batch)?;
        let mut due_at = due_at.bind(batch)?;
        let mut sla_met = sla_met.bind(batch)?;
        let mut attributes = attributes.bind(batch)?;

        let ledger = &mut decoding.ledgers[ledger_at];
        let one = |row: usize| -> Result<(), Halt> {
            let number = ledger.row(row);
            let id = ledger.need(&mut ticket, row, Reason::Missing)?;
            let at = ledger.need(&mut at, row, Reason::Missing)?;
            let status = ledger.read(&mut status, row)?;
            let author = ledger.read(&mut author, row)?.unwrap_or(Author::Agent);
            let author_name = pool.place(ledger.want(&mut author_name, row)?);
            let created_at = ledger.read(&mut created_at, row)?;
            let due_at = ledger.want(&mut due_at, row)?;
            let sla_met = ledger.want(&mut sla_met, row)?;
            let place = if let Some(place) = places.get(&id) {
                *place
            } else {
                let place_of = |find: &dyn Fn(Id<'_>) -> u32| Id::of(&id).map_or(NOWHERE, find);
                let remedy = if place_of(&|id| into.tickets.place(id)) != NOWHERE {
                    Some("the table of tickets has this ticket, which snapshots describe as a whole: give snapshots without tickets")
                } else if place_of(&|id| into.new.ids.find(id)) != NOWHERE {
                    Some("other snapshots describe this ticket: give all of its snapshots in one table")
                } else {
                    None
                };
                if let Some(remedy) = remedy {
                    let detail = || (id.to_string(), remedy.to_owned());
                    return Err(ledger.exclude_one(
                        Scope::Record,
                        Reason::Duplicate,
                        number,
                        ticket.name(),
                        detail,
                    ));
                }
                let place = u32::try_from(wholes.len()).unwrap_or(ABSENT);
                wholes.push(Whole {
                    id: id.clone(),
                    created_at,
                    requester: None,
                    created_by: None,
                    last: (at, number),
                    due_at: None,
                    sla_met: None,
                });
                places.insert(id, place);
                place
            };
            let start = values.len();
            if let Err(halt) = attributes.values(ledger, row, |value| values.push(pool.place(value))) {
                values.truncate(start);
                return Err(halt);
            }
            let whole = &mut wholes[place as usize];
            whole.created_at = whole.created_at.or(created_at);
            if whole.requester.is_none() {
                whole.requester = ledger.want(&mut requester, row)?;
            }
            if whole.created_by.is_none() {
                whole.created_by = ledger.want(&mut created_by, row)?;
            }
            if (at, number) >= whole.last {
                whole.last = (at, number);
                whole.due_at = due_at;
                whole.sla_met = sla_met;
            }
            snapshots.push(Snapshot { ticket: place, at, row: number, status, author, author_name });
            Ok(())
        };
        each_row(0..batch.num_rows(), one)?;
        for column in [&at, &created_at, &due_at] {
            column.account(ledger);
        }
        Ok(())
    })?;

    let mut order: Vec<usize> = (0..snapshots.len()).collect();
    if source.order == RowOrder::Rows {
        order.sort_by_key(|place| (snapshots[*place].ticket, snapshots[*place].row));
        let mut moved = 0;
        let mut timestamps = Vec::with_capacity(snapshots.len());
        for rows in order.chunk_by(|one, other| snapshots[*one].ticket == snapshots[*other].ticket) {
            let mut times: Vec<Timestamp> = rows.iter().map(|place| snapshots[*place].at).collect();
            moved += in_order(&mut times);
            timestamps.extend(times);
        }
        for (place, at) in order.iter().zip(timestamps) {
            snapshots[*place].at = at;
        }
        decoding.ledgers[ledger_at].reordered(moved);
    } else {
        order.sort_by_key(|place| {
            let snapshot = &snapshots[*place];
            (snapshot.ticket, snapshot.at, snapshot.row)
        });
    }
    let names: Vec<Attribute> = attributes.iter().map(|(attribute, _)| attribute.clone()).collect();
    let row_values = |place: usize| &values[place * width..(place + 1) * width];
    let codes: Vec<u32> = pool.texts.iter().map(|text| into.events.values.code_of(text.clone())).collect();
    let people: Vec<u32> = pool.texts.iter().map(|text| into.events.by.code_of(text.clone())).collect();
    let of = |codes: &[u32], place: u32| codes.get(place as usize).copied().unwrap_or(NONE);
    let before_all = into.tickets.rows();
    for rows in order.chunk_by(|one, other| snapshots[*one].ticket == snapshots[*other].ticket) {
        let first = &snapshots[rows[0]];
        let whole = &wholes[first.ticket as usize];
        let Some(id) = Id::of(&whole.id) else { continue };
        let (place, _) = into.new.ids.place(id, before_all);
        let values_of = |(attribute, value): (&Attribute, &u32)| (attribute.clone(), pool.text(*value));
        into.new.rows.push(NewTicket {
            created_at: whole.created_at.unwrap_or(first.at).as_micros(),
            row: first.row,
            requester: whole.requester.clone(),
            created_by: whole.created_by,
            due_at: whole.due_at.map(Timestamp::as_micros),
            sla_met: whole.sla_met,
            attributes: names.iter().zip(row_values(rows[0])).map(values_of).collect(),
        });
        let mut status = Status::New;
        let mut before = rows[0];
        for row in rows {
            let snapshot = &snapshots[*row];
            let by = of(&people, snapshot.author_name);
            let mut push = |meaning: EventMeaning, value: u32| {
                let code = into.events.kinds.code_of(meaning, snapshot.author);
                into.events.push(place, snapshot.at.as_micros(), code, value, by, snapshot.row);
            };
            for (at, attribute) in names.iter().enumerate() {
                let (was, now) = (row_values(before)[at], row_values(*row)[at]);
                if was != now {
                    push(EventMeaning::Changed(attribute.clone()), of(&codes, now));
                }
            }
            if let Some(now) = snapshot.status
                && (now != status || source.repeated_status == RepeatedStatus::Event)
            {
                push(EventMeaning::Became(now), NONE);
                status = now;
            }
            before = *row;
        }
    }
    Ok(())
}

/// Moves as few timestamps as possible (up to the earlier or down to the later ones) so that they ascend. Returns the
/// number moved.
fn in_order(times: &mut [Timestamp]) -> u64 {
    if times.is_sorted() {
        return 0;
    }
    let mut up = times.to_vec();
    for i in 1..up.len() {
        up[i] = up[i].max(up[i - 1]);
    }
    let mut down = times.to_vec();
    for i in (1..down.len()).rev() {
        down[i - 1] = down[i - 1].min(down[i]);
    }
    let moved = |new: &[Timestamp]| new.iter().zip(&*times).filter(|(new, old)| new != old).count();
    let (new, moved) = if moved(&down) < moved(&up) { (&down, moved(&down)) } else { (&up, moved(&up)) };
    times.copy_from_slice(new);
    moved as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_few_timestamps_as_possible_are_moved() {
        let order = |micros: &[i64]| {
            let mut times: Vec<_> =
                micros.iter().filter_map(|micros| Timestamp::from_micros(*micros)).collect();
            let moved = in_order(&mut times);
            (moved, times.iter().map(|at| at.as_micros()).collect::<Vec<_>>())
        };
        assert_eq!(order(&[1, 2, 2, 3]), (0, vec![1, 2, 2, 3]));
        assert_eq!(order(&[9, 1, 2, 10]), (1, vec![1, 1, 2, 10])); // the first is too late
        assert_eq!(order(&[5, 6, 1, 7]), (1, vec![5, 6, 6, 7])); // the third is too early
        assert_eq!(order(&[]), (0, vec![]));
    }
}
