//! A dataset: the data of all files of a description.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use chrono_tz::Tz;
use deskmetrics::engine::step::{NONE, StepKind};
use deskmetrics::kpi::{self, FcrPolicy, KpiRequest};
use deskmetrics::replay::{Explanation, Needs, NoSchedule, Replay, ReplayOptions, Schedules, StatedMeasure};
use deskmetrics::report::{Period, Periods, Report, Warning};
use deskmetrics::schedule::WorkingTime;
use deskmetrics::sla::{SlaMetric, SlaPolicies};
use deskmetrics::ticket::Attribute;
use deskmetrics::{
    Author, ClockKind, Excluded, Invitation, Merge, Scale, SurveyResponse, Ticket, TicketEvent, Timestamp,
};

use crate::column::TimestampReading;
use crate::decode::id::{Id, NOWHERE};
use crate::decode::invitation::InvitationTable;
use crate::decode::stated::StatedColumn;
use crate::decode::survey::AnswerTable;
use crate::decode::{Decoding, SourceReport, Tables, Workers};
use crate::description::{AsOf, DescriptionError, EventSource, did_you_mean, nearest};
use crate::file::Folder;
use crate::{Description, ReadError, ReadOptions, contracts};

/// The tickets, events and surveys of a description, with schedules, SLA policies and options.
///
/// ```no_run
/// use deskmetrics_arrow::{Dataset, ReadOptions};
///
/// let dataset = Dataset::read_with("helpdesk.toml", ReadOptions::default().with_data_root("/srv/helpdesk"))?;
/// for source in &dataset.sources {
///     for exclusion in &source.exclusions {
///         eprintln!("{}: {} x {} in {}", source.file.display(), exclusion.count, exclusion.reason, exclusion.column);
///     }
/// }
/// # Ok::<(), deskmetrics_arrow::ReadError>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Dataset {
    /// The name of the dataset.
    pub name: Option<String>,
    /// The scale of each question.
    pub scales: BTreeMap<Box<str>, Scale>,
    /// Working hours by name.
    pub schedules: BTreeMap<Box<str>, WorkingTime>,
    /// The schedule of tickets that no rule of [`schedule_by`](Self::schedule_by) matches.
    pub schedule: Option<Box<str>>,
    /// The schedules of tickets with these attributes.
    pub schedule_by: BTreeMap<Attribute, BTreeMap<Box<str>, Box<str>>>,
    /// The SLA policies.
    pub policies: SlaPolicies,
    /// The conventions of replay.
    pub replay_options: ReplayOptions,
    /// The policy of first contact resolution.
    pub fcr: Option<FcrPolicy>,
    /// The cut-off; `None` if the data contains no timestamp and the description names none.
    pub as_of: Option<Timestamp>,
    /// Whether the cut-off is the last timestamp in the data.
    pub(crate) cut_off_of_data: bool,
    /// The time zone of the report's days and weeks.
    pub time_zone: Tz,
    /// The attributes a report is sliced by, by default.
    pub by: Vec<Attribute>,
    /// The report on each file, with what was excluded.
    pub sources: Vec<SourceReport>,
    /// The attributes with a column in the description.
    pub(crate) described: BTreeSet<Attribute>,
    /// The questions with a column in the description, and those that answers name.
    pub(crate) questions: BTreeSet<Box<str>>,
    /// Notes on roles without effect on reports, and on files of dates and targets.
    pub(crate) notes: Vec<String>,
    /// Columns that may state a measure but whose values have no unit, each after its role.
    pub(crate) unitless: Vec<(&'static str, String)>,
    /// Inconsistencies between columns or tables.
    pub(crate) findings: Vec<Warning>,
    pub(crate) tables: Arc<Tables>,
}

/// The number of records in a dataset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Tickets, each id once.
    pub tickets: usize,
    /// Events of tickets.
    pub events: usize,
    /// Answers to surveys, skipped questions among them.
    pub responses: usize,
    /// Invitations.
    pub invitations: usize,
}

