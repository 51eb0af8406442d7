//! Tickets and their events, arranged for replay.
//!
//! An [`EventLog`] is a view of a [`Dataset`] for one [`Replay`]: the events of each ticket, their order and their
//! steps. It can be read any number of times: by a report ([`feed`](crate::Dataset::feed)), as record batches
//! ([`measures`](EventLog::measures), [`verdicts`](EventLog::verdicts)), or ticket by ticket with a visitor
//! ([`each`](EventLog::each)). The numbers equal those of [`Replay::tickets`] on the same records, bit for bit, for
//! any order of the rows, any encodings and any number of threads.
//!
//! ```
//! use std::sync::Arc;
//! use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampSecondArray};
//! use deskmetrics::kpi::SlaAttainment;
//! use deskmetrics::replay::Needs;
//! use deskmetrics::ticket::Attribute;
//! use deskmetrics_arrow::{Dataset, Description, ReadOptions};
//!
//! let words = |words: Vec<&str>| Arc::new(StringArray::from(words)) as ArrayRef;
//! let times = |at: Vec<i64>| Arc::new(TimestampSecondArray::from(at).with_timezone("UTC")) as ArrayRef;
//! let ids = |ids: Vec<i64>| Arc::new(Int64Array::from(ids)) as ArrayRef;
//!
//! let tickets = RecordBatch::try_from_iter([
//!     ("id", ids(vec![1, 2])), ("created", times(vec![0, 60])), ("market", words(vec!["DK", "ES"])),
//! ])?;
//! let events = RecordBatch::try_from_iter([
//!     ("ticket", ids(vec![2, 1, 1, 1])), ("at", times(vec![9_000, 600, 4_200, 4_800])),
//!     ("kind", words(vec!["status"; 4])), ("value", words(vec!["solved", "pending", "open", "solved"])),
//! ])?;
//! let description: Description = r#"
//!     time_zone = "UTC"
//!     as_of = "1970-01-02T00:00:00Z"
//!     tickets = [{ file = "tickets", id = "id", created_at = "created", attributes = { market = "market" } }]
//!     events = [{ file = "events", ticket = "ticket", at = "at", kind = "kind", value = "value" }]
//!     [[sla.policies]]
//!     name = "two hours, the customer's time not counted"
//!     targets = [{ metric = "requester_wait", within = "2h" }]
//! "#.parse()?;
//! let options = ReadOptions::default()
//!     .with_table("tickets", tickets.schema(), vec![tickets])
//!     .with_table("events", events.schema(), vec![events]);
//! let dataset = Dataset::of_description(&description, options)?;
//!
//! let replay = dataset.replay().ok_or("no cut-off")?.with_measures(Needs::VERDICTS).with_attributes([Attribute::Market]);
//! let log = dataset.log(&replay);
//! let market = log.slot(&Attribute::Market).ok_or("a market")?;
//! let new = || vec![SlaAttainment::default(); log.codes()];
//! let (parts, _) = log.each(1, new, |by_market, ticket| {
//!     let attainment = &mut by_market[ticket.code(market) as usize];
//!     ticket.verdicts().for_each(|verdict| attainment.push_state(verdict.state()));
//! });
//! let percent = |code: u32| (log.text(code), parts[0][code as usize].percent());
//! assert_eq!((percent(1), percent(2)), ((Some("DK"), Some(100.0)), (Some("ES"), Some(0.0))));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod feed;
mod meaning;
mod merged;
mod order;
mod outcome;
mod row;
mod stream;
mod visit;

use std::collections::BTreeMap;
use std::ops::Range;

use deskmetrics::Author;
use deskmetrics::engine::step::{FIRST_FREE, NONE, StepKind, UNWATCHED};
use deskmetrics::replay::{Actor, EventOrder, Merged, Needs, Replay};
use deskmetrics::ticket::Attribute;
use hashbrown::HashMap;

use crate::Dataset;
use crate::decode::kind::{KindCode, NOTHING};
use crate::decode::stated::StatedColumn;
use crate::decode::word::Codes;
use crate::decode::{CustomerCodes, Tables};
use meaning::Meanings;

pub use row::{AttributeSlot, ReplayedRow};
pub use stream::{EventStream, StreamError};

/// The tickets of a [`Dataset`] with their events, arranged by ticket for one [`Replay`].
///
/// Events may be in any order in their tables. If they are already grouped by ticket and ordered by time, they are
/// neither sorted nor copied.
#[derive(Debug)]
pub struct EventLog<'d> {
    replay: Replay,
    pub(crate) tables: &'d Tables,
    /// The attributes that are read: the number in steps, and the number of the value for each code of the column.
    attributes: Vec<LogAttribute<'d>>,
    /// Whether some of them are names of actors.
    credits: bool,
    /// The number in steps for each code of a tag, a value or a name.
    tags: Vec<u32>,
    values: Vec<u32>,
    people: Vec<u32>,
    /// The number in steps for each code of the ticket's own author.
    replier: Vec<u32>,
    /// The number of the same name among the authors of events, for each customer.
    own_names: Vec<u32>,
    texts: Texts,
    /// The code of the text for each number that rules assigned.
    mentioned: Vec<u32>,
    spans: order::RowRanges,
    arranged: Option<Arranged>,
    meanings: Meanings,
    /// Stated measures that nothing else provides.
    stated: Vec<&'d StatedColumn>,
    /// The customer messages that tickets receive from those merged into them.
    moved: BTreeMap<usize, Vec<i64>>,
}

