//! The open tickets, which follow the log.

use deskmetrics::replay::{DueQueue, Replay, TicketTracker, TrackError, TrackedTickets};
use deskmetrics::ticket::{Attribute, TicketId};
use deskmetrics::{SlaVerdict, Status, Timestamp, VerdictState};
use serde::Serialize;

use crate::error::ServiceError;
use crate::rules::Rules;
use crate::store::{Delivery, Store};

/// The open tickets as of a position of the log. Closed ones are in the log only.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) store: Store,
    pub(crate) tickets: TrackedTickets,
    /// When a target of each ticket is used up next.
    due: DueQueue,
    position: i64,
    saved: i64,
    snapshot_every: i64,
}

/// A target that is about to breach.
#[derive(Debug, Serialize)]
pub(crate) struct NextBreach {
    pub(crate) ticket: TicketId,
    pub(crate) due_at: Timestamp,
    pub(crate) policy: Box<str>,
    pub(crate) metric: deskmetrics::SlaMetric,
    pub(crate) at_risk: bool,
}

impl Live {
    /// Restores the open tickets from the snapshot, and the records after it.
    pub(crate) fn open(rules: &Rules) -> Result<Self, ServiceError> {
        let store = Store::open(&rules.database)?;
        let replay = rules.replay(Timestamp::MAX);
        let (mut position, mut tickets, mut others) = (0, TrackedTickets::new(replay.clone()), Vec::new());
        if let Some((saved, bytes)) = store.snapshot()? {
            match TrackedTickets::from_bytes(&bytes, replay) {
                Ok(restored) => (position, (tickets, others)) = (saved, restored),
                // Such as one of another version of the library: the log has everything.
                Err(error) => eprintln!("the snapshot is not used, the whole log is read: {error}"),
            }
        }
        let tickets = tickets.with_gauges_by([Attribute::Market]);
        let (due, snapshot_every) = (DueQueue::default(), rules.snapshot_every.into());
        let mut live = Self { store, tickets, due, position, saved: position, snapshot_every };
        if !others.is_empty() {
            eprintln!("the rules have changed: {} open tickets are replayed from the log", others.len());
        }
        for tracker in others {
            live.retrack(tracker.id(), position)?;
        }
        live.catch_up()?;
        let ids: Vec<TicketId> = live.tickets.ids().cloned().collect();
        ids.iter().try_for_each(|id| live.set_due(id, rules.now()))?;
        Ok(live)
    }

    /// Applies the records of the log that were not applied yet: after each delivery and at the start of the service alike.
    pub(crate) fn catch_up(&mut self) -> Result<(), ServiceError> {
        loop {
            let records = self.store.after(self.position)?;
            if records.is_empty() {
                break;
            }
            for (position, delivery) in records {
                self.apply(&delivery, position)?;
                self.position = position;
            }
        }
        if self.position - self.saved >= self.snapshot_every { self.save() } else { Ok(()) }
    }

    fn apply(&mut self, delivery: &Delivery, position: i64) -> Result<(), ServiceError> {
        let id = delivery.ticket();
        let observed = match delivery {
            Delivery::Event(event) => self.tickets.observe(event),
            Delivery::Created(_) => Err(TrackError::NotFollowed(id.to_string())),
        };
        match observed {
            // An event that does not count is in the exclusions of its ticket.
            Ok(_) | Err(TrackError::Exclusion { .. }) => {}
            // Created, reopened after it was closed, or late.
            Err(TrackError::NotFollowed(_) | TrackError::OutOfOrder { .. }) => self.retrack(id, position)?,
            Err(error) => return Err(error.into()),
        }
        let Some(tracker) = self.tickets.get(id) else { return Ok(()) };
        let last = tracker.last_at();
        let metrics = self.tickets.replay().metrics(tracker, last)?;
        if metrics.status == Status::Closed || metrics.exclusion.is_some() {
            self.tickets.close(id);
        }
        self.set_due(id, last)
    }

