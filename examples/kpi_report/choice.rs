//! Which KPIs the data can answer, and which of them are wanted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use deskmetrics::catalogue::catalogue;
use deskmetrics::kpi::Topic;
use deskmetrics::report::KpiRequest;
use deskmetrics::ticket::{Attribute, EventKind};
use deskmetrics::{Author, Replayed, Scale, SlaMetric, TicketEvent, kpi};
use deskmetrics_arrow::Dataset;

use super::Trouble;
use super::arguments::{Arguments, Slicing};

/// What a report shows unless somebody asks for more.
const USUAL: [&str; 13] = [
    "csat",
    "nps",
    "ces",
    "response_rate",
    "volume",
    "solved",
    "backlog",
    "first_response_time",
    "full_resolution_time",
    "fcr",
    "one_touch",
    "reopen_rate",
    "sla_attainment",
];

/// KPIs that rest on replies.
const ABOUT_REPLIES: [&str; 13] = [
    "first_response_time",
    "next_response_time",
    "response_time",
    "bot_first_response_time",
    "bot_resolution",
    "bot_containment",
    "one_touch",
    "two_touch",
    "multi_touch",
    "replies_per_ticket",
    "agent_touches",
    "messages_per_ticket",
    "first_level_resolution",
];

/// KPIs that rest on changes between creation and end.
const ABOUT_CHANGES: [&str; 8] = [
    "reopen_rate",
    "transfers",
    "transfer_rate",
    "group_transfers",
    "handoffs",
    "on_hold_time",
    "time_to_first_assignment",
    "escalation_rate",
];

/// What the report is about.
pub(crate) struct Choice {
    /// The KPIs, in the catalogue's order.
    pub(crate) kpis: Vec<KpiRequest>,
    /// The slicings.
    pub(crate) by: Vec<Vec<Attribute>>,
    /// What the reader should know about the choice.
    pub(crate) notes: Vec<String>,
}

impl Choice {
    /// What was asked for, or the usual KPIs, as far as the data can answer them.
    pub(crate) fn of(
        arguments: &Arguments,
        dataset: &Dataset,
        tickets: &[Replayed],
    ) -> Result<Self, Trouble> {
        let mut notes = Vec::new();
        let answerable = answerable(arguments, dataset, tickets, &mut notes);
        let wanted = wanted(arguments)?;
        let id = |request: &KpiRequest| kpi::definition(&request.kpi).map(|definition| definition.id);
        let mut kpis = answerable;
        if !wanted.is_empty() {
            let missing: Vec<&str> = wanted
                .iter()
                .copied()
                .filter(|wanted| !kpis.iter().any(|request| id(request) == Some(wanted)))
                .collect();
            if missing.contains(&"fcr") && dataset.fcr.is_none() && arguments.fcr.is_none() {
                return Err(Trouble::Usage(
                    "FCR has no usual meaning: choose one with --fcr, such as --fcr \"no_reopen_within(7days)\"".to_owned(),
                ));
            }
            if !missing.is_empty() {
                let nothing = format!("the data holds nothing for {}", missing.join(", "));
                let why = std::iter::once(nothing).chain(unscaled(dataset));
                return Err(Trouble::Data(why.collect::<Vec<_>>().join("; ")));
            }
            kpis.retain(|request| id(request).is_some_and(|id| wanted.contains(&id)));
            notes.clear();
        }
        if wanted.is_empty() && !arguments.all {
            kpis.retain(|request| id(request).is_some_and(|id| USUAL.contains(&id)));
        }
        if wanted.is_empty() {
            let silent = silent(dataset);
            for (ids, why) in silent {
                let (unknown, known) =
                    kpis.into_iter().partition(|request| id(request).is_some_and(|id| ids.contains(&id)));
                kpis = known;
                notes.extend(not_shown(&unknown, why));
            }
        }
        notes.extend(unscaled(dataset));
        notes.extend(dataset.policies.check().iter().map(|finding| format!("SLA policies: {finding}")));
        if kpis.is_empty() {
            return Err(Trouble::Data(
                "the data holds no ticket, answer or invitation: there is no KPI to report".to_owned(),
            ));
        }
        let by = match arguments.by.as_slice() {
            [] => dataset.by.iter().map(|attribute| vec![attribute.clone()]).collect(),
            asked => asked.iter().map(|Slicing(attributes)| attributes.clone()).collect(),
        };
        Ok(Self { kpis, by, notes })
    }
}

/// KPIs about which the data is silent, with what it lacks. Their numbers would be about the data, not about the desk.
fn silent(dataset: &Dataset) -> Vec<(&'static [&'static str], &'static str)> {
    let mut silent: Vec<(&[&str], &str)> = Vec::new();
    let replied = |event: &TicketEvent| {
        event.kind == EventKind::PublicMessage && matches!(event.author, Author::Agent | Author::Bot)
    };
    if !dataset.events.iter().any(replied) {
        silent.push((&ABOUT_REPLIES, "no reply to a customer"));
    }
    if !dataset.sources.iter().any(|source| ["events", "snapshots"].contains(&source.holds)) {
        silent.push((&ABOUT_CHANGES, "no log of events"));
    }
    silent
}

fn not_shown(requests: &[KpiRequest], why: &str) -> Option<String> {
    let ids: BTreeSet<&str> = requests.iter().map(|request| request.kpi.as_str()).collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    (!ids.is_empty()).then(|| {
        format!("The data has {why}, so these are not shown unless named with --kpi: {}", ids.join(", "))
    })
}

