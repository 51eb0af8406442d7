//! The state of a report: one tally per slice, period and KPI.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::builder::{Report, response_rule};
use super::calendar::{Calendar, NO_PERIOD};
use super::resolved_kpi::ResolvedKpi;
use super::row::{ReportPeriod, ReportRow, SliceKeys};
use super::selection::usual;
use super::slice::{Responses, SliceOrder, Slicer, Values};
use super::table::{RecordCounts, ReportTable};
use super::{Change, Difference, KpiRequest, KpiTally, Period, PeriodSpan, Periods, ReportError};
use crate::kpi::{AnyKpi, DynKpi, OverTime, Places, ResponseRate};
use crate::queue::{AgentShift, QueueContact};
use crate::replay::Needs;
use crate::sla::Conditions;
use crate::ticket::{Attribute, Attributes};
use crate::{
    Comparison, Estimate, Excluded, Invitation, Merge, Replayed, SurveyResponse, Ticket, TicketMetrics,
    Timestamp, Unit,
};

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
}

/// Fewer records are reported on one thread, which is faster.
const MANY: u64 = 1 << 14;

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
        }
    }

    /// The report it feeds.
    pub fn report(&self) -> &Report {
        &self.report
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
        self.records.responses.merge(1);
        self.see(response.at);
        let created = ticket.map(|ticket| ticket.created_at);
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
    /// When the two feed different reports.
    pub fn merge(&mut self, other: Self) -> Result<(), ReportError> {
        if self.report != other.report {
            let differs = Difference::of_reports(&self.report.settings, &other.report.settings).map(Box::new);
            return Err(ReportError::OtherReport { differs });
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

    /// The tally behind a row of its [`table`](Self::table), to compare it; `None` for a row of another report.
    ///
    /// ```
    /// use deskmetrics::report::{KpiRequest, Report};
    /// use deskmetrics::ticket::Attribute;
    /// use deskmetrics::{Scale, SurveyResponse};
    ///
    /// let csat = KpiRequest::new("csat").with_question("csat", Scale::csat(1, 5)?);
    /// let report = Report::undated().with_kpi(csat).with_slices([Attribute::Market]).build()?;
    /// let answer = |score, market| SurveyResponse::new("csat", Some(score)).with_attribute(Attribute::Market, market);
    /// let state = report.run(&[], &[answer(5, "DK"), answer(2, "DK"), answer(4, "ES"), answer(5, "ES")], &[])?;
    ///
    /// let table = state.table();
    /// let rows: Vec<_> = table.slices().filter(|row| row.headline).collect();
    /// let [dk, es] = [rows[0], rows[1]].map(|row| state.tally(row).unwrap());
    /// assert_eq!(dk.change_from(&es, 0.95).unwrap().difference, -50.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn tally(&self, row: &ReportRow) -> Option<KpiTally> {
        let settings = &self.report.settings;
        let (sliced, order, slice) = if row.keys.is_empty() {
            (self.whole()?.1, None, 0)
        } else {
            let usual =
                |attributes: &mut dyn Iterator<Item = &Attribute>| attributes.map(usual).collect::<Vec<_>>();
            let own = usual(&mut row.keys.0.iter().map(|(attribute, _)| attribute));
            let slicing = settings.by.iter().position(|by| usual(&mut by.iter()) == own)?;
            let sliced = self.slicings.get(slicing)?;
            let order = sliced.slicer.order();
            let slice = order.keys.iter().position(|keys| keys.values().eq(row.keys.values()))?;
            (sliced, Some(order), slice)
        };
        let periods = row.period.as_ref().map(|_| self.period_order());
        let period = match (&row.period, &periods) {
            (Some(own), Some(order)) => order.shown.iter().position(|shown| shown.period == *own)?,
            _ => 0,
        };
        let group = Group { slice, period };
        let cut = Cut { slices: order.as_ref(), periods: periods.as_ref() };
        let is_of = |kpi: &ResolvedKpi| {
            (kpi.definition.id, &kpi.name, &kpi.option, kpi.clock)
                == (row.kpi, &row.name, &row.option, row.clock)
        };
        let tallies = self.report.measures.iter().zip(&settings.kpis).enumerate();
        let mut tallies =
            tallies.filter(|(_, (kpi, _))| is_of(kpi)).filter_map(|(number, (kpi, request))| {
                let found =
                    self.joined(sliced, number, cut, &kpi.filter).into_iter().find(|(one, _)| *one == group);
                let mut tally = match (found, &periods) {
                    (Some((_, tally)), _) => tally.into_owned(),
                    // A stock or a flow is known in every period.
                    (None, Some(periods)) => {
                        let number = periods.places.iter().position(|place| *place == period)?;
                        kpi.tally(self.calendar.known(number))
                    }
                    (None, None) => return None,
                };
                let is_whole = cut.is_whole() && kpi.filter.is_empty();
                if let Some((_, whole)) = self.whole().filter(|_| kpi.empty.needs_whole() && !is_whole) {
                    let whole = self.joined(whole, number, Cut::WHOLE, &Conditions::default()).pop()?;
                    tally.resolve_with(&*whole.1);
                }
                KpiTally::of_counted(request, settings.as_of, tally).ok()
            });
        let is_same = |estimate: &Estimate| {
            (&estimate.measure, estimate.value, estimate.n) == (&row.measure, row.value, row.n)
        };
        tallies.find(|tally| tally.estimates(settings.level).iter().any(is_same))
    }

    /// The tally of one of the report's KPIs over everything it was fed, whatever the slice and period.
    ///
    /// ```
    /// use deskmetrics::report::{KpiRequest, Report};
    /// use deskmetrics::ticket::Attribute;
    /// use deskmetrics::{Scale, SurveyResponse, Timestamp};
    ///
    /// let nps = KpiRequest::new("nps").with_question("nps", Scale::nps());
    /// let cut_off = "2026-03-09T00:00:00Z".parse::<Timestamp>().unwrap();
    /// let report = Report::builder(cut_off).with_kpi(nps.clone()).with_slices([Attribute::Market]).build().unwrap();
    /// let mut state = report.state();
    /// state.push_response(&SurveyResponse::new("nps", Some(10)), None);
    /// assert_eq!(state.kpi(&nps).unwrap().headline(0.95).n, 1);
    /// ```
    ///
    /// # Errors
    /// When the request cannot be answered, or the report is not about this KPI.
    pub fn kpi(&self, request: &KpiRequest) -> Result<KpiTally, ReportError> {
        let as_of = self.report.settings.as_of;
        let requested = ResolvedKpi::resolve(request, as_of)?;
        let number = self.report.measures.iter().position(|measure| *measure == requested);
        let whole = number
            .zip(self.whole())
            .map(|(number, (_, sliced))| self.joined(sliced, number, Cut::WHOLE, &requested.filter));
        match whole.into_iter().flatten().next() {
            Some((_, tally)) => KpiTally::of_counted(request, as_of, tally.into_owned()),
            None => Err(ReportError::NotInReport { id: requested.definition.id }),
        }
    }

    /// All numbers of the report, for the records fed so far.
    pub fn table(&self) -> ReportTable {
        let settings = &self.report.settings;
        let orders: Vec<SliceOrder> = self.slicings.iter().map(|sliced| sliced.slicer.order()).collect();
        let periods = settings.periods.map(|_| self.period_order());
        let mut parts = Vec::new();
        for periods in std::iter::once(None).chain(periods.iter().map(Some)) {
            let whole = self.whole().map(|(_, sliced)| (sliced, Cut { slices: None, periods }));
            let slicings = self.slicings.iter().zip(&orders).zip(&settings.by);
            let sliced = slicings.map(|((sliced, order), _)| (sliced, Cut { slices: Some(order), periods }));
            parts.extend(whole.into_iter().chain(sliced));
        }
        // KPIs that depend on records outside a slice or period need the tally of all records.
        let wholes = self.report.measures.iter().enumerate().map(|(kpi, measure)| {
            let (_, sliced) = self.whole().filter(|_| measure.empty.needs_whole())?;
            self.joined(sliced, kpi, Cut::WHOLE, &Conditions::default()).pop().map(|(_, tally)| tally)
        });
        let wholes: Vec<Option<Cow<'_, DynKpi>>> = wholes.collect();
        let all = parts.iter().flat_map(|(sliced, cut)| {
            wholes.iter().enumerate().map(move |(kpi, whole)| (*sliced, *cut, kpi, whole.as_deref()))
        });
        let all = self.map(all.collect(), |(sliced, cut, kpi, whole)| {
            (cut, kpi, self.answers(sliced, cut, kpi, whole))
        });
        let estimates = all.iter().flat_map(|(.., answers)| answers).map(|answer| answer.estimates.len());
        let mut rows = Vec::with_capacity(estimates.sum());
        let mut warnings = None;
        for (cut, kpi, answers) in all {
            if cut.periods.is_some() && warnings.is_none() {
                warnings = Some(self.warnings(&rows, &orders));
            }
            self.add_rows(cut, kpi, &answers, &mut rows);
        }
        let warnings = warnings.unwrap_or_else(|| self.warnings(&rows, &orders));
        ReportTable {
            as_of: settings.as_of,
            zone: settings.periods.map(|periods| periods.zone),
            period: settings.periods.map(|periods| periods.period),
            by: settings.by.clone(),
            level: settings.level,
            min_n: settings.min_n,
            records: self.records,
            events_excluded: self.events.clone(),
            links_excluded: self.links.clone(),
            warnings,
            rows,
        }
    }

    /// Applies a function to each item, in the caller's rayon pool if there are many records.
    fn map<T: Send, R: Send>(&self, items: Vec<T>, function: impl Fn(T) -> R + Send + Sync) -> Vec<R> {
        let RecordCounts { tickets, responses, contacts, shifts, invitations } = self.records;
        if tickets + responses + contacts + shifts + invitations < MANY {
            items.into_iter().map(function).collect()
        } else {
            items.into_par_iter().map(function).collect()
        }
    }

    /// The results of a KPI in one part of the report, given the tally of all records if the KPI needs it.
    fn answers(
        &self,
        sliced: &Sliced,
        cut: Cut<'_>,
        number: usize,
        whole: Option<&DynKpi>,
    ) -> Vec<TestedAnswer> {
        let Some(kpi) = self.report.measures.get(number) else { return Vec::new() };
        let level = self.report.settings.level;
        let is_whole = cut.is_whole() && kpi.filter.is_empty();
        let tallies = match whole.filter(|_| is_whole) {
            Some(whole) => vec![(Group::default(), Cow::Borrowed(whole))],
            None => self.joined(sliced, number, cut, &kpi.filter),
        };
        let mut answers = self.map(tallies, |(group, mut tally)| {
            if let Some(whole) = whole.filter(|_| !is_whole) {
                tally.to_mut().resolve_with(whole);
            }
            Answer::of(kpi, group, tally, level)
        });
        answers.retain(|answer| answer.is_relevant(cut));
        if let Some(periods) = cut.periods.filter(|_| kpi.empty.over_time() == OverTime::EachPeriod) {
            self.fill_periods(kpi, periods, &mut answers);
        }
        let tests = self.map((0..answers.len()).collect(), |number: usize| {
            let (answer, before) = (answers.get(number)?, answers.get(number.checked_sub(1)?)?);
            let shown = cut.shown(answer.group)?;
            let follows =
                before.group.slice == answer.group.slice && shown.before == Some(before.group.period);
            let [later, earlier] = [answer, before].map(|answer| kpi.compared(&*answer.tally));
            follows.then(|| later.change_from(earlier, level))
        });
        let tested = |(Answer { group, estimates, excluded, .. }, test): (_, Option<_>)| TestedAnswer {
            group,
            estimates,
            excluded,
            follows: test.is_some(),
            test: test.flatten(),
        };
        answers.into_iter().zip(tests).map(tested).collect()
    }

    /// Adds the rows of a KPI's results in one part of the report.
    fn add_rows(&self, cut: Cut<'_>, number: usize, answers: &[TestedAnswer], rows: &mut Vec<ReportRow>) {
        let Some(kpi) = self.report.measures.get(number) else { return };
        let min_n = self.report.settings.min_n;
        for (number, answer) in answers.iter().enumerate() {
            let shown = cut.shown(answer.group);
            let before = number.checked_sub(1).and_then(|number| answers.get(number));
            let earlier = before.filter(|_| answer.follows);
            let keys = cut.slices.and_then(|slices| slices.keys.get(answer.group.slice));
            for (place, estimate) in answer.estimates.iter().enumerate() {
                // Half a month has half the tickets: its change has no meaning.
                let comparable = estimate.unit != Unit::Count || shown.is_none_or(|shown| shown.covered);
                rows.push(ReportRow {
                    kpi: kpi.definition.id,
                    name: kpi.name.clone(),
                    option: kpi.option.clone(),
                    restricted: !kpi.filter.is_empty(),
                    measure: estimate.measure.clone(),
                    headline: place == 0,
                    clock: kpi.clock,
                    keys: keys.cloned().unwrap_or_default(),
                    period: shown.map(|shown| Arc::clone(&shown.period)),
                    value: estimate.value,
                    unit: estimate.unit,
                    n: estimate.n,
                    small_n: self.is_small(estimate),
                    interval: estimate.interval,
                    excluded: Arc::clone(&answer.excluded),
                    change: earlier.filter(|_| comparable).and_then(|earlier| {
                        // Only the headline is tested.
                        let tested = answer.test.filter(|_| place == 0);
                        Change::new(earlier.estimates.get(place)?, estimate, tested, min_n)
                    }),
                });
            }
        }
    }

    /// The periods in the order of rows: by time, records without a date last.
    fn period_order(&self) -> PeriodOrder {
        let first_day = |number: usize| self.calendar.span(number).map(PeriodSpan::first_day);
        let mut order: Vec<usize> = self.calendar.numbers().collect();
        order.sort_by_key(|number| (first_day(*number).is_none(), first_day(*number)));
        let (mut places, mut shown) = (vec![0; order.len()], Vec::new());
        let (from, until) = (self.observed_from(), self.observed_until());
        let is_partial = |span: &PeriodSpan| {
            until.is_some_and(|until| span.end > until) || from.is_some_and(|from| span.start < from)
        };
        let is_observed = |span: &PeriodSpan| {
            until.is_none_or(|until| span.start < until) && from.is_none_or(|from| span.end > from)
        };
        let mut last = None;
        for number in order {
            places[number] = shown.len();
            let span = self.calendar.span(number);
            let before = span.and_then(PeriodSpan::previous);
            let earlier = before.filter(|before| Some(before.first_day()) == last);
            shown.push(ShownPeriod {
                period: Arc::new(
                    span.map_or_else(ReportPeriod::undated, |span| ReportPeriod::new(span, is_partial(span))),
                ),
                before: earlier
                    .filter(|earlier| is_observed(earlier) && span.is_some_and(is_observed))
                    .and_then(|_| shown.len().checked_sub(1)),
                covered: span.into_iter().chain(&before).all(|span| !is_partial(span)),
            });
            last = first_day(number);
        }
        PeriodOrder { places, shown }
    }

    /// A stock or a flow is known in every period up to the cut-off: adds the periods after a slice's first one in which it
    /// is none.
    fn fill_periods<'s>(&'s self, kpi: &ResolvedKpi, periods: &PeriodOrder, answers: &mut Vec<Answer<'s>>) {
        let level = self.report.settings.level;
        if kpi.headline_unit(level) != Some(Unit::Count) {
            return;
        }
        let mut missing = Vec::new();
        for known in answers.chunk_by(|one, other| one.group.slice == other.group.slice) {
            let Some(first) = known.first().map(|answer| answer.group) else { continue };
            for (_, number) in self.calendar.snapshots() {
                let group = Group { period: periods.places[*number], ..first };
                if group > first && known.binary_search_by_key(&group, |answer| answer.group).is_err() {
                    let tally = Cow::Owned(kpi.tally(self.calendar.known(*number)));
                    missing.push(Answer::of(kpi, group, tally, level));
                }
            }
        }
        answers.extend(missing);
        answers.sort_by_key(|answer| answer.group);
    }

    fn is_small(&self, estimate: &Estimate) -> bool {
        estimate.unit != Unit::Count && estimate.value.is_some() && estimate.n < self.report.settings.min_n
    }

    /// One KPI's tallies of the records that meet a filter, joined over the differences that the cut ignores; in the
    /// order of rows.
    fn joined<'s>(
        &self,
        sliced: &'s Sliced,
        kpi: usize,
        cut: Cut<'_>,
        filter: &Conditions,
    ) -> Vec<(Group, Cow<'s, DynKpi>)> {
        let over_time =
            self.report.measures.get(kpi).map_or(OverTime::Sum, |measure| measure.empty.over_time());
        let requested = |period: usize| match over_time {
            OverTime::Sum => true,
            OverTime::EachPeriod if cut.periods.is_some() => self.calendar.known(period).is_some(),
            OverTime::EachPeriod => period == NO_PERIOD,
            OverTime::WholeOnly => cut.periods.is_none(),
        };
        let mut tallies: Vec<(Group, &DynKpi)> = Vec::new();
        for (slice, periods) in sliced.cells.iter().enumerate() {
            if !sliced.slicer.meets(slice, filter) {
                continue;
            }
            for (period, cell) in periods.iter().enumerate() {
                if let Some(tally) =
                    cell.as_ref().and_then(|cell| cell.get(kpi)).filter(|_| requested(period))
                {
                    tallies.push((cut.group(slice, period), &**tally));
                }
            }
        }
        tallies.sort_by_key(|(group, _)| *group);
        let mut joined: Vec<(Group, Cow<'s, DynKpi>)> = Vec::new();
        for (group, tally) in tallies {
            match joined.last_mut().filter(|(last, _)| *last == group) {
                Some((_, all)) => all.to_mut().merge_copy(tally),
                None => joined.push((group, Cow::Borrowed(tally))),
            }
        }
        if let (true, true, Some(measure)) =
            (cut.is_whole(), joined.is_empty(), self.report.measures.get(kpi))
        {
            // Without any record there is still an overall row.
            joined.push((Group::default(), Cow::Owned(measure.tally(None))));
        }
        joined
    }

    /// Until when the data is complete.
    fn observed_until(&self) -> Option<Timestamp> {
        let settings = &self.report.settings;
        settings.observed_until.into_iter().chain(settings.as_of).min()
    }

    /// From when on the data is complete. Without a stated beginning, it is taken to cover the whole local day of its first
    /// record.
    fn observed_from(&self) -> Option<Timestamp> {
        self.report.settings.observed_from.or_else(|| {
            let zone = self.report.settings.periods?.zone;
            Some(Periods::new(Period::Day, zone).of(self.first?)?.start)
        })
    }
}

