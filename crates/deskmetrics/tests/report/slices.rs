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

#[test]
fn the_largest_slices_stay_and_the_others_are_one() {
    let markets = [0, 0, 0, 1, 1, 2, 2];
    let tickets: Vec<_> =
        markets.iter().enumerate().map(|(number, market)| ticket(number, 0, 1, Some(*market))).collect();
    let restricted = KpiRequest::new("volume")
        .with_filter(Conditions::default().with_attribute(Attribute::Market, ["ES", "FR"]))
        .with_name("Southern volume");
    let report = Report::builder(as_of())
        .with_kpi(KpiRequest::new("volume"))
        .with_kpi(KpiRequest::new("customers"))
        .with_kpi(restricted)
        .with_slices([Attribute::Market])
        .build()
        .unwrap();
    let state = report.run(&tickets, &[], &[]).unwrap();
    let slices = |state: &deskmetrics::report::ReportState, name: &str| -> Vec<(String, Option<f64>)> {
        let table = state.table();
        let rows = table.slices().filter(|row| row.headline && row.name == name);
        rows.map(|row| (row.keys.label(), row.value)).collect()
    };
    let named = |rows: &[(&str, f64)]| -> Vec<(String, Option<f64>)> {
        rows.iter().map(|(name, value)| ((*name).to_owned(), Some(*value))).collect()
    };
    let joined = state.with_largest_slices(1);
    assert_eq!(slices(&joined, "Ticket volume"), named(&[("DK", 3.0), ("(others)", 4.0)]));
    // The same customer in both markets is one; of restricted requests only the records that meet them count.
    assert_eq!(slices(&joined, "Customers with tickets"), named(&[("DK", 1.0), ("(others)", 1.0)]));
    assert_eq!(slices(&joined, "Southern volume"), named(&[("(others)", 4.0)]));
    let order: Vec<String> =
        joined.table().slices_by_size(&[Attribute::Market]).iter().map(|keys| keys.label()).collect();
    assert_eq!(order, ["DK", "(others)"]);
    assert_eq!(joined.table().overall().collect::<Vec<_>>(), state.table().overall().collect::<Vec<_>>());
    // A single slice is not replaced, and joining again changes nothing.
    assert_eq!(state.with_largest_slices(2).table(), state.table());
    assert_eq!(joined.with_largest_slices(1).table(), joined.table());
}

#[test]
fn slices_that_overlap_are_not_joined() {
    let tags = ["a", "b", "c", "d"];
    let tickets: Vec<_> = (0..3)
        .map(|number| {
            let mut ticket = ticket(number, 0, 1, None);
            ticket.ticket.tags.extend([tags[number].into(), tags[number + 1].into()]);
            ticket
        })
        .collect();
    let report = Report::builder(as_of())
        .with_kpi(KpiRequest::new("volume"))
        .with_slices([Attribute::Tag])
        .build()
        .unwrap();
    let state = report.run(&tickets, &[], &[]).unwrap();
    assert_eq!(state.with_largest_slices(1).table(), state.table());
}
