//! The trait that KPIs implement.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Definition;
use super::tally::Times;
use crate::queue::{AgentShift, QueueContact};
use crate::replay::{Exchange, Needs, Replayer};
use crate::survey::InvitationOutcome;
use crate::ticket::{Attribute, CustomerNames};
use crate::{
    Compared, Durations, Estimate, Estimates, Excluded, Invitation, Merge, Ratio, Reason, Replayed,
    ScoreCounts, SurveyResponse, Ticket, TicketMetrics, Timestamp,
};

/// A KPI that a report can count: its definition, what it needs, and a tally of its own.
///
/// All KPIs of the catalogue implement it. Implement it for your own type to count a custom KPI beside them, with
/// slices, periods, intervals, changes, exclusions, merging and storage: the type is the tally, and an empty one holds the options
/// chosen. [`KpiRequest::of`](crate::report::KpiRequest::of) puts it into a report.
///
/// Merging must be associative and commutative with the empty tally as its identity, as for every [`Merge`].
///
/// ```
/// use deskmetrics::kpi::{Definition, Kpi};
/// use deskmetrics::report::{KpiRequest, Report};
/// use deskmetrics::ticket::Attribute;
/// use deskmetrics::{
///     Compared, Estimate, Estimates, Excluded, Merge, Ratio, Reason, Replayed, Ticket, TicketMetrics, Timestamp, Unit,
/// };
/// use serde::{Deserialize, Serialize};
///
/// /// The share of tickets that are about billing.
/// #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
/// struct Billing {
///     billing: Ratio,
///     excluded: Excluded,
/// }
///
/// static BILLING: Definition = Definition::new("billing_share", "Billing share", Unit::Percent)
///     .with_formula("tickets of the category billing / tickets x 100")
///     .with_measures(&["percent"]);
///
/// impl Kpi for Billing {
///     fn definition(&self) -> &'static Definition {
///         &BILLING
///     }
///
///     fn push_ticket(&mut self, ticket: &Replayed) {
///         match ticket.metrics.exclusion {
///             Some(reason) => self.excluded.add(reason),
///             None => self.billing.push(ticket.ticket.attributes.get(&Attribute::Category) == Some("billing")),
///         }
///     }
///
///     fn exclude(&mut self, reason: Reason, records: u64) {
///         self.excluded.add_many(reason, records);
///     }
/// }
///
/// impl Merge for Billing {
///     fn merge(&mut self, other: Self) {
///         self.billing.merge(other.billing);
///         self.excluded.merge(other.excluded);
///     }
/// }
///
/// impl Estimates for Billing {
///     fn estimates(&self, level: f64) -> Vec<Estimate> {
///         vec![Estimate::share("percent", self.billing, level)]
///     }
///
///     fn excluded(&self) -> &Excluded {
///         &self.excluded
///     }
///
///     fn compared(&self) -> Compared<'_> {
///         Compared::Share(self.billing)
///     }
/// }
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let ticket = |category, market| {
///     let created = at("2026-03-02T09:00:00Z");
///     let ticket = Ticket::new("1", created).with_attribute(Attribute::Category, category).with_attribute(Attribute::Market, market);
///     Replayed::new(ticket, TicketMetrics::new(created, at("2026-03-09T00:00:00Z")))
/// };
/// let tickets = [ticket("billing", "DK"), ticket("playback", "DK"), ticket("billing", "ES")];
/// let report = Report::builder(at("2026-03-09T00:00:00Z"))
///     .with_kpi(KpiRequest::of(Billing::default()))
///     .with_kpi(KpiRequest::new("volume"))
///     .with_slices([Attribute::Market])
///     .build()
///     .unwrap();
/// let table = report.run(&tickets, &[], &[]).unwrap().table();
/// assert_eq!(table.headline("billing_share").unwrap().value, Some(200.0 / 3.0));
/// let by_market: Vec<_> = table.slices().filter(|row| row.kpi == "billing_share").map(|row| row.value).collect();
/// assert_eq!(by_market, [Some(50.0), Some(100.0)]);
/// ```
pub trait Kpi:
    Estimates + Merge + Clone + PartialEq + fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// The definition.
    fn definition(&self) -> &'static Definition;

    /// Counts a record that it cannot use, `records` times.
    fn exclude(&mut self, reason: Reason, records: u64);

    /// The records that it counts; tickets by default.
    fn records(&self) -> Records {
        Records::Tickets
    }

    /// Which measures of a ticket it reads; all of them by default.
    fn needs(&self) -> Needs {
        Needs::EVERYTHING
    }

    /// How its numbers for all periods follow from those of single periods; by default they are sums.
    fn over_time(&self) -> OverTime {
        OverTime::Sum
    }

    /// The empty tally of a period, given its first and its last known timestamp; the empty tally itself by default. Only used
    /// where [`over_time`](Self::over_time) is [`EachPeriod`](OverTime::EachPeriod).
    #[must_use]
    fn of_period(&self, _first: Timestamp, _last: Timestamp) -> Self {
        self.clone()
    }

    /// Counts a ticket. Events excluded from the ticket are counted by the report, not in `ticket.excluded`.
    fn push_ticket(&mut self, _ticket: &Replayed) {}

    /// Counts an answer to a survey.
    fn push_response(&mut self, _response: &SurveyResponse) {}

    /// Counts an invitation.
    fn push_invitation(&mut self, _invitation: &Invitation) {}

    /// Counts a contact offered to a queue.
    fn push_contact(&mut self, _contact: &QueueContact) {}

    /// Counts an agent's shift.
    fn push_shift(&mut self, _shift: &AgentShift) {}

    /// Counts a ticket in the tallies of the periods that it belongs to. By default it is [pushed](Self::push_ticket) once, in the
    /// period of the [anchor](Definition::anchor). `self` is the empty tally.
    fn count_ticket(&self, ticket: &Replayed, tallies: &mut Tallies<'_, Self>) {
        tallies.at(self.definition().anchor.of(&ticket.metrics), |tally| tally.push_ticket(ticket));
    }

    /// The durations behind it, for a KPI that is a duration: shares within a limit and in bands are computed from them.
    fn times(&self) -> Option<&Times> {
        None
    }

    /// How often each score was given, for a KPI of scores.
    fn distribution(&self) -> Option<ScoreCounts> {
        None
    }

    /// Why its numbers may mislead, in a sentence without a full stop; `None` by default.
    fn caution(&self) -> Option<&'static str> {
        None
    }

    /// Whether it counts responses, each for [its author](crate::replay::Actor::Responder). Only such KPIs can be sliced by
    /// responder. Its [`count_ticket`](Self::count_ticket) then checks [`Tallies::takes_response_by`].
    fn counts_responses(&self) -> bool {
        false
    }

    /// Whether the result for a slice or period depends on records outside it.
    fn needs_whole(&self) -> bool {
        false
    }

    /// Adds what the result needs from the tally of all records, if it [depends on it](Self::needs_whole).
    fn resolve_with(&mut self, _whole: &Self) {}

    /// The parts of a ticket's record it reads besides the measures.
    #[doc(hidden)]
    fn record_needs(&self) -> RecordNeeds {
        RecordNeeds::ALL
    }

    /// How it counts blocks of tickets known by their milestones; `None` if it counts row by row.
    #[doc(hidden)]
    fn in_blocks(&self) -> Option<InBlocks> {
        None
    }

    /// The range of scores that matter, if it reads only question, date and score of an answer.
    #[doc(hidden)]
    fn scores(&self) -> Option<RangeInclusive<i32>> {
        None
    }

    /// Whether it counts tickets directly from the replayer; see [`count_view`](Self::count_view).
    #[doc(hidden)]
    fn counts_views(&self) -> bool {
        false
    }

    /// [`count_ticket`](Self::count_ticket) of a ticket without a record.
    #[doc(hidden)]
    fn count_view(&self, _ticket: &TicketView<'_>, _tallies: &mut Tallies<'_, Self>) {}

    /// Counts many equal records.
    #[doc(hidden)]
    fn push_bulk(&mut self, _bulk: Bulk) {}
}

