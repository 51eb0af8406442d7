//! From a record to the tally it belongs in: the one place that knows which KPI eats what.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::state::Place;
use super::{KpiRequest, ReportError};
use crate::kpi::{self, Anchor, Definition, FcrPolicy, Topic};
use crate::{
    ClockKind, Comparison, Estimate, Estimates, Excluded, Invitation, Merge, Ratio, Reason, Replayed, Scale,
    SlaMetric, SlaVerdict, SurveyResponse, Timestamp, Unit, VerdictState, duration_text,
};

/// A KPI of a report, everything chosen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Measure {
    definition: &'static Definition,
    clock: Option<ClockKind>,
    /// The limit its durations are judged against.
    within: Option<TimeDelta>,
    /// What was chosen, for the reader.
    option: Option<String>,
    source: Source,
    /// The tally to start every slice and period with.
    empty: Tally,
}

/// The SLA metric that stands for the source system's own verdict on the ticket.
const STATED: &str = "stated";

/// Which records a KPI is worked out from.
#[derive(Debug, Clone, PartialEq)]
enum Source {
    /// Every ticket, once.
    Tickets,
    /// Every ticket, at the end of each period.
    Snapshots,
    /// Every ticket, in each period in which something happened to it.
    Flow,
    /// Every SLA verdict of every ticket, of one metric and policy or all.
    Verdicts { metric: Option<SlaMetric>, policy: Option<Box<str>> },
    /// All SLA verdicts of a ticket together.
    TicketVerdicts,
    /// The source system's own SLA verdict on every ticket.
    StatedVerdicts,
    /// The answers to one question.
    Responses(Box<str>),
    /// The sendings of one question's survey, or of all.
    Invitations(Option<Box<str>>),
}

/// How a KPI's numbers for all periods come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OverTime {
    /// By adding up the periods.
    AddsUp,
    /// They have a tally of their own: a stock or a flow of several periods is not the sum of theirs.
    EachItsOwn,
    /// There are no periods: what is counted has no single date, or only the cut-off's state is known.
    WholeOnly,
}

