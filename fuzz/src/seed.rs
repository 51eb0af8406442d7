//! Valid inputs to begin with.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray};
use deskmetrics::replay::Replay;
use deskmetrics::report::{KpiRequest, Period, Periods, Report};
use deskmetrics::ticket::Attribute;
use deskmetrics::{Invitation, Scale, SurveyResponse, Ticket, Timestamp};
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng as _, SeedableRng as _};

fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

pub(crate) fn hours() -> Vec<Vec<u8>> {
    texts(&[
        "Mo-Fr 09:00-17:00",
        "Mo-Th 10:00-13:00,14:00-19:00; Fr 08:00-15:00",
        "Fr 22:00-06:00",
        "24/7",
        "Mon-Sunday 00:00-24:00",
    ])
}

pub(crate) fn durations() -> Vec<Vec<u8>> {
    texts(&["1h 30m", "2 business days", "2 business days, same hour", "90s", "1 day 2h", "0s"])
}

pub(crate) fn fcr() -> Vec<Vec<u8>> {
    texts(&[
        "single_reply",
        "no_reopen_within(7days)",
        "all_of(single_reply, no_repeat_contact_within(7days, customer))",
        "any_of(no_customer_followup, not(survey))",
    ])
}

pub(crate) fn description() -> Vec<Vec<u8>> {
    texts(&[
        "time_zone = 'Europe/Madrid'\n[schedules.desk]\ntime_zone = 'Europe/Madrid'\nhours = 'Mo-Fr 09:00-17:00'\n\
         [[tickets]]\nfile = 't.csv'\nid = 'id'\ncreated_at = { column = 'at', format = '%d/%m/%Y %H:%M' }\n",
        "time_zone = 'UTC'\nas_of = '2026-03-02'\n[scales]\ncsat = { min = 1, max = 5 }\n[[surveys]]\nfile = 's.csv'\n\
         questions = { csat = 'rating' }\nwhere = { kind = ['a', 'b'] }\n",
        "time_zone = 'UTC'\n[[events]]\nfile = 'e.csv'\nticket = 'id'\nat = 'at'\nkind = { column = 'kind', words = { \
         closed = 'solved' } }\n",
    ])
}

pub(crate) fn policies() -> Vec<Vec<u8>> {
    texts(&[
        "[[policies]]\nname = 'p'\nwhen = [{ priority = ['high'] }]\ntargets = [{ metric = 'first_response', within = '1h' }]",
        "[[policies]]\nname = 'q'\ntargets = [{ metric = 'requester_wait', clock = 'business', within = { high = '2h', '*' = \
         '1 day' }, at_risk = '80%' }]",
        "[[policies]]\nname = 'r'\ntargets = [{ metric = 'resolution', within = '2 business days' }]",
    ])
}

pub(crate) fn schedules() -> Vec<Vec<u8>> {
    texts(&[
        r#"{"time_zone": "Europe/Copenhagen", "hours": "Mo-Fr 09:00-17:00", "holidays": ["--12-25", "2026-04-03"]}"#,
        r#"{"any_of": [{"time_zone": "Asia/Tokyo", "hours": "Mo-Fr 09:00-17:00"}, {"time_zone": "UTC", "hours": "24/7"}]}"#,
        r#"{"schedules": {"dk": {"time_zone": "Europe/Copenhagen", "hours": "Mo-Fr 09:00-17:00"}}, "schedule": "dk", "schedule_by": {"market": {"DK": "dk"}}}"#,
    ])
}

pub(crate) fn calendar() -> Vec<Vec<u8>> {
    texts(&[
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20251225\r\nDTEND;VALUE=DATE:20251227\r\nRRULE:FREQ=YEARLY\r\n\
         SUMMARY:Christmas\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260403\nSUMMARY:Good\n Friday\nEND:VEVENT\nEND:VCALENDAR\n",
    ])
}

