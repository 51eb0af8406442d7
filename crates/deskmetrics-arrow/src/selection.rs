//! Selection of the KPIs of a report, checked against a dataset.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use deskmetrics::kpi::{self, Evidence, FcrPolicy, KpiRequest, RequestError, Topic};
use deskmetrics::replay::StatedMeasure;
use deskmetrics::report::{Report, ReportError};
use deskmetrics::sla::SlaTarget;
use deskmetrics::{ClockKind, Reason, Replayed, Scale, SlaMetric, Ticket, TicketMetrics, Timestamp};

use crate::Dataset;
use crate::decode::stated::StatedColumn;
use crate::description::{did_you_mean, listed, nearest};

/// A selection of KPIs. The dataset provides the options of each one: the question and its scale, the FCR policy, and
/// the clocks that have schedules.
///
/// ```no_run
/// use deskmetrics_arrow::{Dataset, KpiSelection};
///
/// let dataset = Dataset::read("helpdesk.toml")?;
/// let selected = KpiSelection::usual().of(&dataset)?;
/// for request in &selected.kpis {
///     println!("{}", request.kpi);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct KpiSelection {
    ids: KpiIds,
    clocks: Option<Vec<ClockKind>>,
    fcr: Option<FcrPolicy>,
}

#[derive(Debug, Clone)]
enum KpiIds {
    Usual,
    All,
    These(Vec<String>),
}

/// The selected KPIs.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct SelectedKpis {
    /// The requests: in the order of the catalogue, or in the given order if selected by name.
    pub kpis: Vec<KpiRequest>,
    /// Notes for the reader: KPIs that are not shown, with the reason.
    pub notes: Vec<String>,
}

/// A selection that the data cannot answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectionError {
    /// The catalogue has no such KPI.
    #[error("there is no KPI \"{id}\"{}", did_you_mean(nearest.as_deref()))]
    UnknownKpi {
        /// The requested id.
        id: String,
        /// The most similar id.
        nearest: Option<String>,
    },
    /// First contact resolution was requested without a policy.
    #[error("KPI \"fcr\" has no default policy: choose a policy such as \"{example}\"")]
    FcrPolicy {
        /// A policy for the data: one that needs no events if there are none.
        example: &'static str,
    },
    /// The data contains nothing that the KPI measures.
    #[error("the data contains nothing for {id}{hint}")]
    Nothing {
        /// The KPI's id.
        id: &'static str,
        /// What to add.
        hint: String,
    },
    /// The data lacks the evidence for the KPI. Its value would describe the data, not the service.
    #[error("{kpi} cannot be answered, since the data has {lacks}: {remedy}{}", or_stated(stated))]
    NoEvidence {
        /// The KPI's id, with its FCR policy and its clock.
        kpi: String,
        /// What the data lacks.
        lacks: Cow<'static, str>,
        /// What to provide.
        remedy: Cow<'static, str>,
        /// The roles of stated measures that are sufficient instead.
        stated: &'static [StatedMeasure],
    },
    /// A request names an SLA policy that is not known.
    #[error("there is no SLA policy \"{name}\"{}; present are {}", did_you_mean(nearest(name, present).as_deref()), listed(present))]
    UnknownPolicy {
        /// The requested name.
        name: String,
        /// The policies.
        present: Vec<String>,
    },
    /// A request is incomplete or contradicts itself, whatever the data.
    #[error(transparent)]
    Request(#[from] ReportError),
    /// There is no table to report on, or none that a KPI measures.
    #[error("there is no KPI to report{}", notes.iter().flat_map(|note| ["; ", note.as_str()]).collect::<String>())]
    NoKpi {
        /// The KPIs that are not shown, with the reason.
        notes: Vec<String>,
    },
}

fn or_stated(stated: &[StatedMeasure]) -> String {
    let roles: Vec<&str> = stated.iter().map(|measure| measure.name()).collect();
    match roles.as_slice() {
        [] => String::new(),
        roles => format!(", or what the source has computed as {} of the tickets", roles.join(" and ")),
    }
}

impl KpiSelection {
    /// The usual KPIs that the data can answer.
    pub fn usual() -> Self {
        Self { ids: KpiIds::Usual, clocks: None, fcr: None }
    }

