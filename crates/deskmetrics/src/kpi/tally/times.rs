//! A duration KPI: finished and running durations on one clock.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::replay::StatedMeasure;
use crate::replay::stated::StatedTime;
use crate::stats::durations::{from_float_micros, interval_between, quantile_of, quantile_places};
use crate::stats::interval::quantile_ranks;
use crate::{
    ClockKind, Compared, Durations, Elapsed, Estimate, Estimates, Excluded, Interval, Merge, Ratio, Reason,
    Survival, TicketMetrics, Unit,
};

/// The measures of every duration KPI, in the order of [`Times::estimates`](Estimates::estimates).
pub(crate) const MEASURES: &[&str] =
    &["median", "mean", "p90", "p95", "min", "max", "censored_median", "censored"];

/// Durations of many tickets on one clock; those still running are kept beside the finished ones.
///
/// The mean, the quantiles and the extremes are of finished durations; the *censored* median (Kaplan-Meier) takes the
/// running ones into account. Where many still run, the two differ, and the second is the honest one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    clock: ClockKind,
    survival: Survival,
    excluded: Excluded,
}

impl Times {
    /// An empty tally on `clock`.
    pub fn new(clock: ClockKind) -> Self {
        Self { clock, ..Self::default() }
    }

    /// Counts a duration that has ended.
    pub fn finished(&mut self, elapsed: Elapsed) {
        if let Some(micros) = self.usable(elapsed) {
            self.survival.push_finished(micros);
        }
    }

    /// Counts a duration that was still running when last seen.
    pub fn running(&mut self, elapsed: Elapsed) {
        if let Some(micros) = self.usable(elapsed) {
            self.survival.push_censored(micros);
        }
    }

    /// Counts the time that a ticket spent in something: it runs while the ticket is open.
    pub(crate) fn until_done(&mut self, ticket: &TicketMetrics, elapsed: Elapsed) {
        if ticket.status.is_done() {
            self.finished(elapsed);
        } else {
            self.running(elapsed);
        }
    }

    /// Counts a duration that has ended, else the one that still runs; where there is neither, the ticket is excluded.
    pub(crate) fn either(&mut self, ended: Option<Elapsed>, runs: Option<Elapsed>, neither: Reason) {
        match (ended, runs) {
            (Some(elapsed), _) => self.finished(elapsed),
            (None, Some(elapsed)) => self.running(elapsed),
            (None, None) => self.exclude_one(neither),
        }
    }

    /// Counts the duration that the source states in place of the replay, and whether there is one.
    pub(crate) fn take_stated(&mut self, ticket: &TicketMetrics, measure: StatedMeasure) -> bool {
        match ticket.stated_time(measure, self.clock) {
            StatedTime::Replayed => return false,
            StatedTime::Ended(micros) => self.survival.push_finished(micros),
            StatedTime::Running(micros) => self.survival.push_censored(micros),
            StatedTime::Excluded(reason) => self.exclude_one(reason),
        }
        true
    }

    /// Counts durations on the tally's clock: those that have ended and those still running.
    pub(crate) fn extend(&mut self, finished: Durations, running: Durations) {
        let [finished, running] = [finished, running].map(|all| {
            let (least, _) = all.ends();
            if least >= 0 {
                return all;
            }
            let usable = Durations::shared(all.micros().filter(|micros| *micros >= 0).collect());
            self.excluded.add_many(Reason::EndBeforeStart, all.n() - usable.n());
            usable
        });
        self.survival.merge(Survival::new(finished, running));
    }

