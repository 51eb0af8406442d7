//! Conditions of policies on tickets.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ticket::Attribute;

/// Conditions on a ticket's attributes and tags. Each names an attribute and the values it may have; all of them must
/// hold. No conditions hold for every ticket.
///
/// In TOML: `{ market = "DK", category = ["playback", "billing"], tag = "vip" }`. The value `"*"` matches any value
/// at all; `tag` (or `tags`) holds when the ticket carries any of the tags. Numbers and booleans are values as well, `tier = 1`.
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
/// assert_eq!(numbers, Conditions::default().with_attribute("tier", ["1", "2.5"]).with_attribute("vip", ["true"]));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, Values>", into = "BTreeMap<String, OneOrMany<Box<str>>>")]
pub struct Conditions {
    attributes: BTreeMap<Attribute, Vec<Box<str>>>,
    tags: Vec<Box<str>>,
}

impl Conditions {
    /// The value that matches any.
    pub const ANY: &'static str = "*";

    /// The same with one more condition: `attribute` has one of `values`. Of [`Attribute::Tag`], the ticket carries one of them.
    #[must_use]
    pub fn with_attribute<V: Into<Box<str>>>(
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
    pub fn with_tags<V: Into<Box<str>>>(self, tags: impl IntoIterator<Item = V>) -> Self {
        self.with_attribute(Attribute::Tag, tags)
    }

    /// Whether there are no conditions.
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty() && self.tags.is_empty()
    }

    /// The attributes with the values they may have.
    pub fn attributes(&self) -> impl Iterator<Item = (&Attribute, &[Box<str>])> {
        self.attributes.iter().map(|(attribute, values)| (attribute, values.as_slice()))
    }

    /// The attributes that a record must have, [`Attribute::Tag`] among them if it must carry a tag.
    pub fn named(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.keys().chain((!self.tags.is_empty()).then_some(&Attribute::Tag))
    }

    /// The tags of which the ticket must carry one; none means no condition on tags.
    pub fn tags(&self) -> &[Box<str>] {
        &self.tags
    }

    /// Whether a record with these values of attributes and these tags meets the conditions. A value of [`Attribute::Tag`] is one
    /// more tag.
    pub(crate) fn hold<'v>(
        &self,
        value: impl Fn(&Attribute) -> Option<&'v str>,
        tags: &(impl Iterator<Item = &'v str> + Clone),
    ) -> bool {
        let attributes = self.attributes.iter().all(|(attribute, allowed)| {
            value(attribute)
                .is_some_and(|value| allowed.iter().any(|one| &**one == Self::ANY || &**one == value))
        });
        let carries = |required: &str| {
            tags.clone().chain(value(&Attribute::Tag)).any(|tag| tag == required || required == Self::ANY)
        };
        attributes && (self.tags.is_empty() || self.tags.iter().any(|required| carries(required)))
    }

    /// Whether every ticket that meets `narrower` also meets these conditions, judged by the conditions alone.
    pub(crate) fn covers(&self, narrower: &Self) -> bool {
        let attributes = self.attributes.iter().all(|(attribute, values)| {
            let any = values.iter().any(|value| &**value == Self::ANY);
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
    One(Value),
    Many(Vec<Value>),
}

/// A value in text form, as a column of numbers or booleans would have it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    Text(Box<str>),
    Whole(i64),
    Number(f64),
    Flag(bool),
}

impl From<Value> for Box<str> {
    fn from(value: Value) -> Self {
        match value {
            Value::Text(text) => text,
            Value::Whole(number) => number.to_string().into(),
            Value::Number(number) => number.to_string().into(),
            Value::Flag(flag) => flag.to_string().into(),
        }
    }
}

impl From<Conditions> for BTreeMap<String, OneOrMany<Box<str>>> {
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
