//! The finished report and its text form.

use std::collections::BTreeMap;
use std::fmt;

use chrono_tz::Tz;
use serde::Serialize;

use super::value::{count_text, difference_text, interval_text, value_text};
use super::{Period, ReportRow, SliceKeys, Warning};
use crate::ticket::Attribute;
use crate::visible_text::{visible, visible_in_line};
use crate::{Excluded, Merge, Timestamp, Unit};

/// Every number of a report, in a fixed order: all records first, then by each slicing, then by period, then by
/// slicing and period together.
///
/// `Display` prints it as a readable text of at most 100 columns (longer names of slices widen it); serde writes it
/// as data.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ReportTable {
    /// The cut-off, if there is one.
    pub as_of: Option<Timestamp>,
    /// The zone whose calendar makes the periods, if the report has any.
    pub zone: Option<Tz>,
    /// The periods, if the report has any.
    pub period: Option<Period>,
    /// The slicings: each a combination of attributes.
    pub by: Vec<Vec<Attribute>>,
    /// Confidence level of the intervals, between 0 and 1.
    pub level: f64,
    /// Numbers based on fewer records than this are marked.
    pub min_n: u64,
    /// Numbers of records fed.
    pub records: RecordCounts,
    /// Events that no ticket could take, by reason: after the cut-off, after the ticket was deleted.
    #[serde(skip_serializing_if = "Excluded::is_empty")]
    pub events_excluded: Excluded,
    /// Links of answers and invitations to tickets or invitations that are not there, by reason. The answers and invitations
    /// themselves count.
    #[serde(skip_serializing_if = "Excluded::is_empty")]
    pub links_excluded: Excluded,
    /// Warnings.
    pub warnings: Vec<Warning>,
    /// The numbers.
    pub rows: Vec<ReportRow>,
}

/// Display names of attributes.
pub type AttributeNames = BTreeMap<Attribute, Box<str>>;

impl Merge for RecordCounts {
    fn merge(&mut self, other: Self) {
        self.tickets.merge(other.tickets);
        self.responses.merge(other.responses);
        self.invitations.merge(other.invitations);
        self.contacts.merge(other.contacts);
        self.shifts.merge(other.shifts);
    }
}

/// Numbers of records of a report, excluded or not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct RecordCounts {
    /// Tickets.
    pub tickets: u64,
    /// Answers to surveys.
    pub responses: u64,
    /// Surveys sent.
    pub invitations: u64,
    /// Contacts offered to a queue.
    pub contacts: u64,
    /// Shifts of agents.
    pub shifts: u64,
}

impl ReportTable {
    /// Rows about all records and all periods together.
    pub fn overall(&self) -> impl Iterator<Item = &ReportRow> {
        self.rows.iter().filter(|row| row.keys.is_empty() && row.period.is_none())
    }

    /// Rows about one slice each, all periods together.
    pub fn slices(&self) -> impl Iterator<Item = &ReportRow> {
        self.rows.iter().filter(|row| !row.keys.is_empty() && row.period.is_none())
    }

    /// Rows about one period each, all records together.
    pub fn periods(&self) -> impl Iterator<Item = &ReportRow> {
        self.rows.iter().filter(|row| row.keys.is_empty() && row.period.is_some())
    }

    /// The headline of a KPI, by the name it was requested under or by its id: of the request that is not restricted to some
    /// records if there is one, and of the first where the KPI is reported with several options.
    pub fn headline(&self, kpi: &str) -> Option<&ReportRow> {
        self.rows.get(self.headline_place(kpi)?)
    }

    /// Where [`headline`](Self::headline) is among the rows.
    pub fn headline_place(&self, kpi: &str) -> Option<usize> {
        let id = crate::kpi::definition(kpi).map_or(kpi, |definition| definition.id);
        let place = |of: &dyn Fn(&ReportRow) -> bool| {
            let overall = |row: &ReportRow| row.headline && row.keys.is_empty() && row.period.is_none();
            self.rows.iter().position(|row| overall(row) && of(row))
        };
        // A KPI's id is the name of no other one.
        place(&|row| row.kpi == id && !row.restricted)
            .or_else(|| place(&|row| row.name == kpi))
            .or_else(|| place(&|row| row.kpi == id))
    }

