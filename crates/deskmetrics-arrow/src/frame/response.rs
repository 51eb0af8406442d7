//! Survey answers as columns.

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, Int32Array, RecordBatch};
use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;
use deskmetrics::ticket::Attribute;
use deskmetrics::{SurveyResponse, Timestamp};

use super::attribute::AttributeColumns;
use super::code::{Coded, coded};
use super::id::Ids;
use super::{FrameOptions, Memory, clean_rows, in_order, standard};
use crate::column::score::ScoreColumn;
use crate::column::utc::Instants;
use crate::column::{WrongType, cast};
use crate::description::SurveySource;
use crate::record::Records;
use crate::record::slot::NumberSlot;
use crate::{ReadError, SourceReport};

/// Survey answers in memory: one form a row with a column for each question, or one answer a row.
///
/// A score is judged by the KPI that counts it: one off the scale is left out there.
#[derive(Debug)]
pub struct ResponseFrame {
    memory: Memory,
    source: SurveySource,
    questions: Questions,
    parts: Vec<ResponsePart>,
    tickets: Option<Ids>,
    attributes: AttributeColumns,
    /// Answers of rows that needed a second look.
    read: Vec<SurveyResponse>,
    report: SourceReport,
    len: usize,
}

/// Which question a score answers.
#[derive(Debug)]
pub(crate) enum Questions {
    /// Each has a column.
    Columns(Vec<Box<str>>),
    /// A column names it.
    Named(Coded<Box<str>>),
}

/// One record batch of a [`ResponseFrame`].
#[derive(Debug)]
pub(crate) struct ResponsePart {
    pub(crate) rows: usize,
    /// Which rows are beyond doubt; `None` when all are.
    pub(crate) clean: Option<BooleanBuffer>,
    pub(crate) at: Option<Instants>,
    /// One for each question that has a column, or the only one.
    pub(crate) scores: Vec<ScoreColumn>,
}

impl ResponseFrame {
    /// Answers whose columns have usual names: a column for each of `questions`, or without any given `question` and
    /// `score`, else those of `nps`, `csat` and `ces` that are there; `answered_at`, `ticket_id`, `customer_id`,
    /// `invitation_id`, `weight`, `reasons`. Every other column of words is an attribute under its own name.
    ///
    /// # Errors
    /// When there is no question, a column is of a type that cannot hold what it should, or it holds wall-clock times and
    /// no zone is given.
    pub fn standard(
        batches: Vec<RecordBatch>,
        questions: &[&str],
        options: &FrameOptions,
    ) -> Result<Self, ReadError> {
        let source = standard::responses(batches.first(), questions)?;
        Self::new(batches, source, options)
    }

    /// Answers whose columns are described; the files of `source` are not looked at.
    ///
    /// # Errors
    /// When a column is missing, of a type that cannot hold what it should, or holds wall-clock times and no zone is given.
    pub fn new(
        batches: Vec<RecordBatch>,
        source: SurveySource,
        options: &FrameOptions,
    ) -> Result<Self, ReadError> {
        let memory = Memory::new("surveys", batches, options);
        let table = memory.table();
        let mut columns = memory.columns(&table, &source.instants, &source.missing);
        let mut slots = Vec::new();
        for key in source.questions.values() {
            slots.push(columns.number(key)?);
        }
        let question = columns.maybe_word(source.question.as_ref())?;
        if source.questions.is_empty() {
            slots.push(columns.maybe_number(source.score.as_ref())?);
        }
        let at = columns.maybe_instant(source.at.as_ref())?;
        let ticket = columns.maybe_word(source.ticket.as_ref())?;
        let weight = columns.maybe_number(source.weight.as_ref())?;
        let attributes = columns.attributes(&source.attributes)?;
        let batches = columns.batches()?.collect::<Result<Vec<_>, _>>()?;

        let mut doubtful = Vec::new();
        let zone_named = source.instants.time_zone.is_some()
            || source.at.as_ref().is_some_and(|key| key.time_zone.is_some());
        let instants = memory.instants(&table, &at, zone_named, &batches, &mut doubtful)?;
        let tickets = if ticket.is_nothing() {
            None
        } else {
            Some(Ids::new(&ticket, &batches).map_err(|wrong| ticket.wrong(&table, wrong))?.0)
        };
        let questions = if source.questions.is_empty() {
            let names = coded(&question, &batches).map_err(|wrong| question.wrong(&table, wrong))?;
            match names {
                Some(names) => Questions::Named(names),
                None => Questions::Columns(Vec::new()),
            }
        } else {
            Questions::Columns(source.questions.keys().cloned().collect())
        };
        let mut parts = Vec::with_capacity(batches.len());
        let mut start = 0;
        for ((number, batch), at) in batches.iter().enumerate().zip(instants) {
            let rows = batch.num_rows();
            let mut scores = Vec::with_capacity(slots.len());
            for slot in &slots {
                let Some(array) = slot.array(batch) else { continue };
                let (column, odd) = score_column(slot, array).map_err(|wrong| slot.wrong(&table, wrong))?;
                doubtful.extend(odd.into_iter().map(|row| start + row));
                scores.push(column);
            }
            if let Some(array) = weight.array(batch) {
                let weights = weight.reading().bind(array).map_err(|wrong| weight.wrong(&table, wrong))?;
                let odd = |row: &usize| weights.number(*row).is_err();
                doubtful.extend((0..rows).filter(odd).map(|row| start + row));
            }
            if let Questions::Named(names) = &questions {
                let codes = names.part(number);
                let nameless = |row: &usize| !matches!(names.meaning(codes.get(*row)), Ok(Some(_)));
                doubtful.extend((0..rows).filter(nameless).map(|row| start + row));
            }
            parts.push(ResponsePart { rows, clean: None, at, scores });
            start += rows;
        }
        let doubtful = in_order(doubtful);
        let mut start = 0;
        for part in &mut parts {
            part.clean = clean_rows(part.rows, start, &doubtful);
            start += part.rows;
        }
        let mut records =
            memory.read_rows(&doubtful, |reading, rows| Records::of_answers(reading, &source, rows))?;
        let report =
            records.reports().pop().unwrap_or_else(|| SourceReport::of("surveys", "surveys", start as u64));
        let answers_a_row = match &questions {
            Questions::Columns(names) => names.len(),
            Questions::Named(_) => 1,
        };
        let len = (start - doubtful.len()) * answers_a_row + records.responses.len();
        let attributes = AttributeColumns::new(attributes, &batches);
        let read = records.responses;
        Ok(Self { memory, source, questions, parts, tickets, attributes, read, report, len })
    }

