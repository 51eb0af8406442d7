//! Slices: by market, by missing value, of a survey by its ticket.

use deskmetrics::report::{KpiRequest, Period, Report};
use deskmetrics::ticket::Attribute;
use deskmetrics::{Scale, SurveyResponse};

use crate::made::{as_of, hour, report, row, ticket};

#[test]
fn a_customer_who_comes_back_in_another_slice_or_period_was_not_helped() {
    // Ana comes on 29 January in Denmark and on 2 February in Spain; both weeks after are over.
    let tickets =
        [ticket(1, 24 * 28, 1, Some(0)), ticket(2, 24 * 32, 1, Some(1)), ticket(3, 24 * 28, 2, Some(0))];
    let table = report(Period::Month).run(&tickets, &[], &[]).table();
    assert_eq!(row(&table, "fcr", None, None).value.map(f64::round), Some(67.0));
    assert_eq!(row(&table, "fcr", None, Some("2026-01")).value, Some(50.0));
    assert_eq!(row(&table, "fcr", Some("DK"), None).value, Some(50.0));
    assert_eq!(row(&table, "fcr", Some("ES"), Some("2026-02")).value, Some(100.0));
}

#[test]
fn missing_values_are_a_slice_and_come_last() {
    let tickets = [ticket(1, 0, 1, None), ticket(2, 0, 2, Some(2)), ticket(3, 0, 3, Some(0))];
    let table = report(Period::Month).run(&tickets, &[], &[]).table();
    let markets: Vec<(String, u64)> = table
        .slices()
        .filter(|row| row.kpi == "volume" && row.keys.0.len() == 1)
        .map(|row| (row.keys.label(), row.n))
        .collect();
    assert_eq!(markets, [("DK".to_owned(), 1), ("FR".to_owned(), 1), ("(none)".to_owned(), 1)]);
}

#[test]
fn an_answer_takes_the_market_of_its_ticket_unless_told_not_to() {
    let tickets = [ticket(1, 0, 1, Some(0))];
    let answer = |about: &str| SurveyResponse::new("nps", Some(9)).about(about).answered_at(hour(5));
    let own = answer("T-1").with(Attribute::Market, "SE");
    let answers = [answer("T-1"), own, answer("unknown")];
    let builder = Report::builder(as_of())
        .kpi(KpiRequest::new("nps").of_question("nps", Scale::nps()))
        .by([Attribute::Market]);
    let markets = |report: Report| -> Vec<(String, u64)> {
        let table = report.run(&tickets, &answers, &[]).table();
        table.slices().filter(|row| row.headline).map(|row| (row.keys.label(), row.n)).collect()
    };
    let named =
        |rows: &[(&str, u64)]| rows.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect::<Vec<_>>();
    assert_eq!(markets(builder.clone().build().unwrap()), named(&[("DK", 1), ("SE", 1), ("(none)", 1)]));
    assert_eq!(markets(builder.surveys_inherit(false).build().unwrap()), named(&[("SE", 1), ("(none)", 2)]));
}
