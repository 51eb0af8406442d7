//! Random desks, as records and as the tables that contain them.
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

pub(crate) mod kpis;
mod own;
pub(crate) mod surveys;

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::types::{Int8Type, UInt16Type};
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int64Array, LargeStringArray, RecordBatch,
    StringArray, StringViewArray, TimestampMicrosecondArray, TimestampMillisecondArray,
    TimestampNanosecondArray, TimestampSecondArray, UInt64Array,
};
use chrono::TimeDelta;
use deskmetrics::replay::{Replay, ReplayOutcome};
use deskmetrics::report::{Report, ReportState};
use deskmetrics::ticket::{Attribute, EventKind};
use deskmetrics::{Author, Excluded, Reason, Ticket, TicketEvent, Timestamp};
use deskmetrics_arrow::{Dataset, Description, ReadError, ReadOptions};
use deskmetrics_testkit::replay::strategy::logs;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

const MINUTE: i64 = 60_000_000;

/// A column of text in one of Arrow's encodings.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Encoding {
    Utf8,
    LargeUtf8,
    Utf8View,
    SmallDictionary,
    LargeDictionary,
}

pub(crate) fn encodings() -> impl Strategy<Value = Encoding> + Clone {
    select(vec![
        Encoding::Utf8,
        Encoding::LargeUtf8,
        Encoding::Utf8View,
        Encoding::SmallDictionary,
        Encoding::LargeDictionary,
    ])
}

pub(crate) fn texts<S: AsRef<str>>(
    values: impl IntoIterator<Item = Option<S>>,
    encoding: Encoding,
) -> ArrayRef {
    let values: Vec<Option<S>> = values.into_iter().collect();
    let values = values.iter().map(|value| value.as_ref().map(AsRef::as_ref));
    match encoding {
        Encoding::Utf8 => Arc::new(values.collect::<StringArray>()),
        Encoding::LargeUtf8 => Arc::new(values.collect::<LargeStringArray>()),
        Encoding::Utf8View => Arc::new(values.collect::<StringViewArray>()),
        Encoding::SmallDictionary => Arc::new(values.collect::<DictionaryArray<Int8Type>>()),
        Encoding::LargeDictionary => Arc::new(values.collect::<DictionaryArray<UInt16Type>>()),
    }
}

/// A column of timestamps in one of Arrow's units, with or without a time zone, or as text.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unit {
    Seconds,
    Millis,
    Micros,
    NaiveMicros,
    NaiveNanos,
    NaiveText,
    ZonedText,
}

pub(crate) fn units() -> impl Strategy<Value = Unit> + Clone {
    select(vec![
        Unit::Seconds,
        Unit::Millis,
        Unit::Micros,
        Unit::Micros,
        Unit::NaiveMicros,
        Unit::NaiveNanos,
        Unit::NaiveText,
        Unit::ZonedText,
    ])
}

/// Timestamps given in microseconds, whole seconds each.
pub(crate) fn timestamps(micros: impl IntoIterator<Item = Option<i64>>, unit: Unit) -> ArrayRef {
    let micros = micros.into_iter();
    let written = |format: &'static str| {
        move |at: Option<i64>| Some(chrono::DateTime::from_timestamp_micros(at?)?.format(format).to_string())
    };
    match unit {
        Unit::Seconds => Arc::new(
            micros
                .map(|at| at.map(|at| at / 1_000_000))
                .collect::<TimestampSecondArray>()
                .with_timezone("Europe/Copenhagen"),
        ),
        Unit::Millis => Arc::new(
            micros
                .map(|at| at.map(|at| at / 1_000))
                .collect::<TimestampMillisecondArray>()
                .with_timezone("+05:30"),
        ),
        Unit::Micros => Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC")),
        Unit::NaiveMicros => Arc::new(micros.collect::<TimestampMicrosecondArray>()),
        Unit::NaiveNanos => {
            Arc::new(micros.map(|at| at.map(|at| at * 1_000)).collect::<TimestampNanosecondArray>())
        }
        Unit::NaiveText => Arc::new(micros.map(written("%Y-%m-%d %H:%M:%S")).collect::<StringArray>()),
        Unit::ZonedText => Arc::new(micros.map(written("%Y-%m-%dT%H:%M:%SZ")).collect::<StringArray>()),
    }
}

