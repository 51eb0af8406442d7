//! A KPI of the user's own is reported like the KPIs of the catalogue.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod records;

use chrono::TimeDelta;
use chrono_tz::Europe::Copenhagen;
use deskmetrics::kpi::tally::Times;
use deskmetrics::kpi::{Anchor, Definition, Kpi, OverTime, Records, Tallies};
use deskmetrics::report::{KpiRequest, Period, Periods, Report, ReportRow, ReportState};
use deskmetrics::sla::Conditions;
use deskmetrics::ticket::Attribute;
use deskmetrics::{
    ClockKind, Compared, Estimate, Estimates, Excluded, Merge, Ratio, Reason, Replayed, SurveyResponse,
    TicketMetrics, Timestamp, Unit,
};
use proptest::prelude::*;
use records::any::{Record, record};
use records::{CUT_OFF, HOUR, timestamp};
use serde::{Deserialize, Serialize};

/// The shipped reopen rate's headline, written by a user.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Reopened {
    ratio: Ratio,
    excluded: Excluded,
}

static REOPENED: Definition = Definition::new("my_reopen_rate", "My reopen rate", Unit::Percent)
    .with_formula("reopened tickets / solved tickets x 100")
    .with_anchor(Anchor::FirstSolved)
    .with_measures(&["percent"]);

impl Kpi for Reopened {
    fn definition(&self) -> &'static Definition {
        &REOPENED
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.excluded.add_many(reason, records);
    }

    fn push_ticket(&mut self, ticket: &Replayed) {
        let metrics = &ticket.metrics;
        let unsolved = metrics.first_solved_at.is_none().then_some(Reason::NotSolved);
        match metrics.exclusion.or(unsolved) {
            Some(reason) => self.excluded.add(reason),
            None => self.ratio.push(!metrics.reopens.is_empty()),
        }
    }
}

impl Merge for Reopened {
    fn merge(&mut self, other: Self) {
        self.ratio.merge(other.ratio);
        self.excluded.merge(other.excluded);
    }
}

impl Estimates for Reopened {
    fn estimates(&self, level: f64) -> Vec<Estimate> {
        vec![Estimate::share("percent", self.ratio, level)]
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }

    fn compared(&self) -> Compared<'_> {
        Compared::Share(self.ratio)
    }
}

/// The shipped backlog, written by a user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct OpenTickets {
    at: Timestamp,
    open: u64,
    excluded: Excluded,
}

static OPEN: Definition = Definition::new("my_backlog", "My backlog", Unit::Count)
    .with_anchor(Anchor::Snapshot)
    .with_measures(&["count"]);

impl OpenTickets {
    fn new(at: Timestamp) -> Self {
        Self { at, open: 0, excluded: Excluded::default() }
    }

    fn push(&mut self, ticket: &TicketMetrics) {
        match ticket.exclusion.or((ticket.as_of < self.at).then_some(Reason::AfterCutOff)) {
            Some(reason) => self.excluded.add(reason),
            None => self.open += u64::from(ticket.is_open_at(self.at)),
        }
    }
}

impl Kpi for OpenTickets {
    fn definition(&self) -> &'static Definition {
        &OPEN
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.excluded.add_many(reason, records);
    }

    fn over_time(&self) -> OverTime {
        OverTime::EachPeriod
    }

    fn of_period(&self, _first: Timestamp, last: Timestamp) -> Self {
        Self::new(last)
    }

    fn count_ticket(&self, ticket: &Replayed, tallies: &mut Tallies<'_, Self>) {
        tallies.undated(|tally| tally.push(&ticket.metrics));
        tallies.each_snapshot(&ticket.metrics, |_, tally| tally.push(&ticket.metrics));
    }
}

impl Merge for OpenTickets {
    fn merge(&mut self, other: Self) {
        self.open += other.open;
        self.excluded.merge(other.excluded);
    }
}

impl Estimates for OpenTickets {
    fn estimates(&self, _level: f64) -> Vec<Estimate> {
        vec![Estimate::count("count", self.open)]
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }
}

/// The shipped first response time, written by a user.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Waited(Times);

static WAITED: Definition = Definition::new("my_wait", "My wait", Unit::Seconds);

impl Kpi for Waited {
    fn definition(&self) -> &'static Definition {
        &WAITED
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        (0..records).for_each(|_| self.0.exclude_one(reason));
    }

    fn push_ticket(&mut self, ticket: &Replayed) {
        let metrics = &ticket.metrics;
        match (metrics.exclusion, metrics.first_response_time, metrics.running_first_response_time) {
            (Some(reason), ..) => self.0.exclude_one(reason),
            (None, Some(elapsed), _) => self.0.finished(elapsed),
            (None, None, Some(elapsed)) => self.0.running(elapsed),
            (None, None, None) if metrics.proactive => self.0.exclude_one(Reason::Proactive),
            (None, None, None) => self.0.exclude_one(Reason::NoCustomerMessage),
        }
    }

    fn times(&self) -> Option<&Times> {
        Some(&self.0)
    }
}

impl Merge for Waited {
    fn merge(&mut self, other: Self) {
        self.0.merge(other.0);
    }
}

impl Estimates for Waited {
    fn estimates(&self, level: f64) -> Vec<Estimate> {
        self.0.estimates(level)
    }

    fn excluded(&self) -> &Excluded {
        self.0.excluded()
    }

