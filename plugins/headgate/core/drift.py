"""Drift: how far the rows of now have moved from those of a reference."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from headgate.core.divergence import (
    jensen_shannon,
    jensen_shannon_by_chance,
    normed_wasserstein,
    psi,
    psi_by_chance,
    wasserstein_by_chance,
)
from headgate.core.profile import ColumnProfile, Kind, Profile
from headgate.core.schema_drift import schema_changes
from headgate.core.validation import ExpectationResult, Finding, Severity
from headgate.errors import InputError

CATEGORY_SHARE = 0.01
"""New or vanished categories count when they hold more than this share of the rows."""

CATEGORY_ROWS = 10
"""How many rows of a category one side must lead to expect of the other before its absence says something: by chance
none of 10 expected rows turns up once in 20,000 times (Poisson)."""

NULLS_TOLD = 0.01
"""By how much the share of nulls must have moved to be told beside a measure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Limits on drift, per column. An effect size must cross its limit on enough rows to be an alarm.

    Args:
        psi: Ceiling on the population stability index, inclusive; not asked when `None`.
        jensen_shannon: Ceiling on the Jensen-Shannon distance (base 2, 0 to 1), inclusive; not asked when `None`.
        wasserstein: Ceiling on the 1-Wasserstein distance over the reference's standard deviation, inclusive; not
            asked when `None`.
        columns: Columns to look at; when `None` every one but times, which move with every window.
        min_rows: Least rows that both sides must have; with fewer nothing is measured, and the report says so.
        severity: What a crossed limit means. Where it is critical, drift that isn't measured doesn't pass either; only
            a model without a champion needs no reference.

    Raises:
        InputError: A field isn't what it must be.
    """

    psi: float | None = 0.2
    jensen_shannon: float | None = None
    wasserstein: float | None = None
    columns: tuple[str, ...] | None = None
    min_rows: int = 500
    severity: Severity = Severity.WARNING

    def __post_init__(self) -> None:
        for name, most in (("psi", math.inf), ("jensen_shannon", 1.0), ("wasserstein", math.inf)):
            _require_limit(name, getattr(self, name), most)
        if self.columns is not None:
            object.__setattr__(self, "columns", _columns(self.columns))
        if type(self.min_rows) is not int or self.min_rows < 1:
            msg = f"min_rows of Drift must be a whole number >= 1. Got {self.min_rows!r} instead."
            raise InputError(msg)
        try:
            object.__setattr__(self, "severity", Severity(self.severity))
        except ValueError as error:
            msg = f"severity of Drift must be one of {', '.join(Severity)}. Got {self.severity!r} instead."
            raise InputError(msg) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measure:
    """A way to measure drift: what results call it, what people call it, and what chance alone would measure."""

    expectation: str
    title: str
    distance: Callable[[ColumnProfile, ColumnProfile], float | None]
    by_chance: Callable[[ColumnProfile, ColumnProfile], float]
    power: int = 1
    """Chance adds to the measure to this power."""

    def beyond(self, limit: float, chance: float) -> float:
        """Return the least value that limit and chance don't explain together."""
        return float((limit**self.power + chance**self.power) ** (1 / self.power))


_PSI = _Measure(expectation="drift_psi", title="PSI", distance=psi, by_chance=psi_by_chance)
_JENSEN_SHANNON = _Measure(
    expectation="drift_jensen_shannon",
    title="Jensen-Shannon distance",
    distance=jensen_shannon,
    by_chance=jensen_shannon_by_chance,
    power=2,
)
_WASSERSTEIN = _Measure(
    expectation="drift_wasserstein",
    title="normed Wasserstein distance",
    distance=normed_wasserstein,
    by_chance=wasserstein_by_chance,
)


def explain_cold_start(model: str) -> str:
    """Return why drift isn't measured when a model has no champion.

    >>> explain_cold_start("co2")
    'not measured: co2 has no champion yet, so there is no reference'
    """
    return f"not measured: {model} has no champion yet, so there is no reference"


