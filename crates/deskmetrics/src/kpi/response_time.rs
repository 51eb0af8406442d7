//! Response time over all exchanges.

use serde::{Deserialize, Serialize};

use super::definition::{
    Anchor, BANDS, BOTH_CLOCKS, CLOCK, Definition, Polarity, Text, Topic, Variant, WITHIN,
};
use super::shape::ticket_kpi;
use super::tally::{TIME_MEASURES, Times};
use crate::replay::Exchange;
use crate::replay::Needs;
use crate::{ClockKind, TicketMetrics, Unit};

/// The definition of response time over all exchanges.
pub const DEFINITION: Definition = Definition {
    id: "response_time",
    topic: Topic::Time,
    name: Text { en: "Average response time", es: "Tiempo medio de respuesta", da: "Gennemsnitlig svartid" },
    description: Text {
        en: "How long customers wait for an answer, over all exchanges.",
        es: "Cuánto esperan los clientes una respuesta, en todos los intercambios.",
        da: "Hvor længe kunderne venter på svar, over alle udvekslinger.",
    },
    aliases: &["average_response_time", "reply_time_all", "average_reply_time"],
    formula: "public reply of an agent - oldest unanswered customer message, first exchange included",
    unit: Unit::Seconds,
    min: Some(0.0),
    max: None,
    good: Polarity::Down,
    population: "all exchanges; unanswered ones are censored at the solve or the cut-off",
    anchor: Anchor::Event,
    clocks: BOTH_CLOCKS,
    measures: TIME_MEASURES,
    options: &[CLOCK, WITHIN, BANDS],
    variants: &[
        Variant {
            name: "per ticket received",
            differs: "sum of reply times over tickets received, not over replies",
            used_by: &["Freshdesk (2012)"],
        },
        Variant {
            name: "outgoing",
            differs: "every outgoing message counts, answered or not",
            used_by: &["Zoho Desk"],
        },
    ],
    references: &[
        "Freshworks community: How are FCR and average first response time defined",
        "Zoho help: Response and resolution times glossary",
    ],
};

/// Response time of many tickets, first and later exchanges alike.
///
/// # What it measures
/// How long a customer waits for an answer, whichever it is.
///
/// # Formula
/// Public reply of an agent minus the oldest unanswered customer message, one value per exchange, on the chosen clock.
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
/// ticket.first_response_time = Some(hours(2));
/// ticket.next_responses = vec![Response::after(hours(4))];
///
/// let response = kpi::response_time([&ticket], ClockKind::Calendar);
/// assert_eq!(response.n(), 2);
/// assert_eq!(response.mean(), Some(TimeDelta::hours(3)));
/// ```
///
/// # Who is counted
/// Every exchange on which a customer wrote and a person could answer. Those without an answer are censored, at the solve or the cut-off.
/// A period counts the exchanges that ended in it: with the answer, the solve or the cut-off.
///
/// # When it misleads
/// First responses and later ones differ by nature; mixing them hides both. Tickets with many exchanges weigh more.
///
/// # References
/// See [`DEFINITION`].
#[doc(alias = "average response time")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResponseTime(Times);

ticket_kpi! {
    ResponseTime(Times), |times, ticket| {
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

impl ResponseTime {
    /// Counts one exchange.
    pub fn push_exchange(&mut self, exchange: &Exchange<'_>) {
        count(&mut self.0, exchange);
    }
}

fn count(times: &mut Times, exchange: &Exchange<'_>) {
    if exchange.answered {
        times.finished(exchange.elapsed);
    } else {
        times.running(exchange.elapsed);
    }
}

/// Response time of `tickets` on `clock`; see [`ResponseTime`].
pub fn response_time<M: AsRef<TicketMetrics>>(
    tickets: impl IntoIterator<Item = M>,
    clock: ClockKind,
) -> ResponseTime {
    let mut tally = ResponseTime::new(clock);
    tally.extend(tickets);
    tally
}