    fn compared(&self) -> Compared<'_> {
        self.0.compared()
    }
}

/// Answers with a reason stated, by a user.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Explained {
    ratio: Ratio,
    excluded: Excluded,
}

static EXPLAINED: Definition =
    Definition::new("explained", "Answers with a reason", Unit::Percent).with_measures(&["percent"]);

impl Kpi for Explained {
    fn definition(&self) -> &'static Definition {
        &EXPLAINED
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.excluded.add_many(reason, records);
    }

    fn records(&self) -> Records {
        Records::Responses
    }

    fn push_response(&mut self, response: &SurveyResponse) {
        self.ratio.push(!response.reasons.is_empty());
    }
}

impl Merge for Explained {
    fn merge(&mut self, other: Self) {
        self.ratio.merge(other.ratio);
        self.excluded.merge(other.excluded);
    }
}

impl Estimates for Explained {
    fn estimates(&self, level: f64) -> Vec<Estimate> {
        vec![Estimate::share("percent", self.ratio, level)]
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }
}

fn as_of() -> Timestamp {
    timestamp(CUT_OFF / HOUR)
}

fn of_billing(request: KpiRequest, name: &str) -> KpiRequest {
    request
        .with_filter(Conditions::default().with_attribute(Attribute::Category, ["billing"]))
        .with_name(name)
}

fn report() -> Report {
    let (hours, wait) =
        (TimeDelta::hours(4), KpiRequest::new("first_response_time").with_clock(ClockKind::Calendar));
    Report::builder(as_of())
        .with_kpis([KpiRequest::of(Reopened::default()), KpiRequest::new("reopen_rate")])
        .with_kpis([KpiRequest::of(OpenTickets::new(as_of())), KpiRequest::new("backlog")])
        .with_kpis([KpiRequest::of(Waited::default()).with_limit(hours), wait.with_limit(hours)])
        .with_kpi(of_billing(KpiRequest::of(Reopened::default()), "mine of billing"))
        .with_kpi(of_billing(KpiRequest::new("reopen_rate"), "shipped of billing"))
        .with_kpi(KpiRequest::of(Explained::default()).with_survey("nps"))
        .with_slices([Attribute::Market])
        .with_periods(Periods::new(Period::Week, Copenhagen))
        .build()
        .unwrap()
}

fn state_of(records: &[Record]) -> ReportState {
    let mut state = report().state();
    for record in records {
        record.feed(&mut state);
    }
    state
}

/// The content of a row, without the KPI's name.
fn content(row: &ReportRow) -> String {
    let ReportRow { keys, period, value, n, small_n, interval, change, excluded, .. } = row;
    let when = period.as_ref().map(|period| &period.label);
    format!("{} {when:?} {value:?} {n} {small_n} {interval:?} {change:?} {excluded}", keys.label())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_is_counted_as_a_shipped_one_is(records in prop::collection::vec(record(), 0..60), cut in 0..60_usize) {
        let records: Vec<Record> = records.into_iter().flatten().collect();
        let state = state_of(&records);
        let table = state.table();
        let rows = |of: &dyn Fn(&ReportRow) -> bool| -> Vec<String> {
            table.rows.iter().filter(|row| row.headline && of(row)).map(content).collect()
        };
        let kpi = |kpi: &'static str| rows(&|row| row.kpi == kpi && !row.restricted);
        prop_assert_eq!(kpi("my_reopen_rate"), kpi("reopen_rate"));
        prop_assert_eq!(kpi("my_backlog"), kpi("backlog"));
        prop_assert_eq!(kpi("my_wait"), kpi("first_response_time"));
        prop_assert_eq!(rows(&|row| row.name == "mine of billing"), rows(&|row| row.name == "shipped of billing"));

        let (early, late) = records.split_at(cut.min(records.len()));
        let (mut joined, bytes) = (state_of(early), state.to_bytes());
        joined.merge(report().state_from_bytes(&state_of(late).to_bytes()).unwrap()).unwrap();
        prop_assert_eq!(&joined.to_bytes(), &bytes);
        prop_assert_eq!(report().state_from_bytes(&bytes).unwrap().table(), table);
    }
}

#[test]
fn a_kpi_that_is_not_in_the_catalogue_gives_clear_errors() {
    let state = state_of(&[]);
    let error = ReportState::from_bytes(&state.to_bytes()).unwrap_err().to_string();
    assert!(error.contains("KPI \"my_reopen_rate\" is not in the catalogue"), "{error}");
    let other = Report::builder(as_of()).with_kpi(KpiRequest::new("volume")).build().unwrap();
    let error = other.state_from_bytes(&state.to_bytes()).unwrap_err().to_string();
    assert!(error.contains("it is of another report: kpis is volume of the one"), "{error}");

    let clocked = Report::builder(as_of())
        .with_kpi(KpiRequest::of(Reopened::default()).with_clock(ClockKind::Business));
    assert_eq!(clocked.build().unwrap_err().to_string(), "KPI \"my_reopen_rate\" has no clock: omit it");
}

#[test]
fn it_can_be_tallied_alone() {
    let mut tally = KpiRequest::of(Explained::default()).tally(None).unwrap();
    let mut slow = SurveyResponse::new("nps", Some(3));
    slow.reasons = vec!["slow".into()];
    tally.push_response(&slow);
    tally.push_response(&SurveyResponse::new("csat", Some(5)));
    assert_eq!(tally.headline(0.95).value, Some(50.0));
}
