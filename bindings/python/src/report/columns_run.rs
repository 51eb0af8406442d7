//! A report straight from columns, where nothing about the data must be known beforehand.

use std::collections::BTreeSet;

use arrow_array::{ArrayRef, RecordBatch};
use chrono_tz::Tz;
use deskmetrics::kpi::{FcrPolicy, definition};
use deskmetrics::replay::Replay;
use deskmetrics::replay::step::{NONE, What};
use deskmetrics::report::{KpiRequest, Report as CoreReport, ReportState};
use deskmetrics::ticket::Attribute;
use deskmetrics::{ClockKind, Scale, SlaMetric, Timestamp};
use deskmetrics_arrow::column::{Column, ColumnError};
use deskmetrics_arrow::description::{
    EventSource, InstantKey, InstantRules, LetterCase, TicketSource, WordKey,
};
use deskmetrics_arrow::frame::{FrameOptions, InvitationFrame, ResponseFrame, TicketFrame};
use deskmetrics_arrow::replay::{EventColumns, EventLog, TicketColumns};
use deskmetrics_arrow::report::{Frames, RunError, run};
use deskmetrics_arrow::{Dataset, Description, SourceReport, UnknownAttribute, kpi_of_question};
use pyo3::prelude::*;

use super::request::Asked;
use crate::dataset::progress::Watch;
use crate::error;
use crate::tables::{Described, unknown_attribute, unusable};

/// What each KPI asked for means, where that does not depend on what the data holds; `None` where it does.
pub(super) fn requests(
    asked: &[Asked],
    described: &Described,
    rules: &Dataset,
    fcr: Option<&FcrPolicy>,
) -> Option<Vec<KpiRequest>> {
    let mut requests = Vec::new();
    for one in asked {
        match one {
            // What was promised shows in the verdicts.
            Asked::Request(request) if request.sla_policy.is_some() => return None,
            Asked::Request(request) if matches!(request.metric, Some(SlaMetric::Custom(_))) => return None,
            Asked::Request(request) => requests.push((**request).clone()),
            Asked::Id(id) => requests.extend(of_id(id, described, rules, fcr)?),
        }
    }
    requests.iter().all(|request| request.check().is_ok()).then_some(requests)
}

fn of_id(
    id: &str,
    described: &Described,
    rules: &Dataset,
    fcr: Option<&FcrPolicy>,
) -> Option<Vec<KpiRequest>> {
    let definition = definition(id)?;
    let request = KpiRequest::new(definition.id);
    let requests = match definition.id {
        "csat" | "nps" | "ces" => questions(described)?
            .into_iter()
            .filter(|(name, scale)| kpi_of_question(name, scale) == definition.id)
            .map(|(name, scale)| request.clone().of_question(name, scale))
            .collect(),
        // What there is to tell apart stands in the data.
        "response_rate" | "reasons" => return None,
        "fcr" => vec![request.under(fcr?.clone())],
        "sla_attainment" => attainments(&request, described, rules)?,
        _ => {
            let scheduled = rules.schedule.is_some() || !rules.schedule_by.is_empty();
            let clocks = [ClockKind::Calendar, ClockKind::Business];
            let clocks = clocks.into_iter().filter(|clock| scheduled || *clock == ClockKind::Calendar);
            let on: Vec<KpiRequest> = clocks
                .filter(|clock| definition.clocks.contains(clock))
                .map(|clock| request.clone().on(clock))
                .collect();
            if on.is_empty() { vec![request] } else { on }
        }
    };
    (!requests.is_empty()).then_some(requests)
}

/// The questions that have a column each, with their scales.
fn questions(described: &Described) -> Option<Vec<(Box<str>, Scale)>> {
    let [source] = described.description.surveys.as_slice() else { return None };
    let scale = |name: &str| match described.description.scales.get(name) {
        Some(scale) => Some(scale.clone()),
        None => (name == "nps").then(Scale::nps),
    };
    let all = source.questions.keys().filter_map(|name| Some((name.clone(), scale(name)?)));
    (!source.questions.is_empty()).then(|| all.collect())
}

