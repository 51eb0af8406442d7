//! Report output as text, JSON and CSV.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use chrono_tz::Tz;
use deskmetrics::report::ReportTable;
use deskmetrics::{ClockKind, Timestamp};
use deskmetrics_arrow::{Dataset, SourceReport};
use serde::Serialize;

use super::arguments::{Arguments, Format};

/// The data to print.
pub(crate) struct Findings<'a> {
    pub(crate) description: &'a Path,
    pub(crate) dataset: &'a Dataset,
    pub(crate) notes: &'a [String],
    pub(crate) table: &'a ReportTable,
}

impl Findings<'_> {
    /// The report in the requested format.
    pub(crate) fn write(&self, arguments: &Arguments) -> Result<String, Box<dyn Error>> {
        match arguments.format {
            Format::Table => Ok(self.text(arguments)?),
            Format::Json => Ok(serde_json::to_string_pretty(&self.json())? + "\n"),
            Format::Csv => Ok(self.table.to_csv()?),
        }
    }

    fn text(&self, arguments: &Arguments) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        let zone = arguments.zone.unwrap_or(self.dataset.time_zone);
        let name = self.dataset.name.clone().unwrap_or_else(|| self.description.display().to_string());
        writeln!(text, "{name}")?;
        writeln!(text, "{}", self.size())?;
        let clocks = arguments.clocks(self.dataset).into_iter();
        let clocks: Vec<&str> = clocks
            .map(|clock| if clock == ClockKind::Business { "business hours" } else { "calendar time" })
            .collect();
        let clock = clocks.join(" and ");
        match self.dataset.as_of {
            Some(as_of) => writeln!(text, "as of {} ({zone}), durations in {clock}\n", local(as_of, zone))?,
            None => writeln!(text, "no dates\n")?,
        }
        write!(text, "{}", self.table)?;
        self.write_excluded_by_file(&mut text)?;
        for note in self.notes {
            writeln!(text, "\n{note}")?;
        }
        Ok(text)
    }

    fn size(&self) -> String {
        let all = self.dataset.counts();
        let counts = [
            (all.tickets, "ticket"),
            (all.events, "event"),
            (all.responses, "survey answer"),
            (all.invitations, "invitation"),
        ];
        let named =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| counted(*count as u64, what));
        named.collect::<Vec<_>>().join(", ")
    }

    fn write_excluded_by_file(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "\nRead, and excluded by file")?;
        for source in &self.dataset.sources {
            let file = source.file.file_name().unwrap_or(source.file.as_os_str()).to_string_lossy();
            writeln!(
                text,
                "  {file}: {} of {}{}",
                counted(source.rows, "row"),
                source.holds,
                remarks(source)
            )?;
            for exclusion in &source.exclusions {
                writeln!(text, "    {exclusion}")?;
                writeln!(text, "      {}", exclusion.remedy)?;
            }
        }
        Ok(())
    }

    fn json(&self) -> impl Serialize {
        #[derive(Serialize)]
        struct Document<'a> {
            name: Option<&'a str>,
            report: &'a ReportTable,
            sources: &'a [SourceReport],
            notes: &'a [String],
        }
        Document {
            name: self.dataset.name.as_deref(),
            report: self.table,
            sources: &self.dataset.sources,
            notes: self.notes,
        }
    }
}

/// Corrections of a file's timestamps.
fn remarks(source: &SourceReport) -> String {
    let counts = [
        (source.ambiguous_times, "times repeated by a clock change"),
        (source.nonexistent_times, "times skipped by a clock change"),
        (source.skewed_times, "times moved to the ticket's creation"),
        (source.reordered_times, "times out of order moved to a neighbor's"),
    ];
    let nonzero = counts.iter().filter(|(count, _)| *count > 0);
    nonzero.fold(String::new(), |text, (count, what)| format!("{text}; {count} {what}"))
}

fn local(at: Timestamp, zone: Tz) -> String {
    at.to_utc().with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// Such as `1 ticket` and `3,000 tickets`.
fn counted(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", grouped_u64(count))
}

fn grouped_u64(count: u64) -> String {
    deskmetrics::report::value_text(Some(count as f64), deskmetrics::Unit::Count, None)
}
