//! Scales of survey questions.
#![warn(clippy::indexing_slicing)]

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::Convention;

/// Which end of a scale is good.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The higher the better.
    #[default]
    HigherIsBetter,
    /// The lower the better, as in "how much effort did it take you?".
    LowerIsBetter,
}

words!(Direction: "direction");

/// A whole-number scale: its ends, which answers are positive and negative, and which end is good.
///
/// A source with half steps (3.5 of 5) is converted to a whole-number scale first (7 of 10).
///
/// ```
/// use deskmetrics::survey::Scale;
///
/// let stars = Scale::csat(1, 5).unwrap();
/// assert!(stars.is_positive(4) && !stars.is_positive(3) && stars.is_negative(2));
/// assert!(!stars.contains(0));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ScaleForm", into = "ScaleForm")]
pub struct Scale {
    min: i32,
    max: i32,
    positive: RangeInclusive<i32>,
    negative: RangeInclusive<i32>,
    direction: Direction,
}

/// An invalid scale.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScaleError {
    /// The ends are in the wrong order, equal or too far apart.
    #[error("scale {min} to {max} is empty or too wide: give the lower end first, at most 1000 steps apart")]
    Ends {
        /// Lower end given.
        min: i32,
        /// Upper end given.
        max: i32,
    },
    /// Positive or negative answers are outside the scale or overlap.
    #[error("answers {from} to {to} do not fit the scale {min} to {max}, or are both positive and negative")]
    Side {
        /// First answer given.
        from: i32,
        /// Last answer given.
        to: i32,
        /// Lower end of the scale.
        min: i32,
        /// Upper end of the scale.
        max: i32,
    },
    /// The scale has no usual positive answers.
    #[error(
        "scale {min} to {max} has no usual set of positive answers: state which answers are positive and which are negative, such \
         as \"{min}-{max}, {}-{max} good, {min}-{} bad\"{}",
        max - (max - min) / 5,
        min + (max - min) / 5,
        if (*min, *max) == (0, 10) { "; for the question of NPS, \"nps\"" } else { "" }
    )]
    NoPreset {
        /// Lower end given.
        min: i32,
        /// Upper end given.
        max: i32,
    },
    /// A text that describes no scale.
    #[error(
        "scale \"{text}\" is not one of \"nps\", \"ces1\", \"ces2\", ends such as \"1-5\" or \"1-7 zencity\", \
         or \"1-10, 8-10 good, 1-4 bad\""
    )]
    Text {
        /// The text found.
        text: String,
    },
}

impl Convention {
    /// The satisfaction scale from `min` to `max` as this product reads it.
    ///
    /// # Errors
    /// When it has no meaning for that scale.
    pub fn scale(self, min: i32, max: i32) -> Result<Scale, ScaleError> {
        use Convention::{CustomerGauge, Formbricks, Usual, Zencity, Zendesk};

        let (best, worst) = match (self, min, max) {
            (Usual | Zendesk | Zencity, 1, 2) | (Usual | Zendesk | Formbricks | Zencity, 1, 3) => (1, 1),
            (Zendesk, 1, 5) => (2, 3),
            (Usual | Formbricks | Zencity, 1, 4)
            | (Usual | Formbricks | Zencity | CustomerGauge, 1, 5)
            | (Usual | Formbricks, 1, 6 | 7)
            | (CustomerGauge, 1, 10) => (2, 2),
            (Zencity, 1, 6..=8) | (Formbricks, 1, 10) => (3, 3),
            _ if min >= max => return Err(ScaleError::Ends { min, max }),
            _ => return Err(ScaleError::NoPreset { min, max }),
        };
        Scale::new(min..=max, max - best + 1..=max, min..=min + worst - 1)
    }
}

