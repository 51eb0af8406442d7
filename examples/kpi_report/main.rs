//! Prints the KPIs of tickets, events and surveys.
//!
//! Each KPI has its n, its interval and what was excluded. Without arguments, it uses the sample in
//! `examples/sample`. Pass a description to use your own data:
//!
//! ```sh
//! cargo run --release --example kpi_report
//! cargo run --release --example kpi_report -- --by market --period week --kpi nps,csat
//! cargo run --release --example kpi_report -- description.toml --format csv > kpis.csv
//! ```
#![forbid(unsafe_code)]

mod arguments;
mod output;
mod progress;
mod selection;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser as _;
use deskmetrics::report::{Periods, Report, ReportTable};
use deskmetrics::ticket::Attribute;
use deskmetrics_arrow::{Dataset, Description, ReadError, ReadOptions};

use arguments::{Arguments, Slicing};
use output::Findings;
use progress::ReadingBar;

/// The reason why there is no report.
enum Trouble {
    /// The data or its description cannot be used.
    Data(String),
    /// The arguments are invalid.
    Usage(String),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let text = if arguments.list { Ok(selection::list()) } else { report(&arguments) };
    match text {
        Ok(text) => match io::stdout().lock().write_all(text.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            // The reader of the output, such as `head`, has closed the pipe.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Err(error) => fail(1, &format!("the report cannot be written: {error}")),
        },
        Err(Trouble::Data(message)) => fail(1, &message),
        Err(Trouble::Usage(message)) => fail(2, &format!("{message}\n\nFor more, see --help.")),
    }
}

fn fail(code: u8, message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::from(code)
}

fn report(arguments: &Arguments) -> Result<String, Trouble> {
    let sample = || Path::new(env!("CARGO_MANIFEST_DIR")).join("sample").join("description.toml");
    let description: PathBuf = arguments.description.clone().unwrap_or_else(sample);
    let mut dataset = read(arguments, &description)?;
    dataset.as_of = arguments.as_of.or(dataset.as_of);
    let chosen = selection::choose(arguments, &dataset)?;
    let mut builder = dataset.as_of.map_or_else(Report::undated, Report::builder);
    builder = builder.with_kpis(chosen.kpis).with_level(arguments.level).with_min_n(arguments.min_n);
    for attributes in slicings(arguments, &dataset) {
        builder = builder.with_slices(attributes);
    }
    if let Some(period) = arguments.period(dated(&dataset)) {
        let zone = arguments.zone.unwrap_or(dataset.time_zone);
        builder = builder.with_periods(Periods::new(period, zone).with_week_start(arguments.week_start));
    }
    let report = builder.build().map_err(|error| Trouble::Usage(error.to_string()))?;
    let state = dataset.feed(&report, 0).map_err(|error| Trouble::Usage(error.to_string()))?;
    let mut table = state.table();
    table.warnings.extend(dataset.warnings_for(&report));
    known_attributes(&table, &dataset)?;

    let findings =
        Findings { description: &description, dataset: &dataset, notes: &chosen.notes, table: &table };
    findings.write(arguments).map_err(|error| Trouble::Data(format!("the report cannot be written: {error}")))
}

fn read(arguments: &Arguments, description: &Path) -> Result<Dataset, Trouble> {
    let mut bar = ReadingBar::default();
    let mut options =
        ReadOptions::default().with_strict(arguments.strict).with_progress(|progress| bar.show(&progress));
    if let Some(root) = data_root(arguments, description) {
        options = options.with_data_root(root);
    }
    Dataset::read_with(description, options).map_err(|error| {
        let elsewhere =
            matches!(&error, ReadError::FileMissing { folder: Some(folder), .. } if !folder.as_os_str().is_empty() && !folder.is_dir());
        let hint = if elsewhere { "; set the folder of the data with --data-root or DESKMETRICS_DATA" } else { "" };
        Trouble::Data(format!("{error}{hint}"))
    })
}

/// The folder that the description's `folder` is relative to: the requested one, else that of the description, else
/// the first usual one that contains it.
fn data_root(arguments: &Arguments, description: &Path) -> Option<PathBuf> {
    if arguments.data_root.is_some() {
        return arguments.data_root.clone();
    }
    // Errors in the description are reported when it is read.
    let folder = Description::read(description).ok()?.folder;
    let beside = description.parent().unwrap_or(Path::new("")).join(&folder);
    if folder.as_os_str().is_empty() || beside.is_dir() {
        return None;
    }
    let named = std::env::var_os("DESKMETRICS_DATA").map(PathBuf::from);
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let shared = workspace.and_then(Path::parent).map(|folder| folder.join("shared").join("data"));
    [named, shared].into_iter().flatten().find(|root| root.join(&folder).is_dir())
}

/// The requested slices, else those of the description.
fn slicings(arguments: &Arguments, dataset: &Dataset) -> Vec<Vec<Attribute>> {
    match arguments.by.as_slice() {
        [] => dataset.by.iter().map(|attribute| vec![attribute.clone()]).collect(),
        requested => requested.iter().map(|Slicing(attributes)| attributes.clone()).collect(),
    }
}

/// Whether the data contains dates.
fn dated(dataset: &Dataset) -> bool {
    dataset.last_timestamp().is_some()
}

/// Returns an error if no record has an attribute to slice by.
fn known_attributes(table: &ReportTable, dataset: &Dataset) -> Result<(), Trouble> {
    for attribute in table.by.iter().flatten() {
        let mut found = table.slices().filter_map(|row| row.keys.get(attribute)).peekable();
        if found.peek().is_none() || found.any(|value| value.is_some()) {
            continue;
        }
        let present = dataset.attributes();
        let present: Vec<&str> = present.iter().map(Attribute::as_str).collect();
        return Err(Trouble::Data(format!(
            "no record has the attribute \"{}\" to slice by; the data has {}",
            attribute.as_str(),
            if present.is_empty() { "none".to_owned() } else { present.join(", ") }
        )));
    }
    Ok(())
}
