//! Events as columns say the same as events as records.

use std::sync::Arc;

use arrow_array::types::{Int8Type, UInt16Type};
use arrow_array::{
    Array, ArrayRef, DictionaryArray, Int64Array, LargeStringArray, StringArray, StringViewArray,
    TimestampMicrosecondArray, TimestampMillisecondArray,
};
use arrow_array::{RecordBatch, UInt32Array};
use arrow_schema::DataType;
use chrono::TimeDelta;
use deskmetrics::kpi::{FcrPolicy, fcr};
use deskmetrics::replay::ReplayOutcome;
use deskmetrics::replay::{EventOrder, Needs, Replay, ReplayOptions, Replayed, Schedules};
use deskmetrics::report::{KpiRequest, Period, Periods, Report, ReportBuilder, ReportState};
use deskmetrics::schedule::Schedule;
use deskmetrics::sla::SlaPolicies;
use deskmetrics::ticket::{Attribute, EventKind};
use deskmetrics::{
    ClockKind, Estimates as _, Excluded, Merge as _, SlaVerdict, Ticket, TicketEvent, TicketMetrics,
    Timestamp,
};
use deskmetrics_arrow::replay::{EventColumns, EventLog, EventStream, LogColumns, TicketColumns};
use deskmetrics_arrow::report::{Frames, run};
use deskmetrics_arrow::{MeasureColumns, VerdictColumns};
use deskmetrics_testkit::replay::strategy::logs;
use proptest::prelude::*;

const POLICIES: &str = r#"
[[policies]]
name = "vip"
when = { tag = "vip" }
targets = [{ metric = "resolution", clock = "business", within = { high = "2h", low = "16h" } }]
[[policies]]
name = "standard"
targets = [
    { metric = "first_response", clock = "business", within = { high = "2h", "*" = "8h" } },
    { metric = "next_response", within = "4h" },
    { metric = "requester_wait", clock = "business", within = "8h" },
    { metric = "group_ownership", within = "24h" },
]
"#;

fn replay(as_of: Timestamp) -> Replay {
    let hours = |text| Schedule::parse("UTC", text).expect("readable hours").compile_years(2026..=2026);
    let schedules = Schedules::default()
        .with("dk", hours("Mo-Fr 09:00-17:00"))
        .with("es", hours("Mo-Th 10:00-19:00; Fr 08:00-15:00"))
        .when(Attribute::Market, ["DK"], "dk")
        .when(Attribute::Market, ["ES"], "es")
        .otherwise("dk");
    let policies: SlaPolicies = toml::from_str(POLICIES).expect("readable policies");
    Replay::new(as_of).with_schedules(schedules).with_policies(policies)
}

/// A column's text in one of Arrow's encodings, in pieces.
#[derive(Debug, Clone, Copy)]
enum Encoding {
    Small,
    Large,
    View,
    Narrow,
    Wide,
}

fn encodings() -> impl Strategy<Value = Encoding> {
    prop_oneof![
        Just(Encoding::Small),
        Just(Encoding::Large),
        Just(Encoding::View),
        Just(Encoding::Narrow),
        Just(Encoding::Wide)
    ]
}

fn texts(values: &[Option<String>], encoding: Encoding, piece: usize) -> Vec<ArrayRef> {
    let pieces = values.chunks(piece.max(1));
    let array = |values: &[Option<String>]| -> ArrayRef {
        let values = values.iter().map(Option::as_deref);
        match encoding {
            Encoding::Small => Arc::new(values.collect::<StringArray>()),
            Encoding::Large => Arc::new(values.collect::<LargeStringArray>()),
            Encoding::View => Arc::new(values.collect::<StringViewArray>()),
            Encoding::Narrow => Arc::new(values.collect::<DictionaryArray<Int8Type>>()),
            Encoding::Wide => Arc::new(values.collect::<DictionaryArray<UInt16Type>>()),
        }
    };
    pieces.map(array).collect()
}

