//! Slices: by market, by missing value, of a survey by its ticket.

use deskmetrics::report::{KpiRequest, Period, Report, ReportError};
use deskmetrics::sla::Conditions;
use deskmetrics::ticket::Attribute;
use deskmetrics::{Scale, SurveyResponse};

use crate::made::{as_of, hour, report, row, ticket};

#[test]
fn a_customer_who_comes_back_in_another_slice_or_period_was_not_helped() {
    // Ana comes on 29 January in Denmark and on 2 February in Spain; both weeks after are over.
    let tickets =
        [ticket(1, 24 * 28, 1, Some(0)), ticket(2, 24 * 32, 1, Some(1)), ticket(3, 24 * 28, 2, Some(0))];
    let table = report(Period::Month).run(&tickets, &[], &[]).unwrap().table();
    assert_eq!(row(&table, "fcr", None, None).value.map(f64::round), Some(67.0));
    assert_eq!(row(&table, "fcr", None, Some("2026-01")).value, Some(50.0));
    assert_eq!(row(&table, "fcr", Some("DK"), None).value, Some(50.0));
    assert_eq!(row(&table, "fcr", Some("ES"), Some("2026-02")).value, Some(100.0));
}

#[test]
fn missing_values_are_a_slice_and_come_last() {
    let tickets = [ticket(1, 0, 1, None), ticket(2, 0, 2, Some(2)), ticket(3, 0, 3, Some(0))];
    let table = report(Period::Month).run(&tickets, &[], &[]).unwrap().table();
    let markets: Vec<(String, u64)> = table
        .slices()
        .filter(|row| row.kpi == "volume" && row.keys.0.len() == 1)
        .map(|row| (row.keys.label(), row.n))
        .collect();
    assert_eq!(markets, [("DK".to_owned(), 1), ("FR".to_owned(), 1), ("(none)".to_owned(), 1)]);
}

#[test]
fn an_answer_takes_the_market_of_its_ticket_unless_disabled() {
    let tickets = [ticket(1, 0, 1, Some(0))];
    let answer = |about: &str| SurveyResponse::new("nps", Some(9)).with_ticket(about).with_at(hour(5));
    let own = answer("T-1").with_attribute(Attribute::Market, "SE");
    let answers = [answer("T-1"), own, answer("unknown")];
    let builder = Report::builder(as_of())
        .with_kpi(KpiRequest::new("nps").with_question("nps", Scale::nps()))
        .with_slices([Attribute::Market]);
    let markets = |report: Report| -> Vec<(String, u64)> {
        let table = report.run(&tickets, &answers, &[]).unwrap().table();
        table.slices().filter(|row| row.headline).map(|row| (row.keys.label(), row.n)).collect()
    };
    let named =
        |rows: &[(&str, u64)]| rows.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect::<Vec<_>>();
    assert_eq!(markets(builder.clone().build().unwrap()), named(&[("DK", 1), ("SE", 1), ("(none)", 1)]));
    assert_eq!(
        markets(builder.with_surveys_inherit(false).build().unwrap()),
        named(&[("SE", 1), ("(none)", 2)])
    );
}

#[test]
fn a_misspelt_attribute_is_an_error() {
    let tickets = [ticket(1, 0, 1, Some(0))];
    let by = |attribute: Attribute| {
        Report::builder(as_of()).with_kpi(KpiRequest::new("volume")).with_slices([attribute]).build().unwrap()
    };
    let error = by("markte".into()).run(&tickets, &[], &[]).unwrap_err();
    assert!(matches!(&error, ReportError::UnknownAttribute { attribute, .. } if attribute == "markte"));
    assert!(error.to_string().contains("did you mean \"market\"?"), "{error}");
    // The remedies: the right name, and the function for a part of the data.
    by(Attribute::Market).run(&tickets, &[], &[]).unwrap();
    let mut part = by("markte".into()).state();
    part.push_records(&tickets, &[], &[]);
    assert_eq!(part.table().slices().next().unwrap().n, 1);
    // So are attributes of restrictions.
    let filter = Conditions::default().with_attribute("markte", ["DK"]);
    let kpi = KpiRequest::new("volume").with_filter(filter);
    let restricted = Report::builder(as_of()).with_kpi(kpi).build().unwrap();
    assert!(restricted.run(&tickets, &[], &[]).is_err());
    // Without records there is nothing to compare names with.
    by("markte".into()).run(&[], &[], &[]).unwrap();
}
