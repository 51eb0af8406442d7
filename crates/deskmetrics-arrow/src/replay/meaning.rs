//! What a row of events means: its kind, its author and the status it may name, in one small number a row.

use std::collections::BTreeMap;

use deskmetrics::replay::Replay;
use deskmetrics::replay::step::{Step, What};
use deskmetrics::ticket::Attribute;
use deskmetrics::{Author, Status};
use hashbrown::HashMap;

use super::coding::{Coded, each_word};
use super::columns::EventColumns;
use crate::column::{ColumnError, WordReading};
use crate::description::{Happening, Happenings};

const AUTHORS: [Author; 5] = [Author::Customer, Author::Agent, Author::Bot, Author::System, Author::External];
/// Authors, and a word that names none.
const AUTHOR_KINDS: u16 = 6;
const UNKNOWN_AUTHOR: u8 = 5;
/// Statuses, no status, and a word that names none.
const STATUSES: u8 = 8;
/// What a kind may mean, by author and status.
const OUTCOMES: u16 = AUTHOR_KINDS * STATUSES as u16;
const NO_STATUS: u8 = 6;
const UNKNOWN_STATUS: u8 = 7;

/// What a row means, as a number.
pub(super) type Code = u16;

/// A row that was left out, or says nothing.
pub(super) const NOTHING: Code = Code::MAX;
/// A row without a kind, or without the value its kind needs.
pub(super) const MISSING: Code = Code::MAX - 1;
/// A row with a word that has no meaning.
pub(super) const UNKNOWN_WORD: Code = Code::MAX - 2;
/// A row to be passed over.
pub(super) const IGNORED: Code = Code::MAX - 3;

/// One step of a row, up to what only the row knows: the instant, the value, the person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Template {
    pub(super) what: What,
    pub(super) author: Author,
    pub(super) takes: Takes,
}

/// What a step takes from its row's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// Nothing.
    Nothing,
    /// The new value or the tag.
    Value,
    /// The ticket it was merged into.
    Survivor,
}

impl Template {
    /// The step of a row.
    #[inline]
    pub(super) fn step(&self, at: i64, by: u32, value: impl FnOnce() -> u32) -> Step {
        let what = match (self.takes, self.what) {
            (Takes::Value, What::Changed { attribute, .. }) => What::Changed { attribute, to: value() },
            (Takes::Value, What::Tagged(_)) => What::Tagged(value()),
            (Takes::Value, What::Untagged(_)) => What::Untagged(value()),
            (_, what) => what,
        };
        Step { at, what, by, author: self.author }
    }
}

/// What each code means.
#[derive(Debug)]
pub(super) struct Meanings {
    /// By code: where its steps stand in `templates`.
    spans: Vec<(u32, u32)>,
    templates: Vec<Template>,
    /// By code: rows in the ticket's known life can change nothing that is asked for, and count for nothing else.
    silent: Vec<bool>,
}

impl Meanings {
    /// The steps of a row.
    #[inline]
    pub(super) fn of(&self, code: Code) -> &[Template] {
        match self.spans.get(usize::from(code)) {
            Some((from, to)) => &self.templates[*from as usize..*to as usize],
            None => &[],
        }
    }

    /// Whether rows with this code may be passed over, unless they lie before the ticket's creation or after the cut-off:
    /// what lies there is counted.
    #[inline]
    pub(super) fn is_silent(&self, code: Code) -> bool {
        self.silent.get(usize::from(code)).copied().unwrap_or(false)
    }

    /// Finds out which codes are silent: none where tickets may leave, since what happens after that is counted too.
    fn hush(&mut self, replay: &Replay) {
        let leaves = |what| matches!(what, What::MergedInto | What::Deleted | What::Spam);
        let stay = !self.templates.iter().any(|template| leaves(template.what));
        let unheard = |(from, to): &(u32, u32)| {
            self.templates[*from as usize..*to as usize].iter().all(|template| !replay.hears(template.what))
        };
        self.silent = self.spans.iter().map(|span| stay && unheard(span)).collect();
    }

    /// Whether any step takes the row's value and can change anything that is asked for.
    pub(super) fn take_values(&self, replay: &Replay) -> bool {
        self.templates.iter().any(|template| template.takes == Takes::Value && replay.hears(template.what))
    }

    /// The attributes that rows change.
    pub(super) fn changed_attributes(columns: &EventColumns<'_>) -> Result<Vec<Attribute>, ColumnError> {
        let kinds = Kinds::met(columns)?;
        let happenings = kinds.met.into_iter().flat_map(|kind| kind.0);
        Ok(happenings
            .filter_map(|one| match one {
                Happening::Changed(attribute) => Some(attribute),
                _ => None,
            })
            .collect())
    }

