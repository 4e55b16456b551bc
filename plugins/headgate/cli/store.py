"""The snapshot store on the command line, and the snapshots that a word means."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from headgate.core.snapshots import Manifest
from headgate.errors import InputError, SnapshotDamagedError
from headgate.ports.rows import SnapshotStore
from headgate.steps.reading import manifest_at

SHORTEST = 6
"""Fewest digits of a snapshot's id that say which one is meant."""

_FOLDER = "snapshots"
_SETTING = "AIRFLOW__HEADGATE__STORE"
_ID = re.compile(r"[0-9a-f]+")
_NAME = re.compile(r".*-(?P<id>[0-9a-f]{16})\.json")


def open_store(url: str | None) -> SnapshotStore:
    """Return the store at a path or URL; by default where the environment or Airflow's setting says it is.

    Airflow, which takes seconds to import, is asked only for what it alone knows: its settings and credentials.

    Raises:
        InputError: There is no such store.
    """
    chosen = named_store(url)
    path = local_path(chosen) if chosen else None
    if path is None:
        from headgate.hooks.store import store_at

        return store_at(chosen)
    if not path.is_dir():
        msg = f"store must be a folder or an URL. Got {chosen!r} instead: there is no such folder. "
        raise InputError(msg + f"Give --store, or set {_SETTING}.")
    from fsspec.implementations.local import LocalFileSystem

    from headgate.adapters.fsspec_store import FsspecStore

    return FsspecStore(LocalFileSystem(), str(path.resolve()))


def named_store(url: str | None) -> str | None:
    """Return the path or URL that was given, or that the environment holds; `None` where only Airflow may know one."""
    return url or os.environ.get(_SETTING)


def manifest_paths(store: SnapshotStore, model: str | None = None) -> tuple[str, ...]:
    """Return the paths of a model's manifests, or of all; by model, the earliest as-of first."""
    paths = store.documents(f"{_FOLDER}/{model}" if model else _FOLDER)
    return tuple(path for path in paths if _NAME.fullmatch(path))


def manifests(store: SnapshotStore, paths: tuple[str, ...]) -> Iterator[Manifest | SnapshotDamagedError]:
    """Yield each manifest, or what is wrong with it."""
    for path in paths:
        try:
            yield manifest_at(store, path)
        except SnapshotDamagedError as error:
            yield error


def is_snapshot(text: str) -> bool:
    """Return whether a word looks like the id of a snapshot or the path of a manifest, and not like a file."""
    return not Path(text).exists() and bool(_ID.fullmatch(text) or _NAME.fullmatch(text))


def require_snapshot(store: SnapshotStore, text: str) -> Manifest:
    """Return the manifest of a snapshot by its id, at least six digits of it, or by its path in the store.

    Where several manifests have that id, and so the same rows, it is the one with the latest as-of.

    Raises:
        InputError: There is none, or digits that several ids begin with.
        SnapshotDamagedError: It isn't what was written.
    """
    paths = manifest_paths(store)
    if text in paths:
        return manifest_at(store, text)
    if not _ID.fullmatch(text) or len(text) < SHORTEST:
        msg = (
            f"snapshot must be at least {SHORTEST} hex digits of its id, or its manifest's path. Got {text!r} instead."
        )
        raise InputError(msg)
    found = {path: match["id"] for path in paths if (match := _NAME.fullmatch(path)) and _agree(match["id"], text)}
    if len(set(found.values())) > 1:
        msg = f"snapshot must be one. Got {text!r} instead, with which {len(set(found.values()))} ids begin: "
        raise InputError(msg + f"{', '.join(sorted(set(found.values())))}. Give more digits.")
    read = [manifest_at(store, path) for path in found]
    meant = [manifest for manifest in read if manifest.id.startswith(text)]
    if not meant:
        msg = f"snapshot must be in the store. Got {text!r} instead, with which no id begins. "
        raise InputError(msg + "`headgate snapshot ls` lists them.")
    return max(meant, key=lambda manifest: manifest.windows.as_of)


def _agree(digits: str, text: str) -> bool:
    return digits.startswith(text) or text.startswith(digits)


def local_path(url: str) -> Path | None:
    """Return the path that a local URL means; `None` of any other."""
    if "://" not in url:
        return Path(url).expanduser()
    parts = urlsplit(url)
    is_local = parts.scheme in {"file", "local"} and parts.netloc in {"", "localhost"}
    return Path(unquote(parts.path)) if is_local else None
