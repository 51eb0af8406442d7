//! Attributes of the tickets that survey answers and invitations belong to.

use deskmetrics::replay::{Actor, Needs, Replay};
use deskmetrics::report::Report;
use deskmetrics::ticket::Attribute;
use hashbrown::HashMap;

use super::place::NO_TICKET;
use crate::decode::Tables;
use crate::decode::id::NOWHERE;
use crate::decode::ticket::Tags;
use crate::decode::word::Words;
use crate::log::{EventLog, ReplayedRow};

/// The values of the attributes that a report is sliced by, for each ticket, at the cut-off.
#[derive(Debug)]
pub(super) struct Owners<'d> {
    attributes: Vec<OwnerValues<'d>>,
    /// The tags, if needed, and the factor of their code.
    tags: Option<(OwnerTags<'d>, u64)>,
    /// Whether a number can distinguish all combinations of values.
    countable: bool,
}

#[derive(Debug)]
struct OwnerValues<'d> {
    attribute: Attribute,
    /// The factor of its code.
    times: u64,
    values: Values<'d>,
}

#[derive(Debug)]
enum Values<'d> {
    /// No event changes the values.
    Constant(&'d Words<Box<str>>),
    /// By ticket, with the texts by code from 1 on.
    AtCutOff(Vec<u32>, Vec<Box<str>>),
}

/// The tags of tickets. Equal lists have equal codes.
#[derive(Debug)]
enum OwnerTags<'d> {
    /// No event changes the tags.
    Constant(&'d Tags),
    /// By ticket, with the tags by code.
    AtCutOff(Vec<u32>, Vec<Vec<Box<str>>>),
}

impl OwnerTags<'_> {
    fn code(&self, place: usize) -> u32 {
        match self {
            Self::Constant(tags) => tags.codes.get(place),
            Self::AtCutOff(codes, _) => codes.get(place).copied().unwrap_or(0),
        }
    }

    fn kinds(&self) -> u64 {
        match self {
            Self::Constant(tags) => tags.kinds() as u64,
            Self::AtCutOff(_, lists) => lists.len() as u64,
        }
    }

    fn texts(&self, place: usize) -> impl Iterator<Item = &str> + Clone {
        let code = self.code(place);
        let (constant, known) = match self {
            Self::Constant(tags) => (Some(tags.texts_of(code)), None),
            Self::AtCutOff(_, lists) => (None, lists.get(code as usize)),
        };
        constant.into_iter().flatten().chain(known.into_iter().flatten().map(|tag| &**tag))
    }
}

impl Values<'_> {
    fn code(&self, place: usize) -> u32 {
        match self {
            Self::Constant(words) => words.codes.get(place),
            Self::AtCutOff(codes, _) => codes.get(place).copied().unwrap_or(0),
        }
    }

    fn kinds(&self) -> u64 {
        match self {
            Self::Constant(words) => words.kinds() as u64,
            Self::AtCutOff(_, texts) => texts.len() as u64 + 1,
        }
    }

    fn text(&self, place: usize) -> Option<&str> {
        let code = self.code(place);
        match self {
            Self::Constant(words) => words.meaning(code).map(|text| &**text),
            Self::AtCutOff(_, texts) => texts.get((code as usize).checked_sub(1)?).map(|text| &**text),
        }
    }
}

