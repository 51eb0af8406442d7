//! `deskmetrics explain`.

use std::io::{self, Write};

use deskmetrics::replay::Explanation;
use deskmetrics_arrow::nearest;
use serde::Serialize;

use super::arguments::{ExplainArguments, TextFormat};
use super::failure::Failure;
use super::{input, text};

/// Writes the history of a ticket and the counted time of its SLA targets.
pub(crate) fn run(arguments: &ExplainArguments, out: &mut dyn Write) -> Result<(), Failure> {
    let input = input::read(&arguments.data, &[])?;
    let dataset = &input.dataset;
    let ticket = &arguments.ticket;
    let row = dataset.row_of(ticket).ok_or_else(|| {
        let meant = nearest(ticket, dataset.ticket_ids())
            .map_or_else(String::new, |ticket| format!(", did you mean \"{ticket}\"?"));
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
