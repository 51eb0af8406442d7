//! A desk's tickets and events as Arrow columns, for the benches that begin with columns.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::types::Int8Type;
use arrow_array::{ArrayRef, DictionaryArray, Int8Array, Int64Array, StringArray, TimestampMicrosecondArray};
use deskmetrics::Timestamp;
use deskmetrics::ticket::Attribute;
use deskmetrics_arrow::replay::{EventColumns, TicketColumns};
use deskmetrics_testkit::replay::EventTable;

/// The cut-off of the benches, after most of the tickets' lives.
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

/// The table as Arrow columns: ids as whole numbers, instants with a zone, words as dictionaries.
pub(crate) struct Desk {
    pub(crate) table: EventTable,
    pub(crate) id: ArrayRef,
    pub(crate) created: ArrayRef,
    pub(crate) customer: ArrayRef,
    pub(crate) market: ArrayRef,
    pub(crate) ticket: ArrayRef,
    pub(crate) at: ArrayRef,
    pub(crate) kind: ArrayRef,
    pub(crate) value: ArrayRef,
    pub(crate) author: ArrayRef,
}

fn numbers(values: &[i64]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

fn instants(values: &[i64]) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from(values.to_vec()).with_timezone("UTC"))
}

fn words(places: &[i8], words: &[&str]) -> ArrayRef {
    let keys: Int8Array = places.iter().map(|place| (*place >= 0).then_some(*place)).collect();
    let words = Arc::new(StringArray::from(words.to_vec()));
    let column = DictionaryArray::<Int8Type>::try_new(keys, words);
    Arc::new(column.unwrap_or_else(|error| panic!("every place is in the list: {error}")))
}

impl Desk {
    pub(crate) fn new(table: EventTable) -> Self {
        Self {
            id: numbers(&table.id),
            created: instants(&table.created),
            customer: numbers(&table.customer),
            market: words(&table.market, &EventTable::MARKETS),
            ticket: numbers(&table.ticket),
            at: instants(&table.at),
            kind: words(&table.kind, &EventTable::KINDS),
            value: words(&table.value, &EventTable::STATUSES),
            author: words(&table.author, &EventTable::AUTHORS),
            table,
        }
    }

    pub(crate) fn tickets(&self) -> TicketColumns<'_> {
        TicketColumns::new(&self.id, &self.created)
            .requester(&self.customer)
            .attribute(Attribute::Market, &self.market)
    }

    pub(crate) fn events(&self) -> EventColumns<'_> {
        EventColumns::new(&self.ticket, &self.at, &self.kind).value(&self.value).author(&self.author)
    }
}

/// Time this thread has spent on a processor, where the system tells (Linux).
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
