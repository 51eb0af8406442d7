//! Every KPI of the catalogue as a tally by its id: equal to a report, in any split, and after storage.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod records;

use deskmetrics::kpi::CustomersOf;
use deskmetrics::kpi::RequestError;
use deskmetrics::report::{KpiRequest, KpiTally, Report};
use deskmetrics::{ClockKind, Estimate, Invitation, Reason, SurveyResponse, Timestamp};
use proptest::prelude::*;
use records::any::{Record, record, requests};
use records::{CUT_OFF, HOUR, timestamp};

fn as_of() -> Timestamp {
    timestamp(CUT_OFF / HOUR)
}

fn feed(tally: &mut KpiTally, records: &[Record]) {
    for record in records {
        match record {
            Record::Ticket(ticket) => tally.push_ticket(ticket),
            Record::Response(response) => tally.push_response(response),
            Record::Invitation(invitation) => tally.push_invitation(invitation),
            Record::Contact(contact) => tally.push_contact(contact),
            Record::Shift(shift) => tally.push_shift(shift),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_tally_equals_a_report_in_any_split_and_after_storage(
        records in prop::collection::vec(record(), 0..60), cut in 0..60_usize,
    ) {
        let records: Vec<Record> = records.into_iter().flatten().collect();
        let (early, late) = records.split_at(cut.min(records.len()));
        for request in requests() {
            let id = &request.kpi;
            let empty = request.tally(Some(as_of())).unwrap();
            let tally_of = |records: &[Record]| {
                let mut tally = empty.clone();
                feed(&mut tally, records);
                tally
            };
            let whole = tally_of(&records);

            let (mut there, mut back) = (tally_of(early), tally_of(late));
            there.merge(tally_of(late)).unwrap();
            back.merge(tally_of(early)).unwrap();
            prop_assert_eq!(&there, &whole, "{}: a split changes the result", id);
            prop_assert_eq!(&back, &whole, "{}: the order changes the result", id);

            let stored = serde_json::to_string(&there).unwrap();
            prop_assert_eq!(&serde_json::to_string(&whole).unwrap(), &stored, "{}: not the same bytes", id);
            prop_assert_eq!(&serde_json::from_str::<KpiTally>(&stored).unwrap(), &whole, "{}: storage", id);
            let bytes = there.to_bytes();
            prop_assert_eq!(&whole.to_bytes(), &bytes, "{}: not the same bytes", id);
            prop_assert_eq!(&KpiTally::from_bytes(&bytes).unwrap(), &whole, "{}: bytes", id);

            let report = Report::builder(as_of()).with_kpi(request.clone()).build().unwrap();
            let mut state = report.state();
            for record in &records {
                record.feed(&mut state);
            }
            let table = state.table();
            let rows: Vec<Estimate> = table.overall().map(|row| {
                Estimate::new(row.measure.clone(), row.value, row.unit, row.n).with_interval(row.interval)
            }).collect();
            prop_assert_eq!(rows, whole.estimates(0.95), "{}: the report differs", id);
            prop_assert_eq!(&*table.headline(id).unwrap().excluded, whole.excluded(), "{}: excluded", id);
        }
    }
}

#[test]
fn tallies_of_different_requests_do_not_merge() {
    let business = KpiRequest::new("first_response_time").with_clock(ClockKind::Business);
    let mut calendar = KpiRequest::new("FRT").tally(None).unwrap();
    let error = calendar.merge(KpiRequest::new("nps").with_survey("nps").tally(None).unwrap()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the tallies of first_response_time and nps do not add up: merge only tallies of equal requests and cut-offs"
    );
    let error = calendar.merge(business.tally(None).unwrap()).unwrap_err();
    assert!(
        error.to_string().contains(", since clock is calendar of the one and business of the other:"),
        "{error}"
    );
    let error = calendar.merge(KpiRequest::new("FRT").tally(Some(as_of())).unwrap()).unwrap_err();
    assert!(error.to_string().contains(", since as_of is none of the one"), "{error}");
    assert!(calendar.merge(KpiRequest::new("first_response_time").tally(None).unwrap()).is_ok());
}

#[test]
fn what_comes_after_the_cut_off_is_exclusions() {
    let mut nps = KpiRequest::new("nps").with_survey("nps").tally(Some(timestamp(10))).unwrap();
    let answer = |hours| SurveyResponse::new("nps", Some(9)).with_at(timestamp(hours));
    [10, 11].map(answer).iter().for_each(|answer| nps.push_response(answer));
    assert_eq!((nps.headline(0.95).n, nps.excluded().count(Reason::AfterCutOff)), (1, 1));

    let mut rate = KpiRequest::new("survey_completion").tally(Some(timestamp(10))).unwrap();
    let sent = |hours| Invitation::new("i", "nps", timestamp(hours)).with_answered_at(timestamp(hours + 5));
    [5, 6, 11].map(sent).iter().for_each(|sent| rate.push_invitation(sent));
    assert_eq!(rate.headline(0.95).n, 1, "the second was answered later, the third sent later");
    assert_eq!(rate.excluded().to_string(), "1 value missing, 1 after the cut-off");
}

#[test]
fn a_stored_tally_must_be_one_of_its_request() {
    let mut stored = serde_json::to_value(KpiRequest::new("volume").tally(None).unwrap()).unwrap();
    stored["request"]["kpi"] = "solved".into();
    let error = serde_json::from_value::<KpiTally>(stored).unwrap_err();
    assert_eq!(error.to_string(), "the stored tally is not one of KPI \"solved\", which was requested");
}

#[test]
fn a_kpi_about_an_timestamp_needs_the_cut_off() {
    for id in ["backlog", "flow"] {
        assert_eq!(KpiRequest::new(id).tally(None).unwrap_err(), RequestError::NeedsCutOff { id }.into());
    }
    assert!(KpiRequest::new("customers").with_tickets(CustomersOf::Open).tally(None).is_err());
    assert!(Report::undated().with_kpi(KpiRequest::new("backlog")).build().is_err());
}
