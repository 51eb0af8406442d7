//! Requests for KPIs, and their errors.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::FcrPolicy;
use super::interface::{AnyKpi, Kpi};
use crate::sla::Conditions;
use crate::{ClockKind, Scale, SlaMetric, Status, Timestamp, duration_text};

/// ` (did you mean "x"?)`, or nothing.
pub(crate) fn did_you_mean(id: &str, known: &[&str]) -> String {
    let likeness = |known: &str| strsim::jaro_winkler(&id.to_lowercase(), known);
    let nearest = known.iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
    let nearest = nearest.filter(|nearest| likeness(nearest) >= 0.75);
    nearest.map(|nearest| format!(" (did you mean \"{nearest}\"?)")).unwrap_or_default()
}

/// Why a KPI cannot be computed as requested.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The catalogue has no such KPI.
    #[error("KPI \"{id}\" is not in the catalogue{}, which has {}", did_you_mean(id, known), known.join(", "))]
    UnknownKpi {
        /// The id requested.
        id: String,
        /// Every id.
        known: Vec<&'static str>,
    },
    /// A custom KPI has the id, or an alias, of a KPI of the catalogue.
    #[error("KPI \"{id}\" is in the catalogue: choose another id for the custom KPI")]
    IdTaken {
        /// The id.
        id: &'static str,
    },
    /// The KPI is about a timestamp, and none was given.
    #[error("KPI \"{id}\" needs a cut-off, since it depends on what was known at that time: give as_of")]
    NeedsCutOff {
        /// Its id.
        id: &'static str,
    },
    /// A required option is missing.
    #[error("KPI \"{id}\" needs its {option}, since {why}: give {allowed}")]
    NeedsChoice {
        /// The KPI's id.
        id: &'static str,
        /// The missing option.
        option: &'static str,
        /// Why there is no default.
        why: &'static str,
        /// The possible values.
        allowed: &'static str,
    },
    /// An option is given that the KPI does not have.
    #[error("KPI \"{id}\" has no {option}: omit it")]
    NoSuchChoice {
        /// The KPI's id.
        id: &'static str,
        /// The value given.
        option: &'static str,
    },
    /// A restriction is by an unknown attribute.
    #[error("KPI \"{id}\" cannot be restricted by {by}: name attributes, each with the values it may have")]
    Filter {
        /// The KPI's id.
        id: &'static str,
        /// The value given.
        by: String,
    },
    /// A value without the option's name, or for another one.
    #[error(
        "KPI \"{id}\" cannot be named \"{name}\": choose a name that is not empty and not the id of another KPI"
    )]
    Name {
        /// The KPI's id.
        id: &'static str,
        /// The name given.
        name: String,
    },
    /// A limit of zero or less.
    #[error("KPI \"{id}\" within \"{limit}\" has no meaning: give a duration above zero, such as \"4h\"")]
    Limit {
        /// The KPI's id.
        id: &'static str,
        /// The limit given.
        limit: String,
    },
    /// A span of time is empty, or ends after the cut-off.
    #[error(
        "KPI \"{id}\" from {from} to {to} has no meaning: give a span that ends after it begins, and not after the cut-off, \
         {as_of}"
    )]
    Span {
        /// The KPI's id.
        id: &'static str,
        /// The start given.
        from: Timestamp,
        /// The end given.
        to: Timestamp,
        /// The cut-off.
        as_of: Timestamp,
    },
    /// A share of a target is more than all of it.
    #[error("KPI \"{id}\" from {threshold} % of the target on has no meaning: give 0 to 100")]
    Threshold {
        /// The KPI's id.
        id: &'static str,
        /// The percentage given.
        threshold: u32,
    },
}

