//! What holds for every report: parts add up, order does not matter, nothing goes missing.

use chrono::TimeDelta;
use chrono_tz::Europe::Copenhagen;
use proptest::prelude::*;

use super::*;
use crate::kpi::{FcrPolicy, RepeatKey};
use crate::ticket::Status;
use crate::{
    Author, ClockKind, Elapsed, Estimates, Excluded, Reason, Scale, Significance, SlaMetric, SlaVerdict,
    Ticket, TicketMetrics, VerdictState,
};

const HOUR: i64 = 3_600_000_000;
/// 2026-01-01T00:00:00Z
const NEW_YEAR: i64 = 1_767_225_600_000_000;

fn hour(hours: i64) -> Timestamp {
    Timestamp::from_micros(NEW_YEAR + hours * HOUR).unwrap()
}

fn as_of() -> Timestamp {
    hour(24 * 100)
}

/// What decides about a made-up ticket.
#[derive(Debug, Clone)]
struct Case {
    created: i64,
    answered_after: Option<i64>,
    solved_after: Option<i64>,
    reopened_after: Option<i64>,
    customer: u8,
    market: Option<u8>,
    spam: bool,
    sla: Option<(bool, bool)>,
}

fn case() -> impl Strategy<Value = Case> {
    let hours = |most: i64| prop::option::weighted(0.8, 0..most);
    (
        (0..24 * 95_i64, hours(100), hours(400), prop::option::weighted(0.2, 1..200_i64)),
        (
            0..6_u8,
            prop::option::weighted(0.8, 0..3_u8),
            prop::bool::weighted(0.05),
            prop::option::of(any::<(bool, bool)>()),
        ),
    )
        .prop_map(
            |((created, answered_after, solved_after, reopened_after), (customer, market, spam, sla))| Case {
                created,
                answered_after,
                solved_after,
                reopened_after,
                customer,
                market,
                spam,
                sla,
            },
        )
}

fn elapsed(hours: i64) -> Elapsed {
    Elapsed::new(TimeDelta::hours(hours), Some(TimeDelta::hours(hours / 3)))
}

fn replayed(number: usize, case: &Case) -> Replayed {
    let created = hour(case.created);
    let mut ticket = Ticket::new(format!("T-{number}"), created).requested_by(format!("c{}", case.customer));
    if let Some(market) = case.market {
        ticket = ticket.with(Attribute::Market, ["DK", "ES", "FR"][usize::from(market)]);
    }
    let mut metrics = TicketMetrics::new(created, as_of());
    metrics.left_out = case.spam.then_some(Reason::Spam);
    metrics.customer_messages = 1;
    metrics.first_customer_message_at = Some(created);
    let known = |after: &i64| hour(case.created + after) <= as_of();
    match case.answered_after.filter(known) {
        Some(after) => {
            metrics.public_replies = 1;
            metrics.first_response_at = Some(hour(case.created + after));
            metrics.first_response_time = Some(elapsed(after));
        }
        None => metrics.running_first_response_time = Some(elapsed(24 * 100 - case.created)),
    }
    match case.solved_after.filter(known) {
        Some(after) => {
            let solved = hour(case.created + after);
            metrics.status = Status::Solved;
            metrics.solved_by = Some(Author::Agent);
            metrics.first_solved_at = Some(solved);
            metrics.first_resolution_time = Some(elapsed(after));
            metrics.last_solved_at = Some(solved);
            metrics.full_resolution_time = Some(elapsed(after));
            if let Some(reopened) = case.reopened_after.map(|more| after + more).filter(|after| known(after))
            {
                let cycle = serde_json::json!({
                    "solved_at": solved,
                    "reopened_at": hour(case.created + reopened),
                    "reopened_by": "customer",
                    "solved_again_at": null,
                    "replies": 0,
                });
                metrics.status = Status::Open;
                metrics.full_resolution_time = None;
                metrics.reopens = vec![serde_json::from_value(cycle).unwrap()];
            }
        }
        None => metrics.running_resolution_time = Some(elapsed(24 * 100 - case.created)),
    }
    let verdicts = case.sla.iter().map(|(met, decided)| SlaVerdict {
        completed_at: decided.then_some(hour(case.created + 9)),
        elapsed: elapsed(9),
        state: match (met, decided) {
            (true, true) => VerdictState::Met,
            (false, true) => VerdictState::Breached,
            (_, false) => VerdictState::Running,
        },
        breached_at: (*decided && !met).then_some(hour(case.created + 8)),
        ..SlaVerdict::new("standard", SlaMetric::FirstResponse, TimeDelta::hours(8), created)
    });
    Replayed { ticket, metrics, verdicts: verdicts.collect(), excluded: Excluded::default() }
}

