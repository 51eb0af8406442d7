//! Selection of KPIs, and the list of the catalogue.

use std::fmt::Write as _;

use deskmetrics::catalogue::catalogue;
use deskmetrics_arrow::{Dataset, KpiSelection, SelectedKpis, SelectionError};

use super::Trouble;
use super::arguments::Arguments;

/// The requested or usual KPIs, as far as the data can answer them.
pub(crate) fn choose(arguments: &Arguments, dataset: &Dataset) -> Result<SelectedKpis, Trouble> {
    let mut choice = match arguments.kpis.as_slice() {
        [] if arguments.all => KpiSelection::all(),
        [] => KpiSelection::usual(),
        ids => KpiSelection::these(ids),
    };
    choice = choice.with_clocks(arguments.clocks(dataset));
    if let Some(policy) = &arguments.fcr {
        choice = choice.with_fcr(policy.clone());
    }
    choice.of(dataset).map_err(|error| match error {
        SelectionError::UnknownKpi { .. } => Trouble::Usage(format!("{error}; --list shows them all")),
        SelectionError::FcrPolicy => Trouble::Usage(format!("{error}, with --fcr")),
        _ => Trouble::Data(error.to_string()),
    })
}

/// The catalogue for the terminal.
pub(crate) fn list() -> String {
    let kpis = catalogue().kpis;
    let width = kpis.iter().map(|kpi| kpi.id.len()).max().unwrap_or(0);
    let mut text = String::new();
    for kpi in kpis {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:width$}  {}", kpi.id, kpi.name.en);
        let _ = writeln!(text, "{:width$}  {}", "", kpi.description.en);
        let _ = writeln!(text, "{:width$}  = {}", "", kpi.formula);
    }
    text
}
