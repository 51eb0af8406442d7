//! A table of any library.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, NullArray, RecordBatch};
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use deskmetrics_arrow::column::ColumnContent;
use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyMapping, PySlice};

use super::array::array_of;
use super::column::{Given, has_capsule, imported};
use super::times::together_any;
use super::{describe, refuse};
use crate::error::{self, OrError as _};

/// The columns that pandas adds for an index without a name.
const INDEX: &str = "__index_level_";

/// A table in Arrow.
pub(crate) struct Table {
    /// What messages call it: the argument's name.
    pub(crate) name: String,
    pub(crate) schema: SchemaRef,
    /// One after the other; each of this schema.
    pub(crate) batches: Vec<RecordBatch>,
    /// Columns that have no Arrow type, such as of mixed types, and why; they are empty here.
    unread: BTreeMap<String, PyErr>,
}

impl Table {
    /// Reads a table: a frame of any library with the Arrow PyCapsule interface, a dict of columns, or a list of dicts.
    ///
    /// A stream such as a `RecordBatchReader` is consumed.
    pub(crate) fn read(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if value.is_instance_of::<PyDict>() {
            return Self::of_columns(name, value);
        }
        if value.is_instance_of::<PyList>() {
            return Self::of_rows(name, value);
        }
        let value = &with_index(value)?;
        if has_capsule(value)? {
            return match Self::of_capsule(name, value) {
                // pandas has no Arrow without pyarrow, and pyarrow converts all columns or none.
                Err(problem)
                    if problem.is_instance_of::<PyImportError>(value.py())
                        || (is_pandas(value)? && !error::is_own(&problem, value.py())) =>
                {
                    Self::of_columns(name, value)
                }
                read => read,
            };
        }
        Err(refuse::refuse_table(name, value))
    }

    fn of_capsule(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let failed =
            |problem: &dyn std::fmt::Display| error::data(format!("{name}: reading it failed: {problem}"));
        let (chunks, field) = imported(name, &without_null_type(value)?)?;
        let DataType::Struct(fields) = field.data_type() else {
            return Err(error::argument_type(format!(
                "{name}: a column of {} is not a table; give a frame with named columns",
                field.data_type()
            )));
        };
        let kept: Vec<usize> =
            (0..fields.len()).filter(|place| !fields[*place].name().starts_with(INDEX)).collect();
        let fields: Fields = kept.iter().map(|place| Arc::clone(&fields[*place])).collect();
        let is_period = |field: &&FieldRef| field.extension_type_name() == Some("pandas.period");
        let unread = fields.iter().filter(is_period).map(|field| {
            let column = field.name();
            let why = format!(
                "{name}[\"{column}\"]: a column of periods is not read; give their starts, such as with .dt.to_timestamp()"
            );
            (column.clone(), error::column_type(why))
        });
        let mut unread: BTreeMap<String, PyErr> = unread.collect();
        if is_pandas(value)? {
            mixed_zones(name, value, &fields, &mut unread)?;
        }
        let schema = Arc::new(Schema::new(fields));
        let batches = chunks.iter().map(|chunk| {
            let rows = chunk.as_struct();
            let columns = kept.iter().map(|place| Arc::clone(rows.column(*place))).collect();
            let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(rows.len()));
            RecordBatch::try_new_with_options(Arc::clone(&schema), columns, &options)
                .map_err(|problem| failed(&problem))
        });
        let batches = batches.collect::<PyResult<_>>()?;
        Ok(Self { name: name.to_owned(), batches, schema, unread })
    }

    /// Checks that columns that are used were read.
    pub(crate) fn require(&mut self, columns: &[String]) -> PyResult<()> {
        columns.iter().find_map(|column| self.unread.remove(column)).map_or(Ok(()), Err)
    }

    /// The schema with columns that were not read as numbers, so that a usual name gives them a role, which then is an error.
    pub(crate) fn schema_of_numbers(&self) -> SchemaRef {
        let fields = self.schema.fields().iter().map(|field| {
            if self.unread.contains_key(field.name()) {
                Arc::new(Field::new(field.name(), DataType::Float64, true))
            } else {
                Arc::clone(field)
            }
        });
        Arc::new(Schema::new(fields.collect::<Fields>()))
    }

    /// A test of whether the values of a column have some content.
    pub(crate) fn contents(&self) -> impl Fn(&str, ColumnContent) -> bool + use<'_> {
        let fields = self.schema.fields().iter().enumerate();
        let places: HashMap<&str, usize> =
            fields.map(|(place, field)| (field.name().as_str(), place)).collect();
        move |column, content| {
            if self.unread.contains_key(column) {
                // As in the schema of numbers.
                return content == ColumnContent::Counts;
            }
            let Some(place) = places.get(column) else { return false };
            self.batches.iter().any(|batch| content.is_of(batch.column(*place)))
        }
    }

    /// Whether a column has no values.
    pub(crate) fn is_empty(&self, place: usize) -> bool {
        self.batches.iter().all(|batch| {
            let column = batch.column(place);
            let nan = || column.as_primitive_opt::<Float64Type>();
            column.null_count() == column.len()
                || nan().is_some_and(|numbers| numbers.iter().flatten().all(f64::is_nan))
        })
    }

    /// The same with a column of nulls.
    pub(crate) fn without_values(&mut self, place: usize) -> PyResult<()> {
        let failed = |problem| error::data(format!("{}: {problem}", self.name));
        let mut fields = self.schema.fields().to_vec();
        fields[place] = Arc::new(Field::new(fields[place].name(), DataType::Null, true));
        self.schema = Arc::new(Schema::new(fields));
        for batch in &mut self.batches {
            let mut columns = batch.columns().to_vec();
            columns[place] = arrow_array::new_null_array(&DataType::Null, batch.num_rows());
            *batch = RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(failed)?;
        }
        Ok(())
    }

    /// A mapping from name to column: a dict, or a DataFrame taken column by column.
    fn of_columns(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut columns: Vec<(String, ArrayRef)> = Vec::new();
        let mut unread = BTreeMap::new();
        let keys = value.call_method0("keys")?;
        // Columns of a frame may have equal names.
        let by_place = if is_pandas(value)? { Some(value.getattr("iloc")?) } else { None };
        for (number, key) in keys.try_iter()?.enumerate() {
            let key = key?;
            let column = match &by_place {
                Some(by_place) => by_place.get_item((PySlice::full(value.py()), number))?,
                None => value.get_item(&key)?,
            };
            let Ok(label) = key.extract::<String>() else {
                return Err(error::argument_type(format!(
                    "{name}: column name {} is not a text",
                    describe(&key)
                )));
            };
            let place = format!("{name}[\"{label}\"]");
            let array = match Given::read(&place, &column, "a column")? {
                Given::Column(column) => together_any(&place, &column)?,
                Given::Values(values) => array_or_why(&place, &label, &values, &mut unread)?,
                Given::Single(value) => return Err(refuse::refuse(&place, &value, "a column")),
            };
            if let Some((first, other)) = columns.first()
                && other.len() != array.len()
            {
                return Err(error::argument(format!(
                    "{place} has {} elements and {name}[\"{first}\"] has {}; all columns must have the same number",
                    array.len(),
                    other.len()
                )));
            }
            columns.push((label, array));
        }
        Self::of_arrays(name, columns, unread)
    }

    /// A list of rows, each a mapping from name to value; what a row does not have is missing.
    fn of_rows(name: &str, rows: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = rows.py();
        let columns = PyDict::new(py);
        for (position, row) in rows.try_iter()?.enumerate() {
            let row = row?;
            let Ok(row) = row.cast::<PyMapping>() else {
                return Err(error::argument_type(format!(
                    "{name}[{position}]: {} is not a row; give a frame, a dict of columns, or a list of dicts",
                    describe(&row)
                )));
            };
            for label in row.keys()?.iter() {
                if !columns.contains(&label)? {
                    columns.set_item(label, PyList::new(py, (0..position).map(|_| py.None()))?)?;
                }
            }
            for (label, column) in &columns {
                let value = if row.contains(&label)? { Some(row.get_item(&label)?) } else { None };
                column.cast::<PyList>()?.append(value)?;
            }
        }
        Self::of_columns(name, &columns)
    }

    fn of_arrays(
        name: &str,
        columns: Vec<(String, ArrayRef)>,
        unread: BTreeMap<String, PyErr>,
    ) -> PyResult<Self> {
        let fields: Vec<Field> =
            columns.iter().map(|(label, array)| Field::new(label, array.data_type().clone(), true)).collect();
        let schema = Arc::new(Schema::new(fields));
        let options = arrow_array::RecordBatchOptions::new()
            .with_row_count(Some(columns.first().map_or(0, |(_, array)| array.len())));
        let arrays = columns.into_iter().map(|(_, array)| array).collect();
        let batch = RecordBatch::try_new_with_options(Arc::clone(&schema), arrays, &options).or_data(name)?;
        Ok(Self { name: name.to_owned(), schema, batches: vec![batch], unread })
    }
}

