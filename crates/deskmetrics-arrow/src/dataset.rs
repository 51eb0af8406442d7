//! A dataset: everything a description points at, read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono_tz::Tz;
use deskmetrics::kpi::FcrPolicy;
use deskmetrics::replay::{Replay, ReplayOptions, Schedules};
use deskmetrics::schedule::WorkingTime;
use deskmetrics::sla::SlaPolicies;
use deskmetrics::ticket::Attribute;
use deskmetrics::{Excluded, Invitation, Merge, Scale, SurveyResponse, Ticket, TicketEvent, Timestamp};

use crate::column::InstantReading;
use crate::description::{AsOf, DescriptionError};
use crate::record::{Reading, Records, SourceReport};
use crate::{Description, ReadError, ReadOptions, agreement};

/// Tickets, events and surveys with all that is needed to judge them.
///
/// ```no_run
/// use deskmetrics_arrow::{Dataset, ReadOptions};
///
/// let dataset = Dataset::read_with("helpdesk.toml", ReadOptions::default().data_root("/srv/helpdesk"))?;
/// for source in &dataset.sources {
///     for left_out in &source.left_out {
///         eprintln!("{}: {} x {} in {}", source.file.display(), left_out.count, left_out.reason, left_out.column);
///     }
/// }
/// # Ok::<(), deskmetrics_arrow::ReadError>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Dataset {
    /// What the data is.
    pub name: Option<String>,
    /// The tickets, each id once.
    pub tickets: Vec<Ticket>,
    /// Their events: every one belongs to a ticket and lies not before its creation.
    pub events: Vec<TicketEvent>,
    /// Answers to surveys; those with a score are on their scale.
    pub responses: Vec<SurveyResponse>,
    /// Surveys sent.
    pub invitations: Vec<Invitation>,
    /// The scale of each question.
    pub scales: BTreeMap<Box<str>, Scale>,
    /// Working hours by name.
    pub schedules: BTreeMap<Box<str>, WorkingTime>,
    /// The name of the schedule of tickets that no rule of [`schedule_by`](Self::schedule_by) fits.
    pub schedule: Option<Box<str>>,
    /// The names of the schedules of tickets with these attributes.
    pub schedule_by: BTreeMap<Attribute, BTreeMap<Box<str>, Box<str>>>,
    /// What was promised.
    pub policies: SlaPolicies,
    /// How tickets' lives are read where products disagree.
    pub replay_options: ReplayOptions,
    /// What first contact resolution means here.
    pub fcr: Option<FcrPolicy>,
    /// The cut-off; `None` when there is not one instant in the data and the description names none.
    pub as_of: Option<Timestamp>,
    /// The zone of the report's days and weeks.
    pub time_zone: Tz,
    /// The keys a report is sliced by, unless somebody asks for others.
    pub by: Vec<Attribute>,
    /// What each file gave, and what was left out of it.
    pub sources: Vec<SourceReport>,
    /// The attributes that the description gives a column.
    pub(crate) described: BTreeSet<Attribute>,
    /// The questions that the description gives a column, and those that answers name.
    pub(crate) asked: BTreeSet<Box<str>>,
}

impl Dataset {
    /// Reads the description in a file and everything it points at; file names start from its folder.
    ///
    /// # Errors
    /// When the description makes no sense, or a file is missing, damaged or without a column it should have.
    pub fn read(description: impl AsRef<Path>) -> Result<Self, ReadError> {
        Self::read_with(description, ReadOptions::default())
    }

    /// The same with options.
    ///
    /// # Errors
    /// As [`read`](Self::read); when reading is strict, also at the first row that cannot be used.
    pub fn read_with(path: impl AsRef<Path>, options: ReadOptions<'_>) -> Result<Self, ReadError> {
        let path = path.as_ref();
        let description = Description::read(path)?;
        let root = match options.data_root.clone() {
            Some(root) => root,
            None => path.parent().unwrap_or(Path::new("")).to_owned(),
        };
        Self::of_description(&description, options.data_root(root)).map_err(|error| match error {
            ReadError::Description(error) => ReadError::Description(error.in_file(path)),
            other => other,
        })
    }