fn answers(cases: &[Case]) -> Vec<SurveyResponse> {
    let scored = |(number, case): (usize, &Case)| {
        let score = (case.created % 13 < 11).then(|| i32::try_from(case.created % 13).unwrap());
        let response = SurveyResponse::new("nps", score).about(format!("T-{number}"));
        if case.created % 5 == 0 { response } else { response.answered_at(hour(case.created + 30)) }
    };
    cases.iter().enumerate().map(scored).collect()
}

fn invitations(cases: &[Case]) -> Vec<Invitation> {
    let invited = |(number, case): (usize, &Case)| {
        let invitation =
            Invitation::new(format!("i{number}"), "nps", hour(case.created)).about(format!("T-{number}"));
        if case.created % 3 == 0 { invitation } else { invitation.answered(hour(case.created + 30)) }
    };
    cases.iter().enumerate().map(invited).collect()
}

fn report(period: Period) -> Report {
    let week = FcrPolicy::NoRepeatContactWithin { window: TimeDelta::days(7), key: RepeatKey::Customer };
    Report::builder(as_of())
        .kpis(
            ["volume", "backlog", "first_response_time", "full_resolution_time", "reopen_rate", "one_touch"]
                .map(KpiRequest::new),
        )
        .kpi(KpiRequest::new("first_resolution_time").on(ClockKind::Business))
        .kpi(KpiRequest::new("fcr").under(week))
        .kpi(KpiRequest::new("sla_attainment"))
        .kpi(KpiRequest::new("nps").of_question("nps", Scale::nps()))
        .by([Attribute::Market])
        .by([Attribute::Channel, Attribute::Market])
        .periods(Periods::new(period, Copenhagen))
        .build()
        .unwrap()
}

/// Checks that two states answer the same, to the last bit.
fn same(one: &ReportState, other: &ReportState) -> Result<(), TestCaseError> {
    let (one, other) = (one.table(), other.table());
    for (mine, theirs) in one.rows.iter().zip(&other.rows) {
        prop_assert_eq!(mine, theirs);
    }
    prop_assert_eq!(one.rows.len(), other.rows.len());
    prop_assert!(one == other);
    Ok(())
}

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
        let whole = report.run(&tickets, &answers, &invitations);

        let mut parts = [report.state(), report.state(), report.state()];
        for (number, ticket) in tickets.iter().enumerate().rev() {
            parts[cuts[number]].push_ticket(ticket);
            // an answer may come in with another part than its ticket
            parts[2 - cuts[number]].push_response(&answers[number], Some(&ticket.ticket.attributes));
            parts[cuts[number] / 2].push_invitation(&invitations[number], Some(&ticket.ticket.attributes));
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
        let table = report(Period::Week).run(&tickets, &answers(&cases), &[]).table();
        for total in table.overall().filter(|row| row.headline) {
            let n_of = |rows: &mut dyn Iterator<Item = &ReportRow>| -> u64 {
                rows.filter(|row| row.headline && row.kpi == total.kpi).map(|row| row.n).sum()
            };
            let market = |row: &&ReportRow| row.keys.0.len() == 1;
            prop_assert_eq!(n_of(&mut table.slices().filter(market)), total.n, "{} by market", total.kpi);
            if total.kpi != "backlog" {
                prop_assert_eq!(n_of(&mut table.periods()), total.n, "{} by week", total.kpi);
                let both = |row: &&ReportRow| row.keys.0.len() == 1 && row.period.is_some();
                prop_assert_eq!(n_of(&mut table.rows.iter().filter(both)), total.n, "{} by both", total.kpi);
            }
        }
    }

    #[test]
    fn backlog_flows(cases in prop::collection::vec(case(), 1..60)) {
        // backlog at the end = backlog before + created + reopened - solved, in every week
        let tickets: Vec<Replayed> = cases.iter().enumerate().map(|(number, case)| replayed(number, case)).collect();
        let table = report(Period::Week).run(&tickets, &[], &[]).table();
        let mut before = 0_i64;
        for row in table.periods().filter(|row| row.kpi == "backlog" && row.headline) {
            let period = row.period.as_ref().unwrap();
            let (start, end) = (period.start.unwrap(), period.end.unwrap());
            let in_period = |at: &Timestamp| start <= *at && *at < end && *at <= as_of();
            let counted = || tickets.iter().map(|ticket| &ticket.metrics).filter(|metrics| metrics.left_out.is_none());
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

fn ticket(number: usize, created: i64, customer: u8, market: Option<u8>) -> Replayed {
    let case = Case {
        created,
        answered_after: Some(1),
        solved_after: Some(2),
        reopened_after: None,
        customer,
        market,
        spam: false,
        sla: None,
    };
    replayed(number, &case)
}

fn row<'a>(table: &'a ReportTable, kpi: &str, market: Option<&str>, period: Option<&str>) -> &'a ReportRow {
    table
        .rows
        .iter()
        .find(|row| {
            row.kpi == kpi
                && row.headline
                && row.keys.get(&Attribute::Market).flatten() == market
                && row.keys.0.len() == usize::from(market.is_some())
                && row.period.as_ref().map(|period| period.label.as_str()) == period
        })
        .unwrap_or_else(|| panic!("no row {kpi} {market:?} {period:?}"))
}

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