    /// The ids of the usual KPIs.
    pub fn usual_ids() -> impl Iterator<Item = &'static str> {
        kpi::REGISTRY.iter().filter(|entry| entry.usual).map(|entry| entry.definition.id)
    }

    /// Every KPI that the data can answer.
    pub fn all() -> Self {
        Self { ids: KpiIds::All, ..Self::usual() }
    }

    /// These KPIs, by their ids or aliases.
    pub fn these(ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { ids: KpiIds::These(ids.into_iter().map(Into::into).collect()), ..Self::usual() }
    }

    /// Sets the clocks of durations. Default: both if the dataset has a schedule, else the calendar.
    #[must_use]
    pub fn with_clocks(mut self, clocks: impl IntoIterator<Item = ClockKind>) -> Self {
        self.clocks = Some(clocks.into_iter().collect());
        self
    }

    /// Sets the policy of first contact resolution. Default: the dataset's own policy.
    #[must_use]
    pub fn with_fcr(mut self, policy: FcrPolicy) -> Self {
        self.fcr = Some(policy);
        self
    }

    /// Resolves the selection to the KPIs that the dataset can answer.
    ///
    /// # Errors
    /// If a KPI selected by name is unknown or the data contains nothing for it, or if there is no table for any KPI.
    /// A table without rows suffices: its KPIs count nothing. A KPI selected by name that lacks evidence is an error
    /// only if no other KPI remains; otherwise a note gives the reason.
    pub fn of(&self, dataset: &Dataset) -> Result<SelectedKpis, SelectionError> {
        let (mut selected, mut refused) = (SelectedKpis::default(), None);
        let (answerable, without_cut_off) = self.answerable(dataset);
        match &self.ids {
            KpiIds::These(names) => {
                for name in names {
                    let known = kpi::definition(name).ok_or_else(|| unknown(name))?;
                    let mut found =
                        answerable.iter().filter(|request| request.kpi == known.id).cloned().peekable();
                    if without_cut_off.contains(known.id) {
                        selected.notes.push(needs_cut_off(known.id));
                    } else if found.peek().is_none() {
                        return Err(self.nothing(known.id, dataset));
                    }
                    for request in found {
                        match dataset.can_answer(&request) {
                            Ok(()) => selected.kpis.push(request),
                            Err(problem) => {
                                selected.notes.push(problem.to_string());
                                refused = refused.or(Some(problem));
                            }
                        }
                    }
                }
            }
            KpiIds::Usual | KpiIds::All => {
                let all = matches!(self.ids, KpiIds::All);
                let is_selected = |id: &str| all || Self::usual_ids().any(|usual| usual == id);
                selected.kpis = answerable;
                selected.kpis.retain(|request| is_selected(&request.kpi));
                let unknown = without_cut_off.iter().filter(|id| is_selected(id));
                selected.notes.extend(unknown.map(|id| needs_cut_off(id)));
                let answers = is_logged(dataset) || dataset.tables.records_solves();
                if self.policy(dataset).is_none() && dataset.tables.tickets.len > 0 && answers {
                    selected.notes.push(no_policy(dataset).to_string());
                }
                let mut unknown: BTreeMap<Lack, BTreeSet<String>> = BTreeMap::new();
                selected.kpis.retain(|request| match lack(dataset, request, false) {
                    Some(lack) => {
                        unknown.entry(lack).or_default().insert(title(request));
                        false
                    }
                    None => true,
                });
                selected.notes.extend(unknown.into_iter().map(|(Lack { lacks, remedy, .. }, ids)| {
                    let ids = Vec::from_iter(ids).join(", ");
                    format!("the data has {lacks}, so these are not shown: {ids}; {remedy}")
                }));
            }
        }
        let notes = dataset.notes(&selected.kpis);
        selected.notes.extend(notes);
        if selected.kpis.is_empty() {
            return Err(refused.unwrap_or(SelectionError::NoKpi { notes: selected.notes }));
        }
        selected.notes.extend(selected.kpis.iter().filter_map(|request| dataset.stated_note(request)));
        selected.notes.dedup();
        Ok(selected)
    }

    /// The requests that one with options expands to, each completed by what the dataset provides, such as the scale of its
    /// question or the clocks that have schedules.
    ///
    /// # Errors
    /// If the request has no meaning, or the data cannot answer it.
    pub fn complete(
        &self,
        request: KpiRequest,
        dataset: &Dataset,
    ) -> Result<Vec<KpiRequest>, SelectionError> {
        if let Some(name) = request.sla_policy.as_deref() {
            let present = || dataset.policies.policies.iter().map(|policy| policy.name.to_string());
            if !dataset.policies.policies.is_empty() && !present().any(|known| known == name) {
                let (name, present) = (name.to_owned(), present().collect());
                return Err(SelectionError::UnknownPolicy { name, present });
            }
        }
        let request = dataset.with_stated_sla(request);
        dataset.can_answer(&request)?;
        let Err(problem) = request.check() else { return Ok(vec![request]) };
        let ids = KpiIds::These(vec![request.kpi.clone()]);
        let fcr = request.policy.clone().or_else(|| self.fcr.clone());
        let known = match (Self { ids, fcr, ..self.clone() }).of(dataset) {
            Ok(known) => known.kpis,
            Err(error @ SelectionError::Nothing { .. }) if request.policy.is_some() => return Err(error),
            Err(error @ SelectionError::NoEvidence { .. }) => return Err(error),
            Err(_) => Vec::new(),
        };
        let completed = request.completed_by(&known);
        if completed.is_empty() { Err(problem.into()) } else { Ok(completed) }
    }

    fn policy<'a>(&'a self, dataset: &'a Dataset) -> Option<&'a FcrPolicy> {
        self.fcr.as_ref().or(dataset.fcr.as_ref())
    }

    fn nothing(&self, id: &'static str, dataset: &Dataset) -> SelectionError {
        if id == "fcr" && self.policy(dataset).is_none() {
            return no_policy(dataset);
        }
        if id == "fcr"
            && let Some(policy @ FcrPolicy::Survey { .. }) = self.policy(dataset)
        {
            let hint = match dataset.questions.first() {
                None => ": provide surveys, answers with scores".to_owned(),
                Some(first) => format!(
                    ": name its question, such as {{\"kpi\": \"fcr\", \"policy\": \"{policy}\", \"question\": \"{first}\"}}; \
                     there are {}",
                    listed(&dataset.questions)
                ),
            };
            return SelectionError::Nothing { id, hint };
        }
        let mut hint: String = unscaled(dataset, &[]).iter().flat_map(|why| ["; ", why.as_str()]).collect();
        if hint.is_empty() && has_unknown_questions(dataset) && ["csat", "ces"].contains(&id) {
            hint = format!(": state the scale of its question under scales, such as {id} = \"1-5\"");
        }
        if let Err(ReportError::Request(RequestError::NeedsChoice { option, allowed, .. })) =
            KpiRequest::new(id).check()
            && ["status", "group"].contains(&option)
            && holds(dataset, &TICKETS)
        {
            let example = if option == "status" { "pending" } else { "Billing" };
            hint = format!(
                ": it needs its {option}, {allowed}, such as {{\"kpi\": \"{id}\", \"{option}\": \"{example}\"}}"
            );
        }
        if hint.is_empty() {
            hint = match id {
                "csat" | "nps" | "ces" | "reasons" if dataset.questions.is_empty() => {
                    let reasons = if id == "reasons" { " and reasons" } else { "" };
                    format!(": provide surveys, answers with scores{reasons}")
                }
                "csat" | "nps" | "ces" => {
                    let scale = if id == "nps" { ", whose scale is \"nps\", 0 to 10" } else { "" };
                    format!(
                        ": none of the questions is one of it{scale}; there are {}",
                        listed(&dataset.questions)
                    )
                }
                "reasons" => ": provide the reasons of the answers as reasons of the surveys".to_owned(),
                "response_rate" | "survey_completion" | "survey_coverage" => {
                    ": provide invitations".to_owned()
                }
                _ if kpi::definition(id).is_some_and(|known| known.topic == Topic::Queue) => {
                    ": it counts contacts of phone and chat queues, not tickets: compute it from those alone"
                        .to_owned()
                }
                _ => ": provide tickets".to_owned(),
            };
        }
        SelectionError::Nothing { id, hint }
    }

    /// Every KPI that the data can answer, and the ids of those that need only a cut-off.
    fn answerable(&self, dataset: &Dataset) -> (Vec<KpiRequest>, BTreeSet<&'static str>) {
        let named = matches!(self.ids, KpiIds::These(_));
        let by_survey = self.policy(dataset).filter(|policy| matches!(policy, FcrPolicy::Survey { .. }));
        let mut requests = Vec::new();
        for definition in kpi::DEFINITIONS {
            let request = KpiRequest::new(definition.id);
            match definition.id {
                "csat" | "nps" | "ces" => {
                    let before = requests.len();
                    requests.extend(
                        questions(dataset)
                            .filter(|(name, scale)| kpi_of_question(name, scale) == definition.id)
                            .map(|(name, scale)| request.clone().with_question(name, scale.clone())),
                    );
                    // NPS has only one possible scale.
                    if definition.id == "nps"
                        && named
                        && requests.len() == before
                        && has_unknown_questions(dataset)
                    {
                        requests.push(request.with_question("nps", Scale::nps()));
                    }
                }
                "reasons" => {
                    let with_reasons = dataset.tables.answers.iter().filter(|table| table.states_reasons());
                    let stated: BTreeSet<&str> = with_reasons
                        .flat_map(super::decode::survey::AnswerTable::question_names)
                        .map(|name| &**name)
                        .collect();
                    // Without answers, it is unknown whether they would contain reasons.
                    let unknown = named && dataset.tables.answers.iter().all(|table| table.len == 0);
                    let possible = questions(dataset).filter(|(name, _)| unknown || stated.contains(name));
                    requests.extend(
                        possible.map(|(name, scale)| request.clone().with_question(name, scale.clone())),
                    );
                }
                "response_rate" => requests.extend(response_rates(dataset)),
                "survey_completion" | "survey_coverage" if !holds(dataset, &["invitations"]) => {}
                "survey_completion" => requests.push(request),
                "fcr" if by_survey.is_some() => {
                    let of_policy =
                        |policy: &FcrPolicy| Some((policy.clone(), question_of_fcr(&dataset.questions)?));
                    requests.extend(by_survey.and_then(of_policy).map(|(policy, question)| {
                        let mut request = request.with_policy(policy);
                        request.question = Some(question.into());
                        request
                    }));
                }
                // A dataset has no contacts of phone and chat queues.
                _ if definition.topic == Topic::Queue || !holds(dataset, &TICKETS) => {}
                "fcr" => {
                    requests.extend(self.policy(dataset).map(|policy| request.with_policy(policy.clone())));
                }
                "sla_attainment" => requests.extend(attainments(dataset, named)),
                // Without targets and customers there is nothing to count, unless it is selected by name.
                "sla_ticket_attainment" | "sla_overshoot" | "sla_at_risk"
                    if !named && dataset.policies.policies.is_empty() => {}
                "customers" if !named && dataset.tables.tickets.customers.is_none() => {}
                _ => {
                    let clocks = self.clocks(dataset, &request);
                    let mut clocks =
                        clocks.into_iter().filter(|clock| definition.clocks.contains(clock)).peekable();
                    if clocks.peek().is_none() {
                        requests.push(request);
                    } else {
                        requests.extend(clocks.map(|clock| request.clone().with_clock(clock)));
                    }
                }
            }
        }
        // KPIs that need an option that the data does not determine.
        let mut without_cut_off = BTreeSet::new();
        requests.retain(|request| match request.tally(dataset.as_of) {
            Err(ReportError::Request(RequestError::NeedsCutOff { id })) => {
                without_cut_off.insert(id);
                false
            }
            tally => tally.is_ok(),
        });
        (requests, without_cut_off)
    }

    fn clocks(&self, dataset: &Dataset, request: &KpiRequest) -> Vec<ClockKind> {
        let business = || request.clone().with_clock(ClockKind::Business);
        match &self.clocks {
            Some(clocks) => clocks.clone(),
            None if dataset.schedule.is_none()
                && dataset.schedule_by.is_empty()
                && dataset.stated_columns(&business()).is_empty() =>
            {
                vec![ClockKind::Calendar]
            }
            None => vec![ClockKind::Calendar, ClockKind::Business],
        }
    }
}

