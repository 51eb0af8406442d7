//! Bot containment rate.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Polarity, Text, Topic};
use super::shape::ticket_kpi;
use super::tally::{SHARE_MEASURES, Share};
use crate::replay::Needs;
use crate::{TicketMetrics, Unit};

/// The definition of the bot containment rate.
pub const DEFINITION: Definition = Definition {
    id: "bot_containment",
    topic: Topic::Quality,
    name: Text {
        en: "Bot containment rate",
        es: "Tasa de contención del bot",
        da: "Andel afsluttet hos bot",
    },
    description: Text {
        en: "The share of tickets a bot took part in that never reached a person.",
        es: "La proporción de tickets con participación de un bot que no llegaron a una persona.",
        da: "Andelen af sager med bot, der aldrig nåede et menneske.",
    },
    aliases: &["containment_rate", "bot_containment_rate", "deflection"],
    formula: "tickets with bot messages, no agent reply and no hand-over / tickets with bot messages x 100",
    unit: Unit::Percent,
    min: Some(0.0),
    max: Some(100.0),
    good: Polarity::Neither,
    population: "tickets a bot wrote on, solved or not",
    anchor: Anchor::Created,
    clocks: &[],
    measures: SHARE_MEASURES,
    options: &[],
    variants: &[],
    references: &["Google Cloud docs: containment of a virtual agent"],
};

/// Bot containment rate of many tickets.
///
/// # What it measures
/// The share of conversations that stayed with the bot, whether or not the customer was helped.
///
/// # Formula
/// `100 · tickets with bot messages, no public reply of a person and no hand-over / tickets with bot messages`.
///
/// # Worked example
/// ```
/// use deskmetrics::{Estimates, Reason, Status, TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let solved = |replies| {
///     let mut ticket = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-09T09:00:00Z"));
///     ticket.status = Status::Solved;
///     ticket.first_solved_at = Some(at("2026-03-03T09:00:00Z"));
///     ticket.public_replies = replies;
///     ticket
/// };
/// let with_bot = |replies| {
///     let mut ticket = solved(replies);
///     ticket.bot_messages = 2;
///     ticket
/// };
/// let rate = kpi::bot_containment([with_bot(0), with_bot(1), solved(1)]);
/// assert_eq!(rate.percent(), Some(50.0)); // one of the two that met the bot
/// ```
///
/// # Who is counted
/// Tickets with at least one public message of a bot. Tickets without one add nothing.
///
/// # When it misleads
/// A bot that never hands a customer over contains every conversation.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BotContainment(Share);

ticket_kpi! {
    BotContainment(Share), |share, ticket| {
        if ticket.bot_messages > 0 {
            share.count(ticket.public_replies == 0 && ticket.bot_handoffs == 0);
        }
    },
    needs: Needs::CONVERSATION,
    registered: {
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Messages;
    },
}

/// Bot containment rate of `tickets`; see [`BotContainment`].
pub fn bot_containment<M: AsRef<TicketMetrics>>(tickets: impl IntoIterator<Item = M>) -> BotContainment {
    tickets.into_iter().collect()
}
