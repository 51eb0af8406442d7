//! Feeds a report with records whose slices and periods are found once.

use std::collections::BTreeMap;

use super::block::{BlockColumns, BlockCounts};
use super::builder::{Report, response_rule};
use super::calendar::{NO_PERIOD, PeriodId};
use super::resolved_kpi::ResolvedKpi;
use super::slice::{Groups, Responses, SliceIds, at};
use super::state::{Place, ReportState};
use crate::kpi::{AnyKpi, Bulk, Customer, TicketView};
use crate::replay::Replayer;
use crate::survey::InvitationOutcome;
use crate::ticket::Attribute;
use crate::{Excluded, Invitation, Merge, Reason, Replayed, SurveyResponse, TicketMetrics, Timestamp};

/// Feeds a [`ReportState`] with many records whose equal values are known without comparing texts, such as columns with
/// dictionary codes: slices are found once for each combination of values, and equal survey answers are counted before
/// they are fed.
///
/// The state is identical to that of feeding row by row. The backlog is kept as changes between snapshots and computed when
/// the feed is [finished](Self::finish) or dropped.
///
/// ```
/// use deskmetrics::report::{KpiRequest, Report};
/// use deskmetrics::ticket::Attribute;
/// use deskmetrics::{Scale, Timestamp};
///
/// let report = Report::builder("2026-03-09T00:00:00Z".parse::<Timestamp>().unwrap())
///     .with_kpi(KpiRequest::new("nps").with_question("nps", Scale::nps()))
///     .with_slices([Attribute::Market])
///     .build()
///     .unwrap();
/// let mut state = report.state();
/// let mut feed = state.feed();
/// for (market, score, answers) in [("DK", 10, 700), ("DK", 3, 300), ("ES", 9, 500)] {
///     let slices = feed.slices(|attribute| (*attribute == Attribute::Market).then_some(market), &std::iter::empty(), None);
///     let undated = feed.period(None);
///     feed.scores("nps", &slices, undated, false, Some(score), answers);
/// }
/// feed.finish();
/// let table = state.table();
/// let by_market: Vec<_> = table.slices().filter(|row| row.headline).map(|row| row.value).collect();
/// assert_eq!(by_market, [Some(40.0), Some(100.0)]);
/// ```
#[derive(Debug)]
pub struct Feed<'s> {
    pub(super) state: &'s mut ReportState,
    pub(super) groups: Groups,
    /// By group: how the backlog changes.
    pub(super) backlogs: Vec<Changes>,
    /// Counts of blocks of tickets.
    pub(super) blocks: BlockCounts,
    pub(super) columns: BlockColumns,
    /// By KPI: whether it counts blocks.
    pub(super) in_blocks: Vec<bool>,
    pub(super) has_backlog: bool,
    /// Whether no KPI needs a ticket's record: every KPI counts blocks or views.
    all_views: bool,
    /// Whether some slices are by responder, which KPIs read from the record.
    by_responder: bool,
}

/// By how much the numbers of open tickets change at each snapshot, against the one before.
#[derive(Debug, Clone, Default)]
pub(super) struct Changes {
    /// Those open, and of them those without a reply.
    open: Vec<[i64; 2]>,
    exclusion: BTreeMap<Reason, Vec<[i64; 2]>>,
}

impl ReportState {
    /// Opens the state for many records.
    #[doc(hidden)]
    pub fn feed(&mut self) -> Feed<'_> {
        let in_blocks = vec![false; self.report.measures.len()];
        let has_backlog = self.report.measures.iter().any(ResolvedKpi::is_backlog);
        let by_responder = self.report.is_by_responder();
        let all_views = !by_responder
            && self
                .report
                .measures
                .iter()
                .all(|measure| measure.empty.counts_views() || !measure.counts_tickets());
        Feed {
            state: self,
            groups: Groups::default(),
            backlogs: Vec::new(),
            blocks: BlockCounts::default(),
            columns: BlockColumns::default(),
            in_blocks,
            has_backlog,
            all_views,
            by_responder,
        }
    }
}

