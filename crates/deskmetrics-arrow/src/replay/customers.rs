//! Who asks, each customer as a number.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::Array as _;
use arrow_schema::DataType;
use deskmetrics::kpi::CustomerNames;
use hashbrown::HashMap;

use super::coding::Texts;
use super::ids::{Ids, Numbers};
use crate::column::{Column, ColumnError};

/// The customers of tickets: a code for each, and the names behind the codes.
#[derive(Debug, Clone)]
pub struct Customers {
    /// By ticket; 0 where nobody is named.
    codes: Vec<u32>,
    names: Arc<Names>,
}

#[derive(Debug)]
enum Names {
    /// Numbers, in the order of the codes from 1 on.
    Numbers(Vec<i64>),
    /// Numbers that lie close together: code 1 is the least.
    From(i64, usize),
    Texts(Texts),
}

impl Customers {
    pub(super) fn new(column: &Column<'_>) -> Result<Self, ColumnError> {
        let numbers = |kind: &DataType| kind.is_integer() && *kind != DataType::UInt64;
        if column.chunks().is_empty() || !column.chunks().iter().all(|array| numbers(array.data_type())) {
            let mut texts = Texts::default();
            let codes = texts.column(column)?;
            return Ok(Self { codes, names: Arc::new(Names::Texts(texts)) });
        }
        let Ids::Numbers(chunks) = Ids::new(column, true)? else {
            return Ok(Self { codes: Vec::new(), names: Arc::new(Names::Numbers(Vec::new())) });
        };
        let ids = || chunks.iter().flat_map(Numbers::iter);
        let ends = chunks.iter().filter_map(Numbers::ends);
        let (least, most) =
            ends.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1))).unwrap_or_default();
        let width = usize::try_from(i128::from(most) - i128::from(least)).unwrap_or(usize::MAX);
        if width < column.len().saturating_mul(4) + 1024 {
            let mut codes = Vec::with_capacity(column.len());
            let code = |id: i64| u32::try_from(id - least + 1).unwrap_or(Texts::NONE);
            for chunk in &chunks {
                match chunk.whole() {
                    Some(ids) => codes.extend(ids.iter().map(|id| code(*id))),
                    None => codes.extend(chunk.iter().map(|id| id.map_or(Texts::NONE, code))),
                }
            }
            return Ok(Self { codes, names: Arc::new(Names::From(least, width + 1)) });
        }
        let mut names: Vec<i64> = Vec::new();
        let mut found: HashMap<i64, u32> = HashMap::new();
        let mut numbered = |id: Option<i64>| {
            let Some(id) = id else { return Texts::NONE };
            *found.entry(id).or_insert_with(|| {
                names.push(id);
                u32::try_from(names.len()).unwrap_or(u32::MAX)
            })
        };
        let codes = ids().map(&mut numbered).collect();
        Ok(Self { codes, names: Arc::new(Names::Numbers(names)) })
    }

    /// The code of the customer of a row; 0 where nobody is named.
    pub fn code(&self, row: usize) -> u32 {
        self.codes.get(row).copied().unwrap_or(Texts::NONE)
    }

    /// The name behind a code; `None` for 0.
    pub fn name(&self, code: u32) -> Option<Cow<'_, str>> {
        self.names.name(code)
    }

    /// The names by themselves.
    pub(super) fn names(&self) -> Arc<dyn CustomerNames> {
        let names: Arc<Names> = Arc::clone(&self.names);
        names
    }

    /// One more than the highest code.
    pub fn len(&self) -> usize {
        self.names.limit()
    }

    /// Whether there is no customer.
    pub fn is_empty(&self) -> bool {
        self.len() <= 1
    }

    /// By customer: the code of the same name among `texts`.
    pub(super) fn find_in(&self, texts: &Texts) -> Vec<u32> {
        let mut codes = vec![Texts::NONE; self.len()];
        match &*self.names {
            Names::Texts(names) => {
                for (name, place) in names.iter().zip(&mut codes[1..]) {
                    *place = texts.find(name).unwrap_or(Texts::NONE);
                }
            }
            // Far fewer people answer than ask.
            Names::Numbers(_) | Names::From(..) => {
                let by_id: HashMap<i64, u32> = texts
                    .iter()
                    .zip(1..)
                    .filter_map(|(text, code)| {
                        Some((text.parse::<i64>().ok().filter(|id| id.to_string() == text)?, code))
                    })
                    .collect();
                for (number, place) in (0u32..).zip(&mut codes) {
                    let id = match &*self.names {
                        Names::Numbers(names) => {
                            (number as usize).checked_sub(1).and_then(|at| names.get(at)).copied()
                        }
                        Names::From(least, _) => i64::from(number).checked_sub(1).map(|past| least + past),
                        Names::Texts(_) => None,
                    };
                    *place = id.and_then(|id| by_id.get(&id)).copied().unwrap_or(Texts::NONE);
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
            Self::Texts(texts) => texts.len(),
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
            Self::Texts(texts) => texts.text(code).map(Into::into),
        }
    }
}