/// Which differences between records a part of the report keeps: those between the slices and between the periods of which
/// it has the order.
#[derive(Debug, Clone, Copy)]
struct Cut<'o> {
    slices: Option<&'o SliceOrder>,
    periods: Option<&'o PeriodOrder>,
}

impl Cut<'_> {
    /// All records together.
    const WHOLE: Self = Self { slices: None, periods: None };

    fn is_whole(self) -> bool {
        self.slices.is_none() && self.periods.is_none()
    }

    /// The period of a group as rows show it.
    fn shown(&self, group: Group) -> Option<&ShownPeriod> {
        self.periods?.shown.get(group.period)
    }

    /// The group of a slice and a period.
    fn group(self, slice: usize, period: usize) -> Group {
        Group {
            slice: self.slices.map_or(0, |order| order.places[slice]),
            period: self.periods.map_or(0, |order| order.places[period]),
        }
    }
}

/// The place of a row among those of its KPI: by slice, then by period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    slice: usize,
    period: usize,
}

/// The order in which rows show periods.
#[derive(Debug)]
struct PeriodOrder {
    /// By number of the period: its place.
    places: Vec<usize>,
    /// By place.
    shown: Vec<ShownPeriod>,
}

/// A period as rows show it.
#[derive(Debug)]
struct ShownPeriod {
    period: Arc<ReportPeriod>,
    /// The place of the one before it, if that has rows and both begin within the data.
    before: Option<usize>,
    /// The data covers both.
    covered: bool,
}

/// The result of one tally, with the change of its headline.
struct TestedAnswer {
    group: Group,
    estimates: Vec<Estimate>,
    excluded: Arc<Excluded>,
    /// Whether the result before is that of the period before.
    follows: bool,
    /// The test of the change since then.
    test: Option<Comparison>,
}

/// The result of one tally.
struct Answer<'s> {
    group: Group,
    tally: Cow<'s, DynKpi>,
    estimates: Vec<Estimate>,
    excluded: Arc<Excluded>,
}

impl<'s> Answer<'s> {
    fn of(kpi: &ResolvedKpi, group: Group, tally: Cow<'s, DynKpi>, level: f64) -> Self {
        let excluded = Arc::new(tally.excluded().clone());
        Self { group, estimates: kpi.estimates(&*tally, level), excluded, tally }
    }

    /// Whether the row is included: it is not if only other KPIs have records of that slice or period.
    fn is_relevant(&self, cut: Cut<'_>) -> bool {
        let counted =
            |estimate: &Estimate| estimate.n > 0 || estimate.value.is_some_and(|value| value != 0.0);
        cut.is_whole() || !self.excluded.is_empty() || self.estimates.iter().any(counted)
    }
}
