"""A serving target and a source of champions, in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from headgate.errors import DeploymentError, TransientError
from headgate.ports import Answer, Rows

Predict = Callable[[Rows], tuple[Any, ...]]


class FakeServingTarget:
    """`ServingTarget` that serves one model's versions; passes `ServingTargetConformance`.

    Args:
        model: The model it serves.
        versions: What each version predicts; one that isn't here is refused.

    Attributes:
        serving: The version that answers now.
    """

    def __init__(self, model: str, versions: Mapping[str, Predict]) -> None:
        self.model = model
        self.versions = dict(versions)
        self.serving: str | None = None

    @property
    def url(self) -> str:
        """Address that a person can open."""
        return "memory://serving"

    def deploy(self, model: str, version: str) -> None:
        """Serve the version.

        Raises:
            DeploymentError: It is another model's, or broken.
        """
        if model != self.model:
            msg = f"{self.url} must serve {model}. Got a server of {self.model!r} instead."
            raise DeploymentError(msg)
        if version not in self.versions:
            msg = f"{self.url} refuses version {version} of {model}, and goes on serving version {self.serving}."
            raise DeploymentError(msg)
        self.serving = version

    def ask(self, rows: Rows) -> Answer:
        """Return what the version predicts for the rows.

        Raises:
            TransientError: Nothing serves yet.
        """
        if self.serving is None:
            msg = f"{self.url} must serve a version before it is asked. Got none yet."
            raise TransientError(msg)
        return Answer(version=self.serving, predictions=self.versions[self.serving](rows))
