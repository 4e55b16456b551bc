"""Which files of the snapshot store may go."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Set as AbstractSet
from datetime import datetime

from headgate.core.prune_actions import DeleteFile, FileKind
from headgate.core.retention_rule import Holdings
from headgate.core.retention_runs import Limits, Needed
from headgate.core.stored_file import StoredFile

_MANIFEST = re.compile(r"\d{8}T\d{6}Z-(?P<id>[0-9a-f]{16})\.json")
_DIGITS = 16
"""So many of a snapshot's id are in its manifest's name."""

_KINDS = {".profile.json": FileKind.SKETCH, ".parquet": FileKind.PART}


def manifests_to_go(
    holdings: Holdings, needed: Needed, runs: AbstractSet[str], models: AbstractSet[str], limits: Limits
) -> tuple[DeleteFile, ...]:
    """Return the manifests of the model that nothing needs which stays.

    Args:
        holdings: What there is.
        needed: What stays for the sake of the log.
        runs: The runs that go.
        models: The logged models that go.
        limits: The two instants.
    """
    files = {file: match["id"] for file in holdings.snapshots if (match := _MANIFEST.fullmatch(_name(file)))}
    wanted = {one[:_DIGITS] for one in _snapshots(holdings, needed, runs, models)}
    stays = {file for file, identity in files.items() if identity in wanted or not _is_older(file, limits.old)}
    seen: set[StoredFile] = set()
    while new := stays - seen:  # a snapshot without what quarantine left out names the one before
        seen |= new
        named = {one[:_DIGITS] for file in new for one in holdings.named.get(file.path, ())}
        stays |= {file for file, identity in files.items() if identity in named}
    why = "no run, model or version that stays needs it"
    return tuple(_deletion(file, FileKind.MANIFEST, why) for file in files if file not in stays)


def parts_to_go(holdings: Holdings, manifests: AbstractSet[str], limits: Limits) -> tuple[DeleteFile, ...]:
    """Return the parts, and their sketches, that no manifest names which stays, of whatever model.

    Young ones stay: a snapshot that is being taken writes its manifest last. All stay while a manifest that stays can't
    be read.

    Args:
        holdings: What there is.
        manifests: Paths of the manifests that go.
        limits: The two instants.
    """
    if unread_that_stay(holdings, manifests):
        return ()
    alive = {digest for path, named in holdings.named.items() if path not in manifests for digest in named}
    found = [
        _deletion(file, kind, "no manifest names it")
        for file in holdings.parts
        if (kind := _kind_of(file)) and _digest_of(file) not in alive and _is_older(file, limits.left)
    ]
    return tuple(sorted(found, key=lambda file: (_stem(file.path), file.kind is FileKind.PART)))


def drafts_to_go(holdings: Holdings, limits: Limits) -> tuple[DeleteFile, ...]:
    """Return what killed writers left."""
    every = (*holdings.snapshots, *holdings.parts)
    return tuple(
        _deletion(file, FileKind.DRAFT, "left over: its writer was killed")
        for file in every
        if _name(file).startswith(".") and _is_older(file, limits.left)
    )


def unread_that_stay(holdings: Holdings, manifests: AbstractSet[str]) -> tuple[str, ...]:
    """Return the manifests that can't be read and don't go: what they name might be anything."""
    return tuple(path for path in holdings.unread if path not in manifests)


def _snapshots(holdings: Holdings, needed: Needed, runs: AbstractSet[str], models: AbstractSet[str]) -> set[str]:
    """Return the ids of the snapshots that stay for the sake of a version, a run or a model."""
    records = holdings.records
    ids = {entry.tag_of("snapshot") for entry in needed.versions}
    ids |= {run.tag_of("snapshot") for run in records.runs if not run.deleted and run.mlflow_run not in runs}
    ids |= {logged.tags.get("headgate.snapshot") for logged in records.models if logged.model_id not in models}
    return {one for one in ids if one}


def _is_older(file: StoredFile, moment: datetime) -> bool:
    return file.written is not None and file.written < moment


def _deletion(file: StoredFile, kind: FileKind, why: str) -> DeleteFile:
    return DeleteFile(path=file.path, kind=kind, size=file.size, written=file.written, why=why)


def _kind_of(file: StoredFile) -> FileKind | None:
    name = _name(file)
    if name.startswith("."):
        return None
    return next((kind for ending, kind in _KINDS.items() if name.endswith(ending)), None)


def _digest_of(file: StoredFile) -> str:
    return _stem(file.path)


def _stem(path: str) -> str:
    return posixpath.basename(path).partition(".")[0]


def _name(file: StoredFile) -> str:
    return posixpath.basename(file.path)
