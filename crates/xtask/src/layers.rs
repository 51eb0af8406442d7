//! The architecture, checked: imports run downwards and files do not import in circles.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

use crate::command::Failed;
use crate::files::files;

/// The source folders of the crates.
const CRATES: [&str; 8] = [
    "crates/deskmetrics/src",
    "crates/deskmetrics-arrow/src",
    "crates/deskmetrics-html/src",
    "crates/deskmetrics-cli/src",
    "crates/deskmetrics-ical/src",
    "crates/deskmetrics-testkit/src",
    "crates/xtask/src",
    "bindings/python/src",
];

/// The layers of the core, lowest first; a module imports from its own layer and from those below. What is not listed are
/// statistics, times and their texts, which know nothing of customer service.
const LAYERS: [&[&str]; 7] = [
    &[],
    &["schedule"],
    &["ticket", "survey", "sla", "queue"],
    &["replay"],
    &["kpi"],
    &["report", "catalogue"],
    &["error", "engine"],
];

/// The crate whose modules are layered.
const LAYERED: &str = "crates/deskmetrics/src";

/// Checks every crate.
pub(crate) fn check(root: &Path) -> Result<(), Failed> {
    let mut problems = Vec::new();
    for folder in CRATES {
        let sources = Crate::read(root, folder)?;
        let imports = sources.imports();
        problems.extend(circles(&imports).into_iter().map(|circle| sources.describe(&circle, &imports)));
        if folder == LAYERED {
            problems.extend(sources.upward(&imports));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Failed::new(problems.join("\n\n"))) }
}

/// A module's place in its crate: the names from the root on.
type Place = Vec<String>;

/// Which names each file takes from which others, by place.
type Imports = BTreeMap<Place, BTreeMap<Place, BTreeSet<String>>>;

/// The files of a crate.
struct Crate {
    files: BTreeMap<Place, File>,
}

/// What the checks need of a file.
struct File {
    path: PathBuf,
    /// Names that `use` brings in, with their paths, and whether they are passed on only.
    names: BTreeMap<String, (Place, bool)>,
    /// Paths in the code.
    paths: BTreeSet<Place>,
}

impl Crate {
    fn read(root: &Path, folder: &str) -> Result<Self, Failed> {
        let mut read = BTreeMap::new();
        for source in files(&root.join(folder), &["rs"])? {
            let failed =
                |error: &dyn std::fmt::Display| Failed::new(format!("{}: {error}", source.display()));
            let text = fs::read_to_string(&source).map_err(|error| failed(&error))?;
            let parsed = syn::parse_file(&text).map_err(|error| failed(&error))?;
            let relative = source.strip_prefix(root.join(folder)).unwrap_or(&source);
            let path = source.strip_prefix(root).unwrap_or(&source).to_path_buf();
            let mut file = File { path, names: BTreeMap::new(), paths: BTreeSet::new() };
            file.visit_file(&parsed);
            read.insert(place(relative), file);
        }
        Ok(Self { files: read })
    }

    /// The file that defines what a path leads to from inside a module.
    fn resolve(&self, from: &Place, path: &[String], depth: usize) -> Option<Place> {
        // Names that are passed on in a circle lead nowhere.
        let depth = depth.checked_sub(1)?;
        let (first, mut rest) = path.split_first()?;
        let mut at = match first.as_str() {
            "crate" => Vec::new(),
            "self" => from.clone(),
            "super" => from[..from.len().checked_sub(1)?].to_vec(),
            name => {
                let child = [from.as_slice(), std::slice::from_ref(first)].concat();
                if self.files.contains_key(&child) {
                    child
                } else {
                    let (named, _) = self.files.get(from)?.names.get(name)?;
                    // A crate of the same name as the import.
                    if named.first() == Some(first) {
                        return None;
                    }
                    return self.resolve(from, &[named.as_slice(), rest].concat(), depth);
                }
            }
        };
        while let Some((next, after)) = rest.split_first() {
            if next == "super" {
                at.pop()?;
            } else {
                let child = [at.as_slice(), std::slice::from_ref(next)].concat();
                if !self.files.contains_key(&child) {
                    let passed_on = self.files.get(&at).and_then(|file| file.names.get(next));
                    let further = passed_on
                        .and_then(|(named, _)| self.resolve(&at, &[named.as_slice(), after].concat(), depth));
                    return Some(further.unwrap_or(at));
                }
                at = child;
            }
            rest = after;
        }
        Some(at)
    }

