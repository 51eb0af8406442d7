//! People whose names tickets can be sliced by.

use super::step::UNWATCHED;
use crate::ticket::Attribute;

/// A person whose action a KPI measures. Their name becomes an attribute of the ticket at the cut-off.
///
/// The assignee at the cut-off may be another person. A ticket that Kim answers and Lee solves counts for Kim in the
/// first response time by first responder, and for Lee in the resolution time by solver.
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
///     event("2026-03-02T09:30:00Z", Author::Agent, EventKind::PublicMessage).with_author_name("Kim"),
///     event("2026-03-02T10:00:00Z", Author::Agent, assigned("Lee")),
/// ];
/// let as_of = at("2026-03-03T00:00:00Z");
/// let replay = Replay::new(as_of).with_actors([Actor::FirstResponder]);
/// let outcome = replay.tickets(&[ticket], &events);
///
/// let by = Actor::FirstResponder.attribute();
/// let report = Report::builder(as_of).with_kpi(KpiRequest::new("first_response_time")).with_slices([by]).build().unwrap();
/// let table = report.run(&outcome.tickets, &[], &[]).unwrap().table();
/// let row = table.slices().find(|row| row.headline).unwrap();
/// assert_eq!((row.keys.label().as_str(), row.value), ("Kim", Some(1_800.0)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Actor {
    /// The author of the first public reply, which ends the first response time: attribute `first_responder`.
    FirstResponder,
    /// The author of the last solve: attribute `solved_by`.
    Solver,
    /// The author of each response: attribute `responder`. A ticket can have several responders, so the attribute has
    /// no single value. A report sliced by it counts each response for its author, and each wait without a response
    /// for no one. Only KPIs that [count responses](crate::kpi::Kpi::counts_responses) can be sliced by it.
    ///
    /// ```
    /// use deskmetrics::replay::{Actor, Replay};
    /// use deskmetrics::report::{KpiRequest, Report};
    /// use deskmetrics::ticket::{Author, EventKind};
    /// use deskmetrics::{Ticket, TicketEvent, Timestamp};
    ///
    /// let at = |text: &str| text.parse::<Timestamp>().unwrap();
    /// let message = |time, author| TicketEvent::new("T-1", at(time), author, EventKind::PublicMessage);
    /// let ticket = Ticket::new("T-1", at("2026-03-02T09:00:00Z"));
    /// let events = [
    ///     message("2026-03-02T09:30:00Z", Author::Agent).with_author_name("Kim"),
    ///     message("2026-03-02T10:00:00Z", Author::Customer),
    ///     message("2026-03-02T10:10:00Z", Author::Agent).with_author_name("Lee"),
    ///     message("2026-03-02T11:00:00Z", Author::Customer),
    /// ];
    /// let as_of = at("2026-03-02T12:00:00Z");
    /// let outcome = Replay::new(as_of).tickets(&[ticket], &events);
    ///
    /// let responder = [Actor::Responder.attribute()];
    /// let report = Report::builder(as_of).with_kpi(KpiRequest::new("response_time")).with_slices(responder).build()?;
    /// let table = report.run(&outcome.tickets, &[], &[])?.table();
    /// let means = table.slices().filter(|row| &*row.measure == "mean");
    /// let means: Vec<_> = means.map(|row| (row.keys.label(), row.value)).collect();
    /// let expected = [("Kim", Some(1_800.0)), ("Lee", Some(600.0)), ("(none)", None)]; // the last message has no answer
    /// assert_eq!(means, expected.map(|(name, mean)| (name.to_owned(), mean)));
    /// # Ok::<(), deskmetrics::report::ReportError>(())
    /// ```
    Responder,
}

impl Actor {
    /// All actors.
    pub const ALL: [Self; 3] = [Self::FirstResponder, Self::Solver, Self::Responder];

    /// The attribute that contains the person's name.
    pub fn attribute(self) -> Attribute {
        Attribute::Custom(self.name().into())
    }

    /// The actor of an attribute, if it is one of these.
    pub fn of(attribute: &Attribute) -> Option<Self> {
        Self::ALL.into_iter().find(|actor| attribute.as_str() == actor.name())
    }

    const fn name(self) -> &'static str {
        match self {
            Self::FirstResponder => "first_responder",
            Self::Solver => "solved_by",
            Self::Responder => "responder",
        }
    }
}

/// The numbers of the actors' attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Credited(pub(crate) [u16; Actor::ALL.len()]);

impl Credited {
    /// The actor of an attribute's number.
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
