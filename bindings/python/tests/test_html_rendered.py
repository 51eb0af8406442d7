"""Pages as a browser renders them: no scripts, no network, nothing wider than the page, texts that can be read."""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from html import unescape
from pathlib import Path
from random import Random
from typing import Any

import deskmetrics as dm
import pytest
from sample import dataset, weekly

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "headless_shell", "msedge")
BROWSER = os.environ.get("DESKMETRICS_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
SITE = Path(__file__).resolve().parents[3] / "target" / "site" / "index.html"

needs_browser = pytest.mark.skipif(
    BROWSER is None, reason=f"no browser: install Chromium, or name one in DESKMETRICS_BROWSER (none of {', '.join(NAMES)})"
)

DARK = ("--force-dark-mode", "--blink-settings=preferredColorScheme=0")
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])

# Measures each frame of a page, and writes what it found into that page.
MEASURE = r"""
const pixel = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
function rgba(color) {
  pixel.clearRect(0, 0, 1, 1); pixel.fillStyle = color; pixel.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = pixel.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
}
function over([r, g, b, a], under) { return [r, g, b].map((part, i) => part * a + under[i] * (1 - a)); }
function luminance(color) {
  const [r, g, b] = color.map(part => (part /= 255) <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}
function background(element, view) {
  const layers = [];
  for (let at = element; at; at = at.parentElement) layers.push(rgba(view.getComputedStyle(at).backgroundColor));
  return layers.reverse().reduce((under, layer) => over(layer, under), DARK ? [18, 18, 18] : [255, 255, 255]);
}
function measure(view) {
  const page = view.document, root = page.documentElement, width = root.clientWidth;
  const texts = [], wide = [], walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest("style, script, title") || !element.getClientRects().length) continue;
    const style = view.getComputedStyle(element);
    const color = element.closest("svg") ? style.fill : style.color;
    const under = background(element, view);
    texts.push([contrast(over(rgba(color), under), under), walker.currentNode.data.trim().slice(0, 40)]);
  }
  for (const element of page.body.querySelectorAll("*")) {
    if (element.closest(".scrolls *")) continue;
    const right = element.getBoundingClientRect().right;
    if (right > width + 1) wide.push(`${element.tagName}.${element.className} ${Math.round(right)}`);
  }
  return {
    dark: view.matchMedia("(prefers-color-scheme: dark)").matches,
    scripts: page.scripts.length,
    loaded: view.performance.getEntriesByType("resource").map(entry => entry.name),
    width, needed: root.scrollWidth, wide: wide.slice(0, 5),
    texts: texts.length, least: texts.sort((a, b) => a[0] - b[0]).slice(0, 3),
    headings: [...page.querySelectorAll("h1, h2, h3")].map(heading => Number(heading.tagName[1])),
    heads: [...page.querySelectorAll("th")].filter(cell => !cell.scope).length,
  };
}
const failures = [];
addEventListener("error", event => failures.push(event.message));
addEventListener("load", () => {
  const found = {};
  for (const frame of document.querySelectorAll("iframe")) {
    for (const details of frame.contentDocument.querySelectorAll("details")) details.open = true;
    found[frame.title] = measure(frame.contentWindow);
  }
  const result = document.createElement("pre");
  result.id = "measured";
  result.textContent = JSON.stringify({found, failures});
  document.body.replaceChildren(result);
});
"""


