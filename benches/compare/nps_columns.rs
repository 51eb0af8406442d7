//! NPS of five million scores in Arrow, in plain Rust: what `nps_columns.py` is held against.
//!
//! Prints the best of many runs in milliseconds for each type of column, as JSON.
#![allow(clippy::print_stdout, reason = "the script beside it reads what is printed")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use arrow_array::{ArrayRef, Float64Array, Int64Array, UInt8Array};
use deskmetrics_arrow::survey;

const ROWS: u64 = 5_000_000;
const RUNS: usize = 200;

/// The same scores as the script makes: `(row * 7919) % 11`, every eleventh row without one.
fn scores() -> impl Iterator<Item = Option<u8>> {
    (0..ROWS).map(|row| (row % 11 != 10).then(|| u8::try_from(row * 7919 % 11).unwrap_or_default()))
}

fn main() {
    let columns: [(&str, ArrayRef); 3] = [
        ("int64", Arc::new(scores().map(|score| score.map(i64::from)).collect::<Int64Array>())),
        (
            "float64",
            Arc::new(Float64Array::from_iter_values(scores().map(|score| score.map_or(f64::NAN, f64::from)))),
        ),
        ("uint8", Arc::new(scores().collect::<UInt8Array>())),
    ];
    for (name, column) in columns {
        let mut best = f64::INFINITY;
        for _ in 0..RUNS {
            let start = Instant::now();
            let nps = survey::nps(black_box(&column));
            best = best.min(start.elapsed().as_secs_f64() * 1e3);
            assert!(nps.is_ok_and(|nps| nps.n() == ROWS - ROWS / 11), "one in eleven is missing");
        }
        println!("{{\"column\": \"{name}\", \"best_ms\": {best:.3}}}");
    }
}
