//! The definition of a report, and its builder.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::period::Periods;
use super::resolved_kpi::ResolvedKpi;
use super::{KpiRequest, ReportError};
use crate::kpi::{RecordNeeds, ResponseRate};
use crate::replay::{Actor, Needs};
use crate::ticket::Attribute;
use crate::{IntoOption, Timestamp};

/// A report's definition: KPIs, slices, periods, and how its numbers are judged.
///
/// ```
/// use deskmetrics::report::{KpiRequest, Period, Periods, Report};
/// use deskmetrics::ticket::Attribute;
/// use deskmetrics::{Scale, SurveyResponse, Timestamp};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let answer = |score, when, market| {
///     SurveyResponse::new("nps", Some(score)).with_at(at(when)).with_attribute(Attribute::Market, market)
/// };
/// let answers = [
///     answer(10, "2026-01-14T10:00:00Z", "DK"),
///     answer(2, "2026-01-31T22:30:00Z", "ES"),
///     answer(9, "2026-01-31T23:30:00Z", "DK"), // already February in Copenhagen
/// ];
///
/// let report = Report::builder(at("2026-03-01T00:00:00Z"))
///     .with_kpi(KpiRequest::new("nps").with_question("nps", Scale::nps()))
///     .with_slices([Attribute::Market])
///     .with_periods(Periods::new(Period::Month, chrono_tz::Europe::Copenhagen))
///     .build()
///     .unwrap();
/// let table = report.run(&[], &answers, &[]).unwrap().table();
///
/// assert_eq!(table.headline("nps").unwrap().n, 3);
/// let by_market: Vec<_> = table.slices().filter(|row| row.headline).map(|row| (row.keys.label(), row.value)).collect();
/// assert_eq!(by_market, [("DK".to_owned(), Some(100.0)), ("ES".to_owned(), Some(-100.0))]);
/// let months: Vec<_> = table.periods().filter(|row| row.headline).map(|row| row.n).collect();
/// assert_eq!(months, [2, 1]);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ReportBuilder", into = "ReportBuilder")]
pub struct Report {
    pub(super) measures: Vec<ResolvedKpi>,
    pub(super) settings: ReportBuilder,
}

/// Collects the settings of a report; checked by [`build`](Self::build), so the order of the calls does not matter.
///
/// It can also be written down as TOML or JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportBuilder {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) as_of: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) observed_from: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) observed_until: Option<Timestamp>,
    pub(super) kpis: Vec<KpiRequest>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) by: Vec<Vec<Attribute>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) periods: Option<Periods>,
    #[serde(default = "level")]
    pub(super) level: f64,
    #[serde(default = "min_n")]
    pub(super) min_n: u64,
    #[serde(default = "inherits")]
    pub(super) surveys_inherit: bool,
}

fn level() -> f64 {
    0.95
}

fn min_n() -> u64 {
    30
}

fn inherits() -> bool {
    true
}

impl ReportBuilder {
    /// Adds a KPI; rows come in the order in which KPIs are added.
    #[must_use]
    pub fn with_kpi(mut self, kpi: KpiRequest) -> Self {
        self.kpis.push(kpi);
        self
    }

    /// Adds KPIs.
    #[must_use]
    pub fn with_kpis(mut self, kpis: impl IntoIterator<Item = KpiRequest>) -> Self {
        self.kpis.extend(kpis);
        self
    }

    /// Adds a slicing: rows for each combination of these attributes' values. Records without a value are a slice of
    /// their own. It adds nothing without attributes, or if the report has this slicing already.
    ///
    /// By [`Attribute::Tag`], a record counts in the slice of each of its tags, so slices overlap: their `n` may add up to more
    /// than that of the overall row, which counts each record once. Overlapping slices are no independent samples; uneven response
    /// is therefore not tested between them. Answers and invitations have the tags of their tickets, unless they have a value of
    /// `tag` themselves.
    ///
    /// ```
    /// use deskmetrics::report::{KpiRequest, Report};
    /// use deskmetrics::ticket::Attribute;
    /// use deskmetrics::{Replayed, Ticket, TicketMetrics, Timestamp};
    ///
    /// let at = "2026-03-02T09:00:00Z".parse::<Timestamp>().unwrap();
    /// let ticket = |id, tags: &[&str]| {
    ///     let ticket = tags.iter().fold(Ticket::new(id, at), |ticket, tag| ticket.with_tag(*tag));
    ///     Replayed::new(ticket, TicketMetrics::new(at, at))
    /// };
    /// let tickets = [ticket("1", &["vip", "bug"]), ticket("2", &["bug"]), ticket("3", &[])];
    /// let report = Report::builder(at).with_kpi(KpiRequest::new("volume")).with_slices([Attribute::Tag]).build().unwrap();
    /// let table = report.run(&tickets, &[], &[]).unwrap().table();
    /// assert_eq!(table.headline("volume").unwrap().n, 3);
    /// let by_tag: Vec<_> = table.slices().filter(|row| row.headline).map(|row| (row.keys.label(), row.n)).collect();
    /// assert_eq!(by_tag, [("bug".to_owned(), 2), ("vip".to_owned(), 1), ("(none)".to_owned(), 1)]);
    /// ```
    #[must_use]
    pub fn with_slices<A: Into<Attribute>>(mut self, attributes: impl IntoIterator<Item = A>) -> Self {
        let attributes: Vec<Attribute> = attributes.into_iter().map(Into::into).collect();
        if !attributes.is_empty() && !self.by.contains(&attributes) {
            self.by.push(attributes);
        }
        self
    }

