"""The pages of the KPIs, in every language of the catalogue."""

import doctest
import inspect
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import deskmetrics as dm
from deskmetrics import Choice, Definition, Variant

from kpi_labels import LABELS, LANGUAGES

PROSE = Path(__file__).resolve().parents[2] / "crates" / "deskmetrics" / "docs" / "kpi"


def setup(app: Any) -> dict[str, bool]:
    """Writes the pages before Sphinx searches for them."""
    app.connect("html-page-context", language_of_page)
    folder = Path(app.srcdir) / "kpi"
    pages = {}
    for language in LANGUAGES:
        place = folder if language == "en" else folder / language
        pages[place / "index.md"] = index(language)
        pages |= {place / f"{definition.id}.md": page(definition, language) for definition in dm.catalogue()}
    shutil.rmtree(folder, ignore_errors=True)  # pages of KPIs that no longer exist
    for path, text in pages.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return {"parallel_read_safe": True}


def language_of_page(app: Any, name: str, template: str, context: dict[str, Any], document: Any) -> None:
    """Sets the language of the HTML page."""
    parts = name.split("/")
    context["language"] = parts[1] if len(parts) == 3 and parts[0] == "kpi" else "en"


def index(language: str) -> str:
    """The list of all KPIs, by topic."""
    labels = LABELS[language]
    lines = [*head(language), f"# {labels['kpis']}", "", other_languages("index", language), "", labels["about"], ""]
    if language == "en":
        lines += ["```{toctree}", ":hidden:", *(definition.id for definition in dm.catalogue()), "```", ""]
    for topic, title in labels["topics"].items():
        lines += [f"## {title}", "", "```{list-table}", ":header-rows: 1", ":widths: 30 50 20", ""]
        lines += row(labels["kpi"], labels["what"], labels["unit"])
        for definition in dm.catalogue().of(topic):
            name, description = definition.names[language], definition.descriptions[language]
            lines += row(f"[{name}]({definition.id}.md)", escaped(description), labels["units"][definition.unit])
        lines += ["```", ""]
    return "\n".join(lines)


def page(definition: Definition, language: str) -> str:
    """The page of one KPI."""
    labels = LABELS[language]
    prose = prose_of(definition)
    lines = [*head(language), f"# {definition.names[language]}", "", other_languages(definition.id, language), ""]
    lines += [escaped(definition.descriptions[language]), "", *facts(definition, language)]
    if labels["remark"]:
        lines += [f":::{{admonition}} {labels['english_only']}", ":class: note", "", labels["remark"], ":::", ""]
    for heading in ("What it measures", "Formula", "Who is counted", "When it misleads"):
        lines += [f"## {labels['headings'][heading]}", "", prose[heading], ""]
    lines += [f"## {labels['headings']['Python']}", "", "```pycon", example(definition), "```", ""]
    lines += [f"## {labels['headings']['Rust']}", "", prose["Worked example"], ""]
    if definition.options:
        lines += [f"## {labels['headings']['Options']}", "", *options(definition.options, labels)]
    if definition.variants:
        lines += [f"## {labels['headings']['Variants']}", "", *variants(definition.variants, labels)]
    lines += [f"## {labels['headings']['References']}", ""]
    lines += [f"- {escaped(reference)}" for reference in definition.references]
    return "\n".join(lines) + "\n"


def facts(definition: Definition, language: str) -> Iterator[str]:
    """The facts of a definition, as a table."""
    labels = LABELS[language]
    yield from ("```{list-table}", ":stub-columns: 1", ":widths: 25 75", "")
    yield from row(labels["id"], f"`{definition.id}`")
    yield from row(labels["function"], f"{{py:func}}`deskmetrics.{definition.function}`")
    names = [definition.names[other] for other in LANGUAGES if other != language]
    yield from row(labels["aliases"], escaped(", ".join(dict.fromkeys([*names, *definition.aliases]))))
    yield from row(labels["formula"], escaped(definition.formula))
    yield from row(labels["population"], escaped(definition.population))
    yield from row(labels["unit"], labels["units"][definition.unit])
    yield from row(labels["good"], labels["goods"][definition.good])
    yield from row(labels["anchor"], labels["anchors"][definition.anchor])
    if definition.clocks:
        yield from row(labels["clock"], labels["clocks"])
    yield from row(labels["measures"], ", ".join(f"`{measure}`" for measure in definition.measures))
    yield from ("```", "")


def options(choices: tuple[Choice, ...], labels: dict[str, Any]) -> Iterator[str]:
    yield from ("```{list-table}", ":header-rows: 1", "")
    yield from row(*labels["option_columns"])
    for choice in choices:
        default = labels["no_default"] if choice.default is None else escaped(choice.default)
        yield from row(f"`{choice.name}`", escaped(choice.decides), default, escaped(", ".join(choice.values)))
    yield from ("```", "")


def variants(found: tuple[Variant, ...], labels: dict[str, Any]) -> Iterator[str]:
    yield from ("```{list-table}", ":header-rows: 1", "")
    yield from row(*labels["variant_columns"])
    for variant in found:
        yield from row(escaped(variant.name), code_kept(variant.differs), escaped(", ".join(variant.used_by)))
    yield from ("```", "")


def prose_of(definition: Definition) -> dict[str, str]:
    """The sections of the KPI's rustdoc, which a test of the core writes to files."""
    text = (PROSE / f"{definition.id}.md").read_text("utf-8")
    parts = re.split(r"^## (.*)\n", text, flags=re.MULTILINE)
    return {heading: body.strip() for heading, body in zip(parts[1::2], parts[2::2], strict=True)}


def example(definition: Definition) -> str:
    """The examples in the docstring of the KPI's function, which the tests run."""
    text = inspect.getdoc(getattr(dm, definition.function)) or ""
    examples = doctest.DocTestParser().get_examples(text)
    return "\n".join(
        "\n".join([f">>> {example.source.rstrip()}".replace("\n", "\n... "), *example.want.splitlines()])
        for example in examples
    )


def head(language: str) -> list[str]:
    """The sidebar has the pages in English; they link to those in other languages."""
    return [] if language == "en" else ["---", "orphan: true", "---", ""]


def other_languages(name: str, language: str) -> str:
    """Links to the page in the other languages."""
    up = "" if language == "en" else "../"
    links = [
        title if other == language else f"[{title}]({up}{'' if other == 'en' else other + '/'}{name}.md)"
        for other, title in LANGUAGES.items()
    ]
    return " · ".join(links)


def row(first: str, *cells: str) -> list[str]:
    """A row of a list-table."""
    return [f"* - {first}", *(f"  - {cell}" for cell in cells)]


def code_kept(text: str) -> str:
    """Text with Markdown's special characters escaped, outside of code."""
    return "".join(part if part.startswith("`") else escaped(part) for part in re.split(r"(`[^`]+`)", text))


def escaped(text: str) -> str:
    """Text with Markdown's special characters escaped."""
    return re.sub(r"([\\`*_{}\[\]<>|$#])", r"\\\1", text)
