//! The page: head, warnings, headline numbers, sections, exclusions and marks.

use chrono_tz::Tz;
use deskmetrics::report::ReportTable;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::cell::{Columns, change_text, interval, n_text, text, value};
use crate::kpi::Kpi;

/// The style of pages and fragments, whose outer element has the class `deskmetrics`.
pub const STYLE: &str = include_str!("style.css");

/// The page of a report.
///
/// `document` gives a whole file, `fragment` a block for a page that exists already, such as a notebook.
#[derive(Debug, Clone)]
#[must_use]
pub struct Page<'t> {
    table: &'t ReportTable,
    largest: Option<&'t ReportTable>,
    title: String,
    zone: Tz,
    notes: Vec<String>,
    excluded: Vec<String>,
}

impl<'t> Page<'t> {
    /// The page of a report.
    pub fn new(table: &'t ReportTable) -> Self {
        Self {
            table,
            largest: None,
            title: ReportTable::TITLE.to_owned(),
            zone: Tz::UTC,
            notes: Vec::new(),
            excluded: Vec::new(),
        }
    }

    /// The title; by default "Customer service report".
    pub fn with_title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The zone of the cut-off where the report has no periods; by default UTC.
    pub fn with_zone(mut self, zone: Tz) -> Self {
        self.zone = zone;
        self
    }

    /// The same report with its [`SLICES`](crate::SLICES) largest slices and all others joined, for charts: the table of
    /// [`ReportState::with_largest_slices`](deskmetrics::report::ReportState::with_largest_slices). Without it, charts of more
    /// slices do not show the smaller ones.
    pub fn with_largest_slices(mut self, table: &'t ReportTable) -> Self {
        self.largest = Some(table);
        self
    }

    /// A remark, such as that a KPI is not shown and why; after the warnings of the report.
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// What was excluded while the data was read, with the remedy.
    pub fn with_excluded(mut self, exclusion: impl Into<String>) -> Self {
        self.excluded.push(exclusion.into());
        self
    }

    /// The page as a file.
    #[must_use]
    pub fn document(&self) -> String {
        let title = &self.title;
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (text(title)) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    main.deskmetrics.deskmetrics-page {
                        header { h1 { (text(title)) } (self.basis()) }
                        (self.body(true))
                    }
                }
            }
        }
        .into_string()
    }

    /// The page as a block with its style.
    #[must_use]
    pub fn fragment(&self) -> String {
        html! {
            div.deskmetrics {
                style { (PreEscaped(STYLE)) }
                (self.basis())
                (self.body(false))
            }
        }
        .into_string()
    }

    fn body(&self, whole: bool) -> Markup {
        let kpis = Kpi::all(self.table);
        html! {
            (self.warnings())
            @if whole { (cards(&kpis)) }
            (self.overall(whole))
            @for kpi in &kpis { (kpi.section(self.table, self.largest.unwrap_or(self.table), whole)) }
            (self.exclusions())
            (self.marks())
        }
    }

    /// What the report is based on.
    fn basis(&self) -> Markup {
        html! { p.basis { (self.table.basis(self.zone)) } }
    }

    fn warnings(&self) -> Markup {
        let warnings: Vec<String> =
            self.table.warnings.iter().map(ToString::to_string).chain(self.notes.iter().cloned()).collect();
        html! {
            @if !warnings.is_empty() {
                section.warnings aria-label="Warnings" {
                    h2 { "Beware" }
                    ul { @for warning in &warnings { li { (text(warning)) } } }
                }
            }
        }
    }

    /// Every measure over all records.
    fn overall(&self, folded: bool) -> Markup {
        let rows = || self.table.overall().filter(|row| row.headline || (row.value.is_some() && row.n > 0));
        let columns = Columns::of(rows());
        html! {
            details open[!folded] {
                summary { h2 { "All measures" } }
                div.scrolls {
                    table {
                        thead {
                            tr {
                                th.left scope="col" { "KPI" }
                                th.left scope="col" { "measure" }
                                (columns.head(self.table))
                            }
                        }
                        tbody {
                            @for row in rows() {
                                tr.first[row.headline] {
                                    th.left scope="row" { @if row.headline { (text(&row.title())) } }
                                    td.left { (row.measure.replace('_', " ")) }
                                    (columns.numbers(row))
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn exclusions(&self) -> Markup {
        let table = self.table;
        let counts = |name: String, excluded: &deskmetrics::Excluded| format!("{name}: {excluded}");
        let mut lines: Vec<String> = table
            .overall()
            .filter(|row| row.headline && !row.excluded.is_empty())
            .map(|row| counts(row.title(), &row.excluded))
            .collect();
        if !table.events_excluded.is_empty() {
            lines.push(counts("Events of tickets".to_owned(), &table.events_excluded));
        }
        if !table.links_excluded.is_empty() {
            lines.push(counts("Links of surveys".to_owned(), &table.links_excluded));
        }
        lines.extend(self.excluded.iter().cloned());
        html! {
            @if !lines.is_empty() {
                details {
                    summary { "Excluded" }
                    ul.note { @for line in &lines { li { (text(line)) } } }
                }
            }
        }
    }

    /// What the marks mean.
    fn marks(&self) -> Markup {
        let rows = || self.table.rows.iter();
        let odds = (1000.0 - self.table.level * 1000.0).round() / 10.0;
        html! {
            footer.note {
                @if rows().any(|row| row.small_n) {
                    p { "* is based on fewer than " (self.table.min_n) " records: only a hint" }
                }
                @if rows().any(|row| row.period.as_ref().is_some_and(|period| period.partial)) {
                    p { "~ the data covers only a part of the period" }
                }
                @if rows().any(|row| row.change.is_some_and(|change| change.is_significant())) {
                    p { "▲ ▼ so large a change comes about by chance in less than " (odds) " % of cases" }
                }
            }
        }
    }
}

/// The headline numbers, with their last change.
fn cards(kpis: &[Kpi<'_>]) -> Markup {
    html! {
        nav.cards aria-label="Headline numbers" {
            @for kpi in kpis {
                @let row = kpi.headline();
                a.card href={ "#" (kpi.anchor()) } {
                    span.name { (text(&row.title())) }
                    span.value { (value(row)) }
                    @if !n_text(row).is_empty() {
                        span.detail {
                            @if row.interval.is_some() { (interval(row)) ", " }
                            "n " (n_text(row))
                        }
                    }
                    @if let Some(last) = kpi.last_change() {
                        span.detail {
                            (change_text(last)) " in "
                            (text(last.period.as_ref().map_or("", |period| &period.label)))
                            @if kpi.follows_part(last) { ", against a part of the period before" }
                        }
                    }
                }
            }
        }
    }
}