#[test]
fn periods_not_covered_by_the_data_are_partial() {
    let tickets: Vec<Replayed> =
        (0..95).map(|day| ticket(usize::try_from(day).unwrap(), 24 * day + 30, 1, None)).collect();
    let partial = |report: &Report| -> Vec<bool> {
        let table = report.run(&tickets, &[], &[]).table();
        table
            .periods()
            .filter(|row| row.kpi == "volume")
            .filter_map(|row| Some(row.period.as_ref()?.partial))
            .collect()
    };
    // from 2 January, cut off on 11 April
    assert_eq!(partial(&report(Period::Month)), [true, false, false, true]);
    let mut from_new_year = report(Period::Month).settings;
    from_new_year = from_new_year.observed_from(hour(-1));
    assert_eq!(partial(&from_new_year.build().unwrap()), [false, false, false, true]);
}

#[test]
fn changes_are_told_between_neighbours_only() {
    let tickets: Vec<Replayed> = [0, 1, 36, 40, 70, 71]
        .iter()
        .enumerate()
        .map(|(number, day)| ticket(number, 24 * day, 1, None))
        .collect();
    let table = report(Period::Week).run(&tickets, &[], &[]).table();
    let volume: Vec<(String, Option<f64>)> = table
        .periods()
        .filter(|row| row.kpi == "volume")
        .map(|row| (row.period.as_ref().unwrap().label.clone(), row.change.map(|change| change.difference)))
        .collect();
    let weeks: Vec<&str> = volume.iter().map(|(label, _)| label.as_str()).collect();
    assert_eq!(weeks, ["2026-W01", "2026-W06", "2026-W07", "2026-W11"]);
    // weeks 1 and 6 are no neighbours
    assert_eq!(volume.iter().map(|(_, change)| *change).collect::<Vec<_>>(), [None, None, Some(0.0), None]);
}