    /// Whether any step merges tickets.
    pub(super) fn merge(&self) -> bool {
        self.templates.iter().any(|template| template.takes == Takes::Survivor)
    }
}

/// Reads the meaning of each row, block by block.
#[derive(Debug)]
pub(super) struct MeaningReader<'c> {
    /// The place of the kind's outcomes among all, or why it has none.
    kinds: Option<Coded<'c, u16>>,
    /// The place of the author's outcomes among those of the kind.
    by: Option<Coded<'c, u8>>,
    /// The place of the status's outcome among those of the author.
    became: Option<Coded<'c, u8>>,
    /// Whether there is a value, where some kind needs one that is no status.
    has_value: Option<Coded<'c, bool>>,
    known: Kinds,
    /// By kind, author and status: the code, or why there is none.
    outcomes: Vec<Code>,
    authors: Vec<u8>,
    statuses: Vec<u8>,
    values: Vec<bool>,
}

impl<'c> MeaningReader<'c> {
    /// A reader of these columns, and what its codes mean; all is by agents where nobody asked who did what.
    pub(super) fn new(
        columns: &'c EventColumns<'_>,
        replay: &Replay,
        people: bool,
    ) -> Result<(Self, Meanings), ColumnError> {
        let statuses = reading(&columns.statuses);
        let authors = reading(&columns.authors);
        let (kinds, known) = Kinds::read(columns)?;
        let by = match &columns.author {
            Some(column) => Coded::new(column, AGENT * STATUSES, |word| match authors.read(word) {
                Ok(Some(author)) if people => place(author) * STATUSES,
                Ok(_) => AGENT * STATUSES,
                Err(_) => UNKNOWN_AUTHOR * STATUSES,
            })?,
            None => None,
        };
        let became = match columns.value.as_ref().filter(|_| known.name_statuses()) {
            Some(column) => Coded::new(column, NO_STATUS, |word| match statuses.read(word) {
                Ok(Some(status)) => u8::try_from(status.index()).unwrap_or(UNKNOWN_STATUS),
                Ok(None) => NO_STATUS,
                Err(_) => UNKNOWN_STATUS,
            })?,
            None => None,
        };
        let has_value = match columns.value.as_ref().filter(|_| known.need_values()) {
            Some(column) => Coded::new(column, false, |word| !word.trim().is_empty())?,
            None => None,
        };
        let (meanings, outcomes) = known.meanings(replay);
        let (authors, statuses, values) = (Vec::new(), Vec::new(), Vec::new());
        let reader = Self { kinds, by, became, has_value, known, outcomes, authors, statuses, values };
        Ok((reader, meanings))
    }

    /// Makes `codes` those of the next rows, as many as it has places.
    pub(super) fn fill(&mut self, codes: &mut [Code]) {
        match &mut self.kinds {
            Some(kinds) => kinds.fill(codes),
            None => codes.fill(MISSING),
        }
        let rows = codes.len();
        let authors = filled(&mut self.by, &mut self.authors, AGENT * STATUSES, rows);
        let statuses = filled(&mut self.became, &mut self.statuses, NO_STATUS, rows);
        if self.known.need_values() {
            // Before the kinds give way to their meanings.
            let present = filled(&mut self.has_value, &mut self.values, false, rows);
            let needs_value = |kind: Code| self.known.needs_value(kind);
            for (((code, author), status), present) in
                codes.iter_mut().zip(authors).zip(statuses).zip(present)
            {
                let lacks_value = !present && needs_value(*code);
                *code = match outcome(&self.outcomes, *code, *author, *status) {
                    meaning if lacks_value && meaning < IGNORED => MISSING,
                    meaning => meaning,
                };
            }
            return;
        }
        for ((code, author), status) in codes.iter_mut().zip(authors).zip(statuses) {
            *code = outcome(&self.outcomes, *code, *author, *status);
        }
    }
}

/// The next rows of a column, or what stands for them where it says nothing.
fn filled<'b, C: Copy + PartialEq>(
    column: &mut Option<Coded<'_, C>>,
    buffer: &'b mut Vec<C>,
    missing: C,
    rows: usize,
) -> &'b [C] {
    buffer.resize(rows, missing);
    if let Some(column) = column {
        column.fill(buffer);
    }
    buffer
}

/// What a row of this kind, author and status means, by the place of each.
#[inline]
fn outcome(outcomes: &[Code], kind: u16, author: u8, status: u8) -> Code {
    match outcomes.get(usize::from(kind) + usize::from(author + status)) {
        Some(outcome) if kind < IGNORED => *outcome,
        _ => kind,
    }
}

/// The place of [`Author::Agent`].
const AGENT: u8 = 1;

fn place(author: Author) -> u8 {
    let place = AUTHORS.iter().position(|known| *known == author);
    place.and_then(|place| u8::try_from(place).ok()).unwrap_or(UNKNOWN_AUTHOR)
}

