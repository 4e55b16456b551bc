"""How far a snapshot is, in a line now and then."""

from __future__ import annotations

import time
from collections.abc import Callable

_SECONDS = 5.0


class Progress:
    """Counts what was done, and tells it at most every five seconds, and at the end.

    Args:
        tell: Takes the line.
        clock: Seconds that never go back.
    """

    def __init__(self, tell: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._clock = clock
        self._told = clock()
        self._rows = self._written = self._kept = 0

    def read(self, rows: int) -> None:
        """Count rows that were read."""
        self._rows += rows
        self._tell_sometimes()

    def written(self) -> None:
        """Count a part that was written."""
        self._written += 1
        self._tell_sometimes()

    def kept(self) -> None:
        """Count a part that stays as it is."""
        self._kept += 1

    def end(self, *, superseded: int = 0) -> None:
        """Tell everything.

        Args:
            superseded: How many of the rows that were read gave way to a later version.
        """
        versions = f", {superseded:,} of them versions that were restated since" if superseded else ""
        self._tell(f"read {self._rows:,} rows{versions}; {self._written} parts written, {self._kept} kept")

    def _tell_sometimes(self) -> None:
        now = self._clock()
        if now - self._told >= _SECONDS:
            self._told = now
            self.end()
