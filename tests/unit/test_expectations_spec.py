from __future__ import annotations

from typing import Any

import pytest

from headgate.core.drift import Drift
from headgate.core.validation import Severity
from headgate.errors import InputError
from headgate.spec import Expectations, FunctionCheck, PanderaCheck, Quarantine, SqlCheck

SQL = "SELECT * FROM rows WHERE load < 0"


@pytest.mark.parametrize(
    ("make", "fields", "said"),
    [
        (SqlCheck, {"name": " ", "sql": SQL}, "name of SqlCheck must be a text"),
        (SqlCheck, {"name": "loads", "sql": ""}, "sql of SqlCheck must be a text"),
        (SqlCheck, {"name": "loads", "sql": SQL, "severity": "fatal"}, "severity of SqlCheck must be one of critical"),
        (FunctionCheck, {"path": "include/checks.py"}, "path of FunctionCheck must be a dotted path"),
        (FunctionCheck, {"path": "a:b", "severity": None}, "severity of FunctionCheck must be one of critical"),
        (FunctionCheck, {"path": "a:b", "mostly": 1.01}, "mostly of FunctionCheck must be a number in"),
        (FunctionCheck, {"path": "a:b", "mostly": -0.01}, "mostly of FunctionCheck must be a number in"),
        (FunctionCheck, {"path": "a:b", "mostly": float("nan")}, "mostly of FunctionCheck must be a number in"),
        (FunctionCheck, {"path": "a:b", "mostly": True}, "mostly of FunctionCheck must be a number in"),
        (FunctionCheck, {"path": "a:b", "columns": ()}, "columns of FunctionCheck must be a tuple of column names"),
        (PanderaCheck, {"path": "a"}, "path of PanderaCheck must be a dotted path"),
        (PanderaCheck, {"path": "a:b", "severity": 3}, "severity of PanderaCheck must be one of critical"),
        (Expectations, {"suite": ""}, "expectations.suite must be a text"),
        (Expectations, {"suite": "s", "max_warnings": -1}, "max_warnings must be a whole number >= 0, or None"),
        (Expectations, {"suite": "s", "max_warnings": 1.0}, "max_warnings must be a whole number >= 0, or None"),
        (Expectations, {"suite": "s", "max_warnings": True}, "max_warnings must be a whole number >= 0, or None"),
        (Expectations, {"suite": "s", "checks": "SELECT 1"}, "expectations.checks must be a tuple of checks"),
        (Expectations, {"suite": "s", "checks": ("SELECT 1",)}, "expectations.checks must be checks such as SqlCheck"),
        (Expectations, {"suite": "s", "drift": 0.2}, "expectations.drift must be Drift"),
        (Expectations, {"suite": "s", "quarantine": 0.05}, "expectations.quarantine must be Quarantine"),
    ],
)
def test_a_field_that_is_wrong_is_named(make: Any, fields: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        make(**fields)


@pytest.mark.parametrize("mostly", [0, 0.5, 1])
def test_the_bounds_of_a_share_are_shares(mostly: float) -> None:
    assert FunctionCheck("a:b", mostly=mostly).mostly == mostly


def test_a_severity_may_be_said_as_text() -> None:
    check = SqlCheck(name="loads", sql=SQL, severity="warning")  # type: ignore[arg-type]
    assert check.severity is Severity.WARNING


def test_a_check_has_a_title() -> None:
    titles = [c.title for c in (SqlCheck(name="loads", sql=SQL), FunctionCheck("a:b"), PanderaCheck("a:S"))]
    assert titles == ["loads", "a:b", "a:S"]


def test_a_suite_alone_asks_for_nothing_else() -> None:
    asked = Expectations(suite="suite.json")
    assert (asked.max_warnings, asked.checks, asked.drift, asked.quarantine) == (None, (), None, None)


def test_everything_can_be_asked_at_once() -> None:
    checks: Any = [SqlCheck(name="loads", sql=SQL), FunctionCheck("a:b")]
    quarantine = Quarantine(max_share=0.05, slices=("station",))
    asked = Expectations(suite="suite.json", max_warnings=0, checks=checks, drift=Drift(), quarantine=quarantine)
    assert asked.checks == tuple(checks)
