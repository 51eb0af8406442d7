//! Keys of a description that name a column and its format.
//!
//! Each is either the column's name or a table.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use chrono_tz::{TZ_VARIANTS, Tz};
use deskmetrics::ClockKind;
use deskmetrics::sla::ConditionValue;
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{
    self, DeserializeOwned, Deserializer, Error as _, IntoDeserializer as _, MapAccess, SeqAccess, Visitor,
};

use super::suggest::{did_you_mean, listed, nearest};
use crate::column::measure::MeasureName;
use crate::column::{Ambiguous, DecimalMark, DurationUnit, Meaning, Nonexistent, TimestampReading};

/// A code in the data: text, or a number or boolean as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code(pub Box<str>);

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Scalar;

        impl Visitor<'_> for Scalar {
            type Value = Code;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a code: text, a number or a boolean")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Code, E> {
                Ok(Code(text.trim().into()))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Code, E> {
                Ok(Code(number.to_string().into()))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Code, E> {
                Ok(Code(number.to_string().into()))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Code, E> {
                Ok(Code(number.to_string().into()))
            }

            fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Code, E> {
                Ok(Code(flag.to_string().into()))
            }
        }

        deserializer.deserialize_any(Scalar)
    }
}

/// The values that a column must have, or must not have, in rows that are read.
///
/// `"web"`; `["web", "mail"]`; `{ not = ["test", "preview"] }`. A [`ConditionValue`] is compared by its type: texts letter
/// by letter, numbers and booleans by what they mean. An empty text is an empty cell, and `"*"` is any other one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Values {
    /// The values.
    pub values: Vec<ConditionValue>,
    /// Whether rows with one of the values are skipped, instead of read.
    pub not: bool,
}

impl Values {
    /// Whether rows in which the column has this text are read.
    pub(crate) fn include(&self, text: &str) -> bool {
        self.place(text).is_some() != self.not
    }

    /// The place of the value that a text is.
    pub(crate) fn place(&self, text: &str) -> Option<usize> {
        let text = text.trim();
        let is = |value: &ConditionValue| {
            if value.is_any() { !text.is_empty() } else { value.is(text) || value.as_str().trim() == text }
        };
        self.values.iter().position(is)
    }
}

/// Such as `web or mail`.
impl fmt::Display for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values: Vec<&str> = self.values.iter().map(ConditionValue::as_str).collect();
        write!(f, "{}{}", if self.not { "not " } else { "" }, values.join(" or "))
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Excluding {
            #[serde(deserialize_with = "one_or_many")]
            not: Vec<ConditionValue>,
        }

        #[derive(Deserialize)]
        #[serde(
            untagged,
            expecting = "expected a value, a list of values, or a table such as { not = \"test\" }"
        )]
        enum Form {
            Excluding(Excluding),
            One(ConditionValue),
            Many(Vec<ConditionValue>),
        }

        Ok(match Form::deserialize(deserializer)? {
            Form::Excluding(Excluding { not }) => Self { values: not, not: true },
            Form::One(value) => Self { values: vec![value], not: false },
            Form::Many(values) => Self { values, not: false },
        })
    }
}

/// Whether the case of values matters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterCase {
    /// "Solved" and "SOLVED" are equal.
    #[default]
    Ignore,
    /// They are different.
    Exact,
}

/// A column of labels and their meanings, or one meaning for all rows.
///
/// `"state"`; `{ column = "state", words = { "Resolved" = "solved" }, other = "open", missing = ["?"] }`; `{ value =
/// "chat" }`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "T: DeserializeOwned + Meaning"))]
#[non_exhaustive]
pub struct WordKey<T> {
    /// The column.
    #[serde(default)]
    pub column: Option<String>,
    /// The meaning of all rows, instead of a column.
    #[serde(default = "none", deserialize_with = "meaning")]
    pub value: Option<T>,
    /// The meanings of the source's labels.
    #[serde(default = "BTreeMap::new", deserialize_with = "meanings")]
    pub words: BTreeMap<Box<str>, T>,
    /// The meaning of every other label.
    #[serde(default = "none", deserialize_with = "meaning")]
    pub other: Option<T>,
    /// Codes that mean missing, in addition to an empty cell.
    #[serde(default)]
    pub missing: Vec<Code>,
    /// Whether case matters.
    #[serde(default)]
    pub case: LetterCase,
}

