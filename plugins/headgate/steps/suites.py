"""Evaluate a suite: each expectation on the first engine that takes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from headgate.core.sentences import result_of
from headgate.core.suite import Expectation, Measured, Suite
from headgate.core.validation import ExpectationResult

if TYPE_CHECKING:  # a command that checks a hundred rows doesn't wait for every port
    from headgate.ports import RowsScan, SuiteRunner

_UNTAKEN = Measured(success=None, error="no engine knows it", declined=True)
_NOBODY = "nobody"


class LazyEngine:
    """A `SuiteRunner` that is loaded when something goes to it: Great Expectations costs 3 s and 290 MB to import.

    Args:
        name: What results say who evaluated them.
        load: Imports and makes it.
        takes_all: It takes every expectation, so that it needn't be loaded to be asked.
    """

    def __init__(self, name: str, load: Callable[[], SuiteRunner], *, takes_all: bool = False) -> None:
        self.name = name
        self._load = load
        self._takes_all = takes_all
        self._loaded: SuiteRunner | None = None

    def takes(self, expectation: Expectation) -> bool:
        """Return whether it can evaluate an expectation."""
        return self._takes_all or self._engine.takes(expectation)

    def run(self, expectations: Sequence[Expectation], rows: RowsScan) -> tuple[Measured, ...]:
        """Return what was found about each, in their order.

        Raises:
            SnapshotDamagedError: A part isn't what was written.
        """
        return self._engine.run(expectations, rows)

    @property
    def _engine(self) -> SuiteRunner:
        if self._loaded is None:
            self._loaded = self._load()
        return self._loaded


def run_suite(suite: Suite, rows: RowsScan, *, engines: Sequence[SuiteRunner]) -> tuple[ExpectationResult, ...]:
    """Return each expectation's result, in the suite's order, under the name of the engine that evaluated it.

    What it does not do: judge. An engine that nothing goes to isn't asked to run.

    Running it again: gives the same, for the same rows.

    Args:
        suite: What is expected.
        rows: What it is expected of; read once by each engine that runs.
        engines: Each expectation goes to the first that takes it, and on to the next one that does where it is
            declined. One that none takes broke; one that is declined and then breaks says why it was declined.

    Raises:
        SnapshotDamagedError: A part isn't what was written.
    """
    found = {e.place: (_UNTAKEN, _NOBODY) for e in suite.expectations}
    for engine in engines:
        own = [e for e in suite.expectations if found[e.place][0].declined and engine.takes(e)]
        for expectation, measured in zip(own, engine.run(own, rows) if own else (), strict=True):
            _, said_by = found[expectation.place]
            if measured.success is not None or said_by == _NOBODY:
                found[expectation.place] = (measured, engine.name)
    present = rows.column_names
    return tuple(
        result_of(e, measured, present, engine=engine)
        for e in suite.expectations
        for measured, engine in (found[e.place],)
    )
