"""Load a stored estimator with skops, on Headgate's trusted list and never on the list that the model brings along."""

from __future__ import annotations

import importlib
import json
import warnings
import zipfile
from typing import TYPE_CHECKING, Any

from skops.io import get_untrusted_types, load

from headgate.core.trust import untrusted_of, untrusted_sentence
from headgate.errors import ModelRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAMES_ONLY = frozenset({"FunctionNode", "TypeNode"})
"""The skops nodes that look a name up without calling it."""

_DAMAGED = (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, ImportError, OSError, RecursionError)
"""What skops raises on a file that it didn't write, or wrote for other versions of the libraries."""


def load_estimator(path: Path, *, trusted: tuple[str, ...] = ()) -> Any:
    """Load the estimator in a ``.skops`` file.

    Args:
        path: The file.
        trusted: Full names of types that the user vouches for; they are imported.

    Raises:
        ModelRefusedError: The file holds types that aren't trusted, or can't be read.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # some thousand from skops for one forest
            found = get_untrusted_types(file=path)
            if untrusted := untrusted_of(found, trusted) or _forged(path, set(found) - set(trusted)):
                raise ModelRefusedError(untrusted_sentence(untrusted))
            return load(path, trusted=found)
    except _DAMAGED as error:
        message = f"a served model must be a whole skops file for the libraries here. Got {_said(error)} instead."
        raise ModelRefusedError(message) from error


def _forged(path: Path, names: set[str]) -> tuple[str, ...]:
    """Return the names that skops would never have written: aliases of other objects, and functions to be called."""
    called = {f"{node['__module__']}.{node['__class__']}" for node in _nodes(path) if node["__loader__"] not in _NAMES_ONLY}
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


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no message'}"
