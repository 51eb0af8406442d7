//! The KPIs of the catalogue that tickets and surveys can answer, with everything chosen.

use chrono::TimeDelta;
use deskmetrics::kpi::{self, CustomersOf, FcrPolicy, Topic};
use deskmetrics::report::KpiRequest;
use deskmetrics::{ClockKind, Scale, SlaMetric, Status, Timestamp};

use super::own::{Of, Sum};

/// Policies of every kind that depend on tickets only.
pub(crate) const POLICIES: [&str; 11] = [
    "single_reply",
    "no_customer_followup",
    "single_handler_close",
    "strict_no_activity",
    "interaction_no_task",
    "no_reopen_within(1day)",
    "no_repeat_contact_within(1day, customer)",
    "no_repeat_contact_within(5days, customer_and_category)",
    "all_of(single_reply, no_reopen_within(3days), no_repeat_contact_within(3days, customer))",
    "all_of(no_reopen_within(1day), no_repeat_contact_within(2days, customer))",
    "all_of(interaction_no_task, no_repeat_contact_within(1day, customer_and_category))",
];

pub(crate) fn policies() -> impl Iterator<Item = &'static str> {
    POLICIES.into_iter()
}

pub(crate) fn policy(text: &str) -> FcrPolicy {
    text.parse().expect("a policy")
}

fn stars() -> Scale {
    Scale::csat(1, 5).expect("a scale")
}

/// Every KPI about tickets, with required and then with optional settings.
pub(crate) fn of_tickets(as_of: Timestamp) -> Vec<KpiRequest> {
    let about_tickets = |topic: Topic| !matches!(topic, Topic::Surveys | Topic::Queue);
    let mut kpis = Vec::new();
    for definition in kpi::DEFINITIONS.iter().filter(|definition| about_tickets(definition.topic)) {
        let plain = KpiRequest::new(definition.id);
        let needed: Vec<KpiRequest> = match definition.id {
            "fcr" => policies().map(|text| plain.clone().with_policy(policy(text))).collect(),
            "time_in_status" => [Status::Open, Status::Pending, Status::Solved]
                .map(|status| plain.clone().with_status(status))
                .to_vec(),
            "time_in_group" => ["first", "second"].map(|group| plain.clone().with_group(group)).to_vec(),
            _ => vec![plain],
        };
        if definition.clocks.contains(&ClockKind::Business) {
            let on_business = needed.iter().map(|kpi| kpi.clone().with_clock(ClockKind::Business));
            kpis.extend(on_business.collect::<Vec<_>>());
        }
        kpis.extend(needed);
    }
    let chosen = |id: &str| KpiRequest::new(id);
    let hours = TimeDelta::hours;
    let day_before = as_of.to_utc() - TimeDelta::days(1);
    kpis.extend([
        chosen("fcr").with_policy(policy("single_reply")).without_automatic_solves(),
        chosen("fcr").with_policy(policy(POLICIES[6])).without_automatic_solves(),
        chosen("one_touch").without_automatic_solves(),
        chosen("first_response_time").with_limit(hours(4)),
        chosen("first_response_time").with_clock(ClockKind::Business).with_limit(hours(4)),
        chosen("full_resolution_time").with_clock(ClockKind::Business).with_bands([hours(4), hours(24)]),
        chosen("net_resolution_time").with_bands([hours(4), hours(24)]),
        chosen("backlog_age").with_bands([hours(24), hours(168)]),
        chosen("customers").with_tickets(CustomersOf::Solved),
        chosen("customers").with_tickets(CustomersOf::Open),
        chosen("flow").with_range(day_before, as_of),
        chosen("sla_attainment").with_metric(SlaMetric::Resolution),
        chosen("sla_attainment").with_metric(SlaMetric::from("stated")),
        chosen("sla_attainment").with_sla_policy("standard"),
        chosen("sla_overshoot").with_metric(SlaMetric::NextResponse),
        KpiRequest::of(Sum::of(Of::Tickets)),
        chosen("sla_at_risk")
            .with_threshold_percent(50)
            .with_metric(SlaMetric::RequesterWait)
            .with_sla_policy("standard"),
    ]);
    kpis
}

/// Every KPI about surveys, of the questions `nps` and `csat`.
pub(crate) fn of_surveys() -> Vec<KpiRequest> {
    let chosen = |id: &str| KpiRequest::new(id);
    let mut kpis = vec![
        chosen("nps").with_question("nps", Scale::nps()),
        chosen("csat").with_question("csat", stars()),
        chosen("ces").with_question("csat", Scale::ces2()),
        chosen("nps").with_question("unknown", Scale::nps()),
    ];
    kpis.extend(rates());
    kpis.extend(whole_records());
    let covers = |definition: &kpi::Definition| kpis.iter().any(|kpi| kpi.kpi == definition.id);
    let surveys = kpi::DEFINITIONS.iter().filter(|definition| definition.topic == Topic::Surveys);
    assert!(surveys.copied().all(covers), "a KPI about surveys is new");
    kpis
}

/// A question whose scale has too many points to count each by itself.
pub(crate) fn of_wide_scale() -> KpiRequest {
    let scale = Scale::new(-500..=500, 9..=500, -500..=3).expect("a scale");
    KpiRequest::new("csat").with_question("nps", scale)
}

/// KPIs of invitations that need only when each was sent and answered.
pub(crate) fn rates() -> Vec<KpiRequest> {
    let chosen = |id: &str| KpiRequest::new(id);
    vec![
        chosen("response_rate"),
        chosen("response_rate").with_survey("csat"),
        chosen("response_rate").with_mature_after(TimeDelta::days(2)).with_expire_after(TimeDelta::days(1)),
        chosen("response_rate").with_survey("nps").with_mature_after(TimeDelta::days(3)),
    ]
}

/// KPIs that need whole answers or whole invitations.
pub(crate) fn whole_records() -> Vec<KpiRequest> {
    let chosen = |id: &str| KpiRequest::new(id);
    let survey = |scale: &str| policy(&format!("survey({scale})"));
    let fcr = |policy: FcrPolicy| chosen("fcr").with_policy(policy).with_survey("csat");
    vec![
        chosen("reasons").with_question("nps", stars()),
        chosen("reasons").with_question("csat", stars()),
        chosen("survey_completion"),
        chosen("survey_completion").with_survey("nps"),
        chosen("survey_coverage"),
        chosen("survey_coverage").with_survey("csat"),
        fcr(survey("1-5")),
        KpiRequest::of(Sum::of(Of::Answers)).with_survey("nps"),
        KpiRequest::of(Sum::of(Of::Invitations)),
    ]
}
