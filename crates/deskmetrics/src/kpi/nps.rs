//! Net Promoter Score.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Polarity, Text, Topic, Variant};
use super::registry::Registered;
use super::{Bulk, Kpi, KpiRequest, Records, RequestError};
use crate::{
    Compared, Estimate, Estimates, Excluded, Interval, Merge, NetScore, Ratio, Reason, ScoreCounts, Unit,
};
use crate::{SurveyResponse, Timestamp};

/// The definition of NPS.
pub const DEFINITION: Definition = Definition {
    id: "nps",
    topic: Topic::Surveys,
    name: Text { en: "Net Promoter Score", es: "Net Promoter Score", da: "Net Promoter Score" },
    description: Text {
        en: "Promoters (9-10) minus detractors (0-6) on \"how likely are you to recommend us?\".",
        es: "Promotores (9-10) menos detractores (0-6) en \"¿qué probabilidad hay de que nos recomiende?\".",
        da: "Ambassadører (9-10) minus kritikere (0-6) på \"hvor sandsynligt er det, at du vil anbefale os?\".",
    },
    aliases: &["net_promoter_score", "likelihood_to_recommend"],
    formula: "(answers 9-10 - answers 0-6) / all answers 0-10 x 100",
    unit: Unit::Points,
    min: Some(-100.0),
    max: Some(100.0),
    good: Polarity::Up,
    population: "answers from 0 to 10, passives (7-8) included; skipped questions and other scores are excluded",
    anchor: Anchor::Responded,
    clocks: &[],
    measures: &["score", "promoters", "passives", "detractors"],
    options: &[],
    variants: &[Variant {
        name: "dismissed prompts in n",
        differs: "who saw the question and gave no score counts as passive, which pulls the score towards 0: Nps::counting_unanswered",
        used_by: &["CustomerGauge", "Formbricks"],
    }],
    references: &[
        "Reichheld, F. (2003): The one number you need to grow. Harvard Business Review 81(12)",
        "Bain & Company: Measuring your Net Promoter Score (0 to 10, deliberately not 1 to 10)",
        "Rocks, B. (2016): Interval estimation for the Net Promoter Score. The American Statistician 70(4)",
    ],
};

/// Net Promoter Score of many answers.
///
/// # What it measures
/// Whether more customers would recommend the company than advise against it.
///
/// # Formula
/// `100 · (promoters − detractors) / n`; promoters answer 9 or 10, detractors 0 to 6, passives 7 or 8. The interval is
/// the adjusted Wald; [`wald_interval`](Self::wald_interval) is there for comparison.
///
/// # Worked example
/// ```
/// use deskmetrics::{Estimates, Reason, kpi};
///
/// let nps = kpi::nps([0, 7, 7, 9, 9, 9].map(Some).into_iter().chain([None, Some(11)]));
///
/// assert!((nps.score().unwrap() - 33.333).abs() < 1e-3); // 3 of 6 minus 1 of 6
/// assert_eq!(nps.promoters().percent(), Some(50.0));
/// assert_eq!(nps.n(), 6);
/// assert_eq!(nps.excluded().to_string(), "1 not answered, 1 score outside the scale");
/// let interval = nps.interval(0.95).unwrap();
/// assert!((interval.lower - -26.74).abs() < 0.01 && (interval.upper - 71.19).abs() < 0.01);
/// ```
///
/// # Who is counted
/// Answers from 0 to 10, nothing else: there is no NPS on another scale. A skipped question is excluded as not
/// answered, any other score as outside the scale.
///
/// # When it misleads
/// The score moves a lot with few answers: at n = 100 the interval is about ±15 points wide. Market averages differ by
/// culture more than by service.
///
/// # References
/// See [`DEFINITION`].
#[doc(alias = "net promoter score")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nps {
    /// Answers by score, 0 to 10.
    scores: [u64; 11],
    excluded: Excluded,
}

impl Nps {
    /// Counts one answer; `None` is a skipped question.
    #[inline]
    pub fn push(&mut self, score: impl Into<Option<i32>>) {
        self.push_many(score, 1);
    }

    /// Counts `times` answers of the same score; `None` is a skipped question.
    ///
    /// ```
    /// use deskmetrics::kpi::Nps;
    ///
    /// let mut nps = Nps::default();
    /// for (score, answers) in [(10, 60), (8, 30), (2, 10)] {
    ///     nps.push_many(score, answers);
    /// }
    /// nps.push_many(None, 900);
    /// assert_eq!((nps.score(), nps.n()), (Some(50.0), 100)); // 60 % - 10 %
    /// ```
    #[inline]
    pub fn push_many(&mut self, score: impl Into<Option<i32>>, times: u64) {
        let Some(score) = score.into() else {
            return self.excluded.add_many(Reason::NotAnswered, times);
        };
        // A negative score becomes a huge place, so one comparison checks both ends.
        match self.scores.get_mut(score.cast_unsigned() as usize) {
            Some(count) => *count = count.saturating_add(times),
            None => self.excluded.add_many(Reason::OutOfScale, times),
        }
    }

