"""When a file was written, as the various filesystems say it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_NAMES = ("LastModified", "last_modified", "mtime", "updated", "created")
"""Of S3; Azure; disks and Google; Google of old; memory. A disk's `created` is no such thing, so it comes last."""


def written_at(facts: Mapping[str, Any]) -> datetime | None:
    """Return when a file was written, in UTC; `None` where its filesystem doesn't say, or says what nobody reads.

    >>> written_at({"mtime": 0.0}), written_at({"size": 3})
    (datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), None)
    """
    return next((moment for name in _NAMES if (moment := _instant(facts.get(name))) is not None), None)


def _instant(value: object) -> datetime | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, tz=UTC)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
