//! Measures of tickets, one row per ticket.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::builder::{BooleanBuilder, Int64Builder};
use arrow_schema::ArrowError;
use deskmetrics::ticket::Attribute;
use deskmetrics::{ClockKind, Elapsed, Replayed, Ticket, TicketMetrics, Timestamp};
use serde::Serialize;

use super::builder::{BatchColumns, DurationBuilders, LabelBuilder, TimestampBuilder};

type At = fn(&TicketMetrics) -> Option<Timestamp>;
type DurationField = fn(&TicketMetrics) -> Option<Elapsed>;
type Count = fn(&TicketMetrics) -> i64;

const INSTANTS: [(&str, At); 6] = [
    ("first_customer_message_at", |metrics| metrics.first_customer_message_at),
    ("first_response_at", |metrics| metrics.first_response_at),
    ("first_solved_at", |metrics| metrics.first_solved_at),
    ("last_solved_at", |metrics| metrics.last_solved_at),
    ("closed_at", |metrics| metrics.closed_at),
    ("as_of", |metrics| Some(metrics.as_of)),
];

const DURATION_FIELDS: [(&str, DurationField); 12] = [
    ("first_response_time", |metrics| metrics.first_response_time),
    ("bot_first_response_time", |metrics| metrics.bot_first_response_time),
    ("first_resolution_time", |metrics| metrics.first_resolution_time),
    ("full_resolution_time", |metrics| metrics.full_resolution_time),
    ("net_resolution_time", |metrics| metrics.net_resolution_time),
    ("requester_wait_time", |metrics| Some(metrics.requester_wait_time)),
    ("agent_wait_time", |metrics| Some(metrics.agent_wait_time)),
    ("on_hold_time", |metrics| Some(metrics.on_hold_time)),
    ("agent_work_time", |metrics| Some(metrics.agent_work_time)),
    ("time_to_first_assignment", |metrics| metrics.time_to_first_assignment),
    ("running_first_response_time", |metrics| metrics.running_first_response_time),
    ("running_resolution_time", |metrics| metrics.running_resolution_time),
];

const COUNTS: [(&str, Count); 11] = [
    ("next_responses", |metrics| count(metrics.next_responses.len())),
    ("reopens", |metrics| count(metrics.reopens.len())),
    ("public_replies", |metrics| metrics.public_replies.into()),
    ("customer_messages", |metrics| metrics.customer_messages.into()),
    ("bot_messages", |metrics| metrics.bot_messages.into()),
    ("internal_notes", |metrics| metrics.internal_notes.into()),
    ("agent_touches", |metrics| metrics.agent_touches.into()),
    ("replying_agents", |metrics| metrics.replying_agents.into()),
    ("assignee_stations", |metrics| metrics.assignee_stations.into()),
    ("group_stations", |metrics| metrics.group_stations.into()),
    ("escalations", |metrics| metrics.escalations.into()),
];

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The measures of tickets, one row per ticket.
///
/// Timestamps are UTC microseconds. Durations are microseconds, in a column for each clock (`first_response_time` and
/// `first_response_time_business`); some are stated by the source ([`TicketMetrics::measure`]). A duration that never
/// ended, or is unknown on that clock, is null. A duration that is still running is in a column `running_...`.
///
/// ```
/// use deskmetrics::replay::Replay;
/// use deskmetrics::{Ticket, Timestamp};
/// use deskmetrics_arrow::MeasureColumns;
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let ticket = Ticket::new("T-1", at("2026-03-02T09:00:00Z"));
/// let replayed = Replay::new(at("2026-03-03T00:00:00Z")).ticket(&ticket, &[]);
/// let mut columns = MeasureColumns::new([]);
/// columns.push(&replayed);
/// let batch = columns.finish()?;
/// assert_eq!((batch.num_rows(), batch.schema().field(0).name().as_str()), (1, "ticket"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct MeasureColumns {
    ticket: LabelBuilder,
    requester: LabelBuilder,
    attributes: Vec<(Attribute, LabelBuilder)>,
    created_at: TimestampBuilder,
    status: LabelBuilder,
    exclusion: LabelBuilder,
    proactive: BooleanBuilder,
    solved_by: LabelBuilder,
    timestamps: Vec<TimestampBuilder>,
    spans: Vec<DurationBuilders>,
    counts: Vec<Int64Builder>,
}

