//! One KPI as a tally, outside a report.

use std::ops::Range;

use super::resolved_kpi::ResolvedKpi;
use super::{Difference, KpiRequest, ReportError};
use crate::kpi::tally::Times;
use crate::kpi::{self, AnyKpi, Bulk, Definition, Evidence, Places, Reasons, ResponseRate};
use crate::queue::{AgentShift, QueueContact};
use crate::replay::{Needs, StatedMeasure};
use crate::ticket::Attributes;
use crate::{
    ClockKind, Comparison, Estimate, Excluded, Invitation, Ratio, Reason, Replayed, ScoreCounts,
    SurveyResponse, TicketMetrics, Timestamp,
};

/// The tally of a KPI by its id. All KPIs are fed, merged and read alike.
///
/// Made by [`KpiRequest::tally`]. It counts the records its KPI is about and ignores all others, so one loop over the
/// data can feed any number of them; a [`Report`](super::Report) does so by slice and period.
///
/// Stored with serde it keeps the request beside the counts, and reading it back checks that they fit.
///
/// ```
/// use deskmetrics::report::KpiRequest;
/// use deskmetrics::{Scale, SurveyResponse};
///
/// let mut nps = KpiRequest::new("nps").with_question("nps", Scale::nps()).tally(None).unwrap();
/// for score in [10, 9, 9, 8, 3] {
///     nps.push_response(&SurveyResponse::new("nps", Some(score)));
/// }
/// nps.push_response(&SurveyResponse::new("csat", Some(1))); // another question
///
/// let headline = nps.headline(0.95);
/// assert_eq!((&*headline.measure, headline.value, headline.n), ("score", Some(40.0), 5));
/// assert_eq!(nps.definition().name.en, "Net Promoter Score");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct KpiTally {
    request: KpiRequest,
    measure: ResolvedKpi,
    tally: Box<dyn AnyKpi>,
}

impl KpiRequest {
    /// The KPI as a tally, to be fed and read without a report. Events after `as_of` are not known; without it, all records
    /// fed count.
    ///
    /// # Errors
    /// Those of [`check`](Self::check), and when the KPI is about a cut-off (the backlog, the flow) and there is none.
    pub fn tally(&self, as_of: Option<Timestamp>) -> Result<KpiTally, ReportError> {
        KpiTally::new(self, as_of)
    }

    /// The data it requires; for first contact resolution it depends on the policy. A custom KPI requires its records.
    ///
    /// ```
    /// use deskmetrics::kpi::{Evidence, FcrPolicy, KpiRequest};
    ///
    /// assert_eq!(KpiRequest::new("one_touch").evidence(), Evidence::Messages);
    /// assert_eq!(KpiRequest::new("fcr").with_policy(FcrPolicy::SingleReply).evidence(), Evidence::Messages);
    /// assert_eq!(KpiRequest::new("volume").evidence(), Evidence::Records);
    /// ```
    pub fn evidence(&self) -> Evidence {
        let of_kpi = kpi::entry(&self.kpi).map_or(Evidence::Records, |entry| entry.evidence);
        self.policy.as_ref().map_or(of_kpi, |policy| policy.evidence().max(of_kpi))
    }

    /// The measures that are enough if the source states them in place of the replay: if it states all of them, the
    /// [evidence](Self::evidence) is not needed. Empty where no such measures are enough.
    ///
    /// ```
    /// use deskmetrics::kpi::KpiRequest;
    /// use deskmetrics::replay::StatedMeasure;
    ///
    /// assert_eq!(KpiRequest::new("one_touch").stated_measures(), [StatedMeasure::PublicReplies]);
    /// assert_eq!(KpiRequest::new("volume").stated_measures(), []);
    /// ```
    pub fn stated_measures(&self) -> &'static [StatedMeasure] {
        match &self.policy {
            Some(policy) => policy.stated_measures(),
            None => kpi::entry(&self.kpi).map_or(&[], |entry| entry.stated),
        }
    }

    /// Whether a report can answer it.
    ///
    /// # Errors
    /// When the catalogue has no such KPI, a choice without a default is missing, or one is given that the KPI does
    /// not have.
    pub fn check(&self) -> Result<(), ReportError> {
        self.tally(Some(Timestamp::MAX)).map(|_| ())
    }

    /// The same KPI with its open question, scale and policy taken from requests that state them: one for each distinct
    /// request.
    pub fn completed_by(&self, known: &[Self]) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for one in known.iter().filter(|one| self.question.is_none() || self.question == one.question) {
            let completed = Self {
                question: self.question.clone().or_else(|| one.question.clone()),
                scale: self.scale.clone().or_else(|| one.scale.clone()),
                policy: self.policy.clone().or_else(|| one.policy.clone()),
                ..self.clone()
            };
            if completed.check().is_ok() && !all.contains(&completed) {
                all.push(completed);
            }
        }
        all
    }

    /// Whether it counts responses, so that a report can slice it by [`Actor::Responder`](crate::replay::Actor::Responder).
    ///
    /// ```
    /// use deskmetrics::SlaMetric;
    /// use deskmetrics::kpi::KpiRequest;
    ///
    /// assert!(KpiRequest::new("next_response_time").counts_responses());
    /// assert!(KpiRequest::new("sla_attainment").with_metric(SlaMetric::NextResponse).counts_responses());
    /// assert!(!KpiRequest::new("volume").counts_responses());
    /// ```
    pub fn counts_responses(&self) -> bool {
        ResolvedKpi::resolve(self, Some(Timestamp::MAX)).is_ok_and(|measure| measure.empty.counts_responses())
    }

    /// The measures a replay must compute for this KPI; all of them if that depends on a missing option.
    pub fn needs(&self) -> Needs {
        // Some KPIs need a cut-off; which one does not matter here.
        ResolvedKpi::resolve(self, Some(Timestamp::MAX))
            .map_or(Needs::EVERYTHING, |measure| measure.empty.needs())
    }
}

