//! The scheme of builders and of type names, checked.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, TokenTree};
use syn::visit::{self, Visit};
use syn::{
    FnArg, ImplItemFn, ItemEnum, ItemImpl, ItemStruct, ItemTrait, ItemType, ReturnType, Type, Visibility,
};

use crate::command::Failed;
use crate::files::files;

/// The source folders of the libraries.
const CRATES: [&str; 6] = [
    "crates/deskmetrics/src",
    "crates/deskmetrics-arrow/src",
    "crates/deskmetrics-html/src",
    "crates/deskmetrics-cli/src",
    "crates/deskmetrics-ical/src",
    "crates/deskmetrics-testkit/src",
];

/// Methods that give a changed value of the same type and are no setters: operations on numbers and sets.
const OPERATIONS: [&str; 6] = [
    "Comparison::scaled",
    "Interval::scaled",
    "Interval::within",
    "Needs::and",
    "Needs::without",
    "RecordNeeds::and",
];

/// Fails where a setter is not named `with_*` or `without_*`, or where two types of a crate have the same name.
pub(crate) fn check(root: &Path) -> Result<(), Failed> {
    let mut problems = Vec::new();
    for folder in CRATES {
        let mut types: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for path in files(&root.join(folder), &["rs"])? {
            let place = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            let failed = |error: &dyn std::fmt::Display| Failed::new(format!("{place}: {error}"));
            let text = fs::read_to_string(&path).map_err(|error| failed(&error))?;
            let mut names = Names::default();
            names.visit_file(&syn::parse_file(&text).map_err(|error| failed(&error))?);
            problems.extend(names.setters.iter().map(|name| {
                format!("{place}: {name} sets a part of its value: begin its name with with_ or without_")
            }));
            for name in names.types {
                types.entry(name).or_default().push(place.clone());
            }
        }
        let twice = types.iter().filter(|(_, places)| places.len() > 1);
        problems.extend(twice.map(|(name, places)| {
            format!("{name} is the name of {} types, expected one: {}", places.len(), places.join(", "))
        }));
    }
    if problems.is_empty() { Ok(()) } else { Err(Failed::new(problems.join("\n"))) }
}

/// The names in one file.
#[derive(Default)]
struct Names {
    /// The type of the `impl` being read.
    of: String,
    /// Public methods that set a part of their value and are not named so.
    setters: Vec<String>,
    /// Types that other files can name.
    types: Vec<String>,
}

impl Names {
    fn see(&mut self, visibility: &Visibility, name: &syn::Ident) {
        if !matches!(visibility, Visibility::Inherited) {
            self.types.push(name.to_string());
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        self.of = last_name(&item.self_ty).unwrap_or_default();
        visit::visit_item_impl(self, item);
    }

    fn visit_impl_item_fn(&mut self, method: &'ast ImplItemFn) {
        let name = method.sig.ident.to_string();
        let full_name = format!("{}::{name}", self.of);
        let takes_value =
            matches!(method.sig.inputs.first(), Some(FnArg::Receiver(this)) if this.reference.is_none());
        let sets = takes_value && returns_self(&method.sig.output);
        if matches!(method.vis, Visibility::Public(_))
            && sets
            && !is_setter(&name)
            && !OPERATIONS.contains(&&*full_name)
        {
            self.setters.push(full_name);
        }
    }

    /// The macro of setters names each before its field.
    fn visit_impl_item_macro(&mut self, item: &'ast syn::ImplItemMacro) {
        if !item.mac.path.is_ident("setters") {
            return;
        }
        let mut before: Option<String> = None;
        for token in item.mac.tokens.clone() {
            if let (TokenTree::Group(group), Some(name)) = (&token, before.take())
                && group.delimiter() == Delimiter::Parenthesis
                && !is_setter(&name)
            {
                self.setters.push(format!("{}::{name}", self.of));
            }
            before = if let TokenTree::Ident(name) = token { Some(name.to_string()) } else { None };
        }
    }

    fn visit_item_struct(&mut self, item: &'ast ItemStruct) {
        self.see(&item.vis, &item.ident);
    }

    fn visit_item_enum(&mut self, item: &'ast ItemEnum) {
        self.see(&item.vis, &item.ident);
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        self.see(&item.vis, &item.ident);
        visit::visit_item_trait(self, item);
    }

    fn visit_item_type(&mut self, item: &'ast ItemType) {
        self.see(&item.vis, &item.ident);
    }
}

fn is_setter(name: &str) -> bool {
    name.starts_with("with_") || name.starts_with("without_")
}

/// Whether it is `Self`, or a `Result` of it.
fn returns_self(output: &ReturnType) -> bool {
    let ReturnType::Type(_, kind) = output else { return false };
    let Type::Path(path) = &**kind else { return false };
    let Some(last) = path.path.segments.last() else { return false };
    let is_self = |kind: &Type| last_name(kind).is_some_and(|name| name == "Self");
    match &last.arguments {
        syn::PathArguments::AngleBracketed(arguments) if last.ident == "Result" => {
            matches!(arguments.args.first(), Some(syn::GenericArgument::Type(kind)) if is_self(kind))
        }
        _ => last.ident == "Self",
    }
}

fn last_name(kind: &Type) -> Option<String> {
    let Type::Path(path) = kind else { return None };
    path.path.segments.last().map(|last| last.ident.to_string())
}
