//! Opening files that are files.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use crate::ReadError;

/// Opens a regular file. Anything else is refused before it is opened: reading a pipe may wait forever, and a device may
/// never end. `folder` is the folder that the name is relative to, for messages.
pub(crate) fn open(path: &Path, folder: Option<&Path>) -> Result<File, ReadError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => ReadError::missing(path, folder),
        _ => ReadError::Io { file: path.to_owned(), source },
    };
    let kind = fs::metadata(path).map_err(failed)?.file_type();
    if !kind.is_file() {
        let found = if kind.is_dir() { "a folder" } else { "a device, pipe or socket" };
        return Err(ReadError::NotAFile { file: path.to_owned(), found });
    }
    File::open(path).map_err(failed)
}

/// The text of a regular file.
///
/// # Errors
/// If it is missing, not a regular file, or not UTF-8.
pub fn read_text(path: &Path) -> Result<String, ReadError> {
    io::read_to_string(open(path, None)?).map_err(|source| ReadError::Io { file: path.to_owned(), source })
}
