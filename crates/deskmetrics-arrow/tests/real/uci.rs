use std::collections::HashMap;

use deskmetrics::report::Report;
use deskmetrics::ticket::{Attribute, EventKind, TicketId};
use deskmetrics::{Durations, Ratio, Reason, Status, Timestamp};
use deskmetrics_arrow::column::TextColumn;
use deskmetrics_arrow::file::{FileSpec, Table};
use deskmetrics_arrow::{Dataset, KpiSelection, ReadOptions};

use crate::{Data, assert_near, count, dataset, number};

static DATA: Data = Data::new(|| dataset("uci-incident-log"));

/// The values that the log itself states for each incident in its last row.
struct Stated {
    reopen_count: usize,
    reassignment_count: usize,
    resolved_at: Option<Timestamp>,
    closed_at: Option<Timestamp>,
}

/// Read from the columns that the description does not use.
fn stated(path: &std::path::Path) -> HashMap<TicketId, Stated> {
    let table = Table::open(path.parent().unwrap(), &FileSpec::new(path.file_name().unwrap())).unwrap();
    let names = ["number", "reopen_count", "reassignment_count", "resolved_at", "closed_at"];
    let places = names.map(|name| table.column(name).unwrap());
    let format = deskmetrics_arrow::column::TimestampReading::new(chrono_tz::UTC)
        .with_format("%d/%m/%Y %H:%M")
        .unwrap();
    let format = format.with_missing(["?"]);
    let mut stated = HashMap::new();
    for batch in table.batches(&places).unwrap() {
        let batch = batch.unwrap();
        let columns: Vec<TextColumn> =
            batch.columns().iter().map(|array| TextColumn::new(array).unwrap()).collect();
        for row in 0..batch.num_rows() {
            let text = |column: usize| columns[column].get(row).unwrap();
            let of_row = Stated {
                reopen_count: text(1).parse().unwrap(),
                reassignment_count: text(2).parse().unwrap(),
                resolved_at: format.read(text(3)).unwrap(),
                closed_at: format.read(text(4)).unwrap(),
            };
            stated.insert(TicketId::from(text(0)), of_row);
        }
    }
    stated
}

#[test]
fn every_incident_comes_out_as_the_log_states_it() {
    let Some((dataset, facts)) = &*DATA else { return };
    assert_eq!(dataset.counts().tickets as u64, count(facts, "/incidents"));
    assert_eq!(dataset.sources[0].rows, count(facts, "/events"));
    // Five rows were written hours before the opening that the log states.
    assert_eq!(dataset.excluded().count(Reason::BeforeCreation), 5);
    assert_eq!(dataset.excluded().total(), 5);

    let replay = dataset.replay().expect("there are events");
    let outcome = replay.tickets(&dataset.tickets(), &dataset.events());
    assert!(outcome.excluded.is_empty(), "{}", outcome.excluded);

    let stated = stated(&dataset.sources[0].file);
    let (mut reopens, mut reopened, mut equal_reopens) = (0, 0, 0);
    let mut solves: HashMap<&TicketId, Timestamp> = HashMap::new();
    let events = dataset.events();
    for event in events.iter().filter(|event| event.kind == EventKind::Status(Status::Solved)) {
        solves.insert(&event.ticket, event.at); // events of a ticket are in order
    }
    let mut replayed_equal = 0;
    let (mut resolved, mut closed, mut with_resolved) = (0, 0, 0);
    let mut opened_to_resolved = Durations::default();
    let mut opened_to_closed = Durations::default();
    for replayed in &outcome.tickets {
        let metrics = &replayed.metrics;
        let last_row = &stated[&replayed.ticket.id];
        reopens += metrics.reopens.len();
        reopened += usize::from(!metrics.reopens.is_empty());
        equal_reopens += usize::from(metrics.reopens.len() == last_row.reopen_count);
        closed += usize::from(metrics.closed_at.is_some() && metrics.closed_at == last_row.closed_at);
        opened_to_closed.extend(metrics.closed_at.map(|at| at.since(metrics.created_at)));
        if last_row.resolved_at.is_some() {
            with_resolved += 1;
            let ours = solves.get(&replayed.ticket.id).copied();
            resolved += usize::from(ours == last_row.resolved_at);
            replayed_equal += usize::from(metrics.last_solved_at == last_row.resolved_at);
            opened_to_resolved.extend(ours.map(|at| at.since(metrics.created_at)));
        }
    }
    assert_eq!((reopens, reopened, equal_reopens), (331, 275, 24_918));
    assert_eq!((resolved, with_resolved), (23_362, 23_362));
    println!("replayed {replayed_equal}");
    assert_eq!(closed, 24_918);
    for (durations, fact) in
        [(opened_to_resolved, "/opened_to_resolved_minutes"), (opened_to_closed, "/opened_to_closed_minutes")]
    {
        assert_eq!(durations.n(), count(facts, &format!("{fact}/n")));
        let minutes = |micros: Option<f64>| micros.map(|micros| micros / 6e7);
        assert_near(minutes(durations.mean_micros()), number(facts, &format!("{fact}/mean")));
        assert_near(minutes(durations.quantile_micros(0.9)), number(facts, &format!("{fact}/p90_linear")));
    }
}

