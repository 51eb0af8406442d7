//! The report while it is being fed: one tally per slice, period and KPI.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;
use std::sync::Arc;

use chrono::NaiveDate;

use super::builder::{Report, ReportBuilder, asked_rule};
use super::calendar::{Calendar, NO_PERIOD};
use super::measure::Measure;
use super::row::{ReportPeriod, ReportRow};
use super::slice::{Slicer, Values};
use super::table::{RecordCounts, ReportTable};
use super::{Change, Difference, KpiRequest, KpiTally, Period, PeriodSpan, Periods, ReportError};
use crate::kpi::{AnyKpi, DynKpi, OverTime, Places, ResponseRate};
use crate::live::{AgentShift, QueueContact};
use crate::sla::Conditions;
use crate::ticket::Attributes;
use crate::{
    Estimate, Excluded, Invitation, Merge, Replayed, SurveyResponse, TicketMetrics, Timestamp, Unit,
};

/// A report that is being fed.
///
/// States of one report merge: feed parts of the data on any number of threads or machines in any order, merge, then
/// ask for the [`table`](Self::table); the answer is the same to the last bit.
#[derive(Debug, Clone)]
pub struct ReportState {
    pub(super) report: Report,
    pub(super) calendar: Calendar,
    /// One per slicing of the report; a report without any has one whose only slice is all records.
    pub(super) slicings: Vec<Sliced>,
    pub(super) records: RecordCounts,
    /// Events that no ticket could take.
    pub(super) events: Excluded,
    /// The earliest record.
    first: Option<Timestamp>,
}

/// The tallies of one slice and period, by KPI.
pub(super) type Cell = Box<[Box<dyn AnyKpi>]>;

/// The tallies of one slicing.
#[derive(Debug, Clone)]
pub(super) struct Sliced {
    pub(super) slicer: Slicer,
    /// By slice, then by period (see [`Place::at`]), then by KPI; only slices and periods that were met hold tallies.
    pub(super) cells: Vec<Vec<Option<Cell>>>,
    /// By slice: who was asked and who answered, by question; only of questions whose scores the report tells.
    pub(super) asked: Vec<BTreeMap<Box<str>, ResponseRate>>,
}

/// Where a record's contributions to one KPI go: the slice is settled, the period is not.
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

    pub(super) fn asked(
        &mut self,
        slice: usize,
        question: &str,
        as_of: Option<Timestamp>,
    ) -> &mut ResponseRate {
        if self.asked.len() <= slice {
            self.asked.resize_with(slice + 1, BTreeMap::new);
        }
        self.asked[slice].entry(question.into()).or_insert_with(|| asked_rule(as_of))
    }
}

