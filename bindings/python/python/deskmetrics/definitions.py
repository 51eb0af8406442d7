"""The catalogue of KPI definitions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from typing import Any, overload

from . import _deskmetrics as _core
from .exceptions import NoSuchNameError

__all__ = ["Catalogue", "Choice", "Definition", "Variant", "catalogue"]


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a KPI.

    Attributes
    ----------
    name : str
        Its name among the function's options.
    decides : str
    default : str or None
        What holds when nothing is chosen; ``None`` when it must be chosen, because the field disagrees.
    values : tuple of str
        What can be chosen.
    """

    name: str
    decides: str
    default: str | None
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """Another definition with the same name.

    Attributes
    ----------
    name : str
    differs : str
        How it differs, or how to get it here.
    used_by : tuple of str
        Products.
    """

    name: str
    differs: str
    used_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """The definition of a KPI.

    Attributes
    ----------
    id : str
        The stable id; see :attr:`function` for the name of its function.
    topic : str
        ``"surveys"``, ``"volume"``, ``"time"``, ``"quality"``, ``"sla"`` or ``"queue"``.
    name, description : str
        In English; ``names`` and ``descriptions`` have every language.
    aliases : tuple of str
        Other names, also those of products.
    formula, population : str
        The formula, and the records that count.
    unit : str
        Of the headline number.
    min, max : float or None
        The smallest and largest possible value; ``None`` when unbounded.
    good : str
        ``"up"``, ``"down"``, ``"by_scale"`` or ``"neither"``.
    anchor : str
        The timestamp that assigns a record to a reporting period.
    clocks : tuple of str
        The clocks on which it can be computed; empty when it is not a duration.
    measures : tuple of str
        The names of its numbers, the headline first.
    options : tuple of Choice
    variants : tuple of Variant
    references : tuple of str
    names, descriptions : dict of str
        By language: ``"en"``, ``"es"``, ``"da"``.
    """

    id: str
    topic: str
    name: str
    description: str
    aliases: tuple[str, ...]
    formula: str
    unit: str
    min: float | None
    max: float | None
    good: str
    population: str
    anchor: str
    clocks: tuple[str, ...]
    measures: tuple[str, ...]
    options: tuple[Choice, ...]
    variants: tuple[Variant, ...]
    references: tuple[str, ...]
    names: dict[str, str] = field(repr=False)
    descriptions: dict[str, str] = field(repr=False)

    @property
    def function(self) -> str:
        """The name of the Python function: the id, except ``score_reasons`` for ``reasons``."""
        return "score_reasons" if self.id == "reasons" else self.id

    def __repr__(self) -> str:
        return f"Definition({self.id!r}: {self.description})"

    def _repr_html_(self) -> str:
        """For notebooks."""
        rows = [
            ("formula", self.formula),
            ("who is counted", self.population),
            ("unit", self.unit),
            ("measures", ", ".join(self.measures)),
            ("also called", ", ".join(self.aliases)),
            *(("option", f"{choice.name}: {choice.decides}") for choice in self.options),
            *(
                ("differs", f"{variant.name}: {variant.differs} ({', '.join(variant.used_by)})")
                for variant in self.variants
            ),
            *(("source", reference) for reference in self.references),
        ]
        body = "".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in rows if text)
        return f"<h4>{escape(self.name)}</h4><p>{escape(self.description)}</p><table>{body}</table>"