fn instants(values: &[i64], piece: usize, coarse: bool) -> Vec<ArrayRef> {
    let array = |values: &[i64]| -> ArrayRef {
        if coarse {
            let millis: Vec<i64> = values.iter().map(|micros| micros / 1_000).collect();
            Arc::new(TimestampMillisecondArray::from(millis).with_timezone("UTC"))
        } else {
            Arc::new(TimestampMicrosecondArray::from(values.to_vec()).with_timezone("UTC"))
        }
    };
    values.chunks(piece.max(1)).map(array).collect()
}

/// The words of an event: its kind and its value.
fn words(kind: &EventKind) -> (String, Option<String>) {
    let plain = |word: &str| (word.to_owned(), None);
    match kind {
        EventKind::PublicMessage => plain("public_message"),
        EventKind::InternalNote => plain("internal note"),
        EventKind::Status(status) => ("status".to_owned(), Some(status.as_str().to_owned())),
        EventKind::Changed { attribute, to } => {
            (format!("changed {attribute}"), to.as_deref().map(str::to_owned))
        }
        EventKind::Tagged(tag) => ("tagged".to_owned(), Some(tag.to_string())),
        EventKind::Untagged(tag) => ("untagged".to_owned(), Some(tag.to_string())),
        EventKind::MergedInto(ticket) => ("merged_into".to_owned(), Some(ticket.to_string())),
        EventKind::Escalated => plain("escalated"),
        EventKind::Deleted => plain("deleted"),
        EventKind::Spam => plain("spam"),
        EventKind::Restored => plain("restored"),
        _ => plain("survey_sent"),
    }
}

/// How records are laid out in columns.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "each is drawn by itself")]
struct Layout {
    ids: Encoding,
    kinds: Encoding,
    piece: usize,
    numbers: bool,
    coarse: bool,
    with_event_ids: bool,
    by_sequence: bool,
    threads: usize,
}

fn layouts() -> impl Strategy<Value = Layout> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (encodings(), encodings(), 1..40usize, flags, 1..3usize).prop_map(
        |(ids, kinds, piece, (numbers, coarse, with_event_ids, by_sequence), threads)| Layout {
            ids,
            kinds,
            piece,
            numbers,
            coarse,
            with_event_ids,
            by_sequence,
            threads,
        },
    )
}

