//! A report from columns is the report from the records of the same tables, bit for bit.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod desk;

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Int64Array, RecordBatch};
use chrono_tz::Europe::Copenhagen;
use deskmetrics::replay::Needs;
use deskmetrics::report::{KpiRequest, Period, Periods, Report, ReportState};
use deskmetrics::ticket::Attribute;
use deskmetrics::{ClockKind, Reason, Timestamp};
use deskmetrics_arrow::{Dataset, Description, ReadError};
use deskmetrics_testkit::replay::strategy::MONDAY;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use desk::surveys::{self, MARKETS, Survey};
use desk::{
    Conventions, Desk, Layout, batch, batches, conventions, desks, from_records, instants, kpis, layouts,
    options, read, same_tables, shuffle, texts,
};

const MINUTE: i64 = 60_000_000;

/// A week around the end of summer time in Copenhagen.
const START: i64 = 1_761_264_000_000_000;

/// A ticket known by timestamps in columns. Timestamps are minutes from [`START`] on.
#[derive(Debug, Clone)]
struct TicketRow {
    id: Option<u16>,
    created: Option<i64>,
    replied: Option<i64>,
    solved: Option<i64>,
    closed: Option<i64>,
    due: Option<i64>,
    status: Option<&'static str>,
    author: Option<&'static str>,
    author_name: Option<&'static str>,
    created_by: Option<&'static str>,
    requester: Option<&'static str>,
    sla_met: Option<bool>,
    tags: Option<&'static str>,
    /// Of [`ATTRIBUTES`].
    values: [Option<&'static str>; 6],
}

const ATTRIBUTES: [&str; 6] = ["market", "group", "assignee", "priority", "category", "task"];

/// How often the rarer columns have a value: in most tables never, so that whole columns are alike.
fn rarely<T: Clone + std::fmt::Debug + 'static>(all: Vec<T>) -> impl Strategy<Value = Option<T>> {
    option::weighted(0.2, select(all))
}

fn ticket_rows() -> impl Strategy<Value = TicketRow> {
    let after = || option::of(prop_oneof![4 => 0..4_000_i64, 1 => Just(0), 1 => -3..0_i64]);
    let times = (option::weighted(0.97, 0..14_000_i64), after(), after(), after(), after());
    let people = (
        rarely(vec!["agent", "bot", "customer", "system"]),
        option::of(select(vec!["ana", "bo"])),
        rarely(vec!["agent", "customer", "system"]),
        option::of(select(vec!["cleo", "dan"])),
    );
    let values = (
        option::weighted(0.9, select(MARKETS.to_vec())),
        option::weighted(0.9, select(vec!["first", "second"])),
        option::of(select(vec!["ana", "bo"])),
        option::of(select(vec!["high", "low"])),
        option::of(select(vec!["billing", "delivery"])),
        rarely(vec!["TASK-1"]),
    );
    (
        option::weighted(0.97, 0..400_u16),
        times,
        option::weighted(0.3, select(vec!["open", "Solved", "pending", "new", "closed", "parked"])),
        people,
        option::of(any::<bool>()),
        option::weighted(0.2, select(vec!["vip", "new, vip"])),
        values,
    )
        .prop_map(|(id, times, status, people, sla_met, tags, values)| {
            let (created, replied, solved, closed, due) = times;
            let end = |after: Option<i64>| after.map(|after| created.unwrap_or(0) + after);
            let (author, author_name, created_by, requester) = people;
            let (market, group, assignee, priority, category, task) = values;
            TicketRow {
                id,
                created,
                replied: end(replied),
                solved: end(solved),
                closed: end(closed),
                due: end(due),
                status,
                author,
                author_name,
                created_by,
                requester,
                sla_met,
                tags,
                values: [market, group, assignee, priority, category, task],
            }
        })
}

/// Which of the rarer columns a table of tickets has.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "each is drawn by itself")]
struct Columns {
    ids: bool,
    status: bool,
    authors: bool,
    requesters: bool,
}

fn columns() -> impl Strategy<Value = Columns> {
    (prop::bool::weighted(0.8), any::<bool>(), any::<bool>(), any::<bool>())
        .prop_map(|(ids, status, authors, requesters)| Columns { ids, status, authors, requesters })
}

