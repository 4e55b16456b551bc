"""Load logged models, and keep the last ones: a logged model never changes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from headgate.ports import LoadedModel, ModelLoader, RunTracker

KEPT = 3
"""The champion, the candidate that may follow it, and the next candidate."""


class ModelShelf:
    """Downloads and loads logged models; several runs in one process download and load each once.

    Args:
        tracker: Where they lie.
        loader: Loads them.
        kept: How many stay loaded.
    """

    def __init__(self, tracker: RunTracker, loader: ModelLoader, *, kept: int = KEPT) -> None:
        self._tracker = tracker
        self._loader = loader
        self._kept = lru_cache(maxsize=kept)(self._load)

    def load(self, model_id: str, trusted: tuple[str, ...]) -> LoadedModel:
        """Return a logged model.

        Raises:
            TrackingError: There is no such model, or it isn't whole.
            ModelRefusedError: It is of another format, or holds types that nobody trusts.
        """
        return self._kept(model_id, trusted)

    @contextmanager
    def folder(self, model_id: str) -> Iterator[Path]:
        """Yield the folder that a logged model lies in, downloaded anew; it is gone afterwards.

        Raises:
            TrackingError: There is no such model, or it isn't whole.
        """
        with tempfile.TemporaryDirectory(prefix="headgate-") as folder:
            yield self._tracker.fetch_model(model_id, Path(folder))

    def _load(self, model_id: str, trusted: tuple[str, ...]) -> LoadedModel:
        with self.folder(model_id) as folder:
            return self._loader.load(folder, trusted)
