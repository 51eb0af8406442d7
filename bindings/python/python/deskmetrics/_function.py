"""Functions of KPIs, built from their definitions in the catalogue."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from inspect import Parameter, Signature
from typing import Any, Literal, NamedTuple, TypeVar

from . import _deskmetrics as _core
from ._deskmetrics import FcrPolicy, KpiResult, Schedule
from .definitions import Choice, Definition, catalogue
from .exceptions import ArgumentError

# Annotations of the functions name these.
from .typing import Clock, Column, Duration, Status, Table, Tickets

F = TypeVar("F", bound=Callable[..., Any])

DEFINITIONS = {definition.id: definition for definition in catalogue()}


class Option(NamedTuple):
    """An option of the catalogue in Python."""

    annotation: str
    """Without ``None``."""
    names: tuple[str, ...] = ()
    """Keyword arguments, where they differ from the option's name."""
    keys: tuple[str, ...] = ()
    """Keys of a request, where they differ from the option's name."""
    remark: str = ""
    """An additional sentence of the docstring."""


OPTIONS = {
    "at": Option("datetime", remark="By default the cut-off of the tickets."),
    "bands": Option("Sequence[Duration]", remark="The bands are the measures."),
    "clock": Option("Clock"),
    "expire_after": Option("Duration"),
    "group": Option("str"),
    "mature_after": Option("Duration"),
    "metric": Option("str", remark='``"stated"`` uses the verdict or due time in the source data, ``"stated_first_response"`` that of one metric.'),
    "policy": Option(
        "FcrPolicy | str",
        remark='Some have arguments: ``"no_reopen_within(7days)"``, ``"no_repeat_contact_within(7days, customer)"``, '
        '``"survey(1-2)"``. The argument of ``survey`` is the scale of the question "was it resolved at your first contact?", '
        "whose positive answers mean yes; ``tickets`` is then a column of the answers.",
    ),
    "short_abandon": Option("Duration"),
    "sla_policy": Option("str"),
    "span": Option(
        "datetime", ("start", "end"), ("since", "until"),
        "The start is inclusive, the end exclusive. By default from the first ticket to the cut-off.",
    ),
    "status": Option("Status"),
    "threshold_percent": Option("int"),
    "with": Option("Literal['created', 'solved', 'open']", ("of",), ("with",)),
    "within": Option("Duration"),
    "without_automatic_solves": Option("bool"),
}  # fmt: skip
"""The options of the catalogue in Python."""

ANY = Option("Any")
"""Any other option."""

KINDS = {
    "Duration": "datetime.timedelta or str",
    "FcrPolicy | str": "FcrPolicy or str",
    "Sequence[Duration]": "sequence of datetime.timedelta or str",
    "datetime": "datetime.datetime",
}
"""Types as docstrings name them."""

LITERALS = ("Clock", "Status", "Literal[")

INPUTS = {
    "tickets": """\
tickets : Replay, Dataset or table
    Tickets with their events, as returned by :func:`replay` or :func:`read`; or a table with a row for each ticket and
    its milestones in columns (``id``, ``created_at``, ``solved_at`` ...), without other events.""",
    "scores": """\
scores : column or sequence of int or float
    ``None``, NaN and null are skipped questions, excluded as ``not_answered``; scores beyond the scale are excluded as
    ``out_of_scale``. A stream or iterator is consumed.""",
    "delivered": """\
delivered : column or sequence of bool, optional
    Whether each invitation arrived; bounced ones are excluded. ``None`` counts as delivered.""",
    "queued_at": """\
queued_at : column or sequence of datetime.datetime
    When each contact entered the queue; one without is excluded as ``missing``.""",
    "answered_at": """\
answered_at : column or sequence of datetime.datetime or None
    When an agent answered; ``None`` or null if no agent did.""",
    "abandoned_at": """\
abandoned_at : column or sequence of datetime.datetime or None, optional
    When the customer gave up; ``None`` or null if they did not.""",
    "schedule": """\
schedule : Schedule, optional
    The working hours of the business clock, for tickets without a schedule.""",
    "as_of": """\
as_of : datetime.datetime or str, optional
    The cut-off: later data is ignored. A text is ISO 8601 with an offset; with ``assume_tz`` it needs none, and a date is the
    start of that day.""",
    "assume_tz": """\
assume_tz : str or zoneinfo.ZoneInfo, optional
    The time zone of timestamps without one, which are errors by default.""",
}
"""The parameters that several functions share."""

