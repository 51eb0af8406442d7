//! A share KPI: tickets of a kind among those that count.

use serde::{Deserialize, Serialize};

use crate::{Compared, Estimate, Estimates, Excluded, Merge, Ratio, Reason, TicketMetrics};

/// The measures of every share KPI.
pub(crate) const MEASURES: &[&str] = &["percent"];

/// Records for which a statement holds, among those for which it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    ratio: Ratio,
    excluded: Excluded,
}

impl Share {
    /// Counts a record for which the statement holds or not.
    pub fn count(&mut self, holds: bool) {
        self.ratio.push(holds);
    }

    /// Counts a solved ticket for which the statement holds or not, unless that is not known; another one is excluded.
    pub(crate) fn of_solved(&mut self, ticket: &TicketMetrics, holds: Result<bool, Reason>) {
        match holds {
            _ if !ticket.status.is_done() => self.exclude_one(Reason::NotSolved),
            Ok(holds) => self.count(holds),
            Err(reason) => self.exclude_one(reason),
        }
    }

    /// Counts a record as excluded under its reason.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.excluded.add(reason);
    }

    /// Counts `records` such records.
    pub(crate) fn exclude_many(&mut self, reason: Reason, records: u64) {
        self.excluded.add_many(reason, records);
    }

    /// Records counted.
    pub(crate) fn counted(&self) -> u64 {
        self.n()
    }

    /// Excludes everything another tally counted, since it counted something else.
    pub(crate) fn refuse(&mut self, other: Self) {
        self.excluded.add_many(Reason::OtherOptions, other.n());
        self.excluded.merge(other.excluded);
    }

    /// Hits and total.
    pub fn ratio(&self) -> Ratio {
        self.ratio
    }

    /// Records counted.
    pub fn n(&self) -> u64 {
        self.ratio.total
    }

    /// The share in percent; `None` when nothing was counted.
    pub fn percent(&self) -> Option<f64> {
        self.ratio.percent()
    }
}

impl Merge for Share {
    fn merge(&mut self, other: Self) {
        self.ratio.merge(other.ratio);
        self.excluded.merge(other.excluded);
    }
}

impl Estimates for Share {
    fn estimates(&self, level: f64) -> Vec<Estimate> {
        vec![Estimate::share("percent", self.ratio, level)]
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }

    fn compared(&self) -> Compared<'_> {
        Compared::Share(self.ratio)
    }
}