fn needs_cut_off(id: &str) -> String {
    format!("{id} is not shown, because it needs a cut-off and the data contains no timestamp: set as_of")
}

fn unknown(name: &str) -> SelectionError {
    let ids = kpi::DEFINITIONS.iter().map(|definition| definition.id);
    SelectionError::UnknownKpi { id: name.to_owned(), nearest: nearest(name, ids) }
}

/// The tables that contain data about tickets.
const TICKETS: [&str; 3] = ["tickets", "events", "snapshots"];

/// Whether there is a table of one of these kinds, even without rows.
fn holds(dataset: &Dataset, what: &[&str]) -> bool {
    dataset.sources.iter().any(|source| what.contains(&source.holds))
}

/// Whether there is a log of events.
fn is_logged(dataset: &Dataset) -> bool {
    holds(dataset, &["events", "snapshots"])
}

/// First contact resolution has no policy.
fn no_policy(dataset: &Dataset) -> SelectionError {
    let example =
        if is_logged(dataset) { "no_reopen_within(7days)" } else { "no_repeat_contact_within(7days)" };
    SelectionError::FcrPolicy { example }
}

/// The missing evidence, and what to provide instead.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Lack {
    lacks: Cow<'static, str>,
    remedy: Cow<'static, str>,
    /// Whether measures stated by the source are sufficient instead, and none is there.
    or_stated: bool,
}

