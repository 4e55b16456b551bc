"""What an audit looks at, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from headgate.core.journal import LastSeen
from headgate.core.ledger import ModelRecord, RunRecord
from headgate.core.projection import Projection
from headgate.core.promotion import LogEntry

PRUNED = "pruned"
"""Tag of a version whose logged model, run and snapshot may be gone, by the rule of `headgate prune`: which rule."""


class Kind(StrEnum):
    """What is irregular."""

    DUPLICATE = "duplicate"
    LOST = "lost"
    HALF_WRITTEN = "half-written"
    ALIAS = "alias"
    FOREIGN = "foreign"
    VOID = "void"


class Gravity(StrEnum):
    """Whether somebody should do something about it."""

    WRONG = "wrong"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Irregularity:
    """One thing that isn't as it should be.

    Args:
        kind: What is irregular.
        gravity: Whether somebody should do something about it.
        about: What it is about: a key, an MLflow run, a logged model, a version, an alias.
        said: What should be and what is so, for a person.
        remedy: What to do: a click, or a command. Empty where there is nothing to do.
    """

    kind: Kind
    gravity: Gravity
    about: str
    said: str
    remedy: str = ""

    @classmethod
    def wrong(cls, kind: Kind, about: str, *, said: str, remedy: str) -> Self:
        """Return what somebody should do something about."""
        return cls(kind=kind, gravity=Gravity.WRONG, about=about, said=said, remedy=remedy)

    @classmethod
    def note(cls, kind: Kind, about: str, *, said: str, remedy: str = "") -> Self:
        """Return what somebody should know."""
        return cls(kind=kind, gravity=Gravity.NOTE, about=about, said=said, remedy=remedy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Everything that is known of one model, read at about the same moment.

    Args:
        model: Name of the registered model.
        runs: The runs of its experiment.
        models: The logged models of its experiment.
        elsewhere: Logged models of other experiments that versions stand for.
        entries: The promotion log.
        projection: The registry's own words; `None` when the model isn't registered.
        seen: The last promotion that the store remembers.
        manifests: Paths of the model's manifests in the store; `None` when nobody looked there.
    """

    model: str
    runs: tuple[RunRecord, ...] = ()
    models: tuple[ModelRecord, ...] = ()
    elsewhere: tuple[ModelRecord, ...] = ()
    entries: tuple[LogEntry, ...] = ()
    projection: Projection | None = None
    seen: LastSeen | None = None
    manifests: frozenset[str] | None = field(default=None)

    def statuses(self) -> dict[str, str]:
        """Return the status of each logged model that there is, by its id."""
        return {logged.model_id: logged.status for logged in (*self.models, *self.elsewhere)}

    def promoted(self) -> frozenset[str]:
        """Return the ids of the logged models that any version stands for, effective or not."""
        return frozenset(entry.entry.model_id for entry in self.entries)

    def evidence(self) -> frozenset[str]:
        """Return the ids of the runs whose logged models any version stands for."""
        promoted = self.promoted()
        named = {entry.tag_of("mlflow_run") for entry in self.entries}
        logged = {logged.mlflow_run for logged in self.models if logged.model_id in promoted}
        return frozenset({run for run in named if run} | logged)