fn none<T>() -> Option<T> {
    None
}

/// A meaning as serde has it, or by one of its own words: `"true"` and `"yes"` for `true`.
struct Worded<T>(T);

impl<'de, T: DeserializeOwned + Meaning> Deserialize<'de> for Worded<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Word<T>(PhantomData<T>);

        impl<'de, T: DeserializeOwned + Meaning> Visitor<'de> for Word<T> {
            type Value = Worded<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let words = T::own_words();
                if words.is_empty() { f.write_str("a text") } else { f.write_str(&listed(words)) }
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Worded<T>, E> {
                let word = word.trim();
                if word.is_empty() {
                    return Err(E::custom(
                        "a blank text is no meaning: list labels without one under missing",
                    ));
                }
                let meaning = T::deserialize(de::value::StrDeserializer::new(word));
                meaning.or_else(|error| T::of_own_word(word).ok_or(error)).map(Worded)
            }

            fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Worded<T>, E> {
                T::deserialize(flag.into_deserializer()).map(Worded)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Worded<T>, A::Error> {
                T::deserialize(SeqAccessDeserializer::new(list)).map(Worded)
            }
        }

        deserializer.deserialize_any(Word(PhantomData))
    }
}

fn meaning<'de, D: Deserializer<'de>, T: DeserializeOwned + Meaning>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Worded::deserialize(deserializer).map(|Worded(meaning)| Some(meaning))
}

fn meanings<'de, D: Deserializer<'de>, T: DeserializeOwned + Meaning>(
    deserializer: D,
) -> Result<BTreeMap<Box<str>, T>, D::Error> {
    let words: BTreeMap<Label, Worded<T>> = BTreeMap::deserialize(deserializer)?;
    Ok(words.into_iter().map(|(Label(word), Worded(meaning))| (word, meaning)).collect())
}

fn numbers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<Box<str>, f64>, D::Error> {
    let words: BTreeMap<Label, f64> = BTreeMap::deserialize(deserializer)?;
    Ok(words.into_iter().map(|(Label(word), number)| (word, number)).collect())
}

/// A label of the source, which is compared without the blanks around it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Label(Box<str>);

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let label = String::deserialize(deserializer)?;
        match label.trim() {
            "" => {
                Err(D::Error::custom("a blank label has no meaning, since an empty cell is a missing value"))
            }
            label => Ok(Self(label.into())),
        }
    }
}

/// A column of timestamps.
///
/// `"opened_at"`, or `{ column = "opened_at", format = "%d/%m/%Y %H:%M", time_zone = "Europe/Paris" }`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TimestampKey {
    /// The column.
    pub column: String,
    /// The format; see [`TimestampReading::with_format`].
    #[serde(default, deserialize_with = "format")]
    pub format: Option<String>,
    /// The time zone of wall-clock times.
    #[serde(default, deserialize_with = "optional_zone")]
    pub time_zone: Option<Tz>,
    /// The meaning of a local time that occurs twice.
    #[serde(default)]
    pub ambiguous: Option<Ambiguous>,
    /// The meaning of a local time that a clock change skips.
    #[serde(default)]
    pub nonexistent: Option<Nonexistent>,
    /// Codes that mean missing, in addition to an empty cell.
    #[serde(default)]
    pub missing: Vec<Code>,
}

/// A column of numbers.
///
/// `"score"`, or `{ column = "score", missing = [11, "Blank"], words = { "Very good" = 5 }, times = 2, decimal = "," }`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct NumberKey {
    /// The column.
    pub column: String,
    /// Labels that mean a number.
    #[serde(default, deserialize_with = "numbers")]
    pub words: BTreeMap<Box<str>, f64>,
    /// A factor for every number, for example to convert half steps to whole numbers.
    #[serde(default)]
    pub times: Option<f64>,
    /// The decimal mark. Default: that of the [file](crate::file::FileSpec::decimal).
    #[serde(default)]
    pub decimal: Option<DecimalMark>,
    /// Codes that mean missing, in addition to an empty cell.
    #[serde(default)]
    pub missing: Vec<Code>,
}

