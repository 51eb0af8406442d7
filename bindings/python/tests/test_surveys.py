"""NPS, CSAT, CES and response rate compared with reference values."""

import math
import pickle
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

import deskmetrics as dm


def near(interval: dm.Interval | None, lower: float, upper: float, within: float = 5e-3) -> bool:
    assert interval is not None
    return abs(interval.lower - lower) < within and abs(interval.upper - upper) < within


def test_nps_of_six() -> None:
    """Scores 0, 7, 7, 9, 9, 9: the example of the R package NPS, and the adjusted Wald interval by hand."""
    nps = dm.nps([0, 7, 7, 9, 9, 9])
    assert nps.value == pytest.approx(100 / 3) and nps.n == 6 and nps.unit == "points"
    assert near(nps.interval_at(0.95), -26.74, 71.19)
    assert nps.measures()["promoters"]["value"] == 50.0


def test_nps_of_a_hundred() -> None:
    nps = dm.nps([0] * 20 + [8] * 50 + [10] * 30)
    assert nps.value == 10.0
    assert near(nps.interval, -3.8, 23.2, within=0.05)


def test_csat_with_a_neutral_answer() -> None:
    csat = dm.csat([5] * 7 + [3] + [1, 2], scale=(1, 5))
    assert csat.value == 70.0 and csat.unit == "percent"
    # Wilson, 8 of 10.
    assert near(dm.csat([5] * 8 + [1] * 2).interval, 49.02, 94.33)
    assert near(dm.csat([1] * 10).interval, 0.0, 27.75)


def test_csat_on_other_scales() -> None:
    assert dm.csat([2, 1, 1], scale=(1, 2)).value == pytest.approx(100 / 3)
    assert dm.csat([7, 6, 5], scale="1-7").value == pytest.approx(200 / 3)
    ten = {"min": 1, "max": 10, "positive": [9, 10], "negative": [1, 6]}
    assert dm.csat([10, 9, 8, 1], scale=ten).value == 50.0


def test_ces_on_both_scales() -> None:
    """The worked examples of a survey tool; the second prints 2.82, over a wrong total."""
    seven = [score for score, n in zip(range(1, 8), (80, 210, 140, 110, 160, 180, 120), strict=True) for _ in range(n)]
    assert dm.ces(seven, scale=(1, 7)).value == pytest.approx(4.08)
    assert dm.ces(seven, scale="ces2") == dm.ces(seven, scale=(1, 7))
    five = [score for score, n in zip(range(1, 6), (190, 240, 110, 330, 140), strict=True) for _ in range(n)]
    ces = dm.ces(five, scale="ces1")
    assert ces.value == pytest.approx(3020 / 1010) and ces.unit == "scale_step"
    assert ces.measures()["percent"]["value"] == pytest.approx(100 * 430 / 1010)
    easy_is_high = dm.ces(five, scale={"min": 1, "max": 5, "positive": [4, 5], "negative": [1, 2]})
    assert easy_is_high.measures()["percent"]["value"] == pytest.approx(100 * 470 / 1010)


@pytest.mark.parametrize("missing", [None, math.nan, float("nan"), Decimal("nan")])
def test_missing_values_are_not_answers(missing: Any) -> None:
    csat = dm.csat([5, 4, missing])
    assert csat.value == 100.0 and csat.n == 2 and csat.excluded == {"not_answered": 1}


def test_numbers_of_every_kind() -> None:
    assert dm.nps([9, 9.0, Fraction(9), Decimal(9), Fraction(8, 2)]).n == 5
    nps = dm.nps([9, 9.5, 11, -1, 10**30, 1e30, math.inf])
    assert nps.n == 1 and nps.excluded == {"out_of_scale": 5, "not_whole": 1}


def test_any_iterable() -> None:
    expected = dm.nps([10, 9, 3])
    assert dm.nps((10, 9, 3)) == expected == dm.nps(iter([10, 9, 3])) == dm.nps(score for score in (10, 9, 3))


@pytest.mark.parametrize("wrong", ["9", 9, None, {"score": 9}, {9}, bytes([10, 9, 3]), memoryview(b"9"), object()])
def test_arguments_that_are_not_sequences(wrong: Any) -> None:
    with pytest.raises(dm.ArgumentTypeError, match="^scores: .* is not a sequence"):
        dm.nps(wrong)


def test_elements_that_are_not_numbers() -> None:
    with pytest.raises(dm.ArgumentTypeError, match=r"^scores\[1\]: 'Blank' \(str\) is not a score"):
        dm.csat([5, "Blank"])


def test_nothing_counted() -> None:
    for result in (dm.nps([]), dm.csat([None]), dm.ces([], scale="ces2"), dm.response_rate(0, 0)):
        assert result.value is None and result.n == 0 and result.interval is None
        assert "no records" in repr(result)


