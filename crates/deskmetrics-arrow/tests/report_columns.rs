//! A report from columns is the report from the records of the same tables, to the last bit.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use std::sync::Arc;

use arrow_array::types::{Int8Type, UInt16Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int8Array, Int64Array, LargeStringArray,
    RecordBatch, StringArray, StringViewArray, TimestampMicrosecondArray, TimestampMillisecondArray,
    TimestampNanosecondArray, TimestampSecondArray,
};
use chrono_tz::Europe::Copenhagen;
use deskmetrics::kpi::FcrPolicy;
use deskmetrics::replay::Replay;
use deskmetrics::report::{KpiRequest, Period, Periods, Report, ReportState};
use deskmetrics::ticket::Attribute;
use deskmetrics::{Scale, Status, Timestamp};
use deskmetrics_arrow::ReadError;
use deskmetrics_arrow::frame::{FrameOptions, InvitationFrame, ResponseFrame, TicketFrame};
use deskmetrics_arrow::report::{Frames, run};
use proptest::prelude::*;
use proptest::sample::select;

/// A week around the end of summer time, in seconds.
const START: i64 = 1_761_264_000;
const MARKETS: [&str; 4] = ["DK", "ES", "a market with a long name", " "];

#[derive(Debug, Clone)]
struct TicketRow {
    id: Option<u16>,
    created: Option<i64>,
    replied: Option<i64>,
    solved: Option<i64>,
    closed: Option<i64>,
    status: Option<&'static str>,
    author: Option<&'static str>,
    created_by: Option<&'static str>,
    market: Option<&'static str>,
    team: Option<&'static str>,
    agent: Option<&'static str>,
}

fn ticket() -> impl Strategy<Value = TicketRow> {
    let minutes = 0..14_000_i64;
    let after = || prop::option::of(prop_oneof![4 => 0..4000_i64, 1 => Just(0), 1 => -3..0_i64]);
    (
        (prop::option::weighted(0.97, 0..400_u16), prop::option::weighted(0.97, minutes)),
        (after(), after(), after()),
        prop::option::weighted(0.3, select(vec!["open", "Solved", "pending", "new", "closed", "parked"])),
        prop::option::weighted(0.15, select(vec!["agent", "bot", "customer", "system"])),
        prop::option::weighted(0.2, select(vec!["agent", "customer", "system"])),
        prop::option::weighted(0.9, select(MARKETS.to_vec())),
        prop::option::weighted(0.9, select(vec!["north", "south"])),
        prop::option::weighted(0.5, select(vec!["ana", "bo"])),
    )
        .prop_map(|((id, created), ends, status, author, created_by, market, team, agent)| {
            let end = |after: Option<i64>| after.map(|after| created.unwrap_or(0) + after);
            let (replied, solved, closed) = (end(ends.0), end(ends.1), end(ends.2));
            TicketRow {
                id,
                created,
                replied,
                solved,
                closed,
                status,
                author,
                created_by,
                market,
                team,
                agent,
            }
        })
}

#[derive(Debug, Clone)]
struct SurveyRow {
    at: Option<i64>,
    answered: Option<i64>,
    nps: Option<i8>,
    csat: Option<f64>,
    delivered: Option<bool>,
    ticket: Option<u16>,
    market: Option<&'static str>,
    question: Option<&'static str>,
}

fn survey() -> impl Strategy<Value = SurveyRow> {
    (
        prop::option::weighted(0.95, 0..14_000_i64),
        prop::option::of(prop_oneof![9 => 0..3000_i64, 1 => -2..0_i64]),
        prop::option::weighted(0.9, -1..13_i8),
        prop::option::weighted(
            0.9,
            prop_oneof![12 => (0..7_i32).prop_map(f64::from), 1 => Just(3.5), 1 => Just(f64::NAN)],
        ),
        prop::option::weighted(0.9, prop::bool::weighted(0.9)),
        prop::option::weighted(0.8, 0..500_u16),
        prop::option::weighted(0.4, select(MARKETS.to_vec())),
        prop::option::weighted(0.95, select(vec!["nps", "csat", "other"])),
    )
        .prop_map(|(at, after, nps, csat, delivered, ticket, market, question)| SurveyRow {
            at,
            answered: at.zip(after).map(|(at, after)| at + after),
            nps,
            csat,
            delivered,
            ticket,
            market,
            question,
        })
}

