//! Reports from columns and from records are identical, bit for bit.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod desk;

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Int64Array, RecordBatch};
use chrono_tz::Europe::Copenhagen;
use deskmetrics::replay::Needs;
use deskmetrics::report::{KpiRequest, Period, Periods, Report, ReportState, Warning};
use deskmetrics::sla::Conditions;
use deskmetrics::ticket::Attribute;
use deskmetrics::{ClockKind, Reason, Scale, Timestamp};
use deskmetrics_arrow::{Dataset, Description, ReadError};
use deskmetrics_testkit::replay::strategy::MONDAY;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use desk::surveys::{self, MARKETS, Survey};
use desk::{
    Conventions, Desk, Layout, Naming, batch, batches, conventions, desks, from_records, kpis, layouts,
    named, options, read, same_tables, shuffle, table, texts, timestamps,
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
    /// Values of [`ATTRIBUTES`].
    values: [Option<&'static str>; 6],
}

/// The form of the tickets' ids.
const NAMING: Naming = Naming::Consecutive;

const ATTRIBUTES: [&str; 6] = ["market", "group", "assignee", "priority", "category", "task"];

/// A value in a fifth of the rows.
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
        option::of(select(vec!["cleo", "ana"])),
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

/// The rarer columns of a table of tickets.
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
            timestamps(rows.iter().map(|row| at(row).map(|at| START + at * MINUTE)), unit)
        };
        let text = |value: &dyn Fn(&TicketRow) -> Option<&'static str>| texts(rows.iter().map(value), words);
        let numbers: Vec<_> = rows.iter().map(|row| row.id.map(|id| id.to_string())).collect();
        let ids = match layout.ids_of(NAMING) {
            None => texts(numbers.iter().map(|id| id.as_ref().map(|id| format!(" {id}"))), ids),
            number => named(&numbers, number, ids),
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
        ("untagged", Some("vip")),
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
            ("at", timestamps(rows.iter().map(|row| Some(START + row.at * MINUTE)), unit)),
            ("kind", text(|row| Some(row.kind))),
            ("value", text(|row| row.value)),
            ("author", text(|row| Some(row.author))),
            ("name", text(|row| row.name)),
        ])
    })
}

/// Business hours and SLA targets for milestone tickets.
#[derive(Debug, Clone, Copy)]
struct Contracts {
    schedule: bool,
    schedule_by: bool,
    sla: bool,
    conventions: Conventions,
}

fn any_contracts() -> impl Strategy<Value = Contracts> {
    let conventions = prop_oneof![3 => Just(Conventions::USUAL), 1 => conventions()];
    (any::<bool>(), any::<bool>(), any::<bool>(), conventions).prop_map(
        |(schedule, schedule_by, sla, conventions)| Contracts { schedule, schedule_by, sla, conventions },
    )
}

fn ticket_description(contracts: Contracts, columns: Columns, with_events: bool) -> Description {
    let Contracts { schedule, schedule_by, sla, conventions } = contracts;
    let when = |included: bool, text: &'static str| if included { text } else { "" };
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

/// KPIs that need only a few timestamps of a ticket, on both clocks. These are counted in blocks.
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
    kpis.extend(plain[2..].iter().map(|id| KpiRequest::new(*id).with_clock(ClockKind::Business)));
    kpis
}

/// The KPIs of a report and its slices.
#[derive(Clone)]
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
        // Its end is after some cut-offs.
        .filter(|kpi| kpi.until.is_none())
        .chain(kpis::of_surveys())
        .chain([kpis::of_wide_scale()])
        .chain([KpiRequest::new("volume").with_filter(Conditions::default().with_tags(["vip", "late"]))])
        .collect();
    let milestones = of_milestones();
    let requested = prop_oneof![
        4 => subsequence(milestones.clone(), 1..=milestones.len()),
        4 => (subsequence(milestones.clone(), 0..=milestones.len()), subsequence(all.clone(), 1..8))
            .prop_map(|(milestones, some)| milestones.into_iter().chain(some).collect()),
        4 => subsequence(kpis::of_surveys(), 1..6),
        1 => Just(all),
    ];
    let slicings = subsequence(
        vec![
            vec![Attribute::Market],
            vec![Attribute::Group, Attribute::Market],
            vec!["task".into()],
            vec![Attribute::Priority],
            vec![Attribute::Tag],
            vec![Attribute::Market, Attribute::Tag],
        ],
        0..=3,
    );
    let period = option::weighted(0.7, select(vec![Period::Day, Period::Week, Period::Month]));
    (requested, slicings, period, prop::bool::weighted(0.8))
        .prop_map(|(kpis, slicings, period, inherits)| Plan { kpis, slicings, period, inherits })
}

impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kpis: Vec<String> = self
            .kpis
            .iter()
            .map(|kpi| kpi.kpi.clone() + &kpi.policy.as_ref().map(ToString::to_string).unwrap_or_default())
            .collect();
        write!(f, "{kpis:?} by {:?}, {:?}, inherits: {}", self.slicings, self.period, self.inherits)
    }
}

impl Plan {
    fn report(&self, as_of: Timestamp) -> Report {
        let kpis = self.kpis.iter().cloned();
        let mut builder =
            Report::builder(as_of).with_kpis(kpis).with_min_n(3).with_surveys_inherit(self.inherits);
        for slicing in &self.slicings {
            builder = builder.with_slices(slicing.clone());
        }
        if let Some(period) = self.period {
            builder = builder.with_periods(Periods::new(period, Copenhagen));
        }
        builder.build().unwrap()
    }
}

/// The dataset; `None` if all rows of a small table are unreadable.
fn readable(read: Result<Dataset, ReadError>) -> Result<Option<Dataset>, TestCaseError> {
    match read {
        Ok(dataset) => Ok(Some(dataset)),
        Err(ReadError::NothingReadable { .. }) => Ok(None),
        Err(error) => Err(TestCaseError::fail(error.to_string())),
    }
}

