//! Attributes of Python classes.

/// Adds attributes to a class, one line each: its docstring, then `name -> type = value`.
///
/// The value is an expression of the object, which the first line names, or of what a method of the object returns.
macro_rules! getters {
    ($class:ident, $this:ident; $($rest:tt)*) => {
        crate::getters::getters! { @ $class, $this, (|this| this); $($rest)* }
    };
    ($class:ident, $this:ident = $of:ident(); $($rest:tt)*) => {
        crate::getters::getters! { @ $class, $this, ($class::$of); $($rest)* }
    };
    (@ $class:ident, $this:ident, $of:tt; $($(#[$doc:meta])* $name:ident -> $kind:ty = $value:expr;)+) => {
        #[pymethods]
        impl $class {
            $($(#[$doc])*
            #[getter]
            fn $name(&self) -> $kind {
                let $this = $of(self);
                $value
            })+
        }
    };
}

pub(crate) use getters;
