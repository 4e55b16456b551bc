"""What is kept of a policy, and what comes back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.adapters.dotted_paths import load_object
from headgate.core.frozen import build_frozen, dump_frozen
from headgate.core.gates import AtLeast, AtMost
from headgate.core.metrics import mae, r2
from headgate.core.paired import NoWorseThan
from headgate.core.policy import Policy
from headgate.core.span import months
from headgate.errors import InputError
from headgate.steps.judge import policy_text
from tests.unit.own_gates import RARE, Changing, Mood, Plain, Within

OURS = Policy(gates=(AtMost(mae, 5.0), AtLeast(r2, -3.0), NoWorseThan(mae, tolerance=0.5)))
THEIRS = Policy(gates=(Within(RARE, 1.0, Mood.KIND, ("a", "b"), timedelta(days=1, microseconds=3)),))


def back(value: object) -> Any:
    return build_frozen(json.loads(json.dumps(dump_frozen(value), allow_nan=False)), load_object)


@pytest.mark.parametrize("policy", [OURS, THEIRS, Policy()], ids=["ours", "the user's own", "none"])
def test_a_policy_comes_back_as_it_was(policy: Policy) -> None:
    assert back(policy) == policy
    assert build_frozen(json.loads(policy_text(policy)), load_object) == policy


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.tuples))
def test_what_is_made_of_numbers_and_text_comes_back_as_it_was(value: object) -> None:
    assert repr(back(value)) == repr(value)


@pytest.mark.parametrize("value", [months(3), datetime(2000, 1, 1, tzinfo=UTC), timedelta(days=-1), (RARE, mae)])
def test_spans_times_and_metrics_come_back_as_they_were(value: object) -> None:
    assert back(value) == value


@pytest.mark.parametrize(
    "value", [Path("/"), {"a": 1}, [1], lambda: 1, Policy, Changing()], ids=lambda value: type(value).__name__
)
def test_what_could_change_or_cannot_be_written_is_refused(value: object) -> None:
    with pytest.raises(InputError, match=r"must be made of frozen dataclasses, tuples, numbers and text\. Got"):
        dump_frozen(value)


def test_a_policy_that_cannot_be_written_says_so_and_stops_nobody() -> None:
    told = json.loads(policy_text(Policy(gates=(Plain(),))))
    assert "Plain object" in told["unwritable"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"type": "tests.unit.nowhere:Gate", "fields": {}}, "tests.unit.nowhere"),
        ({"type": "tests.unit.own_gates:Gone", "fields": {}}, "Got 'Gone', which isn't there"),
        ({"type": "tests.unit.own_gates:Plain", "fields": {}}, "must be a frozen dataclass"),
        ({"type": "tests.unit.own_gates:Changing", "fields": {}}, "must be a frozen dataclass"),
        ({"type": "os:system", "fields": {}}, "must be a frozen dataclass"),
        ({"type": "nothing", "fields": {}}, "dotted path"),
        ({"type": "headgate.core.gates:AtMost", "fields": {"metric": "mae", "roof": 1.0}}, "Got no roof"),
        ({"type": "headgate.core.gates:AtMost", "fields": {"metric": "mae"}}, "ceiling"),
        ({"type": "headgate.core.gates:AtMost", "fields": {"metric": "mae", "ceiling": -1.0}}, "ceiling of AtMost"),
        ({"enum": "tests.unit.own_gates:Mood", "value": "sad"}, "sad"),
        ({"enum": "tests.unit.own_gates:Within", "value": "sad"}, "must be an enum"),
        ({"metric": "none of ours"}, "metric must be one of"),
        ({"unheard": 1}, "must be as Headgate wrote it"),
        ({}, "must be as Headgate wrote it"),
    ],
)
def test_what_cannot_be_built_any_more_is_told(data: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        build_frozen(data, load_object)
