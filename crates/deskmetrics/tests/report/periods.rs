//! Periods: partial ones, changes between them, what counts in which.

use chrono::TimeDelta;
use chrono_tz::Europe::Copenhagen;
use deskmetrics::kpi::CustomersOf;
use deskmetrics::queue::{AgentShift, QueueContact};
use deskmetrics::replay::{ReopenCycle, Replay, Response, UnansweredWait};
use deskmetrics::report::{
    Change, KpiRequest, Period, Periods, Report, ReportBuilder, ReportRow, ReportTable, Warning,
};
use deskmetrics::ticket::{Attribute, Author};
use deskmetrics::{ClockKind, Estimates, Invitation, Reason, Replayed, Significance, SurveyResponse, kpi};

use crate::made::{as_of, elapsed, hour, report, row, ticket};

#[test]
fn periods_not_covered_by_the_data_are_partial() {
    let tickets: Vec<Replayed> =
        (0..95).map(|day| ticket(usize::try_from(day).unwrap(), 24 * day + 30, 1, None)).collect();
    let partial = |report: &Report| -> Vec<bool> {
        let table = report.run(&tickets, &[], &[]).unwrap().table();
        table
            .periods()
            .filter(|row| row.kpi == "volume")
            .filter_map(|row| Some(row.period.as_ref()?.partial))
            .collect()
    };
    // from 2 January, cut off on 11 April
    assert_eq!(partial(&report(Period::Month)), [true, false, false, true]);
    let from_new_year = ReportBuilder::from(report(Period::Month)).with_observed_from(hour(-1));
    assert_eq!(partial(&from_new_year.build().unwrap()), [false, false, false, true]);
}

/// The label, value and change of each week's volume.
fn weekly_volume(table: &ReportTable) -> Vec<(&str, Option<f64>, Option<f64>)> {
    let rows = table.periods().filter(|row| row.kpi == "volume" && row.keys.is_empty());
    rows.map(|row| {
        let change = row.change.map(|change| change.difference);
        (row.period.as_ref().unwrap().label.as_str(), row.value, change)
    })
    .collect()
}

#[test]
fn a_count_is_zero_in_periods_without_records() {
    // 1 January, 6, 10 and 11 February; the cut-off is in the middle of week 15
    let tickets: Vec<Replayed> = [0, 1, 36, 40, 41]
        .iter()
        .enumerate()
        .map(|(number, day)| ticket(number, 24 * day, 1, None))
        .collect();
    let table = report(Period::Week).run(&tickets, &[], &[]).unwrap().table();
    let volume = weekly_volume(&table);
    assert_eq!(volume.len(), 15);
    assert_eq!(volume[0], ("2026-W01", Some(2.0), None));
    // Week 1 is partial, so the change since then means nothing.
    assert_eq!(volume[1], ("2026-W02", Some(0.0), None));
    assert_eq!(volume[2], ("2026-W03", Some(0.0), Some(0.0)));
    assert_eq!(volume[5], ("2026-W06", Some(1.0), Some(1.0)));
    assert_eq!(volume[6], ("2026-W07", Some(2.0), Some(1.0)));
    assert_eq!(volume[7], ("2026-W08", Some(0.0), Some(-2.0)));
    assert_eq!(volume[14].0, "2026-W15");
    // Other KPIs are not known there.
    let response = |row: &&ReportRow| row.kpi == "first_response_time" && row.headline && row.n == 0;
    assert_eq!(table.periods().filter(response).count(), 0);

    let bounded = ReportBuilder::from(report(Period::Week)).with_observed_from(hour(-24 * 10));
    let bounded = bounded.with_observed_until(hour(24 * 46 - 2)).build().unwrap();
    let table = bounded.run(&tickets, &[], &[]).unwrap().table();
    let labels: Vec<&str> = weekly_volume(&table).iter().map(|(label, ..)| *label).collect();
    assert_eq!(
        labels,
        ["2025-W52", "2026-W01", "2026-W02", "2026-W03", "2026-W04", "2026-W05", "2026-W06", "2026-W07"]
    );
}

