//! Feeding a report with records.

use std::collections::HashMap;

use super::builder::Report;
use super::state::ReportState;
use crate::ticket::{Attributes, TicketId};
use crate::{Invitation, Replayed, SurveyResponse};

impl Report {
    /// An empty state, to be fed record by record.
    pub fn state(&self) -> ReportState {
        ReportState::new(self.clone())
    }

    /// Feeds all records, in one pass; surveys find the attributes of their tickets by ticket id.
    pub fn run(
        &self,
        tickets: &[Replayed],
        responses: &[SurveyResponse],
        invitations: &[Invitation],
    ) -> ReportState {
        self.run_while(tickets, responses, invitations, || true).unwrap_or_else(|| self.state())
    }

    /// The same while `go_on` says so, which is asked every few thousand records; `None` once it does not.
    pub fn run_while(
        &self,
        tickets: &[Replayed],
        responses: &[SurveyResponse],
        invitations: &[Invitation],
        mut go_on: impl FnMut() -> bool,
    ) -> Option<ReportState> {
        const ASKED_EVERY: usize = 1 << 12;
        let mut asked = |number: usize| !number.is_multiple_of(ASKED_EVERY) || go_on();
        let mut state = self.state();
        for (number, ticket) in tickets.iter().enumerate() {
            if !asked(number) {
                return None;
            }
            state.push_ticket(ticket);
        }
        let mut directory: HashMap<&str, &Attributes> = HashMap::new();
        if self.settings.surveys_inherit && !self.sliced_by().is_empty() {
            directory
                .extend(tickets.iter().map(|ticket| (ticket.ticket.id.as_str(), &ticket.ticket.attributes)));
        }
        let of = |ticket: Option<&TicketId>| directory.get(ticket?.as_str()).copied();
        for (number, response) in responses.iter().enumerate() {
            if !asked(number) {
                return None;
            }
            state.push_response(response, of(response.ticket.as_ref()));
        }
        for (number, invitation) in invitations.iter().enumerate() {
            if !asked(number) {
                return None;
            }
            state.push_invitation(invitation, of(invitation.ticket.as_ref()));
        }
        Some(state)
    }
}
