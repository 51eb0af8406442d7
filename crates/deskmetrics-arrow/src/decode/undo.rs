//! Current values of ticket tables, converted to those at creation by undoing events.

use std::collections::{BTreeMap, BTreeSet};

use deskmetrics::report::Warning;
use deskmetrics::ticket::Attribute;

use super::event::EventTable;
use super::event::builder::{Before, Previous};
use super::kind::KindCode;
use super::ticket::TicketTable;
use super::word::NONE;
use crate::description::{AttributeValues, EventMeaning};

/// The rows of the first and the last change of a value, among the ticket's events.
#[derive(Debug, Clone, Copy)]
struct Changes {
    first: usize,
    last: usize,
}

/// The log to undo.
pub(super) struct Log<'l> {
    pub(super) events: &'l EventTable,
    pub(super) previous: &'l Previous,
    /// Whether events are ordered by row, not by timestamp.
    pub(super) by_row: bool,
}

impl Log<'_> {
    fn is_before(&self, one: usize, other: usize) -> bool {
        let at = |event: usize| if self.by_row { 0 } else { self.events.at[event] };
        (at(one), one) < (at(other), other)
    }

    fn add(&self, changes: &mut Option<Changes>, event: usize) {
        let known = changes.get_or_insert(Changes { first: event, last: event });
        if self.is_before(event, known.first) {
            known.first = event;
        } else if self.is_before(known.last, event) {
            known.last = event;
        }
    }

    fn value(&self, event: usize) -> Option<&str> {
        self.events.values.of_row(event).map(|value| &**value)
    }

    /// For each event code, the results of `choose` for its meanings.
    fn by_code<T>(&self, choose: impl Fn(&EventMeaning) -> Option<T>) -> Vec<Vec<T>> {
        let kind = |code: usize| self.events.kinds.of(KindCode::try_from(code).ok()?);
        let chosen = |code| kind(code).into_iter().flat_map(|(kind, ..)| kind.0.iter().filter_map(&choose));
        (0..self.events.kinds.codes()).map(|code| chosen(code).collect()).collect()
    }

    /// Converts the values of attributes and tags to those at creation. Returns warnings about contradictions between
    /// the table and its events, and about values that remain unknown.
    pub(super) fn undo(&self, tickets: &mut TicketTable) -> Vec<Warning> {
        let mut findings = self.undo_attributes(tickets);
        findings.extend(self.undo_tags(tickets));
        findings
    }

    fn undo_attributes(&self, tickets: &mut TicketTable) -> Vec<Warning> {
        let attributes: BTreeSet<&Attribute> = self.events.kinds.changed().collect();
        let attributes: Vec<&Attribute> = attributes
            .into_iter()
            .filter(|attribute| self.previous.is_described() || tickets.attributes.get(attribute).is_some())
            .collect();
        if attributes.is_empty() {
            return Vec::new();
        }
        let place = |one: &EventMeaning| match one {
            EventMeaning::Changed(attribute) => attributes.iter().position(|known| *known == attribute),
            _ => None,
        };
        let by_code = self.by_code(place);
        let mut changes: Vec<Vec<Option<Changes>>> = vec![vec![None; tickets.rows()]; attributes.len()];
        for (event, code) in self.events.codes.iter().enumerate() {
            for attribute in by_code.get(usize::from(*code)).into_iter().flatten() {
                self.add(&mut changes[*attribute][self.events.places[event] as usize], event);
            }
        }
        let mut findings = Vec::new();
        for (attribute, changes) in attributes.into_iter().zip(changes) {
            findings.extend(self.undo_attribute(tickets, attribute, &changes));
        }
        findings
    }

    fn undo_attribute(
        &self,
        tickets: &mut TicketTable,
        attribute: &Attribute,
        changes: &[Option<Changes>],
    ) -> Vec<Warning> {
        let stated = tickets.attributes.get(attribute);
        let mut at_creation: Vec<(usize, Option<&str>)> = Vec::new();
        let (mut differ, mut unknown) = (Differences::default(), Differences::default());
        for (row, changes) in changes.iter().enumerate().filter(|(row, _)| tickets.is_usable(*row)) {
            let Some(Changes { first, last }) = *changes else { continue };
            let now = stated.and_then(|words| words.of_row(row)).map(|value| &**value);
            let previous = self.previous.of(first);
            match stated.and_then(|_| tickets.values_of(row)) {
                Some(AttributeValues::Current) => {
                    differ.count(now != self.value(last), row, || (now, self.value(last)));
                    // A change at the creation leaves no time before it.
                    let at_creation_unknown =
                        previous == Before::Unknown && self.events.at[first] > tickets.created_at[row];
                    unknown.count(at_creation_unknown, row, || (None, None));
                    at_creation.push((row, previous.value()));
                }
                Some(AttributeValues::AtCreation) => {
                    let differs = previous != Before::Unknown && previous.value() != now;
                    differ.count(differs, row, || (now, previous.value()));
                }
                // Events created the ticket, or only events provide the attribute.
                None if now.is_none() && previous != Before::Unknown => {
                    at_creation.push((row, previous.value()));
                }
                None => {}
            }
        }
        let mut findings = Vec::new();
        if let Some((row, stated, replayed)) = differ.first {
            findings.push(Warning::AttributeDiffers {
                attribute: attribute.to_string(),
                count: differ.count,
                of: differ.of,
                ticket: tickets.ids.text(row).into_owned(),
                stated: stated.map(str::to_owned),
                replayed: replayed.map(str::to_owned),
                remedy: other_values(tickets, row),
            });
        }
        if let Some((row, ..)) = unknown.first {
            findings.push(Warning::AttributeUnknown {
                attribute: attribute.clone(),
                count: unknown.count,
                of: unknown.of,
                ticket: tickets.ids.text(row).into_owned(),
                kpis: Vec::new(),
                remedy: UNKNOWN_AT_CREATION.to_owned(),
            });
        }
        let rows = tickets.rows();
        let words = tickets.attributes.column(attribute, rows);
        for (row, value) in at_creation {
            let code = value.map_or(NONE, |value| words.code_of(value.into()));
            words.codes.set(row, code);
        }
        findings
    }

    fn undo_tags(&self, tickets: &mut TicketTable) -> Option<Warning> {
        if !tickets.tags.are_described() {
            return None;
        }
        let by_code = self.by_code(|one| match one {
            EventMeaning::Tagged => Some(true),
            EventMeaning::Untagged => Some(false),
            _ => None,
        });
        let mut changes: BTreeMap<(usize, u32), Option<Changes>> = BTreeMap::new();
        for (event, code) in self.events.codes.iter().enumerate() {
            if by_code.get(usize::from(*code)).is_some_and(|tags| !tags.is_empty()) {
                let row = self.events.places[event] as usize;
                if tickets.is_usable(row) && tickets.values_of(row) == Some(AttributeValues::Current) {
                    self.add(changes.entry((row, self.events.values.codes.get(event))).or_default(), event);
                }
            }
        }
        let added_by =
            |event: usize| by_code[usize::from(self.events.codes[event])].last().copied().unwrap_or_default();
        let (mut rows, mut differ) = (BTreeMap::<usize, Vec<u32>>::new(), Differences::default());
        for ((row, value), changes) in changes {
            let (Some(Changes { first, last }), Some(tag)) = (changes, self.events.values.meaning(value))
            else {
                continue;
            };
            let code = tickets.tags.texts.code_of(tag.clone());
            let now = tickets.tags.of_row(row).contains(&code);
            let text = |there: bool| there.then_some(&**tag);
            differ.count(now != added_by(last), row, || (text(now), text(added_by(last))));
            if now == added_by(first) {
                let tags = rows.entry(row).or_insert_with(|| tickets.tags.of_row(row).to_vec());
                if now {
                    tags.retain(|known| *known != code);
                } else {
                    tags.push(code);
                }
            }
        }
        for (row, tags) in rows {
            tickets.tags.set(row, tags);
        }
        let (row, stated, replayed) = differ.first?;
        Some(Warning::AttributeDiffers {
            attribute: "tags".to_owned(),
            count: differ.count,
            of: differ.of,
            ticket: tickets.ids.text(row).into_owned(),
            stated: stated.map(str::to_owned),
            replayed: replayed.map(str::to_owned),
            remedy: other_values(tickets, row),
        })
    }
}

/// The number of tickets with a difference, and the first of them.
#[derive(Debug, Default)]
struct Differences<'l> {
    count: u64,
    of: u64,
    first: Option<(usize, Option<&'l str>, Option<&'l str>)>,
}

impl<'l> Differences<'l> {
    fn count(
        &mut self,
        found: bool,
        row: usize,
        values: impl FnOnce() -> (Option<&'l str>, Option<&'l str>),
    ) {
        self.of += 1;
        if found {
            self.count += 1;
            if self.first.is_none() {
                let (stated, replayed) = values();
                self.first = Some((row, stated, replayed));
            }
        }
    }
}

/// The remedy for values at creation that are unknown.
pub(super) const UNKNOWN_AT_CREATION: &str = "name the column of previous values with previous, or set attribute_values = \
     \"at_creation\" if the table has the values at creation";

/// The remedy for values that differ from those by events.
fn other_values(tickets: &TicketTable, row: usize) -> String {
    let (values, those) = match tickets.values_of(row) {
        Some(AttributeValues::AtCreation) => ("current", "the current values"),
        _ => ("at_creation", "the values at creation"),
    };
    format!("set attribute_values = \"{values}\" if the table has {those}")
}
