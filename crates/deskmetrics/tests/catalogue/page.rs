//! The reference page of a KPI, generated from its definition and its doc comment.

use std::fmt::Write as _;

use deskmetrics::catalogue::Catalogue;
use deskmetrics::kpi::{Definition, Topic};

use super::source::Source;

/// The line that names the source of a page.
const MADE: &str =
    "<!-- Made from the code by `DESKMETRICS_WRITE=1 cargo test -p deskmetrics --test catalogue`. -->";

/// The page of one KPI.
pub(crate) fn page(definition: &Definition, source: &Source) -> String {
    let mut page = format!("{MADE}\n\n# {}\n\n{}\n\n", definition.name.en, definition.description.en);
    page.push_str("| field | value |\n| --- | --- |\n");
    let mut fact = |name: &str, value: &str| {
        writeln!(page, "| {name} | {} |", value.replace('|', "\\|")).unwrap();
    };
    for (heading, text) in definition.facts() {
        match heading {
            "Id" => {
                fact(heading, &format!("`{text}`"));
                fact("Spanish", &format!("**{}**: {}", definition.name.es, definition.description.es));
                fact("Danish", &format!("**{}**: {}", definition.name.da, definition.description.da));
            }
            "Numbers" => fact(heading, &code_list(definition.measures)),
            _ => fact(heading, &text),
        }
    }

    page.push_str(&doc_sections(&source.doc));
    if !definition.options.is_empty() {
        page.push_str("\n## Options\n\n| option | decides | default | values |\n| --- | --- | --- | --- |\n");
        for option in definition.options {
            let default = option
                .default
                .map_or_else(|| "none: must be chosen".to_owned(), |value| format!("`{value}`"));
            writeln!(
                page,
                "| `{}` | {} | {default} | {} |",
                option.name,
                option.decides,
                option.values.join(", ")
            )
            .unwrap();
        }
    }
    if !definition.variants.is_empty() {
        page.push_str(
            "\n## Variants under the same name\n\n| variant | differs | used by |\n| --- | --- | --- |\n",
        );
        for variant in definition.variants {
            writeln!(page, "| {} | {} | {} |", variant.name, variant.differs, variant.used_by.join(", "))
                .unwrap();
        }
    }
    page.push_str("\n## References\n\n");
    for reference in definition.references {
        writeln!(page, "- {reference}").unwrap();
    }
    page
}

/// The list of all pages.
pub(crate) fn index(catalogue: &Catalogue) -> String {
    let mut index = format!(
        "{MADE}\n\n# KPIs\n\nEach with its formula, a worked example, who is counted and when it misleads.\n"
    );
    for topic in Topic::ALL {
        let mut of_topic = catalogue.of(topic).peekable();
        if of_topic.peek().is_none() {
            continue;
        }
        writeln!(
            index,
            "\n## {}\n\n| KPI | what it measures | unit | better |\n| --- | --- | --- | --- |",
            topic.title()
        )
        .unwrap();
        for kpi in of_topic {
            let (id, name, what) = (kpi.id, kpi.name.en, kpi.description.en);
            writeln!(index, "| [{name}]({id}.md) | {what} | {} | {} |", kpi.unit_text(), kpi.good.as_text())
                .unwrap();
        }
    }
    index
}

fn code_list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The doc comment from its first heading on, one heading level deeper, as it reads outside rustdoc.
fn doc_sections(doc: &str) -> String {
    let from_heading = doc.find("\n# ").map_or("", |place| &doc[place..]);
    let without_references = from_heading.split("\n# References").next().unwrap_or_default();
    let mut sections = String::new();
    for (number, part) in without_references.split("```").enumerate() {
        let in_code = number % 2 == 1;
        if in_code {
            // Lines hidden by rustdoc are excluded.
            let shown =
                part.lines().filter(|line| *line != "#" && !line.starts_with("# ")).collect::<Vec<_>>();
            write!(sections, "```rust{}\n```", shown.join("\n")).unwrap();
        } else {
            sections.push_str(&without_code_links(part).replace("\n# ", "\n## "));
        }
    }
    format!("{}\n", sections.trim_end())
}

/// Links to code have no target outside rustdoc: ``[`Scale`]`` and ``[clock](crate::Clock)`` keep only their text.
fn without_code_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        plain.push_str(before);
        let Some((label, behind)) = after.split_once(']') else {
            plain.push('[');
            rest = after;
            continue;
        };
        let target = behind.strip_prefix('(').and_then(|target| target.split_once(')'));
        match target {
            Some((address, behind)) if address.starts_with("http") => {
                write!(plain, "[{label}]({address})").unwrap();
                rest = behind;
            }
            Some((_, behind)) => {
                plain.push_str(label);
                rest = behind;
            }
            // An interval such as [open, close) is no link.
            None if !label.starts_with('`') => {
                write!(plain, "[{label}]").unwrap();
                rest = behind;
            }
            None => {
                plain.push_str(label);
                rest = behind;
            }
        }
    }
    plain + rest
}
