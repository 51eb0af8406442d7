//! A count KPI: how many of something per ticket.

use serde::{Deserialize, Serialize};

use crate::{Compared, Estimate, Estimates, Excluded, Mean, Merge, Reason, TicketMetrics, Unit};

/// The measures of every count KPI.
pub(crate) const MEASURES: &[&str] = &["mean", "total"];

/// How often something happened, per ticket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PerTicket {
    counts: Mean,
    excluded: Excluded,
}

impl PerTicket {
    /// Counts a ticket to which it happened `times` times.
    pub fn count(&mut self, times: u32) {
        self.counts.push(times);
    }

    /// Counts a ticket with its count, unless the count is not known.
    pub(crate) fn count_known(&mut self, times: Result<u32, Reason>) {
        match times {
            Ok(times) => self.count(times),
            Err(reason) => self.exclude_one(reason),
        }
    }

    /// The same of a solved ticket; another one is excluded.
    pub(crate) fn of_solved(&mut self, ticket: &TicketMetrics, times: Result<u32, Reason>) {
        self.count_known(if ticket.status.is_done() { times } else { Err(Reason::NotSolved) });
    }

    /// Counts a ticket without a known count as excluded.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.excluded.add(reason);
    }

    /// Counts `records` such records.
    pub(crate) fn exclude_many(&mut self, reason: Reason, records: u64) {
        self.excluded.add_many(reason, records);
    }

    /// Tickets counted.
    pub fn n(&self) -> u64 {
        self.counts.n()
    }

    /// Over all tickets.
    pub fn total(&self) -> u64 {
        self.counts.sum()
    }

    /// Per ticket; `None` when none was counted.
    pub fn mean(&self) -> Option<f64> {
        self.counts.value()
    }

    /// The counts behind the mean.
    pub fn counts(&self) -> &Mean {
        &self.counts
    }
}

impl Merge for PerTicket {
    fn merge(&mut self, other: Self) {
        self.counts.merge(other.counts);
        self.excluded.merge(other.excluded);
    }
}

impl Estimates for PerTicket {
    fn estimates(&self, level: f64) -> Vec<Estimate> {
        let n = self.n();
        vec![
            Estimate::new("mean", self.mean(), Unit::PerTicket, n).with_interval(self.counts.interval(level)),
            Estimate::new("total", Some(self.total() as f64), Unit::Count, n),
        ]
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }

    fn compared(&self) -> Compared<'_> {
        Compared::Mean(&self.counts)
    }
}
