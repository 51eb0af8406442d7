use std::sync::Arc;

use arrow_array::types::Int8Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Int64Array, RecordBatch, StringArray, StringViewArray,
    TimestampMicrosecondArray, TimestampSecondArray,
};
use chrono_tz::Europe::Copenhagen;
use deskmetrics::ticket::Attribute;
use proptest::prelude::*;

use super::*;

/// A row as the strategies draw it.
#[derive(Debug, Clone)]
struct Row {
    id: Option<u8>,
    created: Option<i64>,
    replied: Option<i64>,
    solved: Option<i64>,
    closed: Option<i64>,
    status: Option<&'static str>,
    team: Option<&'static str>,
}

fn row() -> impl Strategy<Value = Row> {
    let after = || prop::option::of(-2..40_i64);
    (
        prop::option::weighted(0.95, any::<u8>()),
        prop::option::weighted(0.95, 0..3000_i64),
        (after(), after(), after()),
        prop::option::weighted(
            0.3,
            prop::sample::select(vec!["open", "Solved", "closed", "new", "parked", " "]),
        ),
        prop::option::weighted(
            0.9,
            prop::sample::select(vec!["nordic", "iberia ", "a much longer name", ""]),
        ),
    )
        .prop_map(|(id, created, (replied, solved, closed), status, team)| {
            let end = |after: Option<i64>| after.map(|after| created.unwrap_or(0) + after);
            Row { id, created, replied: end(replied), solved: end(solved), closed: end(closed), status, team }
        })
}

fn batch(rows: &[Row], kind: usize) -> RecordBatch {
    // Around the end of summer time, so that some hours occur twice.
    let autumn = 1_761_436_800;
    let instants = |of: fn(&Row) -> Option<i64>| -> ArrayRef {
        let seconds = rows.iter().map(|row| of(row).map(|minutes| autumn + minutes * 60));
        match kind % 4 {
            0 => Arc::new(seconds.collect::<TimestampSecondArray>()),
            1 => Arc::new(seconds.collect::<TimestampSecondArray>().with_timezone("Asia/Tokyo")),
            2 => {
                let micros = seconds.map(|at| at.map(|at| at * 1_000_000));
                Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
            }
            _ => {
                let text = seconds.map(|at| {
                    let at = chrono::DateTime::from_timestamp(at?, 0)?;
                    Some(at.format(if kind < 8 { "%Y-%m-%d %H:%M" } else { "%+" }).to_string())
                });
                Arc::new(text.collect::<StringArray>())
            }
        }
    };
    let ids: ArrayRef = match kind % 3 {
        0 => Arc::new(rows.iter().map(|row| row.id.map(i64::from)).collect::<Int64Array>()),
        1 => Arc::new(rows.iter().map(|row| row.id.map(|id| format!("T-{id}"))).collect::<StringViewArray>()),
        // Some with a blank before them.
        _ => Arc::new(
            rows.iter()
                .map(|row| row.id.map(|id| format!("{}{}", if id % 5 == 0 { " " } else { "" }, id)))
                .collect::<StringArray>(),
        ),
    };
    let words = |of: fn(&Row) -> Option<&'static str>| -> ArrayRef {
        match kind % 2 {
            0 => Arc::new(rows.iter().map(of).collect::<StringArray>()),
            _ => Arc::new(rows.iter().map(of).collect::<DictionaryArray<Int8Type>>()),
        }
    };
    RecordBatch::try_from_iter_with_nullable([
        ("id", ids, true),
        ("created_at", instants(|row| row.created), true),
        ("first_reply_at", instants(|row| row.replied), true),
        ("solved_at", instants(|row| row.solved), true),
        ("closed_at", instants(|row| row.closed), true),
        ("status", words(|row| row.status), true),
        ("team", words(|row| row.team), true),
    ])
    .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The fast way keeps the very books of the reader of files.
    #[test]
    fn the_books_are_those_of_the_reader(
        rows in prop::collection::vec(row(), 1..60),
        kind in 0..12_usize,
        cut in 0..60_usize,
    ) {
        let (one, two) = rows.split_at(cut.min(rows.len()));
        let batches = vec![batch(one, kind), batch(two, kind)];
        let options = FrameOptions::default().assume_tz(Copenhagen);
        let frame = TicketFrame::standard(batches.clone(), &options);
        let source = standard::tickets(batches.first()).unwrap();
        let memory = Memory::new("tickets", batches, &options);
        let read = Records::of_tickets(&mut memory.reading(), &source, &memory.table());
        match (frame, read) {
            (Ok(frame), Ok(mut records)) => {
                prop_assert_eq!(frame.len(), records.tickets.len());
                prop_assert_eq!(frame.source(), &records.reports()[0]);
                let team = frame.codes(&Attribute::Group).unwrap().unwrap();
                let index = frame.index();
                for ticket in &records.tickets {
                    let found = index.row(frame.ids(), id::Id::of(ticket.id.as_str()));
                    let Some((part, row)) = found.map(|row| frame.ids().part_of(row)) else {
                        return Err(TestCaseError::fail("a ticket cannot be found by its id"));
                    };
                    if frame.ids().repeated().is_empty() {
                        let code = team.part(part).get(row);
                        let value = team.meaning(code).clone().unwrap();
                        prop_assert_eq!(value.as_deref(), ticket.attributes.get(&Attribute::Group));
                    }
                }
            }
            (Err(ReadError::NothingReadable { .. }), Err(ReadError::NothingReadable { .. })) => {}
            (frame, read) => {
                prop_assert!(false, "{:?} {:?}", frame.err(), read.err());
            }
        }
    }
}

#[test]
fn wall_clock_times_need_a_zone() {
    let text = |text: &str| -> RecordBatch {
        RecordBatch::try_from_iter([("created_at", Arc::new(StringArray::from(vec![text])) as ArrayRef)])
            .unwrap()
    };
    let options = FrameOptions::default();
    assert!(TicketFrame::standard(vec![text("2026-03-02T09:00:00Z")], &options).is_ok());
    let error = TicketFrame::standard(vec![text("2026-03-02 09:00")], &options).unwrap_err();
    assert!(matches!(&error, ReadError::NoZone { column, .. } if column == "created_at"), "{error}");
    assert!(TicketFrame::standard(vec![text("2026-03-02 09:00")], &options.assume_tz(Copenhagen)).is_ok());
}

#[test]
fn a_missing_column_is_answered_with_the_nearest() {
    let batch = RecordBatch::try_from_iter([(
        "create_at",
        Arc::new(TimestampSecondArray::from(vec![0]).with_timezone("UTC")) as ArrayRef,
    )]);
    let error = TicketFrame::standard(vec![batch.unwrap()], &FrameOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "tickets: there is no column \"created_at\", did you mean \"create_at\"?; present are \"create_at\""
    );
}
