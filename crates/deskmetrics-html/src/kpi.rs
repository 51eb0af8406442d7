//! The section of a KPI: charts, tables and its definition.

use deskmetrics::ClockKind;
use deskmetrics::kpi::Definition;
use deskmetrics::report::{ReportRow, ReportTable, count_text};
use deskmetrics::ticket::Attribute;
use maud::{Markup, html};

use crate::cell::{Columns, change_text, text, value};
use crate::chart;

/// Longer tables are folded.
const FOLDED: usize = 30;

/// The most rows of a table; the data has all.
const MOST: usize = 200;

/// The headlines of a KPI, by slice and period.
#[derive(Debug)]
pub(crate) struct Kpi<'t> {
    number: usize,
    rows: Vec<&'t ReportRow>,
}

impl<'t> Kpi<'t> {
    /// The KPIs of a report, in its order.
    pub(crate) fn all(table: &'t ReportTable) -> Vec<Self> {
        let mut places = std::collections::HashMap::new();
        let mut kpis: Vec<Self> = Vec::new();
        for row in table.rows.iter().filter(|row| row.headline) {
            let number = *places.entry(key(row)).or_insert_with(|| {
                kpis.push(Self { number: kpis.len(), rows: Vec::new() });
                kpis.len() - 1
            });
            if let Some(kpi) = kpis.get_mut(number) {
                kpi.rows.push(row);
            }
        }
        kpis
    }

    /// The number over all records; of a KPI without one, its first.
    pub(crate) fn headline(&self) -> &'t ReportRow {
        let overall = self.rows.iter().find(|row| row.keys.is_empty() && row.period.is_none());
        overall.unwrap_or(&self.rows[0])
    }

    pub(crate) fn anchor(&self) -> String {
        format!("kpi-{}", self.number + 1)
    }

    /// The last whole period that has a change.
    pub(crate) fn last_change(&self) -> Option<&'t ReportRow> {
        let whole = |row: &&&ReportRow| row.period.as_ref().is_some_and(|period| !period.partial);
        let dated = self.rows.iter().filter(|row| row.keys.is_empty() && row.change.is_some()).filter(whole);
        dated.max_by_key(|row| row.period.as_ref().and_then(|period| period.start)).copied()
    }

    /// Whether the data covers only a part of the period before that of a row.
    pub(crate) fn follows_part(&self, row: &ReportRow) -> bool {
        let Some(start) = row.period.as_ref().and_then(|period| period.start) else { return false };
        let mut periods = self.rows.iter().filter_map(|row| row.period.as_ref());
        periods.any(|period| period.partial && period.end == Some(start))
    }

    /// The section, with charts of the slices of `largest`.
    pub(crate) fn section(&self, table: &ReportTable, largest: &ReportTable, open: bool) -> Markup {
        let headline = self.headline();
        let slices = |slicing: &[Attribute]| -> Vec<&ReportRow> {
            let of =
                |row: &&&ReportRow| row.period.is_none() && row.keys.0.iter().map(|(key, _)| key).eq(slicing);
            self.rows.iter().filter(of).copied().collect()
        };
        let charted = |slicing: &[Attribute]| -> Vec<&ReportRow> {
            let rows = largest.slices().filter(|row| row.headline && key(row) == key(headline));
            rows.filter(|row| row.keys.0.iter().map(|(key, _)| key).eq(slicing)).collect()
        };
        let dated = |row: &&&ReportRow| {
            row.keys.is_empty()
                && row.period.as_ref().is_some_and(|period| row.n > 0 || period.start.is_some())
        };
        let periods: Vec<&ReportRow> = self.rows.iter().filter(dated).copied().collect();
        html! {
            details.kpi open[open] id=(self.anchor()) {
                summary {
                    h2 { (text(&headline.title())) }
                    span.headline { (headline.measure.replace('_', " ")) " " (value(headline)) }
                }
                @if let Some(period) = table.period && !periods.is_empty() {
                    h3 { "By " (period.as_str()) }
                    (chart::trend(&periods, &headline.title()))
                    (block(table, period.as_str(), &periods, open, period_label))
                }
                @for slicing in &table.by {
                    @let rows = slices(slicing);
                    @let names = slicing.iter().map(Attribute::as_str).collect::<Vec<_>>().join(" and ");
                    @if !rows.is_empty() {
                        h3 { "By " (text(&names)) }
                        (chart::slices(&charted(slicing), &headline.title(), &largest.slices_by_size(slicing), rows.len()))
                        (block(table, &names, &rows, open, |row| row.keys.label()))
                    }
                }
                @if let Some(definition) = deskmetrics::kpi::definition(headline.kpi) { (defined(definition)) }
            }
        }
    }
}

/// What distinguishes the KPIs of a report.
fn key(row: &ReportRow) -> (&str, &str, Option<&str>, Option<ClockKind>) {
    (row.kpi, &row.name, row.option.as_deref(), row.clock)
}

/// A table with one row per slice or period.
fn block(
    table: &ReportTable,
    heading: &str,
    rows: &[&ReportRow],
    open: bool,
    label: impl Fn(&ReportRow) -> String,
) -> Markup {
    let columns = Columns::of(rows.iter().copied());
    let changes = rows.iter().any(|row| row.change.is_some());
    let shown = html! {
        div.scrolls {
            table {
                thead {
                    tr {
                        th.left scope="col" { (text(heading)) }
                        (columns.head(table))
                        @if changes { th scope="col" { "change" } }
                    }
                }
                tbody {
                    @for row in rows.iter().take(MOST) {
                        tr {
                            th.left scope="row" { (text(&label(row))) }
                            (columns.numbers(row))
                            @if changes { td { (change_text(row)) } }
                        }
                    }
                }
            }
        }
        @if rows.len() > MOST {
            p.note { (count_text((rows.len() - MOST) as u64)) " more rows are in the data." }
        }
    };
    html! {
        @if open && rows.len() <= FOLDED {
            (shown)
        } @else {
            details { summary { (count_text(rows.len() as u64)) " rows" } (shown) }
        }
    }
}

fn defined(definition: &Definition) -> Markup {
    html! {
        details.definition {
            summary { "Definition" }
            p { (definition.description.en) }
            dl {
                dt { "Formula" } dd { (definition.formula) }
                dt { "Counted" } dd { (definition.population) }
                dt { "Sources" } dd { (definition.references.join("; ")) }
            }
        }
    }
}

fn period_label(row: &ReportRow) -> String {
    row.period.as_ref().map_or_else(String::new, |period| {
        format!("{}{}", period.label, if period.partial { " ~" } else { "" })
    })
}