impl Lack {
    fn new(lacks: impl Into<Cow<'static, str>>, remedy: impl Into<Cow<'static, str>>) -> Self {
        Self { lacks: lacks.into(), remedy: remedy.into(), or_stated: true }
    }

    fn unless_given(self) -> Self {
        Self { or_stated: false, ..self }
    }
}

/// The id of a KPI, with its FCR policy and, if it is not the calendar, its clock.
fn title(request: &KpiRequest) -> String {
    let policy = request.policy.as_ref().map(ToString::to_string);
    let business = (request.clock == Some(ClockKind::Business)).then(|| "business time".to_owned());
    let chosen: Vec<String> = policy.into_iter().chain(business).collect();
    if chosen.is_empty() { request.kpi.clone() } else { format!("{} ({})", request.kpi, chosen.join(", ")) }
}

/// The missing evidence of a KPI. A KPI selected by name is answered as well if replies could have been recorded but
/// none was.
fn lack(dataset: &Dataset, request: &KpiRequest, named: bool) -> Option<Lack> {
    let tables = &dataset.tables;
    if tables.tickets.len == 0 || !dataset.stated_columns(request).is_empty() {
        return None;
    }
    no_targets(dataset, request).or_else(|| no_records(dataset, request, named)).or_else(|| {
        let business = request.clock == Some(ClockKind::Business) && !dataset.has_business_time();
        business.then(|| {
            let lack = Lack::new("no business hours", PROVIDE_SCHEDULES);
            dataset.almost_stated(request).unwrap_or(lack)
        })
    })
}