#[derive(Debug)]
struct LogAttribute<'d> {
    attribute: Attribute,
    number: u16,
    codes: Option<&'d Codes>,
    numbers: Vec<u32>,
}

/// Events in the order of their tickets, if their table has another order.
#[derive(Debug)]
struct Arranged {
    at: Vec<i64>,
    codes: Vec<KindCode>,
    values: Codes,
    by: Codes,
}

/// The texts of all columns, each with a code. Code 0 means no text.
#[derive(Debug, Default)]
struct Texts {
    texts: Vec<Box<str>>,
    codes: HashMap<Box<str>, u32>,
}

impl Texts {
    fn code(&mut self, text: &str) -> u32 {
        if let Some(code) = self.codes.get(text) {
            return *code;
        }
        self.texts.push(text.into());
        let code = u32::try_from(self.texts.len()).unwrap_or(NONE);
        self.codes.insert(text.into(), code);
        code
    }

    fn get(&self, code: u32) -> Option<&str> {
        self.texts.get((code as usize).checked_sub(1)?).map(|text| &**text)
    }
}

/// The number of the same name among the authors of events, for each customer; empty if not needed.
fn own_names(tables: &Tables, replay: &Replay, people: &[u32], replier: &[u32]) -> Vec<u32> {
    let Tables { tickets, events, .. } = tables;
    let (actors, numbers) = match &tickets.milestones {
        Some(columns) => (&columns.author_name, replier),
        None => (&events.by, people),
    };
    match tickets.customers.as_ref().filter(|_| numbers.len() > 1) {
        Some(customers) if !replay.options().requester_answers => {
            let names = actors.meanings().iter().zip(1u32..);
            let found =
                customers.find_in(|name| actors.find(name), names.map(|(name, code)| (&**name, code)));
            found.into_iter().map(|code| numbers.get(code as usize).copied().unwrap_or(NONE)).collect()
        }
        _ => Vec::new(),
    }
}

impl Dataset {
    /// Arranges the tickets and events for a replay.
    pub fn log(&self, replay: &Replay) -> EventLog<'_> {
        EventLog::new(&self.tables, replay)
    }
}

impl<'d> EventLog<'d> {
    pub(crate) fn new(tables: &'d Tables, replay: &Replay) -> Self {
        let Tables { tickets, events, .. } = tables;
        // Slices use the values at the cut-off.
        let columns = tickets.attributes.iter().map(|(attribute, _)| attribute.clone());
        let mut replay = replay.clone().with_attributes(columns);
        if replay.needs().any(Needs::TOUCHES) {
            // A change of an attribute is a touch only if it changes the value.
            replay = replay.with_attributes(events.kinds.changed().cloned());
        }
        // The replay provides the names that neither a column nor an event provides.
        let credited = tables.credits();
        let credited: Vec<Actor> =
            credited.filter(|actor| replay.attribute_number(&actor.attribute()) != UNWATCHED).collect();
        if !credited.is_empty() {
            replay = replay.with_actors(credited.iter().copied());
        }
        let mut texts = Texts::default();
        let mut numbers = |meanings: &[Box<str>]| -> Vec<u32> {
            let mut number = |text: &str| {
                let code = texts.code(text);
                replay.value_number(text).unwrap_or(FIRST_FREE | code)
            };
            std::iter::once(NONE).chain(meanings.iter().map(|text| number(text))).collect()
        };
        let mut attributes: Vec<LogAttribute<'d>> = tickets
            .attributes
            .iter()
            .map(|(attribute, words)| LogAttribute {
                attribute: attribute.clone(),
                number: replay.attribute_number(attribute),
                codes: Some(&words.codes),
                numbers: numbers(words.meanings()),
            })
            .collect();
        for attribute in events.kinds.changed() {
            let number = replay.attribute_number(attribute);
            let followed = replay.is_relevant(StepKind::Changed { attribute: number, to: NONE });
            if followed && !attributes.iter().any(|known| known.attribute == *attribute) {
                let attribute = attribute.clone();
                attributes.push(LogAttribute { attribute, number, codes: None, numbers: Vec::new() });
            }
        }
        attributes.extend(credited.iter().map(|actor| {
            let attribute = actor.attribute();
            let number = replay.attribute_number(&attribute);
            LogAttribute { attribute, number, codes: None, numbers: Vec::new() }
        }));
        let tags = numbers(tickets.tags.texts.meanings());
        let values = numbers(events.values.meanings());
        let people = numbers(events.by.meanings());
        let replier = match &tickets.milestones {
            Some(columns) => numbers(columns.author_name.meanings()),
            None => Vec::new(),
        };
        let own_names = own_names(tables, &replay, &people, &replier);
        let mut mentioned = Vec::new();
        for (text, code) in texts.texts.iter().zip(1u32..) {
            let Some(number) = replay.value_number(text) else { continue };
            if mentioned.len() <= number as usize {
                mentioned.resize(number as usize + 1, NONE);
            }
            mentioned[number as usize] = code;
        }
        let by_time = replay.options().order == EventOrder::Time;
        let (spans, rows) = if events.codes.is_empty() {
            (Vec::new(), None)
        } else {
            order::arranged(events, tickets.rows(), by_time)
        };
        let arranged = rows.map(|rows| Arranged {
            at: rows.iter().map(|row| events.at[*row as usize]).collect(),
            codes: rows.iter().map(|row| events.codes[*row as usize]).collect(),
            values: events.values.codes.in_order_of(&rows),
            by: events.by.codes.in_order_of(&rows),
        });
        let meanings = Meanings::new(&events.kinds, &replay);
        let stated = tables.stated_only(replay.has_business_time()).collect();
        let moved = BTreeMap::new();
        let mut log = Self {
            replay,
            tables,
            attributes,
            credits: !credited.is_empty(),
            tags,
            values,
            people,
            replier,
            own_names,
            texts,
            mentioned,
            spans,
            arranged,
            meanings,
            stated,
            moved,
        };
        if log.meanings.merge() && log.replay.options().merged == Merged::MoveMessages {
            log.move_messages();
        }
        if !by_time {
            log.no_later_than_the_next();
        }
        log
    }

