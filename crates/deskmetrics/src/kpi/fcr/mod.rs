//! First contact resolution, under a policy that must be named.

mod contacts;
mod policy;

use std::sync::Arc;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Choice, Definition, Polarity, Text, Topic, Variant};
use super::registry::Registered;
use super::request::together;
use super::{Bulk, Kpi, KpiRequest, RecordNeeds, Records, RequestError, Tallies, TicketView};
use crate::replay::{Needs, StatedMeasure};
use crate::ticket::{Attribute, CustomerNames, Status};
use crate::{
    Author, Compared, Estimate, Estimates, Excluded, Merge, Ratio, Reason, Replayed, SurveyResponse, Ticket,
    TicketMetrics, Timestamp, Unit,
};
use contacts::{Contact, Contacts};
pub use policy::{FcrPolicy, PolicyParts, PolicyPartsError, RepeatKey, UnknownFcrPolicy};

/// The definition of FCR.
pub const DEFINITION: Definition = Definition {
    id: "fcr",
    topic: Topic::Quality,
    name: Text {
        en: "First contact resolution (FCR)",
        es: "Resolución en el primer contacto (FCR)",
        da: "Løst ved første kontakt (FCR)",
    },
    description: Text {
        en: "The share of issues resolved at the customer's first contact, under a named policy.",
        es: "La proporción de casos resueltos en el primer contacto del cliente, según una política con nombre.",
        da: "Andelen af henvendelser, der blev løst ved kundens første kontakt, efter en navngiven regel.",
    },
    aliases: &["fcr_rate", "first_contact_resolution", "first_call_resolution", "first_time_fix"],
    formula: "tickets resolved on first contact under the policy / tickets the policy can judge x 100",
    unit: Unit::Percent,
    min: Some(0.0),
    max: Some(100.0),
    good: Polarity::Up,
    population: "depends on the policy; tickets whose window is not over are provisional and excluded",
    anchor: Anchor::FirstSolved,
    clocks: &[],
    measures: &["percent"],
    options: &[
        Choice {
            name: "policy",
            decides: "what first contact resolution means",
            default: None,
            values: &[
                "single_reply",
                "no_customer_followup",
                "single_handler_close",
                "strict_no_activity",
                "no_reopen_within",
                "no_repeat_contact_within",
                "survey",
                "interaction_no_task",
                "all_of",
            ],
        },
        Choice {
            name: "without_automatic_solves",
            decides: "whether tickets solved by a bot or rule are excluded",
            default: Some("false"),
            values: &["false", "true"],
        },
    ],
    variants: &[
        Variant {
            name: "single_reply",
            differs: "solved with one public agent reply",
            used_by: &["Zoho", "Freshdesk (2012)"],
        },
        Variant {
            name: "no_customer_followup",
            differs: "solved without a customer message after the opening",
            used_by: &["Freshservice"],
        },
        Variant {
            name: "single_handler_close",
            differs: "closed once, by one agent",
            used_by: &["Intercom"],
        },
        Variant {
            name: "strict_no_activity",
            differs: "no reopening, waiting, reply or escalation before the resolution",
            used_by: &["ServiceNow CSM"],
        },
        Variant {
            name: "no_reopen_within",
            differs: "not reopened within N days",
            used_by: &["common, N 7 to 14"],
        },
        Variant {
            name: "no_repeat_contact_within",
            differs: "the customer does not come back within N days on any ticket or channel",
            used_by: &["call centres, N 7 to 30"],
        },
        Variant { name: "survey", differs: "the customer's own answer", used_by: &["SQM"] },
        Variant {
            name: "interaction_no_task",
            differs: "closed without creating a task",
            used_by: &["ServiceNow ITSM"],
        },
        Variant { name: "all_of", differs: "under several of these at once", used_by: &[] },
    ],
    references: &[
        "Freshservice help: How do you calculate FCR",
        "Intercom help: Reporting metrics and attributes",
        "ServiceNow docs: customer service case form; Interaction",
        "SQM Group: First call resolution",
        "MetricNet: first level resolution is not first contact resolution",
    ],
};