    /// Follows a ticket anew from its history. Events of a ticket whose creation was not delivered yet wait in the log.
    fn retrack(&mut self, id: &TicketId, position: i64) -> Result<(), ServiceError> {
        self.tickets.close(id);
        if let (Some(ticket), events) = self.store.history(id, position)? {
            let tracker = self.tickets.replay().retrack(ticket, &events);
            self.tickets.follow(tracker)?;
        }
        Ok(())
    }

    fn set_due(&mut self, id: &TicketId, now: Timestamp) -> Result<(), ServiceError> {
        let next = match self.tickets.get(id) {
            Some(tracker) => next_breach(self.tickets.replay(), tracker, now)?,
            None => None,
        };
        self.due.set(id.clone(), next.map(|next| next.due_at));
        Ok(())
    }

    /// The changes of verdicts until now: what came to be at risk, or is breached. Each is returned at least once: those since the
    /// last snapshot again after a crash, and those of a ticket again after a late event of it.
    pub(crate) fn changes(
        &mut self,
        now: Timestamp,
    ) -> Result<Vec<(Timestamp, SlaVerdict, TicketId)>, ServiceError> {
        let mut changes = Vec::new();
        for (at, id) in self.tickets.advance(now) {
            let Some(tracker) = self.tickets.get(&id) else { continue };
            let before = Timestamp::saturating_from_micros(at.as_micros() - 1);
            let before = self.tickets.replay().verdicts(tracker, before)?;
            let after = self.tickets.replay().verdicts(tracker, at)?;
            let same = |one: &SlaVerdict, other: &SlaVerdict| {
                (one.state, one.is_at_risk()) == (other.state, other.is_at_risk())
            };
            let others = before.iter().zip(after).filter(|(before, after)| !same(before, after));
            changes.extend(others.map(|(_, after)| (at, after, id.clone())));
            self.set_due(&id, at)?;
        }
        Ok(changes)
    }

    /// The tickets whose targets are used up next, from now on.
    pub(crate) fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<NextBreach>, ServiceError> {
        let ids = self.due.iter().skip_while(|(due, _)| *due < now).map(|(_, id)| id);
        let trackers = ids.filter_map(|id| self.tickets.get(id)).take(limit);
        let next = trackers.map(|tracker| next_breach(self.tickets.replay(), tracker, now));
        Ok(next.filter_map(Result::transpose).collect::<Result<_, TrackError>>()?)
    }

    /// The tracker of a ticket: of an open one, or from the log.
    pub(crate) fn tracker(&self, id: &TicketId) -> Result<Option<TicketTracker>, ServiceError> {
        if let Some(tracker) = self.tickets.get(id) {
            return Ok(Some(tracker.clone()));
        }
        let (ticket, events) = self.store.history(id, self.position)?;
        Ok(ticket.map(|ticket| self.tickets.replay().retrack(ticket, &events)))
    }

    /// The number of records applied.
    pub(crate) fn position(&self) -> i64 {
        self.position
    }

    /// Stores the open tickets.
    pub(crate) fn save(&mut self) -> Result<(), ServiceError> {
        self.store.save(self.position, &self.tickets.to_bytes())?;
        self.saved = self.position;
        Ok(())
    }
}

/// The target of a ticket that is used up next, from `now` on, if nothing happens before.
pub(crate) fn next_breach(
    replay: &Replay,
    tracker: &TicketTracker,
    now: Timestamp,
) -> Result<Option<NextBreach>, TrackError> {
    let running =
        replay.verdicts(tracker, now)?.into_iter().filter(|verdict| verdict.state == VerdictState::Running);
    let breaches = running.filter_map(|verdict| {
        Some(NextBreach {
            ticket: tracker.id().clone(),
            due_at: verdict.due_at?,
            at_risk: verdict.is_at_risk(),
            policy: verdict.policy,
            metric: verdict.metric,
        })
    });
    Ok(breaches.min_by_key(|breach| breach.due_at))
}
