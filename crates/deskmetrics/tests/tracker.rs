//! Trackers under redelivery, changed rules, storage and time.

use deskmetrics::replay::{
    DueQueue, EventOrder, Replay, ReplayOptions, Schedules, TicketTracker, TrackError, TrackedTickets,
};
use deskmetrics::schedule::{CompiledSchedule, Schedule};
use deskmetrics::sla::SlaPolicies;
use deskmetrics::ticket::{Attribute, Author, EventKind, Status};
use deskmetrics::{Reason, Ticket, TicketEvent, Timestamp, VerdictState};
use deskmetrics_testkit::replay::strategy::logs;
use proptest::prelude::*;

const POLICIES: &str = r#"
[[policies]]
name = "standard"
targets = [
    { metric = "first_response", clock = "business", within = { high = "2h", "*" = "8h" }, at_risk = 0.8 },
    { metric = "next_response", within = "4h", at_risk = 0.5 },
    { metric = "periodic_update", clock = "business", within = "4h" },
    { metric = "requester_wait", clock = "business", within = "16h", at_risk = 0.75 },
    { metric = "resolution", within = { high = "24h", "*" = "72h" } },
]
"#;

fn policies(text: &str) -> SlaPolicies {
    toml::from_str(text).expect("readable policies")
}

fn hours(text: &str) -> CompiledSchedule {
    Schedule::parse("Europe/Copenhagen", text).expect("readable hours").compile_years(2025..=2027)
}

fn schedules(office: &str) -> Schedules {
    Schedules::default()
        .with_schedule("dk", hours(office))
        .with_rule(Attribute::Market, ["DK"], "dk")
        .with_fallback("dk")
}

fn replay() -> Replay {
    Replay::new(Timestamp::MAX)
        .with_schedules(schedules("Mo-Fr 09:00-17:00"))
        .with_policies(policies(POLICIES))
}

/// Events with an id each, as a source delivers them.
fn with_ids(events: Vec<TicketEvent>) -> Vec<TicketEvent> {
    let numbered = events.into_iter().enumerate();
    numbered.map(|(number, event)| event.with_id(format!("e{number}").as_str())).collect()
}