/// First contact resolution of many tickets under one [`FcrPolicy`].
///
/// # What it measures
/// The share of issues resolved on the customer's first contact. No two products define it alike, so there is no
/// default: each number carries the policy it was counted under.
///
/// # Formula
/// `100 · resolved on first contact / judged`, both as defined by the policy; see [`FcrPolicy`].
///
/// # Worked example
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::kpi::{Fcr, FcrPolicy, RepeatKey};
/// use deskmetrics::ticket::Status;
/// use deskmetrics::{Estimates, Reason, Ticket, TicketMetrics, Timestamp};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let contact = |id: &str, customer: &str, created: &str, solved: &str| {
///     let ticket = Ticket::new(id, at(created)).with_requester(customer);
///     let mut metrics = TicketMetrics::new(at(created), at("2026-03-31T00:00:00Z"));
///     metrics.status = Status::Solved;
///     metrics.first_solved_at = Some(at(solved));
///     metrics.customer_messages = 1;
///     metrics.public_replies = 1;
///     (ticket, metrics)
/// };
/// let contacts = [
///     contact("1", "ana", "2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z"),
///     contact("2", "ana", "2026-03-05T09:00:00Z", "2026-03-05T10:00:00Z"), // three days later: again
///     contact("3", "bo", "2026-03-05T09:00:00Z", "2026-03-06T10:00:00Z"),
///     contact("4", "eva", "2026-03-29T09:00:00Z", "2026-03-29T10:00:00Z"), // her week is not over
/// ];
/// let judge = |policy: FcrPolicy| {
///     let mut fcr = Fcr::new(policy);
///     contacts.iter().for_each(|(ticket, metrics)| fcr.push(ticket, metrics));
///     fcr
/// };
///
/// // By each ticket alone, all were resolved.
/// assert_eq!(judge(FcrPolicy::SingleReply).percent(), Some(100.0));
/// // Across tickets, Ana's first one did not solve her problem.
/// let week = FcrPolicy::NoRepeatContactWithin { window: TimeDelta::days(7), key: RepeatKey::Customer };
/// let fcr = judge(week);
/// assert_eq!(fcr.ratio(), deskmetrics::Ratio::new(2, 3));
/// assert_eq!(fcr.excluded().count(Reason::WindowNotOver), 1);
/// ```
///
/// # Who is counted
/// Tickets the policy can judge. If it has a window after the solve, tickets whose window is not over at the
/// cut-off are provisional: excluded as [`Reason::WindowNotOver`], neither failures nor successes. Merged-away tickets are
/// not judged, but they *are* repeat contacts.
///
/// # When it misleads
/// When the policy is not named; when first *level* resolution is meant; when the customer has several identities; when
/// customers give up instead of coming back.
///
/// # References
/// See [`DEFINITION`].
#[doc(alias = "first contact resolution")]
#[doc(alias = "first call resolution")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fcr {
    policy: FcrPolicy,
    without_automatic_solves: bool,
    judged: Ratio,
    /// The contacts of each customer; only for the policy that depends on other tickets, which judges in [`Self::ratio`].
    contacts: Contacts,
    excluded: Excluded,
}

impl Fcr {
    /// No tickets yet, under `policy`.
    pub fn new(policy: FcrPolicy) -> Self {
        Self {
            policy,
            without_automatic_solves: false,
            judged: Ratio::default(),
            contacts: Contacts::default(),
            excluded: Excluded::default(),
        }
    }

    /// The same tally, excluding tickets that a bot or rule solved.
    #[must_use]
    pub fn without_automatic_solves(mut self) -> Self {
        self.without_automatic_solves = true;
        self
    }

    /// Counts one ticket.
    pub fn push(&mut self, ticket: &Ticket, metrics: &TicketMetrics) {
        match self.judge(ticket, metrics) {
            Ok(Some(resolved)) => self.judged.push(resolved),
            Ok(None) => {} // judged later, across tickets
            Err(reason) => self.excluded.add(reason),
        }
    }

    /// [`push`](Self::push) of a ticket whose customer is known by number, 0 for none, under a policy that reads
    /// neither the customer's name nor what the ticket is about.
    pub(crate) fn push_numbered(
        &mut self,
        customer: u32,
        names: &Arc<dyn CustomerNames>,
        ticket: &Ticket,
        metrics: &TicketMetrics,
    ) {
        if self.policy.across().is_none() {
            return self.push(ticket, metrics);
        }
        let visit = self.seen(customer != 0, ticket, metrics);
        if visit.is_contact {
            self.contacts.note_numbered(customer, names, visit.contact(None));
        }
        if let Err(reason) = visit.judged {
            self.excluded.add(reason);
        }
    }

