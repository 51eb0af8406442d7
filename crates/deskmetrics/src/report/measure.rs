//! From a record to the tally it belongs in: the one place that knows which KPI eats what.

use serde::{Deserialize, Serialize};

use super::state::Place;
use super::{KpiRequest, ReportError};
use crate::kpi::{self, Anchor, Definition, FcrPolicy, Topic};
use crate::{
    ClockKind, Estimate, Estimates, Excluded, Invitation, Merge, Reason, Replayed, Scale, SlaMetric,
    SlaVerdict, SurveyResponse, Timestamp, VerdictState,
};

/// A KPI of a report, everything chosen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Measure {
    definition: &'static Definition,
    clock: Option<ClockKind>,
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
    /// Every ticket, at each instant looked at.
    Snapshots,
    /// Every SLA verdict of every ticket, of one metric or all.
    Verdicts(Option<SlaMetric>),
    /// The source system's own SLA verdict on every ticket.
    StatedVerdicts,
    /// The answers to one question.
    Responses(Box<str>),
    /// The sendings of one question's survey, or of all.
    Invitations(Option<Box<str>>),
}

macro_rules! tallies {
    (tickets: $($ticket:ident),* $(,)?; others: $($other:ident),* $(,)?) => {
        /// The tally of any KPI a report knows.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub(super) enum Tally {
            $($ticket(kpi::$ticket),)*
            $($other(kpi::$other),)*
        }

        impl Tally {
            /// Feeds a KPI that looks at one ticket's measures.
            fn push_ticket(&mut self, ticket: &Replayed) {
                match self {
                    $(Self::$ticket(tally) => tally.push(&ticket.metrics),)*
                    Self::Fcr(tally) => tally.push(&ticket.ticket, &ticket.metrics),
                    Self::SlaAttainment(tally) => tally.push_ticket(ticket),
                    _ => {}
                }
            }
        }

        impl Tally {
            /// Makes known what happened in the whole, where the verdict on a record depends on other records.
            pub(super) fn look_at(&mut self, whole: &Self) {
                if let (Self::Fcr(tally), Self::Fcr(whole)) = (self, whole) {
                    tally.look_at(whole);
                }
            }
        }

        /// Tallies of different KPIs never meet: states merge only when they feed equal reports.
        impl Merge for Tally {
            fn merge(&mut self, other: Self) {
                match (self, other) {
                    $((Self::$ticket(mine), Self::$ticket(theirs)) => mine.merge(theirs),)*
                    $((Self::$other(mine), Self::$other(theirs)) => mine.merge(theirs),)*
                    _ => {}
                }
            }
        }

        impl Estimates for Tally {
            fn estimates(&self, level: f64) -> Vec<Estimate> {
                match self {
                    $(Self::$ticket(tally) => tally.estimates(level),)*
                    $(Self::$other(tally) => tally.estimates(level),)*
                }
            }

            fn excluded(&self) -> &Excluded {
                match self {
                    $(Self::$ticket(tally) => tally.excluded(),)*
                    $(Self::$other(tally) => tally.excluded(),)*
                }
            }
        }
    };
}

