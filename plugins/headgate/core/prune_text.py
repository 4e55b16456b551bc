"""A prune in words and in plain data."""

from __future__ import annotations

from typing import assert_never

from headgate.core.headline import counted
from headgate.core.prune_actions import Action, DeleteFile, DeleteModel, DeleteRun, FileKind, MarkVersion, PrunePlan
from headgate.core.retention_rule import Retention

_UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


def prune_lines(plan: PrunePlan, rule: Retention, *, done: bool) -> tuple[str, ...]:
    """Return what goes for a person, line by line: how much, and what becomes of it.

    Args:
        plan: What goes.
        rule: By which rule.
        done: Whether it is gone by now.
    """
    if not plan.actions:
        return (f"{plan.model}: nothing is {rule}",)
    files = ("snapshot", FileKind.MANIFEST), ("part", FileKind.PART), ("draft", FileKind.DRAFT)
    store = ", ".join(counted(plan.files(kind), name, f"{name}s") for name, kind in files)
    runs, models = (
        counted(plan.runs, "MLflow run", "MLflow runs"),
        counted(plan.models, "logged model", "logged models"),
    )
    versions = counted(plan.versions, "version", "versions")
    return (
        f"{plan.model}: what is {rule} {'is gone' if done else 'would go'}",
        f"  {runs} and {models}; 'mlflow gc' frees their files",
        f"  {store}: {size_text(plan.size)}",
        f"  {versions} {'marked' if done else 'would be marked'} as pruned; none is deleted",
    )


def prune_counts(plan: PrunePlan) -> dict[str, int]:
    """Return how much goes, as plain data."""
    return {
        "runs": plan.runs,
        "models": plan.models,
        "versions_marked": plan.versions,
        "snapshots": plan.files(FileKind.MANIFEST),
        "parts": plan.files(FileKind.PART),
        "drafts": plan.files(FileKind.DRAFT),
        "bytes": plan.size,
    }


def prune_items(plan: PrunePlan) -> list[dict[str, str]]:
    """Return each thing that goes or is marked, with the reason, as plain data."""
    named = [(*_named(action), action.why) for action in plan.actions]
    return [{"what": what, "name": name, "why": why} for what, name, why in named]


def size_text(size: int) -> str:
    """Return a number of bytes for a person.

    >>> size_text(999), size_text(1_234_567)
    ('999 bytes', '1.2 MB')
    """
    return next((f"{size / unit:.1f} {name}" for unit, name in _UNITS if size >= unit), counted(size, "byte", "bytes"))


def _named(action: Action) -> tuple[str, str]:
    match action:
        case MarkVersion():
            return "version", str(action.version)
        case DeleteRun():
            return "run", action.mlflow_run
        case DeleteModel():
            return "model", action.model_id
        case DeleteFile():
            return action.kind, action.path
        case unknown:
            assert_never(unknown)
