//! `deskmetrics due`.

use std::io::{self, Write};

use chrono::TimeDelta;
use deskmetrics::engine::csv_cell;
use deskmetrics::kpi::KpiRequest;
use deskmetrics::kpi::sla_attainment::stated_verdicts;
use deskmetrics::replay::Needs;
use deskmetrics::report::value_text;
use deskmetrics::ticket::Attribute;
use deskmetrics::{ClockKind, Replayed, SlaVerdict, Timestamp, Unit, VerdictState};
use deskmetrics_arrow::Dataset;
use serde::Serialize;

use super::arguments::{DueArguments, Format};
use super::failure::Failure;
use super::{input, output, text};

/// An SLA target of an open ticket.
#[derive(Debug, Serialize)]
struct OpenTarget {
    ticket: String,
    metric: String,
    policy: String,
    state: &'static str,
    due_at: Option<Timestamp>,
    /// On the clock of the target; negative if it is exceeded.
    remaining_seconds: Option<f64>,
    target_seconds: f64,
    clock: ClockKind,
    priority: Option<String>,
    group: Option<String>,
    assignee: Option<String>,
}

/// Writes the open targets, those that are due first before the others.
pub(crate) fn run(arguments: &DueArguments, out: &mut dyn Write) -> Result<(), Failure> {
    let format = arguments.output.format()?;
    let input = input::read(&arguments.data, &[])?;
    let dataset = &input.dataset;
    let replay = input.replay()?;
    let as_of = replay.as_of();
    let stated = dataset.policies.policies.is_empty();
    dataset
        .can_answer(&dataset.with_stated_sla(KpiRequest::new("sla_attainment")))
        .map_err(|error| Failure::Data(input.message(&error.to_string())))?;
    let until = arguments.within.and_then(|within| as_of.to_utc().checked_add_signed(within));
    let until = until.map(Timestamp::from);
    let mut targets = open_targets(dataset, replay, stated);
    targets.retain(|target| until.is_none_or(|until| target.due_at.is_some_and(|due| due <= until)));
    targets.sort_by(|one, other| {
        // Paused targets have no due time.
        let key = |target: &OpenTarget| (target.due_at.is_none(), target.due_at);
        key(one).cmp(&key(other)).then_with(|| one.ticket.cmp(&other.ticket))
    });
    output::write(&arguments.output.target, dataset, out, |out| match format {
        Format::Text => write_text(out, dataset, as_of, &targets),
        Format::Json => text::write_json(out, &targets),
        Format::Csv => write_csv(out, &targets),
    })
}

fn open_targets(dataset: &Dataset, replay: deskmetrics::replay::Replay, stated: bool) -> Vec<OpenTarget> {
    let shown = [Attribute::Priority, Attribute::Group, Attribute::Assignee];
    let replay = replay.with_attributes(shown);
    // The tickets with an open target; only these become records.
    let found = replay.clone().with_measures(Needs::VERDICTS | Needs::SOLVES | Needs::REOPENS);
    let log = dataset.log(&found);
    let (rows, _) = log.each(0, Vec::new, |rows, ticket| {
        let is_open =
            |state| matches!(state, VerdictState::Running | VerdictState::Paused | VerdictState::Breached);
        let open = if stated {
            !ticket.metrics().status.is_done()
        } else {
            ticket.verdicts().any(|verdict| is_open(verdict.state()) && verdict.completed_micros().is_none())
        };
        if open && ticket.metrics().exclusion.is_none() {
            rows.push(ticket.row());
        }
    });
    let log = dataset.log(&replay);
    let records = rows.into_iter().flatten().map(|row| log.record(row));
    records
        .flat_map(|record| {
            let verdicts = if stated { stated_verdicts(&record) } else { record.verdicts.clone() };
            verdicts.into_iter().filter_map(move |verdict| open_target(&record, &verdict)).collect::<Vec<_>>()
        })
        .collect()
}

/// The target of a verdict; `None` once it is completed or has ended.
fn open_target(record: &Replayed, verdict: &SlaVerdict) -> Option<OpenTarget> {
    if verdict.completed_at.is_some() || verdict.ended_at.is_some() {
        return None;
    }
    let state = match verdict.state {
        VerdictState::Met | VerdictState::Cancelled => return None,
        _ if verdict.is_at_risk() => "at_risk",
        state => state.as_str(),
    };
    let seconds = |span: TimeDelta| span.num_milliseconds() as f64 / 1000.0;
    let value = |attribute| record.ticket.attributes.get(&attribute).map(str::to_owned);
    Some(OpenTarget {
        ticket: record.ticket.id.to_string(),
        metric: verdict.metric.to_string(),
        policy: verdict.policy.to_string(),
        state,
        due_at: verdict.due_at.or(verdict.breached_at),
        remaining_seconds: verdict.remaining().map(seconds),
        target_seconds: seconds(verdict.target),
        clock: verdict.clock,
        priority: value(Attribute::Priority),
        group: value(Attribute::Group),
        assignee: value(Attribute::Assignee),
    })
}

fn write_text(
    out: &mut dyn Write,
    dataset: &Dataset,
    as_of: Timestamp,
    targets: &[OpenTarget],
) -> io::Result<()> {
    text::write_head(out, dataset)?;
    let zone = dataset.time_zone;
    let states = ["breached", "at_risk", "running", "paused"].map(|state| {
        let count = targets.iter().filter(|target| target.state == state).count();
        format!("{} {}", deskmetrics::report::count_text(count as u64), state.replace('_', " "))
    });
    writeln!(out, "open SLA targets as of {} ({zone}): {}\n", text::local(as_of, zone), states.join(", "))?;
    if targets.is_empty() {
        return Ok(());
    }
    let heading = ["ticket", "priority", "metric", "policy", "state", "due", "remaining", "assignee"];
    let mut lines = vec![heading.map(str::to_owned)];
    lines.extend(targets.iter().map(|target| {
        let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
        [
            target.ticket.clone(),
            or_dash(&target.priority),
            target.metric.replace('_', " "),
            target.policy.clone(),
            target.state.replace('_', " "),
            target.due_at.map_or_else(|| "–".to_owned(), |due| text::local(due, zone)),
            value_text(target.remaining_seconds, Unit::Seconds, Some(target.clock)),
            or_dash(&target.assignee),
        ]
    }));
    text::write_columns(out, &lines, &[6])?;
    writeln!(
        out,
        "\nremaining: on the clock of the target, business time without nights and holidays; below 0 it is exceeded"
    )
}

fn write_csv(out: &mut dyn Write, targets: &[OpenTarget]) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    for target in targets {
        let cell = |text: &str| csv_cell(text).into_owned();
        writer
            .serialize(OpenTarget {
                ticket: cell(&target.ticket),
                metric: cell(&target.metric),
                policy: cell(&target.policy),
                priority: target.priority.as_deref().map(cell),
                group: target.group.as_deref().map(cell),
                assignee: target.assignee.as_deref().map(cell),
                ..*target
            })
            .map_err(text::of_csv)?;
    }
    writer.flush()
}
