//! The log of tickets and events in SQLite, and snapshots of the open tickets.

use std::path::Path;

use deskmetrics::ticket::TicketId;
use deskmetrics::{Ticket, TicketEvent, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use crate::error::ServiceError;

/// A record that a help desk delivers: `{"created": {..}}` or `{"event": {..}}`, in the data forms of the library.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Delivery {
    /// A ticket as it was created.
    Created(Ticket),
    /// An event of a ticket, with an id, by which a second delivery is known.
    Event(TicketEvent),
}

impl Delivery {
    pub(crate) fn ticket(&self) -> &TicketId {
        match self {
            Self::Created(ticket) => &ticket.id,
            Self::Event(event) => &event.ticket,
        }
    }

    pub(crate) fn at(&self) -> Timestamp {
        match self {
            Self::Created(ticket) => ticket.created_at,
            Self::Event(event) => event.at,
        }
    }

    /// The id of an event; empty for the creation, of which a ticket has one.
    pub(crate) fn event_id(&self) -> &str {
        match self {
            Self::Created(_) => "",
            Self::Event(event) => event.id.as_deref().unwrap_or_default(),
        }
    }
}

/// How a delivery was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Received {
    New,
    /// Delivered before.
    Duplicate,
    /// Delivered before with other content, which remains.
    Conflict,
}

/// A ticket with its events, in the order of delivery.
pub(crate) type History = (Option<Ticket>, Vec<TicketEvent>);

/// The database. The log is the truth; a snapshot only saves time at the next start.
#[derive(Debug)]
pub(crate) struct Store(Connection);

const TABLES: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS log (
        position INTEGER PRIMARY KEY AUTOINCREMENT, -- 1, 2, 3 ..: nothing is deleted
        ticket TEXT NOT NULL,
        event TEXT NOT NULL, -- its id; empty for the creation
        at INTEGER NOT NULL, -- microseconds since 1970
        record TEXT NOT NULL,
        UNIQUE (ticket, event)
    );
    CREATE INDEX IF NOT EXISTS log_by_time ON log (at, ticket);
    CREATE TABLE IF NOT EXISTS snapshot (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        position INTEGER NOT NULL,
        tickets BLOB NOT NULL
    );
";

impl Store {
    pub(crate) fn open(path: &Path) -> Result<Self, ServiceError> {
        let connection = Connection::open(path)?;
        connection.execute_batch(TABLES)?;
        Ok(Self(connection))
    }

    /// Adds deliveries to the log: all of them, or none. Once it returns, they are stored.
    pub(crate) fn append(&mut self, deliveries: &[Delivery]) -> Result<Vec<Received>, ServiceError> {
        let transaction = self.0.transaction()?;
        let mut received = Vec::with_capacity(deliveries.len());
        {
            let mut stored =
                transaction.prepare_cached("SELECT record FROM log WHERE ticket = ?1 AND event = ?2")?;
            let mut insert = transaction
                .prepare_cached("INSERT INTO log (ticket, event, at, record) VALUES (?1, ?2, ?3, ?4)")?;
            for delivery in deliveries {
                let (ticket, event) = (delivery.ticket().as_str(), delivery.event_id());
                let before = stored.query_row([ticket, event], text).optional()?;
                received.push(match before {
                    None => {
                        let record = serde_json::to_string(delivery)?;
                        insert.execute(params![ticket, event, delivery.at().as_micros(), record])?;
                        Received::New
                    }
                    Some(before) if read(&before)? == *delivery => Received::Duplicate,
                    Some(_) => Received::Conflict,
                });
            }
        }
        transaction.commit()?;
        Ok(received)
    }

    /// The records after a position, in the order of delivery, at most 1,000.
    pub(crate) fn after(&self, position: i64) -> Result<Vec<(i64, Delivery)>, ServiceError> {
        let sql = "SELECT position, record FROM log WHERE position > ?1 ORDER BY position LIMIT 1000";
        let mut select = self.0.prepare_cached(sql)?;
        let rows = select.query_map([position], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
        rows.map(|row| row.map_err(ServiceError::from).and_then(|(at, text)| Ok((at, read(&text)?))))
            .collect()
    }

    /// A ticket, if its creation was delivered by a position, and its events delivered by then.
    pub(crate) fn history(&self, ticket: &TicketId, position: i64) -> Result<History, ServiceError> {
        let sql = "SELECT record FROM log WHERE ticket = ?1 AND position <= ?2 ORDER BY position";
        let mut select = self.0.prepare_cached(sql)?;
        let records = select.query_map(params![ticket.as_str(), position], text)?;
        let (mut tickets, events) = split(records)?;
        Ok((tickets.pop(), events))
    }

    /// The tickets with a record from a timestamp on, and those of `also`, each with all its events.
    pub(crate) fn histories(
        &self,
        from: Timestamp,
        also: &[TicketId],
    ) -> Result<(Vec<Ticket>, Vec<TicketEvent>), ServiceError> {
        let sql = "SELECT record FROM log WHERE ticket IN (
                SELECT ticket FROM log WHERE at >= ?1 UNION SELECT value FROM json_each(?2)
            ) ORDER BY position";
        let mut select = self.0.prepare_cached(sql)?;
        let also = serde_json::to_string(also)?;
        let records = select.query_map(params![from.as_micros(), also], text)?;
        split(records)
    }

    /// The timestamp of the earliest record.
    pub(crate) fn first(&self) -> Result<Option<Timestamp>, ServiceError> {
        let micros: Option<i64> = self.0.query_row("SELECT min(at) FROM log", [], |row| row.get(0))?;
        Ok(micros.and_then(Timestamp::from_micros))
    }

    /// Stores the open tickets as of a position of the log, in place of the previous ones.
    pub(crate) fn save(&self, position: i64, tickets: &[u8]) -> Result<(), ServiceError> {
        let sql = "INSERT OR REPLACE INTO snapshot (id, position, tickets) VALUES (1, ?1, ?2)";
        self.0.execute(sql, params![position, tickets])?;
        Ok(())
    }

    /// The stored open tickets, with their position.
    pub(crate) fn snapshot(&self) -> Result<Option<(i64, Vec<u8>)>, ServiceError> {
        let sql = "SELECT position, tickets FROM snapshot";
        Ok(self.0.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
    }
}

fn text(row: &Row<'_>) -> rusqlite::Result<String> {
    row.get(0)
}

fn read(record: &str) -> Result<Delivery, ServiceError> {
    Ok(serde_json::from_str(record)?)
}

fn split(
    records: impl Iterator<Item = rusqlite::Result<String>>,
) -> Result<(Vec<Ticket>, Vec<TicketEvent>), ServiceError> {
    let (mut tickets, mut events) = (Vec::new(), Vec::new());
    for record in records {
        match read(&record?)? {
            Delivery::Created(ticket) => tickets.push(ticket),
            Delivery::Event(event) => events.push(event),
        }
    }
    Ok((tickets, events))
}