/// Questions that were answered on a scale nobody stated.
fn unscaled(dataset: &Dataset) -> Vec<String> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for response in &dataset.responses {
        if !dataset.scales.contains_key(&response.question) {
            *counts.entry(&response.question).or_default() += 1;
        }
    }
    let told = |(question, count): (&str, u64)| {
        format!(
            "answers to \"{question}\" are not used, {count} in all: say on which scale they are, such as \
             {question} = \"1-5\" under [scales] in the description"
        )
    };
    counts.into_iter().map(told).collect()
}

/// The ids asked for.
fn wanted(arguments: &Arguments) -> Result<BTreeSet<&'static str>, Trouble> {
    let found = |name: &String| match kpi::definition(name) {
        Some(definition) => Ok(definition.id),
        None => Err(Trouble::Usage(format!("there is no KPI \"{name}\": --list shows them all"))),
    };
    arguments.kpis.iter().map(found).collect()
}

/// Every KPI that the data has something to say about.
fn answerable(
    arguments: &Arguments,
    dataset: &Dataset,
    tickets: &[Replayed],
    notes: &mut Vec<String>,
) -> Vec<KpiRequest> {
    let mut requests = Vec::new();
    for definition in catalogue().kpis {
        let request = KpiRequest::new(definition.id);
        match definition.id {
            "csat" | "nps" | "ces" => requests.extend(
                questions(dataset)
                    .filter(|(name, scale)| kind(name, scale) == definition.id)
                    .map(|(name, scale)| request.clone().of_question(name, scale.clone())),
            ),
            "reasons" => {
                let told: BTreeSet<&str> = dataset
                    .responses
                    .iter()
                    .filter(|response| !response.reasons.is_empty())
                    .map(|response| &*response.question)
                    .collect();
                let told = questions(dataset).filter(|(name, _)| told.contains(name));
                requests.extend(told.map(|(name, scale)| request.clone().of_question(name, scale.clone())));
            }
            "response_rate" => requests.extend(response_rates(dataset)),
            "survey_completion" | "survey_coverage" if dataset.invitations.is_empty() => {}
            "survey_completion" => requests.push(request),
            _ if definition.topic == Topic::Live || tickets.is_empty() => {}
            "fcr" => match arguments.fcr.as_ref().or(dataset.fcr.as_ref()) {
                Some(policy) => requests.push(request.under(policy.clone())),
                None => {
                    notes.push("FCR is not shown: it has no usual meaning, choose one with --fcr".to_owned());
                }
            },
            "sla_attainment" => requests.extend(attainments(tickets)),
            _ => {
                let clocks = arguments.clocks(dataset).into_iter();
                let mut clocks = clocks.filter(|clock| definition.clocks.contains(clock)).peekable();
                if clocks.peek().is_none() {
                    requests.push(request);
                } else {
                    requests.extend(clocks.map(|clock| request.clone().on(clock)));
                }
            }
        }
    }
    // What needs a choice that the data does not make.
    requests.retain(|request| request.tally(dataset.as_of).is_ok());
    requests
}

/// The questions somebody was asked, with their scales.
fn questions(dataset: &Dataset) -> impl Iterator<Item = (&str, &Scale)> {
    let asked: BTreeSet<&str> = dataset.responses.iter().map(|response| &*response.question).collect();
    dataset.scales.iter().map(|(name, scale)| (&**name, scale)).filter(move |(name, _)| asked.contains(name))
}

/// The KPI of a question: by its scale where that decides, else by its name.
fn kind(question: &str, scale: &Scale) -> &'static str {
    let named = |word: &str| question.to_lowercase().contains(word);
    if *scale == Scale::nps() {
        "nps"
    } else if named("ces") || named("effort") || *scale == Scale::ces1() || *scale == Scale::ces2() {
        "ces"
    } else {
        "csat"
    }
}

/// The response rate of all surveys, and of each where there are several.
fn response_rates(dataset: &Dataset) -> Vec<KpiRequest> {
    let sent: BTreeSet<&str> = dataset.invitations.iter().map(|invitation| &*invitation.question).collect();
    let all = KpiRequest::new("response_rate");
    let each = sent.iter().filter(|_| sent.len() > 1).map(|question| all.clone().of_survey(*question));
    if sent.is_empty() { Vec::new() } else { std::iter::once(all.clone()).chain(each).collect() }
}

/// SLA attainment over all targets, of each metric where there are several, and as the source states it.
fn attainments(tickets: &[Replayed]) -> Vec<KpiRequest> {
    let metrics: BTreeSet<&SlaMetric> =
        tickets.iter().flat_map(|ticket| &ticket.verdicts).map(|verdict| &verdict.metric).collect();
    let all = KpiRequest::new("sla_attainment");
    let mut requests = Vec::new();
    if !metrics.is_empty() {
        requests.push(all.clone());
    }
    if metrics.len() > 1 {
        requests.extend(metrics.into_iter().map(|metric| all.clone().of_metric(metric.clone())));
    }
    if tickets.iter().any(|ticket| ticket.ticket.stated_sla_met.is_some()) {
        requests.push(all.of_metric(SlaMetric::Custom("stated".into())));
    }
    requests
}

/// The catalogue for the terminal.
pub(crate) fn list() -> String {
    let kpis = catalogue().kpis;
    let width = kpis.iter().map(|kpi| kpi.id.len()).max().unwrap_or(0);
    let mut text = String::new();
    for kpi in kpis {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{:width$}  {}", kpi.id, kpi.name.en);
        let _ = writeln!(text, "{:width$}  {}", "", kpi.description.en);
        let _ = writeln!(text, "{:width$}  = {}", "", kpi.formula);
    }
    text
}
