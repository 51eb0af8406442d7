//! The shapes a KPI can have: durations, a share, a count per ticket, scores on a scale.
//!
//! Each KPI's own type wraps one of them and adds what only that KPI knows: which ticket counts, and with what.

mod per_ticket;
mod rated;
mod share;
mod targets;
mod times;

use super::interface::Bulk;
use super::request::KpiRequest;
use crate::replay::Needs;
use crate::{ClockKind, Reason};

pub use per_ticket::PerTicket;
pub use rated::Rated;
pub use share::Share;
pub use targets::Targets;
pub use times::Times;

pub(crate) use per_ticket::MEASURES as COUNT_MEASURES;
pub(crate) use share::MEASURES as SHARE_MEASURES;
pub(crate) use times::MEASURES as TIME_MEASURES;

/// Lets a KPI answer what the tally in one of its fields answers.
macro_rules! answers_as {
    ($kpi:ident . $tally:tt) => {
        impl crate::Estimates for $kpi {
            fn estimates(&self, level: f64) -> Vec<crate::Estimate> {
                self.$tally.estimates(level)
            }

            fn excluded(&self) -> &crate::Excluded {
                self.$tally.excluded()
            }

            fn compared(&self) -> crate::Compared<'_> {
                self.$tally.compared()
            }
        }
    };
}
pub(crate) use answers_as;

/// Lets a KPI be fed from an iterator, record by record.
macro_rules! feeds_on {
    ($kpi:ident, tickets) => {
        impl<M: AsRef<crate::TicketMetrics>> Extend<M> for $kpi {
            fn extend<I: IntoIterator<Item = M>>(&mut self, tickets: I) {
                tickets.into_iter().for_each(|ticket| self.push(ticket.as_ref()));
            }
        }
    };
    ($kpi:ident, $record:ty) => {
        impl<'a> Extend<&'a $record> for $kpi {
            fn extend<I: IntoIterator<Item = &'a $record>>(&mut self, records: I) {
                records.into_iter().for_each(|record| self.push(record));
            }
        }
    };
}
pub(crate) use feeds_on;

/// Makes the newtype of a KPI without options merge and answer like the tally it wraps.
macro_rules! wraps {
    ($kpi:ident) => {
        impl crate::Merge for $kpi {
            fn merge(&mut self, other: Self) {
                self.0.merge(other.0);
            }
        }

        crate::kpi::tally::answers_as!($kpi.0);
    };
}
pub(crate) use wraps;

/// Makes a KPI merge and answer like the tally in one of its fields. What was counted with other options, which are its
/// other fields, is left out and counted, unless one side has counted nothing.
macro_rules! wraps_with_options {
    ($kpi:ident { $($option:ident),+ } . $tally:ident) => {
        impl crate::Merge for $kpi {
            fn merge(&mut self, other: Self) {
                let same = true $(&& self.$option == other.$option)+;
                if same || other.$tally.counted() == 0 {
                    self.$tally.merge(other.$tally);
                } else if self.$tally.counted() == 0 {
                    let mine = std::mem::replace(self, other);
                    self.$tally.merge(mine.$tally);
                } else {
                    self.$tally.refuse(other.$tally);
                }
            }
        }

        crate::kpi::tally::answers_as!($kpi.$tally);
    };
}
pub(crate) use wraps_with_options;