/// Several tickets and their events in some order of rows.
fn desks() -> impl Strategy<Value = (Vec<Ticket>, Vec<TicketEvent>)> {
    (proptest::collection::vec(logs(), 1..6), any::<u64>(), 0..4u8, any::<bool>()).prop_map(
        |(logs, seed, disorder, merges)| {
            let mut tickets = Vec::new();
            let mut events = Vec::new();
            for (number, (mut ticket, log)) in logs.into_iter().enumerate() {
                let id = (number * 3 + 10).to_string();
                ticket.id = id.as_str().into();
                ticket.requester = match number % 3 {
                    0 => None,
                    1 => Some("ana".into()),
                    _ => Some("cleo".into()),
                };
                for (place, mut event) in log.into_iter().enumerate() {
                    event.ticket = id.as_str().into();
                    event.id = Some(format!("{}", place / 2 * 2).into());
                    if merges && event.kind == EventKind::Escalated {
                        event.kind =
                            EventKind::MergedInto(((number + 1) % 5 * 3 + 10).to_string().as_str().into());
                    }
                    events.push(event);
                }
                tickets.push(ticket);
            }
            // Each ticket's rows together and in order, all by time, or anyhow.
            let scramble = |place: usize| (place as u64 ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            match disorder {
                0 => {}
                1 => events.sort_by_key(|event| event.at),
                2 => events.sort_by_key(|event| std::cmp::Reverse(event.ticket.clone())),
                _ => {
                    let mut numbered: Vec<(usize, TicketEvent)> = events.into_iter().enumerate().collect();
                    numbered.sort_by_key(|(place, _)| scramble(*place));
                    events = numbered.into_iter().map(|(_, event)| event).collect();
                }
            }
            for (event, row) in events.iter_mut().zip(1..) {
                event.sequence = row;
            }
            (tickets, events)
        },
    )
}

/// The columns of the records.
struct Arrays {
    id: Vec<ArrayRef>,
    created: Vec<ArrayRef>,
    created_by: Vec<ArrayRef>,
    requester: Vec<ArrayRef>,
    market: Vec<ArrayRef>,
    ticket: Vec<ArrayRef>,
    at: Vec<ArrayRef>,
    kind: Vec<ArrayRef>,
    value: Vec<ArrayRef>,
    author: Vec<ArrayRef>,
    name: Vec<ArrayRef>,
    event_id: Vec<ArrayRef>,
}

impl Arrays {
    fn new(tickets: &[Ticket], events: &[TicketEvent], layout: Layout) -> Self {
        let Layout { ids, kinds, piece, .. } = layout;
        let numbered = |ids_of: Vec<String>| -> Vec<ArrayRef> {
            if layout.numbers {
                let numbers: Vec<i64> = ids_of.iter().map(|id| id.parse().expect("a number")).collect();
                numbers
                    .chunks(piece)
                    .map(|ids| Arc::new(Int64Array::from(ids.to_vec())) as ArrayRef)
                    .collect()
            } else {
                texts(&ids_of.into_iter().map(Some).collect::<Vec<_>>(), ids, piece)
            }
        };
        let of_tickets = |text: &dyn Fn(&Ticket) -> Option<String>| {
            texts(&tickets.iter().map(text).collect::<Vec<_>>(), kinds, piece + 1)
        };
        let of_events = |text: &dyn Fn(&TicketEvent) -> Option<String>| {
            texts(&events.iter().map(text).collect::<Vec<_>>(), kinds, piece + 2)
        };
        let author = |author: deskmetrics::Author| format!("{author:?}").to_lowercase();
        let micros: Vec<i64> = tickets.iter().map(|ticket| ticket.created_at.as_micros()).collect();
        let at: Vec<i64> = events.iter().map(|event| event.at.as_micros()).collect();
        Self {
            id: numbered(tickets.iter().map(|ticket| ticket.id.to_string()).collect()),
            created: instants(&micros, piece, layout.coarse),
            created_by: of_tickets(&|ticket| ticket.created_by.map(author)),
            requester: of_tickets(&|ticket| ticket.requester.as_ref().map(ToString::to_string)),
            market: of_tickets(&|ticket| ticket.attributes.get(&Attribute::Market).map(str::to_owned)),
            ticket: numbered(events.iter().map(|event| event.ticket.to_string()).collect()),
            at: instants(&at, piece + 5, layout.coarse),
            kind: of_events(&|event| Some(words(&event.kind).0)),
            value: of_events(&|event| words(&event.kind).1),
            author: of_events(&|event| Some(author(event.author))),
            name: of_events(&|event| event.author_name.as_deref().map(str::to_owned)),
            event_id: of_events(&|event| event.id.as_deref().map(str::to_owned)),
        }
    }

    fn tickets(&self) -> TicketColumns<'_> {
        TicketColumns::new(&self.id, &self.created)
            .created_by(&self.created_by)
            .requester(&self.requester)
            .attribute(Attribute::Market, &self.market)
    }

    fn events(&self, layout: Layout) -> EventColumns<'_> {
        let columns = EventColumns::new(&self.ticket, &self.at, &self.kind)
            .value(&self.value)
            .author(&self.author)
            .author_name(&self.name);
        if layout.with_event_ids { columns.id(&self.event_id) } else { columns }
    }
}

/// A ticket as the columns tell it.
type Told = (String, TicketMetrics, Vec<SlaVerdict>, Option<String>);

fn told(log: &EventLog, threads: usize) -> (Vec<Told>, Excluded) {
    let market = log.slot(&Attribute::Market).expect("the market is read");
    let (parts, excluded) = log.each(threads, Vec::new, |told: &mut Vec<Told>, row| {
        told.push((
            row.id().into_owned(),
            row.metrics().clone(),
            row.verdicts().map(|verdict| verdict.to_verdict()).collect(),
            log.text(row.code(market)).map(str::to_owned),
        ));
    });
    (parts.into_iter().flatten().collect(), excluded)
}

/// What records tell and steps do not: names.
fn nameless(replayed: &Replayed) -> TicketMetrics {
    let mut metrics = replayed.metrics.clone();
    metrics.assignee_stints.clear();
    metrics.group_stints.clear();
    metrics.repliers.clear();
    metrics
}

