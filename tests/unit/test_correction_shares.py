"""What a gate of somebody's own brings as a p-value may be no number: that says nothing, and spoils nothing."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from headgate.core.combining import folded
from headgate.core.correction import Correction, corrected
from headgate.core.settling import settled
from headgate.core.verdict import Doubt, Verdict
from tests.unit.predicted import compared


def brought(p_fail: float) -> Verdict:
    return settled("Own", compared(0.5, p_fail), Doubt.STAY)


@pytest.mark.parametrize("correction", Correction)
@pytest.mark.parametrize(
    ("p_fail", "known"),
    [(-0.1, 1.0), (0.0, 0.0), (0.3, 0.6), (1.0, 1.0), (1.1, 1.0), (math.nan, 1.0), (math.inf, 1.0)],
    ids=["below", "least", "inside", "most", "above", "not a number", "infinite"],
)
def test_a_p_value_that_is_none_counts_as_1(correction: Correction, p_fail: float, known: float) -> None:
    (first, second), _ = corrected((brought(p_fail), brought(1.0)), correction)
    assert first.comparison is not None
    assert second.comparison is not None
    assert first.comparison.corrected_fail == pytest.approx(known)
    assert second.comparison.corrected_fail == 1.0


def test_a_warning_before_a_choice_leaves_the_choice_corrected() -> None:
    parts = tuple(settled(name, compared(p_pass, 0.9), Doubt.STAY) for name, p_pass in (("A", 0.03), ("B", 0.9)))
    verdicts = (replace(brought(0.5), warn_only=True), folded("any", parts, enough=1))
    (_, choice), notes = corrected(verdicts, Correction.HOLM)
    assert [part.comparison and part.comparison.corrected_pass for part in choice.parts] == [0.06, 0.9]
    assert notes[-1] == "where any of several may pass, p-values for the candidate are corrected, Holm (1979)"


def test_each_of_two_choices_is_corrected_within_itself() -> None:
    choices = [
        folded(
            title,
            tuple(settled(f"{title}{name}", compared(p, 0.9), Doubt.STAY) for name, p in (("A", 0.02), ("B", 0.5))),
            enough=1,
        )
        for title in ("first", "second")
    ]
    again, _ = corrected(choices, Correction.HOLM)
    found = [[part.comparison and part.comparison.corrected_pass for part in choice.parts] for choice in again]
    assert found == [[0.04, 0.5]] * 2


def test_a_choice_with_one_comparison_needs_no_correction() -> None:
    plain = Verdict.passed("Plain", "so", value=1.0, limit=1.0)
    choice = folded("any", (brought(0.9), plain), enough=1)
    (again,), notes = corrected((choice,), Correction.HOLM)
    assert (again, notes) == (choice, ())


def test_one_comparison_alone_is_left_as_it_came() -> None:
    (verdict, _), _ = corrected((brought(0.04), brought(0.9)), Correction.HOLM)
    assert verdict.comparison is not None
    assert verdict.comparison.corrected_fail == 0.08
    assert corrected((verdict,), Correction.HOLM) == ((verdict,), ())