macro_rules! tallies {
    (
        clocked: $($clocked:ident = $clocked_id:literal),* $(,)?;
        plain: $($plain:ident = $plain_id:literal),* $(,)?;
        spans: $($span:ident),* $(,)?;
        others: $($other:ident),* $(,)?;
    ) => {
        /// The tally of any KPI a report knows.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub(super) enum Tally {
            $($clocked(kpi::$clocked),)*
            $($plain(kpi::$plain),)*
            $($span(kpi::$span),)*
            $($other(kpi::$other),)*
        }

        impl Tally {
            /// The empty tally of a KPI that needs nothing but the tickets.
            fn of_tickets(id: &str, clock: ClockKind) -> Option<Self> {
                match id {
                    $($clocked_id => Some(Self::$clocked(kpi::$clocked::new(clock))),)*
                    $($plain_id => Some(Self::$plain(kpi::$plain::default())),)*
                    _ => None,
                }
            }

            /// Feeds a KPI that looks at tickets one by one.
            fn push_ticket(&mut self, ticket: &Replayed) {
                match self {
                    $(Self::$clocked(tally) => tally.push(&ticket.metrics),)*
                    $(Self::$plain(tally) => tally.push(&ticket.metrics),)*
                    $(Self::$span(tally) => tally.push(&ticket.metrics),)*
                    Self::Fcr(tally) => tally.push(&ticket.ticket, &ticket.metrics),
                    Self::Customers(tally) => tally.push(&ticket.ticket, &ticket.metrics),
                    Self::ResolutionTimeCensored(tally) => tally.push(&ticket.metrics),
                    Self::TimeInStatus(tally) => tally.push(&ticket.metrics),
                    Self::TimeInGroup(tally) => tally.push(&ticket.metrics),
                    Self::SlaTicketAttainment(tally) => tally.push(ticket),
                    _ => {}
                }
            }

            /// The share of durations within a limit; `None` for what is no collection of durations.
            fn within(&self, limit: TimeDelta) -> Option<Ratio> {
                match self {
                    $(Self::$clocked(tally) => Some(tally.decided_within(limit)),)*
                    Self::TimeInStatus(tally) => Some(tally.times().decided_within(limit)),
                    Self::TimeInGroup(tally) => Some(tally.times().decided_within(limit)),
                    _ => None,
                }
            }
        }

        /// Tallies of different KPIs never meet: states merge only when they feed equal reports.
        impl Merge for Tally {
            fn merge(&mut self, other: Self) {
                match (self, other) {
                    $((Self::$clocked(mine), Self::$clocked(theirs)) => mine.merge(theirs),)*
                    $((Self::$plain(mine), Self::$plain(theirs)) => mine.merge(theirs),)*
                    $((Self::$span(mine), Self::$span(theirs)) => mine.merge(theirs),)*
                    $((Self::$other(mine), Self::$other(theirs)) => mine.merge(theirs),)*
                    _ => {}
                }
            }
        }

        impl Estimates for Tally {
            fn estimates(&self, level: f64) -> Vec<Estimate> {
                match self {
                    $(Self::$clocked(tally) => tally.estimates(level),)*
                    $(Self::$plain(tally) => tally.estimates(level),)*
                    $(Self::$span(tally) => tally.estimates(level),)*
                    $(Self::$other(tally) => tally.estimates(level),)*
                }
            }

            fn excluded(&self) -> &Excluded {
                match self {
                    $(Self::$clocked(tally) => tally.excluded(),)*
                    $(Self::$plain(tally) => tally.excluded(),)*
                    $(Self::$span(tally) => tally.excluded(),)*
                    $(Self::$other(tally) => tally.excluded(),)*
                }
            }

            fn change_from(&self, earlier: &Self, level: f64) -> Option<Comparison> {
                match (self, earlier) {
                    $((Self::$clocked(now), Self::$clocked(before)) => now.change_from(before, level),)*
                    $((Self::$plain(now), Self::$plain(before)) => now.change_from(before, level),)*
                    $((Self::$span(now), Self::$span(before)) => now.change_from(before, level),)*
                    $((Self::$other(now), Self::$other(before)) => now.change_from(before, level),)*
                    _ => None,
                }
            }
        }
    };
}

tallies! {
    clocked:
        FirstResponseTime = "first_response_time",
        NextResponseTime = "next_response_time",
        ResponseTime = "response_time",
        BotFirstResponseTime = "bot_first_response_time",
        FirstResolutionTime = "first_resolution_time",
        FullResolutionTime = "full_resolution_time",
        NetResolutionTime = "net_resolution_time",
        RequesterWaitTime = "requester_wait_time",
        AgentWaitTime = "agent_wait_time",
        OnHoldTime = "on_hold_time",
        AgentWorkTime = "agent_work_time",
        TimeToFirstAssignment = "time_to_first_assignment",
        BacklogAge = "backlog_age";
    plain:
        Volume = "volume",
        Solved = "solved",
        SolveEvents = "solve_events",
        OneTouch = "one_touch",
        TwoTouch = "two_touch",
        MultiTouch = "multi_touch",
        ReopenRate = "reopen_rate",
        FirstLevelResolution = "first_level_resolution",
        EscalationRate = "escalation_rate",
        TransferRate = "transfer_rate",
        Transfers = "transfers",
        GroupTransfers = "group_transfers",
        Handoffs = "handoffs",
        RepliesPerTicket = "replies_per_ticket",
        MessagesPerTicket = "messages_per_ticket",
        AgentTouches = "agent_touches",
        BotResolution = "bot_resolution",
        BotContainment = "bot_containment";
    spans:
        Backlog, Flow;
    others:
        Csat, Nps, Ces, Reasons, ResponseRate, SurveyCompletion, Customers, Fcr,
        ResolutionTimeCensored, TimeInStatus, TimeInGroup, SlaAttainment, SlaTicketAttainment, SlaOvershoot, SlaAtRisk;
}

