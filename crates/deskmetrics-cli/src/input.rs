//! The data of a command.

use std::path::{Path, PathBuf};

use deskmetrics::replay::Replay;
use deskmetrics_arrow::column::TimestampReading;
use deskmetrics_arrow::description::AsOf;
use deskmetrics_arrow::{Dataset, Description, ReadError, ReadOptions};

use super::arguments::DataArguments;
use super::failure::Failure;
use super::progress::ReadingBar;

/// The description that is read if none is named.
const USUAL_DESCRIPTION: &str = "description.toml";

/// The data that the arguments name.
pub(crate) fn read(arguments: &DataArguments) -> Result<Dataset, Failure> {
    let path = description_path(arguments)?;
    let mut description = Description::read(&path).map_err(|error| Failure::Data(error.to_string()))?;
    if let Some(as_of) = &arguments.as_of {
        let zone = arguments.tz.unwrap_or(description.time_zone);
        let at = TimestampReading::new(zone).read(as_of).ok().flatten();
        description.as_of = AsOf::At(at.map_or_else(|| as_of.clone(), |at| at.to_string()));
    }
    let mut bar = ReadingBar::default();
    let root = data_root(arguments, &path, &description.folder);
    let options = ReadOptions::default()
        .with_strict(arguments.strict)
        .with_data_root(root)
        .with_progress(|progress| bar.show(&progress));
    let mut dataset = Dataset::of_description(&description, options).map_err(|error| {
        let elsewhere = matches!(&error, ReadError::FileMissing { folder: Some(folder), .. } if !folder.as_os_str().is_empty() && !folder.is_dir());
        let hint = if elsewhere { "; set the folder of the data with --data-root or DESKMETRICS_DATA" } else { "" };
        match error {
            ReadError::Description(error) => Failure::Data(error.with_file(&path).to_string()),
            other => Failure::Data(format!("{other}{hint}")),
        }
    })?;
    dataset.name.get_or_insert_with(|| path.display().to_string());
    dataset.time_zone = arguments.tz.unwrap_or(dataset.time_zone);
    Ok(dataset)
}

/// The replay of the data's tickets.
pub(crate) fn replay(dataset: &Dataset) -> Result<Replay, Failure> {
    dataset
        .replay()
        .ok_or_else(|| Failure::Data("the data has no timestamp: give the cut-off with --as-of".to_owned()))
}

/// The file of the description.
fn description_path(arguments: &DataArguments) -> Result<PathBuf, Failure> {
    match arguments.inputs.as_slice() {
        [] if Path::new(USUAL_DESCRIPTION).is_file() => Ok(PathBuf::from(USUAL_DESCRIPTION)),
        [] => Err(Failure::Usage(format!(
            "there is no data: name a description, since the current folder has no {USUAL_DESCRIPTION}"
        ))),
        [one] => Ok(one.clone()),
        [_, second, ..] => Err(Failure::Usage(format!(
            "{} is a second description: name one, which lists all files",
            second.display()
        ))),
    }
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
