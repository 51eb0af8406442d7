//! Command-line arguments.

use std::path::PathBuf;

use chrono::{TimeDelta, Weekday};
use chrono_tz::Tz;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use deskmetrics::kpi::{FcrPolicy, KpiRequest};
use deskmetrics::report::{Period, UnknownPeriod};
use deskmetrics::ticket::Attribute;
use deskmetrics::{ClockKind, Scale, Timestamp};
use deskmetrics_arrow::column::TimestampReading;
use deskmetrics_arrow::{Dataset, plain_message};

use super::failure::Failure;

/// Customer-service KPIs from files of tickets, ticket events and surveys
#[derive(Debug, Parser)]
#[command(name = "deskmetrics", version, max_term_width = 100, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  deskmetrics report tickets.csv --tz Europe/Copenhagen
  deskmetrics init export.csv --output helpdesk.toml
  deskmetrics report helpdesk.toml --by market --period week
  deskmetrics check helpdesk.toml
  deskmetrics explain 20002 helpdesk.toml
  deskmetrics due helpdesk.toml --within 4h
  deskmetrics catalogue first_response_time

Exit codes:
  0  success
  1  check: something changes numbers; init: a question must be answered before a report
  2  the command line, the description or the data cannot be used";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Computes KPIs, each with its n, its interval and what was excluded
    #[command(after_help = REPORT_EXAMPLES)]
    Report(ReportArguments),

    /// Drafts a description of files: what their columns and values mean, and what the data does not decide
    #[command(after_help = INIT_EXAMPLES)]
    Init(InitArguments),

    /// Checks a description, its schedules and policies, and the data: what changes numbers, and what to do about it
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArguments),

    /// Explains one ticket: its events, and the counted time of each SLA target
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArguments),

    /// Lists the SLA targets of open tickets, those that are due first before the others
    #[command(after_help = DUE_EXAMPLES)]
    Due(DueArguments),

    /// Shows the definitions of the KPIs
    #[command(after_help = CATALOGUE_EXAMPLES)]
    Catalogue(CatalogueArguments),

    /// Prints the JSON Schema of a data form: descriptions, schedules, policies, records, outputs
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema(SchemaArguments),

    /// Prints a script that completes this command's arguments in a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
}

const REPORT_EXAMPLES: &str = "\
Examples:
  deskmetrics report tickets.csv                            columns with usual names
  deskmetrics report tickets.csv events.csv --tz Europe/Copenhagen --schedule \"Mo-Fr 09:00-17:00\"
  deskmetrics report helpdesk.toml                          as the description maps files, columns and values
  deskmetrics report helpdesk.toml --by market --period week
  deskmetrics report helpdesk.toml --by market,channel --kpi nps,csat
  deskmetrics report helpdesk.toml --kpi '{\"kpi\": \"first_response_time\", \"within\": \"4h\"}'
  deskmetrics report helpdesk.toml --where market=DK,ES --where channel=phone
  deskmetrics report helpdesk.toml --output kpis.csv        every row with all its fields

Marks: * fewer records than --min-n, ~ the data covers only a part of the period, ▲ ▼ the change is significant.";

const INIT_EXAMPLES: &str = "\
Examples:
  deskmetrics init export.csv                                   writes description.toml
  deskmetrics init tickets.csv log.csv answers.csv --tz Europe/Copenhagen --output helpdesk.toml
  deskmetrics init --events audit.parquet --output -            prints the description
  deskmetrics report description.toml

What names and values make certain is written; the rest is marked QUESTION, with candidates, and listed in the notes of reports
until it is answered.

Exit codes: 0 a report can be computed, 1 a question must be answered first, 2 the command line or the files cannot be used.";

const CHECK_EXAMPLES: &str = "\
Examples:
  deskmetrics check helpdesk.toml
  deskmetrics check helpdesk.toml --max-excluded 0     any excluded row is a finding

Findings are labels that the description does not map, settings without effect, policies that no ticket reaches, conditions that
never hold, columns that contradict each other, and more excluded rows than --max-excluded.

Exit codes: 0 no finding, 1 findings, 2 the command line, the description or the data cannot be used.";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  deskmetrics explain 20002 helpdesk.toml
  deskmetrics explain 20002 helpdesk.toml --format json";

