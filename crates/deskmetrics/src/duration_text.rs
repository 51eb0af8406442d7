//! Durations as text: `"4h"`, `"1h 30m"`, `"2days"`; a day is 24 hours.
//!
//! For `#[serde(with = "duration_text")]` on a [`TimeDelta`]; see [`parse`] and [`format()`] for the text.
#![warn(clippy::indexing_slicing)]

use std::fmt;

use chrono::TimeDelta;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serializer};

/// A text that is no duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("duration \"{0}\" is not of the form \"4h\", \"1h 30m\" or \"45s\"")]
pub struct UnknownDuration(pub String);

/// Reads a duration such as `"4h"` or `"1h 30m"`, with an optional leading minus.
///
/// # Errors
/// [`UnknownDuration`], which names the text and shows the accepted forms.
///
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::duration_text;
///
/// assert_eq!(duration_text::parse("1h 30m"), Ok(TimeDelta::minutes(90)));
/// assert!(duration_text::parse("4 hrs?").is_err());
/// ```
pub fn parse(text: &str) -> Result<TimeDelta, UnknownDuration> {
    let trimmed = text.trim();
    let (negative, magnitude) = match trimmed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, trimmed),
    };
    let duration = humantime::parse_duration(magnitude)
        .ok()
        .and_then(|duration| TimeDelta::from_std(duration).ok())
        .ok_or_else(|| UnknownDuration(text.to_owned()))?;
    Ok(if negative { -duration } else { duration })
}

/// Writes a duration so that [`parse`] reads it back: `"1h 30m"`.
pub fn format(duration: TimeDelta) -> String {
    let magnitude = duration.abs().to_std().unwrap_or_default();
    // Whole hours stay hours: "36h", since the length of a day in "1day 12h" is ambiguous.
    let hours = magnitude.as_secs() / 3600;
    let rest = std::time::Duration::new(magnitude.as_secs() % 3600, magnitude.subsec_nanos());
    let text = match (hours, rest.is_zero()) {
        (0, _) => humantime::format_duration(rest).to_string(),
        (_, true) => format!("{hours}h"),
        (_, false) => format!("{hours}h {}", humantime::format_duration(rest)),
    };
    if duration < TimeDelta::zero() { format!("-{text}") } else { text }
}

/// For serde: a duration becomes its text.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(duration: &TimeDelta, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format(*duration))
}

/// For serde: a text becomes a duration.
///
/// # Errors
/// When the text is no duration.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TimeDelta, D::Error> {
    DurationText::deserialize(deserializer).map(|DurationText(duration)| duration)
}

/// A duration as text, whose absence or other type is reported as such.
struct DurationText(TimeDelta);

impl<'de> Deserialize<'de> for DurationText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = DurationText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a duration such as \"4h\", \"1h 30m\" or \"45s\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<DurationText, E> {
                parse(text).map(DurationText).map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text)
    }
}

/// For `#[serde(with = "duration_text::optional")]` on an `Option<TimeDelta>`: its text, or nothing.
pub mod optional {
    use chrono::TimeDelta;
    use serde::{Deserialize, Deserializer, Serializer};

    /// For serde: a duration becomes its text.
    ///
    /// # Errors
    /// Those of the serializer.
    #[allow(clippy::ref_option, reason = "the signature serde requires")]
    pub fn serialize<S: Serializer>(duration: &Option<TimeDelta>, serializer: S) -> Result<S::Ok, S::Error> {
        match duration {
            Some(duration) => serializer.serialize_some(&super::format(*duration)),
            None => serializer.serialize_none(),
        }
    }

    /// For serde: a text becomes a duration.
    ///
    /// # Errors
    /// When the text is no duration.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<TimeDelta>, D::Error> {
        let duration = Option::<super::DurationText>::deserialize(deserializer)?;
        Ok(duration.map(|super::DurationText(duration)| duration))
    }
}

/// For `#[serde(with = "duration_text::list")]` on a `Vec<TimeDelta>`: a list of texts.
pub mod list {
    use chrono::TimeDelta;
    use serde::{Deserialize, Deserializer, Serializer};

    /// For serde: durations become their texts.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(durations: &[TimeDelta], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(durations.iter().map(|duration| super::format(*duration)))
    }

    /// For serde: texts become durations.
    ///
    /// # Errors
    /// When one of the texts is no duration.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<TimeDelta>, D::Error> {
        let durations = Vec::<super::DurationText>::deserialize(deserializer)?;
        Ok(durations.into_iter().map(|super::DurationText(duration)| duration).collect())
    }
}
