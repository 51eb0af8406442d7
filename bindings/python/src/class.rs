//! Methods and attributes that several Python classes share.

/// Adds attributes to a class, one per entry: docstring, then `name -> type = value`.
///
/// The value is an expression of the object, which the first line names, or of what a method of the object returns.
macro_rules! getters {
    ($class:ident, $this:ident; $($rest:tt)*) => {
        crate::class::getters! { @ $class, $this, (|this| this); $($rest)* }
    };
    ($class:ident, $this:ident = $of:ident(); $($rest:tt)*) => {
        crate::class::getters! { @ $class, $this, ($class::$of); $($rest)* }
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

/// Lets `pickle` store an object as what one method returns; another one restores it from that.
macro_rules! pickled {
    ($class:ident: $store:literal, $restore:literal) => {
        #[pymethods]
        impl $class {
            fn __reduce__<'py>(
                slf: &Bound<'py, Self>,
            ) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyAny>,))> {
                Ok((slf.get_type().getattr($restore)?, (slf.call_method0($store)?,)))
            }
        }
    };
}

/// Supports `sum`, which starts with 0.
macro_rules! summed {
    ($class:ident, $what:literal) => {
        #[pymethods]
        impl $class {
            fn __radd__(slf: Bound<'_, Self>, other: u8) -> PyResult<Bound<'_, Self>> {
                match other {
                    0 => Ok(slf),
                    _ => {
                        let message = format!("{other} and a {} cannot be added", $what);
                        Err(crate::error::argument_type(message))
                    }
                }
            }
        }
    };
}

/// Gives the rows of a class, which are a schema and record batches, in Arrow and as frames of other libraries.
macro_rules! frames {
    ($class:ident, $this:ident => $rows:expr) => {
        #[pymethods]
        impl $class {
            /// The rows as a pandas DataFrame.
            ///
            /// Returns
            /// -------
            /// pandas.DataFrame
            fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
                slf.py().import("deskmetrics._frames")?.call_method1("to_pandas", (slf,))
            }

            /// The rows as a polars DataFrame.
            ///
            /// Returns
            /// -------
            /// polars.DataFrame
            fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
                slf.py().import("deskmetrics._frames")?.call_method1("to_polars", (slf,))
            }

            #[pyo3(signature = (requested_schema = None))]
            fn __arrow_c_stream__<'py>(
                slf: &Bound<'py, Self>,
                requested_schema: Option<Bound<'py, PyCapsule>>,
            ) -> PyResult<Bound<'py, PyCapsule>> {
                let $this = slf;
                let (schema, batches) = $rows;
                crate::frame::stream(slf.py(), &schema, batches, requested_schema)
            }
        }
    };
}

pub(crate) use {frames, getters, pickled, summed};
