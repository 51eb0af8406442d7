//! Tables of any library as a dataset.

mod example;
mod place;
mod refused;
mod remedy;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use chrono_tz::Tz;
use deskmetrics::Timestamp;
use deskmetrics::replay::ReplayOptions;
use deskmetrics::schedule::WorkingTime;
use deskmetrics::ticket::Attribute;
use deskmetrics_arrow::roles::{
    columns_of, columns_of_filter, columns_of_roles, complete, timestamp_roles, without_zone,
};
use deskmetrics_arrow::{AmbiguousRole, Dataset, Description, ReadOptions, TableKind};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use serde_json::{Map, Value, json};

pub(crate) use self::place::{Place, in_python};
pub(crate) use self::refused::unknown_attribute;
use self::refused::{invalid_columns, unusable};
pub(crate) use self::remedy::Remedies;
use crate::data::{from_form, keys, to_json};
use crate::dataset::progress::reading;
use crate::error::{self, OrError as _};
use crate::input::{Table, is_wall_clock, timestamp, zone};
use crate::keywords::Keywords;
use crate::policy::sla_policies;
use crate::schedule::Schedule;

const SCHEDULE_BY: &str = "schedule_by={\"market\": {\"DK\": \"nordic\"}}";

/// Tables as Python gave them, and how their columns are to be read.
#[derive(Default)]
pub(crate) struct Tables<'py> {
    pub(crate) tickets: Option<Bound<'py, PyAny>>,
    pub(crate) events: Option<Bound<'py, PyAny>>,
    pub(crate) snapshots: Option<Bound<'py, PyAny>>,
    pub(crate) surveys: Option<Bound<'py, PyAny>>,
    pub(crate) invitations: Option<Bound<'py, PyAny>>,
    pub(crate) columns: Option<Bound<'py, PyAny>>,
    pub(crate) strict: bool,
    /// Where remedies are followed.
    pub(crate) place: Place,
    /// Attributes that are requested by name: their columns are read whatever they contain.
    pub(crate) by: Vec<Attribute>,
    /// Whether columns of whole numbers are attributes, for slices that are requested later.
    pub(crate) numbers: bool,
}

/// What the tables do not contain: schedules, policies, conventions.
#[derive(Default)]
pub(crate) struct Rules<'py> {
    pub(crate) schedules: Option<Bound<'py, PyAny>>,
    pub(crate) schedule: Option<String>,
    pub(crate) schedule_by: Option<Bound<'py, PyAny>>,
    pub(crate) policies: Option<Bound<'py, PyAny>>,
    pub(crate) options: Option<Bound<'py, PyAny>>,
    pub(crate) scales: Option<Bound<'py, PyAny>>,
    pub(crate) as_of: Option<Bound<'py, PyAny>>,
    /// The zone of timestamps without one.
    pub(crate) assume_tz: Option<Tz>,
    /// The zone of the report's days, which is that of a cut-off in text or of a date.
    pub(crate) zone: Option<Tz>,
}

impl<'py> Tables<'py> {
    /// The arguments that all functions of tables have.
    pub(crate) fn new(keywords: &Keywords<'_, 'py>) -> PyResult<Self> {
        Ok(Self {
            snapshots: keywords.take("snapshots")?,
            columns: keywords.take("columns")?,
            strict: keywords.take("strict")?.unwrap_or_default(),
            ..Self::default()
        })
    }

