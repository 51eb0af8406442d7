//! `Error` gathers every error type of the crate.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use deskmetrics_arrow::Error;

/// What a cell or a line lacks is counted, or is a part of other errors.
const NO_ERRORS: [&str; 3] = ["Error", "BadCell", "BadLine"];

/// The public error types in the source files of a folder.
fn error_types(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            error_types(&path, found);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for item in text.split("thiserror::Error)]").skip(1) {
            let declaration =
                item.lines().find(|line| line.contains("struct ") || line.contains("enum ")).unwrap();
            let public =
                declaration.strip_prefix("pub struct ").or_else(|| declaration.strip_prefix("pub enum "));
            found.extend(
                public.map(|rest| rest.split(|at: char| !at.is_alphanumeric()).next().unwrap().to_owned()),
            );
        }
    }
}

fn name<E: Into<Error>>() -> String {
    std::any::type_name::<E>().rsplit("::").next().unwrap().to_owned()
}

#[test]
fn every_error_converts_into_the_error_of_the_crate() {
    let converted = BTreeSet::from([
        name::<deskmetrics_arrow::ReadError>(),
        name::<deskmetrics_arrow::SelectionError>(),
        name::<deskmetrics_arrow::UnknownAttribute>(),
        name::<deskmetrics_arrow::column::ColumnError>(),
        name::<deskmetrics_arrow::column::DateOrderError>(),
        name::<deskmetrics_arrow::column::UnknownFormat>(),
        name::<deskmetrics_arrow::column::WrongType>(),
        name::<deskmetrics_arrow::log::StreamError>(),
    ]);
    let mut declared = BTreeSet::new();
    error_types(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut declared);
    declared.retain(|name| !NO_ERRORS.contains(&name.as_str()));
    assert_eq!(converted, declared);
    // Those without the derive, and those of the core.
    let _ = [
        name::<deskmetrics_arrow::DescriptionError>(),
        name::<deskmetrics::Error>(),
        name::<deskmetrics::report::ReportError>(),
    ];
}
