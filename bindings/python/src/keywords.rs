//! Keyword arguments that several functions share.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error;
use crate::input::describe;

/// The keyword arguments of a call, which are taken by name.
pub(crate) struct Keywords<'a, 'py>(Option<&'a Bound<'py, PyDict>>);

impl<'a, 'py> Keywords<'a, 'py> {
    /// The arguments of `**keywords`; each must be taken before [`end`](Self::end).
    pub(crate) fn new(given: Option<&'a Bound<'py, PyDict>>) -> Self {
        Self(given)
    }

    /// An argument; `None` where it is absent or `None`.
    pub(crate) fn take<T>(&self, name: &str) -> PyResult<Option<T>>
    where
        T: for<'b> FromPyObject<'b, 'py>,
    {
        self.take_with(name, |value| {
            value.extract::<T>().map_err(|_| {
                let expected = match std::any::type_name::<T>().rsplit("::").next() {
                    Some("String") => "a text",
                    Some("bool") => "True or False",
                    _ => "of the type expected",
                };
                let found = describe(value);
                error::argument_type(format!("{name}: {found} is not {expected}"))
            })
        })
    }

    /// An argument that `read` makes of its value; `None` where it is absent or `None`.
    pub(crate) fn take_with<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Bound<'py, PyAny>) -> PyResult<T>,
    ) -> PyResult<Option<T>> {
        let Some(given) = self.0 else { return Ok(None) };
        let Some(value) = given.get_item(name)? else { return Ok(None) };
        given.del_item(name)?;
        if value.is_none() { Ok(None) } else { read(&value).map(Some) }
    }

    /// Refuses arguments that were not taken.
    pub(crate) fn end(&self, function: &str) -> PyResult<()> {
        match self.0.and_then(|left| left.keys().iter().next()) {
            Some(name) => {
                Err(PyTypeError::new_err(format!("{function}() got an unexpected keyword argument '{name}'")))
            }
            None => Ok(()),
        }
    }
}
