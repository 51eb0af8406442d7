//! The error types that a crate declares.

use std::collections::BTreeSet;
use std::path::Path;
use std::{fs, io};

/// The names of the public types in the source files of a folder that derive `thiserror::Error`.
///
/// # Errors
/// If a file cannot be read.
pub fn error_types(folder: &Path) -> io::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(error_types(&path)?);
            continue;
        }
        let text = fs::read_to_string(&path)?;
        for item in text.split("thiserror::Error)]").skip(1) {
            let public = |line: &str| {
                line.strip_prefix("pub struct ").or(line.strip_prefix("pub enum ")).map(str::to_owned)
            };
            let declaration = item.lines().find(|line| line.contains("struct ") || line.contains("enum "));
            let name = declaration.and_then(public).unwrap_or_default();
            found.extend(name.split(|letter: char| !letter.is_alphanumeric()).next().map(str::to_owned));
        }
    }
    found.remove("");
    Ok(found)
}

/// The name of a type without its path.
pub fn type_name<T>() -> &'static str {
    std::any::type_name::<T>().rsplit("::").next().unwrap_or_default()
}