#[test]
fn a_change_is_tested_as_the_kpi_compares_itself() {
    let answers = |month: i64, promoters: usize, detractors: usize| {
        let answer =
            move |score| SurveyResponse::new("nps", Some(score)).answered_at(hour(24 * 31 * month + 50));
        std::iter::repeat_n(answer(10), promoters).chain(std::iter::repeat_n(answer(0), detractors))
    };
    let all: Vec<SurveyResponse> =
        answers(0, 50, 50).chain(answers(1, 90, 10)).chain(answers(2, 6, 0)).collect();
    let table = report(Period::Month).run(&[], &all, &[]).table();
    let change = |month| row(&table, "nps", None, Some(month)).change;

    let nps = |promoters, detractors| {
        crate::kpi::nps(std::iter::repeat_n(10, promoters).chain(std::iter::repeat_n(0, detractors)))
    };
    let expected = nps(90, 10).change_from(&nps(50, 50), 0.95).unwrap();
    let february = change("2026-02").unwrap();
    assert_eq!((february.difference, february.interval), (80.0, Some(expected.interval)));
    assert_eq!(february.p_value, Some(expected.p_value));
    assert!(february.is_significant());
    assert_eq!(change("2026-01"), None);
    // six answers are too few to call it a change
    assert_eq!(change("2026-03").unwrap().significance, Some(Significance::TooFew));

    let promoters = |row: &&ReportRow| row.kpi == "nps" && row.measure == "promoters";
    let shares: Vec<Option<Change>> = table.periods().filter(promoters).map(|row| row.change).collect();
    assert_eq!(
        shares.iter().map(|change| change.map(|change| change.difference)).collect::<Vec<_>>()[..2],
        [None, Some(40.0)]
    );
    assert_eq!(shares[1].unwrap().significance, None); // headlines only
}

/// Invitations and answers of one market: so many asked, so many of them promoters, so many detractors.
fn surveyed(
    market: &str,
    asked: usize,
    promoters: usize,
    detractors: usize,
) -> (Vec<SurveyResponse>, Vec<Invitation>) {
    let answer =
        |score| SurveyResponse::new("nps", Some(score)).answered_at(hour(30)).with(Attribute::Market, market);
    let answers =
        std::iter::repeat_n(answer(10), promoters).chain(std::iter::repeat_n(answer(0), detractors));
    let invitation = |number: usize| {
        let sent =
            Invitation::new(format!("{market}{number}"), "nps", hour(1)).with(Attribute::Market, market);
        if number < promoters + detractors { sent.answered(hour(30)) } else { sent }
    };
    (answers.collect(), (0..asked).map(invitation).collect())
}

fn warnings(markets: &[(&str, usize, usize, usize)]) -> Vec<Warning> {
    let report = Report::builder(as_of())
        .kpi(KpiRequest::new("nps").of_question("nps", Scale::nps()))
        .by([Attribute::Market])
        .build()
        .unwrap();
    let mut state = report.state();
    for (market, asked, promoters, detractors) in markets {
        let (answers, invitations) = surveyed(market, *asked, *promoters, *detractors);
        for answer in &answers {
            state.push_response(answer, None);
        }
        for invitation in &invitations {
            state.push_invitation(invitation, None);
        }
    }
    let table = state.table();
    let printed = table.to_string();
    assert_eq!(printed.contains("\nWarnings\n"), !table.warnings.is_empty());
    assert!(printed.lines().all(|line| line.chars().count() <= 100), "{printed}");
    table.warnings
}

#[test]
fn uneven_response_is_told_with_what_the_score_would_be() {
    // chat answers twice as readily as mail and is happier
    let uneven = warnings(&[("DK", 500, 210, 90), ("ES", 500, 60, 90)]);
    let [Warning::UnevenResponse { r_indicator, p_value, lowest, highest, value, adjusted, .. }] =
        &uneven[..]
    else {
        panic!("{uneven:?}")
    };
    assert!((r_indicator - 0.70).abs() < 1e-3 && *p_value < 1e-9);
    assert_eq!((lowest.keys.label().as_str(), lowest.answered), ("ES", crate::Ratio::new(150, 500)));
    assert_eq!(highest.keys.label(), "DK");
    assert_eq!(value.map(f64::round), Some(20.0)); // 270 of 450 against 180
    let adjusted = adjusted.unwrap();
    assert!((adjusted.value - 10.0).abs() < 1e-9); // half of +40, half of -20
    assert!((adjusted.effective_n - 400.0).abs() < 1e-9);
    assert_eq!(
        uneven[0].to_string(),
        "Net Promoter Score by market: uneven response, from 30.0 % (ES) to 60.0 % (DK), R-indicator 0.70; \
         if all had answered alike the score would be +10.0, not +20.0"
    );
    let data = serde_json::to_value(&uneven[0]).unwrap();
    assert_eq!((&data["warning"], &data["by"]), (&"uneven_response".into(), &serde_json::json!(["market"])));
    assert_eq!(data["lowest"]["keys"], serde_json::json!({ "market": "ES" }));
}

