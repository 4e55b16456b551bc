"""Serving: where a model answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from headgate.ports.rows import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a serving target answered: its version, and one prediction for each row asked."""

    version: str
    predictions: tuple[Any, ...]


class ServingTarget(Protocol):
    """Where a model answers."""

    @property
    def url(self) -> str:
        """Address that a person can open."""

    def deploy(self, model: str, version: str) -> None:
        """Return once the target serves that version; at once, if it does already.

        Raises:
            DeploymentError: The target refuses the version (and goes on serving the one it had), or serves another
                model.
            TransientError: It can't be reached, or didn't get there in time.
        """

    def ask(self, rows: Rows) -> Answer:
        """Return the target's predictions for rows of features."""
