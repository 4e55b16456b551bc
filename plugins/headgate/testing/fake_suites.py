"""A SuiteRunner that truly evaluates a handful of Great Expectations' expectations, without Great Expectations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa  # noqa: TID253 - no Dag imports it
import pyarrow.compute as pc  # noqa: TID253 - as above

from headgate.core.validation import ExpectationResult, Finding, Severity
from headgate.errors import InputError
from headgate.ports import Rows

Entry = Mapping[str, Any]


class FakeSuiteRunner:
    """Runs suites that it was given by name, as entries of a suite's JSON (`type`, `kwargs`, `severity`).

    Args:
        suites: Entries by the suite's name; naming another suite is an `InputError`, as a missing file is.
    """

    def __init__(self, suites: Mapping[str, Sequence[Entry]]) -> None:
        self.suites = suites
        self.runs: list[str] = []

    def run(self, suite: str, rows: Rows) -> tuple[ExpectationResult, ...]:
        """Return one result for each expectation, in the suite's order.

        Raises:
            InputError: There is no such suite, or the fake doesn't know one of its expectations.
        """
        if suite not in self.suites:
            msg = f"expectations must be one of {sorted(self.suites)}. Got {suite!r} instead."
            raise InputError(msg)
        for entry in self.suites[suite]:
            if entry["type"] not in _UNEXPECTED and entry["type"] != _ROW_COUNT:
                msg = f"an expectation must be one of {[_ROW_COUNT, *_UNEXPECTED]}. Got {entry['type']!r} instead."
                raise InputError(msg)
        self.runs.append(suite)
        return tuple(_result(entry, rows) for entry in self.suites[suite])


_ROW_COUNT = "expect_table_row_count_to_be_between"


def _is_outside(values: Any, kwargs: Entry) -> Any:  # noqa: ANN401 - pyarrow ships no types
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    below = pc.less(values, low) if low is not None else pa.scalar(value=False)
    above = pc.greater(values, high) if high is not None else pa.scalar(value=False)
    return pc.or_(below, above)


_UNEXPECTED: Mapping[str, Callable[[Any, Entry], Any]] = {
    "expect_column_values_to_not_be_null": lambda values, _: pc.is_null(values, nan_is_null=True),
    "expect_column_values_to_be_between": _is_outside,
    "expect_column_values_to_be_in_set": lambda values, kwargs: pc.invert(
        pc.is_in(values, value_set=pa.array(kwargs["value_set"]))
    ),
}


def _result(entry: Entry, rows: Any) -> ExpectationResult:  # noqa: ANN401 - a pyarrow table
    kind, kwargs = entry["type"], entry.get("kwargs", {})
    if kind == _ROW_COUNT:
        met = kwargs.get("min_value", 0) <= rows.num_rows <= kwargs.get("max_value", rows.num_rows)
        return _told(entry, Finding.MET if met else Finding.UNMET, f"found {rows.num_rows}")
    if kwargs["column"] not in rows.column_names:
        said = f"column {kwargs['column']!r} isn't there; there are: {', '.join(rows.column_names)}"
        return _told(entry, Finding.BROKEN, said)
    values = rows[kwargs["column"]]
    values = values if kind.endswith("_null") else values.drop_null()
    unexpected = values.filter(_UNEXPECTED[kind](values, kwargs))
    share = len(unexpected) / len(values) if len(values) else 0.0
    finding = Finding.MET if 1 - share >= kwargs.get("mostly", 1.0) else Finding.UNMET
    samples = tuple(dict.fromkeys(repr(v) for v in unexpected.drop_null().to_pylist()))[:5]
    return _told(entry, finding, f"{len(unexpected)} of {len(values)} values", share=share, samples=samples)


def _told(
    entry: Entry,
    finding: Finding,
    said: str,
    *,
    share: float | None = None,
    samples: tuple[str, ...] = (),
) -> ExpectationResult:
    column = entry.get("kwargs", {}).get("column", "")
    return ExpectationResult(
        expectation=entry["type"],
        column=column,
        severity=Severity(entry.get("severity", "critical")),
        finding=finding,
        sentence=f"{entry['type']}({column}): {said}",
        share=share,
        samples=samples,
    )
