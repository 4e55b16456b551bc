"""MLflow's runs and logged models in memory."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from headgate.core.evaluation import OVERALL, Measure
from headgate.core.refs import RunRef, SnapshotRef, TrackedRun
from headgate.errors import InputError, TrackingError, TransientError
from headgate.ports import Evidence, Fitted
from headgate.testing.fake_log import FakePromotionLog


@dataclass(slots=True, kw_only=True)
class FakeRun:
    """A run in memory.

    Attributes:
        key: The key it is about.
        snapshot: The snapshot it is about.
        fit_began: Tags from before the fit; `None` while no fit has begun.
        fit_of: The dag run whose fit it is.
        superseded_by: The run that took its place.
    """

    key: str
    snapshot: str
    tags: dict[str, str] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    artifacts: dict[str, bytes] = field(default_factory=dict)
    status: str = "RUNNING"
    fit_began: Mapping[str, str] | None = None
    fit_of: str = ""
    superseded_by: str | None = None
    deleted: bool = False

    @property
    def is_live(self) -> bool:
        """Whether nothing took its place."""
        return self.superseded_by is None and not self.deleted


class FakeRunTracker:
    """Runs and logged models in memory; they pass `RunTrackerConformance`.

    Args:
        log: The promotion log that says which models were promoted, and must stay.

    Attributes:
        runs: Every run by its id, superseded ones too.
        models: Every logged model that is still there, by its id: the run it came from, and the fitted estimator.
        owners: The Dag that each model name belongs to.
    """

    def __init__(self, log: FakePromotionLog | None = None) -> None:
        self.runs: dict[str, FakeRun] = {}
        self.models: dict[str, tuple[str, Fitted]] = {}
        self.owners: dict[str, str] = {}
        self._log = log or FakePromotionLog()
        self._count = 0

    def open(self, run: RunRef, snapshot: str) -> TrackedRun:
        """Return the one live run of the key that is about that snapshot, or make it."""
        owner = self.owners.setdefault(run.model, run.dag_id)
        if owner != run.dag_id:
            msg = f"model {run.model!r} belongs to Dag {owner!r}. Got Dag {run.dag_id!r} instead."
            raise InputError(msg)
        live = self.live(run.key)
        kept = next((one for one in live if self.runs[one].snapshot == snapshot), None) or self._create(run, snapshot)
        found = self.runs[kept]
        found.tags.update(_tags(run))
        found.tags.pop("headgate.reason", None)
        found.status = "RUNNING"
        self._supersede(live, kept)
        return TrackedRun(experiment=run.model, mlflow_run=kept)

    def current(self, tracked: TrackedRun) -> TrackedRun | None:
        """Return the run itself while it is live, else the live one of its key about the same snapshot."""
        found = self.runs[tracked.mlflow_run]
        about = [one for one in self.live(found.key) if self.runs[one].snapshot == found.snapshot]
        kept = tracked.mlflow_run if found.is_live else min(about, key=self._precedence, default=None)
        return TrackedRun(experiment=tracked.experiment, mlflow_run=kept) if kept else None

    def candidate_of(self, tracked: TrackedRun, fingerprint: str) -> str | None:
        """Return the id of the finished candidate of that fingerprint."""
        found = self.runs[tracked.mlflow_run]
        model_id = found.tags.get("headgate.candidate")
        is_same = found.tags.get("headgate.fingerprint") == fingerprint
        return model_id if is_same and not found.deleted and model_id in self.models else None

    def begin_fit(self, run: RunRef, tracked: TrackedRun) -> TrackedRun:
        """Return a run that no fit has written to."""
        found = self.runs[tracked.mlflow_run]
        if found.is_live and found.fit_began is None:
            found.fit_began, found.fit_of = dict(found.tags), run.dag_run_id
            return tracked
        before = found.tags if found.fit_began is None else found.fit_began
        fresh = self._create(run, found.snapshot)
        new = self.runs[fresh]
        new.tags = {**before, **_tags(run)}
        new.fit_began, new.fit_of = dict(before), run.dag_run_id
        new.artifacts = {path: data for path, data in found.artifacts.items() if path.startswith("validation/")}
        self._supersede([one for one in self.live(run.key) if not self._is_fitted_by_another(one, run)], fresh)
        return TrackedRun(experiment=tracked.experiment, mlflow_run=fresh)

    def log_candidate(
        self,
        tracked: TrackedRun,
        fitted: Fitted,
        snapshot: SnapshotRef,  # noqa: ARG002 - the port's
        evidence: Evidence,
        *,
        name: str,  # noqa: ARG002 - the port's
    ) -> str:
        """Keep the model, then the evidence."""
        model_id = f"m-{self._next()}"
        self.models[model_id] = (tracked.mlflow_run, fitted)
        self.record(tracked, evidence)
        self.runs[tracked.mlflow_run].tags["headgate.candidate"] = model_id
        return model_id

    def keep_only(self, run: RunRef, tracked: TrackedRun, model_id: str) -> None:
        """Supersede every other run of the key, and drop every other model of it that nobody promoted."""
        live, own = self.live(run.key), self.runs[tracked.mlflow_run]
        same = [one for one in live if "headgate.candidate" in self.runs[one].tags and _is_same(self.runs[one], own)]
        if not own.is_live or (same and same[0] != tracked.mlflow_run):
            raise _superseded(tracked)
        self._supersede(live, tracked.mlflow_run)
        others = [
            one
            for one, (source, _) in self.models.items()
            if self.runs[source].key == run.key and one != model_id and not self._log.holds(one)
        ]
        for one in others:
            del self.models[one]

    def record(self, tracked: TrackedRun, evidence: Evidence) -> None:
        """Keep a step's evidence."""
        found = self.runs[tracked.mlflow_run]
        if found.deleted:
            raise _superseded(tracked)
        changed = [name for name, value in evidence.params.items() if found.params.get(name, value) != value]
        if changed:
            msg = f"params of a run must stay as they are. Got other values of {', '.join(changed)} instead."
            raise TrackingError(msg)
        found.params.update(evidence.params)
        found.tags.update(evidence.tags)
        found.metrics.update(_finite([*evidence.metrics.items(), *_measured(evidence.measures)]))
        found.artifacts.update(evidence.artifacts)

    def close(self, tracked: TrackedRun, *, failed: str | None = None) -> None:
        """Mark the run finished, or failed with its reason."""
        found = self.runs[tracked.mlflow_run]
        found.status = "FINISHED" if failed is None else "FAILED"
        found.tags.pop("headgate.reason", None)
        if failed is not None:
            found.tags["headgate.reason"] = failed

    def read(self, tracked: TrackedRun, path: str) -> bytes:
        """Return an artifact of the run."""
        try:
            return self.runs[tracked.mlflow_run].artifacts[path]
        except KeyError as error:
            msg = f"artifact {path} must be in the run {tracked.mlflow_run}. Got none."
            raise TrackingError(msg) from error

    def fetch_model(self, model_id: str, folder: Path) -> Path:
        """Make a folder that bears the model's id; `models` has the estimator itself."""
        if model_id not in self.models:
            msg = f"model {model_id} must be whole in MLflow. Got none that is."
            raise TrackingError(msg)
        place = folder / model_id
        place.mkdir(parents=True, exist_ok=True)
        (place / "MLmodel").write_text(f"model_id: {model_id}\n")
        return place

    def live(self, key: str) -> list[str]:
        """Return the ids of the live runs of a key, oldest first."""
        return [mlflow_run for mlflow_run, run in self.runs.items() if run.key == key and run.is_live]

    def _is_fitted_by_another(self, mlflow_run: str, run: RunRef) -> bool:
        found = self.runs[mlflow_run]
        is_open = found.status == "RUNNING" and "headgate.candidate" not in found.tags
        return is_open and found.fit_began is not None and found.fit_of != run.dag_run_id

    def _precedence(self, mlflow_run: str) -> bool:
        return "headgate.candidate" not in self.runs[mlflow_run].tags

    def _create(self, run: RunRef, snapshot: str) -> str:
        mlflow_run = f"run-{self._next()}"
        self.runs[mlflow_run] = FakeRun(key=run.key, snapshot=snapshot, tags={"headgate.snapshot": snapshot})
        return mlflow_run

    def _supersede(self, live: list[str], kept: str) -> None:
        for mlflow_run in live:
            if mlflow_run == kept:
                continue
            old = self.runs[mlflow_run]
            models = [one for one, (source, _) in self.models.items() if source == mlflow_run]
            old.superseded_by = kept
            old.deleted = not any(self._log.holds(model) for model in models)
            for model in models if old.deleted else ():
                del self.models[model]

    def _next(self) -> int:
        self._count += 1
        return self._count


def _is_same(one: FakeRun, other: FakeRun) -> bool:
    return one.tags.get("headgate.fingerprint") == other.tags.get("headgate.fingerprint")


def _superseded(tracked: TrackedRun) -> TransientError:
    return TransientError(f"run {tracked.mlflow_run} must stay live while it is written to. Got a superseded one.")


def _tags(run: RunRef) -> dict[str, str]:
    return {
        "headgate.key": run.key,
        "headgate.dag_id": run.dag_id,
        "headgate.dag_run_id": run.dag_run_id,
        "headgate.run_type": run.run_type,
        "headgate.model": run.model,
        "headgate.as_of": run.as_of.instant.isoformat(),
    }


def _measured(measures: Iterable[Measure]) -> list[tuple[str, float | None]]:
    named = []
    for measure in measures:
        name = measure.metric if measure.slice == OVERALL else f"{measure.metric}/{measure.slice.replace('=', ':', 1)}"
        named += [(name, measure.candidate), (f"baseline_{name}", measure.baseline)]
    return named


def _finite(values: Iterable[tuple[str, float | None]]) -> dict[str, float]:
    return {name: value for name, value in values if value is not None and math.isfinite(value)}
