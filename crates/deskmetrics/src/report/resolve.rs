//! From a KPI asked for to the measure that answers it, or to what is missing or pointless in the request.

use std::borrow::Cow;

use chrono::TimeDelta;

use super::measure::{Measure, Source, Told};
use super::tally::Tally;
use super::{KpiRequest, ReportError};
use crate::kpi::{self, CustomersOf, Definition, FcrPolicy, Topic};
use crate::sla::Conditions;
use crate::{ClockKind, Scale, SlaMetric, Timestamp, duration_text};

/// The SLA metric that stands for the source system's own verdict on the ticket.
const STATED: &str = "stated";

/// Which records a KPI looks at, the tally they fill, and what was chosen, for the reader.
type Choice = (Source, Tally, Option<String>);

/// The measure that answers `request`.
pub(super) fn measure(request: &KpiRequest, as_of: Option<Timestamp>) -> Result<Measure, ReportError> {
    let definition = kpi::definition(&request.kpi).ok_or_else(|| ReportError::UnknownKpi {
        id: request.kpi.clone(),
        known: kpi::DEFINITIONS.iter().map(|definition| definition.id).collect(),
    })?;
    refuse_needless(request, definition)?;
    let clock = request.clock.unwrap_or_default();
    let (source, empty, option) = choose(request, definition, clock, as_of)?;
    let told = told(request, definition)?;
    check_filter(&request.filter, definition.id)?;
    check_name(request.name.as_deref(), definition)?;
    let texts = [told.to_string(), request.filter.to_string()];
    let [told_text, filter] = texts.map(|text| Some(text).filter(|text| !text.is_empty()));
    let parts = [option, told_text, filter];
    Ok(Measure {
        definition,
        clock: (!definition.clocks.is_empty()).then_some(clock),
        option: together(parts),
        source,
        told,
        empty,
        as_of,
        name: request.name.clone().map_or(Cow::Borrowed(definition.name.en), |name| Cow::Owned(name.into())),
        filter: request.filter.clone(),
    })
}

/// A name must not be taken for another KPI.
fn check_name(name: Option<&str>, definition: &Definition) -> Result<(), ReportError> {
    match name {
        Some(name)
            if name.trim().is_empty()
                || kpi::definition(name).is_some_and(|other| other.id != definition.id) =>
        {
            Err(ReportError::Name { id: definition.id, name: name.to_owned() })
        }
        _ => Ok(()),
    }
}

fn check_filter(filter: &Conditions, id: &'static str) -> Result<(), ReportError> {
    let by = if filter.tags().is_empty() {
        filter
            .attributes()
            .find(|(_, values)| values.is_empty())
            .map(|(attribute, _)| format!("{attribute} without a value"))
    } else {
        Some("tags".to_owned())
    };
    by.map_or(Ok(()), |by| Err(ReportError::Filter { id, by }))
}

