//! Definitions of KPIs as data.

use serde::{Deserialize, Serialize};

use crate::{ClockKind, Replayed, TicketMetrics, Timestamp, Unit};

/// A KPI's definition, as published in `catalogue.json`.
///
/// ```
/// use deskmetrics::kpi;
///
/// assert_eq!(kpi::nps::DEFINITION.id, "nps");
/// assert_eq!(kpi::nps::DEFINITION.name.da, "Net Promoter Score");
/// assert!(kpi::definition("first_reply_time").is_some_and(|found| found.id == "first_response_time"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Definition {
    /// Stable id, also the name of its function and file.
    pub id: &'static str,
    /// The part of the catalogue it belongs to.
    pub topic: Topic,
    /// Its name.
    pub name: Text,
    /// A description in one sentence.
    pub description: Text,
    /// Other names for it, in any product.
    pub aliases: &'static [&'static str],
    /// Numerator over denominator, or the difference of two timestamps.
    pub formula: &'static str,
    /// Unit of the headline number.
    pub unit: Unit,
    /// Smallest possible value of the headline number; `None` when unbounded.
    pub min: Option<f64>,
    /// Largest possible value of the headline number; `None` when unbounded.
    pub max: Option<f64>,
    /// The better direction.
    pub good: Polarity,
    /// The records that count.
    pub population: &'static str,
    /// The timestamp that puts a record into a reporting period.
    pub anchor: Anchor,
    /// The clocks it is available on; empty when it is no duration.
    pub clocks: &'static [ClockKind],
    /// The numbers of its tally, headline first, as named in [`Estimate::measure`](crate::Estimate::measure).
    pub measures: &'static [&'static str],
    /// Its options and their defaults.
    pub options: &'static [Choice],
    /// Other definitions under the same name, and who uses them.
    pub variants: &'static [Variant],
    /// Where the definition comes from.
    pub references: &'static [&'static str],
}

impl Definition {
    /// The definition of a custom KPI: anchored at the creation of the ticket, without bounds, options or references until
    /// they are set.
    ///
    /// ```
    /// use deskmetrics::Unit;
    /// use deskmetrics::kpi::{Anchor, Definition, Polarity};
    ///
    /// static REFUNDS: Definition = Definition::new("refund_rate", "Refund rate", Unit::Percent)
    ///     .with_formula("refunded tickets / solved tickets x 100")
    ///     .with_measures(&["percent"])
    ///     .with_anchor(Anchor::LastSolved)
    ///     .with_good(Polarity::Down);
    /// assert_eq!(REFUNDS.name.da, "Refund rate");
    /// ```
    pub const fn new(id: &'static str, name: &'static str, unit: Unit) -> Self {
        Self {
            id,
            topic: Topic::Quality,
            name: Text { en: name, es: name, da: name },
            description: Text { en: "", es: "", da: "" },
            aliases: &[],
            formula: "",
            unit,
            min: None,
            max: None,
            good: Polarity::Neither,
            population: "",
            anchor: Anchor::Created,
            clocks: &[],
            measures: &[],
            options: &[],
            variants: &[],
            references: &[],
        }
    }

    /// Sets the description, in one sentence.
    #[must_use]
    pub const fn with_description(mut self, text: &'static str) -> Self {
        self.description = Text { en: text, es: text, da: text };
        self
    }

    /// Sets the formula.
    #[must_use]
    pub const fn with_formula(mut self, formula: &'static str) -> Self {
        self.formula = formula;
        self
    }

    /// Sets the records that count.
    #[must_use]
    pub const fn with_population(mut self, population: &'static str) -> Self {
        self.population = population;
        self
    }

    /// Sets the date that puts a record into a period.
    #[must_use]
    pub const fn with_anchor(mut self, anchor: Anchor) -> Self {
        self.anchor = anchor;
        self
    }

    /// Sets the better direction.
    #[must_use]
    pub const fn with_good(mut self, good: Polarity) -> Self {
        self.good = good;
        self
    }

    /// Sets the names of its numbers, headline first.
    #[must_use]
    pub const fn with_measures(mut self, measures: &'static [&'static str]) -> Self {
        self.measures = measures;
        self
    }

    /// Sets the part of the catalogue it belongs to.
    #[must_use]
    pub const fn with_topic(mut self, topic: Topic) -> Self {
        self.topic = topic;
        self
    }
}

/// A text in the catalogue's languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Text {
    /// English.
    pub en: &'static str,
    /// Spanish.
    pub es: &'static str,
    /// Danish.
    pub da: &'static str,
}