    /// The description of the tables, with the tables as Arrow.
    pub(crate) fn described(&self, rules: &Rules<'py>) -> PyResult<Described> {
        let assumed = rules.assume_tz;
        let mapped = match &self.columns {
            Some(columns) => to_json("columns", columns)?,
            None => json!({}),
        };
        if !mapped.is_object()
            && let Some(columns) = &self.columns
        {
            return Err(self.not_by_table(columns));
        }
        // Columns that schedules and policies depend on are read whatever they hold, as those are that are requested.
        let named: Vec<Attribute> = self.by.iter().cloned().chain(read_by(&rules.alone()?)).collect();
        let given = self.given();
        let known: Vec<&str> = given.iter().map(|(name, ..)| *name).collect();
        for name in mapped.as_object().into_iter().flat_map(Map::keys) {
            if !known.contains(&name.as_str()) {
                return Err(error::no_such("table", name, "columns", &known));
            }
        }
        if given.iter().all(|(.., value)| value.is_none()) {
            return Err(error::argument(
                "there is no table: give tickets, events, snapshots, surveys or invitations",
            ));
        }
        let mut form = Map::new();
        form.insert("time_zone".to_owned(), json!(assumed.unwrap_or(Tz::UTC).name()));
        if let Some(scales) = &rules.scales {
            form.insert("scales".to_owned(), keys("scales", scales, "scales={\"csat\": (1, 5)}")?);
        }
        let mut tables = Vec::new();
        for (name, holds, value) in given {
            let Some(value) = value else { continue };
            tables.push((name, holds, value, Table::read(name, value)?));
        }
        // Without events, replies and solves come from the columns of the tickets.
        let logged = tables.iter().any(|(_, holds, _, table)| {
            matches!(holds, TableKind::Events | TableKind::Snapshots)
                && table.batches.iter().any(|batch| batch.num_rows() > 0)
        });
        let unused = self.unused(&mapped);
        let (mut read, mut notes, mut unitless) = (Vec::new(), unused.clone(), Vec::new());
        let mut remedies = Remedies { place: self.place, ..Remedies::default() };
        for (name, holds, value, mut table) in tables {
            let holds =
                if logged && holds == TableKind::Tickets { TableKind::TicketsBesideEvents } else { holds };
            if table.schema.fields().is_empty() && value.is_instance_of::<PyList>() {
                table.schema = nothing(holds, &named);
                table.batches.clear();
            }
            // Without a table of tickets, their attributes are those of their first events.
            let own = holds != TableKind::Events || self.tickets.is_none();
            let by = if own { named.as_slice() } else { &[] };
            let given = given_roles(name, &mapped, &table, holds)?;
            let schema = table.schema_of_numbers();
            let contents = table.contents();
            let contains = |field: &Field, content| contents(field.name(), content);
            let (mut columns, inferred) = complete(holds, &schema, given, by, self.numbers, contains);
            drop(contents);
            notes.extend(inferred.ambiguous.iter().map(|ambiguous| either(name, ambiguous)));
            unitless.extend(inferred.unitless);
            example::complete(name, &table, &columns, holds.required(), self.place)?;
            let mut used = columns_of_roles(&columns);
            used.extend(columns_of_filter(&columns));
            table.require(&used)?;
            let needs_ids = match holds {
                TableKind::Tickets | TableKind::Invitations => false,
                TableKind::TicketsBesideEvents
                | TableKind::Events
                | TableKind::Snapshots
                | TableKind::Surveys => true,
            };
            if !needs_ids && !columns.contains_key("id") {
                // Its rows are identified by their numbers.
                columns.insert("id".to_owned(), json!({}));
                notes.push(format!(
                    "{name}: no column is known to hold ids, so every row counts and duplicates go unnoticed: name the column \
                     with columns={{\"{name}\": {{\"id\": ..}}}}"
                ));
            }
            if holds == TableKind::Events && self.tickets.is_none() {
                columns.entry("creates_tickets").or_insert(json!(true));
            }
            let timestamps: Vec<String> = timestamp_roles(&columns).flat_map(columns_of).collect();
            for column in timestamps {
                // Without a value there is no time of an unknown zone, nor a number of an unknown unit.
                if let Ok(place) = table.schema.index_of(&column)
                    && table.is_empty(place)
                {
                    table.without_values(place)?;
                }
            }
            if assumed.is_none() {
                zoned(&table, &columns, || zone_remedy(self.place, value))?;
            }
            remedies.roles.insert(name, columns.clone());
            columns.insert("file".to_owned(), json!(name));
            form.insert(name.to_owned(), json!([columns]));
            read.push((name, table.schema, table.batches));
        }
        let wrong = |message: String| error::argument(invalid_columns(&message));
        let description: Description = from_form("columns", Value::Object(form), wrong)?;
        Ok(Described { description, tables: read, strict: self.strict, notes, unused, unitless, remedies })
    }
}

impl<'py> Tables<'py> {
    /// Each kind of table with its name.
    fn given(&self) -> [(&'static str, TableKind, Option<&Bound<'py, PyAny>>); 5] {
        [
            ("tickets", TableKind::Tickets, self.tickets.as_ref()),
            ("events", TableKind::Events, self.events.as_ref()),
            ("snapshots", TableKind::Snapshots, self.snapshots.as_ref()),
            ("surveys", TableKind::Surveys, self.surveys.as_ref()),
            ("invitations", TableKind::Invitations, self.invitations.as_ref()),
        ]
    }

