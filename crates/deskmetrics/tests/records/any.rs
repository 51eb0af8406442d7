//! Records of all kinds at once, and requests for every KPI.

use chrono::TimeDelta;
use deskmetrics::kpi::{self, CustomersOf, FcrPolicy, RepeatKey};
use deskmetrics::queue::{AgentShift, QueueContact};
use deskmetrics::report::{KpiRequest, ReportState};
use deskmetrics::{ClockKind, Invitation, Replayed, Scale, SlaMetric, Status, SurveyResponse};
use proptest::prelude::*;

use super::{contact, response, shift, surveyed, timestamp};

/// A record of any kind.
#[derive(Debug, Clone)]
pub(crate) enum Record {
    Ticket(Box<Replayed>),
    Response(SurveyResponse),
    Invitation(Invitation),
    Contact(QueueContact),
    Shift(AgentShift),
}

pub(crate) fn record() -> impl Strategy<Value = Vec<Record>> {
    let answered = (response(), prop::option::of(0..1_100_i64)).prop_map(|(response, at)| match at {
        Some(hours) => response.with_at(timestamp(hours)),
        None => response,
    });
    prop_oneof![
        surveyed()
            .prop_map(|(ticket, sent)| vec![Record::Ticket(Box::new(ticket)), Record::Invitation(sent)]),
        answered.prop_map(|answer| vec![Record::Response(answer)]),
        contact().prop_map(|contact| vec![Record::Contact(contact)]),
        shift().prop_map(|shift| vec![Record::Shift(shift)]),
    ]
}

/// Every KPI with all options that have no default, and once more with all options.
pub(crate) fn requests() -> Vec<KpiRequest> {
    let hours = TimeDelta::hours;
    let chosen = |id: &str| {
        let request = KpiRequest::new(id);
        match id {
            "csat" | "reasons" => request.with_question("nps", Scale::csat(1, 5).unwrap()),
            "nps" => request.with_question("nps", Scale::nps()),
            "ces" => request.with_question("nps", Scale::ces2()),
            "fcr" => request.with_policy(FcrPolicy::SingleReply),
            "time_in_status" => request.with_status(Status::Pending),
            "time_in_group" => request.with_group("billing"),
            "service_level" => request.with_limit(TimeDelta::seconds(20)),
            _ => request,
        }
    };
    let across = FcrPolicy::NoRepeatContactWithin { window: TimeDelta::days(3), key: RepeatKey::Customer };
    let mut requests: Vec<KpiRequest> = kpi::DEFINITIONS.iter().map(|kpi| chosen(kpi.id)).collect();
    requests.extend([
        chosen("fcr").with_policy(across).without_automatic_solves(),
        chosen("one_touch").without_automatic_solves(),
        chosen("first_response_time").with_clock(ClockKind::Business).with_limit(hours(8)),
        chosen("backlog_age").with_bands([24, 168, 24].map(hours)),
        chosen("handle_time").with_bands([TimeDelta::minutes(5)]),
        chosen("response_rate").with_mature_after(TimeDelta::days(2)).with_expire_after(TimeDelta::days(7)),
        chosen("abandon_rate").with_short_abandon(TimeDelta::seconds(5)),
        chosen("sla_at_risk")
            .with_threshold_percent(50)
            .with_metric(SlaMetric::Resolution)
            .with_sla_policy("gold"),
        chosen("customers").with_tickets(CustomersOf::Solved),
        chosen("customers").with_tickets(CustomersOf::Open),
    ]);
    requests
}

impl Record {
    /// Feeds a state with it.
    pub(crate) fn feed(&self, state: &mut ReportState) {
        match self {
            Self::Ticket(ticket) => state.push_ticket(ticket),
            Self::Response(response) => state.push_response(response, None),
            Self::Invitation(invitation) => state.push_invitation(invitation, None),
            Self::Contact(contact) => state.push_contact(contact),
            Self::Shift(shift) => state.push_shift(shift),
        }
    }
}
