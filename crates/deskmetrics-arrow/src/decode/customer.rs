//! Customers of tickets, as numbers.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, Int64Array, RecordBatch};
use arrow_schema::DataType;
use deskmetrics::engine::CustomerNames;
use hashbrown::HashMap;

use super::slot::WordSlot;
use super::word::{KnownCodes, NONE, Words};
use crate::ReadError;
use crate::column::cast;

/// The customers of tickets: a code for each, and the names of the codes.
#[derive(Debug, Clone)]
pub struct CustomerCodes {
    /// By ticket; 0 for no customer.
    codes: Vec<u32>,
    names: Arc<Names>,
}

#[derive(Debug)]
enum Names {
    /// Numbers, in the order of the codes from 1 on.
    Numbers(Vec<i64>),
    /// Numbers in a narrow range: code 1 is the least.
    From(i64, usize),
    Texts(Vec<Box<str>>),
}

/// A column of requesters during reading.
#[derive(Debug, Default)]
pub(crate) struct Requesters {
    /// Rows before the first column of customers.
    absent: usize,
    numbers: Vec<Int64Array>,
    texts: Option<Words<Box<str>>>,
}

impl Requesters {
    /// Adds the rows of a batch. Unreadable rows have no customer and are added to `doubts`.
    pub(crate) fn decode(
        &mut self,
        slot: &WordSlot<Box<str>>,
        known: &mut KnownCodes,
        batch: &RecordBatch,
        doubts: &mut Vec<usize>,
    ) -> Result<(), ReadError> {
        if slot.is_nothing() && self.numbers.is_empty() && self.texts.is_none() {
            self.absent += batch.num_rows();
            return Ok(());
        }
        let whole = |kind: &DataType| kind.is_integer() && *kind != DataType::UInt64;
        if let (None, Some(array), true, 0) = (&self.texts, slot.array(batch), slot.is_plain(), self.absent)
            && whole(array.data_type())
        {
            let wide = cast(array, &DataType::Int64).map_err(|wrong| slot.wrong(wrong))?;
            self.numbers.push(wide.as_primitive::<Int64Type>().clone());
            return Ok(());
        }
        self.as_texts().decode(slot, known, batch, doubts)
    }

    /// Adds one row.
    pub(crate) fn push(&mut self, name: Option<Box<str>>) {
        self.as_texts().push(name);
    }

    fn as_texts(&mut self) -> &mut Words<Box<str>> {
        let (absent, numbers) = (std::mem::take(&mut self.absent), std::mem::take(&mut self.numbers));
        self.texts.get_or_insert_with(|| {
            let mut texts = Words::default();
            (0..absent).for_each(|_| texts.push(None));
            for id in numbers.iter().flat_map(Int64Array::iter) {
                texts.push(id.map(|id| id.to_string().into()));
            }
            texts
        })
    }

    /// The column of all tickets; `None` if no column names customers.
    pub(crate) fn finish(self, tickets: usize) -> Option<CustomerCodes> {
        if let Some(texts) = self.texts {
            let mut codes: Vec<u32> = (0..texts.codes.len()).map(|row| texts.codes.get(row)).collect();
            codes.resize(tickets, NONE);
            return Some(CustomerCodes { codes, names: Arc::new(Names::Texts(texts.meanings().to_vec())) });
        }
        let rows: usize = self.numbers.iter().map(Array::len).sum();
        if self.numbers.is_empty() || rows != tickets {
            return None;
        }
        let ids = || self.numbers.iter().flat_map(Int64Array::iter);
        let wider = |(least, most): (i64, i64), id: i64| (least.min(id), most.max(id));
        let (least, most) = ids().flatten().fold((i64::MAX, i64::MIN), wider);
        let width = usize::try_from(i128::from(most) - i128::from(least)).unwrap_or(usize::MAX);
        if width < rows.saturating_mul(4) + 1024 {
            let mut codes = Vec::with_capacity(rows);
            let code = |id: i64| u32::try_from(id - least + 1).unwrap_or(NONE);
            for chunk in &self.numbers {
                if chunk.null_count() == 0 {
                    codes.extend(chunk.values().iter().map(|id| code(*id)));
                } else {
                    codes.extend(chunk.iter().map(|id| id.map_or(NONE, code)));
                }
            }
            return Some(CustomerCodes { codes, names: Arc::new(Names::From(least, width + 1)) });
        }
        let mut names: Vec<i64> = Vec::new();
        let mut found: HashMap<i64, u32> = HashMap::new();
        let mut numbered = |id: Option<i64>| {
            let Some(id) = id else { return NONE };
            *found.entry(id).or_insert_with(|| {
                names.push(id);
                u32::try_from(names.len()).unwrap_or(u32::MAX)
            })
        };
        let codes = ids().map(&mut numbered).collect();
        Some(CustomerCodes { codes, names: Arc::new(Names::Numbers(names)) })
    }
}