impl Scale {
    /// A scale with the positive and negative answers stated; answers of neither set are neutral.
    ///
    /// # Errors
    /// When the ends are not in order, or a set is outside the scale or overlaps the other.
    pub fn new(
        ends: RangeInclusive<i32>,
        positive: RangeInclusive<i32>,
        negative: RangeInclusive<i32>,
    ) -> Result<Self, ScaleError> {
        let (min, max) = (*ends.start(), *ends.end());
        if min >= max || max.checked_sub(min).is_none_or(|steps| steps > 1000) {
            return Err(ScaleError::Ends { min, max });
        }
        for side in [&positive, &negative] {
            let outside = !ends.contains(side.start()) || !ends.contains(side.end()) || side.is_empty();
            let overlaps = positive.start() <= negative.end() && negative.start() <= positive.end();
            if outside || overlaps {
                return Err(ScaleError::Side { from: *side.start(), to: *side.end(), min, max });
            }
        }
        let direction = if positive.start() > negative.start() {
            Direction::HigherIsBetter
        } else {
            Direction::LowerIsBetter
        };
        Ok(Self { min, max, positive, negative, direction })
    }

    /// The usual satisfaction scale from `min` to `max`: the top answers are positive, as many bottom ones
    /// negative. 1-2: 2; 1-3: 3; 1-4: 3-4; 1-5: 4-5 (3 is neutral and stays in the denominator); 1-6: 5-6;
    /// 1-7: 6-7.
    ///
    /// # Errors
    /// For every other scale: products disagree (1-10 is top-2 in one and top-3 in another), so give the
    /// positive answers with [`Scale::new`] or use a product's [`Convention`].
    #[doc(alias = "top two box")]
    pub fn csat(min: i32, max: i32) -> Result<Self, ScaleError> {
        Convention::Usual.scale(min, max)
    }

    /// The Net Promoter scale: 0 to 10, 9 and 10 promote, 0 to 6 detract.
    pub fn nps() -> Self {
        Self { min: 0, max: 10, positive: 9..=10, negative: 0..=6, direction: Direction::HigherIsBetter }
    }

    /// Customer Effort Score 2.0, "the company made it easy": 1 to 7, 5 to 7 agree, 1 to 3 disagree, 4 is
    /// neutral; higher is better.
    pub fn ces2() -> Self {
        Self { min: 1, max: 7, positive: 5..=7, negative: 1..=3, direction: Direction::HigherIsBetter }
    }

    /// The original Customer Effort Score, "how much effort did you have to put forth": 1 (very low) to 5 (very
    /// high); lower is better.
    pub fn ces1() -> Self {
        Self { min: 1, max: 5, positive: 1..=2, negative: 4..=5, direction: Direction::LowerIsBetter }
    }

    /// Lowest answer.
    pub fn min(&self) -> i32 {
        self.min
    }

    /// Highest answer.
    pub fn max(&self) -> i32 {
        self.max
    }

    /// Positive answers.
    pub fn positive(&self) -> &RangeInclusive<i32> {
        &self.positive
    }

    /// Negative answers.
    pub fn negative(&self) -> &RangeInclusive<i32> {
        &self.negative
    }

    /// Which end is good.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// Whether `score` is on the scale.
    pub fn contains(&self, score: i32) -> bool {
        (self.min..=self.max).contains(&score)
    }

    /// Whether `score` is a positive answer.
    pub fn is_positive(&self, score: i32) -> bool {
        self.positive.contains(&score)
    }

    /// Whether `score` is a negative answer.
    pub fn is_negative(&self, score: i32) -> bool {
        self.negative.contains(&score)
    }
}

/// A scale as it is written: a name (`"nps"`, `"ces1"`, `"ces2"`), ends (`"1-5"`, `[1, 5]`), or a table.
#[derive(Serialize)]
#[serde(untagged)]
enum ScaleForm {
    Text(String),
    Table(ScaleTable),
}

