//! Open intervals of a ticket.

use crate::{TicketMetrics, Timestamp};

impl TicketMetrics {
    /// The start of the time in solved or closed that lasts to the cut-off; `None` while the ticket is open.
    ///
    /// Going from solved to closed does not restart it.
    pub fn done_since(&self) -> Option<Timestamp> {
        if !self.status.is_done() {
            return None;
        }
        match self.reopens.last() {
            Some(cycle) => cycle.solved_again_at,
            None => self.first_solved_at,
        }
    }

    /// Whether the ticket existed and was neither solved nor closed at `at`, as far as is known at the cut-off.
    ///
    /// A ticket is open from its creation (included) to its solve (not included), and again from each reopening.
    ///
    /// ```
    /// use deskmetrics::ticket::Status;
    /// use deskmetrics::{TicketMetrics, Timestamp};
    ///
    /// let at = |text: &str| text.parse::<Timestamp>().unwrap();
    /// let mut ticket = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-09T00:00:00Z"));
    /// ticket.status = Status::Solved;
    /// ticket.first_solved_at = Some(at("2026-03-03T09:00:00Z"));
    /// assert!(!ticket.is_open_at(at("2026-03-02T08:59:59Z")));
    /// assert!(ticket.is_open_at(at("2026-03-02T09:00:00Z")));
    /// assert!(!ticket.is_open_at(at("2026-03-03T09:00:00Z")));
    /// ```
    pub fn is_open_at(&self, at: Timestamp) -> bool {
        let created = self.created_at <= at;
        let between_solve_and_reopening =
            self.reopens.iter().any(|cycle| cycle.solved_at <= at && at < cycle.reopened_at);
        let done = self.done_since().is_some_and(|since| since <= at);
        created && !between_solve_and_reopening && !done
    }

    /// The intervals in which the ticket was open, oldest first: from (included) to until (not included); `None` while it still is.
    pub fn open_intervals(&self) -> impl Iterator<Item = (Timestamp, Option<Timestamp>)> + '_ {
        let starts =
            std::iter::once(self.created_at).chain(self.reopens.iter().map(|cycle| cycle.reopened_at));
        let ends = self.reopens.iter().map(|cycle| Some(cycle.solved_at)).chain([self.done_since()]);
        starts.zip(ends)
    }

    /// The timestamps at which the ticket was solved, oldest first: each entry into solved or closed from an open
    /// status.
    pub fn solves(&self) -> impl Iterator<Item = Timestamp> + '_ {
        self.reopens.iter().map(|cycle| cycle.solved_at).chain(self.done_since())
    }
}
