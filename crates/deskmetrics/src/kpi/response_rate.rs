//! Survey response rate.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Choice, Definition, Polarity, Text, Topic, Variant};
use super::registry::Registered;
use super::request::{above_zero, together};
use super::tally::feeds_on;
use super::{Bulk, Kpi, KpiRequest, Records, RequestError};
use crate::duration_text;
use crate::survey::InvitationOutcome;
use crate::{Compared, Estimate, Estimates, Excluded, Invitation, Merge, Ratio, Reason, Timestamp, Unit};

/// The definition of the response rate.
pub const DEFINITION: Definition = Definition {
    id: "response_rate",
    topic: Topic::Surveys,
    name: Text { en: "Survey response rate", es: "Tasa de respuesta de la encuesta", da: "Svarprocent" },
    description: Text {
        en: "The share of delivered survey invitations that were answered.",
        es: "La proporción de invitaciones a la encuesta entregadas que fueron respondidas.",
        da: "Andelen af leverede spørgeskemaer, der blev besvaret.",
    },
    aliases: &["survey_response_rate", "return_rate", "% rated"],
    formula: "answered invitations / delivered invitations x 100, both of the cohort sent in the period",
    unit: Unit::Percent,
    min: Some(0.0),
    max: Some(100.0),
    good: Polarity::Up,
    population: "delivered invitations; bounced ones are excluded, and so are those sent too recently if a maturity is set",
    anchor: Anchor::Sent,
    clocks: &[],
    measures: &["percent", "late"],
    options: &[
        Choice {
            name: "as_of",
            decides: "the cut-off: answers after it are not known yet",
            default: Some("all answers count"),
            values: &["a timestamp"],
        },
        Choice {
            name: "mature_after",
            decides: "the minimum age of an invitation before it counts",
            default: Some("at once"),
            values: &["a duration"],
        },
        Choice {
            name: "expire_after",
            decides: "the longest time to an answer that still counts",
            default: Some("never"),
            values: &["a duration"],
        },
    ],
    variants: &[
        Variant {
            name: "same window",
            differs: "an answer counts only if it came in the window of the invitation: set as_of to the window's end",
            used_by: &["Trengo"],
        },
        Variant {
            name: "two cohorts",
            differs: "answers of the period over invitations of the period; can exceed 100 % and is not offered",
            used_by: &["Chatwoot"],
        },
    ],
    references: &[
        "AAPOR: Standard Definitions (response rate RR1 with every invitation eligible)",
        "Trengo help: response rate in the CSAT report",
    ],
};

/// Response rate of many survey invitations.
///
/// # What it measures
/// How many of the customers who received an invitation answered. It shows how far CSAT, NPS and CES can be trusted; it
/// is no measure of service.
///
/// # Formula
/// `100 · answered / delivered`, by the cohort sent: an answer counts in the period in which its invitation was sent.
///
/// # Worked example
/// ```
/// use deskmetrics::{Estimates, Invitation, Reason, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let invitations = [
///     Invitation::new("1", "csat", at("2026-03-02T09:00:00Z")).with_answered_at(at("2026-03-02T12:00:00Z")),
///     Invitation::new("2", "csat", at("2026-03-03T09:00:00Z")),
///     Invitation::new("3", "csat", at("2026-03-04T09:00:00Z")).with_answered_at(at("2026-03-11T12:00:00Z")),
///     Invitation::new("4", "csat", at("2026-03-04T09:00:00Z")).without_delivery(),
/// ];
/// let rate = kpi::response_rate(&invitations);
/// assert_eq!((rate.answered().hits, rate.n()), (2, 3));
/// assert_eq!(rate.excluded().count(Reason::Bounced), 1);
///
/// // What was known at the end of the first week: one of three.
/// let mut first_week = kpi::ResponseRate::default().with_as_of(at("2026-03-08T00:00:00Z"));
/// first_week.extend(&invitations);
/// assert!((first_week.percent().unwrap() - 33.33).abs() < 0.01);
/// ```
///
/// # Who is counted
/// Delivered invitations. A bounced one was no chance to answer. With a maturity, invitations sent shortly before the
/// cut-off are excluded as too recent. An answer after expiry counts as no answer and is reported separately as late.
///
/// # When it misleads
/// A young cohort has a lower rate than it will have; a survey sent only after good conversations has a higher one. Compare segments
/// before trusting an overall score.
///
/// # References
/// See [`DEFINITION`].
#[doc(alias = "return rate")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseRate {
    rules: Rules,
    answered: Ratio,
    late: u64,
    excluded: Excluded,
}

/// Which answers count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Rules {
    as_of: Option<Timestamp>,
    mature_after_micros: Option<i64>,
    expire_after_micros: Option<i64>,
}