    /// Notes on mappings of tables that are not given.
    fn unused(&self, mapped: &Value) -> Vec<String> {
        let given = self.given();
        // A mapping may be that of a replay and of its reports.
        let is_taken =
            |kind: TableKind| !self.numbers || !matches!(kind, TableKind::Surveys | TableKind::Invitations);
        let absent = given
            .iter()
            .filter(|(name, kind, value)| value.is_none() && mapped.get(*name).is_some() && is_taken(*kind));
        let note = |(name, ..): &(&str, TableKind, Option<&Bound<'py, PyAny>>)| {
            let same = if *name == "surveys" && self.tickets.is_some() {
                ", which may be the table of tickets if that has the scores"
            } else {
                ""
            };
            format!(
                "the columns of {name} have no effect without {name}: give {name}=..{same}, or remove them from columns"
            )
        };
        absent.map(note).collect()
    }

    /// The error of columns that are not given by table and role, with those of the first table as an example.
    fn not_by_table(&self, columns: &Bound<'py, PyAny>) -> PyErr {
        let mut given =
            self.given().into_iter().filter_map(|(name, holds, value)| Some((name, holds, value?)));
        let example = given.next().and_then(|(name, holds, value)| {
            let table = Table::read(name, value).ok()?;
            Some(example::filled_in(name, &table, &Map::new(), holds.required()))
        });
        let example = example.unwrap_or_else(|| {
            "columns={\"tickets\": {\"id\": \"Number\", \"created_at\": \"Opened\"}}".to_owned()
        });
        error::argument_type(format!(
            "columns: {} is not a dict that gives the roles of each table their columns, such as {example}",
            crate::input::describe(columns)
        ))
    }
}

/// Tables in Arrow, with the description of their columns.
pub(crate) struct Described {
    pub(crate) description: Description,
    pub(crate) tables: Vec<(&'static str, SchemaRef, Vec<RecordBatch>)>,
    pub(crate) strict: bool,
    /// Notes for readers of the numbers.
    pub(crate) notes: Vec<String>,
    /// Those of them on mappings of tables that are not given.
    pub(crate) unused: Vec<String>,
    /// Columns that may state a measure but whose values have no unit, each after its role.
    unitless: Vec<(&'static str, String)>,
    pub(crate) remedies: Remedies,
}

/// Which columns a call depends on, beside those that every replay reads.
#[derive(Default)]
pub(crate) struct Lean {
    /// The attributes; `None` for all.
    pub(crate) attributes: Option<Vec<Attribute>>,
    pub(crate) requesters: bool,
    /// Number of threads; 0 means one per processor.
    pub(crate) threads: usize,
}

impl Described {
    /// Everything read, with the rules.
    pub(crate) fn dataset<'py>(
        self,
        py: Python<'py>,
        rules: &Rules<'py>,
        progress: Option<&Bound<'py, PyAny>>,
        lean: Lean,
    ) -> PyResult<Dataset> {
        let Self { mut description, tables, strict, unitless, remedies, .. } = self;
        // The rules determine which attributes schedules and policies depend on.
        let alone = rules.alone()?;
        description.replay.clone_from(&alone.replay_options);
        let attributes = lean.attributes.map(|mut all| {
            all.extend(read_by(&alone));
            all
        });
        let description = Arc::new(description);
        let (described, dated) = (Arc::clone(&description), alone.as_of.is_some());
        let read = move |options: ReadOptions<'_>| {
            let mut options = options
                .with_threads(lean.threads)
                .with_strict(strict)
                .with_unitless(unitless)
                .with_keep_off_scale(true)
                .without_survey_details();
            if let Some(attributes) = attributes {
                options = options.with_attributes(attributes);
            }
            if !lean.requesters {
                options = options.without_requesters();
            }
            if dated {
                options = options.without_cut_off();
            }
            for (name, schema, batches) in tables {
                options = options.with_table(name, schema, batches);
            }
            Dataset::of_description(&described, options)
        };
        let mut dataset = reading(py, progress, read, |problem| unusable(&problem, &remedies))?;
        remedies.in_sources(&mut dataset);
        rules.apply(&mut dataset)?;
        dataset
            .check_attributes(dataset.schedule_by.keys())
            .map_err(|unknown| unknown_attribute("schedule_by", &unknown, Some(&remedies)))?;
        dataset.check_schedule_by().map_err(|problem| error::argument(problem.message))?;
        Ok(dataset)
    }
}