fn attainments(request: &KpiRequest, described: &Described, rules: &Dataset) -> Option<Vec<KpiRequest>> {
    let stated = |source: &TicketSource| source.due_at.is_some() || source.sla_met.is_some();
    if described.description.tickets.iter().any(stated) {
        return None;
    }
    let targets = rules.policies.policies.iter().flat_map(|policy| &policy.targets);
    let metrics: Vec<&SlaMetric> = targets.map(|target| &target.metric).collect();
    match metrics.split_first() {
        Some((first, rest)) if rest.iter().all(|other| other == first) => Some(vec![request.clone()]),
        _ => None,
    }
}

/// A report fed from columns.
pub(crate) struct Fed {
    pub(crate) state: ReportState,
    pub(crate) sources: Vec<SourceReport>,
    pub(crate) notes: Vec<String>,
}

/// The frames of tables that are read without events.
struct Plain {
    tickets: Option<TicketFrame>,
    responses: Option<ResponseFrame>,
    invitations: Option<InvitationFrame>,
}

impl Plain {
    fn of(described: &Described, tickets: bool) -> PyResult<Self> {
        // Wall-clock times of an unknown zone were refused before.
        let mut options = FrameOptions::default().assume_tz(described.assumed.unwrap_or(Tz::UTC));
        if described.strict {
            options = options.strict();
        }
        let Description { tickets: of_tickets, surveys, invitations, .. } = &described.description;
        let rows = |name| described.batches(name).map(<[RecordBatch]>::to_vec);
        let tickets = rows("tickets").filter(|_| tickets).zip(of_tickets.first());
        let tickets = tickets.map(|(rows, source)| TicketFrame::new(rows, source.clone(), &options));
        let responses = rows("surveys").zip(surveys.first());
        let responses = responses.map(|(rows, source)| ResponseFrame::new(rows, source.clone(), &options));
        let sent = rows("invitations").zip(invitations.first());
        let sent = sent.map(|(rows, source)| InvitationFrame::new(rows, source.clone(), &options));
        let unusable = |problem| unusable(&problem);
        Ok(Self {
            tickets: tickets.transpose().map_err(unusable)?,
            responses: responses.transpose().map_err(unusable)?,
            invitations: sent.transpose().map_err(unusable)?,
        })
    }
}

/// Whether there is a table without rows, of which no frame can tell what its columns are.
fn has_nothing(described: &Described) -> bool {
    described.tables.iter().any(|(.., batches)| batches.is_empty())
}

/// The last instant in the tables, which is the cut-off unless another is given; `None` where nothing bears a date, and
/// where there are events, of which it takes records to tell.
pub(crate) fn last_instant(py: Python<'_>, described: &Described) -> PyResult<Option<Timestamp>> {
    if described.batches("events").is_some() || has_nothing(described) {
        return Ok(None);
    }
    py.detach(|| {
        let Plain { tickets, responses, invitations } = Plain::of(described, true)?;
        let of_tickets = tickets.as_ref().and_then(TicketFrame::last_instant);
        let of_answers = responses.as_ref().and_then(ResponseFrame::last_instant);
        Ok(of_tickets.max(of_answers).max(invitations.as_ref().and_then(InvitationFrame::last_instant)))
    })
}

