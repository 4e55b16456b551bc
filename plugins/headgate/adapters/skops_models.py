"""Load a stored estimator with skops, on Headgate's trusted list and never on the list that the model brings along."""

from __future__ import annotations

import importlib
import json
import zipfile
from typing import TYPE_CHECKING, Any

from headgate.adapters.quiet_skops import quiet, skops_io
from headgate.core.trust import untrusted_of, untrusted_sentence
from headgate.errors import ModelRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAMES_ONLY = frozenset({"FunctionNode", "TypeNode"})
"""The skops nodes that look a name up without calling it."""


def load_estimator(path: Path, *, trusted: tuple[str, ...] = ()) -> Any:  # noqa: ANN401 - any estimator
    """Load the estimator in a `.skops` file.

    Args:
        path: The file.
        trusted: Full names of types that the user vouches for; they are imported.

    Raises:
        ModelRefusedError: The file holds types that aren't trusted, or can't be read.
    """
    with quiet():
        try:
            found = skops_io.get_untrusted_types(file=path)
            untrusted = untrusted_of(found, trusted) or _forged(path, set(found) - set(trusted))
        except Exception as error:  # whatever a file makes skops raise that it didn't write
            raise _damaged(error) from error
        if untrusted:
            raise ModelRefusedError(untrusted_sentence(untrusted))
        try:
            return skops_io.load(path, trusted=found)
        except Exception as error:  # as above, or it was written for other versions of the libraries
            raise _damaged(error) from error


def _damaged(error: Exception) -> ModelRefusedError:
    said = f"{type(error).__name__}: {str(error).partition(chr(10))[0] or 'no message'}"
    return ModelRefusedError(f"a model must be a whole skops file for the libraries here. Got {said} instead.")


def _forged(path: Path, names: set[str]) -> tuple[str, ...]:
    """Return the names that skops would never have written: aliases of other objects, and functions to be called."""
    nodes = (node for node in _nodes(path) if node["__loader__"] not in _NAMES_ONLY)
    called = {f"{node['__module__']}.{node['__class__']}" for node in nodes}
    return tuple(sorted(name for name in names if not _is_own_name(name, must_be_class=name in called)))


def _is_own_name(name: str, *, must_be_class: bool) -> bool:
    module, _, own = name.rpartition(".")
    found = getattr(importlib.import_module(module), own)
    return f"{getattr(found, '__module__', '')}.{getattr(found, '__name__', '')}" == name and (
        isinstance(found, type) or not must_be_class
    )


def _nodes(path: Path) -> Iterator[dict[str, Any]]:
    with zipfile.ZipFile(path) as archive:
        pending: list[Any] = [json.loads(archive.read("schema.json"))]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            if "__loader__" in value:
                yield value
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
