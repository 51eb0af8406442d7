"""Checks that the built pages load nothing from a network, so that they also work as files."""

import re
from pathlib import Path
from typing import Any

from sphinx.errors import SphinxError

LOADED = re.compile(r"<(?:script|img|iframe|source)\b[^>]*\ssrc=\"(?:https?:)?//|<link\b[^>]*\shref=\"(?:https?:)?//")
LOADED_BY_STYLES = re.compile(r"(?:url\(\s*[\"']?|@import\s*[\"'])(?:https?:)?//")


def check(app: Any, failed: Exception | None) -> None:
    """Fails if a page or a style loads a script, a style, a font or a picture from a network."""
    if failed is not None:
        return
    for path in sorted(Path(app.outdir).rglob("*")):
        pattern = {".html": LOADED, ".css": LOADED_BY_STYLES, ".svg": LOADED_BY_STYLES}.get(path.suffix)
        if pattern is not None and (found := pattern.search(path.read_text("utf-8"))):
            raise SphinxError(f"{path}: it loads from a network: {found[0]}")


def setup(app: Any) -> dict[str, bool]:
    app.connect("build-finished", check)
    return {"parallel_read_safe": True}
