"""Errors of the package. All are a :class:`DeskmetricsError`, which is a :class:`ValueError`.

Messages name the subject, the value found and what is allowed.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "ArgumentError",
    "ArgumentTypeError",
    "ColumnNotFoundError",
    "ColumnTypeError",
    "DataError",
    "DeskmetricsError",
    "DuplicateEventError",
    "EventExcludedError",
    "MissingPackageError",
    "NeverOpensError",
    "NoSuchNameError",
    "PolicyError",
    "ReadError",
    "ScaleError",
    "ScheduleError",
    "TimestampError",
]


class DeskmetricsError(ValueError):
    """Any error of this package."""


class ArgumentError(DeskmetricsError):
    """An argument has an invalid value, such as sequences of different lengths."""


class ArgumentTypeError(DeskmetricsError, TypeError):
    """An argument has a type that cannot be used."""


class ColumnTypeError(ArgumentTypeError):
    """A column has a type that cannot be used, such as a column of lists for scores."""


class ColumnNotFoundError(DeskmetricsError, KeyError):
    """A table does not have a column; the message lists the known ones and suggests the nearest.

    Attributes
    ----------
    column : str
        The requested column.
    columns : list of str
        The columns of the table.
    """

    def __init__(self, message: str, column: str = "", columns: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.column = column
        self.columns = list(columns)

    def __str__(self) -> str:
        # A KeyError would show the message in quotes.
        return str(self.args[0])

    def __reduce__(self) -> tuple[type[ColumnNotFoundError], tuple[str, str, list[str]]]:
        return type(self), (str(self), self.column, self.columns)


class EventExcludedError(ArgumentError):
    """A tracker does not count an event; it is in the ``excluded`` of the ticket's state.

    Attributes
    ----------
    reason : str
        Why, as in ``excluded``: ``"duplicate"`` or ``"before_creation"``.
    """

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason

    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> tuple[type[EventExcludedError], tuple[str, str]]:
        return type(self), (str(self), self.reason)


class DuplicateEventError(EventExcludedError):
    """An event with this ``id`` was pushed before: nothing is to be done."""


class DataError(DeskmetricsError):
    """Data could not be read completely; the message contains the error of the library that provided it."""


class TimestampError(DeskmetricsError):
    """A timestamp without a time zone, in an unknown order of day and month, or beyond the years 1 to 9999."""


#: The earlier name.
InstantError = TimestampError


class ScheduleError(DeskmetricsError):
    """An invalid schedule; the message names the place in its data form."""


class NeverOpensError(ScheduleError):
    """The schedule has less working time left than the budget."""


class ScaleError(DeskmetricsError):
    """An invalid survey scale, or one without known positive answers."""


class PolicyError(DeskmetricsError):
    """An invalid SLA or FCR policy; the message names the place in its data form."""


class ReadError(DeskmetricsError):
    """Files that cannot be read; the message names file, row, column and value, and the remedy."""


class NoSuchNameError(DeskmetricsError, KeyError):
    """An unknown name; the message lists the known ones and the nearest."""

    __str__ = ValueError.__str__


class MissingPackageError(DeskmetricsError, ImportError):
    """An optional package that is required here; the message names the command that installs it."""

    __str__ = ValueError.__str__
