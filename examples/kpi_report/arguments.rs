//! Command-line arguments.

use std::path::PathBuf;

use chrono::Weekday;
use chrono_tz::Tz;
use clap::{Parser, ValueEnum};
use deskmetrics::kpi::FcrPolicy;
use deskmetrics::report::{Period, UnknownPeriod};
use deskmetrics::ticket::Attribute;
use deskmetrics::{ClockKind, Timestamp};
use deskmetrics_arrow::Dataset;

/// Prints the customer-service KPIs of tickets, ticket events and surveys, each with its n, its interval and what was
/// excluded
#[derive(Debug, Parser)]
#[command(name = "kpi_report", max_term_width = 100, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The description of the files and columns; by default that of the sample that ships with the examples
    #[arg(value_name = "DESCRIPTION.toml")]
    pub(crate) description: Option<PathBuf>,

    /// Slice by an attribute (market, channel, group ...); `a,b` slices by both together; may be repeated
    #[arg(long, value_name = "ATTRIBUTE[,ATTRIBUTE]", value_parser = slicing)]
    pub(crate) by: Vec<Slicing>,

    /// Slice by period: day, week, month, quarter, year or none; by default month, none for data without dates
    #[arg(long, value_name = "PERIOD", value_parser = period)]
    period: Option<OptionalPeriod>,

    /// Time zone of the periods (IANA name); by default the description's
    #[arg(long, value_parser = zone)]
    pub(crate) zone: Option<Tz>,

    /// First day of the week, such as Sun
    #[arg(long, value_name = "DAY", default_value = "Mon", value_parser = weekday)]
    pub(crate) week_start: Weekday,

    /// Only these KPIs, by their ids (see --list); may be repeated
    #[arg(long = "kpi", value_name = "ID[,ID]", value_delimiter = ',')]
    pub(crate) kpis: Vec<String>,

    /// All KPIs that the data can answer, not only the usual ones
    #[arg(long, conflicts_with = "kpis")]
    pub(crate) all: bool,

    /// Clock of durations; by default both if the description has a schedule, else calendar
    #[arg(long, value_name = "CLOCK")]
    clock: Option<Clock>,

    /// The policy of first contact resolution, such as "no_reopen_within(7days)" or single_reply; by default the
    /// description's
    #[arg(long, value_name = "POLICY")]
    pub(crate) fcr: Option<FcrPolicy>,

    /// Confidence level of the intervals, between 0 and 1
    #[arg(long, default_value_t = 0.95, value_parser = level)]
    pub(crate) level: f64,

    /// Mark numbers that are based on fewer records than this
    #[arg(long, value_name = "N", default_value_t = 30, allow_negative_numbers = true)]
    pub(crate) min_n: u64,

    /// The cut-off, such as 2026-06-30T22:00:00Z; by default the description's, else the last timestamp in the data
    #[arg(long, value_name = "INSTANT", value_parser = timestamp)]
    pub(crate) as_of: Option<Timestamp>,

    /// The output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,

    /// Stop at the first row that cannot be read instead of counting it
    #[arg(long)]
    pub(crate) strict: bool,

    /// The folder that the description's `folder` is relative to; by default the description's own, else the one that the
    /// environment variable DESKMETRICS_DATA names, else ../shared/data beside this repository
    #[arg(long, value_name = "DIR")]
    pub(crate) data_root: Option<PathBuf>,

    /// List the KPIs with their ids and definitions, and stop
    #[arg(long)]
    pub(crate) list: bool,
}

const EXAMPLES: &str = "\
Examples:
  kpi_report                                    the sample, the usual KPIs
  kpi_report --by market --period week          ... by market, then by week
  kpi_report --by market,channel --kpi nps      one KPI by market and channel together
  kpi_report --format csv tickets.toml > k.csv  your own data, as a spreadsheet

Exit codes: 0 success, 1 unusable data, 2 invalid command line.";

impl Arguments {
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

/// How the report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// For programs: every row with all its fields
    Json,
    /// For spreadsheets: one line per row
    Csv,
}

/// Attributes to slice by together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slicing(pub(crate) Vec<Attribute>);

fn slicing(text: &str) -> Result<Slicing, String> {
    let attributes: Vec<Attribute> =
        text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(Attribute::from).collect();
    if attributes.is_empty() {
        Err("name at least one attribute".to_owned())
    } else {
        Ok(Slicing(attributes))
    }
}

fn weekday(text: &str) -> Result<Weekday, String> {
    text.parse().map_err(|_| "not a day of the week such as Mon or Sunday".to_owned())
}

fn zone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_| "not an IANA name of a time zone such as Europe/Copenhagen".to_owned())
}

fn timestamp(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "not a timestamp with its zone such as 2026-06-30T22:00:00Z".to_owned())
}

fn level(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(level) if level > 0.0 && level < 1.0 => Ok(level),
        _ => Err("not a number between 0 and 1, such as 0.95".to_owned()),
    }
}
