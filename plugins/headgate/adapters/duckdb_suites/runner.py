"""Run a suite: every expectation's figures in one scan, a pass for each grouping, and a look at what failed."""

# ruff: noqa: S608 - names and values are quoted, each in its place
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from headgate.adapters.duckdb_suites.compiling import plan_of, takes
from headgate.adapters.duckdb_suites.connections import FAULTS, TOO_LITTLE_MEMORY, UNFIT_VALUES, connected
from headgate.adapters.duckdb_suites.explaining import explained
from headgate.adapters.duckdb_suites.looking import looked_at
from headgate.adapters.duckdb_suites.plan import Answers, Ask, MissingColumnError, Plan, UnfitError
from headgate.adapters.duckdb_suites.row_conditions import condition_of
from headgate.adapters.duckdb_suites.scans import DataFiles, Parts, Source
from headgate.adapters.duckdb_suites.sessions import Session
from headgate.core.suite import Expectation, Measured
from headgate.errors import DataError

if TYPE_CHECKING:
    from headgate.ports.rows import RowsScan


class DuckdbSuites:
    """Evaluates suites in DuckDB, without importing Great Expectations, pandas or numpy.

    Args:
        memory_limit: What DuckDB may take, such as `512MB`; most of the machine's when `None`.
        threads: How many; as many as there are cores when `None`.
    """

    name = "headgate"

    def __init__(self, memory_limit: str | None = None, threads: int | None = None) -> None:
        self.memory_limit = memory_limit
        self.threads = threads

    def takes(self, expectation: Expectation) -> bool:
        """Return whether an expectation of that type, with those arguments, is compiled."""
        return takes(expectation)

    def run(self, expectations: Sequence[Expectation], rows: RowsScan) -> tuple[Measured, ...]:
        """Return what was found about each, in their order. One that can't be evaluated broke.

        Raises:
            SnapshotDamagedError: A part isn't what was written.
            DataError: A file can't be read.
        """
        with self._opened(rows) as session:
            return _Run(session, expectations).measured()

    def explain(self, expectations: Sequence[Expectation], rows: RowsScan) -> str:
        """Return the SQL that `run` begins with, readable; what is left to another engine is named.

        Raises:
            DataError: A file can't be read.
        """
        with self._opened(rows) as session:
            table = session.table(columns_of(expectations))
        return explained([(expectation, _planned(expectation, table)) for expectation in expectations])

    @contextmanager
    def _opened(self, rows: RowsScan) -> Iterator[Session]:
        source = source_of(rows)
        with connected(memory_limit=self.memory_limit, threads=self.threads, folders=source.folders) as connection:
            try:
                yield Session(connection, source)
            except FAULTS as error:
                msg = f"the rows must be readable. Got {first_line(error)} instead."
                raise DataError(msg) from error


def source_of(rows: RowsScan) -> Source:
    """Return rows as what a session reads."""
    return rows if isinstance(rows, DataFiles) else Parts(rows)


def columns_of(expectations: Iterable[Expectation]) -> set[str]:
    """Return the columns that expectations name, whether they are there or not."""
    named: set[str] = set()
    for expectation in expectations:
        named.update(expectation.columns)
        if takes(expectation) and (condition := condition_of(expectation.kwargs)):
            named.update(condition.columns)
    return named


def _planned(expectation: Expectation, table: Any) -> Plan | Measured:  # noqa: ANN401 - a Table
    if not takes(expectation):
        return _declined("it isn't compiled")
    try:
        return plan_of(expectation, table)
    except MissingColumnError as error:
        return _broken(str(error))
    except UnfitError as error:
        return _declined(str(error))


class _Run:
    """One run over one session.

    Args:
        session: Where to ask.
        expectations: What is asked.
    """

    def __init__(self, session: Session, expectations: Sequence[Expectation]) -> None:
        self.session = session
        table = session.table(columns_of(expectations))
        self.found = [_planned(expectation, table) for expectation in expectations]
        self.answers: dict[Ask, Any] = {}

    def measured(self) -> tuple[Measured, ...]:
        last: dict[int, Plan] = {}
        while plans := {place: plan for place, plan in enumerate(self.found) if isinstance(plan, Plan)}:
            faults = self._ask([ask for plan in plans.values() for ask in plan.asks])
            for place, plan in plans.items():
                self.found[place] = self._read(plan, faults)
            last |= plans
        return tuple(
            self._with_rows(found, last.get(place))
            for place, found in enumerate(self.found)
            if isinstance(found, Measured)
        )

    def _read(self, plan: Plan, faults: dict[Ask, Exception]) -> Measured | Plan:
        for ask in plan.asks:
            if ask in faults:
                return _faulty(faults[ask])
        try:
            return plan.read(self.answers)
        except (ArithmeticError, TypeError, ValueError) as error:
            return _declined(f"what was found has no answer to it: {error}")

    def _ask(self, asks: Sequence[Ask]) -> dict[Ask, Exception]:
        """Ask what isn't known yet, one query for each thing to ask of; return what can't be answered, and why."""
        new = [ask for ask in dict.fromkeys(asks) if ask not in self.answers]
        faults: dict[Ask, Exception] = {}
        for of in dict.fromkeys(ask.of for ask in new):
            together = [ask for ask in new if ask.of == of]
            try:
                self.answers |= self._answers(together)
            except FAULTS:
                faults |= self._ask_singly(together)
        return faults

    def _ask_singly(self, asks: Sequence[Ask]) -> dict[Ask, Exception]:
        faults: dict[Ask, Exception] = {}
        for ask in asks:
            try:
                self.answers |= self._answers([ask])
            except FAULTS as error:
                faults[ask] = error
        return faults

    def _answers(self, asks: Sequence[Ask]) -> Answers:
        listed = ", ".join(ask.sql for ask in asks)
        columns = frozenset[str]().union(*(ask.columns for ask in asks))
        (row,) = self.session.ask(f"SELECT {listed} FROM {asks[0].of}", columns)
        return dict(zip(asks, row, strict=True))

    def _with_rows(self, found: Measured, plan: Plan | None) -> Measured:
        fails = found.success is False or bool(found.unexpected_count)
        if not fails or plan is None or plan.rule is None:
            return found
        try:
            return looked_at(found, plan.rule, self.session)
        except FAULTS as error:
            return replace(found, samples=found.samples or (f"the rows can't be shown: {first_line(error)}",))


def first_line(error: Exception) -> str:
    """Return what DuckDB says, without the query it repeats below."""
    return str(error).strip().partition("\n")[0]


def _faulty(error: Exception) -> Measured:
    said = first_line(error)
    if isinstance(error, TOO_LITTLE_MEMORY):
        return _broken(f"it needs more memory than it may take: raise the memory limit, or ask it of less ({said})")
    return _declined(said) if isinstance(error, UNFIT_VALUES) else _broken(said)


def _broken(error: str) -> Measured:
    return Measured(success=None, error=error)


def _declined(error: str) -> Measured:
    return Measured(success=None, error=error, declined=True)
