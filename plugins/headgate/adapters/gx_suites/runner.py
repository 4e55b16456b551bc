"""Run a suite over rows, and bring its results back into the suite's order."""

from __future__ import annotations

import functools
import itertools
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date
from typing import Any, cast

import great_expectations as gx
import pandas as pd
import pyarrow as pa
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.data_context import EphemeralDataContext
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.datasource.fluent.interfaces import Batch
from great_expectations.expectations.expectation import Expectation

from headgate.adapters.gx_suites.reading import Suite, load_suite
from headgate.adapters.gx_suites.sentences import columns_of, no_column, result_of
from headgate.core.validation import ExpectationResult
from headgate.ports import Rows

_TYPE_LIST = "expect_column_values_to_be_in_type_list"
_RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 50}
_COUNT = itertools.count()


class GxSuiteRunner:
    """Runs Great Expectations suites."""

    def run(self, suite: str, rows: Rows) -> tuple[ExpectationResult, ...]:
        """Return one result for each expectation, in the suite's order.

        An expectation about a column that isn't there is broken, except the one that asks whether it is there.
        Date bounds without a zone are UTC where the column has one.

        Args:
            suite: Path of a suite's JSON file (relative to the working folder, or to a folder that Python imports
                from), or dotted path of a function that returns an `ExpectationSuite` or a list of expectations.
            rows: A `pyarrow.Table`.

        Raises:
            InputError: The suite can't be read, or holds an unknown expectation or argument.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # GX's own, about how the suite is written
            loaded = load_suite(suite)
            return _validate(loaded, cast("pa.Table", rows))


def _validate(suite: Suite, rows: pa.Table) -> tuple[ExpectationResult, ...]:
    present = rows.column_names
    missing = {place: _missing_columns(e, present) for place, e in enumerate(suite.expectations)}
    frame = _frame(rows, [e for place, e in enumerate(suite.expectations) if not missing[place]])
    runnable = [_prepared(e, str(place), frame) for place, e in enumerate(suite.expectations) if not missing[place]]
    found = {_place(result): result for result in _run(runnable, frame, suite.parameters)}
    return tuple(
        no_column(expectation, missing[place], present)
        if missing[place]
        else result_of(expectation, found[place], frame)
        for place, expectation in enumerate(suite.expectations)
    )


def _run(
    expectations: Sequence[Expectation], frame: pd.DataFrame, parameters: Mapping[str, Any]
) -> Iterable[ExpectationValidationResult]:
    if not expectations:
        return ()
    suite = gx.ExpectationSuite(name="headgate")
    suite.expectations = list(expectations)  # its constructor refuses ids, and only they lead back to the order
    with _batch_of(frame) as batch:
        return batch.validate(suite, result_format=_RESULT_FORMAT, expectation_parameters=dict(parameters)).results


@contextmanager
def _batch_of(frame: pd.DataFrame) -> Iterator[Batch]:
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


def _frame(rows: pa.Table, expectations: Sequence[Expectation]) -> pd.DataFrame:
    frame: pd.DataFrame = rows.to_pandas(ignore_metadata=True)
    typed = {c for e in expectations if e.expectation_type == _TYPE_LIST for c in columns_of(e)}
    texts = {column: object for column in typed if frame[column].dtype == "str"}
    return frame.astype(texts)  # GX 1.24 looks at each value of an object column, and knows no pandas 3 `str`


def _prepared(expectation: Expectation, place: str, frame: pd.DataFrame) -> Expectation:
    changed: dict[str, Any] = {"id": place}
    dtype = getattr(frame.get(getattr(expectation, "column", None)), "dtype", None)
    if dtype is not None and pd.api.types.is_datetime64_any_dtype(dtype):
        for bound in ("min_value", "max_value"):
            if isinstance(value := getattr(expectation, bound, None), date):
                changed[bound] = _instant(value, aware=getattr(dtype, "tz", None) is not None)
    return expectation.copy(update=changed)


def _place(result: ExpectationValidationResult) -> int:
    config = result.expectation_config
    return int(config.id) if config and config.id else -1


def _instant(bound: date, *, aware: bool) -> Any:  # noqa: ANN401 - datetime, as GX takes it
    """Return a bound as a datetime that compares with its column; GX leaves a date a date, and a zone out."""
    instant = pd.Timestamp(bound)
    instant = instant.tz_localize(UTC) if instant.tzinfo is None else instant.tz_convert(UTC)
    return (instant if aware else instant.tz_localize(None)).to_pydatetime()


def _missing_columns(expectation: Expectation, present: Sequence[str]) -> tuple[str, ...]:
    if expectation.expectation_type == "expect_column_to_exist":
        return ()
    return tuple(column for column in columns_of(expectation) if column not in present)
