//! Tables of survey answers.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, Int32Array, RecordBatch};
use arrow_schema::DataType;
use deskmetrics::survey::SurveyResponse;
use deskmetrics::ticket::CustomerId;
use deskmetrics::{Reason, Scale, Timestamp};

use super::attribute::AttributeWords;
use super::context::{ColumnTask, Decoding, excluded_rows, in_order};
use super::id::NOWHERE;
use super::invitation::Answered;
use super::ledger::{Halt, Reads as _, Scope, each_row};
use super::link::{Links, Target};
use super::slot::{AttributeSlots, FileColumns, NumberSlot, TimestampSlot, Whole, WordSlot};
use super::time::{Times, Versions, replaces};
use super::word::{Codes, KnownCodes, NONE, Words};
use crate::ReadError;
use crate::column::score::{BLOCK, Places, ScoreColumn};
use crate::column::utc::Timestamps;
use crate::column::{WrongType, cast, list};
use crate::description::{Description, Duplicates, SurveySource};

/// The answers of one source: one form per row with a column for each question, or one answer per row.
#[derive(Debug, Default)]
pub(crate) struct AnswerTable {
    pub(crate) questions: Questions,
    /// The scores, batch by batch.
    pub(crate) parts: Vec<ScorePart>,
    pub(crate) at: Option<Timestamps>,
    pub(crate) tickets: Links,
    pub(crate) attributes: AttributeWords,
    customers: Words<Box<str>>,
    invitations: Links,
    duplicates: Option<Duplicates>,
    versions: Versions,
    weights: Vec<Option<f64>>,
    /// The reasons of each row as one text, and their separator.
    reasons: Words<Box<str>>,
    separator: String,
    /// Whether each row is excluded; empty if all rows count.
    pub(crate) unusable: Vec<bool>,
    pub(crate) rows: usize,
    /// The number of answers that count, including skipped questions.
    pub(crate) len: usize,
}

/// The questions of the scores.
#[derive(Debug)]
pub(crate) enum Questions {
    /// Each question has a column.
    Columns(Vec<Box<str>>),
    /// A column contains the names.
    Named(Words<Box<str>>),
}

impl Default for Questions {
    fn default() -> Self {
        Self::Columns(Vec::new())
    }
}

/// The scores of one batch.
#[derive(Debug)]
pub(crate) struct ScorePart {
    pub(crate) rows: usize,
    /// One column per question, or the only one.
    pub(crate) scores: Vec<Scores>,
}

/// A column of scores.
#[derive(Debug)]
pub(crate) struct Scores {
    pub(crate) column: ScoreColumn,
    /// Whether each row has an unreadable score, which is no answer; empty if there are none.
    absent: Vec<bool>,
}

impl Scores {
    /// Whether each of some rows has an unreadable score; empty if there are none.
    pub(crate) fn absent(&self, rows: &Range<usize>) -> &[bool] {
        self.absent.get(rows.clone()).unwrap_or_default()
    }
}

/// The scale of a question; that of `nps` is built in.
pub(crate) fn scale(description: &Description, question: &str) -> Option<Scale> {
    description.scales.get(question).cloned().or_else(|| (question == "nps").then(Scale::nps))
}

/// The columns of one table.
struct Slots<'a> {
    scores: Vec<(NumberSlot, Option<Scale>)>,
    question: WordSlot<Box<str>>,
    at: TimestampSlot,
    ticket: WordSlot<Box<str>>,
    customer: WordSlot<Box<str>>,
    invitation: WordSlot<Box<str>>,
    updated_at: TimestampSlot,
    weight: NumberSlot,
    reasons: WordSlot<Box<str>>,
    attributes: AttributeSlots,
    source: &'a SurveySource,
}

#[derive(Default)]
struct Caches {
    question: KnownCodes,
    customer: KnownCodes,
    reasons: KnownCodes,
    attributes: Vec<KnownCodes>,
}