/// Within what a delivered invitation counts, and an answer to it counts as one in time; see [`ResponseRate::limits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvitationLimits {
    /// The last timestamp at which an invitation may have been sent.
    pub sent_until: Timestamp,
    /// The last timestamp of answering.
    pub answered_until: Timestamp,
    /// The longest time from invitation to answer, in microseconds; an answer before the invitation is not in time.
    pub delay_micros: i64,
}

impl InvitationLimits {
    // Without branches on timestamps, which are unpredictable.

    /// Whether an invitation sent then counts. Timestamps here are microseconds since 1970.
    #[inline]
    pub fn counts(&self, sent: i64) -> bool {
        (sent >= Timestamp::MIN.as_micros()) & (sent <= self.sent_until.as_micros())
    }

    /// Whether an answer given then, to an invitation that counts, is one in time.
    #[inline]
    pub fn is_in_time(&self, sent: i64, answered: i64) -> bool {
        (answered >= sent)
            & (answered <= self.answered_until.as_micros())
            & (answered.wrapping_sub(sent) <= self.delay_micros)
    }
}

impl ResponseRate {
    /// The same tally, knowing nothing after `cut_off`.
    #[must_use]
    pub fn with_as_of(mut self, cut_off: impl Into<Timestamp>) -> Self {
        self.rules.as_of = Some(cut_off.into());
        self
    }

    /// The same tally, excluding invitations sent less than `age` before the cut-off; needs
    /// [`with_as_of`](Self::with_as_of).
    #[must_use]
    pub fn with_mature_after(mut self, age: TimeDelta) -> Self {
        self.rules.mature_after_micros = age.num_microseconds();
        self
    }

    /// The same tally, where answers later than `limit` after the invitation count as none.
    #[must_use]
    pub fn with_expire_after(mut self, limit: TimeDelta) -> Self {
        self.rules.expire_after_micros = limit.num_microseconds();
        self
    }

    /// Counts one invitation.
    pub fn push(&mut self, invitation: &Invitation) {
        let Invitation { delivered, sent_at, answered_at, .. } = invitation;
        self.push_outcome(self.outcome(*delivered, *sent_at, *answered_at), 1);
    }

    /// Counts `times` invitations of the same outcome.
    pub fn push_outcome(&mut self, outcome: InvitationOutcome, times: u64) {
        match outcome {
            InvitationOutcome::Answered => self.answered.merge(Ratio::new(times, times)),
            InvitationOutcome::Late => {
                self.answered.merge(Ratio::new(0, times));
                self.late.merge(times);
            }
            InvitationOutcome::Unanswered => self.answered.merge(Ratio::new(0, times)),
            InvitationOutcome::Excluded(reason) => self.excluded.add_many(reason, times),
        }
    }

    /// Counts invitations of which only the numbers are known.
    pub fn push_counts(&mut self, answered: Ratio) {
        self.answered.merge(answered);
    }

