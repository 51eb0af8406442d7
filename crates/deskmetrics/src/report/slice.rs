//! Which slice a record belongs to.

use std::collections::HashMap;

use super::SliceKeys;
use crate::ticket::{Attribute, Attributes};

/// The values of one slicing's attributes, in its order.
pub(super) type Values = Vec<Option<Box<str>>>;

/// Numbers the slices of one slicing in the order in which they are first seen, without an allocation for a slice
/// that was seen before.
#[derive(Debug, Clone)]
pub(super) struct Slicer {
    attributes: Vec<Attribute>,
    /// Values joined to one text, with the slice's number.
    numbers: HashMap<Box<str>, usize>,
    slices: Vec<Values>,
    joined: String,
}

impl Slicer {
    pub(super) fn new(attributes: Vec<Attribute>) -> Self {
        Self { attributes, numbers: HashMap::new(), slices: Vec::new(), joined: String::new() }
    }

    /// The slice of a record: its own value of each attribute, else that of the ticket it is about.
    pub(super) fn slice(&mut self, own: &Attributes, ticket: Option<&Attributes>) -> usize {
        self.slice_with(|attribute| own.get(attribute).or_else(|| ticket?.get(attribute)))
    }

    /// The slice of a record with these values.
    pub(super) fn slice_with<'v>(&mut self, value: impl Fn(&Attribute) -> Option<&'v str>) -> usize {
        self.joined.clear();
        for attribute in &self.attributes {
            // Length first, so that no value can run into the next one.
            match value(attribute) {
                Some(text) => {
                    self.joined.push_str(&text.len().to_string());
                    self.joined.push(':');
                    self.joined.push_str(text);
                }
                None => self.joined.push('-'),
            }
        }
        if let Some(number) = self.numbers.get(self.joined.as_str()) {
            return *number;
        }
        let values = self.attributes.iter().map(|attribute| value(attribute).map(Box::from)).collect();
        let number = self.slices.len();
        self.slices.push(values);
        self.numbers.insert(self.joined.as_str().into(), number);
        number
    }

    /// The slice with these values, for joining another state's slices.
    pub(super) fn slice_of_values(&mut self, values: &Values) -> usize {
        let mut attributes = Attributes::default();
        for (attribute, value) in self.attributes.iter().zip(values) {
            attributes.set(attribute.clone(), value.clone());
        }
        self.slice(&attributes, None)
    }

    /// How many attributes it slices by.
    pub(super) fn attributes(&self) -> usize {
        self.attributes.len()
    }

    pub(super) fn values(&self, number: usize) -> Option<&Values> {
        self.slices.get(number)
    }

    pub(super) fn keys(&self, values: &Values) -> SliceKeys {
        SliceKeys(self.attributes.iter().cloned().zip(values.iter().cloned()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_never_run_together() {
        let mut slicer = Slicer::new(vec![Attribute::Market, Attribute::Channel]);
        let of = |market: Option<&str>, channel: Option<&str>| {
            let mut attributes = Attributes::default();
            attributes.set(Attribute::Market, market.map(Box::from));
            attributes.set(Attribute::Channel, channel.map(Box::from));
            attributes
        };
        let records = [
            of(Some("a1:b"), None),
            of(Some("a"), Some("b")),
            of(Some(""), None),
            of(None, None),
            of(None, Some("-")),
            of(Some("-"), None),
        ];
        let numbers: Vec<usize> = records.iter().map(|record| slicer.slice(record, None)).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5]);
        assert_eq!(slicer.slice(&records[1], None), 1);
        assert_eq!(slicer.keys(slicer.values(4).unwrap()).label(), "(none), -");
    }

    #[test]
    fn a_survey_takes_what_it_lacks_from_its_ticket() {
        let mut slicer = Slicer::new(vec![Attribute::Market, Attribute::Channel]);
        let ticket = Attributes::default().with(Attribute::Market, "DK").with(Attribute::Channel, "chat");
        let own = Attributes::default().with(Attribute::Channel, "mail");
        let slice = slicer.slice(&own, Some(&ticket));
        assert_eq!(slicer.keys(slicer.values(slice).unwrap()).label(), "DK, mail");
    }
}
