//! First response time.

use serde::{Deserialize, Serialize};

use super::definition::{
    Anchor, BANDS, BOTH_CLOCKS, CLOCK, Definition, Polarity, Text, Topic, Variant, WITHIN,
};
use super::shape::ticket_kpi;
use super::tally::{TIME_MEASURES, Times};
use crate::replay::Needs;
use crate::{ClockKind, Reason, TicketMetrics, Unit};

/// The definition of first response time.
pub const DEFINITION: Definition = Definition {
    id: "first_response_time",
    topic: Topic::Time,
    name: Text { en: "First response time", es: "Tiempo de primera respuesta", da: "Tid til første svar" },
    description: Text {
        en: "How long customers wait for the first public reply of a person.",
        es: "Cuánto esperan los clientes la primera respuesta pública de una persona.",
        da: "Hvor længe kunderne venter på det første offentlige svar fra et menneske.",
    },
    aliases: &["first_reply_time", "FRT", "time_to_first_response", "time_to_first_reply"],
    formula: "first public reply of an agent - first customer message a person could answer",
    unit: Unit::Seconds,
    min: Some(0.0),
    max: None,
    good: Polarity::Down,
    population: "tickets with a customer message; unanswered ones are censored, proactive ones without a customer message excluded",
    anchor: Anchor::Created,
    clocks: BOTH_CLOCKS,
    measures: TIME_MEASURES,
    options: &[CLOCK, WITHIN, BANDS],
    variants: &[
        Variant {
            name: "from creation",
            differs: "starts at creation also on proactive tickets, whose second agent comment stops it",
            used_by: &["Zendesk"],
        },
        Variant { name: "from assignment", differs: "starts when assigned", used_by: &["Sendbird"] },
        Variant { name: "bots count", differs: "a bot's answer stops it", used_by: &["older Chatwoot"] },
        Variant { name: "by reply date", differs: "anchored on the reply", used_by: &["Plain", "Gorgias"] },
    ],
    references: &[
        "Zendesk help: Calculating first reply time",
        "Plain docs: First response time",
        "Kaplan, E. L., Meier, P. (1958): Nonparametric estimation from incomplete observations. JASA 53",
    ],
};

/// First response time of many tickets.
///
/// # What it measures
/// How long a customer waits until a person answers for the first time.
///
/// # Formula
/// First public reply of an agent minus the first customer message a person could answer, on the chosen clock. Bots and
/// internal notes do not stop it.
///
/// # Worked example
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::{ClockKind, Elapsed, Estimates, Reason, TicketMetrics, Timestamp, kpi};
///
/// let created: Timestamp = "2026-03-02T10:00:00Z".parse().unwrap();
/// let cut_off: Timestamp = "2026-03-02T18:00:00Z".parse().unwrap();
/// let answered_after = |minutes| {
///     let mut ticket = TicketMetrics::new(created, cut_off);
///     ticket.first_response_time = Some(Elapsed::new(TimeDelta::minutes(minutes), None));
///     ticket
/// };
/// let mut unanswered = TicketMetrics::new(created, cut_off);
/// unanswered.running_first_response_time = Some(Elapsed::new(TimeDelta::hours(8), None));
///
/// let tickets = [answered_after(30), answered_after(45), answered_after(90), unanswered];
/// let first_response = kpi::first_response_time(&tickets, ClockKind::Calendar);
/// assert_eq!(first_response.n(), 3);
/// assert_eq!(first_response.mean(), Some(TimeDelta::minutes(55)));
/// assert_eq!(first_response.median(), Some(TimeDelta::minutes(45)));
/// assert_eq!(first_response.censored(), 1); // not dropped: it is still waiting
/// assert_eq!(first_response.within(TimeDelta::hours(1)).to_string(), "66.7 % of 3");
///
/// // Without a schedule there is no business time.
/// let in_hours = kpi::first_response_time(&tickets, ClockKind::Business);
/// assert_eq!(in_hours.mean(), None);
/// assert_eq!(in_hours.excluded().count(Reason::NoSchedule), 4);
/// ```
///
/// # Who is counted
/// Tickets on which a customer wrote. Without a reply the wait is *censored*, at the solve or the cut-off: it is in the
/// censored median, not in the mean. Tickets an agent opened are excluded until the customer writes. A ticket that was done at an
/// unknown time counts if it was answered before.
///
/// # When it misleads
/// The mean follows the few slowest tickets: read median and p90. A fast "we are looking into it" improves it without
/// helping the customer.
///
/// # References
/// See [`DEFINITION`].
#[doc(alias = "FRT")]
#[doc(alias = "first reply time")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FirstResponseTime(Times);

ticket_kpi! {
    FirstResponseTime(Times), |times, ticket| {
        let neither = if ticket.proactive { Reason::Proactive } else { Reason::NoCustomerMessage };
        times.either(ticket.first_response_time, ticket.running_first_response_time, neither);
    },
    needs: Needs::CONVERSATION | Needs::SOLVES | Needs::REOPENS,
    known: |ticket| ticket.first_response_time.is_some(),
    stated: [FirstResponseTime],
    kpi: {
        fn in_blocks(&self) -> Option<crate::kpi::InBlocks> {
            Some(crate::kpi::InBlocks::Reply)
        }

        fn count_ticket(&self, ticket: &crate::Replayed, tallies: &mut crate::kpi::Tallies<'_, Self>) {
            if tallies.takes_response_by(|| ticket.metrics.first_response_by.as_deref()) {
                tallies.at(DEFINITION.anchor.of(&ticket.metrics), |tally| tally.push(&ticket.metrics));
            }
        }

        fn counts_responses(&self) -> bool {
            true
        }
    },
    registered: {
        const USUAL: bool = true;
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Replies;
    },
}

/// First response time of `tickets` on `clock`; see [`FirstResponseTime`].
#[doc(alias = "FRT")]
#[doc(alias = "first reply time")]
#[doc(alias = "time to first response")]
pub fn first_response_time<M: AsRef<TicketMetrics>>(
    tickets: impl IntoIterator<Item = M>,
    clock: ClockKind,
) -> FirstResponseTime {
    let mut tally = FirstResponseTime::new(clock);
    tally.extend(tickets);
    tally
}
