//! A replayed ticket of a log.

use std::borrow::Cow;

use deskmetrics::TicketMetrics;
use deskmetrics::engine::{ReplayedVerdict, Replayer};

use super::EventLog;

/// A replayed ticket of a log.
#[derive(Debug)]
pub struct ReplayedRow<'l> {
    pub(super) row: usize,
    pub(super) replayer: &'l Replayer<'l>,
    pub(super) log: &'l EventLog<'l>,
}

impl<'l> ReplayedRow<'l> {
    /// Its row among the tickets.
    pub fn row(&self) -> usize {
        self.row
    }

    /// Its id.
    pub fn id(&self) -> Cow<'l, str> {
        self.log.tables.tickets.ids.text(self.row)
    }

    /// Its measures; see [`Replayer::metrics`].
    pub fn metrics(&self) -> &'l TicketMetrics {
        self.replayer.metrics()
    }

    /// Its verdicts.
    pub fn verdicts(&self) -> impl Iterator<Item = ReplayedVerdict<'l>> + use<'l> {
        self.replayer.verdicts()
    }

    /// The code of its customer (see [`EventLog::customers`]); 0 for none.
    pub fn customer(&self) -> u32 {
        self.log.customers().map_or(0, |customers| customers.code(self.row))
    }

    /// The name of its customer.
    pub fn requester(&self) -> Option<Cow<'l, str>> {
        self.log.customers()?.name(self.customer())
    }

    /// The codes of its tags at the cut-off (see [`EventLog::text`]), in order; those at creation if the replay does
    /// not [follow](deskmetrics::replay::Replay::with_attributes)
    /// [`Attribute::Tag`](deskmetrics::ticket::Attribute::Tag).
    pub fn tags(&self) -> Vec<u32> {
        let mut tags: Vec<u32> = self.replayer.tags().iter().map(|tag| self.log.code_of(*tag)).collect();
        tags.sort_unstable();
        tags
    }

    /// The code of an attribute's value at the cut-off (see [`EventLog::text`]); 0 for none.
    #[inline]
    pub fn code(&self, slot: AttributeSlot) -> u32 {
        self.log.code_of(self.replayer.value(slot.0))
    }
}

/// The position of an attribute among those that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttributeSlot(pub(super) u16);
