//! Which slice a record belongs to.

use std::collections::HashMap;

use super::row::SliceKeys;
use crate::sla::Conditions;
use crate::ticket::{Attribute, Attributes};

/// The values of one slicing's attributes, in its order; then, for each filter, a value where the records meet it.
pub(super) type Values = Vec<Option<Box<str>>>;

/// The slices of a record, one of each slicing of the report; good for the feed that gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SliceIds(Box<[usize]>);

impl SliceIds {
    pub(super) fn new(slices: impl Iterator<Item = usize>) -> Self {
        Self(slices.collect())
    }

    /// One of each slicing.
    pub(super) fn all(&self) -> &[usize] {
        &self.0
    }

    /// The slice in a slicing.
    #[inline]
    pub(super) fn of(&self, slicing: usize) -> usize {
        self.0.get(slicing).copied().unwrap_or(0)
    }
}

/// Numbers the slices of one slicing in the order in which they are first seen, without an allocation for a slice
/// that was seen before.
#[derive(Debug, Clone)]
pub(super) struct Slicer {
    attributes: Vec<Attribute>,
    /// Filters of single KPIs: what meets one and what does not are slices of their own.
    filters: Vec<Conditions>,
    /// Values joined to one text, with the slice's number.
    numbers: HashMap<Box<str>, usize>,
    slices: Vec<Values>,
    joined: String,
}

/// The order in which rows show slices.
#[derive(Debug)]
pub(super) struct SliceOrder {
    /// By number of the slice: its place.
    pub(super) places: Vec<usize>,
    /// By place.
    pub(super) keys: Vec<SliceKeys>,
}

impl Slicer {
    pub(super) fn new(attributes: Vec<Attribute>, filters: Vec<Conditions>) -> Self {
        Self { attributes, filters, numbers: HashMap::new(), slices: Vec::new(), joined: String::new() }
    }

    /// The slice of a record: its own value of each attribute, else that of the ticket it is about.
    pub(super) fn slice(&mut self, own: &Attributes, ticket: Option<&Attributes>) -> usize {
        self.slice_with(|attribute| own.get(attribute).or_else(|| ticket?.get(attribute)))
    }

    /// The slice of a record with these values.
    pub(super) fn slice_with<'v>(&mut self, value: impl Fn(&Attribute) -> Option<&'v str>) -> usize {
        let Self { attributes, filters, .. } = self;
        let own = attributes.iter().map(&value);
        let met = filters.iter().map(|filter| filter.hold(&value).then_some(""));
        Self::number(own.chain(met), &mut self.joined, &mut self.numbers, &mut self.slices)
    }

    /// The slice with these values, for joining another state's slices.
    pub(super) fn slice_of_values(&mut self, values: &Values) -> usize {
        let values = values.iter().map(Option::as_deref);
        Self::number(values, &mut self.joined, &mut self.numbers, &mut self.slices)
    }

    fn number<'v>(
        values: impl Iterator<Item = Option<&'v str>> + Clone,
        joined: &mut String,
        numbers: &mut HashMap<Box<str>, usize>,
        slices: &mut Vec<Values>,
    ) -> usize {
        joined.clear();
        for value in values.clone() {
            // Length first, so that no value can run into the next one.
            match value {
                Some(text) => {
                    joined.push_str(&text.len().to_string());
                    joined.push(':');
                    joined.push_str(text);
                }
                None => joined.push('-'),
            }
        }
        if let Some(number) = numbers.get(joined.as_str()) {
            return *number;
        }
        let number = slices.len();
        slices.push(values.map(|value| value.map(Box::from)).collect());
        numbers.insert(joined.as_str().into(), number);
        number
    }

    /// How many values a slice has.
    pub(super) fn width(&self) -> usize {
        self.attributes.len() + self.filters.len()
    }

    /// The values of a slice's attributes, without those that tell what meets a filter.
    pub(super) fn shown(&self, number: usize) -> Option<&[Option<Box<str>>]> {
        self.slices.get(number)?.get(..self.attributes.len())
    }

    /// Whether the records of a slice meet a filter: always, where it is none of the slicer's.
    pub(super) fn meets(&self, number: usize, filter: &Conditions) -> bool {
        let place = self.filters.iter().position(|one| one == filter);
        place.is_none_or(|place| {
            let values = self.slices.get(number);
            values.and_then(|values| values.get(self.attributes.len() + place)).is_some_and(Option::is_some)
        })
    }

    pub(super) fn values(&self, number: usize) -> Option<&Values> {
        self.slices.get(number)
    }

    /// The slices in the order of rows: by value, records without one last. What differs only in the filters it meets is one
    /// slice of the report.
    pub(super) fn order(&self) -> SliceOrder {
        let shown = |number: usize| self.shown(number).unwrap_or_default();
        let rank = |number: usize| shown(number).iter().map(|value| (value.is_none(), value.as_deref()));
        let mut order: Vec<usize> = (0..self.slices.len()).collect();
        order.sort_by(|one, other| rank(*one).cmp(rank(*other)));
        let (mut places, mut keys) = (vec![0; order.len()], Vec::new());
        for same in order.chunk_by(|one, other| shown(*one) == shown(*other)) {
            for number in same {
                places[*number] = keys.len();
            }
            keys.extend(same.first().map(|number| self.keys(shown(*number))));
        }
        SliceOrder { places, keys }
    }

    fn keys(&self, values: &[Option<Box<str>>]) -> SliceKeys {
        SliceKeys(self.attributes.iter().cloned().zip(values.iter().cloned()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_never_run_together() {
        let mut slicer = Slicer::new(vec![Attribute::Market, Attribute::Channel], Vec::new());
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
        let mut slicer = Slicer::new(vec![Attribute::Market, Attribute::Channel], Vec::new());
        let ticket = Attributes::default().with(Attribute::Market, "DK").with(Attribute::Channel, "chat");
        let own = Attributes::default().with(Attribute::Channel, "mail");
        let slice = slicer.slice(&own, Some(&ticket));
        assert_eq!(slicer.keys(slicer.values(slice).unwrap()).label(), "DK, mail");
    }
}
