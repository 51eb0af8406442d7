//! Methods that set one part of a value each, all alike.

use std::borrow::Cow;

/// A value or an option of one, as the setters of optional parts take it.
///
/// ```
/// use deskmetrics::{Ticket, Timestamp};
///
/// let ticket = |requester: Option<String>| Ticket::new("T-1", Timestamp::MIN).with_requester(requester);
/// assert_eq!(ticket(Some("ana".to_owned())), Ticket::new("T-1", Timestamp::MIN).with_requester("ana"));
/// assert_eq!(ticket(None).requester, None);
/// ```
pub trait IntoOption<T> {
    /// The option.
    fn into_option(self) -> Option<T>;
}

/// Makes values of types that convert into a type, and options of them, options of it.
macro_rules! into_option {
    ($to:ty: $($from:ty),* $(,)?) => {
        $(
            impl $crate::IntoOption<$to> for $from {
                fn into_option(self) -> Option<$to> {
                    Some(self.into())
                }
            }

            impl $crate::IntoOption<$to> for Option<$from> {
                fn into_option(self) -> Option<$to> {
                    self.map(Into::into)
                }
            }
        )*
    };
}

into_option!(Box<str>: &str, String, Box<str>, Cow<'_, str>);
into_option!(f64: f64);

impl IntoOption<Box<str>> for &String {
    fn into_option(self) -> Option<Box<str>> {
        Some(self.as_str().into())
    }
}

impl IntoOption<Box<str>> for Option<&String> {
    fn into_option(self) -> Option<Box<str>> {
        self.map(|text| text.as_str().into())
    }
}

/// Defines methods that set a field and return the value: `with_x(x = T)` sets the field `x`, `with_x(x = Some T)` sets it to
/// `Some`, `with_x(x ? T)` to anything that converts into `T` or an option of it, and `with_x(xs + T)` adds such a value
/// to the list `xs`. `with_attribute(attributes)` sets an attribute, or clears it.
macro_rules! setters {
    ($($(#[$meta:meta])* $name:ident($field:ident $($how:tt)*);)*) => {
        $(setters!(@one $(#[$meta])* $name $field $($how)*);)*
    };
    (@one $(#[$meta:meta])* $name:ident $field:ident = Some $type:ty) => {
        $(#[$meta])*
        #[must_use]
        pub fn $name(mut self, $field: $type) -> Self {
            self.$field = Some($field);
            self
        }
    };
    (@one $(#[$meta:meta])* $name:ident $field:ident = $type:ty) => {
        $(#[$meta])*
        #[must_use]
        pub fn $name(mut self, $field: $type) -> Self {
            self.$field = $field;
            self
        }
    };
    (@one $(#[$meta:meta])* $name:ident $field:ident ? $type:ty) => {
        $(#[$meta])*
        #[must_use]
        pub fn $name(mut self, $field: impl crate::IntoOption<$type>) -> Self {
            self.$field = $field.into_option();
            self
        }
    };
    (@one $(#[$meta:meta])* $name:ident $field:ident + $type:ty) => {
        $(#[$meta])*
        #[must_use]
        pub fn $name(mut self, $field: impl Into<$type>) -> Self {
            self.$field.push($field.into());
            self
        }
    };
    (@one $(#[$meta:meta])* with_attribute attributes) => {
        $(#[$meta])*
        #[must_use]
        pub fn with_attribute(
            mut self,
            attribute: impl Into<crate::ticket::Attribute>,
            value: impl crate::IntoOption<Box<str>>,
        ) -> Self {
            self.attributes.set(attribute.into(), value.into_option());
            self
        }
    };
}
