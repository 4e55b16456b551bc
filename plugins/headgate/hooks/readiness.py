"""Look whether what a run waits for is there: in a task, or in the triggerer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from headgate import wire
from headgate.core.readiness import Condition, Marker, Readiness, decide_marked, decide_ready, window_of
from headgate.core.windows import Windows
from headgate.spec import Source

_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in (*get_args(Condition), *get_args(Source))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """What one run waits for.

    Args:
        condition: The condition.
        source: Where the rows come from; a marker needs none.
        windows: The run's as-of and windows.
    """

    condition: Condition
    source: Source | None
    windows: Windows

    def dump(self) -> dict[str, Any]:
        """Return it as plain JSON, which Airflow keeps for the triggerer."""
        return {
            "condition": _tagged(self.condition),
            "source": None if self.source is None else _tagged(self.source),
            "windows": wire.dump(self.windows),
        }

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Awaited:
        """Return what `dump` made the data from."""
        return cls(
            condition=_untagged(data["condition"]),
            source=None if data["source"] is None else _untagged(data["source"]),
            windows=wire.load(Windows, data["windows"]),
        )


def look_for(awaited: Awaited) -> Readiness:
    """Look once; every connection is let go of.

    Raises:
        InputError: The source or the marker's URL isn't what the specification says.
        DataError: The source's rows are wrong.
        StoreError: A store refuses.
        TransientError: It can't be reached.
    """
    if isinstance(awaited.condition, Marker):
        return _marked(awaited.condition, awaited.windows)
    from headgate.hooks.sources import source_of

    assert awaited.source is not None  # noqa: S101 - the sensor asks for one
    window = window_of(awaited.condition, awaited.windows)
    seen = source_of(awaited.source).look(window, awaited.windows.as_of)
    return decide_ready(awaited.condition, rows=seen.rows, newest=seen.newest, window=window)


def _marked(marker: Marker, windows: Windows) -> Readiness:
    from headgate.adapters.fsspec_marker import is_there
    from headgate.hooks.store import opened

    url = marker.at(windows.as_of)
    filesystem, path = opened(url, marker.conn_id, what="marker")
    return decide_marked(url, there=is_there(filesystem, path, url=url))


def _tagged(value: object) -> dict[str, Any]:
    return {type(value).__name__: wire.dump(value)}


def _untagged(data: Mapping[str, Any]) -> Any:  # noqa: ANN401 - one of `_KINDS`
    ((kind, fields),) = data.items()
    return wire.load(_KINDS[kind], fields)
