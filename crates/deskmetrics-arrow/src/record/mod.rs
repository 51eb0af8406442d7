//! Records built from decoded columns: tickets, events, answers, invitations.

mod event;
mod invitation;
mod ledger;
mod link;
pub(crate) mod slot;
mod snapshot;
mod survey;
mod ticket;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::PathBuf;

use deskmetrics::ticket::TicketId;
use deskmetrics::{Invitation, SurveyResponse, Ticket, TicketEvent, Timestamp};

pub use ledger::{Example, LeftOut, Scope, SourceReport};

use crate::description::{Description, InvitationSource, SurveySource, TicketSource};
use crate::file::{FileSpec, Progress};
use crate::options::{MemoryTable, Tell};
use crate::{ReadError, file::Table};
use ledger::Ledger;

/// What all readers of records need to know.
pub(crate) struct Reading<'a> {
    pub(crate) description: &'a Description,
    pub(crate) folder: PathBuf,
    /// Tables in memory that stand for files.
    pub(crate) tables: &'a BTreeMap<PathBuf, MemoryTable>,
    pub(crate) strict: bool,
    /// Whether a score off its scale is left out here; else it is the KPI's to judge.
    pub(crate) scored: bool,
    pub(crate) on_progress: Option<&'a mut Tell<'a>>,
}

impl Reading<'_> {
    /// The file of a description, or the table that stands for it.
    fn open(&self, file: &FileSpec) -> Result<Table, ReadError> {
        match (self.tables.get(&file.path), file.path.to_str()) {
            (Some(table), Some(name)) => {
                Ok(Table::in_memory(name, table.schema.clone(), table.batches.clone()))
            }
            _ => Table::open(&self.folder, file),
        }
    }

    fn report(&mut self, progress: Progress<'_>) -> Result<(), ReadError> {
        match self.on_progress.as_mut().map(|tell| tell(progress)) {
            Some(ControlFlow::Break(())) => Err(ReadError::Stopped),
            Some(ControlFlow::Continue(())) | None => Ok(()),
        }
    }
}

/// Where an event came from.
#[derive(Debug, Clone, Copy)]
struct Origin {
    ledger: usize,
    row: u64,
}

/// A ticket that only its events tell of.
struct Newborn {
    at: Timestamp,
    sequence: u64,
    ticket: Ticket,
}

/// The records read so far.
#[derive(Default)]
pub(crate) struct Records {
    pub(crate) tickets: Vec<Ticket>,
    pub(crate) events: Vec<TicketEvent>,
    pub(crate) responses: Vec<SurveyResponse>,
    pub(crate) invitations: Vec<Invitation>,
    /// Place of each ticket.
    index: HashMap<TicketId, usize>,
    newborn: HashMap<TicketId, Newborn>,
    /// One per event.
    origins: Vec<Origin>,
    ledgers: Vec<Ledger>,
    /// Rows of all files so far: events of one instant keep the order of their rows.
    rows: u64,
}

impl Records {
    /// Reads every file of the description and links what they tell.
    pub(crate) fn read(reading: &mut Reading<'_>) -> Result<Self, ReadError> {
        let mut records = Self::default();
        let description = reading.description;
        for source in &description.tickets {
            ticket::read(reading, source, &mut records)?;
        }
        for source in &description.snapshots {
            snapshot::read(reading, source, &mut records)?;
        }
        for source in &description.events {
            event::read(reading, source, &mut records)?;
        }
        link::link(&mut records, reading)?;
        for source in &description.surveys {
            survey::read(reading, source, &mut records)?;
        }
        for source in &description.invitations {
            invitation::read(reading, source, &mut records)?;
        }
        Ok(records)
    }

    /// Reads one table of tickets.
    pub(crate) fn of_tickets(
        reading: &mut Reading<'_>,
        source: &TicketSource,
        table: &Table,
    ) -> Result<Self, ReadError> {
        let mut records = Self::default();
        ticket::read_file(reading, source, table, &mut records)?;
        link::link(&mut records, reading)?;
        Ok(records)
    }

    /// Reads one table of answers.
    pub(crate) fn of_answers(
        reading: &mut Reading<'_>,
        source: &SurveySource,
        table: &Table,
    ) -> Result<Self, ReadError> {
        let mut records = Self::default();
        survey::read_file(reading, source, table, &mut records)?;
        Ok(records)
    }

    /// Reads one table of surveys sent.
    pub(crate) fn of_invitations(
        reading: &mut Reading<'_>,
        source: &InvitationSource,
        table: &Table,
    ) -> Result<Self, ReadError> {
        let mut records = Self::default();
        invitation::read_file(reading, source, table, &mut records, &mut HashSet::new())?;
        Ok(records)
    }

    /// What was read and left out, file by file.
    pub(crate) fn reports(&mut self) -> Vec<SourceReport> {
        self.ledgers.drain(..).map(Ledger::into_report).collect()
    }

    /// Opens the books for a file.
    fn begin(&mut self, table: &Table, holds: &'static str, strict: bool) -> usize {
        self.ledgers.push(Ledger::new(table, holds, strict));
        self.ledgers.len() - 1
    }

    /// Closes the books of a file.
    fn end(&mut self, ledger: usize) -> Result<(), ReadError> {
        self.rows += self.ledgers[ledger].rows();
        self.ledgers[ledger].finish()
    }

    /// Adds a ticket whose id is new.
    fn add_ticket(&mut self, ticket: Ticket) {
        self.index.insert(ticket.id.clone(), self.tickets.len());
        self.tickets.push(ticket);
    }

    fn add_event(&mut self, event: TicketEvent, ledger: usize, row: u64) {
        self.events.push(event);
        self.origins.push(Origin { ledger, row });
    }
}
