//! `deskmetrics report`.

use std::io::{self, Write};

use deskmetrics::ClockKind;
use deskmetrics::engine::markdown_list;
use deskmetrics::report::{Periods, Report, ReportTable};
use deskmetrics::ticket::Attribute;
use deskmetrics_arrow::{Dataset, KpiSelection, SelectedKpis, SelectionError, SourceReport};
use deskmetrics_html::Page;
use serde::Serialize;

use super::arguments::{ReportArguments, ReportFormat, Requested, Slicing};
use super::failure::Failure;
use super::input::{self, Input};
use super::{output, text};

/// Computes the report and writes it.
pub(crate) fn run(arguments: &ReportArguments, out: &mut dyn Write) -> Result<(), Failure> {
    let named = [
        ("--by", sliced_by(arguments)),
        ("--where", restricted_by(arguments)),
        ("--kpi: where", restricted_kpis(arguments)),
    ];
    let attributes: Vec<&Attribute> = named.iter().flat_map(|(_, attributes)| attributes).copied().collect();
    let format = arguments.output.format()?;
    let input = input::read(&arguments.data, &attributes)?;
    let dataset = &input.dataset;
    let usage = |error: &dyn std::fmt::Display| Failure::Usage(error.to_string());
    for (option, attributes) in named {
        dataset
            .check_attributes(attributes)
            .map_err(|unknown| Failure::Usage(format!("{option}: {unknown}")))?;
    }
    let mut selected = select(arguments, &input)?;
    let undated = dataset.undated_answers(&selected.kpis);
    let mut builder = dataset.as_of.map_or_else(Report::undated, Report::builder);
    builder = builder.with_kpis(selected.kpis).with_level(arguments.level).with_min_n(arguments.min_n);
    for attributes in slicings(arguments, dataset) {
        builder = builder.with_slices(attributes);
    }
    let [from, until] = arguments.observed(dataset.time_zone);
    if let Some(period) = arguments.period(dataset.last_timestamp().is_some()) {
        let periods = Periods::new(period, dataset.time_zone)
            .with_week_start(arguments.week_start)
            .with_year_start(arguments.year_start);
        builder = builder.with_periods(periods);
        selected.notes.extend(undated);
        if let Some(from) = from {
            builder = builder.with_observed_from(from);
        }
        if let Some(until) = until {
            builder = builder.with_observed_until(until);
        } else if let Some((until, note)) = dataset.end_of_creation(periods) {
            builder = builder.with_observed_until(until);
            selected.notes.push(input.message(&note));
        }
    } else if from.or(until).is_some() {
        let problem = "--observed-from and --observed-until have an effect on periods only: give --period";
        return Err(Failure::Usage(problem.to_owned()));
    }
    let report = builder.build().map_err(|error| usage(&error))?;
    let state = dataset.feed(&report, 0).map_err(|error| usage(&error))?;
    let mut table = state.table();
    table.warnings.extend(dataset.warnings_for(&report));

    output::write(&arguments.output.target, dataset, out, |out| match format {
        ReportFormat::Text => write_text(out, arguments, dataset, &table, &selected.notes),
        ReportFormat::Json => {
            let (name, sources, notes) = (dataset.name.as_deref(), &dataset.sources, &selected.notes);
            text::write_json(out, &Document { name, report: &table, sources, notes })
        }
        ReportFormat::Csv => table.write_csv(out),
        ReportFormat::Html => {
            let largest = state.with_largest_slices(deskmetrics_html::SLICES).table();
            let page = page(arguments, dataset, &table, &selected.notes).with_largest_slices(&largest);
            out.write_all(page.document().as_bytes())
        }
        ReportFormat::Markdown => {
            let mut text = table.to_markdown_titled(title(arguments, dataset), dataset.time_zone);
            text.push_str(&markdown_list("Excluded, by table", exclusions(dataset)));
            text.push_str(&markdown_list("Notes", selected.notes.iter().cloned()));
            out.write_all(text.as_bytes())
        }
    })
}

/// The excluded rows and values of each file, with the remedy.
fn exclusions(dataset: &Dataset) -> impl Iterator<Item = String> {
    dataset.sources.iter().flat_map(|source| {
        let file = source.file.file_name().unwrap_or(source.file.as_os_str()).to_string_lossy();
        source.exclusions.iter().map(move |one| format!("{file}: {one}; {}", one.remedy))
    })
}

/// The requested title, else the name of the data.
fn title<'t>(arguments: &'t ReportArguments, dataset: &'t Dataset) -> &'t str {
    arguments.title.as_deref().or(dataset.name.as_deref()).unwrap_or(ReportTable::TITLE)
}

/// The report as a page.
fn page<'t>(
    arguments: &ReportArguments,
    dataset: &Dataset,
    table: &'t ReportTable,
    notes: &[String],
) -> Page<'t> {
    let page = Page::new(table).with_title(title(arguments, dataset)).with_zone(dataset.time_zone);
    let page = notes.iter().fold(page, Page::with_note);
    exclusions(dataset).fold(page, Page::with_excluded)
}

