//! Invariants of reports: parts add up, order does not matter, no record is lost.

use deskmetrics::report::{Period, ReportError, ReportRow};
use deskmetrics::{Replayed, TicketMetrics, Timestamp};
use proptest::prelude::*;

use crate::made::{answers, as_of, case, invitations, replayed, report, same};

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_split_in_any_order_gives_the_whole(
        cases in prop::collection::vec(case(), 0..40),
        cuts in prop::collection::vec(0..3_usize, 40),
        period in 0..Period::ALL.len(),
    ) {
        let report = report(Period::ALL[period]);
        let tickets: Vec<Replayed> = cases.iter().enumerate().map(|(number, case)| replayed(number, case)).collect();
        let answers = answers(&cases);
        let invitations = invitations(&cases);
        let whole = report.run(&tickets, &answers, &invitations).unwrap();

        let mut parts = [report.state(), report.state(), report.state()];
        for (number, ticket) in tickets.iter().enumerate().rev() {
            parts[cuts[number]].push_ticket(ticket);
            // an answer may come in with another part than its ticket
            parts[2 - cuts[number]].push_response(&answers[number], Some(&ticket.ticket));
            parts[cuts[number] / 2].push_invitation(&invitations[number], Some(&ticket.ticket));
        }
        let [mut first, second, third] = parts;
        first.merge(third).unwrap();
        first.merge(second).unwrap();
        same(&first, &whole)?;

        let mut with_nothing = report.state();
        with_nothing.merge(first).unwrap();
        same(&with_nothing, &whole)?;
    }

    #[test]
    fn slices_and_periods_add_up(cases in prop::collection::vec(case(), 0..60)) {
        let tickets: Vec<Replayed> = cases.iter().enumerate().map(|(number, case)| replayed(number, case)).collect();
        let table = report(Period::Week).run(&tickets, &answers(&cases), &invitations(&cases)).unwrap().table();
        for total in table.overall().filter(|row| row.headline) {
            let n_of = |rows: &mut dyn Iterator<Item = &ReportRow>| -> u64 {
                rows.filter(|row| row.headline && row.kpi == total.kpi).map(|row| row.n).sum()
            };
            let market = |row: &&ReportRow| row.keys.0.len() == 1;
            prop_assert_eq!(n_of(&mut table.slices().filter(market)), total.n, "{} by market", total.kpi);
            if !["backlog", "backlog_age"].contains(&total.kpi) {
                prop_assert_eq!(n_of(&mut table.periods()), total.n, "{} by week", total.kpi);
                let both = |row: &&ReportRow| row.keys.0.len() == 1 && row.period.is_some();
                prop_assert_eq!(n_of(&mut table.rows.iter().filter(both)), total.n, "{} by both", total.kpi);
            }
        }
    }

    #[test]
    fn every_number_has_its_tally(cases in prop::collection::vec(case(), 0..30)) {
        let tickets: Vec<Replayed> = cases.iter().enumerate().map(|(number, case)| replayed(number, case)).collect();
        let state = report(Period::Month).run(&tickets, &answers(&cases), &invitations(&cases)).unwrap();
        let table = state.table();
        for row in table.rows.iter().filter(|row| row.headline) {
            let headline = state.tally(row).map(|tally| tally.headline(table.level));
            let same = headline.is_some_and(|found| {
                (found.value, found.n, found.interval) == (row.value, row.n, row.interval)
            });
            prop_assert!(same, "{row:?}");
        }
    }

    #[test]
    fn backlog_flows(cases in prop::collection::vec(case(), 1..60)) {
        // backlog at the end = backlog before + created + reopened - solved, in every week
        let tickets: Vec<Replayed> = cases.iter().enumerate().map(|(number, case)| replayed(number, case)).collect();
        let table = report(Period::Week).run(&tickets, &[], &[]).unwrap().table();
        let mut before = 0_i64;
        for row in table.periods().filter(|row| row.kpi == "backlog" && row.headline) {
            let period = row.period.as_ref().unwrap();
            let (start, end) = (period.start.unwrap(), period.end.unwrap());
            let in_period = |at: &Timestamp| start <= *at && *at < end && *at <= as_of();
            let counted = || tickets.iter().map(|ticket| &ticket.metrics).filter(|metrics| metrics.exclusion.is_none());
            let count = |n: usize| i64::try_from(n).unwrap();
            let created = count(counted().filter(|metrics| in_period(&metrics.created_at)).count());
            let reopened = count(counted().flat_map(|metrics| &metrics.reopens).filter(|cycle| in_period(&cycle.reopened_at)).count());
            let solved = count(counted().flat_map(TicketMetrics::solves).filter(in_period).count());
            before += created + reopened - solved;
            prop_assert_eq!(row.value, Some(before as f64), "{}", &period.label);
        }
        let now = table.headline("backlog").unwrap();
        prop_assert_eq!(now.value, Some(before as f64));
    }
}

#[test]
fn states_of_different_reports_do_not_merge() {
    let mut weekly = report(Period::Week).state();
    let refused = weekly.merge(report(Period::Month).state()).unwrap_err();
    assert!(matches!(refused, ReportError::OtherReport { .. }));
    assert!(
        refused.to_string().contains("since period is week of the one and month of the other"),
        "{refused}"
    );
}
