//! The data of a command.

use std::path::{Path, PathBuf};

use deskmetrics::replay::Replay;
use deskmetrics::ticket::Attribute;
use deskmetrics_arrow::column::TimestampReading;
use deskmetrics_arrow::description::AsOf;
use deskmetrics_arrow::{
    Dataset, Description, ReadError, ReadOptions, TableKind, UsualDescription, UsualError, UsualFiles,
};
use serde_json::{Value, json};

use super::arguments::{DataArguments, QuestionScale};
use super::failure::Failure;
use super::progress::ReadingBar;

/// The description that is read if none is named.
const USUAL_DESCRIPTION: &str = "description.toml";

/// The option that gives business hours, and the name of the schedule.
const SCHEDULE: &str = "--schedule";

/// The data of a command.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) dataset: Dataset,
    /// Notes for readers of the numbers.
    pub(crate) notes: Vec<String>,
    /// Whether the data has no description, so that remedies are options.
    bare: bool,
}

/// What is read: a description, or files without one.
enum Source {
    Description { path: PathBuf, description: Box<Description> },
    Files { name: String, usual: Box<UsualDescription> },
}

/// Reads the data that the arguments name, with the columns of these attributes.
pub(crate) fn read(arguments: &DataArguments, attributes: &[&Attribute]) -> Result<Input, Failure> {
    let mut source = open(arguments, attributes)?;
    let description = match &mut source {
        Source::Description { description, .. } => &mut **description,
        Source::Files { usual, .. } => &mut usual.description,
    };
    apply(arguments, description)?;
    let mut bar = ReadingBar::default();
    let options =
        ReadOptions::default().with_strict(arguments.strict).with_progress(|progress| bar.show(&progress));
    let (read, name, notes, bare) = match source {
        Source::Description { path, description } => {
            let options = options.with_data_root(data_root(arguments, &path, &description.folder));
            let read = Dataset::of_description(&description, options).map_err(|error| match error {
                ReadError::Description(error) => unusable(error.with_file(&path).to_string()),
                other => Failure::Data(format!("{other}{}", elsewhere(&other))),
            })?;
            (read, path.display().to_string(), Vec::new(), false)
        }
        Source::Files { name, usual } => {
            let named = in_words(arguments);
            // Other columns may contain texts that are different in every row.
            let read = Attribute::NAMED.iter().chain(attributes.iter().copied()).cloned();
            let options = options.with_unitless(usual.unitless).with_attributes(read);
            let read = Dataset::of_description(&usual.description, options)
                .map_err(|error| unusable(in_options(&with_description(error.to_string(), &named))))?;
            let mut notes = usual.notes;
            if read.sources.iter().flat_map(|source| &source.exclusions).any(|one| names_key(&one.remedy)) {
                notes.push(format!(
                    "the keys that remedies name, such as `missing`, are those of a description: {}",
                    drafted(&named)
                ));
            }
            (read, name, notes, true)
        }
    };
    drop(bar);
    let mut dataset = read;
    dataset.name.get_or_insert(name);
    dataset.time_zone = arguments.tz.unwrap_or(dataset.time_zone);
    Ok(Input { dataset, notes, bare })
}

impl Input {
    /// The replay of the data's tickets.
    pub(crate) fn replay(&self) -> Result<Replay, Failure> {
        let undated = || Failure::Data("the data has no timestamp: give the cut-off with --as-of".to_owned());
        self.dataset.replay().ok_or_else(undated)
    }

    /// A message of the library with remedies in words of the command.
    pub(crate) fn message(&self, message: &str) -> String {
        if self.bare { in_options(message) } else { message.to_owned() }
    }
}

/// The failure of a description, which the arguments may have changed.
fn unusable(message: String) -> Failure {
    match message.split_once(&format!("schedules.{SCHEDULE}: ")) {
        Some((_, problem)) => Failure::Usage(format!("{SCHEDULE}: {problem}")),
        None => Failure::Data(message),
    }
}

/// Where the folder of a missing file may be stated.
fn elsewhere(error: &ReadError) -> &'static str {
    match error {
        ReadError::FileMissing { folder: Some(folder), .. }
            if !folder.as_os_str().is_empty() && !folder.is_dir() =>
        {
            "; set the folder of the data with --data-root or DESKMETRICS_DATA"
        }
        _ => "",
    }
}

