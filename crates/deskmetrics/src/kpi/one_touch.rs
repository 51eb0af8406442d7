//! One-touch rate.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Choice, Definition, Polarity, Text, Topic, Variant};
use super::registry::Registered;
use super::tally::feeds_on;
use super::{Evidence, Kpi, KpiRequest, RecordNeeds, RequestError};
use crate::replay::{Needs, StatedMeasure};
use crate::ticket::Status;
use crate::{Author, Compared, Estimate, Estimates, Excluded, Merge, Ratio, Reason, TicketMetrics, Unit};
use crate::{Replayed, Timestamp};

/// The definition of the one-touch rate.
pub const DEFINITION: Definition = Definition {
    id: "one_touch",
    topic: Topic::Quality,
    name: Text { en: "One-touch rate", es: "Resueltos con una sola respuesta", da: "Løst med ét svar" },
    description: Text {
        en: "The share of solved tickets that took exactly one public reply.",
        es: "La proporción de tickets resueltos que necesitaron exactamente una respuesta pública.",
        da: "Andelen af løste sager, der krævede præcis ét offentligt svar.",
    },
    aliases: &["one_touch_rate", "one_touch_resolution", "FTR", "first_touch_resolution"],
    formula: "solved tickets with exactly 1 public agent reply / solved tickets x 100",
    unit: Unit::Percent,
    min: Some(0.0),
    max: Some(100.0),
    good: Polarity::Up,
    population: "tickets now solved or closed",
    anchor: Anchor::LastSolved,
    clocks: &[],
    measures: &["percent", "at_most_one", "undisturbed"],
    options: &[Choice {
        name: "without_automatic_solves",
        decides: "whether tickets solved by a bot or rule are excluded",
        default: Some("false"),
        values: &["false", "true"],
    }],
    variants: &[
        Variant {
            name: "exactly one",
            differs: "the measure `percent`",
            used_by: &["Zendesk help page", "dbt_zendesk"],
        },
        Variant {
            name: "at most one",
            differs: "tickets without a reply count too: the measure `at_most_one`",
            used_by: &["Zendesk Explore formula"],
        },
        Variant {
            name: "undisturbed",
            differs: "at most one reply, never reopened, never waiting in pending or on hold: the measure `undisturbed`",
            used_by: &["Zendesk messaging data set"],
        },
    ],
    references: &[
        "Zendesk help: How are one-touch resolutions calculated",
        "Zendesk help: Messaging data set",
    ],
};

/// One-touch rate of many tickets.
///
/// # What it measures
/// How many tickets were solved with a single answer.
///
/// # Formula
/// `100 · solved with exactly one public agent reply / solved`. Two products mean something else by the name; both
/// variants are here: [`at_most_one`](Self::at_most_one) and [`undisturbed`](Self::undisturbed).
///
/// # Worked example
/// ```
/// use deskmetrics::ticket::Status;
/// use deskmetrics::{Estimates, Reason, TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let ticket = |status, replies| {
///     let mut ticket = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-09T09:00:00Z"));
///     ticket.status = status;
///     ticket.public_replies = replies;
///     ticket
/// };
/// let tickets = [(Status::Solved, 0), (Status::Solved, 1), (Status::Closed, 1), (Status::Solved, 3), (Status::Open, 1)]
///     .map(|(status, replies)| ticket(status, replies));
///
/// let one_touch = kpi::one_touch(&tickets);
/// assert_eq!(one_touch.percent(), Some(50.0)); // two of four solved
/// assert_eq!(one_touch.at_most_one().percent(), Some(75.0));
/// assert_eq!(one_touch.excluded().count(Reason::NotSolved), 1);
/// ```
///
/// # Who is counted
/// Tickets solved or closed at the cut-off. Those solved by automation count unless
/// [`without_automatic_solves`](Self::without_automatic_solves) is chosen.
///
/// # When it misleads
/// Easy questions raise it: moving them to a help page or a bot makes the team look worse. One long reply counts as one
/// touch, a chat of ten lines as ten.
///
/// # References
/// See [`DEFINITION`].
#[doc(alias = "first touch resolution")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneTouch {
    without_automatic_solves: bool,
    solved: u64,
    one_reply: u64,
    no_reply: u64,
    undisturbed: u64,
    /// Tickets of which only the replies are known, not whether they were disturbed.
    #[serde(default)]
    unknown: u64,
    excluded: Excluded,
}

impl OneTouch {
    /// The same tally, excluding tickets that a bot or rule solved.
    #[must_use]
    pub fn without_automatic_solves(mut self) -> Self {
        self.without_automatic_solves = true;
        self
    }

