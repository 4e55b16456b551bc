"""The ledger: everything that the tracking server holds about one model."""

from __future__ import annotations

from typing import Protocol

from headgate.core.ledger import ModelRecord, RunRecord


class RunLedger(Protocol):
    """MLflow's runs and logged models of one registered model, to be looked through and tidied."""

    def runs(self, model: str) -> tuple[RunRecord, ...]:
        """Return every run of the model's experiment, superseded and deleted ones too, oldest first.

        None when the model has no experiment.
        """

    def models(self, model: str) -> tuple[ModelRecord, ...]:
        """Return every logged model of the model's experiment that isn't deleted, oldest first."""

    def model_of(self, model_id: str) -> ModelRecord | None:
        """Return a logged model of whatever experiment, or `None` where there is none of that id, or a deleted one."""

    def delete_run(self, mlflow_run: str) -> None:
        """Soft-delete a run, which `mlflow gc` frees later. The second time changes nothing."""

    def delete_model(self, model_id: str) -> None:
        """Soft-delete a logged model. The second time changes nothing."""
