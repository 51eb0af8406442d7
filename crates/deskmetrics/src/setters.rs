//! Methods that set one part of a value each, all alike.

/// Defines methods that set a field and return the value: `with_x(x = T)` sets the field `x`, `with_x(x = Some T)` sets it to
/// `Some`, `with_x(x ? T)` the same of anything that converts into `T`, and `with_x(xs + T)` adds such a value to the list `xs`.
/// `with_attribute(attributes)` sets an attribute.
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
        pub fn $name(mut self, $field: impl Into<$type>) -> Self {
            self.$field = Some($field.into());
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
            attribute: crate::ticket::Attribute,
            value: impl Into<Box<str>>,
        ) -> Self {
            self.attributes.set(attribute, Some(value.into()));
            self
        }
    };
}