    /// Counts one ticket.
    pub fn push(&mut self, ticket: &TicketMetrics) {
        let automatic = matches!(ticket.solved_by, Some(Author::Bot | Author::System));
        let exclusion = ticket.exclusion.filter(|_| !ticket.is_done_with(Self::STATED));
        if let Some(reason) = exclusion {
            self.excluded.add(reason);
        } else if !ticket.status.is_done() {
            self.excluded.add(Reason::NotSolved);
        } else if automatic && self.without_automatic_solves {
            self.excluded.add(Reason::SolvedAutomatically);
        } else {
            let replies = match ticket.count_of(StatedMeasure::PublicReplies) {
                Ok(replies) => replies,
                Err(reason) => return self.excluded.add(reason),
            };
            let waited = [Status::Pending, Status::OnHold]
                .iter()
                .any(|status| ticket.time_in_status[status.index()].calendar_micros > 0);
            let undisturbed = replies <= 1 && ticket.reopens.is_empty() && !waited;
            self.solved.merge(1);
            self.no_reply.merge(u64::from(replies == 0));
            self.one_reply.merge(u64::from(replies == 1));
            self.undisturbed.merge(u64::from(undisturbed));
            self.unknown.merge(u64::from(ticket.states(StatedMeasure::PublicReplies)));
        }
    }

    /// Counts a record that is no ticket.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.excluded.add(reason);
    }

    /// Tickets with exactly one public reply, among solved ones.
    pub fn exactly_one(&self) -> Ratio {
        Ratio::new(self.one_reply, self.solved)
    }

    /// The rate in percent; `None` without solved tickets.
    pub fn percent(&self) -> Option<f64> {
        self.exactly_one().percent()
    }

    /// Tickets with no or one public reply, among solved ones.
    pub fn at_most_one(&self) -> Ratio {
        Ratio::new(self.one_reply.saturating_add(self.no_reply), self.solved)
    }

    /// Tickets with at most one public reply, never reopened and never pending or on hold, among solved ones; of none if the
    /// source only states how many replies there were.
    pub fn undisturbed(&self) -> Ratio {
        if self.unknown > 0 { Ratio::default() } else { Ratio::new(self.undisturbed, self.solved) }
    }

    /// Solved tickets.
    pub fn n(&self) -> u64 {
        self.solved
    }
}

impl Merge for OneTouch {
    fn merge(&mut self, other: Self) {
        if self.without_automatic_solves != other.without_automatic_solves {
            if self.solved > 0 && other.solved > 0 {
                self.excluded.add_many(Reason::OtherOptions, other.solved);
                return self.excluded.merge(other.excluded);
            }
            if other.solved > 0 {
                self.without_automatic_solves = other.without_automatic_solves;
            }
        }
        self.solved.merge(other.solved);
        self.one_reply.merge(other.one_reply);
        self.no_reply.merge(other.no_reply);
        self.undisturbed.merge(other.undisturbed);
        self.unknown.merge(other.unknown);
        self.excluded.merge(other.excluded);
    }
}

feeds_on!(OneTouch, tickets);

impl<M: AsRef<TicketMetrics>> FromIterator<M> for OneTouch {
    fn from_iter<I: IntoIterator<Item = M>>(tickets: I) -> Self {
        let mut rate = Self::default();
        rate.extend(tickets);
        rate
    }
}

impl Estimates for OneTouch {
    fn estimates(&self, level: f64) -> Vec<Estimate> {
        vec![
            Estimate::share("percent", self.exactly_one(), level),
            Estimate::share("at_most_one", self.at_most_one(), level),
            Estimate::share("undisturbed", self.undisturbed(), level),
        ]
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }

    fn compared(&self) -> Compared<'_> {
        Compared::Share(self.exactly_one())
    }
}

impl Kpi for OneTouch {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.excluded.add_many(reason, records);
    }

    fn needs(&self) -> Needs {
        Needs::MESSAGES | Needs::STATUS_TIMES | Needs::SOLVES | Needs::REOPENS
    }

    fn push_ticket(&mut self, ticket: &Replayed) {
        self.push(&ticket.metrics);
    }

    fn record_needs(&self) -> RecordNeeds {
        RecordNeeds::NONE
    }
}

impl Registered for OneTouch {
    const USUAL: bool = true;

    const EVIDENCE: Evidence = Evidence::Messages;

    const STATED: &[StatedMeasure] = &[StatedMeasure::PublicReplies];

    fn requested(request: &KpiRequest, _as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        let tally = Self::default();
        Ok(if request.excludes_automatic_solves() { tally.without_automatic_solves() } else { tally })
    }

    fn option(request: &KpiRequest) -> Option<String> {
        request.automatic_solves()
    }
}

/// One-touch rate of `tickets`; see [`OneTouch`].
#[doc(alias = "first touch resolution")]
pub fn one_touch<M: AsRef<TicketMetrics>>(tickets: impl IntoIterator<Item = M>) -> OneTouch {
    tickets.into_iter().collect()
}
