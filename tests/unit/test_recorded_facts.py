"""A replayed history judges by the facts that its runs recorded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate import wire
from headgate.core.evaluation import Evaluation, Fact
from headgate.core.gate_wear import HoldoutWear
from headgate.core.gates import AtMost
from headgate.core.metrics import mae
from headgate.core.policy import Policy
from headgate.errors import TransientError
from headgate.steps.evidence import EVALUATION, recorded_facts
from headgate.steps.history_bench import Terms
from headgate.testing.fake_tracking import FakeRunTracker
from tests.unit.past import past_run
from tests.unit.pasts import Past

WEAR = Fact(name="wear", unit="decisions", candidate=3.0)
TERMS = Terms(policy=Policy(gates=(AtMost(mae, 100.0), HoldoutWear(at_most=3))), metrics=(mae,))


def record(past: Past, month: int, *facts: Fact) -> None:
    """Let the run of a month have gathered facts."""
    found = [run for run in past.tracker.runs.values() if f"|2024-0{5 + month}" in run.key]
    evaluation = wire.parse(Evaluation, found[0].artifacts[EVALUATION].decode())
    found[0].artifacts[EVALUATION] = wire.text(replace(evaluation, facts=facts)).encode()


@pytest.fixture(scope="module")
def past() -> Past:
    past = Past()
    past.replay(0, 1, 2)
    record(past, 0, WEAR)
    record(past, 1, replace(WEAR, candidate=4.0))
    return past


def test_a_run_of_the_past_is_judged_by_its_own_facts(past: Past) -> None:
    verdicts = [row.judged.judgement for row in past.history(terms=TERMS).rows]
    assert [verdict.outcome for verdict in verdicts] == ["PASS", "UNDECIDED", "UNDECIDED"]
    assert "have decided 4 times before" in verdicts[1].reason
    assert verdicts[2].verdicts[1].reason.startswith("wear")


def test_a_run_that_recorded_nothing_readable_has_no_facts() -> None:
    past = Past()
    past.replay(0)
    (mlflow_run, kept), *_ = past.tracker.runs.items()
    run = replace(past_run(0), mlflow_run=mlflow_run)
    assert recorded_facts(run, past.tracker) == ()
    record(past, 0, WEAR)
    assert recorded_facts(run, past.tracker) == (WEAR,)
    for content in (b"\xff", b"[]", b'{"measures": 1}'):
        kept.artifacts[EVALUATION] = content
        assert recorded_facts(run, past.tracker) == ()
    del kept.artifacts[EVALUATION]
    assert recorded_facts(run, past.tracker) == ()


def test_an_outage_is_not_taken_for_a_run_without_facts() -> None:
    class Unreachable(FakeRunTracker):
        def read(self, *_: object) -> bytes:
            msg = "MLflow must answer. Got nothing."
            raise TransientError(msg)

    with pytest.raises(TransientError):
        recorded_facts(past_run(0), Unreachable())


def test_a_policy_that_needs_no_facts_reads_none(past: Past) -> None:
    read: list[str] = []

    class Watched(FakeRunTracker):
        def read(self, tracked: object, path: str) -> bytes:
            read.append(path)
            return b""

    ports = past.ports()
    watched = replace(ports, bench=replace(ports.bench, tracker=Watched()))
    past.ports = lambda: watched  # type: ignore[method-assign]  # the one port that is watched
    for policy, paths in ((Policy(gates=(AtMost(mae, 100.0),)), []), (TERMS.policy, [EVALUATION] * 3)):
        past.history(terms=replace(TERMS, policy=policy))
        assert read == paths
