//! Decoding of tables to columns of numbers.
//!
//! Each source of a description is read batch by batch. Labels become small numbers, and each distinct label is
//! interpreted once. Timestamps become microseconds, without a copy if possible. Rows that fail the fast validity
//! check (no id, an end before the start, a time within a clock change) are re-read by the row reader. It excludes
//! the row and counts it in its [ledger](SourceReport), or corrects it. This module is independent of KPIs and
//! schedules.

pub(crate) mod attribute;
mod context;
mod customer;
pub(crate) mod event;
pub(crate) mod id;
pub(crate) mod invitation;
pub(crate) mod kind;
mod latest;
mod ledger;
pub(crate) mod link;
pub(crate) mod slot;
mod snapshot;
pub(crate) mod stated;
pub(crate) mod survey;
pub(crate) mod ticket;
mod time;
mod undo;
pub(crate) mod word;

use std::collections::BTreeSet;

use deskmetrics::replay::{Actor, EventOrder, StatedMeasure};
use deskmetrics::report::Warning;
use deskmetrics::ticket::Attribute;
use deskmetrics::{Author, ClockKind, Excluded, Reason, SlaMetric, Status};

pub(crate) use context::{Decoding, Workers};
pub use customer::CustomerCodes;
pub(crate) use ledger::Ledger;
pub use ledger::{Example, Exclusion, Scope, SourceReport};

use crate::ReadError;
use crate::column::TicketStatus;
use crate::description::EventMeaning;
use crate::file::RowNumbers;
use event::EventTable;
use event::builder::EventBuilder;
use id::{Id, NOWHERE};
use invitation::{Answered, InvitationTable};
use link::Target;
use stated::{SlaColumn, StatedColumn};
use survey::AnswerTable;
use ticket::builder::TicketBuilder;
use ticket::{NewTickets, TicketTable};

/// All tables of a description, as columns.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) tickets: TicketTable,
    pub(crate) events: EventTable,
    pub(crate) answers: Vec<AnswerTable>,
    pub(crate) invitations: Vec<InvitationTable>,
    /// Links of answers and invitations to unknown records.
    pub(crate) links_excluded: Excluded,
    /// Attributes that differ between the table of tickets and its events, or whose value at creation is unknown.
    pub(crate) findings: Vec<Warning>,
    /// Whether events provide the values before their changes.
    has_previous: bool,
    /// For each table its kind, the number of rows read, and their numbers in the file.
    row_numbers: Vec<(&'static str, u64, RowNumbers)>,
}

impl Tables {
    /// Reads every source of the description. Returns the report on each table as well.
    pub(crate) fn read(decoding: &mut Decoding<'_>) -> Result<(Self, Vec<SourceReport>), ReadError> {
        let description = decoding.description;
        let mut builder = TicketBuilder::default();
        for source in &description.tickets {
            builder.read(decoding, source)?;
        }
        let builder_rest = builder.take_passed_over();
        let mut tickets = builder.finish(decoding)?;
        let mut events = EventBuilder::default();
        if decoding.logged() {
            events.imply(&mut tickets);
        }
        let mut new = NewTickets::default();
        for source in &description.snapshots {
            let mut into = snapshot::Into { events: &mut events, tickets: &tickets, new: &mut new };
            snapshot::read(decoding, source, &mut into)?;
        }
        for source in &description.events {
            events.read(decoding, source, &tickets, &mut new)?;
        }
        builder_rest.decode_changed(&events.kinds, &mut tickets)?;
        tickets.extend(new);
        let (events, previous) = events.finish(decoding, &tickets)?;
        let by_row = description.replay.order == EventOrder::Sequence;
        let log = undo::Log { events: &events, previous: &previous, by_row };
        let findings = log.undo(&mut tickets);
        let has_previous = previous.is_described();
        let answers = description.surveys.iter().map(|source| AnswerTable::read(decoding, source));
        let mut answers: Vec<AnswerTable> = answers.collect::<Result<_, _>>()?;
        let invitations =
            description.invitations.iter().map(|source| InvitationTable::read(decoding, source));
        let mut invitations: Vec<InvitationTable> = invitations.collect::<Result<_, _>>()?;
        let links_excluded = join(decoding, &tickets, &mut answers, &mut invitations)?;
        let row_numbers = decoding.ledgers.iter().map(Ledger::row_numbers).collect();
        let sources = decoding.ledgers.drain(..).map(Ledger::into_report).collect();
        let tables = Self {
            tickets,
            events,
            answers,
            invitations,
            links_excluded,
            findings,
            has_previous,
            row_numbers,
        };
        Ok((tables, sources))
    }