/// A report from columns matches the one from records, for every use of a state.
fn matches_records(dataset: &Dataset, report: &Report, threads: usize) -> Result<(), TestCaseError> {
    let columns = dataset.feed(report, threads).unwrap();
    let (records, _) = from_records(dataset, report);
    same_tables(&columns, &records)?;
    let stored = report.state_from_bytes(&columns.to_bytes()).unwrap();
    same_tables(&stored, &records)?;
    let mut twice = records.clone();
    twice.merge(records.clone()).unwrap();
    let mut both = records;
    both.merge(columns).unwrap();
    same_tables(&both, &twice)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn tickets_with_timestamps_and_surveys_match_records(
        ticket_rows in vec(ticket_rows(), 1..120),
        event_rows in prop_oneof![2 => Just(Vec::new()), 1 => vec(event_rows(), 1..200)],
        survey_rows in vec(surveys::surveys(400), 1..80),
        layout in layouts(),
        columns in columns(),
        contracts in any_contracts(),
        plan in plans(),
        cut_off in prop_oneof![3 => Just(30_000_i64), 2 => 3_000..16_000_i64],
        threads in 0..3_usize,
    ) {
        let with_events = !event_rows.is_empty();
        let description = ticket_description(contracts, columns, with_events);
        let tables = || {
            let events = with_events.then(|| ("events", event_batches(&event_rows, &layout)));
            surveys::tables(&survey_rows, START, &layout, NAMING, |_| 0)
                .into_iter()
                .chain([("tickets", ticket_batches(&ticket_rows, columns, &layout))])
                .chain(events)
        };
        let Some(dataset) = readable(read(&description, tables()))? else { return Ok(()) };
        let as_of = Timestamp::from_micros(START + cut_off * MINUTE).unwrap();
        let report = plan.of(&[&dataset]).report(as_of);
        matches_records(&dataset, &report, threads)?;
        last_timestamp_is_that_of_the_records(&dataset)?;

        // Data that a report does not depend on need not be read.
        let needed = report.sliced_by().into_iter().cloned();
        let needed = needed.chain(["market", "priority", "category", "task", "group", "assignee"].map(Into::into));
        let lean = options(tables()).with_keep_off_scale(true).without_survey_details().with_attributes(needed);
        let lean = Dataset::of_description(&description, lean).unwrap();
        same_tables(&lean.feed(&report, 1).unwrap(), &dataset.feed(&report, 1).unwrap())?;
    }
}

fn last_timestamp_is_that_of_the_records(dataset: &Dataset) -> Result<(), TestCaseError> {
    let created = dataset.tickets().into_iter().map(|ticket| ticket.created_at);
    let happened = dataset.events().into_iter().map(|event| event.at);
    let answered = dataset.responses().into_iter().filter_map(|answer| answer.at);
    let sent = dataset.invitations().into_iter().map(|sent| sent.answered_at.unwrap_or(sent.sent_at));
    prop_assert_eq!(dataset.last_timestamp(), created.chain(happened).chain(answered).chain(sent).max());
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
    fn part_of(&self, ticket: Option<usize>) -> usize {
        ticket.map_or(0, |number| desk::part(&self.desk.naming.id(number)))
    }

    fn tables(&self, layout: &Layout) -> impl Iterator<Item = (&'static str, Vec<RecordBatch>)> {
        let part = |ticket| self.part_of(ticket);
        let surveys = surveys::tables(&self.surveys, MONDAY, layout, self.desk.naming, part);
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
        vec!["task".into()],
        vec![Attribute::Tag, Attribute::Market],
    ];
    Plan { kpis, slicings, period: Some(Period::Week), inherits: true }
}

impl Plan {
    /// Keeps only slices by attributes that all these datasets contain.
    fn of(mut self, datasets: &[&Dataset]) -> Self {
        self.slicings.retain(|by| datasets.iter().all(|dataset| dataset.check_attributes(by).is_ok()));
        self
    }
}

proptest! {
    // Each case runs dozens of reports.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(6) })]

    #[test]
    fn every_kpi_of_tickets_with_events_matches_records(
        company in companies(),
        layout in layouts(),
        conventions in conventions(),
        minutes in -2_000..12_000_i64,
        threads in 0..3_usize,
    ) {
        let Some(dataset) = readable(company.read(conventions, &layout))? else { return Ok(()) };
        let as_of = company.cut_off(minutes);
        let replay = dataset.replay_at(as_of);
        let records = desk::replayed(&dataset, &replay);
        let (responses, invitations) = (dataset.responses(), dataset.invitations());
        let all = everything(as_of).of(&[&dataset]);
        let mut plans: Vec<Plan> =
            all.kpis.iter().map(|kpi| Plan { kpis: vec![kpi.clone()], ..all.clone() }).collect();
        plans.push(all);
        for plan in plans {
            let report = plan.report(as_of);
            let columns = dataset.feed(&report, threads).unwrap();
            let mut state = report.state();
            state.push_records(&records.tickets, &responses, &invitations);
            same_tables(&columns, &state)?;
            // Targets without a schedule are counted only if verdicts are requested.
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
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(8) })]

    #[test]
    fn threads_batches_and_ticket_order_are_irrelevant(
        company in companies(),
        layouts in (layouts(), layouts()),
        conventions in conventions(),
        minutes in -2_000..12_000_i64,
        seed in any::<u64>(),
    ) {
        let as_of = company.cut_off(minutes);
        let Some(dataset) = readable(company.read(conventions, &layouts.0))? else { return Ok(()) };
        let report = everything(as_of).of(&[&dataset]).report(as_of);
        let one = dataset.feed(&report, 1).unwrap();
        matches_records(&dataset, &report, 2)?;
        for threads in [2, 0] {
            prop_assert_eq!(dataset.feed(&report, threads).unwrap().table(), one.table());
        }
        let mut other = company.clone();
        shuffle(&mut other.desk.tickets, seed);
        let Some(dataset) = readable(other.read(conventions, &layouts.1))? else { return Ok(()) };
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
        let [Some(whole), Some(first), Some(second)] = [
            readable(company.read(conventions, &layout))?,
            readable(company.part(0).read(conventions, &layout))?,
            readable(company.part(1).read(conventions, &layout))?,
        ] else {
            return Ok(());
        };
        let report = everything(as_of).of(&[&whole, &first, &second]).report(as_of);
        let mut merged = first.feed(&report, 1).unwrap();
        merged.merge(second.feed(&report, 2).unwrap()).unwrap();
        prop_assert_eq!(merged.table(), whole.feed(&report, 1).unwrap().table());
        same_tables(&merged, &from_records(&whole, &report).0)?;
    }
}