    /// The same with other names of attributes, such as `team` for [`Attribute::Group`].
    ///
    /// ```
    /// use deskmetrics::report::{AttributeNames, KpiRequest, Report};
    /// use deskmetrics::ticket::Attribute;
    ///
    /// let report = Report::undated().with_kpi(KpiRequest::new("volume")).with_slices([Attribute::Group]).build()?;
    /// let names = AttributeNames::from([(Attribute::Group, "team".into())]);
    /// let table = report.state().table().with_attribute_names(&names);
    /// assert_eq!(table.by[0][0].as_str(), "team");
    /// # Ok::<(), deskmetrics::report::ReportError>(())
    /// ```
    #[must_use]
    pub fn with_attribute_names(mut self, names: &AttributeNames) -> Self {
        let rename = |attribute: &mut Attribute| {
            if let Some(name) = names.get(attribute) {
                *attribute = Attribute::Custom(name.clone());
            }
        };
        // Slices share their keys, and so do those renamed.
        let mut renamed: BTreeMap<SliceKeys, SliceKeys> = BTreeMap::new();
        let mut rename_keys = |keys: &mut SliceKeys| {
            let new = renamed.entry(keys.clone()).or_insert_with(|| {
                let mut all = keys.0.to_vec();
                for (attribute, _) in &mut all {
                    rename(attribute);
                }
                SliceKeys(all.into())
            });
            *keys = new.clone();
        };
        if names.is_empty() {
            return self;
        }
        self.by.iter_mut().flatten().for_each(rename);
        self.rows.iter_mut().for_each(|row| rename_keys(&mut row.keys));
        for warning in &mut self.warnings {
            match warning {
                Warning::TooFewAnswers { by, slices, .. } => {
                    by.iter_mut().for_each(rename);
                    slices.iter_mut().for_each(&mut rename_keys);
                }
                Warning::OverlappingSlices { by } => by.iter_mut().for_each(rename),
                Warning::UnevenResponse { by, lowest, highest, .. } => {
                    by.iter_mut().for_each(rename);
                    rename_keys(&mut lowest.keys);
                    rename_keys(&mut highest.keys);
                }
                Warning::NoSuchValue { attribute, .. } => rename(attribute),
                Warning::NoRecord { .. }
                | Warning::Caution { .. }
                | Warning::ManyExcluded { .. }
                | Warning::ManyRowsExcluded { .. }
                | Warning::CutOffBeforeData { .. }
                | Warning::ImplausibleTimestamp { .. }
                | Warning::StatusDiffers { .. }
                | Warning::AttributeDiffers { .. }
                | Warning::AttributeUnknown { .. }
                | Warning::UnitImplausible { .. }
                | Warning::StatedDiffers { .. } => {}
            }
        }
        self
    }

    fn interval_heading(&self) -> String {
        format!("{} % interval", (self.level * 1000.0).round() / 10.0)
    }

    fn write_overall(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A KPI without any record needs one line, not eight.
        let rows: Vec<&ReportRow> =
            self.overall().filter(|row| row.headline || row.value.is_some_and(|_| row.n > 0)).collect();
        let mut lines = vec![[
            "Overall".to_owned(),
            String::new(),
            "value".to_owned(),
            self.interval_heading(),
            "n".to_owned(),
        ]];
        for row in &rows {
            let mut title = if row.headline { row.title() } else { String::new() };
            if width(&title) > TITLE {
                lines.push([
                    std::mem::take(&mut title),
                    String::new(),
                    String::new(),
                    String::new(),
                    String::new(),
                ]);
            }
            lines.push([title, measure_text(row), number(row), interval(row), mark_small(row)]);
        }
        write_columns(f, &lines, [Align::Left, Align::Left, Align::Right, Align::Right, Align::Right])
    }

