//! One call or chat offered to a queue.

use std::borrow::Cow;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::ticket::Attributes;
use crate::{Reason, Timestamp};

/// One call or chat offered to a queue.
///
/// ```
/// use deskmetrics::Timestamp;
/// use deskmetrics::queue::QueueContact;
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let call = QueueContact::new(at("2026-03-02T09:00:00Z")).with_answered_at(at("2026-03-02T09:00:12Z"));
/// assert_eq!(call.wait(), Ok((12_000_000, true)));
/// ```
#[doc(alias = "call")]
#[doc(alias = "chat")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QueueContact {
    /// When it entered the queue.
    pub queued_at: Timestamp,
    /// When an agent picked it up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// When the customer gave up waiting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abandoned_at: Option<Timestamp>,
    /// How long they talked, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub talk_micros: Option<i64>,
    /// How long the customer was on hold, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_micros: Option<i64>,
    /// How long the agent worked on it afterwards, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrap_up_micros: Option<i64>,
    /// Market, channel, agent and so on.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

impl QueueContact {
    /// A contact that has just entered the queue.
    pub fn new(queued_at: impl Into<Timestamp>) -> Self {
        Self {
            queued_at: queued_at.into(),
            answered_at: None,
            abandoned_at: None,
            talk_micros: None,
            hold_micros: None,
            wrap_up_micros: None,
            attributes: Attributes::default(),
        }
    }

    setters! {
        /// The same contact, picked up then.
        with_answered_at(answered_at ? Timestamp);

        /// The same contact, given up then.
        with_abandoned_at(abandoned_at ? Timestamp);
    }

    /// The same contact with these times of talking, holding and working on it afterwards.
    #[must_use]
    pub fn with_handle_time(mut self, talk: TimeDelta, hold: TimeDelta, wrap_up: TimeDelta) -> Self {
        self.talk_micros = talk.num_microseconds();
        self.hold_micros = hold.num_microseconds();
        self.wrap_up_micros = wrap_up.num_microseconds();
        self
    }

    setters! {
        /// The same contact with one more attribute.
        with_attribute(attributes);
    }

    /// When the work on it ended, wrap-up included; `None` while that is unknown.
    pub fn wrapped_up_at(&self) -> Option<Timestamp> {
        let micros = self.handle_micros().ok()?;
        self.answered_at.map(|at| Timestamp::saturating_from_micros(at.as_micros().saturating_add(micros)))
    }

    /// The contact as it was known at `cut_off`: later events are not known yet.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use deskmetrics::queue::QueueContact;
    /// use deskmetrics::{Reason, Timestamp};
    ///
    /// let at = |text: &str| format!("2026-03-02T{text}Z").parse::<Timestamp>().unwrap();
    /// let minutes = TimeDelta::minutes;
    /// let call = QueueContact::new(at("09:00:00"))
    ///     .with_answered_at(at("09:00:12"))
    ///     .with_handle_time(minutes(4), minutes(0), minutes(1));
    /// assert_eq!(call.wrapped_up_at(), Some(at("09:05:12")));
    /// assert_eq!(call.known_at(at("09:00:10")).wait(), Err(Reason::Running));
    /// assert_eq!(call.known_at(at("09:05:00")).handle_micros(), Err(Reason::Missing)); // not over yet
    /// assert_eq!(call.known_at(at("09:06:00")).handle_micros(), Ok(300_000_000));
    /// ```
    #[must_use]
    pub fn known_at(&self, cut_off: impl Into<Timestamp>) -> Cow<'_, Self> {
        let cut_off = cut_off.into();
        let later = |at: Option<Timestamp>| at.is_some_and(|at| at > cut_off);
        let handled_later = later(self.wrapped_up_at());
        if !later(self.answered_at) && !later(self.abandoned_at) && !handled_later {
            return Cow::Borrowed(self);
        }
        let mut known = self.clone();
        known.answered_at = self.answered_at.filter(|at| *at <= cut_off);
        known.abandoned_at = self.abandoned_at.filter(|at| *at <= cut_off);
        if handled_later {
            (known.talk_micros, known.hold_micros, known.wrap_up_micros) = (None, None, None);
        }
        Cow::Owned(known)
    }

    /// How long it waited, in microseconds, and whether it was answered in the end.
    ///
    /// # Errors
    /// [`Reason::Running`] while it waits, [`Reason::EndBeforeStart`] when it ended before it began.
    pub fn wait(&self) -> Result<(i64, bool), Reason> {
        let (end, answered) = match (self.answered_at, self.abandoned_at) {
            (Some(at), _) => (at, true),
            (None, Some(at)) => (at, false),
            (None, None) => return Err(Reason::Running),
        };
        let micros = end.as_micros() - self.queued_at.as_micros();
        if micros < 0 { Err(Reason::EndBeforeStart) } else { Ok((micros, answered)) }
    }

    /// Talk, hold and wrap-up time together, in microseconds.
    ///
    /// # Errors
    /// [`Reason::NotReplied`] when it was not answered, [`Reason::Missing`] without a talk time,
    /// [`Reason::EndBeforeStart`] when one of the times is negative.
    pub fn handle_micros(&self) -> Result<i64, Reason> {
        if self.answered_at.is_none() {
            return Err(Reason::NotReplied);
        }
        let talk = self.talk_micros.ok_or(Reason::Missing)?;
        let parts = [talk, self.hold_micros.unwrap_or(0), self.wrap_up_micros.unwrap_or(0)];
        if parts.iter().any(|micros| *micros < 0) {
            return Err(Reason::EndBeforeStart);
        }
        Ok(parts.iter().fold(0, |sum, micros| sum.saturating_add(*micros)))
    }
}
