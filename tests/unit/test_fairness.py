from __future__ import annotations

import math

import fairlearn.metrics as fair
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.core.numeric.fairness import (
    GroupRates,
    Rate,
    demographic_parity_difference,
    demographic_parity_ratio,
    equalized_odds_difference,
    equalized_odds_ratio,
    rate_difference,
    rate_ratio,
    rates_by_group,
)

THEIRS = {
    "selection_rate": (fair.selection_rate_difference, fair.selection_rate_ratio),
    "true_positive_rate": (fair.true_positive_rate_difference, fair.true_positive_rate_ratio),
    "false_positive_rate": (fair.false_positive_rate_difference, fair.false_positive_rate_ratio),
    "false_negative_rate": (fair.false_negative_rate_difference, fair.false_negative_rate_ratio),
    "error_rate": (fair.zero_one_loss_difference, fair.zero_one_loss_ratio),
}
rows = st.lists(st.tuples(st.booleans(), st.booleans(), st.sampled_from(["a", "b", "c"])), min_size=2, max_size=25)

few = settings(max_examples=30)  # each takes fairlearn 10 ms and more

# A group without positives, whose true positive rate scikit-learn and fairlearn take for 0, with a warning.
pytestmark = pytest.mark.filterwarnings("ignore")


def arrays(drawn: list[tuple[bool, bool, str]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    labels, predictions, groups = zip(*drawn, strict=True)
    return np.array(labels), np.array(predictions), np.array(groups)


def theirs(measure: object, drawn: list[tuple[bool, bool, str]]) -> float:
    labels, predictions, groups = arrays(drawn)
    return float(measure(labels.astype(int), predictions.astype(int), sensitive_features=list(groups)))  # type: ignore[operator]


def ours(drawn: list[tuple[bool, bool, str]]) -> tuple[GroupRates, ...]:
    return rates_by_group(*arrays(drawn))


@few
@given(rows)
def test_parity_and_odds_are_fairlearns(drawn: list[tuple[bool, bool, str]]) -> None:
    groups = ours(drawn)
    pairs = {
        demographic_parity_difference: fair.demographic_parity_difference,
        demographic_parity_ratio: fair.demographic_parity_ratio,
        equalized_odds_difference: fair.equalized_odds_difference,
        equalized_odds_ratio: fair.equalized_odds_ratio,
    }
    for measure, their in pairs.items():
        assert measure(groups) == pytest.approx(theirs(their, drawn), nan_ok=True)


@pytest.mark.parametrize("rate", THEIRS)
@few
@given(drawn=rows)
def test_differences_and_ratios_of_rates_are_fairlearns(rate: Rate, drawn: list[tuple[bool, bool, str]]) -> None:
    groups = ours(drawn)
    difference, ratio = THEIRS[rate]
    assert rate_difference(groups, rate) == pytest.approx(theirs(difference, drawn))
    assert rate_ratio(groups, rate) == pytest.approx(theirs(ratio, drawn), nan_ok=True)


@few
@given(rows)
def test_each_groups_rates_are_fairlearns(drawn: list[tuple[bool, bool, str]]) -> None:
    labels, predictions, groups = arrays(drawn)
    metrics = {
        "selection_rate": fair.selection_rate,
        "true_positive_rate": fair.true_positive_rate,
        "false_positive_rate": fair.false_positive_rate,
        "false_negative_rate": fair.false_negative_rate,
        "rows": fair.count,
    }
    frame = fair.MetricFrame(
        metrics=metrics, y_true=labels.astype(int), y_pred=predictions.astype(int), sensitive_features=list(groups)
    )
    for group in ours(drawn):
        for name in metrics:
            assert getattr(group, name) == pytest.approx(frame.by_group.loc[group.group, name])


def test_the_counts_are_those_of_the_rows() -> None:
    labels = np.array([True, True, False, False, True])
    predictions = np.array([True, False, True, False, True])
    one, two = rates_by_group(labels, predictions, np.array([1, 1, 1, 1, 2]))
    assert one == GroupRates(group=1, rows=4, positives=2, true_positives=1, false_positives=1)
    assert two == GroupRates(group=2, rows=1, positives=1, true_positives=1, false_positives=0)
    rates = (one.selection_rate, one.true_positive_rate, one.false_positive_rate, one.false_negative_rate)
    assert (*rates, one.error_rate, one.negatives) == (0.5, 0.5, 0.5, 0.5, 0.5, 2)
    assert two.negatives == 0


def test_a_rate_over_no_rows_is_0_and_its_count_says_so() -> None:
    (group,) = rates_by_group(np.array([False]), np.array([True]), np.array(["a"]))
    assert (group.positives, group.true_positive_rate, group.false_negative_rate) == (0, 0.0, 0.0)
    assert group.false_positive_rate == 1.0


def test_a_ratio_of_nothing_to_nothing_is_no_number() -> None:
    groups = rates_by_group(np.array([True, True]), np.array([False, False]), np.array(["a", "b"]))
    assert math.isnan(demographic_parity_ratio(groups))
    assert math.isnan(equalized_odds_ratio(groups))
    assert rate_ratio(groups, "false_negative_rate") == 1.0
