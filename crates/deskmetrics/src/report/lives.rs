//! Tickets of which only the life is known, fed many at once.

use super::Report;
use super::calendar::{Calendar, NO_PERIOD};
use super::feed::{Feed, SliceIds};
use super::measure::Measure;
use super::state::{ReportState, Sliced};
use crate::kpi::Anchor;
use crate::{Merge as _, Timestamp};

/// A ticket that counts, that its customer opened and that was never reopened; all it says is known at one cut-off.
#[derive(Debug, Clone, Copy)]
pub struct Life<'s> {
    /// Instants as microseconds; [`NEVER`](Self::NEVER) where something has not happened.
    created_at: i64,
    replied_at: i64,
    done_since: i64,
    slices: &'s SliceIds,
}

impl<'s> Life<'s> {
    /// Stands for an instant that has not come.
    pub const NEVER: i64 = i64::MAX;

    /// When the ticket was created, first replied to by an agent, and solved or closed, in microseconds since 1970, and
    /// its slices.
    #[inline]
    pub fn from_micros(created_at: i64, replied_at: i64, done_since: i64, slices: &'s SliceIds) -> Self {
        Self { created_at, replied_at, done_since, slices }
    }
}

/// What a KPI asks of a life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// How many were created.
    Creation,
    /// How many were open at each look.
    Backlog,
    /// How long until the first reply.
    Reply,
    /// How long until it was done.
    End,
    /// It is about no tickets.
    Nothing,
}

/// What lives came to, of one slicing.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept {
    /// By period, then by slice: how many were created.
    created: Vec<Vec<u64>>,
    /// By slice.
    now: Vec<Now>,
    /// By KPI, then by period, then by slice; empty for KPIs that ask for no durations.
    spans: Vec<Vec<Vec<Spans>>>,
}

/// Tickets looked at for the backlog of the cut-off.
#[derive(Debug, Clone, Default)]
struct Now {
    looked_at: bool,
    /// Those open at the cut-off.
    open: u64,
    /// Of those, the ones without a reply.
    unreplied: u64,
}

/// Durations in microseconds.
#[derive(Debug, Clone, Default)]
struct Spans {
    finished: Vec<i64>,
    running: Vec<i64>,
}

