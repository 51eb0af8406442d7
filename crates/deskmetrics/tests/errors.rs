//! `Error` gathers every error type of the crate.

use std::collections::BTreeSet;
use std::path::Path;

use deskmetrics::Error;
use deskmetrics_testkit::errors::{error_types, type_name};

/// Types with the text of an error that no function returns as one.
const NO_ERRORS: [&str; 2] = ["Error", "PolicyWarning"];

fn name<E: Into<Error>>() -> String {
    type_name::<E>().to_owned()
}

#[test]
fn every_error_converts_into_the_error_of_the_crate() {
    let converted = BTreeSet::from([
        name::<deskmetrics::UnknownTimestamp>(),
        name::<deskmetrics::UnknownWord>(),
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
        name::<deskmetrics::report::RowSelectionError>(),
        name::<deskmetrics::report::UnknownPeriod>(),
        name::<deskmetrics::report::StoredError>(),
    ]);
    let mut declared = error_types(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    declared.retain(|name| !NO_ERRORS.contains(&name.as_str()));
    assert_eq!(converted, declared);
}

#[test]
fn texts_that_cannot_be_read_show_the_form() {
    let message = |error: Error| error.to_string();
    let of_json = serde_json::from_str::<deskmetrics::Timestamp>("\"noon\"").unwrap_err().to_string();
    assert!(
        of_json.starts_with("timestamp \"noon\" is not of the form \"2026-03-02T09:00:00Z\""),
        "{of_json}"
    );
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
