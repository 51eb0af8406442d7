//! Numbers for the names in rules and in one ticket's log.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::step::{NONE, UNWATCHED};
use crate::ticket::Attribute;

/// The first number that the caller may assign. Smaller numbers belong to values that rules mention.
pub const FIRST_FREE: u32 = 1 << 31;

/// The attributes and values that policies and schedule rules mention. Fixed before the first ticket.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vocabulary {
    values: BTreeMap<Box<str>, u32>,
    custom: Vec<Box<str>>,
}

impl Vocabulary {
    /// The number of a value, assigned if it is new.
    pub(crate) fn learn(&mut self, value: &str) -> u32 {
        if let Some(number) = self.values.get(value) {
            return *number;
        }
        let number = u32::try_from(self.values.len()).unwrap_or(FIRST_FREE).saturating_add(1);
        self.values.insert(value.into(), number);
        number
    }

    /// The number of an attribute, assigned if it is new.
    pub(crate) fn learn_attribute(&mut self, attribute: &Attribute) -> u16 {
        match self.attribute(attribute) {
            UNWATCHED => {
                self.custom.push(attribute.as_str().into());
                self.attribute(attribute)
            }
            number => number,
        }
    }

    /// The number of a value; `None` if no rule mentions it.
    pub(crate) fn value(&self, value: &str) -> Option<u32> {
        self.values.get(value).copied()
    }

    fn text(&self, number: u32) -> &str {
        self.values.iter().find(|(_, known)| **known == number).map_or("", |(name, _)| name)
    }

    /// The number of an attribute, or [`UNWATCHED`].
    pub(crate) fn attribute(&self, attribute: &Attribute) -> u16 {
        let place = match attribute {
            Attribute::Custom(name) => {
                self.custom.iter().position(|known| known == name).map(|place| place + Attribute::NAMED.len())
            }
            named => Attribute::NAMED.iter().position(|known| known == named),
        };
        place.and_then(|place| u16::try_from(place).ok()).unwrap_or(UNWATCHED)
    }

    /// How many attributes have a number.
    pub(crate) fn attributes(&self) -> usize {
        Attribute::NAMED.len() + self.custom.len()
    }
}

/// The other names of one ticket's log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Names(Vec<Box<str>>);

impl Names {
    pub(crate) fn number(&mut self, name: &str, vocabulary: &Vocabulary) -> u32 {
        if let Some(number) = vocabulary.value(name) {
            return number;
        }
        let place = self.0.iter().position(|known| &**known == name).unwrap_or_else(|| {
            self.0.push(name.into());
            self.0.len() - 1
        });
        FIRST_FREE | u32::try_from(place).unwrap_or(FIRST_FREE - 1)
    }

    pub(crate) fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }

    /// The name of a number; empty if it was never assigned.
    pub(crate) fn text<'a>(&'a self, number: u32, vocabulary: &'a Vocabulary) -> &'a str {
        if number < FIRST_FREE {
            return vocabulary.text(number);
        }
        usize::try_from(number & !FIRST_FREE).ok().and_then(|place| self.0.get(place)).map_or("", |name| name)
    }

    pub(crate) fn optional(&mut self, name: Option<&str>, vocabulary: &Vocabulary) -> u32 {
        name.map_or(NONE, |name| self.number(name, vocabulary))
    }
}
