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

/// The names in one ticket's record and log, each with the number that rules have for it.
///
/// A place is 1 for the first name; [`NONE`] is no name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Names(Vec<(Box<str>, u32)>);

impl Names {
    /// The place of a name, assigned if it is new.
    pub(crate) fn place(&mut self, name: &str, vocabulary: &Vocabulary) -> u32 {
        if let Some((_, place)) = self.0.iter().zip(1..).find(|((known, _), _)| &**known == name) {
            return place;
        }
        let index = u32::try_from(self.0.len()).unwrap_or(FIRST_FREE - 1);
        let number = vocabulary.value(name).unwrap_or(FIRST_FREE | index);
        // A service follows many tickets with few names each.
        if self.0.len() < 8 {
            self.0.reserve_exact(1);
        }
        self.0.push((name.into(), number));
        index.saturating_add(1)
    }

    fn get(&self, place: u32) -> Option<&(Box<str>, u32)> {
        self.0.get(usize::try_from(place).ok()?.checked_sub(1)?)
    }

    /// The number of the name at a place.
    #[inline]
    pub(crate) fn number(&self, place: u32) -> u32 {
        self.get(place).map_or(NONE, |(_, number)| *number)
    }

    /// The name at a place; empty if there is none.
    pub(crate) fn text(&self, place: u32) -> &str {
        self.get(place).map_or("", |(name, _)| name)
    }

    /// The name of a number; empty if there is none.
    pub(crate) fn text_of(&self, number: u32) -> &str {
        if number < FIRST_FREE {
            return self.0.iter().find(|(_, known)| *known == number).map_or("", |(name, _)| name);
        }
        self.text((number & !FIRST_FREE).saturating_add(1))
    }
}
