"""Prune a model: say what may go by a rule, or let it go."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from headgate.core.irregularity import PRUNED
from headgate.core.journal import forgotten
from headgate.core.prune_actions import Action, DeleteFile, DeleteModel, DeleteRun, FileKind, MarkVersion, PrunePlan
from headgate.core.retention import plan_prune
from headgate.core.retention_rule import Holdings, Retention
from headgate.core.snapshots import PartRef
from headgate.core.stored_file import StoredFile
from headgate.errors import PromotionError, SnapshotDamagedError
from headgate.ports import PromotionLog, RunLedger, SnapshotStore
from headgate.steps.audit import AuditPorts, read_records

_SNAPSHOTS, _PARTS = "snapshots", "parts"
_SHARED = frozenset({FileKind.PART, FileKind.SKETCH})
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrunePorts:
    """What a prune reads and tidies."""

    ledger: RunLedger
    log: PromotionLog
    store: SnapshotStore


def plan_of(model: str, rule: Retention, *, ports: PrunePorts, now: datetime) -> PrunePlan:
    """Return what may go of a model; see `plan_prune`.

    What it does not do: change anything.

    Raises:
        InputError: Nothing is known of that model.
        PromotionError: MLflow knows less than it did: nothing is pruned by an older backup.
        TransientError: MLflow or the store can't be reached.
    """
    records = read_records(model, AuditPorts(ledger=ports.ledger, log=ports.log, store=ports.store))
    if lost := forgotten(records.entries, records.seen):
        msg = f"{model}: {lost}. Nothing is pruned before somebody has decided: headgate adopt {model} --reason ..."
        raise PromotionError(msg)
    parts = ports.store.files(_PARTS)  # before the manifests: of what is written later nothing is listed
    named = dict(_named(ports.store, ports.store.documents(_SNAPSHOTS)))
    holdings = Holdings(
        records=records,
        snapshots=ports.store.files(f"{_SNAPSHOTS}/{model}"),
        parts=parts,
        named={path: names for path, names in named.items() if names is not None},
        unread=tuple(path for path, names in named.items() if names is None),
    )
    return plan_prune(holdings, rule, now=now)


def apply_prune(plan: PrunePlan, *, ports: PrunePorts, step: Callable[[], object] | None = None) -> tuple[str, ...]:
    """Do what was planned, and return what a person should know of it.

    MLflow deletes softly: `mlflow gc` frees the files of its runs and models. A file that was written anew since stays,
    and so do parts that a manifest names which wasn't known then.

    What it does not do: delete a version.

    Running it again: plan anew; that goes on from where a killed try ended.

    Args:
        plan: What to do.
        ports: Where.
        step: Called after each action, to show progress.

    Raises:
        TrackingError, StoreError: MLflow or the store refuses.
        TransientError: One of them can't be reached.
    """
    parts = [action for action in plan.actions if isinstance(action, DeleteFile) and action.kind in _SHARED]
    rest = [action for action in plan.actions if not isinstance(action, DeleteFile) or action.kind not in _SHARED]
    _apply_all(rest, ports.store.files(f"{_SNAPSHOTS}/{plan.model}"), plan.model, ports, step)
    named = _unforeseen(plan, ports.store).values()
    wanted = {name for names in named for name in names or ()}
    free = [part for part in parts if _digest_of(part) not in wanted] if None not in named else []
    _apply_all(free, ports.store.files(_PARTS) if free else (), plan.model, ports, step)
    return tuple(_lost(free, plan, ports.store))


def _apply_all(
    actions: Sequence[Action],
    files: Sequence[StoredFile],
    model: str,
    ports: PrunePorts,
    step: Callable[[], object] | None,
) -> None:
    """Do what was planned, but for files that somebody wrote anew."""
    written = {file.path: file.written for file in files}
    for action in actions:
        if not isinstance(action, DeleteFile) or written.get(action.path, action.written) == action.written:
            _apply(model, action, ports)
        if step:
            step()


def _lost(parts: Sequence[DeleteFile], plan: PrunePlan, store: SnapshotStore) -> Iterator[str]:
    """Yield the snapshots that were taken meanwhile and took a part for theirs that is gone."""
    gone = {_digest_of(part) for part in parts if part.kind is FileKind.PART}
    for path, names in _unforeseen(plan, store).items():
        lost = [digest for digest in gone & (names or frozenset()) if not store.has(PartRef(digest=digest, rows=0))]
        if lost:
            yield f"snapshot {path} was taken meanwhile and lost {len(lost)} parts: run its snapshot task again"


def _unforeseen(plan: PrunePlan, store: SnapshotStore) -> dict[str, frozenset[str] | None]:
    """Return what those manifests name that weren't known, or were to go and are there."""
    going = {action.path for action in plan.actions if isinstance(action, DeleteFile)}
    paths = store.documents(_SNAPSHOTS)
    return dict(_named(store, tuple(path for path in paths if path not in plan.manifests or path in going)))


def _apply(model: str, action: Action, ports: PrunePorts) -> None:
    match action:
        case MarkVersion():
            ports.log.tag(model, action.version, PRUNED, action.why)
        case DeleteRun():
            ports.ledger.delete_run(action.mlflow_run)
        case DeleteModel():
            ports.ledger.delete_model(action.model_id)
        case DeleteFile():
            ports.store.delete(action.path)
        case unknown:
            assert_never(unknown)


def _named(store: SnapshotStore, paths: tuple[str, ...]) -> Iterator[tuple[str, frozenset[str] | None]]:
    """Yield what each manifest names: every 64 hex digits in it, of whatever format; `None` of one that isn't whole."""
    for path in paths:
        try:
            text = store.get_document(path)
            json.loads(text)
        except (SnapshotDamagedError, ValueError):
            yield path, None
        else:
            yield path, frozenset(_DIGEST.findall(text))


def _digest_of(file: DeleteFile) -> str:
    return file.path.rpartition("/")[2].partition(".")[0]
