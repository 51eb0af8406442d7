//! A KPI of a report: the request, resolved.

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::TimeDelta;

use super::KpiRequest;
use crate::kpi::tally::Times;
use crate::kpi::{
    self, Anchor, AnyKpi, Definition, FcrPolicy, InBlocks, OverTime, Places, RecordNeeds, Records,
    RequestError, ResponseRate, Topic, above_zero, together,
};
use crate::queue::{AgentShift, QueueContact};
use crate::replay::Needs;
use crate::sla::Conditions;
use crate::{
    ClockKind, Compared, Estimate, Invitation, Ratio, Reason, Replayed, Scale, SurveyResponse, Timestamp,
    Unit, duration_text,
};

/// A KPI of a report with all its options.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ResolvedKpi {
    pub(super) definition: &'static Definition,
    pub(super) clock: Option<ClockKind>,
    /// The options chosen, for readers.
    pub(super) option: Option<Arc<str>>,
    /// The survey question it is about; `None` for all.
    question: Option<Box<str>>,
    pub(super) shown: ShownNumbers,
    /// The tally to start every slice and period with.
    pub(super) empty: Box<dyn AnyKpi>,
    /// Nothing after it is known.
    pub(super) as_of: Option<Timestamp>,
    /// Its name.
    pub(super) name: Cow<'static, str>,
    /// The attributes its records must have.
    pub(super) filter: Conditions,
}

/// The numbers shown of a tally.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ShownNumbers {
    /// The KPI's own numbers.
    Numbers,
    /// The share of its durations within a limit.
    Within(TimeDelta),
    /// The share of its durations in each band between the limits, which ascend.
    Bands(Vec<TimeDelta>),
    /// The share of the answers of each score.
    Scores,
}

impl ResolvedKpi {
    /// The KPI of a request, or why it cannot be computed.
    pub(super) fn resolve(request: &KpiRequest, as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        let (empty, option) = if let Some(own) = &request.own {
            let empty = own.0.clone();
            refuse_of_own(request, &*empty)?;
            (empty, None)
        } else {
            let entry = kpi::entry(&request.kpi).ok_or_else(|| RequestError::UnknownKpi {
                id: request.kpi.clone(),
                known: kpi::DEFINITIONS.iter().map(|definition| definition.id).collect(),
            })?;
            refuse_needless(request, entry.definition)?;
            ((entry.requested)(request, as_of)?, (entry.option)(request))
        };
        let definition = empty.definition();
        let shown = ShownNumbers::of(request, definition)?;
        check_filter(&request.filter, definition.id)?;
        check_name(request.name.as_deref(), definition)?;
        let texts = [shown.to_string(), request.filter.to_string()];
        let [shown_text, filter] = texts.map(|text| Some(text).filter(|text| !text.is_empty()));
        Ok(Self {
            definition,
            clock: (!definition.clocks.is_empty()).then(|| request.clock.unwrap_or_default()),
            option: together([option, shown_text, filter]).map(Arc::from),
            question: request.question.clone(),
            shown,
            empty,
            as_of,
            name: request
                .name
                .clone()
                .map_or(Cow::Borrowed(definition.name.en), |name| Cow::Owned(name.into())),
            filter: request.filter.clone(),
        })
    }

    /// The numbers of a tally, the headline first.
    pub(super) fn estimates(&self, tally: &dyn AnyKpi, level: f64) -> Vec<Estimate> {
        match (&self.shown, tally.times()) {
            (ShownNumbers::Within(limit), Some(times)) => {
                vec![Estimate::share("within", times.decided_within(*limit), level)]
            }
            (ShownNumbers::Bands(limits), Some(times)) => bands(times, limits, level),
            (ShownNumbers::Scores, _) => {
                let shares = scores(tally);
                shares.map(|(score, share)| Estimate::share(format!("score {score}"), share, level)).collect()
            }
            _ => tally.estimates(level),
        }
    }