impl ReportState {
    pub(super) fn new(report: Report) -> Self {
        let slicings =
            if report.settings.by.is_empty() { vec![Vec::new()] } else { report.settings.by.clone() };
        let mut filters: Vec<Conditions> = Vec::new();
        for measure in &report.measures {
            if !measure.filter.is_empty() && !filters.contains(&measure.filter) {
                filters.push(measure.filter.clone());
            }
        }
        Self {
            calendar: Calendar::new(&report),
            slicings: slicings
                .into_iter()
                .map(|attributes| Sliced {
                    slicer: Slicer::new(attributes, filters.clone()),
                    cells: Vec::new(),
                    asked: Vec::new(),
                })
                .collect(),
            report,
            records: RecordCounts::default(),
            events: Excluded::default(),
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
        self.each_place(&ticket.ticket.attributes, None, |kpi, place| kpi.push_ticket(ticket, place));
    }

    /// Feeds one answer. Where the answer lacks an attribute, it takes that of the ticket it is about, if given. One given
    /// after the cut-off is left out.
    pub fn push_response(&mut self, response: &SurveyResponse, ticket: Option<&Attributes>) {
        self.records.responses.merge(1);
        self.see(response.at);
        self.each_place(&response.attributes, ticket, |kpi, place| kpi.push_response(response, place));
    }

    /// Feeds one contact offered to a phone or chat queue.
    pub fn push_contact(&mut self, contact: &QueueContact) {
        self.records.contacts.merge(1);
        self.see(Some(contact.queued_at));
        self.each_place(&contact.attributes, None, |kpi, place| kpi.push_contact(contact, place));
    }

    /// Feeds one stretch of an agent on duty.
    pub fn push_shift(&mut self, shift: &AgentShift) {
        self.records.shifts.merge(1);
        self.see(Some(shift.started_at));
        self.each_place(&shift.attributes, None, |kpi, place| kpi.push_shift(shift, place));
    }

    /// Feeds one survey that was sent. Where it lacks an attribute, it takes that of the ticket it is about, if given.
    pub fn push_invitation(&mut self, invitation: &Invitation, ticket: Option<&Attributes>) {
        self.records.invitations.merge(1);
        self.see(Some(invitation.sent_at));
        self.each_place(&invitation.attributes, ticket, |kpi, place| kpi.push_invitation(invitation, place));
        let question = &*invitation.question;
        if self.report.measures.iter().any(|measure| measure.scored_question() == Some(question)) {
            let as_of = self.report.settings.as_of;
            for sliced in &mut self.slicings {
                let slice = sliced.slicer.slice(&invitation.attributes, ticket);
                sliced.asked(slice, question, as_of).push(invitation);
            }
        }
    }

    /// The earliest record.
    pub(super) fn first(&self) -> Option<Timestamp> {
        self.first
    }

    /// Takes over what was fed before, but for the tallies.
    pub(super) fn restore(&mut self, records: RecordCounts, events: Excluded, first: Option<Timestamp>) {
        self.records = records;
        self.events = events;
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
        ticket: Option<&Attributes>,
        mut feed: impl FnMut(&Measure, &mut Place<'_>),
    ) {
        for sliced in &mut self.slicings {
            let slice = sliced.slicer.slice(own, ticket);
            let report = &self.report;
            let mut place = Place { report, kpi: 0, slice, sliced, calendar: &mut self.calendar };
            for (number, measure) in report.measures.iter().enumerate() {
                place.kpi = number;
                feed(measure, &mut place);
            }
        }
    }

    /// Takes everything `other` was fed into `self`.
    ///
    /// # Errors
    /// When the two feed different reports.
    pub fn merge(&mut self, other: Self) -> Result<(), ReportError> {
        if self.report != other.report {
            let differs = Difference::of_reports(&self.report.settings, &other.report.settings).map(Box::new);
            return Err(ReportError::OtherReport { differs });
        }
        self.records.merge(other.records);
        self.events.merge(other.events);
        self.first = self.first.into_iter().chain(other.first).min();
        let as_of = self.report.settings.as_of;
        for (mine, theirs) in self.slicings.iter_mut().zip(other.slicings) {
            for (slice, questions) in theirs.asked.into_iter().enumerate() {
                let Some(values) = theirs.slicer.values(slice) else { continue };
                let slice = mine.slicer.slice_of_values(values);
                for (question, rate) in questions {
                    mine.asked(slice, &question, as_of).merge(rate);
                }
            }
            for (slice, periods) in theirs.cells.into_iter().enumerate() {
                let Some(values) = theirs.slicer.values(slice) else { continue };
                let slice = mine.slicer.slice_of_values(values);
                for (period, tallies) in periods.into_iter().enumerate() {
                    let Some(tallies) = tallies else { continue };
                    let period = self.calendar.period(other.calendar.span(period).map(|span| span.start));
                    for (kpi, tally) in tallies.into_iter().enumerate() {
                        mine.tally(slice, period, kpi, &self.report, &self.calendar).merge_any(tally);
                    }
                }
            }
        }
        Ok(())
    }

    /// The tally of one of the report's KPIs over everything it was fed, whatever the slice and period.
    ///
    /// ```
    /// use deskmetrics::report::{KpiRequest, Report};
    /// use deskmetrics::ticket::Attribute;
    /// use deskmetrics::{Scale, SurveyResponse, Timestamp};
    ///
    /// let nps = KpiRequest::new("nps").of_question("nps", Scale::nps());
    /// let cut_off = "2026-03-09T00:00:00Z".parse::<Timestamp>().unwrap();
    /// let report = Report::builder(cut_off).kpi(nps.clone()).by([Attribute::Market]).build().unwrap();
    /// let mut state = report.state();
    /// state.push_response(&SurveyResponse::new("nps", Some(10)), None);
    /// assert_eq!(state.kpi(&nps).unwrap().headline(0.95).n, 1);
    /// ```
    ///
    /// # Errors
    /// When the request cannot be answered, or the report is not about this KPI.
    pub fn kpi(&self, request: &KpiRequest) -> Result<KpiTally, ReportError> {
        let as_of = self.report.settings.as_of;
        let wanted = Measure::resolve(request, as_of)?;
        let number = self.report.measures.iter().position(|measure| *measure == wanted);
        let all = Cut { by_slice: false, by_period: false };
        let whole = number
            .zip(self.slicings.first())
            .map(|(number, sliced)| self.joined(sliced, number, all, &wanted.filter));
        match whole.into_iter().flatten().next() {
            Some((_, tally)) => KpiTally::of_counted(request, as_of, tally.into_owned()),
            None => Err(ReportError::NotInReport { id: wanted.definition.id }),
        }
    }

    /// Every number of the report, of what was fed so far.
    pub fn table(&self) -> ReportTable {
        let mut rows = Vec::new();
        let spans: &[bool] = if self.report.settings.periods.is_some() { &[false, true] } else { &[false] };
        for by_period in spans {
            // Every record is in one slice of each slicing, so any of them adds up to the whole.
            if let Some(sliced) = self.slicings.first() {
                self.add_rows(sliced, Cut { by_slice: false, by_period: *by_period }, &mut rows);
            }
            for sliced in self.slicings.iter().filter(|_| !self.report.settings.by.is_empty()) {
                self.add_rows(sliced, Cut { by_slice: true, by_period: *by_period }, &mut rows);
            }
        }
        ReportTable {
            as_of: self.report.settings.as_of,
            zone: self.report.settings.periods.map(|periods| periods.zone),
            period: self.report.settings.periods.map(|periods| periods.period),
            by: self.report.settings.by.clone(),
            level: self.report.settings.level,
            min_n: self.report.settings.min_n,
            records: self.records,
            events_excluded: self.events.clone(),
            warnings: self.warnings(&rows),
            rows,
        }
    }

    /// Adds the rows of one part of the report, KPI by KPI.
    fn add_rows(&self, sliced: &Sliced, cut: Cut, rows: &mut Vec<ReportRow>) {
        let mut shown: BTreeMap<PeriodRank, Shown> = BTreeMap::new();
        for (number, kpi) in self.report.measures.iter().enumerate() {
            let mut tallies = self.joined(sliced, number, cut, &kpi.filter);
            // What nothing was cut from has seen everything.
            if kpi.empty.looks_across() && (cut.by_slice || cut.by_period || !kpi.filter.is_empty()) {
                let everything = Conditions::default();
                let whole =
                    self.joined(sliced, number, Cut { by_slice: false, by_period: false }, &everything);
                if let Some(whole) = whole.values().next() {
                    for tally in tallies.values_mut() {
                        tally.to_mut().look_at(&**whole);
                    }
                }
            }
            let mut answers: BTreeMap<Rank, Answer<'_>> = tallies
                .into_iter()
                .map(|(rank, tally)| (rank, Answer::of(kpi, tally, self.report.settings.level)))
                .filter(|(rank, answer)| answer.says_something(rank))
                .collect();
            if cut.by_period && kpi.empty.over_time() == OverTime::EachPeriod {
                self.fill_periods(kpi, &mut answers);
            }
            for (rank, answer) in &answers {
                let shown =
                    rank.period.map(|period| &*shown.entry(period).or_insert_with(|| self.shown(period)));
                let earlier = shown.and_then(|shown| answers.get(&rank.in_period(shown.before?)));
                let keys = sliced.slicer.keys(&rank.values());
                for (place, estimate) in answer.estimates.iter().enumerate() {
                    // Half a month has half the tickets: no change worth telling.
                    let comparable = estimate.unit != Unit::Count || shown.is_none_or(|shown| shown.covered);
                    rows.push(ReportRow {
                        kpi: kpi.definition.id,
                        name: kpi.name.clone(),
                        option: kpi.option.clone(),
                        restricted: !kpi.filter.is_empty(),
                        measure: estimate.measure.clone(),
                        headline: place == 0,
                        clock: kpi.clock,
                        keys: keys.clone(),
                        period: shown.map(|shown| shown.period.clone()),
                        value: estimate.value,
                        unit: estimate.unit,
                        n: estimate.n,
                        small_n: self.is_small(estimate),
                        interval: estimate.interval,
                        excluded: answer.excluded.clone(),
                        change: earlier
                            .filter(|_| comparable)
                            .and_then(|earlier| self.change(kpi, earlier, answer, place)),
                    });
                }
            }
        }
    }

    fn shown(&self, period: PeriodRank) -> Shown {
        let starting = |day| self.report.settings.periods?.starting(day);
        let span = period.first_day().and_then(starting);
        let before = span.and_then(|span| span.previous());
        Shown {
            period: span
                .map_or_else(ReportPeriod::undated, |span| ReportPeriod::new(&span, self.is_partial(&span))),
            before: before.map(|before| before.first_day()),
            covered: [span, before].iter().flatten().all(|span| !self.is_partial(span)),
        }
    }

    /// A stock or a flow is known in every period up to the cut-off: adds the periods after a slice's first one in which it
    /// is none.
    fn fill_periods(&self, kpi: &Measure, answers: &mut BTreeMap<Rank, Answer<'_>>) {
        let level = self.report.settings.level;
        if kpi.headline_unit(level) != Some(Unit::Count) {
            return;
        }
        let mut first: BTreeMap<Arc<[ValueRank]>, NaiveDate> = BTreeMap::new();
        for rank in answers.keys() {
            if let Some(day) = rank.period.and_then(PeriodRank::first_day) {
                let known = first.entry(rank.values.clone()).or_insert(day);
                *known = day.min(*known);
            }
        }
        for (values, first) in first {
            for (_, period) in self.calendar.snapshots() {
                let Some(day) = self.calendar.span(*period).map(PeriodSpan::first_day) else { continue };
                let rank = Rank { values: values.clone(), period: Some(PeriodRank::From(day)) };
                if day > first {
                    answers.entry(rank).or_insert_with(|| {
                        Answer::of(kpi, Cow::Owned(kpi.tally(self.calendar.known(*period))), level)
                    });
                }
            }
        }
    }

    /// The change of one measure between two periods; only the headline is tested.
    fn change(
        &self,
        kpi: &Measure,
        earlier: &Answer<'_>,
        later: &Answer<'_>,
        place: usize,
    ) -> Option<Change> {
        let ReportBuilder { level, min_n, .. } = self.report.settings;
        let tested = (place == 0)
            .then(|| kpi.compared(&*later.tally).change_from(kpi.compared(&*earlier.tally), level))
            .flatten();
        Change::new(earlier.estimates.get(place)?, later.estimates.get(place)?, tested, min_n)
    }

    fn is_small(&self, estimate: &Estimate) -> bool {
        estimate.unit != Unit::Count && estimate.value.is_some() && estimate.n < self.report.settings.min_n
    }

    /// One KPI's tallies of the records that meet a filter, joined over whatever the cut does not tell apart.
    fn joined<'s>(
        &self,
        sliced: &'s Sliced,
        kpi: usize,
        cut: Cut,
        filter: &Conditions,
    ) -> BTreeMap<Rank, Cow<'s, DynKpi>> {
        let over_time =
            self.report.measures.get(kpi).map_or(OverTime::Sum, |measure| measure.empty.over_time());
        let mut joined: BTreeMap<Rank, Cow<'s, DynKpi>> = BTreeMap::new();
        for (slice, periods) in sliced.cells.iter().enumerate() {
            if !sliced.slicer.meets(slice, filter) {
                continue;
            }
            let values = sliced.slicer.shown(slice).filter(|_| cut.by_slice);
            let values: Arc<[ValueRank]> =
                values.into_iter().flatten().map(|value| ValueRank::of(value.as_deref())).collect();
            for (period, tallies) in periods.iter().enumerate() {
                let Some(tally) = tallies.as_ref().and_then(|tallies| tallies.get(kpi)) else { continue };
                let wanted = match over_time {
                    OverTime::Sum => true,
                    OverTime::EachPeriod if cut.by_period => self.calendar.known(period).is_some(),
                    OverTime::EachPeriod => period == NO_PERIOD,
                    OverTime::WholeOnly => !cut.by_period,
                };
                if !wanted {
                    continue;
                }
                let rank = Rank {
                    values: Arc::clone(&values),
                    period: cut.by_period.then(|| PeriodRank::of(self.calendar.span(period))),
                };
                match joined.entry(rank) {
                    Entry::Vacant(place) => {
                        place.insert(Cow::Borrowed(&**tally));
                    }
                    Entry::Occupied(mut place) => place.get_mut().to_mut().merge_any(tally.clone()),
                }
            }
        }
        if let (true, Some(measure)) = (!cut.by_slice && !cut.by_period, self.report.measures.get(kpi)) {
            // Without any record there is still an overall answer: none.
            joined.entry(Rank::default()).or_insert_with(|| Cow::Owned(measure.tally(None)));
        }
        joined
    }