#[test]
fn the_stated_sla_is_that_of_the_facts() {
    let Some((dataset, facts)) = &*DATA else { return };
    let met: Ratio = dataset.tickets().iter().filter_map(|ticket| ticket.stated_sla_met).collect();
    assert_eq!(met, Ratio::new(15_803, 24_918));
    assert_near(met.percent(), number(facts, "/made_sla_pct"));
}

#[test]
fn changes_of_group_are_those_of_the_facts() {
    let Some((dataset, facts)) = &*DATA else { return };
    let stated = stated(&dataset.sources[0].file);
    let events = dataset.events();
    let mut changes: HashMap<&TicketId, usize> = HashMap::new();
    for event in &events {
        if matches!(&event.kind, EventKind::Changed { attribute: Attribute::Group, .. }) {
            *changes.entry(&event.ticket).or_default() += 1;
        }
    }
    let equal = dataset
        .tickets()
        .iter()
        .filter(|ticket| {
            changes.get(&ticket.id).copied().unwrap_or(0) == stated[&ticket.id].reassignment_count
        })
        .count();
    assert_eq!(equal as u64, count(facts, "/assignment_group_changes_equal_reassignment_count_for"));
    let total: usize = stated.values().map(|stated| stated.reassignment_count).sum();
    assert_eq!(total as u64, count(facts, "/reassignment_count_total"));
}

#[test]
fn the_counters_of_the_last_rows_answer_their_kpis() {
    let Some((dataset, facts)) = &*DATA else { return };
    let file = &dataset.sources[0].file;
    let description = format!(
        "time_zone = \"UTC\"\nmissing = [\"?\"]\ninstants = {{ format = \"%d/%m/%Y %H:%M\" }}\n[[tickets]]\nfile = \"{}\"\n\
         id = \"number\"\ncreated_at = \"opened_at\"\nclosed_at = \"closed_at\"\nduplicates = \"last\"\n\
         reopens = \"reopen_count\"\ntransfers = \"reassignment_count\"\n",
        file.display()
    );
    let last = Dataset::of_description(&description.parse().unwrap(), ReadOptions::default()).unwrap();
    let chosen = KpiSelection::these(["reopen_rate", "transfers"]).of(&last).unwrap();
    let report = Report::builder(last.as_of.unwrap()).with_kpis(chosen.kpis).build().unwrap();
    let table = last.feed(&report, 0).unwrap().table();
    let value = |kpi: &str, measure: &str| {
        table.rows.iter().find(|row| row.kpi == kpi && row.measure == measure).unwrap().value
    };
    let stated = stated(file);
    let reopened = stated.values().filter(|stated| stated.reopen_count > 0).count() as u64;
    assert_eq!(value("reopen_rate", "percent"), Ratio::new(reopened, count(facts, "/incidents")).percent());
    assert_near(value("transfers", "total"), number(facts, "/reassignment_count_total"));
}