impl AnswerTable {
    /// Reads the tables of one source.
    pub(super) fn read(decoding: &mut Decoding<'_>, source: &SurveySource) -> Result<Self, ReadError> {
        let mut answers = Self {
            questions: if source.questions.is_empty() {
                Questions::Named(Words::default())
            } else {
                Questions::Columns(source.questions.keys().cloned().collect())
            },
            duplicates: source.duplicates,
            separator: source.reason_separator.clone().unwrap_or_else(|| ",".to_owned()),
            ..Self::default()
        };
        let (mut at, mut caches, mut unusable) = (Times::default(), Caches::default(), Vec::new());
        let mut absent = 0;
        for file in &source.file {
            let table = decoding.open(file, &source.filter)?;
            let description = decoding.description;
            let mut columns = FileColumns::of(&table, description, &source.timestamps, &source.missing);
            let projection = &decoding.projection;
            let question = columns.maybe_word(source.question.as_ref())?;
            let one_each = source.duplicates.is_some() || source.updated_at.is_some();
            let mut scores = Vec::new();
            for (name, key) in &source.questions {
                scores.push((columns.number(key)?, scale(description, name)));
            }
            if source.questions.is_empty() {
                scores.push((columns.maybe_number(source.score.as_ref())?, None));
            }
            let slots = Slots {
                scores,
                question,
                at: columns.maybe_timestamp(source.at.as_ref())?,
                ticket: columns.maybe_word(source.ticket.as_ref())?,
                customer: columns.maybe_word(source.customer.as_ref().filter(|_| projection.records))?,
                invitation: columns.maybe_word(
                    source
                        .invitation
                        .as_ref()
                        .filter(|_| projection.records || !description.invitations.is_empty() || one_each),
                )?,
                updated_at: columns.maybe_timestamp(source.updated_at.as_ref())?,
                weight: columns.maybe_number(source.weight.as_ref().filter(|_| projection.records))?,
                reasons: columns.maybe_list(
                    source.reasons.as_ref().filter(|_| projection.reasons),
                    source.reason_separator.as_deref().unwrap_or(","),
                )?,
                attributes: columns
                    .attributes(source.attributes.iter().filter(|(one, _)| projection.includes(one)))?,
                source,
            };
            let ledger = decoding.begin(&table, "surveys");
            answers.tickets.begin(&slots.ticket, ledger);
            answers.invitations.begin(&slots.invitation, ledger);
            decoding.each_batch(&columns, ledger, |decoding, batch| {
                let building = (&mut at, &mut caches, &mut unusable);
                absent += answers.batch(decoding, &slots, batch, building, ledger)?;
                Ok(())
            })?;
        }
        let a_row = match &answers.questions {
            Questions::Columns(names) => names.len(),
            Questions::Named(_) => 1,
        };
        answers.len = (answers.rows - unusable.len()) * a_row - absent;
        answers.unusable = excluded_rows(&unusable, answers.rows);
        answers.at = source.at.is_some().then(|| at.finish());
        answers.tickets.finish();
        answers.invitations.finish();
        Ok(answers)
    }

