//! The folder of a description's files.

use std::path::Path;

use super::{FileSpec, Limits, Table};
use crate::ReadError;

/// The folder that file names are relative to, and the limits of the files there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Folder<'a> {
    pub(crate) path: &'a Path,
    pub(crate) limits: &'a Limits,
}

impl<'a> Folder<'a> {
    pub(crate) fn at(self, path: &'a Path) -> Self {
        Self { path, ..self }
    }

    pub(crate) fn table(self, spec: &FileSpec) -> Result<Table, ReadError> {
        Table::open_within(self.path, spec, self.limits)
    }
}
