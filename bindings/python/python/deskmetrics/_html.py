"""Datasets, replays and comparisons as notebooks show them, in the style of reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from ._deskmetrics import _STYLE as STYLE

if TYPE_CHECKING:
    from . import Comparison, Dataset, Draft, Replay, Source


def dataset(found: Dataset) -> str:
    """A dataset as a block of HTML: what each file gave and what was excluded."""
    lines = repr(found).splitlines()
    head = f"<p><b>{escape(found.name or 'Dataset')}</b><br>{escape(lines[1])}<br>{escape(lines[2])}</p>"
    return _block(head, _sources(found.sources))


def replay(found: Replay) -> str:
    """A replay as a block of HTML: how many tickets and verdicts, what was excluded, and its methods."""
    as_of = f"as of {found.as_of:%Y-%m-%d %H:%M} {found.as_of.tzinfo}" if found.as_of else "no dates"
    parts = [f"<p><b>Replay</b><br>{len(found):,} tickets, {len(found.verdicts):,} SLA verdicts<br>{escape(as_of)}</p>"]
    if found.excluded:
        parts.append(f"<p class='note'>Events and tickets excluded: {escape(_counts(found.excluded))}</p>")
    parts.append(_beware(found.findings))
    return _block(*parts, _sources(found.sources))


def comparison(found: Comparison) -> str:
    """A comparison as a block of HTML."""
    level = f"{found.interval.level * 100:.4g} % interval"
    cells = (
        ("difference", f"{found.difference:+.4g} {found.unit.replace('_', ' ')}"),
        (level, f"{found.interval.lower:+.4g} to {found.interval.upper:+.4g}"),
        ("p-value", f"{found.p_value:.2g}"),
        ("n of the smaller", f"{found.n:,}"),
        ("verdict", found.significance().replace("_", " ")),
    )
    head = "".join(f"<th>{escape(name)}</th>" for name, _ in cells)
    return _block(_table(head, ["<tr>", *(f"<td>{escape(text)}</td>" for _, text in cells), "</tr>"]))


def draft(found: Draft) -> str:
    """A draft as a block of HTML: the roles of columns, and what is open."""
    parts = []
    for table in found._tables:
        state = "" if table["usable"] else ", not read until its questions are answered"
        head = f"{table['file']}: {table['kind']}, {table['rows']:,} rows{state}"
        rows = [
            f"<tr><td class='left'>{escape(one['column'])}</td><td class='left'>{escape(', '.join(one['roles']))}</td>"
            f"<td class='left'>{escape(one['content'])}</td></tr>"
            for one in table["columns"]
        ]
        columns = "<th class='left'>column</th><th class='left'>role</th><th class='left'>content</th>"
        excluded = "".join(f"<p class='note'>{escape(lines)}</p>" for lines in table["excluded"])
        parts.append(f"<p><b>{escape(head)}</b></p>{excluded}{_table(columns, rows)}")
    if found.scales:
        scales = ", ".join(f"{question} {scale}" for question, scale in found.scales.items())
        parts.append(f"<p>Scales: {escape(scales)}</p>")
    if found.questions:
        items = "".join(
            f"<li>{escape(str(one))}<br>Until it is answered, {escape(one.until)}.</li>" for one in found.questions
        )
        parts.append(f"<p><b>Questions</b></p><ul class='note'>{items}</ul>")
    return _block(*parts)


def _block(*parts: str) -> str:
    return f'<div class="deskmetrics"><style>{STYLE}</style>{"".join(parts)}</div>'


def _table(head: str, rows: Iterable[str]) -> str:
    body = "".join(rows)
    return f"<div class='scrolls'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _counts(excluded: Mapping[str, int]) -> str:
    return ", ".join(f"{n:,} {reason.replace('_', ' ')}" for reason, n in excluded.items())


def _sources(sources: Iterable[Source]) -> str:
    rows = []
    for source in sources:
        remarks = "; ".join(source.remarks)
        rows.append(
            f"<tr><td>{escape(source.file.name)}</td><td class='left'>{escape(source.holds)}</td>"
            f"<td>{source.rows:,}</td><td class='left'>{escape(remarks)}</td></tr>"
        )
        rows += [
            f"<tr class='small'><td></td><td class='left' colspan='3'>{escape(str(exclusion))}<br>"
            f"{escape(exclusion.remedy)}</td></tr>"
            for exclusion in source.exclusions
        ]
    return _table("<th>file</th><th class='left'>holds</th><th>rows</th><th></th>", rows)


def _beware(texts: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f"<p><b>Beware</b></p><ul class='note'>{items}</ul>" if texts else ""
