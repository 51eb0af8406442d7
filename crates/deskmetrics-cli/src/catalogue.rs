//! `deskmetrics catalogue`.

use std::io::{self, Write};

use deskmetrics::catalogue::{Catalogue, catalogue};
use deskmetrics::kpi::{Definition, Topic};
use deskmetrics_arrow::nearest;

use super::arguments::{CatalogueArguments, TextFormat};
use super::failure::Failure;
use super::text;

/// Writes the list, or one definition.
pub(crate) fn run(arguments: &CatalogueArguments, out: &mut dyn Write) -> Result<(), Failure> {
    let all = catalogue();
    let one =
        arguments.kpi.as_ref().map(|name| all.find(name).ok_or_else(|| unknown(name, &all))).transpose()?;
    let written = match (arguments.format, one) {
        (TextFormat::Text, Some(definition)) => write!(out, "{definition}"),
        (TextFormat::Text, None) => write_list(out, &all),
        (TextFormat::Json, Some(definition)) => text::write_json(out, definition),
        (TextFormat::Json, None) => text::write_json(out, &all),
    };
    written.map_err(Failure::Output)
}

fn write_list(out: &mut dyn Write, all: &Catalogue) -> io::Result<()> {
    let width = all.kpis.iter().map(|kpi| kpi.id.len()).max().unwrap_or(0);
    for (number, topic) in Topic::ALL.into_iter().enumerate() {
        writeln!(out, "{}{}", if number == 0 { "" } else { "\n" }, topic.title())?;
        for Definition { id, description, .. } in all.of(topic) {
            writeln!(out, "  {id:width$}  {}", description.en)?;
        }
    }
    Ok(())
}

fn unknown(name: &str, all: &Catalogue) -> Failure {
    let names =
        all.kpis.iter().flat_map(|kpi| [kpi.id, kpi.name.en].into_iter().chain(kpi.aliases.iter().copied()));
    let meant = nearest(name, names).map_or_else(String::new, |name| format!(", did you mean \"{name}\"?"));
    Failure::Usage(format!("there is no KPI \"{name}\"{meant}; deskmetrics catalogue lists all"))
}
