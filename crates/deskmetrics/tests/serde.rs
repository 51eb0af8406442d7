//! Round trips through JSON and TOML, and documented text forms.
#![allow(clippy::unwrap_used)]

use std::ops::RangeInclusive;

use chrono::TimeDelta;
use deskmetrics::ticket::{Attribute, Author, EventKind, Status, Ticket, TicketEvent, TicketId};
use deskmetrics::{Invitation, Scale, SurveyResponse, Timestamp, duration_text};
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

fn survives<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
    let json = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&json).unwrap(), value, "JSON {json}");
    let toml = toml::to_string(value).unwrap();
    assert_eq!(&toml::from_str::<T>(&toml).unwrap(), value, "TOML {toml}");
}

fn timestamp() -> impl Strategy<Value = Timestamp> {
    // the years 0001 to 9999, which RFC 3339 can write
    (-62_135_596_800_000_000_i64..253_402_300_800_000_000).prop_map(Timestamp::saturating_from_micros)
}

fn text() -> impl Strategy<Value = Box<str>> {
    "\\PC{1,12}".prop_map(Into::into)
}

fn attribute() -> impl Strategy<Value = Attribute> {
    text().prop_map(|name| Attribute::from(&*name))
}

fn author() -> impl Strategy<Value = Author> {
    prop::sample::select(vec![Author::Customer, Author::Agent, Author::Bot, Author::System, Author::External])
}

fn kind() -> impl Strategy<Value = EventKind> {
    prop_oneof![
        Just(EventKind::PublicMessage),
        Just(EventKind::InternalNote),
        prop::sample::select(Status::ALL.to_vec()).prop_map(EventKind::Status),
        (attribute(), prop::option::of(text()))
            .prop_map(|(attribute, to)| EventKind::Changed { attribute, to }),
        text().prop_map(EventKind::Tagged),
        text().prop_map(|id| EventKind::MergedInto(TicketId::new(id))),
        Just(EventKind::Deleted),
    ]
}

proptest! {
    #[test]
    fn tickets(id in text(), created in timestamp(), customer in text(), key in attribute(), value in text()) {
        let ticket = Ticket::new(TicketId::new(id), created).with_requester(&*customer).with_attribute(key, value);
        survives(&ticket);
    }

    #[test]
    fn events(at in timestamp(), sequence in 0..u64::from(u32::MAX), author in author(), kind in kind()) {
        survives(&TicketEvent::new("T-1", at, author, kind).with_sequence(sequence).with_id("e").with_author_name("ana"));
    }

    #[test]
    fn surveys(score in any::<i32>(), at in timestamp(), market in text()) {
        survives(&SurveyResponse::new("nps", Some(score)).with_at(at).with_attribute(Attribute::Market, market.clone()));
        survives(&Invitation::new("i-1", "nps", at).with_answered_at(at).with_attribute(Attribute::Market, market));
    }

    #[test]
    fn durations(micros in any::<i64>()) {
        let duration = TimeDelta::microseconds(micros);
        prop_assert_eq!(duration_text::parse(&duration_text::format(duration)), Ok(duration));
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "\\PC{0,24}") {
        let _ = duration_text::parse(&text);
        let _ = text.parse::<Timestamp>();
        let _ = serde_json::from_str::<TicketEvent>(&text);
        let _ = serde_json::from_value::<Scale>(serde_json::Value::String(text));
    }
}

#[test]
fn durations_read_like_people_write_them() {
    for (text, seconds, written) in [
        ("4h", 14_400, "4h"),
        ("90m", 5_400, "1h 30m"),
        ("1 day", 86_400, "24h"),
        ("45s", 45, "45s"),
        ("-8h 30m", -30_600, "-8h 30m"),
        ("0s", 0, "0s"),
    ] {
        let duration = TimeDelta::seconds(seconds);
        assert_eq!(duration_text::parse(text), Ok(duration));
        assert_eq!(duration_text::format(duration), written);
    }
    assert_eq!(
        duration_text::parse("soon").unwrap_err().to_string(),
        "duration \"soon\" is not of the form \"4h\", \"1h 30m\" or \"45s\""
    );
}

#[test]
fn scales_are_written_by_name_ends_or_table() {
    let read = |text: &str| serde_json::from_str::<Scale>(text);
    assert_eq!(read("\"nps\"").unwrap(), Scale::nps());
    assert_eq!(read("\"1-5\"").unwrap(), Scale::csat(1, 5).unwrap());
    let ten = Scale::new(1..=10, 8..=10, 1..=4).unwrap();
    survives(&ten);
    let refused = read("\"1-10\"").unwrap_err().to_string();
    assert!(refused.contains("state which answers are positive"), "{refused}");
}

#[test]
fn scales_that_make_no_sense_are_refused() {
    assert!(Scale::new(RangeInclusive::new(5, 1), 4..=5, 1..=2).is_err());
    assert!(Scale::new(1..=5, 4..=6, 1..=2).is_err());
    assert!(Scale::new(1..=5, 2..=5, 1..=3).is_err());
    assert!(Scale::new(i32::MIN..=i32::MAX, 1..=2, 3..=4).is_err());
}

#[test]
fn an_timestamp_without_a_zone_is_refused() {
    assert!(serde_json::from_str::<Timestamp>("\"2026-03-02T10:00:00\"").is_err());
}
