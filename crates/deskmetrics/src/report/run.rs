//! Feeding a report with records.

use std::collections::{HashMap, HashSet};

use super::builder::Report;
use super::state::ReportState;
use crate::survey::LinkedAnswers;
use crate::ticket::TicketId;
use crate::{Excluded, Invitation, Reason, Replayed, SurveyResponse, Ticket};

impl Report {
    /// An empty state, to be fed record by record.
    pub fn state(&self) -> ReportState {
        ReportState::new(self.clone())
    }

    /// Feeds all records, in one pass. Surveys find the attributes of their tickets by ticket id, and answers their
    /// invitations by invitation id (see [`LinkedAnswers`]). Links to tickets or invitations that are not there are counted in
    /// [`links_excluded`](super::ReportTable::links_excluded), if there are any tickets or invitations at all.
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
        let mut directory: HashMap<&str, &Ticket> = HashMap::new();
        if self.settings.surveys_inherit && !self.sliced_by().is_empty() {
            directory.extend(tickets.iter().map(|ticket| (ticket.ticket.id.as_str(), &ticket.ticket)));
        }
        let of = |ticket: Option<&TicketId>| directory.get(ticket?.as_str()).copied();
        for (number, response) in responses.iter().enumerate() {
            if !asked(number) {
                return None;
            }
            state.push_response(response, of(response.ticket.as_ref()));
        }
        let linked =
            if invitations.is_empty() { LinkedAnswers::default() } else { LinkedAnswers::of(responses) };
        for (number, invitation) in invitations.iter().enumerate() {
            if !asked(number) {
                return None;
            }
            state.push_invitation(&linked.apply(invitation), of(invitation.ticket.as_ref()));
        }
        if !invitations.is_empty() {
            state.exclude_links(&LinkedAnswers::unknown(responses, invitations));
        }
        let about = responses.iter().filter_map(|response| response.ticket.as_ref());
        let about = about.chain(invitations.iter().filter_map(|invitation| invitation.ticket.as_ref()));
        if !tickets.is_empty() {
            let known: HashSet<&str> = tickets.iter().map(|ticket| ticket.ticket.id.as_str()).collect();
            let mut unknown = Excluded::default();
            about.filter(|id| !known.contains(id.as_str())).for_each(|_| unknown.add(Reason::UnknownTicket));
            state.exclude_links(&unknown);
        }
        Some(state)
    }
}
