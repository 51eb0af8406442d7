//! `deskmetrics catalogue`.

use serde_json::Value;

use super::program::{error, out};

#[test]
fn every_kpi_is_listed() {
    let text = out(&["catalogue"]);
    assert!(text.starts_with("Survey scores and response\n  csat "), "{text}");
    let json: Value = serde_json::from_str(&out(&["catalogue", "--format", "json"])).unwrap();
    let kpis = json["kpis"].as_array().unwrap();
    assert!(kpis.len() > 50);
    for kpi in kpis {
        assert!(text.contains(&format!("\n  {} ", kpi["id"].as_str().unwrap())), "{kpi}");
    }
}

#[test]
fn a_kpi_has_its_definition() {
    let text = out(&["catalogue", "first_reply_time"]);
    assert!(text.starts_with("First response time\n"), "{text}");
    for part in [
        "Formula ",
        "Counts ",
        "Belongs to the period of ",
        "Options\n  clock: ",
        "default: calendar",
        "References\n  - ",
    ] {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
    assert_eq!(text.lines().find(|line| line.chars().count() > 100), None);
    let json: Value = serde_json::from_str(&out(&["catalogue", "nps", "--format", "json"])).unwrap();
    assert_eq!((&json["id"], &json["max"]), (&Value::from("nps"), &Value::from(100.0)));
}

#[test]
fn an_unknown_kpi_is_an_error() {
    let message = error(&["catalogue", "first_respons_time"]);
    assert!(
        message.contains("did you mean \"first_response_time\"?; deskmetrics catalogue lists all"),
        "{message}"
    );
}