impl Feed<'_> {
    /// The report that is fed.
    pub fn report(&self) -> &Report {
        &self.state.report
    }

    /// The slices of records with these values of the attributes the report is [sliced by](super::Report::sliced_by), and with
    /// these tags besides a value of [`Attribute::Tag`]; the responses of a ticket name its responders.
    pub fn slices<'v>(
        &mut self,
        value: impl Fn(&Attribute) -> Option<&'v str>,
        tags: &(impl Iterator<Item = &'v str> + Clone),
        responses: Option<Responses<'v>>,
    ) -> SliceIds {
        let (mut found, mut ids) = (Vec::new(), Vec::new());
        for (slicing, sliced) in self.state.slicings.iter_mut().enumerate() {
            sliced.slicer.slice_with(&value, tags, responses, &mut found);
            ids.extend(found.drain(..).map(|slice| (slicing, slice)));
        }
        self.groups.group(ids)
    }

    /// The period of records with this date.
    #[inline]
    pub fn period(&mut self, at: Option<Timestamp>) -> PeriodId {
        PeriodId::new(self.state.calendar.period(at))
    }

    /// The periods of many timestamps in microseconds, [`Milestones::NEVER`](crate::replay::Milestones::NEVER) where there is
    /// none. Returns the only one if all have the same.
    pub fn periods(&mut self, at: &[i64], found: &mut Vec<PeriodId>) -> Option<PeriodId> {
        self.state.calendar.periods_of(at, found)
    }

    /// Feeds the ticket that was just replayed, given its customer and its slices. Measures and verdicts are taken from the
    /// pass.
    ///
    /// `scratch` is a record used again and again: where some KPI requires one, it takes the measures from the pass and leaves
    /// its own there. What [`Report::record_needs`](super::Report::record_needs) names must be filled in. With `rows_only`
    /// the ticket was part of a [block](Self::milestones): only the KPIs that do not count blocks are fed.
    pub fn ticket_of(
        &mut self,
        replayer: &mut Replayer<'_>,
        scratch: &mut Replayed,
        customer: Customer<'_>,
        slices: &SliceIds,
        rows_only: bool,
    ) {
        let blocks = std::mem::take(&mut self.in_blocks);
        let by_responder = self.by_responder;
        let counts = |place: &Place<'_>| !rows_only || !blocks.get(place.kpi).is_some_and(|taken| *taken);
        if !self.all_views {
            replayer.swap_metrics(&mut scratch.metrics);
        }
        let metrics = if self.all_views { replayer.metrics() } else { &scratch.metrics };
        let passed = TicketView { metrics, customer, replayer, blank: &scratch.ticket };
        if !rows_only {
            self.state.records.tickets.merge(1);
            self.state.see(Some(metrics.created_at));
        }
        let spans = self.has_backlog && !rows_only && self.spans(metrics, slices);
        self.each_place(slices, |measure, place| {
            if !counts(place) {
                return;
            }
            if spans && measure.is_backlog() {
                // Its periods are computed when the feed is finished.
                place.of_period(NO_PERIOD).push_ticket(scratch);
            } else if measure.empty.counts_views() && !by_responder {
                measure.empty.count_view(&passed, place);
            } else {
                measure.push_ticket(scratch, place);
            }
        });
        self.in_blocks = blocks;
    }

    /// Feeds one answer to the KPIs that need more of it than question, date and score.
    /// It is [counted](Self::count_responses) as a record, and its score [fed](Self::scores), with many others.
    /// `created` is when its ticket was created, if known.
    pub fn whole_response(
        &mut self,
        response: &SurveyResponse,
        created: Option<Timestamp>,
        slices: &SliceIds,
    ) {
        self.each_place(slices, |measure, place| {
            if measure.needs_whole_answer() {
                measure.push_response(response, created, place);
            }
        });
    }

    /// Feeds one invitation to the KPIs that need more of it than question, date and outcome. It is
    /// [counted](Self::count_invitations) as a record, and its outcome [fed](Self::outcomes), with many others.
    pub fn whole_invitation(&mut self, invitation: &Invitation, slices: &SliceIds) {
        self.each_place(slices, |measure, place| {
            if measure.needs_whole_invitation() {
                measure.push_invitation(invitation, place);
            }
        });
    }

    /// Counts events that no ticket could take, by reason.
    pub fn exclude_events(&mut self, excluded: &Excluded) {
        self.state.events.merge(excluded.clone());
    }

    /// Counts links of answers and invitations to records that are not there, by reason.
    pub fn exclude_links(&mut self, excluded: &Excluded) {
        self.state.exclude_links(excluded);
    }

    /// Counts answers as records of the report; `first` is the date of the earliest.
    /// Their scores are fed by [`scores`](Self::scores).
    pub fn count_responses(&mut self, answers: u64, first: Option<Timestamp>) {
        self.state.records.responses.merge(answers);
        self.state.see(first);
    }

    /// Counts surveys sent as records of the report; `first` is the date of the earliest.
    /// Their outcomes are fed by [`outcomes`](Self::outcomes).
    pub fn count_invitations(&mut self, invitations: u64, first: Option<Timestamp>) {
        self.state.records.invitations.merge(invitations);
        self.state.see(first);
    }

    /// Feeds `times` answers of the same score to a question, `None` for a skipped one; `later` means that they were given
    /// after the cut-off. A KPI that [needs more than scores](super::Report::needs_whole_answers) is not fed.
    pub fn scores(
        &mut self,
        question: &str,
        slices: &SliceIds,
        period: PeriodId,
        later: bool,
        score: Option<i32>,
        times: u64,
    ) {
        self.each_place(slices, |measure, place| {
            if measure.is_of_question(question) && !measure.needs_whole_answer() {
                let tally = place.of_period(period.index());
                if later {
                    tally.exclude(Reason::AfterCutOff, times);
                } else {
                    tally.push_bulk(Bulk::Score(score, times));
                }
            }
        });
    }

    /// Feeds `times` invitations of one outcome under the rule number `rule` of
    /// [`Report::invitation_rules`](super::Report::invitation_rules); `later` means that they were sent after the cut-off.
    #[expect(clippy::too_many_arguments, reason = "all of them describe the same invitations")]
    pub fn outcomes(
        &mut self,
        rule: usize,
        question: &str,
        slices: &SliceIds,
        period: PeriodId,
        later: bool,
        outcome: InvitationOutcome,
        times: u64,
    ) {
        let rules = self.state.report.invitation_rules();
        let Some(rule) = rules.get(rule) else { return };
        let as_of = self.state.report.settings.as_of;
        let counted = if later { InvitationOutcome::Excluded(Reason::AfterCutOff) } else { outcome };
        self.each_place(slices, |measure, place| {
            if measure.is_of_invitations(rule, question) {
                place.of_period(period.index()).push_bulk(Bulk::Outcome(counted, times));
            }
        });
        let scored = |measure: &ResolvedKpi| measure.scored_question() == Some(question);
        if *rule == response_rule(as_of) && self.state.report.measures.iter().any(scored) {
            for (slicing, slice) in slices.each() {
                self.state.slicings[slicing]
                    .response_rate(slice, question, as_of)
                    .push_outcome(outcome, times);
            }
        }
    }

    /// Computes what was kept as changes.
    pub fn finish(self) {}

    fn each_place(&mut self, slices: &SliceIds, mut feed: impl FnMut(&ResolvedKpi, &mut Place<'_>)) {
        let ReportState { report, calendar, slicings, .. } = &mut *self.state;
        for (slicing, slice) in slices.each() {
            let mut place = Place { report, kpi: 0, slice, sliced: &mut slicings[slicing], calendar };
            for (number, measure) in report.measures.iter().enumerate() {
                place.kpi = number;
                feed(measure, &mut place);
            }
        }
    }

    /// Notes when a ticket was open; `false` where its snapshots must be counted one by one.
    fn spans(&mut self, ticket: &TicketMetrics, slices: &SliceIds) -> bool {
        let ReportState { report, calendar, .. } = &mut *self.state;
        if report.settings.as_of.is_none_or(|as_of| ticket.as_of < as_of) || !in_order(ticket) {
            return false;
        }
        let snapshots = calendar.snapshots().len();
        if snapshots == 0 {
            return true;
        }
        let reply =
            ticket.first_response_at.map_or(snapshots, |at| calendar.snapshots_before(at.as_micros()));
        for (from, until) in ticket.open_intervals() {
            let from = calendar.snapshots_before(from.as_micros());
            let until = until.map_or(snapshots, |until| calendar.snapshots_before(until.as_micros()));
            if from >= until {
                continue;
            }
            let changes = at(&mut self.backlogs, slices.group());
            match ticket.exclusion {
                Some(reason) => {
                    change(changes.exclusion.entry(reason).or_default(), snapshots, from, [until; 2]);
                }
                None => changes.opened(snapshots, from, until, reply),
            }
        }
        true
    }

    fn settle(&mut self) {
        let ReportState { report, calendar, slicings, .. } = &mut *self.state;
        let snapshots = calendar.snapshots().to_vec();
        let kept = std::mem::take(&mut self.blocks).by_slice(&self.groups, slicings.len());
        for (sliced, kept) in slicings.iter_mut().zip(kept) {
            kept.settle(sliced, report, calendar);
        }
        let backlogs = std::mem::take(&mut self.backlogs);
        let backlogs = self.groups.spread(backlogs, slicings.len(), |sum, changes, _| sum.add(changes));
        for (sliced, slices) in slicings.iter_mut().zip(backlogs) {
            for (slice, mut changes) in slices.into_iter().enumerate() {
                changes.add_up();
                for (place, (_, period)) in snapshots.iter().enumerate() {
                    let now = |counts: &[[i64; 2]]| {
                        counts.get(place).copied().unwrap_or_default().map(|n| u64::try_from(n).unwrap_or(0))
                    };
                    let [open, unreplied] = now(&changes.open);
                    if open == 0 && changes.exclusion.values().all(|counts| now(counts) == [0; 2]) {
                        continue;
                    }
                    let measures = report.measures.iter().enumerate();
                    for (kpi, _) in measures.filter(|(_, measure)| measure.is_backlog()) {
                        let tally = sliced.tally(slice, *period, kpi, report, calendar);
                        tally.push_bulk(Bulk::Open(open, unreplied));
                        for (reason, counts) in &changes.exclusion {
                            tally.exclude(*reason, now(counts)[0]);
                        }
                    }
                }
            }
        }
    }
}

