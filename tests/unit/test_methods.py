"""What may be asked for of a paired test, and what makes no sense."""

from __future__ import annotations

from typing import Any

import pytest

from headgate.core.frozen import build_frozen, dump_frozen
from headgate.core.methods import Bootstrap, DeLong, DieboldMariano, Interval, McNemar
from headgate.core.metrics import mae
from headgate.core.naming import needs_of
from headgate.core.needs import Column
from headgate.errors import InputError

BUILT = {
    f"headgate.core.methods:{kind.__name__}": kind for kind in (Bootstrap, DeLong, DieboldMariano, Interval, McNemar)
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"resamples": 199}, "resamples of Bootstrap must be 200 to 100,000. Got 199 instead"),
        ({"resamples": 100_001}, "Got 100001 instead"),
        ({"resamples": 2000.0}, "resamples of Bootstrap"),
        ({"resamples": True}, "resamples of Bootstrap"),
        ({"block": 0}, "block of Bootstrap must be rows, 1 or more. Got 0 instead"),
        ({"block": -3}, "block of Bootstrap"),
        ({"block": 2.0}, "block of Bootstrap"),
        ({"block": True}, "block of Bootstrap"),
        ({"seed": -1}, "seed of Bootstrap must be a whole number, 0 or more. Got -1 instead"),
        ({"seed": 0.5}, "seed of Bootstrap"),
        ({"seed": None}, "seed of Bootstrap"),
        ({"interval": "normal"}, "interval of Bootstrap must be bca or percentile. Got 'normal' instead"),
        ({"interval": 3}, "interval of Bootstrap"),
        ({"stratified": "yes"}, "stratified of Bootstrap must be true or false. Got 'yes' instead"),
        ({"groups": ""}, "groups of Bootstrap must be a text"),
        ({"groups": 3}, "groups of Bootstrap must be a text"),
        ({"stratified": True, "groups": "shop"}, "Bootstrap must resample in one way: stratified, groups, or block"),
        ({"stratified": True, "block": 2}, "must resample in one way"),
        ({"groups": "shop", "block": 2}, "must resample in one way"),
    ],
)
def test_a_bootstrap_that_makes_no_sense_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Bootstrap(**change)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"resamples": 200},
        {"resamples": 100_000},
        {"block": 1},
        {"block": 1, "groups": "shop"},
        {"block": 1, "stratified": True},
        {"seed": 0},
        {"interval": "percentile"},
    ],
)
def test_a_bootstrap_may_be_at_its_bounds_and_is_kept(change: dict[str, Any]) -> None:
    method = Bootstrap(**change)
    assert build_frozen(dump_frozen(method), BUILT.__getitem__) == method
    assert method.interval is None or isinstance(method.interval, Interval)


@pytest.mark.parametrize("horizon", [0, -1, 1.0, True, None, "1"])
def test_a_horizon_is_one_row_or_more(horizon: Any) -> None:
    with pytest.raises(InputError, match="horizon of DieboldMariano must be rows, 1 or more"):
        DieboldMariano(horizon=horizon)


def test_groups_are_a_column_that_a_gate_needs() -> None:
    assert needs_of(mae, Bootstrap(groups="shop")) == (mae, Column(name="shop"))
    for method in (None, Bootstrap(), McNemar(), DeLong(), DieboldMariano(horizon=3)):
        assert needs_of(mae, method) == (mae,)
