"""Which records a simulated history is made of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.core.ledger import RunRecord
from headgate.core.past_runs import Past, past_of
from tests.unit.past import day, judged, past_run, record


def test_live_judged_runs_with_a_candidate_are_the_past() -> None:
    past = past_of([judged(1), judged(0)])
    assert past.runs == (
        replace(past_run(0), mlflow_run="run 0", snapshot="s0", fingerprint="f0"),
        replace(past_run(1), mlflow_run="run 1", snapshot="s1", fingerprint="f1"),
    )
    assert past.unfinished == ()


@pytest.mark.parametrize(
    "gone",
    [
        replace(judged(0), deleted=True),
        judged(0, superseded_by="run 1"),
        replace(judged(0), tags={"headgate.history": "all"}),
        replace(judged(0), tags={"headgate.key": "dag|0|model"}),
    ],
    ids=["deleted", "superseded", "of no dag run", "without an as-of"],
)
def test_what_took_no_part_is_not_in_it(gone: RunRecord) -> None:
    assert past_of([gone]) == Past(runs=(), unfinished=())


def test_a_failed_run_is_refused_with_its_reason() -> None:
    (run,) = past_of([record(0, "FAILED", reason="the data was refused")]).runs
    assert (run.refused, run.model_id) == ("the data was refused", None)
    (silent,) = past_of([record(0, "FAILED")]).runs
    assert silent.refused == "the run failed and doesn't say why"
    (with_candidate,) = past_of([replace(judged(0, reason="it broke"), status="FAILED")]).runs
    assert (with_candidate.refused, with_candidate.model_id) == ("it broke", None)


@pytest.mark.parametrize("status", ["RUNNING", "KILLED", "FINISHED"])
def test_a_run_without_a_verdict_is_unfinished(status: str) -> None:
    past = past_of([record(0, status, candidate="m-dag-0")])
    assert (past.runs, [run.mlflow_run for run in past.unfinished]) == ((), ["run 0"])


def test_a_judged_run_counts_while_it_is_run_again() -> None:
    assert len(past_of([replace(judged(0), status="RUNNING")]).runs) == 1


def test_of_two_live_runs_of_one_key_the_judged_one_counts_then_the_later_one() -> None:
    records = [
        judged(0, name="old", started=1),
        judged(0, name="new", started=2),
        record(0, "RUNNING", name="begun", started=3),
        record(0, "FAILED", name="failed", started=4),
    ]
    for order in (records, records[::-1]):
        past = past_of(order)
        assert ([run.mlflow_run for run in past.runs], past.unfinished) == (["new"], ())


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [(None, None, [0, 1, 2]), (1, None, [1, 2]), (None, 1, [0, 1]), (1, 1, [1]), (3, None, []), (2, 1, [])],
)
def test_limits_are_as_ofs_and_inclusive(start: int | None, end: int | None, found: list[int]) -> None:
    limits = {name: None if at is None else day(at) for name, at in (("start", start), ("end", end))}
    runs = past_of([judged(number) for number in range(3)], **limits).runs
    assert [run.as_of for run in runs] == [day(number) for number in found]