def test_results_add_up() -> None:
    scores = [0, 3, 6, 7, 8, 9, 9, 10, 10, None, 11]
    for cut in range(len(scores) + 1):
        assert dm.nps(scores[:cut]) + dm.nps(scores[cut:]) == dm.nps(scores)
    assert sum([dm.nps([score]) for score in scores]) == dm.nps(scores)
    with pytest.raises(TypeError):
        dm.nps([9]) + dm.csat([5])
    with pytest.raises(TypeError):
        1 + dm.nps([9])
    with pytest.raises(dm.ArgumentError, match="do not add up"):
        dm.csat([5], scale=(1, 5)) + dm.csat([7, 7], scale=(1, 7))


def test_intervals() -> None:
    interval = dm.csat([5] * 8 + [1] * 2).interval_at(0.9)
    assert interval is not None
    lower, upper = interval
    assert (lower, upper) == (interval.lower, interval.upper) == (interval[0], interval[1])
    assert interval.level == 0.9 and interval.method == "wilson" and 80.0 in interval
    for level in (0.0, 1.0, 95, -0.5, math.nan):
        with pytest.raises(dm.ArgumentError, match="between 0 and 1"):
            dm.csat([5]).interval_at(level)
    assert dm.csat([5] * 10).interval_at(0.99).lower < dm.csat([5] * 10).interval_at(0.9).lower  # type: ignore[union-attr]


def test_scales_that_make_no_sense() -> None:
    for scale in ((1, 10), (5, 1), (1,), (1, 2, 3), "five stars", {"min": 1}, (0.5, 5)):
        with pytest.raises(dm.ScaleError):
            dm.csat([5], scale=scale)  # type: ignore[arg-type]
    with pytest.raises(dm.ScaleError, match="either end"):
        dm.ces([5], scale=(1, 5))
    with pytest.raises(TypeError):
        dm.ces([5])  # type: ignore[call-arg]


def test_response_rate_of_numbers() -> None:
    rate = dm.response_rate(32, 6)
    assert rate.value == 18.75 and near(rate.interval, 8.8895, 35.3092, within=1e-4)
    with pytest.raises(dm.ArgumentError, match="7 are more than the 6"):
        dm.response_rate(6, 7)
    with pytest.raises(dm.ArgumentError, match="need the timestamps"):
        dm.response_rate(6, 3, delivered=[True])  # type: ignore[call-overload]
    with pytest.raises(dm.ArgumentTypeError, match=r"^invited: 10\.5 \(float\) is not a whole number"):
        dm.response_rate(10.5, 3)  # type: ignore[call-overload]
    with pytest.raises(dm.ArgumentTypeError, match=r"^answered: \[\] \(list\) is not a whole number"):
        dm.response_rate(10, [])  # type: ignore[call-overload]
    with pytest.raises(dm.ArgumentError, match=r"^answered: -1 \(int\) is out of range"):
        dm.response_rate(10, -1)
    with pytest.raises(dm.ArgumentError, match="^invited: .* is out of range"):
        dm.response_rate(10**30, 3)


def test_response_rate_of_numpy_numbers() -> None:
    numpy = pytest.importorskip("numpy")
    answered = numpy.array([True, False, True]).sum()
    assert dm.response_rate(numpy.int64(3), answered) == dm.response_rate(3, 2)


def march(day: int) -> datetime:
    return datetime(2026, 3, day, 12, tzinfo=UTC)


def test_response_rate_of_invitations() -> None:
    sent = [march(2), march(3), march(4), march(4)]
    answered = [march(5), None, march(11), None]
    delivered = [True, True, True, False]
    rate = dm.response_rate(sent, answered, delivered=delivered)
    assert rate.value == pytest.approx(200 / 3) and rate.excluded == {"bounced": 1}
    assert dm.response_rate(sent[:3], answered[:3], as_of=march(8)).value == pytest.approx(100 / 3)
    late = dm.response_rate(sent[:3], answered[:3], expire_after=timedelta(days=5))
    assert late.value == pytest.approx(100 / 3) and late.measures()["late"]["value"] == 1.0
    young = dm.response_rate(sent[:3], answered[:3], as_of=march(8), mature_after="5days")
    assert young.n == 2 and young.excluded == {"immature": 1}


def test_response_rate_of_invalid_arguments() -> None:
    with pytest.raises(dm.ArgumentError, match="answered has 1 elements and invited has 2"):
        dm.response_rate([march(2), march(3)], [None])
    with pytest.raises(dm.ArgumentError, match="needs a cut-off"):
        dm.response_rate([march(2)], [None], mature_after="5days")
    with pytest.raises(dm.ArgumentTypeError, match="not a bool"):
        dm.response_rate([march(2)], [None], delivered=["yes"])
    assert dm.response_rate([None, march(2)], [None, None]).excluded == {"missing": 1}
    assert dm.response_rate([march(3)], [march(2)]).excluded == {"end_before_start": 1}


@pytest.mark.parametrize(
    "result", [dm.nps([9, None]), dm.csat([5, 9]), dm.ces([2], scale="ces1"), dm.response_rate(5, 3)], ids=repr
)
def test_pickle_and_immutability(result: Any) -> None:
    assert pickle.loads(pickle.dumps(result)) == result
    with pytest.raises(AttributeError):
        result.n = 7
    with pytest.raises(dm.ArgumentError):
        dm.KpiResult.from_bytes(b"{}")
    assert dm.KpiResult.from_bytes(result.to_bytes()) == result