impl<'py> Rules<'py> {
    /// The arguments that all functions of tables have.
    pub(crate) fn new(keywords: &Keywords<'_, 'py>) -> PyResult<Self> {
        Ok(Self {
            schedules: keywords.take("schedules")?,
            schedule: keywords.take_with("schedule", name_of_schedule)?,
            schedule_by: keywords.take("schedule_by")?,
            policies: keywords.take("policies")?,
            options: keywords.take("options")?,
            scales: None,
            as_of: keywords.take("as_of")?,
            assume_tz: keywords.take_with("assume_tz", |value| zone("assume_tz", value))?,
            zone: None,
        })
    }

    /// A dataset without records, to which the rules apply.
    pub(crate) fn alone(&self) -> PyResult<Dataset> {
        let empty: Description = from_form("rules", json!({"time_zone": "UTC"}), error::argument)?;
        let mut dataset = Dataset::of_description(&empty, ReadOptions::default()).or_argument()?;
        self.apply(&mut dataset)?;
        Ok(dataset)
    }

    pub(crate) fn apply(&self, dataset: &mut Dataset) -> PyResult<()> {
        if let Some(schedules) = &self.schedules {
            dataset.schedules = named(schedules)?;
            let only =
                (dataset.schedules.len() == 1).then(|| dataset.schedules.keys().next().cloned()).flatten();
            dataset.schedule = only;
        }
        let names: Vec<String> = dataset.schedules.keys().map(ToString::to_string).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let have = |name: &str| {
            let missing = || error::no_such("schedule", name, "schedules", &names);
            names.contains(&name).then_some(()).ok_or_else(missing)
        };
        if let Some(name) = &self.schedule {
            have(name)?;
            dataset.schedule = Some(name.as_str().into());
        }
        if let Some(rules) = &self.schedule_by {
            dataset.schedule_by =
                from_form("schedule_by", keys("schedule_by", rules, SCHEDULE_BY)?, error::argument)?;
            dataset.schedule_by.values().flat_map(BTreeMap::values).try_for_each(|name| have(name))?;
        }
        if names.len() > 1 && dataset.schedule.is_none() && dataset.schedule_by.is_empty() {
            return Err(error::argument(format!(
                "schedules: there are {} and no rule which applies to which ticket; give schedule_by={{\"market\": \
                 {{\"DK\": \"{}\"}}}}, or schedule=\"{}\" for all",
                names.join(", "),
                names[0],
                names[0]
            )));
        }
        if let Some(policies) = &self.policies {
            dataset.policies = sla_policies(policies)?;
            let required = dataset.policies.policies.iter().filter_map(|policy| policy.schedule.as_deref());
            required.into_iter().try_for_each(have)?;
        }
        if let Some(options) = &self.options {
            let options: ReplayOptions = from_form(
                "options",
                keys("options", options, "options={\"order\": \"sequence\"}")?,
                error::argument,
            )?;
            dataset.replay_options = options;
        }
        if let Some(at) = &self.as_of {
            let assumed = self.assume_tz.or(self.zone.filter(|_| is_wall_clock(at)));
            dataset.as_of = Some(Timestamp::from(timestamp("as_of", at, assumed)?.utc()));
        }
        Ok(())
    }
}

/// The attributes that schedules and policies depend on.
fn read_by(rules: &Dataset) -> BTreeSet<Attribute> {
    let mut all: BTreeSet<Attribute> = rules.schedule_by.keys().cloned().collect();
    for policy in &rules.policies.policies {
        all.extend(policy.when.named().chain(policy.unless.named()).cloned());
    }
    for clock in &rules.policies.clocks {
        let moments = [&clock.start, &clock.pause, &clock.stop, &clock.cancel, &clock.reset];
        all.extend(moments.into_iter().flatten().flat_map(|moment| moment.when.named()).cloned());
    }
    if !rules.policies.policies.is_empty() {
        // Targets by priority, and clocks that stop while a ticket is assigned to a group.
        all.extend([Attribute::Priority, Attribute::Group, Attribute::Assignee]);
    }
    all
}

/// The requested columns, which a list without rows does not name.
fn nothing(holds: TableKind, by: &[Attribute]) -> SchemaRef {
    let names = holds.required().iter().copied().chain(by.iter().map(Attribute::as_str));
    Arc::new(Schema::new(names.map(|name| Field::new(name, DataType::Utf8, true)).collect::<Vec<_>>()))
}

