//! One KPI by itself, outside a report.

use serde::{Deserialize, Serialize};

use super::measure::{Measure, Places};
use super::tally::Tally;
use super::{Difference, KpiRequest, ReportError};
use crate::kpi::tally::Times;
use crate::kpi::{Definition, Reasons, ResponseRate};
use crate::live::{AgentShift, QueueContact};
use crate::ticket::Attributes;
use crate::{
    ClockKind, Comparison, Estimate, Estimates, Excluded, Invitation, Merge, Ratio, Reason, Replayed,
    SurveyResponse, TicketMetrics, Timestamp,
};

/// The tally of a KPI asked for by its id: whichever it is, it is fed, merged and asked alike.
///
/// Made by [`KpiRequest::tally`]. It takes the records its KPI is about and passes over all others, so one loop over the
/// data can feed any number of them; a [`Report`](super::Report) does so by slice and period.
///
/// Stored with serde it keeps the request beside the counts, and reading it back checks that they fit.
///
/// ```
/// use deskmetrics::report::KpiRequest;
/// use deskmetrics::{Scale, SurveyResponse};
///
/// let mut nps = KpiRequest::new("nps").of_question("nps", Scale::nps()).tally(None).unwrap();
/// for score in [10, 9, 9, 8, 3] {
///     nps.push_response(&SurveyResponse::new("nps", Some(score)));
/// }
/// nps.push_response(&SurveyResponse::new("csat", Some(1))); // another question
///
/// let headline = nps.headline(0.95);
/// assert_eq!((&*headline.measure, headline.value, headline.n), ("score", Some(40.0), 5));
/// assert_eq!(nps.definition().name.en, "Net Promoter Score");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct KpiTally {
    request: KpiRequest,
    measure: Measure,
    tally: Tally,
}

impl KpiTally {
    pub(super) fn new(request: &KpiRequest, as_of: Option<Timestamp>) -> Result<Self, ReportError> {
        let measure = Measure::resolve(request, as_of)?;
        Ok(Self { request: request.clone(), tally: measure.empty().clone(), measure })
    }

    /// The tally with what was counted before.
    pub(super) fn of_counted(
        request: &KpiRequest,
        as_of: Option<Timestamp>,
        counted: Tally,
    ) -> Result<Self, ReportError> {
        let mut tally = Self::new(request, as_of)?;
        if !tally.tally.is_like(&counted) {
            return Err(ReportError::StoredOtherwise { id: tally.definition().id });
        }
        tally.tally = counted;
        Ok(tally)
    }

    pub(super) fn counted(&self) -> &Tally {
        &self.tally
    }

    /// What was asked for.
    pub fn request(&self) -> &KpiRequest {
        &self.request
    }

    /// The cut-off: nothing after it is known.
    pub fn as_of(&self) -> Option<Timestamp> {
        self.measure.as_of
    }

