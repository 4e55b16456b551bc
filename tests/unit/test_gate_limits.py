"""What `headgate explain` tells of a gate."""

from __future__ import annotations

from typing import Any

import pytest

from headgate.core.combining import AtLeastOf, WarnOnly, all_of
from headgate.core.every_slice import EverySlice
from headgate.core.gate_costs import CostAtMost
from headgate.core.gate_limits import limits_of
from headgate.core.gate_rows import RowsAtLeast
from headgate.core.gates import AtLeast, AtMost
from headgate.core.methods import Bootstrap, McNemar
from headgate.core.metrics import accuracy, auc, mae
from headgate.core.paired import BetterBy, NoWorseThan
from headgate.core.verdict import Doubt
from tests.unit.built_in_gates import GATES
from tests.unit.own_gates import Plain, Within


@pytest.mark.parametrize(
    ("gate", "told"),
    [
        (AtMost(mae, 0.5), "ceiling 0.5"),
        (AtLeast(auc, 1, confidence=0.95, method=Bootstrap()), "floor 1, confidence 0.95, method Bootstrap"),
        (NoWorseThan(mae, 0.02), "tolerance 0.02"),
        (BetterBy(mae), "margin 0"),
        (BetterBy(mae, confidence=0.9, min_rows=7), "margin 0, confidence 0.9, min_rows 7"),
        (BetterBy(accuracy, method=McNemar(), when_unsure=Doubt.GO), "margin 0, method McNemar, when_unsure go"),
        (CostAtMost("size", 1e7), "ceiling 1e+07"),
        (RowsAtLeast(training=1000, holdout=100), "training 1000, holdout 100"),
        (RowsAtLeast(training=12_345_678), "training 12345678"),
        (WarnOnly(AtMost(mae, 0.5)), "ceiling 0.5"),
        (EverySlice("season", (AtMost(mae, 0.5),)), "ceiling 0.5"),
        (EverySlice("season", (AtMost(mae, 0.5),), skip_below=10), "skip_below 10; ceiling 0.5"),
        (
            EverySlice("season", (AtMost(mae, 0.5), NoWorseThan(mae))),
            "AtMost(mae): ceiling 0.5; NoWorseThan(mae): tolerance 0",
        ),
        (AtLeastOf(1, (AtMost(mae, 0.5), Plain())), "enough 1; AtMost(mae): ceiling 0.5; Plain(mae)"),
        (
            all_of(AtMost(mae, 0.5), EverySlice("a", (BetterBy(mae),))),
            "enough 2; AtMost(mae): ceiling 0.5; EverySlice(a: BetterBy(mae)): margin 0",
        ),
        (Within(mae, 0.5), "most 0.5"),
        (Plain(), ""),
    ],
)
def test_limits_are_told_and_what_else_is_not_the_default(gate: Any, told: str) -> None:
    assert limits_of(gate) == told


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_each_gate_of_ours_tells_a_limit(gate: Any) -> None:
    told = limits_of(gate)
    assert any(letter.isdigit() for letter in told)
    assert "min_rows" not in told or gate.min_rows
