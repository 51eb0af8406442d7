//! Columns of scores, as places on their scale.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_schema::DataType;

use super::WrongType;
use super::text::cast;

/// The number of rows processed together: small enough for the first-level cache, large enough to amortize setup.
pub(crate) const BLOCK: usize = 1024;

/// The ends of a scale of at most [`MOST`](Self::MOST) scores, so that a place fits into a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Places {
    lowest: i32,
    /// The number of scores on the scale.
    scores: u8,
}

impl Places {
    /// The most scores that fit.
    pub(crate) const MOST: u8 = 250;

    /// Creates the places of the scores from `lowest` to `highest`; `None` for an empty scale and one of more than
    /// [`MOST`](Self::MOST) scores.
    pub(crate) fn new(lowest: i32, highest: i32) -> Option<Self> {
        let scores = u8::try_from(i64::from(highest) - i64::from(lowest) + 1).ok()?;
        (1..=Self::MOST).contains(&scores).then_some(Self { lowest, scores })
    }

    /// The number of different places.
    pub(crate) fn count(self) -> usize {
        usize::from(self.scores) + 2
    }

    /// The place of a score that is not on the scale.
    pub(crate) fn outside(self) -> u8 {
        self.scores
    }

    /// The place of a missing score.
    pub(crate) fn missing(self) -> u8 {
        self.scores + 1
    }

    /// The score of a place; `None` for a missing score. All scores off the scale share one representative.
    pub(crate) fn score(self, place: usize) -> Option<i32> {
        match u8::try_from(place) {
            Ok(place) if place < self.scores => Some(self.lowest + i32::from(place)),
            Ok(place) if place == self.missing() => None,
            _ => Some(self.off_scale()),
        }
    }

    /// A score off the scale.
    fn off_scale(self) -> i32 {
        self.lowest.checked_sub(1).unwrap_or(i32::MAX)
    }
}

/// A column of scores of any numeric type. A null and NaN are missing; a number that is not whole is on no scale.
#[derive(Debug, Clone)]
pub(crate) struct ScoreColumn {
    values: ArrayRef,
    nulls: Option<NullBuffer>,
}

impl ScoreColumn {
    /// The scores as numbers.
    pub(crate) fn numbers(&self) -> Vec<Option<f64>> {
        let Ok(numbers) = cast(&self.values, &DataType::Float64) else { return vec![None; self.len()] };
        let scores = numbers.as_primitive::<Float64Type>().iter();
        scores.map(|score| score.filter(|number| !number.is_nan())).collect()
    }

    /// The scores as whole numbers, regardless of the scale.
    pub(crate) fn whole(&self) -> Vec<Option<i32>> {
        #[allow(clippy::cast_possible_truncation, reason = "whole numbers of 32 bits, checked before")]
        let whole = |number: f64| number as i32;
        self.numbers().into_iter().map(|score| score.map(whole)).collect()
    }