    /// Answers, skipped questions included, those left out not.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is not one answer.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Rows read and left out.
    pub fn source(&self) -> &SourceReport {
        &self.report
    }

    /// The last instant at which an answer was given; `None` where none bears a date.
    pub fn last_instant(&self) -> Option<Timestamp> {
        let has_answers = !matches!(&self.questions, Questions::Columns(names) if names.is_empty());
        let columns = self.parts.iter().filter(|_| has_answers);
        let columns = columns.filter_map(|part| part.at.as_ref()?.last(part.clean.as_ref()));
        let one_by_one = self.read.iter().filter_map(|response| response.at);
        columns.map(Timestamp::saturating_from_micros).chain(one_by_one).max()
    }

    /// The attributes its answers have columns for.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.names()
    }

    /// The answers as records.
    ///
    /// # Errors
    /// When reading is strict and a row cannot be used.
    pub fn records(&self) -> Result<Vec<SurveyResponse>, ReadError> {
        let records = Records::of_answers(&mut self.memory.reading(), &self.source, &self.memory.table())?;
        Ok(records.responses)
    }

    pub(crate) fn questions(&self) -> &Questions {
        &self.questions
    }

    /// One for each record batch.
    pub(crate) fn parts(&self) -> &[ResponsePart] {
        &self.parts
    }

    /// The tickets the rows are about.
    pub(crate) fn tickets(&self) -> Option<&Ids> {
        self.tickets.as_ref()
    }

    /// Answers of rows that are not clean, read one by one.
    pub(crate) fn read_one_by_one(&self) -> &[SurveyResponse] {
        &self.read
    }

    /// The codes of an attribute's values; `None` where there is no column for it.
    pub(crate) fn codes(&self, attribute: &Attribute) -> Result<Option<&Coded<Box<str>>>, ReadError> {
        self.attributes.codes(attribute, &self.memory)
    }
}

/// A column of scores, and the rows that need a second look, because there is no whole number.
fn score_column(slot: &NumberSlot, array: &ArrayRef) -> Result<(ScoreColumn, Vec<usize>), WrongType> {
    if slot.reading().is_plain()
        && let Ok(column) = ScoreColumn::new(array)
    {
        let odd = not_whole(array)?;
        return Ok((column, odd));
    }
    let numbers = slot.reading().bind(array)?;
    let whole = |row| numbers.whole(row);
    let odd = (0..array.len()).filter(|row| whole(*row).is_err()).collect();
    let scores: Int32Array = (0..array.len()).map(|row| whole(row).ok().flatten()).collect();
    Ok((ScoreColumn::new(&(std::sync::Arc::new(scores) as ArrayRef))?, odd))
}

/// Rows of a numeric column whose number is no whole number of 32 bits.
fn not_whole(array: &ArrayRef) -> Result<Vec<usize>, WrongType> {
    let fits = |number: f64| {
        number.is_nan()
            || (number.fract() == 0.0 && (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&number))
    };
    match array.data_type() {
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 => {
            Ok(Vec::new())
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
