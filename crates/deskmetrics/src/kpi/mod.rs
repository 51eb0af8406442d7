//! The KPIs, one file each, with definition, formula and worked example.
//!
//! Each KPI is a *tally* that is fed records one by one, merged with others of its kind, and then gives its estimates; the
//! function of the same name feeds one from an iterator. Nothing here fails: a record that cannot count is excluded under
//! its [`Reason`](crate::Reason), and the value is `None` if no record counted.
//!
//! Everything about a KPI is in its file: the definition, what it needs, its options and its tally, which implements
//! [`Kpi`]. [`REGISTRY`] lists them. To add one, write its file, declare the module and add one line to the registry.

mod definition;
mod definition_text;
mod evidence;
pub(crate) mod interface;
mod presence;
mod registry;
mod request;
mod shape;
pub mod tally;
mod targets;

pub mod abandon_rate;
pub mod agent_touches;
pub mod agent_wait_time;
pub mod agent_work_time;
mod arrivals;
mod attribution;
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

pub use arrivals::Arrivals;
pub use attribution::Attribution;
pub use backlog::backlog_at_each;
pub use definition::{Anchor, Choice, Definition, Polarity, Text, Topic, Variant};
pub use evidence::Evidence;
pub use fcr::{FcrPolicy, PolicyParts, PolicyPartsError, RepeatKey, UnknownFcrPolicy};
pub(crate) use interface::{AnyKpi, Bulk, Customer, DynKpi, InBlocks, Places, RecordNeeds, TicketView};
pub use interface::{Kpi, OverTime, Records, Tallies};
pub use reasons::ReasonCost;
pub use registry::Entry;
pub use request::{CustomersOf, KpiRequest, RequestError};
pub(crate) use request::{above_zero, did_you_mean, together};
pub use response_rate::InvitationLimits;
pub use targets::Targets;

registry::registry! {
    csat::Csat,
    nps::Nps,
    ces::Ces,
    response_rate::ResponseRate,
    survey_coverage::SurveyCoverage,
    survey_completion::SurveyCompletion,
    reasons::Reasons,
    volume::Volume,
    customers::Customers,
    solved::Solved,
    solve_events::SolveEvents,
    backlog::Backlog,
    flow::Flow,
    first_response_time::FirstResponseTime,
    next_response_time::NextResponseTime,
    response_time::ResponseTime,
    bot_first_response_time::BotFirstResponseTime,
    first_resolution_time::FirstResolutionTime,
    full_resolution_time::FullResolutionTime,
    net_resolution_time::NetResolutionTime,
    resolution_time_censored::ResolutionTimeCensored,
    requester_wait_time::RequesterWaitTime,
    agent_wait_time::AgentWaitTime,
    on_hold_time::OnHoldTime,
    agent_work_time::AgentWorkTime,
    time_in_status::TimeInStatus,
    time_in_group::TimeInGroup,
    time_to_first_assignment::TimeToFirstAssignment,
    backlog_age::BacklogAge,
    fcr::Fcr,
    one_touch::OneTouch,
    two_touch::TwoTouch,
    multi_touch::MultiTouch,
    reopen_rate::ReopenRate,
    first_level_resolution::FirstLevelResolution,
    escalation_rate::EscalationRate,
    transfer_rate::TransferRate,
    transfers::Transfers,
    group_transfers::GroupTransfers,
    handoffs::Handoffs,
    replies_per_ticket::RepliesPerTicket,
    messages_per_ticket::MessagesPerTicket,
    agent_touches::AgentTouches,
    bot_resolution::BotResolution,
    bot_containment::BotContainment,
    sla_attainment::SlaAttainment,
    sla_ticket_attainment::SlaTicketAttainment,
    sla_overshoot::SlaOvershoot,
    sla_at_risk::SlaAtRisk,
    service_level::ServiceLevel,
    speed_of_answer::SpeedOfAnswer,
    abandon_rate::AbandonRate,
    handle_time::HandleTime,
    occupancy::Occupancy,
}

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
    entry(name).map(|entry| entry.definition)
}

/// The entry of the KPI with this id or alias.
pub(crate) fn entry(name: &str) -> Option<&'static Entry> {
    registry::entry(REGISTRY, name)
}