/// By hand, since the error of an untagged enum could only be that nothing matched.
impl<'de> Deserialize<'de> for ScaleForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyForm;

        impl<'de> Visitor<'de> for AnyForm {
            type Value = ScaleForm;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a scale such as \"1-5\", [1, 5], \"nps\", or a table with min, max, positive and negative")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<ScaleForm, E> {
                Ok(ScaleForm::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut ends: A) -> Result<ScaleForm, A::Error> {
                let wrong = || de::Error::custom("a scale has two ends, such as [1, 5]");
                let min = ends.next_element::<i32>()?.ok_or_else(wrong)?;
                let max = ends.next_element::<i32>()?.ok_or_else(wrong)?;
                // Formats without field names store the table's values in order.
                match ends.next_element::<[i32; 2]>()? {
                    None => Ok(ScaleForm::Text(format!("{min}-{max}"))),
                    Some(positive) => {
                        let negative = ends.next_element::<[i32; 2]>()?.ok_or_else(wrong)?;
                        Ok(ScaleForm::Table(ScaleTable { min, max, positive, negative }))
                    }
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<ScaleForm, A::Error> {
                ScaleTable::deserialize(MapAccessDeserializer::new(table)).map(ScaleForm::Table)
            }
        }

        deserializer.deserialize_any(AnyForm)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScaleTable {
    min: i32,
    max: i32,
    positive: [i32; 2],
    negative: [i32; 2],
}

impl TryFrom<ScaleForm> for Scale {
    type Error = ScaleError;

    fn try_from(form: ScaleForm) -> Result<Self, Self::Error> {
        match form {
            ScaleForm::Table(ScaleTable { min, max, positive, negative }) => {
                Self::new(min..=max, positive[0]..=positive[1], negative[0]..=negative[1])
            }
            ScaleForm::Text(text) => text.parse(),
        }
    }
}

/// From a name (`nps`, `ces1`, `ces2`), ends with a usual meaning (`1-5`) or a product's
/// ([`Convention`], `1-7 zencity`), or everything: `1-10, 8-10 good, 1-4 bad`.
///
/// ```
/// use deskmetrics::Scale;
///
/// let ten: Scale = "1-10, 8-10 good, 1-4 bad".parse().unwrap();
/// assert!(ten.is_positive(8) && !ten.is_positive(7) && ten.is_negative(4));
/// assert_eq!(ten.to_string(), "1-10, 8-10 good, 1-4 bad");
/// assert_eq!("1-5".parse::<Scale>().unwrap().to_string(), "1-5, 4-5 good, 1-2 bad");
/// ```
impl FromStr for Scale {
    type Err = ScaleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim() {
            "nps" => return Ok(Self::nps()),
            "ces1" => return Ok(Self::ces1()),
            "ces2" => return Ok(Self::ces2()),
            _ => {}
        }
        let unreadable = || ScaleError::Text { text: text.to_owned() };
        let parts: Vec<&str> = text.split(',').map(str::trim).collect();
        let side = |part: &str, word: &str| part.strip_suffix(word).and_then(parse_ends);
        match parts[..] {
            [ends] => {
                let (ends, convention) = ends.split_once(' ').unwrap_or((ends, Convention::Usual.as_str()));
                let convention: Convention = convention.parse().map_err(|_| unreadable())?;
                let ends = parse_ends(ends).ok_or_else(unreadable)?;
                convention.scale(*ends.start(), *ends.end())
            }
            [ends, good, bad] => {
                let ends = parse_ends(ends).ok_or_else(unreadable)?;
                let good = side(good, "good").ok_or_else(unreadable)?;
                let bad = side(bad, "bad").ok_or_else(unreadable)?;
                Self::new(ends, good, bad)
            }
            _ => Err(unreadable()),
        }
    }
}

/// `1-5`, or `-2-2`: the dash that is no sign separates the ends.
fn parse_ends(text: &str) -> Option<RangeInclusive<i32>> {
    let text = text.trim();
    let dash = text.char_indices().skip(1).find(|(_, character)| *character == '-')?.0;
    let (first, last) = text.split_at_checked(dash)?;
    let last = last.strip_prefix('-')?;
    Some(first.trim().parse().ok()?..=last.trim().parse().ok()?)
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (good, bad) = (&self.positive, &self.negative);
        write!(f, "{}-{}, {}-{} good, ", self.min, self.max, good.start(), good.end())?;
        write!(f, "{}-{} bad", bad.start(), bad.end())
    }
}

impl From<Scale> for ScaleForm {
    fn from(scale: Scale) -> Self {
        Self::Table(ScaleTable {
            min: scale.min,
            max: scale.max,
            positive: [*scale.positive.start(), *scale.positive.end()],
            negative: [*scale.negative.start(), *scale.negative.end()],
        })
    }
}
