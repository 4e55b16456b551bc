"""Simulate the promotion history of a model from the records of its runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from headgate.core.frozen import Load, build_frozen
from headgate.core.history import TITLE, Bench, History, Judged, fold_history
from headgate.core.metrics import Metric
from headgate.core.past_runs import PastRun, past_of, with_answers
from headgate.core.policy import Policy
from headgate.core.refs import TrackedRun
from headgate.core.slices import require_slicings
from headgate.errors import InputError, TrackingError
from headgate.ports import PromotionLog, RunLedger, RunTracker
from headgate.steps.evaluate import QUESTION
from headgate.steps.history_bench import BenchPorts, HistoryBench, Terms
from headgate.steps.judge import POLICY, UNWRITABLE

Tell = Callable[[int, int], None]
"""Is told how many runs of how many are judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPorts:
    """What a history needs of the world."""

    ledger: RunLedger
    log: PromotionLog
    tracker: RunTracker
    bench: BenchPorts
    load: Load


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Which as-ofs are in a history, both inclusive; `None` for no limit."""

    start: datetime | None = None
    end: datetime | None = None


def simulate_history(
    model: str,
    *,
    ports: HistoryPorts,
    terms: Terms | None = None,
    metric: Metric | None = None,
    trusted: tuple[str, ...] = (),
    limits: Limits | None = None,
    title: str = TITLE,
    tell: Tell = lambda _done, _of: None,
) -> History:
    """Judge every candidate of the past against whom it would have met, oldest as-of first.

    What it does not do: write anything, or promote.

    Running it again: the same records give the same history, in whatever order they were made.

    Args:
        model: The registered model.
        ports: What it needs of the world.
        terms: Policy and question; those of the newest judged run when `None`.
        metric: What the policies are compared by; that of the policy's first gate when `None`.
        trusted: Types of the user's own that a model may hold, besides those of the terms.
        limits: Which as-ofs are in it.
        title: What the history is called.
        tell: Is told how far it is.

    Raises:
        InputError: There are no runs, or the newest one's policy can't be applied here.
        TransientError: The store or MLflow can't be reached.
    """
    records = ports.ledger.runs(model)
    chosen = limits or Limits()
    past = with_answers(past_of(records, start=chosen.start, end=chosen.end), ports.log.entries(model))
    if not past.runs:
        msg = f"history of {model} must have judged or refused runs. Got none{_between(chosen)}: backfill some."
        raise InputError(msg)
    asked = terms or terms_of(model, past_of(records).runs, ports)
    by = metric or metric_of(model, asked)
    bench = HistoryBench(model, terms=asked, metric=by, trusted=trusted, ports=ports.bench)
    rows = fold_history(past.runs, _Counted(bench, sum(run.refused is None for run in past.runs), tell))
    names = tuple(gate.name for gate in asked.policy.gates)
    return History(model=model, metric=by, gates=names, rows=rows, unfinished=past.unfinished, title=title)


def terms_of(model: str, runs: Sequence[PastRun], ports: HistoryPorts) -> Terms:
    """Return by what the newest judged run was judged: its policy, metrics and slices.

    Raises:
        InputError: There is none, it doesn't say, or a gate's class isn't there any more.
    """
    judged = [run for run in runs if run.refused is None]
    if not judged:
        msg = f"history of {model} must have a judged run. Got refused ones only, the last since {runs[-1].refused}"
        raise InputError(msg)
    newest = judged[-1]
    try:
        return _terms(_read(newest, POLICY, ports), _read(newest, QUESTION, ports), ports.load)
    except (InputError, TrackingError, ValueError, KeyError, TypeError) as error:
        msg = (
            f"policy of {model} must be kept with its newest judged run, of as-of {newest.day}, and come back from it. "
        )
        msg += f"Got this instead: {_said(error)}. Say by which one to judge: --pipeline include.co2.pipeline:pipeline."
        raise InputError(msg) from error


def metric_of(model: str, terms: Terms) -> Metric:
    """Return what the policies are compared by where nobody says: the metric of the first gate.

    Raises:
        InputError: None of the policy's gates asks for a metric.
    """
    if not terms.policy.metrics:
        msg = f"policy of {model} must have a gate, whose metric the policies are compared by. Got none: give --metric."
        raise InputError(msg)
    return terms.policy.metrics[0]


class _Counted:
    """A bench that tells how far it is."""

    def __init__(self, bench: Bench, of: int, tell: Tell) -> None:
        self._bench = bench
        self._of = of
        self._tell = tell
        self._done = 0

    def judge(self, run: PastRun, champion: PastRun | None) -> Judged:
        self._tell(self._done, self._of)
        self._done += 1
        return self._bench.judge(run, champion)

    def value(self, run: PastRun, model: PastRun) -> float | None:
        return self._bench.value(run, model)


def _read(run: PastRun, path: str, ports: HistoryPorts) -> Any:  # noqa: ANN401 - JSON of any shape
    tracked = TrackedRun(experiment=run.experiment, mlflow_run=run.mlflow_run)
    return json.loads(ports.tracker.read(tracked, path))


def _terms(written: Any, question: Any, load: Load) -> Terms:  # noqa: ANN401 - JSON of any shape
    if isinstance(written, dict) and UNWRITABLE in written:
        raise InputError(str(written[UNWRITABLE]))
    policy, metrics = build_frozen(written, load), build_frozen(question["metrics"], load)
    if not isinstance(policy, Policy) or not all(isinstance(one, Metric) for one in metrics):
        msg = f"what is kept must be a policy and its metrics. Got {policy!r} and {metrics!r} instead."
        raise InputError(msg)
    return Terms(
        policy=policy, metrics=metrics, slices=require_slicings("slices", build_frozen(question["slices"], load))
    )


def _said(error: Exception) -> str:
    return str(error).rstrip(".") if isinstance(error, InputError | TrackingError) else f"what can't be read ({error})"


def _between(limits: Limits) -> str:
    start = f" from {limits.start:%Y-%m-%d}" if limits.start else ""
    return start + (f" to {limits.end:%Y-%m-%d}" if limits.end else "")