fn instants(minutes: impl Iterator<Item = Option<i64>>, kind: usize) -> ArrayRef {
    let seconds = minutes.map(|at| at.map(|at| START + at * 60));
    let scaled = |each: i64| seconds.map(move |at| at.map(|at| at * each));
    match kind % 6 {
        0 => Arc::new(scaled(1).collect::<TimestampSecondArray>()),
        1 => Arc::new(scaled(1_000).collect::<TimestampMillisecondArray>().with_timezone("+05:30")),
        2 => Arc::new(scaled(1_000_000).collect::<TimestampMicrosecondArray>().with_timezone("UTC")),
        3 => Arc::new(scaled(1_000_000_000).collect::<TimestampNanosecondArray>()),
        4 => Arc::new(scaled(1_000_000).collect::<TimestampMicrosecondArray>()),
        _ => Arc::new(
            scaled(1)
                .map(|at| {
                    Some(chrono::DateTime::from_timestamp(at?, 0)?.format("%Y-%m-%d %H:%M").to_string())
                })
                .collect::<StringArray>(),
        ),
    }
}

fn words<'w>(words: impl Iterator<Item = Option<&'w str>>, kind: usize) -> ArrayRef {
    match kind % 5 {
        0 => Arc::new(words.collect::<StringArray>()),
        1 => Arc::new(words.collect::<LargeStringArray>()),
        2 => Arc::new(words.collect::<StringViewArray>()),
        3 => Arc::new(words.collect::<DictionaryArray<Int8Type>>()),
        _ => Arc::new(words.collect::<DictionaryArray<UInt16Type>>()),
    }
}

fn ids(ids: impl Iterator<Item = Option<u16>>, kind: usize) -> ArrayRef {
    match kind % 3 {
        0 => Arc::new(ids.map(|id| id.map(i64::from)).collect::<Int64Array>()),
        1 => Arc::new(ids.map(|id| id.map(|id| format!("{id}"))).collect::<StringArray>()),
        _ => Arc::new(ids.map(|id| id.map(|id| format!(" {id}"))).collect::<StringViewArray>()),
    }
}

fn tickets(rows: &[TicketRow], kind: usize, numbered: bool) -> RecordBatch {
    let mut columns = vec![
        ("created_at", instants(rows.iter().map(|row| row.created), kind)),
        ("first_reply_at", instants(rows.iter().map(|row| row.replied), kind + 1)),
        ("solved_at", instants(rows.iter().map(|row| row.solved), kind)),
        ("closed_at", instants(rows.iter().map(|row| row.closed), kind)),
        ("status", words(rows.iter().map(|row| row.status), kind)),
        ("created_by", words(rows.iter().map(|row| row.created_by), kind)),
        ("market", words(rows.iter().map(|row| row.market), kind)),
        ("team", words(rows.iter().map(|row| row.team), kind + 1)),
        ("agent", words(rows.iter().map(|row| row.agent), kind + 2)),
        ("author", words(rows.iter().map(|row| row.author), kind)),
    ];
    if !numbered {
        columns.push(("id", ids(rows.iter().map(|row| row.id), kind)));
    }
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .unwrap()
}

