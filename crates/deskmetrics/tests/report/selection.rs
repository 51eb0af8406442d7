//! Selections of rows and wide tables.

use deskmetrics::report::{
    Axis, AxisLabel, KpiRequest, Period, PivotOptions, ReportTable, RowSelection, RowSelectionError,
};
use deskmetrics::ticket::Attribute;
use deskmetrics::{ClockKind, Scale, SurveyResponse};
use proptest::prelude::*;

use crate::made::{as_of, case, hour, replayed, report, ticket};

fn desk() -> ReportTable {
    let tickets = [
        ticket(1, 0, 1, Some(0)),
        ticket(2, 24 * 32, 2, Some(1)),
        ticket(3, 24 * 33, 3, Some(1)),
        ticket(4, 24 * 34, 4, None),
    ];
    report(Period::Month).run(&tickets, &[], &[]).unwrap().table()
}

fn texts(labels: &[AxisLabel]) -> Vec<String> {
    labels.iter().map(ToString::to_string).collect()
}

#[test]
fn one_row_is_meant() {
    let table = desk();
    let volume = || RowSelection::of("volume");
    assert_eq!(table.get(&volume()).unwrap().n, 4);
    assert_eq!(table.get(&volume().with_value(Attribute::Market, "ES")).unwrap().n, 2);
    assert_eq!(table.get(&volume().with_slice([(Attribute::Market, None)])).unwrap().n, 1);
    assert_eq!(table.get(&volume().with_period("2026-02")).unwrap().n, 3);
    let spain = volume().with_value(Attribute::Market, "ES").with_period("2026-02");
    assert_eq!(table.get(&spain).unwrap().n, 2);
}

#[test]
fn what_is_not_there_is_named_with_what_is() {
    let table = desk();
    let message = |selection: RowSelection| table.get(&selection).unwrap_err().to_string();
    let volume = || RowSelection::of("volume");
    assert!(
        message(RowSelection::of("volumes"))
            .starts_with("there is no KPI \"volumes\" in the report (did you mean \"volume\"?)")
    );
    assert_eq!(
        message(volume().with_value(Attribute::Market, "SE")),
        "there is no market \"SE\" in the report; it has DK, ES, (none)"
    );
    assert!(
        message(volume().with_value(Attribute::Brand, "x"))
            .contains("no attribute \"brand\" in the report; it has market")
    );
    assert!(message(volume().with_period("2026-01-01")).contains("2026-01, 2026-02"));
    assert!(message(volume().with_measure("p90")).contains("no measure \"p90\""));
    assert!(message(volume().with_clock(ClockKind::Business)).contains("no clock \"business\""));
    let never = volume().with_value(Attribute::Market, "DK").with_period("2026-02");
    match table.get(&never) {
        Err(RowSelectionError::NoRow { selected }) => assert_eq!(selected, "volume, market DK, 2026-02"),
        other => assert!(other.is_ok_and(|row| row.n == 0)),
    }
}

#[test]
fn several_rows_are_listed() {
    let report = deskmetrics::report::Report::builder(as_of())
        .with_kpi(KpiRequest::new("csat").with_question("mail", Scale::csat(1, 5).unwrap()))
        .with_kpi(KpiRequest::new("csat").with_question("phone", Scale::csat(1, 5).unwrap()))
        .build()
        .unwrap();
    let answer = |question: &str, score| SurveyResponse::new(question, Some(score)).with_at(hour(1));
    let table = report.run(&[], &[answer("mail", 5), answer("phone", 1)], &[]).unwrap().table();
    let problem = table.get(&RowSelection::of("csat")).unwrap_err();
    assert!(
        matches!(&problem, RowSelectionError::Several { candidates } if candidates.len() == 2),
        "{problem}"
    );
    assert_eq!(table.get(&RowSelection::of("csat").with_question("phone")).unwrap().value, Some(0.0));
    let pivot =
        table.pivot(&PivotOptions::of(RowSelection::default()), &Axis::Kpi, Some(&Axis::Measure)).unwrap();
    assert_eq!(pivot.rows.len(), 2);
    let problem = table.pivot(&PivotOptions::of(RowSelection::of("csat")), &Axis::Measure, None).unwrap_err();
    assert!(matches!(problem, RowSelectionError::Several { .. }));
}