    /// The value behind the headline of a tally.
    pub(super) fn compared<'a>(&self, tally: &'a dyn AnyKpi) -> Compared<'a> {
        match (&self.shown, tally.times()) {
            (ShownNumbers::Within(limit), Some(times)) => Compared::Share(times.decided_within(*limit)),
            (ShownNumbers::Bands(limits), Some(times)) => {
                limits.first().map_or(Compared::Untested, |limit| Compared::Share(times.within(*limit)))
            }
            (ShownNumbers::Scores, _) => {
                scores(tally).next().map_or(Compared::Untested, |(_, share)| Compared::Share(share))
            }
            _ => tally.compared(),
        }
    }

    /// The tally to start with; `period` is the time it is about, up to its last known timestamp.
    pub(super) fn tally(&self, period: Option<(Timestamp, Timestamp)>) -> Box<dyn AnyKpi> {
        match period.filter(|_| self.empty.over_time() == OverTime::EachPeriod) {
            Some((first, last)) => self.empty.of_period(first, last),
            None => self.empty.clone(),
        }
    }

    /// Whether it counts tickets.
    pub(super) fn counts_tickets(&self) -> bool {
        matches!(self.empty.records(), Records::Tickets | Records::TicketsAndInvitations)
    }

    /// The measures it needs of a replay.
    pub(super) fn needs(&self) -> Needs {
        if self.counts_tickets() { self.empty.needs() } else { Needs::NOTHING }
    }

    /// The parts of a ticket's record it reads besides the measures.
    pub(super) fn record_needs(&self) -> RecordNeeds {
        if self.counts_tickets() && !self.empty.counts_views() {
            self.empty.record_needs()
        } else {
            RecordNeeds::NONE
        }
    }

    /// How it counts blocks of tickets known by their milestones; `None` if it counts row by row.
    pub(super) fn in_blocks(&self) -> Option<InBlocks> {
        self.empty.in_blocks()
    }

    /// Whether it counts open tickets at the end of each period.
    pub(super) fn is_backlog(&self) -> bool {
        self.in_blocks() == Some(InBlocks::Backlog)
    }

    /// The unit of its first number.
    pub(super) fn headline_unit(&self, level: f64) -> Option<Unit> {
        self.estimates(&*self.empty, level).first().map(|estimate| estimate.unit)
    }

    /// Whether it is about the answers to this question.
    pub(super) fn is_of_question(&self, question: &str) -> bool {
        self.empty.records() == Records::Responses && self.concerns(question)
    }

    fn concerns(&self, question: &str) -> bool {
        self.question.as_deref().is_none_or(|mine| mine == question)
    }

    /// The question whose scores it sums up: CSAT, NPS or CES.
    pub(super) fn scored_question(&self) -> Option<&str> {
        self.empty.scores().and(self.question.as_deref())
    }

    /// The question whose scores it counts, with the ends of its scale.
    pub(super) fn scores(&self) -> Option<(&str, RangeInclusive<i32>)> {
        Some((self.scored_question()?, self.empty.scores()?))
    }

    /// Whether it reads more of an answer than its question, date and score.
    pub(super) fn needs_whole_answer(&self) -> bool {
        self.empty.records() == Records::Responses && self.scored_question().is_none()
    }

    /// Whether it reads more of an invitation than its question, date and outcome.
    pub(super) fn needs_whole_invitation(&self) -> bool {
        match self.empty.records() {
            Records::Invitations => self.invitation_rule().is_none(),
            Records::TicketsAndInvitations => true,
            _ => false,
        }
    }

    /// The rule by which it decides the outcome of an invitation.
    pub(super) fn invitation_rule(&self) -> Option<&ResponseRate> {
        self.empty.as_any().downcast_ref()
    }

    /// Whether it counts the outcomes that `rule` decides of surveys with this question.
    pub(super) fn is_of_invitations(&self, rule: &ResponseRate, question: &str) -> bool {
        self.invitation_rule() == Some(rule) && self.concerns(question)
    }

    pub(super) fn push_ticket(&self, ticket: &Replayed, place: &mut dyn Places) {
        if self.counts_tickets() {
            self.empty.count_ticket(ticket, place);
        }
    }

    /// An answer given after the cut-off is excluded, as events and invitations are. One without a date is not `before` its ticket
    /// was created.
    pub(super) fn push_response(
        &self,
        response: &SurveyResponse,
        before: Option<Timestamp>,
        place: &mut dyn Places,
    ) {
        if self.is_of_question(&response.question) {
            let tally = at(place, response.at);
            if response.at.or(before).is_some_and(|at| self.is_later(at)) {
                tally.exclude(Reason::AfterCutOff, 1);
            } else {
                tally.push_response(response);
            }
        }
    }

    pub(super) fn push_invitation(&self, invitation: &Invitation, place: &mut dyn Places) {
        if !self.concerns(&invitation.question) {
            return;
        }
        let tally = match self.empty.records() {
            Records::Invitations => at(place, Some(invitation.sent_at)),
            // It counts in its ticket's period, not in the period it was sent.
            Records::TicketsAndInvitations => at(place, None),
            _ => return,
        };
        match self.as_of {
            Some(_) if self.is_later(invitation.sent_at) => tally.exclude(Reason::AfterCutOff, 1),
            Some(as_of) => tally.push_invitation(&invitation.known_at(as_of)),
            None => tally.push_invitation(invitation),
        }
    }

    pub(super) fn push_contact(&self, contact: &QueueContact, place: &mut dyn Places) {
        if self.empty.records() != Records::Contacts {
            return;
        }
        let anchor = match self.definition.anchor {
            Anchor::WrappedUp => contact.wrapped_up_at(),
            _ => Some(contact.queued_at),
        };
        match self.as_of {
            Some(_) if self.is_later(contact.queued_at) => at(place, anchor).exclude(Reason::AfterCutOff, 1),
            Some(as_of) => {
                let anchor = anchor.filter(|at| *at <= as_of);
                at(place, anchor).push_contact(&contact.known_at(as_of));
            }
            None => at(place, anchor).push_contact(contact),
        }
    }

    pub(super) fn push_shift(&self, shift: &AgentShift, place: &mut dyn Places) {
        if self.empty.records() == Records::Shifts {
            let tally = at(place, Some(shift.started_at));
            if self.is_later(shift.started_at) {
                tally.exclude(Reason::AfterCutOff, 1);
            } else {
                tally.push_shift(shift);
            }
        }
    }

    fn is_later(&self, at: Timestamp) -> bool {
        self.as_of.is_some_and(|as_of| at > as_of)
    }
}

