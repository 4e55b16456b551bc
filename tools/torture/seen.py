"""What MLflow holds of the torture's model, read with MLflow's own client only: nothing of Headgate is trusted here."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from mlflow import MlflowClient
from mlflow.entities import LoggedModel, Run, ViewType
from mlflow.entities.model_registry import ModelVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Everything at one moment.

    Args:
        runs: The runs of the experiment, deleted ones too.
        models: The logged models that are there.
        versions: The versions of the registered model, oldest first.
        aliases: Version by alias.
    """

    runs: tuple[Run, ...]
    models: tuple[LoggedModel, ...]
    versions: tuple[ModelVersion, ...]
    aliases: dict[str, int]

    def live(self) -> dict[str, list[Run]]:
        """Return the runs whose place nothing took, by their key."""
        found: dict[str, list[Run]] = defaultdict(list)
        for run in self.runs:
            if is_there(run) and "headgate.superseded_by" not in run.data.tags:
                found[run.data.tags.get("headgate.key", f"run {run.info.run_id} without a key")].append(run)
        return found

    def promoted(self) -> set[str]:
        """Return the ids of the logged models that a version stands for."""
        return {model_of(version) for version in self.versions}

    def champions(self) -> list[ModelVersion]:
        """Return the versions that won: whose promoter saw the one right before."""
        return [version for version in self.versions if int(version.version) == _expected_head(version) + 1]


def see(client: MlflowClient, model: str) -> Seen:
    """Read everything about a model."""
    experiment = client.get_experiment_by_name(f"headgate/{model}")
    if experiment is None:
        return Seen(runs=(), models=(), versions=(), aliases={})
    versions = client.search_model_versions(f"name = '{model}'", max_results=1000)
    aliases = client.get_registered_model(model).aliases if versions else {}
    return Seen(
        runs=tuple(client.search_runs([experiment.experiment_id], run_view_type=ViewType.ALL, max_results=5000)),
        models=tuple(_all_models(client, experiment.experiment_id)),
        versions=tuple(sorted(versions, key=lambda version: int(version.version))),
        aliases={alias: int(version) for alias, version in aliases.items()},
    )


def is_there(run: Run) -> bool:
    """Return whether nobody deleted the run."""
    return bool(run.info.lifecycle_stage == "active")


def model_of(version: ModelVersion) -> str:
    """Return the id of the logged model that a version stands for."""
    return str(version.source).removeprefix("models:/")


def as_of(version: ModelVersion) -> datetime:
    """Return the as-of of a promotion."""
    return datetime.fromisoformat(version.tags["headgate.as_of"])


def _expected_head(version: ModelVersion) -> int:
    return int(version.tags.get("headgate.expected_head", -1))


def _all_models(client: MlflowClient, experiment: str) -> list[LoggedModel]:
    found: list[LoggedModel] = []
    token: str | None = None
    while True:
        page = client.search_logged_models([experiment], page_token=token)
        found += page
        token = page.token
        if not token:
            return found
