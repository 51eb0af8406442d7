//! The conventions on which working-hours engines disagree, each with a documented default.

use serde::{Deserialize, Serialize};

/// The due time of a budget that ends exactly when working time pauses.
///
/// With Mon-Fri 09:00-17:00, two hours from Friday 15:00 are used up on Friday 17:00. Most people
/// call that the due time; some engines return Monday 09:00, the first *open* timestamp by which the
/// two hours have passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Boundary {
    /// The closing time: the first timestamp at which the budget is used up. The default.
    #[default]
    Closing,
    /// The next opening, as in zendesk/biz and Zammad. A budget counted backwards
    /// ([`start_by`](super::CompiledSchedule::start_by)) that is used up exactly at an opening stays
    /// there: an opening time is open.
    NextOpening,
    /// The next opening when counting forwards and the previous closing when counting backwards, as
    /// in pandas' `BusinessHour` with one opening a day. (With several a day pandas stays at some
    /// openings when it counts backwards.)
    NextOpeningOrPreviousClosing,
}

words!(Boundary: "boundary");

/// The due time of a zero budget outside working time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZeroBudget {
    /// The start itself. The default.
    #[default]
    Unchanged,
    /// The next opening (backwards: the previous closing), as in zendesk/biz. An opening
    /// time is open and stays.
    NextOpening,
}

words!(ZeroBudget: "zero budget");

/// The part of a shift that a holiday closes.
///
/// With a night shift from Monday to Friday 22:00-06:00 and a holiday on Wednesday:
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HolidayScope {
    /// The local date, from 00:00 to 24:00: Tuesday's shift ends at 24:00 and the part of Wednesday's
    /// shift after midnight, on Thursday, is worked. The default.
    #[default]
    CalendarDay,
    /// The shifts that begin on it: Tuesday's is worked to Wednesday 06:00, Wednesday's not at all.
    ShiftStart,
}

words!(HolidayScope: "holiday scope");

/// Elapsed time on days on which the clocks change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// Real time: hours from 01:00 to 04:00 last two hours when the clocks spring forward at 02:00 and
    /// four hours when they fall back. The default.
    #[default]
    Elapsed,
    /// Time on the clock on the wall: the same hours count three hours on either day. The skipped hour
    /// is counted at the change, and what is due or must start within it is due or starts then. While the
    /// clock shows an hour for the second time, the count does not change, so that it never runs backwards.
    Wall,
}

words!(Counting: "counting");

/// The position of an opening or closing time that the clocks skip when they go forward.
///
/// With hours from 02:30 to 10:00 on the day on which the clocks go from 02:00 to 03:00:
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// At the change: open from 03:00, seven hours. The default.
    #[default]
    Change,
    /// Later by the length of the gap, as in java.time, Luxon and JavaScript's `Temporal` (`compatible`): open from 03:30, six
    /// and a half hours. A shift of which both ends are skipped keeps its length.
    Shift,
}

words!(Gap: "gap");

impl Gap {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature serde requires")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// The conventions of a schedule; the defaults are what most people expect.
///
/// ```
/// use deskmetrics::schedule::{Boundary, Conventions};
///
/// let pandas: Conventions = serde_json::from_str(
///     r#"{ "boundary": "next_opening_or_previous_closing", "holiday_scope": "shift_start" }"#,
/// )?;
/// assert_eq!(pandas.boundary, Boundary::NextOpeningOrPreviousClosing);
/// assert_eq!(pandas.zero, Default::default());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Conventions {
    /// The due time of a budget that ends exactly when working time pauses.
    pub boundary: Boundary,
    /// The due time of a zero budget outside working time.
    pub zero: ZeroBudget,
    /// The part of a shift that a holiday closes.
    pub holiday_scope: HolidayScope,
    /// Elapsed time on days on which the clocks change.
    pub clock: Counting,
    /// The position of an opening or closing time that the clocks skip. With [`Counting::Wall`] the skipped hour counts
    /// itself, so this applies only to when the schedule is open.
    #[serde(skip_serializing_if = "Gap::is_default")]
    pub gap: Gap,
}
