//! A KPI is the same after a replay of only the measures it needs.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod records;

use chrono::TimeDelta;
use deskmetrics::Timestamp;
use deskmetrics::replay::{Replay, Schedules};
use deskmetrics::schedule::Schedule;
use deskmetrics::sla::SlaPolicies;
use deskmetrics_testkit::replay::strategy::logs;
use proptest::prelude::*;
use records::any::requests;

const POLICIES: &str = r#"
[[policies]]
name = "gold"
targets = [
    { metric = "first_response", clock = "business", within = "1h" },
    { metric = "next_response", within = "4h" },
    { metric = "resolution", within = "24h" },
]
"#;

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_lean_replay_is_enough((ticket, events) in logs(), after in 0..5000_i64) {
        let last = events.last().map_or(ticket.created_at, |event| event.at);
        let as_of = Timestamp::from(last.to_utc() + TimeDelta::minutes(after));
        let desk = Schedule::parse("UTC", "Mo-Fr 09:00-17:00").unwrap().compile_years(2026..=2026);
        let whole = Replay::new(as_of)
            .with_schedules(Schedules::default().with_schedule("desk", desk).with_fallback("desk"))
            .with_policies(toml::from_str::<SlaPolicies>(POLICIES).unwrap());
        let all = whole.ticket(&ticket, &events);
        for request in requests() {
            let lean = whole.clone().with_measures(request.needs()).ticket(&ticket, &events);
            let tally = |ticket| {
                let mut tally = request.tally(Some(as_of)).unwrap();
                tally.push_ticket(ticket);
                tally
            };
            prop_assert_eq!(tally(&lean), tally(&all), "{:?}", &request);
        }
    }
}