#[test]
fn tables_without_rows_give_an_empty_report() {
    let none = Company {
        desk: Desk { tickets: vec![], events: vec![], naming: Naming::Dense, numbered_people: true },
        surveys: vec![],
    };
    let as_of = Timestamp::from_micros(START).unwrap();
    let report = everything(as_of).report(as_of);
    let layout = Layout {
        ids: desk::Encoding::Utf8,
        words: desk::Encoding::SmallDictionary,
        unit: desk::Unit::Micros,
        number_ids: Some(desk::Number::Int64),
        number_people: Some(desk::Number::Int64),
        status_kinds: false,
        cuts: vec![],
        slices: false,
    };
    let dataset = none.read(Conventions::USUAL, &layout).unwrap();
    // Every KPI is possible for a log without events.
    assert_eq!(dataset.last_timestamp(), None);
    for threads in [0, 1, 4] {
        assert_eq!(dataset.feed(&report, threads).unwrap().table(), report.state().table());
    }
    let columns = Columns { ids: false, status: true, authors: true, requesters: true };
    let tickets = ticket_batches(&[], columns, &layout);
    let contracts =
        Contracts { schedule: true, schedule_by: true, sla: true, conventions: Conventions::USUAL };
    let description = ticket_description(contracts, columns, false);
    let tables = surveys::tables(&[], START, &layout, NAMING, |_| 0);
    let dataset = read(&description, tables.into_iter().chain([("tickets", tickets)])).unwrap();
    let report = everything(as_of).of(&[&dataset]).report(as_of);
    assert_eq!(dataset.feed(&report, 4).unwrap().table(), report.state().table());
}

/// More rows than fit into a block, and more values than fit into a byte.
#[test]
fn long_tables_match_records() {
    const TICKETS: i64 = 3_000;
    let time = |minutes: i64| Some(START + minutes * MINUTE);
    let numbers = |step: i64| (0..TICKETS).map(move |row| row * step);
    let market = |row: i64| (row % 13 > 0).then(|| format!("market {}", row % 401));
    let ids = || Arc::new(numbers(1).collect::<Int64Array>()) as ArrayRef;
    let markets = || texts(numbers(7).map(market), desk::Encoding::Utf8View);
    let unit = desk::Unit::Micros;
    let tickets = batch([
        ("id", ids()),
        ("created", timestamps(numbers(3).map(|at| time(at % 14_000)), unit)),
        (
            "replied",
            timestamps(numbers(3).map(|at| time(at % 14_000 + at % 90).filter(|_| at % 7 > 1)), unit),
        ),
        (
            "solved",
            timestamps(numbers(3).map(|at| time(at % 14_000 + at % 977).filter(|_| at % 5 > 0)), unit),
        ),
        ("market", markets()),
        ("requester", Arc::new(numbers(1).map(|row| row % 700).collect::<Int64Array>())),
    ]);
    let answers = batch([
        (
            "nps",
            Arc::new(numbers(1).map(|row| Some(row % 11).filter(|_| row % 9 > 0)).collect::<Int64Array>())
                as ArrayRef,
        ),
        ("at", timestamps(numbers(2).map(|at| time(at + 60)), unit)),
        ("ticket", ids()),
        (
            "own market",
            texts(numbers(1).map(|row| market(row).filter(|_| row % 3 == 0)), desk::Encoding::Utf8),
        ),
    ]);
    let events = batch([
        ("ticket", Arc::new(numbers(11).map(|row| row % TICKETS).collect::<Int64Array>()) as ArrayRef),
        ("at", timestamps(numbers(3).map(|at| time(at + 2_000)), unit)),
        ("value", markets()),
    ]);
    let as_of = Timestamp::from_micros(START + 13_000 * MINUTE).unwrap();
    let kpis = of_milestones().into_iter().chain([
        KpiRequest::new("nps").with_survey("nps"),
        KpiRequest::new("requester_wait_time"),
        KpiRequest::new("customers"),
        KpiRequest::new("fcr").with_policy(kpis::policy("no_repeat_contact_within(1day, customer)")),
    ]);
    let plan = Plan {
        kpis: kpis.collect(),
        slicings: vec![vec![Attribute::Market]],
        period: Some(Period::Week),
        inherits: true,
    };
    let report = plan.report(as_of);
    for with_events in [false, true] {
        let mut description: Description = LONG.parse().unwrap();
        if !with_events {
            description.events.clear();
        }
        let tables = [("tickets", tickets.clone()), ("answers", answers.clone()), ("events", events.clone())];
        let dataset = read(&description, tables.map(|(name, batch)| (name, vec![batch]))).unwrap();
        let (records, _) = from_records(&dataset, &report);
        for threads in [1, 2, 0] {
            same_tables(&dataset.feed(&report, threads).unwrap(), &records).unwrap();
        }
    }
}

const LONG: &str = r#"
time_zone = "UTC"
schedule = "desk"
schedules = { desk = { time_zone = "UTC", hours = "Mo-Fr 09:00-17:00" } }
[[tickets]]
file = "tickets"
id = "id"
created_at = "created"
first_response_at = "replied"
solved_at = "solved"
requester = "requester"
attributes = { market = "market" }
[[events]]
file = "events"
ticket = "ticket"
at = "at"
kind = { value = "changed market" }
value = "value"
[[surveys]]
file = "answers"
questions = { nps = "nps" }
at = "at"
ticket = "ticket"
attributes = { market = "own market" }
"#;