    /// Tickets whose stated status differs from that of their last event.
    pub(crate) fn status_differences(&self) -> Option<Warning> {
        let Self { tickets, events, .. } = self;
        if tickets.stated.kinds() == 1 {
            return None;
        }
        let mut last: Vec<Option<(i64, Status)>> = vec![None; tickets.rows()];
        for (event, code) in events.codes.iter().enumerate() {
            let Some((kind, _, named)) = events.kinds.of(*code) else { continue };
            for one in &kind.0 {
                let status = match one {
                    EventMeaning::Became(status) => *status,
                    EventMeaning::Status => named.unwrap_or_default(),
                    _ => continue,
                };
                let known = &mut last[events.places[event] as usize];
                if known.is_none_or(|(at, _)| at <= events.at[event]) {
                    *known = Some((events.at[event], status));
                }
            }
        }
        let (mut count, mut of, mut first) = (0, 0, None);
        for (row, last) in last.iter().enumerate().filter(|(row, _)| tickets.is_usable(*row)) {
            let Some(TicketStatus::Now(stated)) = tickets.stated.of_row(row) else { continue };
            of += 1;
            // A ticket without a status among its events is new or open.
            let (replayed, differs) = match last {
                Some((_, replayed)) => (*replayed, stated != replayed),
                None => (Status::New, stated.is_done()),
            };
            if differs {
                count += 1;
                first.get_or_insert((row, *stated, replayed));
            }
        }
        let (row, stated, replayed) = first?;
        let ticket = tickets.ids.text(row).into_owned();
        Some(Warning::StatusDiffers { count, of, ticket, stated, replayed })
    }

    /// Attributes that only events provide, without the values before changes.
    pub(crate) fn never_stated(&self) -> impl Iterator<Item = &Attribute> {
        let changed: BTreeSet<&Attribute> = self.events.kinds.changed().collect();
        changed
            .into_iter()
            .filter(|attribute| !self.has_previous && self.tickets.attributes.get(attribute).is_none())
    }

    /// A warning about tickets whose value of such an attribute at creation is unknown, because their first change is
    /// later.
    pub(crate) fn unknown_at_creation(&self, attribute: &Attribute) -> Option<Warning> {
        let Self { tickets, events, .. } = self;
        let is_change: Vec<bool> = (0..events.kinds.codes())
            .map(|code| {
                let kind = kind::KindCode::try_from(code).ok().and_then(|code| events.kinds.of(code));
                kind.is_some_and(|(kind, ..)| kind.0.contains(&EventMeaning::Changed(attribute.clone())))
            })
            .collect();
        let (mut changed, mut known) = (vec![false; tickets.rows()], vec![false; tickets.rows()]);
        for (event, code) in events.codes.iter().enumerate() {
            if is_change.get(usize::from(*code)) == Some(&true) {
                let row = events.places[event] as usize;
                changed[row] = true;
                known[row] |= events.at[event] <= tickets.created_at[row];
            }
        }
        let all = || (0..tickets.rows()).filter(|row| changed[*row] && tickets.is_usable(*row));
        let first = all().find(|row| !known[*row])?;
        Some(Warning::AttributeUnknown {
            attribute: attribute.clone(),
            count: all().filter(|row| !known[*row]).count() as u64,
            of: all().count() as u64,
            ticket: tickets.ids.text(first).into_owned(),
            kpis: Vec::new(),
            remedy: undo::UNKNOWN_AT_CREATION.to_owned(),
        })
    }

