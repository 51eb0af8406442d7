//! Writes the seeds of a target into a folder.

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(name), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err(std::io::Error::other("usage: write_seeds TARGET FOLDER"));
    };
    let targets = &deskmetrics_fuzz::TARGETS;
    let Some(target) = targets.iter().find(|target| target.name == name) else {
        let names: Vec<&str> = targets.iter().map(|target| target.name).collect();
        return Err(std::io::Error::other(format!(
            "no target \"{name}\"; the targets are {}",
            names.join(", ")
        )));
    };
    for (number, seed) in (target.seeds)().into_iter().enumerate() {
        fs::write(Path::new(&folder).join(format!("seed-{number}")), seed)?;
    }
    Ok(())
}
