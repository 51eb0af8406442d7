//! Which schedule applies to a ticket, and business time on it.

/// The schedules of a replay and the rule that chooses among them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clocks {}

impl Clocks {
    /// The schedule that applies to a ticket with these attribute values.
    #[allow(clippy::unused_self)]
    pub(crate) fn choose(&self, _values: &[u32]) -> Option<u16> {
        None
    }

    /// Business time from `from` to `to`; `None` where no schedule applies.
    #[allow(clippy::unused_self)]
    pub(crate) fn elapsed(&self, _clock: Option<u16>, _from: i64, _to: i64) -> Option<i64> {
        None
    }
}
