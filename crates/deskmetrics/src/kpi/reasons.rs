//! The reasons behind low scores, and the cost of each.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Choice, Definition, Polarity, Text, Topic};
use super::registry::Registered;
use super::tally::feeds_on;
use super::{Kpi, KpiRequest, Records, RequestError};
use crate::Timestamp;
use crate::{
    Compared, Estimate, Estimates, Excluded, Merge, NetScore, Ratio, Reason, Scale, SurveyResponse, Unit,
};

/// The definition of the reasons behind low scores.
pub const DEFINITION: Definition = Definition {
    id: "reasons",
    topic: Topic::Surveys,
    name: Text {
        en: "Reasons behind low scores",
        es: "Motivos de las puntuaciones bajas",
        da: "Årsager til lave karakterer",
    },
    description: Text {
        en: "Which stated reasons lead to detractors and low scores, and how many points each costs.",
        es: "Qué motivos declarados hay detrás de los detractores y las notas bajas, y cuántos puntos cuesta cada uno.",
        da: "Hvilke angivne årsager der ligger bag kritikere og lave karakterer, og hvor mange point hver koster.",
    },
    aliases: &["detractor_reasons", "drivers", "root_causes"],
    formula: "negative answers that state the reason / negative answers; points = those / all answers x 100",
    unit: Unit::Percent,
    min: Some(0.0),
    max: Some(100.0),
    good: Polarity::Neither,
    population: "scored answers; the reasons of negative ones count",
    anchor: Anchor::Responded,
    clocks: &[],
    measures: &["explained", "negative"],
    options: &[Choice {
        name: "scale",
        decides: "which answers are negative",
        default: None,
        values: &["nps", "ces1", "ces2", "1-5 and other ends"],
    }],
    variants: &[],
    references: &[
        "Reichheld, F., Markey, R. (2011): The Ultimate Question 2.0 (a question about the reason after the score)",
    ],
};

/// The reasons stated with many answers.
///
/// # What it measures
/// The causes of low scores, in points of the net score: the gain if one reason were fixed.
///
/// # Formula
/// For each reason: `share = negative answers stating it / negative answers`; `points = 100 · negative answers stating it /
/// all answers`, by which the net score would rise if all of them became neutral. An answer with several reasons counts
/// for each in full; in `points_shared` it is split among them, so that those add up.
///
/// # Worked example
/// ```
/// use deskmetrics::{Estimates, Scale, SurveyResponse, kpi};
///
/// let answer = |score, reasons: &[&str]| {
///     let mut answer = SurveyResponse::new("nps", Some(score));
///     answer.reasons = reasons.iter().map(|reason| (*reason).into()).collect();
///     answer
/// };
/// let answers = [
///     answer(10, &["friendly"]), answer(9, &[]), answer(9, &[]), answer(8, &["slow"]), answer(7, &[]),
///     answer(3, &["slow"]), answer(2, &["slow", "rude"]), answer(6, &[]), answer(10, &[]), answer(9, &[]),
/// ];
/// let reasons = kpi::reasons(&answers, &Scale::nps());
/// let ranking = reasons.ranking();
/// assert_eq!(ranking[0].reason, "slow");
/// assert_eq!(ranking[0].share.to_string(), "66.7 % of 3"); // two of three detractors name it
/// assert_eq!(ranking[0].points, 20.0); // without them the NPS would be 20 points higher
/// assert_eq!(ranking[0].points_shared, 15.0); // one whole answer and half of another
/// assert_eq!(ranking[1].reason, "rude");
/// assert_eq!(reasons.explained().to_string(), "66.7 % of 3");
///
/// // the costliest are also estimates of the KPI, in a report too
/// let measures: Vec<String> = reasons.estimates(0.95).iter().map(|estimate| estimate.measure.to_string()).collect();
/// assert_eq!(measures[2..], ["share: slow", "points: slow", "share: rude", "points: rude"]);
/// ```
///
/// # Who is counted
/// Every scored answer is in n; reasons count where the answer is negative. Negative answers without a reason are in the
/// denominator of the shares. A reason stated twice in one answer counts once.
///
/// # When it misleads
/// Customers state the reasons they remember. A reason that promoters also state is no cause. The points assume that fixing
/// one reason would have satisfied its customers.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reasons {
    scale: Scale,
    sides: NetScore,
    explained: u64,
    /// For each reason: the negative answers that state it, by their number of reasons.
    stated: BTreeMap<Box<str>, BTreeMap<u32, u64>>,
    excluded: Excluded,
}

/// The number of reasons, the costliest first, whose share and points are among the KPI's estimates; all are in
/// [`ranking`](Reasons::ranking).
const ESTIMATED_REASONS: usize = 10;

/// The cost of one reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ReasonCost<'a> {
    /// The reason as stated.
    pub reason: &'a str,
    /// Negative answers that state it, among all negative answers.
    pub share: Ratio,
    /// By how many points the net score would rise if all of them became neutral.
    pub points: f64,
    /// The same with answers that state several reasons split among them.
    pub points_shared: f64,
}

