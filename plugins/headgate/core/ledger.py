"""What the tracking server holds about one model: its runs and its logged models, as plain records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

PREFIX = "headgate."


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """An MLflow run of a model's experiment, deleted ones too.

    Args:
        mlflow_run: Its id.
        experiment: Its experiment's id.
        status: MLflow's word: `RUNNING`, `FINISHED`, `FAILED`, `KILLED` or `SCHEDULED`.
        started: When it began, in UTC.
        ended: When it ended; `None` while it goes on.
        deleted: Whether it was soft-deleted.
        tags: All its tags.
    """

    mlflow_run: str
    experiment: str
    status: str
    started: datetime
    ended: datetime | None = None
    deleted: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)

    def tag_of(self, name: str) -> str | None:
        """Return one of Headgate's tags by its name without the prefix, or `None`."""
        return self.tags.get(f"{PREFIX}{name}")

    @property
    def key(self) -> str | None:
        """`dag|as-of|model`; `None` when no dag run made it."""
        return self.tag_of("key")

    @property
    def is_live(self) -> bool:
        """Whether nothing took its place."""
        return not self.deleted and self.tag_of("superseded_by") is None

    @property
    def as_of(self) -> datetime | None:
        """The as-of of its dag run; `None` where none is written down, or what can't be read."""
        try:
            return datetime.fromisoformat(self.tag_of("as_of") or "")
        except ValueError:
            return None

    @property
    def touched(self) -> datetime:
        """When it began or ended, whichever is later. One that was taken up again says nothing of when that was."""
        return max(self.started, self.ended or self.started)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRecord:
    """A logged model of a model's experiment; deleted ones are no records.

    Args:
        model_id: Its id, `m-...`.
        mlflow_run: The run that logged it.
        status: MLflow's word: `READY`, `PENDING` or `FAILED`.
        created: When it was made, in UTC.
        tags: All its tags.
    """

    model_id: str
    mlflow_run: str
    status: str
    created: datetime
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str | None:
        """`dag|as-of|model`; `None` when no dag run made it."""
        return self.tags.get(f"{PREFIX}key")

    @property
    def is_whole(self) -> bool:
        """Whether all its files are there."""
        return self.status == "READY"
