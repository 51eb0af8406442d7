//! Methods that set one part of a value each, all alike.

/// Defines methods that set a field and return the value: `with_x(x = T)` sets the field `x`, `with_x(x ? T)` sets it to
/// `Some`, and `with_x(xs + T)` adds to the list `xs`. The last two convert their argument into `T`. `with_attribute(attributes)`
/// sets an attribute.
macro_rules! setters {
    ($($(#[$meta:meta])* $name:ident($field:ident $($how:tt)*);)*) => {
        $(setters!(@one $(#[$meta])* $name $field $($how)*);)*
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