impl Tally {
    /// Makes known what happened in the whole, where the verdict on a record depends on other records.
    pub(super) fn look_at(&mut self, whole: &Self) {
        if let (Self::Fcr(tally), Self::Fcr(whole)) = (self, whole) {
            tally.look_at(whole);
        }
    }

    /// Feeds a KPI that looks at SLA verdicts one by one.
    fn push_verdict(&mut self, verdict: &SlaVerdict) {
        match self {
            Self::SlaAttainment(tally) => tally.push(verdict),
            Self::SlaOvershoot(tally) => tally.push(verdict),
            Self::SlaAtRisk(tally) => tally.push(verdict),
            _ => {}
        }
    }

    /// Counts a ticket that has no verdict to look at.
    fn leave_out(&mut self, reason: Reason) {
        match self {
            Self::SlaAttainment(tally) => tally.leave_out(reason),
            Self::SlaOvershoot(tally) => tally.leave_out(reason),
            Self::SlaAtRisk(tally) => tally.leave_out(reason),
            _ => {}
        }
    }
}

impl Measure {
    /// The KPI asked for, or why a report cannot answer it.
    pub(super) fn resolve(request: &KpiRequest, as_of: Timestamp) -> Result<Self, ReportError> {
        let definition = kpi::definition(&request.kpi).ok_or_else(|| ReportError::UnknownKpi {
            id: request.kpi.clone(),
            known: kpi::DEFINITIONS.iter().map(|definition| definition.id).collect(),
        })?;
        refuse_needless(request, definition)?;
        let clock = request.clock.unwrap_or_default();
        let (source, empty, option) = match definition.id {
            "csat" => question(request, definition.id, |scale| Tally::Csat(kpi::Csat::new(scale)))?,
            "ces" => question(request, definition.id, |scale| Tally::Ces(kpi::Ces::new(scale)))?,
            "nps" => {
                let name = question_name(request, definition.id)?;
                (Source::Responses(name.clone()), Tally::Nps(kpi::Nps::default()), other_name(&name, "nps"))
            }
            "response_rate" => {
                let tally = Tally::ResponseRate(kpi::ResponseRate::default().as_of(as_of));
                let option = request.question.as_deref().map(str::to_owned);
                (Source::Invitations(request.question.clone()), tally, option)
            }
            "reasons" => question(request, definition.id, |scale| Tally::Reasons(kpi::Reasons::new(scale)))?,
            "survey_completion" => {
                let tally = Tally::SurveyCompletion(kpi::SurveyCompletion::default());
                (
                    Source::Invitations(request.question.clone()),
                    tally,
                    request.question.as_deref().map(str::to_owned),
                )
            }
            "resolution_time_censored" => {
                let tally = kpi::ResolutionTimeCensored::new(clock);
                (Source::Tickets, Tally::ResolutionTimeCensored(tally), None)
            }
            "time_in_status" => in_status(request, clock)?,
            "time_in_group" => in_group(request, clock)?,
            "customers" => (Source::Tickets, Tally::Customers(kpi::Customers::default()), None),
            "backlog" => (Source::Snapshots, Tally::Backlog(kpi::Backlog::new(as_of)), None),
            "flow" => (Source::Flow, Tally::Flow(flow(Timestamp::MIN, as_of)), None),
            "fcr" => match request.policy.clone() {
                Some(policy) => first_contact(request, policy)?,
                None => return Err(needs_policy()),
            },
            "sla_attainment" => attainment(request)?,
            "sla_ticket_attainment" => (
                Source::TicketVerdicts,
                Tally::SlaTicketAttainment(kpi::SlaTicketAttainment::default()),
                None,
            ),
            "sla_overshoot" => verdicts(request, Tally::SlaOvershoot(kpi::SlaOvershoot::new(clock))),
            "sla_at_risk" => verdicts(request, Tally::SlaAtRisk(kpi::SlaAtRisk::default())),
            id => {
                let tally = Tally::of_tickets(id, clock).ok_or(ReportError::NotReported { id })?;
                (Source::Tickets, tally, None)
            }
        };
        let clock = (!definition.clocks.is_empty()).then_some(clock);
        let option = match request.within {
            None => option,
            Some(limit) if empty.within(limit).is_none() => {
                return Err(ReportError::NoSuchChoice { id: definition.id, option: "within" });
            }
            Some(limit) if limit <= TimeDelta::zero() => {
                return Err(ReportError::Limit { id: definition.id, limit: duration_text::format(limit) });
            }
            Some(limit) => {
                let within = format!("within {}", duration_text::format(limit));
                Some(option.map_or(within.clone(), |option| format!("{option}, {within}")))
            }
        };
        Ok(Self { definition, clock, within: request.within, option, source, empty })
    }

