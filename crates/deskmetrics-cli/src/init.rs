//! `deskmetrics init`.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use deskmetrics_arrow::{Draft, TableDraft, TableDrafts, TableKind};

use super::arguments::InitArguments;
use super::exit::{FINDINGS, SUCCESS};
use super::failure::Failure;
use super::progress::ReadingBar;
use super::text;

/// Drafts a description and writes it; returns the exit code.
pub(crate) fn run(arguments: &InitArguments, out: &mut dyn Write) -> Result<u8, Failure> {
    let prints = arguments.output.as_os_str() == "-";
    if !prints && arguments.output.exists() && !arguments.force {
        return Err(exists(&arguments.output));
    }
    let named = [
        (Some(TableKind::Tickets), &arguments.tickets),
        (Some(TableKind::Events), &arguments.events),
        (Some(TableKind::Surveys), &arguments.surveys),
        (Some(TableKind::Invitations), &arguments.invitations),
        (Some(TableKind::Snapshots), &arguments.snapshots),
        (None, &arguments.files),
    ];
    let mut tables = arguments.tz.into_iter().fold(TableDrafts::default(), TableDrafts::with_zone);
    for (kind, file) in named.into_iter().flat_map(|(kind, files)| files.iter().map(move |file| (kind, file)))
    {
        if file.extension().is_some_and(|extension| extension == "toml") {
            return Err(Failure::Usage(format!(
                "{} is a description: name the files with the data",
                file.display()
            )));
        }
        tables = tables.with_file(kind, file).map_err(|error| Failure::Data(error.to_string()))?;
    }
    let mut bar = ReadingBar::default();
    let draft = tables.draft_with_progress(|progress| bar.show(progress));
    drop(bar);
    let draft = draft.map_err(|error| Failure::Data(error.to_string()))?;
    let code = if draft.is_usable() { SUCCESS } else { FINDINGS };
    if prints {
        let toml = draft.to_toml(Path::new("."));
        return out.write_all(toml.as_bytes()).map(|()| code).map_err(Failure::Output);
    }
    let folder = arguments.output.parent().filter(|folder| !folder.as_os_str().is_empty());
    let toml = draft.to_toml(folder.unwrap_or(Path::new(".")));
    store(arguments, &toml)?;
    write_summary(out, &draft, &arguments.output).map_err(Failure::Output)?;
    Ok(code)
}

fn exists(path: &Path) -> Failure {
    Failure::Usage(format!(
        "--output {}: the file exists: replace it with --force, or name another one",
        path.display()
    ))
}

/// Writes the description; only with `--force` over an existing file, and never over the data.
fn store(arguments: &InitArguments, toml: &str) -> Result<(), Failure> {
    let path = &arguments.output;
    let inputs: [&Vec<PathBuf>; 6] = [
        &arguments.files,
        &arguments.tickets,
        &arguments.events,
        &arguments.surveys,
        &arguments.invitations,
        &arguments.snapshots,
    ];
    let is_data = |file: &PathBuf| matches!((file.canonicalize(), path.canonicalize()), (Ok(one), Ok(other)) if one == other);
    if inputs.into_iter().flatten().any(is_data) {
        return Err(Failure::Usage(format!(
            "--output {}: the description would replace its data",
            path.display()
        )));
    }
    let written = if arguments.force {
        fs::write(path, toml)
    } else {
        let file = OpenOptions::new().write(true).create_new(true).open(path);
        file.and_then(|mut file| file.write_all(toml.as_bytes()))
    };
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => exists(path),
        _ => Failure::Data(format!("{}: cannot be written: {error}", path.display())),
    })
}

fn write_summary(out: &mut dyn Write, draft: &Draft, path: &Path) -> io::Result<()> {
    writeln!(out, "{}\n", path.display())?;
    for table in &draft.tables {
        let TableDraft { kind, file, rows, usable, .. } = table;
        let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
        let state = if *usable { "" } else { ", not read until its questions are answered" };
        writeln!(out, "{name}: {kind}, {}{state}", text::counted(*rows, "row"))?;
        for lines in &table.excluded {
            text::write_wrapped(out, 2, lines)?;
        }
        for column in table.columns.iter().filter(|column| !column.roles.is_empty()) {
            let roles = column.roles.join(", ");
            text::write_wrapped(out, 2, &format!("{roles} = {:?}: {}", column.column, column.content))?;
        }
        let unused: Vec<String> = table
            .columns
            .iter()
            .filter(|column| column.roles.is_empty())
            .map(|column| format!("{:?}", column.column))
            .collect();
        if !unused.is_empty() {
            text::write_wrapped(out, 2, &format!("not read: {}", unused.join(", ")))?;
        }
        writeln!(out)?;
    }
    let count = draft.questions().count() as u64;
    if count > 0 {
        writeln!(out, "Questions")?;
        draft
            .questions()
            .try_for_each(|one| text::write_wrapped(out, 2, &format!("{}: {}", one.place, one.text)))?;
        writeln!(out)?;
    }
    let next = format!("deskmetrics report {}", path.display());
    match (count, draft.is_usable()) {
        (0, _) => writeln!(out, "next: {next}"),
        (_, true) => writeln!(
            out,
            "{} marked QUESTION in the description; next: {next}",
            text::counted(count, "question")
        ),
        (_, false) => writeln!(out, "answer the questions marked QUESTION in the description, then: {next}"),
    }
}
