"""KPIs of surveys; the catalogue has their definitions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from numbers import Number
from typing import Any, overload

from . import _deskmetrics as _core
from ._deskmetrics import KpiResult, Representativeness, WeightedRating
from ._function import defined
from .exceptions import ArgumentError
from .typing import Column, Duration, Scale, Table, Tickets, TimeZone, Timestamps

__all__ = [
    "ces",
    "csat",
    "nps",
    "representativeness",
    "response_rate",
    "score_reasons",
    "survey_completion",
    "survey_coverage",
    "weighted_score",
]


@defined
def nps(scores: Column) -> KpiResult:
    """
    Returns
    -------
    KpiResult
        In points from -100 to 100, with the adjusted Wald interval; ``measures()`` also has the shares of ``promoters``,
        ``passives`` and ``detractors``.

    Raises
    ------
    ArgumentTypeError
        When it is not a column of numbers.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> result = dm.nps([0, 7, 7, 9, 9, 9, None, 11])
    >>> result
    KpiResult(nps: +33.3, n=6, 95 % CI -26.7 to +71.2, excluded: 1 not answered, 1 score outside the scale)
    >>> result.excluded
    {'not_answered': 1, 'out_of_scale': 1}
    >>> lower, upper = result.interval_at(0.9)
    >>> round(lower, 1), round(upper, 1)
    (-18.9, 63.3)
    """
    return _core._of_scores("nps", scores)


@defined
def csat(scores: Column, *, scale: Scale | None = None) -> KpiResult:
    """
    Parameters
    ----------
    scale : tuple of int, str or dict, default (1, 5)
        The ends, of which the usual top answers are positive (of 1 to 5: 4 and 5), a name such as ``"1-7"``, or the
        data form ``{"min": 1, "max": 10, "positive": [9, 10], "negative": [1, 6]}``.

    Raises
    ------
    ScaleError
        When there is no usual set of positive answers for these ends, or the scale is invalid.
    ArgumentTypeError
        When it is not a column of numbers.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> result = dm.csat([5, 5, 5, 4, 4, 4, 4, 3, 2, 1, None], scale=(1, 5))
    >>> result
    KpiResult(csat: 70.0 %, n=10, 95 % CI 39.7 % to 89.2 %, excluded: 1 not answered)
    >>> result.measures()["mean"]["value"]
    3.7
    >>> result + dm.csat([5, 5], scale=(1, 5))
    KpiResult(csat: 75.0 %, n=12, 95 % CI 46.8 % to 91.1 %, excluded: 1 not answered)
    """
    return _core._of_scores("csat", scores, scale)


@defined
def ces(scores: Column, *, scale: Scale) -> KpiResult:
    """
    Parameters
    ----------
    scale : str, tuple of int or dict
        ``"ces2"`` or ``(1, 7)``: "the company made it easy", higher is better. ``"ces1"``: "how much effort", 1 to 5,
        lower is better. Any other question states which answers are easy, as ``{"min": 1, "max": 5, "positive": [4,
        5], "negative": [1, 2]}``, since either end may be the good one.

    Returns
    -------
    KpiResult
        The mean, in steps of the scale, with Student's t interval; ``measures()`` also has the share of easy answers,
        ``percent``, and the net score, ``net``.

    Raises
    ------
    ScaleError
        When the scale is invalid or its positive end is not known.
    ArgumentTypeError
        When it is not a column of numbers.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> result = dm.ces([7, 6, 6, 5, 2, None], scale="ces2")
    >>> result.value, result.n
    (5.2, 5)
    >>> result.measures()["percent"]["value"]
    80.0
    """
    return _core._of_scores("ces", scores, scale)


@overload
def response_rate(invited: int, answered: int) -> KpiResult: ...
@overload
def response_rate(
    invited: Timestamps,
    answered: Timestamps,
    *,
    delivered: Column | None = None,
    as_of: date | str | None = None,
    mature_after: Duration | None = None,
    expire_after: Duration | None = None,
    assume_tz: TimeZone | None = None,
) -> KpiResult: ...
@defined
def response_rate(
    invited: Any,
    answered: Any,
    *,
    delivered: Column | None = None,
    as_of: date | str | None = None,
    mature_after: Duration | None = None,
    expire_after: Duration | None = None,
    assume_tz: TimeZone | None = None,
) -> KpiResult:
    """
    Parameters
    ----------
    invited : int, or column or sequence of datetime.datetime
        How many were invited, or when each invitation was sent; one without a timestamp is excluded as ``missing``.
    answered : int, or column or sequence of datetime.datetime or None
        How many of them answered, or when each did; ``None`` or null for no answer.

    Returns
    -------
    KpiResult
        In percent, with the Wilson interval; ``measures()["late"]`` counts answers after ``expire_after``. Invitations that
        are too recent for ``mature_after`` are excluded as ``immature``.

    Raises
    ------
    ArgumentError
        When the columns differ in length, more answered than were invited, or numbers are combined with options for
        timestamps.
    TimestampError
        When a timestamp has no time zone.

    Examples
    --------
    >>> from datetime import datetime, timezone
    >>> import deskmetrics as dm
    >>> dm.response_rate(400, 100)
    KpiResult(response_rate: 25.0 %, n=400, 95 % CI 21.0 % to 29.5 %)
    >>> def march(day):
    ...     return datetime(2026, 3, day, tzinfo=timezone.utc)
    >>> dm.response_rate([march(2), march(3), march(4)], [march(5), None, march(11)], as_of=march(8)).value
    33.333333333333336
    """
    if isinstance(invited, (Number, str)) or isinstance(answered, (Number, str)):
        if any(option is not None for option in (delivered, as_of, mature_after, expire_after, assume_tz)):
            raise ArgumentError(
                "delivered, as_of, mature_after, expire_after and assume_tz "
                "need the timestamps of each invitation, not numbers"
            )
        return _core._of_counts("response_rate", invited, answered)
    return _core._of_invitations("response_rate", **locals())


@defined
def survey_completion(
    started: Timestamps, answered: Timestamps, *, delivered: Column | None = None, assume_tz: TimeZone | None = None
) -> KpiResult:
    """
    Parameters
    ----------
    started : column or sequence of datetime.datetime or None
        When each survey was started; ``None`` or null if it was not, or if that is unknown.
    answered : column or sequence of datetime.datetime or None
        When each was finished; ``None`` or null if it was not. One that was finished counts as started.

    Returns
    -------
    KpiResult
        In percent, with the Wilson interval. Surveys neither started nor finished are excluded as ``missing``.

    Examples
    --------
    >>> from datetime import datetime, timezone
    >>> import deskmetrics as dm
    >>> march = datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
    >>> dm.survey_completion([march, march, march, None], [march, None, march, None])
    KpiResult(survey_completion: 66.7 %, n=3, 95 % CI 20.8 % to 93.9 %, excluded: 1 value missing)
    """
    return _core._of_invitations("survey_completion", **locals())


@defined
def survey_coverage(tickets: Tickets | Table, surveyed: Column) -> KpiResult:
    """
    Parameters
    ----------
    surveyed : column or sequence of str or int
        The ids of the tickets about which a survey was sent and arrived; ids of other tickets do not count.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.survey_coverage(sample.tickets(), ["T-1", "T-4", "T-5"])
    KpiResult(survey_coverage: 50.0 %, n=6, 95 % CI 18.8 % to 81.2 %, excluded: 2 not solved)
    """
    return _core._of_tickets("survey_coverage", tickets, surveyed=surveyed)


@defined
def score_reasons(scores: Column, reasons: Column, *, scale: Scale) -> KpiResult:
    """
    Parameters
    ----------
    reasons : column or sequence of str, or of lists of str
        The reasons of each answer: one, several in a list, or ``None``.
    scale : tuple of int, str or dict
        The scale of the question; see :func:`csat`. Of NPS: ``"nps"``.

    Returns
    -------
    KpiResult
        In percent: how many negative answers state a reason. :meth:`KpiResult.ranking` lists the reasons by the points
        that they cost.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> result = dm.score_reasons([10, 2, 3, 9, 0], [None, "slow", ["slow", "rude"], None, None], scale="nps")
    >>> round(result.value, 1), result.n
    (66.7, 3)
    >>> [(cost["reason"], cost["answers"], cost["points"]) for cost in result.ranking()]
    [('slow', 2, 40.0), ('rude', 1, 20.0)]
    """
    return _core._of_reasons(scores, reasons, scale)


@overload
def representativeness(segments: Mapping[str, tuple[int, int]], answered: None = None) -> Representativeness: ...
@overload
def representativeness(segments: Column, answered: Column) -> Representativeness: ...
def representativeness(segments: Any, answered: Column | None = None) -> Representativeness:
    """Representativeness of a survey: response rates by segment, such as market, channel or customer group.

    Parameters
    ----------
    segments : column or sequence of str, or dict
        The segment of each invitation; or a dict of counts ``{segment: (invited, answered)}``.
    answered : column or sequence of bool
        Whether each invitation was answered.

    Returns
    -------
    Representativeness
        With ``r_indicator``, ``variation``, ``p_even``, and :meth:`Representativeness.adjust`, which corrects a
        score for segments with different response rates.

    Raises
    ------
    ArgumentError
        When the columns differ in length, or more answered than were invited.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> response = dm.representativeness({"chat": (500, 300), "mail": (500, 150)})
    >>> response
    Representativeness(45.0 % of 1000 answered, R-indicator 0.700, chat 60.0 %, mail 30.0 %)
    >>> response == dm.representativeness(
    ...     ["chat"] * 500 + ["mail"] * 500, [True] * 300 + [False] * 200 + [True] * 150 + [False] * 350)
    True
    """
    return _core._representativeness(segments, answered)


def weighted_score(scores: Column, weights: Column, *, scale: Scale) -> WeightedRating:
    """Weighted answers to one question: NPS, CSAT or CES of a weighted sample.

    Parameters
    ----------
    scores : column or sequence of int or float
        ``None``, NaN and null are skipped questions.
    weights : column or sequence of float
        The number of people that each answer represents. An answer with a negative, infinite or missing weight is
        excluded.
    scale : tuple of int, str or dict
        The scale of the question; see :func:`csat`. Of NPS: ``"nps"``.

    Returns
    -------
    WeightedRating
        With ``mean``, ``percent`` and ``net``, and intervals at the effective n.

    Raises
    ------
    ArgumentError
        When the columns differ in length.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> nps = dm.weighted_score([10, 9, 7, 3], [1.0, 1.0, 2.0, 0.5], scale="nps")
    >>> nps
    WeightedRating(44.4 % positive, net 33.3, n=4, effective n 3.2)
    >>> lower, upper = nps.net_interval_at(0.9)
    """
    return _core._weighted(scores, weights, scale)