/// The gauges, counted again from the trackers.
fn gauges(tickets: &TrackedTickets, now: Timestamp) -> String {
    let mut again =
        TrackedTickets::new(tickets.replay().clone()).with_gauges_by([Attribute::Market, Attribute::Group]);
    for tracker in tickets.ids().filter_map(|id| tickets.get(id)) {
        again.follow(tracker.clone()).expect("a tracker of this replay");
    }
    again.advance(now);
    again.to_open_metrics()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn repeated_delivery_and_any_order_of_one_timestamp_change_nothing(
        (ticket, events) in logs(),
        again in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        swaps in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let replay = replay();
        let events = with_ids(events);
        let end = events.iter().map(|event| event.at).max().unwrap_or(ticket.created_at).max(ticket.created_at);
        let mut delivered = events.clone();
        for swap in swaps {
            let place = swap.index(delivered.len().max(2) - 1);
            if place + 1 < delivered.len() && delivered[place].at == delivered[place + 1].at {
                delivered.swap(place, place + 1);
            }
        }
        for index in again.iter().filter(|_| !events.is_empty()) {
            let event = delivered[index.index(delivered.len())].clone();
            delivered.push(event);
        }

        let mut tracker = replay.track(ticket.clone());
        for event in &delivered {
            match replay.observe(&mut tracker, event) {
                Ok(()) | Err(TrackError::Exclusion { .. }) => {}
                Err(error) => prop_assert!(false, "{}", error),
            }
        }
        let replayed = Replay::clone(&replay).ticket(&ticket, &events);
        let expected = replay.retrack(ticket, &events);
        prop_assert_eq!(replay.metrics(&tracker, end), replay.metrics(&expected, end));
        prop_assert_eq!(replay.verdicts(&tracker, end), replay.verdicts(&expected, end));
        prop_assert_eq!(tracker.ticket(), replayed.ticket);
        prop_assert_eq!(expected.excluded(), replayed.excluded);
        prop_assert_eq!(tracker.excluded().count(Reason::Duplicate), again.len().min(delivered.len()) as u64);
    }

    #[test]
    fn tickets_with_many_events_give_what_their_log_gives(
        (ticket, first) in logs(),
        more in prop::collection::vec(logs(), 15..25),
        places in prop::collection::vec(any::<prop::sample::Index>(), 5),
    ) {
        // Histories after each other, so that the state before the last events is stored on the way.
        let mut events = first;
        for (_, log) in more {
            let end = events.iter().map(|event| event.at).max().unwrap_or(ticket.created_at);
            let Some(start) = log.iter().map(|event| event.at).min() else { continue };
            let later = end.as_micros().max(ticket.created_at.as_micros()) - start.as_micros();
            events.extend(log.into_iter().map(|mut event| {
                event.at = Timestamp::saturating_from_micros(event.at.as_micros() + later);
                event.ticket = ticket.id.clone();
                event
            }));
        }
        events.sort_by_key(|event| event.at);
        let events = with_ids(events);
        let replay = replay();
        let mut tracker = replay.track(ticket.clone());
        let places: Vec<usize> = places.iter().map(|place| place.index(events.len().max(1))).collect();
        for (number, event) in events.iter().enumerate() {
            let _exclusions = replay.observe(&mut tracker, event);
            if places.contains(&number) || number + 1 == events.len() {
                let expected = replay.retrack(ticket.clone(), &events[..=number]);
                prop_assert_eq!(replay.metrics(&tracker, event.at), replay.metrics(&expected, event.at));
                prop_assert_eq!(replay.verdicts(&tracker, event.at), replay.verdicts(&expected, event.at));
                prop_assert_eq!(replay.next_change(&tracker, event.at), replay.next_change(&expected, event.at));
                prop_assert_eq!(tracker.ticket(), expected.ticket());
                prop_assert_eq!(tracker.excluded(), expected.excluded());
            }
        }
    }

    #[test]
    fn verdicts_change_at_the_next_change_and_not_before(
        (ticket, events) in logs(),
        after in 0..10_000_i64,
        part in 0..=1000_i64,
    ) {
        let replay = replay();
        let tracker = replay.retrack(ticket, &events);
        let at = Timestamp::saturating_from_micros(tracker.last_at().as_micros() + after * 60_000_000);
        let states = |at: Timestamp| -> Vec<(VerdictState, bool)> {
            let verdicts = replay.verdicts(&tracker, at).expect("its own tracker");
            verdicts.iter().map(|verdict| (verdict.state, verdict.is_at_risk())).collect()
        };
        let (now, next) = (states(at), replay.next_change(&tracker, at).expect("its own tracker"));
        let end = next.map_or(at.as_micros() + 90 * 86_400_000_000, |next| next.as_micros() - 1);
        let between = at.as_micros() + (end - at.as_micros()) / 1000 * part;
        prop_assert_eq!(&states(Timestamp::saturating_from_micros(between)), &now);
        prop_assert_eq!(&states(Timestamp::saturating_from_micros(end)), &now);
        if let Some(next) = next {
            prop_assert!(next > at);
            prop_assert_ne!(states(next), now);
        }
    }

    #[test]
    fn gauges_and_stored_tickets_are_those_counted_anew(
        histories in prop::collection::vec(logs(), 1..5),
        closed in any::<prop::sample::Index>(),
        after in 0..5_000_i64,
    ) {
        let mut tickets = TrackedTickets::new(replay()).with_gauges_by([Attribute::Market, Attribute::Group]);
        let mut events = Vec::new();
        for (number, (ticket, log)) in histories.into_iter().enumerate() {
            let mut ticket = ticket;
            ticket.id = format!("T-{number}").as_str().into();
            events.extend(log.into_iter().map(|mut event| {
                event.ticket = ticket.id.clone();
                event
            }));
            tickets.open(ticket).expect("a new ticket");
        }
        events.sort_by_key(|event| event.at);
        let last = events.last().map_or_else(|| "2026-03-02T09:00:00Z".parse().expect("a timestamp"), |event| event.at);
        for event in &events {
            tickets.advance(event.at);
            match tickets.observe(event) {
                Ok(_) | Err(TrackError::Exclusion { .. } | TrackError::OutOfOrder { .. }) => {}
                Err(error) => prop_assert!(false, "{}", error),
            }
        }
        let now = Timestamp::saturating_from_micros(last.as_micros() + after * 60_000_000);
        tickets.advance(now);
        prop_assert_eq!(tickets.to_open_metrics(), gauges(&tickets, now));

        let (stored, others) = TrackedTickets::from_bytes(&tickets.to_bytes(), replay()).expect("its bytes");
        let stored = stored.with_gauges_by([Attribute::Market, Attribute::Group]);
        prop_assert!(others.is_empty());
        prop_assert_eq!(stored.next_change(), tickets.next_change());
        prop_assert_eq!(stored.to_open_metrics(), tickets.to_open_metrics());
        let edited = policies(&POLICIES.replacen("8h", "9h", 1));
        let (none, others) = TrackedTickets::from_bytes(&tickets.to_bytes(), replay().with_policies(edited)).expect("its bytes");
        prop_assert_eq!((none.len(), others.len()), (0, tickets.len()));

        let id = tickets.ids().nth(closed.index(tickets.len())).expect("a ticket").clone();
        tickets.close(&id);
        prop_assert_eq!(tickets.to_open_metrics(), gauges(&tickets, now));
    }

    #[test]
    fn bytes_give_the_tracker_back_and_damage_is_refused(
        (ticket, events) in logs(),
        cut in any::<prop::sample::Index>(),
        bit in any::<prop::sample::Index>(),
    ) {
        let tracker = replay().retrack(ticket, &events);
        let bytes = tracker.to_bytes();
        prop_assert_eq!(TicketTracker::from_bytes(&bytes).expect("its bytes"), tracker);
        prop_assert!(TicketTracker::from_bytes(&bytes[..cut.index(bytes.len())]).is_err());
        let mut flipped = bytes.clone();
        flipped[bit.index(bytes.len())] ^= 1 << bit.index(8);
        prop_assert!(TicketTracker::from_bytes(&flipped).is_err());
    }
}