/// How rows are stored as columns.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is drawn by itself")]
pub(crate) struct Layout {
    pub(crate) ids: Encoding,
    pub(crate) words: Encoding,
    pub(crate) unit: Unit,
    /// The type of ids that are numbers; text by default.
    pub(crate) number_ids: Option<Number>,
    /// The type of requesters.
    pub(crate) number_people: Option<Number>,
    /// Status changes as kinds of their own, without a value.
    pub(crate) status_kinds: bool,
    /// Where the rows are cut into batches.
    pub(crate) cuts: Vec<usize>,
    /// Batches as slices of one batch, instead of separate arrays.
    pub(crate) slices: bool,
}

pub(crate) fn layouts() -> impl Strategy<Value = Layout> + Clone {
    let flags = (numbers(), numbers(), any::<bool>(), any::<bool>());
    (encodings(), encodings(), units(), flags, vec(0..60_usize, 0..4)).prop_map(
        |(ids, words, unit, (number_ids, number_people, status_kinds, slices), cuts)| Layout {
            ids,
            words,
            unit,
            number_ids,
            number_people,
            status_kinds,
            cuts,
            slices,
        },
    )
}

impl Layout {
    /// How ids of this form are stored.
    pub(crate) fn ids_of(&self, naming: Naming) -> Option<Number> {
        match (self.number_ids, naming) {
            (_, Naming::Text) => None,
            // They are negative.
            (Some(Number::UInt64), Naming::Sparse) => Some(Number::Int64),
            (number, _) => number,
        }
    }
}

/// Rows as batches, split at the layout's positions. There is at least one batch.
pub(crate) fn batches<T>(
    rows: &[T],
    layout: &Layout,
    batch: impl Fn(&[T]) -> RecordBatch,
) -> Vec<RecordBatch> {
    let mut cuts: Vec<usize> = layout.cuts.iter().map(|cut| cut % (rows.len() + 1)).collect();
    cuts.extend([0, rows.len()]);
    cuts.sort_unstable();
    let ends = cuts.windows(2).map(|ends| (ends[0], ends[1]));
    if layout.slices {
        let whole = batch(rows);
        ends.map(|(from, to)| whole.slice(from, to - from)).collect()
    } else {
        ends.map(|(from, to)| batch(&rows[from..to])).collect()
    }
}

pub(crate) fn batch<'n>(columns: impl IntoIterator<Item = (&'n str, ArrayRef)>) -> RecordBatch {
    let columns = columns.into_iter().map(|(name, array)| (name, array, true));
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

/// A column of numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Number {
    Int64,
    UInt64,
    Float64,
}

fn numbers() -> impl Strategy<Value = Option<Number>> + Clone {
    select(vec![None, Some(Number::Int64), Some(Number::Int64), Some(Number::UInt64), Some(Number::Float64)])
}

/// Ids or names as numbers, or as text.
pub(crate) fn named(names: &[Option<String>], number: Option<Number>, encoding: Encoding) -> ArrayRef {
    let parsed = || names.iter().map(|name| name.as_deref().map(|name| name.parse::<i64>().unwrap()));
    match number {
        None => texts(names.iter().map(Option::as_deref), encoding),
        Some(Number::UInt64) => {
            Arc::new(parsed().map(|id| id.map(i64::cast_unsigned)).collect::<UInt64Array>())
        }
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        Some(Number::Float64) => {
            Arc::new(parsed().map(|id| id.map(|id| id as f64)).collect::<Float64Array>())
        }
        Some(Number::Int64) => Arc::new(parsed().collect::<Int64Array>()),
    }
}