    /// The numbers of a tally, the headline first.
    pub(super) fn estimates(&self, tally: &Tally, level: f64) -> Vec<Estimate> {
        match self.within.and_then(|limit| tally.within(limit)) {
            Some(share) => vec![Estimate::share("within", share, level)],
            None => tally.estimates(level),
        }
    }

    /// How the headline of one tally differs from that of another.
    pub(super) fn change(&self, earlier: &Tally, later: &Tally, level: f64) -> Option<Comparison> {
        match self.within {
            Some(limit) => Comparison::of_shares(later.within(limit)?, earlier.within(limit)?, level)
                .map(|change| change.scaled(100.0)),
            None => later.change_from(earlier, level),
        }
    }

    pub(super) fn definition(&self) -> &'static Definition {
        self.definition
    }

    pub(super) fn option(&self) -> Option<String> {
        self.option.clone()
    }

    pub(super) fn clock(&self) -> Option<ClockKind> {
        self.clock
    }

    /// How its numbers for all periods come about from those of single periods.
    pub(super) fn over_time(&self) -> OverTime {
        match (&self.source, self.definition.anchor) {
            (Source::Snapshots | Source::Flow, _) => OverTime::EachItsOwn,
            (_, Anchor::Event | Anchor::Snapshot) => OverTime::WholeOnly,
            _ => OverTime::AddsUp,
        }
    }

    /// The tally to start with; `period` is the time it is about, up to its last known instant.
    pub(super) fn tally(&self, period: Option<(Timestamp, Timestamp)>) -> Tally {
        match (&self.empty, period) {
            (Tally::Backlog(_), Some((_, last))) => Tally::Backlog(kpi::Backlog::new(last)),
            (Tally::Flow(_), Some((first, last))) => Tally::Flow(flow(first, last)),
            (empty, _) => empty.clone(),
        }
    }

    /// Whether a record's verdict may depend on records of other slices and periods.
    pub(super) fn looks_across(&self) -> bool {
        matches!(&self.empty, Tally::Fcr(fcr) if matches!(fcr.policy(), FcrPolicy::NoRepeatContactWithin { .. }))
    }

    /// The tally of nothing yet.
    pub(super) fn empty(&self) -> &Tally {
        &self.empty
    }

    /// The unit of its first number.
    pub(super) fn headline_unit(&self, level: f64) -> Option<Unit> {
        self.empty.estimates(level).first().map(|estimate| estimate.unit)
    }

    /// The question whose scores it sums up: CSAT, NPS or CES.
    pub(super) fn scored_question(&self) -> Option<&str> {
        match (&self.source, &self.empty) {
            (Source::Responses(question), Tally::Csat(_) | Tally::Nps(_) | Tally::Ces(_)) => Some(question),
            _ => None,
        }
    }

    pub(super) fn push_ticket(&self, ticket: &Replayed, place: &mut Place<'_>) {
        let metrics = &ticket.metrics;
        match &self.source {
            Source::Tickets => place.at(self.definition.anchor.of(metrics)).push_ticket(ticket),
            Source::Snapshots => {
                place.undated().push_ticket(ticket);
                place.each_snapshot(metrics, |tally| tally.push_ticket(ticket));
            }
            Source::Flow => {
                place.undated().push_ticket(ticket);
                if metrics.left_out.is_none() {
                    let reopened = metrics.reopens.iter().map(|cycle| cycle.reopened_at);
                    let events = std::iter::once(metrics.created_at).chain(metrics.solves()).chain(reopened);
                    place.each_period(events, |tally| tally.push_ticket(ticket));
                }
            }
            Source::TicketVerdicts => place.at(all_decided_at(&ticket.verdicts)).push_ticket(ticket),
            Source::Verdicts { metric, policy } => {
                let concerned = |verdict: &&SlaVerdict| {
                    metric.as_ref().is_none_or(|metric| *metric == verdict.metric)
                        && policy.as_ref().is_none_or(|policy| *policy == verdict.policy)
                };
                let mut verdicts = ticket.verdicts.iter().filter(concerned).peekable();
                match (metrics.left_out, verdicts.peek()) {
                    (Some(reason), _) => place.undated().leave_out(reason),
                    (None, None) => place.undated().leave_out(Reason::NoSla),
                    (None, Some(_)) => {
                        for verdict in verdicts {
                            let at = decided_at(verdict).filter(|_| self.over_time() == OverTime::AddsUp);
                            place.at(at).push_verdict(verdict);
                        }
                    }
                }
            }
            Source::StatedVerdicts => {
                if let Tally::SlaAttainment(tally) = place.at(Anchor::LastSolved.of(metrics)) {
                    match (metrics.left_out, ticket.ticket.stated_sla_met) {
                        (Some(reason), _) => tally.leave_out(reason),
                        (None, Some(true)) => tally.push_state(VerdictState::Met),
                        (None, Some(false)) => tally.push_state(VerdictState::Breached),
                        (None, None) => tally.leave_out(Reason::NoSla),
                    }
                }
            }
            Source::Responses(_) | Source::Invitations(_) => {}
        }
    }

    pub(super) fn push_response(&self, response: &SurveyResponse, place: &mut Place<'_>) {
        if self.source.is_question(&response.question) {
            match place.at(response.at) {
                Tally::Csat(tally) => tally.push(response.score),
                Tally::Nps(tally) => tally.push(response.score),
                Tally::Ces(tally) => tally.push(response.score),
                Tally::Reasons(tally) => tally.push(response),
                Tally::Fcr(tally) => tally.push_answer(response.score),
                _ => {}
            }
        }
    }

    pub(super) fn push_invitation(&self, invitation: &Invitation, place: &mut Place<'_>) {
        if self.source.is_survey(&invitation.question) {
            match place.at(Some(invitation.sent_at)) {
                Tally::ResponseRate(tally) => tally.push(invitation),
                Tally::SurveyCompletion(tally) => tally.push(invitation),
                _ => {}
            }
        }
    }
}

