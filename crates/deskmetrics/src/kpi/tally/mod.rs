//! The shapes a KPI can have: durations, a share, a count per ticket, scores on a scale.
//!
//! Each KPI's own type wraps one of them and adds what only that KPI knows: which ticket counts, and with what.

mod per_ticket;
mod rated;
mod share;
mod times;

pub use per_ticket::PerTicket;
pub use rated::Rated;
pub use share::Share;
pub use times::Times;

pub(crate) use per_ticket::MEASURES as COUNT_MEASURES;
pub(crate) use share::MEASURES as SHARE_MEASURES;
pub(crate) use times::MEASURES as TIME_MEASURES;

/// Makes the newtype of a KPI behave like the tally it wraps, and feed from anything that holds a ticket's measures.
macro_rules! ticket_kpi {
    ($kpi:ident wraps $tally:ident) => {
        impl std::ops::Deref for $kpi {
            type Target = crate::kpi::tally::$tally;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        impl crate::Merge for $kpi {
            fn merge(&mut self, other: Self) {
                self.0.merge(other.0);
            }
        }

        impl crate::Estimates for $kpi {
            fn estimates(&self, level: f64) -> Vec<crate::Estimate> {
                self.0.estimates(level)
            }

            fn excluded(&self) -> &crate::Excluded {
                self.0.excluded()
            }

            fn compared(&self) -> crate::Compared<'_> {
                self.0.compared()
            }
        }

        impl<M: AsRef<crate::TicketMetrics>> Extend<M> for $kpi {
            fn extend<I: IntoIterator<Item = M>>(&mut self, tickets: I) {
                tickets.into_iter().for_each(|ticket| self.push(ticket.as_ref()));
            }
        }

        impl<M: AsRef<crate::TicketMetrics>> FromIterator<M> for $kpi {
            fn from_iter<I: IntoIterator<Item = M>>(tickets: I) -> Self {
                let mut tally = Self::default();
                tally.extend(tickets);
                tally
            }
        }
    };
}
pub(crate) use ticket_kpi;

/// Makes the newtype of a survey KPI behave like the answers it wraps, and feed from scores.
macro_rules! survey_kpi {
    ($kpi:ident) => {
        impl std::ops::Deref for $kpi {
            type Target = crate::kpi::tally::Rated;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

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
    };
}
pub(crate) use survey_kpi;
