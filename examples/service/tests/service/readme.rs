//! The requests in the README give the responses shown there.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::server::{self, Server};

/// The blocks of a kind, each with the block after it.
fn blocks(text: &str) -> Vec<(&str, &str)> {
    let parts: Vec<&str> = text.split("```").collect();
    parts.iter().skip(1).step_by(2).filter_map(|block| block.split_once('\n')).collect()
}

/// Method, path and body of a line with curl.
fn request(line: &str) -> (&'static str, &str, &str) {
    let after = |mark: &str| line.split_once(mark).map(|(_, rest)| rest);
    let path = after("localhost:8080").expect("an address").trim_end().trim_end_matches('\'');
    match after("--json '") {
        Some(rest) => ("POST", "/events", rest.split_once('\'').expect("a closing quote").0),
        None => ("GET", path, ""),
    }
}

/// Whether the shown part is in a response: fields of objects, and elements of lists.
fn contains(response: &Value, shown: &Value) -> bool {
    match (response, shown) {
        (Value::Object(response), Value::Object(shown)) => {
            shown.iter().all(|(key, shown)| response.get(key).is_some_and(|value| contains(value, shown)))
        }
        (Value::Array(response), Value::Array(shown)) => {
            shown.iter().all(|shown| response.iter().any(|value| contains(value, shown)))
        }
        _ => response == shown,
    }
}

#[test]
fn the_requests_give_the_responses_shown() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(path).expect("the README");
    let now =
        text.split("service.toml ").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("a time");
    let server = Server::start(&server::folder("readme"), Some(now));
    let mut compared = 0;
    let blocks = blocks(&text);
    for pair in blocks.windows(2) {
        let [(kind, commands), (shown_kind, shown)] = pair else { continue };
        if *kind != "sh" || !commands.starts_with("curl ") {
            continue;
        }
        let (method, path, body) = request(commands);
        let (status, response) = server.request(method, path, body);
        assert_eq!(status, 200, "{path}: {response}");
        if *shown_kind == "json" {
            let response: Value = serde_json::from_str(&response).expect("JSON");
            let shown: Value = serde_json::from_str(shown).expect("JSON");
            assert!(contains(&response, &shown), "{path} gives\n{response:#}");
        } else {
            assert!(response.contains(shown.trim_end()), "{path} gives\n{response}");
        }
        compared += 1;
    }
    assert_eq!(compared, 5);
}
