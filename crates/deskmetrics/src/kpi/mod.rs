//! The KPIs: one file each, and in it the definition, the formula, a worked example and what to beware of.
//!
//! Each KPI is a *tally* that is fed records one by one, merged with others of its kind, and asked at the end; the
//! function of the same name feeds one from an iterator. Nothing here fails: a record that cannot count is left out under
//! its [`Reason`](crate::Reason), and where nothing counted the answer is `None`.

mod definition;
mod presence;
pub mod tally;

pub mod abandon_rate;
pub mod agent_touches;
pub mod agent_wait_time;
pub mod agent_work_time;
mod arrivals;
pub mod backlog;
pub mod backlog_age;
pub mod bot_containment;
pub mod bot_first_response_time;
pub mod bot_resolution;
pub mod ces;
pub mod csat;
pub mod customers;
pub mod escalation_rate;
pub mod fcr;
pub mod first_level_resolution;
pub mod first_resolution_time;
pub mod first_response_time;
pub mod flow;
pub mod full_resolution_time;
pub mod group_transfers;
pub mod handle_time;
pub mod handoffs;
pub mod messages_per_ticket;
pub mod multi_touch;
pub mod net_resolution_time;
pub mod next_response_time;
pub mod nps;
pub mod occupancy;
pub mod on_hold_time;
pub mod one_touch;
pub mod reasons;
pub mod reopen_rate;
pub mod replies_per_ticket;
pub mod requester_wait_time;
pub mod resolution_time_censored;
pub mod response_rate;
pub mod response_time;
pub mod service_level;
pub mod sla_at_risk;
pub mod sla_attainment;
pub mod sla_overshoot;
pub mod sla_ticket_attainment;
pub mod solve_events;
pub mod solved;
pub mod speed_of_answer;
pub mod survey_completion;
pub mod survey_coverage;
pub mod time_in_group;
pub mod time_in_status;
pub mod time_to_first_assignment;
pub mod transfer_rate;
pub mod transfers;
pub mod two_touch;
pub mod volume;

pub use definition::{Anchor, Choice, Definition, Good, Text, Topic, Variant};

pub use abandon_rate::{AbandonRate, abandon_rate};
pub use agent_touches::{AgentTouches, agent_touches};
pub use agent_wait_time::{AgentWaitTime, agent_wait_time};
pub use agent_work_time::{AgentWorkTime, agent_work_time};
pub use arrivals::Arrivals;
pub use backlog::{Backlog, backlog, backlog_at_each};
pub use backlog_age::{BacklogAge, backlog_age};
pub use bot_containment::{BotContainment, bot_containment};
pub use bot_first_response_time::{BotFirstResponseTime, bot_first_response_time};
pub use bot_resolution::{BotResolution, bot_resolution};
pub use ces::{Ces, ces};
pub use csat::{Csat, csat};
pub use customers::{Customers, CustomersOf, customers};
pub use escalation_rate::{EscalationRate, escalation_rate};
pub use fcr::{
    CustomerNames, Fcr, FcrPolicy, PolicyParts, PolicyPartsError, RepeatKey, UnknownFcrPolicy, Visit, fcr,
};
pub use first_level_resolution::{FirstLevelResolution, first_level_resolution};
pub use first_resolution_time::{FirstResolutionTime, first_resolution_time};
pub use first_response_time::{FirstResponseTime, first_response_time};
pub use flow::{Flow, flow};
pub use full_resolution_time::{FullResolutionTime, full_resolution_time};
pub use group_transfers::{GroupTransfers, group_transfers};
pub use handle_time::{HandleTime, handle_time};
pub use handoffs::{Handoffs, handoffs};
pub use messages_per_ticket::{MessagesPerTicket, messages_per_ticket};
pub use multi_touch::{MultiTouch, multi_touch};
pub use net_resolution_time::{NetResolutionTime, net_resolution_time};
pub use next_response_time::{NextResponseTime, next_response_time};
pub use nps::{Nps, nps};
pub use occupancy::{Occupancy, occupancy};
pub use on_hold_time::{OnHoldTime, on_hold_time};
pub use one_touch::{OneTouch, one_touch};
pub use reasons::{ReasonCost, Reasons, reasons};
pub use reopen_rate::{ReopenRate, reopen_rate};
pub use replies_per_ticket::{RepliesPerTicket, replies_per_ticket};
pub use requester_wait_time::{RequesterWaitTime, requester_wait_time};
pub use resolution_time_censored::{ResolutionTimeCensored, resolution_time_censored};
pub use response_rate::{InvitationLimits, InvitationOutcome, ResponseRate, response_rate};
pub use response_time::{ResponseTime, response_time};
pub use service_level::{ServiceLevel, service_level};
pub use sla_at_risk::{SlaAtRisk, sla_at_risk};
pub use sla_attainment::{SlaAttainment, sla_attainment};
pub use sla_overshoot::{SlaOvershoot, sla_overshoot};
pub use sla_ticket_attainment::{SlaTicketAttainment, sla_ticket_attainment};
pub use solve_events::{SolveEvents, solve_events};
pub use solved::{Solved, solved};
pub use speed_of_answer::{SpeedOfAnswer, speed_of_answer};
pub use survey_completion::{SurveyCompletion, survey_completion};
pub use survey_coverage::{SurveyCoverage, survey_coverage};
pub use time_in_group::{TimeInGroup, time_in_group};
pub use time_in_status::{TimeInStatus, time_in_status};
pub use time_to_first_assignment::{TimeToFirstAssignment, time_to_first_assignment};
pub use transfer_rate::{TransferRate, transfer_rate};
pub use transfers::{Transfers, transfers};
pub use two_touch::{TwoTouch, two_touch};
pub use volume::{Volume, volume};

