"""Results, statistics and suites for the tests of the validation's page."""

from __future__ import annotations

import math
from typing import Any

from headgate.adapters.plotly_pages import PlotlyPages
from headgate.core.profile import ColumnProfile, Kind, Profile
from headgate.core.suite import Expectation, Suite
from headgate.core.validation import ExpectationResult, Finding, Severity, ValidationReport
from tests.unit.page_reader import Reader

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>\u202e</style></svg>"
BETWEEN = "expect_column_values_to_be_between"
IN_SET = "expect_column_values_to_be_in_set"


def result(finding: str, severity: str = "critical", sentence: str = "said", **more: Any) -> ExpectationResult:
    given: dict[str, Any] = {"expectation": "expect_something", "column": "co2"} | more
    return ExpectationResult(severity=Severity(severity), finding=Finding(finding), sentence=sentence, **given)


def report_of(*results: ExpectationResult, rows: int = 520, **more: Any) -> ValidationReport:
    given: dict[str, Any] = {"suite": "suite.json", "snapshot": "abc"} | more
    return ValidationReport(rows=rows, results=results, **given)


def validated(*results: ExpectationResult, **more: Any) -> Reader:
    return Reader(PlotlyPages().validation(report_of(*results, **more)))


def numbers(name: str = "co2", *values: float, kind: Kind = Kind.NUMBER) -> ColumnProfile:
    found = sorted(values or (350 + 5 * math.sin(place) * math.cos(place / 7) for place in range(1000)))
    last = len(found) - 1
    return ColumnProfile(
        name=name,
        type="double",
        kind=kind,
        rows=len(found),
        nulls=0,
        distinct=len(set(found)),
        mean=sum(found) / len(found),
        std=1.0,
        quantiles=tuple(found[round(last * place / 100)] for place in range(101)),
    )


def words(name: str = "station", **counts: int) -> ColumnProfile:
    rows, pairs = sum(counts.values()), tuple(counts.items())
    return ColumnProfile(
        name=name, type="string", kind=Kind.TEXT, rows=rows, nulls=0, distinct=len(pairs), categories=pairs
    )


def profile_of(*columns: ColumnProfile) -> Profile:
    return Profile(rows=max(column.rows for column in columns), columns=columns)


def suite_of(*entries: tuple[str, dict[str, Any]]) -> Suite:
    expectations = (Expectation(type=kind, kwargs=kwargs, place=place) for place, (kind, kwargs) in enumerate(entries))
    return Suite(name="suite.json", expectations=tuple(expectations))


def evil_validation() -> str:
    """Return a page on which everything that a user or a row can write is hostile."""
    rows = (((EVIL, EVIL), ("co2", EVIL)),)
    told: dict[str, Any] = {
        "column": EVIL,
        "samples": (EVIL,),
        "rows": rows,
        "expectation": EVIL,
        "engine": EVIL,
        "share": 0.5,
    }
    results = [
        result("unmet", sentence=EVIL, place=0, **told),
        result("unmet", "warning", sentence=EVIL, place=1, **told),
        result("broken", sentence=EVIL, **told),
        result("met", sentence=EVIL, **told),
        result("unmet", sentence=EVIL, **told | {"engine": "drift"}),
    ]
    report = report_of(*results, suite=EVIL, snapshot=EVIL, reference=EVIL, left_out=1, left_out_of=9)
    suite = suite_of((BETWEEN, {"column": EVIL, "max_value": 351}), (IN_SET, {"column": EVIL, "value_set": ["a"]}))
    statistics = profile_of(numbers(EVIL), words(f"{EVIL}2", **{EVIL: 5}))
    return PlotlyPages().validation(report, statistics, statistics, suite)