/// Opens the description, or describes the files by the names of their columns.
fn open(arguments: &DataArguments, attributes: &[&Attribute]) -> Result<Source, Failure> {
    let is_description = |path: &Path| path.extension().is_some_and(|extension| extension == "toml");
    let files = named_files(arguments);
    let path = match arguments.inputs.as_slice() {
        [] if !files.is_empty() => None,
        [] if Path::new(USUAL_DESCRIPTION).is_file() => Some(PathBuf::from(USUAL_DESCRIPTION)),
        [] => {
            return Err(Failure::Usage(format!(
                "there is no data: name a description or files, since the current folder has no {USUAL_DESCRIPTION}"
            )));
        }
        inputs => match inputs.iter().find(|path| is_description(path)) {
            Some(path) if inputs.len() + files.len() == 1 => Some(path.clone()),
            Some(path) => {
                return Err(Failure::Usage(format!(
                    "{} is a description, which names all files: name nothing else",
                    path.display()
                )));
            }
            None => None,
        },
    };
    if let Some(path) = path {
        let description = Description::read(&path).map_err(|error| Failure::Data(error.to_string()))?;
        return Ok(Source::Description { path, description: Box::new(description) });
    }
    let files = kinds(&arguments.inputs, files)?;
    let names: Vec<String> = files.iter().map(|(_, file)| file.display().to_string()).collect();
    let mut usual =
        UsualFiles::new(files).with_attributes(attributes.iter().map(|attribute| (*attribute).clone()));
    if let Some(zone) = arguments.tz {
        usual = usual.with_zone(zone);
    }
    let usual = usual.describe().map_err(|error| Failure::Data(undescribed(&error)))?;
    Ok(Source::Files { name: names.join(", "), usual: Box::new(usual) })
}

/// The files whose kind an option states.
fn named_files(arguments: &DataArguments) -> Vec<(TableKind, PathBuf)> {
    let named = [
        (TableKind::Tickets, &arguments.tickets),
        (TableKind::Events, &arguments.events),
        (TableKind::Surveys, &arguments.surveys),
        (TableKind::Invitations, &arguments.invitations),
        (TableKind::Snapshots, &arguments.snapshots),
    ];
    named.into_iter().flat_map(|(kind, files)| files.iter().map(move |file| (kind, file.clone()))).collect()
}

/// The files with the kinds of their records, by their names. One whose name states none has the tickets.
fn kinds(
    inputs: &[PathBuf],
    mut files: Vec<(TableKind, PathBuf)>,
) -> Result<Vec<(TableKind, PathBuf)>, Failure> {
    let mut unknown = Vec::new();
    for file in inputs {
        match TableKind::of_file_name(file) {
            Some(kind) => files.push((kind, file.clone())),
            None => unknown.push(file),
        }
    }
    let has_tickets = files.iter().any(|(kind, _)| *kind == TableKind::Tickets);
    match unknown.as_slice() {
        [] => {}
        [only] if !has_tickets => files.insert(0, (TableKind::Tickets, (*only).clone())),
        [first, ..] => {
            return Err(Failure::Usage(format!(
                "the name of {0} does not state what its rows are: name it with an option, such as --events {0}",
                first.display()
            )));
        }
    }
    Ok(files)
}

/// Changes a description as the arguments require.
fn apply(arguments: &DataArguments, description: &mut Description) -> Result<(), Failure> {
    let zone = arguments.tz.unwrap_or(description.time_zone);
    if let Some(as_of) = &arguments.as_of {
        let at = TimestampReading::new(zone).read(as_of).ok().flatten();
        description.as_of = AsOf::At(at.map_or_else(|| as_of.clone(), |at| at.to_utc().to_rfc3339()));
    }
    for QuestionScale { question, scale } in &arguments.scales {
        description.scales.insert(question.clone(), scale.clone());
    }
    if let Some(hours) = &arguments.schedule {
        let form = json!({ "time_zone": zone.name(), "hours": hours });
        let schedule =
            serde_json::from_value(form).map_err(|error| Failure::Usage(format!("{SCHEDULE}: {error}")))?;
        description.schedules.insert(SCHEDULE.into(), schedule);
        description.schedule = Some(SCHEDULE.into());
        description.schedule_by.clear();
    }
    Ok(())
}