const DUE_EXAMPLES: &str = "\
Examples:
  deskmetrics due helpdesk.toml
  deskmetrics due helpdesk.toml --within 4h           due within four hours of the cut-off, or exceeded
  deskmetrics due helpdesk.toml --output due.csv

Targets are those of the SLA policies of the description, else the due times that the data states.";

const CATALOGUE_EXAMPLES: &str = "\
Examples:
  deskmetrics catalogue                       every KPI in a line
  deskmetrics catalogue first_reply_time      one definition, by its id or any other name of it
  deskmetrics catalogue --format json";

const SCHEMA_EXAMPLES: &str = "\
Examples:
  deskmetrics schema                                      every form in a line
  deskmetrics schema description > description.schema.json
  deskmetrics schema report";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  deskmetrics completions bash > ~/.local/share/bash-completion/completions/deskmetrics
  deskmetrics completions zsh > ~/.zfunc/_deskmetrics
  deskmetrics completions fish > ~/.config/fish/completions/deskmetrics.fish";

/// The data that a command reads.
#[derive(Debug, Args)]
#[command(next_help_heading = "Data")]
pub(crate) struct DataArguments {
    /// A description (TOML) of the files and their columns, or the files themselves if their columns have usual names; by
    /// default description.toml in the current folder
    #[arg(value_name = "DESCRIPTION|FILES")]
    pub(crate) inputs: Vec<PathBuf>,

    /// A file with one row per ticket, without a description; may be repeated. FILES are of the kind that their names contain
    /// (events.csv, survey-answers.parquet), else tickets
    #[arg(long, value_name = "FILE")]
    pub(crate) tickets: Vec<PathBuf>,

    /// A file with one row per event of a ticket
    #[arg(long, value_name = "FILE")]
    pub(crate) events: Vec<PathBuf>,

    /// A file with one row per answer to a survey, or a column per question
    #[arg(long, value_name = "FILE")]
    pub(crate) surveys: Vec<PathBuf>,

    /// A file with one row per invitation to a survey
    #[arg(long, value_name = "FILE")]
    pub(crate) invitations: Vec<PathBuf>,

    /// A file with one row per ticket and point in time
    #[arg(long, value_name = "FILE")]
    pub(crate) snapshots: Vec<PathBuf>,

    /// The scale of a survey question, such as csat=1-5
    #[arg(long = "scale", value_name = "QUESTION=SCALE", value_parser = scale)]
    pub(crate) scales: Vec<QuestionScale>,

    /// The business hours of all tickets, such as "Mo-Fr 09:00-17:00"; by default those of the description
    #[arg(long, value_name = "HOURS")]
    pub(crate) schedule: Option<String>,

    /// The cut-off, such as 2026-06-30T22:00:00Z or 2026-07-01 (the start of that day): later data is ignored; by default the
    /// description's, else the last timestamp in the data
    #[arg(long, value_name = "TIMESTAMP", value_parser = timestamp)]
    pub(crate) as_of: Option<String>,

    /// The time zone (IANA name) of days, weeks and printed times, and of times in FILES without a zone; by default the
    /// description's
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    pub(crate) tz: Option<Tz>,

    /// Stop at the first row that cannot be read instead of counting it
    #[arg(long)]
    pub(crate) strict: bool,

    /// The folder that the description's `folder` is relative to; by default the description's own, else the one that the
    /// environment variable DESKMETRICS_DATA names
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data_root: Option<PathBuf>,
}

/// Where the output goes, and its form.
#[derive(Debug, Args)]
pub(crate) struct OutputArguments<F: FileFormat> {
    /// The form of the output; by default that of the ending of --output, else text
    #[arg(long, value_enum)]
    format: Option<F>,

    #[command(flatten)]
    pub(crate) target: Target,
}

