//! Slices of records.

use std::collections::HashMap;
use std::sync::Arc;

use super::row::SliceKeys;
use crate::replay::Actor;
use crate::sla::Conditions;
use crate::ticket::{Attribute, Attributes};
use crate::{SlaVerdict, Ticket, TicketMetrics};

/// The values of one slicing's attributes, in its order; then, for each filter, a value where the records meet it.
pub(super) type Values = Vec<Option<Box<str>>>;

/// The slices of a record, one of each slicing of the report, or one for each of the record's tags in a slicing by tag; good
/// for the feed that gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SliceIds {
    ids: Arc<[(usize, usize)]>,
    group: u32,
}

impl SliceIds {
    /// Each with the slicing it is of.
    #[inline]
    pub(super) fn each(&self) -> impl ExactSizeIterator<Item = (usize, usize)> {
        self.ids.iter().copied()
    }

    /// The number of the group of records in the same slices.
    #[inline]
    pub(super) fn group(&self) -> usize {
        self.group as usize
    }
}

/// Groups of records in the same slices.
#[derive(Debug, Default)]
pub(super) struct Groups {
    numbers: HashMap<Arc<[(usize, usize)]>, u32>,
    /// By number.
    all: Vec<SliceIds>,
}

impl Groups {
    /// The group of records in these slices.
    pub(super) fn group(&mut self, slices: Vec<(usize, usize)>) -> SliceIds {
        if let Some(known) = self.numbers.get(slices.as_slice()) {
            return self.all[*known as usize].clone();
        }
        let ids: Arc<[_]> = slices.into();
        // Four thousand million groups do not fit into memory.
        let group = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.numbers.insert(Arc::clone(&ids), group);
        let group = SliceIds { ids, group };
        self.all.push(group.clone());
        group
    }

    /// Sums of groups, by slicing and slice: `add` adds one group, and may empty it when used for the last time.
    pub(super) fn spread<T: Clone + Default>(
        &self,
        of_groups: Vec<T>,
        slicings: usize,
        mut add: impl FnMut(&mut T, &mut T, bool),
    ) -> Vec<Vec<T>> {
        let mut spread = vec![Vec::new(); slicings];
        for (group, mut of_group) in self.all.iter().zip(of_groups) {
            let last = group.ids.len().saturating_sub(1);
            for (place, (slicing, slice)) in group.each().enumerate() {
                add(at(&mut spread[slicing], slice), &mut of_group, place == last);
            }
        }
        spread
    }
}

/// The entry of this number, created if there is none.
#[inline]
pub(super) fn at<T: Clone + Default>(all: &mut Vec<T>, number: usize) -> &mut T {
    if all.len() <= number {
        grow(all, number);
    }
    &mut all[number]
}

#[cold]
fn grow<T: Clone + Default>(all: &mut Vec<T>, number: usize) {
    all.resize(number + 1, T::default());
}

/// The responses of a ticket: its measures, and its verdicts if the report needs them.
#[derive(Debug, Clone, Copy)]
pub struct Responses<'t> {
    /// The measures, with the names of people.
    pub metrics: &'t TicketMetrics,
    /// The verdicts.
    pub verdicts: &'t [SlaVerdict],
}

