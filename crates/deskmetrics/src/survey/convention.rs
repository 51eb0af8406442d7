//! Satisfied answers as products define them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The product whose meaning of "satisfied" applies: products disagree even on the same scale.
///
/// | Scale | usual | Zendesk | Formbricks | Zencity | CustomerGauge |
/// |---|---|---|---|---|---|
/// | 1-2 | 2 | 2 | - | 2 | - |
/// | 1-3 | 3 | 3 | 3 | 3 | - |
/// | 1-4 | 3-4 | - | 3-4 | 3-4 | - |
/// | 1-5 | 4-5 | 4-5, **3 is bad** | 4-5 | 4-5 | 4-5 |
/// | 1-6 | 5-6 | - | 5-6 | **4-6** | - |
/// | 1-7 | 6-7 | - | 6-7 | **5-7** | - |
/// | 1-8 | - | - | - | 6-8 | - |
/// | 1-10 | - | - | 8-10 | - | **9-10** |
///
/// As many answers at the other end are dissatisfied, the rest neutral; neutral answers stay in the denominator.
///
/// ```
/// use deskmetrics::Scale;
/// use deskmetrics::survey::Convention;
///
/// let scale = Convention::Zencity.scale(1, 7).unwrap();
/// assert!(scale.is_positive(5));
/// assert!(!Scale::csat(1, 7).unwrap().is_positive(5));
/// assert_eq!("1-10 formbricks".parse::<Scale>(), Convention::Formbricks.scale(1, 10));
/// assert!(Convention::Zendesk.scale(1, 5).unwrap().is_negative(3));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Convention {
    /// The common choice; none for 1-8 and 1-10, where products disagree.
    #[default]
    Usual,
    /// Zendesk: on five points a 3 is a bad answer.
    Zendesk,
    /// Formbricks: eight and up of ten.
    Formbricks,
    /// Zencity: the upper half, from 4 of 6, 5 of 7 and 6 of 8.
    Zencity,
    /// CustomerGauge: nine and ten of ten.
    CustomerGauge,
}

impl Convention {
    /// All conventions.
    pub const ALL: [Self; 5] =
        [Self::Usual, Self::Zendesk, Self::Formbricks, Self::Zencity, Self::CustomerGauge];

    /// The name used in data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Usual => "usual",
            Self::Zendesk => "zendesk",
            Self::Formbricks => "formbricks",
            Self::Zencity => "zencity",
            Self::CustomerGauge => "customergauge",
        }
    }
}

impl fmt::Display for Convention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that names no [`Convention`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("convention \"{0}\" is not one of usual, zendesk, formbricks, zencity, customergauge")]
pub struct UnknownConvention(pub String);

impl FromStr for Convention {
    type Err = UnknownConvention;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|convention| convention.as_str().eq_ignore_ascii_case(word.trim()))
            .ok_or_else(|| UnknownConvention(word.to_owned()))
    }
}
