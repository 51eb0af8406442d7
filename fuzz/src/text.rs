//! Checks of texts: hours, durations, policies, schedules, descriptions, calendars.

use deskmetrics::kpi::FcrPolicy;
use deskmetrics::replay::{Replay, Schedules};
use deskmetrics::schedule::{Boundary, Budget, CompiledSchedule, Schedule, WorkingTime};
use deskmetrics::sla::SlaPolicies;
use deskmetrics::ticket::{Attribute, EventKind};
use deskmetrics::{Author, Status, Ticket, TicketEvent, Timestamp, duration_text};
use deskmetrics_arrow::{Dataset, Description, ReadOptions};

fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// Weekly hours.
pub(crate) fn hours(data: &[u8]) {
    if let Some(Ok(schedule)) = text(data).map(|text| Schedule::parse("Europe/Copenhagen", text)) {
        business_time(&schedule.compile());
    }
}

/// Elapsed time adds up, does not decrease, and a due time uses up its budget.
fn business_time(schedule: &CompiledSchedule) {
    const HOUR: i64 = 3_600_000_000;
    // Saturday 2026-03-28 12:00 UTC; the clocks of Copenhagen change on the next day.
    const SATURDAY: i64 = 1_774_699_200_000_000;
    let mut before: Option<(i64, i64)> = None;
    for hours in [0, 1, 13, 14, 47, 300, 9_000] {
        let at = SATURDAY + hours * HOUR;
        let elapsed = schedule.elapsed_micros(SATURDAY, at);
        if let Some((earlier, so_far)) = before {
            let more = schedule.elapsed_micros(earlier, at);
            assert!(more >= 0 && so_far + more == elapsed, "{so_far} + {more} is not {elapsed}");
        }
        before = Some((at, elapsed));
        if let Some(due) = schedule.due_micros(at, HOUR) {
            let used = schedule.elapsed_micros(at, due);
            assert!(due >= at && used >= HOUR || schedule.conventions().boundary != Boundary::Closing);
        }
    }
    for extreme in [Timestamp::MIN.as_micros(), Timestamp::MAX.as_micros()] {
        let _ = schedule.elapsed_micros(extreme, SATURDAY);
        let _ = schedule.due_micros(extreme, HOUR);
    }
}

/// Durations and budgets in business days.
pub(crate) fn durations(data: &[u8]) {
    let Some(text) = text(data) else { return };
    if let Ok(duration) = duration_text::parse(text) {
        assert_eq!(duration_text::parse(&duration_text::format(duration)), Ok(duration));
    }
    if let Ok(budget) = text.parse::<Budget>() {
        assert_eq!(budget.to_string().parse(), Ok(budget));
    }
}

/// Rules of first contact resolution, as text and as data.
pub(crate) fn fcr(data: &[u8]) {
    let as_text = text(data).and_then(|text| text.parse::<FcrPolicy>().ok());
    for policy in as_text.into_iter().chain(serde_json::from_slice(data).ok()) {
        assert_eq!(policy.to_string().parse::<FcrPolicy>().ok(), Some(policy));
    }
}

/// Descriptions of datasets.
pub(crate) fn description(data: &[u8]) {
    if let Some(Ok(description)) = text(data).map(str::parse::<Description>) {
        // Its files are not there.
        let nowhere = ReadOptions::default().with_data_root("/nonexistent").with_threads(1);
        let _ = Dataset::of_description(&description, nowhere).map_err(|error| error.to_string());
    }
}

/// SLA policies, and a ticket under them.
pub(crate) fn policies(data: &[u8]) {
    let Some(Ok(policies)) = text(data).map(toml::from_str::<SlaPolicies>) else { return };
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let desk = Schedule::parse("Europe/Madrid", "Mo-Fr 09:00-17:00").unwrap();
    let ticket = Ticket::new("T-1", at("2026-03-27T15:00:00Z")).with_attribute(Attribute::Priority, "high");
    let events: Vec<TicketEvent> = [
        ("2026-03-27T16:30:00Z", Author::Agent, EventKind::PublicMessage),
        ("2026-03-30T08:00:00Z", Author::Customer, EventKind::PublicMessage),
        ("2026-03-30T09:00:00Z", Author::Agent, EventKind::Status(Status::Pending)),
        ("2026-03-31T09:00:00Z", Author::Agent, EventKind::Status(Status::Solved)),
    ]
    .into_iter()
    .map(|(when, author, kind)| TicketEvent::new("T-1", at(when), author, kind))
    .collect();
    let replay =
        Replay::new(at("2026-04-10T00:00:00Z")).with_schedule(desk.compile()).with_policies(policies);
    let _ = replay.check().iter().map(ToString::to_string).collect::<Vec<_>>();
    let replayed = replay.clone().with_segments().ticket(&ticket, &events);
    let mut tracker = replay.track(ticket);
    for event in &events {
        replay.observe(&mut tracker, event).unwrap();
    }
    assert_eq!(replay.metrics(&tracker, replay.as_of()), Ok(replayed.metrics));
    assert_eq!(replay.verdicts(&tracker, replay.as_of()).unwrap().len(), replayed.verdicts.len());
}

/// Schedules as data, one alone or several by name.
pub(crate) fn schedules(data: &[u8]) {
    if let Ok(schedules) = serde_json::from_slice::<Schedules>(data) {
        assert!(schedules.unknown_names().is_empty());
    }
    let Ok(working_time) = serde_json::from_slice::<WorkingTime>(data) else { return };
    business_time(&working_time.compile());
    let again = serde_json::to_vec(&working_time).unwrap();
    assert_eq!(serde_json::from_slice::<WorkingTime>(&again).ok(), Some(working_time));
}

/// Holidays from iCalendar files.
pub(crate) fn calendar(data: &[u8]) {
    if let Some(text) = text(data) {
        let _ = deskmetrics_ical::read(text, 2025..=2027).map_err(|error| error.to_string());
    }
}
