//! The choice among several answers about one ticket.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Direction, Scale, SurveyResponse};
use crate::ticket::TicketId;
use crate::{Excluded, Reason};

/// Which of several answers about one ticket counts.
///
/// ```
/// use deskmetrics::survey::{Scale, SeveralAnswers, SurveyResponse};
/// use deskmetrics::{Reason, Timestamp};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let answers = [
///     SurveyResponse::new("csat", Some(2)).with_ticket("T-1").with_at(at("2026-03-02T09:00:00Z")),
///     SurveyResponse::new("csat", Some(5)).with_ticket("T-1").with_at(at("2026-03-03T09:00:00Z")),
///     SurveyResponse::new("csat", Some(4)).with_ticket("T-2"),
/// ];
/// let stars = Scale::csat(1, 5).unwrap();
/// let (kept, exclusion) = SeveralAnswers::Latest.choose(&answers, &stars);
/// assert_eq!(kept.iter().filter_map(|answer| answer.score).collect::<Vec<_>>(), [5, 4]);
/// assert_eq!(exclusion.count(Reason::Superseded), 1);
/// let (worst, _) = SeveralAnswers::Worst.choose(&answers, &stars);
/// assert_eq!(worst[0].score, Some(2));
/// ```
///
/// For the *mean* of a ticket's answers give each the weight of its [`share_of_ticket`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeveralAnswers {
    /// Every answer counts by itself.
    All,
    /// The latest one.
    #[default]
    Latest,
    /// The first one.
    First,
    /// The worst score, by the scale's direction.
    Worst,
}

words!(SeveralAnswers: "rule of several answers");

impl SeveralAnswers {
    /// The answers that count, in the order given, and the others under [`Reason::Superseded`].
    ///
    /// Answers to different questions do not compete, and neither do answers without a ticket. Skipped and off-scale answers do not
    /// replace a scored one; they are kept, so that the KPI counts them under their own reason. Of answers at the same
    /// timestamp, or without one, the later in the order given is the latest.
    pub fn choose<'a>(
        self,
        answers: impl IntoIterator<Item = &'a SurveyResponse>,
        scale: &Scale,
    ) -> (Vec<&'a SurveyResponse>, Excluded) {
        let answers: Vec<&SurveyResponse> = answers.into_iter().collect();
        let mut excluded = Excluded::default();
        if self == Self::All {
            return (answers, excluded);
        }
        let mut best: HashMap<(&str, &TicketId), usize> = HashMap::new();
        let mut kept = vec![true; answers.len()];
        for (place, answer) in answers.iter().enumerate() {
            let (Some(ticket), Some(score)) =
                (&answer.ticket, answer.score.filter(|score| scale.contains(*score)))
            else {
                continue;
            };
            let rival = best.entry((&answer.question, ticket)).or_insert(place);
            if *rival == place {
                continue;
            }
            let champion = answers[*rival];
            let wins = match self {
                Self::Latest | Self::All => answer.at >= champion.at,
                Self::First => answer.at < champion.at,
                Self::Worst => champion.score.is_some_and(|best| match scale.direction() {
                    Direction::HigherIsBetter => score < best,
                    Direction::LowerIsBetter => score > best,
                }),
            };
            let loser = if wins { std::mem::replace(rival, place) } else { place };
            kept[loser] = false;
            excluded.add(Reason::Superseded);
        }
        let chosen = answers.into_iter().zip(kept).filter_map(|(answer, kept)| kept.then_some(answer));
        (chosen.collect(), excluded)
    }
}

/// Each answer with the weight that makes the answers about one ticket count as one: a half each where there are two.
///
/// Answers that are skipped or not on the scale do not share the weight. Feed the result to a
/// [`WeightedRating`](super::WeightedRating).
///
/// ```
/// use deskmetrics::survey::{Scale, SurveyResponse, WeightedRating, share_of_ticket};
///
/// let answers = [
///     SurveyResponse::new("csat", Some(2)).with_ticket("T-1"),
///     SurveyResponse::new("csat", Some(5)).with_ticket("T-1"),
///     SurveyResponse::new("csat", Some(4)).with_ticket("T-2"),
/// ];
/// let stars = Scale::csat(1, 5).unwrap();
/// let mut csat = WeightedRating::new(&stars);
/// for (answer, weight) in share_of_ticket(&answers, &stars) {
///     csat.push(answer.score, weight);
/// }
/// assert_eq!(csat.positive_percent(), Some(75.0)); // half of T-1, all of T-2
/// ```
pub fn share_of_ticket<'a>(
    answers: impl IntoIterator<Item = &'a SurveyResponse>,
    scale: &Scale,
) -> Vec<(&'a SurveyResponse, f64)> {
    let answers: Vec<&SurveyResponse> = answers.into_iter().collect();
    let key = |answer: &'a SurveyResponse| {
        let scored = answer.score.is_some_and(|score| scale.contains(score));
        answer.ticket.as_ref().filter(|_| scored).map(|ticket| (&*answer.question, ticket))
    };
    let mut together: HashMap<(&str, &TicketId), u32> = HashMap::new();
    for key in answers.iter().filter_map(|answer| key(answer)) {
        *together.entry(key).or_default() += 1;
    }
    let weight = |answer: &'a SurveyResponse| {
        key(answer).and_then(|key| together.get(&key)).map_or(1.0, |answers| 1.0 / f64::from(*answers))
    };
    answers.into_iter().map(|answer| (answer, weight(answer))).collect()
}