#[test]
fn an_edited_rule_is_noticed_and_an_equal_one_is_not() {
    let at = |text: &str| text.parse::<Timestamp>().expect("a timestamp");
    let ticket = || Ticket::new("T", at("2026-03-02T09:00:00Z"));
    let mine = replay();
    let tracker = TicketTracker::from_bytes(&mine.track(ticket()).to_bytes()).expect("its bytes");
    // The same rules in another process, with another cut-off and other compiled years.
    let wide = Schedule::parse("Europe/Copenhagen", "Mo-Fr 09:00-17:00").expect("readable hours").compile();
    let again = Schedules::default()
        .with_schedule("dk", wide)
        .with_rule(Attribute::Market, ["DK"], "dk")
        .with_fallback("dk");
    let equal =
        Replay::new(at("2026-03-09T00:00:00Z")).with_schedules(again).with_policies(policies(POLICIES));
    assert!(equal.fits(&tracker));
    assert_eq!(equal.next_due(&tracker), mine.next_due(&tracker));

    let mut options = ReplayOptions::default();
    options.order = EventOrder::Sequence;
    let holiday = Schedule::parse("Europe/Copenhagen", "Mo-Fr 09:00-17:00").expect("readable hours");
    let holiday =
        holiday.with_holidays(["2026-04-02".parse::<chrono::NaiveDate>().expect("a date")]).compile();
    let edited = |from: &str, to: &str| {
        assert!(POLICIES.contains(from), "{from}");
        mine.clone().with_policies(policies(&POLICIES.replacen(from, to, 1)))
    };
    let others = [
        ("target", edited("high = \"2h\"", "high = \"3h\"")),
        ("at risk", edited("at_risk = 0.8", "at_risk = 0.9")),
        ("clock", edited("clock = \"business\", ", "")),
        ("name", edited("standard", "usual")),
        ("condition", edited("name = \"standard\"", "name = \"standard\"\nwhen = { market = \"DK\" }")),
        ("hours", mine.clone().with_schedules(schedules("Mo-Fr 09:00-16:00"))),
        (
            "holiday",
            mine.clone()
                .with_schedules(Schedules::default().with_schedule("dk", holiday).with_fallback("dk")),
        ),
        (
            "rule",
            mine.clone().with_schedules(schedules("Mo-Fr 09:00-17:00").with_rule(
                Attribute::Market,
                ["ES"],
                "dk",
            )),
        ),
        ("options", mine.clone().with_options(options)),
        ("segments", mine.clone().with_segments()),
        ("attributes", mine.clone().with_attributes(["region"])),
    ];
    let event = TicketEvent::new("T", at("2026-03-02T10:00:00Z"), Author::Agent, EventKind::PublicMessage);
    for (changed, other) in others {
        let refused = TrackError::OtherReplay("T".to_owned());
        assert!(!other.fits(&tracker), "{changed}");
        assert_eq!(other.next_due(&tracker), Err(refused.clone()), "{changed}");
        assert_eq!(other.next_change(&tracker, tracker.last_at()), Err(refused.clone()), "{changed}");
        assert_eq!(other.metrics(&tracker, tracker.last_at()), Err(refused.clone()), "{changed}");
        assert_eq!(other.observe(&mut tracker.clone(), &event), Err(refused), "{changed}");
        assert!(other.fits(&other.retrack(ticket(), &[])), "{changed}");
    }
}