/// A KPI by its id in the catalogue, with its options.
///
/// As TOML or JSON: `{ kpi = "csat", question = "csat", scale = "1-5" }`.
///
/// ```
/// use deskmetrics::report::KpiRequest;
/// use deskmetrics::{ClockKind, Scale};
///
/// let waiting = KpiRequest::new("first_response_time").with_clock(ClockKind::Business);
/// let stars = KpiRequest::new("csat").with_question("rating", Scale::csat(1, 5).unwrap());
/// assert!(waiting.check().is_ok() && stars.check().is_ok());
/// assert_eq!(
///     KpiRequest::new("csat").check().unwrap_err().to_string(),
///     "KPI \"csat\" needs its question, since each question has its own scale: give the question's name and scale"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct KpiRequest {
    /// Its id, or any of its aliases.
    pub kpi: String,
    /// Its name in the report; by default the KPI's own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Box<str>>,
    /// The attributes that its records must have; by default it counts all records.
    #[serde(default, rename = "where", skip_serializing_if = "Conditions::is_empty")]
    pub filter: Conditions,
    /// The clock of its durations; by default the calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockKind>,
    /// The survey question it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<Box<str>>,
    /// The scale of that question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
    /// The policy of first contact resolution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<FcrPolicy>,
    /// The SLA metric it is about; by default all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<SlaMetric>,
    /// The SLA policy it is about; by default all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sla_policy: Option<Box<str>>,
    /// The status whose time is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The group whose time is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Box<str>>,
    /// A limit; gives the share of durations within it instead of the durations.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "duration_text::optional")]
    pub within: Option<TimeDelta>,
    /// Limits; gives the share of the finished durations in each band between them.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "duration_text::list")]
    pub bands: Vec<TimeDelta>,
    /// Whether the share of the answers of each score is reported instead of the KPI: `csat`, `nps`, `ces`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub distribution: bool,
    /// Which tickets the customers are counted by; by default those created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<CustomersOf>,
    /// Whether tickets that a bot or rule solved are excluded; by default they count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without_automatic_solves: Option<bool>,
    /// From when (included), for `flow`; by default the first ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// To when (not included), for `flow`; by default the cut-off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// The minimum age of an invitation before it counts.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "duration_text::optional")]
    pub mature_after: Option<TimeDelta>,
    /// The longest time to an answer that still counts.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "duration_text::optional")]
    pub expire_after: Option<TimeDelta>,
    /// Callers who hang up sooner are excluded.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "duration_text::optional")]
    pub short_abandon: Option<TimeDelta>,
    /// From which share of its target on a running SLA target is at risk, in percent; by default 80.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "percent")]
    pub threshold_percent: Option<u32>,
    /// A custom KPI, as its empty tally. It has no form in TOML or JSON.
    #[serde(skip)]
    pub(crate) own: Option<Own>,
}

/// The tickets by which customers are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomersOf {
    /// Those created.
    #[default]
    Created,
    /// Those now solved or closed.
    Solved,
    /// Those open at the cut-off, and by period at the end of each.
    Open,
}

words!(CustomersOf: "customers of");

/// A custom KPI, as its empty tally.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Own(pub(crate) Box<dyn AnyKpi>);

impl KpiRequest {
    /// A custom KPI, given its empty tally; see [`Kpi`].
    pub fn of(kpi: impl Kpi) -> Self {
        let id = kpi.definition().id;
        Self { own: Some(Own(Box::new(kpi))), ..Self::new(id) }
    }

    /// The KPI of this id or alias, without options.
    pub fn new(kpi: impl Into<String>) -> Self {
        Self {
            own: None,
            kpi: kpi.into(),
            name: None,
            filter: Conditions::default(),
            clock: None,
            question: None,
            scale: None,
            policy: None,
            metric: None,
            sla_policy: None,
            status: None,
            group: None,
            within: None,
            bands: Vec::new(),
            distribution: false,
            with: None,
            without_automatic_solves: None,
            since: None,
            until: None,
            mature_after: None,
            expire_after: None,
            short_abandon: None,
            threshold_percent: None,
        }
    }

    /// The same KPI under its own name, which its rows show.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<Box<str>>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The same KPI of the records that meet all these conditions. In TOML or JSON they are the key `where`.
    ///
    /// An answer or invitation that lacks an attribute takes it from its ticket, as for slices. Where the KPI depends on a
    /// customer's other tickets (first contact resolution without repeat contacts), it reads all of them.
    ///
    /// ```
    /// use deskmetrics::report::{KpiRequest, Report};
    /// use deskmetrics::sla::Conditions;
    /// use deskmetrics::ticket::Attribute;
    /// use deskmetrics::{Scale, SurveyResponse};
    ///
    /// let nps = KpiRequest::new("nps").with_question("nps", Scale::nps());
    /// let of_calls = nps.clone().with_filter(Conditions::default().with_attribute(Attribute::Channel, ["phone"])).with_name("NPS of calls");
    /// let answer = |score, channel| SurveyResponse::new("nps", Some(score)).with_attribute(Attribute::Channel, channel);
    /// let report = Report::undated().with_kpis([nps, of_calls]).build().unwrap();
    /// let table = report.run(&[], &[answer(10, "phone"), answer(3, "mail")], &[]).unwrap().table();
    /// let scores: Vec<_> = table.overall().filter(|row| row.headline).map(|row| (&*row.name, row.value)).collect();
    /// assert_eq!(scores, [("Net Promoter Score", Some(0.0)), ("NPS of calls", Some(100.0))]);
    /// ```
    #[doc(alias = "filter")]
    #[doc(alias = "where")]
    #[must_use]
    pub fn with_filter(mut self, conditions: Conditions) -> Self {
        self.filter = conditions;
        self
    }

