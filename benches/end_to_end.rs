//! From Parquet files to the finished report: volume, response and resolution times and SLA attainment by market and week.
//!
//! Columns: the dataset of the files feeds the report. Records: the same dataset as tickets and events, replayed one by one.
//! The files are written to a temporary folder first and read from the system's cache. `DESKMETRICS_BENCH_EVENTS` sets the
//! number of events. A table of processor times and memory is printed first; an argument that names no bench (`-- table`)
//! stops there.

mod desk;

use std::fs::File;
use std::hint::black_box;
use std::path::Path;

use arrow_array::RecordBatch;
use chrono_tz::Europe::Copenhagen;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use deskmetrics::report::{KpiRequest, Period, Periods, Report, ReportTable};
use deskmetrics::ticket::Attribute;
use deskmetrics_arrow::file::{FileSpec, Table};
use deskmetrics_arrow::{Dataset, ReadError, ReadOptions};
use deskmetrics_testkit::replay::EventTable;
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;

use desk::{Desk, Figures, as_of, fastest, memory, sizes};

/// Above this, records are not measured: they take far more memory than columns.
const MOST_AS_RECORDS: usize = 1_000_000;

fn report() -> Report {
    let kpis = ["volume", "first_response_time", "full_resolution_time", "sla_attainment"];
    Report::builder(as_of())
        .with_kpis(kpis.map(KpiRequest::new))
        .with_slices([Attribute::Market])
        .with_periods(Periods::new(Period::Week, Copenhagen))
        .build()
        .expect("a valid report")
}

fn write(file: &Path, batch: &RecordBatch) -> Result<(), ParquetError> {
    let mut writer = ArrowWriter::try_new(File::create(file)?, batch.schema(), None)?;
    writer.write(batch)?;
    writer.close().map(|_| ())
}

/// The events as Arrow columns, not decoded.
fn parquet(folder: &Path) -> Result<Vec<RecordBatch>, ReadError> {
    let table = Table::open(folder, &FileSpec::new("events.parquet"))?;
    table.batches(&[0, 1, 2, 3, 4])?.collect()
}

fn read(folder: &Path) -> Dataset {
    let options = ReadOptions::default().with_data_root(folder);
    Dataset::of_description(&desk::description(), options).expect("readable files")
}

fn table_of(dataset: &Dataset, report: &Report, threads: usize) -> ReportTable {
    dataset.feed(report, threads).expect("states of one report").table()
}

fn by_columns(folder: &Path, report: &Report, threads: usize) -> ReportTable {
    table_of(&read(folder), report, threads)
}

fn by_records(folder: &Path, report: &Report) -> ReportTable {
    let dataset = read(folder);
    let replay = dataset.replay_at(as_of()).with_measures(report.needs());
    let replayed = replay.tickets(&dataset.tickets(), &dataset.events());
    report.run(&replayed.tickets, &[], &[]).expect("named attributes only").table()
}

/// Compares the report's tickets by market with a count of the column.
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
    let mut figures = Figures::new(&[
        "events",
        "Parquet to columns",
        "to table, by columns",
        "to table, by records",
        "most memory",
    ]);
    for events in sizes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path();
        let desk = Desk::new(EventTable::generate(events, 7));
        for (name, batch) in [("tickets.parquet", &desk.tickets), ("events.parquet", &desk.events)] {
            write(&folder.join(name), batch).expect("a writable folder");
        }
        let table = by_columns(folder, &report, 1);
        check_volume(&table, &desk.table);
        let attainment = table.headline("sla_attainment").and_then(|row| row.value);
        assert!(attainment.is_some_and(|percent| 0.0 < percent && percent < 100.0), "{attainment:?}");
        assert_eq!(table, by_columns(folder, &report, 2), "two threads give the same as one");
        assert_eq!(table, table_of(&desk.read(), &report, 1), "memory gives the same as files");
        drop(desk);
        let as_records = events <= MOST_AS_RECORDS;
        if as_records {
            assert_eq!(table, by_records(folder, &report), "records give the same as columns");
        }

        let times = [
            fastest(|| parquet(folder)),
            fastest(|| by_columns(folder, &report, 1)),
            if as_records { fastest(|| by_records(folder, &report)) } else { "-".to_owned() },
        ];
        let [_, most] = memory(events, || by_columns(folder, &report, 1));
        figures.add(events, times.into_iter().chain([most]));
        let mut group = criterion.benchmark_group(format!("Parquet to report, {events} events"));
        group.throughput(Throughput::Elements(events as u64)).sample_size(10);
        for (name, threads) in [("columns, one core", 1), ("columns, two cores", 2)] {
            group.bench_function(name, |bencher| {
                bencher.iter(|| black_box(by_columns(folder, &report, threads)));
            });
        }
        if as_records {
            group.bench_function("records", |bencher| {
                bencher.iter(|| black_box(by_records(folder, &report)));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