/// A part of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Topic {
    /// Survey scores and their coverage.
    Surveys,
    /// How many tickets come, go and stay.
    Volume,
    /// How long customers wait.
    Time,
    /// How well, and with how much effort, tickets are solved.
    Quality,
    /// SLA attainment.
    Sla,
    /// Phone and chat queues.
    Queue,
}

words!(Topic: "topic");

/// The better direction of a KPI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Polarity {
    /// The higher the better.
    Up,
    /// The lower the better.
    Down,
    /// Depends on the scale of the survey question.
    ByScale,
    /// Neither end is good in itself.
    Neither,
}

words!(Polarity: "polarity");

/// The timestamp that puts a record into a reporting period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Anchor {
    /// Creation of the ticket.
    Created,
    /// First solve of the ticket.
    FirstSolved,
    /// Last solve of the ticket, while it is solved or closed.
    LastSolved,
    /// Answer of the survey.
    Responded,
    /// Date the survey was sent (a cohort: later answers count back to it).
    Sent,
    /// Completion or breach of the SLA target.
    Decided,
    /// Each event on its own date.
    Event,
    /// No period: the state at one timestamp.
    Snapshot,
    /// Entry into the queue.
    Queued,
    /// End of the work on the contact, wrap-up included.
    WrappedUp,
    /// Beginning of the agent's shift.
    ShiftStarted,
}

words!(Anchor: "anchor");

impl Anchor {
    /// The ticket's timestamp of this kind; `None` if it is not reached or is not of tickets.
    pub fn of(self, ticket: &TicketMetrics) -> Option<Timestamp> {
        match self {
            Self::Created => Some(ticket.created_at),
            Self::FirstSolved => ticket.first_solved_at,
            Self::LastSolved => ticket.last_solved_at.filter(|_| ticket.status.is_done()),
            _ => None,
        }
    }
}

/// An option of a KPI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// Its name in code and configuration.
    pub name: &'static str,
    /// Its effect.
    pub decides: &'static str,
    /// The default; `None` if the option is required, because the field disagrees.
    pub default: Option<&'static str>,
    /// The possible values.
    pub values: &'static [&'static str],
}

/// Another definition under the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Variant {
    /// A name for it.
    pub name: &'static str,
    /// The difference, or how to get the variant here.
    pub differs: &'static str,
    /// Who uses it.
    pub used_by: &'static [&'static str],
}

/// The clock of every duration KPI.
pub(crate) const CLOCK: Choice = Choice {
    name: "clock",
    decides: "whether all time counts or only the schedule's opening hours",
    default: Some("calendar"),
    values: &["calendar", "business"],
};

/// Of the durations a report can judge against a limit.
pub(crate) const WITHIN: Choice = Choice {
    name: "within",
    decides: "in a report: a limit; gives the share of durations within it instead of the durations; running ones that exceed it count as not within, others are not judged yet",
    default: Some("none: the durations themselves"),
    values: &["a duration above zero, such as 4h"],
};

/// Of the durations that have a histogram.
pub(crate) const BANDS: Choice = Choice {
    name: "bands",
    decides: "in a report: limits; gives the share of the finished durations in each band between them instead of the durations",
    default: Some("none: the durations themselves"),
    values: &["durations above zero, such as 4h and 24h"],
};

/// Of the KPIs that count single SLA targets.
pub(crate) const METRIC: Choice = Choice {
    name: "metric",
    decides: "which targets count",
    default: Some("all"),
    values: &["first_response", "next_response", "resolution", "requester_wait", "agent_work", "..."],
};

/// Of the KPIs that count single SLA targets.
pub(crate) const SLA_POLICY: Choice = Choice {
    name: "sla_policy",
    decides: "in a report: whose targets count",
    default: Some("all"),
    values: &["the name of a policy"],
};

/// Of the live queues' KPIs that exclude short abandons.
pub(crate) const SHORT_ABANDON: Choice = Choice {
    name: "short_abandon",
    decides: "after which wait a caller who hangs up counts as abandoned; sooner ones are excluded",
    default: Some("0s"),
    values: &["a duration"],
};

/// The clocks of every duration KPI.
pub(crate) const BOTH_CLOCKS: &[ClockKind] = &[ClockKind::Calendar, ClockKind::Business];

impl AsRef<Self> for TicketMetrics {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl AsRef<TicketMetrics> for Replayed {
    fn as_ref(&self) -> &TicketMetrics {
        &self.metrics
    }
}
