"""Checks in SQL: DuckDB over a scan, shut off from files, network and its own settings."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any, cast

import duckdb
import pyarrow as pa

from headgate.core.checks import SHOWN, broken, decided
from headgate.core.validation import ExpectationResult
from headgate.errors import SnapshotDamagedError
from headgate.ports import RowsScan
from headgate.spec import SqlCheck

_TABLE = "rows"
_BATCH = 10_000


class DuckdbCheck:
    """`CheckRunner` of a query that selects the wrong rows.

    The rows stream through: a query that needs them twice reads them twice. Times are told in UTC.
    """

    def __init__(self, check: SqlCheck) -> None:
        self._check = check

    def run(self, rows: RowsScan) -> ExpectationResult:
        """Return unmet when the query returns rows.

        Raises:
            SnapshotDamagedError: A part isn't what was written.
        """
        stream = _Stream(rows)
        try:
            return self._select(stream)
        except (duckdb.Error, pa.ArrowException, SnapshotDamagedError) as error:
            if stream.damage is not None:
                raise stream.damage from error
            return self._broken("\n".join(line for line in str(error).splitlines() if line.strip(" ^")))

    def _select(self, stream: _Stream) -> ExpectationResult:
        with _connected(stream) as connection:
            statements = connection.extract_statements(self._check.sql)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                kinds = ", ".join(statement.type.name for statement in statements) or "none"
                return self._broken(f"its SQL must be one SELECT. Got {kinds} instead")
            found = connection.sql(statements[0])
            if twins := [name for name, count in Counter(found.columns).items() if count > 1]:
                return self._broken(f"its columns must have names of their own. Got {', '.join(twins)} more than once")
            return self._result(found.to_arrow_reader(_BATCH))

    def _result(self, found: pa.RecordBatchReader) -> ExpectationResult:
        count = 0
        shown: list[dict[str, Any]] = []
        for batch in found:
            count += batch.num_rows
            shown += batch.slice(0, SHOWN - len(shown)).to_pylist()
        said = "no rows are wrong" if not count else f"{count:,} row{'' if count == 1 else 's'} returned, none expected"
        return decided(self._check.name, self._check.severity, is_met=not count, sentence=said, shown=shown)

    def _broken(self, why: str) -> ExpectationResult:
        return broken(self._check.name, self._check.severity, why)


class _Stream:
    """Rows as DuckDB reads them: from the start for each scan of the table. It keeps what the reading raised."""

    def __init__(self, rows: RowsScan) -> None:
        self._rows = rows
        self.damage: SnapshotDamagedError | None = None

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        parts = self._parts()
        first = next(parts)
        batches = (batch for part in itertools.chain([first], parts) for batch in part.to_batches())
        reader = pa.RecordBatchReader.from_batches(first.schema, batches)
        return reader.__arrow_c_stream__(requested_schema)

    def _parts(self) -> Iterator[pa.Table]:
        try:
            yield from cast("Iterator[pa.Table]", self._rows.parts())
        except SnapshotDamagedError as error:
            self.damage = error
            raise


def _connected(stream: _Stream) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"enable_external_access": "false"})
    connection.execute("SET TimeZone = 'UTC'")
    connection.register(_TABLE, stream)
    connection.execute("SET lock_configuration = true")
    return connection
