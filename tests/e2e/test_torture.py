"""A small torture: some runs, each kind of disturbance once or twice, and nothing left that shows it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from tools.torture.plan import Blow
from tools.torture.session import Torture, torture

RUNS = 5
SEED = 4
SECONDS = 480.0
"""Long enough for a busy machine; an idle one is done in a third of it."""
ORDER = (Blow.LOSE, Blow.TASK, Blow.MLFLOW, Blow.TASK, Blow.REFUSE, Blow.LOSE, Blow.TASK, Blow.GROUP, Blow.TASK)


def in_order(chance: random.Random) -> Iterator[Blow]:
    return cycle(ORDER)


def test_whatever_is_killed_lost_or_refused_the_end_is_that_of_undisturbed_runs(tmp_path: Path) -> None:
    done = torture(runs=RUNS, seed=SEED, seconds=SECONDS, home=tmp_path, tell=lambda _: None, deck=in_order)

    assert said(done) == []
    assert done.aftermath.audit["clean"] is True
    assert done.runs >= RUNS
    assert {Blow.LOSE, Blow.TASK, Blow.MLFLOW} <= {blow for blow, times in done.driver.storm.dealt.items() if times}


def said(done: Torture) -> list[str]:
    return [f"{finding.kind}: {finding.said}" for finding in done.aftermath.findings]