fn choose(
    request: &KpiRequest,
    definition: &Definition,
    clock: ClockKind,
    as_of: Option<Timestamp>,
) -> Result<Choice, ReportError> {
    let id = definition.id;
    let cut_off = || as_of.ok_or(ReportError::NeedsCutOff { id });
    let question = request.question.clone();
    let survey = question.as_deref().map(str::to_owned);
    Ok(match id {
        "csat" => of_scale(request, id, |scale| Tally::Csat(kpi::Csat::new(scale)))?,
        "ces" => of_scale(request, id, |scale| Tally::Ces(kpi::Ces::new(scale)))?,
        "reasons" => of_scale(request, id, |scale| Tally::Reasons(kpi::Reasons::new(scale)))?,
        "nps" => {
            let name = question_name(request, id)?;
            let option = other_name(&name, id);
            (Source::Responses(name), Tally::Nps(kpi::Nps::default()), option)
        }
        "response_rate" => response_rate(request, as_of)?,
        "survey_completion" => {
            (Source::Invitations(question), Tally::SurveyCompletion(kpi::SurveyCompletion::default()), survey)
        }
        "survey_coverage" => {
            (Source::Surveyed(question), Tally::SurveyCoverage(kpi::SurveyCoverage::default()), survey)
        }
        "resolution_time_censored" => {
            let tally = kpi::ResolutionTimeCensored::new(clock);
            (Source::Tickets, Tally::ResolutionTimeCensored(tally), None)
        }
        "time_in_status" => in_status(request, clock)?,
        "time_in_group" => in_group(request, clock)?,
        "customers" => match request.with.unwrap_or_default() {
            CustomersOf::Created => (Source::Tickets, Tally::Customers(kpi::Customers::default()), None),
            CustomersOf::Solved => {
                let option = Some("of solved tickets".to_owned());
                (Source::Tickets, Tally::Customers(kpi::Customers::with_solved()), option)
            }
            CustomersOf::Open => {
                let tally = Tally::Customers(kpi::Customers::with_open(cut_off()?));
                (Source::Snapshots, tally, Some("of open tickets".to_owned()))
            }
        },
        "backlog" => (Source::Snapshots, Tally::Backlog(kpi::Backlog::new(cut_off()?)), None),
        "backlog_age" => {
            // How many opening hours old a ticket was on an earlier day is not known.
            let source = if clock == ClockKind::Calendar { Source::Snapshots } else { Source::Tickets };
            (source, Tally::BacklogAge(kpi::BacklogAge::new(clock)), None)
        }
        "solve_events" => (Source::Solves, Tally::SolveEvents(kpi::SolveEvents::default()), None),
        "response_time" => (Source::Exchanges, Tally::ResponseTime(kpi::ResponseTime::new(clock)), None),
        "next_response_time" => {
            (Source::Exchanges, Tally::NextResponseTime(kpi::NextResponseTime::new(clock)), None)
        }
        "flow" => in_span(request, cut_off()?)?,
        "fcr" => first_contact(request)?,
        "one_touch" => {
            let tally = kpi::OneTouch::default();
            let tally = if request.automatic_left_out() { tally.without_automatic_solves() } else { tally };
            (Source::Tickets, Tally::OneTouch(tally), automatic(request))
        }
        "sla_attainment" => attainment(request)?,
        "sla_ticket_attainment" => {
            let tally = Tally::SlaTicketAttainment(kpi::SlaTicketAttainment::default());
            (Source::TicketVerdicts, tally, None)
        }
        "sla_overshoot" => verdicts(request, Tally::SlaOvershoot(kpi::SlaOvershoot::new(clock))),
        "sla_at_risk" => at_risk(request)?,
        "service_level" => service_level(request)?,
        "abandon_rate" => {
            let tally = kpi::AbandonRate::default().ignoring_abandons_within(short_abandon(request, id)?);
            (Source::Contacts, Tally::AbandonRate(tally), abandons(request))
        }
        "speed_of_answer" => (Source::Contacts, Tally::SpeedOfAnswer(kpi::SpeedOfAnswer::default()), None),
        "handle_time" => (Source::Contacts, Tally::HandleTime(kpi::HandleTime::default()), None),
        "occupancy" => (Source::Shifts, Tally::Occupancy(kpi::Occupancy::default()), None),
        id => {
            let known = kpi::DEFINITIONS.iter().map(|definition| definition.id).collect();
            let unknown = || ReportError::UnknownKpi { id: id.to_owned(), known };
            (Source::Tickets, Tally::of_tickets(id, clock).ok_or_else(unknown)?, None)
        }
    })
}

/// The KPI's own numbers, or what its durations are held against.
fn told(request: &KpiRequest, definition: &Definition) -> Result<Told, ReportError> {
    let id = definition.id;
    match (request.within, request.bands.as_slice()) {
        // Its limit is part of the KPI.
        (Some(_), []) if id == kpi::service_level::DEFINITION.id => Ok(Told::Numbers),
        (None, []) => Ok(Told::Numbers),
        (Some(limit), []) => Ok(Told::Within(above_zero(limit, id)?)),
        (Some(_), _) => Err(ReportError::NoSuchChoice { id, option: "bands beside within" }),
        (None, limits) => {
            let mut limits =
                limits.iter().map(|limit| above_zero(*limit, id)).collect::<Result<Vec<_>, _>>()?;
            limits.sort_unstable();
            limits.dedup();
            Ok(Told::Bands(limits))
        }
    }
}

fn above_zero(limit: TimeDelta, id: &'static str) -> Result<TimeDelta, ReportError> {
    if limit > TimeDelta::zero() {
        Ok(limit)
    } else {
        Err(ReportError::Limit { id, limit: duration_text::format(limit) })
    }
}

fn together(parts: impl IntoIterator<Item = Option<String>>) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn response_rate(request: &KpiRequest, as_of: Option<Timestamp>) -> Result<Choice, ReportError> {
    let id = kpi::response_rate::DEFINITION.id;
    let mut tally = kpi::ResponseRate::default();
    if let Some(as_of) = as_of {
        tally = tally.as_of(as_of);
    }
    if let Some(age) = request.mature_after {
        as_of.ok_or(ReportError::NeedsCutOff { id })?;
        tally = tally.mature_after(above_zero(age, id)?);
    }
    if let Some(limit) = request.expire_after {
        tally = tally.expire_after(above_zero(limit, id)?);
    }
    let told = |word: &str, limit: TimeDelta| format!("{word} after {}", duration_text::format(limit));
    let option = together([
        request.question.as_deref().map(str::to_owned),
        request.mature_after.map(|age| told("mature", age)),
        request.expire_after.map(|limit| told("expired", limit)),
    ]);
    Ok((Source::Invitations(request.question.clone()), Tally::ResponseRate(tally), option))
}

