//! Tests that the catalogue is complete and its generated files are up to date.
//!
//! `DESKMETRICS_WRITE=1 cargo test -p deskmetrics --test catalogue` rewrites the files.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod page;
mod schema;
mod source;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use deskmetrics::catalogue::catalogue;
use deskmetrics::kpi::{self, FcrPolicy};
use deskmetrics::report::{KpiRequest, Report};
use deskmetrics::{Scale, Status, Timestamp};
use source::{HEADINGS, Source};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// Compares a file with its generated text, or writes it if `DESKMETRICS_WRITE` is set.
fn up_to_date(file: &Path, expected: &str) {
    if std::env::var_os("DESKMETRICS_WRITE").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, expected).unwrap();
    }
    let found = fs::read_to_string(file).unwrap_or_default();
    assert!(
        found == expected,
        "{} is out of date: run `DESKMETRICS_WRITE=1 cargo test -p deskmetrics --test catalogue`",
        file.display()
    );
}

#[test]
fn catalogue_json_is_up_to_date_and_obeys_its_schema() {
    let mut json = serde_json::to_string_pretty(&catalogue()).unwrap();
    json.push('\n');
    up_to_date(&docs().join("catalogue.json"), &json);

    let schema = fs::read_to_string(docs().join("catalogue.schema.json")).unwrap();
    let schema = serde_json::from_str(&schema).unwrap();
    schema::check(&schema, &schema, &serde_json::from_str(&json).unwrap(), "catalogue");
}

#[test]
fn every_kpi_has_its_page() {
    let folder = docs().join("kpi");
    let mut files = BTreeSet::from(["README.md".to_owned()]);
    up_to_date(&folder.join("README.md"), &page::index(&catalogue()));
    for definition in catalogue().kpis {
        let name = format!("{}.md", definition.id);
        up_to_date(&folder.join(&name), &page::page(definition, &Source::read(definition.id)));
        files.insert(name);
    }
    let present: BTreeSet<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(present, files, "pages of KPIs that are no more should go");
}

#[test]
fn the_front_page_names_every_kpi() {
    let front = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let Ok(text) = fs::read_to_string(&front) else {
        eprintln!("skipped: {} is no part of the published crate", front.display());
        return;
    };
    let named: BTreeSet<&str> = text
        .split("](crates/deskmetrics/docs/kpi/")
        .skip(1)
        .filter_map(|rest| rest.split_once(".md)").map(|(id, _)| id))
        .filter(|id| *id != "README")
        .collect();
    let defined: BTreeSet<&str> = catalogue().kpis.iter().map(|definition| definition.id).collect();
    assert_eq!(named, defined);
}

#[test]
fn every_kpi_has_a_function_a_tally_and_a_worked_example_with_numbers() {
    for definition in catalogue().kpis {
        let (id, source) = (definition.id, Source::read(definition.id));
        assert!(source.has_function(id), "{id}: there is no function kpi::{id}");
        assert_eq!(source.tally.to_lowercase(), id.replace('_', ""), "{id}: its tally goes by its name");
        assert_eq!(source.headings(), HEADINGS, "{id}: headings of the doc comment");
        let asserts_numbers = |example: &str| {
            example
                .lines()
                .any(|line| line.contains("assert") && line.contains(|letter: char| letter.is_ascii_digit()))
        };
        assert!(source.examples().any(asserts_numbers), "{id}: no worked example asserts a number");
    }
}

#[test]
fn definitions_are_complete_and_unmistakable() {
    let mut names = BTreeSet::new();
    for definition in catalogue().kpis {
        let id = definition.id;
        let texts = [
            definition.name.en,
            definition.name.es,
            definition.name.da,
            definition.description.en,
            definition.description.es,
            definition.description.da,
            definition.formula,
            definition.population,
        ];
        assert!(texts.iter().all(|text| !text.trim().is_empty()), "{id}: a text is empty");
        assert!(!definition.references.is_empty(), "{id}: no reference");
        assert!(!definition.measures.is_empty(), "{id}: no number");
        assert!(definition.min.zip(definition.max).is_none_or(|(min, max)| min < max), "{id}: range");
        for name in definition.aliases.iter().chain([&id]) {
            assert!(names.insert(name.to_lowercase()), "{id}: \"{name}\" names two KPIs");
            assert_eq!(
                kpi::definition(name).map(|found| found.id),
                Some(id),
                "\"{name}\" does not find {id}"
            );
        }
    }
}

/// A request with all options that have no default.
fn request(id: &str) -> KpiRequest {
    let request = KpiRequest::new(id);
    match id {
        "csat" => request.with_question("csat", Scale::csat(1, 5).unwrap()),
        "nps" | "reasons" => request.with_question("nps", Scale::nps()),
        "ces" => request.with_question("ces", Scale::ces2()),
        "fcr" => request.with_policy(FcrPolicy::SingleReply),
        "time_in_status" => request.with_status(Status::Pending),
        "time_in_group" => request.with_group("billing"),
        "service_level" => request.with_limit(TimeDelta::seconds(20)),
        _ => request,
    }
}

#[test]
fn every_kpi_can_be_reported_with_the_measures_it_names() {
    let as_of: Timestamp = "2026-04-01T00:00:00Z".parse().unwrap();
    for definition in catalogue().kpis {
        let id = definition.id;
        let report = Report::builder(as_of).with_kpi(request(id)).build().unwrap();
        let table = report.state().table();
        let measures: Vec<&str> = table.overall().map(|row| &*row.measure).collect();
        assert_eq!(measures, definition.measures, "{id}: numbers and their order");
        let headline = table.headline(id).unwrap();
        assert_eq!(headline.unit, definition.unit, "{id}: unit of its headline");
        let empty = headline.value.is_none() || headline.value == Some(0.0);
        assert!(empty && headline.n == 0, "{id}: without a record there is no number but a count of none");
    }
}
