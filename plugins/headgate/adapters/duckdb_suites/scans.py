"""Rows as DuckDB reads them: files by itself, parts of a snapshot as a stream that can be started again."""

# ruff: noqa: S608 - names and values are quoted, each in its place
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from headgate.adapters.duckdb_suites.connections import connected
from headgate.adapters.duckdb_suites.quoting import name, text

if TYPE_CHECKING:  # a command that checks a hundred rows doesn't wait for Arrow, nor for every port
    import pyarrow as pa

    from headgate.ports.rows import Rows, RowsScan

_FEW_CELLS = 2_000_000
_SCANNED = "headgate_scan"


class Source(Protocol):
    """What a query reads from."""

    @property
    def folders(self) -> Sequence[Path]:
        """The folders that DuckDB must read."""

    def stored(self, connection: Any) -> Mapping[str, str]:  # noqa: ANN401 - DuckDB's own
        """Return what DuckDB calls each column, in their order."""

    def reading(self, connection: Any, columns: Sequence[str] | None) -> str:  # noqa: ANN401 - DuckDB's own
        """Make those columns readable by the next query, all when `None`, and return what it reads `FROM`."""

    def raised(self) -> Exception | None:
        """Return what the rows' owner raised while they were read last."""


class DataFiles:
    """Files that DuckDB reads natively, Parquet or CSV: only what is needed of them, and not through Python.

    Args:
        paths: Paths or patterns, in order; all of one format, which their ends tell.
    """

    def __init__(self, *paths: str | Path) -> None:
        self.paths = tuple(map(str, paths))
        self._known: tuple[list[str], int] | None = None

    @property
    def folders(self) -> Sequence[Path]:
        """The folders they lie in, or below."""
        return [_folder(Path(path)) for path in self.paths]

    @property
    def reader(self) -> str:
        """The call that reads them, as SQL."""
        listed = ", ".join(map(text, self.paths))
        is_csv = all(path.lower().endswith((".csv", ".csv.gz", ".tsv")) for path in self.paths)
        return f"read_{'csv' if is_csv else 'parquet'}([{listed}])"

    def stored(self, connection: Any) -> Mapping[str, str]:  # noqa: ANN401 - DuckDB's own
        """Return the columns, by their own names, and count the rows: another connection would take 20 ms later."""
        self._look(connection)
        return {column: column for column in self.column_names}

    @property
    def num_rows(self) -> int:
        """How many rows they have together."""
        return self._looked_at[1]

    @property
    def column_names(self) -> list[str]:
        """The columns, in order."""
        return list(self._looked_at[0])

    def parts(self, columns: Sequence[str] | None = None) -> Iterator[Rows]:
        """Yield the rows as tables of some 100,000 rows, in order; one without rows when there are none."""
        import duckdb  # noqa: F401 - it is what teaches `_duckdb` about Arrow
        import pyarrow as pa

        listed = "*" if columns is None else ", ".join(map(name, columns))
        with connected(folders=self.folders) as connection:
            reader = connection.sql(f"SELECT {listed} FROM {self.reader}").to_arrow_reader(100_000)
            seen = 0
            for seen, batch in enumerate(reader, start=1):  # noqa: B007 - counted for what follows
                yield pa.Table.from_batches([batch])
            if not seen:
                yield reader.schema.empty_table()

    def reading(self, connection: Any, columns: Sequence[str] | None) -> str:  # noqa: ANN401, ARG002 - as the port
        """Return the call; DuckDB leaves out by itself what isn't needed."""
        return self.reader

    def raised(self) -> Exception | None:
        """Return nothing: DuckDB's own errors tell."""
        return None

    def _look(self, connection: Any) -> None:  # noqa: ANN401 - DuckDB's own
        if self._known is None:
            described = connection.execute(f"DESCRIBE SELECT * FROM {self.reader}").fetchall()
            rows = connection.execute(f"SELECT count(*) FROM {self.reader}").fetchall()
            self._known = [row[0] for row in described], int(rows[0][0])

    @property
    def _looked_at(self) -> tuple[list[str], int]:
        if self._known is None:
            with connected(folders=self.folders) as connection:
                self._look(connection)
        return self._known or ([], 0)


class Parts:
    """The parts of a scan: in memory when they are few, else read again for each query, only what it needs.

    Args:
        rows: What to read.
    """

    folders: Sequence[Path] = ()

    def __init__(self, rows: RowsScan) -> None:
        self.rows = rows
        self.names = stored_names(rows.column_names)
        self._whole: pa.Table | None = None
        self._raised: Exception | None = None

    def stored(self, connection: Any) -> Mapping[str, str]:  # noqa: ANN401, ARG002 - as the port
        """Return names that DuckDB tells apart."""
        return self.names

    def reading(self, connection: Any, columns: Sequence[str] | None) -> str:  # noqa: ANN401 - DuckDB's own
        """Register a stream of the parts, or all rows as a table, and return its name."""
        import duckdb  # noqa: F401 - it teaches the extension module to scan Arrow data
        import pyarrow as pa

        self._raised = None
        if self.rows.num_rows * len(self.names) <= _FEW_CELLS:
            self._whole = self._whole or pa.concat_tables([self._renamed(part) for part in self.rows.parts()])
            connection.register(_SCANNED, self._whole)
        else:
            wanted = None if columns is None else list(columns) or self.rows.column_names[:1]
            connection.register(_SCANNED, _Stream(self, wanted))
        return _SCANNED

    def raised(self) -> Exception | None:
        """Return what reading a part raised."""
        return self._raised

    def read(self, columns: Sequence[str] | None) -> pa.RecordBatchReader:
        """Return a stream of the parts; its schema is the first one's."""
        import pyarrow as pa

        parts = self.rows.parts(columns)
        first = self._renamed(next(parts))
        return pa.RecordBatchReader.from_batches(first.schema, self._batches(first, parts))

    def _batches(self, first: pa.Table, others: Iterator[Rows]) -> Iterator[pa.RecordBatch]:
        try:
            yield from first.to_batches()
            for part in others:
                yield from self._renamed(part).to_batches()
        except Exception as error:  # what crosses DuckDB comes out as DuckDB's: the true one is kept
            self._raised = error
            raise

    def _renamed(self, part: Any) -> pa.Table:  # noqa: ANN401 - a `pyarrow.Table`, which ships no types
        return part.rename_columns([self.names[column] for column in part.column_names])


class _Stream:
    """What DuckDB takes for Arrow data: it asks anew for each scan, where a reader could be read once only."""

    def __init__(self, parts: Parts, columns: Sequence[str] | None) -> None:
        self._parts = parts
        self._columns = columns

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._parts.read(self._columns).__arrow_c_stream__(requested_schema)


def stored_names(columns: Sequence[str]) -> Mapping[str, str]:
    """Return a name for each: DuckDB doesn't tell upper case from lower, nor does it take an empty name or a NUL."""
    folded = Counter(column.casefold() for column in columns)
    return {
        column: column
        if column and "\0" not in column and folded[column.casefold()] == 1
        else f"headgate column {place}"
        for place, column in enumerate(columns)
    }


def _folder(path: Path) -> Path:
    """Return the last folder of a path or pattern that isn't part of the pattern."""
    plain = [part for part in path.absolute().parents if not set("*?[{") & set(str(part))]
    return plain[0]
