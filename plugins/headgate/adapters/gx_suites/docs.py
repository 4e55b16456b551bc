"""Great Expectations' own page of results, for those who know it, with its calls home and its scripts removed."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import great_expectations as gx
import pandas as pd
from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
from great_expectations.exceptions.exceptions import GreatExpectationsError
from great_expectations.expectations.expectation import Expectation as GxExpectation
from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView

from headgate.adapters.gx_suites.frames import frame_of
from headgate.adapters.gx_suites.offline import offline
from headgate.adapters.gx_suites.runner import batch_of, built_for
from headgate.core.suite import Expectation
from headgate.ports import RowsScan

_RESULT_FORMAT = {"result_format": "SUMMARY", "partial_unexpected_count": 20}
_GX_ERRORS = (GreatExpectationsError, TypeError, ValueError)


def data_docs_page(expectations: Sequence[Expectation], rows: RowsScan) -> str:
    """Return Great Expectations' page of results as one offline page: no script, nothing loaded from anywhere.

    The rows are evaluated again, by Great Expectations on pandas; all of them must fit into memory. Where its page
    escapes nothing, what rows and suites hold is escaped before. Its graphs need scripts and aren't drawn. Where it
    fails, the page says so: our own report, and the verdict, don't depend on it.

    Raises:
        SnapshotDamagedError: A part isn't what was written.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GX's and pandas' own, about how GX is written
        frame = frame_of(rows, expectations, whole=True)
        try:
            return offline(_drawn(expectations, frame))
        except Exception as error:  # noqa: BLE001 - whatever GX raises on rows that it wasn't written for
            return offline(f"<h1>Great Expectations couldn't draw its page</h1><p>{escape(repr(error))}</p>")


def _drawn(expectations: Sequence[Expectation], frame: pd.DataFrame) -> str:
    found = _evaluated(list(_built(expectations, frame)), frame)
    document = ValidationResultsPageRenderer().render(_escaped(found))
    return str(DefaultJinjaPageView().render(document))  # type: ignore[no-untyped-call]


def _built(expectations: Sequence[Expectation], frame: pd.DataFrame) -> Iterator[GxExpectation]:
    """Yield the expectations; one whose arguments don't fit the rows is in our own report, and can't be in this one."""
    for expectation in expectations:
        try:
            yield built_for(expectation, str(expectation.place), frame)
        except _GX_ERRORS:
            continue


def _evaluated(expectations: Sequence[GxExpectation], frame: pd.DataFrame) -> ExpectationSuiteValidationResult:
    suite = gx.ExpectationSuite(name="headgate")
    suite.expectations = list(expectations)
    with batch_of(frame) as batch:
        return batch.validate(suite, result_format=_RESULT_FORMAT)


def _escaped(found: ExpectationSuiteValidationResult) -> ExpectationSuiteValidationResult:
    for result in found.results:
        result.result = _safe(result.result)
        result.exception_info = _safe(result.exception_info)
        if result.expectation_config is not None:
            result.expectation_config.kwargs = _safe(result.expectation_config.kwargs)
            result.expectation_config.meta = _safe(result.expectation_config.meta)
            result.expectation_config.notes = _safe(result.expectation_config.notes)
    return found


def _safe(value: Any) -> Any:  # noqa: ANN401 - plain data
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, dict):
        return {_safe(key): _safe(inner) for key, inner in value.items()}
    return [_safe(inner) for inner in value] if isinstance(value, list | tuple | set) else value