pub(crate) fn state() -> Vec<Vec<u8>> {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let as_of = at("2026-03-10T00:00:00Z");
    let kpis =
        ["volume", "backlog", "first_response_time", "sla_attainment", "response_rate"].map(KpiRequest::new);
    let fcr =
        KpiRequest::new("fcr").with_policy("no_repeat_contact_within(7days, customer)".parse().unwrap());
    let nps = KpiRequest::new("nps").with_question("nps", Scale::nps());
    let periods = Periods::new(Period::Week, deskmetrics::schedule::parse_zone("Europe/Madrid").unwrap());
    let report = Report::builder(as_of)
        .with_kpis(kpis)
        .with_kpi(fcr)
        .with_kpi(nps.clone())
        .with_slices([Attribute::Market])
        .with_periods(periods)
        .build()
        .unwrap();
    let tickets = ["T-1", "T-2"]
        .map(|id| Ticket::new(id, at("2026-03-02T09:00:00Z")).with_attribute(Attribute::Market, "DK"));
    let replayed = Replay::new(as_of).tickets(&tickets, &[]).tickets;
    let responses = [10, 9, 3].map(|score| SurveyResponse::new("nps", Some(score)));
    let invitations = [Invitation::new("I-1", "nps", at("2026-03-03T09:00:00Z"))];
    let state = report.run(&replayed, &responses, &invitations).unwrap();
    let mut tally = nps.tally(None).unwrap();
    tally.push_response(&responses[0]);
    let tracker = Replay::new(as_of).track(tickets[0].clone());
    vec![
        state.to_bytes(),
        tally.to_bytes(),
        serde_json::to_vec(&state).unwrap(),
        serde_json::to_vec(&report).unwrap(),
        serde_json::to_vec(&replayed[0]).unwrap(),
        serde_json::to_vec(&tracker).unwrap(),
    ]
}

pub(crate) fn csv() -> Vec<Vec<u8>> {
    texts(&[
        "id,created_at,first_response_at,solved_at,status,market\n1,2026-03-02T09:00:00Z,2026-03-02T10:00:00Z,,open,DK\n\
         2,2026-03-02 09:30,,2026-03-03 09:00,solved,\"ES, south\"\n",
        "id;created_at;first_response_at;solved_at;status;market\r\n1;02/03/2026 09:00;;;Offen;DE\r\n",
    ])
}

pub(crate) fn json() -> Vec<Vec<u8>> {
    texts(&[
        "{\"id\":1,\"created_at\":\"2026-03-02T09:00:00Z\",\"status\":\"open\",\"market\":null,\"first_response_at\":null,\"solved_at\":\"\"}\n\
         {\"id\":\"2\",\"created_at\":1772442000,\"market\":{\"name\":\"ES\"},\"tags\":[\"a\",\"b\"]}\n",
        "[{\"id\": 1, \"created_at\": \"2026-03-02T09:00:00Z\", \"first_response_at\": \"\", \"solved_at\": \"\", \"status\": \"open\",\n\
         \"market\": \"D\\\"K\"},\n {\"id\": 2}]\n",
    ])
}

fn batch() -> RecordBatch {
    let text = |values: &[Option<&str>]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
    let at = |hours: &[Option<i64>]| {
        let micros = hours.iter().map(|hour| hour.map(|hour| 1_772_442_000_000_000 + hour * 3_600_000_000));
        Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC")) as ArrayRef
    };
    RecordBatch::try_from_iter([
        ("id", text(&[Some("1"), Some("2"), Some("3")])),
        ("created_at", at(&[Some(0), Some(1), Some(2)])),
        ("first_response_at", at(&[Some(1), None, Some(4)])),
        ("solved_at", at(&[None, Some(30), Some(5)])),
        ("status", text(&[Some("open"), Some("solved"), None])),
        ("market", text(&[Some("DK"), Some("ES"), None])),
    ])
    .unwrap()
}

pub(crate) fn parquet() -> Vec<Vec<u8>> {
    let (batch, mut bytes) = (batch(), Vec::new());
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    vec![bytes]
}

pub(crate) fn ipc_file() -> Vec<Vec<u8>> {
    let (batch, mut bytes) = (batch(), Vec::new());
    let mut writer = arrow_ipc::writer::FileWriter::try_new(&mut bytes, &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    drop(writer);
    vec![bytes]
}

pub(crate) fn ipc_stream() -> Vec<Vec<u8>> {
    let (batch, mut bytes) = (batch(), Vec::new());
    let mut writer = arrow_ipc::writer::StreamWriter::try_new(&mut bytes, &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    drop(writer);
    vec![bytes]
}

/// Bytes that a strategy takes as random numbers.
pub(crate) fn random() -> Vec<Vec<u8>> {
    let mut random = Pcg64Mcg::seed_from_u64(1);
    let some = |_| {
        let mut bytes = vec![0; 4096];
        random.fill_bytes(&mut bytes);
        bytes
    };
    (0..8).map(some).collect()
}