@dataclass(frozen=True, slots=True)
class Catalogue(Sequence[Definition]):
    """All definitions, by topic; a sequence, and a table with the Arrow interface.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> catalogue = dm.catalogue()
    >>> catalogue["nps"].name, catalogue.find("First reply time").id
    ('Net Promoter Score', 'first_response_time')
    >>> [definition.id for definition in catalogue.of("queue")][:2]
    ['service_level', 'speed_of_answer']
    """

    definitions: tuple[Definition, ...]

    def __len__(self) -> int:
        return len(self.definitions)

    def __iter__(self) -> Iterator[Definition]:
        return iter(self.definitions)

    @overload
    def __getitem__(self, place: int | str) -> Definition: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Definition]: ...
    def __getitem__(self, place: int | str | slice) -> Definition | Sequence[Definition]:
        if isinstance(place, str):
            return self.find(place)
        return self.definitions[place]

    def find(self, name: str) -> Definition:
        """The KPI with this id or alias; case, spaces and hyphens do not matter.

        Parameters
        ----------
        name : str

        Returns
        -------
        Definition

        Raises
        ------
        NoSuchNameError
            When there is none; the message suggests the nearest.

        Examples
        --------
        >>> import deskmetrics as dm
        >>> dm.catalogue().find("MTTR").id
        'full_resolution_time'
        """
        normal = _normal(name)
        for definition in self.definitions:
            if normal in map(_normal, (definition.id, *definition.aliases)):
                return definition
        from difflib import get_close_matches

        ids = [definition.id for definition in self.definitions]
        near = get_close_matches(normal, ids, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise NoSuchNameError(f"the catalogue has no KPI {name!r}{hint}; there are: {', '.join(ids)}")

    def of(self, topic: str) -> list[Definition]:
        """The KPIs of one topic.

        Parameters
        ----------
        topic : str
            ``"surveys"``, ``"volume"``, ``"time"``, ``"quality"``, ``"sla"`` or ``"queue"``.

        Returns
        -------
        list of Definition
        """
        return [definition for definition in self.definitions if definition.topic == topic]

    def to_dicts(self) -> list[dict[str, Any]]:
        """The definitions as plain data, equal to the shipped ``catalogue.json`` has them.

        Returns
        -------
        list of dict
        """
        kpis: list[dict[str, Any]] = _core._catalogue()["kpis"]
        return kpis

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The catalogue as a table, one row per KPI: ``polars.DataFrame(deskmetrics.catalogue())``."""
        texts = ("id", "topic", "name", "description", "unit", "good", "anchor", "formula", "population")
        columns: dict[str, list[Any]] = {
            name: [getattr(definition, name) for definition in self.definitions] for name in texts
        }
        for name in ("min", "max"):
            columns[name] = [getattr(definition, name) for definition in self.definitions]
        for name in ("aliases", "measures", "clocks"):
            columns[name] = [", ".join(getattr(definition, name)) for definition in self.definitions]
        return _core._columns(columns, requested_schema)

    def __repr__(self) -> str:
        return f"Catalogue({len(self)} KPIs: {', '.join(definition.id for definition in self)})"

    def _repr_html_(self) -> str:
        """For notebooks."""
        rows = "".join(
            f"<tr><td>{escape(each.topic)}</td><td><code>{escape(each.id)}</code></td><td>{escape(each.name)}</td>"
            f"<td>{escape(each.unit)}</td><td>{escape(each.description)}</td></tr>"
            for each in self
        )
        heads = "".join(f"<th>{head}</th>" for head in ("topic", "id", "name", "unit", "description"))
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _normal(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def _definition(form: dict[str, Any]) -> Definition:
    names, descriptions = form.pop("name"), form.pop("description")
    own = {"options": Choice, "variants": Variant}
    parts = {name: [own[name](**_tuples(part)) for part in form[name]] for name in own}
    english = {"name": names["en"], "description": descriptions["en"]}
    return Definition(**_tuples(form | parts), **english, names=names, descriptions=descriptions)


def _tuples(form: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in form.items()}


def catalogue() -> Catalogue:
    """Every KPI with its definition: formula, unit, who is counted, options, other names, sources.

    Returns
    -------
    Catalogue
        A sequence of :class:`Definition`, found by id or any product's name for it.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> csat = dm.catalogue()["% satisfied"]
    >>> csat.id, csat.unit, csat.names["es"]
    ('csat', 'percent', 'Satisfacción del cliente (CSAT)')
    """
    return _all()


@cache
def _all() -> Catalogue:
    return Catalogue(tuple(map(_definition, _core._catalogue()["kpis"])))
