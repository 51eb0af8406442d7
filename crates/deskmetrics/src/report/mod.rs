//! Many KPIs at once, sliced by keys and periods, in one pass over the data.
//!
//! A [`Report`] says what is wanted. Feeding it fills a [`ReportState`]; states merge, so the data may be split in any
//! way. Asking a state gives a [`ReportTable`]: rows that carry the value, its n, its interval, what was left out and
//! why, and the change against the period before.
//!
//! Each KPI puts its records into periods by its own date (its [`Anchor`](crate::kpi::Anchor)): a ticket created in March
//! and solved in April counts in March's volume and in April's resolution time, each single response, solve and stint on its
//! own day, and what still runs under no date. Some do not add up over periods: the backlog, its age (as of the end of each
//! period), the flow and the solves are told for each period and, on their own, as of the cut-off, for the last 1,000 periods.
//!
//! Two have no rows by period, since only the cut-off's state is known. SLA targets at risk: a verdict tells how much of its
//! target was used by the cut-off, pauses and changed schedules taken into account, not by when. And the age of the backlog in
//! business hours, which needs the opening hours up to each period's end; on the calendar clock it is there.
//!
//! A CSAT, NPS or CES that rests on too few answers, or on answers that came unevenly from the slices of the report, comes
//! with a [`Warning`].
//!
//! The report computes no KPI itself: it finds each record's slice and period, feeds the KPI's own tally there and reads
//! its answers.

mod block;
mod calendar;
mod change;
mod csv;
mod difference;
mod error;
mod feed;
mod kpi_tally;
mod measure;
mod period;
mod row;
mod slice;
mod state;
mod stored;
mod table;
mod value;
mod warning;

use std::collections::HashMap;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

pub use block::{BlockPlan, MilestoneBlock};
pub use change::Change;
pub use difference::Difference;
pub use error::ReportError;
pub use feed::{Feed, PeriodId, SliceIds};
pub use kpi_tally::KpiTally;
use measure::Measure;
pub use period::{Period, PeriodSpan, Periods, UnknownPeriod};
pub use row::{ReportPeriod, ReportRow, SliceKeys};
pub use state::ReportState;
pub use stored::StoredError;
pub use table::{RecordCounts, ReportTable};
pub use value::{count_text, difference_text, interval_text, value_text};
pub use warning::{SegmentResponse, Warning};

pub use crate::kpi::{Customer, KpiRequest, RecordNeeds, RequestError};

use crate::kpi::ResponseRate;
use crate::replay::Needs;
use crate::ticket::{Attribute, Attributes, TicketId};
use crate::{Invitation, Replayed, SurveyResponse, Timestamp};

/// What a report is about: KPIs, slices, periods, and how its numbers are judged.
///
/// ```
/// use deskmetrics::report::{KpiRequest, Period, Periods, Report};
/// use deskmetrics::ticket::Attribute;
/// use deskmetrics::{Scale, SurveyResponse, Timestamp};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let answer = |score, when, market| {
///     SurveyResponse::new("nps", Some(score)).answered_at(at(when)).with(Attribute::Market, market)
/// };
/// let answers = [
///     answer(10, "2026-01-14T10:00:00Z", "DK"),
///     answer(2, "2026-01-31T22:30:00Z", "ES"),
///     answer(9, "2026-01-31T23:30:00Z", "DK"), // already February in Copenhagen
/// ];
///
/// let report = Report::builder(at("2026-03-01T00:00:00Z"))
///     .kpi(KpiRequest::new("nps").of_question("nps", Scale::nps()))
///     .by([Attribute::Market])
///     .periods(Periods::new(Period::Month, chrono_tz::Europe::Copenhagen))
///     .build()
///     .unwrap();
/// let table = report.run(&[], &answers, &[]).table();
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
    measures: Vec<Measure>,
    settings: ReportBuilder,
}

/// Collects what a report is about; checked by [`build`](Self::build), so the order of the calls does not matter.
///
/// It can also be written down as TOML or JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportBuilder {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    as_of: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    observed_from: Option<Timestamp>,
    kpis: Vec<KpiRequest>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    by: Vec<Vec<Attribute>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    periods: Option<Periods>,
    #[serde(default = "level")]
    level: f64,
    #[serde(default = "min_n")]
    min_n: u64,
    #[serde(default = "inherits")]
    surveys_inherit: bool,
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
    pub fn kpi(mut self, kpi: KpiRequest) -> Self {
        self.kpis.push(kpi);
        self
    }

    /// Adds KPIs.
    #[must_use]
    pub fn kpis(mut self, kpis: impl IntoIterator<Item = KpiRequest>) -> Self {
        self.kpis.extend(kpis);
        self
    }

    /// Adds a slicing: rows for each combination of these attributes' values. Records without a value are a slice of
    /// their own. Without attributes, or asked for twice, it adds nothing.
    #[must_use]
    pub fn by(mut self, attributes: impl IntoIterator<Item = Attribute>) -> Self {
        let attributes: Vec<Attribute> = attributes.into_iter().collect();
        if !attributes.is_empty() && !self.by.contains(&attributes) {
            self.by.push(attributes);
        }
        self
    }

    /// Adds rows by period. Periods without any record have no rows.
    #[must_use]
    pub fn periods(mut self, periods: Periods) -> Self {
        self.periods = Some(periods);
        self
    }

    /// The confidence level of intervals and of significance, 0.95 unless told otherwise.
    #[must_use]
    pub fn level(mut self, level: f64) -> Self {
        self.level = level;
        self
    }

    /// Numbers that rest on fewer records are marked [`small_n`](ReportRow::small_n); 30 unless told otherwise.
    #[must_use]
    pub fn min_n(mut self, min_n: u64) -> Self {
        self.min_n = min_n;
        self
    }

    /// Where the data begins: periods that begin earlier are partial. Without it, the local day of the first record.
    #[must_use]
    pub fn observed_from(mut self, from: impl Into<Timestamp>) -> Self {
        self.observed_from = Some(from.into());
        self
    }

    /// Whether an answer or invitation that lacks an attribute takes it from the ticket it is about; it does unless
    /// told otherwise.
    #[must_use]
    pub fn surveys_inherit(mut self, inherit: bool) -> Self {
        self.surveys_inherit = inherit;
        self
    }

    /// Checks everything and gives the report.
    ///
    /// # Errors
    /// When there is no KPI, a KPI is unknown, lacks a choice or has one without meaning, or the level is not between 0 and 1.
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
            self.kpis.iter().map(|kpi| Measure::resolve(kpi, self.as_of)).collect::<Result<_, _>>()?;
        Ok(Report { measures, settings: self })
    }
}

