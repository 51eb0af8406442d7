//! Schedules by name and their choice, as data.

use deskmetrics::replay::{Replay, Schedules};
use deskmetrics::schedule::Schedule;
use deskmetrics::ticket::Attribute;
use deskmetrics::{ClockKind, Ticket, TicketEvent, Timestamp};
use deskmetrics::{kpi, ticket};

fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

fn read(text: &str) -> Result<Schedules, String> {
    toml::from_str(text).map_err(|error| error.message().to_owned())
}

const FORM: &str = r#"
schedule = "dk"
schedule_by = { market = { ES = "es" }, group = { night = "night" } }

[schedules.dk]
time_zone = "Europe/Copenhagen"
hours = "Mo-Fr 09:00-17:00"

[schedules.es]
versions = [
    { time_zone = "Europe/Madrid", hours = "Mo-Fr 10:00-14:00" },
    { from = "2026-03-01", time_zone = "Europe/Madrid", hours = "Mo-Fr 10:00-16:00" },
]

[schedules.night]
time_zone = "UTC"
hours = "Mo-Su 22:00-06:00"
"#;

/// Business time until a reply a day later.
fn waited(schedules: &Schedules, attributes: &[(Attribute, &str)]) -> Option<i64> {
    let mut opened = Ticket::new("T-1", at("2026-03-02T09:00:00Z"));
    for (attribute, value) in attributes {
        opened = opened.with_attribute(attribute.clone(), *value);
    }
    let answered = TicketEvent::new(
        "T-1",
        at("2026-03-03T09:00:00Z"),
        ticket::Author::Agent,
        ticket::EventKind::PublicMessage,
    );
    let replay = Replay::new(at("2026-03-04T00:00:00Z")).with_schedules(schedules.clone());
    let replayed = replay.tickets(&[opened], &[answered]).tickets;
    kpi::first_response_time(&replayed, ClockKind::Business).median().map(|waited| waited.num_hours())
}

#[test]
fn the_form_selects_schedules_as_rules_do() {
    let schedules = read(FORM).expect("readable schedules");
    assert_eq!(schedules.names().collect::<Vec<_>>(), ["dk", "es", "night"]);
    assert_eq!(waited(&schedules, &[]), Some(8));
    assert_eq!(waited(&schedules, &[(Attribute::Market, "ES")]), Some(6));
    assert_eq!(waited(&schedules, &[(Attribute::Group, "night")]), Some(8));
    // The market decides before the group.
    assert_eq!(waited(&schedules, &[(Attribute::Group, "night"), (Attribute::Market, "ES")]), Some(6));

    let office = Schedule::parse("Europe/Copenhagen", "Mo-Fr 09:00-17:00").expect("readable hours");
    let same = Schedules::default().with_working_time("dk", &office.clone().into()).with_fallback("dk");
    let form = r#"{"schedules": {"dk": {"time_zone": "Europe/Copenhagen", "hours": "Mo-Fr 09:00-17:00"}}, "schedule": "dk"}"#;
    let read: Schedules = serde_json::from_str(form).expect("readable schedules");
    let tracker = Replay::new(Timestamp::MAX)
        .with_schedules(same)
        .track(Ticket::new("T-1", at("2026-03-02T09:00:00Z")));
    assert!(Replay::new(Timestamp::MAX).with_schedules(read).fits(&tracker));
}

#[test]
fn without_keys_there_are_no_schedules() {
    let none = read("").expect("no schedules");
    assert_eq!(waited(&none, &[]), None);
}

#[test]
fn what_selects_no_schedule_is_an_error() {
    let wrong = |text: &str| read(text).expect_err("an error");
    let no_schedule = "there is no schedule \"dkk\"; [schedules] has dk, es, night";
    assert_eq!(wrong(&FORM.replace("schedule = \"dk\"", "schedule = \"dkk\"")), no_schedule);
    assert_eq!(wrong(&FORM.replace("ES = \"es\"", "ES = \"dkk\"")), no_schedule);
    assert_eq!(wrong("schedule = \"dk\""), "there is no schedule \"dk\"; [schedules] has none");
    assert_eq!(
        wrong(&FORM.replace("group =", "tags =")),
        "schedule_by: a ticket may have several tags, so they select no schedule: name another attribute, such as \"group\""
    );
    assert!(
        wrong("schedul = \"dk\"")
            .starts_with("unknown field `schedul`, expected one of `schedules`, `schedule`")
    );
    assert!(wrong(&FORM.replace("Europe/Copenhagen", "Europe/Kopenhagen")).contains("Kopenhagen"));
}