    /// What the KPI means.
    pub fn definition(&self) -> &'static Definition {
        self.measure.definition()
    }

    /// What was chosen where the KPI leaves a choice, in words: the policy, the survey question, the SLA metric.
    pub fn option(&self) -> Option<String> {
        self.measure.option()
    }

    /// The clock of its durations; `None` where it has none.
    pub fn clock(&self) -> Option<ClockKind> {
        self.measure.clock()
    }

    /// Takes a replayed ticket.
    pub fn push_ticket(&mut self, ticket: &Replayed) {
        if self.is_about(&ticket.ticket.attributes) {
            self.measure.push_ticket(ticket, &mut OnePlace(&mut self.tally));
        }
    }

    /// Takes an answer; one given after the cut-off is left out.
    pub fn push_response(&mut self, response: &SurveyResponse) {
        if self.is_about(&response.attributes) {
            self.measure.push_response(response, &mut OnePlace(&mut self.tally));
        }
    }

    /// Takes `times` answers of the same score, `None` for a skipped question, to the question its KPI is about.
    ///
    /// ```
    /// use deskmetrics::report::KpiRequest;
    /// use deskmetrics::Scale;
    ///
    /// let mut nps = KpiRequest::new("nps").of_question("nps", Scale::nps()).tally(None).unwrap();
    /// for (score, answers) in [(Some(10), 60), (Some(8), 30), (Some(2), 10), (None, 900)] {
    ///     nps.push_score(score, answers);
    /// }
    /// assert_eq!((nps.headline(0.95).value, nps.headline(0.95).n), (Some(50.0), 100)); // 60 % - 10 %
    /// ```
    pub fn push_score(&mut self, score: Option<i32>, times: u64) {
        self.tally.push_score(score, times);
    }

    /// Takes a number of invitations and how many of them were answered, all known: the response rate.
    pub fn push_counts(&mut self, answered: Ratio) {
        self.tally.push_counts(answered);
    }

    /// The tally itself where the KPI is the response rate, for whoever feeds it with columns.
    pub fn response_rate(&mut self) -> Option<&mut ResponseRate> {
        match &mut self.tally {
            Tally::ResponseRate(tally) => Some(tally),
            _ => None,
        }
    }

    /// Takes a survey that was sent.
    pub fn push_invitation(&mut self, invitation: &Invitation) {
        if self.is_about(&invitation.attributes) {
            self.measure.push_invitation(invitation, &mut OnePlace(&mut self.tally));
        }
    }

    /// Takes a contact offered to a queue.
    pub fn push_contact(&mut self, contact: &QueueContact) {
        if self.is_about(&contact.attributes) {
            self.measure.push_contact(contact, &mut OnePlace(&mut self.tally));
        }
    }

    /// Takes a stretch of an agent on duty.
    pub fn push_shift(&mut self, shift: &AgentShift) {
        if self.is_about(&shift.attributes) {
            self.measure.push_shift(shift, &mut OnePlace(&mut self.tally));
        }
    }

    /// Whether records with these attributes meet the request's filter.
    fn is_about(&self, attributes: &Attributes) -> bool {
        self.measure.filter.hold(|attribute| attributes.get(attribute))
    }

    /// Counts a record that cannot be looked at.
    pub fn leave_out(&mut self, reason: Reason) {
        self.tally.leave_out(reason);
    }

    /// Takes everything `other` has counted into `self`.
    ///
    /// # Errors
    /// When the two were asked for differently.
    pub fn merge(&mut self, other: Self) -> Result<(), ReportError> {
        if self.measure != other.measure {
            let differs = Difference::of_kpis((&self.request, self.as_of()), (&other.request, other.as_of()));
            let differs = differs.filter(|difference| difference.choice != "kpi").map(Box::new);
            return Err(ReportError::OtherKpi { mine: self.title(), theirs: other.title(), differs });
        }
        self.tally.merge(other.tally);
        Ok(())
    }

    /// The KPI's numbers, the headline first, with intervals at confidence `level` (such as 0.95).
    pub fn estimates(&self, level: f64) -> Vec<Estimate> {
        self.measure.estimates(&self.tally, level)
    }

    /// The KPI's first number.
    pub fn headline(&self, level: f64) -> Estimate {
        let none = || Estimate::new("none", None, self.definition().unit, 0);
        self.estimates(level).into_iter().next().unwrap_or_else(none)
    }

    /// What was left out, by reason.
    pub fn excluded(&self) -> &Excluded {
        self.tally.excluded()
    }

    /// How the headline differs from that of `earlier`, or of any other group; `None` where the two were asked for
    /// differently, where there is no test for it or too little was counted.
    pub fn change_from(&self, earlier: &Self, level: f64) -> Option<Comparison> {
        let same = self.tally.is_like(&earlier.tally) && self.measure.told == earlier.measure.told;
        let (now, before) = (self.measure.compared(&self.tally), earlier.measure.compared(&earlier.tally));
        now.change_from(before, level).filter(|_| same)
    }

    /// How the headline differs from a fixed value in its own unit, such as the sector's; `None` where there is no test for
    /// it (stocks such as the backlog), too little was counted, or the headline can never be that value.
    ///
    /// ```
    /// use deskmetrics::report::KpiRequest;
    /// use deskmetrics::{Ratio, Scale};
    ///
    /// let mut rate = KpiRequest::new("response_rate").tally(None).unwrap();
    /// rate.push_counts(Ratio::new(30, 100));
    /// let change = rate.change_from_benchmark(20.0, 0.95).unwrap();
    /// assert!((change.difference - 10.0).abs() < 1e-9 && change.p_value < 0.02);
    /// ```
    pub fn change_from_benchmark(&self, benchmark: f64, level: f64) -> Option<Comparison> {
        self.measure.compared(&self.tally).against(benchmark, level)
    }

    /// The durations behind it, finished and running; `None` for a KPI that is no duration.
    pub fn times(&self) -> Option<&Times> {
        self.tally.times()
    }

    /// The reasons stated; `None` for every KPI but `reasons`.
    pub fn reasons(&self) -> Option<&Reasons> {
        match &self.tally {
            Tally::Reasons(reasons) => Some(reasons),
            _ => None,
        }
    }

    fn title(&self) -> String {
        let id = self.definition().id;
        self.option().map_or_else(|| id.to_owned(), |option| format!("{id} ({option})"))
    }
}

/// The only place there is, whatever the date.
struct OnePlace<'a>(&'a mut Tally);

impl Places for OnePlace<'_> {
    fn at(&mut self, _anchor: Option<Timestamp>) -> &mut Tally {
        self.0
    }

    fn each_period(&mut self, _events: impl Iterator<Item = Timestamp>, _feed: impl FnMut(u64, &mut Tally)) {}

    fn each_snapshot(&mut self, _ticket: &TicketMetrics, _feed: impl FnMut(Timestamp, &mut Tally)) {}
}

/// A stored tally, not checked yet.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    request: KpiRequest,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    as_of: Option<Timestamp>,
    tally: Tally,
}

impl From<KpiTally> for Stored {
    fn from(tally: KpiTally) -> Self {
        Self { as_of: tally.as_of(), request: tally.request, tally: tally.tally }
    }
}

impl TryFrom<Stored> for KpiTally {
    type Error = ReportError;

    fn try_from(stored: Stored) -> Result<Self, ReportError> {
        Self::of_counted(&stored.request, stored.as_of, stored.tally)
    }
}
