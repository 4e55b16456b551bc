"""Asking a gate, whoever wrote it: whatever goes wrong with it is UNDECIDED."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.core.evaluation import Evaluation
from headgate.core.predictions import Predictions
from headgate.core.verdict import Bounded, Comparison, Outcome, Verdict

if TYPE_CHECKING:
    from headgate.core.gates import Gate

Ask = Callable[["Gate", Evaluation, Predictions], Verdict]
"""Asks a gate; never raises."""


def asked(gate: Gate, evaluation: Evaluation, predictions: Predictions) -> Verdict:
    """Return a gate's verdict; UNDECIDED where it raises, or answers something else."""
    try:
        answer: object = gate.judge(evaluation, predictions)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a gate of the user's own may raise anything
        why = " ".join(str(error).split())
        return Verdict.undecided(gate.name, f"{gate.name} broke: {type(error).__name__}: {why}")
    if not isinstance(answer, Verdict):
        return Verdict.undecided(gate.name, f"{gate.name} must answer with a Verdict. Got {answer!r} instead.")
    if not _is_whole(answer):
        why = f"PASS, FAIL or UNDECIDED, and a reason. Got {answer.outcome!r} and {answer.reason!r} instead."
        return Verdict.undecided(gate.name, f"{gate.name} must answer with {why}")
    return answer if answer.gate == gate.name else replace(answer, gate=gate.name)


def _is_whole(answer: object) -> bool:
    """Whether it is a verdict throughout: what isn't one of the three outcomes would count as none of them."""
    if not isinstance(answer, Verdict) or not isinstance(answer.outcome, Outcome) or not isinstance(answer.reason, str):
        return False
    if not isinstance(answer.comparison, Comparison | None) or not isinstance(answer.bounded, Bounded | None):
        return False
    return all(map(_is_whole, answer.parts))
