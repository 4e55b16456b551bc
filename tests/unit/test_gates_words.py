"""What a limit says: the value, what it was held against, and on which side it is."""

from __future__ import annotations

import pytest

from headgate.core.gates import AtLeast, AtMost
from headgate.core.metrics import mae, r2
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