/// A column of durations or counts computed by the source.
///
/// `"reply_time_in_minutes"`, or `{ column = "reply", unit = "minutes", clock = "business", missing = ["-"] }`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct MeasureKey {
    /// The column.
    pub column: String,
    /// The unit of a duration's numbers. Default: the unit in the column's name, as in `reply_time_in_minutes` or
    /// `Response Time (hours)`. A text such as `01:30:00` or `1h 30m` needs none.
    #[serde(default)]
    pub unit: Option<DurationUnit>,
    /// The clock of a duration. Default: the clock in the column's name, as in `reply_time_in_minutes.business`, else
    /// the calendar.
    #[serde(default)]
    pub clock: Option<ClockKind>,
    /// The decimal mark. Default: that of the [file](crate::file::FileSpec::decimal).
    #[serde(default)]
    pub decimal: Option<DecimalMark>,
    /// Codes that mean missing, in addition to an empty cell.
    #[serde(default)]
    pub missing: Vec<Code>,
}

impl MeasureKey {
    /// The unit of numbers, if known.
    pub(crate) fn unit(&self) -> Option<DurationUnit> {
        self.unit.or_else(|| MeasureName::of(&self.column).unit)
    }

    /// The clock of a duration.
    pub(crate) fn clock(&self) -> ClockKind {
        self.clock.or_else(|| MeasureName::of(&self.column).clock).unwrap_or_default()
    }
}

/// The format of timestamps in all columns of a file or dataset.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TimestampRules {
    /// The format; see [`TimestampReading::with_format`].
    #[serde(default, deserialize_with = "format")]
    pub format: Option<String>,
    /// The time zone of wall-clock times.
    #[serde(default, deserialize_with = "optional_zone")]
    pub time_zone: Option<Tz>,
    /// The meaning of a local time that occurs twice.
    #[serde(default)]
    pub ambiguous: Option<Ambiguous>,
    /// The meaning of a local time that a clock change skips.
    #[serde(default)]
    pub nonexistent: Option<Nonexistent>,
}

/// A key that may be just a column's name.
pub(crate) trait NamesColumn: DeserializeOwned {
    /// The allowed table form, for messages.
    const FORM: &'static str;

    /// The key with the column only and defaults for the rest.
    fn of_column(name: &str) -> Self;
}

impl<T: DeserializeOwned + Meaning> NamesColumn for WordKey<T> {
    const FORM: &'static str =
        "a column's name, or a table with column or value, and words, other, missing, case";

    fn of_column(name: &str) -> Self {
        Self {
            column: Some(name.to_owned()),
            value: None,
            words: BTreeMap::new(),
            other: None,
            missing: Vec::new(),
            case: LetterCase::default(),
        }
    }
}

impl NamesColumn for TimestampKey {
    const FORM: &'static str =
        "a column's name, or a table with column, format, time_zone, ambiguous, nonexistent, missing";

    fn of_column(name: &str) -> Self {
        Self {
            column: name.to_owned(),
            format: None,
            time_zone: None,
            ambiguous: None,
            nonexistent: None,
            missing: Vec::new(),
        }
    }
}

impl NamesColumn for NumberKey {
    const FORM: &'static str = "a column's name, or a table with column, words, times, decimal, missing";

    fn of_column(name: &str) -> Self {
        Self {
            column: name.to_owned(),
            words: BTreeMap::new(),
            times: None,
            decimal: None,
            missing: Vec::new(),
        }
    }
}

impl NamesColumn for MeasureKey {
    const FORM: &'static str = "a column's name, or a table with column, unit, clock, decimal, missing";

    fn of_column(name: &str) -> Self {
        Self { column: name.to_owned(), unit: None, clock: None, decimal: None, missing: Vec::new() }
    }
}

struct NameOrTable<K>(PhantomData<K>);

impl<'de, K: NamesColumn> Visitor<'de> for NameOrTable<K> {
    type Value = K;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(K::FORM)
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<K, E> {
        Ok(K::of_column(name))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<K, A::Error> {
        K::deserialize(MapAccessDeserializer::new(map))
    }
}

/// For serde: a column's name or a table.
pub(super) fn column<'de, D: Deserializer<'de>, K: NamesColumn>(deserializer: D) -> Result<K, D::Error> {
    deserializer.deserialize_any(NameOrTable(PhantomData))
}

/// For serde: a column's name or a table, or no key.
pub(super) fn optional_column<'de, D: Deserializer<'de>, K: NamesColumn>(
    deserializer: D,
) -> Result<Option<K>, D::Error> {
    column(deserializer).map(Some)
}

/// A key of this kind, in tables of several.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Named<K>(pub(super) K);

impl<'de, K: NamesColumn> Deserialize<'de> for Named<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        column(deserializer).map(Self)
    }
}