// Former defects found by random desks, each in the fewest rows.

fn described(text: &str) -> Description {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn kpi(id: &str) -> KpiRequest {
    KpiRequest::new(id)
}

fn survey(id: &str) -> KpiRequest {
    kpi(id).with_question("csat", Scale::csat(1, 5).unwrap())
}

/// A report from columns matches the one from records; the value of the first KPI, or of its first slice.
fn first_value(dataset: &Dataset, report: &Report) -> Option<f64> {
    let columns = dataset.feed(report, 1).unwrap();
    same_tables(&columns, &from_records(dataset, report).0).unwrap_or_else(|error| panic!("{error}"));
    let table = columns.table();
    table.slices().next().or_else(|| table.overall().next()).and_then(|row| row.value)
}

const TICKETS_AND_EVENTS: &str = r#"
time_zone = "UTC"
[[tickets]]
file = "tickets"
id = "id"
created_at = "created"
requester = "requester"
[tickets.attributes]
[[events]]
file = "events"
ticket = "ticket"
at = "at"
kind = "kind"
value = "value"
"#;

/// Two tickets of one customer, a minute apart; the first was solved.
fn two_tickets(columns: &[&str; 2]) -> Vec<RecordBatch> {
    table([
        ("id", &["A", "B"]),
        ("created", &["2026-01-05T00:00:00Z", "2026-01-05T00:01:00Z"]),
        ("requester", &["ana", "ana"]),
        ("category", columns),
    ])
}

#[test]
fn repeat_contacts_of_other_categories_do_not_count() {
    let events = table([
        ("ticket", &["A"]),
        ("at", &["2026-01-05T00:00:30Z"]),
        ("kind", &["solved"]),
        ("value", &[""]),
    ]);
    let text = TICKETS_AND_EVENTS.replace("[tickets.attributes]", "attributes = { category = \"category\" }");
    let tables = [("tickets", two_tickets(&["billing", "delivery"])), ("events", events)];
    let dataset = read(&described(&text), tables).unwrap();
    let policy = kpis::policy("no_repeat_contact_within(1day, customer_and_category)");
    let report =
        Report::builder(at("2026-01-09T00:00:00Z")).with_kpi(kpi("fcr").with_policy(policy)).build().unwrap();
    assert_eq!(first_value(&dataset, &report), Some(100.0));
}

#[test]
fn category_and_task_without_a_column_are_followed() {
    let events = table([
        ("ticket", &["A", "A"]),
        ("at", &["2026-01-05T00:00:20Z", "2026-01-05T00:00:30Z"]),
        ("kind", &["changed task", "solved"]),
        ("value", &["TASK-1", ""]),
    ]);
    let tables = [("tickets", two_tickets(&["", ""])), ("events", events)];
    let dataset = read(&described(TICKETS_AND_EVENTS), tables).unwrap();
    let kpi = kpi("fcr").with_policy(kpis::policy("interaction_no_task"));
    let report = Report::builder(at("2026-01-09T00:00:00Z")).with_kpi(kpi).build().unwrap();
    assert_eq!(first_value(&dataset, &report), Some(0.0));
}

#[test]
fn answers_count_once_beside_a_score() {
    let answers = table([
        ("csat", &["5", "1"]),
        ("at", &["2026-01-05T00:00:00Z", "2026-01-09T00:00:00Z"]),
        ("reasons", &["price", "price"]),
    ]);
    let description = described(
        r#"
        time_zone = "UTC"
        scales = { csat = "1-5" }
        surveys = [{ file = "answers", questions = { csat = "csat" }, at = "at", reasons = "reasons" }]
        "#,
    );
    let dataset = read(&description, [("answers", answers)]).unwrap();
    let fcr = kpi("fcr").with_policy(kpis::policy("survey(1-5)")).with_survey("csat");
    for other in [fcr, survey("reasons")] {
        let report =
            Report::builder(at("2026-01-06T00:00:00Z")).with_kpis([survey("csat"), other]).build().unwrap();
        assert_eq!(first_value(&dataset, &report), Some(100.0));
    }
}

#[test]
fn survey_without_a_ticket_inherits_nothing() {
    let tickets = table([("id", &["A"]), ("created", &["2026-01-05T00:00:00Z"]), ("group", &["first"])]);
    for ticket in ["", "unknown"] {
        let answers = table([("csat", &["5"]), ("ticket", &[ticket])]);
        let description = described(
            r#"
            time_zone = "UTC"
            scales = { csat = "1-5" }
            tickets = [{ file = "tickets", id = "id", created_at = "created", attributes = { group = "group" } }]
            surveys = [{ file = "answers", questions = { csat = "csat" }, ticket = "ticket" }]
            "#,
        );
        let dataset = read(&description, [("tickets", tickets.clone()), ("answers", answers)]).unwrap();
        let report = Report::builder(at("2026-01-06T00:00:00Z"))
            .with_kpi(survey("csat"))
            .with_slices([Attribute::Group]);
        assert_eq!(first_value(&dataset, &report.build().unwrap()), Some(100.0));
    }
}

#[test]
fn volume_requested_twice_counts_once() {
    let tickets = table([("id", &["A"]), ("created", &["2026-01-05T00:00:00Z"])]);
    let description = described(
        "time_zone = \"UTC\"\ntickets = [{ file = \"tickets\", id = \"id\", created_at = \"created\" }]",
    );
    let dataset = read(&description, [("tickets", tickets)]).unwrap();
    let report = Report::builder(at("2026-01-06T00:00:00Z")).with_kpis([kpi("volume"), kpi("volume")]);
    assert_eq!(first_value(&dataset, &report.build().unwrap()), Some(1.0));
}

#[test]
fn requester_does_not_answer_their_own_ticket() {
    let tickets = table([
        ("id", &["A"]),
        ("created", &["2026-01-05T00:00:00Z"]),
        ("replied", &["2026-01-05T01:00:00Z"]),
        ("requester", &["ana"]),
        ("name", &["ana"]),
    ]);
    let description = described(
        r#"
        time_zone = "UTC"
        [[tickets]]
        file = "tickets"
        id = "id"
        created_at = "created"
        first_response_at = "replied"
        requester = "requester"
        author_name = "name"
        "#,
    );
    let dataset = read(&description, [("tickets", tickets)]).unwrap();
    for more in ["volume", "agent_touches", "time_to_first_assignment"] {
        let kpis = [kpi("first_response_time"), kpi(more)];
        let report = Report::builder(at("2026-01-06T00:00:00Z")).with_kpis(kpis).build().unwrap();
        assert_eq!(first_value(&dataset, &report), None, "beside {more}");
    }
}

#[test]
fn attributes_passed_over_stay_with_their_tickets() {
    let tickets = |id: &'static str, mood: &'static str| {
        table([("id", &[id]), ("created", &["2026-01-05T00:00:00Z"]), ("mood", &[mood])])
    };
    let events = table([
        ("ticket", &["C"]),
        ("at", &["2026-01-05T01:00:00Z"]),
        ("kind", &["changed mood"]),
        ("value", &["good"]),
    ]);
    let source = |file: &str, more: &str| {
        format!("[[tickets]]\nfile = \"{file}\"\nid = \"id\"\ncreated_at = \"created\"\n{more}\n")
    };
    let mood = "attribute_values = \"at_creation\"\nattributes = { mood = \"mood\" }";
    let events_source =
        "[[events]]\nfile = \"events\"\nticket = \"ticket\"\nat = \"at\"\nkind = \"kind\"\nvalue = \"value\"";
    let sources = [source("1", mood), source("2", ""), source("3", mood)].concat();
    let text = format!("time_zone = \"UTC\"\n{sources}{events_source}");
    let tables = [
        ("1", tickets("A", "bad")),
        ("2", tickets("B", "")),
        ("3", tickets("C", "good")),
        ("events", events),
    ];
    let report = Report::builder(at("2026-01-06T00:00:00Z")).with_kpi(kpi("agent_touches")).build().unwrap();
    let whole = read(&described(&text), tables.clone()).unwrap();
    assert_eq!(first_value(&whole, &report), Some(0.0));
    let lean = Dataset::of_description(&described(&text), options(tables).with_attributes([])).unwrap();
    assert_eq!(first_value(&lean, &report), Some(0.0));
}

// Links between tables.

const SURVEYS_AND_SENT: &str = r#"
time_zone = "UTC"
scales = { csat = "1-5" }
[[surveys]]
file = "answers"
questions = { csat = "csat" }
at = "at"
invitation = "invitation"
[[invitations]]
file = "sent"
id = "id"
question = "question"
sent_at = "sent"
answered_at = "answered"
"#;

/// Invitations `a` to `d`, of which the last one has its own date of answer, and answers to some.
fn answered(answers: &[[&'static str; 3]]) -> Dataset {
    let column = |at: usize| answers.iter().map(|row| row[at]).collect::<Vec<_>>();
    let answers = table([("invitation", &column(0)), ("csat", &column(1)), ("at", &column(2))]);
    let sent = table([
        ("id", &["a", "b", "c", "d"]),
        ("question", &["csat"; 4]),
        ("sent", &["2026-03-02T10:00:00Z"; 4]),
        ("answered", &["", "", "", "2026-03-04T10:00:00Z"]),
    ]);
    read(&described(SURVEYS_AND_SENT), [("answers", answers), ("sent", sent)]).unwrap()
}

fn response_rate(dataset: &Dataset, request: KpiRequest) -> Option<f64> {
    let report = Report::builder(at("2026-03-09T00:00:00Z")).with_kpi(request).build().unwrap();
    let links = |state: &ReportState| state.table().links_excluded;
    assert_eq!(links(&dataset.feed(&report, 2).unwrap()), links(&from_records(dataset, &report).0));
    first_value(dataset, &report)
}

#[test]
fn linked_answers_answer_their_invitations() {
    let rate = |answers: &[[&'static str; 3]]| response_rate(&answered(answers), kpi("response_rate"));
    let on = "2026-03-03T10:00:00Z";
    assert_eq!(rate(&[]), Some(25.0));
    assert_eq!(rate(&[["a", "5", on]]), Some(50.0));
    assert_eq!(rate(&[["a", "5", on], ["a", "1", on], ["d", "2", on]]), Some(50.0));
    assert_eq!(rate(&[["a", "5", ""]]), Some(50.0), "an answer without a date");
    assert_eq!(rate(&[["a", "", on]]), Some(25.0), "a skipped question");
    assert_eq!(rate(&[["a", "9", on]]), Some(50.0), "a score off the scale");
    assert_eq!(rate(&[["a", "5", "2026-03-10T00:00:00Z"]]), Some(25.0), "after the cut-off");
    assert_eq!(response_rate(&answered(&[["b", "5", on]]), kpi("survey_completion")), Some(100.0));
}

#[test]
fn the_earliest_answer_dates_the_invitation() {
    let dataset = answered(&[
        ["a", "5", "2026-03-05T10:00:00Z"],
        ["a", "4", "2026-03-03T10:00:00Z"],
        ["a", "3", ""],
        ["b", "1", ""],
        ["d", "2", "2026-03-05T10:00:00Z"],
    ]);
    let dates: Vec<_> = dataset.invitations().iter().map(|sent| sent.answered_at).collect();
    let expected = ["2026-03-03T10:00:00Z", "2026-03-02T10:00:00Z", "", "2026-03-04T10:00:00Z"];
    assert_eq!(dates, expected.map(|text| text.parse().ok()));
    let soon = kpi("response_rate").with_expire_after(chrono::TimeDelta::hours(30));
    assert_eq!(response_rate(&dataset, soon), Some(50.0));
}

#[test]
fn unknown_invitations_are_counted() {
    let dataset = answered(&[["z", "5", ""], ["", "4", ""], [" a ", "4", ""], ["y", "3", ""]]);
    assert_eq!(dataset.excluded().count(Reason::UnknownInvitation), 2);
    let exclusion = &dataset.sources[0].exclusions[0];
    assert!(
        exclusion.to_string().ends_with("in column \"invitation\", first in row 1: \"z\""),
        "{exclusion}"
    );
    assert!(exclusion.remedy.starts_with("add the table its invitation is in"), "{}", exclusion.remedy);
    assert_eq!(dataset.responses().len(), 4);
    let report = Report::builder(at("2026-03-09T00:00:00Z")).with_kpi(survey("csat")).build().unwrap();
    let table = dataset.feed(&report, 1).unwrap().table();
    assert_eq!(table.links_excluded.count(Reason::UnknownInvitation), 2);
    assert!(table.to_string().contains("2 unknown invitation"), "{table}");
    assert_eq!(response_rate(&dataset, kpi("response_rate")), Some(50.0));
}

#[test]
fn links_match_ids_written_differently() {
    let groups = |ids: &[&'static str], names: &[&'static str]| -> (Vec<Option<String>>, u64) {
        let tickets = table([
            ("id", ids),
            ("created", &vec!["2026-01-05T00:00:00Z"; ids.len()]),
            ("group", &["first", "second", "third"][..ids.len()]),
        ]);
        let answers = table([("csat", &vec!["5"; names.len()]), ("ticket", names)]);
        let description = described(
            r#"
            time_zone = "UTC"
            scales = { csat = "1-5" }
            tickets = [{ file = "tickets", id = "id", created_at = "created", attributes = { group = "group" } }]
            surveys = [{ file = "answers", questions = { csat = "csat" }, ticket = "ticket" }]
            "#,
        );
        let dataset = read(&description, [("tickets", tickets), ("answers", answers)]).unwrap();
        let report = Report::builder(at("2026-01-06T00:00:00Z"))
            .with_kpi(survey("csat"))
            .with_slices([Attribute::Group]);
        let report = report.build().unwrap();
        first_value(&dataset, &report);
        let table = dataset.feed(&report, 1).unwrap().table();
        let unknown = table.links_excluded.count(Reason::UnknownTicket);
        assert_eq!(unknown, from_records(&dataset, &report).0.table().links_excluded.total());
        assert_eq!(unknown, dataset.excluded().count(Reason::UnknownTicket));
        let slices = table.slices().filter(|row| row.headline);
        let slices =
            slices.map(|row| row.keys.0.iter().find_map(|(_, value)| value.as_deref().map(str::to_owned)));
        (slices.collect(), unknown)
    };
    for name in ["1", " 1 ", "1.0", "#1", " #1 ", "#1.0"] {
        assert_eq!(groups(&["1"], &[name]), (vec![Some("first".into())], 0), "{name}");
        assert_eq!(groups(&[name], &["1"]), (vec![Some("first".into())], 0), "{name}");
    }
    assert_eq!(groups(&["1"], &["1.00"]), (vec![Some("first".into())], 0));
    assert_eq!(groups(&["T-1"], &["#T-1"]), (vec![Some("first".into())], 0));
    for name in ["01", "+1", "1.5", "##1", "#", "1.", "2"] {
        assert_eq!(groups(&["1"], &[name]), (vec![None], 1), "{name}");
    }
    // An exact match has priority; otherwise only a unique match counts.
    assert_eq!(groups(&["1", "#1"], &["#1"]), (vec![Some("second".into())], 0));
    assert_eq!(groups(&["#1", "1.0"], &["1"]), (vec![None], 1));
}

#[test]
fn due_times_of_the_source_are_evaluated() {
    let description = described(
        r#"
        time_zone = "UTC"
        [[tickets]]
        file = "tickets"
        id = "id"
        created_at = "created"
        closed_at = "closed"
        due_at = "due"
        sla_met = "met"
        "#,
    );
    let attainment = |closed: &[&'static str], due: &[&'static str], met: &[&'static str]| {
        let rows = closed.len();
        let tickets = table([
            ("id", &["1", "2", "3", "4"][..rows]),
            ("created", &vec!["2026-03-02T09:00:00Z"; rows]),
            ("closed", closed),
            ("due", due),
            ("met", met),
        ]);
        let dataset = read(&description, [("tickets", tickets)]).unwrap();
        assert!(dataset.states_sla());
        let request = kpi("sla_attainment").with_metric("stated".into());
        let report = Report::builder(at("2026-03-03T00:00:00Z")).with_kpi(request).build().unwrap();
        first_value(&dataset, &report);
        let table = dataset.feed(&report, 1).unwrap().table();
        let row = table.headline("sla_attainment").unwrap();
        (row.value, row.n, row.excluded.to_string())
    };
    let (noon, one, tomorrow) = ("2026-03-02T12:00:00Z", "2026-03-02T13:00:00Z", "2026-03-03T12:00:00Z");
    let none = String::new;
    assert_eq!(attainment(&[noon, one], &[noon; 2], &["", ""]), (Some(50.0), 2, none()));
    assert_eq!(attainment(&[noon, ""], &[noon; 2], &["", ""]), (Some(50.0), 2, none()));
    assert_eq!(attainment(&["", ""], &[noon, tomorrow], &["", ""]), (Some(0.0), 1, "1 still running".into()));
    assert_eq!(attainment(&[one, one], &[noon, ""], &["", ""]), (Some(0.0), 1, "1 no SLA applies".into()));
    // The source's own verdict has priority.
    assert_eq!(attainment(&[one, one], &[noon; 2], &["true", ""]), (Some(50.0), 2, none()));
    // Closed after the cut-off: open and past due.
    assert_eq!(attainment(&[tomorrow], &[noon], &[""]), (Some(0.0), 1, none()));
}

/// The group of the row that counts, of three rows of one ticket, and the exclusions of the others.
fn kept_ticket(more: &str) -> Result<(Option<String>, Vec<String>), ReadError> {
    let tickets = table([
        ("id", &["1", "2", "1", "1"]),
        ("created", &["2026-03-02T09:00:00Z"; 4]),
        ("group", &["first", "other", "second", "third"]),
        ("changed", &["2026-03-02T10:00:00Z", "", "2026-03-04T10:00:00Z", "2026-03-03T10:00:00Z"]),
        ("same", &["2026-03-02T10:00:00Z"; 4]),
    ]);
    let text = format!(
        "time_zone = \"UTC\"\n[[tickets]]\nfile = \"tickets\"\nid = \"id\"\ncreated_at = \"created\"\n\
         attributes = {{ group = \"group\" }}\n{more}\n"
    );
    let dataset = read(&described(&text), [("tickets", tickets)])?;
    assert_eq!(dataset.counts().tickets, 2);
    let group = |row: usize| dataset.ticket(row).attributes.get(&Attribute::Group).map(str::to_owned);
    let excluded = dataset.sources[0].exclusions.iter();
    let exclusions = excluded.map(|exclusion| format!("{exclusion}; {}", exclusion.remedy)).collect();
    Ok((dataset.row_of("1").and_then(group), exclusions))
}

#[test]
fn duplicates_option_selects_the_ticket() {
    let group = |more: &str| kept_ticket(more).unwrap().0;
    assert_eq!(group("").as_deref(), Some("first"));
    assert_eq!(group("duplicates = \"first\"").as_deref(), Some("first"));
    assert_eq!(group("duplicates = \"last\"").as_deref(), Some("third"));
    assert_eq!(group("updated_at = \"changed\"").as_deref(), Some("second"));
    assert_eq!(group("updated_at = \"same\"").as_deref(), Some("first"));
    assert_eq!(group("updated_at = \"same\"\nduplicates = \"last\"").as_deref(), Some("third"));
    let message = |more: &str| kept_ticket(more).unwrap().1.concat();
    assert_eq!(
        message("duplicates = \"last\""),
        "2 excluded: duplicate id in column \"id\", first in row 1: \"1\"; keep one row per ticket, or choose another one with duplicates = \"first\"; the last one counts"
    );
    assert!(
        message("updated_at = \"changed\"")
            .ends_with("row 1: \"1\"; keep one row per ticket; the newest one counts")
    );
    let error = kept_ticket("duplicates = \"error\"").unwrap_err().to_string();
    assert!(error.contains("row 3") && error.contains("duplicates = \"first\" or \"last\""), "{error}");
    let all = "time_zone = \"UTC\"\ntickets = [{ file = \"t\", id = \"i\", created_at = \"c\", duplicates = \"all\" }]";
    let error = all.parse::<Description>().unwrap_err().to_string();
    assert!(error.contains("state duplicates = \"first\", \"last\" or \"error\""), "{error}");
}

#[test]
fn duplicates_option_selects_the_event() {
    let last_reply = |more: &str| {
        let tickets = table([("id", &["1"]), ("created", &["2026-03-02T09:00:00Z"])]);
        let times =
            ["2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z", "2026-03-02T12:00:00Z", "2026-03-02T13:00:00Z"];
        let events = table([
            ("ticket", &["1"; 4]),
            ("at", &times),
            ("kind", &["public_message"; 4]),
            ("id", &["e", "e", "", "e"]),
            ("changed", &["", "2026-03-04T10:00:00Z", "", "2026-03-03T10:00:00Z"]),
        ]);
        let text = format!(
            "time_zone = \"UTC\"\ntickets = [{{ file = \"tickets\", id = \"id\", created_at = \"created\" }}]\n\
             [[events]]\nfile = \"events\"\nticket = \"ticket\"\nat = \"at\"\nkind = \"kind\"\nid = \"id\"\n{more}\n"
        );
        let dataset = read(&described(&text), [("tickets", tickets), ("events", events)]).ok()?;
        assert_eq!(dataset.excluded().count(Reason::Duplicate), 2);
        let report =
            Report::builder(at("2026-03-09T00:00:00Z")).with_kpi(kpi("first_response_time")).build().unwrap();
        first_value(&dataset, &report)
    };
    assert_eq!(last_reply(""), Some(3600.0));
    assert_eq!(last_reply("duplicates = \"last\""), Some(3.0 * 3600.0));
    assert_eq!(last_reply("updated_at = \"changed\""), Some(2.0 * 3600.0));
    assert_eq!(last_reply("duplicates = \"error\""), None);
}

#[test]
fn duplicates_option_selects_the_invitation() {
    let sent = table([
        ("id", &["a", "a", "b"]),
        ("sent", &["2026-03-02T10:00:00Z"; 3]),
        ("answered", &["", "2026-03-03T10:00:00Z", ""]),
        ("changed", &["2026-03-02T10:00:00Z", "2026-03-03T10:00:00Z", ""]),
    ]);
    let rate = |more: &str| {
        let text = format!(
            "time_zone = \"UTC\"\n[[invitations]]\nfile = \"sent\"\nid = \"id\"\nquestion = {{ value = \"csat\" }}\n\
             sent_at = \"sent\"\nanswered_at = \"answered\"\n{more}\n"
        );
        let dataset = read(&described(&text), [("sent", sent.clone())]).ok()?;
        response_rate(&dataset, kpi("response_rate"))
    };
    assert_eq!(rate(""), Some(0.0));
    assert_eq!(rate("duplicates = \"last\""), Some(50.0));
    assert_eq!(rate("updated_at = \"changed\""), Some(50.0));
    assert_eq!(rate("duplicates = \"error\""), None);
}

#[test]
fn duplicates_option_selects_the_answer() {
    let answers = table([
        ("invitation", &["a", "#a", "", "b", "b"]),
        ("csat", &["1", "5", "1", "5", "1"]),
        ("at", &["2026-03-03T10:00:00Z", "2026-03-04T10:00:00Z", "", "", ""]),
        ("changed", &["", "2026-03-04T10:00:00Z", "", "2026-03-05T10:00:00Z", ""]),
    ]);
    let sent = table([("id", &["a", "b"]), ("sent", &["2026-03-02T10:00:00Z"; 2])]);
    let score = |more: &str, with_sent: bool| {
        let mut text = format!(
            "time_zone = \"UTC\"\nscales = {{ csat = \"1-5\" }}\n[[surveys]]\nfile = \"answers\"\n\
             questions = {{ csat = \"csat\" }}\nat = \"at\"\ninvitation = \"invitation\"\n{more}\n"
        );
        if with_sent {
            text += "[[invitations]]\nfile = \"sent\"\nid = \"id\"\nquestion = { value = \"csat\" }\nsent_at = \"sent\"\n";
        }
        let tables = [("answers", answers.clone()), ("sent", sent.clone())];
        let dataset = read(&described(&text), tables).ok()?;
        let report = Report::builder(at("2026-03-09T00:00:00Z")).with_kpi(survey("csat")).build().unwrap();
        first_value(&dataset, &report)?;
        last_timestamp_is_that_of_the_records(&dataset).unwrap();
        let table = dataset.feed(&report, 1).unwrap().table();
        let csat = table.headline("csat").unwrap();
        Some((csat.value?.round(), csat.n, dataset.excluded().count(Reason::Superseded)))
    };
    assert_eq!(score("", true), Some((40.0, 5, 0)));
    assert_eq!(score("duplicates = \"all\"", true), Some((40.0, 5, 0)));
    assert_eq!(score("duplicates = \"first\"", true), Some((33.0, 3, 2)));
    assert_eq!(score("duplicates = \"last\"", true), Some((33.0, 3, 2)));
    assert_eq!(score("updated_at = \"changed\"", true), Some((67.0, 3, 2)));
    assert_eq!(score("duplicates = \"error\"", true), None);
    // Without invitations, ids are compared as they are written.
    assert_eq!(score("duplicates = \"last\"", false), Some((25.0, 4, 1)));
}

/// Tickets of which some have tags, and answers about them.
fn tagged_tickets(events: &str) -> Dataset {
    let morning = ["2026-01-01T09:00:00Z"; 3];
    let tickets = table([
        ("id", &["1", "2", "3"]),
        ("created", &morning),
        ("tags", &["vip, bug", "bug", ""]),
        ("market", &["DK", "ES", "DK"]),
    ]);
    let log = table([
        ("ticket", &["1", "3", "2"]),
        ("at", &["2026-01-01T10:00:00Z", "2026-01-01T10:00:00Z", "2026-01-09T10:00:00Z"]),
        ("kind", &["untagged", "tagged", "tagged"]),
        ("tag", &["vip", "late", "late"]),
    ]);
    let answers = table([
        ("ticket", &["1", "2", "2", "3"]),
        ("csat", &["5", "1", "5", "2"]),
        ("tag", &["", "", "praise", ""]),
    ]);
    let description = described(&format!(
        r#"
        time_zone = "UTC"
        scales = {{ csat = "1-5" }}
        tickets = [{{ file = "tickets", id = "id", created_at = "created", tags = "tags", attributes = {{ market = "market" }} }}]
        surveys = [{{ file = "answers", ticket = "ticket", questions = {{ csat = "csat" }}, attributes = {{ tag = "tag" }} }}]
        {events}"#
    ));
    read(&description, [("tickets", tickets), ("log", log), ("answers", answers)]).unwrap()
}

#[test]
fn a_ticket_counts_in_the_slice_of_each_of_its_tags() {
    let log = r#"events = [{ file = "log", ticket = "ticket", at = "at", kind = "kind", value = "tag" }]"#;
    for events in ["", log] {
        let dataset = tagged_tickets(events);
        let report = Report::builder(at("2026-01-06T00:00:00Z"))
            .with_kpis([kpi("volume").with_name("all"), survey("csat").with_name("satisfaction")])
            .with_kpi(
                kpi("volume")
                    .with_filter(Conditions::default().with_tags(["vip", "late"]))
                    .with_name("vip or late"),
            )
            .with_slices([Attribute::Tag])
            .with_slices([Attribute::Tag, Attribute::Market])
            .build()
            .unwrap();
        matches_records(&dataset, &report, 1).unwrap();
        let table = dataset.feed(&report, 1).unwrap().table();
        let n = |name: &str, attributes: usize| -> Vec<(String, u64)> {
            let slices = table.slices().filter(|row| row.headline && row.name == name);
            let slices = slices.filter(|row| row.keys.0.len() == attributes);
            slices.map(|row| (row.keys.label(), row.n)).collect()
        };
        let expected =
            |rows: &[(&str, u64)]| rows.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect::<Vec<_>>();
        // A record counts once in the total.
        assert_eq!(table.headline("volume").unwrap().n, 3);
        assert_eq!(table.headline("csat").unwrap().value, Some(50.0));
        assert_eq!(table.headline("vip or late").unwrap().n, 1);
        let overlap = Warning::OverlappingSlices { by: vec![Attribute::Tag] };
        if events.is_empty() {
            assert_eq!(n("all", 1), expected(&[("bug", 2), ("vip", 1), ("(none)", 1)]));
            let pairs = [("bug, DK", 1), ("bug, ES", 1), ("vip, DK", 1), ("(none), DK", 1)];
            assert_eq!(n("all", 2), expected(&pairs));
            // An answer has the tags of its ticket, unless it has one itself.
            assert_eq!(
                n("satisfaction", 1),
                expected(&[("bug", 2), ("praise", 1), ("vip", 1), ("(none)", 1)])
            );
            assert_eq!(n("vip or late", 1), expected(&[("bug", 1), ("vip", 1)]));
            assert!(table.warnings.contains(&overlap), "{:?}", table.warnings);
        } else {
            // The tags at the cut-off count.
            assert_eq!(n("all", 1), expected(&[("bug", 2), ("late", 1)]));
            assert_eq!(n("satisfaction", 1), expected(&[("bug", 2), ("late", 1), ("praise", 1)]));
            assert_eq!(n("vip or late", 1), expected(&[("late", 1)]));
            assert!(!table.warnings.contains(&overlap), "{:?}", table.warnings);
        }
    }
}
