//! A survey KPI: scores given on a scale.

use serde::{Deserialize, Serialize};

use crate::survey::{Direction, Scale};
use crate::{Excluded, Merge, NetScore, Ratio, Reason, ScoreCounts};

/// The answers to one survey question: how often each score of its scale was given.
///
/// A skipped question is excluded as not answered, a score beyond the scale as out of scale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RatedForm")]
pub struct Rated {
    scale: Scale,
    scores: ScoreCounts,
    excluded: Excluded,
}

impl Rated {
    /// No answers yet on `scale`.
    pub fn new(scale: &Scale) -> Self {
        Self {
            scores: ScoreCounts::new(scale.min(), scale.max()),
            scale: scale.clone(),
            excluded: Excluded::default(),
        }
    }

    /// Counts one answer; `None` is a skipped question.
    #[inline]
    pub fn push(&mut self, score: impl Into<Option<i32>>) {
        self.push_many(score, 1);
    }

    /// Counts `times` answers of the same score; `None` is a skipped question.
    #[inline]
    pub fn push_many(&mut self, score: impl Into<Option<i32>>, times: u64) {
        match score.into() {
            Some(score) if self.scores.push_many(score, times) => {}
            Some(_) => self.excluded.add_many(Reason::OutOfScale, times),
            None => self.excluded.add_many(Reason::NotAnswered, times),
        }
    }

    /// Counts a record that is no answer.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.excluded.add(reason);
    }

    /// Counts `records` such records.
    pub(crate) fn exclude_many(&mut self, reason: Reason, records: u64) {
        self.excluded.add_many(reason, records);
    }

    /// The scale of the question.
    pub fn scale(&self) -> &Scale {
        &self.scale
    }

    /// How often each score was given.
    pub fn scores(&self) -> &ScoreCounts {
        &self.scores
    }

    /// Answers counted.
    pub fn n(&self) -> u64 {
        self.scores.n()
    }

    /// Exclusions, by reason.
    pub fn excluded(&self) -> &Excluded {
        &self.excluded
    }

    /// The mean score, in steps of the scale.
    pub fn mean(&self) -> Option<f64> {
        self.scores.mean()
    }

    /// Positive answers among all.
    pub fn positive(&self) -> Ratio {
        Ratio::new(self.scores.count_where(|score| self.scale.is_positive(score)), self.n())
    }

    /// Negative answers among all.
    pub fn negative(&self) -> Ratio {
        Ratio::new(self.scores.count_where(|score| self.scale.is_negative(score)), self.n())
    }

    /// Positive, neutral and negative answers.
    pub fn sides(&self) -> NetScore {
        let (positive, negative) = (self.positive().hits, self.negative().hits);
        NetScore { positive, neutral: self.n().saturating_sub(positive).saturating_sub(negative), negative }
    }

    /// The `best` best steps of the scale against its `worst` worst ones.
    pub(crate) fn ends(&self, best: i32, worst: i32) -> NetScore {
        let (min, max) = (self.scale.min(), self.scale.max());
        let rank = |score: i32| match self.scale.direction() {
            Direction::HigherIsBetter => max - score,
            Direction::LowerIsBetter => score - min,
        };
        let positive = self.scores.count_where(|score| rank(score) < best);
        let negative = self.scores.count_where(|score| max - min - rank(score) < worst);
        NetScore { positive, neutral: self.n().saturating_sub(positive).saturating_sub(negative), negative }
    }
}

/// Joins answers given on one scale; those given on another are excluded under
/// [`Reason::OtherOptions`].
impl Merge for Rated {
    fn merge(&mut self, other: Self) {
        self.merge_from(&other);
    }

    fn merge_from(&mut self, other: &Self) {
        let answers = other.n();
        if self.scale == other.scale {
            self.scores.merge_from(&other.scores);
        } else if self.n() == 0 && answers > 0 {
            self.scale = other.scale.clone();
            self.scores = other.scores.clone();
        } else {
            self.excluded.add_many(Reason::OtherOptions, answers);
        }
        self.excluded.merge_from(&other.excluded);
    }
}

/// A stored tally, not checked yet.
#[derive(Deserialize)]
struct RatedForm {
    scale: Scale,
    scores: ScoreCounts,
    excluded: Excluded,
}

impl TryFrom<RatedForm> for Rated {
    type Error = String;

    fn try_from(form: RatedForm) -> Result<Self, Self::Error> {
        let empty = Self::new(&form.scale);
        if empty.scores.shape() != form.scores.shape() {
            let (min, max) = (form.scale.min(), form.scale.max());
            return Err(format!("stored scores do not fit the scale {min} to {max}"));
        }
        Ok(Self { scores: form.scores, excluded: form.excluded, ..empty })
    }
}