/// The records that a KPI counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Records {
    /// Tickets.
    Tickets,
    /// Answers to surveys: of one question, where the request names one.
    Responses,
    /// Surveys sent: of one question, where the request names one.
    Invitations,
    /// Tickets, and the surveys sent about them.
    TicketsAndInvitations,
    /// Contacts offered to a phone or chat queue.
    Contacts,
    /// Shifts of agents.
    Shifts,
}

/// How a KPI's numbers for all periods follow from those of single periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OverTime {
    /// They are the sum of the periods.
    Sum,
    /// They are counted by themselves: a stock or a flow of several periods is not the sum of theirs.
    EachPeriod,
    /// It has no periods: the records have no single date, or only the state at the cut-off is known.
    WholeOnly,
}

/// The parts of a ticket's record that KPIs read besides its measures; the rest need not be filled in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each part is read or not")]
pub struct RecordNeeds {
    /// The id.
    pub id: bool,
    /// The requester by name.
    pub requester: bool,
    /// Category, task, and the source's own SLA verdict.
    pub attributes: bool,
    /// Stints by the name of the group.
    pub people: bool,
    /// SLA verdicts with names and dates.
    pub verdicts: bool,
    /// Everything else: all attributes, tags, the author of the ticket.
    pub whole: bool,
}