impl Feed<'_> {
    /// Whether the report can be told of tickets by their [`lives`](Self::lives) alone, as known at `known_until`.
    pub fn takes_lives(&self, known_until: Timestamp) -> bool {
        let report = &self.state.report;
        report.measures.iter().all(|measure| measure.asks_of_life().is_some())
            && (!self.has_backlog || report.settings.as_of.is_some_and(|as_of| as_of <= known_until))
    }

    /// Feeds tickets by their lives as known at `known_until`. `false`, and nothing is fed, where the report does not
    /// [take them](Self::takes_lives).
    #[must_use = "a report that does not take lives is not fed"]
    pub fn lives(&mut self, lives: &[Life<'_>], known_until: Timestamp) -> bool {
        if !self.takes_lives(known_until) {
            return false;
        }
        self.state.records.tickets.merge(lives.len() as u64);
        let first = lives.iter().map(|life| life.created_at).min();
        self.state.see(first.map(Timestamp::saturating_from_micros));
        let known_until = known_until.as_micros();
        let ReportState { report, calendar, .. } = &mut *self.state;
        for (number, measure) in report.measures.iter().enumerate() {
            let Some(asked) = measure.asks_of_life() else { continue };
            let periods = anchors(measure, lives, calendar);
            for (slicing, kept) in self.lives.iter_mut().enumerate() {
                match asked {
                    Asked::Creation => count(kept, slicing, lives, &periods),
                    Asked::Reply => {
                        let end = |life: &Life<'_>| (life.replied_at, life.done_since.min(known_until));
                        keep(kept, slicing, number, lives, &periods, end);
                    }
                    Asked::End => {
                        let end = |life: &Life<'_>| (life.done_since, known_until);
                        keep(kept, slicing, number, lives, &periods, end);
                    }
                    Asked::Backlog | Asked::Nothing => {}
                }
            }
        }
        if self.has_backlog {
            self.look(lives);
        }
        true
    }

    /// Counts open tickets, now and at each look.
    fn look(&mut self, lives: &[Life<'_>]) {
        let ReportState { report, calendar, .. } = &mut *self.state;
        let Some(as_of) = report.settings.as_of.map(Timestamp::as_micros) else { return };
        let looks = calendar.snapshots().len();
        let place = |at: i64| if at == Life::NEVER { looks } else { calendar.looks_before(at) };
        let spans: Vec<[usize; 3]> = lives
            .iter()
            .map(|life| [place(life.created_at), place(life.done_since), place(life.replied_at)])
            .collect();
        for (slicing, (kept, changes)) in self.lives.iter_mut().zip(&mut self.backlogs).enumerate() {
            for (life, [from, until, reply]) in lives.iter().zip(&spans) {
                let slice = life.slices.of(slicing);
                let now = at(&mut kept.now, slice);
                let is_open = life.created_at <= as_of && as_of < life.done_since;
                let replied = life.replied_at <= as_of;
                now.looked_at = true;
                now.open += u64::from(is_open);
                now.unreplied += u64::from(is_open && !replied);
                if from < until {
                    at(changes, slice).opened(looks, *from, *until, *reply);
                }
            }
        }
    }
}

/// The periods in which lives count for a KPI; empty where none do.
fn anchors(measure: &Measure, lives: &[Life<'_>], calendar: &mut Calendar) -> Vec<usize> {
    if !calendar.has_periods() {
        return Vec::new();
    }
    let mut period = |at: i64| {
        let has_come = at != Life::NEVER;
        calendar.period(has_come.then(|| Timestamp::saturating_from_micros(at)))
    };
    match measure.definition().anchor {
        Anchor::Created => lives.iter().map(|life| period(life.created_at)).collect(),
        Anchor::FirstSolved | Anchor::LastSolved => {
            lives.iter().map(|life| period(life.done_since)).collect()
        }
        _ => Vec::new(),
    }
}

fn count(kept: &mut Kept, slicing: usize, lives: &[Life<'_>], periods: &[usize]) {
    if periods.is_empty() {
        let created = at(&mut kept.created, NO_PERIOD);
        for life in lives {
            *at(created, life.slices.of(slicing)) += 1;
        }
    }
    for (life, period) in lives.iter().zip(periods) {
        *at(at(&mut kept.created, *period), life.slices.of(slicing)) += 1;
    }
}

/// Keeps the durations from creation to an end, or where that has not come to the last that is known.
fn keep(
    kept: &mut Kept,
    slicing: usize,
    kpi: usize,
    lives: &[Life<'_>],
    periods: &[usize],
    ends: impl Fn(&Life<'_>) -> (i64, i64),
) {
    let keep = |spans: &mut Spans, life: &Life<'_>| match ends(life) {
        (Life::NEVER, last) => spans.running.push(last.saturating_sub(life.created_at)),
        (end, _) => spans.finished.push(end.saturating_sub(life.created_at)),
    };
    let spans = at(&mut kept.spans, kpi);
    if periods.is_empty() {
        let spans = at(spans, NO_PERIOD);
        for life in lives {
            keep(at(spans, life.slices.of(slicing)), life);
        }
    }
    for (life, period) in lives.iter().zip(periods) {
        keep(at(at(spans, *period), life.slices.of(slicing)), life);
    }
}

/// The entry of this number, which is made if there is none.
#[inline]
pub(super) fn at<T: Clone + Default>(all: &mut Vec<T>, number: usize) -> &mut T {
    if all.len() <= number {
        all.resize(number + 1, T::default());
    }
    &mut all[number]
}

impl Kept {
    /// Feeds the tallies of a slicing.
    pub(super) fn settle(self, sliced: &mut Sliced, report: &Report, calendar: &Calendar) {
        let mut spans = self.spans.into_iter();
        for (kpi, measure) in report.measures.iter().enumerate() {
            let spans = spans.next().unwrap_or_default();
            match measure.asks_of_life() {
                Some(Asked::Creation) => {
                    for (period, slice, tickets) in each(&self.created).filter(|(.., tickets)| **tickets > 0)
                    {
                        sliced.tally(slice, period, kpi, report, calendar).push_created(*tickets);
                    }
                }
                Some(Asked::Backlog) => {
                    let looked_at = self.now.iter().enumerate().filter(|(_, now)| now.looked_at);
                    for (slice, now) in looked_at {
                        let tally = sliced.tally(slice, NO_PERIOD, kpi, report, calendar);
                        tally.push_open(now.open, now.unreplied);
                    }
                }
                Some(Asked::Reply | Asked::End) => {
                    for (period, slices) in spans.into_iter().enumerate() {
                        let some = |spans: &Spans| !spans.finished.is_empty() || !spans.running.is_empty();
                        for (slice, spans) in slices.into_iter().enumerate().filter(|(_, it)| some(it)) {
                            let tally = sliced.tally(slice, period, kpi, report, calendar);
                            if let Some(times) = tally.times_mut() {
                                times.extend_micros(spans.finished, spans.running);
                            }
                        }
                    }
                }
                Some(Asked::Nothing) | None => {}
            }
        }
    }
}

/// Everything in a table with its two numbers.
fn each<T>(table: &[Vec<T>]) -> impl Iterator<Item = (usize, usize, &T)> {
    let lines = table.iter().enumerate();
    lines.flat_map(|(line, all)| all.iter().enumerate().map(move |(column, it)| (line, column, it)))
}