/// How tickets are named.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Naming {
    Text,
    /// One number after the other.
    Consecutive,
    /// Numbers close together.
    Dense,
    /// Numbers far apart.
    Sparse,
}

impl Naming {
    /// The id of the ticket of this number; it is even if the number is.
    pub(crate) fn id(self, number: usize) -> String {
        match self {
            Self::Text => format!("T-{number}"),
            Self::Consecutive => number.to_string(),
            Self::Dense => (number * 3 + 10).to_string(),
            Self::Sparse => format!("-{}", number * 1_000_000_007 + 10),
        }
    }
}

/// Tickets with the rows of their events.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    pub(crate) tickets: Vec<Ticket>,
    /// In the order of the rows, with duplicates, events before their ticket's creation and events of unknown tickets.
    pub(crate) events: Vec<TicketEvent>,
    pub(crate) naming: Naming,
    /// Whether names of people are numbers.
    pub(crate) numbered_people: bool,
}

/// What a ticket's row contains besides what [`logs`] draws.
#[derive(Debug, Clone)]
struct More {
    requester: Option<usize>,
    priority: Option<&'static str>,
    category: Option<&'static str>,
    group: Option<&'static str>,
    task: Option<&'static str>,
    tags: &'static [&'static str],
    due_after: Option<i64>,
    sla_met: Option<bool>,
}

fn more() -> impl Strategy<Value = More> {
    (
        option::of(0..3_usize),
        option::of(select(vec!["high", "low", "urgent"])),
        option::of(select(vec!["billing", "delivery"])),
        option::weighted(0.4, select(vec!["first", "second"])),
        option::weighted(0.2, Just("TASK-1")),
        select(vec![&[][..], &[], &["vip"], &["new", "vip"]]),
        option::weighted(0.3, 0..9_000_i64),
        option::weighted(0.5, any::<bool>()),
    )
        .prop_map(|(requester, priority, category, group, task, tags, due_after, sla_met)| More {
            requester,
            priority,
            category,
            group,
            task,
            tags,
            due_after,
            sla_met,
        })
}

/// The order of the rows of a desk.
#[derive(Debug, Clone, Copy)]
struct Mixing {
    seed: u64,
    /// Order of the events: ticket by ticket, by time, tickets in reverse, or random.
    order: u8,
    merges: bool,
    naming: Naming,
    numbered_people: bool,
    shuffled_tickets: bool,
}

