"""The columns that folders of the form `key=value` make."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pyarrow as pa

from headgate.adapters.arrow_spans import INSTANT, instant_of, microseconds_of
from headgate.adapters.pyarrow_files.listing import File
from headgate.errors import DataError

_INT64_DIGITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys of a source's files, each with its type: whole numbers where all its values are, else text.

    Args:
        source: The source's name.
        event_time: Column of the event's time, which may be a key.
        kinds: The types by key.
    """

    source: str
    event_time: str
    kinds: Mapping[str, pa.DataType]

    @classmethod
    def of(cls, source: str, event_time: str, files: Sequence[File]) -> Keys:
        """Return the keys of files, each file bearing all of them.

        Raises:
            DataError: A file lacks one.
        """
        values: dict[str, set[str | None]] = {}
        for file in files:
            for key, value in file.keys:
                values.setdefault(key, set()).add(value)
        for file in files:
            if lacks := values.keys() - dict(file.keys):
                msg = f"files of source {source} must all lie in folders {min(lacks)}=... or none of them. "
                msg += f"Got {file.path} instead."
                raise DataError(msg)
        kinds = {key: pa.int64() if all(map(_is_whole, found)) else pa.string() for key, found in values.items()}
        if event_time in kinds:
            kinds[event_time] = INSTANT
        return cls(source=source, event_time=event_time, kinds=kinds)

    def instant(self, file: File) -> int | None:
        """Return the event time that a file's folder says, in microseconds since 1970, if it says any.

        Raises:
            DataError: It is neither a date nor an instant with a zone.
        """
        text = dict(file.keys).get(self.event_time)
        if text is None:
            return None
        instant = _instant_of(text)
        if instant is None:
            msg = f"event time {self.event_time} of source {self.source} must be a date or an ISO 8601 instant with a "
            msg += f"zone, such as 2024-05-01T06:00:00Z, in the names of its folders. Got {text!r} instead."
            raise DataError(msg)
        return microseconds_of(instant)

    def and_own(self, schema: pa.Schema) -> pa.Schema:
        """Return a file's schema and the keys behind it; a column that is in the file itself comes from there."""
        further = [pa.field(key, kind) for key, kind in self.kinds.items() if key not in schema.names]
        return pa.schema([*schema, *further])

    def added(self, rows: pa.Table, file: File, columns: Sequence[str]) -> pa.Table:
        """Return a file's rows and, of those columns, the ones that it doesn't hold itself."""
        for column in columns:
            if column not in rows.column_names:
                rows = rows.append_column(column, pa.repeat(self._value(file, column), rows.num_rows))
        return rows

    def _value(self, file: File, key: str) -> pa.Scalar:
        kind, text = self.kinds[key], dict(file.keys)[key]
        if key == self.event_time:
            ticks = self.instant(file)
            return pa.scalar(None if ticks is None else instant_of(ticks), kind)
        return pa.scalar(int(text) if text is not None and kind == pa.int64() else text, kind)


def _instant_of(text: str) -> datetime | None:
    with contextlib.suppress(ValueError):
        return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
    with contextlib.suppress(ValueError):
        instant = datetime.fromisoformat(text)
        return instant if instant.tzinfo else None
    return None


def _is_whole(value: str | None) -> bool:
    """Tell whether a number says all of a text: `07` is no number, it has a zero to lose."""
    digits = (value or "0").removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) <= _INT64_DIGITS and str(int(digits)) == digits
