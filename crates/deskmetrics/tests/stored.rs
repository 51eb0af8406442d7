//! Stored states: read back unchanged, and rejected when damaged or foreign, whatever the bytes.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod records;

use chrono_tz::Europe::Copenhagen;
use deskmetrics::queue::QueueContact;
use deskmetrics::report::{
    KpiRequest, KpiTally, Period, Periods, Report, ReportError, ReportState, StoredError,
};
use deskmetrics::ticket::Attribute;
use deskmetrics::{Scale, SurveyResponse};
use proptest::prelude::*;
use records::any::{Record, record, requests};
use records::{CUT_OFF, HOUR, timestamp};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Bytes before the settings and counts: magic, version, kind, checksum.
const HEADER: usize = 10;

fn report() -> Report {
    Report::builder(timestamp(CUT_OFF / HOUR))
        .with_kpis(requests())
        .with_slices([Attribute::Category])
        .with_slices([Attribute::Market, Attribute::Category])
        .with_periods(Periods::new(Period::Week, Copenhagen))
        .build()
        .unwrap()
}

fn state_of<'a>(records: impl IntoIterator<Item = &'a Record>) -> ReportState {
    let mut state = report().state();
    records.into_iter().for_each(|record| record.feed(&mut state));
    state
}

/// Puts the right checksum on changed bytes.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let sum = crc32fast::hash(&bytes[HEADER..]);
    bytes[6..HEADER].copy_from_slice(&sum.to_le_bytes());
    bytes
}