/// The remedy where no ticket has business hours.
pub(crate) const PROVIDE_SCHEDULES: &str = "provide schedules, such as [schedules.default] with time_zone and hours, and name the one of all tickets, such as schedule = \
     \"default\", or those of some with schedule_by";

/// The missing targets of an SLA KPI.
fn no_targets(dataset: &Dataset, request: &KpiRequest) -> Option<Lack> {
    const STATED: &str = "the verdicts or due times of the source as sla_met or due_at of the tickets";
    let policies = &dataset.policies.policies;
    let targets = || policies.iter().flat_map(|policy| &policy.targets);
    let lack = match (request.kpi.as_str(), &request.metric) {
        ("sla_attainment", Some(metric)) if metric.as_str() == "stated" => (!dataset.states_sla())
            .then(|| Lack::new("no SLA verdict of the source", format!("provide {STATED}"))),
        ("sla_attainment" | "sla_ticket_attainment" | "sla_overshoot" | "sla_at_risk", _)
            if policies.is_empty() =>
        {
            let stated = request.metric.as_ref().is_some_and(|metric| metric.as_str().starts_with("stated"));
            let or = if request.kpi == "sla_attainment" { format!(", or {STATED}") } else { String::new() };
            (!stated).then(|| {
                Lack::new("no SLA policy", format!("provide policies with targets, as [[sla.policies]]{or}"))
            })
        }
        (_, Some(metric))
            if SlaMetric::NAMED.contains(metric) && !targets().any(|target| target.metric == *metric) =>
        {
            let present: BTreeSet<&str> = targets().map(|target| target.metric.as_str()).collect();
            let present = Vec::from_iter(present).join(", ");
            Some(Lack::new(
                format!("no SLA target for the metric {}", metric.as_str()),
                format!("request a metric that the policies have ({present}), or add a target to a policy"),
            ))
        }
        _ => {
            let judging =
                |target: &&SlaTarget| request.metric.as_ref().is_none_or(|metric| target.metric == *metric);
            let mut judging = policies
                .iter()
                .flat_map(|policy| policy.targets.iter().filter(judging).map(move |target| (policy, target)))
                .peekable();
            let is_sla = request.kpi.starts_with("sla_") && judging.peek().is_some();
            let all = is_sla
                && judging
                    .all(|(policy, target)| target.needs_business_hours() && dataset.lacks_schedule(policy));
            all.then(|| Lack::new("no business hours for its SLA targets", PROVIDE_SCHEDULES))
        }
    };
    lack.map(Lack::unless_given)
}

