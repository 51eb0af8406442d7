//! Requests that a report accepts and rejects.

use chrono::TimeDelta;
use chrono_tz::Europe::Copenhagen;
use deskmetrics::report::{KpiRequest, Period, Periods, Report, ReportError};
use deskmetrics::{ClockKind, Replayed, SlaMetric, SlaVerdict, Status, VerdictState};

use crate::made::{as_of, elapsed, hour, report, ticket};

#[test]
fn requests_are_checked_when_the_report_is_built() {
    let message =
        |request: KpiRequest| Report::builder(as_of()).with_kpi(request).build().unwrap_err().to_string();
    assert!(
        message(KpiRequest::new("horoscope"))
            .starts_with("KPI \"horoscope\" is not in the catalogue, which has csat, nps")
    );
    assert!(message(KpiRequest::new("fcr")).starts_with(
        "KPI \"fcr\" needs its policy, since products define it differently: give one of single_reply"
    ));
    assert_eq!(
        message(KpiRequest::new("volume").with_clock(ClockKind::Business)),
        "KPI \"volume\" has no clock: omit it"
    );
    assert_eq!(Report::builder(as_of()).build(), Err(ReportError::NoKpi));
    let certain = Report::builder(as_of()).with_kpi(KpiRequest::new("volume")).with_level(1.0).build();
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
        .with_kpis([
            request().with_limit(TimeDelta::hours(1)),
            request().with_limit(TimeDelta::hours(5)),
            request(),
        ])
        .with_periods(Periods::new(Period::Week, Copenhagen))
        .build()
        .unwrap();
    let table = report.run(&tickets, &[], &[]).unwrap().table();
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
        refused(KpiRequest::new("volume").with_limit(TimeDelta::hours(1))),
        "KPI \"volume\" has no within: omit it"
    );
    assert_eq!(
        refused(request().with_limit(-TimeDelta::hours(1))),
        "KPI \"first_response_time\" within \"-1h\" has no meaning: give a duration above zero, such as \"4h\""
    );
}

#[test]
fn a_request_is_restricted_to_one_policy_status_or_group() {
    let mut tickets: Vec<Replayed> = (0..4).map(|number| ticket(number, 24, 1, None)).collect();
    for (ticket, (policy, met)) in tickets.iter_mut().zip([("gold", true), ("gold", false), ("silver", true)])
    {
        let mut verdict = SlaVerdict::new(policy, SlaMetric::FirstResponse, TimeDelta::hours(8), hour(24));
        verdict.state = if met { VerdictState::Met } else { VerdictState::Breached };
        verdict.completed_at = Some(hour(30));
        ticket.verdicts = vec![verdict];
        ticket.metrics.time_in_status[Status::Pending.index()] = elapsed(3);
    }
    let stint = serde_json::json!([{ "name": "billing", "from": hour(24), "until": hour(26), "elapsed": elapsed(2) }]);
    tickets[0].metrics.group_stints = serde_json::from_value(stint).unwrap();
    let table = Report::builder(as_of())
        .with_kpi(KpiRequest::new("sla_attainment").with_sla_policy("gold"))
        .with_kpi(
            KpiRequest::new("sla_attainment").with_metric(SlaMetric::FirstResponse).with_sla_policy("silver"),
        )
        .with_kpi(
            KpiRequest::new("time_in_status").with_status(Status::Pending).with_limit(TimeDelta::hours(2)),
        )
        .with_kpi(KpiRequest::new("time_in_group").with_group("billing"))
        .build()
        .unwrap()
        .run(&tickets, &[], &[])
        .unwrap()
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
        refused(KpiRequest::new("sla_ticket_attainment").with_sla_policy("gold")),
        "KPI \"sla_ticket_attainment\" has no sla_policy: omit it"
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