impl Source {
    fn is_question(&self, question: &str) -> bool {
        matches!(self, Self::Responses(mine) if **mine == *question)
    }

    fn is_survey(&self, question: &str) -> bool {
        matches!(self, Self::Invitations(mine) if mine.as_deref().is_none_or(|mine| mine == question))
    }
}

/// A KPI of single verdicts, of one metric and policy or all.
fn verdicts(request: &KpiRequest, empty: Tally) -> (Source, Tally, Option<String>) {
    let KpiRequest { metric, sla_policy: policy, .. } = request;
    let parts = [metric.as_ref().map(metric_text), policy.as_ref().map(|policy| format!("policy {policy}"))];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let option = (!parts.is_empty()).then(|| parts.join(", "));
    (Source::Verdicts { metric: metric.clone(), policy: policy.clone() }, empty, option)
}

fn metric_text(metric: &SlaMetric) -> String {
    metric.as_str().replace('_', " ")
}

/// The flow from `from` to the last known instant `last`, both included.
fn flow(from: Timestamp, last: Timestamp) -> kpi::Flow {
    kpi::Flow::new(from, Timestamp::saturating_from_micros(last.as_micros().saturating_add(1)))
}

/// FCR: judged by the tickets, or by the customers' own answers.
fn first_contact(
    request: &KpiRequest,
    policy: FcrPolicy,
) -> Result<(Source, Tally, Option<String>), ReportError> {
    let source = match policy {
        FcrPolicy::Survey { .. } => Source::Responses(question_name(request, kpi::fcr::DEFINITION.id)?),
        _ => Source::Tickets,
    };
    let option = policy.to_string();
    Ok((source, Tally::Fcr(kpi::Fcr::new(policy)), Some(option)))
}