/// The roles of a table that are given.
fn given_roles(
    name: &'static str,
    mapped: &Value,
    table: &Table,
    holds: TableKind,
) -> PyResult<Map<String, Value>> {
    match mapped.get(name) {
        None => Ok(Map::new()),
        Some(Value::Object(roles)) if roles.contains_key("file") => Err(error::argument(format!(
            "columns.{name}.file: a table in memory has no file: remove the key"
        ))),
        Some(Value::Object(roles)) => Ok(roles.clone()),
        Some(other) => Err(error::argument_type(format!(
            "columns.{name}: {other} is not a dict that gives roles their columns, such as {}",
            example::filled_in(name, table, &Map::new(), holds.required())
        ))),
    }
}

/// Which of two columns has a role, and how to choose the other.
fn either(table: &str, AmbiguousRole { role, column, other, .. }: &AmbiguousRole) -> String {
    let is_attribute = Attribute::NAMED.iter().any(|named| named.as_str() == role);
    let key = if is_attribute {
        format!("{{\"attributes\": {{\"{role}\": \"{other}\"}}}}")
    } else {
        format!("{{\"{role}\": \"{other}\"}}")
    };
    format!(
        "{table}: both \"{column}\" and \"{other}\" may be the {role}; \"{column}\" is used: choose the other with \
         columns={{\"{table}\": {key}}}"
    )
}

/// Checks that no column of timestamps holds wall-clock times of an unknown zone.
fn zoned(table: &Table, roles: &Map<String, Value>, remedy: impl Fn() -> String) -> PyResult<()> {
    for (name, reading) in without_zone(roles) {
        let Ok(place) = table.schema.index_of(&name) else { continue };
        if table.batches.iter().any(|batch| reading.needs_zone(batch.column(place))) {
            return Err(error::timestamp(format!(
                "{}[\"{name}\"]: the times have no zone; specify one, such as {}",
                table.name,
                remedy()
            )));
        }
    }
    Ok(())
}

/// The remedy for times without a zone, by the library of the table where none can be assumed.
fn zone_remedy(place: Place, table: &Bound<'_, PyAny>) -> String {
    const ZONE: &str = "(\"Europe/Copenhagen\")";
    let library = table.get_type().module().and_then(|module| module.extract::<String>()).unwrap_or_default();
    let own = match (place, library.split('.').next()) {
        (Place::Report, _) => {
            return "assume_tz=\"Europe/Copenhagen\" or assume_tz=\"UTC\"".to_owned();
        }
        (Place::Kpi, Some("pandas")) => format!("with .dt.tz_localize{ZONE}"),
        (Place::Kpi, Some("polars")) => format!("with .dt.replace_time_zone{ZONE}"),
        (Place::Kpi, _) => {
            "with an offset in texts (2026-03-02T09:00:00+01:00) or tzinfo in datetimes".to_owned()
        }
    };
    format!("{own}, or call deskmetrics.report(.., assume_tz=\"Europe/Copenhagen\")")
}

/// The name of one of the schedules.
pub(crate) fn name_of_schedule(value: &Bound<'_, PyAny>) -> PyResult<String> {
    value.extract().map_err(|_| {
        let found = crate::input::describe(value);
        error::argument_type(format!(
            "schedule: {found} is not the name of one of the schedules; give one Schedule for all tickets as schedules="
        ))
    })
}

/// The schedules by name; a single one is called `default`.
fn named(schedules: &Bound<'_, PyAny>) -> PyResult<BTreeMap<Box<str>, WorkingTime>> {
    if schedules.is_instance_of::<Schedule>() {
        return Ok(BTreeMap::from([("default".into(), working_time("schedules", schedules)?)]));
    }
    let Ok(many) = schedules.cast::<PyDict>() else {
        return Err(error::argument_type(format!(
            "schedules: {} is not a Schedule, nor a dict of them by name",
            crate::input::describe(schedules)
        )));
    };
    let schedules = many.iter().map(|(name, schedule)| {
        let name: String = name.extract()?;
        let schedule = working_time(&format!("schedules[\"{name}\"]"), &schedule)?;
        Ok((name.into(), schedule))
    });
    schedules.collect()
}

/// The working time of a schedule, or of its data form.
fn working_time(place: &str, schedule: &Bound<'_, PyAny>) -> PyResult<WorkingTime> {
    match schedule.cast::<Schedule>() {
        Ok(schedule) => Ok(schedule.get().working_time().clone()),
        Err(_) => from_form(place, to_json(place, schedule)?, error::schedule),
    }
}