impl RecordNeeds {
    /// Everything.
    pub const ALL: Self =
        Self { id: true, requester: true, attributes: true, people: true, verdicts: true, whole: true };
    /// Nothing.
    pub const NONE: Self =
        Self { id: false, requester: false, attributes: false, people: false, verdicts: false, whole: false };
    /// The attribute that names the task a contact led to.
    pub(crate) const TASK: &str = "task";
    /// The verdicts.
    pub const VERDICTS: Self = Self { verdicts: true, ..Self::NONE };

    /// Whether some KPI reads this attribute.
    pub fn may_read(attribute: &Attribute) -> bool {
        *attribute == Attribute::Category || attribute.as_str() == Self::TASK
    }

    /// The attributes that are read.
    pub fn attributes_read(self) -> Vec<Attribute> {
        if self.attributes { vec![Attribute::Category, Attribute::from(Self::TASK)] } else { Vec::new() }
    }

    /// Whether anything is read.
    pub fn any(self) -> bool {
        self != Self::default()
    }

    /// The union of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            id: self.id || other.id,
            requester: self.requester || other.requester,
            attributes: self.attributes || other.attributes,
            people: self.people || other.people,
            verdicts: self.verdicts || other.verdicts,
            whole: self.whole || other.whole,
        }
    }
}

/// How a KPI counts a block of tickets known by their milestones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InBlocks {
    /// Created tickets.
    Creation,
    /// Open tickets at each snapshot.
    Backlog,
    /// The time to the first reply.
    Reply,
    /// The time to the solve.
    End,
}

/// Many equal records.
#[derive(Debug, Clone)]
pub enum Bulk {
    /// Tickets created.
    Created(u64),
    /// Open tickets, and of these the ones without a reply.
    Open(u64, u64),
    /// Durations: finished ones, and running ones.
    Times(Durations, Durations),
    /// Answers of one score; `None` for skipped questions.
    Score(Option<i32>, u64),
    /// Invitations, of which some were answered.
    Answered(Ratio),
    /// Invitations of one outcome.
    Outcome(InvitationOutcome, u64),
}

/// The customer of a ticket by number.
#[derive(Debug, Clone, Copy)]
pub struct Customer<'n> {
    /// The number; 0 for none.
    pub number: u32,
    /// The names of the numbers, the same for all tickets; `None` if there are no names.
    pub names: Option<&'n Arc<dyn CustomerNames>>,
}