    /// Counts one answer to "was it resolved at your first contact?"; only under [`FcrPolicy::Survey`].
    ///
    /// Under any other policy an answer is excluded.
    pub fn push_answer(&mut self, score: impl Into<Option<i32>>) {
        let FcrPolicy::Survey { scale } = &self.policy else {
            return self.excluded.add(Reason::OtherOptions);
        };
        match score.into() {
            Some(score) if scale.contains(score) => self.judged.push(scale.is_positive(score)),
            Some(_) => self.excluded.add(Reason::OutOfScale),
            None => self.excluded.add(Reason::NotAnswered),
        }
    }

    /// Adds the contacts of `whole`, which are not judged.
    ///
    /// A slice or period holds only its own tickets, but the customer may come back in another one. Call this on each part
    /// before reading its result. It matters only under [`FcrPolicy::NoRepeatContactWithin`]. Do not merge a part
    /// afterwards.
    pub fn resolve_with(&mut self, whole: &Self) {
        self.contacts.resolve_with(&whole.contacts);
    }

    /// Counts a record that is no ticket.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.excluded.add(reason);
    }

    /// Whether the ticket was resolved on first contact; `None` when that depends on other tickets.
    fn judge(&mut self, ticket: &Ticket, metrics: &TicketMetrics) -> Result<Option<bool>, Reason> {
        match self.policy.across() {
            Some((_, key)) => self.note_contact(ticket, metrics, key).map(|()| None),
            None => verdict_of(&self.policy, ticket, metrics, self.solved_at(metrics)?).map(Some),
        }
    }

    /// The first solve of a ticket that can be judged.
    fn solved_at(&self, metrics: &TicketMetrics) -> Result<Timestamp, Reason> {
        if let Some(reason) = metrics.exclusion {
            return Err(reason);
        }
        let solved_at = metrics.first_solved_at.ok_or(Reason::NotSolved)?;
        let automatic = matches!(metrics.solved_by, Some(Author::Bot | Author::System));
        if automatic && self.without_automatic_solves {
            return Err(Reason::SolvedAutomatically);
        }
        Ok(solved_at)
    }

    /// Stores the contact, and whether the ticket is judged later.
    fn note_contact(
        &mut self,
        ticket: &Ticket,
        metrics: &TicketMetrics,
        key: RepeatKey,
    ) -> Result<(), Reason> {
        let visit = self.seen(ticket.requester.is_some(), ticket, metrics);
        if let (true, Some(customer)) = (visit.is_contact, &ticket.requester) {
            let category = match key {
                RepeatKey::Customer => None,
                RepeatKey::CustomerAndCategory => ticket.attributes.get(&Attribute::Category).map(Into::into),
            };
            self.contacts.note(customer.clone(), visit.contact(category));
        }
        visit.judged.map(|_| ())
    }

    fn seen(&self, has_customer: bool, ticket: &Ticket, metrics: &TicketMetrics) -> Visit {
        let created = metrics.created_at.as_micros();
        let unseen = |reason| Visit { created, is_contact: false, judged: Err(reason) };
        if let Some(reason) = metrics.exclusion.filter(|reason| *reason != Reason::Merged) {
            return unseen(reason);
        }
        if !has_customer {
            return unseen(Reason::NoCustomer);
        }
        let window = self.policy.across().map_or(0, |(window, _)| micros(window));
        let judged = self.solved_at(metrics).and_then(|solved_at| {
            let resolved = verdict_of(&self.policy, ticket, metrics, solved_at)?;
            window_end(solved_at, window, metrics).map(|end| (end, resolved))
        });
        Visit { created, is_contact: true, judged }
    }

    /// The policy counted under.
    pub fn policy(&self) -> &FcrPolicy {
        &self.policy
    }

    /// Resolved on first contact, among judged.
    pub fn ratio(&self) -> Ratio {
        let mut ratio = self.judged;
        if !self.contacts.is_empty() {
            ratio.merge(self.contacts.resolved_at_first());
        }
        ratio
    }

    /// The rate in percent; `None` when nothing could be judged.
    pub fn percent(&self) -> Option<f64> {
        self.ratio().percent()
    }

    /// Tickets judged.
    pub fn n(&self) -> u64 {
        self.ratio().total
    }
}