fn options(layout: Layout) -> ReplayOptions {
    let mut options = ReplayOptions::default();
    options.order = if layout.by_sequence { EventOrder::Sequence } else { EventOrder::Time };
    options
}

/// A KPI of every kind of need.
fn kpis() -> Vec<KpiRequest> {
    let policy = |text: &str| text.parse::<FcrPolicy>().expect("a policy");
    let plain = [
        "volume",
        "solved",
        "solve_events",
        "flow",
        "backlog",
        "next_response_time",
        "bot_first_response_time",
        "net_resolution_time",
        "resolution_time_censored",
        "agent_wait_time",
        "time_to_first_assignment",
        "reopen_rate",
        "escalation_rate",
        "handoffs",
        "transfers",
        "messages_per_ticket",
        "agent_touches",
        "customers",
        "sla_attainment",
        "sla_ticket_attainment",
        "sla_overshoot",
        "sla_at_risk",
    ];
    let mut kpis: Vec<KpiRequest> = plain.into_iter().map(KpiRequest::new).collect();
    for id in ["first_response_time", "full_resolution_time", "requester_wait_time"] {
        kpis.push(KpiRequest::new(id).on(ClockKind::Business));
    }
    for text in [
        "single_reply",
        "strict_no_activity",
        "no_repeat_contact_within(1day, customer_and_category)",
        "no_repeat_contact_within(1day, customer)",
        "all_of(no_reopen_within(1day), no_repeat_contact_within(2days, customer))",
    ] {
        kpis.push(KpiRequest::new("fcr").under(policy(text)));
    }
    kpis.push(KpiRequest::new("time_in_group").of_group("first"));
    kpis
}

fn sliced(report: ReportBuilder) -> Report {
    let weeks = Periods::new(Period::Week, chrono_tz::Europe::Copenhagen);
    report.by([Attribute::Market]).periods(weeks).build().expect("a report")
}

fn same_report(
    report: &Report,
    replay: &Replay,
    records: &ReplayOutcome,
    arrays: &Arrays,
    layout: Layout,
) -> Result<(), TestCaseError> {
    let mut state = report.state();
    for ticket in &records.tickets {
        state.push_ticket(ticket);
    }
    let lean = replay.clone().needing(report.needs());
    let mut last = report.state();
    for replay in [replay, &lean] {
        let log = EventLog::new(&arrays.tickets(), &arrays.events(layout), replay)
            .expect("the columns can be read");
        let (found, _) = log.report(report, layout.threads).expect("states of one report merge");
        prop_assert_eq!(found.table(), state.table());
        let run = run(report, &Frames::default().log(&log), layout.threads).expect("the report runs");
        prop_assert_eq!(run.table(), state.table());
        last = found;
    }
    let read = ReportState::from_bytes(&last.to_bytes()).expect("a state of this library");
    prop_assert_eq!(read.table(), state.table());
    let mut twice = state.clone();
    twice.merge(state.clone()).expect("states of one report merge");
    state.merge(last).expect("states of one report merge");
    prop_assert_eq!(state.table(), twice.table());
    Ok(())
}

/// Some columns of the batches in one piece.
fn joined<'n>(batches: &[RecordBatch], names: impl Iterator<Item = &'n str> + Clone) -> RecordBatch {
    let columns = names.map(|name| {
        let pieces: Vec<&dyn Array> = batches
            .iter()
            .map(|batch| &**batch.column_by_name(name).expect("a column of that name"))
            .collect();
        (name, arrow_select::concat::concat(&pieces).expect("columns of one type"))
    });
    RecordBatch::try_from_iter(columns).expect("columns of one length")
}

/// The rows as text, whatever the dictionaries look like.
fn pretty(batch: &RecordBatch) -> Vec<Vec<String>> {
    let text = |column: &ArrayRef| {
        let column = match column.data_type() {
            DataType::Dictionary(_, values) => {
                arrow_cast::cast(column, values).expect("a dictionary has values")
            }
            _ => column.clone(),
        };
        format!("{column:?}").lines().map(str::to_owned).collect()
    };
    batch.columns().iter().map(text).collect()
}

