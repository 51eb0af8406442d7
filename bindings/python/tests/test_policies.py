"""SLA and FCR policies: data forms, findings, errors."""

import pickle
from pathlib import Path
from typing import Any

import pytest

import deskmetrics as dm

FORM: dict[str, Any] = {
    "name": "Premium",
    "when": {"market": ["DK", "ES"], "tag": "vip"},
    "targets": [{"metric": "first_response", "clock": "business", "within": {"urgent": "1h", "*": "8h"}, "at_risk": 0.8}],
}
TOML = """
name = "Premium"
when = { market = ["DK", "ES"], tag = "vip" }
targets = [{ metric = "first_response", clock = "business", within = { urgent = "1h", "*" = "8h" }, at_risk = 0.8 }]
"""


def test_forms_agree(tmp_path: Path) -> None:
    policy = dm.SlaPolicy.from_dict(FORM)
    file = tmp_path / "premium.toml"
    file.write_text(TOML, encoding="utf-8")
    assert policy == dm.SlaPolicy.from_toml(TOML) == dm.SlaPolicy.from_toml(file)
    assert dm.SlaPolicy.from_dict(policy.to_dict()) == policy == pickle.loads(pickle.dumps(policy))
    assert repr(policy) == 'SlaPolicy("Premium", targets first_response)'


def test_many_policies() -> None:
    everybody = dm.SlaPolicy.from_dict({"name": "Everybody", "targets": [{"metric": "resolution", "within": "72h"}]})
    policies = dm.SlaPolicies([dm.SlaPolicy.from_dict(FORM), everybody], matching="first_per_metric")
    assert policies.names == ["Premium", "Everybody"] and len(policies) == 2
    assert policies["Everybody"] == everybody and policies.to_dict()["matching"] == "first_per_metric"
    assert dm.SlaPolicies.from_dict(policies.to_dict()) == policies == pickle.loads(pickle.dumps(policies))
    assert policies != dm.SlaPolicies([everybody]) == dm.SlaPolicies(everybody)
    assert policies.check() == []
    with pytest.raises(dm.NoSuchNameError, match='did you mean "Premium"'):
        policies["Premum"]


def test_policy_findings() -> None:
    reply = {"metric": "first_response", "within": "4h"}
    odd = dm.SlaPolicies([{"name": "all", "targets": [reply]}, {"name": "late", "targets": [reply]}])
    assert odd.check() == ['policy "late" is never reached: "all" before it fits the same tickets']


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"name": "x", "targets": [{"metric": "resolution", "within": "soon"}]}, "targets[0].within"),
        ({"name": "x", "target": []}, "target"),
        ({"targets": []}, "name"),
    ],
)
def test_errors_name_the_place(form: dict[str, Any], message: str) -> None:
    with pytest.raises(dm.PolicyError) as problem:
        dm.SlaPolicy.from_dict(form)
    assert message in str(problem.value)


def test_broken_toml_and_missing_files(tmp_path: Path) -> None:
    with pytest.raises(dm.PolicyError, match="TOML"):
        dm.SlaPolicies.from_toml("policies = [")
    with pytest.raises(dm.PolicyError, match="nowhere.toml"):
        dm.SlaPolicies.from_toml(tmp_path / "nowhere.toml")
    with pytest.raises(dm.ArgumentTypeError):
        dm.SlaPolicies(3)  # type: ignore[arg-type]
    with pytest.raises(dm.ArgumentTypeError):
        dm.SlaPolicies("Premium")  # type: ignore[arg-type]


def test_fcr_policies() -> None:
    policy = dm.FcrPolicy("no_reopen_within(7days)")
    assert policy.name == "no_reopen_within" and str(policy) == "no_reopen_within(7days)"
    assert policy == dm.FcrPolicy(policy) == pickle.loads(pickle.dumps(policy))
    assert len({policy, dm.FcrPolicy("no_reopen_within(168h)"), dm.FcrPolicy("single_reply")}) == 2
    with pytest.raises(dm.PolicyError, match="is not one of single_reply"):
        dm.FcrPolicy("first_try")
    with pytest.raises(dm.ArgumentTypeError):
        dm.FcrPolicy(7)  # type: ignore[arg-type]