/// A KPI of single verdicts, of one metric and policy or all.
fn verdicts(request: &KpiRequest, empty: Tally) -> Choice {
    let KpiRequest { metric, sla_policy: policy, .. } = request;
    let option = together([
        metric.as_ref().map(|metric| metric.as_str().replace('_', " ")),
        policy.as_ref().map(|policy| format!("policy {policy}")),
    ]);
    (Source::Verdicts { metric: metric.clone(), policy: policy.clone() }, empty, option)
}

fn at_risk(request: &KpiRequest) -> Result<Choice, ReportError> {
    let id = kpi::sla_at_risk::DEFINITION.id;
    let Some(threshold) = request.threshold_percent else {
        return Ok(verdicts(request, Tally::SlaAtRisk(kpi::SlaAtRisk::default())));
    };
    if threshold > 100 {
        return Err(ReportError::Threshold { id, threshold });
    }
    let (source, tally, option) = verdicts(request, Tally::SlaAtRisk(kpi::SlaAtRisk::new(threshold)));
    Ok((source, tally, together([option, Some(format!("from {threshold} %"))])))
}

/// The flow from `from` to the last known instant `last`, both included.
/// The flow of all known time, or of the span asked for.
fn in_span(request: &KpiRequest, as_of: Timestamp) -> Result<Choice, ReportError> {
    // What happens at the end itself is no part of the span.
    let end = Timestamp::saturating_from_micros(as_of.as_micros().saturating_add(1));
    let (from, to) = (request.since.unwrap_or(Timestamp::MIN), request.until.unwrap_or(end));
    if from >= to || to > end {
        return Err(ReportError::Span { id: kpi::flow::DEFINITION.id, from, to, as_of });
    }
    let option = match (request.since, request.until) {
        (None, None) => None,
        (Some(from), None) => Some(format!("since {from}")),
        (None, Some(to)) => Some(format!("until {to}")),
        (Some(from), Some(to)) => Some(format!("{from} to {to}")),
    };
    Ok((Source::Flow, Tally::Flow(kpi::Flow::new(from, to)), option))
}

pub(super) fn flow(from: Timestamp, last: Timestamp) -> kpi::Flow {
    kpi::Flow::new(from, Timestamp::saturating_from_micros(last.as_micros().saturating_add(1)))
}

/// FCR: judged by the tickets, or by the customers' own answers.
fn first_contact(request: &KpiRequest) -> Result<Choice, ReportError> {
    let id = kpi::fcr::DEFINITION.id;
    let policy = request.policy.clone().ok_or(ReportError::NeedsChoice {
        id,
        option: "policy",
        why: "no two products mean the same by it",
        allowed: "one of single_reply, no_customer_followup, single_handler_close, strict_no_activity, \
                  no_reopen_within(7days), no_repeat_contact_within(7days, customer), survey(1-2), interaction_no_task",
    })?;
    let source = match policy {
        FcrPolicy::Survey { .. } => Source::Responses(question_name(request, id)?),
        _ => Source::Tickets,
    };
    let option = together([Some(policy.to_string()), automatic(request)]);
    let tally = kpi::Fcr::new(policy);
    let tally = if request.automatic_left_out() { tally.without_automatic_solves() } else { tally };
    Ok((source, Tally::Fcr(tally), option))
}

fn automatic(request: &KpiRequest) -> Option<String> {
    request.automatic_left_out().then(|| "without automatic solves".to_owned())
}

fn attainment(request: &KpiRequest) -> Result<Choice, ReportError> {
    match &request.metric {
        Some(SlaMetric::Custom(name)) if **name == *STATED => {
            if request.sla_policy.is_some() {
                // The source states one verdict, not whose.
                let id = kpi::sla_attainment::DEFINITION.id;
                return Err(ReportError::NoSuchChoice { id, option: "sla_policy" });
            }
            let option = "as stated by the source".to_owned();
            Ok((Source::StatedVerdicts, Tally::SlaAttainment(kpi::SlaAttainment::default()), Some(option)))
        }
        Some(metric) => Ok(verdicts(request, Tally::SlaAttainment(kpi::SlaAttainment::of(metric.clone())))),
        None => Ok(verdicts(request, Tally::SlaAttainment(kpi::SlaAttainment::default()))),
    }
}

