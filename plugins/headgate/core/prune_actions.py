"""What a prune does, as data: it is explained or applied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkVersion:
    """Write on a version that what it stands for may be gone. No version is ever deleted: the log is append-only."""

    version: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRun:
    """Soft-delete an MLflow run."""

    mlflow_run: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteModel:
    """Soft-delete a logged model."""

    model_id: str
    why: str


class FileKind(StrEnum):
    """What a file of the store is."""

    MANIFEST = "manifest"
    SKETCH = "sketch"
    PART = "part"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteFile:
    """Delete a file of the store, unless somebody wrote it anew.

    Args:
        path: Where it lies.
        kind: What it is.
        size: Its bytes.
        written: When it was written, as far as was known when this was planned.
        why: Why it goes.
    """

    path: str
    kind: FileKind
    size: int
    written: datetime | None
    why: str


Action = MarkVersion | DeleteRun | DeleteModel | DeleteFile


@dataclass(frozen=True, slots=True, kw_only=True)
class PrunePlan:
    """What goes, in the order in which it goes: a kill in between leaves nothing that points to what is gone.

    Args:
        model: Name of the registered model.
        actions: What is to be done; nothing when all may stay.
        notes: What a person should know besides.
        manifests: Paths of all manifests that were known: what others name was not looked at.
    """

    model: str
    actions: tuple[Action, ...]
    notes: tuple[str, ...] = ()
    manifests: frozenset[str] = frozenset()

    @property
    def runs(self) -> int:
        """How many MLflow runs go."""
        return sum(isinstance(action, DeleteRun) for action in self.actions)

    @property
    def models(self) -> int:
        """How many logged models go."""
        return sum(isinstance(action, DeleteModel) for action in self.actions)

    @property
    def versions(self) -> int:
        """How many versions are marked."""
        return sum(isinstance(action, MarkVersion) for action in self.actions)

    def files(self, kind: FileKind) -> int:
        """Return how many files of a kind go."""
        return sum(isinstance(action, DeleteFile) and action.kind is kind for action in self.actions)

    @property
    def size(self) -> int:
        """The bytes that the store gets back."""
        return sum(action.size for action in self.actions if isinstance(action, DeleteFile))
