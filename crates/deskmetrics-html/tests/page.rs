//! Pages of reports.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use chrono_tz::Europe::Copenhagen;
use deskmetrics::report::{KpiRequest, Period, Periods, Report, ReportState, ReportTable};
use deskmetrics::ticket::Attribute;
use deskmetrics::{Replayed, Scale, SurveyResponse, Ticket, TicketMetrics, Timestamp};
use deskmetrics_html::{Page, SLICES};

/// Answers of `markets` markets in `weeks` weeks, most of them 5.
fn table(markets: usize, weeks: i64) -> ReportTable {
    table_from(markets, weeks, "2026-01-05T10:00:00Z")
}

fn table_from(markets: usize, weeks: i64, start: &str) -> ReportTable {
    state(markets, weeks, start).table()
}

fn state(markets: usize, weeks: i64, start: &str) -> ReportState {
    let start: Timestamp = start.parse().unwrap();
    let at = |week: i64| Timestamp::from_micros(start.as_micros() + week * 7 * 86_400_000_000).unwrap();
    let mut answers = Vec::new();
    for week in 0..weeks {
        for market in 0..markets {
            for number in 0..3 + market % 5 {
                let score = if number == 0 { 2 } else { 5 };
                let answer = SurveyResponse::new("csat", Some(score)).with_at(at(week));
                answers.push(answer.with_attribute(Attribute::Market, format!("market {market} <b>&")));
            }
        }
    }
    let report = Report::builder(at(weeks))
        .with_kpi(KpiRequest::new("csat").with_question("csat", Scale::csat(1, 5).unwrap()))
        .with_slices([Attribute::Market])
        .with_periods(Periods::new(Period::Week, Copenhagen))
        .build()
        .unwrap();
    report.run(&[], &answers, &[]).unwrap()
}

fn count(page: &str, part: &str) -> usize {
    page.matches(part).count()
}

