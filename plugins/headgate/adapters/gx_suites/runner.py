"""Evaluate expectations over rows, and bring the results back into their order."""

from __future__ import annotations

import functools
import itertools
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import great_expectations as gx
import pandas as pd
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.data_context import EphemeralDataContext
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.datasource.fluent.interfaces import Batch
from great_expectations.exceptions.exceptions import GreatExpectationsError
from great_expectations.expectations.expectation import Expectation as GxExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

from headgate.adapters.gx_suites.bounds import kwargs_for
from headgate.adapters.gx_suites.frames import (
    frame_of,
    frame_of_names,
    is_about_names,
    is_about_types,
    with_texts_as_objects,
)
from headgate.adapters.gx_suites.measuring import measured
from headgate.core.sentences import missing_columns
from headgate.core.suite import Expectation, Measured
from headgate.ports import RowsScan

_RESULT_FORMAT = {"result_format": "SUMMARY", "partial_unexpected_count": 50}  # BASIC tells no rows
_COUNT = itertools.count()


class GxSuites:
    """Evaluates expectations with Great Expectations on pandas. All rows must fit into memory."""

    name = "gx"

    def takes(self, expectation: Expectation) -> bool:  # noqa: ARG002 - the port's
        """Return that it takes anything: it is the last to be asked."""
        return True

    def run(self, expectations: Sequence[Expectation], rows: RowsScan) -> tuple[Measured, ...]:
        """Return what was found about each, in their order.

        Times in arguments that have no zone are UTC. One about columns that aren't there broke.

        Raises:
            SnapshotDamagedError: A part isn't what was written.
        """
        found: dict[int, Measured] = {}
        for place, expectation in enumerate(expectations):
            if missing := missing_columns(expectation, rows.column_names):
                found[place] = Measured(success=None, error=f"column {missing[0]!r} isn't there")
        rest = {place: e for place, e in enumerate(expectations) if place not in found}
        about_names = {place: e for place, e in rest.items() if is_about_names(e)}
        about_rows = {place: e for place, e in rest.items() if place not in about_names}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GX's and pandas' own, about how GX is written
            if about_names:
                found |= _evaluate(about_names, frame_of_names(rows))
            if about_rows:
                found |= _evaluate_rows(about_rows, rows)
        return tuple(found[place] for place in range(len(expectations)))


def _evaluate_rows(expectations: dict[int, Expectation], rows: RowsScan) -> dict[int, Measured]:
    frame = frame_of(rows, list(expectations.values()))
    about_types = {place: e for place, e in expectations.items() if is_about_types(e)}
    found = _evaluate({place: e for place, e in expectations.items() if place not in about_types}, frame)
    return found | (_evaluate(about_types, with_texts_as_objects(frame)) if about_types else {})


def _evaluate(expectations: dict[int, Expectation], frame: pd.DataFrame) -> dict[int, Measured]:
    found: dict[int, Measured] = {}
    runnable: list[GxExpectation] = []
    for place, expectation in expectations.items():
        try:
            runnable.append(built_for(expectation, str(place), frame))
        except (GreatExpectationsError, TypeError, ValueError) as error:
            found[place] = Measured(
                success=None, error=f"Great Expectations refuses it: {' '.join(str(error).split())}"
            )
    return found | _measured(runnable, expectations, frame)


def _measured(
    runnable: Sequence[GxExpectation], expectations: Mapping[int, Expectation], frame: pd.DataFrame
) -> dict[int, Measured]:
    """Return what was found about each; those that raise break alone, though Great Expectations may let all go."""
    try:
        found = {_place(result): result for result in _results(runnable, frame)}
    except Exception as error:  # noqa: BLE001 - such as what a row condition raises that is a bundled metric's
        if len(runnable) == 1:
            said = f"{type(error).__name__}: {' '.join(str(error).split())}"
            return {int(runnable[0].id or -1): Measured(success=None, error=said)}
        half = len(runnable) // 2
        return _measured(runnable[:half], expectations, frame) | _measured(runnable[half:], expectations, frame)
    return {place: measured(expectations[place], result, frame) for place, result in found.items()}


def built_for(expectation: Expectation, place: str, frame: pd.DataFrame) -> GxExpectation:
    """Return an expectation as Great Expectations', its place in the suite as its id.

    Raises:
        GreatExpectationsError, TypeError, ValueError: It refuses its arguments.
    """
    kwargs = kwargs_for(expectation, frame)
    built = ExpectationConfiguration(type=expectation.type, kwargs=kwargs).to_domain_obj()
    return built.copy(update={"id": place})


def _results(expectations: Sequence[GxExpectation], frame: pd.DataFrame) -> Sequence[ExpectationValidationResult]:
    if not expectations:
        return ()
    suite = gx.ExpectationSuite(name="headgate")
    suite.expectations = list(expectations)  # its constructor refuses ids, and only they lead back to the order
    with batch_of(frame) as batch:
        return batch.validate(suite, result_format=_RESULT_FORMAT).results


@contextmanager
def batch_of(frame: pd.DataFrame) -> Iterator[Batch]:
    """Yield a batch on a data source of its own: a shared one mixes up threads, and keeps the frame afterwards."""
    context, name = _context(), f"rows-{next(_COUNT)}"
    rows = context.data_sources.add_pandas(name).add_dataframe_asset("rows").add_batch_definition_whole_dataframe("all")
    try:
        yield rows.get_batch({"dataframe": frame})
    finally:
        context.data_sources.delete(name)


@functools.cache
def _context() -> EphemeralDataContext:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def _place(result: ExpectationValidationResult) -> int:
    config = result.expectation_config
    return int(config.id) if config and config.id else -1
