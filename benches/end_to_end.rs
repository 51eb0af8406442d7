//! From Parquet files to the finished report: volume, response and resolution times and SLA attainment by market and week.
//!
//! Two ways: by columns, file to table without a record, and by records, as a description of the files reads them. The
//! files are written beforehand to a folder of their own and come from the system's cache when they are read.
//! `DESKMETRICS_BENCH_EVENTS` sets the number of events. A table of processor times and memory is printed first; an argument
//! that names no bench (`-- table`) stops there.

mod desk;

use std::fs::File;
use std::hint::black_box;
use std::path::Path;

use arrow_array::{ArrayRef, RecordBatch};
use chrono_tz::Europe::Copenhagen;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use deskmetrics::replay::Replay;
use deskmetrics::report::{KpiRequest, Period, Periods, Report, ReportTable};
use deskmetrics::schedule::Schedule;
use deskmetrics::sla::SlaPolicies;
use deskmetrics::ticket::Attribute;
use deskmetrics_arrow::file::{FileSpec, Table};
use deskmetrics_arrow::replay::{EventColumns, EventLog, TicketColumns};
use deskmetrics_arrow::report::{Frames, run};
use deskmetrics_arrow::{Dataset, Description, ReadError, ReadOptions};
use deskmetrics_testkit::replay::EventTable;
use parquet::arrow::ArrowWriter;

use desk::{Desk, Figures, as_of, fastest, memory, sizes};

const TICKETS: [&str; 4] = ["id", "created_at", "customer", "market"];
const EVENTS: [&str; 5] = ["ticket", "at", "kind", "value", "author"];

const DESCRIPTION: &str = r#"
time_zone = "Europe/Copenhagen"

[[tickets]]
file = "tickets.parquet"
id = "id"
created_at = "created_at"
requester = "customer"
attributes = { market = "market" }

[[events]]
file = "events.parquet"
ticket = "ticket"
at = "at"
kind = "kind"
value = "value"
author = "author"
"#;

const POLICIES: &str = r#"
[[policies]]
name = "wait"
targets = [{ metric = "requester_wait", clock = "business", within = "8h" }]
"#;

/// Beyond these, records are left out: they would take more memory than columns by far.
const MOST_AS_RECORDS: usize = 1_000_000;

fn replay() -> Replay {
    let hours = Schedule::parse("Europe/Copenhagen", "Mo-Fr 09:00-17:00")
        .unwrap_or_else(|error| panic!("the hours are readable: {error}"));
    let policies: SlaPolicies =
        toml::from_str(POLICIES).unwrap_or_else(|error| panic!("the policies are readable: {error}"));
    Replay::new(as_of()).with_schedule(hours.compile()).with_policies(policies).watching([Attribute::Market])
}

fn report() -> Report {
    let kpis = ["volume", "first_response_time", "full_resolution_time", "sla_attainment"];
    Report::builder(as_of())
        .kpis(kpis.map(KpiRequest::new))
        .by([Attribute::Market])
        .periods(Periods::new(Period::Week, Copenhagen))
        .build()
        .unwrap_or_else(|error| panic!("the report can be made: {error}"))
}

fn write(desk: &Desk, folder: &Path) {
    let of = |name: &str, columns: &[&str], arrays: &[&ArrayRef]| {
        let columns = columns.iter().zip(arrays).map(|(name, array)| (*name, ArrayRef::clone(array), true));
        let batch = RecordBatch::try_from_iter_with_nullable(columns)
            .unwrap_or_else(|error| panic!("the columns are of one length: {error}"));
        let written = File::create(folder.join(name)).map_err(Into::into).and_then(|file| {
            let mut writer = ArrowWriter::try_new(file, batch.schema(), None)?;
            writer.write(&batch)?;
            writer.close()
        });
        written.unwrap_or_else(|error| panic!("{name} cannot be written: {error}"));
    };
    of("tickets.parquet", &TICKETS, &[&desk.id, &desk.created, &desk.customer, &desk.market]);
    of("events.parquet", &EVENTS, &[&desk.ticket, &desk.at, &desk.kind, &desk.value, &desk.author]);
}

/// The columns of a file, each in the pieces it was read in.
fn columns<const N: usize>(
    folder: &Path,
    file: &str,
    names: [&str; N],
) -> Result<[Vec<ArrayRef>; N], ReadError> {
    let table = Table::open(folder, &FileSpec::new(file))?;
    let places = names.iter().map(|name| table.column(name)).collect::<Result<Vec<_>, _>>()?;
    let mut columns = [const { Vec::new() }; N];
    for batch in table.batches(&places)? {
        for (column, array) in columns.iter_mut().zip(batch?.columns()) {
            column.push(ArrayRef::clone(array));
        }
    }
    Ok(columns)
}

