"""What a policy's judgement holds besides its outcome: every verdict, the notes, the reasons."""

from __future__ import annotations

from typing import Any

import pytest

from headgate.core.approval import Approval
from headgate.core.combining import WarnOnly, all_of
from headgate.core.gates import AtMost
from headgate.core.metrics import mae, rmse
from headgate.core.paired import NoWorseThan
from headgate.core.policy import Policy
from headgate.core.predictions import Predictions
from headgate.core.verdict import Judgement, Outcome, Verdict
from headgate.errors import InputError
from tests.unit.predicted import COLUMN, Says, compared, evaluation, first, pair, says

PAIRED = (NoWorseThan(mae), NoWorseThan(rmse))
BETTER, EQUAL, WORSE = (pair(better=by, seed=3) for by in (0.5, 0.0, -0.5))


def judged(*gates: Any, found: Predictions = BETTER, **more: Any) -> Judgement:
    baseline = None if found.baseline is None else "7"
    return Policy(gates=gates).judge(evaluation(found, mae, rmse, baseline=baseline), found, **more)


def held(judgement: Judgement) -> tuple[int, list[str]]:
    return len(judgement.verdicts), [note.split(",")[0] for note in judgement.notes]


@pytest.mark.parametrize(
    ("found", "outcome"), [(BETTER, Outcome.PASS), (EQUAL, Outcome.UNDECIDED), (WORSE, Outcome.FAIL)]
)
def test_every_judgement_holds_its_verdicts_and_what_was_corrected(found: Predictions, outcome: Outcome) -> None:
    judgement = judged(*PAIRED, found=found)
    assert judgement.outcome is outcome
    assert held(judgement) == (2, ["p-values against the candidate are corrected over 2 comparisons"])


def test_one_that_no_gate_of_the_candidate_made_holds_them_too() -> None:
    gates = [
        Says(Verdict(gate=name, outcome=Outcome.PASS, reason="so", comparison=compared(0.001, 0.9)), name, COLUMN)
        for name in ("One", "Two")
    ]
    judgement = judged(*gates)
    assert judgement.reason == "no gate judges the candidate: add AtLeast or AtMost"
    assert held(judgement) == (2, ["p-values against the candidate are corrected over 2 comparisons"])


def test_a_judgement_without_gates_holds_no_verdicts() -> None:
    assert (judged().verdicts, judged().notes) == ((), ())


def test_several_that_fail_are_told_one_after_the_other() -> None:
    judgement = judged(AtMost(mae, 1.0), AtMost(rmse, 1.0))
    assert judgement.reason == "; ".join(verdict.reason for verdict in judgement.verdicts)


def test_a_gate_that_only_warns_decides_nothing_even_where_it_does_not_answer_in_time() -> None:
    warning = WarnOnly(AtMost(rmse, 1.0))

    def ask(gate: Any, *about: Any) -> Verdict:
        return Verdict.undecided(gate.name, "too slow") if gate is warning else gate.judge(*about)

    judgement = judged(AtMost(mae, 9.0), warning, ask=ask)
    assert (judgement.outcome, judgement.reason) == (Outcome.PASS, "1 gate passed, 1 warned")
    assert judged(warning, ask=ask).reason == "no gate judges the candidate: add AtLeast or AtMost"


def test_what_judges_a_first_candidate_is_looked_for_inside_combinations() -> None:
    rows, counts = (says(Outcome.PASS, name, needs=COLUMN) for name in ("Rows", "Counts"))
    inner = all_of(NoWorseThan(mae), rows)
    judgement = judged(all_of(inner, counts), found=first(BETTER))
    assert judgement.outcome is Outcome.UNDECIDED
    assert judgement.reason.startswith("no baseline, and no gate that judges a first candidate")
    assert judged(all_of(inner, AtMost(mae, 9.0)), found=first(BETTER)).outcome is Outcome.PASS


def test_only_gates_of_the_policy_may_be_waived() -> None:
    gates = (AtMost(mae, 9.0),)
    approval = Approval(when="on_doubt", may_waive=("AtMost(mae)",))
    assert Policy(gates=gates, approval=approval).approval is approval
    with pytest.raises(InputError, match=r"must name gates of the policy: AtMost\(mae\)\. Got AtMost\(rmse\) instead"):
        Policy(gates=gates, approval=Approval(when="on_doubt", may_waive=("AtMost(rmse)",)))


@pytest.mark.parametrize("seconds", [0.001, 0.5, 1, 3600.0])
def test_a_gate_may_have_any_time_above_none(seconds: float) -> None:
    assert Policy(gate_seconds=seconds).gate_seconds == seconds