    /// Adds a batch. Returns the number of absent answers in rows that count.
    fn batch(
        &mut self,
        decoding: &mut Decoding<'_>,
        slots: &Slots<'_>,
        batch: &RecordBatch,
        (at, caches, unusable): (&mut Times, &mut Caches, &mut Vec<usize>),
        ledger_at: usize,
    ) -> Result<usize, ReadError> {
        let rows = batch.num_rows();
        let (known, first) = (&mut caches.attributes, self.rows);
        let columns: [ColumnTask<'_>; 7] = [
            Box::new(|doubts| at.decode(&slots.at, batch, doubts)),
            Box::new(|doubts| self.customers.decode(&slots.customer, &mut caches.customer, batch, doubts)),
            Box::new(|_| self.invitations.decode(&slots.invitation, batch)),
            Box::new(|doubts| self.reasons.decode(&slots.reasons, &mut caches.reasons, batch, doubts)),
            Box::new(|_| self.tickets.decode(&slots.ticket, batch)),
            Box::new(|doubts| self.attributes.decode(&slots.attributes, known, batch, first, doubts)),
            Box::new(|doubts| match &mut self.questions {
                Questions::Named(words) => words.decode(&slots.question, &mut caches.question, batch, doubts),
                Questions::Columns(_) => Ok(()),
            }),
        ];
        let mut doubts = decoding.workers.decode(rows, columns)?;
        self.versions.decode(&slots.updated_at, batch, &mut decoding.ledgers[ledger_at])?;
        if let Some(array) = slots.weight.array(batch) {
            let weights = slots.weight.reading().bind(array).map_err(|wrong| slots.weight.wrong(wrong))?;
            for row in 0..rows {
                let weight = weights.number(row);
                if weight.is_err() {
                    doubts.push(row);
                }
                self.weights.push(weight.ok().flatten());
            }
        }
        if let Questions::Named(words) = &mut self.questions {
            doubts.extend(words.rows_without(words.codes.len() - rows));
        }
        let mut scores = Vec::with_capacity(slots.scores.len());
        let mut bad: Vec<Vec<usize>> = Vec::with_capacity(slots.scores.len());
        for (slot, of_column) in &slots.scores {
            let Some(array) = slot.array(batch) else { continue };
            let (column, odd) = score_column(slot, array).map_err(|wrong| slot.wrong(wrong))?;
            doubts.extend_from_slice(&odd);
            if !decoding.keep_off_scale {
                self.off_scale(decoding.description, &column, of_column.as_ref(), rows, &mut doubts);
            }
            scores.push(Scores { column, absent: Vec::new() });
            bad.push(odd);
        }
        let doubts = in_order(doubts);
        let mut absent = 0;
        if !doubts.is_empty() {
            let skipped = Self::settle(decoding, slots, batch, &doubts, at, ledger_at)?;
            for (scores, bad) in scores.iter_mut().zip(bad) {
                absent += bad.iter().filter(|row| skipped.binary_search(row).is_err()).count();
                scores.absent = excluded_rows(&bad, rows);
            }
            unusable.extend(skipped.into_iter().map(|row| self.rows + row));
        }
        self.parts.push(ScorePart { rows, scores });
        self.rows += rows;
        Ok(absent)
    }

    /// Adds scores off their question's scale to the ledger. The KPIs exclude them.
    fn off_scale(
        &self,
        description: &Description,
        column: &ScoreColumn,
        of_column: Option<&Scale>,
        rows: usize,
        doubts: &mut Vec<usize>,
    ) {
        let on = |scale: &Scale| Places::new(scale.min(), scale.max());
        // The scales of the column's answers, each with the code of its question.
        let scales: Vec<(Places, Option<u32>)> = match &self.questions {
            Questions::Columns(_) => {
                of_column.and_then(on).map(|places| (places, None)).into_iter().collect()
            }
            Questions::Named(words) => {
                let of_name = |name: &str| scale(description, name).as_ref().and_then(on);
                let names = words.meanings().iter().zip(1..);
                names.filter_map(|(name, code)| Some((of_name(name)?, Some(code)))).collect()
            }
        };
        let codes = match &self.questions {
            Questions::Columns(_) => &Codes::default(),
            Questions::Named(words) => &words.codes,
        };
        let first = codes.len().saturating_sub(rows);
        let mut block = [0_u8; BLOCK];
        for from in (0..rows).step_by(BLOCK) {
            let places = &mut block[..BLOCK.min(rows - from)];
            for (scale, question) in &scales {
                column.places(*scale, from, places);
                if places.contains(&scale.outside()) {
                    let off = (from..).zip(&*places).filter(|(_, place)| **place == scale.outside());
                    let of_question =
                        |row: &usize| question.is_none_or(|code| codes.get(first + row) == code);
                    doubts.extend(off.map(|(row, _)| row).filter(of_question));
                }
            }
        }
    }