fn surveys(rows: &[SurveyRow], kind: usize) -> RecordBatch {
    let nps: ArrayRef = match kind % 2 {
        0 => Arc::new(rows.iter().map(|row| row.nps).collect::<Int8Array>()),
        _ => Arc::new(rows.iter().map(|row| row.nps.map(i64::from)).collect::<Int64Array>()),
    };
    let columns = [
        ("answered_at", instants(rows.iter().map(|row| row.at), kind)),
        ("nps", nps.clone()),
        ("csat", Arc::new(rows.iter().map(|row| row.csat).collect::<Float64Array>()) as ArrayRef),
        ("score", nps),
        ("named", words(rows.iter().map(|row| row.question), kind)),
        ("ticket_id", ids(rows.iter().map(|row| row.ticket), kind / 2)),
        ("market", words(rows.iter().map(|row| row.market), kind)),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .unwrap()
}

fn sendings(rows: &[SurveyRow], kind: usize) -> RecordBatch {
    let columns = [
        ("sent_at", instants(rows.iter().map(|row| row.at), kind)),
        ("answered_at", instants(rows.iter().map(|row| row.answered), kind)),
        ("delivered", Arc::new(rows.iter().map(|row| row.delivered).collect::<BooleanArray>()) as ArrayRef),
        ("question", words(rows.iter().map(|row| row.question), kind)),
        ("ticket_id", ids(rows.iter().map(|row| row.ticket), kind / 2)),
        ("market", words(rows.iter().map(|row| row.market), kind)),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .unwrap()
}

fn renamed(batches: &[RecordBatch], from: &str, to: &str, without: &[&str]) -> Vec<RecordBatch> {
    let rename = |batch: &RecordBatch| {
        let schema = batch.schema();
        let columns = schema.fields().iter().zip(batch.columns()).filter_map(|(field, array)| {
            let name = field.name().as_str();
            (!without.contains(&name)).then(|| (if name == from { to } else { name }, array.clone(), true))
        });
        RecordBatch::try_from_iter_with_nullable(columns).unwrap()
    };
    batches.iter().map(rename).collect()
}

fn in_pieces(batch: &RecordBatch, cuts: &[usize]) -> Vec<RecordBatch> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (batch.num_rows() + 1)).collect();
    cuts.extend([0, batch.num_rows()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|ends| batch.slice(ends[0], ends[1] - ends[0])).collect()
}

/// Which KPIs of tickets a report is about.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// Some of those that know a ticket by a few instants, a bit for each of [`OF_LIVES`].
    Lives(u8),
    /// Those that need measures too.
    Measures,
    /// Those that need whole records too.
    Whole,
}

/// KPIs that know a ticket by a few instants.
const OF_LIVES: [&str; 6] = [
    "volume",
    "backlog",
    "first_response_time",
    "first_resolution_time",
    "full_resolution_time",
    "net_resolution_time",
];