    /// The actors named by the data, except those whose names are an attribute of their own.
    pub(crate) fn credits(&self) -> impl Iterator<Item = Actor> {
        let names_people = match &self.tickets.milestones {
            Some(columns) => columns.author_name.kinds() > 1,
            None => self.events.by.kinds() > 1,
        };
        Actor::ALL.into_iter().filter(move |actor| {
            let attribute = actor.attribute();
            names_people
                && self.tickets.attributes.get(&attribute).is_none()
                && !self.events.kinds.changed().any(|changed| *changed == attribute)
        })
    }

    /// The stated measures that neither timestamps nor events give: they count.
    pub(crate) fn stated_only(&self, business: bool) -> impl Iterator<Item = &StatedColumn> {
        let stated = self.tickets.stated_measures.iter();
        stated.filter(move |column| !self.gives(column.measure, column.clock, business))
    }

    /// The other stated measures: they are compared.
    pub(crate) fn stated_too(&self, business: bool) -> impl Iterator<Item = &StatedColumn> {
        let stated = self.tickets.stated_measures.iter();
        stated.filter(move |column| self.gives(column.measure, column.clock, business))
    }

    /// Columns of stated durations whose unit is probably wrong: at least half of the values are longer than three times the
    /// time from the creation to the end of their ticket.
    pub(crate) fn implausible_units(&self, as_of: Option<deskmetrics::Timestamp>) -> Vec<Warning> {
        let tickets = &self.tickets;
        let Some(columns) = tickets.milestones.as_ref().filter(|_| !tickets.stated_measures.is_empty())
        else {
            return Vec::new();
        };
        // A cut-off taken from the data is the end of a stated duration, if that is the latest timestamp.
        let cut_off = match as_of {
            Some(as_of) if Some(as_of) != self.last_timestamp() => Some(as_of.as_micros()),
            _ => self.last_micros(false),
        };
        let end = |row: usize| {
            let ends = [&columns.solved_at, &columns.closed_at];
            ends.into_iter().flatten().filter_map(|at| at.get(row)).max().or(cut_off)
        };
        let ages: Vec<(usize, i64)> = (0..tickets.created_at.len())
            .filter(|row| tickets.is_usable(*row))
            .filter_map(|row| Some((row, end(row)?.saturating_sub(tickets.created_at[row]))))
            .filter(|(_, age)| *age > 0)
            .collect();
        let columns = tickets.stated_measures.iter();
        columns
            .filter_map(|column| column.implausible_unit(&ages, |row| tickets.ids.text(row).into_owned()))
            .collect()
    }

    /// Whether the source states when the first reply is due, but not whether it was in time.
    pub(crate) fn states_due_replies(&self) -> bool {
        let due_only =
            |column: &SlaColumn| *column.metric() == SlaMetric::FirstResponse && !column.has_verdicts();
        self.tickets.stated_sla.iter().any(due_only)
    }

    /// Whether timestamps or events give a measure on this clock. `business` is whether there are schedules.
    fn gives(&self, measure: StatedMeasure, clock: ClockKind, business: bool) -> bool {
        use StatedMeasure::{CustomerMessages, FirstResponseTime, FullResolutionTime, PublicReplies};
        if clock == ClockKind::Business && !business {
            return false;
        }
        let tickets = &self.tickets;
        let Some(columns) = &tickets.milestones else {
            let of_messages = matches!(measure, FirstResponseTime | PublicReplies | CustomerMessages);
            return self.events.len > 0 && (!of_messages || self.events.contain_messages());
        };
        let ends = match measure {
            FirstResponseTime => [columns.replied_at.as_ref(), None],
            // A column of solves contains the last one, so the first is not known.
            FullResolutionTime => [columns.solved_at.as_ref(), columns.closed_at.as_ref()],
            _ => [None, None],
        };
        ends.into_iter().flatten().any(|at| at.last(|row| tickets.is_usable(row)).is_some())
    }

    /// Whether the data would contain solves, if there were any: as timestamps, statuses or events.
    pub(crate) fn records_solves(&self) -> bool {
        match &self.tickets.milestones {
            Some(columns) => {
                columns.solved_at.is_some() || columns.closed_at.is_some() || columns.status.kinds() > 1
            }
            None => self.tickets.states_ends || self.events.len == 0 || self.events.contain_statuses(),
        }
    }

