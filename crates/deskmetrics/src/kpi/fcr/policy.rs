//! Policies of first contact resolution.

use std::fmt;
use std::str::FromStr;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::kpi::evidence::Evidence;
use crate::replay::StatedMeasure;
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
    /// The customer's own answer. Judged: answers on the scale, of which the positive ones are a yes. (SQM)
    Survey {
        /// The scale of "was it resolved at your first contact?".
        scale: Scale,
    },
    /// Closed without a task having been made of it: the ticket's attribute `task` is empty. Judged: tickets solved or
    /// closed. (ServiceNow ITSM)
    InteractionNoTask,
    /// Resolved under every one of several policies; see [`FcrPolicy::all_of`].
    AllOf(PolicyParts),
}

/// The policies of [`FcrPolicy::AllOf`]: two or more, no survey, at most one that depends on the customer's other tickets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyParts {
    parts: Vec<FcrPolicy>,
    /// The window and key of the one that depends on the customer's other tickets.
    across: Option<(TimeDelta, RepeatKey)>,
}

impl PolicyParts {
    /// The policies, in the order given.
    pub fn iter(&self) -> impl Iterator<Item = &FcrPolicy> {
        self.parts.iter()
    }
}

/// Policies that make no policy together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "all_of takes two or more policies of tickets, none of them survey or all_of, and only one of them \
     no_repeat_contact_within"
)]
pub struct PolicyPartsError;

/// When two contacts are about the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepeatKey {
    /// The same customer, whatever the reason.
    Customer,
    /// The same customer and the same category.
    CustomerAndCategory,
}

words!(RepeatKey: "repeat key");

/// A text that names no [`FcrPolicy`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "FCR policy \"{text}\" is not one of single_reply, no_customer_followup, single_handler_close, strict_no_activity, \
     no_reopen_within(7days), no_repeat_contact_within(7days, customer), \
     no_repeat_contact_within(7days, customer_and_category), survey(1-2), interaction_no_task, or several of them as \
     all_of(single_reply, no_reopen_within(7days))"
)]
pub struct UnknownFcrPolicy {
    /// The text found.
    pub text: String,
}

impl FcrPolicy {
    /// Resolved under every one of `parts`.
    ///
    /// A ticket is judged once all windows are over. It is not resolved if one part fails. If no part fails and one
    /// part cannot judge it, the ticket is excluded. Parts that read the ticket alone are evaluated first.
    ///
    /// ```
    /// use deskmetrics::kpi::FcrPolicy;
    ///
    /// let once: FcrPolicy = "all_of(single_reply, no_repeat_contact_within(7days, customer))".parse().unwrap();
    /// let parts = ["single_reply", "no_repeat_contact_within(7days, customer)"].map(|part| part.parse().unwrap());
    /// assert_eq!(FcrPolicy::all_of(parts), Ok(once));
    /// assert!(FcrPolicy::all_of([FcrPolicy::SingleReply]).is_err());
    /// ```
    ///
    /// # Errors
    /// When there are fewer than two parts, one is [`Survey`](Self::Survey) or [`AllOf`](Self::AllOf), or more than one is
    /// [`NoRepeatContactWithin`](Self::NoRepeatContactWithin).
    pub fn all_of(parts: impl IntoIterator<Item = Self>) -> Result<Self, PolicyPartsError> {
        let parts: Vec<Self> = parts.into_iter().collect();
        let mut across = parts.iter().filter_map(Self::across);
        let (first, more) = (across.next(), across.next());
        let alone = parts.iter().all(|part| !matches!(part, Self::Survey { .. } | Self::AllOf(_)));
        if parts.len() < 2 || more.is_some() || !alone {
            return Err(PolicyPartsError);
        }
        Ok(Self::AllOf(PolicyParts { across: first, parts }))
    }

    /// The window and the repeat key of a policy that depends on the customer's other tickets.
    #[inline]
    pub(crate) fn across(&self) -> Option<(TimeDelta, RepeatKey)> {
        match self {
            Self::NoRepeatContactWithin { window, key } => Some((*window, *key)),
            Self::AllOf(parts) => parts.across,
            _ => None,
        }
    }

    /// Whether it reads only a ticket's measures and customer.
    pub(crate) fn needs_no_record(&self) -> bool {
        match self {
            Self::InteractionNoTask => false,
            Self::NoRepeatContactWithin { key, .. } => *key == RepeatKey::Customer,
            Self::AllOf(parts) => parts.iter().all(Self::needs_no_record),
            _ => true,
        }
    }

    /// Whether it reads more than the messages, the solves and the reopenings.
    pub(crate) fn reads_everything(&self) -> bool {
        match self {
            Self::StrictNoActivity => true,
            Self::AllOf(parts) => parts.iter().any(Self::reads_everything),
            _ => false,
        }
    }

    /// The data required to judge tickets by this policy.
    pub fn evidence(&self) -> Evidence {
        match self {
            Self::SingleReply
            | Self::NoCustomerFollowup
            | Self::SingleHandlerClose
            | Self::StrictNoActivity => Evidence::Messages,
            Self::NoReopenWithin { .. } => Evidence::Events,
            Self::NoRepeatContactWithin { .. } | Self::InteractionNoTask => Evidence::Solves,
            Self::Survey { .. } => Evidence::Records,
            Self::AllOf(parts) => parts.iter().map(Self::evidence).max().unwrap_or(Evidence::Records),
        }
    }

    /// The measures which, if the source states all of them, are enough to judge tickets by this policy.
    pub(crate) fn stated_measures(&self) -> &'static [StatedMeasure] {
        match self {
            Self::SingleReply => &[StatedMeasure::PublicReplies],
            Self::NoCustomerFollowup => &[StatedMeasure::CustomerMessages],
            _ => &[],
        }
    }

    /// The repeat key of a policy that depends on the customer's other tickets.
    pub fn repeat_key(&self) -> Option<RepeatKey> {
        self.across().map(|(_, key)| key)
    }

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
            Self::AllOf(_) => "all_of",
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
            Self::AllOf(parts) => {
                let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
                write!(f, "({})", parts.join(", "))
            }
            _ => Ok(()),
        }
    }
}

/// Formats a window in whole days where possible; it is calendar time, so a day has 24 hours.
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
    let (name, parameters) = name_and_parameters(text)?;
    match (name, parameters) {
        ("all_of", Some(parts)) => {
            // A part is no `all_of` itself, so texts do not nest.
            let parts: Option<Vec<FcrPolicy>> = between_commas(parts).map(parse_part).collect();
            FcrPolicy::all_of(parts?).ok()
        }
        _ => parse_part(text),
    }
}

fn name_and_parameters(text: &str) -> Option<(&str, Option<&str>)> {
    Some(match text.trim().split_once('(') {
        Some((name, rest)) => (name.trim(), Some(rest.trim().strip_suffix(')')?)),
        None => (text.trim(), None),
    })
}

/// A policy that is not made of others.
fn parse_part(text: &str) -> Option<FcrPolicy> {
    Some(match name_and_parameters(text)? {
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

/// The parts of a text between the commas outside brackets.
fn between_commas(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0i32;
    text.split(move |character| {
        depth += i32::from(character == '(') - i32::from(character == ')');
        character == ',' && depth == 0
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
