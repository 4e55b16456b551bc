"""Expectations that take a second look, once a first one has counted or averaged: quantiles, z-scores, outliers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from headgate.adapters.duckdb_suites.aggregates import arithmetic
from headgate.adapters.duckdb_suites.kinds import Column, Kind
from headgate.adapters.duckdb_suites.plain import plain
from headgate.adapters.duckdb_suites.plan import Answers, Plan, UnfitError
from headgate.adapters.duckdb_suites.quoting import literal
from headgate.adapters.duckdb_suites.request import Request, is_null, rowwise
from headgate.core.suite import Measured

METHODS = ("linear", "lower", "higher", "midpoint", "nearest")
_RELATIVE, _ABSOLUTE = 1e-4, 1e-8
_HALF = 0.5


def quantiles(request: Request) -> Plan:
    """Plan `expect_column_quantile_values_to_be_between`; near a bound, within 1e-4 of it, counts as within."""
    column = request.column()
    ranges = request.kwargs["quantile_ranges"]
    method = request.kwargs.get("allow_relative_error") or "nearest"

    def read(values: Sequence[float | None]) -> Measured:
        bounds = zip(values, ranges["value_ranges"], strict=True)
        observed = {"quantiles": list(ranges["quantiles"]), "values": [plain(value) for value in values]}
        return Measured(success=all(_near(value, low, high) for value, (low, high) in bounds), observed=observed)

    return _quantiles(request, column, ranges["quantiles"], method, read)


def z_scores(request: Request) -> Plan:
    """Plan `expect_column_value_z_scores_to_be_less_than`; where there is no spread, every value is fine."""
    column = request.column()
    value = _measured(column)
    average, spread = request.ask(f"avg({value})", [column]), request.ask(f"stddev_samp({value})", [column])
    limit, both = request.kwargs["threshold"], request.kwargs.get("double_sided")

    def read(answers: Answers) -> Plan:
        if not _is_finite(answers[average]) or not answers[spread] or math.isnan(answers[spread]):
            return rowwise(request, [column], fails="false", skips=is_null(column))
        score = f"({value} - {literal(answers[average])}) / {literal(answers[spread])}"
        fine = f"abs({score}) < {literal(abs(limit))}" if both else f"{score} < {literal(limit)}"
        return rowwise(request, [column], fails=f"NOT ({fine})", skips=is_null(column))

    return Plan(asks=(average, spread), read=read)


def outliers(request: Request) -> Plan:
    """Plan `expect_column_values_to_not_be_outliers`: by Tukey's fences, or by standard deviations from the mean."""
    column = request.column()
    value, multiplier = _measured(column), float(request.kwargs.get("multiplier", 1.5))

    def within(low: float | None, high: float | None, spread: float | None, *, strict: bool) -> Plan:
        if low is None or high is None or spread is None or not all(map(math.isfinite, (low, high, spread))):
            return rowwise(request, [column], fails="false", skips=is_null(column))
        return rowwise(
            request,
            [column],
            fails=f"NOT {_window(value, low, high, multiplier * spread, strict=strict)}",
            skips=is_null(column),
        )

    if request.kwargs.get("method", "iqr") == "iqr":
        return _quantiles(
            request,
            column,
            (0.25, 0.75),
            "linear",
            lambda q: within(q[0], q[1], None if q[0] is None or q[1] is None else q[1] - q[0], strict=False),
        )
    average, spread = request.ask(f"avg({value})", [column]), request.ask(f"stddev_samp({value})", [column])
    return Plan(
        asks=(average, spread),
        read=lambda answers: within(answers[average], answers[average], answers[spread], strict=True),
    )


def _measured(column: Column) -> str:
    """Return a column as SQL whose values' distance from the others can be told.

    Raises:
        UnfitError: It is no number, or pandas would measure it in 32 bits; bools have no quartiles there.
    """
    if column.kind is Kind.BOOLEAN or column.type == "FLOAT":
        msg = f"column {column.name!r} is {column.kind.value} ({column.type}), which has no exact spread"
        raise UnfitError(msg)
    return arithmetic(column)


def place_of(quantile: float, count: int, method: str) -> tuple[int, int, float]:
    """Return the places, from 0, of the two values that a quantile lies between, and its share of the way.

    Numpy's definitions, which pandas takes; a half goes to the even place.

    >>> place_of(0.5, 4, "nearest"), place_of(0.5, 4, "linear")
    ((2, 2, 0.0), (1, 2, 0.5))
    """
    exact = (count - 1) * (quantile * 100 / 100)
    low, high = math.floor(exact), math.ceil(exact)
    match method:
        case "nearest":
            return round(exact), round(exact), 0.0
        case "lower":
            return low, low, 0.0
        case "higher":
            return high, high, 0.0
        case "midpoint":
            return low, high, _HALF
    return low, high, exact - low


def _quantiles(
    request: Request,
    column: Column,
    shares: Sequence[float],
    method: str,
    then: Callable[[Sequence[float | None]], Measured | Plan],
) -> Plan:
    """Count first: which values are the quantiles depends on how many there are."""
    values = arithmetic(column)
    counted = request.ask(f"count({column.sql})", [column])

    def read(answers: Answers) -> Measured | Plan:
        count = answers[counted]
        if not count:
            return then([None for _ in shares])
        places = [place_of(share, count, method) for share in shares]
        wanted = sorted({place for low, high, _ in places for place in (low, high)})
        listed = ", ".join(literal((place + _HALF) / count) for place in wanted)
        ask = request.ask(f"quantile_disc({values}, [{listed}])", [column])

        def interpolate(answers: Answers) -> Measured | Plan:
            at = dict(zip(wanted, answers[ask], strict=True))
            return then([_between(at[low], at[high], share) for low, high, share in places])

        return Plan(asks=(ask,), read=interpolate)

    return Plan(asks=(counted,), read=read)


def _between(low: Any, high: Any, share: float) -> float:  # noqa: ANN401 - a number of any type
    return float(low if not share else low + (high - low) * share)


def _near(value: float | None, low: float | None, high: float | None) -> bool:
    if value is None or math.isnan(value):
        return False
    low, high = -math.inf if low is None else low, math.inf if high is None else high
    return low <= value <= high or any(
        value == bound or abs(value - bound) <= _ABSOLUTE + _RELATIVE * abs(bound)
        for bound in (low, high)
        if math.isfinite(bound)
    )


def _window(value: str, low: float, high: float, margin: float, *, strict: bool) -> str:
    if not strict:
        return f"({value} >= {literal(low - margin)} AND {value} <= {literal(high + margin)})"
    if margin <= 0:
        return f"({value} = {literal(low)})"
    return f"(abs({value} - {literal(low)}) < {literal(margin)})"


def _is_finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