    /// Whether the period begins before the data does or ends after the cut-off.
    fn is_partial(&self, span: &PeriodSpan) -> bool {
        // Without a stated beginning, the data is taken to cover the whole local day of its first record.
        let from = self.report.settings.observed_from.or_else(|| {
            let zone = self.report.settings.periods?.zone;
            Some(Periods::new(Period::Day, zone).of(self.first?)?.start)
        });
        self.report.settings.as_of.is_some_and(|as_of| span.end > as_of)
            || from.is_some_and(|from| span.start < from)
    }
}

/// Which differences between records a part of the report keeps.
#[derive(Debug, Clone, Copy)]
struct Cut {
    by_slice: bool,
    by_period: bool,
}

/// A period as rows show it.
struct Shown {
    period: ReportPeriod,
    /// The first day of the one before it.
    before: Option<NaiveDate>,
    /// The data covers both.
    covered: bool,
}

/// What one tally answered.
struct Answer<'s> {
    tally: Cow<'s, DynKpi>,
    estimates: Vec<Estimate>,
    excluded: Excluded,
}

impl<'s> Answer<'s> {
    fn of(kpi: &Measure, tally: Cow<'s, DynKpi>, level: f64) -> Self {
        Self { estimates: kpi.estimates(&*tally, level), excluded: tally.excluded().clone(), tally }
    }

