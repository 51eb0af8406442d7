//! Validates a document against the subset of JSON Schema that the catalogue uses.

use serde_json::Value;

/// Keywords that do not constrain a document.
const NOTES: [&str; 5] = ["$schema", "$defs", "title", "description", "$comment"];

/// Panics with the place where `document` does not obey `schema`. A keyword it does not know is a failure, so the
/// schema cannot outgrow the check.
pub(crate) fn check(root: &Value, schema: &Value, document: &Value, place: &str) {
    let keywords = schema.as_object().unwrap_or_else(|| panic!("{place}: the schema is no object"));
    for (keyword, constraint) in keywords.iter().filter(|(keyword, _)| !NOTES.contains(&keyword.as_str())) {
        match keyword.as_str() {
            "$ref" => {
                let pointer = constraint.as_str().and_then(|target| target.strip_prefix('#'));
                let target = pointer.and_then(|pointer| root.pointer(pointer));
                check(
                    root,
                    target.unwrap_or_else(|| panic!("{place}: {constraint} leads nowhere")),
                    document,
                    place,
                );
            }
            "type" => {
                let is = |name: &Value| {
                    name == kind(document) || (name == "number" && kind(document) == "integer")
                };
                let fits = constraint.as_array().map_or_else(|| is(constraint), |names| names.iter().any(is));
                assert!(fits, "{place}: {document} is not of type {constraint}");
            }
            "enum" => {
                assert!(
                    values(constraint).contains(document),
                    "{place}: {document} is not one of {constraint}"
                );
            }
            "required" => {
                for name in values(constraint) {
                    assert!(document.get(name.as_str().unwrap()).is_some(), "{place}: {name} is missing");
                }
            }
            "properties" => {
                for (name, inner) in constraint.as_object().unwrap() {
                    if let Some(value) = document.get(name) {
                        check(root, inner, value, &format!("{place}.{name}"));
                    }
                }
            }
            "additionalProperties" => {
                assert_eq!(constraint, false, "{place}: only `false` is understood");
                for name in document.as_object().unwrap().keys() {
                    assert!(schema["properties"].get(name).is_some(), "{place}: {name} is not in the schema");
                }
            }
            "items" => {
                for (number, item) in values(document).iter().enumerate() {
                    check(root, constraint, item, &format!("{place}[{number}]"));
                }
            }
            other => panic!("{place}: keyword {other} is not understood"),
        }
    }
}

fn values(array: &Value) -> &[Value] {
    array.as_array().unwrap_or_else(|| panic!("{array} is no array"))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