/// A ticket that was just replayed, without a record.
#[derive(Debug, Clone, Copy)]
pub struct TicketView<'t> {
    pub(crate) metrics: &'t TicketMetrics,
    pub(crate) customer: Customer<'t>,
    pub(crate) replayer: &'t Replayer<'t>,
    /// An empty record.
    pub(crate) blank: &'t Ticket,
}

/// The tallies of one KPI and slice, by period.
#[derive(Debug)]
pub struct Tallies<'a, K> {
    places: &'a mut dyn Places,
    kpi: PhantomData<fn() -> K>,
}

impl<'a, K: Kpi> Tallies<'a, K> {
    fn new(places: &'a mut dyn Places) -> Self {
        Self { places, kpi: PhantomData }
    }

    /// Feeds the tally of the period that contains `at`. Records without a date have a tally of their own, so that they are
    /// part of the overall numbers.
    #[inline]
    pub fn at(&mut self, at: Option<Timestamp>, feed: impl FnOnce(&mut K)) {
        let period = self.places.period(at);
        self.feed(period, feed);
    }

    /// Feeds the tallies with each exchange of a ticket, in the period in which it ended.
    pub fn each_exchange(&mut self, ticket: &TicketMetrics, mut feed: impl FnMut(&Exchange<'_>, &mut K)) {
        for exchange in ticket.exchanges() {
            if self.takes_response_by(|| exchange.answered_by) {
                self.at(exchange.ended_at, |tally| feed(&exchange, tally));
            }
        }
    }

    /// Whether a response by this person, or an unanswered wait, counts here. In slices by
    /// [responder](crate::replay::Actor::Responder) only those of the slice's own person do, elsewhere all.
    pub fn takes_response_by<'n>(&self, name: impl FnOnce() -> Option<&'n str>) -> bool {
        !self.places.by_responder() || self.places.responder() == name()
    }

    /// Feeds the tally of no period.
    pub fn undated(&mut self, feed: impl FnOnce(&mut K)) {
        self.at(None, feed);
    }

    /// Feeds the tallies of all periods that contain some of `dates`, each once, with how many it contains.
    pub fn each_period(&mut self, dates: impl Iterator<Item = Timestamp>, mut feed: impl FnMut(u64, &mut K)) {
        let undated = self.places.period(None);
        let mut periods: Vec<usize> = dates.map(|at| self.places.period(Some(at))).collect();
        periods.sort_unstable();
        for dates in periods.chunk_by(|one, other| one == other) {
            if let Some(period) = dates.first().filter(|period| **period != undated) {
                self.feed(*period, |tally| feed(dates.len() as u64, tally));
            }
        }
    }

    /// Feeds the tallies of all periods at whose last known timestamp the ticket was open, with that timestamp.
    pub fn each_snapshot(&mut self, ticket: &TicketMetrics, mut feed: impl FnMut(Timestamp, &mut K)) {
        for number in self.places.snapshots(ticket) {
            if let Some((at, period)) = self.places.snapshot(number).filter(|(at, _)| ticket.is_open_at(*at))
            {
                self.feed(period, |tally| feed(at, tally));
            }
        }
    }

    #[inline]
    fn feed(&mut self, period: usize, feed: impl FnOnce(&mut K)) {
        // A place holds the tallies of one KPI, so the type is always right.
        if let Some(tally) = self.places.tally(period).as_any_mut().downcast_mut() {
            feed(tally);
        }
    }
}

/// Where the contributions of a record to one KPI go, by the number of the period.
pub(crate) trait Places: fmt::Debug {
    /// The period that contains `at`.
    fn period(&mut self, at: Option<Timestamp>) -> usize;

    /// The tally of a period.
    fn tally(&mut self, period: usize) -> &mut dyn AnyKpi;

    /// Whether the slice is one by responder.
    fn by_responder(&self) -> bool;

