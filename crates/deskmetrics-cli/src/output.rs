//! The file or pipe that a command writes to.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use deskmetrics_arrow::Dataset;

use super::arguments::Target;
use super::failure::Failure;

/// Writes to the requested file, else to standard output.
pub(crate) fn write(
    target: &Target,
    dataset: &Dataset,
    stdout: &mut dyn Write,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let Some(path) = &target.output else { return content(stdout).map_err(Failure::Output) };
    if dataset.sources.iter().any(|source| is_same(&source.file, path)) {
        return Err(Failure::Usage(format!(
            "--output {}: the report would replace its data",
            path.display()
        )));
    }
    let failed = |error: io::Error| Failure::Data(format!("{}: cannot be written: {error}", path.display()));
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    content(&mut file).and_then(|()| file.flush()).map_err(failed)
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