#[test]
fn an_event_in_the_future_is_refused() {
    let at = |text: &str| text.parse::<Timestamp>().expect("a timestamp");
    let replay = replay();
    let mut tracker = replay.track(Ticket::new("T", at("2026-03-02T09:00:00Z")));
    let event = |time: &str| TicketEvent::new("T", at(time), Author::Agent, EventKind::PublicMessage);
    let latest = at("2026-03-02T10:05:00Z");
    let wrong = replay.observe_until(&mut tracker, &event("2062-03-02T10:00:00Z"), latest);
    assert_eq!(wrong, Err(TrackError::InFuture { at: at("2062-03-02T10:00:00Z"), latest }));
    assert_eq!(replay.observe_until(&mut tracker, &event("2026-03-02T10:00:00Z"), latest), Ok(()));
}

#[test]
fn a_queue_of_changes_sees_every_breach() {
    let at = |text: &str| text.parse::<Timestamp>().expect("a timestamp");
    let replay = replay();
    let created = at("2026-03-02T15:00:00Z"); // Monday 16:00 in Copenhagen
    let tracker = replay.track(Ticket::new("T", created).with_attribute(Attribute::Priority, "high"));
    let mut queue = DueQueue::default();
    queue.set("T".into(), replay.next_change(&tracker, created).expect("its own tracker"));
    let mut seen = Vec::new();
    while let Some((now, ticket)) = queue.pop(at("2026-03-09T00:00:00Z")) {
        let verdicts = replay.verdicts(&tracker, now).expect("its own tracker");
        let breached: Vec<_> = verdicts.iter().filter(|verdict| verdict.breached_at.is_some()).collect();
        seen.push((now.to_string(), breached.len()));
        queue.set(ticket, replay.next_change(&tracker, now).expect("its own tracker"));
    }
    let expected = [
        ("2026-03-03T08:36:00Z", 0),        // 80 % of two hours
        ("2026-03-03T09:00:00.000001Z", 1), // first response
        ("2026-03-03T15:00:00.000001Z", 2), // resolution
        ("2026-03-04T11:00:00Z", 2),        // 75 % of 16 hours
        ("2026-03-04T15:00:00.000001Z", 3), // requester wait
    ];
    assert_eq!(seen, expected.map(|(at, breached)| (at.to_owned(), breached)));
}

