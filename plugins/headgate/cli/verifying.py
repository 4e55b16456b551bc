"""`headgate snapshot verify`: snapshot by snapshot, as they are read."""

from __future__ import annotations

import sys
from typing import Any

from headgate.cli.servers import json_text
from headgate.cli.snapshot_text import DIGITS
from headgate.cli.store import manifest_paths, manifests, open_store, require_snapshot
from headgate.cli.tables import instant
from headgate.core.headline import counted
from headgate.core.snapshots import Manifest
from headgate.errors import InputError, SnapshotDamagedError
from headgate.ports.rows import SnapshotStore
from headgate.steps.verify import Verifier


def verify_snapshots(snapshot_id: str | None, *, every: bool, store: str | None, as_json: bool = False) -> bool:
    """Verify one snapshot or every one, tell each on stdout as it is read, and return whether all are whole.

    Raises:
        InputError: Neither one nor every one is asked for, or both; or there is no such snapshot or store.
        StoreError, TransientError: The store refuses, or can't be reached.
    """
    if every is (snapshot_id is not None):
        msg = "verify must be given a snapshot's id, or --all. Got " + ("both." if every else "neither.")
        raise InputError(msg)
    opened = open_store(store)
    verifier = Verifier(opened)
    chosen = manifests(opened, manifest_paths(opened)) if every else iter([_one(opened, str(snapshot_id))])
    pairs = ((each, _problems(verifier, each)) for each in chosen)
    if as_json:
        found = [_data(each, problems) for each, problems in pairs]
        sys.stdout.write(f"{json_text(found)}\n")
        return not any(each["problems"] for each in found)
    results = [_tell(each, problems) for each, problems in pairs]
    sys.stdout.write(
        f"{counted(len(results), 'snapshot', 'snapshots')} and {counted(verifier.parts, 'part', 'parts')} "
    )
    sys.stdout.write(f"read: {'all whole' if all(results) else f'{results.count(False):,} damaged'}\n")
    return all(results)


def _one(store: SnapshotStore, snapshot_id: str) -> Manifest | SnapshotDamagedError:
    try:
        return require_snapshot(store, snapshot_id)
    except SnapshotDamagedError as error:
        return error


def _problems(verifier: Verifier, found: Manifest | SnapshotDamagedError) -> tuple[str, ...]:
    return verifier.problems(found) if isinstance(found, Manifest) else (str(found),)


def _tell(found: Manifest | SnapshotDamagedError, problems: tuple[str, ...]) -> bool:
    if not isinstance(found, Manifest):
        sys.stdout.write(f"DAMAGED {found}\n")
        return False
    said = "DAMAGED" if problems else "whole  "
    sys.stdout.write(f"{said} {found.model} {found.id[:DIGITS]} as-of {instant(found.windows.as_of)}\n")
    for problem in problems:
        sys.stdout.write(f"  {problem}\n")
    sys.stdout.flush()
    return not problems


def _data(found: Manifest | SnapshotDamagedError, problems: tuple[str, ...]) -> dict[str, Any]:
    told: dict[str, Any] = {"model": None, "id": None, "as_of": None, "problems": list(problems)}
    if isinstance(found, Manifest):
        told |= {"model": found.model, "id": found.id, "as_of": found.windows.as_of.isoformat()}
    return told
