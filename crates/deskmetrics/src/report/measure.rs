//! A KPI of a report: which records it is worked out from, when each counts, and what is told about it.

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;

use chrono::TimeDelta;

use super::block::InBlocks;
use super::feed::TicketTold;
use super::needs::RecordNeeds;
use super::tally::Tally;
use super::{KpiRequest, ReportError, resolve};
use crate::kpi::tally::Times;
use crate::kpi::{self, Anchor, Definition};
use crate::live::{AgentShift, QueueContact};
use crate::sla::Conditions;
use crate::{
    ClockKind, Compared, Elapsed, Estimate, Estimates, Invitation, Ratio, Reason, Replayed, Scale, SlaMetric,
    SlaVerdict, SurveyResponse, Ticket, TicketMetrics, Timestamp, Unit, VerdictState, duration_text,
};

/// A KPI of a report, everything chosen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Measure {
    pub(super) definition: &'static Definition,
    pub(super) clock: Option<ClockKind>,
    /// What was chosen, for the reader.
    pub(super) option: Option<String>,
    pub(super) source: Source,
    pub(super) told: Told,
    /// The tally to start every slice and period with.
    pub(super) empty: Tally,
    /// Nothing after it is known.
    pub(super) as_of: Option<Timestamp>,
    /// What it is called.
    pub(super) name: Cow<'static, str>,
    /// The attributes its records must have.
    pub(super) filter: Conditions,
}

/// Which records a KPI is worked out from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    /// Every ticket, once.
    Tickets,
    /// Every ticket, at the end of each period at which it is open.
    Snapshots,
    /// Every ticket, in each period in which something happened to it.
    Flow,
    /// Every ticket, in each period in which it was solved.
    Solves,
    /// Every exchange of every ticket, when it was answered.
    Exchanges,
    /// Every stint of every ticket with a group, when it ended.
    Stints,
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
    /// Every ticket, once, and the sendings of one question's survey, or of all.
    Surveyed(Option<Box<str>>),
    /// Every contact offered to a queue.
    Contacts,
    /// Every stretch of an agent on duty.
    Shifts,
}

/// What is told about a tally.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Told {
    /// The KPI's own numbers.
    Numbers,
    /// The share of its durations within a limit.
    Within(TimeDelta),
    /// The share of its durations in each band between the limits, which ascend.
    Bands(Vec<TimeDelta>),
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

/// Where the contributions of a record to one KPI go, by date.
pub(super) trait Places {
    /// The tally of the period `anchor` lies in; records without an anchor have a tally of their own, so that they
    /// show in the overall numbers.
    fn at(&mut self, anchor: Option<Timestamp>) -> &mut Tally;

    /// The tallies of all periods in which some of `events` lie, each once, with how many.
    fn each_period(&mut self, events: impl Iterator<Item = Timestamp>, feed: impl FnMut(u64, &mut Tally));

    /// The tallies of all periods at whose last known instant the ticket was open, with that instant.
    fn each_snapshot(&mut self, ticket: &TicketMetrics, feed: impl FnMut(Timestamp, &mut Tally));

    /// The tally of no period.
    fn undated(&mut self) -> &mut Tally {
        self.at(None)
    }
}

impl Measure {
    /// The KPI asked for, or why it cannot be answered.
    pub(super) fn resolve(request: &KpiRequest, as_of: Option<Timestamp>) -> Result<Self, ReportError> {
        resolve::measure(request, as_of)
    }

    /// The numbers of a tally, the headline first.
    pub(super) fn estimates(&self, tally: &Tally, level: f64) -> Vec<Estimate> {
        match (&self.told, tally.times()) {
            (Told::Within(limit), Some(times)) => {
                vec![Estimate::share("within", times.decided_within(*limit), level)]
            }
            (Told::Bands(limits), Some(times)) => bands(times, limits, level),
            _ => tally.estimates(level),
        }
    }