/// One ticket as a contact of its customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Visit {
    created: i64,
    /// Whether other tickets of the customer count it as a contact. Those merged away do; deleted ones and spam do not.
    is_contact: bool,
    /// Until when the customer must stay away, and the verdict on the ticket itself.
    judged: Result<(i64, bool), Reason>,
}

impl Visit {
    fn contact(&self, category: Option<Box<str>>) -> Contact {
        Contact {
            created: self.created,
            judged_until: self.judged.ok().map(|(end, _)| end),
            failed: self.judged.is_ok_and(|(_, resolved)| !resolved),
            category,
        }
    }
}

/// The verdict of a policy on a ticket by itself, without its customer's other tickets.
fn verdict_of(
    policy: &FcrPolicy,
    ticket: &Ticket,
    metrics: &TicketMetrics,
    solved_at: Timestamp,
) -> Result<bool, Reason> {
    let reopened = !metrics.reopens.is_empty();
    Ok(match policy {
        FcrPolicy::SingleReply => {
            now_solved(metrics)? && metrics.count_of(StatedMeasure::PublicReplies)? == 1
        }
        FcrPolicy::NoCustomerFollowup => {
            now_solved(metrics)? && metrics.count_of(StatedMeasure::CustomerMessages)? <= 1
        }
        FcrPolicy::SingleHandlerClose => now_solved(metrics)? && !reopened && metrics.replying_agents <= 1,
        FcrPolicy::StrictNoActivity => {
            let waited = [Status::Pending, Status::OnHold]
                .iter()
                .any(|status| metrics.time_in_status[status.index()].calendar_micros > 0);
            let quiet =
                metrics.public_replies == 0 && metrics.customer_messages <= 1 && metrics.escalations == 0;
            now_solved(metrics)? && !reopened && !waited && quiet
        }
        FcrPolicy::NoReopenWithin { window } => {
            let end = window_end(solved_at, micros(*window), metrics)?;
            !metrics.reopens.iter().any(|cycle| cycle.reopened_at.as_micros() <= end)
        }
        FcrPolicy::NoRepeatContactWithin { window, .. } => {
            !reopened_by_customer(metrics, window_end(solved_at, micros(*window), metrics)?)
        }
        FcrPolicy::InteractionNoTask => {
            now_solved(metrics)? && ticket.attributes.get(&Attribute::from(RecordNeeds::TASK)).is_none()
        }
        FcrPolicy::Survey { .. } => return Err(Reason::NotAnswered),
        FcrPolicy::AllOf(parts) => {
            let (mut failed, mut unjudged) = (false, None);
            for part in parts.iter() {
                match verdict_of(part, ticket, metrics, solved_at) {
                    Ok(resolved) => failed |= !resolved,
                    Err(Reason::WindowNotOver) => return Err(Reason::WindowNotOver),
                    Err(reason) => unjudged = Some(reason),
                }
            }
            match unjudged {
                Some(reason) if !failed => return Err(reason),
                _ => !failed,
            }
        }
    })
}

fn micros(window: TimeDelta) -> i64 {
    window.num_microseconds().unwrap_or(i64::MAX)
}

/// Policies about the end of a ticket judge only tickets that are solved now.
fn now_solved(metrics: &TicketMetrics) -> Result<bool, Reason> {
    if metrics.status.is_done() { Ok(true) } else { Err(Reason::Reopened) }
}

/// The end of the window after the solve, in microseconds; an error while it is not over.
fn window_end(solved_at: Timestamp, window: i64, metrics: &TicketMetrics) -> Result<i64, Reason> {
    let end = solved_at.as_micros().saturating_add(window);
    if end <= metrics.as_of.as_micros() { Ok(end) } else { Err(Reason::WindowNotOver) }
}

fn reopened_by_customer(metrics: &TicketMetrics, until: i64) -> bool {
    let by_customer = |author| matches!(author, Author::Customer | Author::External);
    metrics
        .reopens
        .iter()
        .any(|cycle| by_customer(cycle.reopened_by) && cycle.reopened_at.as_micros() <= until)
}

impl Merge for Fcr {
    fn merge(&mut self, other: Self) {
        let same =
            self.policy == other.policy && self.without_automatic_solves == other.without_automatic_solves;
        if same {
            self.judged.merge(other.judged);
            self.contacts.merge(other.contacts);
        } else if self.judged.total == 0 && self.contacts.is_empty() {
            self.policy = other.policy;
            self.without_automatic_solves = other.without_automatic_solves;
            self.judged = other.judged;
            self.contacts = other.contacts;
        } else {
            self.excluded.add_many(Reason::OtherOptions, other.n());
        }
        self.excluded.merge(other.excluded);
    }
}

