//! Tickets followed live: bytes for each open ticket, the time of an event by kind, of `next_change` and of the gauges.
//!
//! Half of the tickets are waiting for an agent, half for the customer; each has five events with ids. Business hours, two targets
//! in four priorities, gauges by market. `DESKMETRICS_BENCH_TICKETS` sets one number of open tickets in place of 10,000, 100,000
//! and 1,000,000.

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use criterion::{Criterion, criterion_group, criterion_main};
use deskmetrics::replay::{Replay, TrackedTickets};
use deskmetrics::schedule::Schedule;
use deskmetrics::sla::SlaPolicies;
use deskmetrics::ticket::{Attribute, Author, EventKind, Status};
use deskmetrics::{Ticket, TicketEvent, Timestamp};

const POLICIES: &str = r#"
[[policies]]
name = "standard"
[[policies.targets]]
metric = "first_response"
clock = "business"
within = { urgent = "1h", high = "2h", normal = "8h", "*" = "16h" }
[[policies.targets]]
metric = "resolution"
clock = "business"
within = { urgent = "8h", high = "24h", normal = "40h", "*" = "80h" }
"#;

fn sizes() -> Vec<usize> {
    match std::env::var("DESKMETRICS_BENCH_TICKETS").ok().and_then(|text| text.parse().ok()) {
        Some(tickets) => vec![tickets],
        None => vec![10_000, 100_000, 1_000_000],
    }
}

/// So many seconds after Monday, 2 March 2026, 09:00 UTC; tickets come every second.
fn at(seconds: usize) -> Timestamp {
    let start: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap_or(Timestamp::MAX);
    let seconds = TimeDelta::seconds(i64::try_from(seconds).unwrap_or(i64::MAX));
    start.to_utc().checked_add_signed(seconds).map_or(Timestamp::MAX, Into::into)
}

fn no_tickets() -> TrackedTickets {
    let policies: SlaPolicies = toml::from_str(POLICIES).unwrap_or_default();
    assert_eq!(policies.policies.len(), 1, "the policies are readable");
    let schedule = Schedule::parse("Europe/Copenhagen", "Mo-Fr 09:00-17:00").expect("readable hours");
    let replay = Replay::new(Timestamp::MAX).with_schedule(schedule.compile()).with_policies(policies);
    TrackedTickets::new(replay).with_gauges_by([Attribute::Market])
}

fn ticket(number: usize) -> Ticket {
    let priority = ["urgent", "high", "normal", "low"][number % 4];
    let market = ["DK", "ES", "DE", "GB", "US"][number % 5];
    Ticket::new(format!("T-{number}"), at(number))
        .with_requester(format!("customer-{}", number / 3))
        .with_attribute(Attribute::Priority, priority)
        .with_attribute(Attribute::Market, market)
        .with_attribute(Attribute::Channel, "mail")
}

/// The event of a ticket so many seconds after its creation.
fn event(number: usize, after: usize, author: Author, kind: EventKind) -> TicketEvent {
    let name = if author == Author::Agent { format!("agent-{}", number % 50) } else { "customer".to_owned() };
    TicketEvent::new(format!("T-{number}"), at(number + after), author, kind)
        .with_id(format!("{number}-{after}"))
        .with_author_name(name)
}

/// The kinds of events in the order in which a ticket has them.
fn events(number: usize) -> [(&'static str, TicketEvent); 6] {
    let status = |status| EventKind::Status(status);
    [
        (
            "assigned",
            event(
                number,
                600,
                Author::System,
                EventKind::Changed {
                    attribute: Attribute::Assignee,
                    to: Some(format!("agent-{}", number % 50).into()),
                },
            ),
        ),
        ("agent's reply", event(number, 1800, Author::Agent, EventKind::PublicMessage)),
        ("pending", event(number, 1801, Author::Agent, status(Status::Pending))),
        ("customer's message", event(number, 9000, Author::Customer, EventKind::PublicMessage)),
        ("open", event(number, 9001, Author::System, status(Status::Open))),
        ("solved", event(number, 20_000, Author::Agent, status(Status::Solved))),
    ]
}

/// Open tickets, half of them waiting for the customer.
fn open_tickets(count: usize) -> TrackedTickets {
    let mut tickets = no_tickets();
    for number in 0..count {
        tickets.open(ticket(number)).expect("a new ticket");
    }
    for number in 0..count {
        let known = if number % 2 == 0 { 3 } else { 5 };
        for (_, event) in events(number).into_iter().take(known) {
            tickets.observe(&event).expect("an event in order");
        }
    }
    tickets
}

fn nanoseconds(spent: Duration, each: usize) -> String {
    format!("{:.0}", spent.as_secs_f64() * 1e9 / each as f64)
}

/// A row of the README's table.
fn print_figures(count: usize) {
    let mut tickets = None;
    let memory = allocation_counter::measure(|| tickets = Some(open_tickets(count)));
    let Some(mut tickets) = tickets else { return };
    let bytes = memory.bytes_current / i64::try_from(count).unwrap_or(i64::MAX);

    // The events of other tickets than the last ones, as in a service.
    let (few, step) = (count.min(50_000), count.div_ceil(50_000));
    let new: Vec<Ticket> = (count..count + few).map(ticket).collect();
    let started = Instant::now();
    for ticket in new {
        black_box(tickets.open(ticket)).expect("a new ticket");
    }
    let mut figures = vec![nanoseconds(started.elapsed(), few)];
    let mut fresh = no_tickets();
    for number in 0..count {
        fresh.open(ticket(number)).expect("a new ticket");
    }
    for place in 0..6 {
        let of_kind: Vec<TicketEvent> = (0..count)
            .step_by(step)
            .filter_map(|number| events(number).into_iter().nth(place).map(|(_, event)| event))
            .collect();
        let started = Instant::now();
        for event in &of_kind {
            black_box(fresh.observe(event)).expect("an event in order");
        }
        figures.push(nanoseconds(started.elapsed(), of_kind.len()));
    }
    let started = Instant::now();
    for _ in 0..1000 {
        black_box(tickets.next_change());
    }
    figures.push(nanoseconds(started.elapsed(), 1000));
    let started = Instant::now();
    for _ in 0..100 {
        black_box(tickets.to_open_metrics());
    }
    figures.push(format!("{:.0} µs", started.elapsed().as_secs_f64() * 1e6 / 100.0));
    eprintln!("| {count} | {bytes} | {} |", figures.join(" | "));
}

fn bench(criterion: &mut Criterion) {
    let names: Vec<&str> = events(0).map(|(name, _)| name).to_vec();
    eprintln!("| open tickets | bytes a ticket | created | {} | next_change | gauges |", names.join(" | "));
    for count in sizes() {
        print_figures(count);
    }
    for count in sizes() {
        let mut tickets = open_tickets(count);
        let mut group = criterion.benchmark_group(format!("{count} open tickets"));
        group.sample_size(10);
        let mut next = 0;
        group.bench_function("customer's message", |bencher| {
            bencher.iter_batched(
                || {
                    next += 1;
                    event(next % count, 100_000 + next, Author::Customer, EventKind::PublicMessage)
                },
                |event| tickets.observe(&event).expect("an event in order"),
                criterion::BatchSize::SmallInput,
            );
        });
        group.bench_function("next_change", |bencher| bencher.iter(|| black_box(tickets.next_change())));
        group.bench_function("gauges", |bencher| bencher.iter(|| black_box(tickets.to_open_metrics())));
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