/// The tally of the period that contains a timestamp.
fn at(place: &mut dyn Places, at: Option<Timestamp>) -> &mut dyn AnyKpi {
    let period = place.period(at);
    place.tally(period)
}

impl ShownNumbers {
    /// The KPI's own numbers, or what its durations are compared with.
    fn of(request: &KpiRequest, definition: &Definition) -> Result<Self, RequestError> {
        let id = definition.id;
        if request.distribution {
            return Ok(Self::Scores);
        }
        match (request.within, request.bands.as_slice()) {
            // Its limit is part of the KPI.
            (Some(_), []) if id == kpi::service_level::DEFINITION.id => Ok(Self::Numbers),
            (None, []) => Ok(Self::Numbers),
            (Some(limit), []) => Ok(Self::Within(above_zero(limit, id)?)),
            (Some(_), _) => Err(RequestError::NoSuchChoice { id, option: "bands beside within" }),
            (None, limits) => {
                let mut limits =
                    limits.iter().map(|limit| above_zero(*limit, id)).collect::<Result<Vec<_>, _>>()?;
                limits.sort_unstable();
                limits.dedup();
                Ok(Self::Bands(limits))
            }
        }
    }
}

impl fmt::Display for ShownNumbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Numbers => Ok(()),
            Self::Within(limit) => write!(f, "within {}", duration_text::format(*limit)),
            Self::Bands(_) => f.write_str("in bands"),
            Self::Scores => f.write_str("by score"),
        }
    }
}