/// Every KPI's definition, by topic.
pub const DEFINITIONS: &[&Definition] = &[
    &csat::DEFINITION,
    &nps::DEFINITION,
    &ces::DEFINITION,
    &response_rate::DEFINITION,
    &survey_coverage::DEFINITION,
    &survey_completion::DEFINITION,
    &reasons::DEFINITION,
    &volume::DEFINITION,
    &customers::DEFINITION,
    &solved::DEFINITION,
    &solve_events::DEFINITION,
    &backlog::DEFINITION,
    &flow::DEFINITION,
    &first_response_time::DEFINITION,
    &next_response_time::DEFINITION,
    &response_time::DEFINITION,
    &bot_first_response_time::DEFINITION,
    &first_resolution_time::DEFINITION,
    &full_resolution_time::DEFINITION,
    &net_resolution_time::DEFINITION,
    &resolution_time_censored::DEFINITION,
    &requester_wait_time::DEFINITION,
    &agent_wait_time::DEFINITION,
    &on_hold_time::DEFINITION,
    &agent_work_time::DEFINITION,
    &time_in_status::DEFINITION,
    &time_in_group::DEFINITION,
    &time_to_first_assignment::DEFINITION,
    &backlog_age::DEFINITION,
    &fcr::DEFINITION,
    &one_touch::DEFINITION,
    &two_touch::DEFINITION,
    &multi_touch::DEFINITION,
    &reopen_rate::DEFINITION,
    &first_level_resolution::DEFINITION,
    &escalation_rate::DEFINITION,
    &transfer_rate::DEFINITION,
    &transfers::DEFINITION,
    &group_transfers::DEFINITION,
    &handoffs::DEFINITION,
    &replies_per_ticket::DEFINITION,
    &messages_per_ticket::DEFINITION,
    &agent_touches::DEFINITION,
    &bot_resolution::DEFINITION,
    &bot_containment::DEFINITION,
    &sla_attainment::DEFINITION,
    &sla_ticket_attainment::DEFINITION,
    &sla_overshoot::DEFINITION,
    &sla_at_risk::DEFINITION,
    &service_level::DEFINITION,
    &speed_of_answer::DEFINITION,
    &abandon_rate::DEFINITION,
    &handle_time::DEFINITION,
    &occupancy::DEFINITION,
];

/// The definition of the KPI with this id or alias; case, spaces and hyphens do not matter.
///
/// ```
/// use deskmetrics::kpi;
///
/// assert_eq!(kpi::definition("First reply time").unwrap().id, "first_response_time");
/// assert_eq!(kpi::definition("MTTR").unwrap().id, "full_resolution_time");
/// assert!(kpi::definition("horoscope").is_none());
/// ```
pub fn definition(name: &str) -> Option<&'static Definition> {
    let wanted = normal_form(name);
    let goes_by = |definition: &&&Definition| {
        let names = std::iter::once(&definition.id).chain(definition.aliases);
        names.into_iter().any(|name| normal_form(name) == wanted)
    };
    DEFINITIONS.iter().find(goes_by).copied()
}

fn normal_form(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}
