//! The finished report and its text form.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize};

use super::row::Exactly;
use super::value::{count_text, difference_text, interval_text, value_text};
use super::{Period, ReportRow, SliceKeys, Warning};
use crate::ticket::Attribute;
use crate::visible_text::{visible, visible_in_line};
use crate::{Excluded, Merge, Timestamp, Unit};

/// Every number of a report, in a fixed order: all records first, then by each slicing, then by period, then by
/// slicing and period together.
///
/// `Display` prints it as a readable text of at most 100 columns (longer names of slices widen it); serde writes it
/// as data and reads it back, except tables with a KPI of the user's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportTable {
    /// The cut-off, if there is one.
    pub as_of: Option<Timestamp>,
    /// The zone whose calendar makes the periods, if the report has any.
    pub zone: Option<Tz>,
    /// The periods, if the report has any.
    pub period: Option<Period>,
    /// The slicings: each a combination of attributes.
    #[serde(deserialize_with = "slicings")]
    pub by: Vec<Vec<Attribute>>,
    /// Confidence level of the intervals, between 0 and 1.
    pub level: f64,
    /// Numbers based on fewer records than this are marked.
    pub min_n: u64,
    /// Numbers of records fed.
    pub records: RecordCounts,
    /// Events that no ticket could take, by reason: after the cut-off, after the ticket was deleted.
    #[serde(default, skip_serializing_if = "Excluded::is_empty")]
    pub events_excluded: Excluded,
    /// Links of answers and invitations to tickets or invitations that are not there, by reason. The answers and invitations
    /// themselves count.
    #[serde(default, skip_serializing_if = "Excluded::is_empty")]
    pub links_excluded: Excluded,
    /// Warnings.
    pub warnings: Vec<Warning>,
    /// The numbers.
    pub rows: Vec<ReportRow>,
}

fn slicings<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<Attribute>>, D::Error> {
    let slicings = Vec::<Vec<Exactly>>::deserialize(deserializer)?.into_iter();
    Ok(slicings.map(|by| by.into_iter().map(|Exactly(attribute)| attribute).collect()).collect())
}