/// Rejects a name that is another KPI's.
fn check_name(name: Option<&str>, definition: &Definition) -> Result<(), RequestError> {
    match name {
        Some(name)
            if name.trim().is_empty()
                || kpi::definition(name).is_some_and(|other| other.id != definition.id) =>
        {
            Err(RequestError::Name { id: definition.id, name: name.to_owned() })
        }
        _ => Ok(()),
    }
}

fn check_filter(filter: &Conditions, id: &'static str) -> Result<(), RequestError> {
    let empty = filter.attributes().find(|(_, values)| values.is_empty());
    let by = empty.map(|(attribute, _)| format!("{attribute} without a value"));
    by.map_or(Ok(()), |by| Err(RequestError::Filter { id, by }))
}

/// Rejects an option that would have no effect: one that the KPI does not have in the catalogue.
fn refuse_needless(request: &KpiRequest, definition: &Definition) -> Result<(), RequestError> {
    let surveys = definition.topic == Topic::Surveys;
    let by_survey = matches!(request.policy, Some(FcrPolicy::Survey { .. }));
    refuse(request, definition.id, |option| match option {
        "clock" => !definition.clocks.is_empty(),
        "question" => surveys || by_survey,
        // Stating its only scale is allowed.
        "scale" if definition.id == kpi::nps::DEFINITION.id => request.scale == Some(Scale::nps()),
        "distribution" => ["csat", "nps", "ces"].contains(&definition.id),
        "since" | "until" => definition.options.iter().any(|choice| choice.name == "span"),
        option => definition.options.iter().any(|choice| choice.name == option),
    })
}

/// The same for a custom KPI, whose empty tally holds the options.
fn refuse_of_own(request: &KpiRequest, empty: &dyn AnyKpi) -> Result<(), RequestError> {
    let id = empty.definition().id;
    if kpi::definition(id).is_some() {
        return Err(RequestError::IdTaken { id });
    }
    let surveys =
        matches!(empty.records(), Records::Responses | Records::Invitations | Records::TicketsAndInvitations);
    refuse(request, id, |option| match option {
        "question" => surveys,
        "within" | "bands" => empty.times().is_some(),
        "distribution" => empty.distribution().is_some(),
        _ => false,
    })
}

fn refuse(
    request: &KpiRequest,
    id: &'static str,
    mut named: impl FnMut(&str) -> bool,
) -> Result<(), RequestError> {
    let given = [
        ("clock", request.clock.is_some()),
        ("question", request.question.is_some()),
        ("scale", request.scale.is_some()),
        ("policy", request.policy.is_some()),
        ("metric", request.metric.is_some()),
        ("sla_policy", request.sla_policy.is_some()),
        ("status", request.status.is_some()),
        ("group", request.group.is_some()),
        ("within", request.within.is_some()),
        ("bands", !request.bands.is_empty()),
        ("distribution", request.distribution),
        ("with", request.with.is_some()),
        ("without_automatic_solves", request.without_automatic_solves.is_some()),
        ("since", request.since.is_some()),
        ("until", request.until.is_some()),
        ("mature_after", request.mature_after.is_some()),
        ("expire_after", request.expire_after.is_some()),
        ("short_abandon", request.short_abandon.is_some()),
        ("threshold_percent", request.threshold_percent.is_some()),
    ];
    match given.into_iter().find(|(option, given)| *given && !named(option)) {
        Some((option, _)) => Err(RequestError::NoSuchChoice { id, option }),
        None => Ok(()),
    }
}

/// The share of the answers of each score, lowest first.
fn scores(tally: &dyn AnyKpi) -> impl Iterator<Item = (i32, Ratio)> {
    let counts: Vec<(i32, u64)> =
        tally.distribution().map(|counts| counts.iter().collect()).unwrap_or_default();
    let n = counts.iter().fold(0u64, |n, (_, count)| n.saturating_add(*count));
    counts.into_iter().map(move |(score, count)| (score, Ratio::new(count, n)))
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