impl Dataset {
    /// Reads a description from a file, and all files it names. Their paths are relative to its folder.
    ///
    /// # Errors
    /// If the description is invalid, or if a file is missing, damaged or lacks a column.
    pub fn read(description: impl AsRef<Path>) -> Result<Self, ReadError> {
        Self::read_with(description, ReadOptions::default())
    }

    /// Like [`read`](Self::read), with options.
    ///
    /// # Errors
    /// As [`read`](Self::read). In strict mode, also at the first row that cannot be used.
    pub fn read_with(path: impl AsRef<Path>, options: ReadOptions<'_>) -> Result<Self, ReadError> {
        let path = path.as_ref();
        let description = Description::read(path)?;
        let root = match options.data_root.clone() {
            Some(root) => root,
            None => path.parent().unwrap_or(Path::new("")).to_owned(),
        };
        Self::of_description(&description, options.with_data_root(root)).map_err(|error| match error {
            ReadError::Description(error) => ReadError::Description(error.with_file(path)),
            other => other,
        })
    }

    /// Reads all files of a description. Without a [data root](ReadOptions::with_data_root), paths are relative to the
    /// current folder.
    ///
    /// # Errors
    /// As [`read_with`](Self::read_with).
    pub fn of_description(
        description: &Description,
        mut options: ReadOptions<'_>,
    ) -> Result<Self, ReadError> {
        description.check_sources()?;
        let folder = options.data_root.take().unwrap_or_default().join(&description.folder);
        let mut notes = description.unused(options.projection.records);
        notes.extend(description.undecided.iter().map(|open| format!("undecided: {open}")));
        let here = Folder { path: &folder, limits: &options.limits };
        let schedules = contracts::schedules(description, here, &mut notes)?;
        let rules = description.schedule_by.values().flat_map(BTreeMap::values);
        for name in rules.chain(&description.schedule) {
            contracts::known_schedule(name, &schedules)?;
        }
        let policies = contracts::policies(description, here, &schedules, &mut notes)?;
        let mut decoding = Decoding::new(description, folder, options.limits, &options.tables);
        decoding.workers = Workers::new(options.threads);
        decoding.strict = options.strict;
        decoding.keep_off_scale = options.keep_off_scale;
        decoding.projection = options.projection;
        decoding.on_progress = options.on_progress.as_mut().map(|callback| &mut **callback as _);
        let (tables, sources) = Tables::read(&mut decoding)?;
        let authors = |source: &EventSource| source.author.is_some() || source.author_name.is_some();
        if !description.events.iter().all(authors) && tables.events.contain_messages() {
            notes.push(
                "events: no column contains the author, so that agents wrote all messages; if customers wrote some, name it, such as author = \"author_type\""
                    .to_owned(),
            );
        }
        let first_events = description.events.iter().any(|source| source.creates_tickets);
        if first_events
            && description.tickets.is_empty()
            && tables.events.contain_messages()
            && !tables.events.contain_messages_by(|author| author == Author::Customer)
        {
            notes.push(
                "events: no message is by a customer, so tickets begin with their first event and have no time until the first reply: provide \
                 tickets with the time of their creation as created_at, or the messages of customers"
                    .to_owned(),
            );
        }
        let as_of = match &description.as_of {
            AsOf::At(text) => cut_off(text, description.time_zone)?,
            AsOf::LatestEvent => None,
        };
        let mut questions: BTreeSet<Box<str>> =
            description.surveys.iter().flat_map(|source| source.questions.keys().cloned()).collect();
        questions.extend(tables.answers.iter().flat_map(|table| table.question_names().iter().cloned()));
        let needless = description.scales.keys().filter(|name| !questions.contains(*name));
        notes.extend(needless.map(|name| {
            let meant = did_you_mean(nearest(name, &questions).as_deref());
            format!("scales: no answer is to question \"{name}\"{meant}, so its scale has no effect")
        }));
        let mut scales = description.scales.clone();
        if questions.contains("nps") {
            scales.entry("nps".into()).or_insert_with(Scale::nps);
        }
        notes.extend(tables.tickets.stated_measures.iter().filter_map(StatedColumn::other_unit));
        let mut dataset = Self {
            name: description.name.clone(),
            scales,
            schedules,
            schedule: description.schedule.clone(),
            schedule_by: description.schedule_by.clone(),
            policies,
            replay_options: description.replay.clone(),
            fcr: description.fcr.clone(),
            as_of,
            cut_off_of_data: false,
            time_zone: description.time_zone,
            by: description.by.clone(),
            sources,
            described: description.attributes(),
            questions,
            notes,
            unitless: options.unitless,
            findings: tables
                .status_differences()
                .into_iter()
                .chain(tables.findings.iter().cloned())
                .collect(),
            tables: Arc::new(tables),
        };
        if description.as_of == AsOf::LatestEvent && options.cut_off {
            dataset.as_of = dataset.last_timestamp();
            dataset.cut_off_of_data = true;
            dataset.findings.extend(dataset.tables.implausible());
        }
        let sliced = dataset.check_attributes(&dataset.by);
        sliced.map_err(|unknown| DescriptionError::new(format!("by: {unknown}")))?;
        dataset.check_schedule_by()?;
        Ok(dataset)
    }