proptest! {
    // Each case runs dozens of reports.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn reports_are_the_same((tickets, events) in desks(), layout in layouts(), hours in 0..200i64) {
        let last = events.iter().map(|event| event.at).max().unwrap_or(tickets[0].created_at);
        let as_of = Timestamp::from(last.to_utc() + TimeDelta::hours(hours));
        let layout = Layout { with_event_ids: true, ..layout };
        let replay = replay(as_of).with_options(options(layout));
        let records = replay.tickets(&tickets, &events);
        let arrays = Arrays::new(&tickets, &events, layout);
        let mut all = Report::builder(as_of);
        for kpi in kpis() {
            all = all.kpi(kpi.clone());
            let one = Report::builder(as_of).kpi(kpi);
            same_report(&sliced(one), &replay, &records, &arrays, layout)?;
        }
        same_report(&sliced(all), &replay, &records, &arrays, layout)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn columns_and_records_say_the_same(
        (tickets, mut events) in desks(),
        layout in layouts(),
        after in -2000..3000i64,
    ) {
        if !layout.with_event_ids {
            for event in &mut events {
                event.id = None;
            }
        }
        let last = events.iter().map(|event| event.at).max().unwrap_or(tickets[0].created_at);
        let as_of = Timestamp::from(last.to_utc() + TimeDelta::minutes(after));
        let replay = replay(as_of).with_options(options(layout));
        let records = replay.tickets(&tickets, &events);
        let arrays = Arrays::new(&tickets, &events, layout);
        let log = EventLog::new(&arrays.tickets(), &arrays.events(layout), &replay)
            .expect("the columns can be read");
        let (told, mut excluded) = told(&log, layout.threads);
        excluded.merge(log.excluded().clone());
        prop_assert_eq!(told.len(), records.tickets.len());
        for ((id, metrics, verdicts, market), record) in told.iter().zip(&records.tickets) {
            prop_assert_eq!(id, record.ticket.id.as_str());
            prop_assert_eq!(metrics, &nameless(record));
            prop_assert_eq!(verdicts, &record.verdicts);
            prop_assert_eq!(market.as_deref(), record.ticket.attributes.get(&Attribute::Market));
        }
        prop_assert_eq!(excluded, records.excluded);
    }

    #[test]
    fn measures_and_verdicts_as_columns_are_the_same((tickets, events) in desks(), layout in layouts()) {
        let last = events.iter().map(|event| event.at).max().unwrap_or(tickets[0].created_at);
        let layout = Layout { with_event_ids: true, ..layout };
        let replay = replay(last).with_options(options(layout)).watching([Attribute::Group]);
        let records = replay.tickets(&tickets, &events);
        let arrays = Arrays::new(&tickets, &events, layout);
        let log = EventLog::new(&arrays.tickets(), &arrays.events(layout), &replay)
            .expect("the columns can be read");
        let market = || MeasureColumns::new([Attribute::Market]);
        let mut measures = market();
        let mut verdicts = VerdictColumns::default();
        for record in &records.tickets {
            measures.push(record);
            record.verdicts.iter().for_each(|verdict| verdicts.push(record.ticket.id.as_str(), verdict));
        }
        let expected = measures.finish().expect("the columns go together");
        let (batches, _) = log.measures(layout.threads).expect("the columns go together");
        let found = joined(&batches, expected.schema().fields().iter().map(|field| field.name().as_str()));
        prop_assert_eq!(pretty(&found), pretty(&expected));
        let expected = verdicts.finish().expect("the columns go together");
        let (batches, _) = log.verdicts(layout.threads).expect("the columns go together");
        let found = joined(&batches, expected.schema().fields().iter().map(|field| field.name().as_str()));
        prop_assert_eq!(pretty(&found), pretty(&expected));
    }

    #[test]
    fn a_stream_of_batches_is_the_whole((tickets, mut events) in desks(), layout in layouts(), sizes in 1..30usize) {
        // What a stream tells of a ticket, its rows tell: its creation and market stand on each.
        events.sort_by_key(|event| (event.ticket.clone(), event.at, event.sequence));
        events.iter_mut().zip(1..).for_each(|(event, row)| event.sequence = row);
        let with_events = |ticket: &&Ticket| events.iter().any(|event| event.ticket == ticket.id);
        let mut tickets: Vec<Ticket> = tickets.iter().filter(with_events).cloned().collect();
        tickets.sort_by_key(|ticket| ticket.id.clone());
        let last = events.iter().map(|event| event.at).max().unwrap_or(Timestamp::MIN);
        let merging = |event: &TicketEvent| matches!(event.kind, EventKind::MergedInto(_));
        prop_assume!(!events.iter().any(merging));
        let layout = Layout { piece: usize::MAX - 10, with_event_ids: true, by_sequence: false, ..layout };
        let replay = replay(last).with_options(options(layout));
        let records = replay.tickets(&tickets, &events);
        let arrays = Arrays::new(&tickets, &events, layout);
        let of_ticket = |event: &TicketEvent| {
            tickets.iter().position(|ticket| ticket.id == event.ticket).and_then(|place| u32::try_from(place).ok())
        };
        let rows: UInt32Array = events.iter().map(of_ticket).collect();
        let spread = |column: &[ArrayRef]| arrow_select::take::take(&column[0], &rows, None).expect("rows are there");
        prop_assume!(!events.is_empty());
        let batch = RecordBatch::try_from_iter([
            ("ticket", arrays.ticket[0].clone()),
            ("at", arrays.at[0].clone()),
            ("kind", arrays.kind[0].clone()),
            ("value", arrays.value[0].clone()),
            ("author", arrays.author[0].clone()),
            ("name", arrays.name[0].clone()),
            ("id", arrays.event_id[0].clone()),
            ("created", spread(&arrays.created)),
            ("opener", spread(&arrays.created_by)),
            ("requester", spread(&arrays.requester)),
            ("market", spread(&arrays.market)),
        ]);
        let batch = batch.expect("columns of one length");
        let batches: Vec<_> = (0..batch.num_rows())
            .step_by(sizes)
            .map(|from| Ok(batch.slice(from, sizes.min(batch.num_rows() - from))))
            .collect();
        let columns = LogColumns::new("ticket", "at", "kind")
            .value("value")
            .author("author")
            .author_name("name")
            .id("id")
            .created_at("created")
            .created_by("opener")
            .requester("requester")
            .attribute(Attribute::Market, "market");
        let longest = tickets
            .iter()
            .map(|ticket| events.iter().filter(|event| event.ticket == ticket.id).count())
            .max()
            .unwrap_or(0);
        let mut all = Vec::new();
        for log in EventStream::new(columns, &replay, batches) {
            let log = log.expect("the batches can be read");
            prop_assert!(log.events() <= longest + sizes, "only the ticket under way is carried over");
            all.extend(told(&log, layout.threads).0);
        }
        prop_assert_eq!(all.len(), records.tickets.len());
        for ((id, metrics, verdicts, market), record) in all.iter().zip(&records.tickets) {
            prop_assert_eq!(id, record.ticket.id.as_str());
            prop_assert_eq!(metrics, &nameless(record));
            prop_assert_eq!(verdicts, &record.verdicts);
            prop_assert_eq!(market.as_deref(), record.ticket.attributes.get(&Attribute::Market));
        }
    }

    #[test]
    fn first_contacts_are_the_same((tickets, events) in desks(), layout in layouts(), days in 0..9i64) {
        let last = events.iter().map(|event| event.at).max().unwrap_or(tickets[0].created_at);
        let as_of = Timestamp::from(last.to_utc() + TimeDelta::days(days));
        let replay = replay(as_of);
        let records = replay.tickets(&tickets, &events);
        let arrays = Arrays::new(&tickets, &events, layout);
        let lean = replay.needing(Needs::MESSAGES | Needs::SOLVES | Needs::REOPENS);
        let layout = Layout { with_event_ids: true, by_sequence: false, ..layout };
        let log = EventLog::new(&arrays.tickets(), &arrays.events(layout), &lean)
            .expect("the columns can be read");
        for policy in [
            "single_reply",
            "interaction_no_task",
            "no_reopen_within(1day)",
            "no_repeat_contact_within(1day, customer)",
            "no_repeat_contact_within(5days, customer_and_category)",
            "all_of(single_reply, no_reopen_within(3days), no_repeat_contact_within(3days, customer))",
        ] {
            let policy: FcrPolicy = policy.parse().expect("a policy");
            let expected = fcr(&records.tickets, policy.clone());
            let (found, _) = log.fcr(&policy, layout.threads);
            prop_assert_eq!(found.ratio(), expected.ratio());
            prop_assert_eq!(found.excluded(), expected.excluded());
        }
    }

    #[test]
    fn what_is_asked_for_comes_out_the_same((tickets, events) in desks(), layout in layouts()) {
        let last = events.iter().map(|event| event.at).max().unwrap_or(tickets[0].created_at);
        let arrays = Arrays::new(&tickets, &events, layout);
        let replay = replay(last).with_options(options(layout));
        let read = |replay: &Replay| {
            let log = EventLog::new(&arrays.tickets(), &arrays.events(layout), replay)
                .expect("the columns can be read");
            told(&log, layout.threads)
        };
        let (whole, whole_excluded) = read(&replay);
        for needs in [Needs::VERDICTS, Needs::SOLVES, Needs::CONVERSATION.and(Needs::REOPENS), Needs::NOTHING] {
            let (lean, excluded) = read(&replay.clone().needing(needs));
            for ((_, metrics, verdicts, market), (_, all, all_verdicts, all_market)) in lean.iter().zip(&whole) {
                prop_assert_eq!((metrics.status, metrics.left_out), (all.status, all.left_out));
                prop_assert_eq!(market, all_market);
                if needs.any(Needs::VERDICTS) {
                    prop_assert_eq!(verdicts.len(), all_verdicts.len());
                    for (lean, whole) in verdicts.iter().zip(all_verdicts) {
                        prop_assert_eq!((lean.state, lean.due_at), (whole.state, whole.due_at));
                        prop_assert_eq!(lean.elapsed_on_clock(), whole.elapsed_on_clock());
                    }
                    prop_assert_eq!(&excluded, &whole_excluded);
                }
                if needs.any(Needs::SOLVES) {
                    prop_assert_eq!(metrics.solved_by, all.solved_by);
                    prop_assert_eq!(metrics.net_resolution_time.map(|time| time.calendar_micros),
                        all.net_resolution_time.map(|time| time.calendar_micros));
                }
                if needs.any(Needs::REOPENS) {
                    prop_assert_eq!(&metrics.reopens, &all.reopens);
                    prop_assert_eq!(metrics.public_replies, all.public_replies);
                }
            }
        }
    }
}

