"""Rows from CSV files, plain or compressed, a block at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from headgate.adapters.arrow_spans import instant_of, sighted, within
from headgate.adapters.pyarrow_files.csv_reading import CsvForm, CsvReader
from headgate.adapters.pyarrow_files.keys import Keys
from headgate.adapters.pyarrow_files.listing import File, place_of
from headgate.adapters.pyarrow_files.schemas import require_columns, unified
from headgate.core.windows import Window, Windows
from headgate.ports import Sighting
from headgate.spec import CsvSource

MOST_ROWS = 1_000_000
"""Rows of one batch."""

MOST_BYTES = 64 * 2**20
"""Bytes of one batch, about."""

_ADVICE = 'Say which it is: types={{"{column}": "double"}}.'


class CsvRows:
    """Rows of a CSV file, of all files in a folder, or of those that a pattern names.

    Event times are ISO 8601 with a zone. An empty value is a null, in texts too. Folders of the form `year=2020` become
    columns, as in `ParquetRows`.

    Args:
        source: What the specification says.
        filesystem: An fsspec filesystem, with its credentials.
        path: Path or pattern in that filesystem.
    """

    def __init__(self, source: CsvSource, filesystem: Any, path: str) -> None:  # noqa: ANN401 - fsspec has no types
        self._source = source
        self._place = place_of(source.url, "CSV", filesystem, path)
        times = (source.event_time, *filter(None, [source.known_at]))
        form = CsvForm(delimiter=source.delimiter, times=times, types=source.types)
        self._reader = CsvReader(self._place, form)

    @property
    def name(self) -> str:
        """The URL, without credentials."""
        return self._place.source

    def read(self, windows: Windows, spans: Sequence[Window]) -> Iterator[pa.Table]:  # noqa: ARG002 - the port's
        """Yield the rows of the spans, about a million or 64 MB at a time.

        Raises:
            InputError: There is no such path or column, or `types` names a type that isn't.
            DataError: A file can't be read as CSV, files differ, a value is of another type than those before, or an
                event time isn't ISO 8601 with a zone.
            StoreError: The filesystem refuses.
            TransientError: It can't be reached, or a file vanished or changed while it was read.
        """
        wanted = self._source.columns
        names = None if wanted is None else list(dict.fromkeys((*wanted, *self._reader.form.times)))
        yield from self._rows(names, spans)

    def token(self, span: Window, as_of: datetime) -> str | None:  # noqa: ARG002 - the port's
        """Return `None`: which rows a CSV file holds shows only when it is read."""
        return None

    def look(self, span: Window, as_of: datetime) -> Sighting:
        """Count the rows by event time and known-at alone.

        Raises:
            InputError, DataError, StoreError, TransientError: As in `read`.
        """
        batches = self._rows(list(self._reader.form.times), [span])
        return sighted(batches, self._source.event_time, self._source.known_at, span, as_of)

    def _rows(self, wanted: Sequence[str] | None, spans: Sequence[Window]) -> Iterator[pa.Table]:
        files = self._place.files()
        keys = Keys.of(self.name, self._source.event_time, files)
        files = tuple(file for file in files if self._may_hold(keys, file, spans))
        schemas = {file: self._reader.schema(file) for file in files}
        if not schemas:
            return
        whole = {file.path: keys.and_own(schema) for file, schema in schemas.items()}
        require_columns(
            self.name, list(self._source.types), list(dict.fromkeys(n for s in whole.values() for n in s.names))
        )
        schema = unified(self.name, whole, wanted, times=self._reader.form.times, advice=_ADVICE)
        for file in files:
            batches = self._reader.batches(file, schema, schemas[file].names)
            yield from _gathered(self._kept(batches, keys, file, schema, spans))

    def _may_hold(self, keys: Keys, file: File, spans: Sequence[Window]) -> bool:
        instant = keys.instant(file)
        return instant is None or any(instant_of(instant) in span for span in spans)

    def _kept(
        self, batches: Iterator[pa.Table], keys: Keys, file: File, schema: pa.Schema, spans: Sequence[Window]
    ) -> Iterator[pa.Table]:
        for batch in batches:
            rows = keys.added(batch, file, schema.names).select(schema.names)
            yield rows.filter(pc.fill_null(within(rows.column(self._source.event_time), spans), fill_value=True))


def _gathered(pieces: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Yield the rows of small tables in larger ones."""
    held: list[pa.Table] = []
    for piece in pieces:
        held.append(piece)
        if sum(one.num_rows for one in held) >= MOST_ROWS or sum(one.nbytes for one in held) >= MOST_BYTES:
            yield pa.concat_tables(held)
            held = []
    if sum(one.num_rows for one in held):
        yield pa.concat_tables(held)
