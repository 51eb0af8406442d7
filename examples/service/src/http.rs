//! The endpoints.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::TimeDelta;
use deskmetrics::ticket::{Attribute, TicketId};
use deskmetrics::{Excluded, SlaVerdict, Status, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::error::ServiceError;
use crate::kpis::{self, WeekTable};
use crate::live::{Live, NextBreach, next_breach};
use crate::rules::Rules;
use crate::store::{Delivery, Received, Store};

/// Events later than this after the current time are refused: a wrong timestamp would make all until then late.
const CLOCK_DIFFERENCE: TimeDelta = TimeDelta::minutes(5);

const DAY: Duration = Duration::from_secs(86_400);

/// The state of all requests.
#[derive(Debug)]
pub(crate) struct Service {
    rules: Rules,
    live: Mutex<Live>,
    counts: Mutex<Counts>,
    /// The next change of a verdict may be another one.
    changed: Notify,
}

/// Deliveries since the start.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    duplicates: u64,
    conflicts: u64,
}

fn lock<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    // After a panic, the log is still the truth, and `catch_up` goes on after the last record applied.
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Service {
    pub(crate) fn open(rules: Rules) -> Result<Arc<Self>, ServiceError> {
        let live = Mutex::new(Live::open(&rules)?);
        Ok(Arc::new(Self { rules, live, counts: Mutex::default(), changed: Notify::new() }))
    }

    /// Stores the open tickets.
    pub(crate) fn save(&self) -> Result<(), ServiceError> {
        lock(&self.live).save()
    }

    /// Prints the changes of verdicts until now. A service would notify its agents here.
    fn print_changes(&self, live: &mut Live) -> Result<(), ServiceError> {
        for (at, verdict, ticket) in live.changes(self.rules.now())? {
            let state = if verdict.is_at_risk() { "at risk" } else { verdict.state.as_str() };
            eprintln!(
                "{at}: {} of ticket {ticket} is {state} (policy \"{}\")",
                verdict.metric, verdict.policy
            );
        }
        Ok(())
    }
}

/// Runs a function that waits for the database on a thread that may wait.
async fn blocking<T: Send + 'static>(
    service: Arc<Service>,
    run: impl FnOnce(&Service) -> Result<T, ServiceError> + Send + 'static,
) -> Result<T, ServiceError> {
    tokio::task::spawn_blocking(move || run(&service)).await?
}

pub(crate) fn routes(service: Arc<Service>) -> Router {
    Router::new()
        .route("/events", post(receive))
        .route("/tickets/{id}/sla", get(ticket_sla))
        .route("/due", get(due))
        .route("/kpis", get(week_table))
        .route("/metrics", get(metrics))
        .with_state(service)
}

/// Waits for the next change of a verdict, again and again. It never polls tickets.
pub(crate) async fn warn(service: Arc<Service>) {
    loop {
        let printed = blocking(Arc::clone(&service), |service| {
            let mut live = lock(&service.live);
            service.print_changes(&mut live)?;
            let next = live.tickets.next_change().map(|(at, _)| at);
            Ok(next.map(|next| next.since(service.rules.now())))
        });
        let wait = match printed.await {
            // A day at most, since the clock of the system may be set.
            Ok(Some(wait)) => wait.to_std().unwrap_or_default().min(DAY),
            Ok(None) => DAY,
            Err(error) => {
                eprintln!("{error}");
                Duration::from_secs(60)
            }
        };
        tokio::select! {
            // Timers may end a little early.
            () = tokio::time::sleep(wait + Duration::from_millis(1)) => {}
            () = service.changed.notified() => {}
        }
    }
}

#[derive(Debug, Serialize)]
struct Receipt {
    stored: usize,
    duplicates: usize,
    /// Delivered before with other content. The first one counts: a correction needs an id of its own.
    conflicts: Vec<Conflict>,
}

#[derive(Debug, Serialize)]
struct Conflict {
    ticket: TicketId,
    /// Empty for the creation.
    event: String,
}

/// `POST /events`: stores a list of deliveries. A status of 200 means that all of them are stored; after any other, deliver
/// them again.
async fn receive(
    State(service): State<Arc<Service>>,
    deliveries: Result<Json<Vec<Delivery>>, JsonRejection>,
) -> Result<Json<Receipt>, ServiceError> {
    let Json(deliveries) = deliveries?;
    let latest: Timestamp = (service.rules.now().to_utc() + CLOCK_DIFFERENCE).into();
    for (number, delivery) in deliveries.iter().enumerate() {
        let ticket = delivery.ticket();
        if matches!(delivery, Delivery::Event(_)) && delivery.event_id().is_empty() {
            return Err(ServiceError::Invalid(format!(
                "delivery {number}, event of ticket \"{ticket}\": it has no id, by which a second delivery is known"
            )));
        }
        if delivery.at() > latest {
            return Err(ServiceError::Invalid(format!(
                "delivery {number} of ticket \"{ticket}\": {} is after {latest}, the latest that is possible now; check its \
                 timestamp and the clocks",
                delivery.at()
            )));
        }
    }
    let receipt = blocking(Arc::clone(&service), move |service| {
        let mut live = lock(&service.live);
        let received = live.store.append(&deliveries)?;
        live.catch_up()?;
        drop(live);
        let count = |kind| received.iter().filter(|received| **received == kind).count();
        let conflicts =
            deliveries.iter().zip(&received).filter(|(_, received)| **received == Received::Conflict);
        let conflicts = conflicts.map(|(delivery, _)| Conflict {
            ticket: delivery.ticket().clone(),
            event: delivery.event_id().to_owned(),
        });
        let receipt = Receipt {
            stored: count(Received::New),
            duplicates: count(Received::Duplicate),
            conflicts: conflicts.collect(),
        };
        let mut counts = lock(&service.counts);
        counts.duplicates += receipt.duplicates as u64;
        counts.conflicts += receipt.conflicts.len() as u64;
        Ok(receipt)
    });
    let receipt = receipt.await?;
    service.changed.notify_one();
    Ok(Json(receipt))
}

