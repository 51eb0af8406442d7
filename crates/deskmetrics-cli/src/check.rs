//! `deskmetrics check`.

use std::io::{self, Write};

use deskmetrics::Reason;
use deskmetrics::report::Warning;
use deskmetrics_arrow::{Dataset, Exclusion, KpiSelection, SourceReport};
use serde::Serialize;

use super::arguments::{CheckArguments, TextFormat};
use super::exit::{FINDINGS, SUCCESS};
use super::failure::Failure;
use super::input::{self, Input};
use super::text;

/// What was found.
#[derive(Serialize)]
struct Checked<'a> {
    name: Option<&'a str>,
    /// What changes numbers.
    findings: Vec<String>,
    /// KPIs that the data cannot answer, with the reason.
    notes: Vec<String>,
    sources: &'a [SourceReport],
}

/// Checks the data and its description; returns the exit code.
pub(crate) fn run(arguments: &CheckArguments, out: &mut dyn Write) -> Result<u8, Failure> {
    let input = input::read(&arguments.data, &[])?;
    let checked = check(&input, arguments.max_excluded / 100.0);
    let written = match arguments.format {
        TextFormat::Text => write_text(out, &input.dataset, &checked),
        TextFormat::Json => text::write_json(out, &checked),
    };
    written.map_err(Failure::Output)?;
    Ok(if checked.findings.is_empty() { SUCCESS } else { FINDINGS })
}

fn check(input: &Input, max_excluded: f64) -> Checked<'_> {
    let dataset = &input.dataset;
    let mut findings: Vec<String> = Vec::new();
    for source in &dataset.sources {
        let file = source.file.file_name().unwrap_or_default().to_string_lossy();
        let many = source.exclusions.iter().filter(|exclusion| is_finding(source, exclusion, max_excluded));
        findings.extend(many.map(|exclusion| format!("{file}: {exclusion}; {}", exclusion.remedy)));
    }
    let of_settings = dataset.notes(&[]);
    findings.extend(of_settings.iter().cloned());
    let warnings = dataset.warnings().filter(|warning| !matches!(warning, Warning::ManyRowsExcluded { .. }));
    findings.extend(warnings.map(|warning| warning.to_string()));
    let mut notes = match KpiSelection::usual().of(dataset) {
        Ok(selected) => selected.notes,
        Err(error) => vec![error.to_string()],
    };
    notes.retain(|note| !of_settings.contains(note));
    notes.extend(input.notes.iter().cloned());
    findings.iter_mut().chain(&mut notes).for_each(|text| *text = input.message(text));
    Checked { name: dataset.name.as_deref(), findings, notes, sources: &dataset.sources }
}

/// Whether an exclusion is more than a small share of the rows, or a label that the description does not map.
fn is_finding(source: &SourceReport, exclusion: &Exclusion, max_excluded: f64) -> bool {
    let selected = source.rows - source.not_selected;
    exclusion.reason == Reason::UnknownWord || exclusion.count as f64 > max_excluded * selected as f64
}

fn write_text(out: &mut dyn Write, dataset: &Dataset, checked: &Checked<'_>) -> io::Result<()> {
    text::write_head(out, dataset)?;
    text::write_sources(out, &dataset.sources)?;
    for (heading, texts) in [("Findings", &checked.findings), ("Notes", &checked.notes)] {
        if !texts.is_empty() {
            writeln!(out, "\n{heading}")?;
        }
        texts.iter().try_for_each(|one| text::write_wrapped(out, 2, one))?;
    }
    let count = checked.findings.len() as u64;
    let summary = if count == 0 { "no finding".to_owned() } else { text::counted(count, "finding") };
    writeln!(out, "\n{summary}")
}