/// Numbers the slices of one slicing in the order in which they are first seen, without an allocation for a slice
/// that was seen before.
#[derive(Debug, Clone)]
pub(super) struct Slicer {
    attributes: Vec<Attribute>,
    /// Filters of single KPIs: records that meet one and those that do not are separate slices.
    filters: Vec<Conditions>,
    /// Values joined to one text, with the slice's number.
    numbers: HashMap<Box<str>, usize>,
    slices: Vec<Values>,
    joined: String,
    /// The place of [`Actor::Responder`] among the attributes.
    responder: Option<usize>,
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
        let responder = attributes.iter().position(|one| Actor::of(one) == Some(Actor::Responder));
        let (numbers, slices, joined) = (HashMap::new(), Vec::new(), String::new());
        Self { attributes, filters, numbers, slices, joined, responder }
    }

    /// Whether a record may be in several slices.
    pub(super) fn overlaps(&self) -> bool {
        self.responder.is_some() || self.attributes.contains(&Attribute::Tag)
    }

    /// Whether its slices are by responder.
    pub(super) fn by_responder(&self) -> bool {
        self.responder.is_some()
    }

    /// Whose responses count in a slice by responder.
    pub(super) fn responder(&self, slice: usize) -> Option<&str> {
        self.slices.get(slice)?.get(self.responder?)?.as_deref()
    }

    /// Adds the slices of a record: by its own value of each attribute, else by that of the ticket it is about; a ticket's
    /// own measures name its responders.
    pub(super) fn slice(
        &mut self,
        own: &Attributes,
        ticket: Option<&Ticket>,
        responses: Option<Responses<'_>>,
        found: &mut Vec<usize>,
    ) {
        let value = |attribute: &Attribute| own.get(attribute).or_else(|| ticket?.attributes.get(attribute));
        let tags = ticket.filter(|_| own.get(&Attribute::Tag).is_none()).into_iter();
        self.slice_with(value, &tags.flat_map(|ticket| &ticket.tags).map(|tag| &**tag), responses, found);
    }

    /// Adds the slices of a record with these values and tags. A value of [`Attribute::Tag`] is one more tag.
    pub(super) fn slice_with<'v>(
        &mut self,
        value: impl Fn(&Attribute) -> Option<&'v str>,
        tags: &(impl Iterator<Item = &'v str> + Clone),
        responses: Option<Responses<'v>>,
        found: &mut Vec<usize>,
    ) {
        let overlaps = self.overlaps();
        let Self { attributes, filters, responder, .. } = self;
        let met = filters.iter().map(|filter| filter.hold(&value, tags).then_some(""));
        if !overlaps {
            let own = attributes.iter().map(&value);
            let number = Self::number(own.chain(met), &mut self.joined, &mut self.numbers, &mut self.slices);
            return found.push(number);
        }
        let mut each_tag: Vec<Option<&str>> = Vec::new();
        if attributes.contains(&Attribute::Tag) {
            each_tag.extend(tags.clone().chain(value(&Attribute::Tag)).map(Some));
            each_tag.sort_unstable();
            each_tag.dedup();
        }
        if each_tag.is_empty() {
            each_tag.push(None);
        }
        let responders =
            responder.and(responses).map_or_else(|| vec![None], |of| of.metrics.responders(of.verdicts));
        for tag in each_tag {
            for person in &responders {
                let of = |(place, attribute): (usize, &Attribute)| match attribute {
                    Attribute::Tag => tag,
                    _ if *responder == Some(place) => *person,
                    _ => value(attribute),
                };
                let values = attributes.iter().enumerate().map(of).chain(met.clone());
                found.push(Self::number(values, &mut self.joined, &mut self.numbers, &mut self.slices));
            }
        }
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
            // Length first, so that values cannot run together.
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

    /// The number of values of a slice.
    pub(super) fn width(&self) -> usize {
        self.attributes.len() + self.filters.len()
    }

    /// The values of a slice's attributes, without the results of filters.
    pub(super) fn shown(&self, number: usize) -> Option<&[Option<Box<str>>]> {
        self.slices.get(number)?.get(..self.attributes.len())
    }

    /// Whether the records of a slice meet a filter; true for filters the slicer does not have.
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

    /// The slices in the order of rows: by value, records without one last, joined slices after them. Slices that differ only in the filters they meet are one
    /// slice of the report.
    pub(super) fn order(&self) -> SliceOrder {
        let shown = |number: usize| self.shown(number).unwrap_or_default();
        let rank = |number: usize| {
            shown(number).iter().map(|value| match value.as_deref() {
                Some(SliceKeys::OTHERS) => (2, None),
                None => (1, None),
                value => (0, value),
            })
        };
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
    use crate::Timestamp;

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
        let mut numbers = Vec::new();
        records.iter().chain([&records[1]]).for_each(|record| slicer.slice(record, None, None, &mut numbers));
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 1]);
        assert_eq!(slicer.keys(slicer.values(4).unwrap()).label(), "(none), -");
    }

    #[test]
    fn a_survey_takes_what_it_lacks_from_its_ticket() {
        let mut slicer = Slicer::new(vec![Attribute::Market, Attribute::Channel], Vec::new());
        let ticket = Ticket::new("T-1", Timestamp::MIN);
        let ticket =
            ticket.with_attribute(Attribute::Market, "DK").with_attribute(Attribute::Channel, "chat");
        let own = Attributes::default().with_attribute(Attribute::Channel, "mail");
        let mut found = Vec::new();
        slicer.slice(&own, Some(&ticket), None, &mut found);
        assert_eq!(found, [0]);
        assert_eq!(slicer.keys(slicer.values(0).unwrap()).label(), "DK, mail");
    }

    #[test]
    fn a_record_is_in_the_slice_of_each_of_its_tags_once() {
        let mut slicer = Slicer::new(vec![Attribute::Market, Attribute::Tag], Vec::new());
        let ticket = Ticket::new("T-1", Timestamp::MIN)
            .with_attribute(Attribute::Market, "DK")
            .with_tag("vip")
            .with_tag("bug");
        let ticket = ticket.with_attribute(Attribute::Tag, "vip");
        let mut labels = |own: Attributes| -> Vec<String> {
            let mut found = Vec::new();
            slicer.slice(&own, Some(&ticket), None, &mut found);
            found.iter().map(|slice| slicer.keys(slicer.values(*slice).unwrap()).label()).collect()
        };
        assert_eq!(labels(Attributes::default()), ["DK, bug", "DK, vip"]);
        assert_eq!(labels(Attributes::default().with_attribute(Attribute::Tag, "praise")), ["DK, praise"]);
    }
}
