//! From the tallies of a state to the rows of its table.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use chrono::NaiveDate;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::calendar::{NO_PERIOD, SNAPSHOTS};
use super::resolved_kpi::ResolvedKpi;
use super::row::{ReportPeriod, ReportRow};
use super::selection::usual;
use super::slice::SliceOrder;
use super::state::{ReportState, Sliced};
use super::table::{RecordCounts, ReportTable};
use super::warning::Warning;
use super::{Change, KpiRequest, KpiTally, Period, PeriodSpan, Periods, ReportError};
use crate::kpi::{AnyKpi, DynKpi, OverTime};
use crate::sla::Conditions;
use crate::ticket::Attribute;
use crate::{Comparison, Estimate, Excluded, Timestamp, Unit};

/// Fewer records are reported on one thread, which is faster.
const MANY: u64 = 1 << 14;

/// Periods in which nothing was counted have rows unless a KPI would have more rows than this in one slicing.
const MOST_ZEROS: usize = 250_000;

impl ReportState {
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
        let periods = row.period.as_ref().and(settings.periods).map(|periods| self.period_order(periods));
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
                    // A count is known in every period.
                    (None, Some(periods)) => self.empty_tally(kpi, periods, period)?,
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
        let periods = settings.periods.map(|periods| self.period_order(periods));
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
        let estimates = all.iter().flat_map(|(.., answers)| &answers.tested).map(|one| one.estimates.len());
        let mut rows = Vec::with_capacity(estimates.sum());
        let (mut warnings, mut not_listed) = (None, Vec::new());
        for (cut, kpi, answers) in all {
            if cut.periods.is_some() && warnings.is_none() {
                warnings = Some(self.warnings(&rows, &orders));
            }
            self.add_rows(cut, kpi, &answers.tested, &mut rows);
            not_listed.extend(self.not_listed(cut, kpi, answers.listed));
        }
        let mut warnings = warnings.unwrap_or_else(|| self.warnings(&rows, &orders));
        warnings.extend(not_listed);
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
    fn answers(&self, sliced: &Sliced, cut: Cut<'_>, number: usize, whole: Option<&DynKpi>) -> Answers {
        let Some(kpi) = self.report.measures.get(number) else { return Answers::default() };
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
        let listed = self.add_zeros(kpi, cut, &mut answers);
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
        Answers { tested: answers.into_iter().zip(tests).map(tested).collect(), listed }
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
    fn period_order(&self, periods: Periods) -> PeriodOrder {
        let observed = self.observed(periods);
        let mut dated: BTreeMap<NaiveDate, (PeriodSpan, Option<usize>)> =
            observed.iter().map(|span| (span.first_day(), (*span, None))).collect();
        let known = self.calendar.numbers().filter_map(|number| Some((*self.calendar.span(number)?, number)));
        dated.extend(known.map(|(span, number)| (span.first_day(), (span, Some(number)))));
        let earliest = observed.last().map(PeriodSpan::first_day);
        let start = earliest.map_or(0, |earliest| dated.range(..earliest).count());

        let (from, until) = (self.observed_from(), self.observed_until());
        let is_partial = |span: &PeriodSpan| {
            until.is_some_and(|until| span.end > until) || from.is_some_and(|from| span.start < from)
        };
        let is_observed = |span: &PeriodSpan| {
            until.is_none_or(|until| span.start < until) && from.is_none_or(|from| span.end > from)
        };
        let mut places = vec![0; self.calendar.numbers().end];
        let mut shown: Vec<ShownPeriod> = Vec::with_capacity(dated.len() + 1);
        let mut last = None;
        for (place, (first_day, (span, number))) in dated.into_iter().enumerate() {
            if let Some(number) = number {
                places[number] = place;
            }
            let before = span.previous();
            let earlier = before.filter(|before| Some(before.first_day()) == last);
            shown.push(ShownPeriod {
                period: Arc::new(ReportPeriod::new(&span, is_partial(&span))),
                number,
                before: earlier
                    .filter(|earlier| is_observed(earlier) && is_observed(&span))
                    .and_then(|_| place.checked_sub(1)),
                covered: [Some(span), before].iter().flatten().all(|span| !is_partial(span)),
            });
            last = Some(first_day);
        }
        places[NO_PERIOD] = shown.len();
        shown.push(ShownPeriod {
            period: Arc::new(ReportPeriod::undated()),
            number: Some(NO_PERIOD),
            before: None,
            covered: true,
        });
        let is_cut = |earliest: &PeriodSpan| from.is_some_and(|from| from < earliest.start);
        let cut = observed.last().filter(|earliest| is_cut(earliest)).map(PeriodSpan::label);
        PeriodOrder { places, shown, observed: start..start + observed.len(), cut }
    }

    /// The periods that the data covers, the last ones first.
    fn observed(&self, periods: Periods) -> Vec<PeriodSpan> {
        let latest =
            self.calendar.numbers().filter_map(|number| self.calendar.span(number)).map(|span| span.end);
        let end = self.observed_until().or_else(|| latest.max());
        let Some((from, last)) = self.observed_from().zip(end.and_then(Timestamp::before)) else {
            return Vec::new();
        };
        let all = std::iter::successors(periods.of(last), PeriodSpan::previous);
        all.take_while(|span| span.end > from).take(SNAPSHOTS).collect()
    }

    /// A count is known in every period that the data covers: adds those in which a slice that has some has none. Whether
    /// there are not too many.
    fn add_zeros<'s>(&'s self, kpi: &ResolvedKpi, cut: Cut<'_>, answers: &mut Vec<Answer<'s>>) -> bool {
        let level = self.report.settings.level;
        let Some(periods) = cut.periods else { return true };
        if kpi.headline_unit(level) != Some(Unit::Count) {
            return true;
        }
        let slices: Vec<usize> =
            if cut.slices.is_none() && answers.iter().all(|answer| answer.excluded.is_empty()) {
                vec![0]
            } else {
                let slices = answers.chunk_by(|one, other| one.group.slice == other.group.slice);
                let counted = slices.filter(|slice| slice.iter().any(Answer::is_counted));
                counted.filter_map(|slice| Some(slice.first()?.group.slice)).collect()
            };
        if slices.len().saturating_mul(periods.observed.len()) > MOST_ZEROS {
            return false;
        }
        let groups = slices
            .iter()
            .flat_map(|slice| periods.observed.clone().map(|period| Group { slice: *slice, period }));
        let missing =
            groups.filter(|group| answers.binary_search_by_key(group, |answer| answer.group).is_err());
        let zeros: Vec<Answer<'s>> = missing
            .filter_map(|group| {
                Some(Answer::of(kpi, group, Cow::Owned(self.empty_tally(kpi, periods, group.period)?), level))
            })
            .collect();
        answers.extend(zeros);
        answers.sort_by_key(|answer| answer.group);
        true
    }

