//! Tickets and events as Arrow tables in memory, for the benches that begin with columns.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::types::Int8Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Int8Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use deskmetrics::Timestamp;
use deskmetrics_arrow::{Dataset, Description, ReadOptions};
use deskmetrics_testkit::replay::EventTable;

const DESCRIPTION: &str = r#"
time_zone = "Europe/Copenhagen"
as_of = "2026-06-01T00:00:00Z"
schedule = "desk"
fcr = "all_of(single_reply, no_reopen_within(7days), no_repeat_contact_within(7days, customer))"

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

[schedules.desk]
time_zone = "Europe/Copenhagen"
hours = "Mo-Fr 09:00-17:00"

[[sla.policies]]
name = "wait"
targets = [{ metric = "requester_wait", clock = "business", within = "8h" }]
"#;

/// The description of the files or tables, with the schedule, the SLA target and the FCR policy of all benches.
pub(crate) fn description() -> Description {
    DESCRIPTION.parse().expect("a valid description")
}

/// The cut-off of the benches, when most tickets are solved.
pub(crate) fn as_of() -> Timestamp {
    "2026-06-01T00:00:00Z".parse().unwrap_or(Timestamp::MAX)
}

/// Numbers of events to measure with.
pub(crate) fn sizes() -> Vec<usize> {
    match std::env::var("DESKMETRICS_BENCH_EVENTS").ok().and_then(|text| text.parse().ok()) {
        Some(events) => vec![events],
        None => vec![100_000, 1_000_000, 30_000_000],
    }
}

/// The same data as plain vectors and as Arrow tables: ids as integers, timestamps with a zone, labels as dictionaries.
pub(crate) struct Desk {
    pub(crate) table: EventTable,
    pub(crate) tickets: RecordBatch,
    pub(crate) events: RecordBatch,
}

fn numbers(values: &[i64]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

fn timestamps(values: &[i64]) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from(values.to_vec()).with_timezone("UTC"))
}

fn labels(places: &[i8], labels: &[&str]) -> ArrayRef {
    let keys: Int8Array = places.iter().map(|place| (*place >= 0).then_some(*place)).collect();
    let labels = Arc::new(StringArray::from(labels.to_vec()));
    Arc::new(DictionaryArray::<Int8Type>::try_new(keys, labels).expect("every key has a label"))
}

fn batch<const N: usize>(columns: [(&str, ArrayRef); N]) -> RecordBatch {
    let columns = columns.into_iter().map(|(name, column)| (name, column, true));
    RecordBatch::try_from_iter_with_nullable(columns).expect("columns of one length")
}

impl Desk {
    pub(crate) fn new(table: EventTable) -> Self {
        let tickets = batch([
            ("id", numbers(&table.id)),
            ("created_at", timestamps(&table.created)),
            ("customer", numbers(&table.customer)),
            ("market", labels(&table.market, &EventTable::MARKETS)),
        ]);
        let events = batch([
            ("ticket", numbers(&table.ticket)),
            ("at", timestamps(&table.at)),
            ("kind", labels(&table.kind, &EventTable::KINDS)),
            ("value", labels(&table.value, &EventTable::STATUSES)),
            ("author", labels(&table.author, &EventTable::AUTHORS)),
        ]);
        Self { table, tickets, events }
    }

    /// The dataset of the tables in memory.
    pub(crate) fn read(&self) -> Dataset {
        let Self { tickets, events, .. } = self;
        let options = ReadOptions::default()
            .with_table("tickets.parquet", tickets.schema(), vec![tickets.clone()])
            .with_table("events.parquet", events.schema(), vec![events.clone()]);
        Dataset::of_description(&description(), options).expect("readable tables")
    }
}

/// Processor time of this thread, where the system reports it (Linux).
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// The least processor time of three runs: on a busy machine wall time measures the neighbors.
pub(crate) fn fastest<T>(mut run: impl FnMut() -> T) -> String {
    let spent = (0..3).filter_map(|_| {
        let before = processor_time()?;
        black_box(run());
        processor_time()?.checked_sub(before)
    });
    spent.min().map_or_else(|| "not known".to_owned(), |spent| format!("{:.0} ms", spent.as_secs_f64() * 1e3))
}

/// Allocations of one run for each of so many, and the most memory it held at a time.
pub(crate) fn memory<T>(each: usize, run: impl FnOnce() -> T) -> [String; 2] {
    let info = allocation_counter::measure(|| {
        black_box(run());
    });
    let share = info.count_total as f64 / each.max(1) as f64;
    [format!("{share:.4}"), format!("{:.0} MB", info.bytes_max as f64 / 1e6)]
}

/// What was measured beside criterion's own runs, printed as a table of the README.
pub(crate) struct Figures {
    rows: Vec<Vec<String>>,
}

impl Figures {
    pub(crate) fn new(columns: &[&str]) -> Self {
        let heads = columns.iter().map(ToString::to_string).collect();
        Self { rows: vec![heads, vec!["---".to_owned(); columns.len()]] }
    }

    pub(crate) fn add(&mut self, events: usize, figures: impl IntoIterator<Item = String>) {
        self.rows.push(std::iter::once(events.to_string()).chain(figures).collect());
    }
}

impl Drop for Figures {
    fn drop(&mut self) {
        for row in &self.rows {
            eprintln!("| {} |", row.join(" | "));
        }
    }
}