fn reading<T: crate::column::Meaning>(words: &BTreeMap<Box<str>, T>) -> WordReading<T> {
    WordReading::new(words.iter().map(|(word, meaning)| (word.clone(), meaning.clone())))
}

/// The different kinds met.
#[derive(Debug, Default)]
struct Kinds {
    met: Vec<Happenings>,
    codes: HashMap<String, u16>,
    /// By kind: it needs a value that is no status.
    need_value: Vec<bool>,
}

/// As many different kinds as codes have room for.
const MOST_KINDS: usize = (IGNORED / OUTCOMES) as usize;

impl Kinds {
    /// The kind of each row; `None` where none has one.
    fn read<'c>(columns: &'c EventColumns<'_>) -> Result<(Option<Coded<'c, u16>>, Self), ColumnError> {
        let words = reading(&columns.kinds);
        let mut known = Self::default();
        let codes = Coded::new(&columns.kind, MISSING, |word| match words.read(word) {
            Ok(Some(happenings)) if happenings.0.is_empty() => IGNORED,
            Ok(Some(happenings)) => known.code(happenings),
            Ok(None) => MISSING,
            Err(_) => UNKNOWN_WORD,
        })?;
        Ok((codes, known))
    }

    /// The kinds met, without looking at rows that dictionaries spare.
    fn met(columns: &EventColumns<'_>) -> Result<Self, ColumnError> {
        let words = reading(&columns.kinds);
        let mut known = Self::default();
        each_word(&columns.kind, |word| {
            if let Ok(Some(happenings)) = words.read(word) {
                known.code(happenings);
            }
        })?;
        Ok(known)
    }

    fn code(&mut self, happenings: Happenings) -> u16 {
        let key = format!("{happenings:?}");
        if let Some(code) = self.codes.get(&key) {
            return *code;
        }
        let number = u16::try_from(self.met.len()).ok().filter(|_| self.met.len() < MOST_KINDS);
        let Some(code) = number.map(|number| number * OUTCOMES) else { return UNKNOWN_WORD };
        self.need_value.push(happenings.0.iter().any(|one| {
            matches!(
                one,
                Happening::Tagged | Happening::Untagged | Happening::MergedInto | Happening::SplitFrom
            )
        }));
        self.codes.insert(key, code);
        self.met.push(happenings);
        code
    }

    fn name_statuses(&self) -> bool {
        self.met.iter().any(|kind| kind.0.contains(&Happening::Status))
    }

    fn need_values(&self) -> bool {
        self.need_value.iter().any(|needed| *needed)
    }

    fn needs_value(&self, kind: u16) -> bool {
        self.need_value.get(usize::from(kind / OUTCOMES)).copied().unwrap_or(false)
    }

    /// The steps of each code, and the code itself or why it has none.
    fn meanings(&self, replay: &Replay) -> (Meanings, Vec<Code>) {
        let mut meanings = Meanings { spans: Vec::new(), templates: Vec::new(), silent: Vec::new() };
        let mut outcomes: Vec<Code> = Vec::new();
        for kind in &self.met {
            for author in 0..AUTHOR_KINDS {
                for status in 0..u16::from(STATUSES) {
                    let becomes = Status::ALL.get(usize::from(status)).copied();
                    let by = AUTHORS.get(usize::from(author)).copied();
                    let names = kind.0.contains(&Happening::Status);
                    let own = Code::try_from(outcomes.len()).unwrap_or(UNKNOWN_WORD);
                    outcomes.push(match (by, becomes) {
                        (None, _) => UNKNOWN_WORD,
                        (_, None) if names && status == u16::from(NO_STATUS) => MISSING,
                        (_, None) if names => UNKNOWN_WORD,
                        _ => own,
                    });
                    let from = meanings.templates.len();
                    let author = by.unwrap_or(Author::Agent);
                    let mut steps: Vec<(u8, Template)> =
                        kind.0.iter().map(|one| template(one, author, becomes, replay)).collect();
                    // As among events of one row: attributes first, then messages, then the status.
                    steps.sort_by_key(|(rank, _)| *rank);
                    meanings.templates.extend(steps.into_iter().map(|(_, template)| template));
                    let span = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
                    meanings.spans.push((span(from), span(meanings.templates.len())));
                }
            }
        }
        meanings.hush(replay);
        (meanings, outcomes)
    }
}

/// The step of a happening, and its rank among those of one row.
fn template(one: &Happening, author: Author, named: Option<Status>, replay: &Replay) -> (u8, Template) {
    let number = |attribute: &Attribute| replay.attribute_number(attribute);
    let (rank, what, takes) = match one {
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
        Happening::Restored => (7, What::Restored, Takes::Nothing),
    };
    (rank, Template { what, author, takes })
}