    /// The events of a ticket, in order.
    #[inline]
    fn events_of(&self, row: usize) -> Range<usize> {
        // A log without events has no ranges.
        let (from, to) = self.spans.get(row).copied().unwrap_or_default();
        from as usize..to as usize
    }

    /// Moves events that are later than their successor on the ticket.
    fn no_later_than_the_next(&mut self) {
        let mut at = self.at().to_vec();
        let codes = self.codes_of_events();
        for (from, to) in &self.spans {
            let mut latest = i64::MAX;
            for event in (*from as usize..*to as usize).rev() {
                if codes[event] != NOTHING {
                    latest = latest.min(at[event]);
                    at[event] = latest;
                }
            }
        }
        match &mut self.arranged {
            Some(arranged) => arranged.at = at,
            None if at == *self.tables.events.at => {}
            None => {
                let events = &self.tables.events;
                let (values, by) = (events.values.codes.clone(), events.by.codes.clone());
                self.arranged = Some(Arranged { at, codes: events.codes.clone(), values, by });
            }
        }
    }

    fn at(&self) -> &[i64] {
        self.arranged.as_ref().map_or(&self.tables.events.at, |arranged| &arranged.at)
    }

    fn codes_of_events(&self) -> &[KindCode] {
        self.arranged.as_ref().map_or(&self.tables.events.codes, |arranged| &arranged.codes)
    }

    /// The code of an event's value.
    fn value(&self, event: usize) -> u32 {
        self.arranged
            .as_ref()
            .map_or(&self.tables.events.values.codes, |arranged| &arranged.values)
            .get(event)
    }

    /// The code of the author.
    fn by(&self, event: usize) -> u32 {
        self.arranged.as_ref().map_or(&self.tables.events.by.codes, |arranged| &arranged.by).get(event)
    }

    fn created_by(&self, row: usize) -> Option<Author> {
        self.tables.tickets.created_by.of_row(row).copied()
    }

    /// The number of tickets, including excluded ones.
    pub fn rows(&self) -> usize {
        self.tables.tickets.rows()
    }

    /// The replay of this log, which follows the attributes that are read.
    pub fn replay(&self) -> &Replay {
        &self.replay
    }

    /// The text of a code of an attribute; `None` for code 0, which means no text.
    pub fn text(&self, code: u32) -> Option<&str> {
        self.texts.get(code)
    }

    /// One more than the highest code of a text.
    pub fn codes(&self) -> usize {
        self.texts.texts.len() + 1
    }

    /// The customers; `None` if no column names them.
    pub fn customers(&self) -> Option<&'d CustomerCodes> {
        self.tables.tickets.customers.as_ref()
    }

    /// The slot of an attribute, for [`ReplayedRow::code`]. `None` if the data does not contain the attribute, or if
    /// only events contain it and the replay does not follow it (see [`Replay::with_attributes`]).
    pub fn slot(&self, attribute: &Attribute) -> Option<AttributeSlot> {
        let known = self.attributes.iter().find(|known| known.attribute == *attribute)?;
        Some(AttributeSlot(known.number))
    }

    /// The attributes that are read.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().map(|known| &known.attribute)
    }

    /// The text code of a number in steps.
    #[inline]
    fn code_of(&self, number: u32) -> u32 {
        if number >= FIRST_FREE {
            return number & !FIRST_FREE;
        }
        self.mentioned.get(number as usize).copied().unwrap_or(NONE)
    }
}
