//! A column of any library.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, NullArray, make_array};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, FieldRef};
use pyo3::exceptions::PyImportError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};
use pyo3_arrow::{PyArray, PyArrayReader};

use super::origin::Origin;
use super::{numpy, refuse, stream};
use crate::error;

/// An argument, sorted.
pub(crate) enum Given<'py> {
    /// A sequence of Python values, to be gone through once.
    Values(Bound<'py, PyAny>),
    /// Arrow arrays.
    Column(Column<'py>),
    /// Neither: a single value.
    Single(Bound<'py, PyAny>),
}

/// A column in Arrow.
pub(crate) struct Column<'py> {
    /// What messages call it: the argument's name, or the column's name in a table.
    pub(crate) name: String,
    /// One after the other; each of the same type.
    pub(crate) chunks: Vec<ArrayRef>,
    pub(crate) data_type: DataType,
    /// What it was, to give answers of the same kind.
    pub(crate) origin: Origin<'py>,
}

impl<'py> Given<'py> {
    /// Classifies an argument as a value, a sequence or a column; `expected`, such as "a column of scores", is for the error.
    pub(crate) fn read(name: &str, value: &Bound<'py, PyAny>, expected: &str) -> PyResult<Self> {
        if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
            return Ok(Self::Values(value.clone()));
        }
        if value.is_instance_of::<PyString>() || value.is_none() {
            return Ok(Self::Single(value.clone()));
        }
        if let Some(column) = Column::of_pandas(name, value)? {
            return Ok(column);
        }
        if has_capsule(value)? {
            return Column::of_capsule(name, value).map(Self::Column);
        }
        if numpy::is_array(value)? {
            return match numpy::read(name, value)? {
                Some(array) => Ok(Self::Column(Column::of(name, array, Origin::Numpy))),
                None => Ok(Self::Values(value.call_method0("tolist")?)),
            };
        }
        if refuse::is_hopeless(value) {
            return Err(refuse::refuse(name, value, expected));
        }
        if value.hasattr(intern!(value.py(), "__iter__"))? {
            return Ok(Self::Values(value.clone()));
        }
        Ok(Self::Single(value.clone()))
    }
}

impl<'py> Column<'py> {
    /// A column of one array.
    pub(crate) fn of(name: &str, array: ArrayRef, origin: Origin<'py>) -> Self {
        Self { name: name.to_owned(), data_type: array.data_type().clone(), chunks: vec![array], origin }
    }

    /// Records in it.
    pub(crate) fn len(&self) -> usize {
        self.chunks.iter().map(Array::len).sum()
    }

