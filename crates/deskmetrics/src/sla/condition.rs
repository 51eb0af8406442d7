//! Conditions of policies on tickets.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ticket::Attribute;

/// Conditions on a ticket's attributes and tags. Each names an attribute and the values it may have; all of them must
/// hold. No conditions hold for every ticket.
///
/// In TOML: `{ market = "DK", category = ["playback", "billing"], tag = "vip" }`. The value `"*"` matches any value
/// at all; `tag` (or `tags`) holds when the ticket carries any of the tags. Numbers and booleans are values as well, `tier = 1`;
/// see [`ConditionValue`] for which texts of the data equal them.
///
/// ```
/// use deskmetrics::sla::Conditions;
/// use deskmetrics::ticket::Attribute;
///
/// let from_text: Conditions = toml::from_str("market = 'DK'\ncategory = ['playback', 'billing']\ntag = 'vip'").unwrap();
/// let built = Conditions::default()
///     .with_attribute(Attribute::Market, ["DK"])
///     .with_attribute(Attribute::Category, ["playback", "billing"])
///     .with_tags(["vip"]);
/// assert_eq!(from_text, built);
///
/// let numbers: Conditions = toml::from_str("tier = [1, 2.5]\nvip = true").unwrap();
/// let built = Conditions::default().with_attribute("tier", [1.0, 2.5]).with_attribute("vip", [true]);
/// assert_eq!(numbers, built);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, Values>", into = "BTreeMap<String, OneOrMany<ConditionValue>>")]
pub struct Conditions {
    attributes: BTreeMap<Attribute, Vec<ConditionValue>>,
    tags: Vec<ConditionValue>,
}

/// A value that an attribute must have. The type of the value decides which texts of the data equal it.
///
/// ```
/// use deskmetrics::sla::ConditionValue;
///
/// let equal = |value: ConditionValue, texts: [&str; 4]| texts.map(|text| value.is(text));
/// // A text is compared letter by letter.
/// assert_eq!(equal("2".into(), ["2", "2.0", "2,0", "3"]), [true, false, false, false]);
/// // A number equals every text of it, true and false those in any case.
/// assert_eq!(equal(2.0.into(), ["2", "2.0", "2,0", "3"]), [true, true, true, false]);
/// assert_eq!(equal(true.into(), ["true", "TRUE", "1", "FALSE"]), [true, true, false, false]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Value", into = "Value")]
pub struct ConditionValue {
    text: Box<str>,
    kind: ValueKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum ValueKind {
    Text,
    Number,
    Flag,
}

impl ConditionValue {
    /// Its text, as a column of numbers or booleans would have it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is the text [`Conditions::ANY`].
    pub fn is_any(&self) -> bool {
        self.kind == ValueKind::Text && &*self.text == Conditions::ANY
    }

    /// Whether a text of the data equals it.
    pub fn is(&self, text: &str) -> bool {
        *self.text == *text
            || match self.kind {
                ValueKind::Text => false,
                ValueKind::Number => number(text).is_some_and(|value| number(&self.text) == Some(value)),
                ValueKind::Flag => self.text.eq_ignore_ascii_case(text.trim()),
            }
    }
}

/// The number of a text, with a point or a comma before the decimals.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = text.starts_with(['-', '+']) || text.starts_with(|first: char| first.is_ascii_digit());
    let number: f64 = text.replace(',', ".").parse().ok()?;
    (plain && number.is_finite()).then_some(number)
}

/// A text.
impl From<&str> for ConditionValue {
    fn from(text: &str) -> Self {
        Self { text: text.into(), kind: ValueKind::Text }
    }
}

/// A text.
impl From<String> for ConditionValue {
    fn from(text: String) -> Self {
        Self { text: text.into(), kind: ValueKind::Text }
    }
}

/// A text.
impl From<Box<str>> for ConditionValue {
    fn from(text: Box<str>) -> Self {
        Self { text, kind: ValueKind::Text }
    }
}

