//! Next response time.

use serde::{Deserialize, Serialize};

use super::definition::{
    Anchor, BANDS, BOTH_CLOCKS, CLOCK, Definition, Polarity, Text, Topic, Variant, WITHIN,
};
use super::shape::ticket_kpi;
use super::tally::{TIME_MEASURES, Times};
use crate::replay::Exchange;
use crate::replay::Needs;
use crate::{ClockKind, TicketMetrics, Unit};

/// The definition of next response time.
pub const DEFINITION: Definition = Definition {
    id: "next_response_time",
    topic: Topic::Time,
    name: Text { en: "Next response time", es: "Tiempo de siguiente respuesta", da: "Tid til næste svar" },
    description: Text {
        en: "How long customers wait for an answer after the first one.",
        es: "Cuánto esperan los clientes una respuesta después de la primera.",
        da: "Hvor længe kunderne venter på svar efter det første.",
    },
    aliases: &["next_reply_time", "NRT", "subsequent_response_time"],
    formula: "next public reply of an agent - oldest unanswered customer message",
    unit: Unit::Seconds,
    min: Some(0.0),
    max: None,
    good: Polarity::Down,
    population: "exchanges after the first reply; unanswered ones are censored at the solve or the cut-off",
    anchor: Anchor::Event,
    clocks: BOTH_CLOCKS,
    measures: TIME_MEASURES,
    options: &[CLOCK, WITHIN, BANDS],
    variants: &[
        Variant {
            name: "from the latest message",
            differs: "the newest unanswered message starts it: choose it in the replay",
            used_by: &["some help desks"],
        },
        Variant {
            name: "first of consecutive",
            differs: "only the first of consecutive customer messages opens an exchange, as here",
            used_by: &["dbt_zendesk"],
        },
    ],
    references: &["Zendesk help: Defining SLA policies", "fivetran/dbt_zendesk: issue 137"],
};

/// Next response time of many tickets.
///
/// # What it measures
/// How long a customer who writes again waits, once the conversation has begun.
///
/// # Formula
/// Next public reply of an agent minus the *oldest* unanswered customer message, one value per exchange, on the chosen clock.
///
/// # Worked example
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::replay::Response;
/// use deskmetrics::{ClockKind, Elapsed, TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let hours = |hours| Elapsed::new(TimeDelta::hours(hours), None);
/// let mut ticket = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-06T09:00:00Z"));
/// ticket.next_responses = [hours(1), hours(28), hours(4)].map(Response::after).into();
/// ticket.running_next_response_time = Some(hours(2)); // the customer wrote last
///
/// let next = kpi::next_response_time([&ticket], ClockKind::Calendar);
/// assert_eq!((next.n(), next.censored()), (3, 1));
/// assert_eq!(next.mean(), Some(TimeDelta::hours(11)));
/// assert_eq!(next.median(), Some(TimeDelta::hours(4)));
/// ```
///
/// # Who is counted
/// Every exchange after the first reply: a ticket may have none or many. Customer messages without an answer are censored,
/// at the solve or the cut-off. A ticket without further exchanges adds nothing.
///
/// # When it misleads
/// Tickets with many exchanges weigh more than those with few. A customer's closing "thank you" starts a wait that needs
/// no answer; it ends, censored, at the solve.
///
/// # References
/// See [`DEFINITION`].
#[doc(alias = "NRT")]
#[doc(alias = "next reply time")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NextResponseTime(Times);

ticket_kpi! {
    NextResponseTime(Times), |times, ticket| {
        for exchange in ticket.exchanges() {
            count(times, &exchange);
        }
    },
    needs: Needs::CONVERSATION | Needs::SOLVES | Needs::REOPENS,
    kpi: {
        fn count_ticket(&self, ticket: &crate::Replayed, tallies: &mut crate::kpi::Tallies<'_, Self>) {
            match ticket.metrics.exclusion {
                Some(reason) => tallies.undated(|tally| tally.exclude_one(reason)),
                None => tallies.each_exchange(&ticket.metrics, |exchange, tally| tally.push_exchange(exchange)),
            }
        }

        fn counts_responses(&self) -> bool {
            true
        }
    },
    registered: {
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Messages;
    },
}

impl NextResponseTime {
    /// Counts one exchange; the first of a ticket adds nothing.
    pub fn push_exchange(&mut self, exchange: &Exchange<'_>) {
        count(&mut self.0, exchange);
    }
}

/// The first exchange is the first response, which is another KPI.
fn count(times: &mut Times, exchange: &Exchange<'_>) {
    match (exchange.is_first, exchange.answered) {
        (true, _) => {}
        (false, true) => times.finished(exchange.elapsed),
        (false, false) => times.running(exchange.elapsed),
    }
}

/// Next response time of `tickets` on `clock`; see [`NextResponseTime`].
pub fn next_response_time<M: AsRef<TicketMetrics>>(
    tickets: impl IntoIterator<Item = M>,
    clock: ClockKind,
) -> NextResponseTime {
    let mut tally = NextResponseTime::new(clock);
    tally.extend(tickets);
    tally
}
