//! Tickets and their events as columns, replayed ticket by ticket through the core's own state machine.
//!
//! [`EventLog::new`] decodes the columns and arranges the events by ticket; then the log is asked, as often as one likes:
//! [`report`](EventLog::report), [`fcr`](EventLog::fcr), [`measures`](EventLog::measures) and
//! [`verdicts`](EventLog::verdicts) as record batches, or [`each`](EventLog::each) ticket by a visitor of one's own. The
//! numbers are those of [`Replay::tickets`](deskmetrics::replay::Replay::tickets) over the same records, to the last bit,
//! whatever the order of the rows, the encodings and the number of threads.
//!
//! ```
//! use std::sync::Arc;
//! use arrow_array::{ArrayRef, Int64Array, StringArray, TimestampSecondArray};
//! use deskmetrics::kpi::SlaAttainment;
//! use deskmetrics::replay::{Needs, Replay};
//! use deskmetrics::sla::SlaPolicies;
//! use deskmetrics::ticket::Attribute;
//! use deskmetrics::Timestamp;
//! use deskmetrics_arrow::replay::{EventColumns, EventLog, TicketColumns};
//!
//! let words = |words: Vec<&str>| Arc::new(StringArray::from(words)) as ArrayRef;
//! let instants = |at: Vec<i64>| Arc::new(TimestampSecondArray::from(at).with_timezone("UTC")) as ArrayRef;
//! let ids = |ids: Vec<i64>| Arc::new(Int64Array::from(ids)) as ArrayRef;
//!
//! let (id, created, market) = (ids(vec![1, 2]), instants(vec![0, 60]), words(vec!["DK", "ES"]));
//! let tickets = TicketColumns::new(&id, &created).attribute(Attribute::Market, &market);
//! let (ticket, at) = (ids(vec![2, 1, 1, 1]), instants(vec![9_000, 600, 4_200, 4_800]));
//! let (kind, value) = (words(vec!["status"; 4]), words(vec!["solved", "pending", "open", "solved"]));
//! let events = EventColumns::new(&ticket, &at, &kind).value(&value);
//!
//! let policies: SlaPolicies = toml::from_str(r#"
//!     [[policies]]
//!     name = "two hours, the customer's time not counted"
//!     targets = [{ metric = "requester_wait", within = "2h" }]
//! "#)?;
//! let as_of: Timestamp = "1970-01-02T00:00:00Z".parse()?;
//! let replay = Replay::new(as_of).with_policies(policies).needing(Needs::VERDICTS);
//! let log = EventLog::new(&tickets, &events, &replay)?;
//! let market = log.slot(&Attribute::Market).ok_or("a market")?;
//! let new = || vec![SlaAttainment::default(); log.codes()];
//! let (parts, _) = log.each(1, new, |by_market, ticket| {
//!     let attainment = &mut by_market[ticket.code(market) as usize];
//!     ticket.verdicts().for_each(|verdict| attainment.push_state(verdict.state()));
//! });
//! let percent = |code: u32| (log.text(code), parts[0][code as usize].percent());
//! assert_eq!((percent(1), percent(2)), ((Some("DK"), Some(100.0)), (Some("ES"), Some(0.0))));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What makes it quick
//! - Each distinct word is looked at once: kinds, statuses and authors become one number a row, all columns of a few thousand
//!   rows together, while they are in the cache.
//! - Rows that stand ticket by ticket and in the order of time, which the same scan tells, are neither copied nor sorted;
//!   others are dealt out by ticket, and sorted by time where a ticket's are not. Where ids are consecutive numbers, nothing
//!   is looked up.
//! - A replay that is [asked for little](deskmetrics::replay::Needs) follows little, takes usual tickets
//!   [the short way](deskmetrics::replay::Pass::run), and columns that nobody's answer depends on are not decoded.
//! - Tickets are split into ranges for the threads; what a ticket leaves behind in memory the next one writes over.
//!
//! A log larger than memory is an [`EventStream`].

mod coding;
mod columns;
mod customers;
mod fcr;
mod ids;
mod log;
mod meaning;
mod order;
mod outcome;
mod stream;

pub use columns::{EventColumns, TicketColumns};
pub use customers::Customers;
pub use log::{AttributeSlot, EventLog, ReplayedRow};
pub use stream::{EventStream, LogColumns, StreamError};
