//! Backlog: tickets open at a given time.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Choice, Definition, Polarity, Text, Topic, Variant};
use super::registry::Registered;
use super::tally::feeds_on;
use super::{Bulk, InBlocks, Kpi, KpiRequest, OverTime, RecordNeeds, RequestError, Tallies};
use crate::Replayed;
use crate::replay::Needs;
use crate::{Estimate, Estimates, Excluded, Merge, Reason, TicketMetrics, Timestamp};

/// The definition of the backlog.
pub const DEFINITION: Definition = Definition {
    id: "backlog",
    topic: Topic::Volume,
    name: Text { en: "Backlog", es: "Tickets pendientes", da: "Åbne sager" },
    description: Text {
        en: "How many tickets were neither solved nor closed at a given time.",
        es: "Cuántos tickets no estaban resueltos ni cerrados en un instante.",
        da: "Hvor mange sager der hverken var løst eller lukket på et tidspunkt.",
    },
    aliases: &["open_tickets", "unsolved_tickets", "queue_size", "unreplied_open"],
    formula: "tickets with created <= t, not in solved or closed at t",
    unit: crate::Unit::Count,
    min: Some(0.0),
    max: None,
    good: Polarity::Down,
    population: "tickets created by t but merged-away, deleted and spam ones",
    anchor: Anchor::Snapshot,
    clocks: &[],
    measures: &["count", "unreplied"],
    options: &[Choice {
        name: "at",
        decides: "the snapshot's timestamp",
        default: None,
        values: &["a timestamp not after the cut-off"],
    }],
    variants: &[
        Variant {
            name: "daily snapshot",
            differs: "taken once a day around 23:00",
            used_by: &["Zendesk Explore"],
        },
        Variant {
            name: "snoozed is closed",
            differs: "map the source's snoozed status to solved",
            used_by: &["Redo"],
        },
    ],
    references: &["fivetran/dbt_zendesk: decision log on backlog snapshots"],
};

/// Tickets open at a given time.
///
/// # What it measures
/// The stock of open work at one timestamp. It is rebuilt from the events, so any timestamp up to the cut-off is
/// possible, not only those at which a snapshot was taken.
///
/// # Formula
/// `open(t) = created(≤ t) − solved(≤ t) + reopened(≤ t)`, ticket by ticket: open from creation (included) to the solve
/// (not included), and again from each reopening.
///
/// # Worked example
/// ```
/// use deskmetrics::ticket::Status;
/// use deskmetrics::{TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let cut_off = at("2026-03-09T00:00:00Z");
/// let waiting = TicketMetrics::new(at("2026-03-02T09:00:00Z"), cut_off);
/// let mut solved = TicketMetrics::new(at("2026-03-02T10:00:00Z"), cut_off);
/// solved.status = Status::Solved;
/// solved.first_response_at = Some(at("2026-03-02T11:00:00Z"));
/// solved.first_solved_at = Some(at("2026-03-04T10:00:00Z"));
///
/// let on = |day: &str| kpi::backlog([&waiting, &solved], at(day));
/// assert_eq!(on("2026-03-02T00:00:00Z").count(), 0);
/// assert_eq!((on("2026-03-03T00:00:00Z").count(), on("2026-03-03T00:00:00Z").unreplied()), (2, 1));
/// assert_eq!(on("2026-03-04T10:00:00Z").count(), 1);
/// ```
///
/// # Who is counted
/// Tickets created by then. Merged-away, deleted and spam tickets are excluded at every timestamp. If the
/// timestamp is after a ticket's cut-off, the ticket is excluded, because its state is unknown.
///
/// # When it misleads
/// It does not show age: a hundred fresh tickets and a hundred month-old ones give the same number.
///
/// # References
/// See [`DEFINITION`].
#[doc(alias = "queue size")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backlog {
    at: Timestamp,
    open: u64,
    unreplied: u64,
    excluded: Excluded,
}

impl Backlog {
    /// No tickets yet, for the snapshot at `at`.
    pub fn new(at: impl Into<Timestamp>) -> Self {
        Self { at: at.into(), open: 0, unreplied: 0, excluded: Excluded::default() }
    }

    /// Counts one ticket, if it was open.
    pub fn push(&mut self, ticket: &TicketMetrics) {
        if let Some(reason) = ticket.exclusion {
            self.excluded.add(reason);
        } else if ticket.as_of < self.at {
            self.excluded.add(Reason::AfterCutOff);
        } else if ticket.is_open_at(self.at) {
            self.open.merge(1);
            let replied = ticket.first_response_at.is_some_and(|at| at <= self.at);
            self.unreplied.merge(u64::from(!replied));
        }
    }

    /// Counts tickets of which only the numbers are known: open at the timestamp, and among them without a reply.
    pub fn push_counts(&mut self, open: u64, unreplied: u64) {
        self.open.merge(open);
        self.unreplied.merge(unreplied.min(open));
    }

    /// Counts records excluded, by reason.
    pub fn exclude_many(&mut self, reason: Reason, records: u64) {
        self.excluded.add_many(reason, records);
    }

    /// Counts a record that is no ticket.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.excluded.add(reason);
    }

    /// The snapshot's timestamp.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Tickets open then.
    pub fn count(&self) -> u64 {
        self.open
    }

    /// Tickets open then to which no agent had replied.
    pub fn unreplied(&self) -> u64 {
        self.unreplied
    }
}

