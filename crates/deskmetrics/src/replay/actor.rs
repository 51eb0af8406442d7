//! People by whose names tickets can be sliced.

use super::step::UNWATCHED;
use crate::ticket::Attribute;

/// A person who did something that a KPI measures, whose name is an attribute of the ticket at the cut-off.
///
/// The assignee at the cut-off may be another person: a ticket that Kim answers and Lee solves counts for Kim in the first
/// response time by first responder, and for Lee in the resolution time by who solved it.
///
/// ```
/// use deskmetrics::replay::{Actor, Replay};
/// use deskmetrics::report::{KpiRequest, Report};
/// use deskmetrics::ticket::{Attribute, Author, EventKind};
/// use deskmetrics::{Ticket, TicketEvent, Timestamp};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let assigned = |name: &str| EventKind::Changed { attribute: Attribute::Assignee, to: Some(name.into()) };
/// let event = |time, author, kind| TicketEvent::new("T-1", at(time), author, kind);
/// let ticket = Ticket::new("T-1", at("2026-03-02T09:00:00Z"));
/// let events = [
///     event("2026-03-02T09:05:00Z", Author::System, assigned("Kim")),
///     event("2026-03-02T09:30:00Z", Author::Agent, EventKind::PublicMessage).by("Kim"),
///     event("2026-03-02T10:00:00Z", Author::Agent, assigned("Lee")),
/// ];
/// let as_of = at("2026-03-03T00:00:00Z");
/// let replay = Replay::new(as_of).crediting([Actor::FirstResponder]);
/// let outcome = replay.tickets(&[ticket], &events);
///
/// let by = Actor::FirstResponder.attribute();
/// let report = Report::builder(as_of).kpi(KpiRequest::new("first_response_time")).by([by]).build().unwrap();
/// let table = report.run(&outcome.tickets, &[], &[]).unwrap().table();
/// let row = table.slices().find(|row| row.headline).unwrap();
/// assert_eq!((row.keys.label().as_str(), row.value), ("Kim", Some(1_800.0)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Actor {
    /// Who gave the first public reply, the one that ended the first response time: attribute `first_responder`.
    FirstResponder,
    /// Who solved the ticket last: attribute `solved_by`.
    Solver,
}

impl Actor {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::FirstResponder, Self::Solver];

    /// The attribute with the person's name.
    pub fn attribute(self) -> Attribute {
        Attribute::Custom(self.name().into())
    }

    /// The actor whose name an attribute is.
    pub fn of(attribute: &Attribute) -> Option<Self> {
        Self::ALL.into_iter().find(|actor| attribute.as_str() == actor.name())
    }

    const fn name(self) -> &'static str {
        match self {
            Self::FirstResponder => "first_responder",
            Self::Solver => "solved_by",
        }
    }
}

/// The numbers of the attributes of credited actors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Credited(pub(crate) [u16; Actor::ALL.len()]);

impl Credited {
    /// The credited actor of an attribute's number.
    pub(crate) fn actor(self, attribute: u16) -> Option<Actor> {
        if attribute == UNWATCHED {
            return None;
        }
        Actor::ALL.into_iter().zip(self.0).find(|(_, number)| *number == attribute).map(|(actor, _)| actor)
    }

    pub(crate) fn any(self) -> bool {
        self.0.iter().any(|number| *number != UNWATCHED)
    }
}
