//! The words of enums: their names in data, as serde spells them.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{Deserialize, IntoDeserializer};
use serde::ser::{Impossible, Serialize, Serializer};

/// A text that is none of the words of an enum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} \"{word}\" is not one of {}", known.join(", "))]
#[non_exhaustive]
pub struct UnknownWord {
    /// What was expected, such as `author`.
    pub what: &'static str,
    /// The text.
    pub word: String,
    /// The words there are.
    pub known: &'static [&'static str],
}

/// Gives an enum whose variants serde writes as words `as_str`, `Display` and `FromStr`; with `printed` what lacks only the last
/// two, with `parsed` what lacks only the last.
macro_rules! words {
    ($type:ident: $what:literal) => {
        impl $type {
            /// The name used in data.
            pub fn as_str(self) -> &'static str {
                crate::words::word(&self)
            }
        }
        words!(printed $type: $what);
    };
    (printed $type:ident: $what:literal) => {
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
        words!(parsed $type: $what);
    };
    (parsed $type:ident: $what:literal) => {
        /// Reads the name used in data.
        impl std::str::FromStr for $type {
            type Err = crate::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                crate::words::parse($what, word)
            }
        }
    };
}

/// The word of a variant without content; empty for any other value.
pub(crate) fn word(variant: &impl Serialize) -> &'static str {
    variant.serialize(Word).unwrap_or_default()
}

/// The value of a word.
pub(crate) fn parse<'w, T: Deserialize<'w>>(what: &'static str, word: &'w str) -> Result<T, UnknownWord> {
    let words: StrDeserializer<'w, Known> = word.into_deserializer();
    T::deserialize(words).map_err(|Known(known)| UnknownWord { what, word: word.to_owned(), known })
}

/// The words that a variant's name was compared with.
#[derive(Debug, thiserror::Error)]
#[error("not one of {}", .0.join(", "))]
struct Known(&'static [&'static str]);

impl serde::de::Error for Known {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(&[])
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self(expected)
    }
}

/// Takes the name of a variant without content, and nothing else.
struct Word;

macro_rules! refuse {
    ($($name:ident($($of:ty),*);)*) => {
        $(fn $name(self, $(_: $of),*) -> Result<Self::Ok, Self::Error> { Err(fmt::Error) })*
    };
    (parts $($part:ident: $name:ident($($of:ty),*);)*) => {
        $(fn $name(self, $(_: $of),*) -> Result<Self::$part, Self::Error> { Err(fmt::Error) })*
    };
}

impl Serializer for Word {
    type Ok = &'static str;
    type Error = fmt::Error;
    type SerializeSeq = Impossible<Self::Ok, Self::Error>;
    type SerializeTuple = Impossible<Self::Ok, Self::Error>;
    type SerializeTupleStruct = Impossible<Self::Ok, Self::Error>;
    type SerializeTupleVariant = Impossible<Self::Ok, Self::Error>;
    type SerializeMap = Impossible<Self::Ok, Self::Error>;
    type SerializeStruct = Impossible<Self::Ok, Self::Error>;
    type SerializeStructVariant = Impossible<Self::Ok, Self::Error>;

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        word: &'static str,
    ) -> Result<Self::Ok, Self::Error> {
        Ok(word)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<Self::Ok, Self::Error> {
        Err(fmt::Error)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: &T,
    ) -> Result<Self::Ok, Self::Error> {
        Err(fmt::Error)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Self::Ok, Self::Error> {
        Err(fmt::Error)
    }

    refuse! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_f32(f32);
        serialize_f64(f64);
        serialize_char(char);
        serialize_str(&str);
        serialize_bytes(&[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(&'static str);
    }

    refuse! { parts
        SerializeSeq: serialize_seq(Option<usize>);
        SerializeTuple: serialize_tuple(usize);
        SerializeTupleStruct: serialize_tuple_struct(&'static str, usize);
        SerializeTupleVariant: serialize_tuple_variant(&'static str, u32, &'static str, usize);
        SerializeMap: serialize_map(Option<usize>);
        SerializeStruct: serialize_struct(&'static str, usize);
        SerializeStructVariant: serialize_struct_variant(&'static str, u32, &'static str, usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_variant_without_content_has_a_word() {
        #[derive(serde::Serialize)]
        #[serde(rename_all = "snake_case")]
        enum Shape {
            OneSquare,
            Circle(u8),
        }
        assert_eq!(word(&Shape::OneSquare), "one_square");
        assert_eq!((word(&Shape::Circle(1)), word(&"text"), word(&Some(1)), word(&[1])), ("", "", "", ""));
    }
}