/// Where the output goes.
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// Write to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    /// Only these KPIs, by their ids (see deskmetrics catalogue), or one with options, such as
    /// '{"kpi": "first_response_time", "within": "4h"}'; may be repeated
    #[arg(long = "kpi", value_name = "ID[,ID]|JSON", value_parser = kpis)]
    pub(crate) kpis: Vec<Requested>,

    /// All KPIs that the data can answer, not only the usual ones
    #[arg(long, conflicts_with = "kpis")]
    pub(crate) all: bool,

    /// Slice by an attribute (market, channel, group ...); `a,b` slices by both together; may be repeated
    #[arg(long, value_name = "ATTRIBUTE[,ATTRIBUTE]", value_parser = slicing)]
    pub(crate) by: Vec<Slicing>,

    /// Only records with one of these values of an attribute; may be repeated for several attributes
    #[arg(long = "where", value_name = "ATTRIBUTE=VALUE[,VALUE]", value_parser = restriction)]
    pub(crate) restrictions: Vec<Restriction>,

    /// Slice by period: day, week, month, quarter, year or none; by default month, none for data without dates
    #[arg(long, value_name = "PERIOD", value_parser = period)]
    period: Option<OptionalPeriod>,

    /// First day of the week, such as Sun
    #[arg(long, value_name = "DAY", default_value = "Mon", value_parser = weekday)]
    pub(crate) week_start: Weekday,

    /// First month of the year, 1 to 12
    #[arg(long, value_name = "MONTH", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=12), allow_negative_numbers = true)]
    pub(crate) year_start: u32,

    /// Since when the data is complete, such as 2026-01-01: periods that begin earlier are partial; by default the day of the first
    /// record
    #[arg(long, value_name = "TIMESTAMP", value_parser = timestamp)]
    observed_from: Option<String>,

    /// Until when the data is complete, such as 2026-07-01 (the start of that day): periods that end later are partial; by default
    /// the cut-off
    #[arg(long, value_name = "TIMESTAMP", value_parser = timestamp)]
    observed_until: Option<String>,

    /// Clock of durations; by default both if there is a schedule, else calendar
    #[arg(long, value_name = "CLOCK")]
    clock: Option<Clock>,

    /// The policy of first contact resolution, such as "no_reopen_within(7days)" or single_reply; by default the
    /// description's
    #[arg(long, value_name = "POLICY")]
    pub(crate) fcr: Option<FcrPolicy>,

    /// Confidence level of the intervals, between 0 and 1
    #[arg(long, default_value_t = 0.95, value_parser = level, allow_negative_numbers = true)]
    pub(crate) level: f64,

    /// Mark numbers that are based on fewer records than this
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = count, allow_negative_numbers = true)]
    pub(crate) min_n: u64,

    /// The title of an HTML page; by default the name of the data
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,

    #[command(flatten)]
    pub(crate) output: OutputArguments<ReportFormat>,

    #[command(flatten)]
    pub(crate) data: DataArguments,
}

#[derive(Debug, Args)]
pub(crate) struct InitArguments {
    /// CSV, JSON, Parquet or Arrow files; what their rows are is inferred from their names and columns
    #[arg(value_name = "FILES", required_unless_present_any = ["tickets", "events", "surveys", "invitations", "snapshots"])]
    pub(crate) files: Vec<PathBuf>,

    /// A file with one row per ticket; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) tickets: Vec<PathBuf>,

    /// A file with one row per event of a ticket
    #[arg(long, value_name = "FILE")]
    pub(crate) events: Vec<PathBuf>,

    /// A file with one row per answer to a survey, or a column per question
    #[arg(long, value_name = "FILE")]
    pub(crate) surveys: Vec<PathBuf>,

    /// A file with one row per invitation to a survey
    #[arg(long, value_name = "FILE")]
    pub(crate) invitations: Vec<PathBuf>,

    /// A file with one row per ticket and point in time
    #[arg(long, value_name = "FILE")]
    pub(crate) snapshots: Vec<PathBuf>,

    /// The time zone (IANA name) of days, weeks, and times without a zone
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    pub(crate) tz: Option<Tz>,

    /// The description to write; - prints it
    #[arg(long, short, value_name = "FILE", default_value = "description.toml")]
    pub(crate) output: PathBuf,

    /// Replace an existing description
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// Excluded rows of a file, for one reason in one column, are a finding if they are more than this share
    #[arg(long, value_name = "PERCENT", default_value_t = 5.0, value_parser = percent, allow_negative_numbers = true)]
    pub(crate) max_excluded: f64,

    /// The form of the output
    #[arg(long, value_enum, default_value_t = TextFormat::Text)]
    pub(crate) format: TextFormat,

