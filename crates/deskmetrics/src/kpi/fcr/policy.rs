//! What "resolved on first contact" can mean.

use std::fmt;
use std::str::FromStr;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::{Scale, duration_text};

/// What "resolved on first contact" means. There is no default: the field has none.
///
/// In configuration a policy is its name, with the window in brackets where it has one; for seconds to days see
/// [`duration_text`].
///
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::kpi::{FcrPolicy, RepeatKey};
///
/// let policy: FcrPolicy = "no_repeat_contact_within(7days, customer)".parse().unwrap();
/// assert_eq!(policy, FcrPolicy::NoRepeatContactWithin { window: TimeDelta::days(7), key: RepeatKey::Customer });
/// assert!("first_try".parse::<FcrPolicy>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
#[non_exhaustive]
pub enum FcrPolicy {
    /// Solved now, with exactly one public reply of an agent. Judged: tickets solved or closed. (Zoho, Freshdesk 2012)
    SingleReply,
    /// Solved now, with no customer message after the opening, however many replies. Judged: tickets solved or closed.
    /// (Freshservice)
    NoCustomerFollowup,
    /// Closed once, and at most one agent wrote to the customer. Judged: tickets solved or closed. (Intercom)
    SingleHandlerClose,
    /// Solved without any further activity: never reopened, never pending or on hold, no public reply, no further customer
    /// message, no escalation. Judged: tickets solved or closed. (ServiceNow CSM)
    StrictNoActivity,
    /// Not reopened by anybody within the window after the first solve. Judged: tickets solved at least once whose
    /// window is over.
    NoReopenWithin {
        /// How long the solve must last.
        window: TimeDelta,
    },
    /// The same customer neither opens another ticket, on any channel, from this one's creation until the window after
    /// its first solve is over, nor reopens this one in the window. Judged: tickets with a known customer, solved at
    /// least once, whose window is over.
    NoRepeatContactWithin {
        /// How long the customer must stay away after the first solve.
        window: TimeDelta,
        /// When two contacts are about the same thing.
        key: RepeatKey,
    },
    /// The customer says so. Judged: answers on the scale, of which the positive ones are a yes. (SQM)
    Survey {
        /// The scale of "was it resolved at your first contact?".
        scale: Scale,
    },
    /// Closed without a task having been made of it: the ticket's attribute `task` is empty. Judged: tickets solved or
    /// closed. (ServiceNow ITSM)
    InteractionNoTask,
}

/// When two contacts are about the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepeatKey {
    /// The same customer, whatever the reason.
    Customer,
    /// The same customer and the same category.
    CustomerAndCategory,
}

/// A text that names no [`FcrPolicy`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "FCR policy \"{text}\" is not one of single_reply, no_customer_followup, single_handler_close, strict_no_activity, \
     no_reopen_within(7days), no_repeat_contact_within(7days, customer), \
     no_repeat_contact_within(7days, customer_and_category), survey(1-2), interaction_no_task"
)]
pub struct UnknownFcrPolicy {
    /// The text found.
    pub text: String,
}

impl FcrPolicy {
    /// The policy's name, without its parameters.
    pub fn name(&self) -> &'static str {
        match self {
            Self::SingleReply => "single_reply",
            Self::NoCustomerFollowup => "no_customer_followup",
            Self::SingleHandlerClose => "single_handler_close",
            Self::StrictNoActivity => "strict_no_activity",
            Self::NoReopenWithin { .. } => "no_reopen_within",
            Self::NoRepeatContactWithin { .. } => "no_repeat_contact_within",
            Self::Survey { .. } => "survey",
            Self::InteractionNoTask => "interaction_no_task",
        }
    }
}

impl RepeatKey {
    fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::CustomerAndCategory => "customer_and_category",
        }
    }
}

impl fmt::Display for FcrPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::NoReopenWithin { window } => write!(f, "({})", window_text(*window)),
            Self::NoRepeatContactWithin { window, key } => {
                write!(f, "({}, {})", window_text(*window), key.as_str())
            }
            Self::Survey { scale } => write!(f, "({scale})"),
            _ => Ok(()),
        }
    }
}

/// Whole days as people say them: a window is calendar time, where a day has 24 hours.
fn window_text(window: TimeDelta) -> String {
    if window > TimeDelta::zero() && window == TimeDelta::days(window.num_days()) {
        format!("{}days", window.num_days())
    } else {
        duration_text::format(window)
    }
}

impl FromStr for FcrPolicy {
    type Err = UnknownFcrPolicy;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).ok_or_else(|| UnknownFcrPolicy { text: text.to_owned() })
    }
}

fn parse(text: &str) -> Option<FcrPolicy> {
    let (name, parameters) = match text.trim().split_once('(') {
        Some((name, rest)) => (name.trim(), Some(rest.trim().strip_suffix(')')?)),
        None => (text.trim(), None),
    };
    Some(match (name, parameters) {
        ("single_reply", None) => FcrPolicy::SingleReply,
        ("no_customer_followup", None) => FcrPolicy::NoCustomerFollowup,
        ("single_handler_close", None) => FcrPolicy::SingleHandlerClose,
        ("strict_no_activity", None) => FcrPolicy::StrictNoActivity,
        ("interaction_no_task", None) => FcrPolicy::InteractionNoTask,
        ("survey", Some(scale)) => FcrPolicy::Survey { scale: scale.parse().ok()? },
        ("no_reopen_within", Some(window)) => FcrPolicy::NoReopenWithin { window: parse_window(window)? },
        ("no_repeat_contact_within", Some(parameters)) => {
            let (window, key) = parameters.split_once(',').unwrap_or((parameters, "customer"));
            let key = [RepeatKey::Customer, RepeatKey::CustomerAndCategory]
                .into_iter()
                .find(|known| known.as_str() == key.trim())?;
            FcrPolicy::NoRepeatContactWithin { window: parse_window(window)?, key }
        }
        _ => return None,
    })
}

/// A window is at least zero long.
fn parse_window(text: &str) -> Option<TimeDelta> {
    duration_text::parse(text).ok().filter(|window| *window >= TimeDelta::zero())
}

impl From<FcrPolicy> for String {
    fn from(policy: FcrPolicy) -> Self {
        policy.to_string()
    }
}

impl TryFrom<String> for FcrPolicy {
    type Error = UnknownFcrPolicy;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}