impl Reasons {
    /// No answers yet on `scale`.
    pub fn new(scale: &Scale) -> Self {
        Self {
            scale: scale.clone(),
            sides: NetScore::default(),
            explained: 0,
            stated: BTreeMap::new(),
            excluded: Excluded::default(),
        }
    }

    /// Counts one answer.
    pub fn push(&mut self, answer: &SurveyResponse) {
        let score = match answer.score {
            Some(score) if self.scale.contains(score) => score,
            Some(_) => return self.excluded.add(Reason::OutOfScale),
            None => return self.excluded.add(Reason::NotAnswered),
        };
        if self.scale.is_positive(score) {
            return self.sides.positive.merge(1);
        }
        if !self.scale.is_negative(score) {
            return self.sides.neutral.merge(1);
        }
        self.sides.negative.merge(1);
        let reasons: BTreeSet<&str> = answer.reasons.iter().map(|reason| reason.trim()).collect();
        let reasons: Vec<&str> = reasons.into_iter().filter(|reason| !reason.is_empty()).collect();
        self.explained.merge(u64::from(!reasons.is_empty()));
        let together = u32::try_from(reasons.len()).unwrap_or(u32::MAX);
        for reason in reasons {
            self.stated.entry(reason.into()).or_default().entry(together).or_default().merge(1);
        }
    }

    /// Counts a record that is no answer.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.excluded.add(reason);
    }

    /// Answers counted.
    pub fn n(&self) -> u64 {
        self.sides.n()
    }

    /// Positive, neutral and negative answers.
    pub fn sides(&self) -> NetScore {
        self.sides
    }

    /// Negative answers that state a reason, among all negative ones.
    pub fn explained(&self) -> Ratio {
        Ratio::new(self.explained, self.sides.negative)
    }

    /// The cost of each reason, the costliest first.
    pub fn ranking(&self) -> Vec<ReasonCost<'_>> {
        let n = self.n() as f64;
        let mut ranking: Vec<ReasonCost<'_>> = self
            .stated
            .iter()
            .map(|(reason, together)| {
                let stating = together.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
                let split: f64 =
                    together.iter().map(|(reasons, count)| *count as f64 / f64::from(*reasons)).sum();
                ReasonCost {
                    reason,
                    share: Ratio::new(stating, self.sides.negative),
                    points: 100.0 * stating as f64 / n,
                    points_shared: 100.0 * split / n,
                }
            })
            .collect();
        ranking
            .sort_by(|one, other| other.share.hits.cmp(&one.share.hits).then(one.reason.cmp(other.reason)));
        ranking
    }
}

impl Merge for Reasons {
    fn merge(&mut self, other: Self) {
        if self.scale == other.scale {
            self.sides.merge(other.sides);
            self.explained.merge(other.explained);
            Merge::merge(&mut self.stated, other.stated);
        } else if self.n() == 0 && other.n() > 0 {
            self.scale = other.scale;
            self.sides = other.sides;
            self.explained = other.explained;
            self.stated = other.stated;
        } else {
            self.excluded.add_many(Reason::OtherOptions, other.n());
        }
        self.excluded.merge(other.excluded);
    }
}

feeds_on!(Reasons, SurveyResponse);

impl Estimates for Reasons {
    fn estimates(&self, level: f64) -> Vec<Estimate> {
        let negative = Ratio::new(self.sides.negative, self.n());
        let mut estimates = vec![
            Estimate::share("explained", self.explained(), level),
            Estimate::share("negative", negative, level),
        ];
        for cost in self.ranking().into_iter().take(ESTIMATED_REASONS) {
            estimates.push(Estimate::share(format!("share: {}", cost.reason), cost.share, level));
            let points =
                Estimate::new(format!("points: {}", cost.reason), Some(cost.points), Unit::Points, self.n());
            estimates.push(points);
        }
        estimates
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }

    fn compared(&self) -> Compared<'_> {
        Compared::Share(self.explained())
    }
}

impl Kpi for Reasons {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.excluded.add_many(reason, records);
    }

    fn records(&self) -> Records {
        Records::Responses
    }

    fn push_response(&mut self, response: &SurveyResponse) {
        self.push(response);
    }
}

impl Registered for Reasons {
    fn requested(request: &KpiRequest, _as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        request.question_and_scale(DEFINITION.id).map(Self::new)
    }

    fn option(request: &KpiRequest) -> Option<String> {
        request.other_question(DEFINITION.id)
    }
}

/// The reasons stated with `answers` given on `scale`; see [`Reasons`].
#[doc(alias = "root causes")]
pub fn reasons<'a>(answers: impl IntoIterator<Item = &'a SurveyResponse>, scale: &Scale) -> Reasons {
    let mut tally = Reasons::new(scale);
    tally.extend(answers);
    tally
}
