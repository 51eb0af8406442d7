//! Exclusions of a result, counted by reason.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Merge;

/// Why a record does not count in a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// The value the measure needs is absent.
    Missing,
    /// The person skipped the question or dismissed the survey.
    NotAnswered,
    /// The score is not on the question's scale.
    OutOfScale,
    /// The value cannot be read as its type.
    Unreadable,
    /// The end is before the start; no absolute value is taken.
    EndBeforeStart,
    /// The time of the ticket's solve or close is missing or contradicts its creation, or its status has no known meaning.
    EndUnknown,
    /// An event is before its ticket's creation.
    BeforeCreation,
    /// An event is after the cut-off.
    AfterCutOff,
    /// The same id was seen before.
    Duplicate,
    /// The record names a ticket that is not in the data.
    UnknownTicket,
    /// The answer names an invitation that is not in the data.
    UnknownInvitation,
    /// The source's label has no meaning assigned.
    UnknownWord,
    /// The record has no creation time.
    NoCreation,
    /// The ticket was merged into another one.
    Merged,
    /// The ticket was deleted.
    Deleted,
    /// The ticket is spam or a test.
    Spam,
    /// The agent wrote first and the customer has not written yet.
    Proactive,
    /// No customer message that could be answered.
    NoCustomerMessage,
    /// No answer from a person yet.
    NotReplied,
    /// The ticket has not been solved.
    NotSolved,
    /// The ticket was solved and is open again.
    Reopened,
    /// The ticket was closed by automation without a person taking part.
    SolvedAutomatically,
    /// The window after the solve is not over; the outcome is provisional.
    WindowNotOver,
    /// The customer is unknown, so repeat contacts cannot be found.
    NoCustomer,
    /// No SLA policy applies to the ticket.
    NoSla,
    /// The target is running and not breached.
    Running,
    /// The target was cancelled.
    Cancelled,
    /// No schedule is known, so there is no business time.
    NoSchedule,
    /// The schedule never opens again, so there is no due time.
    NeverOpens,
    /// The invitation was not delivered.
    Bounced,
    /// The invitation was sent so recently that an answer may still come.
    Immature,
    /// The answer came after the survey had expired.
    Expired,
    /// Another answer of the same ticket counts instead.
    Superseded,
    /// The customer hung up before the short-abandon limit.
    ShortAbandon,
    /// The record belongs to no period of the report.
    OutsidePeriod,
    /// The weight is missing, negative or not finite.
    BadWeight,
    /// The value is too large to be counted exactly.
    TooLarge,
    /// It was counted by a tally with other options (another clock, scale or policy) and cannot be joined.
    OtherOptions,
    /// The score is between two scores of the scale.
    NotWhole,
    /// The line of a text file has more or fewer fields than there are columns.
    FieldCount,
    /// A quoted text of a line is not closed.
    UnclosedQuote,
    /// The line has text that is not in the file's encoding.
    InvalidText,
}

words!(parsed Reason: "reason");

impl Reason {
    /// The name used in data; `Display` gives the reason in words.
    pub fn as_str(self) -> &'static str {
        crate::words::word(&self)
    }

    /// Whether the reason is a fault in the data, not an event of the record.
    pub fn is_fault(self) -> bool {
        matches!(
            self,
            Self::Missing
                | Self::OutOfScale
                | Self::Unreadable
                | Self::EndBeforeStart
                | Self::EndUnknown
                | Self::BeforeCreation
                | Self::Duplicate
                | Self::UnknownTicket
                | Self::UnknownWord
                | Self::NoCreation
                | Self::NoCustomer
                | Self::BadWeight
                | Self::TooLarge
                | Self::FieldCount
                | Self::UnclosedQuote
                | Self::InvalidText
        )
    }

    /// The reason as text, for reports.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Missing => "value missing",
            Self::NotAnswered => "not answered",
            Self::OutOfScale => "score outside the scale",
            Self::Unreadable => "value not readable",
            Self::EndBeforeStart => "end before start",
            Self::EndUnknown => "end unknown",
            Self::BeforeCreation => "before the ticket's creation",
            Self::AfterCutOff => "after the cut-off",
            Self::Duplicate => "duplicate id",
            Self::UnknownTicket => "unknown ticket",
            Self::UnknownInvitation => "unknown invitation",
            Self::UnknownWord => "word without a meaning",
            Self::NoCreation => "no creation time",
            Self::Merged => "merged into another ticket",
            Self::Deleted => "deleted",
            Self::Spam => "spam or test",
            Self::Proactive => "agent wrote first",
            Self::NoCustomerMessage => "no customer message",
            Self::NotReplied => "no reply yet",
            Self::NotSolved => "not solved",
            Self::Reopened => "open again",
            Self::SolvedAutomatically => "solved by automation",
            Self::WindowNotOver => "window not over yet",
            Self::NoCustomer => "customer unknown",
            Self::NoSla => "no SLA applies",
            Self::Running => "still running",
            Self::Cancelled => "cancelled",
            Self::NoSchedule => "no schedule",
            Self::NeverOpens => "schedule never opens again",
            Self::Bounced => "invitation bounced",
            Self::Immature => "sent too recently",
            Self::Expired => "answered after expiry",
            Self::Superseded => "another answer counts",
            Self::ShortAbandon => "short abandon",
            Self::OutsidePeriod => "outside the reporting period",
            Self::BadWeight => "weight not usable",
            Self::TooLarge => "value too large",
            Self::OtherOptions => "counted under other options",
            Self::NotWhole => "not a whole score",
            Self::FieldCount => "wrong number of fields",
            Self::UnclosedQuote => "quote not closed",
            Self::InvalidText => "text not in the file's encoding",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.describe())
    }
}