#[test]
fn periods_by_market() {
    let table = desk();
    let options = PivotOptions::of(RowSelection::of("volume")).with_totals(true);
    let pivot = table.pivot(&options, &Axis::Period, Some(&Axis::from("market"))).unwrap();
    assert_eq!(texts(&pivot.columns), ["DK", "ES", "(none)", "(all)"]);
    let rows = texts(&pivot.rows);
    assert_eq!((rows.first().unwrap().as_str(), rows.last().unwrap().as_str()), ("2026-01", "(all)"));
    let numbers = |row: &str| -> Vec<u64> {
        let place = rows.iter().position(|label| label == row).unwrap();
        pivot.cells[place].iter().map(|cell| cell.map_or(0, |row| row.n)).collect()
    };
    assert_eq!(numbers("2026-01"), [1, 0, 0, 1]);
    assert_eq!(numbers("2026-02"), [0, 2, 1, 3]);
    assert_eq!(numbers("(all)"), [1, 2, 1, 4]);

    let later = options.with_since(hour(24 * 31 - 1)).with_until(hour(24 * 40));
    let pivot = table.pivot(&later, &Axis::Period, None).unwrap();
    assert_eq!(texts(&pivot.rows), ["2026-02"]);
    let market = Axis::from("market");
    let problem = table.pivot(&later, &market, None).unwrap_err();
    assert!(problem.to_string().contains("make the periods rows or columns"));
    let one = PivotOptions::of(RowSelection::of("volume").with_period("2026-02"));
    assert!(matches!(table.pivot(&one, &Axis::Period, None), Err(RowSelectionError::NoEffect { .. })));
    assert_eq!(texts(&table.pivot(&one, &market, None).unwrap().rows), ["DK", "ES", "(none)"]);
    let nowhere = PivotOptions::of(RowSelection::of("volume").with_value(Attribute::Market, "SE"));
    assert!(matches!(table.pivot(&nowhere, &market, None), Err(RowSelectionError::Unknown { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Every row of a report is found by its own names, and is the cell of the table that it belongs to.
    #[test]
    fn every_row_is_found(cases in prop::collection::vec(case(), 1..8)) {
        let tickets: Vec<_> = cases.iter().enumerate().map(|(number, case)| replayed(number, case)).collect();
        let table = report(Period::Month).run(&tickets, &[], &[]).unwrap().table();
        for row in table.rows.iter().step_by(5) {
            let mut selection = RowSelection::of(row.kpi).with_measure(row.measure.clone().into_owned());
            selection = selection.with_slice(row.keys.0.iter().cloned());
            if let Some(option) = &row.option {
                selection = selection.with_option(&**option);
            }
            if let Some(clock) = row.clock {
                selection = selection.with_clock(clock);
            }
            if let Some(period) = &row.period {
                selection = selection.with_period(period.label.clone());
            }
            prop_assert_eq!(table.get(&selection).unwrap(), row);
        }
        for kpi in ["volume", "reopen_rate"] {
            let options = PivotOptions::of(RowSelection::of(kpi));
            let (Ok(pivot), Ok(turned)) = (
                table.pivot(&options, &Axis::Period, Some(&Axis::from("market"))),
                table.pivot(&options, &Axis::from("market"), Some(&Axis::Period)),
            ) else {
                continue;
            };
            let filled = pivot.cells.iter().flatten().flatten().count();
            let shown = table.rows.iter().filter(|row| {
                row.kpi == kpi && row.headline && row.keys.0.len() == 1
                    && row.period.as_ref().is_some_and(|period| period.start.is_some() || row.n > 0)
            });
            prop_assert_eq!(filled, shown.count());
            for (place, period) in pivot.rows.iter().enumerate() {
                for (column, market) in pivot.columns.iter().enumerate() {
                    let row = turned.rows.iter().position(|label| label == market).unwrap();
                    let other = turned.columns.iter().position(|label| label == period).unwrap();
                    prop_assert_eq!(pivot.cells[place][column], turned.cells[row][other]);
                }
            }
        }
    }
}
