"""One connection and one source: what queries are run with."""

# ruff: noqa: S608 - names and values are quoted, each in its place
from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from headgate.adapters.duckdb_suites.connections import FAULTS
from headgate.adapters.duckdb_suites.kinds import Column, Table
from headgate.adapters.duckdb_suites.plan import ROWS
from headgate.adapters.duckdb_suites.quoting import name
from headgate.adapters.duckdb_suites.scans import Source

_READ_AS = {'"NULL"': "INTEGER"}
_UNTYPED = ""


class Session:
    """Runs queries over the rows.

    In the rows as queries see them a NaN is null, as in pandas, and a moment with a zone is its UTC time without one.

    Args:
        connection: A DuckDB connection.
        source: What to read.
    """

    def __init__(self, connection: Any, source: Source) -> None:  # noqa: ANN401 - DuckDB's own
        self.connection = connection
        self.source = source
        self._stored = dict(source.stored(connection))
        self._types: dict[str, str] = {}

    def table(self, columns: Iterable[str]) -> Table:
        """Return the table, the types known of those columns that are there."""
        self._describe([column for column in columns if column in self._stored])
        return Table(columns={column: self._column(column) for column in self._stored})

    def ask(self, query: str, columns: frozenset[str] | None) -> list[tuple[Any, ...]]:
        """Return the answer of a query over `rows`.

        Args:
            query: A SELECT.
            columns: Those of the rows that it needs; all when `None`.

        Raises:
            Error: DuckDB's.
            Exception: What the rows' owner raised while they were read.
        """
        return self._run(self._query(query, columns))

    def ask_rows(self, query: str, columns: frozenset[str] | None = None) -> list[dict[str, Any]]:
        """Return the answer of a query over `rows` with the columns' own names."""
        found = self.ask(query, columns)
        own = {stored: column for column, stored in self._stored.items()}
        names = [own.get(column[0], column[0]) for column in self.connection.description]
        return [dict(zip(names, row, strict=True)) for row in found]

    def ask_arrow(self, query: str, columns: frozenset[str]) -> Any:  # noqa: ANN401 - pyarrow ships no types
        """Return the answer of a query over `rows` as a `pyarrow.Table`."""
        return self.connection.sql(self._query(query, columns)).to_arrow_table()

    def keep(self, table: str, query: str, columns: frozenset[str]) -> None:
        """Keep the answer of a query over `rows` as a table of the connection."""
        self._run(f"CREATE TEMP TABLE {table} AS {self._query(query, columns)}")

    def _query(self, query: str, columns: frozenset[str] | None) -> str:
        needed = [column for column in self._stored if columns is None or column in columns]
        self._describe(needed)
        return f"{self._rows(needed, None if columns is None else needed)} {query}"

    def _rows(self, columns: Sequence[str], read: Sequence[str] | None) -> str:
        scanned = self.source.reading(self.connection, read)
        listed = ", ".join(_guarded(self._column(column), self._types[column]) for column in columns) or "1"
        return f"WITH {ROWS} AS NOT MATERIALIZED (SELECT {listed} FROM {scanned})"

    def _describe(self, columns: Sequence[str]) -> None:
        unknown = [column for column in columns if column not in self._types]
        if not unknown:
            return
        scanned = self.source.reading(self.connection, unknown)
        described = self._run(
            f"DESCRIBE SELECT {', '.join(name(self._stored[column]) for column in unknown)} FROM {scanned}"
        )
        self._types |= {column: row[1] for column, row in zip(unknown, described, strict=True)}

    def _column(self, column: str) -> Column:
        raw = self._types.get(column, _UNTYPED)
        kind = "VARCHAR" if raw.startswith("ENUM(") else _READ_AS.get(raw, raw)
        return Column(name=column, type=kind, stored=self._stored[column])

    def _run(self, query: str) -> list[tuple[Any, ...]]:
        try:
            return self.connection.execute(query).fetchall()
        except FAULTS as error:
            if raised := self.source.raised():
                raise raised from error
            raise


def _guarded(column: Column, raw: str) -> str:
    quoted = column.sql
    if raw in {"FLOAT", "DOUBLE"}:
        return f"CASE WHEN NOT isnan({quoted}) THEN {quoted} END AS {quoted}"
    if column.is_aware:
        return f"timezone('UTC', CAST({quoted} AS TIMESTAMPTZ)) AS {quoted}"
    return quoted if raw == column.type else f"CAST({quoted} AS {column.type}) AS {quoted}"
