//! Survey completion rate.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Polarity, Text, Topic, Variant};
use super::registry::Registered;
use super::tally::{SHARE_MEASURES, Share, feeds_on, wraps};
use super::{Kpi, KpiRequest, Records, RequestError};
use crate::Timestamp;
use crate::{Invitation, Reason, Unit};

/// The definition of the survey completion rate.
pub const DEFINITION: Definition = Definition {
    id: "survey_completion",
    topic: Topic::Surveys,
    name: Text {
        en: "Survey completion rate",
        es: "Tasa de finalización de la encuesta",
        da: "Gennemførelsesprocent",
    },
    description: Text {
        en: "The share of started surveys that were finished.",
        es: "La proporción de encuestas empezadas que se terminaron.",
        da: "Andelen af påbegyndte spørgeskemaer, der blev gjort færdige.",
    },
    aliases: &["survey_completion_rate", "completion_rate"],
    formula: "answered invitations / started invitations x 100",
    unit: Unit::Percent,
    min: Some(0.0),
    max: Some(100.0),
    good: Polarity::Up,
    population: "invitations of which the start is known",
    anchor: Anchor::Sent,
    clocks: &[],
    measures: SHARE_MEASURES,
    options: &[],
    variants: &[Variant {
        name: "over displays",
        differs: "surveys shown but not started are in the denominator",
        used_by: &["Formbricks"],
    }],
    references: &["Formbricks: survey summary"],
};

/// Survey completion rate of many invitations.
///
/// # What it measures
/// Whether the survey itself drives people away.
///
/// # Formula
/// `100 · answered / started`.
///
/// # Worked example
/// ```
/// use deskmetrics::{Estimates, Invitation, Reason, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let sent = Invitation::new("1", "csat", at("2026-03-02T09:00:00Z"));
/// let mut given_up = sent.clone();
/// given_up.started_at = Some(at("2026-03-02T10:00:00Z"));
/// let finished = given_up.clone().with_answered_at(at("2026-03-02T10:01:00Z"));
///
/// let rate = kpi::survey_completion([&sent, &given_up, &finished]);
/// assert_eq!(rate.percent(), Some(50.0));
/// assert_eq!(rate.excluded().count(Reason::Missing), 1); // never started, or unknown
/// ```
///
/// # Who is counted
/// Invitations whose start is known. One that was answered without a known start counts as started. The rest is excluded: never started, or not recorded.
///
/// # When it misleads
/// One-question surveys are finished by being started.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SurveyCompletion(Share);

impl SurveyCompletion {
    /// Counts one invitation.
    pub fn push(&mut self, invitation: &Invitation) {
        match (invitation.delivered, invitation.started_at, invitation.answered_at) {
            (false, ..) => self.0.exclude_one(Reason::Bounced),
            (true, _, Some(_)) => self.0.count(true),
            (true, Some(_), None) => self.0.count(false),
            (true, None, None) => self.0.exclude_one(Reason::Missing),
        }
    }

    /// Counts a record that is no invitation.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.0.exclude_one(reason);
    }

    /// The rate in percent; `None` when nothing was counted.
    pub fn percent(&self) -> Option<f64> {
        self.0.percent()
    }

    /// The counts behind it.
    pub fn share(&self) -> &Share {
        &self.0
    }
}

wraps!(SurveyCompletion);
feeds_on!(SurveyCompletion, Invitation);

impl Kpi for SurveyCompletion {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.0.exclude_many(reason, records);
    }

    fn records(&self) -> Records {
        Records::Invitations
    }

    fn push_invitation(&mut self, invitation: &Invitation) {
        self.push(invitation);
    }
}

impl Registered for SurveyCompletion {
    fn requested(_request: &KpiRequest, _as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        Ok(Self::default())
    }

    fn option(request: &KpiRequest) -> Option<String> {
        request.question.as_deref().map(str::to_owned)
    }
}

/// Survey completion rate of `invitations`; see [`SurveyCompletion`].
pub fn survey_completion<'a>(invitations: impl IntoIterator<Item = &'a Invitation>) -> SurveyCompletion {
    let mut tally = SurveyCompletion::default();
    tally.extend(invitations);
    tally
}