    /// The replay of this dataset's tickets up to its cut-off, with its options, schedules and SLA policies; `None`
    /// without a cut-off.
    pub fn replay(&self) -> Option<Replay> {
        self.as_of.map(|as_of| self.replay_at(as_of))
    }

    /// Like [`replay`](Self::replay), up to another cut-off.
    pub fn replay_at(&self, as_of: impl Into<Timestamp>) -> Replay {
        Replay::new(as_of)
            .with_options(self.replay_options.clone())
            .with_schedules(self.compiled_schedules())
            .with_policies(self.policies_of_data())
    }

    /// The compiled schedules, with the rules that select one for each ticket.
    pub fn compiled_schedules(&self) -> Schedules {
        let mut schedules = Schedules::default();
        for (name, schedule) in &self.schedules {
            schedules = match schedule {
                WorkingTime::History(history) => schedules.with_history(name.clone(), history),
                other => schedules.with_schedule(name.clone(), other.compile()),
            };
        }
        for (attribute, values) in &self.schedule_by {
            for (value, name) in values {
                schedules = schedules.with_rule(attribute.clone(), [value.clone()], name.clone());
            }
        }
        match &self.schedule {
            Some(name) => schedules.with_fallback(name.clone()),
            None => schedules,
        }
    }

    /// Whether the source states SLA verdicts or due times of tickets. Metric `stated` of `sla_attainment` counts
    /// them.
    pub fn states_sla(&self) -> bool {
        let tickets = &self.tables.tickets;
        tickets.sla_met.kinds() > 1
            || tickets.due_at.as_ref().is_some_and(|due| due.last(|row| tickets.is_usable(row)).is_some())
            || self.stated_sla().next().is_some()
    }

    /// The metrics for which the source states several SLA targets, each with the metric of `sla_attainment` that
    /// counts it, such as `stated_first_response`.
    pub fn stated_sla(&self) -> impl Iterator<Item = (&SlaMetric, SlaMetric)> {
        let tickets = &self.tables.tickets;
        let stated =
            tickets.stated_sla.iter().filter(|column| column.has_values(|row| tickets.is_usable(row)));
        stated.map(|column| {
            (column.metric(), SlaMetric::Custom(format!("stated_{}", column.metric().as_str()).into()))
        })
    }

