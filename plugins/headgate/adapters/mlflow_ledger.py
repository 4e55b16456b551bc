"""Everything that MLflow holds about one model: the runs and logged models of its experiment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import LoggedModel, Run, ViewType
from mlflow.exceptions import MlflowException

from headgate.adapters.mlflow_client import MlflowServer, is_missing
from headgate.core.ledger import ModelRecord, RunRecord

RUNS_PAGE = 1000
MODELS_PAGE = 100


class MlflowRunLedger:
    """Ledgers of one MLflow server.

    Args:
        tracking_uri: The server's address, http or https.
        username: The login, if the server asks for one.
        password: The login's password.
    """

    def __init__(self, tracking_uri: str, *, username: str | None = None, password: str | None = None) -> None:
        self._server = MlflowServer(tracking_uri, username=username, password=password)

    def runs(self, model: str) -> tuple[RunRecord, ...]:
        """Return every run of the model's experiment, superseded and deleted ones too, oldest first."""
        with self._server.asked(f"list the runs of the model {model}"):
            found = [_run_record(run) for run in self._runs(self._experiment_of(model))]
        return tuple(sorted(found, key=lambda run: (run.started, run.mlflow_run)))

    def models(self, model: str) -> tuple[ModelRecord, ...]:
        """Return every logged model of the model's experiment that isn't deleted, oldest first."""
        with self._server.asked(f"list the logged models of the model {model}"):
            found = [_model_record(logged) for logged in self._models(self._experiment_of(model))]
        return tuple(sorted(found, key=lambda logged: (logged.created, logged.model_id)))

    def model_of(self, model_id: str) -> ModelRecord | None:
        """Return a logged model of whatever experiment, or `None`."""
        with self._server.asked(f"look for the logged model {model_id}"):
            try:
                return _model_record(self._client.get_logged_model(model_id))
            except MlflowException as error:
                if is_missing(error):
                    return None
                raise

    def delete_run(self, mlflow_run: str) -> None:
        """Soft-delete a run. One that `mlflow gc` has freed already is no error."""
        with self._server.asked(f"delete the run {mlflow_run}"):
            _unless_missing(lambda: self._client.delete_run(mlflow_run))

    def delete_model(self, model_id: str) -> None:
        """Soft-delete a logged model. One that was deleted or freed already is no error."""
        with self._server.asked(f"delete the logged model {model_id}"):
            _unless_missing(lambda: self._client.delete_logged_model(model_id))

    @property
    def _client(self) -> MlflowClient:
        return self._server.client

    def _experiment_of(self, model: str) -> str | None:
        """Return the id of the model's experiment, whether it was deleted or not."""
        found = self._client.get_experiment_by_name(f"headgate/{model}")
        return None if found is None else str(found.experiment_id)

    def _runs(self, experiment: str | None) -> Iterator[Run]:
        def page(token: str | None) -> Any:  # noqa: ANN401 - MLflow's list with a token
            return self._client.search_runs([str(experiment)], "", ViewType.ALL, RUNS_PAGE, page_token=token)

        return _paged(page) if experiment else iter(())

    def _models(self, experiment: str | None) -> Iterator[LoggedModel]:
        def page(token: str | None) -> Any:  # noqa: ANN401 - MLflow's list with a token
            return self._client.search_logged_models([str(experiment)], max_results=MODELS_PAGE, page_token=token)

        return _paged(page) if experiment else iter(())


def _paged(page_of: Callable[[str | None], Any]) -> Iterator[Any]:
    token: str | None = None
    while True:
        page = page_of(token)
        yield from page
        token = page.token
        if not token:
            return


def _unless_missing(work: Callable[[], None]) -> None:
    try:
        work()
    except MlflowException as error:
        if not is_missing(error):
            raise


def _run_record(run: Run) -> RunRecord:
    info = run.info
    return RunRecord(
        mlflow_run=str(info.run_id),
        experiment=str(info.experiment_id),
        status=str(info.status),
        started=_instant(info.start_time),
        ended=_instant(info.end_time) if info.end_time else None,
        deleted=info.lifecycle_stage != "active",
        tags=dict(run.data.tags),
    )


def _model_record(logged: LoggedModel) -> ModelRecord:
    return ModelRecord(
        model_id=str(logged.model_id),
        mlflow_run=str(logged.source_run_id or ""),
        status=str(logged.status),
        created=_instant(logged.creation_timestamp),
        tags=dict(logged.tags),
    )


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