impl Report {
    /// A report as of the cut-off: what happened after it is not known.
    pub fn builder(as_of: impl Into<Timestamp>) -> ReportBuilder {
        ReportBuilder { as_of: Some(as_of.into()), ..Self::undated() }
    }

    /// A report without a cut-off, such as one of answers that bear no date: whatever is fed counts. KPIs that are about an
    /// instant (the backlog, the flow) cannot stand in it.
    pub fn undated() -> ReportBuilder {
        ReportBuilder {
            as_of: None,
            observed_from: None,
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

    /// The attributes it is sliced by, or some KPI of it is restricted by, each once.
    pub fn sliced_by(&self) -> Vec<&Attribute> {
        let filtered = self.measures.iter().flat_map(|measure| measure.filter.attributes());
        let filtered = filtered.map(|(attribute, _)| attribute);
        let mut attributes: Vec<&Attribute> = self.settings.by.iter().flatten().chain(filtered).collect();
        attributes.sort();
        attributes.dedup();
        attributes
    }

    /// Whether surveys take an attribute they lack from their ticket.
    pub fn surveys_inherit(&self) -> bool {
        self.settings.surveys_inherit
    }

    /// What a replay must compute for this report: give it to [`Replay::needing`](crate::replay::Replay::needing), and the
    /// attributes the report is [sliced by](Self::sliced_by) to [`Replay::watching`](crate::replay::Replay::watching).
    ///
    /// ```
    /// use deskmetrics::Timestamp;
    /// use deskmetrics::replay::Needs;
    /// use deskmetrics::report::{KpiRequest, Report};
    ///
    /// let report = Report::builder(Timestamp::MAX).kpi(KpiRequest::new("sla_attainment")).build().unwrap();
    /// assert_eq!(report.needs(), Needs::VERDICTS);
    /// ```
    pub fn needs(&self) -> Needs {
        self.measures.iter().map(Measure::needs).fold(Needs::NOTHING, Needs::and)
    }

    /// What [`Feed::ticket_of`] must find in a ticket's record besides its measures.
    pub fn record_needs(&self) -> RecordNeeds {
        self.measures.iter().map(Measure::record_needs).fold(RecordNeeds::default(), RecordNeeds::and)
    }

    /// Whether some KPI looks at more of an answer than question, date and score.
    pub fn needs_whole_answers(&self) -> bool {
        self.measures.iter().any(Measure::needs_whole_answer)
    }

    /// Whether some KPI looks at more of a survey sent than question, date and what it came to.
    pub fn needs_whole_invitations(&self) -> bool {
        self.measures.iter().any(Measure::needs_whole_invitation)
    }

    /// The questions whose scores it looks at, with the lowest and the highest score that matter to some KPI; each question
    /// once.
    pub fn score_ranges(&self) -> Vec<(Box<str>, RangeInclusive<i32>)> {
        let mut ranges: Vec<(Box<str>, RangeInclusive<i32>)> = Vec::new();
        for (question, ends) in self.measures.iter().filter_map(Measure::scores) {
            match ranges.iter_mut().find(|(known, _)| **known == *question) {
                Some((_, known)) => {
                    *known = *known.start().min(ends.start())..=*known.end().max(ends.end());
                }
                None => ranges.push((question.into(), ends)),
            }
        }
        ranges
    }

    /// The rules by which it decides what a survey sent [came to](crate::kpi::ResponseRate::outcome), each once.
    pub fn invitation_rules(&self) -> Vec<ResponseRate> {
        let mut rules = Vec::new();
        if self.measures.iter().any(|measure| measure.scored_question().is_some()) {
            rules.push(feed::asked_rule(self.settings.as_of));
        }
        for rule in self.measures.iter().filter_map(Measure::invitation_rule) {
            if !rules.contains(rule) {
                rules.push(rule.clone());
            }
        }
        rules
    }

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