/// The missing events or replies.
fn no_records(dataset: &Dataset, request: &KpiRequest, named: bool) -> Option<Lack> {
    let tables = &dataset.tables;
    let by_reply = match request.metric.as_ref().map(SlaMetric::as_str) {
        Some("stated_first_response") => true,
        Some("stated") => tables.tickets.due_at.is_none() && tables.tickets.sla_met.kinds() == 1,
        _ => false,
    };
    // A due time alone is no evidence if replies are not known.
    let evidence =
        if by_reply && tables.states_due_replies() { Evidence::Replies } else { request.evidence() };
    let replied = StatedMeasure::FirstResponseTime;
    let has_replies = tables
        .stated_only(false)
        .any(|column| (column.measure, column.clock) == (replied, ClockKind::Calendar));
    if (by_reply && has_replies) || evidence == Evidence::Records {
        return None;
    }
    let logged = is_logged(dataset);
    // Snapshots contain no messages, and beside them the tickets' own times of replies have no role.
    let has_messages = !holds(dataset, &["snapshots"]) || holds(dataset, &["events"]);
    // Events that cannot be used may be the missing ones; their exclusion has its own remedy.
    let excluded = dataset
        .sources
        .iter()
        .any(|source| matches!(source.holds, "events" | "snapshots") && !source.exclusions.is_empty());
    let no_solves = || {
        (!tables.records_solves() && !excluded).then(|| {
            if logged {
                Lack::new(
                    "no change of status among its events",
                    "provide the changes of status as events, or the time of each solve or close in tickets as solved_at or closed_at",
                )
            } else {
                Lack::new(
                    "no time and no status of solves",
                    "provide the time of each solve or close as solved_at or closed_at, the status of each ticket as status, or events",
                )
            }
        })
    };
    let lack = match evidence {
        Evidence::Solves => no_solves(),
        Evidence::Replies
            if if named {
                (tables.records_replies() || excluded) && has_messages
            } else {
                tables.has_replies()
            } =>
        {
            None
        }
        _ if evidence > Evidence::Replies && !logged => Some(Lack::new(
            "no log of events",
            "provide events: messages and changes of status, group and assignee",
        )),
        Evidence::Messages if named => (!tables.events.contain_messages()).then(|| {
            Lack::new(
                "no message among its events",
                "provide the replies of agents and the messages of customers as events",
            )
        }),
        Evidence::Replies | Evidence::Messages if !tables.has_replies() => {
            let or = if logged { "" } else { ", or the time of each first reply as first_response_at" };
            Some(Lack::new("no reply to a customer", format!("provide the replies of agents as events{or}")))
        }
        _ => None,
    };
    let lack = lack.or_else(|| no_solves().filter(|_| counts_solved(request, dataset.as_of)));
    lack.map(|lack| dataset.almost_stated(request).unwrap_or(lack))
}

/// Whether a KPI counts solved tickets only: it excludes an open one as not solved.
fn counts_solved(request: &KpiRequest, as_of: Option<Timestamp>) -> bool {
    let at = as_of.unwrap_or(Timestamp::MIN);
    let open = Replayed::new(Ticket::new("", at), TicketMetrics::new(at, at));
    let report = as_of.map_or_else(Report::undated, Report::builder).with_kpi(request.clone()).build();
    let counted = report.and_then(|report| report.run(&[open], &[], &[]));
    counted.is_ok_and(|state| state.table().overall().any(|row| row.excluded.count(Reason::NotSolved) > 0))
}

impl Dataset {
    /// Notes for the readers of any report: questions without a scale, settings without an effect, what was detected about
    /// files, and conditions that never hold. `requests` are those of the report, which may state scales.
    pub fn notes(&self, requests: &[KpiRequest]) -> Vec<String> {
        let mut notes = unscaled(self, requests);
        notes.extend(self.notes.iter().cloned());
        for source in &self.sources {
            let file = source.file.file_name().unwrap_or_default().to_string_lossy();
            notes.extend(source.notes.iter().map(|note| format!("{file}: {note}")));
        }
        notes.extend(self.unrecorded_targets(requests));
        notes.extend(self.misspelled_changes());
        notes.extend(self.unmet_conditions());
        notes.extend(self.policies.check().iter().map(|finding| format!("SLA policies: {finding}")));
        notes
    }

