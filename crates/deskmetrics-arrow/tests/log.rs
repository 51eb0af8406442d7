//! Replays from columns and from records give identical results.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod desk;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use arrow_array::types::Int8Type;
use arrow_array::{
    Array, ArrayRef, DictionaryArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow_schema::DataType;
use chrono::TimeDelta;
use deskmetrics::kpi::{FcrPolicy, fcr};
use deskmetrics::replay::{Actor, Needs, Replay, Replayed};
use deskmetrics::report::{KpiRequest, Period, Periods, Report, Warning};
use deskmetrics::ticket::{Attribute, EventKind};
use deskmetrics::{
    Estimates as _, Excluded, Merge as _, Reason, SlaMetric, SlaVerdict, Status, Ticket, TicketEvent,
    TicketMetrics, Timestamp,
};
use deskmetrics_arrow::description::AttributeValues;
use deskmetrics_arrow::file::FileSpec;
use deskmetrics_arrow::log::{EventLog, EventStream};
use deskmetrics_arrow::{Dataset, Description, MeasureColumns, Scope, VerdictColumns};
use deskmetrics_testkit::replay::strategy::MONDAY;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use desk::{
    COLUMNS, Conventions, Desk, Layout, batch, batches, conventions, description, desks, layouts, read,
    replayed, same_tables, shuffle, table, texts, timestamps, unnumbered,
};

/// The attributes that have a column.
fn columns() -> impl Iterator<Item = Attribute> {
    COLUMNS.into_iter().map(Attribute::from)
}

/// A replay that follows the attributes that usually have a column, whether or not they have one.
fn replay_at(dataset: &Dataset, at: Timestamp) -> Replay {
    dataset.replay_at(at).with_attributes(columns())
}

/// A ticket of the log.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    id: String,
    requester: Option<String>,
    metrics: TicketMetrics,
    verdicts: Vec<SlaVerdict>,
    /// The values of [`columns`].
    values: Vec<Option<String>>,
}

/// Every ticket of a log, and what is excluded of its events.
fn rows(log: &EventLog<'_>, threads: usize) -> (Vec<Row>, Excluded) {
    let slots: Vec<_> = columns().map(|attribute| log.slot(&attribute)).collect();
    let (parts, excluded) = log.each(threads, Vec::new, |rows: &mut Vec<Row>, ticket| {
        rows.push(Row {
            id: ticket.id().into_owned(),
            requester: ticket.requester().map(std::borrow::Cow::into_owned),
            metrics: ticket.metrics().clone(),
            verdicts: ticket.verdicts().map(|verdict| verdict.to_verdict()).collect(),
            values: slots.iter().map(|slot| log.text(ticket.code((*slot)?)).map(str::to_owned)).collect(),
        });
    });
    (parts.into_iter().flatten().collect(), excluded)
}

/// A replayed record, reduced to what a log contains: without the names of people, which steps do not have.
fn row(replayed: &Replayed) -> Row {
    let mut metrics = replayed.metrics.clone();
    metrics.assignee_stints.clear();
    metrics.group_stints.clear();
    metrics.repliers.clear();
    metrics.first_response_by = None;
    metrics.next_responses.iter_mut().for_each(|response| response.by = None);
    let value = |attribute: Attribute| replayed.ticket.attributes.get(&attribute).map(str::to_owned);
    Row {
        id: replayed.ticket.id.to_string(),
        requester: replayed.ticket.requester.as_ref().map(ToString::to_string),
        metrics,
        verdicts: replayed.verdicts.clone(),
        values: columns().map(value).collect(),
    }
}

/// Compares tickets one by one, to show those that differ.
fn same_rows(found: &[Row], expected: &[Row]) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        prop_assert_eq!(found, expected);
    }
    Ok(())
}

fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_by(|one, other| one.id.cmp(&other.id));
    rows
}

/// Some minutes after a desk's last timestamp, or before.
fn cut_off(desk: &Desk, minutes: i64) -> Timestamp {
    (desk.last().to_utc() + TimeDelta::minutes(minutes)).into()
}

/// Some columns of the batches in one piece.
fn joined(batches: &[RecordBatch], like: &RecordBatch) -> RecordBatch {
    let schema = like.schema();
    let columns = schema.fields().iter().map(|field| {
        let pieces: Vec<&dyn Array> =
            batches.iter().map(|batch| &**batch.column_by_name(field.name()).unwrap()).collect();
        (field.name(), arrow_select::concat::concat(&pieces).unwrap())
    });
    RecordBatch::try_from_iter(columns).unwrap()
}

/// The columns as text, regardless of their dictionaries.
fn printed(batch: &RecordBatch) -> Vec<Vec<String>> {
    let text = |column: &ArrayRef| {
        let column = match column.data_type() {
            DataType::Dictionary(_, values) => arrow_cast::cast(column, values).unwrap(),
            _ => column.clone(),
        };
        (0..column.len()).map(|row| format!("{:?}", column.slice(row, 1))).collect()
    };
    batch.columns().iter().map(text).collect()
}

/// The same desk grouped by ticket, as in a stream. Tickets without events are not in a stream.
fn grouped(desk: &Desk) -> Desk {
    let mut desk = desk.clone();
    let known = |event: &TicketEvent| desk.tickets.iter().any(|ticket| ticket.id == event.ticket);
    desk.events.retain(|event| known(event) && !matches!(event.kind, EventKind::MergedInto(_)));
    desk.events.sort_by_key(|event| event.ticket.clone());
    desk.tickets.retain(|ticket| desk.events.iter().any(|event| event.ticket == ticket.id));
    desk.tickets.sort_by_key(|ticket| ticket.id.clone());
    desk
}