impl From<f64> for ConditionValue {
    fn from(number: f64) -> Self {
        Self { text: number.to_string().into(), kind: ValueKind::Number }
    }
}

impl From<i64> for ConditionValue {
    fn from(number: i64) -> Self {
        Self { text: number.to_string().into(), kind: ValueKind::Number }
    }
}

impl From<bool> for ConditionValue {
    fn from(flag: bool) -> Self {
        Self { text: flag.to_string().into(), kind: ValueKind::Flag }
    }
}

impl fmt::Display for ConditionValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Conditions {
    /// The value that matches any.
    pub const ANY: &'static str = "*";

    /// The same with one more condition: `attribute` has one of `values`. Of [`Attribute::Tag`], the ticket carries one of them.
    #[must_use]
    pub fn with_attribute<V: Into<ConditionValue>>(
        mut self,
        attribute: impl Into<Attribute>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let mut values = values.into_iter().map(Into::into).peekable();
        let all = match attribute.into() {
            // No value at all is no tag, not any.
            Attribute::Tag if values.peek().is_some() => &mut self.tags,
            attribute => self.attributes.entry(attribute).or_default(),
        };
        all.extend(values);
        // Their order has no meaning.
        all.sort_unstable();
        all.dedup();
        self
    }

    /// The same with one more condition: the ticket carries one of `tags`.
    #[must_use]
    pub fn with_tags<V: Into<ConditionValue>>(self, tags: impl IntoIterator<Item = V>) -> Self {
        self.with_attribute(Attribute::Tag, tags)
    }

    /// Whether there are no conditions.
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty() && self.tags.is_empty()
    }

    /// The attributes with the values they may have.
    pub fn attributes(&self) -> impl Iterator<Item = (&Attribute, &[ConditionValue])> {
        self.attributes.iter().map(|(attribute, values)| (attribute, values.as_slice()))
    }

    /// The attributes that a record must have, [`Attribute::Tag`] among them if it must carry a tag.
    pub fn named(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.keys().chain((!self.tags.is_empty()).then_some(&Attribute::Tag))
    }

    /// The tags of which the ticket must carry one; none means no condition on tags.
    pub fn tags(&self) -> &[ConditionValue] {
        &self.tags
    }

    /// The same with the texts of the data that equal its numbers and booleans. A replay compares texts letter by letter, so that
    /// conditions of policies need them.
    /// `present` are the values of an attribute, [`Attribute::Tag`] among them.
    #[must_use]
    pub fn with_equal_texts<'v, I: Iterator<Item = &'v str>>(
        self,
        present: impl Fn(&Attribute) -> I,
    ) -> Self {
        let equal = |attribute: &Attribute, values: &[ConditionValue]| -> Vec<ConditionValue> {
            let typed: Vec<_> = values.iter().filter(|value| value.kind != ValueKind::Text).collect();
            if typed.is_empty() {
                return Vec::new();
            }
            let equal = present(attribute).filter(|text| typed.iter().any(|value| value.is(text)));
            equal.map(ConditionValue::from).collect()
        };
        let tags = std::iter::once((Attribute::Tag, equal(&Attribute::Tag, &self.tags)));
        let attributes =
            self.attributes().map(|(attribute, values)| (attribute.clone(), equal(attribute, values)));
        let all: Vec<_> = attributes.chain(tags).filter(|(_, equal)| !equal.is_empty()).collect();
        all.into_iter()
            .fold(self, |conditions, (attribute, equal)| conditions.with_attribute(attribute, equal))
    }

    /// Whether a record with these values of attributes and these tags meets the conditions. A value of [`Attribute::Tag`] is one
    /// more tag.
    pub(crate) fn hold<'v>(
        &self,
        value: impl Fn(&Attribute) -> Option<&'v str>,
        tags: &(impl Iterator<Item = &'v str> + Clone),
    ) -> bool {
        let attributes = self.attributes.iter().all(|(attribute, allowed)| {
            value(attribute).is_some_and(|value| allowed.iter().any(|one| one.is_any() || one.is(value)))
        });
        let carries = |required: &ConditionValue| {
            tags.clone().chain(value(&Attribute::Tag)).any(|tag| required.is(tag) || required.is_any())
        };
        attributes && (self.tags.is_empty() || self.tags.iter().any(carries))
    }

    /// Whether every ticket that meets `narrower` also meets these conditions, judged by the conditions alone.
    pub(crate) fn covers(&self, narrower: &Self) -> bool {
        let attributes = self.attributes.iter().all(|(attribute, values)| {
            let any = values.iter().any(ConditionValue::is_any);
            narrower
                .attributes
                .get(attribute)
                .is_some_and(|allowed| any || allowed.iter().all(|value| values.contains(value)))
        });
        let tags = self.tags.is_empty()
            || (!narrower.tags.is_empty() && narrower.tags.iter().all(|tag| self.tags.contains(tag)));
        attributes && tags
    }
}