    #[command(flatten)]
    pub(crate) data: DataArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The id of the ticket
    pub(crate) ticket: String,

    /// The form of the output
    #[arg(long, value_enum, default_value_t = TextFormat::Text)]
    pub(crate) format: TextFormat,

    #[command(flatten)]
    pub(crate) data: DataArguments,
}

#[derive(Debug, Args)]
pub(crate) struct DueArguments {
    /// Only targets that are due within this time of the cut-off, such as 4h, or exceeded
    #[arg(long, value_name = "DURATION", value_parser = deskmetrics::duration_text::parse)]
    pub(crate) within: Option<TimeDelta>,

    #[command(flatten)]
    pub(crate) output: OutputArguments<Format>,

    #[command(flatten)]
    pub(crate) data: DataArguments,
}

#[derive(Debug, Args)]
pub(crate) struct CatalogueArguments {
    /// The id of a KPI, or any other name of it; by default all are listed
    pub(crate) kpi: Option<String>,

    /// The form of the output
    #[arg(long, value_enum, default_value_t = TextFormat::Text)]
    pub(crate) format: TextFormat,
}

#[derive(Debug, Args)]
pub(crate) struct SchemaArguments {
    /// The form, such as description or report; by default all are listed
    pub(crate) form: Option<String>,
}

/// The form of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs: every row with all its fields
    Json,
    /// For spreadsheets: one line per row
    Csv,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people
    Text,
    /// For programs: every row with all its fields
    Json,
    /// For spreadsheets: one line per row
    Csv,
    /// For people: one page with charts, without scripts or network
    #[value(alias = "htm")]
    Html,
    /// For people: tables in Markdown
    #[value(alias = "md")]
    Markdown,
}

/// A form that the ending of a file may name.
pub(crate) trait FileFormat: ValueEnum + Clone + Copy + Send + Sync + 'static {
    /// The form without an ending that names one.
    const USUAL: Self;
}

impl FileFormat for Format {
    const USUAL: Self = Self::Text;
}

impl FileFormat for ReportFormat {
    const USUAL: Self = Self::Text;
}

/// The form of what is no table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

impl<F: FileFormat> OutputArguments<F> {
    /// The requested form, else that of the file's ending.
    pub(crate) fn format(&self) -> Result<F, Failure> {
        let Some(file) = &self.target.output else { return Ok(self.format.unwrap_or(F::USUAL)) };
        let Some(ending) = file.extension().map(|ending| ending.to_string_lossy()) else {
            return Ok(self.format.unwrap_or(F::USUAL));
        };
        let of_ending = F::from_str(if ending.eq_ignore_ascii_case("txt") { "text" } else { &ending }, true);
        let name =
            |form: F| form.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let refused = |why: String| Failure::Usage(format!("--output {}: {why}", file.display()));
        match (self.format.map(name), of_ending.map(name)) {
            (Some(requested), Ok(named)) if requested != named => Err(refused(format!(
                "the ending is that of {named}, and --format is {requested}: change one of them"
            ))),
            (None, Err(_)) => {
                let known: Vec<String> =
                    F::value_variants().iter().map(|form| name(*form).replace("text", "txt")).collect();
                Err(refused(format!(
                    "no form has the ending \"{ending}\": name the file with one of {}, or give --format",
                    known.join(", ")
                )))
            }
            _ => Ok(self.format.or(F::from_str(&ending, true).ok()).unwrap_or(F::USUAL)),
        }
    }
}

impl ReportArguments {
    /// Since when and until when the data is complete, as far as stated. Times without a zone are of `zone`.
    pub(crate) fn observed(&self, zone: Tz) -> [Option<Timestamp>; 2] {
        let reading = TimestampReading::new(zone);
        [&self.observed_from, &self.observed_until].map(|text| reading.read(text.as_deref()?).ok().flatten())
    }

    /// The period to slice by. `dated` is whether the data contains dates.
    pub(crate) fn period(&self, dated: bool) -> Option<Period> {
        match self.period {
            Some(OptionalPeriod(period)) => period,
            None => dated.then_some(Period::Month),
        }
    }

