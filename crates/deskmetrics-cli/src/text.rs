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
            write_wrapped(out, 4, &exclusion.to_string())?;
            write_wrapped(out, 6, &exclusion.remedy)?;
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

/// Columns are kept within this many where the content allows.
const LINE: usize = 100;

/// A text after this many spaces, with further lines two more to the right.
pub(crate) fn write_wrapped(out: &mut dyn Write, indent: usize, text: &str) -> io::Result<()> {
    let (mut line, mut is_empty) = (" ".repeat(indent), true);
    for word in visible(text).split(' ') {
        if !is_empty && line.chars().count() + 1 + word.chars().count() > LINE {
            writeln!(out, "{line}")?;
            (line, is_empty) = (" ".repeat(indent + 2), true);
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    writeln!(out, "{line}")
}

/// Lines whose columns are aligned, those in `right` at their end.
pub(crate) fn write_columns<const N: usize>(
    out: &mut dyn Write,
    lines: &[[String; N]],
    right: &[usize],
) -> io::Result<()> {
    let mut widths = [0; N];
    let lines: Vec<[String; N]> = lines
        .iter()
        .map(|line| line.each_ref().map(|cell| deskmetrics::engine::visible_in_line(cell).into_owned()))
        .collect();
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for line in &lines {
        let cells = line.iter().zip(widths).enumerate().map(|(column, (cell, width))| {
            if right.contains(&column) { format!("{cell:>width$}") } else { format!("{cell:width$}") }
        });
        writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

/// A value in JSON.
pub(crate) fn write_json(out: &mut dyn Write, value: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

/// The error of the output, with its kind, such as that of a closed pipe.
pub(crate) fn of_csv(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