impl MeasureColumns {
    /// Creates empty columns. Each of these attributes has a column with the values at the cut-off.
    pub fn new(attributes: impl IntoIterator<Item = Attribute>) -> Self {
        Self {
            ticket: LabelBuilder::default(),
            requester: LabelBuilder::default(),
            attributes: attributes
                .into_iter()
                .map(|attribute| (attribute, LabelBuilder::default()))
                .collect(),
            created_at: TimestampBuilder::default(),
            status: LabelBuilder::default(),
            exclusion: LabelBuilder::default(),
            proactive: BooleanBuilder::new(),
            solved_by: LabelBuilder::default(),
            timestamps: INSTANTS.iter().map(|_| TimestampBuilder::default()).collect(),
            spans: DURATION_FIELDS.iter().map(|_| DurationBuilders::default()).collect(),
            counts: COUNTS.iter().map(|_| Int64Builder::new()).collect(),
        }
    }

    /// Adds a ticket.
    pub fn push(&mut self, replayed: &Replayed) {
        let (ticket, metrics): (&Ticket, &TicketMetrics) = (&replayed.ticket, &replayed.metrics);
        self.ticket.push(Some(ticket.id.as_str()));
        self.requester.push(ticket.requester.as_ref().map(deskmetrics::ticket::CustomerId::as_str));
        for (attribute, column) in &mut self.attributes {
            column.push(ticket.attributes.get(attribute));
        }
        self.created_at.push(Some(metrics.created_at));
        self.status.push(Some(metrics.status.as_str()));
        self.exclusion.push(metrics.exclusion.and_then(word).as_deref());
        self.proactive.append_value(metrics.proactive);
        self.solved_by.push(metrics.solved_by.and_then(word).as_deref());
        INSTANTS.iter().zip(&mut self.timestamps).for_each(|((_, read), column)| column.push(read(metrics)));
        // Values stated by the source in place of the replay.
        let stated = |name: &str, clock: ClockKind, replayed: Option<i64>| {
            let known =
                metrics.stated.iter().find(|stated| stated.measure.name() == name && stated.clock == clock);
            known.map_or(replayed, |stated| metrics.measure(stated.measure, clock))
        };
        for ((name, read), column) in DURATION_FIELDS.iter().zip(&mut self.spans) {
            let elapsed = read(metrics);
            column.push(
                [ClockKind::Calendar, ClockKind::Business]
                    .map(|clock| stated(name, clock, elapsed.and_then(|elapsed| elapsed.micros_on(clock)))),
            );
        }
        for ((name, read), column) in COUNTS.iter().zip(&mut self.counts) {
            column.append_option(stated(name, ClockKind::Calendar, Some(read(metrics))));
        }
    }

    /// Returns the columns so far and empties them.
    ///
    /// # Errors
    /// If two columns have the same name, as with an attribute called `ticket`.
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let mut columns = BatchColumns::default();
        columns.add("ticket", self.ticket.finish());
        columns.add("created_at", self.created_at.finish());
        columns.add("requester", self.requester.finish());
        for (attribute, words) in &mut self.attributes {
            columns.add(attribute.as_str(), words.finish());
        }
        columns.add("status", self.status.finish());
        columns.add("exclusion", self.exclusion.finish());
        columns.add("proactive", Arc::new(self.proactive.finish()));
        for ((name, _), column) in INSTANTS.iter().zip(&mut self.timestamps) {
            columns.add(name, column.finish());
        }
        columns.add("solved_by", self.solved_by.finish());
        for ((name, _), column) in DURATION_FIELDS.iter().zip(&mut self.spans) {
            columns.add_spans(name, column);
        }
        for ((name, _), column) in COUNTS.iter().zip(&mut self.counts) {
            columns.add(name, Arc::new(column.finish()));
        }
        columns.finish()
    }
}

/// The name of a value in data.
pub(super) fn word(value: impl Serialize) -> Option<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Some(word),
        _ => None,
    }
}