    /// A request for SLA attainment, with the SLA stated by the source in place of targets that no policy has.
    #[must_use]
    pub fn with_stated_sla(&self, request: KpiRequest) -> KpiRequest {
        if request.kpi != "sla_attainment" || request.sla_policy.is_some() {
            return request;
        }
        let mut targets = self.policies.policies.iter().flat_map(|policy| &policy.targets);
        let stated = match &request.metric {
            None if self.policies.policies.is_empty() && self.states_sla() => Some(SlaMetric::from("stated")),
            Some(metric) if !targets.any(|target| target.metric == *metric) => {
                self.stated_sla().find(|(known, _)| *known == metric).map(|(_, stated)| stated)
            }
            _ => None,
        };
        match stated {
            Some(metric) => request.with_metric(metric),
            None => request,
        }
    }

    /// The records excluded from all files, by reason.
    pub fn excluded(&self) -> Excluded {
        let mut excluded = Excluded::default();
        for source in &self.sources {
            excluded.merge(source.excluded());
        }
        excluded
    }

    /// Warnings for a report: exclusions of more than a small share of a table, implausible timestamps, inconsistent
    /// statuses and attributes, stated measures that differ from the replayed ones, and attributes that are unknown
    /// at creation.
    pub fn warnings(&self) -> impl Iterator<Item = Warning> {
        self.warnings_at(self.as_of)
    }

    fn warnings_at(&self, as_of: Option<Timestamp>) -> impl Iterator<Item = Warning> {
        let of_sources = self.sources.iter().flat_map(SourceReport::warnings);
        let units = self.tables.implausible_units(as_of);
        of_sources.chain(self.findings.iter().cloned()).chain(units).chain(self.stated_differences())
    }

