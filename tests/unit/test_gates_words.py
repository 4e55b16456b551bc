"""What a limit says: the value, what it was held against, and on which side it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from headgate.core.evaluation import Measure
from headgate.core.gates import AtLeast, AtMost
from headgate.core.methods import Bootstrap
from headgate.core.metrics import mae, r2
from headgate.core.needs import Column
from headgate.core.verdict import Outcome, Verdict
from tests.unit.predicted import evaluation, pair

FOUND = pair(100)
EVALUATION = evaluation(FOUND, mae, r2)
MEASURED = {measure.metric: measure.candidate for measure in EVALUATION.measures}


@pytest.mark.parametrize(
    ("gate", "outcome", "ending"),
    [
        (AtLeast(mae, 1.0), Outcome.PASS, " is at least 1.0"),
        (AtLeast(mae, 9.0), Outcome.FAIL, " is below the floor 9.0"),
        (AtMost(mae, 9.0), Outcome.PASS, " is at most 9.0"),
        (AtMost(mae, 1.0), Outcome.FAIL, " is above the ceiling 1.0"),
    ],
    ids=["at least", "below", "at most", "above"],
)
def test_a_limit_says_on_which_side_the_value_is(gate: AtLeast | AtMost, outcome: Outcome, ending: str) -> None:
    verdict = gate.judge(EVALUATION, FOUND)
    limit = gate.floor if isinstance(gate, AtLeast) else gate.ceiling
    assert verdict == Verdict(
        gate=gate.name,
        outcome=outcome,
        reason=f"mae {MEASURED['mae']:.4g}{ending}",
        value=MEASURED["mae"],
        limit=limit,
    )


def test_fewer_rows_than_asked_for_are_told() -> None:
    verdict = AtMost(mae, 9.0, min_rows=101).judge(EVALUATION, FOUND)
    assert verdict == Verdict.undecided("AtMost(mae)", "mae must have 101 rows. Got 100")


@pytest.mark.parametrize(("kept", "told"), [(None, 0), (99, 99)], ids=["no slice", "fewer"])
def test_fewer_rows_than_a_bound_needs_are_told(kept: int | None, told: int) -> None:
    measure = Measure(metric="mae", slice="north", rows=100, candidate=5.0, baseline=None)
    found = FOUND if kept is None else replace(FOUND, slices={"north": np.arange(kept)})
    gate = AtMost(mae, 9.0, confidence=0.95, slice="north", min_rows=100)
    verdict = gate.judge(replace(EVALUATION, measures=(measure,)), found)
    assert verdict == Verdict.undecided(gate.name, f"mae of north must have 100 rows for a bound. Got {told}")


def test_just_as_many_rows_as_a_bound_needs_are_enough() -> None:
    verdict = AtMost(mae, 9.0, confidence=0.95, min_rows=100).judge(EVALUATION, FOUND)
    assert verdict.outcome is Outcome.PASS
    assert " 95 %" in verdict.reason
    assert verdict.reason.endswith(" is at most 9.0")


def test_a_limit_on_a_bound_needs_the_column_of_the_groups_that_are_resampled_whole() -> None:
    method = Bootstrap(groups="shop")
    for gate in (AtLeast(mae, 1.0, confidence=0.9, method=method), AtMost(mae, 9.0, confidence=0.9, method=method)):
        assert gate.needs == (mae, Column(name="shop"))
    assert AtLeast(mae, 1.0, confidence=0.9, method=Bootstrap()).needs == (mae,)
