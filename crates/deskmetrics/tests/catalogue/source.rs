//! The definition of a KPI, read from its source file.

use std::fs;
use std::path::Path;

/// The source file of a KPI.
pub(crate) struct Source {
    code: String,
    /// The doc comment of the KPI's tally: Markdown with our fixed headings.
    pub(crate) doc: String,
    /// The tally's type.
    pub(crate) tally: String,
}

/// The headings of every KPI's doc comment, in order.
pub(crate) const HEADINGS: [&str; 6] =
    ["What it measures", "Formula", "Worked example", "Who is counted", "When it misleads", "References"];

impl Source {
    /// Reads `src/kpi/<id>.rs`, or `src/kpi/<id>/mod.rs`.
    pub(crate) fn read(id: &str) -> Self {
        let kpis = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/kpi");
        let folder = kpis.join(id).join("mod.rs");
        let path = if folder.exists() { folder } else { kpis.join(format!("{id}.rs")) };
        let code = fs::read_to_string(&path).unwrap_or_else(|error| {
            panic!("{id}: a KPI is defined in the file of its name: {}: {error}", path.display())
        });
        let mut doc: Vec<&str> = Vec::new();
        for line in code.lines() {
            if let Some(text) = line.strip_prefix("///") {
                doc.push(text.strip_prefix(' ').unwrap_or(text));
            } else if let Some(tally) = line.strip_prefix("pub struct ").filter(|_| is_definition(&doc)) {
                let name = |letter: char| letter.is_alphanumeric();
                let tally = tally.chars().take_while(|letter| name(*letter)).collect();
                return Self { doc: doc.join("\n"), tally, code: code.clone() };
            } else if !line.starts_with("#[") {
                doc.clear();
            }
        }
        panic!("{id}: no type has a doc comment with the heading \"{}\"", HEADINGS[0]);
    }

    /// Whether the file has a public function of this name.
    pub(crate) fn has_function(&self, name: &str) -> bool {
        ["<", "("].iter().any(|next| self.code.contains(&format!("\npub fn {name}{next}")))
    }

    /// The worked examples, as they are run.
    pub(crate) fn examples(&self) -> impl Iterator<Item = &str> {
        self.doc.split("```").skip(1).step_by(2)
    }

    /// The headings of the doc comment.
    pub(crate) fn headings(&self) -> Vec<&str> {
        let outside_code = self.doc.split("```").step_by(2);
        outside_code.flat_map(str::lines).filter_map(|line| line.strip_prefix("# ")).collect()
    }
}

fn is_definition(doc: &[&str]) -> bool {
    doc.iter().any(|line| line.strip_prefix("# ") == Some(HEADINGS[0]))
}