fn report(as_of: Timestamp, by: usize, period: usize, about: Kind) -> Report {
    let stars = Scale::csat(1, 5).unwrap();
    let mut builder = Report::builder(as_of);
    for (place, id) in OF_LIVES.into_iter().enumerate() {
        if !matches!(about, Kind::Lives(which) if which >> place & 1 == 0) {
            builder = builder.kpi(KpiRequest::new(id));
        }
    }
    if !matches!(about, Kind::Lives(_)) {
        builder = builder.kpis([
            KpiRequest::new("flow"),
            KpiRequest::new("solved"),
            KpiRequest::new("resolution_time_censored"),
            KpiRequest::new("requester_wait_time"),
            KpiRequest::new("agent_wait_time"),
            KpiRequest::new("agent_work_time"),
            KpiRequest::new("on_hold_time"),
            KpiRequest::new("time_in_status").of_status(Status::Solved),
            KpiRequest::new("time_in_status").of_status(Status::Pending),
            KpiRequest::new("time_to_first_assignment"),
            KpiRequest::new("agent_touches"),
            KpiRequest::new("replies_per_ticket"),
            KpiRequest::new("messages_per_ticket"),
            KpiRequest::new("group_transfers"),
            KpiRequest::new("one_touch"),
            KpiRequest::new("reopen_rate"),
            KpiRequest::new("bot_resolution"),
            KpiRequest::new("backlog_age"),
        ]);
    }
    builder = builder
        .kpis([
            KpiRequest::new("nps").of_question("nps", Scale::nps()),
            KpiRequest::new("csat").of_question("csat", stars.clone()),
            KpiRequest::new("ces").of_question("csat", Scale::ces2()),
            KpiRequest::new("response_rate"),
            KpiRequest::new("response_rate").of_survey("csat"),
        ])
        .min_n(3);
    if about == Kind::Whole {
        builder = builder.kpis([
            KpiRequest::new("fcr").under(FcrPolicy::SingleReply),
            KpiRequest::new("customers"),
            KpiRequest::new("survey_completion"),
            KpiRequest::new("reasons").of_question("nps", stars),
        ]);
    }
    let slicings: [Vec<Attribute>; 3] =
        [vec![Attribute::Market], vec![Attribute::Group, Attribute::Market], vec!["nobody".into()]];
    for slicing in slicings.into_iter().take(by) {
        builder = builder.by(slicing);
    }
    match period {
        0 => builder,
        1 => builder.periods(Periods::new(Period::Day, Copenhagen)),
        _ => builder.periods(Periods::new(Period::Week, Copenhagen)),
    }
    .build()
    .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn columns_and_records_make_one_report(
        ticket_rows in prop::collection::vec(ticket(), 1..120),
        survey_rows in prop::collection::vec(survey(), 1..80),
        (kind, numbered) in (0..60_usize, prop::bool::weighted(0.2)),
        cuts in prop::collection::vec(0..120_usize, 0..3),
        (by, period, about) in (0..4_usize, 0..3_usize, prop_oneof![
            5 => (0..64_u8).prop_map(Kind::Lives),
            5 => Just(Kind::Measures),
            1 => Just(Kind::Whole),
        ]),
        cut_off in prop_oneof![3 => Just(30_000_i64), 2 => 3000..16_000_i64],
        threads in 1..3_usize,
    ) {
        let as_of = Timestamp::from_micros((START + cut_off * 60) * 1_000_000).unwrap();
        let report = report(as_of, by, period, about);
        let replay = Replay::new(as_of);
        let options = FrameOptions::default().assume_tz(Copenhagen);

        let batches = in_pieces(&tickets(&ticket_rows, kind, numbered), &cuts);
        let answers = in_pieces(&surveys(&survey_rows, kind), &cuts);
        let wide = renamed(&answers, "", "", &["score", "named"]);
        let long = renamed(&answers, "named", "question", &["nps", "csat"]);
        let made = (
            TicketFrame::standard(batches, &options),
            ResponseFrame::standard(wide, &["nps", "csat"], &options),
            ResponseFrame::standard(long, &[], &options),
            InvitationFrame::standard(in_pieces(&sendings(&survey_rows, kind), &cuts), None, &options),
        );
        let (tickets, wide, long, invitations) = match made {
            (Ok(tickets), Ok(wide), Ok(long), Ok(invitations)) => (tickets, wide, long, invitations),
            // All rows of a small table may be beyond reading.
            made => {
                let errors = [made.0.err(), made.1.err(), made.2.err(), made.3.err()];
                for error in errors.into_iter().flatten() {
                    prop_assert!(matches!(error, ReadError::NothingReadable { .. }), "{}", error);
                }
                return Ok(());
            }
        };
        let frames = Frames::default()
            .tickets(&tickets, &replay)
            .responses(&wide)
            .responses(&long)
            .invitations(&invitations);
        let columns: ReportState = run(&report, &frames, threads).unwrap();

        let (records, events) = tickets.records().unwrap();
        let created = records.iter().map(|ticket| ticket.created_at);
        prop_assert_eq!(tickets.last_instant(), created.chain(events.iter().map(|event| event.at)).max());
        for answers in [&wide, &long] {
            let dates = answers.records().unwrap().into_iter().filter_map(|answer| answer.at);
            prop_assert_eq!(answers.last_instant(), dates.max());
        }
        let sent = invitations.records().unwrap();
        let dates = sent.iter().map(|sent| sent.answered_at.unwrap_or(sent.sent_at));
        prop_assert_eq!(invitations.last_instant(), dates.max());
        let replayed = replay.tickets(&records, &events).tickets;
        let mut responses = wide.records().unwrap();
        responses.extend(long.records().unwrap());
        let records = report.run(&replayed, &responses, &invitations.records().unwrap());
        let (columns, records) = (columns.table(), records.table());
        for (column, record) in columns.rows.iter().zip(&records.rows) {
            prop_assert_eq!(column, record);
        }
        prop_assert_eq!(columns, records);
    }
}

#[test]
fn a_table_of_nothing_gives_an_empty_report() {
    let none = TicketRow {
        id: None,
        created: None,
        replied: None,
        solved: None,
        closed: None,
        status: None,
        author: None,
        created_by: None,
        market: None,
        team: None,
        agent: None,
    };
    let batch = tickets(&[none], 2, true).slice(0, 0);
    assert_eq!(batch.column(0).len(), 0);
    let frame = TicketFrame::standard(vec![batch], &FrameOptions::default()).unwrap();
    assert!(frame.is_empty());
    let as_of = Timestamp::from_micros(START * 1_000_000).unwrap();
    let replay = Replay::new(as_of);
    let report = report(as_of, 1, 1, Kind::Measures);
    let state = run(&report, &Frames::default().tickets(&frame, &replay), 4).unwrap();
    assert_eq!(state.table(), report.state().table());
}
