//! First response time of bots.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, BANDS, BOTH_CLOCKS, CLOCK, Definition, Polarity, Text, Topic, WITHIN};
use super::shape::ticket_kpi;
use super::tally::{TIME_MEASURES, Times};
use crate::replay::Needs;
use crate::{ClockKind, Reason, TicketMetrics, Unit};

/// The definition of the first response time of bots.
pub const DEFINITION: Definition = Definition {
    id: "bot_first_response_time",
    topic: Topic::Time,
    name: Text {
        en: "Bot first response time",
        es: "Tiempo de primera respuesta del bot",
        da: "Botens tid til første svar",
    },
    description: Text {
        en: "How long customers wait for the first public answer of a bot.",
        es: "Cuánto esperan los clientes la primera respuesta pública de un bot.",
        da: "Hvor længe kunderne venter på det første offentlige svar fra en bot.",
    },
    aliases: &["bot_first_reply_time", "ai_first_response_time"],
    formula: "first public message of a bot - first customer message",
    unit: Unit::Seconds,
    min: Some(0.0),
    max: None,
    good: Polarity::Down,
    population: "tickets a bot answered",
    anchor: Anchor::Created,
    clocks: BOTH_CLOCKS,
    measures: TIME_MEASURES,
    options: &[CLOCK, WITHIN, BANDS],
    variants: &[],
    references: &["Chatwoot issue 12058: bots and first response time"],
};

/// First response time of bots on many tickets.
///
/// # What it measures
/// How fast bots answer, separately from agents.
///
/// # Formula
/// First public message of a bot minus the first customer message, on the chosen clock.
///
/// # Worked example
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::{ClockKind, Elapsed, TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let hours = |hours| Elapsed::new(TimeDelta::hours(hours), None);
/// let mut ticket = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-06T09:00:00Z"));
/// ticket.bot_first_response_time = Some(Elapsed::new(TimeDelta::seconds(4), None));
/// let no_bot = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-06T09:00:00Z"));
///
/// let bot = kpi::bot_first_response_time([&ticket, &no_bot], ClockKind::Calendar);
/// assert_eq!(bot.median(), Some(TimeDelta::seconds(4)));
/// assert_eq!(bot.n(), 1);
/// ```
///
/// # Who is counted
/// Tickets on which a bot answered. Others are excluded as not replied: the bot may not have been involved.
///
/// # When it misleads
/// An automatic "we have received your message" is fast and does not help the customer.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BotFirstResponseTime(Times);

ticket_kpi! {
    BotFirstResponseTime(Times), |times, ticket| times.either(ticket.bot_first_response_time, None, Reason::NotReplied),
    needs: Needs::CONVERSATION | Needs::SOLVES | Needs::REOPENS,
    known: |ticket| ticket.bot_first_response_time.is_some(),
    registered: {
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Replies;
    },
}

/// First response time of bots of `tickets` on `clock`; see [`BotFirstResponseTime`].
pub fn bot_first_response_time<M: AsRef<TicketMetrics>>(
    tickets: impl IntoIterator<Item = M>,
    clock: ClockKind,
) -> BotFirstResponseTime {
    let mut tally = BotFirstResponseTime::new(clock);
    tally.extend(tickets);
    tally
}