    /// Adds rows by period. Periods without any record have no rows.
    #[must_use]
    pub fn with_periods(mut self, periods: Periods) -> Self {
        self.periods = Some(periods);
        self
    }

    /// The confidence level of intervals and of significance; by default 0.95.
    #[must_use]
    pub fn with_level(mut self, level: f64) -> Self {
        self.level = level;
        self
    }

    /// Numbers based on fewer records are marked [`small_n`](super::ReportRow::small_n); by default 30.
    #[must_use]
    pub fn with_min_n(mut self, min_n: u64) -> Self {
        self.min_n = min_n;
        self
    }

    /// Where the data begins: periods that begin earlier are partial. Without it, the local day of the first record.
    #[must_use]
    pub fn with_observed_from(mut self, from: impl IntoOption<Timestamp>) -> Self {
        self.observed_from = from.into_option();
        self
    }

    /// Until when the data is complete: periods that end later are partial. Without it, the cut-off.
    ///
    /// Set it where tickets created later are missing though the data contains later replies and solves of the others.
    ///
    /// ```
    /// use chrono_tz::UTC;
    /// use deskmetrics::report::{KpiRequest, Period, Periods, Report};
    /// use deskmetrics::{Replayed, Ticket, TicketMetrics, Timestamp};
    ///
    /// let at = |text: &str| text.parse::<Timestamp>().unwrap();
    /// let tickets = ["2026-03-02T09:00:00Z", "2026-03-09T09:00:00Z"]
    ///     .map(|created| Replayed::new(Ticket::new(created, at(created)), TicketMetrics::new(at(created), at(created))));
    /// let report = Report::builder(at("2026-03-20T00:00:00Z"))
    ///     .with_kpi(KpiRequest::new("volume"))
    ///     .with_periods(Periods::new(Period::Week, UTC))
    ///     .with_observed_until(at("2026-03-12T00:00:00Z"))
    ///     .build()
    ///     .unwrap();
    /// let table = report.run(&tickets, &[], &[]).unwrap().table();
    /// let partial: Vec<bool> = table.periods().map(|row| row.period.as_ref().unwrap().partial).collect();
    /// assert_eq!(partial, [false, true]);
    /// ```
    #[must_use]
    pub fn with_observed_until(mut self, until: impl IntoOption<Timestamp>) -> Self {
        self.observed_until = until.into_option();
        self
    }

    /// Whether an answer or invitation that lacks an attribute takes it from the ticket it is about; by default it
    /// does.
    #[must_use]
    pub fn with_surveys_inherit(mut self, inherit: bool) -> Self {
        self.surveys_inherit = inherit;
        self
    }

    /// Checks everything and gives the report.
    ///
    /// # Errors
    /// When there is no KPI, a KPI is unknown, lacks a required option or has one without meaning, or the level is not between
    /// 0 and 1.
    pub fn build(self) -> Result<Report, ReportError> {
        if self.kpis.is_empty() {
            return Err(ReportError::NoKpi);
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            return Err(ReportError::Level { level: self.level });
        }
        let mut names: Vec<&str> = self.kpis.iter().filter_map(|kpi| kpi.name.as_deref()).collect();
        names.sort_unstable();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(ReportError::NameTwice { name: pair[0].to_owned() });
        }
        let measures =
            self.kpis.iter().map(|kpi| ResolvedKpi::resolve(kpi, self.as_of)).collect::<Result<_, _>>()?;
        let report = Report { measures, settings: self };
        report.check_responders()?;
        Ok(report)
    }
}

impl Report {
    /// A report as of the cut-off: events after it are not known.
    pub fn builder(as_of: impl Into<Timestamp>) -> ReportBuilder {
        ReportBuilder { as_of: Some(as_of.into()), ..Self::undated() }
    }

    /// A report without a cut-off, such as one of answers without dates: all records fed count. KPIs at a timestamp (the
    /// backlog, the flow) need a cut-off.
    pub fn undated() -> ReportBuilder {
        ReportBuilder {
            as_of: None,
            observed_from: None,
            observed_until: None,
            kpis: Vec::new(),
            by: Vec::new(),
            periods: None,
            level: level(),
            min_n: min_n(),
            surveys_inherit: inherits(),
        }
    }

    /// The cut-off: nothing after it is known.
    pub fn as_of(&self) -> Option<Timestamp> {
        self.settings.as_of
    }

    /// The KPIs requested.
    pub fn kpis(&self) -> &[KpiRequest] {
        &self.settings.kpis
    }

