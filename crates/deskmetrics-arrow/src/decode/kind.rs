//! What a row of events means: its kind, its author and the status it may name, in one small number a row.

use deskmetrics::engine::step::What;
use deskmetrics::ticket::Attribute;
use deskmetrics::{Author, Status};
use hashbrown::HashMap;

use crate::description::{Happening, Happenings};

pub(crate) const AUTHORS: [Author; 5] =
    [Author::Customer, Author::Agent, Author::Bot, Author::System, Author::External];

/// Statuses, and no status.
const STATUSES: usize = 7;
/// What a kind may mean, by author and status.
const OUTCOMES: usize = AUTHORS.len() * STATUSES;

/// What a row means, as a number.
pub(crate) type Code = u16;

/// A row that was excluded, or means nothing.
pub(crate) const NOTHING: Code = Code::MAX;

/// As many different kinds as codes have room for.
const MOST_KINDS: usize = NOTHING as usize / OUTCOMES;

/// The kinds met; a row's code tells its kind, author and status.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kinds {
    met: Vec<Happenings>,
    places: HashMap<Happenings, usize>,
}

impl Kinds {
    /// The place of a kind; `None` where there are too many.
    pub(crate) fn place(&mut self, kind: &Happenings) -> Option<usize> {
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

    /// The code of a kind's place, an author and the status that its value names.
    pub(crate) fn code(place: usize, author: Author, status: Option<Status>) -> Code {
        let author = AUTHORS.iter().position(|known| *known == author).unwrap_or(0);
        let status = status.map_or(STATUSES - 1, Status::index);
        Code::try_from(place * OUTCOMES + author * STATUSES + status).unwrap_or(NOTHING)
    }

    /// The code of a single happening.
    pub(crate) fn code_of(&mut self, one: Happening, author: Author) -> Code {
        let place = self.place(&Happenings(vec![one]));
        place.map_or(NOTHING, |place| Self::code(place, author, None))
    }

    /// One more than the highest code.
    pub(crate) fn codes(&self) -> usize {
        self.met.len() * OUTCOMES
    }

    /// What a code means.
    pub(crate) fn of(&self, code: Code) -> Option<(&Happenings, Author, Option<Status>)> {
        let code = usize::from(code);
        let kind = self.met.get(code / OUTCOMES)?;
        let author = AUTHORS[code % OUTCOMES / STATUSES];
        Some((kind, author, Status::ALL.get(code % STATUSES).copied()))
    }

    /// The attributes that rows change.
    pub(crate) fn changed(&self) -> impl Iterator<Item = &Attribute> {
        self.met.iter().flat_map(Happenings::changed)
    }

    /// Whether rows add or remove tags.
    pub(crate) fn change_tags(&self) -> bool {
        self.met.iter().any(Happenings::change_tags)
    }
}

/// Whether a happening needs a value that is no status.
pub(crate) fn needs_value(one: &Happening) -> bool {
    matches!(one, Happening::Tagged | Happening::Untagged | Happening::MergedInto | Happening::SplitFrom)
}

/// What a step takes from its row's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Nothing.
    Nothing,
    /// The new value or the tag.
    Value,
    /// The ticket it was merged into.
    Survivor,
}

/// The step of a happening, with what it takes from the row's value and its rank among those of one row.
pub(crate) fn step_of(
    one: &Happening,
    named: Option<Status>,
    number: impl Fn(&Attribute) -> u16,
) -> (u8, What, Takes) {
    match one {
        Happening::SplitFrom => (0, What::SplitFrom, Takes::Nothing),
        Happening::Changed(attribute) => {
            (1, What::Changed { attribute: number(attribute), to: 0 }, Takes::Value)
        }
        Happening::Tagged => (1, What::Tagged(0), Takes::Value),
        Happening::Untagged => (1, What::Untagged(0), Takes::Value),
        Happening::Escalated => (1, What::Escalated, Takes::Nothing),
        Happening::PublicMessage => (2, What::PublicMessage, Takes::Nothing),
        Happening::InternalNote => (3, What::InternalNote, Takes::Nothing),
        Happening::Became(status) => (4, What::Status(*status), Takes::Nothing),
        Happening::Status => (4, What::Status(named.unwrap_or_default()), Takes::Nothing),
        Happening::SurveySent => (5, What::SurveySent, Takes::Nothing),
        Happening::SurveyAnswered => (6, What::SurveyAnswered, Takes::Nothing),
        Happening::MergedInto => (7, What::MergedInto, Takes::Survivor),
        Happening::Deleted => (7, What::Deleted, Takes::Nothing),
        Happening::Spam => (7, What::Spam, Takes::Nothing),
        Happening::EndUnknown => (7, What::EndUnknown, Takes::Nothing),
        Happening::Restored => (7, What::Restored, Takes::Nothing),
    }
}