fn records(most: usize) -> impl Strategy<Value = Vec<Record>> {
    prop::collection::vec(record(), 0..most).prop_map(|records| records.into_iter().flatten().collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_stored_state_is_the_state_in_any_order_and_split(records in records(30), cut in 0..30_usize) {
        let whole = state_of(&records);
        let bytes = whole.to_bytes();
        let restored = ReportState::from_bytes(&bytes).unwrap();
        prop_assert_eq!(restored.table(), whole.table());
        prop_assert_eq!(&restored.to_bytes(), &bytes);
        prop_assert_eq!(&state_of(records.iter().rev()).to_bytes(), &bytes, "the order shows");

        let (early, late) = records.split_at(cut.min(records.len()));
        let mut joined = ReportState::from_bytes(&state_of(late).to_bytes()).unwrap();
        joined.merge(ReportState::from_bytes(&state_of(early).to_bytes()).unwrap()).unwrap();
        prop_assert_eq!(&joined.to_bytes(), &bytes, "the split shows");

        let text = serde_json::to_string(&whole).unwrap();
        prop_assert_eq!(&serde_json::from_str::<ReportState>(&text).unwrap().to_bytes(), &bytes);
    }

    #[test]
    fn damage_is_an_error(records in records(6), places in prop::collection::vec((any::<prop::sample::Index>(), 0..8), 1..4)) {
        let bytes = state_of(&records).to_bytes();
        for (place, bit) in places {
            let mut damaged = bytes.clone();
            damaged[place.index(bytes.len())] ^= 1_u8 << bit;
            prop_assert!(ReportState::from_bytes(&damaged).is_err());
            prop_assert!(ReportState::from_bytes(&bytes[..place.index(bytes.len())]).is_err());
        }
        prop_assert!(ReportState::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
        let as_tally = matches!(KpiTally::from_bytes(&bytes), Err(StoredError::Foreign { .. }));
        prop_assert!(as_tally);
    }

    /// Bytes with a valid checksum may hold anything: they are rejected, or give a state that can be read.
    #[test]
    fn forgeries_never_panic(
        records in records(6),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = state_of(&records).to_bytes();
        for (place, byte) in edits {
            let place = HEADER + place.index(bytes.len() - HEADER);
            bytes[place] = byte;
            if let Ok(mut state) = ReportState::from_bytes(&sealed(bytes.clone())) {
                let _ = state.table();
                let again = state.clone();
                let _ = state.merge(again);
                let _ = state.table().to_string();
            }
        }
    }

    #[test]
    fn forged_tallies_never_panic(
        records in records(6),
        kpi in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let requests = requests();
        let request = &requests[kpi.index(requests.len())];
        let mut tally = request.tally(Some(timestamp(CUT_OFF / HOUR))).unwrap();
        for record in &records {
            if let Record::Ticket(ticket) = record {
                tally.push_ticket(ticket);
            }
        }
        let mut bytes = tally.to_bytes();
        for (place, byte) in edits {
            let place = HEADER + place.index(bytes.len() - HEADER);
            bytes[place] = byte;
            if let Ok(mut forged) = KpiTally::from_bytes(&sealed(bytes.clone())) {
                let _ = (forged.estimates(0.95), forged.change_from(&tally, 0.95), forged.excluded().total());
                let _ = forged.merge(forged.clone());
                let _ = forged.estimates(0.95);
            }
        }
    }

    #[test]
    fn noise_is_refused(noise in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(ReportState::from_bytes(&noise).is_err());
        let header = [&b"DKMS\x01\x01\0\0\0\0"[..], &noise].concat();
        prop_assert!(ReportState::from_bytes(&sealed(header)).is_err());
    }
}

#[test]
fn a_slice_of_records_that_no_kpi_counts_does_not_show() {
    let contact = QueueContact::new(timestamp(1));
    let report = || {
        let volume = KpiRequest::new("volume");
        Report::builder(timestamp(2)).with_kpi(volume).with_slices([Attribute::Market]).build().unwrap()
    };
    let mut whole = report().state();
    whole.push_contact(&contact);
    for (early, late) in [(true, false), (false, true)] {
        let [mut joined, other] = [early, late].map(|fed| {
            let mut state = report().state();
            if fed {
                state.push_contact(&contact);
            }
            state
        });
        joined.merge(ReportState::from_bytes(&other.to_bytes()).unwrap()).unwrap();
        assert_eq!(joined.to_bytes(), whole.to_bytes(), "fed first: {early}");
    }
}

#[test]
fn announced_lengths_cost_no_memory() {
    let bytes = state_of(&[]).to_bytes();
    // an array, a map, a text and a blob of four billion
    for head in [0xdd, 0xdf, 0xdb, 0xc6] {
        let forged = [&bytes[..HEADER], &[head, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]].concat();
        assert!(matches!(ReportState::from_bytes(&sealed(forged)), Err(StoredError::Unreadable { .. })));
    }
}

#[test]
fn a_part_of_the_data_merges_once() {
    let nps = KpiRequest::new("nps").with_question("nps", Scale::nps());
    let report = Report::undated().with_kpi(nps).with_slices(["market"]).build().unwrap();
    let day = |name: &str, score| {
        let mut state = report.state().with_part(name);
        state.push_response(&SurveyResponse::new("nps", Some(score)).with_attribute("market", "DK"), None);
        state.to_bytes()
    };
    let read = |bytes: &[u8]| ReportState::from_bytes(bytes).unwrap();
    let (monday, tuesday) = (day("2026-03-02", 10), day("2026-03-03", 3));
    let mut total = report.state();
    total.merge(read(&monday)).unwrap();
    total.merge(read(&tuesday)).unwrap();
    let mut total = read(&total.to_bytes());
    assert_eq!(total.parts().collect::<Vec<_>>(), ["2026-03-02", "2026-03-03"]);

    let before = total.to_bytes();
    let refused = total.merge(read(&monday)).unwrap_err();
    assert_eq!(refused, ReportError::PartTwice { part: "2026-03-02".to_owned() });
    assert_eq!(
        refused.to_string(),
        "part \"2026-03-02\" is in both states, so its records would count twice: merge each part once"
    );
    assert_eq!(total.to_bytes(), before, "a refused merge changes nothing");
    assert_eq!(total.table().headline("nps").unwrap().n, 2);

    // Neither the order of the merges nor the largest slices change the parts.
    let mut other = read(&tuesday);
    other.merge(read(&monday)).unwrap();
    assert_eq!(other.to_bytes(), before);
    assert!(other.with_largest_slices(1).merge(read(&monday)).is_err());
    let mut json = serde_json::to_value(&other).unwrap();
    let again: ReportState = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(again.to_bytes(), before);

    // States without parts merge as often as they are given, also those stored before there were parts.
    assert!(json[1].as_object_mut().unwrap().remove("parts").is_some());
    let unnamed: ReportState = serde_json::from_value(json).unwrap();
    assert_eq!(unnamed.parts().count(), 0);
    let mut bytes = unnamed.to_bytes();
    let mut counts = &bytes[HEADER..];
    IgnoredAny::deserialize(&mut rmp_serde::Deserializer::new(&mut counts)).unwrap();
    let start = bytes.len() - counts.len();
    bytes[start] -= 1; // one field less
    bytes.pop();
    assert_eq!(read(&sealed(bytes)).to_bytes(), unnamed.to_bytes());
    total.merge(unnamed.clone()).unwrap();
    total.merge(unnamed).unwrap();
    assert_eq!(total.table().headline("nps").unwrap().n, 6);
}

#[test]
fn errors_name_what_is_wrong() {
    let nps = KpiRequest::new("nps").with_question("nps", Scale::nps());
    let report = Report::undated().with_kpi(nps.clone()).build().unwrap();
    let bytes = report.run(&[], &[SurveyResponse::new("nps", Some(9))], &[]).unwrap().to_bytes();
    let message = |bytes: &[u8]| ReportState::from_bytes(bytes).unwrap_err().to_string();
    assert_eq!(message(b"kpi,value"), "the bytes are not a stored report state: pass the bytes of to_bytes");
    assert_eq!(
        message(&nps.tally(None).unwrap().to_bytes()),
        "the bytes are not a stored report state: pass the bytes of to_bytes"
    );
    let mut newer = bytes.clone();
    newer[4] = 9;
    assert_eq!(
        message(&newer),
        "the stored report state has version 9 of the form, this library reads version 5: store it again"
    );
    assert!(
        message(&bytes[..bytes.len() - 1])
            .starts_with("the stored report state is damaged: its checksum is ")
    );
    assert!(bytes.len() < 200, "one answer takes {} bytes", bytes.len());
}
