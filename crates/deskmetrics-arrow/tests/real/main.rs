//! Real data with known answers, read through the descriptions in `examples/descriptions`.
//!
//! The data is not in the repository. The tests use the folder named by the environment variable DESKMETRICS_DATA,
//! else `../shared/data` beside the repository. Without the data they print a message and pass.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod boston;
mod italian;
mod kaggle;
mod sfo;
mod uci;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use deskmetrics_arrow::{Dataset, ReadOptions};
use serde_json::Value;

/// A dataset with its known answers, read once.
type Data = LazyLock<Option<(Dataset, Value)>>;

/// The dataset with its known answers, if the data exists.
fn dataset(name: &str) -> Option<(Dataset, Value)> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = match std::env::var_os("DESKMETRICS_DATA") {
        Some(folder) => PathBuf::from(folder),
        None => repository.join("../shared/data"),
    };
    let facts = root.join(name).join("facts.json");
    if !facts.exists() {
        eprintln!(
            "skipped: there is no {}; set DESKMETRICS_DATA to the folder with the real data",
            facts.display()
        );
        return None;
    }
    let facts = std::fs::read_to_string(facts).expect("facts are readable");
    let facts = serde_json::from_str(&facts).expect("facts are JSON");
    let description = repository.join(format!("examples/descriptions/{name}.toml"));
    let options = ReadOptions::default().with_data_root(root);
    let dataset = Dataset::read_with(description, options).unwrap_or_else(|error| panic!("{error}"));
    Some((dataset, facts))
}

/// A whole number of the facts.
fn count(facts: &Value, pointer: &str) -> u64 {
    facts.pointer(pointer).and_then(Value::as_u64).unwrap_or_else(|| panic!("no count at {pointer}"))
}

/// A number of the facts.
fn number(facts: &Value, pointer: &str) -> f64 {
    facts.pointer(pointer).and_then(Value::as_f64).unwrap_or_else(|| panic!("no number at {pointer}"))
}

/// Equal to the six decimals of the facts.
#[track_caller]
fn assert_near(ours: Option<f64>, theirs: f64) {
    let ours = ours.expect("there is a value");
    assert!((ours - theirs).abs() < 1e-6 * theirs.abs().max(1.0), "{ours} is not {theirs}");
}