impl Drop for Feed<'_> {
    fn drop(&mut self) {
        self.settle();
    }
}

impl Changes {
    /// One more open ticket from the snapshot `from` on until the snapshot `until`, without a reply until the snapshot `reply`.
    #[inline]
    pub(super) fn opened(&mut self, snapshots: usize, from: usize, until: usize, reply: usize) {
        change(&mut self.open, snapshots, from, [until, until.min(reply)]);
    }

    fn add(&mut self, other: &Self) {
        let exclusion = other.exclusion.iter().map(|(reason, counts)| (Some(reason), counts));
        for (reason, counts) in exclusion.chain([(None, &other.open)]) {
            let sums = match reason {
                Some(reason) => self.exclusion.entry(*reason).or_default(),
                None => &mut self.open,
            };
            sums.resize(sums.len().max(counts.len()), [0; 2]);
            for (sum, count) in sums.as_flattened_mut().iter_mut().zip(counts.as_flattened()) {
                *sum += count;
            }
        }
    }

    /// Turns the changes into the numbers at each snapshot.
    fn add_up(&mut self) {
        for counts in [&mut self.open].into_iter().chain(self.exclusion.values_mut()) {
            let mut now = [0; 2];
            for [open, unreplied] in counts {
                now = [now[0] + *open, now[1] + *unreplied];
                [*open, *unreplied] = now;
            }
        }
    }
}