/// The attributes with their values, such as `category: billing or playback, tag: vip`; nothing where there are no conditions.
impl fmt::Display for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let attributes = self.attributes().map(|(attribute, values)| (attribute.as_str(), values));
        let tags = Some(("tag", self.tags())).filter(|(_, tags)| !tags.is_empty());
        for (number, (name, values)) in attributes.chain(tags).enumerate() {
            let comma = if number > 0 { ", " } else { "" };
            let values: Vec<&str> = values.iter().map(ConditionValue::as_str).collect();
            write!(f, "{comma}{name}: {}", values.join(" or "))?;
        }
        Ok(())
    }
}

impl From<BTreeMap<String, Values>> for Conditions {
    fn from(map: BTreeMap<String, Values>) -> Self {
        map.into_iter().fold(Self::default(), |conditions, (name, values)| {
            let values = match values {
                Values::One(value) => vec![value],
                Values::Many(values) => values,
            };
            conditions.with_attribute(name.as_str(), values)
        })
    }
}

/// The values of an attribute.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a value (a text, a number or true or false) or a list of values")]
enum Values {
    One(ConditionValue),
    Many(Vec<ConditionValue>),
}

/// A value in its data form.
#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a value (a text, a number or true or false)")]
enum Value {
    Text(Box<str>),
    Whole(i64),
    Number(f64),
    Flag(bool),
}

impl From<Value> for ConditionValue {
    fn from(value: Value) -> Self {
        match value {
            Value::Text(text) => text.into(),
            Value::Whole(number) => number.into(),
            Value::Number(number) => number.into(),
            Value::Flag(flag) => flag.into(),
        }
    }
}

impl From<ConditionValue> for Value {
    fn from(value: ConditionValue) -> Self {
        let text = value.text;
        match value.kind {
            ValueKind::Text => Self::Text(text),
            ValueKind::Flag => Self::Flag(&*text == "true"),
            ValueKind::Number => match (text.parse(), text.parse()) {
                (Ok(whole), _) => Self::Whole(whole),
                (_, Ok(number)) => Self::Number(number),
                _ => Self::Text(text),
            },
        }
    }
}

impl From<Conditions> for BTreeMap<String, OneOrMany<ConditionValue>> {
    fn from(conditions: Conditions) -> Self {
        let mut map: Self = conditions
            .attributes
            .into_iter()
            .map(|(attribute, values)| (attribute.as_str().to_owned(), OneOrMany::from(values)))
            .collect();
        if !conditions.tags.is_empty() {
            map.insert("tag".to_owned(), OneOrMany::from(conditions.tags));
        }
        map
    }
}

/// A list that may be written as its only element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
pub(crate) enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    pub(crate) fn into_vec(self) -> Vec<T> {
        match self {
            Self::One(value) => vec![value],
            Self::Many(values) => values,
        }
    }
}

impl<T> From<Vec<T>> for OneOrMany<T> {
    fn from(mut values: Vec<T>) -> Self {
        if values.len() == 1 {
            values.pop().map_or(Self::Many(Vec::new()), Self::One)
        } else {
            Self::Many(values)
        }
    }
}
