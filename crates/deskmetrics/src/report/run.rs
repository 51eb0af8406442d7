//! Feeding a report with records.

use std::collections::{BTreeSet, HashMap};

use super::ReportError;
use super::builder::{Report, is_responder};
use super::state::ReportState;
use crate::kpi::did_you_mean;
use crate::survey::LinkedAnswers;
use crate::ticket::{Attribute, Attributes, TicketId};
use crate::{Excluded, Invitation, Reason, Replayed, SurveyResponse, Ticket};

impl Report {
    /// An empty state, to be fed record by record.
    pub fn state(&self) -> ReportState {
        ReportState::new(self.clone())
    }

    /// Feeds all records, in one pass; see [`ReportState::push_records`].
    ///
    /// ```
    /// use deskmetrics::report::{KpiRequest, Report};
    /// use deskmetrics::ticket::Attribute;
    /// use deskmetrics::{Scale, SurveyResponse};
    ///
    /// let answer = SurveyResponse::new("nps", Some(9)).with_attribute(Attribute::Market, "DK");
    /// let nps = KpiRequest::new("nps").with_question("nps", Scale::nps());
    /// let misspelt = Report::undated().with_kpi(nps).with_slices(["markte"]).build()?;
    /// let error = misspelt.run(&[], &[answer], &[]).unwrap_err().to_string();
    /// assert!(error.contains("did you mean \"market\"?"), "{error}");
    /// # Ok::<(), deskmetrics::report::ReportError>(())
    /// ```
    ///
    /// # Errors
    /// When there are records, and none has a [custom](Attribute::Custom) attribute that the report slices or restricts by. Feed
    /// a part of the data, which may lack one, with [`ReportState::push_records`].
    pub fn run(
        &self,
        tickets: &[Replayed],
        responses: &[SurveyResponse],
        invitations: &[Invitation],
    ) -> Result<ReportState, ReportError> {
        let of_tickets = tickets.iter().map(|ticket| &ticket.ticket.attributes);
        let of_answers = responses.iter().map(|response| &response.attributes);
        let of_sent = invitations.iter().map(|invitation| &invitation.attributes);
        self.check_attributes(of_tickets.chain(of_answers).chain(of_sent))?;
        let mut state = self.state();
        state.push_records(tickets, responses, invitations);
        Ok(state)
    }

    /// That some of the records has each custom attribute, if there are records.
    fn check_attributes<'a>(
        &self,
        records: impl Iterator<Item = &'a Attributes> + Clone,
    ) -> Result<(), ReportError> {
        let custom =
            |attribute: &&&Attribute| matches!(attribute, Attribute::Custom(_)) && !is_responder(attribute);
        let known = |attribute: &Attribute| {
            let mut records = records.clone().peekable();
            records.peek().is_none() || records.any(|record| record.get(attribute).is_some())
        };
        let sliced = self.sliced_by();
        let Some(unknown) = sliced.iter().filter(custom).find(|attribute| !known(attribute)) else {
            return Ok(());
        };
        let present: BTreeSet<&Attribute> = records.flat_map(Attributes::iter).map(|(one, _)| one).collect();
        let present: Vec<&str> = present.into_iter().map(Attribute::as_str).collect();
        Err(ReportError::UnknownAttribute {
            why: format!(
                "no record has an attribute \"{unknown}\"{}; present are {}; feed a part of the data, which may lack it, with \
                 ReportState::push_records",
                did_you_mean(unknown.as_str(), &present),
                if present.is_empty() { "none".to_owned() } else { present.join(", ") }
            ),
            attribute: unknown.to_string(),
        })
    }
}

impl ReportState {
    /// Feeds records, in one pass. Surveys have the attributes of their tickets, which are found by ticket id, and answers
    /// answer their invitations, by invitation id (see [`LinkedAnswers`]). Links to tickets or invitations that are not among
    /// these records are counted in [`links_excluded`](super::ReportTable::links_excluded), if there are any tickets or
    /// invitations at all.
    pub fn push_records(
        &mut self,
        tickets: &[Replayed],
        responses: &[SurveyResponse],
        invitations: &[Invitation],
    ) {
        for ticket in tickets {
            self.push_ticket(ticket);
        }
        let directory: HashMap<&str, &Ticket> =
            tickets.iter().map(|ticket| (ticket.ticket.id.as_str(), &ticket.ticket)).collect();
        let inherits = self.report.settings.surveys_inherit;
        let any = |ticket: Option<&TicketId>| directory.get(ticket?.as_str()).copied();
        let of = |ticket: Option<&TicketId>| any(ticket).filter(|_| inherits);
        for response in responses {
            // An answer without a date is not before its ticket, also where it does not take the ticket's attributes.
            let created = any(response.ticket.as_ref()).map(|ticket| ticket.created_at);
            self.push_answer(response, of(response.ticket.as_ref()), created);
        }
        let linked =
            if invitations.is_empty() { LinkedAnswers::default() } else { LinkedAnswers::of(responses) };
        for invitation in invitations {
            self.push_invitation(&linked.apply(invitation), of(invitation.ticket.as_ref()));
        }
        if !invitations.is_empty() {
            self.exclude_links(&LinkedAnswers::unknown(responses, invitations));
        }
        let about = responses.iter().filter_map(|response| response.ticket.as_ref());
        let about = about.chain(invitations.iter().filter_map(|invitation| invitation.ticket.as_ref()));
        if !tickets.is_empty() {
            let mut unknown = Excluded::default();
            about
                .filter(|id| !directory.contains_key(id.as_str()))
                .for_each(|_| unknown.add(Reason::UnknownTicket));
            self.exclude_links(&unknown);
        }
    }
}
