//! Meanings of event kinds in a description.

use deskmetrics::Status;
use deskmetrics::ticket::Attribute;
use serde::Deserialize;
use serde::de::{self, Deserializer, SeqAccess, Visitor};

use super::suggest::{did_you_mean, listed, nearest};
use crate::column::Meaning;

/// One event that a row reports. If it needs a value (`status`, `changed ...`, `tagged`, `untagged`, `merged_into`,
/// `split_from`), the value is in the source's `value` column.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventMeaning {
    /// `public_message`: a message that both sides can read.
    PublicMessage,
    /// `internal_note`: a note that only the team can read.
    InternalNote,
    /// `new`, `open`, `pending`, `on_hold`, `solved` or `closed`: the ticket now has this status.
    Became(Status),
    /// `status`: the ticket now has the status in the value column.
    Status,
    /// `changed group`, or any other attribute: it now has the value in the value column.
    Changed(Attribute),
    /// `tagged`: the tag in the value column was added.
    Tagged,
    /// `untagged`: the tag in the value column was removed.
    Untagged,
    /// `escalated`: the ticket was escalated to a higher level.
    Escalated,
    /// `merged_into`: the ticket was merged into the one in the value column.
    MergedInto,
    /// `split_from`: the ticket was split off the one in the value column.
    SplitFrom,
    /// `deleted`: the ticket was deleted.
    Deleted,
    /// `spam`: the ticket was marked as spam or as a test.
    Spam,
    /// `end_unknown`: the ticket was solved or closed at an unknown time.
    EndUnknown,
    /// `restored`: the ticket was restored after a merge, deletion or spam mark.
    Restored,
    /// `survey_sent`: a survey was sent about the ticket.
    SurveySent,
    /// `survey_answered`: the customer answered a survey about the ticket.
    SurveyAnswered,
}

/// All events that a row reports; none for rows to `ignore`.
///
/// In a description, one value (`"solved"`) or several: `["open", "changed assignee"]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventMapping(pub Vec<EventMeaning>);

const WORDS: [&str; 21] = [
    "public_message",
    "internal_note",
    "new",
    "open",
    "pending",
    "on_hold",
    "solved",
    "closed",
    "status",
    "changed ATTRIBUTE",
    "tagged",
    "untagged",
    "escalated",
    "merged_into",
    "split_from",
    "deleted",
    "spam",
    "end_unknown",
    "restored",
    "survey_sent",
    "survey_answered",
];

impl EventMapping {
    /// The attributes that get another value.
    pub(crate) fn changed(&self) -> impl Iterator<Item = &Attribute> {
        self.0.iter().filter_map(|one| match one {
            EventMeaning::Changed(attribute) => Some(attribute),
            _ => None,
        })
    }

    /// Whether a tag is added or removed.
    pub(crate) fn change_tags(&self) -> bool {
        self.0.iter().any(|one| matches!(one, EventMeaning::Tagged | EventMeaning::Untagged))
    }

    /// Parses a name of a meaning.
    fn of(word: &str) -> Option<Self> {
        let meaning = match word {
            "ignore" => return Some(Self(Vec::new())),
            "public_message" => EventMeaning::PublicMessage,
            "internal_note" => EventMeaning::InternalNote,
            "status" => EventMeaning::Status,
            "tagged" => EventMeaning::Tagged,
            "untagged" => EventMeaning::Untagged,
            "escalated" => EventMeaning::Escalated,
            "merged_into" => EventMeaning::MergedInto,
            "split_from" => EventMeaning::SplitFrom,
            "deleted" => EventMeaning::Deleted,
            "spam" => EventMeaning::Spam,
            "end_unknown" => EventMeaning::EndUnknown,
            "restored" => EventMeaning::Restored,
            "survey_sent" => EventMeaning::SurveySent,
            "survey_answered" => EventMeaning::SurveyAnswered,
            _ => match word.strip_prefix("changed ") {
                Some(attribute) => EventMeaning::Changed(Attribute::from(attribute.trim())),
                None => EventMeaning::Became(word.parse().ok()?),
            },
        };
        Some(Self(vec![meaning]))
    }
}

/// Names of events in help desks, in normalized spelling, with what they mean.
const USUAL: [(&str, &[&str]); 14] = [
    ("public_message", &["public_comment", "public_reply", "email_sent", "email_received"]),
    ("internal_note", &["private_note", "internal_comment", "note_added"]),
    ("status", &["status_change", "status_changed", "changed_status", "state_change"]),
    (
        "changed assignee",
        &["assignee", "agent", "assignee_change", "assignee_changed", "assigned", "reassigned"],
    ),
    ("changed group", &["group", "team", "queue", "group_change", "group_changed", "team_changed"]),
    ("changed priority", &["priority", "urgency", "priority_change", "priority_changed"]),
    ("tagged", &["tag_added", "label_added"]),
    ("untagged", &["tag_removed", "label_removed"]),
    ("merged_into", &["merged"]),
    ("spam", &["marked_as_spam"]),
    ("solved", &["resolved"]),
    ("open", &["reopened", "re_opened"]),
    ("survey_sent", &["csat_sent"]),
    ("survey_answered", &["csat_answered"]),
];

/// The name of what a label of an event means, if it is a usual one.
pub(crate) fn own_name(label: &str) -> Option<String> {
    let word = label.to_ascii_lowercase();
    let normal = word.replace([' ', '-'], "_");
    let usual = || USUAL.iter().find(|(_, words)| words.contains(&normal.as_str()));
    let is_name = |name: &String| EventMapping::of(name).is_some();
    [word.clone(), normal.clone()].into_iter().find(is_name).or_else(|| Some(usual()?.0.to_owned()))
}

impl Meaning for EventMapping {
    fn of_own_word(word: &str) -> Option<Self> {
        Self::of(&own_name(word)?)
    }

    fn own_words() -> Vec<&'static str> {
        WORDS.to_vec()
    }
}

impl<'de> Deserialize<'de> for EventMapping {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordOrList;

        impl<'de> Visitor<'de> for WordOrList {
            type Value = EventMapping;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("what happened, such as \"public_message\", or a list of such words")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<EventMapping, E> {
                EventMapping::of(word).ok_or_else(|| {
                    let allowed = || WORDS.iter().chain(&["ignore"]);
                    let swapped = word.strip_suffix(" changed").map(|changed| format!("changed {changed}"));
                    let meant = did_you_mean(swapped.or_else(|| nearest(word, allowed())).as_deref());
                    E::custom(format!(
                        "\"{word}\" is not a kind of event{meant}; allowed are {}",
                        listed(allowed())
                    ))
                })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<EventMapping, A::Error> {
                let mut all = Vec::new();
                while let Some(EventMapping(more)) = list.next_element()? {
                    all.extend(more);
                }
                Ok(EventMapping(all))
            }
        }

        deserializer.deserialize_any(WordOrList)
    }
}
