//! Codes of event rows: kind, author and status as a number.

use deskmetrics::engine::step::StepKind;
use deskmetrics::ticket::Attribute;
use deskmetrics::{Author, Status};
use hashbrown::HashMap;

use crate::description::{EventMapping, EventMeaning};

pub(crate) const AUTHORS: [Author; 5] =
    [Author::Customer, Author::Agent, Author::Bot, Author::System, Author::External];

/// The statuses, and no status.
const STATUSES: usize = 7;
/// The codes of one kind, by author and status.
const OUTCOMES: usize = AUTHORS.len() * STATUSES;

/// The meaning of a row, as a number.
pub(crate) type KindCode = u16;

/// A row that was excluded or is ignored.
pub(crate) const NOTHING: KindCode = KindCode::MAX;

/// The maximum number of kinds that fits into codes.
const MOST_KINDS: usize = NOTHING as usize / OUTCOMES;

/// The kinds that occur. A row's code contains its kind, author and status.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kinds {
    met: Vec<EventMapping>,
    places: HashMap<EventMapping, usize>,
}

impl Kinds {
    /// The index of a kind; `None` if there are too many.
    pub(crate) fn place(&mut self, kind: &EventMapping) -> Option<usize> {
        if let Some(place) = self.places.get(kind) {
            return Some(*place);
        }
        let place = self.met.len();
        if place >= MOST_KINDS {
            return None;
        }
        self.met.push(kind.clone());
        self.places.insert(kind.clone(), place);
        Some(place)
    }

    /// The code of a kind's index, an author and the status in the row's value.
    pub(crate) fn code(place: usize, author: Author, status: Option<Status>) -> KindCode {
        let author = AUTHORS.iter().position(|known| *known == author).unwrap_or(0);
        let status = status.map_or(STATUSES - 1, Status::index);
        KindCode::try_from(place * OUTCOMES + author * STATUSES + status).unwrap_or(NOTHING)
    }

    /// The code of a single meaning.
    pub(crate) fn code_of(&mut self, one: EventMeaning, author: Author) -> KindCode {
        let place = self.place(&EventMapping(vec![one]));
        place.map_or(NOTHING, |place| Self::code(place, author, None))
    }

    /// One more than the highest code.
    pub(crate) fn codes(&self) -> usize {
        self.met.len() * OUTCOMES
    }

    /// The kind, author and status of a code.
    pub(crate) fn of(&self, code: KindCode) -> Option<(&EventMapping, Author, Option<Status>)> {
        let code = usize::from(code);
        let kind = self.met.get(code / OUTCOMES)?;
        let author = AUTHORS[code % OUTCOMES / STATUSES];
        Some((kind, author, Status::ALL.get(code % STATUSES).copied()))
    }

    /// The attributes that rows change.
    pub(crate) fn changed(&self) -> impl Iterator<Item = &Attribute> {
        self.met.iter().flat_map(EventMapping::changed)
    }

    /// Whether rows add or remove tags.
    pub(crate) fn change_tags(&self) -> bool {
        self.met.iter().any(EventMapping::change_tags)
    }
}

/// Whether a meaning needs a value that is not a status.
pub(crate) fn needs_value(one: &EventMeaning) -> bool {
    matches!(
        one,
        EventMeaning::Tagged | EventMeaning::Untagged | EventMeaning::MergedInto | EventMeaning::SplitFrom
    )
}

/// The use of a row's value by a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Nothing.
    Nothing,
    /// The new value or the tag.
    Value,
    /// The ticket it was merged into.
    Survivor,
}

/// The step of a meaning, with its use of the row's value and its rank among the steps of one row.
pub(crate) fn step_of(
    one: &EventMeaning,
    named: Option<Status>,
    number: impl Fn(&Attribute) -> u16,
) -> (u8, StepKind, Takes) {
    match one {
        EventMeaning::SplitFrom => (0, StepKind::SplitFrom, Takes::Nothing),
        EventMeaning::Changed(attribute) => {
            (1, StepKind::Changed { attribute: number(attribute), to: 0 }, Takes::Value)
        }
        EventMeaning::Tagged => (1, StepKind::Tagged(0), Takes::Value),
        EventMeaning::Untagged => (1, StepKind::Untagged(0), Takes::Value),
        EventMeaning::Escalated => (1, StepKind::Escalated, Takes::Nothing),
        EventMeaning::PublicMessage => (2, StepKind::PublicMessage, Takes::Nothing),
        EventMeaning::InternalNote => (3, StepKind::InternalNote, Takes::Nothing),
        EventMeaning::Became(status) => (4, StepKind::Status(*status), Takes::Nothing),
        EventMeaning::Status => (4, StepKind::Status(named.unwrap_or_default()), Takes::Nothing),
        EventMeaning::SurveySent => (5, StepKind::SurveySent, Takes::Nothing),
        EventMeaning::SurveyAnswered => (6, StepKind::SurveyAnswered, Takes::Nothing),
        EventMeaning::MergedInto => (7, StepKind::MergedInto, Takes::Survivor),
        EventMeaning::Deleted => (7, StepKind::Deleted, Takes::Nothing),
        EventMeaning::Spam => (7, StepKind::Spam, Takes::Nothing),
        EventMeaning::EndUnknown => (7, StepKind::EndUnknown, Takes::Nothing),
        EventMeaning::Restored => (7, StepKind::Restored, Takes::Nothing),
    }
}