#[test]
fn uneven_response_is_told_where_few_answer_at_all() {
    // 15 % against 5 %: an R-indicator of 0.9, yet one market is heard three times as often
    let uneven = warnings(&[("DK", 2000, 200, 100), ("ES", 2000, 60, 40)]);
    assert!(matches!(&uneven[..], [Warning::UnevenResponse { r_indicator, .. }] if *r_indicator > 0.89));
}

#[test]
fn what_may_be_chance_or_is_even_enough_is_no_warning() {
    assert_eq!(warnings(&[("DK", 500, 160, 90), ("ES", 500, 150, 80)]), []);
    // 60 % against 40 % of ten each: too few to tell, which is what is told
    let few = warnings(&[("DK", 10, 3, 3), ("ES", 10, 2, 2)]);
    assert!(few.iter().all(|warning| matches!(warning, Warning::TooFewAnswers { .. })), "{few:?}");
}

#[test]
fn too_few_answers_are_told_overall_and_by_slice() {
    let few = warnings(&[("DK", 100, 30, 20), ("ES", 20, 5, 5), ("FR", 10, 2, 2)]);
    assert_eq!(
        few.iter().map(Warning::to_string).collect::<Vec<_>>(),
        ["Net Promoter Score by market: 2 of 3 rest on fewer than 30 answers (ES; FR)"]
    );
    assert_eq!(
        warnings(&[("DK", 10, 3, 2)]).iter().map(Warning::to_string).collect::<Vec<_>>(),
        [
            "Net Promoter Score rests on fewer than 30 answers",
            "Net Promoter Score by market: 1 of 1 rests on fewer than 30 answers (DK)",
        ]
    );
    assert_eq!(warnings(&[]), []); // no score, nothing to beware of
}

#[test]
fn states_of_different_reports_do_not_merge() {
    let mut weekly = report(Period::Week).state();
    assert_eq!(weekly.merge(report(Period::Month).state()), Err(ReportError::OtherReport));
}

#[test]
fn requests_are_checked_when_the_report_is_built() {
    let message =
        |request: KpiRequest| Report::builder(as_of()).kpi(request).build().unwrap_err().to_string();
    assert!(
        message(KpiRequest::new("horoscope"))
            .starts_with("KPI \"horoscope\" is not in the catalogue, which has csat, nps")
    );
    assert!(message(KpiRequest::new("fcr")).starts_with(
        "KPI \"fcr\" needs its policy, since no two products mean the same by it: give one of single_reply"
    ));
    assert_eq!(
        message(KpiRequest::new("volume").on(ClockKind::Business)),
        "KPI \"volume\" has no clock: leave it out"
    );
    assert_eq!(Report::builder(as_of()).build(), Err(ReportError::NoKpi));
    let certain = Report::builder(as_of()).kpi(KpiRequest::new("volume")).level(1.0).build();
    assert_eq!(
        certain.unwrap_err().to_string(),
        "confidence level 1 is not between 0 and 1: give for example 0.95"
    );
}