/// One more of both from the snapshot `from` on, one less of each from the snapshot `until` on.
#[inline]
fn change(counts: &mut Vec<[i64; 2]>, snapshots: usize, from: usize, until: [usize; 2]) {
    if counts.is_empty() {
        *counts = nothing(snapshots);
    }
    // An end before the beginning adds up to nothing: a branch on it is unpredictable.
    let from = from.min(snapshots);
    counts[from][0] += 1;
    counts[from][1] += 1;
    counts[until[0].clamp(from, snapshots)][0] -= 1;
    counts[until[1].clamp(from, snapshots)][1] -= 1;
}

#[cold]
fn nothing(snapshots: usize) -> Vec<[i64; 2]> {
    vec![[0; 2]; snapshots + 1]
}

/// Whether the ticket's solves and reopenings follow one another, so that its open intervals do not overlap.
fn in_order(ticket: &TicketMetrics) -> bool {
    let turns = ticket.reopens.iter().flat_map(|cycle| [cycle.solved_at, cycle.reopened_at]);
    let mut last = ticket.created_at;
    turns.chain(ticket.done_since()).all(|at| {
        let follows = last <= at;
        last = at;
        follows
    })
}

impl Place<'_> {
    /// The tally of a period.
    fn of_period(&mut self, period: usize) -> &mut dyn AnyKpi {
        self.sliced.tally(self.slice, period, self.kpi, self.report, self.calendar)
    }
}