    /// What the headline of a tally is made of.
    pub(super) fn compared<'a>(&self, tally: &'a Tally) -> Compared<'a> {
        match (&self.told, tally.times()) {
            (Told::Within(limit), Some(times)) => Compared::Share(times.decided_within(*limit)),
            (Told::Bands(limits), Some(times)) => {
                limits.first().map_or(Compared::Untested, |limit| Compared::Share(times.within(*limit)))
            }
            _ => tally.compared(),
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
            (Source::Snapshots | Source::Flow | Source::Solves, _) => OverTime::EachItsOwn,
            // Backlog age in business hours, targets at risk: on an earlier day nobody knows.
            (_, Anchor::Snapshot) => OverTime::WholeOnly,
            _ => OverTime::AddsUp,
        }
    }

    /// The tally to start with; `period` is the time it is about, up to its last known instant.
    pub(super) fn tally(&self, period: Option<(Timestamp, Timestamp)>) -> Tally {
        match (&self.empty, &self.source, period) {
            (Tally::Backlog(_), _, Some((_, last))) => Tally::Backlog(kpi::Backlog::new(last)),
            (Tally::Customers(_), Source::Snapshots, Some((_, last))) => {
                Tally::Customers(kpi::Customers::with_open(last))
            }
            (Tally::Flow(_), _, Some((first, last))) => Tally::Flow(resolve::flow(first, last)),
            (empty, ..) => empty.clone(),
        }
    }

    /// Whether a record's verdict may depend on records of other slices and periods.
    pub(super) fn looks_across(&self) -> bool {
        match &self.empty {
            Tally::Fcr(fcr) => fcr.policy().across().is_some(),
            Tally::SurveyCoverage(_) => true,
            _ => false,
        }
    }

    /// The tally of nothing yet.
    pub(super) fn empty(&self) -> &Tally {
        &self.empty
    }

    /// The unit of its first number.
    pub(super) fn headline_unit(&self, level: f64) -> Option<Unit> {
        self.estimates(&self.empty, level).first().map(|estimate| estimate.unit)
    }

    /// The question whose scores it sums up: CSAT, NPS or CES.
    pub(super) fn scored_question(&self) -> Option<&str> {
        match (&self.source, &self.empty) {
            (Source::Responses(question), Tally::Csat(_) | Tally::Nps(_) | Tally::Ces(_)) => Some(question),
            _ => None,
        }
    }

    /// Whether it counts open tickets at the end of each period.
    pub(super) fn is_backlog(&self) -> bool {
        self.source == Source::Snapshots && matches!(self.empty, Tally::Backlog(_))
    }

    /// What it counts in blocks of tickets known by their milestones; `None` where each ticket is fed by itself.
    pub(super) fn in_blocks(&self) -> Option<InBlocks> {
        match (&self.source, &self.empty) {
            (Source::Tickets, Tally::Volume(_)) => Some(InBlocks::Creation),
            (Source::Tickets, Tally::FirstResponseTime(_)) => Some(InBlocks::Reply),
            (
                Source::Tickets,
                Tally::FirstResolutionTime(_) | Tally::FullResolutionTime(_) | Tally::NetResolutionTime(_),
            ) => Some(InBlocks::End),
            _ if self.is_backlog() => Some(InBlocks::Backlog),
            (Source::Responses(_) | Source::Invitations(_) | Source::Contacts | Source::Shifts, _) => {
                Some(InBlocks::Nothing)
            }
            _ => None,
        }
    }

    /// What it reads of a ticket's record besides the measures.
    pub(super) fn record_needs(&self) -> RecordNeeds {
        let mut needs = RecordNeeds::default();
        match &self.source {
            _ if self.is_told() => {}
            Source::Verdicts { .. } | Source::TicketVerdicts => needs.verdicts = true,
            Source::StatedVerdicts => needs.attributes = true,
            _ => match &self.empty {
                Tally::Fcr(_) => (needs.requester, needs.attributes) = (true, true),
                Tally::Customers(_) => needs.requester = true,
                Tally::SurveyCoverage(_) => needs.id = true,
                Tally::TimeInGroup(_) => needs.people = true,
                _ => {}
            },
        }
        needs
    }

    /// Whether it takes tickets without a record; see [`push_told`](Self::push_told).
    pub(super) fn is_told(&self) -> bool {
        match (&self.source, &self.empty) {
            (Source::Verdicts { .. }, Tally::SlaAttainment(_)) => true,
            (Source::Tickets, Tally::Fcr(fcr)) => fcr.policy().needs_no_record(),
            _ => false,
        }
    }

    /// Whether it is the source system's own verdict.
    pub(super) fn is_stated(&self) -> bool {
        matches!(self.source, Source::StatedVerdicts)
    }

    /// The policy it counts first contacts under.
    pub(super) fn fcr_policy(&self) -> Option<&kpi::FcrPolicy> {
        match &self.empty {
            Tally::Fcr(tally) => Some(tally.policy()),
            _ => None,
        }
    }

    /// Whether it looks at more of an answer than its question, date and score.
    pub(super) fn needs_whole_answer(&self) -> bool {
        matches!(self.source, Source::Responses(_))
            && !matches!(self.empty, Tally::Nps(_) | Tally::Csat(_) | Tally::Ces(_))
    }

    /// The question whose scores it counts, with the ends of its scale.
    pub(super) fn scores(&self) -> Option<(&str, RangeInclusive<i32>)> {
        let scale = match &self.empty {
            Tally::Nps(_) => Scale::nps(),
            Tally::Csat(tally) => tally.scale().clone(),
            Tally::Ces(tally) => tally.scale().clone(),
            _ => return None,
        };
        Some((self.scored_question()?, scale.min()..=scale.max()))
    }

    /// Whether it looks at more of a survey sent than its question, date and what it came to.
    pub(super) fn needs_whole_invitation(&self) -> bool {
        match self.source {
            Source::Invitations(_) => !matches!(self.empty, Tally::ResponseRate(_)),
            Source::Surveyed(_) => true,
            _ => false,
        }
    }

    /// By which rule it decides what a survey sent came to.
    pub(super) fn invitation_rule(&self) -> Option<&kpi::ResponseRate> {
        match (&self.source, &self.empty) {
            (Source::Invitations(_), Tally::ResponseRate(empty)) => Some(empty),
            _ => None,
        }
    }

    /// Whether it is about the answers to this question.
    pub(super) fn is_of_question(&self, question: &str) -> bool {
        self.source.is_question(question)
    }

    pub(super) fn push_ticket(&self, ticket: &Replayed, place: &mut impl Places) {
        let metrics = &ticket.metrics;
        match &self.source {
            Source::Tickets | Source::Surveyed(_) => place.at(self.anchor(metrics)).push_ticket(ticket),
            Source::Snapshots => {
                place.undated().push_ticket(ticket);
                place.each_snapshot(metrics, |at, tally| match tally {
                    Tally::BacklogAge(ages) => match metrics.left_out {
                        Some(reason) => ages.leave_out(reason),
                        None => ages.push_age(calendar_age(metrics, at)),
                    },
                    tally => tally.push_ticket(ticket),
                });
            }
            Source::Flow => {
                place.undated().push_ticket(ticket);
                if metrics.left_out.is_none() {
                    let reopened = metrics.reopens.iter().map(|cycle| cycle.reopened_at);
                    let events = std::iter::once(metrics.created_at).chain(metrics.solves()).chain(reopened);
                    place.each_period(events, |_, tally| tally.push_ticket(ticket));
                }
            }
            Source::Solves => {
                place.undated().push_ticket(ticket);
                if metrics.left_out.is_none() {
                    place.each_period(metrics.solves(), |solves, tally| {
                        if let Tally::SolveEvents(tally) = tally {
                            tally.push_solves(solves);
                        }
                    });
                }
            }
            Source::Exchanges => match metrics.left_out {
                Some(reason) => place.undated().leave_out(reason),
                None => {
                    for exchange in metrics.exchanges() {
                        place.at(exchange.answered_at).push_exchange(&exchange);
                    }
                }
            },
            Source::Stints => match metrics.left_out {
                Some(reason) => place.undated().leave_out(reason),
                None => {
                    for stint in &metrics.group_stints {
                        // The last one of a done ticket ended with the solve.
                        let ended_at = stint.until.or_else(|| metrics.done_since());
                        if let Tally::TimeInGroup(tally) = place.at(ended_at) {
                            tally.push_stint(stint, metrics);
                        }
                    }
                }
            },
            Source::TicketVerdicts => place.at(all_decided_at(&ticket.verdicts)).push_ticket(ticket),
            Source::Verdicts { .. } => {
                let verdicts = ticket.verdicts.iter();
                let mut verdicts =
                    verdicts.filter(|verdict| self.concerns(&verdict.metric, || &verdict.policy)).peekable();
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
                let tally = place.at(Anchor::LastSolved.of(metrics));
                match (metrics.left_out, ticket.ticket.stated_sla_met) {
                    (Some(reason), _) => tally.leave_out(reason),
                    (None, Some(true)) => tally.push_state(VerdictState::Met),
                    (None, Some(false)) => tally.push_state(VerdictState::Breached),
                    (None, None) => tally.leave_out(Reason::NoSla),
                }
            }
            Source::Responses(_) | Source::Invitations(_) | Source::Contacts | Source::Shifts => {}
        }
    }

    /// [`push_ticket`](Self::push_ticket) of a ticket without a record; `blank` stands for it. Says whether the KPI is one
    /// that can be told of it so.
    #[inline]
    pub(super) fn push_told(&self, told: &TicketTold<'_>, blank: &Ticket, place: &mut impl Places) -> bool {
        let metrics = told.metrics;
        match (&self.source, &self.empty) {
            (Source::Verdicts { .. }, Tally::SlaAttainment(_)) => {
                if let Some(reason) = metrics.left_out {
                    place.undated().leave_out(reason);
                    return true;
                }
                let mut concerned = false;
                for verdict in told.pass.verdicts() {
                    if verdict.metric().is_some_and(|metric| self.concerns(metric, || verdict.policy())) {
                        concerned = true;
                        if let Tally::SlaAttainment(tally) = place.at(verdict.decided_at()) {
                            tally.push_state(verdict.state());
                        }
                    }
                }
                if !concerned {
                    place.undated().leave_out(Reason::NoSla);
                }
                true
            }
            (Source::Tickets, Tally::Fcr(empty)) if empty.policy().needs_no_record() => {
                if let Tally::Fcr(tally) = place.at(self.anchor(metrics)) {
                    match told.customer.names {
                        Some(names) => tally.push_numbered(told.customer.number, names, blank, metrics),
                        None => tally.push(blank, metrics),
                    }
                }
                true
            }
            _ => false,
        }
    }

    /// Whether it counts verdicts of this metric and policy.
    fn concerns<'p>(&self, metric: &SlaMetric, policy: impl FnOnce() -> &'p str) -> bool {
        match &self.source {
            Source::Verdicts { metric: mine, policy: of } => {
                mine.as_ref().is_none_or(|mine| mine == metric)
                    && of.as_deref().is_none_or(|of| of == policy())
            }
            _ => false,
        }
    }

    /// An answer given after the cut-off is left out, as events and invitations are.
    pub(super) fn push_response(&self, response: &SurveyResponse, place: &mut impl Places) {
        if self.source.is_question(&response.question) {
            let tally = place.at(response.at);
            if response.at.is_some_and(|at| self.is_later(at)) {
                tally.leave_out(Reason::AfterCutOff);
            } else {
                tally.push_response(response);
            }
        }
    }

    pub(super) fn push_invitation(&self, invitation: &Invitation, place: &mut impl Places) {
        let tally = match &self.source {
            Source::Invitations(question) if concerns(question.as_deref(), invitation) => {
                place.at(Some(invitation.sent_at))
            }
            // It counts where its ticket does, not where it was sent.
            Source::Surveyed(question) if concerns(question.as_deref(), invitation) => place.undated(),
            _ => return,
        };
        match self.as_of {
            Some(_) if self.is_later(invitation.sent_at) => tally.leave_out(Reason::AfterCutOff),
            Some(as_of) => tally.push_invitation(&invitation.known_at(as_of)),
            None => tally.push_invitation(invitation),
        }
    }

    pub(super) fn push_contact(&self, contact: &QueueContact, place: &mut impl Places) {
        if self.source == Source::Contacts {
            let anchor = match self.definition.anchor {
                Anchor::WrappedUp => contact.wrapped_up_at(),
                _ => Some(contact.queued_at),
            };
            match self.as_of {
                Some(_) if self.is_later(contact.queued_at) => {
                    place.at(anchor).leave_out(Reason::AfterCutOff);
                }
                Some(as_of) => {
                    let anchor = anchor.filter(|at| *at <= as_of);
                    place.at(anchor).push_contact(&contact.known_at(as_of));
                }
                None => place.at(anchor).push_contact(contact),
            }
        }
    }

    pub(super) fn push_shift(&self, shift: &AgentShift, place: &mut impl Places) {
        if self.source == Source::Shifts {
            let tally = place.at(Some(shift.started_at));
            if self.is_later(shift.started_at) {
                tally.leave_out(Reason::AfterCutOff);
            } else {
                tally.push_shift(shift);
            }
        }
    }

    /// The instant that puts a ticket into a period.
    fn anchor(&self, metrics: &TicketMetrics) -> Option<Timestamp> {
        match &self.empty {
            Tally::Customers(customers) if customers.are_of_solved() => Anchor::LastSolved.of(metrics),
            _ => self.definition.anchor.of(metrics),
        }
    }

    fn is_later(&self, at: Timestamp) -> bool {
        self.as_of.is_some_and(|as_of| at > as_of)
    }
}