    /// Notes on SLA targets whose event the data does not record, so that none counts as met.
    fn unrecorded_targets(&self, requests: &[KpiRequest]) -> Vec<String> {
        let judged = |metric: &SlaMetric| {
            let judges = |request: &KpiRequest| {
                request.kpi.starts_with("sla_") && request.metric.as_ref().is_none_or(|one| one == metric)
            };
            let mut targets = self.policies.policies.iter().flat_map(|policy| &policy.targets);
            requests.iter().any(judges) && targets.any(|target| target.metric == *metric)
        };
        let note = |metric: SlaMetric, recorded: bool, event: &str, role: &str| {
            (self.tables.tickets.len > 0 && !recorded && judged(&metric)).then(|| {
                format!(
                    "no SLA target for {} counts as met, because the data has no time of {event}: provide {role}, or events",
                    metric.as_str()
                )
            })
        };
        let replies = note(
            SlaMetric::FirstResponse,
            self.tables.records_replies(),
            "first replies",
            "first_response_at",
        );
        let solves =
            note(SlaMetric::Resolution, self.tables.records_solves(), "solves", "solved_at or closed_at");
        replies.into_iter().chain(solves).collect()
    }

    /// Checks that the data contains the evidence of a KPI, such as events for counts of replies.
    ///
    /// # Errors
    /// [`SelectionError::NoEvidence`] with the missing evidence and what to provide.
    pub fn can_answer(&self, request: &KpiRequest) -> Result<(), SelectionError> {
        let Some(Lack { lacks, remedy, or_stated }) = lack(self, request, true) else { return Ok(()) };
        let stated = if or_stated { request.stated_measures() } else { &[] };
        Err(SelectionError::NoEvidence { kpi: title(request), lacks, remedy, stated })
    }

    /// What is missing if the source states the measures of a KPI on the other clock, or without a unit.
    fn almost_stated(&self, request: &KpiRequest) -> Option<Lack> {
        let [measure] = request.stated_measures() else { return None };
        let clock = request.clock.unwrap_or_default();
        let (here, there) = match clock {
            ClockKind::Business => ("business", "calendar"),
            ClockKind::Calendar => ("calendar", "business"),
        };
        let other = || {
            let mut columns = self.tables.stated_only(self.has_business_time());
            let column = columns.find(|column| column.measure == *measure && column.clock != clock)?;
            let StatedColumn { role, name, .. } = column;
            Some(Lack::new(
                format!("its {role} in {there} time only (column \"{name}\")"),
                format!(
                    "request it with \"clock\": \"{there}\", or state the clock of the column if it is {here} time, such as \
                     {role} = {{ column = \"{name}\", clock = \"{here}\" }}"
                ),
            ))
        };
        let unitless = || {
            let (role, column) = self.unitless.iter().find(|(role, _)| *role == measure.name())?;
            Some(Lack::new(
                format!("no unit for the durations of column \"{column}\""),
                format!(
                    "name the unit in the column's name, such as \"{column}_in_minutes\", or state it, such as {role} = {{ column = \
                     \"{column}\", unit = \"minutes\" }}"
                ),
            ))
        };
        other().or_else(unitless).map(Lack::unless_given)
    }

    /// The columns of stated measures that a KPI uses; empty unless the source states all that it needs.
    fn stated_columns(&self, request: &KpiRequest) -> Vec<&StatedColumn> {
        let clock = request.clock.unwrap_or_default();
        let only: Vec<&StatedColumn> = self.tables.stated_only(self.has_business_time()).collect();
        let find = |measure: &StatedMeasure| {
            only.iter().copied().find(|column| column.measure == *measure && column.clock == clock)
        };
        request.stated_measures().iter().map(find).collect::<Option<_>>().unwrap_or_default()
    }

    /// A note that a KPI uses stated measures, with their roles and columns; `None` if it does not.
    pub fn stated_note(&self, request: &KpiRequest) -> Option<String> {
        let columns = self.stated_columns(request);
        let named: Vec<String> =
            columns.iter().map(|column| format!("{} (column \"{}\")", column.role, column.name)).collect();
        (!named.is_empty())
            .then(|| format!("{} rests on what the source states: {}", title(request), named.join(", ")))
    }
}