impl<'a> Extend<&'a Replayed> for Fcr {
    fn extend<I: IntoIterator<Item = &'a Replayed>>(&mut self, tickets: I) {
        tickets.into_iter().for_each(|replayed| self.push(&replayed.ticket, &replayed.metrics));
    }
}

impl<'a> Extend<&'a SurveyResponse> for Fcr {
    fn extend<I: IntoIterator<Item = &'a SurveyResponse>>(&mut self, answers: I) {
        answers.into_iter().for_each(|answer| self.push_answer(answer.score));
    }
}

impl Estimates for Fcr {
    fn estimates(&self, level: f64) -> Vec<Estimate> {
        vec![Estimate::share("percent", self.ratio(), level)]
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }

    fn compared(&self) -> Compared<'_> {
        Compared::Share(self.ratio())
    }
}

impl Kpi for Fcr {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.excluded.add_many(reason, records);
    }

    fn records(&self) -> Records {
        match self.policy {
            FcrPolicy::Survey { .. } => Records::Responses,
            _ => Records::Tickets,
        }
    }

    fn needs(&self) -> Needs {
        if self.policy.reads_everything() {
            Needs::EVERYTHING
        } else {
            Needs::MESSAGES | Needs::SOLVES | Needs::REOPENS
        }
    }

    fn push_ticket(&mut self, ticket: &Replayed) {
        self.push(&ticket.ticket, &ticket.metrics);
    }

    fn push_response(&mut self, response: &SurveyResponse) {
        self.push_answer(response.score);
    }

    fn needs_whole(&self) -> bool {
        self.policy.across().is_some()
    }

    fn resolve_with(&mut self, whole: &Self) {
        Self::resolve_with(self, whole);
    }

    fn record_needs(&self) -> RecordNeeds {
        if Kpi::counts_views(self) {
            RecordNeeds::NONE
        } else {
            RecordNeeds { requester: true, attributes: true, ..RecordNeeds::NONE }
        }
    }

    fn counts_views(&self) -> bool {
        Kpi::records(self) == Records::Tickets && self.policy.needs_no_record()
    }

    fn count_view(&self, ticket: &TicketView<'_>, tallies: &mut Tallies<'_, Self>) {
        let TicketView { metrics, customer, blank, .. } = *ticket;
        tallies.at(DEFINITION.anchor.of(metrics), |tally| match customer.names {
            Some(names) => tally.push_numbered(customer.number, names, blank, metrics),
            None => tally.push(blank, metrics),
        });
    }

    fn push_bulk(&mut self, bulk: Bulk) {
        if let Bulk::Score(score, times) = bulk {
            (0..times).for_each(|_| self.push_answer(score));
        }
    }
}

impl Registered for Fcr {
    const USUAL: bool = true;

    fn requested(request: &KpiRequest, _as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        let id = DEFINITION.id;
        let policy = request.policy.clone().ok_or(RequestError::NeedsChoice {
            id,
            option: "policy",
            why: "products define it differently",
            allowed: "one of single_reply, no_customer_followup, single_handler_close, strict_no_activity, \
                      no_reopen_within(7days), no_repeat_contact_within(7days, customer), survey(1-2), \
                      interaction_no_task",
        })?;
        if let FcrPolicy::Survey { .. } = policy {
            request.question(id)?;
        }
        let tally = Self::new(policy);
        Ok(if request.excludes_automatic_solves() { tally.without_automatic_solves() } else { tally })
    }

    fn option(request: &KpiRequest) -> Option<String> {
        together([request.policy.as_ref().map(ToString::to_string), request.automatic_solves()])
    }
}

/// First contact resolution of `tickets` under `policy`; see [`Fcr`].
///
/// Under [`FcrPolicy::Survey`] feed the answers instead: [`Fcr::push_answer`].
#[doc(alias = "first contact resolution")]
pub fn fcr<'a>(tickets: impl IntoIterator<Item = &'a Replayed>, policy: FcrPolicy) -> Fcr {
    let mut tally = Fcr::new(policy);
    tally.extend(tickets);
    tally
}