#[test]
fn a_share_within_a_limit_judges_those_who_still_wait() {
    let mut tickets: Vec<Replayed> = (0..8).map(|number| ticket(number, 24, 1, None)).collect();
    // two wait unanswered: for ten hours (decided), and for half an hour (not yet)
    for (ticket, waited) in tickets.iter_mut().zip([10, 0]) {
        ticket.metrics.first_response_time = None;
        ticket.metrics.running_first_response_time = Some(elapsed(waited));
    }
    tickets[2].metrics.first_response_time = Some(elapsed(5));
    let request = || KpiRequest::new("FRT");
    let report = Report::builder(as_of())
        .kpis([request().within(TimeDelta::hours(1)), request().within(TimeDelta::hours(5)), request()])
        .periods(Periods::new(Period::Week, Copenhagen))
        .build()
        .unwrap();
    let table = report.run(&tickets, &[], &[]).table();
    let shares: Vec<_> = table
        .overall()
        .filter(|row| row.measure == "within")
        .map(|row| (row.option.as_deref().unwrap(), row.value.unwrap().round(), row.n, row.headline))
        .collect();
    assert_eq!(shares, [("within 1h", 71.0, 7, true), ("within 5h", 86.0, 7, true)]); // 5 and 6 of 7
    assert_eq!(table.overall().filter(|row| row.measure == "median").count(), 1);
    assert!(table.to_string().contains("First response time (within 1h)"), "{table}");

    let written = serde_json::to_string(&report).unwrap();
    assert!(written.contains(r#""within":"1h""#), "{written}");
    assert_eq!(serde_json::from_str::<Report>(&written).unwrap(), report);
    let refused = |request: KpiRequest| request.check().unwrap_err().to_string();
    assert_eq!(
        refused(KpiRequest::new("volume").within(TimeDelta::hours(1))),
        "KPI \"volume\" has no within: leave it out"
    );
    assert_eq!(
        refused(request().within(-TimeDelta::hours(1))),
        "KPI \"first_response_time\" within \"-1h\" has no meaning: give a duration above zero, such as \"4h\""
    );
}

#[test]
fn a_report_tells_one_policy_one_status_and_one_group() {
    let mut tickets: Vec<Replayed> = (0..4).map(|number| ticket(number, 24, 1, None)).collect();
    for (ticket, (policy, met)) in tickets.iter_mut().zip([("gold", true), ("gold", false), ("silver", true)])
    {
        let verdict = SlaVerdict::new(policy, SlaMetric::FirstResponse, TimeDelta::hours(8), hour(24));
        let state = if met { VerdictState::Met } else { VerdictState::Breached };
        ticket.verdicts = vec![SlaVerdict { state, completed_at: Some(hour(30)), ..verdict }];
        ticket.metrics.time_in_status[Status::Pending.index()] = elapsed(3);
    }
    let stint = serde_json::json!([{ "name": "billing", "from": hour(24), "until": hour(26), "elapsed": elapsed(2) }]);
    tickets[0].metrics.group_stints = serde_json::from_value(stint).unwrap();
    let table = Report::builder(as_of())
        .kpi(KpiRequest::new("sla_attainment").of_sla_policy("gold"))
        .kpi(KpiRequest::new("sla_attainment").of_metric(SlaMetric::FirstResponse).of_sla_policy("silver"))
        .kpi(KpiRequest::new("time_in_status").of_status(Status::Pending).within(TimeDelta::hours(2)))
        .kpi(KpiRequest::new("time_in_group").of_group("billing"))
        .build()
        .unwrap()
        .run(&tickets, &[], &[])
        .table();
    let headlines: Vec<_> = table
        .overall()
        .filter(|row| row.headline)
        .map(|row| (row.option.as_deref().unwrap(), row.value, row.n))
        .collect();
    assert_eq!(
        headlines,
        [
            ("policy gold", Some(50.0), 2),
            ("first response, policy silver", Some(100.0), 1),
            ("pending, within 2h", Some(0.0), 3),
            ("billing", Some(7_200.0), 1),
        ]
    );
    let refused = |request: KpiRequest| request.check().unwrap_err().to_string();
    assert!(refused(KpiRequest::new("time_in_group")).starts_with("KPI \"time_in_group\" needs its group"));
    assert_eq!(
        refused(KpiRequest::new("sla_ticket_attainment").of_sla_policy("gold")),
        "KPI \"sla_ticket_attainment\" has no sla_policy: leave it out"
    );
}

#[test]
fn a_report_can_be_written_down() {
    let report = report(Period::Week);
    let text = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    let toml = r#"
        as_of = "2026-04-11T00:00:00Z"
        by = [["market"]]
        kpis = [{ kpi = "fcr", policy = "no_reopen_within(7days)" }, { kpi = "csat", question = "stars", scale = "1-5" }]
        periods = { period = "month", zone = "Europe/Copenhagen" }
    "#;
    let report: Report = toml::from_str(toml).unwrap();
    assert_eq!(report.state().table().overall().count(), 5); // one number of FCR, four of CSAT
    assert!(toml::from_str::<Report>("as_of = \"2026-04-11T00:00:00Z\"\nkpis = []").is_err());
}
