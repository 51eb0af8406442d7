//! The effects of a step, for SLA timers.

/// The effects of a step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Signals(u32);

impl Signals {
    /// The step had an effect.
    pub(crate) const HAPPENED: Self = Self(1);
    /// A customer message started to wait for a person, since [`TicketState::waiting_since`].
    pub(crate) const WAIT_BEGAN: Self = Self(1 << 1);
    /// The wait restarted at the latest message.
    pub(crate) const WAIT_MOVED: Self = Self(1 << 2);
    /// The first response was given.
    pub(crate) const FIRST_RESPONSE: Self = Self(1 << 3);
    /// A later customer message was answered.
    pub(crate) const NEXT_RESPONSE: Self = Self(1 << 4);
    /// The wait ended without an answer.
    pub(crate) const WAIT_ENDED: Self = Self(1 << 5);
    /// An agent sent an update to the customer (or to the team, if notes count as updates).
    pub(crate) const UPDATE: Self = Self(1 << 6);
    /// The status changed.
    pub(crate) const STATUS: Self = Self(1 << 7);
    /// The ticket was solved.
    pub(crate) const SOLVED: Self = Self(1 << 8);
    /// The ticket was reopened.
    pub(crate) const REOPENED: Self = Self(1 << 9);
    /// The solve undid a reopening, which was a thank-you.
    pub(crate) const THANKED: Self = Self(1 << 10);
    /// The group changed.
    pub(crate) const GROUP: Self = Self(1 << 11);
    /// An attribute or tag changed.
    pub(crate) const ATTRIBUTE: Self = Self(1 << 12);
    /// The ticket was merged, deleted or marked as spam.
    pub(crate) const LEFT: Self = Self(1 << 13);
    /// The ticket was restored.
    pub(crate) const RESTORED: Self = Self(1 << 14);
    /// The assignee changed.
    pub(crate) const ASSIGNEE: Self = Self(1 << 16);
    /// The opening was the team's, so the customer's wait never started.
    pub(crate) const OPENING_WITHDRAWN: Self = Self(1 << 15);

    /// An answer after the solve resumed the wait that the solve had ended at [`TicketState::lapsed_at`].
    pub(crate) const WAIT_RESUMED: Self = Self(1 << 17);

    pub(crate) const fn has(self, signal: Self) -> bool {
        self.0 & signal.0 != 0
    }

    /// Both.
    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn raise(&mut self, signal: Self) {
        self.0 |= signal.0;
    }
}