/// The folder that the description's `folder` is relative to: the requested one, else that of the description if it contains
/// the folder, else that of the environment.
fn data_root(arguments: &DataArguments, description: &Path, folder: &Path) -> PathBuf {
    let beside = description.parent().unwrap_or(Path::new(""));
    let named = || std::env::var_os("DESKMETRICS_DATA").map(PathBuf::from);
    match &arguments.data_root {
        Some(root) => root.clone(),
        None if folder.as_os_str().is_empty() || beside.join(folder).is_dir() => beside.to_owned(),
        None => named().filter(|root| root.join(folder).is_dir()).unwrap_or_else(|| beside.to_owned()),
    }
}

/// What to write where the names of columns are not usual.
fn undescribed(error: &UsualError) -> String {
    match error {
        UsualError::NoColumn { file, kind, likely, skip_rows, .. } => {
            let path = Value::from(file.display().to_string());
            let file = match skip_rows {
                Some(skipped) => format!("{{ path = {path}, skip_rows = {skipped} }}"),
                None => path.to_string(),
            };
            let mut lines = vec![
                format!("{error}"),
                String::new(),
                "Write a description that names the columns, such as helpdesk.toml:".to_owned(),
                String::new(),
                "    time_zone = \"Europe/Copenhagen\"".to_owned(),
                String::new(),
                format!("    [[{}]]", kind.key()),
                format!("    file = {file}"),
            ];
            let column = |role: &str| likely.iter().find(|(known, _)| known == role)?.1.clone();
            if let (TableKind::Surveys, Some(score)) = (kind, column("score")) {
                lines.push(format!("    questions = {{ csat = {} }}", Value::from(score)));
                lines.extend(["", "    [scales]", "    csat = \"1-5\""].map(str::to_owned));
            } else {
                lines.extend(likely.iter().filter_map(|(role, column)| match column {
                    Some(column) => Some(format!("    {role} = {}", Value::from(column.as_str()))),
                    None if role == "id" => None,
                    None => Some(format!("    {role} = \"...\"")),
                }));
            }
            lines.extend([String::new(), "and run: deskmetrics report helpdesk.toml".to_owned()]);
            lines.join("\n")
        }
        UsualError::NoZone { .. } => format!("{error}: give it, such as --tz Europe/Copenhagen or --tz UTC"),
        other => in_options(&other.to_string()),
    }
}

/// The files as arguments of `deskmetrics init`.
fn in_words(arguments: &DataArguments) -> String {
    let inputs = arguments.inputs.iter().map(|file| file.display().to_string());
    let named = named_files(arguments).into_iter();
    let named = named.map(|(kind, file)| format!("--{} {}", kind.key(), file.display()));
    inputs.chain(named).collect::<Vec<_>>().join(" ")
}

/// Whether advice names a key of a description.
fn names_key(advice: &str) -> bool {
    ["format = ", "missing = ", "file = ", "words = ", "unit = ", "scale = "]
        .iter()
        .any(|key| advice.contains(key))
}

/// How the files have a description.
fn drafted(files: &str) -> String {
    format!("run `deskmetrics init {files}`, edit the file that it writes, and report that file")
}

/// A message with the way to follow it, if it names a key of a description.
fn with_description(message: String, files: &str) -> String {
    if names_key(&message) { format!("{message} in a description: {}", drafted(files)) } else { message }
}

/// A message with the options that follow its advice, where it names keys of a description.
fn in_options(message: &str) -> String {
    const SCHEDULES: &str =
        "provide schedules, and name the one of all tickets as schedule or those of some with schedule_by";
    let mut message =
        message.replace(SCHEDULES, "give the business hours with --schedule \"Mo-Fr 09:00-17:00\"");
    if let Some((before, after)) = message.split_once("state one under scales, such as ")
        && let Some((question, rest)) = after.split_once(" = \"1-5\"")
    {
        message = format!("{before}give it, such as --scale {question}=1-5{rest}");
    }
    let policies = "provide policies with targets";
    message = message.replace(policies, &format!("{policies} in a description"));
    message.replace(": set as_of", ": give --as-of").replace(": give as_of", ": give --as-of")
}