    /// Reads doubtful rows with the rules of the row reader. Returns those that are excluded.
    fn settle(
        decoding: &mut Decoding<'_>,
        slots: &Slots<'_>,
        batch: &RecordBatch,
        doubts: &[usize],
        times: &mut Times,
        ledger_at: usize,
    ) -> Result<Vec<usize>, ReadError> {
        let description = decoding.description;
        let checks_scale = !decoding.keep_off_scale;
        let mut question = slots.question.bind(batch)?;
        let mut at = slots.at.bind(batch)?;
        let mut ticket = slots.ticket.bind(batch)?;
        let mut customer = slots.customer.bind(batch)?;
        let mut invitation = slots.invitation.bind(batch)?;
        let mut weight = slots.weight.bind(batch)?;
        let mut reasons = slots.reasons.bind(batch)?;
        let mut attributes = slots.attributes.bind(batch)?;
        let mut scores = Vec::with_capacity(slots.scores.len());
        for (slot, of_column) in &slots.scores {
            scores.push((Whole(slot.bind(batch)?), of_column));
        }
        let ledger = &mut decoding.ledgers[ledger_at];
        let by_form = !slots.source.questions.is_empty();
        let one = |row: usize| -> Result<Option<Timestamp>, Halt> {
            let answered = ledger.read(&mut at, row)?;
            ledger.want(&mut ticket, row)?;
            ledger.want(&mut customer, row)?;
            ledger.want(&mut invitation, row)?;
            ledger.want(&mut weight, row)?;
            ledger.want(&mut reasons, row)?;
            attributes.read(ledger, row)?;
            let named = if by_form {
                None
            } else {
                let name = ledger.need(&mut question, row, Reason::Missing)?;
                scale(description, &name)
            };
            for (column, of_column) in &mut scores {
                let score = match ledger.read(column, row) {
                    // The other answers of the form count.
                    Err(Halt::Skip) if by_form => continue,
                    other => other?,
                };
                let on = of_column.as_ref().or(named.as_ref()).filter(|_| checks_scale);
                if let (Some(score), Some(scale)) = (score, on)
                    && !scale.contains(score)
                {
                    let number = ledger.row(row);
                    ledger
                        .exclude_one(Scope::Value, Reason::OutOfScale, number, column.name(), || {
                            let (min, max) = (scale.min(), scale.max());
                            let remedy = format!(
                                "the scale is {min} to {max}: correct it, or list the code under missing"
                            );
                            (column.raw(row).to_owned(), remedy)
                        })
                        .skipped()?;
                }
            }
            Ok(answered)
        };
        let (kept, skipped) = each_row(doubts.iter().copied(), one)?;
        at.account(ledger);
        if slots.at.is_described() {
            times.correct(kept.into_iter());
        }
        Ok(skipped)
    }

    /// Whether a row counts.
    #[inline]
    pub(crate) fn is_usable(&self, row: usize) -> bool {
        !self.unusable.get(row).copied().unwrap_or(false)
    }

    /// The number of answers to a question.
    pub(crate) fn answers_to(&self, question: &str) -> usize {
        match &self.questions {
            Questions::Columns(names) => {
                let is_known = names.iter().any(|name| **name == *question);
                if is_known { self.len / names.len() } else { 0 }
            }
            Questions::Named(words) => {
                let Some(code) = words.find(question) else { return 0 };
                (0..self.rows).filter(|row| self.is_usable(*row) && words.codes.get(*row) == code).count()
            }
        }
    }

    /// The first answer to a question that is outside a scale, with its row.
    pub(super) fn first_outside(&self, question: &str, scale: &Scale) -> Option<(usize, f64)> {
        let (column, code) = match &self.questions {
            Questions::Columns(names) => (names.iter().position(|name| **name == *question)?, None),
            Questions::Named(words) => (0, Some((words, words.find(question)?))),
        };
        let is_outside =
            |score: f64| score.fract() != 0.0 || score < scale.min().into() || score > scale.max().into();
        let mut before = 0;
        for part in &self.parts {
            let scores = part.scores.get(column)?;
            for (row, score) in scores.column.numbers().into_iter().enumerate() {
                let absent = scores.absent.get(row) == Some(&true);
                let row = before + row;
                let counts = !absent
                    && self.is_usable(row)
                    && code.is_none_or(|(words, code)| words.codes.get(row) == code);
                if let Some(score) = score.filter(|score| counts && is_outside(*score)) {
                    return Some((row, score));
                }
            }
            before += part.rows;
        }
        None
    }

    /// Whether any row contains reasons.
    pub(crate) fn states_reasons(&self) -> bool {
        self.reasons.kinds() > 1
    }

    /// The questions that answers name or have a column for.
    pub(crate) fn question_names(&self) -> &[Box<str>] {
        match &self.questions {
            Questions::Columns(names) => names,
            Questions::Named(words) => words.meanings(),
        }
    }

    /// Joins the answers to their tickets. Returns the number of links to unknown tickets.
    pub(super) fn join_tickets(
        &mut self,
        decoding: &mut Decoding<'_>,
        target: &Target<'_>,
    ) -> Result<u64, ReadError> {
        let unusable = &self.unusable;
        self.tickets.find(target);
        let lost = self.tickets.list_lost(decoding, |row| !is_excluded(unusable, row), target)?;
        Ok(lost.into_iter().map(|row| self.answers_of(row)).sum())
    }