fn ticket_batches(rows: &[TicketRow], columns: Columns, layout: &Layout) -> Vec<RecordBatch> {
    let Layout { words, unit, ids, .. } = *layout;
    batches(rows, layout, |rows| {
        let time = |at: fn(&TicketRow) -> Option<i64>| {
            instants(rows.iter().map(|row| at(row).map(|at| START + at * MINUTE)), unit)
        };
        let text = |value: &dyn Fn(&TicketRow) -> Option<&'static str>| texts(rows.iter().map(value), words);
        let ids: ArrayRef = if layout.integer_ids {
            Arc::new(rows.iter().map(|row| row.id.map(i64::from)).collect::<Int64Array>())
        } else {
            texts(rows.iter().map(|row| row.id.map(|id| format!(" {id}"))), ids)
        };
        let mut all = vec![
            ("id", ids),
            ("created", time(|row| row.created)),
            ("replied", time(|row| row.replied)),
            ("solved", time(|row| row.solved)),
            ("closed", time(|row| row.closed)),
            ("due", time(|row| row.due)),
            ("status", text(&|row| row.status.filter(|_| columns.status))),
            ("author", text(&|row| row.author.filter(|_| columns.authors))),
            ("author_name", text(&|row| row.author_name)),
            ("created_by", text(&|row| row.created_by.filter(|_| columns.authors))),
            ("requester", text(&|row| row.requester)),
            ("sla_met", Arc::new(rows.iter().map(|row| row.sla_met).collect::<BooleanArray>()) as ArrayRef),
            ("tags", text(&|row| row.tags)),
        ];
        all.extend(ATTRIBUTES.iter().enumerate().map(|(at, name)| (*name, text(&|row| row.values[at]))));
        batch(all)
    })
}

/// An event of such a ticket.
#[derive(Debug, Clone)]
struct EventRow {
    ticket: u16,
    at: i64,
    kind: &'static str,
    value: Option<&'static str>,
    author: &'static str,
    name: Option<&'static str>,
}

fn event_rows() -> impl Strategy<Value = EventRow> {
    let kind = select(vec![
        ("public_message", None),
        ("internal_note", None),
        ("status", Some("pending")),
        ("status", Some("open")),
        ("solved", None),
        ("changed group", Some("second")),
        ("changed assignee", Some("ana")),
        ("changed market", Some("ES")),
        ("changed priority", None),
        ("tagged", Some("vip")),
        ("escalated", None),
        ("merged_into", Some("7")),
        ("restored", None),
    ]);
    let author = select(vec!["customer", "agent", "agent", "bot", "system"]);
    let name = option::of(select(vec!["ana", "bo", "cleo"]));
    (0..400_u16, 0..16_000_i64, kind, author, name).prop_map(|(ticket, at, (kind, value), author, name)| {
        EventRow { ticket, at, kind, value, author, name }
    })
}

fn event_batches(rows: &[EventRow], layout: &Layout) -> Vec<RecordBatch> {
    let Layout { words, unit, .. } = *layout;
    batches(rows, layout, |rows| {
        let text = |value: fn(&EventRow) -> Option<&'static str>| texts(rows.iter().map(value), words);
        let ids = rows.iter().map(|row| Some(i64::from(row.ticket))).collect::<Int64Array>();
        batch([
            ("ticket", Arc::new(ids) as ArrayRef),
            ("at", instants(rows.iter().map(|row| Some(START + row.at * MINUTE)), unit)),
            ("kind", text(|row| Some(row.kind))),
            ("value", text(|row| row.value)),
            ("author", text(|row| Some(row.author))),
            ("name", text(|row| row.name)),
        ])
    })
}

/// Business hours and SLA targets, as far as tickets have them.
#[derive(Debug, Clone, Copy)]
struct Agreement {
    schedule: bool,
    schedule_by: bool,
    sla: bool,
    conventions: Conventions,
}