#[test]
fn slices_have_zeros_where_the_data_has_records() {
    let market = |number, day: i64, market| {
        let mut ticket = ticket(number, 24 * day, 1, None);
        ticket.ticket = ticket.ticket.with_attribute(Attribute::Market, market);
        ticket
    };
    let tickets = [market(0, 2, "DK"), market(1, 40, "ES"), market(2, 70, "DK")];
    let report = |kpis: &[&str]| {
        let kpis = kpis.iter().map(|kpi| KpiRequest::new(*kpi));
        let months = Periods::new(Period::Month, Copenhagen);
        let report = Report::builder(hour(24 * 75)).with_kpis(kpis).with_periods(months);
        report.with_slices([Attribute::Market]).build().unwrap()
    };
    let of_market = |kpis: &[&str], kpi: &str, market: &str| {
        let table = report(kpis).run(&tickets, &[], &[]).unwrap().table();
        let rows = table.rows.iter().filter(|row| row.kpi == kpi && row.headline && row.period.is_some());
        let rows = rows.filter(|row| row.keys.label() == market);
        rows.map(|row| (row.period.as_ref().unwrap().label.clone(), row.value.unwrap())).collect::<Vec<_>>()
    };
    let counted = |values: [f64; 3]| -> Vec<(String, f64)> {
        ["2026-01", "2026-02", "2026-03"].map(str::to_owned).into_iter().zip(values).collect()
    };
    assert_eq!(of_market(&["volume"], "volume", "DK"), counted([1.0, 0.0, 1.0]));
    assert_eq!(of_market(&["volume"], "volume", "ES"), counted([0.0, 1.0, 0.0]));
    // The rows of a KPI do not depend on the others.
    for kpi in ["solved", "backlog", "flow", "customers"] {
        let all = of_market(&["volume", "solved", "backlog", "flow", "customers"], kpi, "ES");
        assert_eq!(of_market(&[kpi], kpi, "ES"), all, "{kpi}");
    }
    assert_eq!(of_market(&["flow"], "flow", "ES").len(), 3);
    // Without any open ticket, the backlog of all is known to be 0, and so in each month.
    let table = report(&["backlog"]).run(&tickets, &[], &[]).unwrap().table();
    assert_eq!(
        by_period(&table, "backlog", "count").iter().map(|(_, value, _)| *value).collect::<Vec<_>>(),
        [Some(0.0); 3]
    );
}