def measure_drift(reference: Profile, current: Profile, limits: Drift) -> tuple[ExpectationResult, ...]:
    """Return what became of every limit, column by column: first the schema, then measures and categories.

    A limit is crossed when the measured value is above the limit *and* above what chance adds to it on so few rows.

    What could not be measured is a result of its own, `drift_measured` (see `not_measured`). A column of
    `limits.columns` that neither side has is `BROKEN`: the limits are wrong, not the data.

    New and vanished categories are looked for where both sides name all their categories; in whole numbers, where a
    new value is often just a later one, they are of severity `info`, as vanished ones are everywhere.
    """
    results = [*_schema(reference, current, limits)]
    few = min(reference.rows, current.rows)
    if few < limits.min_rows:
        why = f"drift was not measured: it takes {limits.min_rows:,} rows on either side ({_sizes(reference, current)})"
        return (*results, not_measured(why, limits))
    for name in _looked_at(reference, current, limits):
        before, after = reference.column_of(name), current.column_of(name)
        if before and after and before.kind is after.kind:
            distances = list(_distances(before, after, limits))
            if not distances and limits.wasserstein is not None and limits.columns is not None:
                distances = [_unmeasured(_WASSERSTEIN, before, "only numbers and times have one", limits)]
            results += [*distances, *_categories(before, after, limits)]
        elif after and not before:
            results.append(not_measured(f"{name}: drift was not measured: the reference lacks it", limits, name))
    return tuple(results)


def not_measured(why: str, limits: Drift, column: str = "") -> ExpectationResult:
    """Return what is said of drift that can't be measured: it says nothing about the data, and is no pass.

    Unmet and of severity `info`; where drift is critical it broke, so that nothing passes on a measure that is missing.
    """
    if limits.severity is Severity.CRITICAL:
        return _result("drift_measured", column, Severity.CRITICAL, Finding.BROKEN, f"{why}, and drift is critical")
    return _result("drift_measured", column, Severity.INFO, Finding.UNMET, why)


def _distances(before: ColumnProfile, after: ColumnProfile, limits: Drift) -> Iterator[ExpectationResult]:
    if limits.psi is not None:
        yield _distance(_PSI, before, after, limits, limits.psi)
    if limits.jensen_shannon is not None:
        yield _distance(_JENSEN_SHANNON, before, after, limits, limits.jensen_shannon)
    if limits.wasserstein is not None and before.kind in {Kind.NUMBER, Kind.TIME}:
        few = min(before.values, after.values)
        if few < limits.min_rows:
            why = f"its distance takes {limits.min_rows:,} values on either side ({few:,} on one)"
            yield _unmeasured(_WASSERSTEIN, before, why, limits)
        else:
            yield _distance(_WASSERSTEIN, before, after, limits, limits.wasserstein)


def _distance(
    measure: _Measure, before: ColumnProfile, after: ColumnProfile, limits: Drift, limit: float
) -> ExpectationResult:
    value = measure.distance(before, after)
    if value is None:
        why = "the reference has infinite values, and so no standard deviation"
        return _unmeasured(measure, before, why, limits)
    chance = measure.by_chance(before, after)
    crossed = value > measure.beyond(limit, chance)
    shown, held = _told_apart(value, limit)
    sentence = f"{before.name}: {measure.title} {shown} is {'above' if value > limit else 'at most'} {held}"
    if value > limit and not crossed:
        sentence += f", but chance alone makes {chance:.2g} of so few rows"
    if math.isinf(value) and before.std == 0:
        sentence += f": the reference is constantly {before.quantiles[0]:g}"
    if abs(after.null_share - before.null_share) >= NULLS_TOLD:
        sentence += f"; nulls {100 * before.null_share:.3g} % before, {100 * after.null_share:.3g} % now"
    finding = Finding.UNMET if crossed else Finding.MET
    return _result(measure.expectation, before.name, limits.severity, finding, f"{sentence} ({_sizes(before, after)})")


def _unmeasured(measure: _Measure, column: ColumnProfile, why: str, limits: Drift) -> ExpectationResult:
    return not_measured(f"{column.name}: {measure.title} was not measured: {why}", limits, column.name)