    /// The same KPI on `clock`.
    #[must_use]
    pub fn with_clock(mut self, clock: ClockKind) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The same KPI about one survey question and its scale; NPS has a scale of its own and reads the question
    /// only.
    #[must_use]
    pub fn with_question(mut self, question: impl Into<Box<str>>, scale: Scale) -> Self {
        self.question = Some(question.into());
        self.scale = Some(scale);
        self
    }

    /// The same KPI about one survey, where its scale does not matter: the response rate.
    #[must_use]
    pub fn with_survey(mut self, question: impl Into<Box<str>>) -> Self {
        self.question = Some(question.into());
        self
    }

    /// The same KPI under `policy`.
    #[must_use]
    pub fn with_policy(mut self, policy: FcrPolicy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// The same KPI about one SLA metric.
    #[must_use]
    pub fn with_metric(mut self, metric: SlaMetric) -> Self {
        self.metric = Some(metric);
        self
    }

    /// The same KPI about the targets of one SLA policy; request one KPI for each to compare them.
    #[must_use]
    pub fn with_sla_policy(mut self, policy: impl Into<Box<str>>) -> Self {
        self.sla_policy = Some(policy.into());
        self
    }

    /// The time in one status: `time_in_status`.
    #[must_use]
    pub fn with_status(mut self, status: Status) -> Self {
        self.status = Some(status);
        self
    }

    /// The time with one group: `time_in_group`.
    #[must_use]
    pub fn with_group(mut self, group: impl Into<Box<str>>) -> Self {
        self.group = Some(group.into());
        self
    }

    /// The share of this KPI's durations that are at most `limit`, with its interval, instead of the durations
    /// themselves; for `service_level` the time in which contacts should be answered.
    ///
    /// Those that still run count as not within once they exceed the limit, and are not judged before
    /// ([`Times::decided_within`](crate::kpi::tally::Times::decided_within)).
    #[doc(alias = "share within")]
    #[must_use]
    pub fn with_limit(mut self, limit: TimeDelta) -> Self {
        self.within = Some(limit);
        self
    }

    /// A histogram: the share of this KPI's finished durations in each band between the limits, each with its interval,
    /// instead of the durations themselves. The bands are up to the first limit, up to the second and so on, and over the
    /// last one; a duration of exactly a limit is in the band below it.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use deskmetrics::queue::QueueContact;
    /// use deskmetrics::report::KpiRequest;
    /// use deskmetrics::Timestamp;
    ///
    /// let bands = [TimeDelta::seconds(20), TimeDelta::minutes(1)];
    /// let mut waits = KpiRequest::new("speed_of_answer").with_bands(bands).tally(None).unwrap();
    /// let nine: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    /// for wait in [5, 20, 50, 300] {
    ///     waits.push_contact(&QueueContact::new(nine).with_answered_at(nine.to_utc() + TimeDelta::seconds(wait)));
    /// }
    /// let histogram: Vec<_> =
    ///     waits.estimates(0.95).iter().map(|band| (band.measure.to_string(), band.value.unwrap())).collect();
    /// let expected = [("up to 20s", 50.0), ("20s to 1m", 25.0), ("over 1m", 25.0)];
    /// assert_eq!(histogram, expected.map(|(band, share)| (band.to_owned(), share)));
    /// ```
    #[doc(alias = "histogram")]
    #[doc(alias = "ageing")]
    #[must_use]
    pub fn with_bands(mut self, limits: impl IntoIterator<Item = TimeDelta>) -> Self {
        self.bands = limits.into_iter().collect();
        self
    }

    /// The share of the answers of each score, lowest first, instead of the KPI: `csat`, `nps`, `ces`.
    ///
    /// ```
    /// use deskmetrics::Scale;
    /// use deskmetrics::report::KpiRequest;
    ///
    /// let mut csat = KpiRequest::new("csat").with_question("csat", Scale::csat(1, 3)?).with_distribution().tally(None)?;
    /// csat.push_score(Some(3), 3);
    /// csat.push_score(Some(1), 1);
    /// let shares: Vec<_> = csat.estimates(0.95).iter().map(|each| (each.measure.to_string(), each.value)).collect();
    /// let expected = [("score 1", 25.0), ("score 2", 0.0), ("score 3", 75.0)];
    /// assert_eq!(shares, expected.map(|(score, share)| (score.to_owned(), Some(share))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "distribution")]
    #[must_use]
    pub fn with_distribution(mut self) -> Self {
        self.distribution = true;
        self
    }

    /// The customers of these tickets: `customers`.
    #[must_use]
    pub fn with_tickets(mut self, with: CustomersOf) -> Self {
        self.with = Some(with);
        self
    }

    /// The same KPI without the tickets that a bot or rule solved: `one_touch`, `fcr`.
    #[must_use]
    pub fn without_automatic_solves(mut self) -> Self {
        self.without_automatic_solves = Some(true);
        self
    }

    /// The span from `from` (included) to `to` (not included): `flow`. The rows of a report's periods have their own spans.
    ///
    /// ```
    /// use deskmetrics::report::KpiRequest;
    /// use deskmetrics::Timestamp;
    ///
    /// let at = |text: &str| text.parse::<Timestamp>().unwrap();
    /// let march = KpiRequest::new("flow").with_range(at("2026-03-01T00:00:00Z"), at("2026-04-01T00:00:00Z"));
    /// assert!(march.tally(Some(at("2026-04-02T00:00:00Z"))).is_ok());
    /// assert_eq!(
    ///     march.tally(Some(at("2026-03-15T00:00:00Z"))).unwrap_err().to_string(),
    ///     "KPI \"flow\" from 2026-03-01T00:00:00Z to 2026-04-01T00:00:00Z has no meaning: give a span that ends after it \
    ///      begins, and not after the cut-off, 2026-03-15T00:00:00Z",
    /// );
    /// ```
    #[must_use]
    pub fn with_range(mut self, from: impl Into<Timestamp>, to: impl Into<Timestamp>) -> Self {
        (self.since, self.until) = (Some(from.into()), Some(to.into()));
        self
    }

    /// The response rate of the invitations that were out for at least `age` at the cut-off.
    #[must_use]
    pub fn with_mature_after(mut self, age: TimeDelta) -> Self {
        self.mature_after = Some(age);
        self
    }

    /// The response rate where answers later than `limit` after the invitation count as none.
    #[must_use]
    pub fn with_expire_after(mut self, limit: TimeDelta) -> Self {
        self.expire_after = Some(limit);
        self
    }

    /// The same KPI without callers who hang up sooner than `limit`: `service_level`, `abandon_rate`.
    #[must_use]
    pub fn with_short_abandon(mut self, limit: TimeDelta) -> Self {
        self.short_abandon = Some(limit);
        self
    }

    /// At risk from `percent` of the target on: `sla_at_risk`.
    #[must_use]
    pub fn with_threshold_percent(mut self, percent: u32) -> Self {
        self.threshold_percent = Some(percent);
        self
    }

    /// The question, which every survey KPI requires.
    pub(crate) fn question(&self, id: &'static str) -> Result<&str, RequestError> {
        self.question.as_deref().ok_or_else(|| needs_question(id))
    }

    /// The scale of the question; both are required.
    pub(crate) fn question_and_scale(&self, id: &'static str) -> Result<&Scale, RequestError> {
        self.question(id)?;
        self.scale.as_ref().ok_or_else(|| needs_question(id))
    }

    /// The question's name, if it is not the KPI's.
    pub(crate) fn other_question(&self, id: &str) -> Option<String> {
        self.question.as_deref().filter(|question| *question != id).map(str::to_owned)
    }

    pub(crate) fn excludes_automatic_solves(&self) -> bool {
        self.without_automatic_solves == Some(true)
    }

    pub(crate) fn automatic_solves(&self) -> Option<String> {
        self.excludes_automatic_solves().then(|| "without automatic solves".to_owned())
    }

    pub(crate) fn short_abandon(&self, id: &'static str) -> Result<TimeDelta, RequestError> {
        self.short_abandon.map_or(Ok(TimeDelta::zero()), |limit| above_zero(limit, id))
    }

    pub(crate) fn short_abandon_option(&self) -> Option<String> {
        self.short_abandon.map(|limit| format!("abandons from {}", duration_text::format(limit)))
    }
}

fn needs_question(id: &'static str) -> RequestError {
    RequestError::NeedsChoice {
        id,
        option: "question",
        why: "each question has its own scale",
        allowed: "the question's name and scale",
    }
}

/// A limit that some duration can be within.
pub(crate) fn above_zero(limit: TimeDelta, id: &'static str) -> Result<TimeDelta, RequestError> {
    if limit > TimeDelta::zero() {
        Ok(limit)
    } else {
        Err(RequestError::Limit { id, limit: duration_text::format(limit) })
    }
}

/// The parts that are present, joined.
pub(crate) fn together(parts: impl IntoIterator<Item = Option<String>>) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// A share in percent, not as a fraction.
fn percent<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    struct Percent;

    impl serde::de::Visitor<'_> for Percent {
        type Value = Option<u32>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a whole number of percent from 0 to 100, such as 80")
        }

        fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Self::Value, E> {
            let percent = u32::try_from(number);
            percent.map(Some).map_err(|_| E::invalid_value(serde::de::Unexpected::Signed(number), &self))
        }

        fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Self::Value, E> {
            let percent = u32::try_from(number);
            percent.map(Some).map_err(|_| E::invalid_value(serde::de::Unexpected::Unsigned(number), &self))
        }

        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }

    deserializer.deserialize_any(Percent)
}