#[test]
fn a_page_is_one_file_without_scripts_and_network() {
    let table = table(6, 10);
    let page = Page::new(&table).with_title("March <2026>").document();
    for outside in ["<script", "src=", "url(", "http", "@import", "<link"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(
        page.contains("<title>March &lt;2026&gt;</title>") && page.contains("<h1>March &lt;2026&gt;</h1>")
    );
    assert!(page.contains("As of 2026-03-16 11:00 (Europe/Copenhagen)"));
}

#[test]
fn charts_join_the_smaller_slices() {
    for (markets, joined) in [(13, false), (14, true), (70, true)] {
        let state = state(markets, 2, "2026-01-05T10:00:00Z");
        let (table, largest) = (state.table(), state.with_largest_slices(SLICES).table());
        let page = Page::new(&table).with_largest_slices(&largest).document();
        let chart = page.split("by slice").nth(1).unwrap().split("</figure>").next().unwrap();
        assert_eq!(count(chart, "<g>"), 13, "{markets}");
        assert_eq!(chart.contains("(others): the "), joined);
        assert!(!joined || chart.contains(&format!("the {} smaller slices", markets - SLICES)), "{chart}");
        let rest = Page::new(&table).document();
        assert_eq!(rest.contains(&format!("The 12 largest of {markets} slices")), joined);
    }
}

#[test]
fn the_cut_off_of_a_report_without_periods_is_in_the_zone_of_the_page() {
    let at: Timestamp = "2026-03-16T10:00:00Z".parse().unwrap();
    let report = Report::builder(at).with_kpi(KpiRequest::new("volume")).build().unwrap();
    let table = report.state().table();
    assert!(Page::new(&table).document().contains("As of 2026-03-16 10:00 (UTC)."));
    let page = Page::new(&table).with_zone(Copenhagen).document();
    assert!(page.contains("As of 2026-03-16 11:00 (Europe/Copenhagen)."));
}

#[test]
fn every_name_is_escaped() {
    let table = table(2, 2);
    let page = Page::new(&table).with_note("a <note>\u{1b}[31m").with_excluded("a <row>").document();
    assert!(
        !page.contains("<b>")
            && !page.contains("<note>")
            && !page.contains("<row>")
            && !page.contains('\u{1b}')
    );
    assert!(page.contains("market 0 &lt;b&gt;&amp;"));
}

#[test]
fn elements_are_closed_and_tables_have_headers() {
    let page = Page::new(&table(6, 10)).document();
    for element in ["table", "details", "section", "svg", "g", "figure", "main", "ul", "li", "tr", "th", "td"]
    {
        let opened = count(&page, &format!("<{element}>")) + count(&page, &format!("<{element} "));
        assert_eq!(opened, count(&page, &format!("</{element}>")), "{element}");
    }
    assert_eq!(count(&page, "<th "), count(&page, "scope="), "every header has a scope");
    assert_eq!(count(&page, "<svg"), 2, "by week and by market");
    assert_eq!(count(&page, "role=\"img\" aria-label="), 2);
}

#[test]
fn many_slices_and_periods_are_folded() {
    let page = Page::new(&table(70, 8)).document();
    assert!(page.contains("The 12 largest of 70 slices"));
    assert!(page.contains("<summary>70 rows</summary>"));
    let page = Page::new(&table(2, 208)).document();
    assert!(page.contains("8 more rows are in the data."), "4 years of weeks");
    assert!(count(&page, "<circle") < 10, "a line without points");
    assert!(count(&page, "class=\"middle\"") < 20, "labels that fit");
}

#[test]
fn a_report_without_records_is_a_page() {
    let table = Report::undated()
        .with_kpi(KpiRequest::new("nps").with_question("nps", Scale::nps()))
        .build()
        .unwrap()
        .run(&[], &[], &[])
        .unwrap()
        .table();
    let page = Page::new(&table);
    assert!(page.document().contains("Net Promoter Score") && !page.fragment().contains("<html"));
}

#[test]
fn parts_of_periods_are_dashed_and_do_not_set_the_axis() {
    let start: Timestamp = "2026-01-05T10:00:00Z".parse().unwrap();
    let at = |day: i64| Timestamp::from_micros(start.as_micros() + day * 86_400_000_000).unwrap();
    // Four weeks of 80 %, a week without answers, one of 80 %, another one without, one of 80 %, and a day of 0 %.
    let mut answers = Vec::new();
    for day in (0..28).chain(35..42).chain(49..57) {
        for number in 0..10 {
            let score = if number < 2 || day == 56 { 1 } else { 5 };
            answers.push(SurveyResponse::new("csat", Some(score)).with_at(at(day)));
        }
    }
    let report = Report::builder(at(57))
        .with_kpi(KpiRequest::new("csat").with_question("csat", Scale::csat(1, 5).unwrap()))
        .with_periods(Periods::new(Period::Week, Copenhagen))
        .build()
        .unwrap();
    let page = Page::new(&report.run(&[], &answers, &[]).unwrap().table()).document();
    let chart = &page[page.find("<svg").unwrap()..page.find("</svg>").unwrap()];
    assert_eq!(count(chart, "class=\"end\""), count(chart, "class=\"grid\""));
    assert!(!chart.contains(">0.0 %</text><line"), "no tick at the part's value");
    assert_eq!(count(chart, "class=\"line dashed\""), 1);
    assert_eq!(count(chart, "class=\"interval\""), 3, "of the part and of weeks without neighbors");
    assert!(
        chart.contains("class=\"middle\" ") && page.contains("A point with its value is beyond the axis.")
    );
}

#[test]
fn charts_show_the_same_slices() {
    let page = Page::new(&table(70, 2)).document();
    let chart = &page[page.rfind("<svg").unwrap()..page.rfind("</svg>").unwrap()];
    // The largest have seven answers a week.
    assert_eq!(count(chart, "<circle"), 12);
    assert_eq!(count(chart, "n 14"), 12);
}

#[test]
fn a_headline_states_that_it_is_compared_with_a_part_of_a_period() {
    // The first week is from Monday, the second is the last whole one.
    let note = "against a part of the period before";
    let card = |weeks: i64, from: &str| {
        let page = Page::new(&table_from(2, weeks, from)).document();
        let start = page.find("<nav").unwrap();
        page[start..page.find("</nav>").unwrap()].to_owned()
    };
    let (partial, whole) = (card(2, "2026-01-07T10:00:00Z"), card(2, "2026-01-05T10:00:00Z"));
    assert!(partial.contains(" in 2026-W03") && partial.contains(note), "{partial}");
    assert!(whole.contains(" in 2026-W03") && !whole.contains(note), "{whole}");
}

#[test]
fn tables_of_counts_have_no_empty_columns() {
    let at: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    let ticket = Replayed::new(
        Ticket::new("1", at).with_attribute(Attribute::Market, "DK"),
        TicketMetrics::new(at, at),
    );
    let report = Report::builder(at)
        .with_kpi(KpiRequest::new("volume"))
        .with_slices([Attribute::Market])
        .build()
        .unwrap();
    let page = Page::new(&report.run(&[ticket], &[], &[]).unwrap().table()).document();
    assert!(
        !page.contains("interval</th>")
            && !page.contains("<th scope=\"col\">n</th>")
            && !page.contains("<td></td>")
    );
    assert!(Page::new(&table(2, 2)).document().contains("95 % interval</th>"));
}