impl Source {
    fn is_question(&self, question: &str) -> bool {
        matches!(self, Self::Responses(mine) if **mine == *question)
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Numbers => Ok(()),
            Self::Within(limit) => write!(f, "within {}", duration_text::format(*limit)),
            Self::Bands(_) => f.write_str("in bands"),
        }
    }
}

fn concerns(question: Option<&str>, invitation: &Invitation) -> bool {
    question.is_none_or(|question| *question == *invitation.question)
}

/// How old an open ticket was at an instant. Its opening hours up to then are not known, only those up to the cut-off.
fn calendar_age(metrics: &TicketMetrics, at: Timestamp) -> Elapsed {
    let calendar_micros = at.as_micros().saturating_sub(metrics.created_at.as_micros());
    Elapsed { calendar_micros, business_micros: None }
}

/// The share of finished durations in each band.
fn bands(times: &Times, limits: &[TimeDelta], level: f64) -> Vec<Estimate> {
    let text = |place: usize| limits.get(place).map(|limit| limit_text(*limit, times.clock()));
    let name = |band: usize| match (band.checked_sub(1).and_then(text), text(band)) {
        (None, Some(upper)) => format!("up to {upper}"),
        (Some(lower), Some(upper)) => format!("{lower} to {upper}"),
        (lower, None) => format!("over {}", lower.unwrap_or_default()),
    };
    let counts = times.durations().bands(limits);
    let share =
        |(band, count): (usize, &u64)| Estimate::share(name(band), Ratio::new(*count, times.n()), level);
    counts.iter().enumerate().map(share).collect()
}

/// Whole days as days on the calendar; a day of opening hours is as long as each desk's schedule.
fn limit_text(limit: TimeDelta, clock: ClockKind) -> String {
    let days = limit.num_days();
    if clock == ClockKind::Calendar && days > 0 && limit == TimeDelta::days(days) {
        format!("{days}d")
    } else {
        duration_text::format(limit)
    }
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
    verdict.state.decided_at(verdict.completed_at, verdict.breached_at)
}