fn table_of(log: &EventLog, report: &Report, threads: usize) -> ReportTable {
    let state = run(report, &Frames::default().log(log), threads);
    state.unwrap_or_else(|error| panic!("the report runs: {error}")).table()
}

fn by_columns(folder: &Path, replay: &Replay, report: &Report, threads: usize) -> ReportTable {
    let [id, created, customer, market] = columns(folder, "tickets.parquet", TICKETS)
        .unwrap_or_else(|error| panic!("the tickets are readable: {error}"));
    let [ticket, at, kind, value, author] = columns(folder, "events.parquet", EVENTS)
        .unwrap_or_else(|error| panic!("the events are readable: {error}"));
    let tickets =
        TicketColumns::new(&id, &created).requester(&customer).attribute(Attribute::Market, &market);
    let events = EventColumns::new(&ticket, &at, &kind).value(&value).author(&author);
    let log = EventLog::new(&tickets, &events, replay)
        .unwrap_or_else(|error| panic!("the columns are readable: {error}"));
    table_of(&log, report, threads)
}

fn by_records(folder: &Path, replay: &Replay, report: &Report) -> ReportTable {
    let description: Description =
        DESCRIPTION.parse().unwrap_or_else(|error| panic!("the description is readable: {error}"));
    let dataset = Dataset::of_description(&description, ReadOptions::default().data_root(folder))
        .unwrap_or_else(|error| panic!("the files are readable: {error}"));
    let replayed = replay.tickets(&dataset.tickets, &dataset.events);
    report.run(&replayed.tickets, &[], &[]).table()
}

/// Tickets by market as the table has them, against a count of the markets themselves.
fn check_volume(table: &ReportTable, desk: &EventTable) {
    let whole = table.headline("volume").map(|row| row.n);
    assert_eq!(whole, u64::try_from(desk.id.len()).ok());
    for (place, market) in (0..).zip(EventTable::MARKETS) {
        let count = desk.market.iter().filter(|other| **other == place).count();
        let row = table.slices().find(|row| {
            row.headline && row.kpi == "volume" && row.keys.get(&Attribute::Market) == Some(Some(market))
        });
        assert_eq!(row.map(|row| row.n), u64::try_from(count).ok(), "{market}");
    }
}

fn bench(criterion: &mut Criterion) {
    let report = report();
    let replay = replay().needing(report.needs());
    let mut figures = Figures::new(&[
        "events",
        "Parquet to columns",
        "to table, by columns",
        "to table, by records",
        "most memory",
    ]);
    for events in sizes() {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("a folder can be made: {error}"));
        let folder = folder.path();
        let desk = Desk::new(EventTable::generate(events, 7));
        write(&desk, folder);
        let table = by_columns(folder, &replay, &report, 1);
        check_volume(&table, &desk.table);
        let attainment = table.headline("sla_attainment").and_then(|row| row.value);
        assert!(attainment.is_some_and(|percent| 0.0 < percent && percent < 100.0), "{attainment:?}");
        assert_eq!(table, by_columns(folder, &replay, &report, 2), "two threads give what one gives");
        let log = EventLog::new(&desk.tickets(), &desk.events(), &replay)
            .unwrap_or_else(|error| panic!("the columns are readable: {error}"));
        assert_eq!(table, table_of(&log, &report, 1), "files give what memory gives");
        drop((log, desk));
        let as_records = events <= MOST_AS_RECORDS;
        if as_records {
            assert_eq!(table, by_records(folder, &replay, &report), "columns give what records give");
        }

        let records = |run: &dyn Fn() -> String| if as_records { run() } else { "-".to_owned() };
        let times = [
            fastest(|| columns(folder, "events.parquet", EVENTS)),
            fastest(|| by_columns(folder, &replay, &report, 1)),
            records(&|| fastest(|| by_records(folder, &replay, &report))),
        ];
        let [_, most] = memory(events, || by_columns(folder, &replay, &report, 1));
        figures.add(events, times.into_iter().chain([most]));
        let mut group = criterion.benchmark_group(format!("Parquet to report, {events} events"));
        group.throughput(Throughput::Elements(events as u64)).sample_size(10);
        for (name, threads) in [("columns, one core", 1), ("columns, two cores", 2)] {
            group.bench_function(name, |bencher| {
                bencher.iter(|| black_box(by_columns(folder, &replay, &report, threads)));
            });
        }
        if as_records {
            group.bench_function("records", |bencher| {
                bencher.iter(|| black_box(by_records(folder, &replay, &report)));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