/// Feeds the report from the columns, on so many threads; `None` where they must be read record by record.
pub(crate) fn feed(
    py: Python<'_>,
    described: &Described,
    rules: &Dataset,
    report: &CoreReport,
    as_of: Timestamp,
    threads: usize,
) -> PyResult<Option<Fed>> {
    if has_nothing(described) {
        return Ok(None);
    }
    let mut watch = Watch::new();
    let fed = py.detach(|| {
        let assumed = described.assumed.unwrap_or(Tz::UTC);
        let description = &described.description;
        let replay = rules.replay_at(as_of);
        let (ticket_rows, event_rows) = (described.batches("tickets"), described.batches("events"));
        let log = match (event_rows, ticket_rows) {
            (None, _) => None,
            (Some(events), Some(tickets)) => {
                let columns = (described.strict, &*description.tickets, &*description.events);
                let (false, [ticket], [event]) = columns else { return Ok(None) };
                let sliced = report.sliced_by().into_iter().cloned();
                let replay = replay.clone().needing(report.needs()).watching(sliced);
                let asked = AskedOfTickets {
                    report,
                    replay: &replay,
                    customers: report.needs_customers() || event.author_name.is_some(),
                };
                let Some(tickets) = ticket_columns(ticket, tickets, assumed, &asked) else {
                    return Ok(None);
                };
                let Some(events) = event_columns(event, events, assumed) else { return Ok(None) };
                Some(EventLog::new(&tickets, &events, &replay).map_err(|problem| column(&problem))?)
            }
            (Some(_), None) => return Ok(None),
        };
        if !watch.go_on() || !tells_of(described, rules, log.as_ref(), report)? {
            return Ok(None);
        }
        let asks = described.batches("surveys").is_some() || described.batches("invitations").is_some();
        let mut frames = Frames::default();
        let mut sources = Vec::new();
        let Plain { tickets, responses, invitations } = Plain::of(described, log.is_none() || asks)?;
        if let Some(tickets) = &tickets {
            sources.push(tickets.source().clone());
            frames = frames.tickets(tickets, &replay);
        }
        if let Some(log) = &log {
            frames = frames.log(log);
        }
        if let Some(responses) = &responses {
            sources.push(responses.source().clone());
            frames = frames.responses(responses);
        }
        if let Some(invitations) = &invitations {
            sources.push(invitations.source().clone());
            frames = frames.invitations(invitations);
        }
        if !watch.go_on() {
            return Ok(None);
        }
        let left_out = log.as_ref().map(EventLog::excluded).filter(|left_out| !left_out.is_empty());
        let notes = left_out.map(|left_out| format!("rows of tickets and events left out: {left_out}"));
        match run(report, &frames, threads) {
            Ok(state) => Ok(Some(Fed { state, sources, notes: notes.into_iter().collect() })),
            Err(RunError::Read(problem)) => Err(unusable(&problem)),
            Err(problem) => Err(error::argument(problem.to_string())),
        }
    });
    watch.end(Some(fed))?
}

/// Whether a column or an event tells of all attributes that slices and rules are about, as far as that shows without records.
///
/// # Errors
/// When there are no events, which could tell of one, and no column does.
fn tells_of(
    described: &Described,
    rules: &Dataset,
    log: Option<&EventLog>,
    report: &CoreReport,
) -> PyResult<bool> {
    let known: BTreeSet<Attribute> = described.description.attributes();
    let by = report.sliced_by().into_iter().map(|attribute| ("by", attribute));
    let schedule_by = rules.schedule_by.keys().map(|attribute| ("schedule_by", attribute));
    for (place, attribute) in by.chain(schedule_by) {
        match log {
            Some(log) if known.contains(attribute) || log.slot(attribute).is_some() => {}
            Some(_) => return Ok(false),
            None => {
                UnknownAttribute::check(attribute, &known)
                    .map_err(|unknown| unknown_attribute(place, &unknown))?;
            }
        }
    }
    Ok(true)
}

/// The column of a role about which nothing else is said.
fn plain<'b, T>(key: &WordKey<T>, batches: &'b [RecordBatch]) -> Option<Column<'b>> {
    let simple = key.words.is_empty()
        && key.value.is_none()
        && key.other.is_none()
        && key.missing.is_empty()
        && key.case == LetterCase::default();
    simple.then(|| chunks(key.column.as_deref()?, batches)).flatten()
}

/// The same, whose words may have meanings.
fn worded<'b, T>(key: &WordKey<T>, batches: &'b [RecordBatch]) -> Option<Column<'b>> {
    let simple = key.value.is_none()
        && key.other.is_none()
        && key.missing.is_empty()
        && key.case == LetterCase::default();
    simple.then(|| chunks(key.column.as_deref()?, batches)).flatten()
}

fn instants<'b>(key: &InstantKey, batches: &'b [RecordBatch]) -> Option<Column<'b>> {
    let simple = key.format.is_none()
        && key.time_zone.is_none()
        && key.ambiguous.is_none()
        && key.nonexistent.is_none()
        && key.missing.is_empty();
    simple.then(|| chunks(&key.column, batches)).flatten()
}

fn chunks<'b>(name: &str, batches: &'b [RecordBatch]) -> Option<Column<'b>> {
    let chunks: Option<Vec<ArrayRef>> =
        batches.iter().map(|batch| batch.column_by_name(name).cloned()).collect();
    Some(Column::from(chunks?).named(name.to_owned()))
}