/// The rows of a stream: each event with the columns of its ticket.
fn stream_rows(desk: &Desk, layout: &Layout) -> RecordBatch {
    let events: Vec<&TicketEvent> = desk.events.iter().collect();
    let of = |event: &&TicketEvent| desk.tickets.iter().find(|ticket| ticket.id == event.ticket).unwrap();
    let tickets: Vec<&Ticket> = events.iter().map(of).collect();
    let columns = desk.event_columns(&events, layout);
    batch(columns.into_iter().chain(desk.ticket_columns(&tickets, layout)))
}

/// The excluded records, without the links of merges.
fn excluded_records(dataset: &Dataset) -> Excluded {
    let mut excluded = Excluded::default();
    let exclusions = dataset.sources.iter().flat_map(|source| &source.exclusions);
    for exclusion in exclusions.filter(|exclusion| exclusion.scope == Scope::Record) {
        excluded.add_many(exclusion.reason, exclusion.count);
    }
    excluded
}

fn sliced(batch: &RecordBatch, rows: usize) -> Vec<RecordBatch> {
    let starts = (0..batch.num_rows()).step_by(rows);
    starts.map(|from| batch.slice(from, rows.min(batch.num_rows() - from))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]

    #[test]
    fn records_are_the_rows_of_the_tables(desk in desks(1..6), layout in layouts(), forgiving in any::<bool>()) {
        let dataset = desk.dataset(Conventions { forgiving, ..Conventions::USUAL }, &layout);
        let (events, excluded) = desk.known_events(forgiving);
        prop_assert_eq!(dataset.tickets(), desk.tickets.clone());
        prop_assert_eq!(dataset.events().into_iter().map(unnumbered).collect::<Vec<_>>(), events);
        prop_assert_eq!(excluded_records(&dataset), excluded);
        prop_assert_eq!(dataset.counts().tickets, dataset.tickets().len());
        prop_assert_eq!(dataset.counts().events, dataset.events().len());
    }

    #[test]
    fn current_values_are_converted_to_those_at_creation(
        desk in desks(1..6),
        layout in layouts(),
        by_sequence in any::<bool>(),
    ) {
        let (today, previous, at_creation) = desk.exported(by_sequence);
        // A column without any value counts as not provided.
        prop_assume!(previous.iter().any(Option::is_some));
        let tickets = ("tickets", today.ticket_batches(&layout));
        let rows: Vec<(&TicketEvent, Option<String>)> = today.events.iter().zip(previous).collect();
        let events = batches(&rows, &layout, |rows| {
            let (events, previous): (Vec<&TicketEvent>, Vec<_>) = rows.iter().cloned().unzip();
            let previous = ("previous", texts(previous, layout.words));
            batch(today.event_columns(&events, &layout).into_iter().chain([previous]))
        });
        let conventions = Conventions { by_sequence, ..Conventions::USUAL };
        let mut description = description(conventions, "");
        description.tickets[0].attribute_values = Some(AttributeValues::Current);
        let unknown = read(&description, [tickets.clone(), ("events", events.clone())]).unwrap();
        let mut key = description.events[0].value.clone().unwrap();
        key.column = Some("previous".to_owned());
        description.events[0].previous = Some(key);
        let known = read(&description, [tickets, ("events", events)]).unwrap();
        prop_assert_eq!(known.tickets(), at_creation.clone());
        let about_attributes = |warning: &Warning| {
            matches!(warning, Warning::AttributeDiffers { .. } | Warning::AttributeUnknown { .. })
        };
        prop_assert_eq!(known.warnings().filter(about_attributes).collect::<Vec<_>>(), []);
        // Without the previous values, an attribute that changes has no value at creation, unless it changes at the
        // creation.
        let (counted, _) = desk.known_events(false);
        let first_change = |ticket: &Ticket, attribute: &Attribute| {
            let changes = counted.iter().filter(|event| {
                event.ticket == ticket.id
                    && matches!(&event.kind, EventKind::Changed { attribute: changed, .. } if changed == attribute)
            });
            let mut at = changes.map(|event| event.at);
            if by_sequence { at.next() } else { at.min() }
        };
        let mut expected = at_creation;
        let mut counts = BTreeMap::new();
        for ticket in &mut expected {
            for attribute in columns() {
                if let Some(at) = first_change(ticket, &attribute) {
                    ticket.attributes.set(attribute.clone(), None);
                    let (unknown, of) = counts.entry(attribute).or_insert((0, 0));
                    *unknown += u64::from(at > ticket.created_at);
                    *of += 1;
                }
            }
        }
        prop_assert_eq!(unknown.tickets(), expected);
        let found = unknown.warnings().filter(about_attributes).map(|warning| match warning {
            Warning::AttributeUnknown { attribute, count, of, .. } => (attribute, (count, of)),
            other => panic!("{other}"),
        });
        counts.retain(|_, (unknown, _)| *unknown > 0);
        prop_assert_eq!(found.collect::<BTreeMap<_, _>>(), counts);
    }

    #[test]
    fn log_matches_records(
        desk in desks(1..6),
        layout in layouts(),
        conventions in conventions(),
        after in -2_000..3_000_i64,
    ) {
        let dataset = desk.dataset(conventions, &layout);
        let replay = replay_at(&dataset, cut_off(&desk, after));
        let records = replayed(&dataset, &replay);
        let expected: Vec<Row> = records.tickets.iter().map(row).collect();
        let log = dataset.log(&replay);
        for threads in [1, 2, 0] {
            let (found, excluded) = rows(&log, threads);
            same_rows(&found, &expected)?;
            prop_assert_eq!(&excluded, &records.excluded);
        }
        for (number, record) in records.tickets.iter().enumerate() {
            let found = log.record(number);
            prop_assert_eq!(&found.metrics, &record.metrics, "with the names of people");
            prop_assert_eq!(&found.excluded, &record.excluded);
            prop_assert_eq!(row(&found), row(record));
        }
    }

    #[test]
    fn actors_are_named_as_in_records(
        desk in desks(1..6),
        layout in layouts(),
        conventions in conventions(),
        after in -2_000..3_000_i64,
    ) {
        let dataset = desk.dataset(conventions, &layout);
        let by = Actor::ALL.map(Actor::attribute);
        let named = dataset.check_attributes(&by).is_ok();
        let (events, _) = desk.known_events(conventions.forgiving);
        prop_assert!(named || events.iter().all(|event| event.author_name.is_none()));
        prop_assume!(named);
        let cut_off = cut_off(&desk, after);
        let replay = dataset.replay_at(cut_off).with_actors(Actor::ALL);
        let records = replayed(&dataset, &replay);
        for ticket in &records.tickets {
            let of = |actor: Actor| ticket.ticket.attributes.get(&actor.attribute());
            prop_assert!(of(Actor::Solver).is_none() || ticket.metrics.solved_by.is_some());
            let replied = ticket.metrics.first_response_time.is_some();
            prop_assert!(of(Actor::FirstResponder).is_none() || replied);
            prop_assert_eq!(of(Actor::FirstResponder), ticket.metrics.first_response_by.as_deref());
            // Replies that follow an opening of the team before the customer writes are no responses.
            if conventions.option.is_empty() && replied && !ticket.metrics.proactive {
                let first = ticket.metrics.repliers.first().and_then(|first| first.name.as_deref());
                prop_assert_eq!(of(Actor::FirstResponder), first);
            }
        }
        let [first_responder, solver, responder] = by;
        let of_tickets = Report::builder(cut_off)
            .with_kpis(desk::kpis::of_tickets(cut_off))
            .with_slices([first_responder.clone()])
            .with_slices([first_responder.clone(), solver.clone()]);
        let tagged = if dataset.check_attributes(&[Attribute::Tag]).is_ok() { Attribute::Tag } else { solver };
        let of_responses = Report::builder(cut_off)
            .with_kpis(["first_response_time", "next_response_time", "response_time"].map(KpiRequest::new))
            .with_kpis([SlaMetric::FirstResponse, SlaMetric::NextResponse].map(|metric| {
                KpiRequest::new("sla_attainment").with_metric(metric)
            }))
            .with_kpi(KpiRequest::new("sla_overshoot").with_metric(SlaMetric::NextResponse))
            .with_periods(Periods::new(Period::Day, chrono_tz::UTC))
            .with_slices([responder.clone()])
            .with_slices([first_responder])
            .with_slices([responder.clone(), tagged]);
        for report in [of_tickets, of_responses] {
            let report = report.build().unwrap();
            let mut expected = report.state();
            expected.push_records(&records.tickets, &[], &[]);
            for threads in [1, 2] {
                same_tables(&dataset.feed(&report, threads).unwrap(), &expected)?;
            }
            // Each response counts for its author.
            let table = expected.table();
            let rows = table.slices().filter(|row| row.kpi == "response_time" && row.headline);
            for row in rows.filter(|row| row.period.is_none()) {
                if let [(key, name)] = &*row.keys.0
                    && *key == responder
                {
                    let counting = records.tickets.iter().filter(|ticket| ticket.metrics.exclusion.is_none());
                    let responses = counting.flat_map(|ticket| ticket.metrics.exchanges());
                    let own = responses.filter(|one| one.answered && one.answered_by == name.as_deref());
                    prop_assert_eq!(row.n, own.count() as u64, "{:?}", name);
                }
            }
        }
    }

    #[test]
    fn measures_and_verdicts_match_records(
        desk in desks(1..6),
        layout in layouts(),
        conventions in conventions(),
        threads in 0..3_usize,
    ) {
        let dataset = desk.dataset(conventions, &layout);
        let replay = replay_at(&dataset, desk.last()).with_attributes([Attribute::Assignee]);
        let records = replayed(&dataset, &replay);
        let log = dataset.log(&replay);
        let mut measures = MeasureColumns::new(log.attributes().cloned());
        let mut verdicts = VerdictColumns::default();
        for record in &records.tickets {
            measures.push(record);
            record.verdicts.iter().for_each(|verdict| verdicts.push(record.ticket.id.as_str(), verdict));
        }
        let expected = measures.finish().unwrap();
        let (batches, excluded) = log.measures(threads).unwrap();
        prop_assert_eq!(printed(&joined(&batches, &expected)), printed(&expected));
        prop_assert_eq!(&excluded, &records.excluded);
        let expected = verdicts.finish().unwrap();
        let (batches, excluded) = log.verdicts(threads).unwrap();
        prop_assert_eq!(printed(&joined(&batches, &expected)), printed(&expected));
        prop_assert_eq!(&excluded, &records.excluded);
    }

    #[test]
    fn layout_of_the_tables_is_irrelevant(
        desk in desks(1..8),
        layouts in (layouts(), layouts()),
        conventions in conventions(),
    ) {
        let of = |layout: &Layout| {
            let dataset = desk.dataset(conventions, layout);
            rows(&dataset.log(&replay_at(&dataset, desk.last())), 1)
        };
        prop_assert_eq!(of(&layouts.0), of(&layouts.1));
    }

    #[test]
    fn division_into_files_is_irrelevant(
        desk in desks(1..8),
        layouts in (layouts(), layouts()),
        conventions in conventions(),
        cuts in (0..8_usize, 0..60_usize),
        threads in 0..3_usize,
    ) {
        let mut description = description(conventions, "");
        let whole = read(&description, desk.tables(&layouts.0)).unwrap();
        let (mut first, mut second) = (desk.clone(), desk.clone());
        second.tickets = first.tickets.split_off(cuts.0 % (desk.tickets.len() + 1));
        second.events = first.events.split_off(cuts.1 % (desk.events.len() + 1));
        let more = |mut file: FileSpec, name: &str| {
            file.path = name.into();
            file
        };
        let (tickets, events) = (&mut description.tickets[0].file, &mut description.events[0].file);
        tickets.push(more(tickets[0].clone(), "more tickets"));
        events.push(more(events[0].clone(), "more events"));
        let [(_, more_tickets), (_, more_events)] = second.tables(&layouts.1);
        let more = [("more tickets", more_tickets), ("more events", more_events)];
        let divided = read(&description, first.tables(&layouts.0).into_iter().chain(more)).unwrap();
        prop_assert_eq!(divided.tickets(), whole.tickets());
        prop_assert_eq!(divided.events(), whole.events());
        prop_assert_eq!(divided.excluded(), whole.excluded());
        let of = |dataset: &Dataset| rows(&dataset.log(&replay_at(dataset, desk.last())), threads);
        prop_assert_eq!(of(&divided), of(&whole));
    }

    #[test]
    fn tickets_created_by_events_match_records(
        desk in desks(1..8),
        layout in layouts(),
        conventions in conventions(),
        known in 0..8_usize,
        threads in 0..3_usize,
    ) {
        let mut description = description(conventions, "");
        description.events[0].creates_tickets = true;
        let mut desk = desk;
        desk.tickets.truncate(known % (desk.tickets.len() + 1));
        let dataset = read(&description, desk.tables(&layout)).unwrap();
        let ids = desk.tickets.iter().map(|ticket| &ticket.id).chain(desk.events.iter().map(|event| &event.ticket));
        prop_assert_eq!(dataset.counts().tickets, ids.collect::<HashSet<_>>().len());
        let created = dataset.tickets().split_off(desk.tickets.len());
        for created in &created {
            // The rows of events contain nothing else about their tickets.
            prop_assert_eq!(created, &Ticket::new(created.id.clone(), created.created_at));
        }
        let replay = replay_at(&dataset, desk.last());
        let records = replayed(&dataset, &replay);
        let (found, excluded) = rows(&dataset.log(&replay), threads);
        same_rows(&found, &records.tickets.iter().map(row).collect::<Vec<_>>())?;
        prop_assert_eq!(excluded, records.excluded);
    }

    #[test]
    fn rows_with_several_events_match_records(
        logged in vec((0..4_usize, 0..4_i64, select(KINDS.to_vec()), select(vec!["customer", "agent", "bot"])), 1..40),
        layout in layouts(),
        by_sequence in any::<bool>(),
        threads in 0..3_usize,
    ) {
                let order = if by_sequence { "order = \"sequence\"" } else { "" };
        let description: Description = SEVERAL.replace("ORDER", order).parse().unwrap();
        let time = |minutes: i64| Some(MONDAY + minutes * MINUTE);
        let id = |ticket: usize| Some(format!("T-{ticket}"));
        let tickets = batch([
            ("id", texts((0..4).map(id), layout.ids)),
            ("created", timestamps((0..4).map(|_| time(0)), layout.unit)),
        ]);
        let events = batches(&logged, &layout, |rows| {
            let text = |value: fn(&Several) -> Option<&'static str>| texts(rows.iter().map(value), layout.words);
            batch([
                ("ticket", texts(rows.iter().map(|row| id(row.0)), layout.ids)),
                ("at", timestamps(rows.iter().map(|row| time(row.1)), layout.unit)),
                ("kind", text(|row| Some(row.2.0))),
                ("value", text(|row| row.2.1)),
                ("author", text(|row| Some(row.3))),
            ])
        });
        let dataset = read(&description, [("tickets", vec![tickets]), ("events", events)]).unwrap();
        let replay = replay_at(&dataset, Timestamp::from_micros(MONDAY + 3 * MINUTE).unwrap());
        let records = replayed(&dataset, &replay);
        let (found, excluded) = rows(&dataset.log(&replay), threads);
        same_rows(&found, &records.tickets.iter().map(row).collect::<Vec<_>>())?;
        prop_assert_eq!(excluded, records.excluded);
        prop_assert_eq!(dataset.counts().events, dataset.events().len());
    }

    #[test]
    fn audit_logs_match_records(
        audit in vec((0..4_usize, 0..500_i64, select(STATUSES.to_vec()), select(vec!["DK", "ES"]), any::<bool>()), 1..40),
        layout in layouts(),
        by_rows in any::<bool>(),
        threads in 0..3_usize,
    ) {
        let order = if by_rows { "order = \"rows\"" } else { "" };
        let description: Description = AUDIT.replace("ORDER", order).parse().unwrap();
        let rows_of = batches(&audit, &layout, |rows| {
            let text = |value: fn(&Audited) -> Option<&'static str>| texts(rows.iter().map(value), layout.words);
            batch([
                ("ticket", texts(rows.iter().map(|row| Some(format!("T-{}", row.0))), layout.ids)),
                ("at", timestamps(rows.iter().map(|row| Some(MONDAY + row.1 * MINUTE)), layout.unit)),
                ("status", text(|row| row.2)),
                ("market", text(|row| Some(row.3))),
                ("who", text(|row| Some(if row.4 { "ana" } else { "ben" }))),
                ("raised_by", text(|row| row.4.then_some("ben"))),
            ])
        });
        let dataset = read(&description, [("audit", rows_of)]).unwrap();
        let replay = replay_at(&dataset, Timestamp::from_micros(MONDAY + 400 * MINUTE).unwrap());
        let records = replayed(&dataset, &replay);
        let (found, excluded) = rows(&dataset.log(&replay), threads);
        same_rows(&found, &records.tickets.iter().map(row).collect::<Vec<_>>())?;
        prop_assert_eq!(excluded, records.excluded);
        prop_assert_eq!(dataset.counts().events, dataset.events().len());
    }

    #[test]
    fn order_of_the_tickets_is_irrelevant(
        desk in desks(1..8),
        layout in layouts(),
        conventions in conventions(),
        seed in any::<u64>(),
    ) {
        let of = |desk: &Desk| {
            let dataset = desk.dataset(conventions, &layout);
            let (rows, excluded) = rows(&dataset.log(&replay_at(&dataset, desk.last())), 1);
            (sorted(rows), excluded)
        };
        let mut other = desk.clone();
        shuffle(&mut other.tickets, seed);
        prop_assert_eq!(of(&desk), of(&other));
    }

    #[test]
    fn parts_of_a_desk_are_the_whole(desk in desks(1..8), layout in layouts(), conventions in conventions()) {
        let at = desk.last();
        let of = |desk: &Desk| {
            let dataset = desk.dataset(conventions, &layout);
            let (rows, mut excluded) = rows(&dataset.log(&replay_at(&dataset, at)), 1);
            excluded.merge(dataset.excluded());
            (rows, excluded)
        };
        let (mut both, mut excluded) = of(&desk.part(0));
        let (more, more_excluded) = of(&desk.part(1));
        both.extend(more);
        excluded.merge(more_excluded);
        let (whole, whole_excluded) = of(&desk);
        same_rows(&sorted(both), &sorted(whole))?;
        prop_assert_eq!(excluded, whole_excluded);
    }

    #[test]
    fn stream_of_batches_is_the_whole(
        desk in desks(1..6),
        layout in layouts(),
        conventions in conventions(),
        size in 1..30_usize,
    ) {
        let desk = grouped(&desk);
        prop_assume!(!desk.events.is_empty());
        let at = desk.last();
        let whole = desk.dataset(conventions, &layout);
        let records = replayed(&whole, &replay_at(&whole, at));
        let description = description(conventions, "");
        let longest = desk.tickets.iter().map(|ticket| {
            desk.events.iter().filter(|event| event.ticket == ticket.id).count()
        });
        let longest = longest.max().unwrap_or(0);
        let (mut all, mut excluded) = (Vec::new(), Excluded::default());
        let batches = sliced(&stream_rows(&desk, &layout), size);
        for dataset in EventStream::new(&description, batches.into_iter().map(Ok)) {
            let dataset = dataset.unwrap();
            prop_assert!(dataset.counts().events <= longest + size, "only the last ticket is carried over");
            let (found, own) = rows(&dataset.log(&replay_at(&dataset, at)), 1);
            all.extend(found);
            excluded.merge(own);
            excluded.merge(dataset.excluded());
        }
        same_rows(&all, &records.tickets.iter().map(row).collect::<Vec<_>>())?;
        let mut expected = records.excluded.clone();
        expected.merge(whole.excluded());
        prop_assert_eq!(excluded, expected);
    }

    #[test]
    fn stream_that_creates_its_tickets_is_the_whole(
        desk in desks(1..6),
        layout in layouts(),
        size in 1..30_usize,
    ) {
        let desk = grouped(&desk);
        prop_assume!(!desk.events.is_empty());
        let description: Description = CREATING.parse().unwrap();
        let rows = stream_rows(&desk, &layout);
        let report = Report::builder(desk.last())
            .with_kpis(desk::kpis::of_tickets(desk.last()))
            .with_slices([Attribute::Market])
            .build()
            .unwrap();
        let whole = read(&description, [("rows", vec![rows.clone()])]).unwrap();
        let mut merged = report.state();
        for dataset in EventStream::new(&description, sliced(&rows, size).into_iter().map(Ok)) {
            merged.merge(dataset.unwrap().feed(&report, 1).unwrap()).unwrap();
        }
        same_tables(&merged, &whole.feed(&report, 1).unwrap())?;
        same_tables(&merged, &desk::from_records(&whole, &report).0)?;
    }

    #[test]
    fn first_contact_resolution_matches_records(
        desk in desks(1..6),
        layout in layouts(),
        days in 0..9_i64,
        threads in 0..3_usize,
    ) {
        let at = cut_off(&desk, days * 24 * 60);
        let dataset = desk.dataset(Conventions::USUAL, &layout);
        let records = replayed(&dataset, &replay_at(&dataset, at));
        for text in desk::kpis::policies() {
            let policy: FcrPolicy = text.parse().unwrap();
            let expected = fcr(&records.tickets, policy.clone());
            let request = KpiRequest::new("fcr").with_policy(policy);
            let report = Report::builder(at).with_kpi(request.clone()).build().unwrap();
            let found = dataset.feed(&report, threads).unwrap().kpi(&request).unwrap();
            prop_assert_eq!(found.estimates(0.95), expected.estimates(0.95), "{}", text);
            prop_assert_eq!(found.excluded(), expected.excluded(), "{}", text);
        }
    }

    #[test]
    fn required_measures_do_not_depend_on_the_others(
        desk in desks(1..6),
        layout in layouts(),
        conventions in conventions(),
        threads in 0..3_usize,
    ) {
        let dataset = desk.dataset(conventions, &layout);
        let replay = replay_at(&dataset, desk.last());
        let (whole, whole_excluded) = rows(&dataset.log(&replay), threads);
        for needs in [Needs::VERDICTS, Needs::SOLVES, Needs::CONVERSATION.and(Needs::REOPENS), Needs::NOTHING] {
            let (lean, excluded) = rows(&dataset.log(&replay.clone().with_measures(needs)), threads);
            prop_assert_eq!(lean.len(), whole.len());
            for (lean, all) in lean.iter().zip(&whole) {
                prop_assert_eq!(&lean.values, &all.values);
                let (metrics, full) = (&lean.metrics, &all.metrics);
                prop_assert_eq!((metrics.status, metrics.exclusion), (full.status, full.exclusion));
                if needs.any(Needs::VERDICTS) {
                    prop_assert_eq!(lean.verdicts.len(), all.verdicts.len());
                    for (lean, whole) in lean.verdicts.iter().zip(&all.verdicts) {
                        prop_assert_eq!((lean.state, lean.due_at), (whole.state, whole.due_at));
                        prop_assert_eq!(lean.elapsed_on_clock(), whole.elapsed_on_clock());
                    }
                    prop_assert_eq!(&excluded, &whole_excluded);
                }
                if needs.any(Needs::SOLVES) {
                    prop_assert_eq!(metrics.solved_by, full.solved_by);
                    let net = |metrics: &TicketMetrics| {
                        metrics.net_resolution_time.map(|time| time.calendar_micros)
                    };
                    prop_assert_eq!(net(metrics), net(full));
                }
                if needs.any(Needs::REOPENS) {
                    prop_assert_eq!(&metrics.reopens, &full.reopens);
                    prop_assert_eq!(metrics.public_replies, full.public_replies);
                }
            }
        }
    }
}