impl KpiTally {
    pub(super) fn new(request: &KpiRequest, as_of: Option<Timestamp>) -> Result<Self, ReportError> {
        let measure = ResolvedKpi::resolve(request, as_of)?;
        Ok(Self { request: request.clone(), tally: measure.empty.clone(), measure })
    }

    /// The tally with what was counted before.
    pub(super) fn of_counted(
        request: &KpiRequest,
        as_of: Option<Timestamp>,
        counted: Box<dyn AnyKpi>,
    ) -> Result<Self, ReportError> {
        Ok(Self { tally: counted, ..Self::new(request, as_of)? })
    }

    pub(super) fn counted(&self) -> &dyn AnyKpi {
        &*self.tally
    }

    /// The request.
    pub fn request(&self) -> &KpiRequest {
        &self.request
    }

    /// The cut-off: nothing after it is known.
    pub fn as_of(&self) -> Option<Timestamp> {
        self.measure.as_of
    }

    /// The KPI's definition.
    pub fn definition(&self) -> &'static Definition {
        self.measure.definition
    }

    /// The options chosen, as text: the policy, the survey question, the SLA metric.
    pub fn option(&self) -> Option<&str> {
        self.measure.option.as_deref()
    }

    /// The clock of its durations; `None` where it has none.
    pub fn clock(&self) -> Option<ClockKind> {
        self.measure.clock
    }

    /// Takes a replayed ticket.
    pub fn push_ticket(&mut self, ticket: &Replayed) {
        if self.is_about(&ticket.ticket.attributes, &ticket.ticket.tags) {
            self.measure.push_ticket(ticket, &mut OnePlace(&mut *self.tally));
        }
    }

    /// Takes an answer; one given after the cut-off is excluded.
    pub fn push_response(&mut self, response: &SurveyResponse) {
        if self.is_about(&response.attributes, &[]) {
            self.measure.push_response(response, None, &mut OnePlace(&mut *self.tally));
        }
    }

    /// Takes `times` answers of the same score, `None` for a skipped question, to the question its KPI is about.
    ///
    /// ```
    /// use deskmetrics::report::KpiRequest;
    /// use deskmetrics::Scale;
    ///
    /// let mut nps = KpiRequest::new("nps").with_question("nps", Scale::nps()).tally(None).unwrap();
    /// for (score, answers) in [(Some(10), 60), (Some(8), 30), (Some(2), 10), (None, 900)] {
    ///     nps.push_score(score, answers);
    /// }
    /// assert_eq!((nps.headline(0.95).value, nps.headline(0.95).n), (Some(50.0), 100)); // 60 % - 10 %
    /// ```
    pub fn push_score(&mut self, score: Option<i32>, times: u64) {
        self.tally.push_bulk(Bulk::Score(score, times));
    }

    /// Takes a number of invitations and how many of them were answered, all known: the response rate.
    pub fn push_counts(&mut self, answered: Ratio) {
        self.tally.push_bulk(Bulk::Answered(answered));
    }

    /// The tally itself if the KPI is the response rate, for adapters that feed columns.
    #[doc(hidden)]
    pub fn response_rate(&mut self) -> Option<&mut ResponseRate> {
        self.tally.as_any_mut().downcast_mut()
    }

    /// Takes a survey that was sent.
    pub fn push_invitation(&mut self, invitation: &Invitation) {
        if self.is_about(&invitation.attributes, &[]) {
            self.measure.push_invitation(invitation, &mut OnePlace(&mut *self.tally));
        }
    }

    /// Takes a contact offered to a queue.
    pub fn push_contact(&mut self, contact: &QueueContact) {
        if self.is_about(&contact.attributes, &[]) {
            self.measure.push_contact(contact, &mut OnePlace(&mut *self.tally));
        }
    }

    /// Counts an agent's shift.
    pub fn push_shift(&mut self, shift: &AgentShift) {
        if self.is_about(&shift.attributes, &[]) {
            self.measure.push_shift(shift, &mut OnePlace(&mut *self.tally));
        }
    }

    /// Whether records with these attributes and tags meet the request's filter.
    fn is_about(&self, attributes: &Attributes, tags: &[Box<str>]) -> bool {
        self.measure.filter.hold(|attribute| attributes.get(attribute), &tags.iter().map(|tag| &**tag))
    }

    /// Counts a record that cannot be read.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.tally.exclude(reason, 1);
    }

    /// Adds the counts of `other`.
    ///
    /// # Errors
    /// When the two have different requests.
    pub fn merge(&mut self, other: Self) -> Result<(), ReportError> {
        if self.measure != other.measure {
            let differs = Difference::of_kpis((&self.request, self.as_of()), (&other.request, other.as_of()));
            let differs = differs.filter(|difference| difference.choice != "kpi").map(Box::new);
            return Err(ReportError::OtherKpi { mine: self.title(), theirs: other.title(), differs });
        }
        self.tally.merge_any(other.tally);
        Ok(())
    }

    /// The KPI's numbers, the headline first, with intervals at confidence `level` (such as 0.95).
    pub fn estimates(&self, level: f64) -> Vec<Estimate> {
        self.measure.estimates(&*self.tally, level)
    }

    /// The KPI's first number.
    pub fn headline(&self, level: f64) -> Estimate {
        let none = || Estimate::new("none", None, self.definition().unit, 0);
        self.estimates(level).into_iter().next().unwrap_or_else(none)
    }

    /// Exclusions, by reason.
    pub fn excluded(&self) -> &Excluded {
        self.tally.excluded()
    }

    /// How the headline differs from that of `earlier`, or of any other group; `None` where the two have different
    /// requests, where there is no test for it or too little was counted.
    pub fn change_from(&self, earlier: &Self, level: f64) -> Option<Comparison> {
        let kind = |tally: &'_ Self| {
            let KpiRequest { scale, policy, metric, .. } = tally.request.clone();
            (tally.definition().id, tally.measure.shown.clone(), tally.clock(), scale, policy, metric)
        };
        let same = kind(self) == kind(earlier);
        let (now, before) = (self.measure.compared(&*self.tally), earlier.measure.compared(&*earlier.tally));
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
        self.measure.compared(&*self.tally).against(benchmark, level)
    }

    /// The variance of one record's contribution to the headline; see [`Compared::variance`](crate::Compared::variance).
    pub fn variance(&self) -> Option<f64> {
        self.measure.compared(&*self.tally).variance()
    }

    /// The standard error of the headline; see [`Compared::standard_error`](crate::Compared::standard_error).
    pub fn standard_error(&self) -> Option<f64> {
        self.measure.compared(&*self.tally).standard_error()
    }

    /// The durations behind it, finished and running; `None` for a KPI that is no duration.
    pub fn times(&self) -> Option<&Times> {
        self.tally.times()
    }

    /// How often each score was given; `None` for a KPI that is not about scores.
    ///
    /// ```
    /// use deskmetrics::Scale;
    /// use deskmetrics::report::KpiRequest;
    ///
    /// let mut csat = KpiRequest::new("csat").with_question("csat", Scale::csat(1, 5)?).tally(None)?;
    /// csat.push_score(Some(5), 7);
    /// csat.push_score(Some(2), 3);
    /// let answers: Vec<_> = csat.distribution().unwrap().iter().collect();
    /// assert_eq!(answers, [(1, 0), (2, 3), (3, 0), (4, 0), (5, 7)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn distribution(&self) -> Option<ScoreCounts> {
        self.tally.distribution()
    }

    /// Why the numbers may mislead, in a sentence without a full stop, such as an NPS of a scale from 1 to 5.
    pub fn caution(&self) -> Option<&'static str> {
        self.tally.caution()
    }

    /// The reasons stated; `None` for every KPI but `reasons`.
    pub fn reasons(&self) -> Option<&Reasons> {
        self.tally.as_any().downcast_ref()
    }

    fn title(&self) -> String {
        let id = self.definition().id;
        self.option().map_or_else(|| id.to_owned(), |option| format!("{id} ({option})"))
    }
}

/// The single tally, whatever the date.
#[derive(Debug)]
struct OnePlace<'a>(&'a mut dyn AnyKpi);

impl Places for OnePlace<'_> {
    fn period(&mut self, _at: Option<Timestamp>) -> usize {
        0
    }

    fn tally(&mut self, _period: usize) -> &mut dyn AnyKpi {
        self.0
    }

    fn by_responder(&self) -> bool {
        false
    }

    fn responder(&self) -> Option<&str> {
        None
    }

    fn snapshots(&self, _ticket: &TicketMetrics) -> Range<usize> {
        0..0
    }

    fn snapshot(&self, _number: usize) -> Option<(Timestamp, usize)> {
        None
    }
}
