//! Checks of files.

use std::cell::RefCell;
use std::fs;

use deskmetrics::report::Report;
use deskmetrics_arrow::{Dataset, Description, KpiSelection, ReadError, ReadOptions};
use tempfile::TempDir;

/// What is read from a file of tickets.
const ROLES: &str = "time_zone = 'UTC'\n[[tickets]]\nid = 'id'\ncreated_at = 'created_at'\n\
    first_response_at = 'first_response_at'\nsolved_at = 'solved_at'\nstatus = 'status'\n\
    attributes = { market = 'market' }\n";

/// The description of a table with this name.
pub(crate) fn described(name: &str) -> Description {
    format!("{ROLES}file = '{name}'\n").parse().unwrap()
}

/// Text files.
pub(crate) fn csv(data: &[u8]) {
    read("t.csv", data);
}

/// Parquet files.
pub(crate) fn parquet(data: &[u8]) {
    read("t.parquet", data);
}

/// Arrow IPC files.
pub(crate) fn ipc_file(data: &[u8]) {
    read("t.arrow", data);
}

/// Arrow IPC streams.
pub(crate) fn ipc_stream(data: &[u8]) {
    read("t.arrows", data);
}

fn read(name: &str, data: &[u8]) {
    thread_local! {
        static FOLDER: RefCell<TempDir> = RefCell::new(TempDir::new().unwrap());
    }
    FOLDER.with_borrow(|folder| {
        fs::write(folder.path().join(name), data).unwrap();
        let options = ReadOptions::default().with_data_root(folder.path()).with_threads(1);
        reported(Dataset::of_description(&described(name), options));
    });
}

/// Every row is read, or excluded and counted; the usual KPIs are computed, alike on one thread and on two.
pub(crate) fn reported(dataset: Result<Dataset, ReadError>) {
    let dataset = match dataset {
        Ok(dataset) => dataset,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let source = &dataset.sources[0];
    assert_eq!(source.rows, dataset.excluded().total() + dataset.counts().tickets as u64);
    let (Some(replay), Ok(selected)) = (dataset.replay(), KpiSelection::usual().of(&dataset)) else { return };
    let report =
        Report::builder(replay.as_of()).with_kpis(selected.kpis).with_slices(["market"]).build().unwrap();
    let [one, two] = [1, 2].map(|threads| dataset.feed(&report, threads).unwrap().table());
    assert_eq!(one, two);
}