def _categories(before: ColumnProfile, after: ColumnProfile, limits: Drift) -> Iterator[ExpectationResult]:
    if not before.categories or not after.categories or before.other or after.other:
        return
    severity = Severity.INFO if before.kind is Kind.NUMBER else limits.severity
    yield _absent("drift_new_categories", "new", after, before, severity)
    yield _absent("drift_vanished_categories", "vanished", before, after, Severity.INFO)


def _absent(
    expectation: str, word: str, there: ColumnProfile, elsewhere: ColumnProfile, severity: Severity
) -> ExpectationResult:
    """Return whether categories of one side that the other lacks hold enough rows to matter."""
    known = dict(elsewhere.categories)
    missing = [(name, rows) for name, rows in there.categories if name not in known]
    share = sum(rows for _, rows in missing) / there.rows
    matters = share > CATEGORY_SHARE and share * elsewhere.rows >= CATEGORY_ROWS
    if not missing:
        sentence = f"{there.name}: no {word} categories"
    else:
        names = ", ".join(repr(name) for name, _ in missing[:5]) + (", ..." if len(missing) > 5 else "")  # noqa: PLR2004
        one = "category" if len(missing) == 1 else "categories"
        sentence = f"{there.name}: {len(missing)} {word} {one} on {100 * share:.3g} % of the rows: {names}"
        sentence += "" if matters else "; too few rows to count"
    finding = Finding.UNMET if matters else Finding.MET
    samples = tuple(name for name, _ in missing[:5])
    return _result(expectation, there.name, severity, finding, sentence, share=share, samples=samples)


def _schema(reference: Profile, current: Profile, limits: Drift) -> Iterator[ExpectationResult]:
    changes = list(schema_changes(reference, current, limits.severity))
    yield from (_result("drift_schema", name, severity, Finding.UNMET, said) for name, severity, said in changes)
    if not changes:
        said = f"columns and their types are the reference's: {len(current.columns)}"
        yield _result("drift_schema", "", limits.severity, Finding.MET, said)
    for name in limits.columns or ():
        if not reference.column_of(name) and not current.column_of(name):
            close = difflib.get_close_matches(name, [column.name for column in current.columns], n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            said = f"columns of Drift must be in the data. Got {name!r} instead.{hint}"
            yield _result("drift_schema", name, limits.severity, Finding.BROKEN, said)


def _looked_at(reference: Profile, current: Profile, limits: Drift) -> list[str]:
    if limits.columns is not None:
        return list(limits.columns)
    return [
        column.name for column in current.columns if column.kind is not Kind.TIME and reference.column_of(column.name)
    ]


def _result(
    expectation: str,
    column: str,
    severity: Severity,
    finding: Finding,
    sentence: str,
    *,
    share: float | None = None,
    samples: tuple[str, ...] = (),
) -> ExpectationResult:
    return ExpectationResult(
        expectation=expectation,
        column=column,
        severity=severity,
        finding=finding,
        sentence=sentence,
        share=share,
        samples=samples,
        engine="drift",
    )


def _sizes(reference: Profile | ColumnProfile, current: Profile | ColumnProfile) -> str:
    return f"reference {reference.rows:,} rows, current {current.rows:,} rows"


def _told_apart(value: float, limit: float) -> tuple[str, str]:
    """Write two numbers with as many digits as it takes to see which is greater."""
    for digits in (3, 6, 17):
        shown, held = f"{value:.{digits}g}", f"{limit:.{digits}g}"
        if value == limit or float(shown) != float(held):
            return shown, held
    return repr(value), repr(limit)


def _require_limit(name: str, value: object, most: float) -> None:
    if value is None:
        return
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or not 0 <= value <= most
    ):
        wanted = "a number >= 0" if math.isinf(most) else f"a number in [0, {most:g}]"
        msg = f"{name} of Drift must be {wanted}, or None. Got {value!r} instead."
        raise InputError(msg)


def _columns(columns: object) -> tuple[str, ...]:
    if isinstance(columns, tuple | list) and columns and all(isinstance(name, str) and name for name in columns):
        return tuple(dict.fromkeys(columns))
    msg = f'columns of Drift must be column names such as ("station", "load"), or None. Got {columns!r} instead.'
    raise InputError(msg)