#[test]
fn a_breach_before_a_late_event_is_returned() {
    let at = |text: &str| text.parse::<Timestamp>().expect("a timestamp");
    let mut tickets = TrackedTickets::new(replay());
    let ticket = Ticket::new("T", at("2026-03-02T09:00:00Z")).with_attribute(Attribute::Priority, "high");
    tickets.open(ticket).expect("a new ticket");
    let reply = TicketEvent::new("T", at("2026-03-02T13:00:00Z"), Author::Agent, EventKind::PublicMessage)
        .with_id("1");
    tickets.observe(&reply).expect("an event in order");
    assert!(tickets.observe(&reply).is_err());
    let (stored, _) = TrackedTickets::from_bytes(&tickets.to_bytes(), replay()).expect("its bytes");
    for mut tickets in [tickets, stored] {
        let expected =
            ["2026-03-02T10:36:00Z", "2026-03-02T11:00:00.000001Z"].map(|time| (at(time), "T".into()));
        assert_eq!(tickets.next_change(), Some((expected[0].0, &expected[0].1)));
        assert_eq!(tickets.advance(at("2026-03-02T10:40:00Z")), expected[..1]);
        assert_eq!(tickets.advance(at("2026-03-02T13:00:00Z")), expected[1..]);
        assert_eq!(tickets.advance(at("2026-03-02T13:00:01Z")), []);
    }
}

#[test]
fn solved_and_deleted_tickets_are_not_open_in_gauges() {
    const OPEN: &str = "deskmetrics_open_tickets";
    let at = |text: &str| text.parse::<Timestamp>().expect("a timestamp");
    let mut tickets = TrackedTickets::new(replay());
    for id in ["A", "B", "C"] {
        let ticket = Ticket::new(id, at("2026-03-02T09:00:00Z")).with_attribute(Attribute::Priority, "high");
        tickets.open(ticket).expect("a new ticket");
    }
    let gauge = |tickets: &TrackedTickets, of: &str| {
        tickets.to_open_metrics().lines().find_map(|line| line.strip_prefix(of)?.trim().parse::<u64>().ok())
    };
    let change = |tickets: &mut TrackedTickets, id: &str, time: &str, kind: EventKind| {
        tickets.observe(&TicketEvent::new(id, at(time), Author::Agent, kind)).expect("an event in order");
    };
    assert_eq!(gauge(&tickets, OPEN), Some(3));
    change(&mut tickets, "A", "2026-03-03T16:00:00Z", EventKind::Status(Status::Solved));
    change(&mut tickets, "B", "2026-03-02T10:00:00Z", EventKind::Deleted);
    assert_eq!((gauge(&tickets, OPEN), tickets.len()), (Some(1), 3));
    let (stored, _) = TrackedTickets::from_bytes(&tickets.to_bytes(), replay()).expect("its bytes");
    assert_eq!(gauge(&stored, OPEN), Some(1));
    // A breach of a solved ticket remains.
    let breached = tickets.to_open_metrics().lines().filter(|line| line.contains("breached")).count();
    assert!(breached > 0, "{}", tickets.to_open_metrics());
    change(&mut tickets, "A", "2026-03-04T10:00:00Z", EventKind::Status(Status::Open));
    assert_eq!(gauge(&tickets, OPEN), Some(2));
}