/// Numbers of excluded records, by reason.
///
/// ```
/// use deskmetrics::{Excluded, Reason};
///
/// let mut excluded = Excluded::default();
/// excluded.add(Reason::NotAnswered);
/// excluded.add(Reason::NotAnswered);
/// excluded.add(Reason::OutOfScale);
/// assert_eq!(excluded.total(), 3);
/// assert_eq!(excluded.count(Reason::NotAnswered), 2);
/// assert_eq!(excluded.to_string(), "2 not answered, 1 score outside the scale");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "BTreeMap<Reason, u64>", from = "BTreeMap<Reason, u64>")]
pub struct Excluded(
    /// In the order of the reasons. There are few, so a linear search is faster than a tree, even with many excluded rows.
    Vec<(Reason, u64)>,
);

impl Excluded {
    /// Counts one more record under `reason`.
    #[inline]
    pub fn add(&mut self, reason: Reason) {
        self.add_many(reason, 1);
    }

    /// Counts `n` more records under `reason`.
    #[inline]
    pub fn add_many(&mut self, reason: Reason, n: u64) {
        match self.0.iter_mut().find(|(present, _)| *present == reason) {
            Some((_, count)) => *count = count.saturating_add(n),
            None => self.insert(reason, n),
        }
    }

    #[cold]
    fn insert(&mut self, reason: Reason, n: u64) {
        if n > 0 {
            let place = self.0.partition_point(|(present, _)| *present < reason);
            self.0.insert(place, (reason, n));
        }
    }

    /// Records excluded for `reason`.
    pub fn count(&self, reason: Reason) -> u64 {
        self.iter().find(|(present, _)| *present == reason).map_or(0, |(_, n)| n)
    }

    /// Records excluded for any reason.
    pub fn total(&self) -> u64 {
        self.iter().fold(0, |sum, (_, n)| sum.saturating_add(n))
    }

    /// Whether nothing was excluded.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The reasons that occurred with their counts, in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = (Reason, u64)> + '_ {
        self.0.iter().copied()
    }
}

impl Merge for Excluded {
    fn merge(&mut self, other: Self) {
        self.merge_from(&other);
    }

    fn merge_from(&mut self, other: &Self) {
        for (reason, n) in other.iter() {
            self.add_many(reason, n);
        }
    }
}

impl From<Excluded> for BTreeMap<Reason, u64> {
    fn from(excluded: Excluded) -> Self {
        excluded.0.into_iter().collect()
    }
}

impl From<BTreeMap<Reason, u64>> for Excluded {
    fn from(counts: BTreeMap<Reason, u64>) -> Self {
        let mut excluded = Self::default();
        for (reason, n) in counts {
            excluded.add_many(reason, n);
        }
        excluded
    }
}

impl fmt::Display for Excluded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (reason, n)) in self.iter().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            write!(f, "{separator}{n} {reason}")?;
        }
        Ok(())
    }
}

impl Extend<Reason> for Excluded {
    fn extend<I: IntoIterator<Item = Reason>>(&mut self, reasons: I) {
        reasons.into_iter().for_each(|reason| self.add(reason));
    }
}

impl FromIterator<Reason> for Excluded {
    fn from_iter<I: IntoIterator<Item = Reason>>(reasons: I) -> Self {
        let mut excluded = Self::default();
        excluded.extend(reasons);
        excluded
    }
}
