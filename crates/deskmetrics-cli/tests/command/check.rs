//! `deskmetrics check`.

use serde_json::Value;

use super::program::{DESCRIPTION, EVENTS, TICKETS, folder, out, output_of, run, sample, small};

/// A description of tickets and events, changed.
fn changed(name: &str, change: impl Fn(&str) -> String) -> String {
    let surveys = DESCRIPTION.find("[[surveys]]").unwrap();
    let description = change(&DESCRIPTION[..surveys]);
    let files =
        [("description.toml", description.as_str()), ("tickets.csv", TICKETS), ("events.csv", EVENTS)];
    folder(name, &files).join("description.toml").into_os_string().into_string().unwrap()
}

/// The findings of a check with this exit code.
fn findings(arguments: &[&str], code: i32) -> String {
    output_of(&run(&[&["check"], arguments].concat()), code)
}

#[test]
fn few_excluded_rows_are_no_finding() {
    let text = out(&["check", sample()]);
    assert!(text.ends_with("\n\nno finding\n") && text.contains("75 excluded: duplicate id"), "{text}");
    let text = findings(&[sample(), "--max-excluded", "0"], 1);
    assert!(text.ends_with("\n\n2 findings\n"), "{text}");
    let text = findings(&[small()], 1); // one of four answers is off the scale
    assert!(text.contains("Findings\n  answers.csv: 1 value not used: score outside the scale"), "{text}");
}

#[test]
fn unmapped_labels_are_findings() {
    let description = changed("labels", |text| text.replace("reply = \"public_message\", ", ""));
    let text = findings(&[&description], 1);
    assert!(text.contains("word without a meaning in column \"what\", first in row 1: \"reply\""), "{text}");
}

#[test]
fn policies_without_effect_are_findings() {
    let description = changed("policies", |text| {
        format!(
            "{text}\n[[sla.policies]]\nname = \"all\"\ntargets = [{{ metric = \"resolution\", within = \"4h\" }}]\n\
             [[sla.policies]]\nname = \"DK\"\nwhen = {{ market = \"DK\" }}\n\
             targets = [{{ metric = \"resolution\", within = \"2h\" }}]\n"
        )
    });
    let text = findings(&[&description], 1);
    assert!(
        text.contains("policy \"DK\" is never reached: \"all\" before it fits the same tickets"),
        "{text}"
    );
}

#[test]
fn kpis_that_are_not_shown_are_notes() {
    let description = changed("notes", str::to_owned);
    let text = findings(&[&description], 0);
    assert!(text.contains("\nNotes\n  KPI \"fcr\" has no default policy"), "{text}");
    let json: Value = serde_json::from_str(&findings(&[&description, "--format", "json"], 0)).unwrap();
    assert_eq!(
        (json["findings"].as_array().unwrap().len(), &json["sources"][0]["rows"]),
        (0, &Value::from(3))
    );
}

#[test]
fn unusable_data_has_another_exit_code() {
    let description = changed("unusable", |text| text.replace("column = \"what\"", "column = \"action\""));
    let message = super::program::error(&["check", &description]);
    assert!(
        message.contains("events.csv: there is no column \"action\", did you mean \"at\"?; present are"),
        "{message}"
    );
}
