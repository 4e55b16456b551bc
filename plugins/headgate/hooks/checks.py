"""What runs each kind of custom check: its library is imported by the task that asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from headgate.spec import FunctionCheck, PanderaCheck, SqlCheck

if TYPE_CHECKING:
    from headgate.ports import CheckRunner
    from headgate.spec import Check


def runner_of(check: Check) -> CheckRunner:
    """Return what runs a check.

    Raises:
        InputError: It needs an extra that isn't installed.
    """
    match check:
        case SqlCheck():
            from headgate.adapters.duckdb_check import DuckdbCheck

            return DuckdbCheck(check)
        case FunctionCheck():
            from headgate.adapters.function_check import FunctionRunner

            return FunctionRunner(check)
        case PanderaCheck():
            from headgate.adapters.pandera_check import PanderaRunner

            return PanderaRunner(check)
        case _:
            assert_never(check)