impl<'d> Owners<'d> {
    /// The owners, if the report needs them.
    pub(super) fn of(report: &Report, tables: &'d Tables, replay: Option<&Replay>) -> Option<Self> {
        let sliced = report.sliced_by();
        if !report.surveys_inherit() || sliced.is_empty() || tables.tickets.rows() == 0 {
            return None;
        }
        let mut owners = Self { attributes: Vec::new(), tags: None, countable: true };
        let mut combinations = 1_u64;
        let mut multiplied = |kinds: u64, countable: &mut bool| {
            let times = combinations;
            match combinations.checked_mul(kinds).filter(|all| *all < 1 << 62) {
                Some(all) => combinations = all,
                None => *countable = false,
            }
            times
        };
        if sliced.contains(&&Attribute::Tag) {
            let tags = match replay.filter(|_| tables.events.kinds.change_tags()) {
                Some(replay) => tags_at_cut_off(tables, replay),
                None => OwnerTags::Constant(&tables.tickets.tags),
            };
            let times = multiplied(tags.kinds(), &mut owners.countable);
            owners.tags = Some((tags, times));
        }
        for attribute in sliced {
            let mut actors = tables.credits().map(Actor::attribute);
            let changes = tables.events.kinds.changed().any(|changed| changed == attribute)
                || actors.any(|actor| actor == *attribute);
            let values = match (replay.filter(|_| changes), tables.tickets.attributes.get(attribute)) {
                (Some(replay), _) => at_cut_off(tables, replay, attribute),
                (None, Some(words)) => Values::Constant(words),
                (None, None) => continue,
            };
            let times = multiplied(values.kinds(), &mut owners.countable);
            owners.attributes.push(OwnerValues { attribute: attribute.clone(), times, values });
        }
        Some(owners)
    }

    /// A number for the values of a ticket. Equal numbers mean equal values.
    pub(super) fn combination(&self, place: u32) -> u64 {
        if place == NOWHERE {
            return NO_TICKET;
        }
        if !self.countable {
            return 1 << 62 | u64::from(place);
        }
        let attributes = self.attributes.iter().map(|one| (one.values.code(place as usize), one.times));
        let tags = self.tags.iter().map(|(tags, times)| (tags.code(place as usize), *times));
        attributes.chain(tags).map(|(code, times)| times * u64::from(code)).sum()
    }

    /// The tags of the ticket at a place.
    pub(super) fn tags(&self, place: u32) -> impl Iterator<Item = &str> + Clone {
        let known = self.tags.as_ref().filter(|_| place != NOWHERE);
        known.into_iter().flat_map(move |(tags, _)| tags.texts(place as usize))
    }

    /// The value of an attribute of the ticket at a place.
    pub(super) fn value(&self, place: u32, attribute: &Attribute) -> Option<&str> {
        let one = self.attributes.iter().find(|one| one.attribute == *attribute)?;
        one.values.text(place as usize)
    }
}

/// The values of an attribute that events change.
fn at_cut_off<'d>(tables: &Tables, replay: &Replay, attribute: &Attribute) -> Values<'d> {
    let replay = replay.clone().with_measures(Needs::NOTHING).with_attributes([attribute.clone()]);
    let log = EventLog::new(tables, &replay);
    let mut codes = vec![0; tables.tickets.rows()];
    if let Some(slot) = log.slot(attribute) {
        let new = Vec::new;
        let (parts, _) = log.each(1, new, |found: &mut Vec<(usize, u32)>, ticket| {
            found.push((ticket.row(), ticket.code(slot)));
        });
        parts.into_iter().flatten().for_each(|(row, code)| codes[row] = code);
    }
    let texts = (1..log.codes()).map(|code| log.text(u32::try_from(code).unwrap_or(0)).unwrap_or_default());
    Values::AtCutOff(codes, texts.map(Into::into).collect())
}

/// The tags of tickets whose events change them.
fn tags_at_cut_off<'d>(tables: &Tables, replay: &Replay) -> OwnerTags<'d> {
    let replay = replay.clone().with_measures(Needs::NOTHING).with_attributes([Attribute::Tag]);
    let log = EventLog::new(tables, &replay);
    let mut codes = vec![0; tables.tickets.rows()];
    let mut numbers: HashMap<Vec<u32>, u32> = HashMap::from([(Vec::new(), 0)]);
    let mut lists = vec![Vec::new()];
    let found = |found: &mut Vec<_>, ticket: &ReplayedRow<'_>| found.push((ticket.row(), ticket.tags()));
    let (parts, _) = log.each(1, Vec::new, found);
    for (row, tags) in parts.into_iter().flatten() {
        let texts = || tags.iter().filter_map(|tag| log.text(*tag)).map(Into::into).collect();
        codes[row] = *numbers.entry(tags.clone()).or_insert_with(|| {
            lists.push(texts());
            u32::try_from(lists.len() - 1).unwrap_or(0)
        });
    }
    OwnerTags::AtCutOff(codes, lists)
}