#[expect(clippy::option_option, reason = "a role may be absent, or beyond columns")]
/// A role that need not be there: `Some(None)` where it is not, `None` where more is said about it than a column.
fn maybe<'b, T>(
    key: Option<&WordKey<T>>,
    batches: &'b [RecordBatch],
    read: impl Fn(&WordKey<T>, &'b [RecordBatch]) -> Option<Column<'b>>,
) -> Option<Option<Column<'b>>> {
    match key {
        None => Some(None),
        Some(key) => read(key, batches).map(Some),
    }
}

/// What is asked of tickets beside their lives: columns that nobody looks at are not read.
struct AskedOfTickets<'r> {
    report: &'r CoreReport,
    replay: &'r Replay,
    customers: bool,
}

impl AskedOfTickets<'_> {
    fn attribute(&self, attribute: &Attribute) -> bool {
        let number = self.replay.attribute_number(attribute);
        self.report.needs_ticket_records()
            || self.report.sliced_by().contains(&attribute)
            || self.replay.hears(What::Changed { attribute: number, to: NONE })
    }
}

fn ticket_columns<'b>(
    source: &TicketSource,
    batches: &'b [RecordBatch],
    assumed: Tz,
    asked: &AskedOfTickets<'_>,
) -> Option<TicketColumns<'b>> {
    let ends = [&source.first_response_at, &source.solved_at, &source.closed_at, &source.due_at];
    let only_created = ends.into_iter().all(Option::is_none)
        && source.status.is_none()
        && source.sla_met.is_none()
        && source.author.is_none()
        && source.author_name.is_none()
        && source.clock_skew.is_zero();
    if !only_created || source.instants != InstantRules::default() || !source.missing.is_empty() {
        return None;
    }
    let mut columns = TicketColumns::new(plain(&source.id, batches)?, instants(&source.created_at, batches)?);
    if let Some(column) = maybe(source.created_by.as_ref(), batches, plain)? {
        columns = columns.created_by(column);
    }
    if let Some(column) = maybe(source.requester.as_ref().filter(|_| asked.customers), batches, plain)? {
        columns = columns.requester(column);
    }
    if let Some(column) = maybe(source.tags.as_ref(), batches, plain)? {
        columns = columns.tags(column, source.tag_separator.clone()?);
    }
    for (attribute, key) in source.attributes.iter().filter(|(attribute, _)| asked.attribute(attribute)) {
        columns = columns.attribute(attribute.clone(), plain(key, batches)?);
    }
    Some(columns.assume_tz(assumed))
}

fn event_columns<'b>(
    source: &EventSource,
    batches: &'b [RecordBatch],
    assumed: Tz,
) -> Option<EventColumns<'b>> {
    let more = source.creates_tickets
        || source.requester.is_some()
        || source.created_by.is_some()
        || !source.attributes.is_empty()
        || !source.clock_skew.is_zero();
    if more || source.instants != InstantRules::default() || !source.missing.is_empty() {
        return None;
    }
    let mut columns = EventColumns::new(
        plain(&source.ticket, batches)?,
        instants(&source.at, batches)?,
        worded(&source.kind, batches)?,
    )
    .kinds(source.kind.words.clone())
    .statuses(source.statuses.clone());
    if let Some(column) = maybe(source.value.as_ref(), batches, plain)? {
        columns = columns.value(column);
    }
    if let Some(column) = maybe(source.author.as_ref(), batches, worded)? {
        columns = columns.author(column);
    }
    if let Some(author) = &source.author {
        columns = columns.authors(author.words.clone());
    }
    if let Some(column) = maybe(source.author_name.as_ref(), batches, plain)? {
        columns = columns.author_name(column);
    }
    if let Some(column) = maybe(source.id.as_ref(), batches, plain)? {
        columns = columns.id(column);
    }
    Some(columns.assume_tz(assumed))
}

fn column(problem: &ColumnError) -> PyErr {
    match problem {
        ColumnError::Type { .. } => error::column_type(problem.to_string()),
        _ => error::data(problem.to_string()),
    }
}