fn needs_policy() -> ReportError {
    ReportError::NeedsChoice {
        id: kpi::fcr::DEFINITION.id,
        option: "policy",
        why: "no two products mean the same by it",
        allowed: "one of single_reply, no_customer_followup, single_handler_close, strict_no_activity, \
                  no_reopen_within(7days), no_repeat_contact_within(7days, customer), survey(1-2), interaction_no_task",
    }
}

fn attainment(request: &KpiRequest) -> Result<(Source, Tally, Option<String>), ReportError> {
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

/// Time in one status.
fn in_status(request: &KpiRequest, clock: ClockKind) -> Result<(Source, Tally, Option<String>), ReportError> {
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
fn in_group(request: &KpiRequest, clock: ClockKind) -> Result<(Source, Tally, Option<String>), ReportError> {
    let group = request.group.clone().ok_or(ReportError::NeedsChoice {
        id: kpi::time_in_group::DEFINITION.id,
        option: "group",
        why: "each group has its own time",
        allowed: "the group's name",
    })?;
    let option = Some(group.to_string());
    Ok((Source::Tickets, Tally::TimeInGroup(kpi::TimeInGroup::new(group, clock)), option))
}

/// When it was decided whether all targets of a ticket are met: at the first breach, else when the last one is met.
fn all_decided_at(verdicts: &[SlaVerdict]) -> Option<Timestamp> {
    let breached = verdicts
        .iter()
        .filter(|verdict| verdict.state == VerdictState::Breached)
        .filter_map(decided_at)
        .min();
    let running =
        |verdict: &SlaVerdict| matches!(verdict.state, VerdictState::Running | VerdictState::Paused);
    let last_met = || verdicts.iter().filter_map(decided_at).max().filter(|_| !verdicts.iter().any(running));
    breached.or_else(last_met)
}

/// When the verdict fell; `None` while it is open.
fn decided_at(verdict: &SlaVerdict) -> Option<Timestamp> {
    match verdict.state {
        VerdictState::Met => verdict.completed_at,
        VerdictState::Breached => verdict.breached_at.or(verdict.completed_at),
        VerdictState::Running | VerdictState::Paused | VerdictState::Cancelled => None,
    }
}

/// A KPI of one question and its scale.
fn question(
    request: &KpiRequest,
    id: &'static str,
    tally: impl FnOnce(&Scale) -> Tally,
) -> Result<(Source, Tally, Option<String>), ReportError> {
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

/// Refuses a choice that would have no effect.
fn refuse_needless(request: &KpiRequest, definition: &Definition) -> Result<(), ReportError> {
    let surveys = definition.topic == Topic::Surveys;
    let asks_customers = matches!(request.policy, Some(FcrPolicy::Survey { .. }));
    let given = [
        ("clock", request.clock.is_some() && definition.clocks.is_empty()),
        ("question", request.question.is_some() && !surveys && !asks_customers),
        ("scale", request.scale.is_some() && !surveys),
        ("policy", request.policy.is_some() && definition.id != kpi::fcr::DEFINITION.id),
        ("metric", request.metric.is_some() && definition.topic != Topic::Sla),
        ("sla_policy", request.sla_policy.is_some() && !judges_verdicts(definition)),
        ("status", request.status.is_some() && definition.id != kpi::time_in_status::DEFINITION.id),
        ("group", request.group.is_some() && definition.id != kpi::time_in_group::DEFINITION.id),
    ];
    match given.into_iter().find(|(_, needless)| *needless) {
        Some((option, _)) => Err(ReportError::NoSuchChoice { id: definition.id, option }),
        None => Ok(()),
    }
}

/// Whether the KPI looks at SLA verdicts one by one, not at tickets.
fn judges_verdicts(definition: &Definition) -> bool {
    definition.topic == Topic::Sla && definition.id != kpi::sla_ticket_attainment::DEFINITION.id
}
