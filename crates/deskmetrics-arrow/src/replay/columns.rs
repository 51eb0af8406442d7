//! Which column says what: of tickets, and of their events.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use deskmetrics::ticket::Attribute;
use deskmetrics::{Author, Status};

use crate::column::{Column, ColumnError};
use crate::description::Happenings;

/// Tickets, one a row, as columns. The roles are those of [`TicketSource`](crate::description::TicketSource).
#[derive(Debug, Clone)]
pub struct TicketColumns<'a> {
    pub(super) id: Column<'a>,
    pub(super) created_at: Column<'a>,
    pub(super) created_by: Option<Column<'a>>,
    pub(super) requester: Option<Column<'a>>,
    pub(super) tags: Option<(Column<'a>, String)>,
    pub(super) attributes: Vec<(Attribute, Column<'a>)>,
    pub(super) assume_tz: Option<Tz>,
}

impl<'a> TicketColumns<'a> {
    /// The id, as text or whole numbers, and the creation of each ticket.
    pub fn new(id: impl Into<Column<'a>>, created_at: impl Into<Column<'a>>) -> Self {
        Self {
            id: id.into().or_named("id"),
            created_at: created_at.into().or_named("created_at"),
            created_by: None,
            requester: None,
            tags: None,
            attributes: Vec::new(),
            assume_tz: None,
        }
    }

    /// Who created each: `customer`, `agent`, `bot`, `system` or `external`; a null says nothing.
    #[must_use]
    pub fn created_by(mut self, column: impl Into<Column<'a>>) -> Self {
        self.created_by = Some(column.into().or_named("created_by"));
        self
    }

    /// Who asks.
    #[must_use]
    pub fn requester(mut self, column: impl Into<Column<'a>>) -> Self {
        self.requester = Some(column.into().or_named("requester"));
        self
    }

    /// The tags of each in one text, with what stands between them.
    #[must_use]
    pub fn tags(mut self, column: impl Into<Column<'a>>, separator: impl Into<String>) -> Self {
        self.tags = Some((column.into().or_named("tags"), separator.into()));
        self
    }

    /// An attribute at creation: market, channel, priority or any other.
    #[must_use]
    pub fn attribute(mut self, attribute: impl Into<Attribute>, column: impl Into<Column<'a>>) -> Self {
        let attribute = attribute.into();
        let column = column.into().or_named(attribute.as_str().to_owned());
        self.attributes.retain(|(known, _)| *known != attribute);
        self.attributes.push((attribute, column));
        self
    }

    /// The zone of timestamps without one.
    #[must_use]
    pub fn assume_tz(mut self, zone: Tz) -> Self {
        self.assume_tz = Some(zone);
        self
    }
}

impl TicketColumns<'_> {
    /// That all columns have as many rows.
    pub(super) fn agree(&self) -> Result<(), ColumnError> {
        let others = [Some(&self.created_at), self.created_by.as_ref(), self.requester.as_ref()];
        let tags = self.tags.iter().map(|(column, _)| column);
        let attributes = self.attributes.iter().map(|(_, column)| column);
        others.into_iter().flatten().chain(tags).chain(attributes).try_for_each(|one| one.goes_with(&self.id))
    }
}

/// Events, one a row, as columns. The roles and words are those of [`EventSource`](crate::description::EventSource):
/// a row's kind is one of our own words (`public_message`, `status`, `changed group`, `solved` ...) or a word given a
/// meaning by [`kinds`](Self::kinds).
#[derive(Debug, Clone)]
pub struct EventColumns<'a> {
    pub(super) ticket: Column<'a>,
    pub(super) at: Column<'a>,
    pub(super) kind: Column<'a>,
    pub(super) value: Option<Column<'a>>,
    pub(super) author: Option<Column<'a>>,
    pub(super) author_name: Option<Column<'a>>,
    pub(super) id: Option<Column<'a>>,
    pub(super) kinds: BTreeMap<Box<str>, Happenings>,
    pub(super) statuses: BTreeMap<Box<str>, Status>,
    pub(super) authors: BTreeMap<Box<str>, Author>,
    pub(super) assume_tz: Option<Tz>,
}

impl<'a> EventColumns<'a> {
    /// The ticket, the instant and the kind of each event.
    pub fn new(
        ticket: impl Into<Column<'a>>,
        at: impl Into<Column<'a>>,
        kind: impl Into<Column<'a>>,
    ) -> Self {
        Self {
            ticket: ticket.into().or_named("ticket"),
            at: at.into().or_named("at"),
            kind: kind.into().or_named("kind"),
            value: None,
            author: None,
            author_name: None,
            id: None,
            kinds: BTreeMap::new(),
            statuses: BTreeMap::new(),
            authors: BTreeMap::new(),
            assume_tz: None,
        }
    }

    /// The new value, tag, status or other ticket, where the kind needs one.
    #[must_use]
    pub fn value(mut self, column: impl Into<Column<'a>>) -> Self {
        self.value = Some(column.into().or_named("value"));
        self
    }

    /// Who did it: `customer`, `agent`, `bot`, `system` or `external`; an agent if not said.
    #[must_use]
    pub fn author(mut self, column: impl Into<Column<'a>>) -> Self {
        self.author = Some(column.into().or_named("author"));
        self
    }

    /// The name of that person or bot.
    #[must_use]
    pub fn author_name(mut self, column: impl Into<Column<'a>>) -> Self {
        self.author_name = Some(column.into().or_named("author_name"));
        self
    }

    /// The event's own id, for dropping duplicates among a ticket's events.
    #[must_use]
    pub fn id(mut self, column: impl Into<Column<'a>>) -> Self {
        self.id = Some(column.into().or_named("event id"));
        self
    }

    /// What the source's own words for kinds mean.
    #[must_use]
    pub fn kinds<W: Into<Box<str>>>(mut self, words: impl IntoIterator<Item = (W, Happenings)>) -> Self {
        self.kinds.extend(words.into_iter().map(|(word, meaning)| (word.into(), meaning)));
        self
    }

    /// What the source's own words for statuses mean.
    #[must_use]
    pub fn statuses<W: Into<Box<str>>>(mut self, words: impl IntoIterator<Item = (W, Status)>) -> Self {
        self.statuses.extend(words.into_iter().map(|(word, meaning)| (word.into(), meaning)));
        self
    }

    /// What the source's own words for authors mean.
    #[must_use]
    pub fn authors<W: Into<Box<str>>>(mut self, words: impl IntoIterator<Item = (W, Author)>) -> Self {
        self.authors.extend(words.into_iter().map(|(word, meaning)| (word.into(), meaning)));
        self
    }

    /// The zone of timestamps without one.
    #[must_use]
    pub fn assume_tz(mut self, zone: Tz) -> Self {
        self.assume_tz = Some(zone);
        self
    }
}

impl EventColumns<'_> {
    /// That all columns have as many rows.
    pub(super) fn agree(&self) -> Result<(), ColumnError> {
        let others = [&self.value, &self.author, &self.author_name, &self.id];
        let others = others.into_iter().flatten().chain([&self.at, &self.kind]);
        others.into_iter().try_for_each(|one| one.goes_with(&self.ticket))
    }
}