    /// Reads everything a description points at; without a [data root](ReadOptions::data_root), from the current
    /// folder.
    ///
    /// # Errors
    /// As [`read_with`](Self::read_with).
    pub fn of_description(
        description: &Description,
        mut options: ReadOptions<'_>,
    ) -> Result<Self, ReadError> {
        let folder = options.data_root.take().unwrap_or_default().join(&description.folder);
        let schedules = agreement::schedules(description, &folder)?;
        let rules = description.schedule_by.values().flat_map(BTreeMap::values);
        for name in rules.chain(&description.schedule) {
            agreement::known_schedule(name, &schedules)?;
        }
        let policies = agreement::policies(description, &folder, &schedules)?;
        let mut reading = Reading {
            description,
            folder,
            tables: &options.tables,
            strict: options.strict,
            scored: !options.keep_off_scale,
            on_progress: options.on_progress.as_mut().map(|tell| &mut **tell as _),
        };
        let mut records = Records::read(&mut reading)?;
        let sources = records.reports();
        let Records { tickets, events, responses, invitations, .. } = records;
        let as_of = match &description.as_of {
            AsOf::At(text) => cut_off(text, description.time_zone)?,
            AsOf::LatestEvent => tickets
                .iter()
                .map(|ticket| ticket.created_at)
                .chain(events.iter().map(|event| event.at))
                .chain(responses.iter().filter_map(|response| response.at))
                .chain(
                    invitations.iter().map(|invitation| invitation.answered_at.unwrap_or(invitation.sent_at)),
                )
                .max(),
        };
        let mut asked: BTreeSet<Box<str>> =
            description.surveys.iter().flat_map(|source| source.questions.keys().cloned()).collect();
        for response in &responses {
            if !asked.contains(&response.question) {
                asked.insert(response.question.clone());
            }
        }
        let mut scales = description.scales.clone();
        if asked.contains("nps") {
            scales.entry("nps".into()).or_insert_with(Scale::nps);
        }
        let dataset = Self {
            name: description.name.clone(),
            tickets,
            events,
            responses,
            invitations,
            scales,
            schedules,
            schedule: description.schedule.clone(),
            schedule_by: description.schedule_by.clone(),
            policies,
            replay_options: description.replay.clone(),
            fcr: description.fcr.clone(),
            as_of,
            time_zone: description.time_zone,
            by: description.by.clone(),
            sources,
            described: description.attributes(),
            asked,
        };
        let sliced = dataset.tells_of(&dataset.by);
        sliced.map_err(|unknown| DescriptionError::said(format!("by: {unknown}")))?;
        Ok(dataset)
    }

    /// The replay of this dataset's tickets, up to its cut-off, with its options, schedules and promises; `None`
    /// without a cut-off.
    pub fn replay(&self) -> Option<Replay> {
        self.as_of.map(|as_of| self.replay_at(as_of))
    }

    /// The same up to another cut-off.
    pub fn replay_at(&self, as_of: impl Into<Timestamp>) -> Replay {
        Replay::new(as_of)
            .with_options(self.replay_options.clone())
            .with_schedules(self.compiled_schedules())
            .with_policies(self.policies.clone())
    }

    /// The schedules, compiled, with the rule which of them applies to which ticket.
    pub fn compiled_schedules(&self) -> Schedules {
        let mut schedules = Schedules::default();
        for (name, schedule) in &self.schedules {
            schedules = match schedule {
                WorkingTime::History(history) => schedules.with_history(name.clone(), history),
                other => schedules.with(name.clone(), other.compile()),
            };
        }
        for (attribute, values) in &self.schedule_by {
            for (value, name) in values {
                schedules = schedules.when(attribute.clone(), [value.clone()], name.clone());
            }
        }
        match &self.schedule {
            Some(name) => schedules.otherwise(name.clone()),
            None => schedules,
        }
    }

    /// Records left out of all files, by reason.
    pub fn excluded(&self) -> Excluded {
        let mut excluded = Excluded::default();
        for source in &self.sources {
            excluded.merge(source.excluded());
        }
        excluded
    }

    /// The answers to one question, in the order of the data.
    pub fn answers<'a>(&'a self, question: &'a str) -> impl Iterator<Item = &'a SurveyResponse> {
        self.responses.iter().filter(move |response| &*response.question == question)
    }
}

fn cut_off(text: &str, zone: Tz) -> Result<Option<Timestamp>, DescriptionError> {
    InstantReading::new(zone)
        .read(text)
        .map_err(|_| DescriptionError::said(format!("as_of \"{text}\" is no instant")))
}
