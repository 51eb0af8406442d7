//! The state of a report: one tally per slice, period and KPI.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;

use super::builder::{Report, response_rule};
use super::calendar::Calendar;
use super::resolved_kpi::ResolvedKpi;
use super::row::SliceKeys;
use super::slice::{Responses, Slicer, Values};
use super::table::RecordCounts;
use super::{Difference, ReportError};
use crate::kpi::{AnyKpi, Places, ResponseRate};
use crate::queue::{AgentShift, QueueContact};
use crate::replay::Needs;
use crate::sla::Conditions;
use crate::ticket::Attributes;
use crate::{Excluded, Invitation, Merge, Replayed, SurveyResponse, Ticket, TicketMetrics, Timestamp};

/// The state of a report while records are fed.
///
/// States of one report merge: feed parts of the data on any number of threads or machines in any order, merge, then
/// read the [`table`](Self::table). The result is identical, bit for bit.
#[derive(Debug, Clone)]
pub struct ReportState {
    pub(super) report: Report,
    pub(super) calendar: Calendar,
    /// One per slicing of the report. Where the slices of all of them may overlap, and where there is none, one more whose only
    /// slice is all records.
    pub(super) slicings: Vec<Sliced>,
    /// Memory of [`each_place`](Self::each_place).
    found: Vec<usize>,
    pub(super) records: RecordCounts,
    /// Events that no ticket could take.
    pub(super) events: Excluded,
    /// Links of answers and invitations to records that are not there.
    pub(super) links: Excluded,
    /// The earliest record.
    first: Option<Timestamp>,
    /// The named parts of the data it was fed.
    pub(super) parts: BTreeSet<Box<str>>,
}

/// The tallies of one slice and period, by KPI.
pub(super) type Cell = Box<[Box<dyn AnyKpi>]>;

/// The tallies of one slicing.
#[derive(Debug, Clone)]
pub(super) struct Sliced {
    pub(super) slicer: Slicer,
    /// By slice, then by period (see [`Place::at`]), then by KPI; only slices and periods with records have tallies.
    pub(super) cells: Vec<Vec<Option<Cell>>>,
    /// By slice: who was invited and who answered, by question; only of questions whose scores the report contains.
    pub(super) invited: Vec<BTreeMap<Box<str>, ResponseRate>>,
}

/// Where a record's contributions to one KPI go: the slice is known, the period is not.
#[derive(Debug)]
pub(super) struct Place<'a> {
    pub(super) report: &'a Report,
    pub(super) kpi: usize,
    pub(super) slice: usize,
    pub(super) sliced: &'a mut Sliced,
    pub(super) calendar: &'a mut Calendar,
}

impl Places for Place<'_> {
    fn period(&mut self, at: Option<Timestamp>) -> usize {
        self.calendar.period(at)
    }

    fn tally(&mut self, period: usize) -> &mut dyn AnyKpi {
        self.sliced.tally(self.slice, period, self.kpi, self.report, self.calendar)
    }

    fn by_responder(&self) -> bool {
        self.sliced.slicer.by_responder()
    }

    fn responder(&self) -> Option<&str> {
        self.sliced.slicer.responder(self.slice)
    }

    fn snapshots(&self, ticket: &TicketMetrics) -> Range<usize> {
        self.calendar.snapshots_between(ticket.created_at, ticket.done_since())
    }

    fn snapshot(&self, number: usize) -> Option<(Timestamp, usize)> {
        self.calendar.snapshots().get(number).copied()
    }
}

impl Sliced {
    pub(super) fn tally(
        &mut self,
        slice: usize,
        period: usize,
        kpi: usize,
        report: &Report,
        calendar: &Calendar,
    ) -> &mut dyn AnyKpi {
        if self.cells.len() <= slice {
            self.cells.resize_with(slice + 1, Vec::new);
        }
        let periods = &mut self.cells[slice];
        if periods.len() <= period {
            periods.resize_with(period + 1, || None);
        }
        let tallies = periods[period].get_or_insert_with(|| {
            let known = calendar.known(period);
            report.measures.iter().map(|measure| measure.tally(known)).collect()
        });
        &mut *tallies[kpi]
    }

