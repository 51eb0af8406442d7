//! Arrivals of work by local weekday and hour.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod records;

use chrono::{Datelike, NaiveDate, TimeDelta, Timelike, Weekday};
use chrono_tz::{America::Sao_Paulo, Asia::Kathmandu, Europe::Copenhagen};
use deskmetrics::kpi::Arrivals;
use deskmetrics::{Merge, Reason, TicketMetrics, Timestamp};
use proptest::prelude::*;
use records::metrics;

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_ticket_is_in_the_cell_of_its_local_hour(
        tickets in prop::collection::vec(metrics(), 0..40), cut in 0..40_usize, zone in 0..3_usize,
    ) {
        let zone = [Copenhagen, Sao_Paulo, Kathmandu][zone];
        let of = |tickets: &[TicketMetrics]| {
            let mut arrivals = Arrivals::new(zone);
            arrivals.extend(tickets);
            arrivals
        };
        let whole = of(&tickets);
        let (early, late) = tickets.split_at(cut.min(tickets.len()));
        let mut joined = of(late);
        joined.merge(of(early));
        prop_assert_eq!(&joined, &whole);
        joined.merge(Arrivals::default());
        prop_assert_eq!(&joined, &whole, "nothing of another zone is the identity too");
        let stored = serde_json::to_string(&whole).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Arrivals>(&stored).unwrap(), &whole);

        let counted = tickets.iter().filter(|ticket| ticket.exclusion.is_none());
        let local: Vec<_> = counted.map(|ticket| ticket.created_at.to_utc().with_timezone(&zone)).collect();
        for weekday in [Weekday::Mon, Weekday::Thu, Weekday::Sun] {
            for hour in [0, 5, 23] {
                let here = local.iter().filter(|at| at.weekday() == weekday && at.hour() == hour).count();
                prop_assert_eq!(whole.count(weekday, hour as usize), here as u64);
            }
        }
        prop_assert_eq!(whole.n(), local.len() as u64);
        prop_assert_eq!(whole.by_hour().iter().sum::<u64>(), whole.n());
        prop_assert_eq!(whole.n() + whole.excluded().total(), tickets.len() as u64);
    }
}

#[test]
fn means_are_over_the_weekdays_that_occur() {
    let mut arrivals = Arrivals::new(Copenhagen);
    let monday: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    for day in 0..10 {
        arrivals.push(monday.to_utc() + TimeDelta::days(day)); // Monday to Wednesday of the week after
    }
    let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
    let at_ten = |first, last| arrivals.per_hour(first, last).map(|hours| hours[10]);
    assert_eq!(at_ten(day(2), day(11)), [1.0; 7].map(Some));
    let [mon, tue, .., sat, sun] = at_ten(day(2), day(3));
    assert_eq!([mon, tue, sat, sun], [Some(2.0), Some(2.0), None, None]);
    assert_eq!(at_ten(day(3), day(2)), [None; 7], "no day at all");
}

#[test]
fn another_zone_is_excluded_and_counted() {
    let mut here = Arrivals::new(Copenhagen);
    let mut there = Arrivals::new(Sao_Paulo);
    for arrivals in [&mut here, &mut there] {
        arrivals.push("2026-03-02T09:00:00Z".parse::<Timestamp>().unwrap());
    }
    here.merge(there);
    assert_eq!((here.n(), here.excluded().count(Reason::OtherOptions)), (1, 1));
}
