//! Output that must not change unnoticed. The Python tests compare with the same file.

use std::fs;
use std::path::Path;

use super::program::{out, sample};

#[test]
fn the_report_of_the_sample_is_the_stored_one() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/report.txt");
    let text = out(&[
        "report",
        sample(),
        "--kpi",
        "csat,first_response_time",
        "--by",
        "channel",
        "--period",
        "week",
    ]);
    if std::env::var_os("DESKMETRICS_WRITE").is_some() {
        fs::write(&file, &text).unwrap();
    }
    assert_eq!(text, fs::read_to_string(&file).unwrap(), "replace it with DESKMETRICS_WRITE=1");
}
