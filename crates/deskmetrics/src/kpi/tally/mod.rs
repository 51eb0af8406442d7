//! Tallies of KPIs: durations, shares, counts per ticket, scores.
//!
//! Each KPI's own type wraps one of them and adds the KPI's own rule: which tickets count, and with which value.

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

/// Makes the newtype of a KPI without options merge like the tally it wraps.
macro_rules! merges {
    ($kpi:ident) => {
        impl crate::Merge for $kpi {
            fn merge(&mut self, other: Self) {
                self.0.merge(other.0);
            }

            fn merge_from(&mut self, other: &Self) {
                self.0.merge_from(&other.0);
            }
        }
    };
}
pub(crate) use merges;

/// Makes the newtype of a KPI without options merge and answer like the tally it wraps.
macro_rules! wraps {
    ($kpi:ident) => {
        crate::kpi::tally::merges!($kpi);
        crate::kpi::tally::answers_as!($kpi.0);
    };
}
pub(crate) use wraps;

/// Makes a KPI merge and answer like the tally in one of its fields. What was counted with other options, which are its
/// other fields, is excluded and counted, unless one side has counted nothing.
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
            /// Exclusions, by reason.
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
