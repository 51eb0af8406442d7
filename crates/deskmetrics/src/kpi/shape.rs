//! The shapes of KPIs: what those that wrap one tally have in common.

use super::interface::Bulk;
use super::request::KpiRequest;
use super::tally::{PerTicket, Share, Times};
use crate::replay::{Needs, StatedMeasure};
use crate::{ClockKind, Reason, TicketMetrics};

/// A tally that KPIs of tickets wrap.
pub(crate) trait Wrapped: Sized {
    /// The empty tally of a request.
    fn requested(request: &KpiRequest) -> Self;
    /// The measures it needs, given those on the calendar clock.
    fn with_measures(&self, needs: Needs) -> Needs;
    fn times(&self) -> Option<&Times>;
    /// Counts what the source states in place of the replay, where that alone is the KPI.
    fn take_stated(&mut self, ticket: &TicketMetrics, stated: &[StatedMeasure]) -> bool;
    /// Why a ticket does not count.
    fn exclusion(ticket: &TicketMetrics, needs: Needs, stated: &[StatedMeasure]) -> Option<Reason>;
    fn exclude(&mut self, reason: Reason, records: u64);
    fn push_bulk(&mut self, bulk: Bulk);
}

impl Wrapped for Times {
    fn requested(request: &KpiRequest) -> Self {
        Self::new(request.clock.unwrap_or_default())
    }

    fn with_measures(&self, needs: Needs) -> Needs {
        match self.clock() {
            ClockKind::Business => needs | Needs::BUSINESS_TIME,
            ClockKind::Calendar => needs,
        }
    }

    fn times(&self) -> Option<&Times> {
        Some(self)
    }

    fn take_stated(&mut self, ticket: &TicketMetrics, stated: &[StatedMeasure]) -> bool {
        stated.iter().any(|measure| self.take_stated(ticket, *measure))
    }

    fn exclusion(ticket: &TicketMetrics, needs: Needs, _stated: &[StatedMeasure]) -> Option<Reason> {
        ticket.exclusion_from(needs)
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.exclude_many(reason, records);
    }

    fn push_bulk(&mut self, bulk: Bulk) {
        if let Bulk::Times(finished, running) = bulk {
            self.extend(finished, running);
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

                fn with_measures(&self, needs: Needs) -> Needs {
                    needs
                }

                fn times(&self) -> Option<&Times> {
                    None
                }

                fn take_stated(&mut self, _ticket: &TicketMetrics, _stated: &[StatedMeasure]) -> bool {
                    false
                }

                fn exclusion(
                    ticket: &TicketMetrics,
                    needs: Needs,
                    stated: &[StatedMeasure],
                ) -> Option<Reason> {
                    ticket.exclusion_from(needs).filter(|_| !ticket.is_done_with(stated))
                }

                fn exclude(&mut self, reason: Reason, records: u64) {
                    self.exclude_many(reason, records);
                }

                fn push_bulk(&mut self, _bulk: Bulk) {}
            }
        )+
    };
}
counts!(Share, PerTicket);

/// Makes a KPI that wraps a tally and counts each ticket on its own: `push` takes the tally and a ticket that is not excluded.
/// `known` tests whether the measure had ended before a ticket was done at an unknown time, which then does not matter. `stated`
/// names the measures that a source may state in place of the replay. `kpi` holds further methods of
/// [`Kpi`](crate::kpi::Kpi), `registered` further items of [`Registered`](crate::kpi::registry::Registered).
macro_rules! ticket_kpi {
    (
        $kpi:ident($tally:ident), |$wrapped:ident, $ticket:ident| $push:expr,
        needs: $needs:expr,
        $(known: $known:expr,)?
        $(stated: [$($stated:ident),+],)?
        $(kpi: { $($method:item)* },)?
        $(registered: { $($constant:item)* },)?
    ) => {
        impl $kpi {
            /// Counts one ticket.
            pub fn push(&mut self, $ticket: &crate::TicketMetrics) {
                let $wrapped = &mut self.0;
                let stated = <Self as crate::kpi::registry::Registered>::STATED;
                if crate::kpi::shape::Wrapped::take_stated($wrapped, $ticket, stated) {
                    return;
                }
                let exclusion = <$tally as crate::kpi::shape::Wrapped>::exclusion($ticket, $needs, stated);
                $(let is_known: fn(&crate::TicketMetrics) -> bool = $known;
                let exclusion =
                    exclusion.filter(|reason| *reason != crate::Reason::EndUnknown || !is_known($ticket));)?
                match exclusion {
                    Some(reason) => $wrapped.exclude_one(reason),
                    None => $push,
                }
            }

            /// Counts a record that is no ticket.
            pub fn exclude_one(&mut self, reason: crate::Reason) {
                self.0.exclude_one(reason);
            }
        }

        crate::kpi::tally::forwards!($kpi.0: $tally);
        crate::kpi::shape::ticket_kpi!(constructor $kpi $tally);
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
                crate::kpi::shape::Wrapped::exclude(&mut self.0, reason, records);
            }

            fn needs(&self) -> crate::replay::Needs {
                crate::kpi::shape::Wrapped::with_measures(&self.0, $needs)
            }

            fn push_ticket(&mut self, ticket: &crate::Replayed) {
                self.push(&ticket.metrics);
            }

            fn times(&self) -> Option<&crate::kpi::tally::Times> {
                crate::kpi::shape::Wrapped::times(&self.0)
            }

            fn record_needs(&self) -> crate::kpi::RecordNeeds {
                crate::kpi::RecordNeeds::NONE
            }

            fn push_bulk(&mut self, bulk: crate::kpi::Bulk) {
                crate::kpi::shape::Wrapped::push_bulk(&mut self.0, bulk);
            }

            $($($method)*)?
        }

        impl crate::kpi::registry::Registered for $kpi {
            fn requested(
                request: &crate::kpi::KpiRequest,
                _as_of: Option<crate::Timestamp>,
            ) -> Result<Self, crate::kpi::RequestError> {
                Ok(Self(crate::kpi::shape::Wrapped::requested(request)))
            }

            $(const STATED: &[crate::replay::StatedMeasure] =
                &[$(crate::replay::StatedMeasure::$stated),+];)?

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
            pub fn exclude_one(&mut self, reason: crate::Reason) {
                self.0.exclude_one(reason);
            }
        }

        crate::kpi::tally::merges!($kpi);

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
                self.0.exclude_many(reason, records);
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

            fn distribution(&self) -> Option<crate::ScoreCounts> {
                Some(self.0.scores().clone())
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
