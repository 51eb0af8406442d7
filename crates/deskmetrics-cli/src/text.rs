//! Parts that texts of several commands have.

use std::io::{self, Write};

use chrono_tz::Tz;
use deskmetrics::Timestamp;
use deskmetrics::report::count_text;
use deskmetrics_arrow::{Dataset, SourceReport};

/// The name of the data and the number of its records.
pub(crate) fn write_head(out: &mut dyn Write, dataset: &Dataset) -> io::Result<()> {
    writeln!(out, "{}", visible(dataset.name.as_deref().unwrap_or_default()))?;
    let all = dataset.counts();
    let counts = [
        (all.tickets, "ticket"),
        (all.events, "event"),
        (all.responses, "survey answer"),
        (all.invitations, "invitation"),
    ];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, what)| counted(*count as u64, what)).collect();
    writeln!(out, "{}", if counts.is_empty() { "no record".to_owned() } else { counts.join(", ") })
}

/// What was read from each file, and what was excluded.
pub(crate) fn write_sources(out: &mut dyn Write, sources: &[SourceReport]) -> io::Result<()> {
    writeln!(out, "\nRead, and excluded by file")?;
    for source in sources {
        let file = source.file.file_name().unwrap_or(source.file.as_os_str()).to_string_lossy();
        writeln!(
            out,
            "  {}: {} of {}{}",
            visible(&file),
            counted(source.rows, "row"),
            source.holds,
            remarks(source)
        )?;
        for exclusion in &source.exclusions {
            writeln!(out, "    {}", visible(&exclusion.to_string()))?;
            writeln!(out, "      {}", visible(&exclusion.remedy))?;
        }
    }
    Ok(())
}

/// Rows not selected, and corrections of a file's timestamps.
fn remarks(source: &SourceReport) -> String {
    let counts = [
        (source.not_selected, "rows not selected"),
        (source.ambiguous_times, "times repeated by a clock change"),
        (source.nonexistent_times, "times skipped by a clock change"),
        (source.skewed_times, "times moved to the ticket's creation"),
        (source.reordered_times, "times out of order moved to a neighbor's"),
    ];
    let nonzero = counts.iter().filter(|(count, _)| *count > 0);
    nonzero.fold(String::new(), |text, (count, what)| format!("{text}; {} {what}", count_text(*count)))
}

/// A timestamp in a zone.
pub(crate) fn local(at: Timestamp, zone: Tz) -> String {
    at.to_utc().with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// Such as `1 ticket` and `3,000 tickets`.
pub(crate) fn counted(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", count_text(count))
}

/// The text with control characters escaped, which data may contain.
pub(crate) fn visible(text: &str) -> std::borrow::Cow<'_, str> {
    deskmetrics::engine::visible(text)
}