tallies! {
    tickets:
        Volume, FirstResponseTime, FirstResolutionTime, FullResolutionTime, ReopenRate, OneTouch, Backlog;
    others:
        Csat, Nps, Ces, ResponseRate, Fcr, SlaAttainment,
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
            "volume" => tickets(Tally::Volume(kpi::Volume::default())),
            "backlog" => (Source::Snapshots, Tally::Backlog(kpi::Backlog::new(as_of)), None),
            "first_response_time" => tickets(Tally::FirstResponseTime(kpi::FirstResponseTime::new(clock))),
            "first_resolution_time" => {
                tickets(Tally::FirstResolutionTime(kpi::FirstResolutionTime::new(clock)))
            }
            "full_resolution_time" => tickets(Tally::FullResolutionTime(kpi::FullResolutionTime::new(clock))),
            "reopen_rate" => tickets(Tally::ReopenRate(kpi::ReopenRate::default())),
            "one_touch" => tickets(Tally::OneTouch(kpi::OneTouch::default())),
            "fcr" => match request.policy.clone() {
                Some(policy) => first_contact(request, policy)?,
                None => return Err(needs_policy()),
            },
            "sla_attainment" => attainment(request.metric.clone()),
            id => return Err(ReportError::NotReported { id }),
        };
        let clock = (!definition.clocks.is_empty()).then_some(clock);
        Ok(Self { definition, clock, option, source, empty })
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

    /// Whether it tells the state at one instant, so that periods do not add up.
    pub(super) fn is_snapshot(&self) -> bool {
        self.source == Source::Snapshots
    }

    /// The tally to start with; a snapshot looks at `at`.
    pub(super) fn tally(&self, at: Timestamp) -> Tally {
        match &self.empty {
            Tally::Backlog(_) => Tally::Backlog(kpi::Backlog::new(at)),
            empty => empty.clone(),
        }
    }

    /// Whether a record's verdict may depend on records of other slices and periods.
    pub(super) fn looks_across(&self) -> bool {
        matches!(&self.empty, Tally::Fcr(fcr) if matches!(fcr.policy(), FcrPolicy::NoRepeatContactWithin { .. }))
    }

    pub(super) fn push_ticket(&self, ticket: &Replayed, place: &mut Place<'_>) {
        match &self.source {
            Source::Tickets => place.at(self.definition.anchor.of(&ticket.metrics)).push_ticket(ticket),
            Source::Snapshots => {
                place.undated().push_ticket(ticket);
                place.each_snapshot(&ticket.metrics, |tally| tally.push_ticket(ticket));
            }
            Source::Verdicts(metric) => {
                let concerned =
                    |verdict: &&SlaVerdict| metric.as_ref().is_none_or(|metric| *metric == verdict.metric);
                let verdicts = || ticket.verdicts.iter().filter(concerned);
                if ticket.metrics.left_out.is_some() || verdicts().next().is_none() {
                    place.undated().push_ticket(ticket);
                    return;
                }
                for verdict in verdicts() {
                    if let Tally::SlaAttainment(tally) = place.at(decided_at(verdict)) {
                        tally.push(verdict);
                    }
                }
            }
            Source::StatedVerdicts => {
                let at = Anchor::LastSolved.of(&ticket.metrics);
                if let Tally::SlaAttainment(tally) = place.at(at) {
                    match (ticket.metrics.left_out, ticket.ticket.stated_sla_met) {
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
                Tally::Fcr(tally) => tally.push_answer(response.score),
                _ => {}
            }
        }
    }

    pub(super) fn push_invitation(&self, invitation: &Invitation, place: &mut Place<'_>) {
        if self.source.is_survey(&invitation.question)
            && let Tally::ResponseRate(tally) = place.at(Some(invitation.sent_at))
        {
            tally.push(invitation);
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

fn tickets(empty: Tally) -> (Source, Tally, Option<String>) {
    (Source::Tickets, empty, None)
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

fn attainment(metric: Option<SlaMetric>) -> (Source, Tally, Option<String>) {
    let option = metric.as_ref().map(|metric| metric.as_str().replace('_', " "));
    match metric {
        Some(SlaMetric::Custom(name)) if *name == *STATED => {
            let option = "as stated by the source".to_owned();
            (Source::StatedVerdicts, Tally::SlaAttainment(kpi::SlaAttainment::default()), Some(option))
        }
        Some(metric) => {
            let tally = Tally::SlaAttainment(kpi::SlaAttainment::of(metric.clone()));
            (Source::Verdicts(Some(metric)), tally, option)
        }
        None => (Source::Verdicts(None), Tally::SlaAttainment(kpi::SlaAttainment::default()), None),
    }
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
    ];
    match given.into_iter().find(|(_, needless)| *needless) {
        Some((option, _)) => Err(ReportError::NoSuchChoice { id: definition.id, option }),
        None => Ok(()),
    }
}