    /// Resolves the invitations of the answers.
    pub(super) fn find_invitations(&mut self, target: &Target<'_>) {
        self.invitations.find(target);
    }

    /// Of answers to the same invitation and question, excludes all but the one that counts, unless all count.
    pub(super) fn exclude_repeated(&mut self, decoding: &mut Decoding<'_>) -> Result<(), ReadError> {
        let versions = std::mem::take(&mut self.versions).finish();
        let duplicates = match self.duplicates {
            Some(duplicates) => duplicates,
            None if versions.is_some() => Duplicates::First,
            None => Duplicates::All,
        };
        if duplicates == Duplicates::All || !self.invitations.is_described() {
            return Ok(());
        }
        let mut counts: HashMap<(Box<str>, u32), usize> = HashMap::new();
        for row in 0..self.rows {
            let Some(id) = self.invitations.text(row).filter(|_| self.is_usable(row)) else { continue };
            let question = match &self.questions {
                Questions::Columns(_) => NONE,
                Questions::Named(words) => words.codes.get(row),
            };
            let kept = match counts.entry((id.as_ref().into(), question)) {
                Entry::Vacant(entry) => {
                    entry.insert(row);
                    continue;
                }
                Entry::Occupied(entry) => entry.into_mut(),
            };
            let at = |row: usize| self.at.as_ref().and_then(|at| at.get(row));
            let replaces = match (&versions, at(*kept), at(row)) {
                (Some(versions), ..) => replaces(duplicates, versions.get(*kept), versions.get(row)),
                (None, Some(kept), Some(at)) if at != kept => (at > kept) == (duplicates == Duplicates::Last),
                _ => duplicates == Duplicates::Last,
            };
            let mut excluded = row;
            if replaces {
                std::mem::swap(kept, &mut excluded);
            }
            let detail = (id.into_owned(), duplicates.remedy("invitation", versions.is_some()));
            if duplicates == Duplicates::Error {
                return Err(self.invitations.bad_row(decoding, row, detail));
            }
            self.invitations.exclude_one(decoding, excluded, Scope::Record, Reason::Superseded, || detail)?;
            self.len -= usize::try_from(self.answers_of(excluded)).unwrap_or(0);
            self.unusable.resize(self.rows, false);
            self.unusable[excluded] = true;
        }
        Ok(())
    }

    /// Counts the answers with an unknown invitation.
    pub(super) fn lost_invitations(
        &self,
        decoding: &mut Decoding<'_>,
        target: &Target<'_>,
    ) -> Result<u64, ReadError> {
        let unusable = &self.unusable;
        let lost = self.invitations.list_lost(decoding, |row| !is_excluded(unusable, row), target)?;
        Ok(lost.into_iter().map(|row| self.answers_of(row)).sum())
    }

    /// The number of answers in a row, including skipped questions.
    fn answers_of(&self, row: usize) -> u64 {
        let mut first = 0;
        for part in &self.parts {
            if row < first + part.rows {
                let there = |scores: &&Scores| !is_excluded(&scores.absent, row - first);
                return part.scores.iter().filter(there).count() as u64;
            }
            first += part.rows;
        }
        0
    }

    /// The invitations answered with a score.
    pub(super) fn answered(&self) -> Vec<Answered> {
        let places = self.invitations.places();
        let mut answered = Vec::new();
        let mut first = 0;
        for part in &self.parts {
            if places.is_empty() {
                break;
            }
            let mut scored = vec![false; part.rows];
            for scores in &part.scores {
                let present =
                    scores.column.whole().into_iter().enumerate().filter(|(_, score)| score.is_some());
                present
                    .filter(|(row, _)| !is_excluded(&scores.absent, *row))
                    .for_each(|(row, _)| scored[row] = true);
            }
            for row in (0..part.rows).filter(|row| scored[*row]).map(|row| first + row) {
                if places[row] != NOWHERE && self.is_usable(row) {
                    let at = self.at.as_ref().and_then(|at| at.get(row));
                    answered.push((places[row] as usize, at));
                }
            }
            first += part.rows;
        }
        answered
    }

