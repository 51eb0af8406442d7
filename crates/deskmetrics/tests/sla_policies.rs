//! Policies: their text, their check, their order; and merged tickets.

use chrono::TimeDelta;
use deskmetrics::replay::{Merged, Replay, ReplayOptions, Schedules};
use deskmetrics::schedule::{Schedule, ScheduleHistory};
use deskmetrics::sla::{
    ClockEvent, Conditions, CustomClock, Matching, PolicyWarning, SlaPolicies, SlaPolicy, SlaTarget, Within,
};
use deskmetrics::ticket::{Attribute, Author, EventKind};
use deskmetrics::{Reason, SlaMetric, Ticket, TicketEvent, Timestamp};

fn at(text: &str) -> Timestamp {
    format!("{}:00Z", text.replace(' ', "T")).parse().expect("a timestamp")
}

fn reply() -> SlaTarget {
    SlaTarget::calendar(SlaMetric::FirstResponse, TimeDelta::hours(4))
}

#[test]
fn policies_survive_toml_and_json() {
    let policies = SlaPolicies::new([
        SlaPolicy::new("premium")
            .with_conditions(
                Conditions::default().with_attribute(Attribute::Market, ["DK", "SE"]).with_tags(["vip"]),
            )
            .with_exclusions(Conditions::default().with_attribute(Attribute::Category, ["billing"]))
            .with_valid_from(at("2026-01-01 00:00"))
            .with_valid_until(at("2027-01-01 00:00"))
            .with_schedule("dk")
            .with_target(reply().with_at_risk(0.8))
            .with_target(SlaTarget::business(
                SlaMetric::Custom("triage".into()),
                Within::by_priority([("high", TimeDelta::minutes(90)), ("*", TimeDelta::days(2))]),
            )),
        SlaPolicy::new("everybody").with_target(reply()),
    ])
    .with_clock(CustomClock::new("triage").with_start(ClockEvent::Created).with_stop(ClockEvent::Assigned))
    .with_matching(Matching::FirstPerMetric);
    assert_eq!(policies.check_with_schedules(["dk"]), []);
    let text = toml::to_string(&policies).expect("policies are TOML");
    assert!(text.contains(r#"high = "1h 30m""#) && text.contains(r#"tag = "vip""#), "{text}");
    assert_eq!(toml::from_str::<SlaPolicies>(&text).expect("its TOML is readable"), policies);
    let json = serde_json::to_string(&policies).expect("policies are JSON");
    assert_eq!(serde_json::from_str::<SlaPolicies>(&json).expect("its JSON is readable"), policies);
}

#[test]
fn a_wrong_text_gives_a_clear_error() {
    let read = |text: &str| toml::from_str::<SlaPolicies>(text).expect_err("unreadable").to_string();
    let target = |target: &str| format!("[[policies]]\nname = 'p'\ntargets = [{{ {target} }}]");
    assert!(read(&target("metric = 'resolution', within = 'soon'")).contains("\"soon\" is not of the form"));
    assert!(read(&target("metric = 'resolution', within = 5")).contains("expected a duration such as"));
    assert!(read(&target("metric = 'resolution', within = '5h', clok = 'business'")).contains("clok"));
    let clock = "policies = []\n[[clocks]]\nname = 'c'\nstart = ['creatd']\nstop = []";
    assert!(read(clock).contains("expected the name of an event"));
}

#[test]
fn the_check_finds_what_is_odd() {
    let danish = Conditions::default().with_attribute(Attribute::Market, ["DK"]);
    let by_priority = Within::by_priority([("high", TimeDelta::hours(1))]);
    let policies = SlaPolicies::new([
        SlaPolicy::new("north")
            .with_conditions(Conditions::default().with_attribute(Attribute::Market, ["DK", "SE"]))
            .with_target(SlaTarget::calendar(SlaMetric::Resolution, by_priority))
            .with_target(SlaTarget::calendar(
                SlaMetric::NextResponse,
                Within::by_priority([("low", TimeDelta::hours(8)), ("*", TimeDelta::zero())]),
            )),
        SlaPolicy::new("Denmark").with_conditions(danish.clone()).with_target(reply()),
        SlaPolicy::new("empty"),
        SlaPolicy::new("empty")
            .with_schedule("moon")
            .with_valid_from(at("2026-01-01 00:00"))
            .with_valid_until(at("2025-01-01 00:00"))
            .with_target(
                SlaTarget::calendar(SlaMetric::Custom("typo".into()), TimeDelta::hours(1)).with_at_risk(80.0),
            ),
    ])
    .with_clock(CustomClock::new("endless").with_start(ClockEvent::Created).with_pause(ClockEvent::Solved));
    let findings = policies.check_with_schedules(["dk"]);
    let texts: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            r#"clock "endless" has no stop condition"#,
            r#"clock "endless" pauses on an event; a pause needs a state that lasts"#,
            r#"target resolution of policy "north" has no duration for priority "low" and no "*""#,
            r#"target next_response of policy "north" allows no time (0s)"#,
            r#"policy "Denmark" is never reached: "north" before it fits the same tickets"#,
            r#"policy "empty" has no targets"#,
            r#"policy name "empty" is used more than once"#,
            r#"policy "empty" is never in force: it ends before it begins"#,
            r#"policy "empty" is never reached: "empty" before it fits the same tickets"#,
            r#"target of policy "empty" limits "typo", which is neither a metric nor a clock defined here"#,
            r#"target typo of policy "empty" is at risk from 80, which is not above 0 and below 1"#,
            r#"policy "empty" names the schedule "moon", which is not known"#,
        ]
    );
    let reached = SlaPolicies::new([
        SlaPolicy::new("Denmark").with_conditions(danish).with_target(reply()),
        SlaPolicy::new("all").with_target(reply()),
    ]);
    assert_eq!(reached.check(), []);
    let per_metric = SlaPolicies::new([
        SlaPolicy::new("all").with_target(reply()),
        SlaPolicy::new("late").with_target(reply()),
    ]);
    assert_eq!(
        per_metric.with_matching(Matching::FirstPerMetric).check(),
        [PolicyWarning::TargetUnreachable {
            policy: "late".into(),
            metric: SlaMetric::FirstResponse,
            earlier: "all".into()
        }]
    );
}

