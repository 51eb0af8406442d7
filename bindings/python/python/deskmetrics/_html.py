"""Reports, datasets, replays and comparisons as notebooks show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import Comparison, Dataset, Replay, Report, ReportRow, Source

# Only what tables need; colors come from the notebook, so that dark themes work.
STYLE = """<style>
.deskmetrics table { border-collapse: collapse; margin: 0 0 .8em 0; }
.deskmetrics th, .deskmetrics td { padding: .15em .7em; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.deskmetrics th:first-child, .deskmetrics td:first-child, .deskmetrics .left { text-align: left; }
.deskmetrics thead th { border-bottom: 1px solid currentColor; font-weight: 600; }
.deskmetrics .group th { padding-top: .7em; font-weight: 600; }
.deskmetrics .small { opacity: .6; }
.deskmetrics .note { font-size: 90%; opacity: .8; max-width: 60em; white-space: normal; }
.deskmetrics details { margin: 0 0 .5em 0; }
.deskmetrics summary { cursor: pointer; font-weight: 600; }
</style>"""

# Limits the rows in a notebook; the frame has all.
MOST = 200


def report(found: Report) -> str:
    """A report as a block of HTML; every text in it is escaped."""
    parts = [_overall(found)]
    for slicing in found.by:
        rows = [row for row in found.rows if row.headline and row.period is None and tuple(row.keys) == slicing]
        parts.append(_blocks("By " + " and ".join(slicing), rows, _slice, found))
    if found.period:
        rows = [
            row
            for row in found.rows
            if row.headline and not row.keys and row.period is not None and (row.n or row.period_start)
        ]
        parts.append(_blocks(f"By {found.period} ({found.time_zone})", rows, _period, found))
    parts += [_exclusions(found), _beware([*found.warnings, *found.notes]), _legend(found)]
    return _block(*parts)


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


def _block(*parts: str) -> str:
    return f'<div class="deskmetrics">{STYLE}{"".join(parts)}</div>'


def _table(head: str, rows: Iterable[str]) -> str:
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


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


def _overall(found: Report) -> str:
    rows = [
        row
        for row in found.rows
        if not row.keys and row.period is None and (row.headline or (row.value is not None and row.n))
    ]
    body = [
        f"<tr><td>{escape(row.title) if row.headline else ''}</td><td class='left'>{escape(row.measure.replace('_', ' '))}</td>"
        f"{_numbers(row)}</tr>"
        for row in rows
    ]
    heading = f"<th>KPI</th><th class='left'>measure</th><th>value</th><th>{found.level * 100:.4g} % interval</th><th>n</th>"
    return _table(heading, body)


def _blocks(heading: str, rows: list[ReportRow], label: Callable[[ReportRow], str], found: Report) -> str:
    if not rows:
        return ""
    changes = any(row.change for row in rows)
    body = []
    shown = rows[:MOST]
    last = None
    for row in shown:
        title = f"{row.title}, {row.measure.replace('_', ' ')}"
        if title != last:
            body.append(f"<tr class='group'><th colspan='5'>{escape(title)}</th></tr>")
            last = title
        change = f"<td>{_change(row)}</td>" if changes else ""
        body.append(f"<tr><td>{escape(label(row))}</td>{_numbers(row)}{change}</tr>")
    more = ""
    if len(rows) > len(shown):
        more = f"<p class='note'>{len(rows) - len(shown):,} more rows are in the frame.</p>"
    head = f"<th></th><th>value</th><th>{found.level * 100:.4g} % interval</th><th>n</th>" + ("<th>change</th>" if changes else "")
    return f"<details><summary>{escape(heading)}</summary>{_table(head, body)}{more}</details>"


def _numbers(row: ReportRow) -> str:
    kind = " class='small'" if row.small_n else ""
    n = "" if row.headline and row.unit == "count" else f"{row.n:,}{'*' if row.small_n else ''}"
    return f"<td{kind}>{escape(row.text)}</td><td{kind}>{escape(row.interval_text)}</td><td{kind}>{n}</td>"


def _change(row: ReportRow) -> str:
    change = row.change
    if change is None:
        return ""
    mark = ("▲" if change.difference > 0 else "▼") if change.is_significant else "&nbsp;"
    return f"{escape(change.text)} {mark}"


def _slice(row: ReportRow) -> str:
    return ", ".join("(none)" if value is None else value for value in row.keys.values())


def _period(row: ReportRow) -> str:
    return f"{row.period}{' ~' if row.partial else ''}"


def _items(texts: Iterable[str]) -> str:
    return "".join(f"<li>{escape(text)}</li>" for text in texts)


def _exclusions(found: Report) -> str:
    lines = [f"{row.title}: {_counts(row.excluded)}" for row in found.headlines if row.excluded]
    # Rows that never got as far as a KPI.
    lines += [f"{source.file.name}: {one}; {one.remedy}" for source in found.sources for one in source.exclusions]
    return f"<details><summary>Excluded</summary><ul class='note'>{_items(lines)}</ul></details>" if lines else ""


def _beware(texts: Sequence[str]) -> str:
    return f"<p><b>Beware</b></p><ul class='note'>{_items(texts)}</ul>" if texts else ""


def _legend(found: Report) -> str:
    rows = found.rows
    notes = []
    if any(row.small_n for row in rows):
        notes.append(f"* rests on fewer than {found.min_n} records: only a hint")
    if any(row.partial for row in rows):
        notes.append("~ the data covers only a part of the period")
    if any(row.change is not None and row.change.is_significant for row in rows):
        notes.append(f"▲ ▼ so large a change comes about by chance in less than {100 - found.level * 100:.4g} % of cases")
    return "".join(f"<p class='note'>{escape(note)}</p>" for note in notes)
