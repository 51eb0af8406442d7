//! `deskmetrics due`.

use std::sync::OnceLock;

use super::program::{error, folder, out, small};

const DESCRIPTION: &str = r#"
time_zone = "Europe/Copenhagen"
as_of = "2026-03-02T12:00:00Z"
schedule = "desk"
tickets = [{ file = "tickets.csv", id = "id", created_at = "created", attributes = { priority = "prio" } }]

[[events]]
file = "events.csv"
ticket = "id"
at = "at"
author = { value = "agent" }
kind = { column = "what", words = { reply = "public_message", status = "status" } }
value = "value"

[schedules.desk]
time_zone = "Europe/Copenhagen"
hours = "Mo-Fr 09:00-17:00"

[[sla.policies]]
name = "all"
targets = [
    { metric = "first_response", clock = "business", within = { high = "1h", "*" = "8h" }, at_risk = 0.5 },
    { metric = "resolution", within = "24h" },
]
"#;

/// At the cut-off (13:00 in Copenhagen): 1 is answered and open, 2 is overdue, 3 used 5 of 8 hours, 4 is solved.
const TICKETS: &str = "\
id,created,prio
1,2026-03-02T08:00:00Z,high
2,2026-03-02T09:30:00Z,high
3,2026-02-27T15:00:00Z,low
4,2026-03-02T08:00:00Z,low
";

const EVENTS: &str = "\
id,at,what,value
1,2026-03-02T08:10:00Z,reply,
4,2026-03-02T08:10:00Z,reply,
4,2026-03-02T09:00:00Z,status,solved
";

fn description() -> &'static str {
    static DUE: OnceLock<String> = OnceLock::new();
    DUE.get_or_init(|| {
        let files = [("description.toml", DESCRIPTION), ("tickets.csv", TICKETS), ("events.csv", EVENTS)];
        folder("due", &files).join("description.toml").into_os_string().into_string().unwrap()
    })
}

#[test]
fn open_targets_are_listed_by_due_time() {
    let text = out(&["due", description()]);
    let lines: Vec<String> =
        text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        lines[2..10],
        [
            "open SLA targets as of 2026-03-02 13:00:00 (Europe/Copenhagen): 2 breached, 1 at risk, 2 running, 0 paused",
            "",
            "ticket priority metric policy state due remaining assignee",
            "3 low resolution all breached 2026-02-28 16:00:00 -45h 0m –",
            "2 high first response all breached 2026-03-02 11:30:00 -1h 30m –",
            "3 low first response all at risk 2026-03-02 16:00:00 3h 0m –",
            "1 high resolution all running 2026-03-03 09:00:00 20h 0m –",
            "2 high resolution all running 2026-03-03 10:30:00 21h 30m –",
        ]
    );
}

#[test]
fn csv_has_seconds_and_timestamps_in_utc() {
    let text = out(&["due", description(), "--within", "4h", "--format", "csv"]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines,
        [
            "ticket,metric,policy,state,due_at,remaining_seconds,target_seconds,clock,priority,group,assignee",
            "3,resolution,all,breached,2026-02-28T15:00:00Z,-162000.0,86400.0,calendar,low,,",
            "2,first_response,all,breached,2026-03-02T10:30:00Z,-5400.0,3600.0,business,high,,",
            "3,first_response,all,at_risk,2026-03-02T15:00:00Z,10800.0,28800.0,business,low,,",
        ]
    );
}

#[test]
fn due_times_of_the_source_are_used_without_policies() {
    let files = [
        (
            "description.toml",
            "time_zone = 'UTC'\nas_of = '2026-03-02T12:00:00Z'\n\
             tickets = [{ file = 'tickets.csv', id = 'id', created_at = 'created', solved_at = 'solved', due_at = 'due' }]\n",
        ),
        (
            "tickets.csv",
            "id,created,solved,due\n1,2026-03-02T08:00:00Z,,2026-03-02T14:00:00Z\n\
             2,2026-03-02T08:00:00Z,2026-03-02T09:00:00Z,2026-03-02T14:00:00Z\n3,2026-03-02T08:00:00Z,,\n",
        ),
    ];
    let description = folder("stated_due", &files).join("description.toml");
    let text = out(&["due", description.to_str().unwrap(), "--format", "csv"]);
    let rows: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(
        rows,
        ["1,resolution,stated by the source,running,2026-03-02T14:00:00Z,7200.0,21600.0,calendar,,,"]
    );
}

#[test]
fn without_targets_the_message_names_what_to_provide() {
    assert!(error(&["due", small()]).contains("no SLA policy: provide policies with targets"));
    assert!(error(&["due", description(), "--within", "soon"]).contains("is not of the form \"4h\""));
}
