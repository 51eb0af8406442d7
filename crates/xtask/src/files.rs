//! The files of a folder.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::Failed;

/// Folders that contain nothing written by hand.
const SKIPPED: [&str; 2] = ["target", "node_modules"];

/// The files with one of these extensions in a folder and those below it, except hidden ones and build output, in order.
pub(crate) fn files(folder: &Path, extensions: &[&str]) -> Result<Vec<PathBuf>, Failed> {
    let unreadable = |error| Failed::new(format!("{}: {error}", folder.display()));
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if SKIPPED.contains(&&*name) || name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            found.extend(files(&path, extensions)?);
        } else if path.extension().is_some_and(|extension| extensions.iter().any(|known| extension == *known))
        {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
