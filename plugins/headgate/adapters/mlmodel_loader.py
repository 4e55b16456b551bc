"""Load a model from the folder that MLflow keeps it in, without importing MLflow."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from headgate.errors import ModelRefusedError
from headgate.ports import TAKES, LoadedModel, Takes

_TAKES_KEY = "headgate.takes"


class MlmodelLoader:
    """`ModelLoader` for folders with an `MLmodel` file.

    Args:
        load_estimator: Reads a skops file with the given list of trusted types, or refuses it.
    """

    def __init__(self, load_estimator: Callable[..., Any]) -> None:
        self._load_estimator = load_estimator

    def load(self, folder: Path, trusted: Sequence[str]) -> LoadedModel:
        """Return the model saved in a folder.

        Raises:
            ModelRefusedError: It is of another format, damaged, or holds types that nobody trusts.
        """
        metadata = _metadata(folder)
        model = self._load_estimator(_estimator_file(metadata, folder), trusted=tuple(trusted))
        return LoadedModel(model=model, features=_features(metadata), takes=_takes(metadata))


def _estimator_file(metadata: dict[str, Any], folder: Path) -> Path:
    """Return the skops file that an `MLmodel` names.

    Raises:
        ModelRefusedError: It names a model of another library or format, or a file that isn't the model's.
    """
    flavors = _part_of(metadata, "flavors")
    if flavors.get("sklearn") is None:
        msg = f"model must be a scikit-learn model. Got {', '.join(map(repr, flavors)) or 'none'} instead."
        raise ModelRefusedError(msg)
    flavor = _part_of(flavors, "sklearn")
    form = flavor.get("serialization_format", "pickle")
    if form != "skops":
        msg = f"model must be stored with skops, which runs no code of the file's. Got {form} instead."
        raise ModelRefusedError(msg)
    path = (folder / str(flavor.get("pickled_model"))).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        msg = f"the estimator's file must be one of the model's files. Got {flavor.get('pickled_model')!r} instead."
        raise ModelRefusedError(msg)
    return path


def _metadata(folder: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load((folder / "MLmodel").read_text())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        msg = f"model must have a readable MLmodel file. Got {type(error).__name__} instead: {error}."
        raise ModelRefusedError(msg) from error
    if not isinstance(found, dict):
        msg = f"MLmodel must describe a model. Got {found!r} instead."
        raise ModelRefusedError(msg)
    return found


def _part_of(described: dict[str, Any], name: str) -> dict[str, Any]:
    found = described.get(name) or {}
    if not isinstance(found, dict):
        msg = f"{name} of an MLmodel must be a mapping. Got {found!r} instead."
        raise ModelRefusedError(msg)
    return found


def _features(metadata: dict[str, Any]) -> tuple[str, ...]:
    try:
        return tuple(column["name"] for column in json.loads(metadata["signature"]["inputs"]))
    except (KeyError, TypeError, ValueError) as error:
        msg = "model must have a signature that names its columns. Got none instead."
        raise ModelRefusedError(msg) from error


def _takes(metadata: dict[str, Any]) -> Takes:
    """Return what a model takes; the first of all ways where it doesn't say, as those before it was asked don't."""
    said = _part_of(metadata, "metadata").get(_TAKES_KEY, TAKES[0])
    for takes in TAKES:
        if takes == said:
            return takes
    msg = f"model must take features as one of {', '.join(TAKES)}. Got {said!r} instead."
    raise ModelRefusedError(msg)
