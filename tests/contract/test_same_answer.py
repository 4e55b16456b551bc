"""Compiled expectations give the answer that Great Expectations gives, for whatever rows and arguments."""

from __future__ import annotations

import math
import os
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import hypothesis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st

from headgate.adapters.duckdb_suites import DuckdbSuites
from headgate.adapters.duckdb_suites.compiling import TYPES
from headgate.adapters.gx_suites import GxSuites
from headgate.core.suite import Expectation, Measured
from headgate.core.suite_arguments import time_of
from headgate.testing.memory_scan import MemoryScan
from tests.contract.answer_frames import KINDS, Frame, frames
from tests.contract.answer_known import known
from tests.contract.answer_suites import ASK, asked

pytestmark = pytest.mark.no_cover  # tracing GX's own lines takes a third of the time

EXAMPLES = int(os.environ.get("HEADGATE_EXAMPLES", "1"))
"""Of each kind of column; a suite of all types is asked of each."""

ONLY_OURS = {"unexpected_rows_expectation"}
"""It is SQL, which Great Expectations doesn't run on pandas: test_gx_defects.py."""


def test_every_compiled_type_is_tried() -> None:
    assert set(TYPES) - ONLY_OURS <= set(ASK)
    assert len(TYPES) >= 30


@pytest.mark.parametrize("kind", KINDS)
def test_every_compiled_type_gives_the_same_answer(kind: str) -> None:
    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize="HEADGATE_EXAMPLES" not in os.environ,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=[Phase.generate],  # frames are small as they are, and each step of a shrink costs a run of GX
    )
    @given(frame=frames((kind,)), seed=st.integers(0, 2**32))
    def agree(frame: Frame, seed: int) -> None:
        ours, random = DuckdbSuites(), Random(seed)  # noqa: S311 - no secret
        suite = [e for e in (asked(type_, frame, random) for type_ in TYPES if type_ in ASK) if ours.takes(e)]
        rows = MemoryScan(frame.rows.slice(0, 3), frame.rows.slice(3))
        pairs = zip(suite, ours.run(suite, rows), GxSuites().run(suite, rows), strict=True)
        asked_of_both = [(e, mine, gx) for e, mine, gx in pairs if not mine.declined]
        wrong = [told(e, mine, gx) for e, mine, gx in asked_of_both if not agree_or_known(e, mine, gx, frame)]
        assert not wrong, f"{len(wrong)} differ on {frame.rows.to_pydict()}:\n" + "\n".join(wrong)

    agree()


NAMES = [("it's", 'a "b"'), ("a.b", "a b"), ("100%", "%s {x}"), ("a", "A"), ("é😀", "\u0130"), ("select", "rows")]


@pytest.mark.parametrize("names", NAMES, ids=map(ascii, NAMES))
def test_names_change_no_answer(names: tuple[str, str]) -> None:
    values = ["ab", "b", None, "b", ""], ["ab", None, None, "7", "b"]
    frame = Frame(kind="text", rows=pa.table([*values, [0, 1, 2, 1, 1], list("aabba")], names=[*names, "g", "s"]))
    plain, random = Frame(kind="text", rows=frame.rows.rename_columns(["x", "y", "g", "s"])), Random(1)  # noqa: S311
    suite = [renamed(asked(type_, plain, random), names) for type_ in TYPES if type_ in ASK]
    pairs = zip(
        suite, *(engine.run(suite, MemoryScan(frame.rows)) for engine in (DuckdbSuites(), GxSuites())), strict=True
    )
    answered = [(e, mine, gx) for e, mine, gx in pairs if not mine.declined]
    assert len(answered) >= 35
    assert not [told(e, mine, gx) for e, mine, gx in answered if not agree_or_known(e, mine, gx, frame)]


def renamed(expectation: Expectation, names: tuple[str, str]) -> Expectation:
    """Return it about columns of other names than `x` and `y`."""

    def named(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: named(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [named(inner) for inner in value]
        return dict(zip(("x", "y"), names, strict=True)).get(value, value) if isinstance(value, str) else value

    kwargs = {
        key: value for key, value in expectation.kwargs.items() if not isinstance(value, str) or "col(" not in value
    }
    return replace(expectation, kwargs=named(kwargs))


def agree_or_known(expectation: Expectation, ours: Measured, theirs: Measured, frame: Frame) -> bool:
    return is_same(expectation, ours, theirs, frame) or bool(known(expectation, ours, theirs, frame.rows))


def is_same(expectation: Expectation, ours: Measured, theirs: Measured, frame: Frame) -> bool:
    if (ours.success is None) != (theirs.success is None):
        return False
    if ours.success is None:
        return True
    counts = [(m.element_count, m.missing_count, m.unexpected_count) for m in (ours, theirs)]
    precision = 1e-6 if frame.kind == "float32" else 1e-9  # pandas adds them up in 32 bits
    same_observed = is_close(ours.observed, theirs.observed, precision)
    same_percent = is_close(ours.unexpected_percent, theirs.unexpected_percent)
    same_success = ours.success == theirs.success or is_on_the_edge(expectation, ours, theirs)
    return counts[0] == counts[1] and same_observed and same_percent and same_success


def is_close(one: Any, other: Any, precision: float = 1e-9) -> bool:
    """Floats may differ by a little of their size: sums depend on the order in which they are added."""
    if one == other:
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_close(one[key], other[key], precision) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(
            is_close(a, b, precision) for a, b in zip(ordered(one), ordered(other), strict=True)
        )
    if isinstance(one, float | int) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=precision)
    if isinstance(one, str) and isinstance(other, str) and (time := time_of(one)) and (their_time := time_of(other)):
        return abs(time - their_time) <= timedelta(milliseconds=1)  # a mean of milliseconds is cut to milliseconds
    return type(one) is type(other) and one == other


def ordered(values: list[Any]) -> list[Any]:
    return sorted(values, key=lambda v: (isinstance(v, str), v if isinstance(v, int | float) else 0, str(v)))


def is_on_the_edge(expectation: Expectation, ours: Measured, theirs: Measured) -> bool:
    """Whether a bound lies where two floats, equal but for rounding, may fall on either side of it."""
    bounds = [b for key in ("min_value", "max_value") if isinstance(b := expectation.kwargs.get(key), float | int)]
    observed = ours.observed
    return (
        isinstance(observed, float)
        and observed != theirs.observed
        and any(math.isclose(observed, bound, rel_tol=1e-6) for bound in bounds)
    )


def told(expectation: Expectation, ours: Measured, theirs: Measured) -> str:
    def said(m: Measured) -> str:
        if m.success is None:
            return f"broke ({(m.error or '')[:150]})"
        counts = (m.element_count, m.missing_count, m.unexpected_count)
        return f"{m.success} {counts if m.element_count is not None else m.observed!r}"

    return f"  {expectation.type} {dict(expectation.kwargs)}\n    headgate {said(ours)}\n    gx       {said(theirs)}"
