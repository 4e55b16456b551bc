"""The ledger in memory: a view over the fake tracker."""

from __future__ import annotations

from datetime import datetime, timedelta

from headgate.core.ledger import PREFIX, ModelRecord, RunRecord
from headgate.testing.fake_log import EPOCH
from headgate.testing.fake_tracking import FakeRun, FakeRunTracker


class FakeRunLedger:
    """What a `FakeRunTracker` holds; it passes `RunLedgerConformance`.

    Each run or model is one second younger than the one before; nothing reads a clock.

    Args:
        tracker: Whose runs and models these are.
    """

    def __init__(self, tracker: FakeRunTracker) -> None:
        self._tracker = tracker

    def runs(self, model: str) -> tuple[RunRecord, ...]:
        """Return every run of the model, superseded and deleted ones too, oldest first."""
        runs = self._tracker.runs.items()
        return tuple(_run_record(mlflow_run, run, model) for mlflow_run, run in runs if _model_of(run) == model)

    def models(self, model: str) -> tuple[ModelRecord, ...]:
        """Return every logged model that is still there, oldest first."""
        found = (self.model_of(model_id) for model_id in self._tracker.models)
        return tuple(one for one in found if one and _model_of(self._tracker.runs[one.mlflow_run]) == model)

    def model_of(self, model_id: str) -> ModelRecord | None:
        """Return a logged model of whatever model, or `None`."""
        if model_id not in self._tracker.models:
            return None
        source, _ = self._tracker.models[model_id]
        return _model_record(model_id, source, self._tracker.runs[source])

    def delete_run(self, mlflow_run: str) -> None:
        """Delete a run; one that isn't there is no error."""
        if mlflow_run in self._tracker.runs:
            self._tracker.runs[mlflow_run].deleted = True

    def delete_model(self, model_id: str) -> None:
        """Delete a logged model; one that isn't there is no error."""
        self._tracker.models.pop(model_id, None)


def _model_of(run: FakeRun) -> str:
    return run.key.rpartition("|")[2]


def _run_record(mlflow_run: str, run: FakeRun, model: str) -> RunRecord:
    fit = None if run.fit_began is None else "[]"
    told = {f"{PREFIX}superseded_by": run.superseded_by, f"{PREFIX}fit": fit}
    started = _at(mlflow_run)
    return RunRecord(
        mlflow_run=mlflow_run,
        experiment=model,
        status=run.status,
        started=started,
        ended=None if run.status == "RUNNING" else started,
        deleted=run.deleted,
        tags={**run.tags, **{name: value for name, value in told.items() if value is not None}},
    )


def _model_record(model_id: str, source: str, run: FakeRun) -> ModelRecord:
    tags = {f"{PREFIX}key": run.key, f"{PREFIX}snapshot": run.snapshot}
    return ModelRecord(model_id=model_id, mlflow_run=source, status="READY", created=_at(model_id), tags=tags)


def _at(name: str) -> datetime:
    return EPOCH + timedelta(seconds=int(name.rpartition("-")[2]))
