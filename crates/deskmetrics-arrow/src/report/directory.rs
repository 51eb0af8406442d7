//! The tickets that answers and surveys sent are about, to take attributes from.

use deskmetrics::report::Report;
use deskmetrics::ticket::{Attribute, Attributes, Ticket};
use hashbrown::HashMap;

use super::place::{Keys, NO_TICKET};
use crate::ReadError;
use crate::frame::TicketFrame;
use crate::frame::id::{Id, Ids};

/// Finds a ticket's attributes by its id.
#[derive(Debug)]
pub(super) struct Directory<'f> {
    frame: &'f TicketFrame,
    keys: Keys<'f>,
    /// Tickets read one by one, by id.
    read: HashMap<&'f str, (usize, &'f Attributes)>,
}

/// What a survey can take from its ticket.
#[derive(Debug, Clone, Copy)]
pub(super) enum Owner<'d, 'f> {
    /// There is no ticket to take anything from.
    Nobody,
    /// The ticket of a row.
    Row(&'d Directory<'f>, usize, usize),
    /// A ticket that was read one by one.
    Read(usize, &'f Attributes),
}

impl<'f> Directory<'f> {
    /// The directory, where the report needs one.
    pub(super) fn of(report: &Report, frame: Option<&'f TicketFrame>) -> Result<Option<Self>, ReadError> {
        let Some(frame) = frame.filter(|_| report.surveys_inherit() && !report.sliced_by().is_empty()) else {
            return Ok(None);
        };
        let keys = Keys::of(report, |attribute| frame.codes(attribute))?;
        let (tickets, _) = frame.read_one_by_one();
        let entry = |(place, ticket): (usize, &'f Ticket)| (ticket.id.as_str(), (place, &ticket.attributes));
        Ok(Some(Self { frame, keys, read: tickets.iter().enumerate().map(entry).collect() }))
    }

    /// The ticket a row of surveys is about.
    pub(super) fn owner(&self, tickets: &Ids, row: usize) -> Owner<'_, 'f> {
        let id = match tickets.get(row) {
            None => return Owner::Nobody,
            Some(Id::Text(text)) if text.trim().is_empty() => return Owner::Nobody,
            Some(Id::Text(text)) => Id::Text(text.trim()),
            Some(whole) => whole,
        };
        if let Some(found) = self.frame.index().row(self.frame.ids(), id) {
            let (part, row) = self.frame.ids().part_of(found);
            let clean = self.frame.parts().get(part).and_then(|part| part.clean.as_ref());
            if clean.is_none_or(|clean| clean.value(row)) {
                return Owner::Row(self, part, row);
            }
        }
        let text = match id {
            Id::Whole(number) => &*number.to_string(),
            Id::Text(text) => text,
        };
        match self.read.get(text) {
            Some((place, attributes)) => Owner::Read(*place, attributes),
            None => Owner::Nobody,
        }
    }
}

impl<'f> Owner<'_, 'f> {
    /// A number for what can be taken: equal numbers, equal values.
    pub(super) fn combination(self) -> u64 {
        match self {
            Self::Nobody => NO_TICKET,
            Self::Row(directory, part, row)
                if directory.keys.combinations().is_some_and(|all| all < 1 << 62) =>
            {
                directory.keys.of_row(part, row)
            }
            Self::Row(directory, part, row) => 1 << 62 | (directory.frame.ids().first_row(part) + row) as u64,
            Self::Read(place, _) => 3 << 62 | place as u64,
        }
    }

    /// The value of an attribute.
    pub(super) fn value(self, attribute: &Attribute) -> Option<&'f str> {
        match self {
            Self::Nobody => None,
            Self::Row(directory, part, row) => directory.keys.value_of_row(part, row, attribute),
            Self::Read(_, attributes) => attributes.get(attribute),
        }
    }
}