    fn imports(&self) -> Imports {
        let mut imports = Imports::new();
        for (from, file) in &self.files {
            let used = file.names.values().filter(|(_, passed_on)| !passed_on).map(|(path, _)| path);
            for path in used.chain(&file.paths) {
                let Some(target) = self.resolve(from, path, 16).filter(|target| target != from) else {
                    continue;
                };
                let names = imports.entry(from.clone()).or_default().entry(target).or_default();
                names.extend(path.last().cloned());
            }
        }
        imports
    }

    fn path(&self, place: &Place) -> String {
        self.files.get(place).map_or_else(String::new, |file| file.path.display().to_string())
    }

    fn describe(&self, circle: &BTreeSet<Place>, imports: &Imports) -> String {
        let mut lines = vec![format!("{} files import in a circle:", circle.len())];
        for (from, targets) in imports.iter().filter(|(from, _)| circle.contains(*from)) {
            for (target, names) in targets.iter().filter(|(target, _)| circle.contains(*target)) {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                lines.push(format!("  {} -> {}: {}", self.path(from), self.path(target), names.join(", ")));
            }
        }
        lines.join("\n")
    }

    fn upward<'a>(&'a self, imports: &'a Imports) -> impl Iterator<Item = String> + 'a {
        let layer = |place: &Place| {
            let top = place.first().map_or("", String::as_str);
            LAYERS.iter().position(|names| names.contains(&top)).unwrap_or(0)
        };
        let edges = imports.iter().flat_map(|(from, targets)| targets.iter().map(move |to| (from, to)));
        // The root passes names on.
        let between = edges.filter(|(from, (to, _))| !from.is_empty() && !to.is_empty());
        between.filter(move |(from, (to, _))| layer(from) < layer(to)).map(|(from, (to, names))| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            format!(
                "{} imports from the layer above: {} ({})",
                self.path(from),
                names.join(", "),
                self.path(to)
            )
        })
    }
}

impl<'ast> Visit<'ast> for File {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if !is_test(&item.attrs) {
            let passed_on = !matches!(item.vis, syn::Visibility::Inherited);
            self.add_use(&item.tree, &mut Vec::new(), passed_on);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_test(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    /// Who may see an item is no import.
    fn visit_vis_restricted(&mut self, _visibility: &'ast syn::VisRestricted) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 && path.leading_colon.is_none() {
            self.paths.insert(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }
}

impl File {
    fn add_use(&mut self, tree: &syn::UseTree, path: &mut Place, passed_on: bool) {
        match tree {
            syn::UseTree::Path(part) => {
                path.push(part.ident.to_string());
                self.add_use(&part.tree, path, passed_on);
                path.pop();
            }
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.add_use(tree, path, passed_on));
            }
            syn::UseTree::Name(name) if name.ident == "self" => {
                if let Some(last) = path.last().cloned() {
                    self.names.insert(last, (path.clone(), passed_on));
                }
            }
            syn::UseTree::Name(name) => self.add_name(&name.ident, &name.ident, path, passed_on),
            syn::UseTree::Rename(name) => self.add_name(&name.rename, &name.ident, path, passed_on),
            syn::UseTree::Glob(_) => {}
        }
    }

    fn add_name(&mut self, name: &syn::Ident, of: &syn::Ident, path: &Place, passed_on: bool) {
        let whole = path.iter().cloned().chain([of.to_string()]).collect();
        let name = match name.to_string() {
            // Traits in scope without a name.
            name if name == "_" => format!("_{of}"),
            name => name,
        };
        self.names.insert(name, (whole, passed_on));
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
    })
}

/// The place of the module in a file: `a/b.rs` and `a/b/mod.rs` are both `a::b`.
fn place(relative: &Path) -> Place {
    let mut place: Place = relative
        .with_extension("")
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    if place.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        place.pop();
    }
    place
}

/// Files that import one another, directly or through others: the strongly connected components of more than one file.
fn circles(imports: &Imports) -> Vec<BTreeSet<Place>> {
    let reached = |from: &Place| {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(place) = open.pop() {
            for target in imports.get(place).into_iter().flat_map(BTreeMap::keys) {
                if seen.insert(target.clone()) {
                    open.push(target);
                }
            }
        }
        seen
    };
    let reach: BTreeMap<&Place, BTreeSet<Place>> = imports.keys().map(|from| (from, reached(from))).collect();
    let mut circles: Vec<BTreeSet<Place>> = Vec::new();
    for (from, there) in reach.iter().filter(|(from, there)| there.contains(**from)) {
        if circles.iter().any(|circle| circle.contains(*from)) {
            continue;
        }
        let back = |place: &&Place| reach.get(*place).is_some_and(|back| back.contains(*from));
        circles.push(there.iter().filter(back).cloned().collect());
    }
    circles
}