#[test]
fn segments_name_the_schedule_version() {
    let history = ScheduleHistory::new(Schedule::parse("UTC", "Mo-Fr 09:00-17:00").expect("hours"))
        .with_version(
            chrono::NaiveDate::from_ymd_opt(2026, 3, 4).expect("a date"),
            Schedule::parse("UTC", "Mo-Fr 08:00-14:00").expect("hours"),
        )
        .expect("a later version");
    let policies = SlaPolicies::new([
        SlaPolicy::new("p").with_target(SlaTarget::business(SlaMetric::Resolution, TimeDelta::hours(9)))
    ]);
    let replay = Replay::new(at("2026-03-04 12:00"))
        .with_schedules(Schedules::default().with_history("dk", &history).with_fallback("dk"))
        .with_policies(policies)
        .with_segments();
    let verdict = replay.ticket(&Ticket::new("T", at("2026-03-03 12:00")), &[]).verdicts.remove(0);
    assert_eq!(verdict.elapsed.business(), Some(TimeDelta::hours(9)));
    assert_eq!(verdict.due_at, Some(at("2026-03-04 12:00")));
    let texts: Vec<String> = verdict.segments.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "2026-03-03T12:00:00Z to 2026-03-04T00:00:00Z, new: 12h, 5h of business time on \"dk\" version 1",
            "2026-03-04T00:00:00Z to 2026-03-04T12:00:00Z, new: 12h, 4h of business time on \"dk\" version 2",
        ]
    );
}