impl Merge for Backlog {
    fn merge(&mut self, other: Self) {
        if self.at == other.at || other.open == 0 {
            self.open.merge(other.open);
            self.unreplied.merge(other.unreplied);
        } else if self.open == 0 {
            self.at = other.at;
            self.open = other.open;
            self.unreplied = other.unreplied;
        } else {
            self.excluded.add_many(Reason::OtherOptions, other.open);
        }
        self.excluded.merge(other.excluded);
    }
}

feeds_on!(Backlog, tickets);

impl Estimates for Backlog {
    fn estimates(&self, _level: f64) -> Vec<Estimate> {
        vec![Estimate::count("count", self.open), Estimate::count("unreplied", self.unreplied)]
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }
}

/// The number of `tickets` open at `at`; see [`Backlog`].
#[doc(alias = "open tickets")]
pub fn backlog<M: AsRef<TicketMetrics>>(
    tickets: impl IntoIterator<Item = M>,
    at: impl Into<Timestamp>,
) -> Backlog {
    let mut tally = Backlog::new(at);
    tally.extend(tickets);
    tally
}

impl Kpi for Backlog {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.excluded.add_many(reason, records);
    }

    fn needs(&self) -> Needs {
        Needs::CONVERSATION | Needs::SOLVES | Needs::REOPENS
    }

    fn over_time(&self) -> OverTime {
        OverTime::EachPeriod
    }

    fn of_period(&self, _first: Timestamp, last: Timestamp) -> Self {
        Self::new(last)
    }

    fn push_ticket(&mut self, ticket: &Replayed) {
        self.push(&ticket.metrics);
    }

    fn count_ticket(&self, ticket: &Replayed, tallies: &mut Tallies<'_, Self>) {
        tallies.undated(|tally| tally.push(&ticket.metrics));
        tallies.each_snapshot(&ticket.metrics, |_, tally| tally.push(&ticket.metrics));
    }

    fn record_needs(&self) -> RecordNeeds {
        RecordNeeds::NONE
    }

    fn in_blocks(&self) -> Option<InBlocks> {
        Some(InBlocks::Backlog)
    }

    fn push_bulk(&mut self, bulk: Bulk) {
        if let Bulk::Open(open, unreplied) = bulk {
            self.push_counts(open, unreplied);
        }
    }
}

impl Registered for Backlog {
    const USUAL: bool = true;
    const EVIDENCE: super::Evidence = super::Evidence::Solves;

    fn requested(_request: &KpiRequest, as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        as_of.map(Self::new).ok_or(RequestError::NeedsCutOff { id: DEFINITION.id })
    }
}

/// The number of `tickets` open at each of `timestamps`, in the order given. It takes one pass over the tickets, however many
/// timestamps there are, such as every local midnight of a year.
///
/// Excluded tickets, and tickets whose cut-off is before the latest timestamp, are excluded from every snapshot.
///
/// ```
/// use deskmetrics::{TicketMetrics, Timestamp, kpi};
///
/// let at = |day: u32| format!("2026-03-{day:02}T00:00:00Z").parse::<Timestamp>().unwrap();
/// let tickets = [2, 3, 3, 5].map(|day| TicketMetrics::new(at(day), at(31)));
/// let midnights: Vec<Timestamp> = (1..=6).map(at).collect();
/// let open: Vec<u64> = kpi::backlog_at_each(&tickets, &midnights).iter().map(kpi::Backlog::count).collect();
/// assert_eq!(open, [0, 1, 3, 3, 4, 4]);
/// ```
#[doc(alias = "daily backlog")]
pub fn backlog_at_each<M: AsRef<TicketMetrics>>(
    tickets: impl IntoIterator<Item = M>,
    timestamps: &[Timestamp],
) -> Vec<Backlog> {
    let mut order: Vec<usize> = (0..timestamps.len()).collect();
    order.sort_by_key(|place| timestamps[*place]);
    let sorted: Vec<Timestamp> = order.iter().map(|place| timestamps[*place]).collect();
    let mut excluded = Excluded::default();
    // By how much the two counts change at each timestamp, against the one before.
    let mut open = vec![0_i64; sorted.len() + 1];
    let mut unreplied = open.clone();
    for ticket in tickets {
        let ticket = ticket.as_ref();
        if let Some(reason) = ticket.exclusion {
            excluded.add(reason);
            continue;
        }
        if sorted.last().is_some_and(|last| ticket.as_of < *last) {
            excluded.add(Reason::AfterCutOff);
            continue;
        }
        let place = |at: Timestamp| sorted.partition_point(|timestamp| *timestamp < at);
        let first_reply = ticket.first_response_at.map_or(sorted.len(), place);
        for (from, until) in ticket.open_intervals() {
            let (from, until) = (place(from), until.map_or(sorted.len(), place));
            open[from] += 1;
            open[until] -= 1;
            if from < first_reply {
                unreplied[from] += 1;
                unreplied[until.min(first_reply)] -= 1;
            }
        }
    }
    let mut snapshots: Vec<Backlog> = timestamps.iter().map(|at| Backlog::new(*at)).collect();
    let (mut open_now, mut unreplied_now) = (0, 0);
    for (step, place) in order.into_iter().enumerate() {
        open_now += open[step];
        unreplied_now += unreplied[step];
        snapshots[place].open = u64::try_from(open_now).unwrap_or(0);
        snapshots[place].unreplied = u64::try_from(unreplied_now).unwrap_or(0);
        snapshots[place].excluded = excluded.clone();
    }
    snapshots
}
