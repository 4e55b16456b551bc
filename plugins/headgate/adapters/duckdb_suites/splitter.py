"""Set aside the rows that fail: DuckDB tells which, and Arrow takes them out of the table as it was."""

# ruff: noqa: S608 - names and values are quoted, each in its place
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headgate.adapters.duckdb_suites.compiling import is_row_level, plan_of
from headgate.adapters.duckdb_suites.connections import FAULTS, connected
from headgate.adapters.duckdb_suites.kinds import Table
from headgate.adapters.duckdb_suites.plan import ROWS, Rule, UnfitError
from headgate.adapters.duckdb_suites.quoting import any_of, text
from headgate.adapters.duckdb_suites.runner import columns_of
from headgate.adapters.duckdb_suites.scans import Parts
from headgate.adapters.duckdb_suites.sessions import Session
from headgate.core.suite import Expectation
from headgate.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

    from headgate.ports.rows import Rows, RowsScan

REASONS = "headgate_reasons"
_PLACE = "headgate place"
_PART = "headgate_part"


class DuckdbSplitter:
    """Splits rows by row-level expectations.

    Args:
        memory_limit: What DuckDB may take, such as `512MB`; most of the machine's when `None`.
    """

    def __init__(self, memory_limit: str | None = None) -> None:
        self.memory_limit = memory_limit

    def is_row_level(self, expectation: Expectation) -> bool:
        """Return whether each row meets or fails it by itself or by its group (uniqueness)."""
        return is_row_level(expectation)

    def split(self, expectations: Sequence[Expectation], rows: RowsScan) -> Iterator[tuple[Rows, Rows]]:
        """Yield for each part the rows to keep and the rows to set aside, both in their order.

        Repeated keys are looked for in all parts before the first one is yielded.

        Raises:
            SnapshotDamagedError: A part isn't what was written.
            DataError: An expectation can't be asked of these columns.
        """
        with connected(memory_limit=self.memory_limit) as connection:
            try:
                splitting = _Splitting(connection, expectations, rows)
                for part in rows.parts():
                    yield splitting.split(part)
            except FAULTS as error:
                msg = f"rows must be such that they can be split. Got {error} instead."
                raise DataError(msg) from error


class _Splitting:
    """One suite's rules over one scan.

    Args:
        connection: A DuckDB connection; it keeps the keys that are repeated.
        expectations: Row-level ones.
        rows: All parts.
    """

    def __init__(self, connection: Any, expectations: Sequence[Expectation], rows: RowsScan) -> None:  # noqa: ANN401
        every = Parts(rows)
        session = Session(connection, every)
        self.needed = columns_of(expectations) & set(every.names)
        table = session.table(self.needed)
        self.fails: dict[str, list[str]] = {}
        for place, expectation in enumerate(expectations):
            rule = _rule_of(expectation, table)
            if rule.keys:
                session.keep(f"repeated_{place}", _repeated(rule), rule.columns)
            self.fails.setdefault(reason_of(expectation), []).append(_fails(rule, place))
        self.part = _Part(every.names)
        self.session = Session(connection, self.part)

    def split(self, part: Any) -> tuple[pa.Table, pa.Table]:  # noqa: ANN401 - a `pyarrow.Table`, which ships no types
        import pyarrow as pa
        import pyarrow.compute as pc

        self.part.table = part
        failing = self._failing().sort_by(_PLACE)
        places = failing[_PLACE]
        reasons = failing[REASONS].cast(pa.list_(pa.string()))
        keep = pc.invert(pc.is_in(pa.array(range(part.num_rows), pa.int64()), value_set=places))
        return part.filter(keep), part.take(places).append_column(REASONS, reasons)

    def _failing(self) -> pa.Table:
        failing = [any_of([f"coalesce({fail}, false)" for fail in fails]) for fails in self.fails.values()]
        flags = ", ".join(f"{fails} AS f{place}" for place, fails in enumerate(failing))
        said = ", ".join(f"CASE WHEN f{place} THEN {text(reason)} END" for place, reason in enumerate(self.fails))
        any_flag = any_of([f"f{place}" for place in range(len(failing))])
        query = (
            f"SELECT {_PLACE_SQL}, list_filter([{said}]::VARCHAR[], lambda x: x IS NOT NULL) AS {REASONS} "
            f"FROM (SELECT {_PLACE_SQL}{', ' if flags else ''}{flags} FROM {ROWS}) WHERE {any_flag}"
        )
        return self.session.ask_arrow(query, frozenset(self.needed | {_PLACE}))


_PLACE_SQL = f'"{_PLACE}"'


class _Part:
    """One part as a source, its rows numbered."""

    folders: Sequence[Path] = ()

    def __init__(self, names: Mapping[str, str]) -> None:
        self.table: Any = None
        self._names = names

    def stored(self, connection: Any) -> Mapping[str, str]:  # noqa: ANN401, ARG002 - as the port
        return {**self._names, _PLACE: _PLACE}

    def reading(self, connection: Any, columns: Sequence[str] | None) -> str:  # noqa: ANN401 - DuckDB's own
        import pyarrow as pa

        wanted = [column for column in self.table.column_names if columns is None or column in columns]
        numbers = pa.array(range(self.table.num_rows), pa.int64())
        part = self.table.select(wanted).rename_columns([self._names[column] for column in wanted])
        connection.register(_PART, part.append_column(_PLACE, numbers))
        return _PART

    def raised(self) -> None:
        return None


def reason_of(expectation: Expectation) -> str:
    """Return what is written beside a row that fails.

    >>> reason_of(Expectation(type="expect_column_values_to_not_be_null", kwargs={"column": "load"}))
    'expect_column_values_to_not_be_null(load)'
    """
    return f"{expectation.type}({', '.join(expectation.columns)})"


def _rule_of(expectation: Expectation, table: Table) -> Rule:
    try:
        rule = plan_of(expectation, table).rule
    except UnfitError as error:
        msg = f"{reason_of(expectation)} must be one that can be asked of these rows. Got: {error}."
        raise DataError(msg) from error
    if rule is None or rule.of != ROWS:
        msg = f"{reason_of(expectation)} must be about each row by itself. Got one about all of them instead."
        raise DataError(msg)
    return rule


def _repeated(rule: Rule) -> str:
    keys = ", ".join(f"{key} AS k{place}" for place, key in enumerate(rule.keys))
    return f"SELECT {keys} FROM {ROWS} WHERE {rule.where} GROUP BY {', '.join(rule.keys)} HAVING count(*) > 1"


def _fails(rule: Rule, place: int) -> str:
    if not rule.keys:
        return rule.where
    same = " AND ".join(f"k{number} IS NOT DISTINCT FROM {ROWS}.{key}" for number, key in enumerate(rule.keys))
    return f"({rule.where} AND EXISTS (SELECT 1 FROM repeated_{place} WHERE {same}))"
