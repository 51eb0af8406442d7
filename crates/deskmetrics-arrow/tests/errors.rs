//! `Error` gathers every error type of the crate.

use std::collections::BTreeSet;
use std::path::Path;

use deskmetrics_arrow::Error;
use deskmetrics_testkit::errors::{error_types, type_name};

/// What a cell or a line lacks, or a file exceeds, is counted, or is a part of other errors.
const NO_ERRORS: [&str; 4] = ["Error", "BadCell", "BadLine", "Exceeded"];

fn name<E: Into<Error>>() -> String {
    type_name::<E>().to_owned()
}

#[test]
fn every_error_converts_into_the_error_of_the_crate() {
    let converted = BTreeSet::from([
        name::<deskmetrics_arrow::ReadError>(),
        name::<deskmetrics_arrow::SelectionError>(),
        name::<deskmetrics_arrow::UnknownAttribute>(),
        name::<deskmetrics_arrow::UsualError>(),
        name::<deskmetrics_arrow::column::ColumnError>(),
        name::<deskmetrics_arrow::column::DateOrderError>(),
        name::<deskmetrics_arrow::column::UnknownFormat>(),
        name::<deskmetrics_arrow::column::WrongType>(),
        name::<deskmetrics_arrow::log::StreamError>(),
    ]);
    let mut declared = error_types(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    declared.retain(|name| !NO_ERRORS.contains(&name.as_str()));
    assert_eq!(converted, declared);
    // Those without the derive, and those of the core.
    let _ = [
        name::<deskmetrics_arrow::DescriptionError>(),
        name::<deskmetrics::Error>(),
        name::<deskmetrics::report::ReportError>(),
    ];
}