impl CustomerCodes {
    /// The code of the customer of a row; 0 for none.
    pub fn code(&self, row: usize) -> u32 {
        self.codes.get(row).copied().unwrap_or(NONE)
    }

    /// The name of a code; `None` for 0.
    pub fn name(&self, code: u32) -> Option<Cow<'_, str>> {
        self.names.name(code)
    }

    /// The names.
    pub(crate) fn names(&self) -> Arc<dyn CustomerNames> {
        let names: Arc<Names> = Arc::clone(&self.names);
        names
    }

    /// One more than the highest code.
    pub fn len(&self) -> usize {
        self.names.limit()
    }

    /// Whether there are no customers.
    pub fn is_empty(&self) -> bool {
        self.len() <= 1
    }

    /// For each customer, the result of `find` for the name; [`NONE`] for no result.
    pub(crate) fn find_in<'t>(
        &self,
        find: impl Fn(&str) -> Option<u32>,
        texts: impl Iterator<Item = (&'t str, u32)>,
    ) -> Vec<u32> {
        let mut codes = vec![NONE; self.len()];
        match &*self.names {
            Names::Texts(names) => {
                for (name, place) in names.iter().zip(&mut codes[1..]) {
                    *place = find(name).unwrap_or(NONE);
                }
            }
            // There are far fewer agents than customers.
            Names::Numbers(_) | Names::From(..) => {
                let by_id: HashMap<i64, u32> = texts
                    .filter_map(|(text, code)| {
                        Some((text.parse::<i64>().ok().filter(|id| id.to_string() == text)?, code))
                    })
                    .collect();
                for (number, place) in (0u32..).zip(&mut codes) {
                    let id = match &*self.names {
                        Names::Numbers(names) => {
                            (number as usize).checked_sub(1).and_then(|at| names.get(at)).copied()
                        }
                        Names::From(least, _) => number.checked_sub(1).map(|past| least + i64::from(past)),
                        Names::Texts(_) => None,
                    };
                    *place = id.and_then(|id| by_id.get(&id)).copied().unwrap_or(NONE);
                }
            }
        }
        codes
    }
}

impl CustomerNames for Names {
    fn limit(&self) -> usize {
        match self {
            Self::Numbers(names) => names.len() + 1,
            Self::From(_, count) => count + 1,
            Self::Texts(texts) => texts.len() + 1,
        }
    }

    fn name(&self, code: u32) -> Option<Cow<'_, str>> {
        let place = usize::try_from(code).ok()?.checked_sub(1)?;
        match self {
            Self::Numbers(names) => names.get(place).map(|id| id.to_string().into()),
            Self::From(least, count) => {
                let id = i64::try_from(place).ok()?.checked_add(*least)?;
                (place < *count).then(|| id.to_string().into())
            }
            Self::Texts(texts) => texts.get(place).map(|text| Cow::Borrowed(&**text)),
        }
    }
}