    /// Counts a record that is no answer.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.excluded.add(reason);
    }

    /// Answers by score, 0 to 10.
    pub fn scores(&self) -> &[u64; 11] {
        &self.scores
    }

    /// Answers counted.
    pub fn n(&self) -> u64 {
        self.sides().n()
    }

    /// The score in points, −100 to 100; `None` without answers.
    pub fn score(&self) -> Option<f64> {
        self.sides().points()
    }

    /// The adjusted Wald interval of the score, in points.
    pub fn interval(&self, level: f64) -> Option<Interval> {
        self.sides().points_interval(level)
    }

    /// The plain Wald interval of the score, in points; too narrow for few answers.
    pub fn wald_interval(&self, level: f64) -> Option<Interval> {
        self.sides().wald_interval(level).map(|interval| interval.scaled(100.0))
    }

    /// Promoters, passives and detractors.
    pub fn sides(&self) -> NetScore {
        let sum = |counts: &[u64]| counts.iter().fold(0u64, |sum, count| sum.saturating_add(*count));
        NetScore {
            positive: sum(&self.scores[9..]),
            neutral: sum(&self.scores[7..9]),
            negative: sum(&self.scores[..7]),
        }
    }

    /// Answers 9 and 10 among all.
    pub fn promoters(&self) -> Ratio {
        Ratio::new(self.sides().positive, self.n())
    }

    /// Answers 7 and 8 among all.
    pub fn passives(&self) -> Ratio {
        Ratio::new(self.sides().neutral, self.n())
    }

    /// Answers 0 to 6 among all.
    pub fn detractors(&self) -> Ratio {
        Ratio::new(self.sides().negative, self.n())
    }

    /// The variant in which skipped questions count as passives.
    pub fn counting_unanswered(&self) -> NetScore {
        let mut sides = self.sides();
        sides.neutral = sides.neutral.saturating_add(self.excluded.count(Reason::NotAnswered));
        sides
    }
}

impl Merge for Nps {
    fn merge(&mut self, other: Self) {
        self.merge_from(&other);
    }

    fn merge_from(&mut self, other: &Self) {
        for (mine, theirs) in self.scores.iter_mut().zip(other.scores) {
            mine.merge(theirs);
        }
        self.excluded.merge_from(&other.excluded);
    }
}

impl<S: Into<Option<i32>>> Extend<S> for Nps {
    fn extend<I: IntoIterator<Item = S>>(&mut self, scores: I) {
        scores.into_iter().for_each(|score| self.push(score));
    }
}

impl<S: Into<Option<i32>>> FromIterator<S> for Nps {
    fn from_iter<I: IntoIterator<Item = S>>(scores: I) -> Self {
        let mut nps = Self::default();
        nps.extend(scores);
        nps
    }
}

impl Estimates for Nps {
    fn estimates(&self, level: f64) -> Vec<Estimate> {
        vec![
            Estimate::net("score", self.sides(), level),
            Estimate::share("promoters", self.promoters(), level),
            Estimate::share("passives", self.passives(), level),
            Estimate::share("detractors", self.detractors(), level),
        ]
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }

    fn compared(&self) -> Compared<'_> {
        Compared::Net(self.sides())
    }
}

impl Kpi for Nps {
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
        self.push(response.score);
    }

    fn scores(&self) -> Option<std::ops::RangeInclusive<i32>> {
        Some(0..=10)
    }

    fn distribution(&self) -> Option<ScoreCounts> {
        let mut counts = ScoreCounts::new(0, 10);
        for (score, answers) in (0..).zip(self.scores) {
            counts.push_many(score, answers);
        }
        Some(counts)
    }

    fn caution(&self) -> Option<&'static str> {
        let on_five: u64 = self.scores[1..=5].iter().fold(0, |sum, answers| sum.saturating_add(*answers));
        (on_five >= 3 && on_five == self.n()).then_some(
            "all answers are from 1 to 5, so none can be a promoter; if the question has a scale of 1 to 5, it is a CSAT",
        )
    }

    fn push_bulk(&mut self, bulk: Bulk) {
        if let Bulk::Score(score, times) = bulk {
            self.push_many(score, times);
        }
    }
}

impl Registered for Nps {
    const USUAL: bool = true;

    fn requested(request: &KpiRequest, _as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        request.question(DEFINITION.id).map(|_| Self::default())
    }

    fn option(request: &KpiRequest) -> Option<String> {
        request.other_question(DEFINITION.id)
    }
}

/// Net Promoter Score of `answers` (scores, `None` for skipped, or [`SurveyResponse`]s); see
/// [`Nps`].
#[doc(alias = "net promoter score")]
pub fn nps<S: Into<Option<i32>>>(answers: impl IntoIterator<Item = S>) -> Nps {
    answers.into_iter().collect()
}
