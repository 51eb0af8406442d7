"""Arrow into the frames of others, none of which is needed to import this package."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

from .exceptions import MissingPackageError


def needed(package: str, for_what: str, install: str | None = None) -> ModuleType:
    """A package that is needed only here."""
    try:
        return import_module(package)
    except ImportError as problem:
        raise MissingPackageError(f"{for_what} needs {package}: pip install {install or package}") from problem


def to_pandas(table: Any) -> Any:
    """An Arrow table as a pandas DataFrame."""
    needed("pandas", "to_pandas")
    return needed("pyarrow", "to_pandas, which reads Arrow,").table(table).to_pandas()


def to_polars(table: Any) -> Any:
    """An Arrow table as a polars DataFrame."""
    return needed("polars", "to_polars").DataFrame(table)
