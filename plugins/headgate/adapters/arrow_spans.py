"""Event times in Arrow rows: what type they must have, and which rows lie in which spans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from headgate.adapters.arrow_buffers import scalar
from headgate.core.windows import Window
from headgate.errors import DataError
from headgate.ports import Sighting

INSTANT = pa.timestamp("us", "UTC")
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND


def microseconds_of(instant: datetime) -> int:
    """Return an instant as whole microseconds since 1970.

    >>> microseconds_of(datetime.fromisoformat("1970-01-01T01:00:00.000001+01:00"))
    1
    """
    return (instant - _EPOCH) // _MICROSECOND


def instant_of(microseconds: int) -> datetime:
    """Return the instant, in UTC, that so many microseconds since 1970 are."""
    return _EPOCH + microseconds * _MICROSECOND


def nearest_instant(microseconds: int) -> datetime:
    """Return the instant, or the nearest one of the years 1 to 9999: milliseconds taken for seconds lie far beyond.

    >>> nearest_instant(10**18).year
    9999
    """
    return instant_of(min(max(microseconds, _FIRST), _LAST))


def require_zoned(kind: pa.DataType, column: str, where: str, advice: str) -> None:
    """Require timestamps with a time zone.

    Args:
        kind: The column's type.
        column: The column's name.
        where: The source, or the file in it.
        advice: What to do about it.

    Raises:
        DataError: They aren't.
    """
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        return
    got = "timestamps without one" if pa.types.is_timestamp(kind) else kind
    msg = f"column {column} of {where} must hold timestamps with a time zone. Got {got} instead. {advice}"
    raise DataError(msg)


def instants(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return zoned timestamps as whole microseconds in UTC; what is finer becomes the one that it lies in.

    Raises:
        DataError: One is too far away to be said in microseconds.
    """
    if column.type == INSTANT:
        return column
    try:
        return column.cast(INSTANT)
    except pa.ArrowInvalid as error:
        if column.type.unit != "ns":
            msg = f"event times must be within some 290,000 years of 1970. Got {error} instead."
            raise DataError(msg) from error
        return pc.floor_temporal(column, unit="microsecond").cast(INSTANT)


def within(column: pa.ChunkedArray, spans: Sequence[Window]) -> pa.ChunkedArray:
    """Return for each event time whether it lies in a span; null where there is none."""
    times = instants(column)
    masks = [pc.and_(pc.greater_equal(times, _scalar(span.start)), pc.less(times, _scalar(span.end))) for span in spans]
    mask = masks[0]
    for other in masks[1:]:
        mask = pc.or_(mask, other)
    return mask


def sighted(
    batches: Iterable[pa.Table], event_time: str, known_at: str | None, span: Window, as_of: datetime
) -> Sighting:
    """Count the rows of a span that were known at the as-of, and find the newest; no batch is kept."""
    rows, newest = 0, None
    for batch in batches:
        times = instants(batch.column(event_time))
        mask = within(times, [span])
        if known_at is not None:
            mask = pc.and_(mask, pc.less_equal(instants(batch.column(known_at)), _scalar(as_of)))
        seen = times.filter(mask)
        rows += len(seen)
        newest = max(filter(None, (newest, pc.max(seen).as_py())), default=None)
    return Sighting(rows=rows, newest=newest)


def added(first: Sighting, second: Sighting) -> Sighting:
    """Return what two sightings of different rows say together."""
    newest: Any = max(filter(None, (first.newest, second.newest)), default=None)
    return Sighting(rows=first.rows + second.rows, newest=newest)


def _scalar(instant: datetime) -> pa.Scalar:
    return scalar(INSTANT, microseconds_of(instant))