    pub(crate) fn new(array: &ArrayRef) -> Result<Self, WrongType> {
        let values = match array.data_type() {
            kind if kind.is_integer() => array.clone(),
            DataType::Float32 | DataType::Float64 => array.clone(),
            DataType::Float16 => cast(array, &DataType::Float32)?,
            DataType::Null => cast(array, &DataType::Int8)?,
            DataType::Dictionary(_, values)
                if values.is_numeric() && !matches!(**values, DataType::Decimal128(..)) =>
            {
                return Self::new(&cast(array, values)?);
            }
            kind => {
                return Err(WrongType {
                    found: kind.to_string(),
                    expected: "whole numbers or floats".into(),
                });
            }
        };
        Ok(Self { nulls: values.nulls().filter(|nulls| nulls.null_count() > 0).cloned(), values })
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// Writes the places of the rows from `from` on into `places`, until it is full.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::unnecessary_cast,
        reason = "one text for eight types: the difference wraps on purpose and a place is at most 251"
    )]
    pub(crate) fn places(&self, scale: Places, from: usize, places: &mut [u8]) {
        macro_rules! whole {
            ($kind:ty, $native:ty, $unsigned:ty) => {{
                let values = &self.values.as_primitive::<$kind>().values()[from..from + places.len()];
                let lowest = <$native>::try_from(scale.lowest).ok();
                let steps = <$native>::try_from(scale.scores).ok();
                // The scale's upper end must not overflow in a narrow type.
                match lowest.filter(|lowest| steps.and_then(|steps| lowest.checked_add(steps)).is_some()) {
                    Some(lowest) => {
                        let outside = <$unsigned>::from(scale.scores);
                        for (place, value) in places.iter_mut().zip(values) {
                            // A score below the lowest wraps to a large distance, so one comparison checks both ends.
                            *place = (value.wrapping_sub(lowest) as $unsigned).min(outside) as u8;
                        }
                    }
                    None => {
                        for (place, value) in places.iter_mut().zip(values) {
                            *place = wide_place(scale, i128::from(*value));
                        }
                    }
                }
            }};
        }
        match self.values.data_type() {
            DataType::Int8 => whole!(Int8Type, i8, u8),
            DataType::Int16 => whole!(Int16Type, i16, u16),
            DataType::Int32 => whole!(Int32Type, i32, u32),
            DataType::Int64 => whole!(Int64Type, i64, u64),
            DataType::UInt8 => whole!(UInt8Type, u8, u8),
            DataType::UInt16 => whole!(UInt16Type, u16, u16),
            DataType::UInt32 => whole!(UInt32Type, u32, u32),
            DataType::UInt64 => whole!(UInt64Type, u64, u64),
            DataType::Float32 => self.float_places::<Float32Type>(scale, from, places),
            _ => self.float_places::<Float64Type>(scale, from, places),
        }
        if let Some(nulls) = &self.nulls {
            blank(nulls.inner(), from, places, scale.missing());
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float out of range saturates; a place is at most 251"
    )]
    fn float_places<F: ArrowPrimitiveType<Native: Into<f64>>>(
        &self,
        scale: Places,
        from: usize,
        places: &mut [u8],
    ) {
        let values = &self.values.as_primitive::<F>().values()[from..from + places.len()];
        for (place, value) in places.iter_mut().zip(values) {
            let value: f64 = (*value).into();
            let whole = value as i32; // saturates, and then differs
            let distance = whole.wrapping_sub(scale.lowest).cast_unsigned();
            #[expect(clippy::float_cmp, reason = "whether it is that very whole number")]
            let on_scale = f64::from(whole) == value;
            let near = if on_scale { distance.min(u32::from(scale.scores)) } else { u32::from(scale.scores) };
            *place = if value.is_nan() { scale.missing() } else { near as u8 };
        }
    }
}

fn wide_place(scale: Places, value: i128) -> u8 {
    let distance = value - i128::from(scale.lowest);
    u8::try_from(distance).map_or(scale.outside(), |distance| distance.min(scale.outside()))
}

/// Sets the places of missing rows.
fn blank(valid: &BooleanBuffer, from: usize, places: &mut [u8], missing: u8) {
    let bits = valid.slice(from, places.len());
    let chunks = bits.bit_chunks();
    let (blocks, rest) = places.as_chunks_mut::<64>();
    for (block, word) in blocks.iter_mut().zip(chunks.iter()) {
        if word != u64::MAX {
            for (eight, byte) in block.as_chunks_mut::<8>().0.iter_mut().zip(word.to_le_bytes()) {
                let keep = SPREAD[usize::from(byte)];
                for (place, keep) in eight.iter_mut().zip(keep) {
                    *place = (*place & keep) | (missing & !keep);
                }
            }
        }
    }
    let word = chunks.remainder_bits();
    for (bit, place) in rest.iter_mut().enumerate() {
        if word >> bit & 1 == 0 {
            *place = missing;
        }
    }
}

/// Each bit of a byte, as a byte.
static SPREAD: [[u8; 8]; 256] = {
    let mut table = [[0; 8]; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut bit = 0;
        while bit < 8 {
            if byte >> bit & 1 == 1 {
                table[byte][bit] = u8::MAX;
            }
            bit += 1;
        }
        byte += 1;
    }
    table
};