impl Mixing {
    /// A pseudo-random number.
    fn roll(self, place: usize) -> u64 {
        let mixed = (place as u64 ^ self.seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
    }

    fn id(self, number: usize) -> String {
        self.naming.id(number)
    }

    fn person(self, place: usize) -> String {
        let names = if self.numbered_people { ["7", "8", "9000000000"] } else { ["ana", "cleo", "ben"] };
        names[place % 3].to_owned()
    }
}

fn mixings() -> impl Strategy<Value = Mixing> {
    let namings = vec![Naming::Text, Naming::Text, Naming::Consecutive, Naming::Dense, Naming::Sparse];
    let flags = (any::<bool>(), select(namings), prop::bool::weighted(0.3), any::<bool>());
    (any::<u64>(), 0..4_u8, flags).prop_map(
        |(seed, order, (merges, naming, numbered_people, shuffled_tickets))| Mixing {
            seed,
            order,
            merges,
            naming,
            numbered_people,
            shuffled_tickets,
        },
    )
}

/// This many tickets and their events. Tickets are merged only into tickets of the same [`part`].
pub(crate) fn desks(tickets: Range<usize>) -> impl Strategy<Value = Desk> {
    (vec((logs(), more()), tickets), mixings()).prop_map(|(logs, mixing)| desk(logs, mixing))
}

/// To which of two parts a ticket belongs when a desk is split.
pub(crate) fn part(ticket: &str) -> usize {
    let digits: String = ticket.chars().filter(char::is_ascii_digit).collect();
    digits.parse::<usize>().unwrap_or(0) % 2
}

fn desk(logs: Vec<((Ticket, Vec<TicketEvent>), More)>, mixing: Mixing) -> Desk {
    let count = logs.len();
    let (mut tickets, mut events) = (Vec::new(), Vec::new());
    for (number, ((mut ticket, log), more)) in logs.into_iter().enumerate() {
        ticket.id = mixing.id(number).as_str().into();
        ticket.requester = more.requester.map(|place| mixing.person(place).as_str().into());
        let attributes = [
            (Attribute::Priority, more.priority),
            (Attribute::Category, more.category),
            (Attribute::Group, more.group),
            ("task".into(), more.task),
        ];
        for (attribute, value) in attributes {
            ticket.attributes.set(attribute, value.map(Into::into));
        }
        more.tags.iter().for_each(|tag| ticket.add_tag((*tag).into()));
        let minutes = |minutes: i64| ticket.created_at.to_utc() + TimeDelta::minutes(minutes);
        ticket.stated_due_at = more.due_after.map(|after| minutes(after).into());
        ticket.stated_sla_met = more.sla_met;
        for (place, mut event) in log.into_iter().enumerate() {
            let roll = mixing.roll(number * 64 + place);
            event.ticket = ticket.id.clone();
            event.author_name =
                event.author_name.map(|name| mixing.person(if &*name == "ana" { 0 } else { 2 }).into());
            event.id = match roll % 8 {
                0 => None,
                1 => Some(place.saturating_sub(1).to_string().into()),
                _ => Some(place.to_string().into()),
            };
            if (roll >> 8).is_multiple_of(16) {
                event.at = minutes(-1 - i64::try_from(roll >> 12 & 0xff).unwrap()).into();
            }
            if (roll >> 20).is_multiple_of(32) {
                event.ticket = mixing.id(1_000 + number).as_str().into();
            }
            event.kind = match event.kind {
                EventKind::Escalated if mixing.merges && roll >> 26 & 1 == 0 => {
                    EventKind::MergedInto(mixing.id((number + 2) % count.max(2)).as_str().into())
                }
                EventKind::SurveySent if roll >> 26 & 1 == 0 => {
                    EventKind::SplitFrom(mixing.id(number + 1).as_str().into())
                }
                EventKind::SurveySent if roll >> 27 & 1 == 0 => EventKind::SurveyAnswered,
                EventKind::Changed { attribute: Attribute::Assignee, to }
                    if (roll >> 26).is_multiple_of(4) =>
                {
                    let attribute = if roll >> 28 & 1 == 0 { Attribute::Category } else { "task".into() };
                    EventKind::Changed { attribute, to: to.map(|_| "billing".into()) }
                }
                kind => kind,
            };
            // A survivor of another part would be lost when the desk is split.
            if let EventKind::MergedInto(into) = &event.kind
                && part(into.as_str()) != part(event.ticket.as_str())
            {
                event.kind = EventKind::Deleted;
            }
            events.push(event);
        }
        tickets.push(ticket);
    }
    match mixing.order {
        0 => {}
        1 => events.sort_by_key(|event| event.at),
        2 => events.sort_by_key(|event| std::cmp::Reverse(event.ticket.clone())),
        _ => shuffle(&mut events, mixing.seed),
    }
    if mixing.shuffled_tickets {
        shuffle(&mut tickets, mixing.seed);
    }
    let Mixing { naming, numbered_people, .. } = mixing;
    Desk { tickets, events, naming, numbered_people }
}

/// An event without what its row alone determines.
pub(crate) fn unnumbered(mut event: TicketEvent) -> TicketEvent {
    (event.id, event.sequence) = (None, 0);
    event
}

/// Shuffles items pseudo-randomly.
pub(crate) fn shuffle<T>(things: &mut Vec<T>, seed: u64) {
    let scramble = |place: usize| (place as u64 ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut all: Vec<(usize, T)> = things.drain(..).enumerate().collect();
    all.sort_by_key(|(place, _)| scramble(*place));
    things.extend(all.into_iter().map(|(_, thing)| thing));
}

/// The kind and the value of an event as text.
pub(crate) fn kind_and_value(kind: &EventKind, status_kinds: bool) -> (String, Option<String>) {
    let plain = |word: &str| (word.to_owned(), None);
    match kind {
        EventKind::PublicMessage => plain("public_message"),
        EventKind::InternalNote => plain("internal note"),
        EventKind::Status(status) if status_kinds => plain(status.as_str()),
        EventKind::Status(status) => ("status".to_owned(), Some(status.as_str().to_owned())),
        EventKind::Changed { attribute, to } => {
            (format!("changed {attribute}"), to.as_deref().map(str::to_owned))
        }
        EventKind::Tagged(tag) => ("tagged".to_owned(), Some(tag.to_string())),
        EventKind::Untagged(tag) => ("untagged".to_owned(), Some(tag.to_string())),
        EventKind::MergedInto(ticket) => ("merged_into".to_owned(), Some(ticket.to_string())),
        EventKind::SplitFrom(ticket) => ("split_from".to_owned(), Some(ticket.to_string())),
        EventKind::Escalated => plain("escalated"),
        EventKind::Deleted => plain("deleted"),
        EventKind::Spam => plain("spam"),
        EventKind::EndUnknown => plain("end_unknown"),
        EventKind::Restored => plain("restored"),
        EventKind::SurveyAnswered => plain("survey_answered"),
        _ => plain("survey_sent"),
    }
}

fn author(author: Author) -> String {
    format!("{author:?}").to_lowercase()
}

/// The attributes that have a column.
pub(crate) const COLUMNS: [&str; 5] = ["market", "priority", "category", "group", "task"];

impl Desk {
    /// The columns of a ticket.
    pub(crate) fn ticket_columns(
        &self,
        tickets: &[&Ticket],
        layout: &Layout,
    ) -> Vec<(&'static str, ArrayRef)> {
        let Layout { ids, words, unit, .. } = *layout;
        let text =
            |value: &dyn Fn(&Ticket) -> Option<String>| texts(tickets.iter().map(|one| value(one)), words);
        let ids_of: Vec<_> = tickets.iter().map(|ticket| Some(ticket.id.to_string())).collect();
        let people: Vec<_> =
            tickets.iter().map(|ticket| ticket.requester.as_ref().map(ToString::to_string)).collect();
        let tags = |ticket: &Ticket| (!ticket.tags.is_empty()).then(|| ticket.tags.join(", "));
        let micros = |at: Timestamp| at.as_micros();
        let mut columns = vec![
            ("id", named(&ids_of, layout.ids_of(self.naming), ids)),
            ("created", timestamps(tickets.iter().map(|one| Some(micros(one.created_at))), unit)),
            ("opener", text(&|ticket| ticket.created_by.map(author))),
            ("requester", named(&people, layout.number_people.filter(|_| self.numbered_people), words)),
            ("tags", text(&tags)),
            ("due", timestamps(tickets.iter().map(|one| one.stated_due_at.map(micros)), unit)),
            ("sla", Arc::new(tickets.iter().map(|one| one.stated_sla_met).collect::<BooleanArray>())),
        ];
        for name in COLUMNS {
            let value = |ticket: &Ticket| ticket.attributes.get(&name.into()).map(str::to_owned);
            columns.push((name, text(&value)));
        }
        columns
    }

    /// The columns of an event.
    pub(crate) fn event_columns(
        &self,
        events: &[&TicketEvent],
        layout: &Layout,
    ) -> Vec<(&'static str, ArrayRef)> {
        let Layout { ids, words, unit, status_kinds, .. } = *layout;
        let text = |value: &dyn Fn(&TicketEvent) -> Option<String>| {
            texts(events.iter().map(|one| value(one)), words)
        };
        let ids_of: Vec<_> = events.iter().map(|event| Some(event.ticket.to_string())).collect();
        vec![
            ("ticket", named(&ids_of, layout.ids_of(self.naming), ids)),
            ("at", timestamps(events.iter().map(|event| Some(event.at.as_micros())), unit)),
            ("kind", text(&|event| Some(kind_and_value(&event.kind, status_kinds).0))),
            ("value", text(&|event| kind_and_value(&event.kind, status_kinds).1)),
            ("author", text(&|event| Some(author(event.author)))),
            ("name", text(&|event| event.author_name.as_deref().map(str::to_owned))),
            ("event_id", text(&|event| event.id.as_deref().map(str::to_owned))),
        ]
    }

    /// The table of tickets, in batches.
    pub(crate) fn ticket_batches(&self, layout: &Layout) -> Vec<RecordBatch> {
        let rows: Vec<&Ticket> = self.tickets.iter().collect();
        batches(&rows, layout, |rows| batch(self.ticket_columns(rows, layout)))
    }

    /// The table of events, in batches.
    pub(crate) fn event_batches(&self, layout: &Layout) -> Vec<RecordBatch> {
        let rows: Vec<&TicketEvent> = self.events.iter().collect();
        batches(&rows, layout, |rows| batch(self.event_columns(rows, layout)))
    }

    /// The tables that the [`description`] names.
    pub(crate) fn tables(&self, layout: &Layout) -> [(&'static str, Vec<RecordBatch>); 2] {
        [("tickets", self.ticket_batches(layout)), ("events", self.event_batches(layout))]
    }

    /// Everything read.
    pub(crate) fn dataset(&self, conventions: Conventions, layout: &Layout) -> Dataset {
        read(&description(conventions, ""), self.tables(layout)).unwrap()
    }

    /// The events that count, and what is excluded of the others.
    pub(crate) fn known_events(&self, forgiving: bool) -> (Vec<TicketEvent>, Excluded) {
        let (known, excluded) = self.known_rows(forgiving);
        (known.into_iter().map(|(_, event)| event).collect(), excluded)
    }

    /// The same, each event with its row.
    fn known_rows(&self, forgiving: bool) -> (Vec<(usize, TicketEvent)>, Excluded) {
        let mut excluded = Excluded::default();
        let mut seen = HashSet::new();
        let mut known = Vec::new();
        for (row, event) in self.events.iter().enumerate() {
            let Some(ticket) = self.tickets.iter().find(|ticket| ticket.id == event.ticket) else {
                excluded.add(Reason::UnknownTicket);
                continue;
            };
            let reason = if event.id.as_ref().is_some_and(|id| !seen.insert((&event.ticket, id))) {
                Reason::Duplicate
            } else if event.at < ticket.created_at
                && !(forgiving && ticket.created_at.since(event.at) <= TimeDelta::hours(2))
            {
                Reason::BeforeCreation
            } else {
                let mut event = unnumbered(event.clone());
                event.at = event.at.max(ticket.created_at);
                known.push((row, event));
                continue;
            };
            excluded.add(reason);
        }
        (known, excluded)
    }

    /// The desk as exported by a help desk: its tickets with the attributes and tags after their last event, and for
    /// each event row the value before it. Also returns the tickets at creation, assuming that a tag that is added
    /// was not present, and one that is removed was.
    pub(crate) fn exported(&self, by_sequence: bool) -> (Self, Vec<Option<String>>, Vec<Ticket>) {
        let (mut desk, mut at_creation) = (self.clone(), self.tickets.clone());
        let mut known_tags = HashSet::new();
        let mut previous = vec![Some("not counted".to_owned()); self.events.len()];
        let (mut events, _) = self.known_rows(false);
        if !by_sequence {
            events.sort_by_key(|(_, event)| event.at);
        }
        for (row, event) in events {
            let place = desk.tickets.iter().position(|ticket| ticket.id == event.ticket).unwrap();
            let ticket = &mut desk.tickets[place];
            if let EventKind::Tagged(tag) | EventKind::Untagged(tag) = &event.kind
                && known_tags.insert((place, tag.clone()))
            {
                match &event.kind {
                    EventKind::Tagged(tag) => at_creation[place].remove_tag(tag),
                    _ => at_creation[place].add_tag(tag.clone()),
                }
            }
            match event.kind {
                EventKind::Changed { attribute, to } => {
                    previous[row] = ticket.attributes.get(&attribute).map(str::to_owned);
                    ticket.attributes.set(attribute, to);
                }
                EventKind::Tagged(tag) => ticket.add_tag(tag),
                EventKind::Untagged(tag) => ticket.remove_tag(&tag),
                _ => {}
            }
        }
        (desk, previous, at_creation)
    }

    /// One of two parts; see [`part`].
    pub(crate) fn part(&self, number: usize) -> Self {
        let mut own = self.clone();
        own.tickets.retain(|ticket| part(ticket.id.as_str()) == number);
        own.events.retain(|event| part(event.ticket.as_str()) == number);
        own
    }

    /// The last timestamp of its tickets and events.
    pub(crate) fn last(&self) -> Timestamp {
        let created = self.tickets.iter().map(|ticket| ticket.created_at);
        created.chain(self.events.iter().map(|event| event.at)).max().unwrap_or(Timestamp::MIN)
    }
}

/// How tickets are replayed.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "each is drawn by itself")]
pub(crate) struct Conventions {
    /// A line of `[replay]`.
    pub(crate) option: &'static str,
    pub(crate) by_sequence: bool,
    /// Whether tickets that match no rule have a schedule.
    pub(crate) fallback: bool,
    /// Whether an event may be two hours early.
    pub(crate) forgiving: bool,
    /// Whether the table of tickets is read without its attributes, which events then change.
    pub(crate) bare: bool,
}

impl Conventions {
    /// The defaults.
    pub(crate) const USUAL: Self =
        Self { option: "", by_sequence: false, fallback: true, forgiving: false, bare: false };
}

pub(crate) fn conventions() -> impl Strategy<Value = Conventions> {
    let option = prop_oneof![
        Just(""),
        select(vec![
            "merged = \"exclude\"",
            "merged = \"keep\"",
            "requester_answers = true",
            "opening = \"first_message\"",
            "opening_window = \"5m\"",
            "first_response_start = \"creation\"",
            "first_response_start = \"handoff\"",
            "proactive = \"second_agent_message\"",
            "next_response_start = \"latest\"",
            "solve_without_reply = \"counts_as_reply\"",
            "solve_without_reply = \"keeps_running\"",
            "bots_reply = true",
            "notes_reply = true",
            "repeated_solve = \"restates\"",
            "thank_you_within = \"2h\"",
            "no_schedule = \"always_open\"",
            "close_counts_as_solve = false",
            "sla = { validity = \"at_each_change\" }",
            "sla = { target_change = \"reset\", reopen = \"new_instance\" }",
        ])
    ];
    let flags = [0.3, 0.7, 0.3, 0.2].map(prop::bool::weighted);
    (option, flags).prop_map(|(option, [by_sequence, fallback, forgiving, bare])| Conventions {
        option,
        by_sequence,
        fallback,
        forgiving,
        bare,
    })
}

/// Schedules by market and SLA targets by tag, market and priority.
const AGREEMENT: &str = r#"
[schedule_by.market]
DK = "dk"
ES = "es"
[schedules.dk]
time_zone = "UTC"
hours = "Mo-Fr 09:00-17:00"
[schedules.es]
time_zone = "UTC"
hours = "Mo-Th 10:00-19:00; Fr 08:00-15:00"
[[sla.policies]]
name = "vip"
when = { tag = "vip" }
targets = [{ metric = "resolution", clock = "business", within = { high = "2h", low = "16h" } }]
[[sla.policies]]
name = "standard"
targets = [
    { metric = "first_response", clock = "business", within = { high = "2h", "*" = "8h" } },
    { metric = "next_response", within = "4h" },
    { metric = "requester_wait", clock = "business", within = "8h" },
    { metric = "group_ownership", within = "24h" },
]
"#;

/// What the tables of a desk contain; `more` names further tables.
pub(crate) fn description(conventions: Conventions, more: &str) -> Description {
    let Conventions { option, by_sequence, fallback, forgiving, bare } = conventions;
    let attributes = COLUMNS.map(|name| format!("{name} = \"{name}\"")).join(", ");
    let attributes = if bare { "" } else { &*attributes };
    let skew = if forgiving { "clock_skew = \"2h\"" } else { "" };
    let schedule = if fallback { "schedule = \"dk\"" } else { "" };
    let order = if by_sequence { "order = \"sequence\"" } else { "" };
    let text = format!(
        r#"
time_zone = "UTC"
{schedule}
{more}
[replay]
{option}
{order}
[[tickets]]
file = "tickets"
id = "id"
created_at = "created"
created_by = "opener"
requester = "requester"
tags = "tags"
due_at = "due"
sla_met = "sla"
attribute_values = "at_creation"
attributes = {{ {attributes} }}
[[events]]
file = "events"
ticket = "ticket"
at = "at"
kind = "kind"
value = "value"
author = "author"
author_name = "name"
id = "event_id"
{skew}
{AGREEMENT}"#
    );
    text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The description's tables in memory.
pub(crate) fn options(
    tables: impl IntoIterator<Item = (&'static str, Vec<RecordBatch>)>,
) -> ReadOptions<'static> {
    tables.into_iter().fold(ReadOptions::default(), |options, (name, batches)| {
        options.with_table(name, batches[0].schema(), batches)
    })
}

/// Reads tables in memory.
pub(crate) fn read(
    description: &Description,
    tables: impl IntoIterator<Item = (&'static str, Vec<RecordBatch>)>,
) -> Result<Dataset, ReadError> {
    Dataset::of_description(description, options(tables))
}

/// The dataset's tickets replayed from records.
pub(crate) fn replayed(dataset: &Dataset, replay: &Replay) -> ReplayOutcome {
    replay.tickets(&dataset.tickets(), &dataset.events())
}

/// A report on the dataset's records.
pub(crate) fn from_records(dataset: &Dataset, report: &Report) -> (ReportState, Excluded) {
    let as_of = report.as_of().or(dataset.as_of).unwrap();
    let outcome = replayed(dataset, &dataset.replay_at(as_of));
    let mut state = report.state();
    state.push_records(&outcome.tickets, &dataset.responses(), &dataset.invitations());
    (state, outcome.excluded)
}

/// Compares the tables of two states row by row; only columns know of excluded events, and of links where a
/// table has no rows.
pub(crate) fn same_tables(columns: &ReportState, records: &ReportState) -> Result<(), TestCaseError> {
    let (mut columns, mut records) = (columns.table(), records.table());
    (columns.events_excluded, records.events_excluded) = (Excluded::default(), Excluded::default());
    (columns.links_excluded, records.links_excluded) = (Excluded::default(), Excluded::default());
    for (column, record) in columns.rows.iter().zip(&records.rows) {
        prop_assert_eq!(column, record);
    }
    prop_assert_eq!(columns.records, records.records);
    prop_assert_eq!(&columns.warnings, &records.warnings);
    prop_assert_eq!(columns, records);
    Ok(())
}

/// A small table of text; an empty text is null.
pub(crate) fn table<const N: usize>(columns: [(&'static str, &[&str]); N]) -> Vec<RecordBatch> {
    let columns = columns.map(|(name, values)| {
        let values = values.iter().map(|value| (!value.is_empty()).then_some(*value));
        (name, texts(values, Encoding::Utf8))
    });
    vec![batch(columns)]
}