    /// The attributes it is sliced by, or some KPI of it is restricted by, each once.
    pub fn sliced_by(&self) -> Vec<&Attribute> {
        let filtered = self.measures.iter().flat_map(|measure| measure.filter.named());
        let mut attributes: Vec<&Attribute> = self.settings.by.iter().flatten().chain(filtered).collect();
        attributes.sort();
        attributes.dedup();
        attributes
    }

    /// Whether surveys take an attribute they lack from their ticket.
    pub fn surveys_inherit(&self) -> bool {
        self.settings.surveys_inherit
    }

    /// The measures a replay must compute for this report.
    ///
    /// Pass it to [`Replay::with_measures`](crate::replay::Replay::with_measures). Pass the attributes the report is
    /// [sliced by](Self::sliced_by) to [`Replay::with_attributes`](crate::replay::Replay::with_attributes).
    ///
    /// ```
    /// use deskmetrics::Timestamp;
    /// use deskmetrics::replay::Needs;
    /// use deskmetrics::report::{KpiRequest, Report};
    ///
    /// let report = Report::builder(Timestamp::MAX).with_kpi(KpiRequest::new("sla_attainment")).build().unwrap();
    /// assert_eq!(report.needs(), Needs::VERDICTS);
    /// ```
    pub fn needs(&self) -> Needs {
        let responses = if self.is_by_responder() { Needs::CONVERSATION } else { Needs::NOTHING };
        self.measures.iter().map(ResolvedKpi::needs).fold(responses, Needs::and)
    }

    /// Whether it is sliced by [`Actor::Responder`].
    #[doc(hidden)]
    pub fn is_by_responder(&self) -> bool {
        self.settings.by.iter().flatten().any(is_responder)
    }

    fn check_responders(&self) -> Result<(), ReportError> {
        let mut measures = self.measures.iter();
        if let Some(measure) = measures.clone().find(|measure| measure.filter.named().any(is_responder)) {
            return Err(ReportError::WhereResponder { id: measure.definition.id });
        }
        match measures.find(|measure| self.is_by_responder() && !measure.empty.counts_responses()) {
            Some(measure) => Err(ReportError::NoResponses { id: measure.definition.id }),
            None => Ok(()),
        }
    }

    /// What [`Feed::ticket_of`] must find in a ticket's record besides its measures.
    #[doc(hidden)]
    pub fn record_needs(&self) -> RecordNeeds {
        let responders = RecordNeeds { people: true, verdicts: true, ..RecordNeeds::NONE };
        let responders = if self.is_by_responder() { responders } else { RecordNeeds::NONE };
        self.measures.iter().map(ResolvedKpi::record_needs).fold(responders, RecordNeeds::and)
    }

    /// Whether some KPI reads more of an answer than question, date and score.
    #[doc(hidden)]
    pub fn needs_whole_answers(&self) -> bool {
        self.measures.iter().any(ResolvedKpi::needs_whole_answer)
    }

    /// Whether some KPI reads more of an invitation than question, date and outcome.
    #[doc(hidden)]
    pub fn needs_whole_invitations(&self) -> bool {
        self.measures.iter().any(ResolvedKpi::needs_whole_invitation)
    }

    /// The questions whose scores it reads, with the lowest and the highest score that matter to some KPI; each question
    /// once.
    #[doc(hidden)]
    pub fn score_ranges(&self) -> Vec<(Box<str>, RangeInclusive<i32>)> {
        let mut ranges: Vec<(Box<str>, RangeInclusive<i32>)> = Vec::new();
        for (question, ends) in self.measures.iter().filter_map(ResolvedKpi::scores) {
            match ranges.iter_mut().find(|(known, _)| **known == *question) {
                Some((_, known)) => {
                    *known = *known.start().min(ends.start())..=*known.end().max(ends.end());
                }
                None => ranges.push((question.into(), ends)),
            }
        }
        ranges
    }

    /// The rules by which it decides the [outcome](crate::kpi::ResponseRate::outcome) of an invitation, each once.
    #[doc(hidden)]
    pub fn invitation_rules(&self) -> Vec<ResponseRate> {
        let mut rules = Vec::new();
        if self.measures.iter().any(|measure| measure.scored_question().is_some()) {
            rules.push(response_rule(self.settings.as_of));
        }
        for rule in self.measures.iter().filter_map(ResolvedKpi::invitation_rule) {
            if !rules.contains(rule) {
                rules.push(rule.clone());
            }
        }
        rules
    }
}

impl TryFrom<ReportBuilder> for Report {
    type Error = ReportError;

    fn try_from(builder: ReportBuilder) -> Result<Self, ReportError> {
        builder.build()
    }
}

impl From<Report> for ReportBuilder {
    fn from(report: Report) -> Self {
        report.settings
    }
}

/// Whether it is the attribute of [`Actor::Responder`], which is of single responses.
pub(super) fn is_responder(attribute: &Attribute) -> bool {
    Actor::of(attribute) == Some(Actor::Responder)
}

/// The rule by which invitations count as answered, for the response behind a score.
pub(super) fn response_rule(as_of: Option<Timestamp>) -> ResponseRate {
    let rate = ResponseRate::default();
    as_of.map_or(rate.clone(), |as_of| rate.with_as_of(as_of))
}
