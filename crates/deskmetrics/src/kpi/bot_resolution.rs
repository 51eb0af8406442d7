//! Bot resolution rate.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Polarity, Text, Topic};
use super::shape::ticket_kpi;
use super::tally::{SHARE_MEASURES, Share};
use crate::replay::Needs;
use crate::{TicketMetrics, Unit};

/// The definition of the bot resolution rate.
pub const DEFINITION: Definition = Definition {
    id: "bot_resolution",
    topic: Topic::Quality,
    name: Text { en: "Bot resolution rate", es: "Tasa de resolución por bot", da: "Andel løst af bot" },
    description: Text {
        en: "The share of solved tickets that a bot answered without a person.",
        es: "La proporción de tickets resueltos que respondió un bot sin que interviniera una persona.",
        da: "Andelen af løste sager, som en bot besvarede, uden at et menneske behøvede det.",
    },
    aliases: &["bot_resolution_rate", "automated_resolution_rate", "ai_resolution_rate"],
    formula: "solved tickets with a bot message and no public agent reply / solved tickets x 100",
    unit: Unit::Percent,
    min: Some(0.0),
    max: Some(100.0),
    good: Polarity::Up,
    population: "tickets now solved or closed",
    anchor: Anchor::LastSolved,
    clocks: &[],
    measures: SHARE_MEASURES,
    options: &[],
    variants: &[],
    references: &["Intercom help: Reporting metrics and attributes"],
};

/// Bot resolution rate of many tickets.
///
/// # What it measures
/// The share of solved tickets that bots solved.
///
/// # Formula
/// `100 · solved with a bot message and no public reply of a person / solved`.
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
/// let mut by_bot = solved(0);
/// by_bot.bot_messages = 3;
/// let rate = kpi::bot_resolution([by_bot, solved(1), solved(2), solved(0)]);
/// assert_eq!(rate.percent(), Some(25.0)); // the last was solved by nobody's answer
/// ```
///
/// # Who is counted
/// Tickets solved or closed at the cut-off, with or without a bot.
///
/// # When it misleads
/// A customer who gives up counts like one who was helped: read it beside CSAT and reopenings.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BotResolution(Share);

ticket_kpi! {
    BotResolution(Share), |share, ticket| share.of_solved(ticket, Ok(ticket.bot_messages > 0 && ticket.public_replies == 0)),
    needs: Needs::MESSAGES | Needs::SOLVES | Needs::REOPENS,
    registered: {
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Messages;
    },
}

/// Bot resolution rate of `tickets`; see [`BotResolution`].
pub fn bot_resolution<M: AsRef<TicketMetrics>>(tickets: impl IntoIterator<Item = M>) -> BotResolution {
    tickets.into_iter().collect()
}
