//! Four years of a real airport survey: NPS, CSAT and effort, plain and weighted, against its published facts.
//!
//! Found through `DESKMETRICS_DATA`, else `../shared/data` beside the workspace; skipped where absent.
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use deskmetrics::survey::WeightedRating;
use deskmetrics::{Estimates, Reason, Scale, kpi};
use serde_json::Value;

/// The answers of one year: each column's texts.
struct Year {
    columns: HashMap<String, Vec<String>>,
    facts: Value,
}

fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let data = std::env::var_os("DESKMETRICS_DATA").map_or(beside, PathBuf::from);
    let folder = data.join("sfo-airport-survey");
    folder.is_dir().then_some(folder)
}

fn years() -> Vec<(String, Year)> {
    let Some(folder) = folder() else {
        eprintln!("skipped: no sfo-airport-survey under DESKMETRICS_DATA or ../shared/data");
        return Vec::new();
    };
    let facts: Value = serde_json::from_reader(File::open(folder.join("facts.json")).unwrap()).unwrap();
    let year = |year: &str| {
        let mut text = String::new();
        let file = File::open(folder.join(format!("survey_{year}.csv.gz"))).unwrap();
        flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
        let mut lines = text.lines();
        let header: Vec<&str> = lines.next().unwrap().split(',').collect();
        let mut columns: HashMap<String, Vec<String>> = HashMap::new();
        for line in lines {
            for (name, value) in header.iter().zip(line.split(',')) {
                columns.entry(name.trim_matches('\u{feff}').to_owned()).or_default().push(value.to_owned());
            }
        }
        Year { columns, facts: facts[year].clone() }
    };
    ["2014", "2015", "2016", "2017"].map(|name| (name.to_owned(), year(name))).into()
}

impl Year {
    /// The answers to a question; the codes in `missing` and unreadable texts are no answers.
    fn scores(&self, question: &str, missing: &[i32]) -> Vec<Option<i32>> {
        let read = |text: &String| text.parse::<i32>().ok().filter(|score| !missing.contains(score));
        self.columns[question].iter().map(read).collect()
    }

    fn weights(&self) -> Vec<f64> {
        self.columns["WEIGHT"].iter().map(|text| text.parse().unwrap_or(f64::NAN)).collect()
    }

    fn fact(&self, question: &str, name: &str) -> f64 {
        self.facts[question][name].as_f64().unwrap()
    }
}

#[track_caller]
fn close(found: Option<f64>, expected: f64, what: &str) {
    let found = found.unwrap();
    assert!((found - expected).abs() < 1e-6, "{what}: found {found}, expected {expected}");
}

#[test]
fn satisfaction_of_each_year() {
    let stars = Scale::csat(1, 5).unwrap();
    for (name, year) in years() {
        for question in ["Q7ALL", "Q9ALL", "Q10SAFE", "Q7FOOD", "Q7WIFI"] {
            let what = format!("{question} {name}");
            let scores = year.scores(question, &[0, 6]);
            let csat = kpi::csat(scores.iter().copied(), &stars);
            close(Some(csat.n() as f64), year.fact(question, "n"), &what);
            close(csat.percent(), year.fact(question, "top2_pct"), &what);
            close(csat.dissatisfied().percent(), year.fact(question, "bottom2_pct"), &what);
            close(csat.mean(), year.fact(question, "mean"), &what);
            assert_eq!(csat.n() + csat.excluded().total(), scores.len() as u64, "{what}: an answer got lost");

            let mut weighted = WeightedRating::new(&stars);
            for (score, weight) in scores.into_iter().zip(year.weights()) {
                weighted.push(score, weight);
            }
            close(weighted.mean(), year.fact(question, "weighted_mean"), &what);
            close(weighted.positive_percent(), year.fact(question, "weighted_top2_pct"), &what);
            assert!(weighted.effective_n().unwrap() < csat.n() as f64, "{what}: weights cost precision");
        }
    }
}

#[test]
fn ease_of_each_year() {
    let easy = Scale::new(1..=5, 4..=5, 1..=2).unwrap();
    for (name, year) in years() {
        let published = [
            ("Q13GETRATE", "Q13GETRATE_ease_1to5"),
            ("Q14FIND", "Q14FIND_ease_1to5"),
            ("Q14PASSTHRU", "Q14PASSTHRU_ease_1to5"),
        ];
        for (question, facts) in published {
            let Some(expected) = year.facts[facts]["mean"].as_f64() else { continue };
            let ces = kpi::ces(year.scores(question, &[0, 6]), &easy);
            close(ces.mean(), expected, &format!("{question} {name}"));
            close(ces.percent(), year.fact(facts, "top2_pct"), &format!("{question} {name}"));
        }
    }
}

#[test]
fn recommendation_in_2017() {
    let Some((_, year)) = years().pop() else { return };
    let scores = year.scores("NETPRO", &[]); // 11 means blank: it is off the scale
    let nps = kpi::nps(scores.iter().copied());
    assert_eq!((nps.sides().positive, nps.sides().neutral, nps.sides().negative), (1436, 968, 342));
    close(nps.score(), 39.839_767, "NPS 2017");
    assert_eq!(nps.excluded().count(Reason::OutOfScale), 84);
    assert_eq!(nps.excluded().count(Reason::NotAnswered), 1);

    let mut weighted = WeightedRating::new(&Scale::nps());
    for (score, weight) in scores.into_iter().zip(year.weights()) {
        weighted.push(score, weight);
    }
    close(weighted.net_points(), 40.398_436, "weighted NPS 2017");
    let (plain, wider) = (nps.interval(0.95).unwrap(), weighted.net_interval(0.95).unwrap());
    assert!(wider.upper - wider.lower > plain.upper - plain.lower, "uneven weights widen the interval");
}
