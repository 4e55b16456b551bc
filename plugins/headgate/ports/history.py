"""The history book: where simulated promotion histories are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from headgate.core.refs import TrackedRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """What is kept of a history.

    Args:
        title: Which of the model's histories it is: that of other limits or of another policy has another title.
        digest: What two equal histories have in common.
        note: A few lines of Markdown for its page in MLflow.
        metrics: Its numbers.
        artifacts: Files by their path.
    """

    title: str
    digest: str
    note: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)
    artifacts: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """Where a history is kept, and whether it was there already."""

    tracked: TrackedRun
    again: bool


class HistoryBook(Protocol):
    """Keeps one history of each model and title. No dag run's work takes it for its own."""

    def keep(self, model: str, volume: Volume) -> Shelved:
        """Keep a history beside the runs that it is made of; one of other content is superseded visibly.

        The second time changes nothing where the digest is the same.

        Raises:
            InputError: The model has no experiment.
            TransientError: MLflow can't be reached.
        """