    /// Whether the row is worth having: where another KPI alone has records of that slice or period, there is none.
    fn says_something(&self, rank: &Rank) -> bool {
        let counted =
            |estimate: &Estimate| estimate.n > 0 || estimate.value.is_some_and(|value| value != 0.0);
        let everything = rank.period.is_none() && rank.values.is_empty();
        everything || !self.excluded.is_empty() || self.estimates.iter().any(counted)
    }
}

/// The place of a row among those of its KPI: by the slice's values, then by period.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    values: Arc<[ValueRank]>,
    period: Option<PeriodRank>,
}

impl Rank {
    fn in_period(&self, first_day: NaiveDate) -> Self {
        Self { values: self.values.clone(), period: Some(PeriodRank::From(first_day)) }
    }

    fn values(&self) -> Values {
        self.values.iter().map(ValueRank::value).collect()
    }
}

/// A slice's value; records without one come last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ValueRank {
    Value(Box<str>),
    None,
}

impl ValueRank {
    pub(super) fn of(value: Option<&str>) -> Self {
        value.map_or(Self::None, |value| Self::Value(value.into()))
    }

    fn value(&self) -> Option<Box<str>> {
        match self {
            Self::Value(value) => Some(value.clone()),
            Self::None => None,
        }
    }
}

/// A period by its first day; records without a date come last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum PeriodRank {
    From(NaiveDate),
    Undated,
}

impl PeriodRank {
    fn of(span: Option<&PeriodSpan>) -> Self {
        span.map_or(Self::Undated, |span| Self::From(span.first_day()))
    }

    fn first_day(self) -> Option<NaiveDate> {
        match self {
            Self::From(day) => Some(day),
            Self::Undated => None,
        }
    }
}
