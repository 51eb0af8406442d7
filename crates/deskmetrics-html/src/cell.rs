//! Texts of numbers and names.

use std::borrow::Cow;

use deskmetrics::Unit;
use deskmetrics::engine::visible;
use deskmetrics::report::{ReportRow, ReportTable, count_text, difference_text, interval_text, value_text};
use maud::{Markup, html};

/// The columns of a table that have a value in some row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns {
    interval: bool,
    n: bool,
}

impl Columns {
    pub(crate) fn of<'r>(rows: impl Iterator<Item = &'r ReportRow>) -> Self {
        rows.fold(Self { interval: false, n: false }, |columns, row| Self {
            interval: columns.interval || row.interval.is_some(),
            n: columns.n || !n_text(row).is_empty(),
        })
    }

    /// The names of value, interval and n.
    pub(crate) fn head(self, table: &ReportTable) -> Markup {
        html! {
            th scope="col" { "value" }
            @if self.interval { th scope="col" { (level(table)) " interval" } }
            @if self.n { th scope="col" { "n" } }
        }
    }

    /// Value, interval and n of a row.
    pub(crate) fn numbers(self, row: &ReportRow) -> Markup {
        html! {
            td.small[row.small_n] { (value(row)) }
            @if self.interval { td.small[row.small_n] { (interval(row)) } }
            @if self.n { td.small[row.small_n] { (n_text(row)) } }
        }
    }
}

/// The level of the intervals.
fn level(table: &ReportTable) -> String {
    format!("{} %", (table.level * 1000.0).round() / 10.0)
}

/// A text without control characters.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    visible(text)
}

/// The value of a row.
pub(crate) fn value(row: &ReportRow) -> String {
    value_text(row.value, row.unit, row.clock)
}

/// The interval of a row; empty if there is none.
pub(crate) fn interval(row: &ReportRow) -> String {
    row.interval.map_or_else(String::new, |interval| interval_text(interval, row.unit, row.clock))
}

/// The number of records of a row; empty where it is the value itself.
pub(crate) fn n_text(row: &ReportRow) -> String {
    if row.headline && row.unit == Unit::Count {
        return String::new();
    }
    format!("{}{}", count_text(row.n), if row.small_n { "*" } else { "" })
}

/// The change of a row with its mark; empty if there is none.
pub(crate) fn change_text(row: &ReportRow) -> String {
    let Some(change) = row.change else { return String::new() };
    let mark = match change.is_significant() {
        true if change.difference > 0.0 => " ▲",
        true => " ▼",
        false => "",
    };
    format!("{}{mark}", difference_text(change.difference, row.unit, row.clock))
}