def chromium(folder: Path, *arguments: str, dark: bool = False) -> str:
    """What the browser writes; nothing but files of this machine can be loaded."""
    assert BROWSER is not None
    command = [
        BROWSER,
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
        *("--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder / 'profile'}"),
        *(DARK if dark else ()),
        *arguments,
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


def made(slices: int, weeks: int) -> dm.Report:
    """A report of tickets of many teams, with SLA verdicts and surveys."""
    random = Random(slices)
    start = datetime(2022, 1, 3, 8)
    teams = [f"Team {number} <of the {'very ' * (number % 5)}far north & west>" for number in range(slices)]
    count = slices * weeks * 2
    created = sorted(start + timedelta(hours=random.random() * weeks * 168) for _ in range(count))
    tickets = {
        "id": list(range(count)),
        "created_at": created,
        "first_response_at": [at + timedelta(minutes=random.expovariate(1 / 90)) for at in created],
        "solved_at": [at + timedelta(hours=random.expovariate(1 / 20)) for at in created],
        "team": [random.choice(teams[: 1 + int(random.random() ** 2 * slices)]) for _ in created],
    }
    surveys = {
        "ticket": tickets["id"],
        "answered_at": tickets["solved_at"],
        "csat": [random.choice([1, 2, 3, 4, 5, 5, None, None]) for _ in created],
    }
    return dm.report(
        tickets,
        surveys=surveys,
        columns={"surveys": {"ticket": "ticket", "questions": {"csat": "csat"}}},
        tz="Europe/Copenhagen",
        assume_tz="Europe/Copenhagen",
        scales={"csat": "1-5"},
        by="team",
        period="week",
    )


@cache
def pages() -> dict[str, str]:
    """Pages by name: files, and blocks as a notebook shows them."""
    few, many, sample = made(6, 10), made(70, 208), weekly()
    blocks: dict[str, Any] = {
        "few": few,
        "many": many,
        "dataset": dataset(),
        "replay": dataset().replay(),
        "comparison": dm.compare(sample.get("csat", market="DE"), sample.get("csat", market="ES")),
        "draft": dm.describe({"Opened": ["2026-01-02 10:00", "2026-01-03 10:00"], "Who": ["a" * 60, "b"]}),
    }
    return {
        "few": few.to_html(title="Care & <repair>"),
        "many": many.to_html(),
        "sample": sample.to_html(),
        **{f"notebook {name}": notebook(block._repr_html_()) for name, block in blocks.items()},
    }


def notebook(block: str) -> str:
    """A block on the page of a notebook in the mode of the system."""
    return (
        '<!DOCTYPE html><html lang="en"><style>:root { color-scheme: light dark; font: 13px sans-serif }'
        f" body {{ background: Canvas; color: CanvasText; margin: 8px }}</style><body>{block}"
    )


@cache
def measured(dark: bool, folder: Path) -> dict[str, dict[str, Any]]:
    """What the browser measures on each page at two widths."""
    frames = [
        f'<iframe title="{name}, {width}" width="{width}" height="800" style="border: 0" srcdoc="{quoted(page)}"></iframe>'
        for name, page in pages().items()
        for width in (1000, 400)
    ]
    host = folder / f"host-{dark}.html"
    host.write_text(
        f'<!DOCTYPE html><meta charset="utf-8"><style>:root {{ color-scheme: light dark }}</style>'
        f"<script>const DARK = {json.dumps(dark)};{MEASURE}</script><body>{''.join(frames)}",
        encoding="utf-8",
    )
    written = chromium(folder, "--window-size=1200,1000", "--virtual-time-budget=20000", "--dump-dom", host.as_uri(), dark=dark)
    result = re.search(r'<pre id="measured">(.*?)</pre>', written, re.DOTALL)
    assert result is not None, written[-2000:]
    document = json.loads(unescape(result[1]))
    assert document["failures"] == []
    assert len(document["found"]) == len(frames)
    found: dict[str, dict[str, Any]] = document["found"]
    return found


def quoted(page: str) -> str:
    return page.replace("&", "&amp;").replace('"', "&quot;")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield tmp_path_factory.mktemp("browser")


@needs_browser
@SCHEMES
def test_pages_fit_load_nothing_and_can_be_read(scheme: str, folder: Path) -> None:
    dark = scheme == "dark"
    faults = []
    for name, page in measured(dark, folder).items():
        assert page["dark"] is dark and page["texts"] > 3, (name, page)
        if page["needed"] > page["width"]:
            faults.append(f"{name}: {page['needed']} px on a page of {page['width']}: {page['wide']}")
        if page["scripts"] or page["loaded"]:
            faults.append(f"{name}: {page['scripts']} scripts, loads {page['loaded']}")
        if page["least"][0][0] < 4.5:
            faults.append(f"{name}: contrast below 4.5: {page['least']}")
        levels = page["headings"]
        if any(after > before + 1 for before, after in zip(levels, levels[1:], strict=False)):
            faults.append(f"{name}: levels of headings {levels}")
        if page["heads"] and not name.startswith("notebook"):
            faults.append(f"{name}: {page['heads']} heads of tables without scope")
    assert not faults, "\n".join(faults)


@needs_browser
@SCHEMES
@pytest.mark.parametrize("name", ["few", "many", "sample"])
def test_pages_are_not_blank(name: str, scheme: str, folder: Path) -> None:
    file, picture = folder / f"{name}.html", folder / f"{name}-{scheme}.png"
    file.write_text(pages()[name], encoding="utf-8")
    chromium(folder, "--window-size=1000,3000", f"--screenshot={picture}", file.as_uri(), dark=scheme == "dark")
    assert rows_of_picture(picture.read_bytes()) > 300


def rows_of_picture(png: bytes) -> int:
    """The number of different rows of pixels; a blank picture has one or two."""
    assert png.startswith(b"\x89PNG")
    at, data, width = 8, b"", 0
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        chunk = png[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, _, depth, color = struct.unpack(">IIBB", chunk[:10])
            assert depth == 8
            bytes_per_row = 1 + width * {2: 3, 6: 4}[color]
        data += chunk if kind == b"IDAT" else b""
        at += length + 12
    rows = zlib.decompress(data)
    return len({rows[start : start + bytes_per_row] for start in range(0, len(rows), bytes_per_row)})


# Collects what a page loads and what fails in it, and writes both into the page.
WATCH = """
<script>
const failures = [];
addEventListener("error", event => failures.push(event.message || event.target.src || event.target.href), true);
addEventListener("load", () => setTimeout(() => {
  const result = document.createElement("pre");
  result.id = "watched";
  const loaded = performance.getEntriesByType("resource").map(entry => entry.name);
  result.textContent = JSON.stringify({failures, loaded});
  document.body.append(result);
}, 500));
</script>
"""


@needs_browser
@pytest.mark.skipif(not SITE.exists(), reason="the documentation site is not built: cargo x site")
def test_the_site_loads_nothing_from_a_network(folder: Path) -> None:
    page = SITE.read_text(encoding="utf-8").replace("<head>", f'<head><base href="{SITE.parent.as_uri()}/">{WATCH}', 1)
    copy = folder / "site.html"
    copy.write_text(page, encoding="utf-8")
    written = chromium(folder, "--virtual-time-budget=5000", "--dump-dom", copy.as_uri())
    result = re.search(r'<pre id="watched">(.*?)</pre>', written, re.DOTALL)
    assert result is not None, written[-2000:]
    watched = json.loads(unescape(result[1]))
    assert watched["failures"] == []
    assert all(url.startswith(("file:", "data:")) for url in watched["loaded"]), watched["loaded"]
