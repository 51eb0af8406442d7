//! Survey coverage.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Good, Text, Topic, Variant};
use super::tally::{SHARE_MEASURES, Share};
use crate::{Comparison, Estimate, Estimates, Excluded, Merge, Reason, TicketMetrics, Unit};

/// The definition of survey coverage.
pub const DEFINITION: Definition = Definition {
    id: "survey_coverage",
    topic: Topic::Surveys,
    name: Text { en: "Survey coverage", es: "Cobertura de la encuesta", da: "Undersøgelsens dækning" },
    description: Text {
        en: "The share of solved tickets whose customer was asked.",
        es: "La proporción de tickets resueltos cuyo cliente fue preguntado.",
        da: "Andelen af løste sager, hvor kunden blev spurgt.",
    },
    aliases: &["surveyed_pct", "% surveyed"],
    formula: "solved tickets with a survey sent / solved tickets x 100",
    unit: Unit::Percent,
    min: Some(0.0),
    max: Some(100.0),
    good: Good::Up,
    population: "tickets now solved or closed",
    anchor: Anchor::LastSolved,
    clocks: &[],
    measures: SHARE_MEASURES,
    options: &[],
    variants: &[
        Variant {
            name: "over all tickets",
            differs: "unsolved tickets are in the denominator",
            used_by: &["Zendesk"],
        },
        Variant {
            name: "eligible only",
            differs: "only tickets a teammate took part in: leave the others out",
            used_by: &["Intercom"],
        },
    ],
    references: &[
        "Zendesk help: Metrics and attributes for Zendesk Support",
        "Intercom help: Conversation ratings",
    ],
};

/// Survey coverage of many tickets.
///
/// # What it measures
/// Whether everybody is asked, or only those after good conversations.
///
/// # Formula
/// `100 · solved tickets with a survey sent / solved tickets`.
///
/// # Worked example
/// ```
/// use deskmetrics::{Status, TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let mut solved = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-09T09:00:00Z"));
/// solved.status = Status::Solved;
///
/// let coverage = kpi::survey_coverage([(&solved, true), (&solved, false), (&solved, true), (&solved, true)]);
/// assert_eq!(coverage.percent(), Some(75.0));
/// ```
///
/// # Who is counted
/// Tickets solved or closed at the cut-off; whether a survey was sent is said by the caller, who knows the invitations.
///
/// # When it misleads
/// Full coverage with a poor response rate is still a poor sample.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SurveyCoverage(Share);

impl SurveyCoverage {
    /// Counts one ticket, about which a survey was sent or not.
    pub fn push(&mut self, ticket: &TicketMetrics, surveyed: bool) {
        match ticket.left_out {
            Some(reason) => self.0.leave_out(reason),
            None if !ticket.status.is_done() => self.0.leave_out(Reason::NotSolved),
            None => self.0.count(surveyed),
        }
    }

    /// Counts a record that is no ticket.
    pub fn leave_out(&mut self, reason: Reason) {
        self.0.leave_out(reason);
    }

    /// The coverage in percent; `None` when nothing was counted.
    pub fn percent(&self) -> Option<f64> {
        self.0.percent()
    }

    /// The counts behind it.
    pub fn share(&self) -> &Share {
        &self.0
    }
}

impl Merge for SurveyCoverage {
    fn merge(&mut self, other: Self) {
        self.0.merge(other.0);
    }
}

impl<M: AsRef<TicketMetrics>> Extend<(M, bool)> for SurveyCoverage {
    fn extend<I: IntoIterator<Item = (M, bool)>>(&mut self, tickets: I) {
        tickets.into_iter().for_each(|(ticket, surveyed)| self.push(ticket.as_ref(), surveyed));
    }
}

impl Estimates for SurveyCoverage {
    fn estimates(&self, level: f64) -> Vec<Estimate> {
        self.0.estimates(level)
    }

    fn excluded(&self) -> &Excluded {
        self.0.excluded()
    }

    fn change_from(&self, earlier: &Self, level: f64) -> Option<Comparison> {
        self.0.change_from(&earlier.0, level)
    }
}

/// Survey coverage of `tickets`, each with whether a survey about it was sent; see [`SurveyCoverage`].
pub fn survey_coverage<M: AsRef<TicketMetrics>>(
    tickets: impl IntoIterator<Item = (M, bool)>,
) -> SurveyCoverage {
    let mut tally = SurveyCoverage::default();
    tally.extend(tickets);
    tally
}
