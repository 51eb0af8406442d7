//! An answer to a survey question.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::ticket::{Attributes, CustomerId, TicketId};

/// One customer's answer to one survey question.
///
/// ```
/// use deskmetrics::SurveyResponse;
///
/// let answered = SurveyResponse::new("nps", Some(9)).with_ticket("T-1");
/// let skipped = SurveyResponse::new("nps", None);
/// assert_eq!(answered.score, Some(9));
/// assert_eq!(skipped.score, None);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SurveyResponse {
    /// Which question was answered, such as `nps` or `csat`.
    pub question: Box<str>,
    /// The answer; `None` when the question was skipped.
    pub score: Option<i32>,
    /// When it was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The ticket it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketId>,
    /// Who answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// The id of the invitation it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<Box<str>>,
    /// Reasons the customer stated for the score.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Box<str>>,
    /// How many people of the population the answer represents, where the sample was weighted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
    /// Market, channel, agent and so on.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

impl SurveyResponse {
    /// An answer (or, with `None`, a skipped question).
    pub fn new(question: impl Into<Box<str>>, score: Option<i32>) -> Self {
        Self {
            question: question.into(),
            score,
            at: None,
            ticket: None,
            customer: None,
            invitation: None,
            reasons: Vec::new(),
            weight: None,
            attributes: Attributes::default(),
        }
    }

    setters! {
        /// The same answer, given then.
        with_at(at ? Timestamp);

        /// The same answer, about `ticket`.
        with_ticket(ticket ? TicketId);

        /// The same answer, to the invitation with this id.
        with_invitation(invitation ? Box<str>);

        /// The same answer, given by `customer`.
        with_customer(customer ? CustomerId);

        /// The same answer with one more reason for its score.
        with_reason(reasons + Box<str>);

        /// The same answer, which represents so many people of the population.
        with_weight(weight ? f64);

        /// The same answer with one more attribute.
        with_attribute(attributes);
    }
}

/// The score, so that answers feed a survey KPI as plain scores do.
impl From<&SurveyResponse> for Option<i32> {
    fn from(response: &SurveyResponse) -> Self {
        response.score
    }
}