    /// Counts a record that is no invitation.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.excluded.add(reason);
    }

    /// The outcome of an invitation under this tally's cut-off, maturity and expiry.
    ///
    /// ```
    /// use deskmetrics::Timestamp;
    /// use deskmetrics::kpi::ResponseRate;
    /// use deskmetrics::survey::InvitationOutcome;
    ///
    /// let at = |text: &str| text.parse::<Timestamp>().unwrap();
    /// let rate = ResponseRate::default().with_as_of(at("2026-03-08T00:00:00Z"));
    /// let (sent, later) = (at("2026-03-04T09:00:00Z"), at("2026-03-11T12:00:00Z"));
    /// assert_eq!(rate.outcome(true, sent, Some(later)), InvitationOutcome::Unanswered); // not known yet
    /// ```
    #[inline]
    pub fn outcome(
        &self,
        delivered: bool,
        sent_at: Timestamp,
        answered_at: Option<Timestamp>,
    ) -> InvitationOutcome {
        let Rules { as_of, mature_after_micros, expire_after_micros } = self.rules;
        if !delivered {
            return InvitationOutcome::Excluded(Reason::Bounced);
        }
        if let Some(as_of) = as_of {
            let age = as_of.as_micros().saturating_sub(sent_at.as_micros());
            if age < 0 {
                return InvitationOutcome::Excluded(Reason::AfterCutOff);
            }
            if mature_after_micros.is_some_and(|needed| age < needed) {
                return InvitationOutcome::Excluded(Reason::Immature);
            }
        }
        let Some(answered_at) = answered_at.filter(|at| as_of.is_none_or(|as_of| *at <= as_of)) else {
            return InvitationOutcome::Unanswered;
        };
        let delay = answered_at.as_micros().saturating_sub(sent_at.as_micros());
        if delay < 0 {
            InvitationOutcome::Excluded(Reason::EndBeforeStart)
        } else if expire_after_micros.is_some_and(|limit| delay > limit) {
            InvitationOutcome::Late
        } else {
            InvitationOutcome::Answered
        }
    }

    /// The range in which an invitation's outcome is certain, for columnar data: one that was delivered and sent in
    /// this range is [`Unanswered`](InvitationOutcome::Unanswered) without an answer and
    /// [`Answered`](InvitationOutcome::Answered) with one in time. [`outcome`](Self::outcome) handles all others.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use deskmetrics::{Timestamp, kpi::ResponseRate};
    ///
    /// let at = |text: &str| text.parse::<Timestamp>().unwrap();
    /// let rate = ResponseRate::default().with_as_of(at("2026-03-08T00:00:00Z")).with_mature_after(TimeDelta::days(2));
    /// assert_eq!(rate.limits().sent_until, at("2026-03-06T00:00:00Z"));
    /// ```
    pub fn limits(&self) -> InvitationLimits {
        let Rules { as_of, mature_after_micros, expire_after_micros } = self.rules;
        let age = mature_after_micros.unwrap_or(0).max(0);
        let sent_until =
            as_of.map(|as_of| Timestamp::saturating_from_micros(as_of.as_micros().saturating_sub(age)));
        InvitationLimits {
            sent_until: sent_until.unwrap_or(Timestamp::MAX),
            answered_until: as_of.unwrap_or(Timestamp::MAX),
            delay_micros: expire_after_micros.unwrap_or(i64::MAX),
        }
    }

    /// Answered among delivered.
    pub fn answered(&self) -> Ratio {
        self.answered
    }

    /// Invitations counted.
    pub fn n(&self) -> u64 {
        self.answered.total
    }

    /// The rate in percent; `None` without invitations.
    pub fn percent(&self) -> Option<f64> {
        self.answered.percent()
    }

    /// Invitations answered after they had expired; they are in n, not among the answered.
    pub fn late(&self) -> u64 {
        self.late
    }
}

impl Merge for ResponseRate {
    fn merge(&mut self, other: Self) {
        if self.rules == other.rules || other.n() == 0 {
            self.answered.merge(other.answered);
            self.late.merge(other.late);
        } else if self.n() == 0 {
            self.rules = other.rules;
            self.answered = other.answered;
            self.late = other.late;
        } else {
            self.excluded.add_many(Reason::OtherOptions, other.n());
        }
        self.excluded.merge(other.excluded);
    }
}

feeds_on!(ResponseRate, Invitation);

impl Estimates for ResponseRate {
    fn estimates(&self, level: f64) -> Vec<Estimate> {
        vec![
            Estimate::share("percent", self.answered, level),
            Estimate::new("late", Some(self.late as f64), Unit::Count, self.n()),
        ]
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }

    fn compared(&self) -> Compared<'_> {
        Compared::Share(self.answered)
    }
}

impl Kpi for ResponseRate {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.excluded.add_many(reason, records);
    }

    fn records(&self) -> Records {
        Records::Invitations
    }

    fn push_invitation(&mut self, invitation: &Invitation) {
        self.push(invitation);
    }

    fn push_bulk(&mut self, bulk: Bulk) {
        match bulk {
            Bulk::Answered(answered) => self.push_counts(answered),
            Bulk::Outcome(outcome, times) => self.push_outcome(outcome, times),
            _ => {}
        }
    }
}

impl Registered for ResponseRate {
    const USUAL: bool = true;

    fn requested(request: &KpiRequest, as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        let id = DEFINITION.id;
        let mut tally = Self::default();
        if let Some(as_of) = as_of {
            tally = tally.with_as_of(as_of);
        }
        if let Some(age) = request.mature_after {
            as_of.ok_or(RequestError::NeedsCutOff { id })?;
            tally = tally.with_mature_after(above_zero(age, id)?);
        }
        if let Some(limit) = request.expire_after {
            tally = tally.with_expire_after(above_zero(limit, id)?);
        }
        Ok(tally)
    }

    fn option(request: &KpiRequest) -> Option<String> {
        let after = |word: &str, limit: TimeDelta| format!("{word} after {}", duration_text::format(limit));
        together([
            request.question.as_deref().map(str::to_owned),
            request.mature_after.map(|age| after("mature", age)),
            request.expire_after.map(|limit| after("expired", limit)),
        ])
    }
}

/// Response rate of `invitations`, every answer counted; see [`ResponseRate`] for cut-off, maturity and expiry.
pub fn response_rate<'a>(invitations: impl IntoIterator<Item = &'a Invitation>) -> ResponseRate {
    let mut tally = ResponseRate::default();
    tally.extend(invitations);
    tally
}
