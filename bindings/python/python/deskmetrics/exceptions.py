"""What can go wrong. All are a :class:`DeskmetricsError`, which is a :class:`ValueError`.

Messages name the subject, the value found and what is allowed.
"""

__all__ = [
    "ArgumentError",
    "ArgumentTypeError",
    "DeskmetricsError",
    "InstantError",
    "NeverOpensError",
    "ScaleError",
    "ScheduleError",
]


class DeskmetricsError(ValueError):
    """Any error of this package."""


class ArgumentError(DeskmetricsError):
    """An argument has a value that makes no sense, such as sequences of different lengths."""


class ArgumentTypeError(DeskmetricsError, TypeError):
    """An argument is of a kind that cannot be used."""


class InstantError(DeskmetricsError):
    """An instant without a time zone, or one beyond the years 1 to 9999."""


class ScheduleError(DeskmetricsError):
    """A schedule that makes no sense; the message names the place in its data form."""


class NeverOpensError(ScheduleError):
    """The schedule has too little working time left, ever, to use up the budget."""


class ScaleError(DeskmetricsError):
    """A survey scale that makes no sense, or one that does not say which answers are good."""