    /// Whether the data would contain replies, if there were any.
    pub(crate) fn records_replies(&self) -> bool {
        match &self.tickets.milestones {
            Some(columns) => columns.replied_at.is_some(),
            None => self.tickets.states_replies || self.events.len == 0 || self.events.contain_messages(),
        }
    }

    /// Whether there is a reply by an agent or a bot.
    pub(crate) fn has_replies(&self) -> bool {
        let answers = |author: Author| matches!(author, Author::Agent | Author::Bot);
        if let Some(columns) = &self.tickets.milestones {
            let replied = columns.replied_at.as_ref().is_some_and(|at| at.last(|_| true).is_some());
            let by = columns.author.meanings();
            return replied && (by.is_empty() || by.iter().any(|author| answers(*author)));
        }
        self.events.contain_messages_by(answers)
    }
}

/// Joins answers and invitations to their tickets, and answers to their invitations. Returns the links to unknown
/// records.
fn join(
    decoding: &mut Decoding<'_>,
    tickets: &TicketTable,
    answers: &mut [AnswerTable],
    invitations: &mut [InvitationTable],
) -> Result<Excluded, ReadError> {
    let mut excluded = Excluded::default();
    if invitations.is_empty() {
        answers.iter_mut().try_for_each(|table| table.exclude_repeated(decoding))?;
    }
    if !invitations.is_empty() {
        // For ids of several tables, the first table that contains the id is named.
        let firsts: Vec<usize> = invitations
            .iter()
            .scan(0, |rows, table| Some(std::mem::replace(rows, *rows + table.rows)))
            .collect();
        let mut answered: Vec<Vec<Answered>> = vec![Vec::new(); invitations.len()];
        for table in &mut *answers {
            let find = |id: Id<'_>| {
                let found = invitations.iter().zip(&firsts).find_map(|(sent, first)| match sent.place(id) {
                    NOWHERE => None,
                    place => u32::try_from(first + place as usize).ok(),
                });
                found.unwrap_or(NOWHERE)
            };
            let id = |place: usize| {
                let table = firsts.partition_point(|first| *first <= place).saturating_sub(1);
                invitations[table].id(place - firsts[table])
            };
            let target = Target {
                place: &find,
                id: &id,
                numbers: invitations.iter().all(InvitationTable::has_numbers),
                reason: Reason::UnknownInvitation,
                remedy: "add the table its invitation is in, or write its id as there; an excluded one does not count",
            };
            table.find_invitations(&target);
            let answered_at = table.answered();
            table.exclude_repeated(decoding)?;
            excluded.add_many(Reason::UnknownInvitation, table.lost_invitations(decoding, &target)?);
            for (place, at) in answered_at {
                if answered.len() == 1 {
                    answered[0].push((place, at));
                    continue;
                }
                // The same id in another table is the same invitation.
                let id = id(place);
                for (sent, answered) in invitations.iter().zip(&mut answered) {
                    let place = Id::of(&id).map_or(NOWHERE, |id| sent.place(id));
                    if place != NOWHERE {
                        answered.push((place as usize, at));
                    }
                }
            }
        }
        for (sent, answered) in invitations.iter_mut().zip(answered) {
            sent.answer(answered);
        }
    }
    let description = decoding.description;
    let known = !description.tickets.is_empty()
        || !description.snapshots.is_empty()
        || description.events.iter().any(|source| source.creates_tickets);
    if known {
        let place = |id: Id<'_>| match tickets.place(id) {
            NOWHERE => NOWHERE,
            place if tickets.is_usable(place as usize) => place,
            _ => NOWHERE,
        };
        let target = Target {
            place: &place,
            id: &|row| tickets.ids.text(row),
            numbers: tickets.ids.are_numbers(),
            reason: Reason::UnknownTicket,
            remedy: "add the table its ticket is in, or write its id as there; an excluded ticket does not count",
        };
        for table in answers {
            let lost = table.join_tickets(decoding, &target)?;
            excluded.add_many(Reason::UnknownTicket, lost);
        }
        for table in &mut *invitations {
            let lost = table.join_tickets(decoding, &target)?;
            excluded.add_many(Reason::UnknownTicket, lost);
        }
    }
    Ok(excluded)
}
