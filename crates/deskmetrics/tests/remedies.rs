//! Tests that the remedy of every error works.
//!
//! The variants are read from the source, so a new one without a case fails.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fmt::{Debug, Display};

use deskmetrics::kpi::FcrPolicy;
use deskmetrics::replay::{Replay, TrackError, TrackedTickets};
use deskmetrics::report::{KpiRequest, KpiTally, Period, Report, ReportBuilder, ReportState};
use deskmetrics::schedule::{Shift, WorkingTime};
use deskmetrics::sla::SlaPolicies;
use deskmetrics::survey::Convention;
use deskmetrics::ticket::{EventKind, Status};
use deskmetrics::{Author, Scale, Ticket, TicketEvent, Timestamp};

/// The variants of an enum in a source.
fn variants(source: &str, name: &str) -> BTreeSet<String> {
    let (_, body) = source.split_once(&format!("pub enum {name} {{\n")).unwrap();
    let (body, _) = body.split_once("\n}\n").unwrap();
    let lines = body.lines().filter_map(|line| line.strip_prefix("    "));
    let names = lines.filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()));
    names.map(|line| line.split([' ', '(', ',']).next().unwrap().to_owned()).collect()
}

/// The variant of an error whose message contains this advice, after following it.
fn followed<T, U, E: Debug + Display, F: Display>(
    wrong: Result<T, E>,
    advice: &str,
    right: Result<U, F>,
) -> String {
    let Err(error) = wrong else { panic!("no error, and no \"{advice}\"") };
    assert!(error.to_string().contains(advice), "\"{error}\" does not contain \"{advice}\"");
    if let Err(problem) = right {
        panic!("the remedy of \"{error}\" does not work: {problem}");
    }
    let text = format!("{error:?}");
    // A variant that wraps another error has no remedy.
    let inner = text.strip_prefix("Request(").unwrap_or(&text);
    let inner =
        inner.split_once("error: ").filter(|_| inner.starts_with("At {")).map_or(inner, |(_, inner)| inner);
    inner.split([' ', '(', ',']).next().unwrap().to_owned()
}

