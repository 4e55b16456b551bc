"""Models in folders as MLflow keeps them, written without MLflow."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from headgate.adapters.quiet_skops import quiet, skops_io


def save(model: Any, folder: Path, features: Sequence[str], takes: str = "pandas") -> Path:
    """Write a fitted estimator, and return its folder."""
    folder.mkdir(parents=True)
    with quiet():
        skops_io.dump(model, folder / "model.skops")
    inputs = [{"type": "double", "name": name} for name in features]
    described = {
        "flavors": {"sklearn": {"serialization_format": "skops", "pickled_model": "model.skops"}},
        "signature": {"inputs": json.dumps(inputs)},
        "metadata": {"headgate.takes": takes},
    }
    (folder / "MLmodel").write_text(yaml.safe_dump(described))
    return folder