/// The array of a column's values; nulls, and why, if they have no type.
fn array_or_why(
    place: &str,
    label: &str,
    values: &Bound<'_, PyAny>,
    unread: &mut BTreeMap<String, PyErr>,
) -> PyResult<ArrayRef> {
    let Ok(n) = values.len() else { return array_of(place, values) };
    Ok(array_of(place, values).unwrap_or_else(|why| {
        unread.insert(label.to_owned(), why);
        Arc::new(NullArray::new(n))
    }))
}

/// A frame of pandas with its named index as columns, unless a column has the same name.
fn with_index<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if !is_pandas(value)? || value.get_type().name()? != "DataFrame" {
        return Ok(value.clone());
    }
    let columns = value.getattr("columns")?;
    for name in value.getattr("index")?.getattr("names")?.try_iter()? {
        let name = name?;
        if name.is_none() || columns.contains(name)? {
            return Ok(value.clone());
        }
    }
    value.call_method0("reset_index")
}

/// Finds columns of datetimes of which some have a zone and others none: Arrow takes them for times of one zone.
fn mixed_zones(
    name: &str,
    value: &Bound<'_, PyAny>,
    fields: &Fields,
    unread: &mut BTreeMap<String, PyErr>,
) -> PyResult<()> {
    for field in fields.iter().filter(|field| matches!(field.data_type(), DataType::Timestamp(..))) {
        let label = field.name();
        let column = value.get_item(label)?;
        if column
            .getattr("dtype")
            .and_then(|kind| kind.getattr("kind")?.extract::<String>())
            .is_ok_and(|kind| kind == "O")
        {
            let place = format!("{name}[\"{label}\"]");
            array_or_why(&place, label, &column.call_method0("tolist")?, unread)?;
        }
    }
    Ok(())
}

fn is_pandas(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(value.get_type().module()?.to_str()?.starts_with("pandas"))
}

/// polars gives columns without a type a buffer they should not have: a DataFrame without such.
fn without_null_type<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let kind = value.get_type();
    if kind.name()? != "DataFrame" || !kind.module()?.to_str()?.starts_with("polars") {
        return Ok(value.clone());
    }
    let polars = value.py().import("polars")?;
    let null = polars.getattr("Null")?;
    if !value.getattr("dtypes")?.contains(&null)? {
        return Ok(value.clone());
    }
    let types = PyDict::new(value.py());
    types.set_item(null, polars.getattr("String")?)?;
    value.call_method1("cast", (types,))
}