/// For serde: a table of such keys, without duplicates.
pub(super) fn columns<'de, D: Deserializer<'de>, N: Ord + Deserialize<'de>, K: NamesColumn>(
    deserializer: D,
) -> Result<BTreeMap<N, K>, D::Error> {
    struct Table<N, K>(PhantomData<(N, K)>);

    impl<'de, N: Ord + Deserialize<'de>, K: NamesColumn> Visitor<'de> for Table<N, K> {
        type Value = BTreeMap<N, K>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a table of columns by name")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let name = list.next_element::<String>().ok().flatten().unwrap_or_else(|| "market".to_owned());
            Err(A::Error::custom(format!(
                "found a list, expected a table of columns by name, such as {{ {} = \"{name}\" }}",
                bare_or_quoted(&name)
            )))
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut all = BTreeMap::new();
            while let Some(name) = map.next_key::<String>()? {
                let Named(key) = map.next_value()?;
                if all.insert(N::deserialize(name.as_str().into_deserializer())?, key).is_some() {
                    let message =
                        format!("\"{name}\" is another name of a key that is there: give it one column");
                    return Err(A::Error::custom(message));
                }
            }
            Ok(all)
        }
    }

    deserializer.deserialize_any(Table(PhantomData))
}

/// A key as TOML writes it.
fn bare_or_quoted(name: &str) -> String {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || ['_', '-'].contains(&letter);
    if !name.is_empty() && name.chars().all(is_bare) { name.to_owned() } else { format!("\"{name}\"") }
}

/// For serde: one such key or a list of them.
pub(super) fn some_columns<'de, D: Deserializer<'de>, K: NamesColumn>(
    deserializer: D,
) -> Result<Vec<K>, D::Error> {
    let named: Vec<Named<K>> = one_or_many(deserializer)?;
    Ok(named.into_iter().map(|Named(key)| key).collect())
}

/// For serde: one value or a list of them.
pub(super) fn one_or_many<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    struct OneOrMany<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMany<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("one value or a list of them")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<T>, E> {
            T::deserialize(de::value::StrDeserializer::new(text)).map(|one| vec![one])
        }

        fn visit_i64<E: de::Error>(self, number: i64) -> Result<Vec<T>, E> {
            T::deserialize(number.into_deserializer()).map(|one| vec![one])
        }

        fn visit_u64<E: de::Error>(self, number: u64) -> Result<Vec<T>, E> {
            T::deserialize(number.into_deserializer()).map(|one| vec![one])
        }

        fn visit_f64<E: de::Error>(self, number: f64) -> Result<Vec<T>, E> {
            T::deserialize(number.into_deserializer()).map(|one| vec![one])
        }

        fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Vec<T>, E> {
            T::deserialize(flag.into_deserializer()).map(|one| vec![one])
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Vec<T>, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map)).map(|one| vec![one])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
            let mut all = Vec::new();
            while let Some(one) = list.next_element()? {
                all.push(one);
            }
            Ok(all)
        }
    }

    deserializer.deserialize_any(OneOrMany(PhantomData))
}

/// For serde: an IANA zone by its name.
pub(super) fn zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tz, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse().map_err(|_| {
        let nearest = nearest(&name, TZ_VARIANTS.iter().map(|zone| zone.name()));
        let sentence = match nearest {
            Some(_) => format!("{} Give", did_you_mean(nearest.as_deref())),
            None => ": give".to_owned(),
        };
        D::Error::custom(format!(
            "time zone \"{name}\" is unknown{sentence} an IANA name such as \"Europe/Copenhagen\""
        ))
    })
}

fn optional_zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Tz>, D::Error> {
    zone(deserializer).map(Some)
}

/// For serde: a format that [`TimestampReading`] understands.
fn format<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let format = String::deserialize(deserializer)?;
    match TimestampReading::new(Tz::UTC).with_format(&format) {
        Ok(_) => Ok(Some(format)),
        Err(unknown) => Err(D::Error::custom(unknown)),
    }
}
