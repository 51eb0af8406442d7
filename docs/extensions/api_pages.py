"""The pages of the Python API: one for each public name of the package, and one for each module with names of its own."""

import importlib
import inspect
import pkgutil
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import deskmetrics as dm

TOPICS = {
    "surveys": "Customer feedback",
    "volume": "Volume and backlog",
    "time": "Waiting and resolution times",
    "quality": "Quality and effort",
    "sla": "SLA",
    "queue": "Phone and chat queues",
}

HEAD = """\
Python API
==========

Generated from the docstrings. In Python, ``help(deskmetrics.report)`` shows the same text. The Rust API is on
`docs.rs <https://docs.rs/deskmetrics>`__.

.. currentmodule:: deskmetrics
"""


def setup(app: Any) -> dict[str, bool]:
    """Writes the index before Sphinx searches for pages; autosummary writes a page for each entry."""
    folder = Path(app.srcdir) / "api"
    shutil.rmtree(folder, ignore_errors=True)  # pages of names that no longer exist
    folder.mkdir()
    (folder / "index.rst").write_text("\n".join([HEAD, *sections()]), "utf-8")
    # Some file systems do not distinguish the pages of the function report and the class Report.
    lower = {name for name in dm.__all__ if name.islower()}
    classes = [name for name in dm.__all__ if name not in lower and name.lower() in lower]
    app.config.autosummary_filename_map = {f"deskmetrics.{name}": f"deskmetrics.{name}-class" for name in classes}
    return {"parallel_read_safe": True}


def sections() -> Iterator[str]:
    """A section for each group of names."""
    names = [name for name in dm.__all__ if not name.startswith("__")]
    public = {name: getattr(dm, name) for name in names}
    kpis = {definition.function: definition for definition in dm.catalogue()}
    functions = [name for name, thing in public.items() if inspect.isroutine(thing) and name not in kpis]
    classes = [name for name, thing in public.items() if inspect.isclass(thing)]
    errors = [name for name in classes if issubclass(public[name], Exception)]
    yield section("Functions", functions)
    for topic, title in TOPICS.items():
        yield section(f"KPIs: {title[0].lower() if title[1].islower() else title[0]}{title[1:]}", [
            name for name, definition in kpis.items() if definition.topic == topic
        ])
    yield section("Classes", [name for name in classes if name not in errors])
    yield section("Exceptions", errors)
    yield section("Modules", [name for name, module in modules() if is_separate(module)])


def modules() -> Iterator[tuple[str, ModuleType]]:
    """The public modules of the package."""
    for found in pkgutil.iter_modules(dm.__path__):
        if not found.name.startswith("_"):
            yield found.name, importlib.import_module(f"deskmetrics.{found.name}")


def is_separate(module: ModuleType) -> bool:
    """Whether the package does not have all of the module's names itself."""
    return not hasattr(module, "__all__") or not set(module.__all__) <= set(dm.__all__)


def section(title: str, names: list[str]) -> str:
    """A heading and a table of names with links to their pages."""
    entries = "\n".join(f"   {name}" for name in names)
    return f"{title}\n{'-' * len(title)}\n\n.. autosummary::\n   :toctree: .\n   :nosignatures:\n\n{entries}\n"