    /// The [`warnings`](Self::warnings) that are relevant for a report. Those about attributes are included if a
    /// requested KPI depends on the attribute. KPIs such as `transfers` are named if they count changes of an
    /// attribute whose value at creation is unknown.
    pub fn warnings_for(&self, report: &Report) -> impl Iterator<Item = Warning> {
        // Counts of changes do not depend on the values.
        let needs = report.needs().without(Needs::STATIONS | Needs::TOUCHES);
        let replay = Replay::new(Timestamp::MAX)
            .with_options(self.replay_options.clone())
            .with_policies(self.policies_of_data())
            .with_measures(needs);
        let timed = needs.any(Needs::BUSINESS_TIME | Needs::VERDICTS);
        let judged = |attribute: &Attribute| {
            let number = replay.attribute_number(attribute);
            let chooses_schedule = timed && self.schedule_by.contains_key(attribute);
            chooses_schedule || replay.is_relevant(StepKind::Changed { attribute: number, to: NONE })
        };
        let counted = |attribute: &Attribute| -> Vec<Cow<'static, str>> {
            let counting =
                report.kpis().iter().filter(|request| counted_by(request).as_ref() == Some(attribute));
            let ids: BTreeSet<&'static str> =
                counting.filter_map(|request| Some(kpi::definition(&request.kpi)?.id)).collect();
            ids.into_iter().map(Cow::Borrowed).collect()
        };
        let sliced = report.sliced_by();
        let warnings = self.warnings_at(report.as_of().or(self.as_of));
        let mut warnings: Vec<Warning> = warnings.chain(self.unknown_restrictions(report)).collect();
        warnings.retain_mut(|warning| match warning {
            Warning::AttributeDiffers { attribute, .. } if attribute != "tags" => {
                let attribute = Attribute::from(attribute.as_str());
                sliced.contains(&&attribute) || !counted(&attribute).is_empty() || judged(&attribute)
            }
            Warning::AttributeUnknown { attribute, kpis, .. } => {
                *kpis = counted(attribute);
                !kpis.is_empty() || judged(attribute)
            }
            _ => true,
        });
        for attribute in self.tables.never_stated() {
            let counting = counted(attribute);
            if counting.is_empty() && !judged(attribute) {
                continue;
            }
            if let Some(mut unknown) = self.tables.unknown_at_creation(attribute) {
                if let Warning::AttributeUnknown { kpis, .. } = &mut unknown {
                    *kpis = counting;
                }
                warnings.push(unknown);
            }
        }
        warnings.into_iter()
    }

    /// A note on the first answer outside the scale of a request, for a KPI that excludes such answers.
    pub fn outside_scale(&self, request: &KpiRequest) -> Option<String> {
        let question = request.question.as_deref()?;
        let of_policy = match &request.policy {
            Some(FcrPolicy::Survey { scale }) => Some(scale),
            _ => None,
        };
        let scale = request.scale.as_ref().or(of_policy)?;
        self.tables.outside_scale(question, scale)
    }

    /// Whether business time is known for some ticket.
    pub(crate) fn has_business_time(&self) -> bool {
        let always = self.replay_options.no_schedule == NoSchedule::AlwaysOpen;
        always || self.schedule.is_some() || !self.schedule_by.is_empty()
    }

    /// The stated measures that differ from those replayed up to the dataset's cut-off.
    fn stated_differences(&self) -> Vec<Warning> {
        let business = self.has_business_time();
        let needs = self.tables.stated_too(business).map(|column| match column.clock {
            ClockKind::Business => column.measure.needs() | Needs::BUSINESS_TIME,
            ClockKind::Calendar => column.measure.needs(),
        });
        let Some(needs) = needs.reduce(Needs::and) else { return Vec::new() };
        self.replay()
            .map_or_else(Vec::new, |replay| self.log(&replay.with_measures(needs)).stated_differences())
    }

    /// The last timestamp in the data; `None` if there is none. The ends of stated durations count as timestamps.
    ///
    /// It excludes a timestamp that is more than ten years later than 99.9 % of all timestamps, or than all others.
    pub fn last_timestamp(&self) -> Option<Timestamp> {
        self.tables.last_timestamp()
    }

    /// The end of the local day in which the last ticket was created, with a note, if periods end between then and the cut-off and
    /// the cut-off is taken from the data.
    ///
    /// Later replies and solves of older tickets do not show that the data contains later tickets: give the end to
    /// [`with_observed_until`](deskmetrics::report::ReportBuilder::with_observed_until).
    pub fn end_of_creation(&self, periods: Periods) -> Option<(Timestamp, String)> {
        let as_of = self.as_of.filter(|_| self.cut_off_of_data)?;
        let tickets = &self.tables.tickets;
        let created = tickets.created_at.iter().enumerate();
        let known = created.filter(|(row, at)| **at <= as_of.as_micros() && tickets.is_usable(*row));
        let last = Timestamp::saturating_from_micros(*known.map(|(_, at)| at).max()?);
        let day = Periods::new(Period::Day, periods.zone).of(last)?;
        let next = periods.of(day.end)?;
        let note = format!(
            "the last ticket was created on {}, before the cut-off {as_of} that is taken from the data, so periods that end \
             later are partial; if no later ticket is missing: set as_of",
            day.label()
        );
        (next.end <= as_of).then_some((day.end, note))
    }

    /// The number of tickets.
    pub fn ticket_count(&self) -> usize {
        self.tables.tickets.len
    }

    /// The number of records.
    pub fn counts(&self) -> Counts {
        let Tables { tickets, events, answers, invitations, .. } = &*self.tables;
        Counts {
            tickets: self.ticket_count(),
            events: match &tickets.milestones {
                Some(columns) => tickets.count_of_implied_events(columns),
                None => events.len,
            },
            responses: answers.iter().map(|table| table.len).sum(),
            invitations: invitations.iter().map(|table| table.len).sum(),
        }
    }

    /// The tickets as records, in the order of the data.
    pub fn tickets(&self) -> Vec<Ticket> {
        let tickets = &self.tables.tickets;
        (0..tickets.rows()).filter(|row| tickets.is_usable(*row)).map(|row| tickets.record(row)).collect()
    }

    /// The ticket of a row, as a record.
    pub fn ticket(&self, row: usize) -> Ticket {
        self.tables.tickets.record(row)
    }

    /// The events as records, in the order of the data. Each belongs to a ticket and is not before its creation.
    pub fn events(&self) -> Vec<TicketEvent> {
        let Tables { tickets, events, .. } = &*self.tables;
        match &tickets.milestones {
            None => events.records(tickets).collect(),
            Some(columns) => (0..tickets.rows())
                .filter(|row| tickets.is_usable(*row))
                .flat_map(|row| tickets.implied_events(columns, row))
                .collect(),
        }
    }

    /// The events of the ticket of a row.
    pub fn events_of(&self, row: usize) -> Vec<TicketEvent> {
        let Tables { tickets, events, .. } = &*self.tables;
        match &tickets.milestones {
            Some(columns) => tickets.implied_events(columns, row),
            None => (0..events.codes.len())
                .filter(|event| events.places[*event] as usize == row)
                .flat_map(|event| events.record(tickets, event))
                .collect(),
        }
    }

    /// Explains the ticket of a row: its events, those of tickets merged into it among them, and the counted time of each SLA
    /// target. Timestamps are printed in the dataset's zone.
    pub fn explain(&self, replay: &Replay, row: usize) -> Explanation {
        let mut events = self.events_of(row);
        events.extend(self.log(replay).moved_events(row));
        replay.explain(&self.ticket(row), events, self.time_zone)
    }

    /// The row of a ticket; `None` if there is no such ticket.
    pub fn row_of(&self, ticket: &str) -> Option<usize> {
        let tickets = &self.tables.tickets;
        let place = Id::of(ticket).map_or(NOWHERE, |id| tickets.place(id));
        if place == NOWHERE {
            // Rows without their own id are numbered.
            return (0..tickets.rows()).find(|row| tickets.ids.text(*row) == ticket);
        }
        Some(place as usize)
    }

    /// The ids of the tickets, in the order of the data.
    pub fn ticket_ids(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let tickets = &self.tables.tickets;
        (0..tickets.rows()).filter(|row| tickets.is_usable(*row)).map(|row| tickets.ids.text(row))
    }

    /// The answers as records, in the order of the data. The KPIs exclude scores off the question's scale.
    pub fn responses(&self) -> Vec<SurveyResponse> {
        self.tables.answers.iter().flat_map(AnswerTable::records).map(|(_, answer)| answer).collect()
    }

    /// The answers to one question, in the order of the data.
    pub fn answers<'a>(&'a self, question: &'a str) -> impl Iterator<Item = SurveyResponse> + 'a {
        let all = self.tables.answers.iter().flat_map(AnswerTable::records);
        all.map(|(_, answer)| answer).filter(move |answer| *answer.question == *question)
    }

    /// The invitations as records, in the order of the data.
    pub fn invitations(&self) -> Vec<Invitation> {
        let tables = self.tables.invitations.iter();
        tables.flat_map(InvitationTable::records).map(|(_, invitation)| invitation).collect()
    }
}

/// The attribute whose changes a KPI counts, or the time until one.
fn counted_by(request: &KpiRequest) -> Option<Attribute> {
    let of_assignee = [StatedMeasure::AssigneeStations, StatedMeasure::TimeToFirstAssignment];
    request.needs().any(Needs::STATIONS).then(|| {
        if request.stated_measures().iter().any(|measure| of_assignee.contains(measure)) {
            Attribute::Assignee
        } else {
            Attribute::Group
        }
    })
}

fn cut_off(text: &str, zone: Tz) -> Result<Option<Timestamp>, DescriptionError> {
    TimestampReading::new(zone)
        .read(text)
        .map_err(|_| DescriptionError::new(format!("as_of \"{text}\" is not a timestamp")))
}