    /// The tally of a KPI in a period without records; `None` where it is not known.
    fn empty_tally(&self, kpi: &ResolvedKpi, periods: &PeriodOrder, place: usize) -> Option<Box<dyn AnyKpi>> {
        match kpi.empty.over_time() {
            OverTime::EachPeriod => {
                let number = periods.shown.get(place)?.number?;
                Some(kpi.tally(Some(self.calendar.known(number)?)))
            }
            OverTime::Sum | OverTime::WholeOnly => Some(kpi.tally(None)),
        }
    }

    /// The warning that a KPI's periods without records have no row in one part of the report.
    fn not_listed(&self, cut: Cut<'_>, number: usize, listed: bool) -> Option<Warning> {
        let periods = cut.periods?;
        let kpi = self.report.measures.get(number)?;
        let of_count = kpi.headline_unit(self.report.settings.level) == Some(Unit::Count);
        if !of_count || (listed && (periods.cut.is_none() || cut.slices.is_some())) {
            return None;
        }
        let keys = cut.slices.and_then(|slices| slices.keys.first());
        Some(Warning::ZerosNotListed {
            kpi: kpi.definition.id,
            name: kpi.name.clone(),
            option: kpi.option.clone(),
            by: keys.into_iter().flat_map(|keys| keys.0.iter()).map(|(key, _)| key.clone()).collect(),
            before: periods.cut.clone().filter(|_| listed),
        })
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
            Some(Periods::new(Period::Day, zone).of(self.first()?)?.start)
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
    /// The places of the periods that the data covers, the last [`SNAPSHOTS`] of them.
    observed: Range<usize>,
    /// If the data covers more: the first of them.
    cut: Option<String>,
}

/// A period as rows show it.
#[derive(Debug)]
struct ShownPeriod {
    period: Arc<ReportPeriod>,
    /// Its number, if some record is in it.
    number: Option<usize>,
    /// The place of the one before it, if that has rows and both begin within the data.
    before: Option<usize>,
    /// The data covers both.
    covered: bool,
}

/// The results of a KPI in one part of the report.
#[derive(Default)]
struct Answers {
    tested: Vec<TestedAnswer>,
    /// Whether the periods in which nothing was counted are among them.
    listed: bool,
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
        cut.is_whole() || !self.excluded.is_empty() || self.is_counted()
    }

    /// Whether it counts any record.
    fn is_counted(&self) -> bool {
        let counted =
            |estimate: &Estimate| estimate.n > 0 || estimate.value.is_some_and(|value| value != 0.0);
        self.estimates.iter().any(counted)
    }
}
