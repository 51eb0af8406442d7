//! Typed ids, so that a customer is never taken for a ticket.

use std::borrow::{Borrow, Cow};
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// In JSON it is a text; whole numbers are read as their digits. Read columns of CSV as `String`, since the crate `csv` takes
        /// `007` for the number 7.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(
            /// Shared, since ids are copied into maps and queues.
            Arc<str>,
        );

        impl $name {
            /// The id with the source's own text.
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            /// The source's own text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // Formats that do not describe themselves have it as a text.
                if deserializer.is_human_readable() {
                    deserializer.deserialize_any(IdText).map(Self)
                } else {
                    deserializer.deserialize_string(IdText).map(Self)
                }
            }
        }

        id!(@from $name: &str, String, Box<str>, Cow<'_, str>);
        id!(@digits $name: u64, i64, u32, i32, usize);

        impl From<&String> for $name {
            fn from(text: &String) -> Self {
                Self::new(text.as_str())
            }
        }

        impl From<&Self> for $name {
            fn from(id: &Self) -> Self {
                id.clone()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.as_str().to_owned()
            }
        }

        into_option!($name: $name, &$name, &str, String, &String, Box<str>, Cow<'_, str>, u64, i64, u32, i32, usize);

        impl FromStr for $name {
            type Err = Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self::new(text))
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        /// Finds it in maps by its text.
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, text: &str) -> bool {
                *self.0 == *text
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, text: &&str) -> bool {
                *self.0 == **text
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
    (@from $name:ident: $($from:ty),*) => {
        $(impl From<$from> for $name {
            fn from(text: $from) -> Self {
                Self::new(text)
            }
        })*
    };
    (@digits $name:ident: $($from:ty),*) => {
        $(impl From<$from> for $name {
            fn from(number: $from) -> Self {
                Self::new(number.to_string())
            }
        })*
    };
}

id! {
    /// Names a ticket (case, conversation, issue, request).
    #[doc(alias = "CaseId")]
    TicketId
}

id! {
    /// Names the customer (requester, contact) of a ticket.
    #[doc(alias = "RequesterId")]
    CustomerId
}

/// Reads the text of an id, or the digits of a whole number.
struct IdText;

impl Visitor<'_> for IdText {
    type Value = Arc<str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id as a text or a whole number")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text.into())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
        Ok(text.into())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(number.to_string().into())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(number.to_string().into())
    }
}
