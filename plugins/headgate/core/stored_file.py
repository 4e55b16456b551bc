"""Files of the snapshot store, as those see them who tidy it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file of the store: a part, a document, or what a killed writer left.

    Args:
        path: Where it lies in the store.
        size: Its bytes.
        written: When it was written, in UTC; `None` where the store doesn't say.
    """

    path: str
    size: int
    written: datetime | None