/// The report in JSON.
#[derive(Serialize)]
struct Document<'a> {
    name: Option<&'a str>,
    report: &'a ReportTable,
    sources: &'a [SourceReport],
    notes: &'a [String],
}

fn write_text(
    out: &mut dyn Write,
    arguments: &ReportArguments,
    dataset: &Dataset,
    table: &ReportTable,
    notes: &[String],
) -> io::Result<()> {
    text::write_head(out, dataset)?;
    let clocks = arguments.clocks(dataset).into_iter();
    let clocks: Vec<&str> = clocks
        .map(|clock| if clock == ClockKind::Business { "business hours" } else { "calendar time" })
        .collect();
    match dataset.as_of {
        Some(as_of) => writeln!(
            out,
            "as of {} ({}), durations in {}\n",
            text::local(as_of, dataset.time_zone),
            dataset.time_zone,
            clocks.join(" and ")
        )?,
        None => writeln!(out, "no dates\n")?,
    }
    write!(out, "{table}")?;
    text::write_sources(out, &dataset.sources)?;
    if !notes.is_empty() {
        writeln!(out, "\nNotes")?;
    }
    notes.iter().try_for_each(|note| text::write_wrapped(out, 2, note))
}

/// The requested or usual KPIs, as far as the data can answer them.
fn select(arguments: &ReportArguments, input: &Input) -> Result<SelectedKpis, Failure> {
    let dataset = &input.dataset;
    let with_options = |selection: KpiSelection| {
        let selection = selection.with_clocks(arguments.clocks(dataset));
        arguments.fcr.iter().fold(selection, |selection, policy| selection.with_fcr(policy.clone()))
    };
    let failed = |error: SelectionError| match error {
        SelectionError::UnknownKpi { .. } => {
            Failure::Usage(format!("{error}; deskmetrics catalogue lists all"))
        }
        SelectionError::FcrPolicy { .. } => Failure::Usage(with_option(&error.to_string())),
        SelectionError::Request(_) | SelectionError::UnknownPolicy { .. } => {
            Failure::Usage(format!("--kpi: {error}"))
        }
        _ => Failure::Data(input.message(&error.to_string())),
    };
    let mut selected = SelectedKpis::default();
    if arguments.kpis.is_empty() {
        let selection = if arguments.all { KpiSelection::all() } else { KpiSelection::usual() };
        selected = with_options(selection).of(dataset).map_err(failed)?;
    }
    for requested in &arguments.kpis {
        match requested {
            Requested::Ids(ids) => {
                let of_ids = with_options(KpiSelection::these(ids)).of(dataset).map_err(failed)?;
                selected.kpis.extend(of_ids.kpis);
                selected.notes.extend(of_ids.notes);
            }
            Requested::Form(request) => {
                let completed = with_options(KpiSelection::all()).complete((**request).clone(), dataset);
                let completed = completed.map_err(failed)?;
                selected.notes.extend(dataset.notes(&completed));
                selected.notes.extend(completed.iter().filter_map(|request| dataset.stated_note(request)));
                selected.kpis.extend(completed);
            }
        }
    }
    let mut seen: Vec<String> = Vec::new();
    selected.notes.retain(|note| {
        !seen.contains(note) && {
            seen.push(note.clone());
            true
        }
    });
    for request in &mut selected.kpis {
        request.filter =
            arguments.restrictions.iter().fold(std::mem::take(&mut request.filter), |all, one| {
                all.with_attribute(one.attribute.clone(), one.values.iter().map(String::as_str))
            });
    }
    selected.notes.iter_mut().for_each(|note| *note = with_option(&input.message(note)));
    selected.notes.extend(input.notes.iter().cloned());
    Ok(selected)
}

/// A message with the option that follows its advice.
fn with_option(message: &str) -> String {
    if message.starts_with("KPI \"fcr\" has no default policy") {
        format!("{message}, with --fcr")
    } else {
        message.to_owned()
    }
}

fn sliced_by(arguments: &ReportArguments) -> Vec<&Attribute> {
    arguments.by.iter().flat_map(|Slicing(attributes)| attributes).collect()
}

fn restricted_by(arguments: &ReportArguments) -> Vec<&Attribute> {
    arguments.restrictions.iter().map(|restriction| &restriction.attribute).collect()
}

/// The attributes that requests with options are restricted by.
fn restricted_kpis(arguments: &ReportArguments) -> Vec<&Attribute> {
    let forms = arguments.kpis.iter().filter_map(|requested| match requested {
        Requested::Form(request) => Some(request),
        Requested::Ids(_) => None,
    });
    forms.flat_map(|request| request.filter.named()).collect()
}

/// The requested slices, else those of the description.
fn slicings(arguments: &ReportArguments, dataset: &Dataset) -> Vec<Vec<Attribute>> {
    match arguments.by.as_slice() {
        [] => dataset.by.iter().map(|attribute| vec![attribute.clone()]).collect(),
        requested => requested.iter().map(|Slicing(attributes)| attributes.clone()).collect(),
    }
}