    pub(super) fn response_rate(
        &mut self,
        slice: usize,
        question: &str,
        as_of: Option<Timestamp>,
    ) -> &mut ResponseRate {
        if self.invited.len() <= slice {
            self.invited.resize_with(slice + 1, BTreeMap::new);
        }
        self.invited[slice].entry(question.into()).or_insert_with(|| response_rule(as_of))
    }
}

impl ReportState {
    pub(super) fn new(report: Report) -> Self {
        let mut filters: Vec<Conditions> = Vec::new();
        for measure in &report.measures {
            if !measure.filter.is_empty() && !filters.contains(&measure.filter) {
                filters.push(measure.filter.clone());
            }
        }
        let mut slicers: Vec<Slicer> =
            report.settings.by.iter().map(|by| Slicer::new(by.clone(), filters.clone())).collect();
        if slicers.iter().all(Slicer::overlaps) {
            slicers.push(Slicer::new(Vec::new(), filters));
        }
        let sliced = |slicer| Sliced { slicer, cells: Vec::new(), invited: Vec::new() };
        Self {
            calendar: Calendar::new(&report),
            slicings: slicers.into_iter().map(sliced).collect(),
            found: Vec::new(),
            report,
            records: RecordCounts::default(),
            events: Excluded::default(),
            links: Excluded::default(),
            first: None,
            parts: BTreeSet::new(),
        }
    }

    /// The report it feeds.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The same state, of a part of the data with this name, such as a day. States of the same part do not merge, so that a merge that
    /// is retried does not count its records twice.
    ///
    /// A merged state has the parts of both; its bytes contain them.
    ///
    /// ```
    /// use deskmetrics::report::{KpiRequest, Report, ReportError};
    /// use deskmetrics::{Scale, SurveyResponse};
    ///
    /// let nps = KpiRequest::new("nps").with_question("nps", Scale::nps());
    /// let report = Report::undated().with_kpi(nps).build()?;
    /// let mut monday = report.state().with_part("2026-03-02");
    /// monday.push_response(&SurveyResponse::new("nps", Some(9)), None);
    /// let mut total = report.state();
    /// total.merge(monday.clone())?;
    ///
    /// let again = total.merge(monday).unwrap_err();
    /// assert_eq!(again, ReportError::PartTwice { part: "2026-03-02".to_owned() });
    /// assert_eq!(total.parts().collect::<Vec<_>>(), ["2026-03-02"]);
    /// assert_eq!(total.table().headline("nps").unwrap().n, 1);
    /// # Ok::<(), ReportError>(())
    /// ```
    #[must_use]
    pub fn with_part(mut self, part: impl Into<Box<str>>) -> Self {
        self.parts.insert(part.into());
        self
    }

