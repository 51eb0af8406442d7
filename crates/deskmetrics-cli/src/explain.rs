//! `deskmetrics explain`.

use std::io::{self, Write};
use std::path::Path;

use deskmetrics::replay::Explanation;
use deskmetrics_arrow::nearest;
use serde::Serialize;

use super::arguments::{DataArguments, ExplainArguments, TextFormat};
use super::failure::Failure;
use super::{input, text};

/// Writes the history of a ticket and the counted time of its SLA targets.
pub(crate) fn run(arguments: &ExplainArguments, out: &mut dyn Write) -> Result<(), Failure> {
    let ticket = &arguments.ticket;
    check(ticket, &arguments.data)?;
    let input = input::read(&arguments.data, &[])?;
    let dataset = &input.dataset;
    let row = dataset.row_of(ticket).ok_or_else(|| {
        let meant = nearest(ticket, dataset.ticket_ids()).map_or_else(
            || {
                let first: Vec<String> =
                    dataset.ticket_ids().take(3).map(|ticket| format!("\"{ticket}\"")).collect();
                if first.is_empty() { String::new() } else { format!("; the first are {}", first.join(", ")) }
            },
            |ticket| format!(", did you mean \"{ticket}\"?"),
        );
        let count = text::counted(dataset.ticket_count() as u64, "ticket");
        Failure::Data(format!("there is no ticket \"{ticket}\" among {count}{meant}"))
    })?;
    let explanation = dataset.explain(&input.replay()?, row);
    let written = match arguments.format {
        TextFormat::Text => write!(out, "{explanation}"),
        TextFormat::Json => write_json(out, &explanation),
    };
    written.map_err(Failure::Output)
}

/// An error where a file is in the place of the ticket.
fn check(ticket: &str, data: &DataArguments) -> Result<(), Failure> {
    let is_file = Path::new(ticket).is_file();
    let after = match data.inputs.as_slice() {
        _ if !is_file => return Ok(()),
        [] => "TICKET".to_owned(),
        [other] if !other.exists() => other.display().to_string(),
        _ => return Ok(()),
    };
    Err(Failure::Usage(format!(
        "explain needs the id of a ticket before the files: deskmetrics explain {after} {ticket}"
    )))
}

fn write_json(out: &mut dyn Write, explanation: &Explanation) -> io::Result<()> {
    #[derive(Serialize)]
    struct Document<'a> {
        #[serde(flatten)]
        replayed: &'a deskmetrics::Replayed,
        events: &'a [deskmetrics::TicketEvent],
    }
    let document = Document { replayed: &explanation.replayed, events: &explanation.events };
    text::write_json(out, &document)
}
