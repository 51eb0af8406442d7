"""The sample data of the examples."""

from functools import cache
from pathlib import Path

import deskmetrics as dm

FOLDER = Path(__file__).resolve().parents[3] / "examples" / "sample"
DESCRIPTION = FOLDER / "description.toml"


@cache
def dataset() -> dm.Dataset:
    return dm.read(DESCRIPTION)


@cache
def weekly() -> dm.Report:
    return dataset().report(period="week", by=["market"])
