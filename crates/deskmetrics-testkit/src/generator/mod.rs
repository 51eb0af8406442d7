//! Generates tickets, events and surveys of a care team from a seed.
//!
//! The same settings give the same records on every machine: the draws are whole numbers from a generator with
//! a stable stream, and no system clock, zone or mathematics library takes part.

mod arrival;
mod company;
mod draw;
mod export;
mod feedback;
mod history;
mod settings;

use deskmetrics::{Invitation, SurveyResponse, Ticket, TicketEvent, Timestamp};

pub use export::{mixture, read_exported};
pub use settings::Generator;

use arrival::Arrival;
use history::{TicketHistory, World};

/// The output of a [`Generator`].
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// In order of creation.
    pub tickets: Vec<Ticket>,
    /// Ticket after ticket in the order of `tickets`, each ticket's in order of time.
    pub events: Vec<TicketEvent>,
    /// Ticket surveys in the order of `tickets`, then the NPS surveys.
    pub invitations: Vec<Invitation>,
    /// In the order of `invitations`.
    pub responses: Vec<SurveyResponse>,
    /// The cut-off: midnight UTC after the last day. Later events are not included.
    pub as_of: Timestamp,
}

/// One ticket with its events and survey.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// The ticket as it was created.
    pub ticket: Ticket,
    /// Its events, in order of time.
    pub events: Vec<TicketEvent>,
    /// The survey about it, if one was sent.
    pub invitation: Option<Invitation>,
    /// The answer to that survey, if one came.
    pub response: Option<SurveyResponse>,
}

impl Generator {
    /// Everything at once. Millions of tickets take some hundred bytes an event: see [`stories`](Self::stories).
    pub fn generate(&self) -> Sample {
        let mut sample = Sample {
            tickets: Vec::with_capacity(self.tickets),
            events: Vec::new(),
            invitations: Vec::new(),
            responses: Vec::new(),
            as_of: self.as_of(),
        };
        for story in self.stories() {
            sample.tickets.push(story.ticket);
            sample.events.extend(story.events);
            sample.invitations.extend(story.invitation);
            sample.responses.extend(story.response);
        }
        for (invitation, response) in feedback::relationship(self) {
            sample.invitations.push(invitation);
            sample.responses.extend(response);
        }
        sample
    }

    /// The tickets one after another in order of creation, without keeping them.
    pub fn stories(&self) -> impl Iterator<Item = Story> + use<> {
        let world = World::new(self.seed, self.start, self.days, self.as_of());
        let arrivals = arrival::arrivals(self);
        (0..arrivals.len()).map(move |place| story(&world, &arrivals, place))
    }
}

fn story(world: &World, arrivals: &[Arrival], place: usize) -> Story {
    let arrival = &arrivals[place];
    let history = history::simulate(world, arrivals, place);
    let survey = feedback::after_solve(world, arrival, place, &history);
    let TicketHistory { ticket, mut events, .. } = history;
    let (invitation, response) = match survey {
        Some((invitation, response)) => {
            events.extend(feedback::events(&ticket, &invitation, response.as_ref()));
            (Some(invitation), response)
        }
        None => (None, None),
    };
    events.sort_by_key(|event| event.at);
    for (event, sequence) in events.iter_mut().zip(0..) {
        event.sequence = sequence;
    }
    Story { ticket, events, invitation, response }
}