/// A row of events: its ticket, its minute, its kind with a value, its author.
type Several = (usize, i64, (&'static str, Option<&'static str>), &'static str);

const KINDS: [(&str, Option<&str>); 9] = [
    ("wrote", None),
    ("wrote and solved", None),
    ("solved and wrote", None),
    ("solved and moved", Some("ES")),
    ("tagged and open", Some("vip")),
    ("merged and noted", Some("T-2")),
    ("deleted", None),
    ("restored and open", None),
    ("nothing", None),
];

const SEVERAL: &str = r#"
time_zone = "UTC"
replay = { ORDER }
[[tickets]]
file = "tickets"
id = "id"
created_at = "created"
[[events]]
file = "events"
ticket = "ticket"
at = "at"
value = "value"
author = "author"
[events.kind]
column = "kind"
[events.kind.words]
"wrote" = "public_message"
"wrote and solved" = ["public_message", "solved"]
"solved and wrote" = ["solved", "public_message"]
"solved and moved" = ["solved", "changed market"]
"tagged and open" = ["tagged", "open"]
"merged and noted" = ["internal_note", "merged_into"]
"restored and open" = ["open", "restored"]
"nothing" = "ignore"
[[sla.policies]]
name = "vip"
when = { tag = "vip" }
targets = [{ metric = "first_response", within = "2m" }, { metric = "resolution", within = "1m" }]
"#;

/// A row of an audit log: its ticket, its minute, status and market then, and who wrote it.
type Audited = (usize, i64, Option<&'static str>, &'static str, bool);

const STATUSES: [Option<&str>; 5] = [Some("new"), Some("open"), Some("pending"), Some("solved"), None];

const AUDIT: &str = r#"
time_zone = "UTC"
[[snapshots]]
file = "audit"
ticket = "ticket"
at = "at"
status = "status"
author_name = "who"
requester = "raised_by"
attributes = { market = "market" }
ORDER
[[sla.policies]]
name = "standard"
targets = [{ metric = "resolution", within = "1h" }]
"#;

/// A log that consists of events only, whose rows also describe their tickets.
const CREATING: &str = r#"
time_zone = "UTC"
[[events]]
file = "rows"
creates_tickets = true
ticket = "ticket"
at = "at"
kind = "kind"
value = "value"
author = "author"
author_name = "name"
id = "event_id"
requester = "requester"
created_by = "opener"
attributes = { market = "market", priority = "priority", category = "category" }
"#;

const MINUTE: i64 = 60_000_000;
const TICKETS: i64 = 5_000;

/// An event: its ticket, its minute, its kind and its author.
type Logged = (Option<i64>, Option<i64>, Option<&'static str>, Option<&'static str>);

/// A ticket's id, its replies, the minutes until it was solved, and its status.
type TicketSummary = (String, u32, Option<i64>, Status);

/// Five rows per ticket, grouped by ticket, from ticket 100 on: answer, follow-up question, answer, solve; and an
/// unusable row on some tickets.
fn logged() -> Vec<Logged> {
    let mut rows = Vec::new();
    for ticket in 100..100 + TICKETS {
        let usual = [
            (5, "public_message", "agent"),
            (9, "pending", "agent"),
            (9, "public_message", "customer"),
            (30 + ticket % 7, "public_message", "agent"),
            (50, "solved", "agent"),
        ];
        let of_ticket =
            |(minutes, kind, author)| (Some(ticket), Some(ticket + minutes), Some(kind), Some(author));
        rows.extend(usual.map(of_ticket));
        match ticket % 1000 {
            1 => rows.push((Some(ticket + 100_000), Some(ticket + 51), Some("open"), Some("agent"))),
            2 => rows.push((None, Some(ticket + 51), Some("open"), Some("agent"))),
            3 => rows.push((Some(ticket), None, Some("open"), Some("agent"))),
            4 => rows.push((Some(ticket), Some(ticket + 51), None, Some("agent"))),
            5 => rows.push((Some(ticket), Some(ticket + 51), Some("opened wide"), Some("agent"))),
            _ => {}
        }
    }
    rows
}

/// The results of the tickets of a long log, and what is excluded of its rows.
fn summaries(rows: &[Logged], piece: usize) -> (Vec<TicketSummary>, Excluded) {
    let ids = |ids: Vec<Option<i64>>| Arc::new(Int64Array::from(ids)) as ArrayRef;
    let times = |minutes: Vec<Option<i64>>| {
        let micros = minutes.into_iter().map(|at| at.map(|at| at * MINUTE));
        Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC")) as ArrayRef
    };
    let words = |words: Vec<Option<&str>>| {
        Arc::new(words.into_iter().collect::<DictionaryArray<Int8Type>>()) as ArrayRef
    };
    let own: Vec<Option<i64>> = (100..100 + TICKETS).map(Some).collect();
    let tickets = batch([("id", ids(own.clone())), ("created", times(own))]);
    let events = rows.chunks(piece).map(|rows| {
        batch([
            ("ticket", ids(rows.iter().map(|row| row.0).collect())),
            ("at", times(rows.iter().map(|row| row.1).collect())),
            ("kind", words(rows.iter().map(|row| row.2).collect())),
            ("author", words(rows.iter().map(|row| row.3).collect())),
        ])
    });
    let description: Description = r#"
        time_zone = "UTC"
        tickets = [{ file = "tickets", id = "id", created_at = "created" }]
        events = [{ file = "events", ticket = "ticket", at = "at", kind = "kind", author = "author" }]
    "#
    .parse()
    .unwrap();
    let dataset = read(&description, [("tickets", vec![tickets]), ("events", events.collect())]).unwrap();
    let as_of = Timestamp::from_micros(100_000 * MINUTE).unwrap();
    let replay = dataset.replay_at(as_of).with_measures(Needs::MESSAGES | Needs::SOLVES);
    let (parts, of_tickets) = dataset.log(&replay).each(2, Vec::new, |summaries, row| {
        let metrics = row.metrics();
        let solved = metrics.full_resolution_time.map(|time| time.calendar_micros / MINUTE);
        summaries.push((row.id().into_owned(), metrics.public_replies, solved, metrics.status));
    });
    assert_eq!(of_tickets, Excluded::default());
    (parts.into_iter().flatten().collect(), dataset.excluded())
}

#[test]
fn batches_and_order_of_long_logs_are_irrelevant() {
    let rows = logged();
    assert!(rows.len() > 3 * 8192, "several blocks");
    let expected: Vec<TicketSummary> =
        (100..100 + TICKETS).map(|ticket| (ticket.to_string(), 2, Some(50), Status::Solved)).collect();
    let mut excluded = Excluded::default();
    excluded.add_many(Reason::UnknownTicket, 5);
    excluded.add_many(Reason::Missing, 15);
    excluded.add_many(Reason::UnknownWord, 5);
    for piece in [rows.len(), 8192, 9001, 700] {
        assert_eq!(summaries(&rows, piece), (expected.clone(), excluded.clone()), "batches of {piece}");
    }
    // The last ticket's rows are in two places, so all rows are rearranged.
    let mut torn = rows.clone();
    torn.rotate_right(2);
    for piece in [torn.len(), 700] {
        assert_eq!(summaries(&torn, piece), (expected.clone(), excluded.clone()), "batches of {piece}");
    }
    // One ticket is not ordered by time.
    let mut swapped = rows.clone();
    swapped.swap(20_000, 20_001);
    assert_eq!(summaries(&swapped, swapped.len()), (expected, excluded));
}

/// A batch of events, a minute apart.
fn stream_batch(tickets: Vec<&str>) -> RecordBatch {
    let rows = tickets.len();
    let at: Vec<i64> = (0..).take(rows).collect();
    batch([
        ("ticket", Arc::new(StringArray::from(tickets)) as ArrayRef),
        ("at", Arc::new(TimestampMicrosecondArray::from(at).with_timezone("UTC"))),
        ("kind", Arc::new(StringArray::from(vec!["new"; rows]))),
    ])
}

fn stream_description(ticket: &str) -> Description {
    let text = format!(
        "time_zone = \"UTC\"\n\
         events = [{{ file = \"events\", ticket = \"{ticket}\", at = \"at\", kind = \"kind\", creates_tickets = true }}]"
    );
    text.parse().unwrap()
}

#[test]
fn ticket_in_two_places_of_a_stream_is_an_error() {
    let batches = [vec!["1", "1", "2"], vec!["2", "3"], vec!["1", "4"]].map(stream_batch);
    let description = stream_description("ticket");
    let stream = EventStream::new(&description, batches.into_iter().map(Ok));
    let counts = |dataset: Dataset| dataset.counts().tickets;
    let found: Vec<Result<usize, String>> =
        stream.map(|part| part.map(counts).map_err(|error| error.to_string())).collect();
    assert_eq!(found[..2], [Ok(1), Ok(1)]);
    assert!(found[2].as_ref().is_err_and(|error| error.contains("ticket \"1\"")), "{found:?}");
    assert_eq!(found.len(), 3);
}

#[test]
fn error_of_a_stream_suggests_the_nearest_column() {
    let description = stream_description("tickets");
    let mut stream = EventStream::new(&description, [Ok(stream_batch(vec!["1"]))]);
    let error = stream.next().unwrap().unwrap_err().to_string();
    assert!(error.contains("no column \"tickets\""), "{error}");
    assert!(error.contains("did you mean \"ticket\""), "{error}");
    assert!(stream.next().is_none());
}

// Former defects found by random desks, each in the fewest rows.

const SMALL: &str = r#"
time_zone = "UTC"
replay = { OPTIONS }
[[tickets]]
file = "tickets"
id = "id"
created_at = "created"
MORE
[[events]]
file = "events"
ticket = "ticket"
at = "at"
kind = "kind"
"#;

fn small(options: &str, more: &str, of_events: &str) -> Description {
    let text = SMALL.replace("OPTIONS", options).replace("MORE", more) + of_events;
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

/// The log's first ticket matches the record's.
fn assert_first_ticket_matches(dataset: &Dataset) {
    let replay = dataset.replay().unwrap();
    let records = replayed(dataset, &replay);
    assert_eq!(dataset.log(&replay).record(0).metrics, records.tickets[0].metrics);
}

#[test]
fn missing_requester_is_no_agent() {
    let requesters = Arc::new(Int64Array::from(vec![None, Some(8)])) as ArrayRef;
    let [ids, created] = [["A", "B"], ["2026-01-05T00:00:00Z"; 2]]
        .map(|values| Arc::new(StringArray::from(values.to_vec())) as ArrayRef);
    let tickets = vec![batch([("id", ids), ("created", created), ("requester", requesters)])];
    let events = table([
        ("ticket", &["A"]),
        ("at", &["2026-01-05T01:00:00Z"]),
        ("kind", &["public_message"]),
        ("name", &["7"]),
    ]);
    let description = small("", "requester = \"requester\"", "author_name = \"name\"");
    let dataset = read(&description, [("tickets", tickets), ("events", events)]).unwrap();
    assert_first_ticket_matches(&dataset);
}

#[test]
fn messages_of_merged_tickets_come_before_the_first_row() {
    let at = "2026-01-05T00:00:00Z";
    let tickets = || table([("id", &["A", "B"]), ("created", &[at, at])]);
    let events = table([
        ("ticket", &["A", "B"]),
        ("at", &[at, at]),
        ("kind", &["public_message", "merged_into"]),
        ("value", &["", "A"]),
    ]);
    for options in ["", "order = \"sequence\""] {
        let description = small(options, "", "value = \"value\"");
        let dataset = read(&description, [("tickets", tickets()), ("events", events.clone())]).unwrap();
        assert_first_ticket_matches(&dataset);
    }
}

#[test]
fn events_of_one_row_keep_their_order_by_sequence() {
    let at = "2026-01-05T01:00:00Z";
    let tickets = table([("id", &["A"]), ("created", &["2026-01-05T00:00:00Z"])]);
    let events = table([
        ("ticket", &["A", "A"]),
        ("at", &[at, at]),
        ("both", &["solved by mail", "open"]),
        ("author", &["customer", "bot"]),
    ]);
    let words =
        "kind = { column = \"both\", words = { \"solved by mail\" = [\"solved\", \"public_message\"] } }";
    let text = SMALL.replace("OPTIONS", "order = \"sequence\"").replace("MORE", "");
    let text = text.replace("kind = \"kind\"", words) + "author = \"author\"";
    let dataset = read(&text.parse().unwrap(), [("tickets", tickets), ("events", events)]).unwrap();
    assert_first_ticket_matches(&dataset);
}

#[test]
fn created_ticket_has_no_attributes_of_others() {
    let at = "2026-01-05T00:00:00Z";
    let tickets = table([("id", &["A"]), ("created", &[at]), ("market", &["DK"])]);
    let events = table([("ticket", &["B"]), ("at", &[at]), ("kind", &["open"])]);
    let description = small("", "attributes = { market = \"market\" }", "creates_tickets = true");
    let dataset = read(&description, [("tickets", tickets), ("events", events)]).unwrap();
    let markets: Vec<_> = dataset
        .tickets()
        .iter()
        .map(|one| one.attributes.get(&Attribute::Market).map(str::to_owned))
        .collect();
    assert_eq!(markets, [Some("DK".to_owned()), None]);
}

#[test]
fn created_ticket_beside_a_column_of_missing_due_dates() {
    let at = "2026-01-05T00:00:00Z";
    let tickets = table([("id", &["A"]), ("created", &[at]), ("due", &[""])]);
    let events = table([("ticket", &["B"]), ("at", &[at]), ("kind", &["open"])]);
    let description = small("", "due_at = \"due\"", "creates_tickets = true");
    let dataset = read(&description, [("tickets", tickets), ("events", events)]).unwrap();
    assert_eq!(dataset.tickets()[1].stated_due_at, None);
}

#[test]
fn status_that_is_the_same_in_all_rows_counts() {
    let tickets = table([("id", &["A"]), ("created", &["2026-01-05T00:00:00Z"])]);
    let events = table([("ticket", &["A"]), ("at", &["2026-01-05T01:00:00Z"]), ("kind", &["status"])]);
    let description = small("", "", "value = { value = \"solved\" }");
    let dataset = read(&description, [("tickets", tickets), ("events", events)]).unwrap();
    assert_eq!(dataset.events()[0].kind, EventKind::Status(Status::Solved));
}

#[test]
fn no_events_of_a_kind_that_merges() {
    let at = "2026-01-05T00:00:00Z";
    let tickets = || table([("id", &["A"]), ("created", &[at])]);
    let none = || table([("ticket", &[]), ("at", &[]), ("kind", &[])]);
    for kind in
        ["kind = { value = \"merged_into\" }", "kind = { column = \"kind\", other = \"merged_into\" }"]
    {
        let text = SMALL.replace("OPTIONS", "").replace("MORE", "").replace("kind = \"kind\"", kind);
        let dataset = read(&text.parse().unwrap(), [("tickets", tickets()), ("events", none())]).unwrap();
        assert_first_ticket_matches(&dataset);
        let report = Report::builder(Timestamp::MAX).with_kpi(KpiRequest::new("volume")).build().unwrap();
        assert_eq!(dataset.feed(&report, 1).unwrap().table().rows[0].value, Some(1.0));
    }
}
