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
    /// When it was created.
    pub created_at: Timestamp,
    /// When an agent first replied.
    pub replied_at: Option<Timestamp>,
    /// When it was solved or closed.
    pub done_since: Option<Timestamp>,
    /// Its slices.
    pub slices: &'s SliceIds,
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

/// What lives came to, of one slice.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept {
    /// By period, those created in it.
    created: Vec<u64>,
    /// Whether any ticket was looked at for the backlog.
    looked: bool,
    /// Those open at the cut-off.
    open: u64,
    /// Of those, the ones without a reply.
    unreplied: u64,
    /// By KPI, then by period; empty for KPIs that ask for no durations.
    spans: Vec<Vec<Spans>>,
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

    /// Feeds tickets by their lives as known at `known_until`; good for a report that [takes them](Self::takes_lives), others
    /// are not fed.
    pub fn lives(&mut self, lives: &[Life<'_>], known_until: Timestamp) {
        self.state.records.tickets.merge(lives.len() as u64);
        self.state.see(lives.iter().map(|life| life.created_at).min());
        let ReportState { report, calendar, .. } = &mut *self.state;
        for (number, measure) in report.measures.iter().enumerate() {
            let Some(asked) = measure.asks_of_life() else { continue };
            let periods = anchors(measure, lives, calendar);
            for (slicing, kept) in self.lives.iter_mut().enumerate() {
                match asked {
                    Asked::Creation => count(kept, slicing, lives, &periods),
                    Asked::Reply => {
                        let end = |life: &Life<'_>| match life.replied_at {
                            Some(at) => (true, at),
                            None => (false, life.done_since.unwrap_or(known_until)),
                        };
                        keep(kept, slicing, number, lives, &periods, end);
                    }
                    Asked::End => {
                        let end = |life: &Life<'_>| match life.done_since {
                            Some(at) => (true, at),
                            None => (false, known_until),
                        };
                        keep(kept, slicing, number, lives, &periods, end);
                    }
                    Asked::Backlog | Asked::Nothing => {}
                }
            }
        }
        if self.has_backlog {
            self.look(lives);
        }
    }

    /// Counts open tickets, now and at each look.
    fn look(&mut self, lives: &[Life<'_>]) {
        let ReportState { report, calendar, .. } = &mut *self.state;
        let Some(as_of) = report.settings.as_of else { return };
        let looks = calendar.snapshots().len();
        let mut place = |at: Option<Timestamp>| at.map_or(looks, |at| calendar.snapshots_before(at));
        let spans: Vec<[usize; 3]> = lives
            .iter()
            .map(|life| [place(Some(life.created_at)), place(life.done_since), place(life.replied_at)])
            .collect();
        for (slicing, (kept, changes)) in self.lives.iter_mut().zip(&mut self.backlogs).enumerate() {
            for (life, [from, until, reply]) in lives.iter().zip(&spans) {
                let slice = life.slices.of(slicing);
                let kept = at(kept, slice);
                let is_open = life.created_at <= as_of && life.done_since.is_none_or(|done| as_of < done);
                let replied = life.replied_at.is_some_and(|replied| replied <= as_of);
                kept.looked = true;
                kept.open += u64::from(is_open);
                kept.unreplied += u64::from(is_open && !replied);
                if from < until {
                    at(changes, slice).opened(looks, *from, *until, *reply);
                }
            }
        }
    }
}

/// The periods in which lives count for a KPI; empty where none do.
fn anchors(measure: &Measure, lives: &[Life<'_>], calendar: &mut Calendar) -> Vec<usize> {
    let anchor: fn(&Life<'_>) -> Option<Timestamp> = match measure.definition().anchor {
        Anchor::Created => |life| Some(life.created_at),
        Anchor::FirstSolved | Anchor::LastSolved => |life| life.done_since,
        _ => |_| None,
    };
    if calendar.has_periods() {
        lives.iter().map(|life| calendar.period(anchor(life))).collect()
    } else {
        Vec::new()
    }
}

fn count(kept: &mut Vec<Kept>, slicing: usize, lives: &[Life<'_>], periods: &[usize]) {
    for (row, life) in lives.iter().enumerate() {
        let period = periods.get(row).copied().unwrap_or(NO_PERIOD);
        *at(&mut at(kept, life.slices.of(slicing)).created, period) += 1;
    }
}

/// Keeps the durations from creation to an end that has come, or not yet.
fn keep(
    kept: &mut Vec<Kept>,
    slicing: usize,
    kpi: usize,
    lives: &[Life<'_>],
    periods: &[usize],
    end: impl Fn(&Life<'_>) -> (bool, Timestamp),
) {
    for (row, life) in lives.iter().enumerate() {
        let period = periods.get(row).copied().unwrap_or(NO_PERIOD);
        let spans = at(at(&mut at(kept, life.slices.of(slicing)).spans, kpi), period);
        let (has_come, end) = end(life);
        let micros = end.as_micros() - life.created_at.as_micros();
        if has_come {
            spans.finished.push(micros);
        } else {
            spans.running.push(micros);
        }
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
    /// Feeds the tallies of a slice.
    pub(super) fn settle(self, slice: usize, sliced: &mut Sliced, report: &Report, calendar: &Calendar) {
        let mut spans = self.spans.into_iter();
        for (kpi, measure) in report.measures.iter().enumerate() {
            let spans = spans.next().unwrap_or_default();
            match measure.asks_of_life() {
                Some(Asked::Creation) => {
                    for (period, tickets) in self.created.iter().enumerate().filter(|(_, it)| **it > 0) {
                        sliced.tally(slice, period, kpi, report, calendar).push_created(*tickets);
                    }
                }
                Some(Asked::Backlog) if self.looked => {
                    let tally = sliced.tally(slice, NO_PERIOD, kpi, report, calendar);
                    tally.push_open(self.open, self.unreplied);
                }
                Some(Asked::Reply | Asked::End) => {
                    let some = |spans: &Spans| !spans.finished.is_empty() || !spans.running.is_empty();
                    for (period, spans) in spans.into_iter().enumerate().filter(|(_, it)| some(it)) {
                        let tally = sliced.tally(slice, period, kpi, report, calendar);
                        if let Some(times) = tally.times_mut() {
                            times.extend_micros(spans.finished, spans.running);
                        }
                    }
                }
                Some(Asked::Backlog | Asked::Nothing) | None => {}
            }
        }
    }
}
