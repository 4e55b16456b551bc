"""Gaps between groups: against fairlearn's numbers, and at their limits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from fairlearn.metrics import MetricFrame, demographic_parity_difference, equalized_odds_difference
from sklearn.metrics import zero_one_loss

from headgate.core.gate_fairness import DIFFERENCES, RATIOS, DemographicParity, EqualisedOdds, ErrorRateRatio
from headgate.core.gate_groups import Compared
from headgate.core.gates import Gate
from headgate.core.needs import Column
from headgate.core.numeric.fairness import GroupRates
from headgate.core.numeric.gaps import difference_bounds, p_values_of, ratio_bounds
from headgate.core.predictions import Predictions
from headgate.core.verdict import Outcome
from headgate.errors import InputError
from tests.unit.facts import (
    BADLY_LIMITED,
    FAIL,
    PASS,
    UNDECIDED,
    answer,
    groups,
    just_above,
    just_below,
    measured,
    outcome,
    predicted,
)

NONE = measured()


@pytest.mark.parametrize(
    ("selected", "expected"),
    [(70, PASS), (79, PASS), (80, PASS), (81, FAIL), (100, FAIL), (60, PASS), (59, FAIL)],
)
def test_a_gap_of_selection_rates_may_be_as_wide_as_its_ceiling(selected: int, expected: Outcome) -> None:
    # 0.8 - 0.7 is more than 0.1 in binary; no person would say so.
    rows = groups(a=(selected, 0, 0, 100 - selected), b=(70, 0, 0, 30))
    assert outcome(DemographicParity("region", at_most=0.1), NONE, rows) is expected


@pytest.mark.parametrize(
    ("found", "expected"), [(50, PASS), (59, PASS), (60, PASS), (61, FAIL), (40, PASS), (39, FAIL)]
)
def test_a_gap_of_true_positive_rates_may_be_as_wide_as_its_ceiling(found: int, expected: Outcome) -> None:
    rows = groups(a=(found, 100 - found, 30, 70), b=(50, 50, 30, 70))
    assert outcome(EqualisedOdds("region", at_most=0.1), NONE, rows) is expected


@pytest.mark.parametrize(("wrong", "expected"), [(30, PASS), (40, PASS), (41, FAIL), (20, PASS), (19, FAIL)])
def test_a_gap_of_false_positive_rates_may_be_as_wide_as_its_ceiling(wrong: int, expected: Outcome) -> None:
    rows = groups(a=(50, 50, wrong, 100 - wrong), b=(50, 50, 30, 70))
    assert outcome(EqualisedOdds("region", at_most=0.1), NONE, rows) is expected


@pytest.mark.parametrize(
    ("errors", "expected"), [(20, PASS), (24, PASS), (25, PASS), (26, FAIL), (16, PASS), (15, FAIL), (0, UNDECIDED)]
)
def test_a_ratio_of_error_rates_may_be_as_great_as_its_ceiling(errors: int, expected: Outcome) -> None:
    rows = groups(a=(50 - errors, errors, 0, 50) if errors <= 50 else (0, 50, 0, 50), b=(40, 10, 10, 40))
    assert outcome(ErrorRateRatio("region", at_most=1.25), NONE, rows) is expected


def test_groups_without_any_error_have_equal_rates() -> None:
    verdict = answer(ErrorRateRatio("region"), NONE, groups(a=(50, 0, 0, 50), b=(50, 0, 0, 50)))
    assert (verdict.outcome, verdict.value) == (PASS, 1.0)


def test_a_ratio_to_a_group_without_errors_is_none() -> None:
    verdict = answer(ErrorRateRatio("region"), NONE, groups(a=(50, 0, 0, 50), b=(50, 0, 1, 50)))
    assert verdict.outcome is UNDECIDED
    assert "to a group without errors there is no ratio" in verdict.reason


def test_gaps_are_fairlearns() -> None:
    draw = np.random.default_rng(3)
    labels, values = draw.integers(0, 2, 900).tolist(), draw.integers(0, 2, 900).tolist()
    column = draw.choice(list("abc"), 900).tolist()
    predictions = predicted(labels, values, columns={"region": column})
    asked = {"y_true": labels, "y_pred": values, "sensitive_features": column}
    errors = MetricFrame(metrics=zero_one_loss, **asked)
    expected: list[tuple[Gate, float]] = [
        (DemographicParity("region"), demographic_parity_difference(**asked)),
        (EqualisedOdds("region"), equalized_odds_difference(**asked)),
        (ErrorRateRatio("region"), 1 / errors.ratio()),
    ]
    for gate, value in expected:
        assert answer(gate, NONE, predictions).value == pytest.approx(value, abs=1e-9)


GATES: list[Any] = [DemographicParity, EqualisedOdds, ErrorRateRatio]


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize(("rows", "expected"), [(99, UNDECIDED), (100, PASS)])
def test_a_group_takes_its_least_rows(kind: Any, rows: int, expected: Outcome) -> None:
    each = 2 if kind is EqualisedOdds else 1
    counts = (rows - rows // 2, 0, 0, rows // 2) if each == 1 else (rows, 0, 0, 200)
    assert outcome(kind("region"), NONE, groups(a=counts, b=(100, 0, 0, 100))) is expected


def test_groups_that_are_too_small_are_left_out_and_said() -> None:
    rows = groups(a=(50, 0, 0, 50), b=(50, 0, 0, 50), tiny=(9, 0, 0, 0))
    verdict = answer(DemographicParity("region"), NONE, rows)
    said = "selection rates, b 0.5 to a 0.5 (left out, below 100 rows: tiny (9)): gap 0 is at most 0.1"
    assert (verdict.outcome, verdict.reason) == (PASS, said)


def test_many_groups_that_are_left_out_are_not_all_named() -> None:
    small: Any = {f"g{place}": (1, 0, 0, 0) for place in range(1200)}
    verdict = answer(ErrorRateRatio("region"), NONE, groups(a=(50, 0, 0, 50), **small))
    said = "a gap takes two groups that are large enough: only a is (left out, below 100 rows: g0 (1), g1 (1), "
    assert verdict.reason == f"{said}g10 (1), g100 (1), g1000 (1), 1,195 more)"


def test_five_groups_that_are_left_out_are_all_named() -> None:
    small: Any = dict.fromkeys("cdefg", (1, 0, 0, 0))
    verdict = answer(DemographicParity("region"), NONE, groups(a=(50, 0, 0, 50), b=(50, 0, 0, 50), **small))
    assert "(left out, below 100 rows: c (1), d (1), e (1), f (1), g (1)): gap 0" in verdict.reason


def test_odds_take_rows_of_both_classes() -> None:
    verdict = answer(EqualisedOdds("region"), NONE, groups(a=(500, 0, 0, 99), b=(99, 0, 0, 500), c=(0, 0, 0, 900)))
    assert verdict.outcome is UNDECIDED
    assert verdict.reason.startswith(
        "a gap takes two groups that are large enough: none is (left out, below 100 rows of"
    )


def test_rows_without_a_group_are_a_group() -> None:
    rows = predicted(
        [1] * 300, [1] * 100 + [0] * 200, columns={"region": ["a"] * 100 + [None] * 150 + [float("nan")] * 50}
    )
    verdict = answer(DemographicParity("region"), NONE, rows)
    assert verdict.reason == "selection rates, a 1 to null 0: gap 1 is above the ceiling 0.1"


def test_both_ends_of_the_odds_are_in_the_reason() -> None:
    verdict = answer(EqualisedOdds("region"), NONE, groups(a=(80, 20, 10, 90), b=(60, 40, 30, 70)))
    said = "true positive rates, a 0.8 to b 0.6; false positive rates, b 0.3 to a 0.1: greater gap 0.2 is above the "
    assert verdict.reason == f"{said}ceiling 0.1"


@pytest.mark.parametrize("kind", GATES)
def test_numbers_have_no_such_rates(kind: Any) -> None:
    rows = predicted([1.5, 2.0], [1.5, 2.0], classes=None, columns={"region": ["a", "b"]})
    verdict = answer(kind("region", min_rows=1), NONE, rows)
    assert verdict.outcome is UNDECIDED
    assert verdict.reason == "only a classifier's rates can be compared: this one predicts numbers"


@pytest.mark.parametrize("kind", [DemographicParity, EqualisedOdds])
def test_selection_and_odds_are_of_two_classes(kind: Any) -> None:
    rows = predicted(list("xyzxyz"), list("xyzxyz"), classes=("x", "y", "z"), columns={"region": list("aaabbb")})
    verdict = answer(kind("region", min_rows=1), NONE, rows)
    assert (verdict.outcome, verdict.reason.endswith("are of two classes: there are 3")) == (UNDECIDED, True)


def test_errors_are_of_any_number_of_classes() -> None:
    rows = predicted(list("xyzxyz"), list("xyyxxx"), classes=("x", "y", "z"), columns={"region": list("aaabbb")})
    verdict = answer(ErrorRateRatio("region", min_rows=1), NONE, rows)
    assert (verdict.outcome, verdict.value) == (FAIL, 2.0)


def test_the_greater_of_two_classes_is_the_positive() -> None:
    texts = {1: "yes", 0: "no"}
    plain = groups(a=(90, 10, 0, 0), b=(50, 50, 0, 0))
    rows = predicted(
        [texts[label] for label in plain.labels],
        [texts[value] for value in plain.candidate.values],
        classes=("no", "yes"),
        columns={"region": plain.columns["region"]},
    )
    gate = DemographicParity("region")
    assert answer(gate, NONE, rows) == answer(gate, NONE, plain)


@pytest.mark.parametrize("kind", GATES)
def test_a_column_that_is_missing_is_undecided(kind: Any) -> None:
    verdict = answer(kind("region"), NONE, predicted([0, 1], [0, 1]))
    assert (verdict.outcome, verdict.reason) == (UNDECIDED, "the holdout has no column region")
    assert kind("region").needs == (Column(name="region"),)
    assert kind("region").name == f"{kind.__name__}(region)"


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (predicted([], [], columns={"region": []}), "the holdout has no rows"),
        (predicted([0, 1], [0.0, float("nan")], columns={"region": "ab"}), "column region is of shape () for 2 rows"),
        (
            predicted([0, 1], [0.0, np.nan], columns={"region": list("ab")}),
            "1 of 2 predictions are null or not a number",
        ),
        (predicted([0, None], [0, 1], columns={"region": list("ab")}), "1 of 2 labels are null or not a number"),
        (predicted([0, 1], [0, 1, 1], columns={"region": list("ab")}), "predictions are of shape (3,), labels of"),
    ],
)
def test_predictions_that_cannot_be_counted_are_undecided(kind: Any, rows: Predictions, said: str) -> None:
    verdict = answer(kind("region", min_rows=1), NONE, rows)
    assert verdict.outcome is UNDECIDED
    assert said in verdict.reason


@pytest.mark.parametrize("limit", [*BADLY_LIMITED, just_below(0), just_above(1)])
def test_a_difference_of_rates_is_from_0_to_1(limit: Any) -> None:
    for kind in (DemographicParity, EqualisedOdds):
        said = rf"at_most of {kind.__name__}\(region\) must be a number in \[0, 1\]\. Got"
        with pytest.raises(InputError, match=said):
            kind("region", limit)


@pytest.mark.parametrize("limit", [*BADLY_LIMITED, just_below(1), 0, -1])
def test_a_ratio_of_greatest_to_least_is_1_or_more(limit: Any) -> None:
    with pytest.raises(InputError, match=r"at_most of ErrorRateRatio\(region\) must be a finite number >= 1\. Got"):
        ErrorRateRatio("region", limit)


def test_limits_may_be_at_their_bounds() -> None:
    assert [DemographicParity("region", limit).at_most for limit in (0, 1)] == [0, 1]
    assert [EqualisedOdds("region", limit).at_most for limit in (0, 1)] == [0, 1]
    assert ErrorRateRatio("region", 1).at_most == 1


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize("rows", [0, -1, 1.5, True, None, "9"])
def test_least_rows_are_a_whole_number(kind: Any, rows: Any) -> None:
    with pytest.raises(InputError, match=rf"min_rows of {kind.__name__}\(region\) must be a whole number >= 1\. Got"):
        kind("region", min_rows=rows)


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize("column", ["", " ", None, 3])
def test_a_column_is_a_text(kind: Any, column: Any) -> None:
    with pytest.raises(InputError, match=rf"column of {kind.__name__} must be a text\. Got"):
        kind(column)


@pytest.mark.parametrize(
    ("kind", "ceiling", "bounds_with", "method"),
    [
        (DemographicParity, 0.1, lambda sure: difference_bounds([250, 300], [800, 800], sure), DIFFERENCES),
        (EqualisedOdds, 0.1, lambda sure: difference_bounds([160, 200], [400, 400], sure, rates=2), DIFFERENCES),
        (ErrorRateRatio, 1.05, lambda sure: ratio_bounds([330, 300], [800, 800], sure), RATIOS),
    ],
)
def test_a_gap_with_a_confidence_is_held_with_its_bounds_p_values_rows_and_source(
    kind: Any, ceiling: float, bounds_with: Any, method: str
) -> None:
    verdict = answer(
        kind("region", ceiling, confidence=0.9), NONE, groups(a=(160, 240, 90, 310), b=(200, 200, 100, 300))
    )
    found = verdict.bounded
    assert found is not None
    assert (found.low, found.high) == bounds_with(0.9)
    assert (found.p_pass, found.p_fail) == p_values_of(bounds_with, ceiling)
    assert (found.rows, found.ceiling, found.confidence, found.method) == (1600, ceiling, 0.9, method)
    assert verdict.value == found.value
    assert verdict.reason.startswith(f"{found.what} ")


def test_errors_are_positives_that_are_missed_and_negatives_that_are_found() -> None:
    group = GroupRates(group="a", rows=100, positives=40, true_positives=30, false_positives=7)
    assert Compared(groups=(group, group), left_out="").errors == (17, 17)
    assert Compared(groups=(group,), left_out="").selected == (37,)