    /// Whose responses count in a slice by responder.
    fn responder(&self) -> Option<&str>;

    /// The numbers of the snapshots between the creation of a ticket and its end.
    fn snapshots(&self, ticket: &TicketMetrics) -> Range<usize>;

    /// A snapshot with its period.
    fn snapshot(&self, number: usize) -> Option<(Timestamp, usize)>;
}

/// A [`Kpi`] of any type.
pub(crate) trait AnyKpi: fmt::Debug + Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
    fn definition(&self) -> &'static Definition;
    fn records(&self) -> Records;
    fn needs(&self) -> Needs;
    fn over_time(&self) -> OverTime;
    fn of_period(&self, first: Timestamp, last: Timestamp) -> Box<dyn AnyKpi>;
    fn push_ticket(&mut self, ticket: &Replayed);
    fn push_response(&mut self, response: &SurveyResponse);
    fn push_invitation(&mut self, invitation: &Invitation);
    fn push_contact(&mut self, contact: &QueueContact);
    fn push_shift(&mut self, shift: &AgentShift);
    fn push_bulk(&mut self, bulk: Bulk);
    fn count_ticket(&self, ticket: &Replayed, places: &mut dyn Places);
    fn count_view(&self, ticket: &TicketView<'_>, places: &mut dyn Places);
    fn exclude(&mut self, reason: Reason, records: u64);
    fn times(&self) -> Option<&Times>;
    fn distribution(&self) -> Option<ScoreCounts>;
    fn caution(&self) -> Option<&'static str>;
    fn counts_responses(&self) -> bool;
    fn needs_whole(&self) -> bool;
    fn resolve_with(&mut self, whole: &dyn AnyKpi);
    fn record_needs(&self) -> RecordNeeds;
    fn in_blocks(&self) -> Option<InBlocks>;
    fn scores(&self) -> Option<RangeInclusive<i32>>;
    fn counts_views(&self) -> bool;
    fn estimates(&self, level: f64) -> Vec<Estimate>;
    fn excluded(&self) -> &Excluded;
    fn compared(&self) -> Compared<'_>;
    fn boxed(&self) -> Box<dyn AnyKpi>;
    fn equals(&self, other: &dyn AnyKpi) -> bool;
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
    /// Merges another tally of the same type; one of another type is ignored.
    fn merge_any(&mut self, other: Box<dyn AnyKpi>);
    /// The same, of a tally that is kept.
    fn merge_copy(&mut self, other: &dyn AnyKpi);
    /// The counts as MessagePack.
    #[cfg(feature = "bytes")]
    fn to_bytes(&self) -> Vec<u8>;
    /// The tally of this type that [`to_bytes`](Self::to_bytes) wrote.
    #[cfg(feature = "bytes")]
    fn read(&self, bytes: &[u8]) -> Result<Box<dyn AnyKpi>, String>;
}

/// A KPI without borrows.
pub(crate) type DynKpi = dyn AnyKpi;