    /// The names of the parts it was fed, in order; see [`with_part`](Self::with_part).
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|part| &**part)
    }

    /// Feeds one ticket.
    pub fn push_ticket(&mut self, ticket: &Replayed) {
        self.records.tickets.merge(1);
        self.see(Some(ticket.metrics.created_at));
        let none = Attributes::default();
        let verdicts = if self.report.needs().any(Needs::VERDICTS) { &ticket.verdicts[..] } else { &[] };
        let responses = Responses { metrics: &ticket.metrics, verdicts };
        self.each_place(&none, Some(&ticket.ticket), Some(responses), |kpi, place| {
            kpi.push_ticket(ticket, place);
        });
    }

    /// Feeds one answer. If the answer has no value of an attribute, that of the ticket it is about counts, if given; the same
    /// goes for tags. An answer after the cut-off is excluded, and one without a date about a ticket created after it.
    pub fn push_response(&mut self, response: &SurveyResponse, ticket: Option<&Ticket>) {
        self.push_answer(response, ticket, ticket.map(|ticket| ticket.created_at));
    }

    /// Feeds one answer, which has the attributes of `ticket` and is about a ticket created at `created`.
    pub(super) fn push_answer(
        &mut self,
        response: &SurveyResponse,
        ticket: Option<&Ticket>,
        created: Option<Timestamp>,
    ) {
        self.records.responses.merge(1);
        self.see(response.at);
        self.each_place(&response.attributes, ticket, None, |kpi, place| {
            kpi.push_response(response, created, place);
        });
    }

    /// Feeds one contact offered to a phone or chat queue.
    pub fn push_contact(&mut self, contact: &QueueContact) {
        self.records.contacts.merge(1);
        self.see(Some(contact.queued_at));
        self.each_place(&contact.attributes, None, None, |kpi, place| kpi.push_contact(contact, place));
    }

    /// Feeds one agent's shift.
    pub fn push_shift(&mut self, shift: &AgentShift) {
        self.records.shifts.merge(1);
        self.see(Some(shift.started_at));
        self.each_place(&shift.attributes, None, None, |kpi, place| kpi.push_shift(shift, place));
    }

    /// Feeds one invitation. If it has no value of an attribute, that of the ticket it is about counts, if given; the
    /// same goes for tags.
    pub fn push_invitation(&mut self, invitation: &Invitation, ticket: Option<&Ticket>) {
        self.records.invitations.merge(1);
        self.see(Some(invitation.sent_at));
        self.each_place(&invitation.attributes, ticket, None, |kpi, place| {
            kpi.push_invitation(invitation, place);
        });
        let question = &*invitation.question;
        if self.report.measures.iter().any(|measure| measure.scored_question() == Some(question)) {
            let as_of = self.report.settings.as_of;
            let Self { slicings, found, .. } = self;
            for sliced in slicings {
                sliced.slicer.slice(&invitation.attributes, ticket, None, found);
                for slice in found.drain(..) {
                    sliced.response_rate(slice, question, as_of).push(invitation);
                }
            }
        }
    }

    /// Counts links of answers and invitations to records that are not there, by reason.
    pub fn exclude_links(&mut self, excluded: &Excluded) {
        self.links.merge(excluded.clone());
    }

    /// The earliest record.
    pub(super) fn first(&self) -> Option<Timestamp> {
        self.first
    }

    /// Restores what was fed before, except the tallies.
    pub(super) fn restore(
        &mut self,
        records: RecordCounts,
        [events, links]: [Excluded; 2],
        first: Option<Timestamp>,
    ) {
        self.records = records;
        (self.events, self.links) = (events, links);
        self.first = first;
    }

    pub(super) fn see(&mut self, at: Option<Timestamp>) {
        if let Some(at) = at {
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
        }
    }

    fn each_place(
        &mut self,
        own: &Attributes,
        ticket: Option<&Ticket>,
        responses: Option<Responses<'_>>,
        mut feed: impl FnMut(&ResolvedKpi, &mut Place<'_>),
    ) {
        let Self { report, calendar, slicings, found, .. } = self;
        for sliced in slicings {
            sliced.slicer.slice(own, ticket, responses, found);
            for slice in found.drain(..) {
                let mut place = Place { report, kpi: 0, slice, sliced, calendar };
                for (number, measure) in report.measures.iter().enumerate() {
                    place.kpi = number;
                    feed(measure, &mut place);
                }
            }
        }
    }

    /// The slicing whose slices add up to all records, with its place.
    pub(super) fn whole(&self) -> Option<(usize, &Sliced)> {
        self.slicings.iter().enumerate().find(|(_, sliced)| !sliced.slicer.overlaps())
    }

    /// Adds everything fed to `other`.
    ///
    /// # Errors
    /// When the two feed different reports, or were fed the same [part](Self::with_part); nothing is added then.
    pub fn merge(&mut self, other: Self) -> Result<(), ReportError> {
        if self.report != other.report {
            let differs = Difference::of_reports(&self.report.settings, &other.report.settings).map(Box::new);
            return Err(ReportError::OtherReport { differs });
        }
        if let Some(part) = self.parts.intersection(&other.parts).next() {
            return Err(ReportError::PartTwice { part: part.to_string() });
        }
        self.merge_slices(other, |_, values| Cow::Borrowed(values));
        Ok(())
    }

    /// Adds what another state of this report was fed, each slice to that of the values that `values` gives for its slicing and
    /// its own values.
    fn merge_slices(&mut self, other: Self, values: impl for<'v> Fn(usize, &'v Values) -> Cow<'v, Values>) {
        self.records.merge(other.records);
        self.events.merge(other.events);
        self.links.merge(other.links);
        self.parts.extend(other.parts);
        self.first = self.first.into_iter().chain(other.first).min();
        let as_of = self.report.settings.as_of;
        for (slicing, (mine, theirs)) in self.slicings.iter_mut().zip(other.slicings).enumerate() {
            for (slice, questions) in theirs.invited.into_iter().enumerate() {
                let Some(own) = theirs.slicer.values(slice) else { continue };
                let slice = mine.slicer.slice_of_values(&values(slicing, own));
                for (question, rate) in questions {
                    mine.response_rate(slice, &question, as_of).merge(rate);
                }
            }
            for (slice, periods) in theirs.cells.into_iter().enumerate() {
                let Some(own) = theirs.slicer.values(slice) else { continue };
                let slice = mine.slicer.slice_of_values(&values(slicing, own));
                for (period, tallies) in periods.into_iter().enumerate() {
                    let Some(tallies) = tallies else { continue };
                    let period = self.calendar.period(other.calendar.span(period).map(|span| span.start));
                    for (kpi, tally) in tallies.into_iter().enumerate() {
                        mine.tally(slice, period, kpi, &self.report, &self.calendar).merge_any(tally);
                    }
                }
            }
        }
    }

    /// The same records with at most `most` slices of each slicing, those with the most records, and all others joined as one slice
    /// named [`SliceKeys::OTHERS`].
    ///
    /// The tallies are merged, so the numbers of the others are those of their records, intervals and changes included. A
    /// single slice is not replaced, nor are slices that overlap, such as those by tag: a record would count several times.
    ///
    /// ```
    /// use deskmetrics::report::{KpiRequest, Report};
    /// use deskmetrics::ticket::Attribute;
    /// use deskmetrics::{Scale, SurveyResponse};
    ///
    /// let csat = KpiRequest::new("csat").with_question("csat", Scale::csat(1, 5)?);
    /// let report = Report::undated().with_kpi(csat).with_slices([Attribute::Market]).build()?;
    /// let answer = |(score, market)| SurveyResponse::new("csat", Some(score)).with_attribute(Attribute::Market, market);
    /// let answers = [(5, "DK"), (2, "DK"), (4, "ES"), (5, "DE"), (1, "DE"), (1, "DE"), (5, "FR")].map(answer);
    ///
    /// let table = report.run(&[], &answers, &[])?.with_largest_slices(2).table();
    /// let slices = table.slices().filter(|row| row.headline);
    /// let slices: Vec<(String, Option<f64>)> = slices.map(|row| (row.keys.label(), row.value)).collect();
    /// assert_eq!(slices[1], ("DK".to_owned(), Some(50.0)));
    /// assert_eq!(slices[2], ("(others)".to_owned(), Some(100.0)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_largest_slices(&self, most: usize) -> Self {
        let table = self.table();
        let kept = self.slicings.iter().zip(&self.report.settings.by).map(|(sliced, by)| {
            let slices = table.slices_by_size(by);
            let joins = !sliced.slicer.overlaps() && slices.len() > most.saturating_add(1);
            joins.then(|| slices.into_iter().filter(|keys| !keys.is_others()).take(most).collect())
        });
        let kept: Vec<Option<HashSet<&SliceKeys>>> = kept.collect();
        let mut joined = Self::new(self.report.clone());
        joined.merge_slices(self.clone(), |slicing, values| {
            let by = self.report.settings.by.get(slicing).zip(kept.get(slicing).and_then(Option::as_ref));
            let Some((by, kept)) = by else { return Cow::Borrowed(values) };
            let keys = SliceKeys(by.iter().cloned().zip(values.iter().cloned()).collect());
            if kept.contains(&keys) {
                return Cow::Borrowed(values);
            }
            let others = by.iter().map(|_| Some(SliceKeys::OTHERS.into()));
            Cow::Owned(others.chain(values.iter().skip(by.len()).cloned()).collect())
        });
        joined
    }
}

impl<'a> Extend<&'a Replayed> for ReportState {
    fn extend<I: IntoIterator<Item = &'a Replayed>>(&mut self, tickets: I) {
        tickets.into_iter().for_each(|ticket| self.push_ticket(ticket));
    }
}

impl<'a> Extend<&'a QueueContact> for ReportState {
    fn extend<I: IntoIterator<Item = &'a QueueContact>>(&mut self, contacts: I) {
        contacts.into_iter().for_each(|contact| self.push_contact(contact));
    }
}

impl<'a> Extend<&'a AgentShift> for ReportState {
    fn extend<I: IntoIterator<Item = &'a AgentShift>>(&mut self, shifts: I) {
        shifts.into_iter().for_each(|shift| self.push_shift(shift));
    }
}
