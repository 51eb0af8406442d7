//! The tally of any KPI of the catalogue.

use serde::{Deserialize, Serialize};

use crate::kpi::tally::Times;
use crate::live::{AgentShift, QueueContact};
use crate::replay::Exchange;
use crate::{
    ClockKind, Compared, Estimate, Estimates, Excluded, Invitation, Merge, Ratio, Reason, Replayed,
    SlaVerdict, SurveyResponse, VerdictState, kpi,
};

macro_rules! tallies {
    (
        clocked: $($clocked:ident = $clocked_id:literal),* $(,)?;
        plain: $($plain:ident = $plain_id:literal),* $(,)?;
        contacts: $($contact:ident),* $(,)?;
        spans: $($span:ident),* $(,)?;
        others: $($other:ident),* $(,)?;
    ) => {
        /// The tally of any KPI.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub(super) enum Tally {
            $($clocked(kpi::$clocked),)*
            $($plain(kpi::$plain),)*
            $($contact(kpi::$contact),)*
            $($span(kpi::$span),)*
            $($other(kpi::$other),)*
        }

        impl Tally {
            /// The empty tally of a KPI that needs nothing but the tickets.
            pub(super) fn of_tickets(id: &str, clock: ClockKind) -> Option<Self> {
                match id {
                    $($clocked_id => Some(Self::$clocked(kpi::$clocked::new(clock))),)*
                    $($plain_id => Some(Self::$plain(kpi::$plain::default())),)*
                    _ => None,
                }
            }

            /// Feeds a KPI that looks at tickets one by one.
            pub(super) fn push_ticket(&mut self, ticket: &Replayed) {
                match self {
                    $(Self::$clocked(tally) => tally.push(&ticket.metrics),)*
                    $(Self::$plain(tally) => tally.push(&ticket.metrics),)*
                    $(Self::$span(tally) => tally.push(&ticket.metrics),)*
                    Self::Fcr(tally) => tally.push(&ticket.ticket, &ticket.metrics),
                    Self::Customers(tally) => tally.push(&ticket.ticket, &ticket.metrics),
                    Self::SurveyCoverage(tally) => tally.push_ticket(&ticket.ticket, &ticket.metrics),
                    Self::ResolutionTimeCensored(tally) => tally.push(&ticket.metrics),
                    Self::TimeInStatus(tally) => tally.push(&ticket.metrics),
                    Self::TimeInGroup(tally) => tally.push(&ticket.metrics),
                    Self::SlaTicketAttainment(tally) => tally.push(ticket),
                    _ => {}
                }
            }

            /// Feeds a KPI that looks at contacts in a queue.
            pub(super) fn push_contact(&mut self, contact: &QueueContact) {
                match self {
                    $(Self::$contact(tally) => tally.push(contact),)*
                    _ => {}
                }
            }

            /// Counts a record the KPI cannot look at.
            pub(super) fn leave_out(&mut self, reason: Reason) {
                match self {
                    $(Self::$clocked(tally) => tally.leave_out(reason),)*
                    $(Self::$plain(tally) => tally.leave_out(reason),)*
                    $(Self::$contact(tally) => tally.leave_out(reason),)*
                    $(Self::$span(tally) => tally.leave_out(reason),)*
                    $(Self::$other(tally) => tally.leave_out(reason),)*
                }
            }

            /// The durations of a KPI that collects durations.
            pub(super) fn times(&self) -> Option<&Times> {
                match self {
                    $(Self::$clocked(tally) => Some(tally),)*
                    Self::TimeInStatus(tally) => Some(tally.times()),
                    Self::TimeInGroup(tally) => Some(tally.times()),
                    Self::ResolutionTimeCensored(tally) => Some(tally.times()),
                    Self::SlaOvershoot(tally) => Some(tally.times()),
                    Self::SpeedOfAnswer(tally) => Some(tally.times()),
                    Self::HandleTime(tally) => Some(tally.times()),
                    _ => None,
                }
            }
        }

        impl Tally {
            /// The durations of a KPI that collects nothing but one duration a ticket.
            pub(super) fn times_mut(&mut self) -> Option<&mut Times> {
                match self {
                    $(Self::$clocked(tally) => Some(tally.times_mut()),)*
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
                    $((Self::$contact(mine), Self::$contact(theirs)) => mine.merge(theirs),)*
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
                    $(Self::$contact(tally) => tally.estimates(level),)*
                    $(Self::$span(tally) => tally.estimates(level),)*
                    $(Self::$other(tally) => tally.estimates(level),)*
                }
            }

            fn excluded(&self) -> &Excluded {
                match self {
                    $(Self::$clocked(tally) => tally.excluded(),)*
                    $(Self::$plain(tally) => tally.excluded(),)*
                    $(Self::$contact(tally) => tally.excluded(),)*
                    $(Self::$span(tally) => tally.excluded(),)*
                    $(Self::$other(tally) => tally.excluded(),)*
                }
            }

            fn compared(&self) -> Compared<'_> {
                match self {
                    $(Self::$clocked(tally) => tally.compared(),)*
                    $(Self::$plain(tally) => tally.compared(),)*
                    $(Self::$contact(tally) => tally.compared(),)*
                    $(Self::$span(tally) => tally.compared(),)*
                    $(Self::$other(tally) => tally.compared(),)*
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
    contacts:
        ServiceLevel, SpeedOfAnswer, AbandonRate, HandleTime;
    spans:
        Backlog, Flow;
    others:
        Csat, Nps, Ces, Reasons, ResponseRate, SurveyCoverage, SurveyCompletion, Customers, Fcr, Occupancy,
        ResolutionTimeCensored, TimeInStatus, TimeInGroup, SlaAttainment, SlaTicketAttainment, SlaOvershoot, SlaAtRisk;
}

impl Tally {
    /// Makes known what happened in the whole, where the verdict on a record depends on other records.
    pub(super) fn look_at(&mut self, whole: &Self) {
        match (self, whole) {
            (Self::Fcr(tally), Self::Fcr(whole)) => tally.look_at(whole),
            (Self::SurveyCoverage(tally), Self::SurveyCoverage(whole)) => tally.look_at(whole),
            _ => {}
        }
    }

    /// Whether the two count the same KPI.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    /// Feeds a KPI that looks at SLA verdicts one by one.
    pub(super) fn push_verdict(&mut self, verdict: &SlaVerdict) {
        match self {
            Self::SlaAttainment(tally) => tally.push(verdict),
            Self::SlaOvershoot(tally) => tally.push(verdict),
            Self::SlaAtRisk(tally) => tally.push(verdict),
            _ => {}
        }
    }

    /// Feeds a KPI that looks at exchanges one by one.
    pub(super) fn push_exchange(&mut self, exchange: &Exchange) {
        match self {
            Self::NextResponseTime(tally) => tally.push_exchange(exchange),
            Self::ResponseTime(tally) => tally.push_exchange(exchange),
            _ => {}
        }
    }

    /// Feeds a KPI that can count a verdict of which only the state is known.
    pub(super) fn push_state(&mut self, state: VerdictState) {
        if let Self::SlaAttainment(tally) = self {
            tally.push_state(state);
        }
    }

    /// Feeds a KPI that looks at answers.
    pub(super) fn push_response(&mut self, response: &SurveyResponse) {
        match self {
            Self::Csat(tally) => tally.push(response.score),
            Self::Nps(tally) => tally.push(response.score),
            Self::Ces(tally) => tally.push(response.score),
            Self::Reasons(tally) => tally.push(response),
            Self::Fcr(tally) => tally.push_answer(response.score),
            _ => {}
        }
    }

    /// Feeds a KPI that looks at scores and nothing else.
    pub(super) fn push_score(&mut self, score: Option<i32>, times: u64) {
        match self {
            Self::Csat(tally) => tally.push_many(score, times),
            Self::Nps(tally) => tally.push_many(score, times),
            Self::Ces(tally) => tally.push_many(score, times),
            Self::Fcr(tally) => (0..times).for_each(|_| tally.push_answer(score)),
            _ => {}
        }
    }

    /// Feeds a KPI that can do with numbers of invitations.
    pub(super) fn push_counts(&mut self, answered: Ratio) {
        if let Self::ResponseRate(tally) = self {
            tally.push_counts(answered);
        }
    }

    /// Feeds a KPI that looks at surveys sent.
    pub(super) fn push_invitation(&mut self, invitation: &Invitation) {
        match self {
            Self::ResponseRate(tally) => tally.push(invitation),
            Self::SurveyCompletion(tally) => tally.push(invitation),
            Self::SurveyCoverage(tally) => tally.push_invitation(invitation),
            _ => {}
        }
    }

    /// Feeds a KPI that counts created tickets.
    pub(super) fn push_created(&mut self, tickets: u64) {
        if let Self::Volume(tally) = self {
            tally.push_many(tickets);
        }
    }

    /// Feeds a KPI that counts open tickets.
    pub(super) fn push_open(&mut self, open: u64, unreplied: u64) {
        if let Self::Backlog(tally) = self {
            tally.push_counts(open, unreplied);
        }
    }

    /// Feeds a KPI that looks at agents on duty.
    pub(super) fn push_shift(&mut self, shift: &AgentShift) {
        if let Self::Occupancy(tally) = self {
            tally.push(shift);
        }
    }
}