/// The time of a request; by default now.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AsOf {
    at: Option<Timestamp>,
}

/// The state of a ticket's SLA targets.
#[derive(Debug, Serialize)]
struct TicketSla {
    ticket: TicketId,
    as_of: Timestamp,
    status: Status,
    /// The target that is used up next, and when.
    next_breach: Option<NextBreach>,
    targets: Vec<SlaVerdict>,
    /// Events that do not count, by reason.
    excluded: Excluded,
    /// The events and, for each target, the time that was counted.
    why: Vec<String>,
}

/// `GET /tickets/{id}/sla`: whether a ticket is about to breach, when and why.
async fn ticket_sla(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    query: Result<Query<AsOf>, QueryRejection>,
) -> Result<Json<TicketSla>, ServiceError> {
    let Query(AsOf { at }) = query?;
    let id = TicketId::from(id);
    let sla = blocking(service, move |service| {
        let live = lock(&service.live);
        let Some(tracker) = live.tracker(&id)? else { return Err(ServiceError::NoTicket(id)) };
        let as_of = at.unwrap_or_else(|| service.rules.now()).max(tracker.last_at());
        let (ticket, events) = live.store.history(&id, i64::MAX)?;
        let replay = live.tickets.replay();
        let explained = service.rules.replay(as_of);
        let why =
            ticket.map(|ticket| explained.explain(&ticket, events, service.rules.time_zone).to_string());
        Ok(TicketSla {
            as_of,
            status: replay.metrics(&tracker, as_of)?.status,
            next_breach: next_breach(replay, &tracker, as_of)?,
            targets: replay.verdicts(&tracker, as_of)?,
            excluded: tracker.excluded(),
            why: why.unwrap_or_default().lines().map(str::to_owned).collect(),
            ticket: id,
        })
    });
    Ok(Json(sla.await?))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DueQuery {
    limit: Option<usize>,
}

/// `GET /due`: the next tickets to breach, 20 by default.
async fn due(
    State(service): State<Arc<Service>>,
    query: Result<Query<DueQuery>, QueryRejection>,
) -> Result<Json<Vec<NextBreach>>, ServiceError> {
    let Query(DueQuery { limit }) = query?;
    let due =
        blocking(service, move |service| lock(&service.live).due(service.rules.now(), limit.unwrap_or(20)));
    Ok(Json(due.await?))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WeekQuery {
    by: Option<Attribute>,
    week: Option<String>,
    at: Option<Timestamp>,
}

/// `GET /kpis`: the KPIs of a week, with the week before.
async fn week_table(
    State(service): State<Arc<Service>>,
    query: Result<Query<WeekQuery>, QueryRejection>,
) -> Result<Json<WeekTable>, ServiceError> {
    let Query(WeekQuery { by, week, at }) = query?;
    let table = blocking(service, move |service| {
        let open: Vec<TicketId> = lock(&service.live).tickets.ids().cloned().collect();
        // A connection of its own, so that deliveries do not wait.
        let store = Store::open(&service.rules.database)?;
        let (by, as_of) = (by.unwrap_or(Attribute::Market), at.unwrap_or_else(|| service.rules.now()));
        kpis::week_table(&service.rules, &store, &open, by, week.as_deref(), as_of)
    });
    Ok(Json(table.await?))
}

/// `GET /metrics`: the gauges of the library and the counts of the service, as OpenMetrics text.
async fn metrics(State(service): State<Arc<Service>>) -> Result<impl IntoResponse, ServiceError> {
    let text = blocking(service, |service| {
        let mut live = lock(&service.live);
        service.print_changes(&mut live)?;
        let (gauges, records) = (live.tickets.to_open_metrics(), live.position());
        let Counts { duplicates, conflicts } = *lock(&service.counts);
        let gauges = gauges.strip_suffix("# EOF\n").unwrap_or(&gauges);
        Ok(format!(
            "{gauges}# TYPE service_log_records gauge\n# HELP service_log_records Tickets and events stored.\n\
             service_log_records {records}\n\
             # TYPE service_duplicates counter\n# HELP service_duplicates Repeated deliveries since the start.\n\
             service_duplicates_total {duplicates}\n\
             # TYPE service_conflicts counter\n# HELP service_conflicts Repeated deliveries with other content.\n\
             service_conflicts_total {conflicts}\n# EOF\n"
        ))
    });
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, content_type)], text.await?))
}