UNITS = {
    "count": "A count, which is exact and has no interval.",
    "per_ticket": "Per ticket, with Student's t interval.",
    "percent": "In percent, with the Wilson interval.",
    "seconds": "In seconds; ``duration`` is a ``timedelta``.",
}


def kpi(id: str, result: str, arguments: str = "", *, remark: str = "", examples: str = "") -> Any:
    """The function of a KPI of tickets, typed as ``Any``: the variable has the protocol of its options.

    ``result`` is the result for the sample tickets and ``arguments``, as the first example of the docstring;
    ``examples`` are further ones, and ``remark`` is for what the catalogue does not state.
    """
    definition = DEFINITIONS[id]
    parameters = [Parameter("tickets", Parameter.POSITIONAL_OR_KEYWORD, annotation=_tickets(definition))]
    keys: dict[str, str] = {}
    for choice in definition.options:
        option, names = _option(choice), _names(choice)
        keys |= dict(zip(names, option.keys or names, strict=True))
        parameters += (_parameter(name, choice, option.annotation) for name in names)
    if "clock" in keys:
        parameters.append(Parameter("schedule", Parameter.KEYWORD_ONLY, default=None, annotation="Schedule | None"))
    signature = Signature(parameters, return_annotation="KpiResult")
    defaults = {each.name: each.default for each in parameters}

    def function(*args: Any, **named: Any) -> KpiResult:
        try:
            given = signature.bind(*args, **named).arguments
        except TypeError as problem:
            raise TypeError(f"{id}() {problem}") from None
        tickets, as_of, schedule = given.pop("tickets"), given.pop("at", None), given.pop("schedule", None)
        if schedule is not None and given.get("clock") != "business":
            raise ArgumentError('schedule: it has no effect on the calendar clock; give clock="business" too')
        # An option at its default is the same request as without it.
        options = {keys[name]: value for name, value in given.items() if not _equal(value, defaults[name])}
        return _core._of_tickets(id, tickets, options, as_of, None, schedule)

    title = f"{id} {result}" if result.startswith("(") else f"{id}: {result}"
    call = ", ".join(filter(None, ("sample.tickets()", arguments)))
    first = ["import deskmetrics as dm", "from deskmetrics import sample", f"dm.{id}({call})"]
    shown = "\n".join([*(f">>> {line}" for line in first), f"KpiResult({title})", inspect.cleandoc(examples)]).rstrip()
    function.__name__ = function.__qualname__ = id
    function.__module__ = __package__
    function.__annotations__ = {each.name: each.annotation for each in parameters} | {"return": "KpiResult"}
    function.__doc__ = _docstring(definition, signature, {"Examples": shown}, remark)
    setattr(function, "__signature__", signature)
    return function


def defined(function: F) -> F:
    """Completes the docstring of a KPI's function from the catalogue; its own sections are kept."""
    if function.__doc__ is not None:  # python -OO
        parts = re.split(r"^(\w+)\n-{3,}\n", inspect.cleandoc(function.__doc__), flags=re.MULTILINE)
        sections = {name: text.rstrip() for name, text in zip(parts[1::2], parts[2::2], strict=True)}
        definition = next(each for each in DEFINITIONS.values() if each.function == function.__name__)
        signature = inspect.signature(function)
        function.__doc__ = _docstring(definition, signature, sections, parts[0].strip())
    return function


def _equal(value: Any, default: Any) -> bool:
    return value is default or isinstance(value, (str, int)) and bool(value == default)


def _tickets(definition: Definition) -> str:
    """The type of the tickets; one FCR policy evaluates survey answers."""
    return "Tickets | Table | Column" if definition.id == "fcr" else "Tickets | Table"


def _parameter(name: str, choice: Choice, annotation: str) -> Parameter:
    default = _default(choice)
    if default is None:
        annotation += " | None"
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _default(choice: Choice) -> Any:
    """The default of a keyword argument; ``None`` if the catalogue describes it or the data provides it."""
    if choice.default is None:
        return None if choice.name in ("at", "span") else Parameter.empty
    if choice.default in ("false", "true"):
        return choice.default == "true"
    if choice.default.isdecimal():
        return int(choice.default)
    return choice.default if choice.default in choice.values else None


