use chrono::TimeDelta;
use deskmetrics::kpi::csat;
use deskmetrics::{Durations, Reason};
use deskmetrics_arrow::Scope;

use crate::{Data, assert_near, count, dataset, number};

static DATA: Data = Data::new(|| dataset("kaggle-support-tickets"));

#[test]
fn an_end_before_the_start_is_excluded_and_counted() {
    let Some((dataset, facts)) = &*DATA else { return };
    let excluded = dataset.excluded();
    assert_eq!(excluded.count(Reason::NoCreation), count(facts, "/first_response_missing"));
    // Their ratings count without them.
    let links = excluded.count(Reason::UnknownTicket);
    assert_eq!(excluded.total() - links + dataset.counts().tickets as u64, count(facts, "/rows"));

    let tickets = &dataset.sources[0];
    let negative = tickets.exclusions.iter().find(|exclusion| exclusion.reason == Reason::EndBeforeStart);
    let negative = negative.expect("they are reported");
    assert_eq!((negative.scope, negative.count), (Scope::Value, 1365));
    assert_eq!(negative.column, "Time to Resolution");
    assert_eq!((negative.examples[0].row, &*negative.examples[0].value), (4, "2023-06-01 01:57:40"));

    let outcome = dataset.replay().unwrap().tickets(&dataset.tickets(), &dataset.events());
    let durations: Durations = outcome
        .tickets
        .iter()
        .filter_map(|ticket| ticket.metrics.full_resolution_time)
        .map(|elapsed| elapsed.calendar())
        .collect();
    assert_eq!(durations.n(), 1404);
    assert_eq!(durations.median(), Some(TimeDelta::seconds(22_830)));
    assert_near(
        durations.mean_micros().map(|micros| micros / 1e6),
        number(facts, "/response_to_resolution_seconds_nonnegative/mean"),
    );
    assert_eq!(durations.min(), Some(TimeDelta::zero()));
}

#[test]
fn ratings_are_those_of_the_facts() {
    let Some((dataset, facts)) = &*DATA else { return };
    let tally = csat(dataset.answers("csat").map(|response| response.score), &dataset.scales["csat"]);
    assert_eq!(tally.n(), count(facts, "/rated"));
    assert_near(tally.percent(), number(facts, "/csat_top2_pct"));
    assert_eq!(tally.excluded().count(Reason::NotAnswered), 8469 - 2769);
}