/// The question whether the first contact resolved the ticket: the one of that name, or the only one.
fn question_of_fcr(questions: &BTreeSet<Box<str>>) -> Option<&str> {
    let only = || questions.first().filter(|_| questions.len() == 1);
    questions.get("fcr").or_else(only).map(|question| &**question)
}

/// Notes on questions without a scale.
fn unscaled(dataset: &Dataset, requests: &[KpiRequest]) -> Vec<String> {
    let stated = |question: &str| {
        let has_scale = |request: &&KpiRequest| {
            request.scale.is_some() || matches!(request.policy, Some(FcrPolicy::Survey { .. }))
        };
        let mut scaled = requests.iter().filter(has_scale);
        dataset.scales.contains_key(question)
            || scaled.any(|request| request.question.as_deref() == Some(question))
    };
    let without = dataset.questions.iter().filter(|question| !stated(question));
    let needless: Vec<&str> =
        dataset.scales.keys().filter(|name| !dataset.questions.contains(*name)).map(|name| &**name).collect();
    let note = |question: &str| {
        let answers: usize = dataset.tables.answers.iter().map(|table| table.answers_to(question)).sum();
        format!(
            "answers to \"{question}\" are not used, {answers} in all, because its scale is not known: state \
             one under scales, such as {question} = \"1-5\"{}",
            match nearest(question, &needless) {
                Some(name) => format!("; the scale of \"{name}\" is of no question"),
                None => String::new(),
            }
        )
    };
    without.map(|question| note(question)).collect()
}

/// Whether a table of answers has no rows, so that its questions are unknown.
fn has_unknown_questions(dataset: &Dataset) -> bool {
    dataset.questions.is_empty() && holds(dataset, &["surveys"])
}

/// The questions with their scales. If a table of answers has no rows, all questions that have a scale.
fn questions(dataset: &Dataset) -> impl Iterator<Item = (&str, &Scale)> {
    let any = has_unknown_questions(dataset);
    let scales = dataset.scales.iter().map(|(name, scale)| (&**name, scale));
    scales.filter(move |(name, _)| any || dataset.questions.contains(*name))
}

/// The KPI of a survey question (`nps`, `csat` or `ces`), from its scale if that decides, else from its name.
///
/// ```
/// use deskmetrics::Scale;
/// use deskmetrics_arrow::kpi_of_question;
///
/// assert_eq!(kpi_of_question("recommend", &Scale::nps()), "nps");
/// assert_eq!(kpi_of_question("effort", &Scale::csat(1, 5).unwrap()), "ces");
/// assert_eq!(kpi_of_question("stars", &Scale::csat(1, 5).unwrap()), "csat");
/// ```
pub fn kpi_of_question(question: &str, scale: &Scale) -> &'static str {
    let named = |word: &str| question.to_lowercase().contains(word);
    if *scale == Scale::nps() {
        "nps"
    } else if named("ces") || named("effort") || *scale == Scale::ces1() || *scale == Scale::ces2() {
        "ces"
    } else {
        "csat"
    }
}

/// The response rate of all surveys, and of each if there are several.
fn response_rates(dataset: &Dataset) -> Vec<KpiRequest> {
    let sent = dataset.tables.invitations.iter().flat_map(|table| table.question.meanings());
    let sent: BTreeSet<&str> = sent.map(|question| &**question).collect();
    let all = KpiRequest::new("response_rate");
    let each = sent.iter().filter(|_| sent.len() > 1).map(|question| all.clone().with_survey(*question));
    if !holds(dataset, &["invitations"]) {
        return Vec::new();
    }
    std::iter::once(all.clone()).chain(each).collect()
}

/// SLA attainment over all targets, of each metric if there are several, and as stated by the source.
fn attainments(dataset: &Dataset, named: bool) -> Vec<KpiRequest> {
    let targets = dataset.policies.policies.iter().flat_map(|policy| &policy.targets);
    let metrics: BTreeSet<&SlaMetric> = targets.map(|target| &target.metric).collect();
    let all = KpiRequest::new("sla_attainment");
    let mut requests = Vec::new();
    let stated = dataset.states_sla();
    if !metrics.is_empty() || (named && !stated) {
        requests.push(all.clone());
    }
    if metrics.len() > 1 {
        requests.extend(metrics.into_iter().map(|metric| all.clone().with_metric(metric.clone())));
    }
    if stated {
        requests.push(all.clone().with_metric(SlaMetric::Custom("stated".into())));
        requests.extend(dataset.stated_sla().map(|(_, stated)| all.clone().with_metric(stated)));
    }
    requests
}