/// Every variant has a case, except those without a remedy.
fn all_followed(source: &str, name: &str, cases: impl IntoIterator<Item = String>, without: &[&str]) {
    let mut met: BTreeSet<String> = cases.into_iter().collect();
    met.extend(without.iter().map(|name| (*name).to_owned()));
    assert_eq!(met, variants(source, name), "each variant of {name} needs a case");
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn dated() -> ReportBuilder {
    Report::builder(at("2026-03-09T00:00:00Z"))
}

fn request(form: &str) -> KpiRequest {
    toml::from_str(form).unwrap()
}

#[test]
fn requests() {
    let built = |form: &str| dated().with_kpi(request(form)).build();
    let cases = [
        ("kpi = 'volum'", "did you mean \"volume\"?", "kpi = 'volume'"),
        ("kpi = 'fcr'", "give", "kpi = 'fcr'\npolicy = 'single_reply'"),
        ("kpi = 'time_in_status'", "its status", "kpi = 'time_in_status'\nstatus = 'pending'"),
        ("kpi = 'time_in_group'", "its group", "kpi = 'time_in_group'\ngroup = 'billing'"),
        (
            "kpi = 'csat'",
            "give the question's name and scale",
            "kpi = 'csat'\nquestion = 'csat'\nscale = '1-5'",
        ),
        ("kpi = 'volume'\nclock = 'business'", "has no clock: omit it", "kpi = 'volume'"),
        (
            "kpi = 'nps'\nquestion = 'nps'\nscale = '1-5'",
            "has no scale: omit it",
            "kpi = 'nps'\nquestion = 'nps'",
        ),
        (
            "kpi = 'volume'\nwhere = { tag = [] }",
            "each with the values it may have",
            "kpi = 'volume'\nwhere = { tag = ['vip'] }",
        ),
        ("kpi = 'volume'\nname = ' '", "choose a name that is not empty", "kpi = 'volume'\nname = 'tickets'"),
        ("kpi = 'volume'\nname = 'nps'", "not the id of another KPI", "kpi = 'volume'\nname = 'tickets'"),
        ("kpi = 'backlog_age'\nwithin = '0s'", "such as \"4h\"", "kpi = 'backlog_age'\nwithin = '4h'"),
        (
            "kpi = 'flow'\nsince = '2026-03-08T00:00:00Z'\nuntil = '2026-03-01T00:00:00Z'",
            "give a span that ends after it begins",
            "kpi = 'flow'\nsince = '2026-03-01T00:00:00Z'\nuntil = '2026-03-08T00:00:00Z'",
        ),
        (
            "kpi = 'sla_at_risk'\nthreshold_percent = 101",
            "give 0 to 100",
            "kpi = 'sla_at_risk'\nthreshold_percent = 100",
        ),
    ];
    let met = cases.map(|(wrong, advice, right)| followed(built(wrong), advice, built(right)));
    let backlog = || request("kpi = 'backlog'");
    let cut_off = followed(
        Report::undated().with_kpi(backlog()).build(),
        "give as_of",
        dated().with_kpi(backlog()).build(),
    );
    // Custom KPIs are tested in kpi_of_your_own.rs.
    let source = include_str!("../src/kpi/request.rs");
    all_followed(source, "RequestError", met.into_iter().chain([cut_off]), &["IdTaken"]);
}

#[test]
fn reports() {
    let volume = || request("kpi = 'volume'");
    let report = |period: Option<Period>| {
        let builder = dated().with_kpi(volume());
        let periods = period.map(|period| deskmetrics::report::Periods::new(period, chrono_tz::UTC));
        periods.map_or(builder.clone(), |periods| builder.with_periods(periods)).build().unwrap()
    };
    let merged = |other: Option<Period>| report(None).state().merge(report(other).state());
    let parts =
        |other: &str| report(None).state().with_part("monday").merge(report(None).state().with_part(other));
    let tallies = |cut_off: &str| {
        let mut tally = volume().tally(Some(at("2026-03-09T00:00:00Z")))?;
        tally.merge(volume().tally(Some(at(cut_off)))?)
    };
    let named =
        |other: &str| dated().with_kpis([volume().with_name("tickets"), volume().with_name(other)]).build();
    let ticket = deskmetrics::Replayed::new(
        Ticket::new("1", at("2026-03-02T00:00:00Z")).with_attribute("market", "DK"),
        deskmetrics::TicketMetrics::new(at("2026-03-02T00:00:00Z"), at("2026-03-09T00:00:00Z")),
    );
    let by = |name: &str| {
        dated().with_kpi(volume()).with_slices([name]).build().unwrap().run(
            std::slice::from_ref(&ticket),
            &[],
            &[],
        )
    };
    let state = report(None).state();
    let cases = [
        followed(state.kpi(&request("kpi = 'solved'")), "request one of its KPIs", state.kpi(&volume())),
        followed(by("markte"), "did you mean \"market\"?", by("market")),
        followed(named("tickets"), "give each a name of its own", named("others")),
        followed(
            dated().with_kpi(volume()).with_slices(["responder"]).build(),
            "take \"first_responder\" or \"solved_by\" instead, or request only first_response_time, next_response_time",
            dated().with_kpi(request("kpi = 'next_response_time'")).with_slices(["responder"]).build(),
        ),
        followed(
            dated().with_kpi(request("kpi = 'next_response_time'\nwhere = { responder = 'Kim' }")).build(),
            "or restrict by \"first_responder\"",
            dated()
                .with_kpi(request("kpi = 'next_response_time'\nwhere = { first_responder = 'Kim' }"))
                .build(),
        ),
        followed(dated().build(), "add at least one", dated().with_kpi(volume()).build()),
        followed(
            dated().with_kpi(volume()).with_level(95.0).build(),
            "give for example 0.95",
            dated().with_kpi(volume()).with_level(0.95).build(),
        ),
        followed(merged(Some(Period::Week)), "merge only states made by equal reports", merged(None)),
        followed(
            tallies("2026-03-10T00:00:00Z"),
            "merge only tallies of equal requests and cut-offs",
            tallies("2026-03-09T00:00:00Z"),
        ),
        followed(parts("monday"), "merge each part once", parts("tuesday")),
    ];
    // A stored tally of another KPI was tampered with.
    all_followed(
        include_str!("../src/report/error.rs"),
        "ReportError",
        cases,
        &["Request", "StoredOtherwise"],
    );
}

#[test]
fn stored_states() {
    let mut state = dated().with_kpi(request("kpi = 'volume'")).build().unwrap().state().to_bytes();
    let intact = state.clone();
    let foreign = followed(
        ReportState::from_bytes(b"volume"),
        "pass the bytes of to_bytes",
        ReportState::from_bytes(&intact),
    );
    state[4] = 1;
    let version =
        followed(ReportState::from_bytes(&state), "store it again", ReportState::from_bytes(&intact));
    assert!(KpiTally::from_bytes(&intact).unwrap_err().to_string().contains("not a stored KPI tally"));
    // Changed bytes cannot be restored.
    let source = include_str!("../src/stored.rs");
    all_followed(source, "StoredError", [foreign, version], &["Damaged", "Unreadable"]);
}

#[test]
fn scales() {
    let scale = |text: &str| text.parse::<Scale>();
    let ten = scale("1-10").unwrap_err().to_string();
    let (_, example) = ten.split_once("such as \"").unwrap();
    let cases = [
        followed(scale("5-1"), "give the lower end first", scale("1-5")),
        followed(
            scale("1-10, 8-12 good, 1-4 bad"),
            "do not fit the scale 1 to 10",
            scale("1-10, 8-10 good, 1-4 bad"),
        ),
        followed(scale("1-10"), "such as", scale(example.trim_end_matches('"'))),
        followed(scale("stars"), "such as \"1-5\" or \"1-7 zencity\"", scale("1-7 zencity")),
    ];
    all_followed(include_str!("../src/survey/scale.rs"), "ScaleError", cases, &[]);
}

#[test]
fn words_are_listed() {
    let listed = |message: String| -> Vec<String> {
        let (_, words) = message.split_once(" is not one of ").unwrap();
        words.split(", ").map(str::to_owned).collect()
    };
    for word in listed("x".parse::<Status>().unwrap_err().to_string()) {
        assert!(word.parse::<Status>().is_ok(), "{word}");
    }
    for word in listed("x".parse::<Period>().unwrap_err().to_string()) {
        assert!(word.parse::<Period>().is_ok(), "{word}");
    }
    for word in listed("x".parse::<Convention>().unwrap_err().to_string()) {
        assert!(word.parse::<Convention>().is_ok(), "{word}");
    }
    for policy in [
        "single_reply",
        "no_customer_followup",
        "single_handler_close",
        "strict_no_activity",
        "no_reopen_within(7days)",
        "no_repeat_contact_within(7days, customer)",
        "no_repeat_contact_within(7days, customer_and_category)",
        "survey(1-2)",
        "interaction_no_task",
        "all_of(single_reply, no_reopen_within(7days))",
    ] {
        let message = "once".parse::<FcrPolicy>().unwrap_err().to_string();
        followed("once".parse::<FcrPolicy>(), policy, policy.parse::<FcrPolicy>());
        assert!(message.matches(", ").count() >= 9);
    }
    let alone = FcrPolicy::all_of([FcrPolicy::SingleReply]);
    let two = [FcrPolicy::SingleReply, FcrPolicy::StrictNoActivity];
    followed(alone, "all_of takes two or more policies", FcrPolicy::all_of(two));
}

#[test]
fn schedules() {
    let desk = |more: &str| format!("time_zone = 'UTC'\n{more}");
    let hours = "hours = 'Mo-Fr 09:00-17:00'\n";
    let read = |form: &str| toml::from_str::<WorkingTime>(form);
    let many: Vec<String> = (0..201).map(|i| format!("{:02}:{:02}-24:00", i / 60, i % 60)).collect();
    let cases = [
        ("TimeZone", "time_zone = 'Europe/Copenhagn'\nhours = '24/7'".to_owned(), "Europe/Copenhagen", "time_zone = 'Europe/Copenhagen'\nhours = '24/7'".to_owned()),
        ("Hours", desk("hours = 'Mo-Fri 9-17'"), "", desk("hours = 'Mo-Fr 09:00-17:00'")),
        ("Time", desk("breaks = [{ days = ['mon'], from = '9', to = '10:00' }]\n") + hours, "write HH:MM", desk("breaks = [{ days = ['mon'], from = '09:00', to = '10:00' }]\n") + hours),
        ("BeginsAtMidnightEnd", desk("[hours]\nmon = [['24:00', '02:00']]"), "write 00:00-02:00 on the next day", desk("[hours]\ntue = [['00:00', '02:00']]")),
        ("Weekday", desk("[hours]\nfryday = [['09:00', '17:00']]"), "write mon, tue", desk("[hours]\nmon = [['09:00', '17:00']]")),
        ("Duplicate", desk("[hours]\nmon = [['09:00', '12:00']]\nMonday = [['13:00', '17:00']]"), "put all its hours into one list", desk("[hours]\nmon = [['09:00', '12:00'], ['13:00', '17:00']]")),
        ("Date", desk("breaks = [{ date = '2026-13-01', from = '12:00', to = '13:00' }]\n") + hours, "such as 2026-12-24", desk("breaks = [{ date = '2026-12-24', from = '12:00', to = '13:00' }]\n") + hours),
        ("Holiday", desk("holidays = ['25/12']\n") + hours, "write 2026-12-25, --12-25", desk("holidays = ['2026-12-25', '--12-25', '2026-12-24/2026-12-31']\n") + hours),
        ("Range", desk("holidays = ['2026-12-31/2026-12-24']\n") + hours, "write 2026-12-24/2026-12-31", desk("holidays = ['2026-12-24/2026-12-31']\n") + hours),
        ("Yearly", desk("holidays = ['--13-01']\n") + hours, "write a month from 01 to 12", desk("holidays = ['--12-01']\n") + hours),
        ("BreakTwice", desk("breaks = [{ days = ['mon'], date = '2026-12-24', from = '12:00', to = '13:00' }]\n") + hours, "write two breaks", desk("breaks = [{ days = ['mon'], from = '12:00', to = '13:00' }, { date = '2026-12-24', from = '12:00', to = '13:00' }]\n") + hours),
        ("Missing", hours.to_owned(), "time_zone is missing; write ", desk(hours)),
        ("Empty", "any_of = []".to_owned(), "give at least one schedule", "any_of = [{ time_zone = 'UTC', hours = '24/7' }]".to_owned()),
        ("From", "versions = [{ from = 'May', time_zone = 'UTC', hours = '24/7' }]".to_owned(), "write 2026-01-01, or 2026-01-01T09:00:00Z", "versions = [{ from = '2026-01-01', time_zone = 'UTC', hours = '24/7' }]".to_owned()),
        (
            "VersionWithoutFrom",
            "versions = [{ time_zone = 'UTC', hours = '24/7' }, { time_zone = 'UTC', hours = '24/7' }]".to_owned(),
            "give the date or time from which",
            "versions = [{ time_zone = 'UTC', hours = '24/7' }, { from = '2026-01-01', time_zone = 'UTC', hours = '24/7' }]".to_owned(),
        ),
        (
            "VersionOrder",
            "versions = [{ from = '2026-01-01', time_zone = 'UTC', hours = '24/7' }, { from = '2025-01-01', time_zone = 'UTC', hours = '24/7' }]".to_owned(),
            "list versions in the order",
            "versions = [{ from = '2025-01-01', time_zone = 'UTC', hours = '24/7' }, { from = '2026-01-01', time_zone = 'UTC', hours = '24/7' }]".to_owned(),
        ),
        (
            "WallInCombination",
            "any_of = [{ time_zone = 'UTC', hours = '24/7', conventions = { clock = 'wall' } }]".to_owned(),
            "use clock = \"elapsed\"",
            "any_of = [{ time_zone = 'UTC', hours = '24/7', conventions = { clock = 'elapsed' } }]".to_owned(),
        ),
        ("TooManyOpenings", desk(&format!("hours = 'Mo {}'", many.join(","))), "join hours that touch", desk("hours = 'Mo 09:00-09:01'")),
        (
            "TooDeep",
            "any_of = [{ ".repeat(17) + "time_zone = 'UTC', hours = '24/7'" + &" }]".repeat(17),
            "put the inner schedules into the level above",
            "any_of = [{ time_zone = 'UTC', hours = '24/7' }]".to_owned(),
        ),
        ("Conflict", "any_of = [{ time_zone = 'UTC', hours = '24/7' }]\ntime_zone = 'UTC'".to_owned(), "does not go together with", "any_of = [{ time_zone = 'UTC', hours = '24/7' }]".to_owned()),
    ];
    let mut met = Vec::new();
    for (variant, wrong, advice, right) in cases {
        followed(read(&wrong), advice, read(&right));
        met.push(variant.to_owned());
    }
    let shift = |text: &str| text.parse::<Shift>();
    met.push(followed(shift("9 to 5"), "such as 09:00-17:00", shift("09:00-17:00")));
    let minutes = deskmetrics::schedule::WeeklyHours::from_minutes_of_week;
    met.push(followed(minutes([(0, 20_000)]), "run from 0 to 10080", minutes([(0, 10_080)])));
    all_followed(include_str!("../src/schedule/error.rs"), "ScheduleError", met, &["At"]);
}

#[test]
fn trackers() {
    let replay = Replay::new(Timestamp::MAX);
    let ticket = || Ticket::new("1", at("2026-03-02T09:00:00Z"));
    let event =
        |id: &str, time: &str| TicketEvent::new(id, at(time), Author::Agent, EventKind::PublicMessage);
    let observed = |events: &[TicketEvent]| -> Result<(), TrackError> {
        let mut tracker = replay.track(ticket());
        events.iter().try_for_each(|event| replay.observe(&mut tracker, event))
    };
    let [first, second] = ["2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z"].map(|at| event("1", at));
    let backwards = [second.clone(), first.clone()];
    let policies: SlaPolicies =
        toml::from_str("[[policies]]\nname = 'x'\ntargets = [{ metric = 'resolution', within = '1h' }]")
            .unwrap();
    let other = replay.clone().with_policies(policies);
    let moved = || other.observe(&mut replay.track(ticket()), &first);
    let again = || other.observe(&mut other.retrack(ticket(), &[]), &first);
    let retracked = |events: &[TicketEvent]| match replay.retrack(ticket(), events).excluded().total() {
        0 => Ok(()),
        excluded => Err(format!("{excluded} excluded")),
    };
    let in_service = |calls: &[&str]| -> Result<(), TrackError> {
        let mut tickets = TrackedTickets::new(replay.clone());
        for call in calls {
            match *call {
                "close" => drop(tickets.close(&"1".into())),
                _ => drop(tickets.open(ticket())?),
            }
        }
        tickets.observe(&first).map(drop)
    };
    let until = |latest| replay.observe_until(&mut replay.track(ticket()), &first, latest);
    let cases = [
        followed(
            observed(&[event("2", "2026-03-02T10:00:00Z")]),
            "was given to the tracker of ticket \"1\"",
            observed(std::slice::from_ref(&first)),
        ),
        followed(observed(&backwards), "retrack the ticket's log", retracked(&backwards)),
        followed(moved(), "retrack the ticket's log", again()),
        followed(in_service(&[]), "open it first", in_service(&["open"])),
        followed(in_service(&["open", "open"]), "close it first", in_service(&["open", "close", "open"])),
        followed(until(at("2026-03-02T09:30:00Z")), "check its timestamp", until(at("2026-03-02T10:05:00Z"))),
    ];
    // Exclusions are counted by reason.
    all_followed(include_str!("../src/replay/tracker.rs"), "TrackError", cases, &["Exclusion"]);
}
