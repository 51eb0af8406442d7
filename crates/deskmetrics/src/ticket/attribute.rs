//! Attributes of tickets: the keys of report slices and SLA conditions.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::setters::IntoOption;

/// A property of a ticket or survey that has a text value.
///
/// The common ones have their own variants; any other is [`Attribute::Custom`]. In data and on command lines an
/// attribute is its snake-case name.
///
/// ```
/// use deskmetrics::ticket::Attribute;
///
/// assert_eq!("market".parse(), Ok(Attribute::Market));
/// assert_eq!("podcast".parse(), Ok(Attribute::Custom("podcast".into())));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
#[non_exhaustive]
pub enum Attribute {
    /// Country or region served.
    Market,
    /// How the customer reached the team: mail, phone, chat, site.
    Channel,
    /// The kind of problem.
    #[doc(alias = "problem")]
    #[doc(alias = "type")]
    Category,
    /// Urgency, as the source labels it.
    Priority,
    /// The customer's company.
    Organization,
    /// The product or brand it concerns.
    Brand,
    /// The team or queue it is assigned to.
    #[doc(alias = "team")]
    #[doc(alias = "queue")]
    Group,
    /// The agent it is assigned to.
    #[doc(alias = "agent")]
    Assignee,
    /// Support level: first, second, third line.
    Tier,
    /// A tag. Unlike the other attributes, a ticket may have several: those in [`Ticket::tags`](crate::Ticket::tags), and its
    /// value of this attribute if it has one.
    #[doc(alias = "tags")]
    #[doc(alias = "label")]
    Tag,
    /// Any other attribute, by its name.
    Custom(Box<str>),
}

impl Attribute {
    /// The attributes with their own variants.
    pub const NAMED: [Self; 10] = [
        Self::Market,
        Self::Channel,
        Self::Category,
        Self::Priority,
        Self::Organization,
        Self::Brand,
        Self::Group,
        Self::Assignee,
        Self::Tier,
        Self::Tag,
    ];

    /// The name used in data.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Market => "market",
            Self::Channel => "channel",
            Self::Category => "category",
            Self::Priority => "priority",
            Self::Organization => "organization",
            Self::Brand => "brand",
            Self::Group => "group",
            Self::Assignee => "assignee",
            Self::Tier => "tier",
            Self::Tag => "tag",
            Self::Custom(name) => name,
        }
    }
}

impl From<&str> for Attribute {
    fn from(name: &str) -> Self {
        match name {
            "team" | "queue" => Self::Group,
            "agent" => Self::Assignee,
            "problem" => Self::Category,
            "tags" => Self::Tag,
            _ => Self::NAMED
                .into_iter()
                .find(|attribute| attribute.as_str() == name)
                .unwrap_or_else(|| Self::Custom(name.into())),
        }
    }
}

impl From<String> for Attribute {
    fn from(name: String) -> Self {
        Self::from(name.as_str())
    }
}

impl From<&String> for Attribute {
    fn from(name: &String) -> Self {
        Self::from(name.as_str())
    }
}

impl From<&Self> for Attribute {
    fn from(attribute: &Self) -> Self {
        attribute.clone()
    }
}

impl From<Attribute> for String {
    fn from(attribute: Attribute) -> Self {
        attribute.as_str().to_owned()
    }
}

impl FromStr for Attribute {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Ok(Self::from(name))
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of a record's attributes.
///
/// ```
/// use deskmetrics::ticket::{Attribute, Attributes};
///
/// let attributes = Attributes::default().with_attribute(Attribute::Market, "DK").with_attribute(Attribute::Channel, "chat");
/// assert_eq!(attributes.get(&Attribute::Market), Some("DK"));
/// assert_eq!(attributes.get(&Attribute::Priority), None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Attributes(BTreeMap<Attribute, Box<str>>);

impl Attributes {
    /// The value of `attribute`.
    pub fn get(&self, attribute: &Attribute) -> Option<&str> {
        self.0.get(attribute).map(|value| &**value)
    }

    /// Sets or, with `None`, clears a value.
    pub fn set(&mut self, attribute: Attribute, value: Option<Box<str>>) {
        match value {
            Some(value) => {
                self.0.insert(attribute, value);
            }
            None => {
                self.0.remove(&attribute);
            }
        }
    }

    /// The same with one more value; `None` clears it.
    #[must_use]
    pub fn with_attribute(
        mut self,
        attribute: impl Into<Attribute>,
        value: impl IntoOption<Box<str>>,
    ) -> Self {
        self.set(attribute.into(), value.into_option());
        self
    }

    /// Whether there is no value at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All values, ordered by attribute.
    pub fn iter(&self) -> impl Iterator<Item = (&Attribute, &str)> {
        self.0.iter().map(|(attribute, value)| (attribute, &**value))
    }
}

impl<A: Into<Attribute>, V: Into<Box<str>>> Extend<(A, V)> for Attributes {
    fn extend<I: IntoIterator<Item = (A, V)>>(&mut self, values: I) {
        self.0.extend(values.into_iter().map(|(attribute, value)| (attribute.into(), value.into())));
    }
}

impl<A: Into<Attribute>, V: Into<Box<str>>> FromIterator<(A, V)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (A, V)>>(values: I) -> Self {
        let mut attributes = Self::default();
        attributes.extend(values);
        attributes
    }
}

impl<A: Into<Attribute>, V: Into<Box<str>>, const N: usize> From<[(A, V); N]> for Attributes {
    fn from(values: [(A, V); N]) -> Self {
        values.into_iter().collect()
    }
}

impl IntoIterator for Attributes {
    type Item = (Attribute, Box<str>);
    type IntoIter = std::collections::btree_map::IntoIter<Attribute, Box<str>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