    /// The clocks of durations.
    pub(crate) fn clocks(&self, dataset: &Dataset) -> Vec<ClockKind> {
        match self.clock {
            Some(Clock::Calendar) => vec![ClockKind::Calendar],
            Some(Clock::Business) => vec![ClockKind::Business],
            None if dataset.schedule.is_none() && dataset.schedule_by.is_empty() => vec![ClockKind::Calendar],
            Some(Clock::Both) | None => vec![ClockKind::Calendar, ClockKind::Business],
        }
    }
}

/// A period, or none. (clap would treat an `Option` as an optional argument.)
#[derive(Debug, Clone, Copy)]
struct OptionalPeriod(Option<Period>);

fn period(text: &str) -> Result<OptionalPeriod, UnknownPeriod> {
    if text == "none" {
        Ok(OptionalPeriod(None))
    } else {
        text.parse().map(|period| OptionalPeriod(Some(period)))
    }
}

/// The clock of durations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Clock {
    /// All time counts
    Calendar,
    /// Only the hours of the ticket's schedule
    Business,
    /// Both, one after the other
    Both,
}

/// Attributes to slice by together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slicing(pub(crate) Vec<Attribute>);

fn slicing(text: &str) -> Result<Slicing, String> {
    let attributes: Vec<Attribute> = parts(text).map(Attribute::from).collect();
    if attributes.is_empty() {
        Err("name at least one attribute".to_owned())
    } else {
        Ok(Slicing(attributes))
    }
}

/// Requested KPIs.
#[derive(Debug, Clone)]
pub(crate) enum Requested {
    /// By their ids.
    Ids(Vec<String>),
    /// One with options.
    Form(Box<KpiRequest>),
}

fn kpis(text: &str) -> Result<Requested, String> {
    if text.trim_start().starts_with('{') {
        return match serde_json::from_str(text) {
            Ok(request) => Ok(Requested::Form(request)),
            Err(error) => Err(plain_message(&error.to_string())),
        };
    }
    let ids: Vec<String> = parts(text).map(str::to_owned).collect();
    if ids.is_empty() { Err("name at least one KPI".to_owned()) } else { Ok(Requested::Ids(ids)) }
}

/// An attribute and the values it may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Restriction {
    pub(crate) attribute: Attribute,
    pub(crate) values: Vec<String>,
}

fn restriction(text: &str) -> Result<Restriction, String> {
    let (attribute, values) = text.split_once('=').unwrap_or((text, ""));
    let values: Vec<String> = parts(values).map(str::to_owned).collect();
    if attribute.trim().is_empty() || values.is_empty() {
        return Err("not an attribute with values, such as market=DK,ES".to_owned());
    }
    Ok(Restriction { attribute: Attribute::from(attribute.trim()), values })
}

/// The scale of a question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct QuestionScale {
    pub(crate) question: Box<str>,
    pub(crate) scale: Scale,
}

fn scale(text: &str) -> Result<QuestionScale, String> {
    let (question, scale) =
        text.split_once('=').ok_or("not a question with its scale, such as csat=1-5".to_owned())?;
    let scale = scale.trim().parse().map_err(|error: deskmetrics::survey::ScaleError| error.to_string())?;
    Ok(QuestionScale { question: question.trim().into(), scale })
}

/// The parts between commas.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

fn weekday(text: &str) -> Result<Weekday, String> {
    text.parse().map_err(|_| "not a day of the week such as Mon or Sunday".to_owned())
}

fn zone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_| "not an IANA name of a time zone such as Europe/Copenhagen".to_owned())
}

/// Checks a timestamp, which may be a wall-clock time of a zone that only the description names.
fn timestamp(text: &str) -> Result<String, String> {
    match TimestampReading::new(Tz::UTC).read(text) {
        Ok(Some(_)) => Ok(text.to_owned()),
        _ => Err("not a timestamp such as 2026-06-30T22:00:00Z or 2026-07-01".to_owned()),
    }
}

/// A number of records.
fn count(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("\"{text}\" is not a whole number of 0 or more; 0 marks nothing"))
}

fn level(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(level) if level > 0.0 && level < 1.0 => Ok(level),
        _ => Err("not a number between 0 and 1, such as 0.95".to_owned()),
    }
}

fn percent(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(percent),
        _ => Err("not a percentage from 0 to 100".to_owned()),
    }
}