    /// One block per KPI, one line per slice or period.
    fn write_blocks(
        &self,
        f: &mut fmt::Formatter<'_>,
        heading: &str,
        rows: &[&ReportRow],
        label: impl Fn(&ReportRow) -> String,
    ) -> fmt::Result {
        let changes = rows.iter().any(|row| row.change.is_some());
        writeln!(f, "\n{heading}")?;
        let mut blocks: Vec<(String, Vec<&ReportRow>)> = Vec::new();
        for row in rows {
            let block = title_with_measure(row);
            match blocks.iter_mut().find(|(title, _)| *title == block) {
                Some((_, rows)) => rows.push(row),
                None => blocks.push((block, vec![row])),
            }
        }
        // Columns line up over all blocks.
        let change_heading = if changes { "change".to_owned() } else { String::new() };
        let mut lines = Vec::new();
        for (title, rows) in blocks {
            let heads = if lines.is_empty() {
                ["value".to_owned(), self.interval_heading(), "n".to_owned(), change_heading.clone()]
            } else {
                lines.push(Default::default());
                Default::default()
            };
            let [value, ends, n, moved] = heads;
            lines.push([title, value, ends, n, moved]);
            for row in rows {
                let change = if changes { change(row) } else { String::new() };
                lines.push([
                    format!("  {}", label(row)),
                    number(row),
                    interval(row),
                    mark_small(row),
                    change,
                ]);
            }
        }
        write_columns(f, &lines, [Align::Left, Align::Right, Align::Right, Align::Right, Align::Right])
    }

    fn write_exclusions(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut reasons: Vec<(String, Vec<String>)> = Vec::new();
        let texts = |excluded: &Excluded| {
            excluded.iter().map(|(reason, n)| format!("{} {reason}", count_text(n))).collect()
        };
        for row in self.overall().filter(|row| row.headline && !row.excluded.is_empty()) {
            reasons.push((row.title(), texts(&row.excluded)));
        }
        if !self.events_excluded.is_empty() {
            reasons.push(("Events of tickets".to_owned(), texts(&self.events_excluded)));
        }
        if !self.links_excluded.is_empty() {
            reasons.push(("Links of surveys".to_owned(), texts(&self.links_excluded)));
        }
        if reasons.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nExcluded, by KPI")?;
        let width = reasons.iter().map(|(title, _)| width(title)).max().unwrap_or(0);
        for (title, parts) in reasons {
            let mut line = format!("  {}  ", padded(&title, width, Align::Left));
            let indent = self::width(&line);
            let mut used = indent;
            for (place, part) in parts.iter().enumerate() {
                let last = place + 1 == parts.len();
                let text = if last { part.clone() } else { format!("{part}, ") };
                if used > indent && used + self::width(text.trim_end()) > LINE {
                    writeln!(f, "{}", line.trim_end())?;
                    line = " ".repeat(indent);
                    used = indent;
                }
                used += self::width(&text);
                line.push_str(&text);
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }

    fn write_warnings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.warnings.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nWarnings")?;
        for warning in &self.warnings {
            let mut line = String::from(" ");
            for word in warning.to_string().split(' ') {
                if width(&line) + 1 + width(word) > LINE {
                    writeln!(f, "{line}")?;
                    line = String::from("   ");
                }
                line.push(' ');
                line.push_str(word);
            }
            writeln!(f, "{line}")?;
        }
        Ok(())
    }

    fn write_legend(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut notes = Vec::new();
        if self.rows.iter().any(|row| row.small_n) {
            notes.push(format!("* rests on fewer than {} records: read it as a hint", self.min_n));
        }
        if self.rows.iter().any(|row| row.period.as_ref().is_some_and(|period| period.partial)) {
            notes.push("~ the data covers only a part of the period".to_owned());
        }
        if self.rows.iter().any(|row| row.change.is_some_and(|change| change.is_significant())) {
            let odds = (1000.0 - self.level * 1000.0).round() / 10.0;
            notes.push(format!(
                "▲ ▼ more than chance: so large a change comes about by chance in less than {odds} % of cases"
            ));
        }
        if notes.is_empty() {
            return Ok(());
        }
        writeln!(f)?;
        notes.iter().try_for_each(|note| writeln!(f, "{note}"))
    }
}

/// The text, with control characters of names, values and warnings escaped.
impl fmt::Display for ReportTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct Unescaped<'a>(&'a ReportTable);

        impl fmt::Display for Unescaped<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write(f)
            }
        }

        f.write_str(&visible(&Unescaped(self).to_string()))
    }
}