fn service_level(request: &KpiRequest) -> Result<Choice, ReportError> {
    let id = kpi::service_level::DEFINITION.id;
    let within = request.within.ok_or(ReportError::NeedsChoice {
        id,
        option: "within",
        why: "each queue has its own promise",
        allowed: "how soon a contact should be answered, such as \"20s\"",
    })?;
    let tally =
        kpi::ServiceLevel::new(above_zero(within, id)?).ignoring_abandons_within(short_abandon(request, id)?);
    let option = together([Some(format!("within {}", duration_text::format(within))), abandons(request)]);
    Ok((Source::Contacts, Tally::ServiceLevel(tally), option))
}

fn short_abandon(request: &KpiRequest, id: &'static str) -> Result<TimeDelta, ReportError> {
    request.short_abandon.map_or(Ok(TimeDelta::zero()), |limit| above_zero(limit, id))
}

fn abandons(request: &KpiRequest) -> Option<String> {
    request.short_abandon.map(|limit| format!("abandons from {}", duration_text::format(limit)))
}

/// Time in one status.
fn in_status(request: &KpiRequest, clock: ClockKind) -> Result<Choice, ReportError> {
    let status = request.status.ok_or(ReportError::NeedsChoice {
        id: kpi::time_in_status::DEFINITION.id,
        option: "status",
        why: "each status has its own time",
        allowed: "one of new, open, pending, on_hold, solved, closed",
    })?;
    let tally = Tally::TimeInStatus(kpi::TimeInStatus::new(status, clock));
    Ok((Source::Tickets, tally, Some(status.as_str().replace('_', " "))))
}

/// Time with one group.
fn in_group(request: &KpiRequest, clock: ClockKind) -> Result<Choice, ReportError> {
    let group = request.group.clone().ok_or(ReportError::NeedsChoice {
        id: kpi::time_in_group::DEFINITION.id,
        option: "group",
        why: "each group has its own time",
        allowed: "the group's name",
    })?;
    let option = Some(group.to_string());
    Ok((Source::Stints, Tally::TimeInGroup(kpi::TimeInGroup::new(group, clock)), option))
}

/// A KPI of one question and its scale.
fn of_scale(
    request: &KpiRequest,
    id: &'static str,
    tally: impl FnOnce(&Scale) -> Tally,
) -> Result<Choice, ReportError> {
    let name = question_name(request, id)?;
    let scale = request.scale.as_ref().ok_or_else(|| needs_question(id))?;
    let option = other_name(&name, id);
    Ok((Source::Responses(name), tally(scale), option))
}

fn question_name(request: &KpiRequest, id: &'static str) -> Result<Box<str>, ReportError> {
    request.question.clone().ok_or_else(|| needs_question(id))
}

fn needs_question(id: &'static str) -> ReportError {
    ReportError::NeedsChoice {
        id,
        option: "question",
        why: "each question has its own scale",
        allowed: "the question's name and scale",
    }
}

/// The question's name, where it says more than the KPI's.
fn other_name(question: &str, id: &str) -> Option<String> {
    (question != id).then(|| question.to_owned())
}

/// Refuses a choice that would have no effect: one the catalogue does not name for the KPI.
fn refuse_needless(request: &KpiRequest, definition: &Definition) -> Result<(), ReportError> {
    let surveys = definition.topic == Topic::Surveys;
    let asks_customers = matches!(request.policy, Some(FcrPolicy::Survey { .. }));
    let named = |option: &str| definition.options.iter().any(|choice| choice.name == option);
    let given = [
        ("clock", request.clock.is_some(), !definition.clocks.is_empty()),
        ("question", request.question.is_some(), surveys || asks_customers),
        ("scale", request.scale.is_some(), surveys),
        ("policy", request.policy.is_some(), named("policy")),
        ("metric", request.metric.is_some(), named("metric")),
        ("sla_policy", request.sla_policy.is_some(), named("sla_policy")),
        ("status", request.status.is_some(), named("status")),
        ("group", request.group.is_some(), named("group")),
        ("within", request.within.is_some(), named("within")),
        ("bands", !request.bands.is_empty(), named("bands")),
        ("with", request.with.is_some(), named("with")),
        (
            "without_automatic_solves",
            request.without_automatic_solves.is_some(),
            named("without_automatic_solves"),
        ),
        ("since", request.since.is_some(), named("span")),
        ("until", request.until.is_some(), named("span")),
        ("mature_after", request.mature_after.is_some(), named("mature_after")),
        ("expire_after", request.expire_after.is_some(), named("expire_after")),
        ("short_abandon", request.short_abandon.is_some(), named("short_abandon")),
        ("threshold_percent", request.threshold_percent.is_some(), named("threshold_percent")),
    ];
    match given.into_iter().find(|(_, given, named)| *given && !named) {
        Some((option, ..)) => Err(ReportError::NoSuchChoice { id: definition.id, option }),
        None => Ok(()),
    }
}
