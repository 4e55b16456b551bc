"""Score and judge the models of the past on the holdouts of the past."""

from __future__ import annotations

from dataclasses import dataclass, replace

from headgate.core.evaluation import OVERALL, Evaluation
from headgate.core.evidence import fact_needs
from headgate.core.history import Judged
from headgate.core.metrics import Metric
from headgate.core.past_runs import PastRun
from headgate.core.policy import Policy
from headgate.core.slices import Slicing
from headgate.core.snapshots import manifest_path
from headgate.core.verdict import Judgement, Outcome
from headgate.core.windows import Window
from headgate.errors import PermanentError
from headgate.ports import (
    LoadedModel,
    PredictionReader,
    Question,
    Rows,
    RowsTable,
    RunTracker,
    Scored,
    Scorer,
    SnapshotStore,
    question_of,
)
from headgate.steps.evidence import recorded_facts
from headgate.steps.models import ModelShelf
from headgate.steps.reading import holdout_rows, manifest_at

KEPT = 6
"""Models that a history needs at one as-of (the candidate, and whom each policy has serving), and the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """By what candidates are judged.

    Args:
        policy: The gates.
        metrics: What is measured.
        slices: What makes slices.
        trusted: Types of the user's own that a model may hold.
    """

    policy: Policy
    metrics: tuple[Metric, ...]
    slices: tuple[Slicing, ...] = ()
    trusted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchPorts:
    """What a bench needs of the world; the shelf should keep `KEPT` models."""

    store: SnapshotStore
    table: RowsTable
    models: ModelShelf
    scorer: Scorer
    reader: PredictionReader
    tracker: RunTracker


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holdout:
    """The rows that a candidate was judged on, and what is asked of them."""

    window: Window
    rows: Rows
    question: Question


class HistoryBench:
    """`Bench` over the snapshot store and the logged models of one model.

    It holds the rows of one holdout at a time, and asks no model the same thing twice.

    Args:
        model: The registered model.
        terms: By what is judged.
        metric: What the policies are compared by.
        trusted: Further types that a model may hold.
        ports: What it needs of the world.
    """

    def __init__(
        self, model: str, *, terms: Terms, metric: Metric, trusted: tuple[str, ...] = (), ports: BenchPorts
    ) -> None:
        self._model = model
        self._policy = terms.policy
        self._metrics = (*terms.metrics, metric)
        self._slices = terms.slices
        self._trusted = tuple(dict.fromkeys((*terms.trusted, *trusted)))
        self._metric = metric
        self._ports = ports
        self._held: dict[str, _Holdout | str] = {}
        self._values: dict[tuple[str, str], float | None] = {}
        self._gone: dict[str, str] = {}

    def judge(self, run: PastRun, champion: PastRun | None) -> Judged:
        """Return the judgement on a run's candidate, against that champion, on the run's holdout.

        What the run measured besides predictions is taken as it was recorded (see `recorded_facts`).

        Raises:
            TransientError: The store or MLflow can't be reached: that says nothing about the candidate.
        """
        held = self._holdout_of(run)
        if isinstance(held, str):
            return _undecided(held)
        candidate = self._load(run)
        if isinstance(candidate, str):
            return _undecided(candidate, held.window)
        baseline = None if champion is None else self._load(champion)
        theirs = None if isinstance(baseline, str) else baseline
        try:
            scored = self._ports.scorer.score(candidate, theirs, held.rows, held.question)
        except PermanentError as error:
            return _undecided(str(error), held.window)
        refusal = baseline if isinstance(baseline, str) else scored.baseline_error
        return self._judged(run, champion, scored, refusal, held.window)

    def value(self, run: PastRun, model: PastRun) -> float | None:
        """Return the metric of another run's candidate on a run's holdout; `None` where it can't be measured."""
        asked = (run.mlflow_run, model.mlflow_run)
        if asked not in self._values:
            self._values[asked] = self._measured(run, model)
        return self._values[asked]

    def _judged(
        self, run: PastRun, champion: PastRun | None, scored: Scored, refusal: str | None, holdout: Window
    ) -> Judged:
        evaluation = Evaluation(
            candidate=str(run.model_id),
            baseline=f"{champion.day} (simulated)" if champion else None,
            baseline_error=refusal,
            measures=scored.measures,
            facts=recorded_facts(run, self._ports.tracker) if fact_needs(self._policy.needs) else (),
        )
        measure = evaluation.measure_of(self._metric.name, OVERALL)
        value = measure.candidate if measure else None
        self._values[run.mlflow_run, run.mlflow_run] = value
        if champion is not None:
            self._values[run.mlflow_run, champion.mlflow_run] = measure.baseline if measure else None
        predictions = self._ports.reader.read(scored.predictions)
        return Judged(judgement=self._policy.judge(evaluation, predictions), value=value, holdout=holdout)

    def _measured(self, run: PastRun, model: PastRun) -> float | None:
        held = self._holdout_of(run)
        loaded = None if isinstance(held, str) else self._load(model)
        if isinstance(held, str) or loaded is None or isinstance(loaded, str):
            return None
        question = replace(held.question, metrics=(self._metric,), slices=(), columns=())
        try:
            scored = self._ports.scorer.score(loaded, None, held.rows, question)
        except PermanentError:
            return None
        return scored.measures[0].candidate

    def _holdout_of(self, run: PastRun) -> _Holdout | str:
        """Return a run's holdout, or why it isn't there any more."""
        if run.mlflow_run not in self._held:
            try:
                self._held = {run.mlflow_run: self._read(run)}
            except PermanentError as error:
                self._held = {run.mlflow_run: f"its holdout can't be read any more: {error}"}
        return self._held[run.mlflow_run]

    def _read(self, run: PastRun) -> _Holdout:
        store = self._ports.store
        manifest = manifest_at(store, manifest_path(self._model, run.as_of, run.snapshot))
        rows = self._ports.table.join(tuple(holdout_rows(store, manifest).parts()))
        question = question_of(
            self._policy,
            metrics=self._metrics,
            slices=self._slices,
            label=manifest.label,
            event_time=manifest.event_time,
        )
        return _Holdout(window=manifest.windows.holdout, rows=rows, question=question)

    def _load(self, run: PastRun) -> LoadedModel | str:
        """Return a run's candidate, or why it can't be loaded any more."""
        model_id = str(run.model_id)
        if model_id not in self._gone:
            try:
                return self._ports.models.load(model_id, self._trusted)
            except PermanentError as error:
                self._gone[model_id] = f"the candidate of {run.day} can't be loaded any more: {error}"
        return self._gone[model_id]


def _undecided(reason: str, holdout: Window | None = None) -> Judged:
    return Judged(judgement=Judgement(outcome=Outcome.UNDECIDED, reason=reason, verdicts=()), holdout=holdout)