#[test]
fn merged_tickets_move_their_messages() {
    let tickets = [
        Ticket::new("survivor", at("2026-03-02 09:00")),
        Ticket::new("away", at("2026-03-02 10:00")),
        Ticket::new("away", at("2026-03-02 10:30")),
    ];
    let event = |ticket: &str, when: &str, author, kind| TicketEvent::new(ticket, at(when), author, kind);
    let events = [
        event("away", "2026-03-02 11:00", Author::Agent, EventKind::MergedInto("survivor".into())),
        event("away", "2026-03-02 10:15", Author::Customer, EventKind::PublicMessage),
        event("survivor", "2026-03-02 09:30", Author::Agent, EventKind::PublicMessage),
        event("survivor", "2026-03-02 12:00", Author::Agent, EventKind::PublicMessage),
        event("stranger", "2026-03-02 12:00", Author::Agent, EventKind::PublicMessage),
    ];
    let outcome = Replay::new(at("2026-03-03 00:00")).tickets(&tickets, &events);
    let [survivor, away] = &outcome.tickets[..] else { panic!("two tickets") };
    assert_eq!(away.metrics.exclusion, Some(Reason::Merged));
    assert_eq!(survivor.metrics.customer_messages, 3);
    let next: Vec<TimeDelta> =
        survivor.metrics.next_responses.iter().map(|response| response.elapsed.calendar()).collect();
    assert_eq!(next, [TimeDelta::hours(2)]);
    assert_eq!(outcome.excluded.count(Reason::UnknownTicket), 1);
    assert_eq!(outcome.excluded.count(Reason::Duplicate), 1);

    let mut options = ReplayOptions::default();
    options.merged = Merged::Keep;
    let outcome = Replay::new(at("2026-03-03 00:00")).with_options(options).tickets(&tickets, &events);
    assert_eq!(outcome.tickets[1].metrics.exclusion, None);
    assert_eq!(outcome.tickets[0].metrics.customer_messages, 1);
}

#[test]
fn merges_in_circles_end() {
    let tickets = [Ticket::new("a", at("2026-03-02 09:00")), Ticket::new("b", at("2026-03-02 09:00"))];
    let merged = |from: &str, into: &str| {
        TicketEvent::new(from, at("2026-03-02 10:00"), Author::Agent, EventKind::MergedInto(into.into()))
    };
    let outcome =
        Replay::new(at("2026-03-03 00:00")).tickets(&tickets, &[merged("a", "b"), merged("b", "a")]);
    assert!(outcome.tickets.iter().all(|ticket| ticket.metrics.exclusion == Some(Reason::Merged)));
}

#[test]
fn a_tracker_gives_the_next_due_time() {
    let policies = SlaPolicies::new([SlaPolicy::new("p")
        .with_target(reply())
        .with_target(SlaTarget::calendar(SlaMetric::Resolution, TimeDelta::hours(24)))]);
    let replay = Replay::new(at("2026-03-09 00:00")).with_policies(policies);
    let mut tracker = replay.track(Ticket::new("T", at("2026-03-02 09:00")));
    assert_eq!(replay.next_due(&tracker), Ok(Some(at("2026-03-02 13:00"))));
    let verdict = replay.verdicts(&tracker, at("2026-03-02 12:00")).expect("its own tracker").remove(0);
    assert_eq!(verdict.remaining(), Some(TimeDelta::hours(1)));
    let answer = TicketEvent::new("T", at("2026-03-02 12:30"), Author::Agent, EventKind::PublicMessage);
    replay.observe(&mut tracker, &answer).expect("an event in order");
    assert_eq!(replay.next_due(&tracker), Ok(Some(at("2026-03-03 09:00"))));
    let early = TicketEvent::new("T", at("2026-03-02 12:00"), Author::Agent, EventKind::PublicMessage);
    assert_eq!(
        replay.observe(&mut tracker, &early).expect_err("out of order").to_string(),
        "event at 2026-03-02T12:00:00Z comes after one at 2026-03-02T12:30:00Z; a tracker takes events in order: retrack the \
         ticket's log"
    );
}

#[test]
fn conditions_keep_the_types_of_their_values() {
    let conditions: Conditions =
        serde_json::from_str(r#"{"tier": [1, 2.5, "2"], "vip": true, "tag": 7}"#).unwrap();
    let stored = serde_json::to_string(&conditions).unwrap();
    assert_eq!(stored, r#"{"tag":7,"tier":[1,"2",2.5],"vip":true}"#);
    assert_eq!(serde_json::from_str::<Conditions>(&stored).unwrap(), conditions);
    let present = |attribute: &Attribute| {
        let texts: &[&str] = match attribute.as_str() {
            "tier" => &["1,0", "2.50", "2.0", "x"],
            "vip" => &["TRUE", "FALSE"],
            _ => &["7.0"],
        };
        texts.iter().copied()
    };
    let equal = conditions.with_equal_texts(present).to_string();
    assert_eq!(equal, "tier: 1 or 1,0 or 2 or 2.5 or 2.50, vip: TRUE or true, tag: 7 or 7.0");
}