fn agreements() -> impl Strategy<Value = Agreement> {
    let conventions = prop_oneof![3 => Just(Conventions::USUAL), 1 => conventions()];
    (any::<bool>(), any::<bool>(), any::<bool>(), conventions).prop_map(
        |(schedule, schedule_by, sla, conventions)| Agreement { schedule, schedule_by, sla, conventions },
    )
}

fn ticket_description(agreement: Agreement, columns: Columns, with_events: bool) -> Description {
    let Agreement { schedule, schedule_by, sla, conventions } = agreement;
    let when = |wanted: bool, text: &'static str| if wanted { text } else { "" };
    let text = format!(
        r#"
time_zone = "Europe/Copenhagen"
{}
[replay]
{}
{}
[schedules.dk]
time_zone = "Europe/Copenhagen"
hours = "Mo-Fr 08:00-16:00; Sa 10:00-12:00"
[schedules.es]
time_zone = "Europe/Madrid"
hours = "Mo-Th 10:00-19:00; Fr 08:00-15:00"
{}
[[tickets]]
file = "tickets"
id = {}
created_at = "created"
first_response_at = "replied"
solved_at = "solved"
closed_at = "closed"
due_at = "due"
status = "status"
author = "author"
author_name = "author_name"
created_by = "created_by"
sla_met = "sla_met"
tags = "tags"
{}
attributes = {{ market = "market", group = "group", assignee = "assignee", priority = "priority", category = "category", task = "task" }}
{}
{}
{}"#,
        when(schedule, "schedule = \"dk\""),
        conventions.option,
        when(conventions.by_sequence, "order = \"sequence\""),
        when(schedule_by, "[schedule_by.market]\nDK = \"dk\"\nES = \"es\""),
        if columns.ids { "\"id\"" } else { "{}" },
        when(columns.requesters, "requester = \"requester\""),
        when(
            with_events,
            "[[events]]\nfile = \"events\"\nticket = \"ticket\"\nat = \"at\"\nkind = \"kind\"\nvalue = \"value\"\n\
             author = \"author\"\nauthor_name = \"name\"",
        ),
        when(
            sla,
            "[[sla.policies]]\nname = \"vip\"\nwhen = { tag = \"vip\" }\n\
             targets = [{ metric = \"resolution\", clock = \"business\", within = { high = \"2h\", \"*\" = \"16h\" } }]\n\
             [[sla.policies]]\nname = \"standard\"\n\
             targets = [{ metric = \"first_response\", within = { high = \"2h\", \"*\" = \"8h\" } }, \
             { metric = \"requester_wait\", clock = \"business\", within = \"8h\" }]",
        ),
        surveys::DESCRIPTION,
    );
    text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// KPIs that need no more of a ticket than a few timestamps, on both clocks: these are counted in blocks.
fn of_milestones() -> Vec<KpiRequest> {
    let plain = [
        "volume",
        "backlog",
        "first_response_time",
        "first_resolution_time",
        "full_resolution_time",
        "net_resolution_time",
    ];
    let mut kpis: Vec<KpiRequest> = plain.into_iter().map(KpiRequest::new).collect();
    kpis.extend(plain[2..].iter().map(|id| KpiRequest::new(*id).on(ClockKind::Business)));
    kpis
}

/// What a report is about and how it is divided.
#[derive(Debug, Clone)]
struct Plan {
    kpis: Vec<KpiRequest>,
    slicings: Vec<Vec<Attribute>>,
    period: Option<Period>,
    inherits: bool,
}

fn plans() -> impl Strategy<Value = Plan> {
    let at = Timestamp::from_micros(START).unwrap();
    let all: Vec<KpiRequest> = kpis::of_tickets(at)
        .into_iter()
        // Its end lies after some cut-offs.
        .filter(|kpi| kpi.until.is_none())
        .chain(kpis::of_surveys())
        .chain([kpis::of_wide_scale()])
        .collect();
    let lives = of_milestones();
    let requested = prop_oneof![
        4 => subsequence(lives.clone(), 1..=lives.len()),
        4 => (subsequence(lives.clone(), 0..=lives.len()), subsequence(all.clone(), 1..8))
            .prop_map(|(lives, some)| lives.into_iter().chain(some).collect()),
        4 => subsequence(kpis::of_surveys(), 1..6),
        1 => Just(all),
    ];
    let slicings = subsequence(
        vec![
            vec![Attribute::Market],
            vec![Attribute::Group, Attribute::Market],
            vec!["nobody".into()],
            vec![Attribute::Priority],
        ],
        0..=3,
    );
    let period = option::weighted(0.7, select(vec![Period::Day, Period::Week, Period::Month]));
    (requested, slicings, period, prop::bool::weighted(0.8))
        .prop_map(|(kpis, slicings, period, inherits)| Plan { kpis, slicings, period, inherits })
}

impl Plan {
    fn report(&self, as_of: Timestamp) -> Report {
        let mut kpis = self.kpis.clone();
        if std::env::var("SKIP").is_ok() && kpis.iter().any(|kpi| ["csat", "nps", "ces"].contains(&&*kpi.kpi))
        {
            kpis.retain(|kpi| kpi.kpi != "reasons" && (kpi.kpi != "fcr" || kpi.question.is_none()));
        }
        let mut builder = Report::builder(as_of).kpis(kpis).min_n(3).surveys_inherit(self.inherits);
        for slicing in &self.slicings {
            builder = builder.by(slicing.clone());
        }
        if let Some(period) = self.period {
            builder = builder.periods(Periods::new(period, Copenhagen));
        }
        builder.build().unwrap()
    }
}

/// A report from columns matches the one from records, in every way in which a state can be used.
fn matches_records(dataset: &Dataset, report: &Report, threads: usize) -> Result<(), TestCaseError> {
    let columns = dataset.feed(report, threads).unwrap();
    let (records, _) = from_records(dataset, report);
    same_tables(&columns, &records)?;
    let stored = ReportState::from_bytes(&columns.to_bytes()).unwrap();
    same_tables(&stored, &records)?;
    let mut twice = records.clone();
    twice.merge(records.clone()).unwrap();
    let mut both = records;
    both.merge(columns).unwrap();
    same_tables(&both, &twice)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn tickets_with_timestamps_and_surveys_match_records(
        ticket_rows in vec(ticket_rows(), 1..120),
        event_rows in prop_oneof![2 => Just(Vec::new()), 1 => vec(event_rows(), 1..200)],
        survey_rows in vec(surveys::surveys(400), 1..80),
        layout in layouts(),
        columns in columns(),
        agreement in agreements(),
        plan in plans(),
        cut_off in prop_oneof![3 => Just(30_000_i64), 2 => 3_000..16_000_i64],
        threads in 0..3_usize,
    ) {
        let with_events = !event_rows.is_empty();
        let description = ticket_description(agreement, columns, with_events);
        let id = |number: usize| number.to_string();
        let tables = || {
            let events = with_events.then(|| ("events", event_batches(&event_rows, &layout)));
            surveys::tables(&survey_rows, START, &layout, id, |_| 0)
                .into_iter()
                .chain([("tickets", ticket_batches(&ticket_rows, columns, &layout))])
                .chain(events)
        };
        let dataset = match read(&description, tables()) {
            Ok(dataset) => dataset,
            // All rows of a small table may be unreadable.
            Err(error) => {
                prop_assert!(matches!(error, ReadError::NothingReadable { .. }), "{}", error);
                return Ok(());
            }
        };
        let as_of = Timestamp::from_micros(START + cut_off * MINUTE).unwrap();
        let report = plan.report(as_of);
        matches_records(&dataset, &report, threads)?;
        last_timestamp_is_that_of_the_records(&dataset)?;

        // What a report does not depend on need not be read.
        let needed = report.sliced_by().into_iter().cloned();
        let needed = needed.chain(["market", "priority", "category", "task", "group", "assignee"].map(Into::into));
        let lean = options(tables()).keep_off_scale(true).without_survey_details().only_attributes(needed);
        let lean = Dataset::of_description(&description, lean).unwrap();
        same_tables(&lean.feed(&report, 1).unwrap(), &dataset.feed(&report, 1).unwrap())?;
    }
}

fn last_timestamp_is_that_of_the_records(dataset: &Dataset) -> Result<(), TestCaseError> {
    let created = dataset.tickets().into_iter().map(|ticket| ticket.created_at);
    let happened = dataset.events().into_iter().map(|event| event.at);
    let answered = dataset.responses().into_iter().filter_map(|answer| answer.at);
    let sent = dataset.invitations().into_iter().map(|sent| sent.answered_at.unwrap_or(sent.sent_at));
    prop_assert_eq!(dataset.last_instant(), created.chain(happened).chain(answered).chain(sent).max());
    let counts = dataset.counts();
    prop_assert_eq!(counts.tickets, dataset.tickets().len());
    prop_assert_eq!(counts.events, dataset.events().len());
    prop_assert_eq!(counts.responses, dataset.responses().len());
    prop_assert_eq!(counts.invitations, dataset.invitations().len());
    Ok(())
}

/// A desk with surveys about its tickets.
#[derive(Debug, Clone)]
struct Company {
    desk: Desk,
    surveys: Vec<Survey>,
}

fn companies() -> impl Strategy<Value = Company> {
    (desks(1..6), vec(surveys::surveys(6), 0..24)).prop_map(|(desk, surveys)| Company { desk, surveys })
}

impl Company {
    fn id(&self, number: usize) -> String {
        if self.desk.numbered { (number * 3 + 10).to_string() } else { format!("T-{number}") }
    }

    fn part_of(&self, ticket: Option<usize>) -> usize {
        ticket.map_or(0, |number| desk::part(&self.id(number)))
    }

    fn tables(&self, layout: &Layout) -> impl Iterator<Item = (&'static str, Vec<RecordBatch>)> {
        let id = |number| self.id(number);
        let part = |ticket| self.part_of(ticket);
        let surveys = surveys::tables(&self.surveys, MONDAY, layout, id, part);
        self.desk.tables(layout).into_iter().chain(surveys)
    }

    fn read(&self, conventions: Conventions, layout: &Layout) -> Result<Dataset, ReadError> {
        let mut description = desk::description(conventions, "");
        let surveys: Description = format!("time_zone = \"UTC\"\n{}", surveys::DESCRIPTION).parse().unwrap();
        description.scales = surveys.scales;
        description.surveys = surveys.surveys;
        description.invitations = surveys.invitations;
        read(&description, self.tables(layout))
    }

    /// One of two parts, each ticket with its events and surveys.
    fn part(&self, number: usize) -> Self {
        let mut own = self.clone();
        own.desk = self.desk.part(number);
        own.surveys.retain(|survey| self.part_of(survey.ticket) == number);
        own
    }

    fn cut_off(&self, minutes: i64) -> Timestamp {
        Timestamp::from_micros(self.desk.last().as_micros() + minutes * MINUTE).unwrap()
    }
}

/// Every KPI.
fn everything(as_of: Timestamp) -> Plan {
    let kpis = kpis::of_tickets(as_of).into_iter().chain(kpis::of_surveys()).collect();
    let slicings = vec![
        vec![Attribute::Market],
        vec![Attribute::Group, Attribute::Priority],
        vec![Attribute::Assignee],
        vec!["nobody".into()],
    ];
    Plan { kpis, slicings, period: Some(Period::Week), inherits: true }
}

proptest! {
    // Each case runs dozens of reports.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(12) })]

    #[test]
    fn every_kpi_of_tickets_with_events_matches_records(
        company in companies(),
        layout in layouts(),
        conventions in conventions(),
        minutes in -2_000..12_000_i64,
        threads in 0..3_usize,
    ) {
        let Ok(dataset) = company.read(conventions, &layout) else { return Ok(()) };
        let as_of = company.cut_off(minutes);
        let replay = dataset.replay_at(as_of);
        let records = desk::replayed(&dataset, &replay);
        let (responses, invitations) = (dataset.responses(), dataset.invitations());
        let all = everything(as_of);
        let mut plans: Vec<Plan> =
            all.kpis.iter().map(|kpi| Plan { kpis: vec![kpi.clone()], ..all.clone() }).collect();
        plans.push(all);
        for plan in plans {
            let report = plan.report(as_of);
            let columns = dataset.feed(&report, threads).unwrap();
            same_tables(&columns, &report.run(&records.tickets, &responses, &invitations))?;
            // Targets without a schedule are counted only where verdicts are.
            let excluded = columns.table().events_excluded;
            let judged = report.needs().any(Needs::VERDICTS);
            for (reason, count) in records.excluded.iter() {
                let expected = if reason == Reason::NoSchedule && !judged { 0 } else { count };
                prop_assert_eq!(excluded.count(reason), expected, "{}", reason);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn threads_batches_and_ticket_order_are_irrelevant(
        company in companies(),
        layouts in (layouts(), layouts()),
        conventions in conventions(),
        minutes in -2_000..12_000_i64,
        seed in any::<u64>(),
    ) {
        // By sequence, a survivor takes over the messages of merged tickets in the order of these.
        let option = if conventions.by_sequence { "merged = \"leave_out\"" } else { conventions.option };
        let conventions = Conventions { option, ..conventions };
        let as_of = company.cut_off(minutes);
        let report = everything(as_of).report(as_of);
        let Ok(dataset) = company.read(conventions, &layouts.0) else { return Ok(()) };
        let one = dataset.feed(&report, 1).unwrap();
        matches_records(&dataset, &report, 2)?;
        for threads in [2, 0] {
            prop_assert_eq!(dataset.feed(&report, threads).unwrap().table(), one.table());
        }
        let mut other = company.clone();
        shuffle(&mut other.desk.tickets, seed);
        shuffle(&mut other.surveys, seed >> 1);
        let other = Company { surveys: company.surveys.clone(), ..other };
        let Ok(dataset) = other.read(conventions, &layouts.1) else { return Ok(()) };
        prop_assert_eq!(dataset.feed(&report, 0).unwrap().table(), one.table());
    }

    #[test]
    fn merged_parts_are_the_whole(
        company in companies(),
        layout in layouts(),
        conventions in conventions(),
        minutes in -2_000..12_000_i64,
    ) {
        let as_of = company.cut_off(minutes);
        let report = everything(as_of).report(as_of);
        let parts = [company.part(0), company.part(1)].map(|part| part.read(conventions, &layout));
        let ([Ok(first), Ok(second)], Ok(whole)) = (parts, company.read(conventions, &layout)) else {
            return Ok(());
        };
        let mut merged = first.feed(&report, 1).unwrap();
        merged.merge(second.feed(&report, 2).unwrap()).unwrap();
        prop_assert_eq!(merged.table(), whole.feed(&report, 1).unwrap().table());
        same_tables(&merged, &from_records(&whole, &report).0)?;
    }
}

#[test]
fn tables_without_rows_give_an_empty_report() {
    let none = Company {
        desk: Desk { tickets: vec![], events: vec![], numbered: true, numbered_people: true },
        surveys: vec![],
    };
    let as_of = Timestamp::from_micros(START).unwrap();
    let report = everything(as_of).report(as_of);
    let layout = Layout {
        ids: desk::Encoding::Utf8,
        words: desk::Encoding::SmallDictionary,
        unit: desk::Unit::Micros,
        integer_ids: true,
        integer_people: true,
        status_kinds: false,
        cuts: vec![],
        slices: false,
    };
    let dataset = none.read(Conventions::USUAL, &layout).unwrap();
    assert_eq!(dataset.last_instant(), None);
    for threads in [0, 1, 4] {
        assert_eq!(dataset.feed(&report, threads).unwrap().table(), report.state().table());
    }
    let columns = Columns { ids: false, status: true, authors: true, requesters: true };
    let tickets = ticket_batches(&[], columns, &layout);
    let agreement =
        Agreement { schedule: true, schedule_by: true, sla: true, conventions: Conventions::USUAL };
    let description = ticket_description(agreement, columns, false);
    let tables = surveys::tables(&[], START, &layout, |number| number.to_string(), |_| 0);
    let dataset = read(&description, tables.into_iter().chain([("tickets", tickets)])).unwrap();
    assert_eq!(dataset.feed(&report, 4).unwrap().table(), report.state().table());
}