impl<K: Kpi> AnyKpi for K {
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
    fn definition(&self) -> &'static Definition {
        Kpi::definition(self)
    }
    fn records(&self) -> Records {
        Kpi::records(self)
    }
    fn needs(&self) -> Needs {
        Kpi::needs(self)
    }
    fn over_time(&self) -> OverTime {
        Kpi::over_time(self)
    }
    fn of_period(&self, first: Timestamp, last: Timestamp) -> Box<dyn AnyKpi> {
        Box::new(Kpi::of_period(self, first, last))
    }
    fn push_ticket(&mut self, ticket: &Replayed) {
        Kpi::push_ticket(self, ticket);
    }
    fn push_response(&mut self, response: &SurveyResponse) {
        Kpi::push_response(self, response);
    }
    fn push_invitation(&mut self, invitation: &Invitation) {
        Kpi::push_invitation(self, invitation);
    }
    fn push_contact(&mut self, contact: &QueueContact) {
        Kpi::push_contact(self, contact);
    }
    fn push_shift(&mut self, shift: &AgentShift) {
        Kpi::push_shift(self, shift);
    }
    fn push_bulk(&mut self, bulk: Bulk) {
        Kpi::push_bulk(self, bulk);
    }
    fn count_ticket(&self, ticket: &Replayed, places: &mut dyn Places) {
        Kpi::count_ticket(self, ticket, &mut Tallies::new(places));
    }
    fn count_view(&self, ticket: &TicketView<'_>, places: &mut dyn Places) {
        Kpi::count_view(self, ticket, &mut Tallies::new(places));
    }
    fn exclude(&mut self, reason: Reason, records: u64) {
        Kpi::exclude(self, reason, records);
    }
    fn times(&self) -> Option<&Times> {
        Kpi::times(self)
    }
    fn distribution(&self) -> Option<ScoreCounts> {
        Kpi::distribution(self)
    }
    fn caution(&self) -> Option<&'static str> {
        Kpi::caution(self)
    }
    fn counts_responses(&self) -> bool {
        Kpi::counts_responses(self)
    }
    fn needs_whole(&self) -> bool {
        Kpi::needs_whole(self)
    }
    fn resolve_with(&mut self, whole: &dyn AnyKpi) {
        if let Some(whole) = whole.as_any().downcast_ref() {
            Kpi::resolve_with(self, whole);
        }
    }
    fn record_needs(&self) -> RecordNeeds {
        Kpi::record_needs(self)
    }
    fn in_blocks(&self) -> Option<InBlocks> {
        Kpi::in_blocks(self)
    }
    fn scores(&self) -> Option<RangeInclusive<i32>> {
        Kpi::scores(self)
    }
    fn counts_views(&self) -> bool {
        Kpi::counts_views(self)
    }
    fn estimates(&self, level: f64) -> Vec<Estimate> {
        Estimates::estimates(self, level)
    }
    fn excluded(&self) -> &Excluded {
        Estimates::excluded(self)
    }
    fn compared(&self) -> Compared<'_> {
        Estimates::compared(self)
    }
    fn boxed(&self) -> Box<dyn AnyKpi> {
        Box::new(self.clone())
    }
    fn equals(&self, other: &dyn AnyKpi) -> bool {
        other.as_any().downcast_ref().is_some_and(|other: &K| self == other)
    }
    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
    fn merge_any(&mut self, other: Box<dyn AnyKpi>) {
        if let Ok(other) = other.into_any().downcast::<K>() {
            Merge::merge(self, *other);
        }
    }
    fn merge_copy(&mut self, other: &dyn AnyKpi) {
        if let Some(other) = other.as_any().downcast_ref::<K>() {
            Merge::merge_from(self, other);
        }
    }
    #[cfg(feature = "bytes")]
    fn to_bytes(&self) -> Vec<u8> {
        // Writing to memory cannot fail, and a test writes every KPI.
        rmp_serde::to_vec(self).unwrap_or_default()
    }
    #[cfg(feature = "bytes")]
    fn read(&self, bytes: &[u8]) -> Result<Box<dyn AnyKpi>, String> {
        let read = rmp_serde::from_slice::<K>(bytes).map_err(|error| error.to_string())?;
        Ok(Box::new(read))
    }
}

impl Clone for Box<dyn AnyKpi> {
    fn clone(&self) -> Self {
        (**self).boxed()
    }
}

impl ToOwned for dyn AnyKpi {
    type Owned = Box<dyn AnyKpi>;

    fn to_owned(&self) -> Self::Owned {
        self.boxed()
    }
}

impl PartialEq for Box<dyn AnyKpi> {
    fn eq(&self, other: &Self) -> bool {
        (**self).equals(&**other)
    }
}

/// Without it, derived comparisons move out of the box (rust-lang/rust#31740).
impl PartialEq<&Self> for Box<dyn AnyKpi> {
    fn eq(&self, other: &&Self) -> bool {
        self == *other
    }
}