    /// A Series, Index or array of pandas. Numbers are taken as NumPy has them, which needs no copy and no pyarrow.
    fn of_pandas(name: &str, value: &Bound<'py, PyAny>) -> PyResult<Option<Given<'py>>> {
        let py = value.py();
        let kind = value.get_type();
        let module = kind.module()?;
        if !module.to_str()?.starts_with("pandas") {
            return Ok(None);
        }
        let series = if kind.name()? == "Series" {
            value.clone()
        } else if value.hasattr("columns")? && value.hasattr("iloc")? {
            let columns = value.getattr("columns")?;
            if columns.len()? != 1 {
                return Err(several(name, "a DataFrame", &columns.call_method0("tolist")?));
            }
            value.call_method1("squeeze", ("columns",))?
        } else if value.hasattr("dtype")? && value.hasattr("__len__")? {
            py.import("pandas")?.getattr("Series")?.call1((value,))?
        } else {
            return Ok(None);
        };
        let origin = Origin::Pandas(series.clone());
        let dtype = series.getattr("dtype")?;
        let of_numpy = dtype.get_type().module()?.to_str()?.starts_with("numpy");
        if of_numpy
            && dtype.getattr("kind")?.extract::<String>()? != "O"
            && let Some(array) = numpy::read(name, &series.call_method0("to_numpy")?)?
        {
            return Ok(Some(Given::Column(Self::of(name, array, origin))));
        }
        match Self::of_capsule(name, &series) {
            Ok(column) => Ok(Some(Given::Column(Self { origin, ..column }))),
            // Objects of mixed kinds, or no pyarrow, which pandas needs to speak Arrow.
            Err(problem) if problem.is_instance_of::<PyImportError>(py) || !error::is_own(&problem, py) => {
                Ok(Some(Given::Values(series.call_method0("tolist")?)))
            }
            Err(problem) => Err(problem),
        }
    }

    /// Anything with the Arrow PyCapsule interface.
    fn of_capsule(name: &str, value: &Bound<'py, PyAny>) -> PyResult<Self> {
        let (chunks, field) = imported(name, value)?;
        Self::unwrapped(name, chunks, &field, Origin::of(value)?)
    }

    /// A table or struct of one column is that column.
    fn unwrapped(
        name: &str,
        mut chunks: Vec<ArrayRef>,
        field: &FieldRef,
        origin: Origin<'py>,
    ) -> PyResult<Self> {
        let mut data_type = field.data_type().clone();
        while let DataType::Struct(fields) = &data_type {
            if fields.len() != 1 {
                let names: Vec<&str> = fields.iter().map(|field| field.name().as_str()).collect();
                return Err(error::argument_type(format!(
                    "{name}: a table of {} columns ({}) is not a column; give one of them",
                    names.len(),
                    names.join(", ")
                )));
            }
            chunks = chunks.iter().map(only_child).collect::<PyResult<_>>()?;
            data_type = fields[0].data_type().clone();
        }
        Ok(Self { name: name.to_owned(), chunks, data_type, origin })
    }
}

/// The arrays behind the Arrow PyCapsule interface, shared, not copied.
pub(super) fn imported(name: &str, value: &Bound<'_, PyAny>) -> PyResult<(Vec<ArrayRef>, FieldRef)> {
    let py = value.py();
    if !value.hasattr(intern!(py, "__arrow_c_stream__"))? {
        let (array, field) = value.extract::<PyArray>()?.into_inner();
        return Ok((vec![array], field));
    }
    stream::refuse_used(name, value)?;
    let mut reader = value.extract::<PyArrayReader>()?.into_reader()?;
    let field = reader.field();
    if *field.data_type() == DataType::Null
        && let Ok(n) = value.len()
    {
        // polars gives such a column a buffer it should not have.
        return Ok((vec![Arc::new(NullArray::new(n))], field));
    }
    let mut chunks = Vec::new();
    // The producer may take its time, and may be Python itself.
    loop {
        let (next, same) = py.detach(move || (reader.next(), reader));
        reader = same;
        match next {
            Some(Ok(chunk)) => chunks.push(chunk),
            Some(Err(problem)) => return Err(error::data(format!("{name}: reading it failed: {problem}"))),
            None => return Ok((chunks, field)),
        }
        py.check_signals()?;
    }
}

pub(super) fn has_capsule(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = value.py();
    Ok(value.hasattr(intern!(py, "__arrow_c_stream__"))?
        || value.hasattr(intern!(py, "__arrow_c_array__"))?)
}

/// The only column of a struct; where the struct is null, so is it.
fn only_child(chunk: &ArrayRef) -> PyResult<ArrayRef> {
    let parent = chunk.as_struct();
    let child = Arc::clone(parent.column(0));
    let Some(nulls) = parent.nulls() else { return Ok(child) };
    let nulls = NullBuffer::union(Some(nulls), child.nulls());
    let data = child.to_data().into_builder().nulls(nulls).build();
    data.map(make_array).map_err(|problem| error::data(problem.to_string()))
}

fn several(name: &str, kind: &str, columns: &Bound<'_, PyAny>) -> PyErr {
    let n = columns.len().unwrap_or(0);
    error::argument_type(format!(
        "{name}: {kind} of {n} columns {columns} is not a column; give one of them, and rename columns that have the same name"
    ))
}
