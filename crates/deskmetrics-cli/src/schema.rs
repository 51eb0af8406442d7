//! `deskmetrics schema`.
//!
//! The forms are written in `schemas.json`, where each is defined once; tests compare its keys with the parsers.

use std::collections::BTreeSet;
use std::io::Write;

use deskmetrics_arrow::nearest;
use serde_json::{Map, Value, json};

use super::arguments::SchemaArguments;
use super::failure::Failure;
use super::text;

const SCHEMAS: &str = include_str!("schemas.json");

/// Writes the schema of a form, or the list of forms.
pub(crate) fn run(arguments: &SchemaArguments, out: &mut dyn Write) -> Result<(), Failure> {
    let all: Value = serde_json::from_str(SCHEMAS).map_err(|error| Failure::Data(error.to_string()))?;
    let forms: Vec<&str> = all["forms"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let definitions = &all["$defs"];
    let Some(form) = &arguments.form else {
        let width = forms.iter().map(|form| form.len()).max().unwrap_or(0);
        let title = |form: &str| definitions[form]["title"].as_str().unwrap_or_default().to_owned();
        let written = forms.iter().try_for_each(|form| writeln!(out, "{form:width$}  {}", title(form)));
        return written.map_err(Failure::Output);
    };
    if !forms.contains(&form.as_str()) {
        let meant =
            nearest(form, &forms).map_or_else(String::new, |name| format!(", did you mean \"{name}\"?"));
        let known = forms.join(", ");
        return Err(Failure::Usage(format!("there is no form \"{form}\"{meant}; the forms are {known}")));
    }
    text::write_json(out, &schema(form, definitions)).map_err(Failure::Output)
}

/// The schema of a form with the definitions that it refers to.
fn schema(form: &str, definitions: &Value) -> Value {
    let (mut needed, mut open) = (BTreeSet::new(), vec![form.to_owned()]);
    while let Some(name) = open.pop() {
        if needed.insert(name.clone()) {
            references(&definitions[name.as_str()], &mut open);
        }
    }
    let definitions: Map<String, Value> =
        needed.into_iter().map(|name| (name.clone(), definitions[name.as_str()].clone())).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": format!("#/$defs/{form}"),
        "$defs": definitions,
    })
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            let name =
                members.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix("#/$defs/"));
            found.extend(name.map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(members) => members.iter().for_each(|member| references(member, found)),
        _ => {}
    }
}
