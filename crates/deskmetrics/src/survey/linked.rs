//! Answers that name the invitation they answer.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::{Invitation, SurveyResponse};
use crate::{Excluded, Reason, Timestamp};

/// The invitations that answers name, each with the date of its earliest answer.
///
/// An answer with a score, on its scale or not, answers the invitation whose id it names, whatever its question. A skipped
/// question does not. If an invitation has several answers, or its own [`answered_at`](Invitation::answered_at) as well, the
/// earliest date counts. If no date is known, the answer counts as given in time.
///
/// [`Report::run`](crate::report::Report::run) links answers itself.
///
/// ```
/// use deskmetrics::survey::LinkedAnswers;
/// use deskmetrics::{Invitation, Reason, SurveyResponse, Timestamp, kpi};
///
/// let sent = "2026-03-02T10:00:00Z".parse::<Timestamp>().unwrap();
/// let invitations = ["a", "b"].map(|id| Invitation::new(id, "csat", sent));
/// let answers = ["a", "c"].map(|id| SurveyResponse::new("csat", Some(5)).with_invitation(id));
/// let linked = LinkedAnswers::of(&answers);
/// let rate = kpi::response_rate(&invitations.each_ref().map(|one| linked.apply(one).into_owned()));
/// assert_eq!(rate.percent(), Some(50.0));
/// let unknown = LinkedAnswers::unknown(&answers, &invitations);
/// assert_eq!(unknown.count(Reason::UnknownInvitation), 1);
/// ```
#[derive(Debug, Clone, Default)]
pub struct LinkedAnswers<'a>(HashMap<&'a str, Option<Timestamp>>);

impl<'a> LinkedAnswers<'a> {
    /// The invitations that these answers name.
    pub fn of(responses: impl IntoIterator<Item = &'a SurveyResponse>) -> Self {
        let mut linked = HashMap::new();
        for response in responses.into_iter().filter(|response| response.score.is_some()) {
            if let Some(id) = &response.invitation {
                let earliest: &mut Option<Timestamp> = linked.entry(&**id).or_default();
                *earliest = earliest.iter().copied().chain(response.at).min();
            }
        }
        Self(linked)
    }

    /// The invitation with the date of its earliest answer.
    #[must_use]
    pub fn apply<'i>(&self, invitation: &'i Invitation) -> Cow<'i, Invitation> {
        let Some(linked) = self.0.get(&*invitation.id) else { return Cow::Borrowed(invitation) };
        let at = invitation.answered_at.into_iter().chain(*linked).min().unwrap_or(invitation.sent_at);
        if invitation.answered_at == Some(at) {
            return Cow::Borrowed(invitation);
        }
        Cow::Owned(invitation.clone().with_answered_at(at))
    }

    /// Counts the answers that name an invitation that is not among these.
    pub fn unknown(
        responses: impl IntoIterator<Item = &'a SurveyResponse>,
        invitations: impl IntoIterator<Item = &'a Invitation>,
    ) -> Excluded {
        let known: HashSet<&str> = invitations.into_iter().map(|invitation| &*invitation.id).collect();
        let mut excluded = Excluded::default();
        let named = responses.into_iter().filter_map(|response| response.invitation.as_deref());
        named.filter(|id| !known.contains(id)).for_each(|_| excluded.add(Reason::UnknownInvitation));
        excluded
    }
}