def _docstring(definition: Definition, signature: Signature, own: dict[str, str], remark: str) -> str:
    description = definition.description
    if not description[1:2].isupper():  # an abbreviation
        description = description[:1].lower() + description[1:]
    returns = UNITS.get(definition.unit, "")
    if len(definition.measures) > 1:
        first, *others = (f"``{measure}``" for measure in definition.measures)
        returns += f" The value is the {first}; ``measures()`` also has {', '.join(others)}."
    if "censored_median" in definition.measures:
        returns += " ``censored_median`` takes running durations into account."
    sections = {
        "Parameters": "\n".join(_parameters(definition, signature, own.get("Parameters", ""))),
        "Returns": own.get("Returns") or f"KpiResult\n{_wrapped(returns, '    ', '    ')}",
        "Raises": own.get("Raises") or _raises(signature),
        "Notes": "\n\n".join(_notes(definition, remark)),
        "References": "\n".join(_wrapped(f"- {each}", "  ") for each in definition.references),
        "Examples": own["Examples"],
    }
    text = "\n\n".join(f"{name}\n{'-' * len(name)}\n{text}" for name, text in sections.items() if text)
    return f"{definition.name}: {description}\n\n{text}"


def _raises(signature: Signature) -> str:
    text = "ArgumentTypeError\n    When an argument has a type that cannot be used."
    if list(signature.parameters) != ["tickets"]:
        columns = "" if "tickets" in signature.parameters else "columns differ in length or "
        text += f"\nArgumentError\n    When {columns}the value of an option has no meaning."
    if "assume_tz" in signature.parameters:
        text += "\nTimestampError\n    When a timestamp has no time zone."
    return text


def _notes(definition: Definition, remark: str) -> Iterator[str]:
    yield _wrapped(f"Formula: {definition.formula}.")
    yield _wrapped(f"Population: {definition.population}.")
    yield _wrapped(f"Anchor: ``{definition.anchor}``, which assigns a record to a period of a report.")
    if remark:
        yield _wrapped(remark)
    if definition.aliases:
        yield _wrapped(f"Also called: {', '.join(definition.aliases)}.")
    if definition.variants:
        yield "Other definitions:"
        yield "\n".join(
            _wrapped(f"- {each.name}: {each.differs}" + (f" ({', '.join(each.used_by)})" if each.used_by else ""), "  ")
            for each in definition.variants
        )


def _parameters(definition: Definition, signature: Signature, own: str) -> Iterable[str]:
    """Each parameter, as the function's docstring, the shared inputs or the catalogue state it."""
    entries = {entry.split(" :")[0]: entry for entry in re.split(r"\n(?=\w)", own) if entry}
    stated = INPUTS | {name: entry for names, entry in entries.items() for name in names.split(", ")}
    options = {name: choice for choice in definition.options for name in _names(choice)}
    # Several parameters may share an entry.
    return dict.fromkeys(stated.get(name) or ENTRIES[options[name]] for name in signature.parameters)


def _option(choice: Choice) -> Option:
    return OPTIONS.get(choice.name, ANY)


def _names(choice: Choice) -> tuple[str, ...]:
    return _option(choice).names or (choice.name,)


def _entry(choice: Choice) -> str:
    """The entry of an option in a docstring's parameters."""
    option = _option(choice)
    literal = option.annotation.startswith(LITERALS)
    kind = KINDS.get(option.annotation, option.annotation)
    if literal:
        kind = "{" + ", ".join(f'"{value}"' for value in choice.values) + "}"
    default = _default(choice)
    if default is not Parameter.empty:
        kind += ", optional" if default is None else f", default {default!r}".replace("'", '"')
    text = _sentence(choice.decides.removeprefix("in a report: "))
    if not literal and option.annotation != "bool":
        text += f" {_sentence('values: ' + ', '.join(choice.values))}"
    if default is None and choice.default:
        text += f" By default {choice.default}."
    return f"{', '.join(_names(choice))} : {kind}\n{_wrapped(f'{text} {option.remark}', '    ', '    ')}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _wrapped(text: str, indent: str = "", first: str = "", width: int = 110) -> str:
    """Lines of limited width; ``textwrap`` would take most of the import time."""
    lines, line = [], first
    for word in text.split():
        if len(line) + len(word) >= width and line.strip():
            lines.append(line.rstrip())
            line = indent
        line += f"{word} "
    return "\n".join([*lines, line.rstrip()])


ENTRIES = {choice: _entry(choice) for choice in {choice for each in DEFINITIONS.values() for choice in each.options}}
"""The entries of all options; many KPIs share an option."""
