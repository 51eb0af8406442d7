//! Survey coverage.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Polarity, Text, Topic, Variant};
use super::registry::Registered;
use super::tally::SHARE_MEASURES;
use super::{Kpi, KpiRequest, RecordNeeds, Records, RequestError};
use crate::replay::Needs;
use crate::ticket::TicketId;
use crate::{
    Compared, Estimate, Estimates, Excluded, Invitation, Merge, Ratio, Reason, Ticket, TicketMetrics, Unit,
};
use crate::{Replayed, Timestamp};

/// The definition of survey coverage.
pub const DEFINITION: Definition = Definition {
    id: "survey_coverage",
    topic: Topic::Surveys,
    name: Text { en: "Survey coverage", es: "Cobertura de la encuesta", da: "Undersøgelsens dækning" },
    description: Text {
        en: "The share of solved tickets whose customer received a survey.",
        es: "La proporción de tickets resueltos cuyo cliente fue preguntado.",
        da: "Andelen af løste sager, hvor kunden blev spurgt.",
    },
    aliases: &["surveyed_pct", "% surveyed"],
    formula: "solved tickets with a survey sent / solved tickets x 100",
    unit: Unit::Percent,
    min: Some(0.0),
    max: Some(100.0),
    good: Polarity::Up,
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
            differs: "only tickets a teammate took part in: exclude the others",
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
/// Whether all customers receive a survey, or only those after good conversations.
///
/// # Formula
/// `100 · solved tickets with a survey sent / solved tickets`.
///
/// # Worked example
/// ```
/// use deskmetrics::{Invitation, Status, Ticket, TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let mut solved = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-09T09:00:00Z"));
/// solved.status = Status::Solved;
///
/// // where it is known of each ticket
/// let coverage = kpi::survey_coverage([(&solved, true), (&solved, false), (&solved, true), (&solved, true)]);
/// assert_eq!(coverage.percent(), Some(75.0));
///
/// // or from the invitations, in any order
/// let mut coverage = kpi::SurveyCoverage::default();
/// coverage.push_invitation(&Invitation::new("1", "csat", at("2026-03-03T09:00:00Z")).with_ticket("T-1"));
/// for id in ["T-1", "T-2"] {
///     coverage.push_ticket(&Ticket::new(id, at("2026-03-02T09:00:00Z")), &solved);
/// }
/// assert_eq!(coverage.percent(), Some(50.0));
/// ```
///
/// # Who is counted
/// Tickets solved or closed at the cut-off. Whether a survey was sent is stated with the ticket, or known from the
/// invitations that name it; a bounced invitation counts as none. Invitations without a ticket are excluded.
///
/// # When it misleads
/// Full coverage with a poor response rate is still a poor sample.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyCoverage {
    /// Tickets pushed together with whether a survey was sent.
    #[serde(rename = "told")]
    stated: Ratio,
    /// Tickets whose invitations are still to come, or came before them.
    solved: BTreeSet<TicketId>,
    #[serde(rename = "asked")]
    invited: BTreeSet<TicketId>,
    excluded: Excluded,
}

impl SurveyCoverage {
    /// Counts one ticket, about which a survey was sent or not.
    pub fn push(&mut self, ticket: &TicketMetrics, surveyed: bool) {
        match exclusion(ticket) {
            Some(reason) => self.excluded.add(reason),
            None => self.stated.push(surveyed),
        }
    }

    /// Counts one ticket; whether a survey was sent follows from the invitations that name it.
    pub fn push_ticket(&mut self, ticket: &Ticket, metrics: &TicketMetrics) {
        match exclusion(metrics) {
            Some(reason) => self.excluded.add(reason),
            None => {
                self.solved.insert(ticket.id.clone());
            }
        }
    }

    /// Notes one survey that was sent.
    pub fn push_invitation(&mut self, invitation: &Invitation) {
        match &invitation.ticket {
            _ if !invitation.delivered => self.excluded.add(Reason::Bounced),
            None => self.excluded.add(Reason::UnknownTicket),
            Some(ticket) => {
                self.invited.insert(ticket.clone());
            }
        }
    }

    /// Adds the invitations of `whole` for tickets of this tally.
    ///
    /// A slice or period holds only its own tickets, but their invitations may be in another one. Call this on each part
    /// before reading its result. Do not merge a part afterwards.
    pub fn resolve_with(&mut self, whole: &Self) {
        self.invited.extend(self.solved.intersection(&whole.invited).cloned());
    }

    /// Counts a record that is no ticket.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.excluded.add(reason);
    }

    /// Tickets with a survey sent, among solved ones.
    pub fn ratio(&self) -> Ratio {
        let invited = self.solved.intersection(&self.invited).count();
        let mut ratio = Ratio::new(invited as u64, self.solved.len() as u64);
        ratio.merge(self.stated);
        ratio
    }

    /// The coverage in percent; `None` when nothing was counted.
    pub fn percent(&self) -> Option<f64> {
        self.ratio().percent()
    }
}

/// Why a ticket does not count.
fn exclusion(ticket: &TicketMetrics) -> Option<Reason> {
    ticket.exclusion.or((!ticket.status.is_done()).then_some(Reason::NotSolved))
}

impl Merge for SurveyCoverage {
    fn merge(&mut self, other: Self) {
        self.stated.merge(other.stated);
        self.solved.extend(other.solved);
        self.invited.extend(other.invited);
        self.excluded.merge(other.excluded);
    }
}

impl<M: AsRef<TicketMetrics>> Extend<(M, bool)> for SurveyCoverage {
    fn extend<I: IntoIterator<Item = (M, bool)>>(&mut self, tickets: I) {
        tickets.into_iter().for_each(|(ticket, surveyed)| self.push(ticket.as_ref(), surveyed));
    }
}

impl Estimates for SurveyCoverage {
    fn estimates(&self, level: f64) -> Vec<Estimate> {
        vec![Estimate::share("percent", self.ratio(), level)]
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }

    fn compared(&self) -> Compared<'_> {
        Compared::Share(self.ratio())
    }
}

impl Kpi for SurveyCoverage {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.excluded.add_many(reason, records);
    }

    fn records(&self) -> Records {
        Records::TicketsAndInvitations
    }

    fn needs(&self) -> Needs {
        Needs::SOLVES | Needs::REOPENS
    }

    fn push_ticket(&mut self, ticket: &Replayed) {
        Self::push_ticket(self, &ticket.ticket, &ticket.metrics);
    }

    fn push_invitation(&mut self, invitation: &Invitation) {
        Self::push_invitation(self, invitation);
    }

    fn needs_whole(&self) -> bool {
        true
    }

    fn resolve_with(&mut self, whole: &Self) {
        Self::resolve_with(self, whole);
    }

    fn record_needs(&self) -> RecordNeeds {
        RecordNeeds { id: true, ..RecordNeeds::NONE }
    }
}

impl Registered for SurveyCoverage {
    fn requested(_request: &KpiRequest, _as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        Ok(Self::default())
    }

    fn option(request: &KpiRequest) -> Option<String> {
        request.question.as_deref().map(str::to_owned)
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
