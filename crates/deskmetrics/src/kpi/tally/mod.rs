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

/// Makes the newtype of a KPI behave like the tally it wraps, and feed from anything that holds a ticket's measures.
macro_rules! ticket_kpi {
    ($kpi:ident wraps Times) => {
        impl $kpi {
            pub(crate) fn times_mut(&mut self) -> &mut crate::kpi::tally::Times {
                &mut self.0
            }
        }

        crate::kpi::tally::ticket_kpi!($kpi is Times);
    };
    ($kpi:ident wraps $tally:ident) => {
        crate::kpi::tally::ticket_kpi!($kpi is $tally);
    };
    ($kpi:ident is $tally:ident) => {
        impl std::ops::Deref for $kpi {
            type Target = crate::kpi::tally::$tally;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        crate::kpi::tally::wraps!($kpi);
        crate::kpi::tally::feeds_on!($kpi, tickets);

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