#[test]
fn a_ticket_that_comes_back_in_a_stream_is_an_error() {
    let batch = |tickets: Vec<&str>| {
        let rows = tickets.len();
        let at: Vec<i64> = (0..).take(rows).collect();
        RecordBatch::try_from_iter([
            ("ticket", Arc::new(StringArray::from(tickets)) as ArrayRef),
            ("at", Arc::new(TimestampMicrosecondArray::from(at).with_timezone("UTC")) as ArrayRef),
            ("kind", Arc::new(StringArray::from(vec!["new"; rows])) as ArrayRef),
        ])
    };
    let batches = [batch(vec!["1", "1", "2"]), batch(vec!["2", "3"]), batch(vec!["1", "4"])];
    let replay = Replay::new(Timestamp::MAX);
    let stream = EventStream::new(LogColumns::new("ticket", "at", "kind"), &replay, batches);
    let logs: Vec<Result<usize, String>> =
        stream.map(|log| log.map(|log| log.rows()).map_err(|error| error.to_string())).collect();
    assert_eq!(logs[..2], [Ok(1), Ok(1)]);
    assert!(logs[2].as_ref().is_err_and(|error| error.contains("ticket \"1\"")), "{logs:?}");
    assert_eq!(logs.len(), 3);
    let unknown = EventStream::new(LogColumns::new("tickets", "at", "kind"), &replay, [batch(vec!["1"])]);
    let error = unknown.map(|log| log.map(|_| ())).next().expect("one answer").expect_err("no such column");
    assert!(error.to_string().contains("did you mean \"ticket\""), "{error}");
}