    /// Counts a record that has no such duration.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.excluded.add(reason);
    }

    /// Counts `records` such records.
    pub(crate) fn exclude_many(&mut self, reason: Reason, records: u64) {
        self.excluded.add_many(reason, records);
    }

    /// The duration on the tally's clock; what cannot be used is excluded under its reason.
    fn usable(&mut self, elapsed: Elapsed) -> Option<i64> {
        let reason = match elapsed.micros_on(self.clock) {
            Some(micros) if micros >= 0 => return Some(micros),
            Some(_) => Reason::EndBeforeStart,
            None => Reason::NoSchedule,
        };
        self.excluded.add(reason);
        None
    }

    /// Durations counted, finished or running.
    pub(crate) fn counted(&self) -> u64 {
        self.survival.n()
    }

    /// Excludes everything another tally counted, since it counted something else.
    pub(crate) fn refuse(&mut self, other: Self) {
        self.excluded.add_many(Reason::OtherOptions, other.survival.n());
        self.excluded.merge(other.excluded);
    }

    /// The clock counted on.
    pub fn clock(&self) -> ClockKind {
        self.clock
    }

    /// Durations that have ended: the n of mean, quantiles and extremes.
    pub fn n(&self) -> u64 {
        self.durations().n()
    }

    /// Durations still running: seen to be at least so long.
    #[doc(alias = "running")]
    pub fn censored(&self) -> u64 {
        self.survival.censored().n()
    }

    /// The durations that have ended.
    pub fn durations(&self) -> &Durations {
        self.survival.finished()
    }

    /// Finished and running durations.
    pub fn survival(&self) -> &Survival {
        &self.survival
    }

    /// Mean of the finished durations.
    pub fn mean(&self) -> Option<TimeDelta> {
        self.durations().mean()
    }

    /// Median of the finished durations.
    pub fn median(&self) -> Option<TimeDelta> {
        self.durations().median()
    }

    /// The duration nine in ten finished ones do not exceed.
    pub fn p90(&self) -> Option<TimeDelta> {
        self.durations().quantile(0.9)
    }

    /// The duration after which half have ended, running ones taken into account (Kaplan-Meier).
    pub fn censored_median(&self) -> Option<TimeDelta> {
        self.survival.median()
    }

    /// Finished durations of at most `limit`, among all finished ones. Where many still run it flatters: see
    /// [`decided_within`](Self::decided_within).
    pub fn within(&self, limit: TimeDelta) -> Ratio {
        self.durations().within(limit)
    }

    /// Finished durations of at most `limit`, among all of which that is decided: finished ones, and running ones that
    /// exceed it already. A share of replies within four hours without those who still wait after five would be too high.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use deskmetrics::kpi::tally::Times;
    /// use deskmetrics::{ClockKind, Elapsed};
    ///
    /// let mut waiting = Times::new(ClockKind::Calendar);
    /// let hours = |hours| Elapsed::new(TimeDelta::hours(hours), None);
    /// [1, 2, 3].map(hours).into_iter().for_each(|answered| waiting.finished(answered));
    /// [1, 5].map(hours).into_iter().for_each(|unanswered| waiting.running(unanswered));
    /// assert_eq!(waiting.within(TimeDelta::hours(4)).percent(), Some(100.0));
    /// assert_eq!(waiting.decided_within(TimeDelta::hours(4)).percent(), Some(75.0)); // 3 of 4
    /// ```
    pub fn decided_within(&self, limit: TimeDelta) -> Ratio {
        let within = self.within(limit);
        let running = self.survival.censored().within(limit);
        Ratio::new(within.hits, within.total.saturating_add(running.total - running.hits))
    }
}

impl Merge for Times {
    fn merge(&mut self, other: Self) {
        if self.clock == other.clock || other.survival.n() == 0 {
            self.survival.merge(other.survival);
        } else if self.survival.n() == 0 {
            self.clock = other.clock;
            self.survival = other.survival;
        } else {
            self.excluded.add_many(Reason::OtherOptions, other.survival.n());
        }
        self.excluded.merge(other.excluded);
    }

    fn merge_from(&mut self, other: &Self) {
        if self.clock == other.clock {
            self.survival.merge_from(&other.survival);
            self.excluded.merge_from(&other.excluded);
        } else {
            self.merge(other.clone());
        }
    }
}

impl Estimates for Times {
    fn estimates(&self, level: f64) -> Vec<Estimate> {
        const SECONDS: f64 = 1e-6;
        let (durations, n, all) = (self.durations(), self.n(), self.survival.n());
        let halves = self.survival.halves(level);
        // All required places, found in one pass.
        let of_quantiles = [0.0, 0.5, 0.9, 0.95, 1.0].into_iter().flat_map(|q| quantile_places(n, q));
        let ranks = [0.5, 0.9, 0.95].map(|q| quantile_ranks(n, q, level));
        let of_intervals = ranks.into_iter().flatten().flat_map(|(lower, upper)| [lower - 1, upper - 1]);
        let values = durations.ranked(of_quantiles.chain(of_intervals).chain(halves.places()));
        let in_seconds = |micros: Option<f64>| micros.map(from_float_micros).map(seconds);
        let quantile =
            |measure, q| Estimate::new(measure, in_seconds(quantile_of(&values, n, q)), Unit::Seconds, n);
        let scaled = |interval: Option<Interval>| interval.map(|interval| interval.scaled(SECONDS));
        let [median_range, p90_range, p95_range] =
            ranks.map(|ranks| scaled(interval_between(&values, ranks?, level)));
        vec![
            quantile("median", 0.5).with_interval(median_range),
            Estimate::new("mean", in_seconds(durations.mean_micros()), Unit::Seconds, n)
                .with_interval(scaled(durations.mean_interval(level))),
            quantile("p90", 0.9).with_interval(p90_range),
            quantile("p95", 0.95).with_interval(p95_range),
            quantile("min", 0.0),
            quantile("max", 1.0),
            Estimate::new("censored_median", in_seconds(halves.median(&values)), Unit::Seconds, all)
                .with_interval(scaled(halves.interval(&values, level))),
            Estimate::new("censored", Some(self.censored() as f64), Unit::Count, all),
        ]
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }

    fn compared(&self) -> Compared<'_> {
        Compared::Median(self.durations())
    }
}

fn seconds(duration: TimeDelta) -> f64 {
    duration.num_microseconds().map_or(f64::MAX, |micros| micros as f64 / 1e6)
}