#[test]
fn zeros_that_are_not_listed_are_a_warning() {
    let days = ReportBuilder::from(report(Period::Day));
    let old = [ticket(0, -24 * 20_000, 1, None), ticket(1, 24, 1, None)];
    let table = days.build().unwrap().run(&old, &[], &[]).unwrap().table();
    let zeros = |table: &ReportTable| {
        let of_volume = |warning: &&Warning| matches!(warning, Warning::ZerosNotListed { kpi: "volume", .. });
        table.warnings.iter().filter(of_volume).map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(weekly_volume(&table).len(), 1001);
    assert_eq!(
        zeros(&table),
        [
            "Ticket volume: the data covers more than 1000 periods; of those before 2023-07-17, only those with records have \
          a row. If an early date is a mistake, exclude it or state where the data begins"
        ]
    );

    let many = (0..2_600).map(|number| {
        let mut ticket = ticket(number, i64::try_from(number).unwrap() % 2_200, 1, None);
        ticket.ticket = ticket.ticket.with_attribute(Attribute::Market, format!("m{number}"));
        ticket
    });
    let report =
        Report::builder(as_of()).with_kpi(KpiRequest::new("volume")).with_slices([Attribute::Market]);
    let report = report.with_periods(Periods::new(Period::Day, Copenhagen)).build().unwrap();
    let table = report.run(&many.collect::<Vec<_>>(), &[], &[]).unwrap().table();
    assert_eq!(table.rows.iter().filter(|row| row.period.is_some() && !row.keys.is_empty()).count(), 2_600);
    assert_eq!(
        zeros(&table),
        [
            "Ticket volume by market: periods in which nothing was counted have no row, because there are too many slices \
          and periods. A missing row means 0"
        ]
    );
}

#[test]
fn a_change_is_tested_as_the_kpi_compares_itself() {
    let answers = |month: i64, promoters: usize, detractors: usize| {
        let answer = move |score| SurveyResponse::new("nps", Some(score)).with_at(hour(24 * 31 * month + 50));
        std::iter::repeat_n(answer(10), promoters).chain(std::iter::repeat_n(answer(0), detractors))
    };
    let all: Vec<SurveyResponse> =
        answers(0, 50, 50).chain(answers(1, 90, 10)).chain(answers(2, 6, 0)).collect();
    let table = report(Period::Month).run(&[], &all, &[]).unwrap().table();
    let change = |month| row(&table, "nps", None, Some(month)).change;

    let nps = |promoters, detractors| {
        kpi::nps(std::iter::repeat_n(10, promoters).chain(std::iter::repeat_n(0, detractors)))
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

const DAY: i64 = 24;

/// A report of these KPIs by month.
fn monthly(kpis: impl IntoIterator<Item = KpiRequest>) -> Report {
    let months = Periods::new(Period::Month, Copenhagen);
    Report::builder(as_of()).with_kpis(kpis).with_periods(months).build().unwrap()
}

/// One number of a KPI by period: label, value and n.
fn by_period<'a>(table: &'a ReportTable, kpi: &str, measure: &str) -> Vec<(&'a str, Option<f64>, u64)> {
    let rows = table.periods().filter(|row| row.kpi == kpi && row.measure == measure);
    rows.map(|row| (row.period.as_ref().unwrap().label.as_str(), row.value, row.n)).collect()
}

#[test]
fn responses_and_solves_count_on_their_own_day() {
    let mut ticket = ticket(1, 30 * DAY, 1, None); // 31 January, answered and solved that day
    let metrics = &mut ticket.metrics;
    let response = |(after, at)| Response::after(elapsed(after)).with_at(hour(at));
    metrics.next_responses = [(1, 30 * DAY + 5), (3, 35 * DAY), (5, 36 * DAY)].map(response).to_vec();
    metrics.unanswered_waits = vec![
        UnansweredWait::of_next(elapsed(7)).with_ended_at(hour(37 * DAY)),
        UnansweredWait::of_next(elapsed(9)),
    ];
    let mut cycle = ReopenCycle::new(hour(30 * DAY + 2), hour(34 * DAY), Author::Customer);
    cycle.solved_again_at = Some(hour(37 * DAY));
    metrics.reopens = vec![cycle];

    let kpis = ["next_response_time", "response_time", "solve_events"].map(KpiRequest::new);
    let table = monthly(kpis).run(&[ticket], &[], &[]).unwrap().table();
    let hours = |hours: f64| Some(hours * 3600.0);
    assert_eq!(
        by_period(&table, "next_response_time", "mean"),
        [("2026-01", hours(1.0), 1), ("2026-02", hours(4.0), 2), ("no date", None, 0)]
    );
    let censored = by_period(&table, "next_response_time", "censored");
    assert_eq!(
        censored[1..],
        [("2026-02", Some(1.0), 3), ("no date", Some(1.0), 1)],
        "in the period of the solve"
    );
    assert_eq!(by_period(&table, "response_time", "mean")[0], ("2026-01", hours(1.0), 2));
    let solves = ["count", "tickets"].map(|measure| by_period(&table, "solve_events", measure));
    // A flow is known in every month up to the cut-off, in April too.
    let none = [("2026-03", Some(0.0), 0), ("2026-04", Some(0.0), 0)];
    let expected = [[("2026-01", Some(1.0), 1), ("2026-02", Some(1.0), 1)], none].concat();
    assert!(solves.iter().all(|rows| *rows == expected), "{solves:?}");
    let overall: Vec<Option<f64>> =
        table.overall().filter(|row| row.kpi == "solve_events").map(|row| row.value).collect();
    assert_eq!(overall, [Some(2.0), Some(1.0)], "one ticket, solved twice");
}

#[test]
fn the_age_of_the_backlog_is_reported_as_of_each_periods_end() {
    let mut tickets = [ticket(1, 21 * DAY, 1, None), ticket(2, 40 * DAY, 2, None)];
    for ticket in &mut tickets {
        // still open at the cut-off, 100 days after New Year
        *ticket = {
            let mut open = ticket.clone();
            open.metrics.status = deskmetrics::Status::Open;
            open.metrics.first_solved_at = None;
            open.metrics.last_solved_at = None;
            open.metrics.running_resolution_time =
                Some(elapsed((as_of().as_micros() - open.metrics.created_at.as_micros()) / 3_600_000_000));
            open
        };
    }
    let ages = KpiRequest::new("backlog_age");
    let bands = ages.clone().with_bands([TimeDelta::days(14), TimeDelta::days(30)]);
    let table = monthly([ages.clone(), ages.clone().with_clock(ClockKind::Business)])
        .run(&tickets, &[], &[])
        .unwrap()
        .table();
    let days: Vec<_> = table
        .periods()
        .filter(|row| row.measure == "max" && row.clock == Some(ClockKind::Calendar))
        .map(|row| (row.period.as_ref().unwrap().label.as_str(), row.value.unwrap() / 86_400.0, row.n))
        .map(|(month, days, n)| (month, days.round(), n))
        .collect();
    assert_eq!(
        days,
        [("2026-01", 10.0, 1), ("2026-02", 38.0, 2), ("2026-03", 69.0, 2), ("2026-04", 79.0, 2)]
    );
    let business = |row: &&ReportRow| row.clock == Some(ClockKind::Business);
    assert_eq!((table.overall().filter(business).count(), table.periods().filter(business).count()), (8, 0));

    let stacked = monthly([bands]).run(&tickets, &[], &[]).unwrap().table();
    let february: Vec<_> = stacked
        .periods()
        .filter(|row| row.period.as_ref().unwrap().label == "2026-02")
        .map(|row| (&*row.measure, row.value, row.headline))
        .collect();
    assert_eq!(
        february,
        [("up to 14d", Some(0.0), true), ("14d to 30d", Some(50.0), false), ("over 30d", Some(50.0), false)]
    );

    let open = KpiRequest::new("customers").with_tickets(CustomersOf::Open);
    let table = monthly([open]).run(&tickets, &[], &[]).unwrap().table();
    assert_eq!(
        by_period(&table, "customers", "count")[..2],
        [("2026-01", Some(1.0), 1), ("2026-02", Some(2.0), 2)]
    );
}

#[test]
fn phone_and_chat_are_in_the_same_report() {
    let report = Report::builder(as_of())
        .with_kpi(KpiRequest::new("service_level").with_limit(TimeDelta::seconds(20)))
        .with_kpis(["speed_of_answer", "abandon_rate", "handle_time", "occupancy"].map(KpiRequest::new))
        .with_slices([Attribute::Market])
        .with_periods(Periods::new(Period::Month, Copenhagen))
        .build()
        .unwrap();
    let mut state = report.state();
    let seconds = TimeDelta::seconds;
    let call = |at, wait, market| {
        let queued = hour(at);
        QueueContact::new(queued)
            .with_answered_at(queued.to_utc() + seconds(wait))
            .with_handle_time(seconds(300), seconds(0), seconds(60))
            .with_attribute(Attribute::Market, market)
    };
    for contact in [
        call(1, 10, "DK"),
        call(2, 30, "DK"),
        call(40 * DAY, 20, "ES"),
        QueueContact::new(hour(3)).with_abandoned_at(hour(4)).with_attribute(Attribute::Market, "DK"),
        call(101 * DAY, 1, "DK"), // after the cut-off
        QueueContact::new(as_of()).with_answered_at(hour(101 * DAY)).with_attribute(Attribute::Market, "ES"), // still waiting
    ] {
        state.push_contact(&contact);
    }
    state.push_shift(&AgentShift::new(hour(1), TimeDelta::hours(8), TimeDelta::hours(6)));
    let table = state.table();

    assert_eq!((table.records.contacts, table.records.shifts), (6, 1));
    let headlines: Vec<_> = table
        .overall()
        .filter(|row| row.headline)
        .map(|row| (row.kpi, row.value.unwrap(), row.n, row.excluded.to_string()))
        .collect();
    let exclusion = |text: &str| text.to_owned();
    assert_eq!(
        headlines,
        [
            ("service_level", 50.0, 4, exclusion("1 after the cut-off, 1 still running")),
            ("speed_of_answer", 20.0, 3, exclusion("1 after the cut-off, 1 still running")),
            ("abandon_rate", 25.0, 4, exclusion("1 after the cut-off, 1 still running")),
            ("handle_time", 360.0, 3, exclusion("1 after the cut-off, 2 no reply yet")),
            ("occupancy", 75.0, 1, String::new()),
        ]
    );
    assert_eq!(row(&table, "service_level", Some("ES"), None).value, Some(100.0));
    assert_eq!(row(&table, "service_level", None, Some("2026-01")).n, 3);
    assert_eq!(row(&table, "service_level", None, None).option.as_deref(), Some("within 20s"));
}

#[test]
fn coverage_finds_the_ticket_wherever_the_survey_was_sent() {
    // solved in January in Denmark; surveyed in February, and the invitation names no market
    let tickets =
        [ticket(1, 20 * DAY, 1, Some(0)), ticket(2, 21 * DAY, 2, Some(0)), ticket(3, 40 * DAY, 3, Some(1))];
    let report = ReportBuilder::from(monthly([KpiRequest::new("survey_coverage")]))
        .with_slices([Attribute::Market])
        .build()
        .unwrap();
    let sent = |about: &str, at| Invitation::new(about, "csat", hour(at)).with_ticket(about);
    let invitations = [
        sent("T-1", 40 * DAY),
        sent("T-1", 41 * DAY),
        sent("T-2", 40 * DAY).without_delivery(),
        sent("T-3", 101 * DAY), // after the cut-off
        sent("T-9", 40 * DAY),
    ];
    let mut state = report.state();
    for invitation in &invitations {
        state.push_invitation(invitation, None);
    }
    for ticket in &tickets {
        state.push_ticket(ticket);
    }
    let table = state.table();
    let all = row(&table, "survey_coverage", None, None);
    assert_eq!((all.value.map(f64::round), all.n), (Some(33.0), 3));
    assert_eq!((all.excluded.count(Reason::Bounced), all.excluded.count(Reason::AfterCutOff)), (1, 1));
    assert_eq!(row(&table, "survey_coverage", Some("DK"), None).value, Some(50.0));
    assert_eq!(row(&table, "survey_coverage", None, Some("2026-01")).value, Some(50.0));
    assert_eq!(row(&table, "survey_coverage", None, Some("2026-02")).value, Some(0.0));
}

#[test]
fn a_call_over_midnight_is_handled_once_where_its_wrap_up_ends() {
    let call = QueueContact::new(hour(DAY - 2)) // 23:00 in Copenhagen
        .with_answered_at(hour(DAY - 2))
        .with_handle_time(TimeDelta::minutes(70), TimeDelta::zero(), TimeDelta::minutes(5));
    let report = Report::builder(as_of())
        .with_kpis(["handle_time", "speed_of_answer"].map(KpiRequest::new))
        .with_periods(Periods::new(Period::Day, Copenhagen))
        .build()
        .unwrap();
    let mut state = report.state();
    state.push_contact(&call);
    let table = state.table();
    let (first, second) = ("2026-01-01", "2026-01-02");
    assert_eq!(by_period(&table, "speed_of_answer", "mean"), [(first, Some(0.0), 1)]);
    assert_eq!(by_period(&table, "handle_time", "mean"), [(second, Some(4500.0), 1)]);
}

#[test]
fn periods_that_end_after_the_data_are_partial() {
    // Creation stops on 20 March, a Friday; solves continue until April.
    let tickets: Vec<Replayed> = (0..80)
        .map(|day| {
            let mut ticket = ticket(usize::try_from(day).unwrap(), DAY * (day - 1) + 9, 1, None);
            ticket.metrics.first_solved_at = Some(hour(DAY * (day + 13)));
            ticket.metrics.last_solved_at = ticket.metrics.first_solved_at;
            ticket.metrics.full_resolution_time = Some(elapsed(DAY * 14));
            ticket
        })
        .collect();
    let weeks = |until: Option<i64>| {
        let report = Report::builder(as_of())
            .with_kpis(["volume", "solved", "full_resolution_time"].map(KpiRequest::new))
            .with_periods(Periods::new(Period::Week, Copenhagen));
        let report = until.map(hour).into_iter().fold(report, ReportBuilder::with_observed_until);
        report.build().unwrap().run(&tickets, &[], &[]).unwrap().table()
    };
    let shown = |table: &ReportTable, kpi: &str, week: &str| {
        let row = row(table, kpi, None, Some(week));
        (row.period.as_ref().unwrap().partial, row.change.map(|change| change.difference))
    };
    let complete = weeks(None);
    assert_eq!(shown(&complete, "volume", "2026-W12"), (false, Some(-2.0)));

    let table = weeks(Some(DAY * 79 - 1));
    assert_eq!(shown(&table, "volume", "2026-W11"), (false, Some(0.0)));
    assert_eq!(shown(&table, "volume", "2026-W12"), (true, None), "part of a week has part of the tickets");
    assert_eq!(shown(&table, "solved", "2026-W12"), (true, None));
    assert_eq!(shown(&table, "solved", "2026-W13"), (true, None));
    // A part of a week has a median, a week after the data has that of old tickets alone.
    assert_eq!(shown(&table, "full_resolution_time", "2026-W12"), (true, Some(0.0)));
    assert_eq!(shown(&table, "full_resolution_time", "2026-W13"), (true, None));
}

#[test]
fn an_answer_without_a_date_is_not_before_its_ticket() {
    let at = |text: &str| text.parse::<deskmetrics::Timestamp>().unwrap();
    let report = Report::builder(at("2026-03-15T00:00:00Z"))
        .with_kpi(KpiRequest::new("csat").with_question("csat", deskmetrics::Scale::csat(1, 5).unwrap()))
        .build()
        .unwrap();
    let mut state = report.state();
    for (ticket, created, score) in [("a", "2026-03-02T09:00:00Z", 5), ("b", "2026-04-02T09:00:00Z", 1)] {
        let answer = SurveyResponse::new("csat", Some(score)).with_ticket(ticket);
        state.push_response(&answer, Some(&deskmetrics::Ticket::new(ticket, at(created))));
    }
    let table = state.table();
    let row = table.headline("csat").unwrap();
    assert_eq!((row.value, row.n, row.excluded.count(Reason::AfterCutOff)), (Some(100.0), 1, 1));

    // Neither slices nor the attributes of answers change that.
    let tickets = [("a", "2026-03-02T09:00:00Z"), ("b", "2026-04-02T09:00:00Z")];
    let tickets = tickets.map(|(id, created)| deskmetrics::Ticket::new(id, at(created)));
    let answers =
        [("a", 5), ("b", 1)].map(|(id, score)| SurveyResponse::new("csat", Some(score)).with_ticket(id));
    let replayed = Replay::new(at("2026-03-15T00:00:00Z")).tickets(&tickets, &[]).tickets;
    for (slices, inherits) in
        [(vec![], true), (vec![], false), (vec!["market"], true), (vec!["market"], false)]
    {
        let report = Report::builder(at("2026-03-15T00:00:00Z"))
            .with_kpi(KpiRequest::new("csat").with_question("csat", deskmetrics::Scale::csat(1, 5).unwrap()))
            .with_surveys_inherit(inherits);
        let report = if slices.is_empty() { report } else { report.with_slices(slices) };
        let table = report.build().unwrap().run(&replayed, &answers, &[]).unwrap().table();
        let row = table.headline("csat").unwrap();
        assert_eq!((row.value, row.n, row.excluded.count(Reason::AfterCutOff)), (Some(100.0), 1, 1));
    }
}

#[test]
fn a_cut_off_before_all_records_is_a_warning() {
    let warned = |at: i64| {
        let report = Report::builder(hour(at)).with_kpi(KpiRequest::new("volume")).build().unwrap();
        report.run(&[ticket(1, 30, 1, None)], &[], &[]).unwrap().table().warnings
    };
    assert_eq!(warned(30), []);
    let [Warning::CutOffBeforeData { cut_off, first }] = warned(29)[..] else { panic!("no warning") };
    assert_eq!((cut_off, first), (hour(29), hour(30)));
}