impl ReportTable {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_overall(f)?;
        for slicing in &self.by {
            let names: Vec<&str> = slicing.iter().map(Attribute::as_str).collect();
            let rows: Vec<&ReportRow> = self
                .slices()
                .filter(|row| row.headline && row.keys.0.iter().map(|(key, _)| key).eq(slicing))
                .collect();
            self.write_blocks(f, &format!("By {}", names.join(" and ")), &rows, |row| row.keys.label())?;
        }
        if let Some(period) = self.period {
            let dated = |row: &&ReportRow| row.period.as_ref().is_some_and(|period| period.start.is_some());
            let rows: Vec<&ReportRow> =
                self.periods().filter(|row| row.headline && (row.n > 0 || dated(row))).collect();
            let zone = self.zone.map_or("UTC", |zone| zone.name());
            self.write_blocks(f, &format!("By {period} ({zone})"), &rows, |row| {
                row.period.as_ref().map_or_else(String::new, |period| {
                    format!("{}{}", period.label, if period.partial { " ~" } else { "" })
                })
            })?;
        }
        self.write_exclusions(f)?;
        self.write_warnings(f)?;
        self.write_legend(f)
    }
}

/// Lines are kept within this many columns where the content allows.
const LINE: usize = 100;

/// Longer titles in the overall part have a line of their own.
const TITLE: usize = 44;

#[derive(Clone, Copy)]
enum Align {
    Left,
    Right,
}

fn title_with_measure(row: &ReportRow) -> String {
    format!("{}, {}", row.title(), measure_text(row))
}

fn measure_text(row: &ReportRow) -> String {
    row.measure.replace('_', " ")
}

fn number(row: &ReportRow) -> String {
    value_text(row.value, row.unit, row.clock)
}

fn interval(row: &ReportRow) -> String {
    row.interval.map_or_else(String::new, |interval| interval_text(interval, row.unit, row.clock))
}

fn mark_small(row: &ReportRow) -> String {
    if row.headline && row.unit == Unit::Count {
        return String::new(); // the value is the count
    }
    // The mark has a column of its own, so that the digits line up.
    format!("{}{}", count_text(row.n), if row.small_n { "*" } else { " " })
}

fn change(row: &ReportRow) -> String {
    let Some(change) = row.change else { return String::new() };
    let mark = match change.is_significant() {
        true if change.difference > 0.0 => "▲",
        true => "▼",
        false => " ",
    };
    format!("{} {mark}", difference_text(change.difference, row.unit, row.clock))
}

/// The columns of a text on the screen, for scripts whose letters have one.
fn width(text: &str) -> usize {
    text.chars().count()
}

fn padded(text: &str, to: usize, align: Align) -> String {
    match align {
        Align::Left => format!("{text:<to$}"),
        Align::Right => format!("{text:>to$}"),
    }
}

fn write_columns<const N: usize>(
    f: &mut fmt::Formatter<'_>,
    lines: &[[String; N]],
    align: [Align; N],
) -> fmt::Result {
    let in_line = |line: &[String; N]| line.each_ref().map(|text| visible_in_line(text).into_owned());
    let lines: Vec<[String; N]> = lines.iter().map(in_line).collect();
    let mut widths = [0; N];
    for line in &lines {
        // A title on a line of its own may run over all columns.
        let alone = line[1..].iter().all(String::is_empty);
        for (column, text) in line.iter().enumerate().filter(|_| !alone) {
            widths[column] = widths[column].max(width(text));
        }
    }
    for line in &lines {
        let cells: Vec<String> = line
            .iter()
            .enumerate()
            .filter(|(column, _)| widths[*column] > 0)
            .map(|(column, text)| padded(text, widths[column], align[column]))
            .collect();
        writeln!(f, "{}", cells.join("  ").trim_end())?;
    }
    Ok(())
}
