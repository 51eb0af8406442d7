//! `Error` gathers every error type of the crate.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use deskmetrics::Error;

/// Types with the text of an error that no function returns as one.
const NO_ERRORS: [&str; 2] = ["Error", "PolicyWarning"];

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
        name::<deskmetrics::UnknownTimestamp>(),
        name::<deskmetrics::duration_text::UnknownDuration>(),
        name::<deskmetrics::ticket::UnknownStatus>(),
        name::<deskmetrics::survey::ScaleError>(),
        name::<deskmetrics::survey::UnknownConvention>(),
        name::<deskmetrics::schedule::ScheduleError>(),
        name::<deskmetrics::schedule::BudgetError>(),
        name::<deskmetrics::schedule::DueError>(),
        name::<deskmetrics::schedule::SliceLengthError>(),
        name::<deskmetrics::replay::TrackError>(),
        name::<deskmetrics::kpi::UnknownFcrPolicy>(),
        name::<deskmetrics::kpi::PolicyPartsError>(),
        name::<deskmetrics::kpi::RequestError>(),
        name::<deskmetrics::report::ReportError>(),
        name::<deskmetrics::report::UnknownPeriod>(),
        name::<deskmetrics::report::StoredError>(),
    ]);
    let mut declared = BTreeSet::new();
    error_types(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut declared);
    declared.retain(|name| !NO_ERRORS.contains(&name.as_str()));
    assert_eq!(converted, declared);
}

#[test]
fn texts_that_cannot_be_read_show_the_form() {
    let message = |error: Error| error.to_string();
    assert_eq!(
        "noon".parse::<deskmetrics::Timestamp>().map_err(|error| message(error.into())),
        Err(
            "timestamp \"noon\" is not of the form \"2026-03-02T09:00:00Z\" or \"2026-03-02T10:00:00+01:00\""
                .to_owned()
        )
    );
    assert_eq!(
        "two business days".parse::<deskmetrics::schedule::Budget>().map_err(|error| message(error.into())),
        Err("\"two business days\" is not of the form \"2 business days\", \"2 business days, end of day\" or \"2 business \
             days, same hour\""
            .to_owned())
    );
    assert_eq!(
        "soon".parse::<deskmetrics::schedule::Budget>().map_err(|error| message(error.into())),
        Err("duration \"soon\" is not of the form \"4h\", \"1h 30m\" or \"45s\"".to_owned())
    );
}