/// Methods of a wrapped tally, under their own names.
macro_rules! forwards {
    ($kpi:ident . $field:tt: Times) => {
        impl $kpi {
            /// All durations.
            pub fn times(&self) -> &crate::kpi::tally::Times {
                &self.$field
            }
        }

        crate::kpi::tally::forwards! { $kpi.$field =>
            /// The clock counted on.
            clock() -> crate::ClockKind;
            /// Durations that have ended: the n of mean, quantiles and extremes.
            n() -> u64;
            /// Durations still running.
            censored() -> u64;
            /// The durations that have ended.
            durations() -> &crate::Durations;
            /// All durations, with those still running as censored.
            survival() -> &crate::Survival;
            /// Mean of the finished durations.
            mean() -> Option<chrono::TimeDelta>;
            /// Median of the finished durations.
            median() -> Option<chrono::TimeDelta>;
            /// The duration nine in ten finished ones do not exceed.
            p90() -> Option<chrono::TimeDelta>;
            /// The duration after which half have ended, running ones taken into account (Kaplan-Meier).
            censored_median() -> Option<chrono::TimeDelta>;
            /// Finished durations of at most `limit`, among all finished ones; see
            /// [`Times::within`](crate::kpi::tally::Times::within).
            within(limit: chrono::TimeDelta) -> crate::Ratio;
            /// Durations of at most `limit`, among all of which that is decided; see
            /// [`Times::decided_within`](crate::kpi::tally::Times::decided_within).
            decided_within(limit: chrono::TimeDelta) -> crate::Ratio;
        }
    };
    ($kpi:ident . $field:tt: Share) => {
        crate::kpi::tally::forwards! { $kpi.$field =>
            /// Hits and total.
            ratio() -> crate::Ratio;
            /// Tickets counted.
            n() -> u64;
            /// The share in percent; `None` when nothing was counted.
            percent() -> Option<f64>;
        }
    };
    ($kpi:ident . $field:tt: PerTicket) => {
        crate::kpi::tally::forwards! { $kpi.$field =>
            /// Tickets counted.
            n() -> u64;
            /// Over all tickets.
            total() -> u64;
            /// Per ticket; `None` when none was counted.
            mean() -> Option<f64>;
            /// The counts behind the mean.
            counts() -> &crate::Mean;
        }
    };
    ($kpi:ident . $field:tt: Rated) => {
        crate::kpi::tally::forwards! { $kpi.$field =>
            /// The scale of the question.
            scale() -> &crate::Scale;
            /// How often each score was given.
            scores() -> &crate::ScoreCounts;
            /// Answers counted.
            n() -> u64;
            /// What was excluded, by reason.
            excluded() -> &crate::Excluded;
            /// The mean score, in steps of the scale.
            mean() -> Option<f64>;
            /// Positive answers among all.
            positive() -> crate::Ratio;
            /// Negative answers among all.
            negative() -> crate::Ratio;
            /// Positive, neutral and negative answers.
            sides() -> crate::NetScore;
        }
    };
    ($kpi:ident . $field:tt => $($(#[doc = $doc:literal])+ $method:ident($($argument:ident: $type:ty)?) -> $result:ty;)+) => {
        impl $kpi {
            $(
                $(#[doc = $doc])+
                pub fn $method(&self $(, $argument: $type)?) -> $result {
                    self.$field.$method($($argument)?)
                }
            )+
        }
    };
}
pub(crate) use forwards;

/// A tally that KPIs of tickets wrap.
pub(crate) trait Wrapped: Sized {
    /// The empty tally that a request asks for.
    fn requested(request: &KpiRequest) -> Self;
    /// What is needed of a ticket, given what is needed on the calendar.
    fn needing(&self, needs: Needs) -> Needs;
    fn times(&self) -> Option<&Times>;
    fn exclude(&mut self, reason: Reason, records: u64);
    fn push_bulk(&mut self, bulk: Bulk);
}

impl Wrapped for Times {
    fn requested(request: &KpiRequest) -> Self {
        Self::new(request.clock.unwrap_or_default())
    }

    fn needing(&self, needs: Needs) -> Needs {
        match self.clock() {
            ClockKind::Business => needs | Needs::BUSINESS_TIME,
            ClockKind::Calendar => needs,
        }
    }

    fn times(&self) -> Option<&Times> {
        Some(self)
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.leave_out_many(reason, records);
    }

    fn push_bulk(&mut self, bulk: Bulk) {
        if let Bulk::Times(finished, running) = bulk {
            self.extend_micros(finished, running);
        }
    }
}

macro_rules! counts {
    ($($tally:ident),+) => {
        $(
            impl Wrapped for $tally {
                fn requested(_request: &KpiRequest) -> Self {
                    Self::default()
                }

                fn needing(&self, needs: Needs) -> Needs {
                    needs
                }

                fn times(&self) -> Option<&Times> {
                    None
                }

                fn exclude(&mut self, reason: Reason, records: u64) {
                    self.leave_out_many(reason, records);
                }

                fn push_bulk(&mut self, _bulk: Bulk) {}
            }
        )+
    };
}
counts!(Share, PerTicket);

/// Makes a KPI that wraps a tally and counts each ticket on its own: `push` takes the tally and a ticket that is not excluded.
/// `kpi` holds further methods of [`Kpi`](crate::kpi::Kpi), `registered` further items of
/// [`Registered`](crate::kpi::registry::Registered).
macro_rules! ticket_kpi {
    (
        $kpi:ident($tally:ident), |$wrapped:ident, $ticket:ident| $push:expr,
        needs: $needs:expr,
        $(kpi: { $($method:item)* },)?
        $(registered: { $($constant:item)* },)?
    ) => {
        impl $kpi {
            /// Counts one ticket.
            pub fn push(&mut self, $ticket: &crate::TicketMetrics) {
                let $wrapped = &mut self.0;
                match $ticket.left_out {
                    Some(reason) => $wrapped.leave_out(reason),
                    None => $push,
                }
            }

            /// Counts a record that is no ticket.
            pub fn leave_out(&mut self, reason: crate::Reason) {
                self.0.leave_out(reason);
            }
        }

        crate::kpi::tally::forwards!($kpi.0: $tally);
        crate::kpi::tally::ticket_kpi!(constructor $kpi $tally);
        crate::kpi::tally::wraps!($kpi);
        crate::kpi::tally::feeds_on!($kpi, tickets);

        impl<M: AsRef<crate::TicketMetrics>> FromIterator<M> for $kpi {
            fn from_iter<I: IntoIterator<Item = M>>(tickets: I) -> Self {
                let mut tally = Self::default();
                tally.extend(tickets);
                tally
            }
        }

        impl crate::kpi::Kpi for $kpi {
            fn definition(&self) -> &'static crate::kpi::Definition {
                &DEFINITION
            }

            fn exclude(&mut self, reason: crate::Reason, records: u64) {
                crate::kpi::tally::Wrapped::exclude(&mut self.0, reason, records);
            }

            fn needs(&self) -> crate::replay::Needs {
                crate::kpi::tally::Wrapped::needing(&self.0, $needs)
            }

            fn push_ticket(&mut self, ticket: &crate::Replayed) {
                self.push(&ticket.metrics);
            }

            fn times(&self) -> Option<&crate::kpi::tally::Times> {
                crate::kpi::tally::Wrapped::times(&self.0)
            }

            fn record_needs(&self) -> crate::kpi::RecordNeeds {
                crate::kpi::RecordNeeds::NONE
            }

            fn push_bulk(&mut self, bulk: crate::kpi::Bulk) {
                crate::kpi::tally::Wrapped::push_bulk(&mut self.0, bulk);
            }

            $($($method)*)?
        }

        impl crate::kpi::registry::Registered for $kpi {
            fn requested(
                request: &crate::kpi::KpiRequest,
                _as_of: Option<crate::Timestamp>,
            ) -> Result<Self, crate::kpi::RequestError> {
                Ok(Self(crate::kpi::tally::Wrapped::requested(request)))
            }

            $($($constant)*)?
        }
    };
    (constructor $kpi:ident Times) => {
        impl $kpi {
            /// An empty tally on `clock`.
            pub fn new(clock: crate::ClockKind) -> Self {
                Self(crate::kpi::tally::Times::new(clock))
            }
        }
    };
    (constructor $kpi:ident $tally:ident) => {};
}
pub(crate) use ticket_kpi;

/// Makes the newtype of a survey KPI behave like the answers it wraps, and feed from scores.
macro_rules! survey_kpi {
    ($kpi:ident) => {
        crate::kpi::tally::forwards!($kpi.0: Rated);

        impl $kpi {
            /// No answers yet on `scale`.
            pub fn new(scale: &crate::Scale) -> Self {
                Self(crate::kpi::tally::Rated::new(scale))
            }

            /// Counts one answer; `None` is a skipped question.
            #[inline]
            pub fn push(&mut self, score: impl Into<Option<i32>>) {
                self.0.push(score);
            }

            /// Counts `times` answers of the same score; `None` is a skipped question.
            #[inline]
            pub fn push_many(&mut self, score: impl Into<Option<i32>>, times: u64) {
                self.0.push_many(score, times);
            }

            /// Counts a record that is no answer.
            pub fn leave_out(&mut self, reason: crate::Reason) {
                self.0.leave_out(reason);
            }
        }

        impl crate::Merge for $kpi {
            fn merge(&mut self, other: Self) {
                self.0.merge(other.0);
            }
        }

        impl<S: Into<Option<i32>>> Extend<S> for $kpi {
            fn extend<I: IntoIterator<Item = S>>(&mut self, scores: I) {
                scores.into_iter().for_each(|score| self.push(score));
            }
        }

        impl crate::kpi::Kpi for $kpi {
            fn definition(&self) -> &'static crate::kpi::Definition {
                &DEFINITION
            }

            fn exclude(&mut self, reason: crate::Reason, records: u64) {
                self.0.leave_out_many(reason, records);
            }

            fn records(&self) -> crate::kpi::Records {
                crate::kpi::Records::Responses
            }

            fn push_response(&mut self, response: &crate::SurveyResponse) {
                self.push(response.score);
            }

            fn scores(&self) -> Option<std::ops::RangeInclusive<i32>> {
                Some(self.scale().min()..=self.scale().max())
            }

            fn push_bulk(&mut self, bulk: crate::kpi::Bulk) {
                if let crate::kpi::Bulk::Score(score, times) = bulk {
                    self.push_many(score, times);
                }
            }
        }

        impl crate::kpi::registry::Registered for $kpi {
            const USUAL: bool = true;

            fn requested(
                request: &crate::kpi::KpiRequest,
                _as_of: Option<crate::Timestamp>,
            ) -> Result<Self, crate::kpi::RequestError> {
                request.question_and_scale(DEFINITION.id).map(Self::new)
            }

            fn option(request: &crate::kpi::KpiRequest) -> Option<String> {
                request.other_question(DEFINITION.id)
            }
        }
    };
}
pub(crate) use survey_kpi;