    /// The answers as records, with their rows, in order.
    pub(crate) fn records(&self) -> impl Iterator<Item = (usize, SurveyResponse)> + '_ {
        let starts = self.parts.iter().scan(0, |start, part| {
            let first = *start;
            *start += part.rows;
            Some(first)
        });
        self.parts.iter().zip(starts).flat_map(move |(part, start)| {
            let scores: Vec<Vec<Option<i32>>> =
                part.scores.iter().map(|scores| scores.column.whole()).collect();
            (0..part.rows).flat_map(move |row| {
                let mut answers = Vec::new();
                if self.is_usable(start + row) {
                    for (number, of_column) in scores.iter().enumerate() {
                        if part.scores[number].absent.get(row).copied().unwrap_or(false) {
                            continue;
                        }
                        let question = match &self.questions {
                            Questions::Columns(names) => names.get(number),
                            Questions::Named(words) => words.of_row(start + row),
                        };
                        let Some(question) = question else { continue };
                        let score = of_column.get(row).copied().flatten();
                        answers.push((start + row, self.record(start + row, question, score)));
                    }
                }
                answers
            })
        })
    }

    fn record(&self, row: usize, question: &str, score: Option<i32>) -> SurveyResponse {
        let mut answer = SurveyResponse::new(question, score);
        let at = self.at.as_ref().and_then(|at| at.get(row));
        answer.at = at.map(Timestamp::saturating_from_micros);
        answer.ticket = self.tickets.text(row).map(|id| id.as_ref().into());
        answer.customer = self.customers.of_row(row).map(|name| CustomerId::new(name.clone()));
        answer.invitation = self.invitations.text(row).map(Into::into);
        answer.weight = self.weights.get(row).copied().flatten();
        if let Some(text) = self.reasons.of_row(row) {
            answer.reasons = list::parts(text, &self.separator).map(Into::into).collect();
        }
        answer.attributes = self.attributes.of_row(row);
        answer
    }
}

/// Whether a row is excluded.
fn is_excluded(excluded: &[bool], row: usize) -> bool {
    excluded.get(row).copied().unwrap_or(false)
}

/// A column of scores, and the rows without a whole number.
fn score_column(slot: &NumberSlot, array: &ArrayRef) -> Result<(ScoreColumn, Vec<usize>), WrongType> {
    if slot.reading().is_plain()
        && let Ok(column) = ScoreColumn::new(array)
    {
        let odd = not_whole(array)?;
        return Ok((column, odd));
    }
    let numbers = slot.reading().bind(array)?;
    let mut odd = Vec::new();
    let scores: Int32Array = (0..array.len())
        .map(|row| {
            numbers.whole(row).unwrap_or_else(|_| {
                odd.push(row);
                None
            })
        })
        .collect();
    Ok((ScoreColumn::new(&(Arc::new(scores) as ArrayRef))?, odd))
}

/// The rows of a numeric column whose number is not a whole number of 32 bits.
fn not_whole(array: &ArrayRef) -> Result<Vec<usize>, WrongType> {
    let fits = |number: f64| {
        number.is_nan()
            || (number.fract() == 0.0 && (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&number))
    };
    match array.data_type() {
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 => {
            Ok(Vec::new())
        }
        DataType::Int64 => {
            // Checked before a copy: nearly always, all numbers fit.
            let numbers = array.as_primitive::<arrow_array::types::Int64Type>();
            let fits = |number: i64| i32::try_from(number).is_ok();
            if numbers.values().iter().all(|number| fits(*number)) {
                return Ok(Vec::new());
            }
            let odd = |row: &usize| numbers.is_valid(*row) && !fits(numbers.value(*row));
            Ok((0..numbers.len()).filter(odd).collect())
        }
        DataType::Null => Ok(Vec::new()),
        DataType::Dictionary(_, values) => not_whole(&cast(array, values)?),
        _ => {
            let floats = cast(array, &DataType::Float64)?;
            let floats = floats.as_primitive::<Float64Type>();
            if floats.values().iter().all(|number| fits(*number)) {
                return Ok(Vec::new());
            }
            let odd = |row: &usize| floats.is_valid(*row) && !fits(floats.value(*row));
            Ok((0..floats.len()).filter(odd).collect())
        }
    }
}
