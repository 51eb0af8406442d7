//! Age of the open tickets.

use serde::{Deserialize, Serialize};

use super::definition::{
    Anchor, BANDS, BOTH_CLOCKS, CLOCK, Definition, Polarity, Text, Topic, Variant, WITHIN,
};
use super::shape::ticket_kpi;
use super::tally::{TIME_MEASURES, Times};
use crate::replay::Needs;
use crate::{ClockKind, Elapsed, TicketMetrics, Timestamp, Unit};

/// The definition of backlog age.
pub const DEFINITION: Definition = Definition {
    id: "backlog_age",
    topic: Topic::Time,
    name: Text { en: "Backlog age", es: "Antigüedad de los pendientes", da: "Åbne sagers alder" },
    description: Text {
        en: "How old the open tickets are at the cut-off.",
        es: "Qué antigüedad tienen los tickets abiertos en la fecha de corte.",
        da: "Hvor gamle de åbne sager er på skæringstidspunktet.",
    },
    aliases: &["unsolved_age", "open_ticket_age", "ticket_ageing"],
    formula: "cut-off - creation, for tickets neither solved nor closed",
    unit: Unit::Seconds,
    min: Some(0.0),
    max: None,
    good: Polarity::Down,
    population: "tickets open at the cut-off",
    anchor: Anchor::Snapshot,
    clocks: BOTH_CLOCKS,
    measures: TIME_MEASURES,
    options: &[CLOCK, WITHIN, BANDS],
    variants: &[Variant {
        name: "since last update",
        differs: "cut-off minus the last event",
        used_by: &["Zendesk"],
    }],
    references: &["Zendesk help: Metrics and attributes for Zendesk Support"],
};

/// Age of the open tickets.
///
/// # What it measures
/// Whether the backlog is fresh or old.
///
/// # Formula
/// Cut-off minus creation, on the chosen clock, for each ticket open at the cut-off. [`Durations::bands`](crate::Durations::bands) of [`durations`](Times::durations) gives the ageing bands.
///
/// # Worked example
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::{ClockKind, Elapsed, TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let hours = |hours| Elapsed::new(TimeDelta::hours(hours), None);
/// let tickets = [2, 24, 30, 200].map(|age| {
///     let mut ticket = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-12T09:00:00Z"));
///     ticket.running_resolution_time = Some(hours(age));
///     ticket
/// });
/// let age = kpi::backlog_age(&tickets, ClockKind::Calendar);
/// assert_eq!(age.median(), Some(TimeDelta::hours(27)));
/// let bands = age.durations().bands(&[TimeDelta::days(1), TimeDelta::days(7)]);
/// assert_eq!(bands, [2, 1, 1]); // up to a day, up to a week, older
/// ```
///
/// # Who is counted
/// Tickets open at the cut-off. Solved and closed ones have no age and add nothing.
///
/// # When it misleads
/// Pending tickets age as well, although they wait for the customer.
///
/// # References
/// See [`DEFINITION`].
#[doc(alias = "ageing")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BacklogAge(Times);

ticket_kpi! {
    BacklogAge(Times), |times, ticket| {
        if let Some(age) = ticket.running_resolution_time {
            times.finished(age);
        }
    },
    needs: Needs::SOLVES | Needs::REOPENS,
    kpi: {
        fn over_time(&self) -> crate::kpi::OverTime {
            match self.clock() {
                ClockKind::Calendar => crate::kpi::OverTime::EachPeriod,
                // The age in opening hours on an earlier day is not known.
                ClockKind::Business => crate::kpi::OverTime::WholeOnly,
            }
        }
        fn count_ticket(&self, ticket: &crate::Replayed, tallies: &mut crate::kpi::Tallies<'_, Self>) {
            tallies.undated(|tally| tally.push(&ticket.metrics));
            if self.clock() == ClockKind::Business {
                return;
            }
            tallies.each_snapshot(&ticket.metrics, |at, tally| match ticket.metrics.exclusion {
                Some(reason) => tally.exclude_one(reason),
                None => tally.push_age(calendar_age(&ticket.metrics, at)),
            });
        }
    },
    registered: {
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Solves;
    },
}

impl BacklogAge {
    /// Counts an age, such as that of a ticket at an earlier time.
    pub fn push_age(&mut self, age: Elapsed) {
        self.0.finished(age);
    }
}

/// The age of an open ticket at a timestamp. Its opening hours up to then are not known, only those up to the cut-off.
fn calendar_age(metrics: &TicketMetrics, at: Timestamp) -> Elapsed {
    let calendar_micros = at.as_micros().saturating_sub(metrics.created_at.as_micros());
    Elapsed { calendar_micros, business_micros: None }
}

/// Age of `tickets` on `clock`; see [`BacklogAge`].
pub fn backlog_age<M: AsRef<TicketMetrics>>(
    tickets: impl IntoIterator<Item = M>,
    clock: ClockKind,
) -> BacklogAge {
    let mut tally = BacklogAge::new(clock);
    tally.extend(tickets);
    tally
}