/// Over the rows.
impl<'t> IntoIterator for &'t ReportTable {
    type Item = &'t ReportRow;
    type IntoIter = std::slice::Iter<'t, ReportRow>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
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
    /// All rows.
    pub fn iter(&self) -> std::slice::Iter<'_, ReportRow> {
        self.rows.iter()
    }

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

    /// The slices of a slicing in the order of charts: by their tickets if the report has the KPI `volume`, then by the most records
    /// of a KPI, the largest first and [`SliceKeys::OTHERS`] last.
    pub fn slices_by_size(&self, by: &[Attribute]) -> Vec<&SliceKeys> {
        let mut places: HashMap<&SliceKeys, usize> = HashMap::new();
        let mut sizes: Vec<(&SliceKeys, [u64; 2])> = Vec::new();
        for row in self.slices().filter(|row| row.headline && row.keys.0.iter().map(|(key, _)| key).eq(by)) {
            let place = *places.entry(&row.keys).or_insert(sizes.len());
            if place == sizes.len() {
                sizes.push((&row.keys, [0, 0]));
            }
            if let Some((_, [tickets, most])) = sizes.get_mut(place) {
                *most = row.n.max(*most);
                *tickets = if row.kpi == "volume" { row.n.max(*tickets) } else { *tickets };
            }
        }
        // Slices of equal size stay in the order of the rows.
        sizes.sort_by_key(|(keys, sizes)| (keys.is_others(), Reverse(*sizes)));
        sizes.into_iter().map(|(keys, _)| keys).collect()
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
                Warning::OverlappingSlices { by } | Warning::ZerosNotListed { by, .. } => {
                    by.iter_mut().for_each(rename);
                }
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

    /// Every measure over all records.
    pub(super) fn overall_part(&self) -> Part {
        // A KPI without any record needs one line, not eight.
        let rows = self.overall().filter(|row| row.headline || row.value.is_some_and(|_| row.n > 0));
        let line = |row: &ReportRow| {
            let title = if row.headline { row.title() } else { String::new() };
            [title, measure_text(row), number(row), interval(row), mark_small(row)]
        };
        let head = ["KPI", "measure", "value", &self.interval_heading(), "n"].map(str::to_owned);
        Part { heading: "Overall".to_owned(), head, blocks: vec![(String::new(), rows.map(line).collect())] }
    }

    /// The headlines by slice and by period, each KPI in a block.
    pub(super) fn further_parts(&self) -> Vec<Part> {
        let slicings = self.by.iter().map(|slicing| {
            let names: Vec<&str> = slicing.iter().map(Attribute::as_str).collect();
            let rows =
                self.slices().filter(|row| row.headline && row.keys.0.iter().map(|(key, _)| key).eq(slicing));
            let names = names.join(" and ");
            self.part(format!("By {names}"), &names, rows, |row| row.keys.label())
        });
        let periods = self.period.map(|period| {
            let dated = |row: &&ReportRow| row.period.as_ref().is_some_and(|period| period.start.is_some());
            let rows = self.periods().filter(|row| row.headline && (row.n > 0 || dated(row)));
            let zone = self.zone.map_or("UTC", |zone| zone.name());
            self.part(format!("By {period} ({zone})"), period.as_str(), rows, |row| {
                row.period.as_ref().map_or_else(String::new, |period| {
                    format!("{}{}", period.label, if period.partial { " ~" } else { "" })
                })
            })
        });
        slicings.chain(periods).collect()
    }

    fn part<'t>(
        &self,
        heading: String,
        rows_are: &str,
        rows: impl Iterator<Item = &'t ReportRow>,
        label: impl Fn(&ReportRow) -> String,
    ) -> Part {
        let rows: Vec<&ReportRow> = rows.collect();
        let changes = rows.iter().any(|row| row.change.is_some());
        let mut blocks: Vec<(String, Vec<[String; 5]>)> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for row in rows {
            let title = title_with_measure(row);
            let place = *places.entry(title).or_insert_with_key(|title| {
                blocks.push((title.clone(), Vec::new()));
                blocks.len() - 1
            });
            let change = if changes { change(row) } else { String::new() };
            blocks[place].1.push([label(row), number(row), interval(row), mark_small(row), change]);
        }
        let change = if changes { "change" } else { "" };
        let head = [rows_are, "value", &self.interval_heading(), "n", change].map(str::to_owned);
        Part { heading, head, blocks }
    }

    fn write_overall(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Part { heading, mut head, blocks } = self.overall_part();
        [head[0], head[1]] = [heading, String::new()];
        let mut lines = vec![head];
        for mut line in blocks.into_iter().flat_map(|(_, lines)| lines) {
            if width(&line[0]) > TITLE {
                let mut alone: [String; 5] = Default::default();
                alone[0] = std::mem::take(&mut line[0]);
                lines.push(alone);
            }
            lines.push(line);
        }
        write_columns(f, &lines, [Align::Left, Align::Left, Align::Right, Align::Right, Align::Right])
    }

    /// One block per KPI, one line per slice or period.
    fn write_part(f: &mut fmt::Formatter<'_>, part: Part) -> fmt::Result {
        writeln!(f, "\n{}", part.heading)?;
        // Columns line up over all blocks.
        let mut lines = Vec::new();
        for (title, rows) in part.blocks {
            let mut head = if lines.is_empty() {
                part.head.clone()
            } else {
                lines.push(Default::default());
                Default::default()
            };
            head[0] = title;
            lines.push(head);
            for mut row in rows {
                row[0].insert_str(0, "  ");
                lines.push(row);
            }
        }
        write_columns(f, &lines, [Align::Left, Align::Right, Align::Right, Align::Right, Align::Right])
    }

    /// Excluded records by KPI, each with its reasons.
    pub(super) fn exclusions(&self) -> Vec<(String, Vec<String>)> {
        let texts = |excluded: &Excluded| {
            excluded.iter().map(|(reason, n)| format!("{} {reason}", count_text(n))).collect()
        };
        let kpis = self.overall().filter(|row| row.headline);
        let kpis = kpis.map(|row| (row.title(), &*row.excluded));
        let others =
            [("Events of tickets", &self.events_excluded), ("Links of surveys", &self.links_excluded)];
        let all = kpis.chain(others.map(|(name, excluded)| (name.to_owned(), excluded)));
        all.filter(|(_, excluded)| !excluded.is_empty())
            .map(|(name, excluded)| (name, texts(excluded)))
            .collect()
    }

    fn write_exclusions(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reasons = self.exclusions();
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

    /// What the marks mean, of those that occur.
    pub(super) fn legend(&self) -> Vec<String> {
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
        notes
    }

    fn write_legend(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let notes = self.legend();
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
        self.further_parts().into_iter().try_for_each(|part| Self::write_part(f, part))?;
        self.write_exclusions(f)?;
        self.write_warnings(f)?;
        self.write_legend(f)
    }
}

/// A part of the report in texts.
pub(super) struct Part {
    pub(super) heading: String,
    /// The names of the columns; empty where the part has no such column.
    pub(super) head: [String; 5],
    /// Titles with their lines.
    pub(super) blocks: Vec<(String, Vec<[String; 5]>)>,
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
