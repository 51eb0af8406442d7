//! Conversion between Python dicts and lists and the JSON forms of the core.

use deskmetrics::duration_text;
use deskmetrics_arrow::plain_message;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBool, PyDate, PyDelta, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTime};
use pythonize::{PythonizeMappingType, PythonizeTypes, PythonizeUnnamedMappingAdapter};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Number, Value};

use crate::error::{self, OrError as _};
use crate::input::describe;

/// More levels than any data form has; stops lists that contain themselves.
const DEEPEST: usize = 32;

/// A Python value in JSON: mappings, sequences, texts, numbers; dates, times and zones as their text.
pub(crate) fn to_json(place: &str, value: &Bound<'_, PyAny>) -> PyResult<Value> {
    nested(place, value, 0)
}

/// A dict in JSON; the error of anything else shows an example.
pub(crate) fn keys(place: &str, value: &Bound<'_, PyAny>, example: &str) -> PyResult<Value> {
    let form = to_json(place, value)?;
    if form.is_object() {
        return Ok(form);
    }
    let found = describe(value);
    Err(error::argument_type(format!("{place}: {found} is not a dict, such as {example}")))
}

fn nested(place: &str, value: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
    if depth > DEEPEST {
        return Err(error::argument(format!("{place} is nested more than {DEEPEST} levels deep")));
    }
    if value.is_none() {
        return Ok(Value::Null);
    }
    if value.is_instance_of::<PyBool>() {
        return value.extract().map(Value::Bool);
    }
    if value.is_instance_of::<PyInt>() {
        return whole(place, value);
    }
    if value.is_instance_of::<PyFloat>() {
        let number = Number::from_f64(value.extract()?);
        return number
            .map(Value::Number)
            .ok_or_else(|| error::argument(format!("{place}: {value} is not a number")));
    }
    if let Some(text) = as_text(value)? {
        return Ok(Value::String(text));
    }
    if let Ok(mapping) = value.cast::<PyMapping>() {
        let mut object = Map::new();
        for entry in mapping.items()?.iter() {
            let (key, value) = entry.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
            // Numbers and booleans in columns are compared by their text.
            let key = match nested(place, &key, depth + 1)? {
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                Value::Bool(flag) => flag.to_string(),
                _ => {
                    let found = describe(&key);
                    return Err(error::argument_type(format!("{place}: key {found} is not a text")));
                }
            };
            let inner = nested(&format!("{place}.{key}"), &value, depth + 1)?;
            object.insert(key, inner);
        }
        return Ok(Value::Object(object));
    }
    // A whole number of NumPy.
    if let Ok(number) = value.call_method0("__index__") {
        return whole(place, &number);
    }
    let elements = value.try_iter().map_err(|_| {
        error::argument_type(format!("{place}: {} has no place in a data form", describe(value)))
    })?;
    let elements = elements
        .enumerate()
        .map(|(position, element)| nested(&format!("{place}[{position}]"), &element?, depth + 1));
    elements.collect::<PyResult<Vec<Value>>>().map(Value::Array)
}

fn whole(place: &str, value: &Bound<'_, PyAny>) -> PyResult<Value> {
    value
        .extract::<i64>()
        .map(Value::from)
        .map_err(|_| error::argument(format!("{place}: {} is too large", describe(value))))
}

/// The text of a text, date, time, zone or duration; `None` for everything else.
fn as_text(value: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    if value.is_instance_of::<PyString>() {
        return value.extract().map(Some);
    }
    if value.is_instance_of::<PyDate>() {
        // A timestamp, which is a date in Python too, keeps its time.
        return value.call_method0("isoformat")?.extract().map(Some);
    }
    if value.is_instance_of::<PyTime>() {
        // Schedules know whole minutes: a time with seconds keeps them and is refused.
        let time: String = value.call_method0("isoformat")?.extract()?;
        return Ok(Some(time.strip_suffix(":00").unwrap_or(&time).to_owned()));
    }
    if value.is_instance_of::<PyDelta>() {
        return Ok(Some(duration_text::format(value.extract()?)));
    }
    let kind = value.get_type();
    match &*kind.name()?.to_string_lossy() {
        "ZoneInfo" => value.getattr("key")?.extract(),
        // Of NumPy.
        "timedelta64" => as_text(&value.call_method1("astype", ("timedelta64[us]",))?.call_method0("item")?),
        "datetime64" => as_text(&value.call_method1("astype", ("datetime64[us]",))?.call_method0("item")?),
        _ => Ok(None),
    }
}

/// A value of the core in JSON.
pub(crate) fn to_data(value: &(impl Serialize + ?Sized)) -> PyResult<Value> {
    serde_json::to_value(value).or_argument()
}

/// A value of the core as plain data of Python. It passes through JSON, which has no NaN and no infinity.
pub(crate) fn to_python<'py>(
    py: Python<'py>,
    value: &(impl Serialize + ?Sized),
) -> PyResult<Bound<'py, PyAny>> {
    built(py, &to_data(value)?)
}

/// Data as Python's dicts and lists. Ctrl-C is answered on the way, since there may be millions of dicts.
pub(crate) fn built<'py>(py: Python<'py>, data: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(pythonize::pythonize_custom::<Interruptible, _>(py, data)?)
}

/// Plain dicts and lists.
struct Interruptible;

impl PythonizeTypes for Interruptible {
    type Map = Self;
    type NamedMap = PythonizeUnnamedMappingAdapter<Self>;
    type List = PyList;
}

impl PythonizeMappingType for Interruptible {
    type Builder<'py> = Bound<'py, PyDict>;

    fn builder(py: Python<'_>, _len: Option<usize>) -> PyResult<Self::Builder<'_>> {
        py.check_signals().map(|()| PyDict::new(py))
    }

    fn push_item<'py>(
        builder: &mut Self::Builder<'py>,
        key: Bound<'py, PyAny>,
        value: Bound<'py, PyAny>,
    ) -> PyResult<()> {
        builder.set_item(key, value)
    }

    fn finish(builder: Self::Builder<'_>) -> PyResult<Bound<'_, PyMapping>> {
        Ok(builder.into_mapping())
    }
}

/// A value of the core that becomes plain data of Python where it is returned.
pub(crate) struct Data<T>(pub(crate) T);

impl<'py, T: Serialize> IntoPyObject<'py> for Data<T> {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        to_python(py, &self.0)
    }
}

/// A value of the core from its data form; the error names the place in it.
pub(crate) fn from_form<T: DeserializeOwned>(
    place: &str,
    form: Value,
    wrong: impl Fn(String) -> PyErr,
) -> PyResult<T> {
    serde_path_to_error::deserialize(form).map_err(|problem| {
        let message = plain_message(&problem.inner().to_string());
        wrong(match problem.path().to_string().as_str() {
            // Errors about the whole form name the place themselves.
            "." => format!("{place}: {message}"),
            inner => format!("{place}.{inner}: {message}"),
        })
    })
}

/// The bytes that an object was stored as.
pub(crate) fn stored_bytes(name: &str, value: &Bound<'_, PyAny>) -> PyResult<PyBackedBytes> {
    value.extract().map_err(|_| {
        error::argument_type(format!(
            "{name}: {} is not bytes; give what to_bytes() returned",
            describe(value)
        ))
    })
}
