"""Addresses of MLflow's own pages. Nothing heavy is imported here: hooks and commands need it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from headgate.core.refs import TrackedRun

_TRAINING = "?workflowType=machine_learning"
"""MLflow opens its pages for generative AI otherwise, whose menu has neither runs nor models."""


class MlflowPages:
    """Addresses of MLflow's own pages.

    Args:
        url: Where a browser finds MLflow.
    """

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def run(self, tracked: TrackedRun) -> str:
        """Return the address of a run."""
        return f"{self._run(tracked)}{_TRAINING}"

    def artifact(self, tracked: TrackedRun, path: str) -> str:
        """Return the address of a run's artifact."""
        return f"{self._run(tracked)}/artifacts/{quote(path)}{_TRAINING}"

    def model(self, tracked: TrackedRun, model_id: str) -> str:
        """Return the address of a logged model."""
        return f"{self._url}/#/experiments/{tracked.experiment}/models/{model_id}{_TRAINING}"

    def version(self, model: str, version: str) -> str:
        """Return the address of a registered model's version."""
        return f"{self._url}/#/models/{quote(model)}/versions/{version}{_TRAINING}"

    def _run(self, tracked: TrackedRun) -> str:
        return f"{self._url}/#/experiments/{tracked.experiment}/runs/{tracked.mlflow_run}"
