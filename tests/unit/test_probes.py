"""Models are put to the test: changed features, shuffled labels, two samples."""

from __future__ import annotations

import random
import warnings
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from headgate.adapters.sklearn_probes import SklearnProber
from headgate.adapters.sklearn_probes.changes import changed_rows
from headgate.core.needs import Perturbed
from headgate.errors import DataError
from headgate.ports import LoadedModel, Response
from tests.unit.scoring import Says

SEASONS = ["summer", "winter", None, "autumn"]
PROBER = SklearnProber()


def change(column: str, **how: Any) -> Perturbed:
    return Perturbed(who="it", column=column, **how)


def changed(values: Any, **how: Any) -> tuple[pa.Array, list[bool]]:
    rows, altered = changed_rows(pa.table({"c": values, "other": range(len(values))}), change("c", **how))
    assert rows.column_names == ["c", "other"]
    return rows.column("c").combine_chunks(), altered.tolist()


@pytest.mark.parametrize(
    ("values", "how", "wanted"),
    [
        (pa.array([1, 2, None], pa.int32()), {"add": 1.0}, pa.array([2, 3, None], pa.int32())),
        (pa.array([1, 2], pa.int32()), {"add": 0.5}, pa.array([1.5, 2.5])),
        (pa.array([0, 2], pa.uint8()), {"add": -1.0}, pa.array([-1.0, 1.0])),
        (pa.array([1.0, 2.5]), {"scale": 2.0, "add": 1.0}, pa.array([3.0, 6.0])),
        (pa.array([1.0, 2.5], pa.float32()), {"scale": 1.1}, pa.array([1.1, 2.75], pa.float32())),
    ],
)
def test_numbers_are_scaled_then_added_to_and_keep_their_type_where_it_fits(
    values: pa.Array, how: dict[str, float], wanted: pa.Array
) -> None:
    found, altered = changed(values, **how)
    assert found == wanted
    assert altered == [value is not None for value in values.to_pylist()]


def test_a_row_that_stays_as_it_was_is_not_altered() -> None:
    found, altered = changed(pa.array([0.0, 1.0, float("nan"), None]), scale=2.0)
    assert found.to_pylist()[:2] == [0.0, 2.0]
    assert altered == [False, True, False, False]


def test_values_are_replaced_all_at_once() -> None:
    swap = {"replace": (("summer", "winter"), ("winter", "summer"))}
    found, altered = changed(pa.array(SEASONS), **swap)
    assert found.to_pylist() == ["winter", "summer", None, "autumn"]
    assert altered == [True, True, False, False]


def test_categories_keep_their_places_and_new_ones_come_last() -> None:
    found, altered = changed(
        pa.array(SEASONS).dictionary_encode(), replace=(("winter", "spring"), ("summer", "winter"))
    )
    assert found.to_pylist() == ["winter", "spring", None, "autumn"]
    assert found.dictionary.to_pylist() == ["summer", "winter", "autumn", "spring"]
    assert altered == [True, True, False, False]


def test_numbers_and_truths_are_replaced_by_what_their_text_says() -> None:
    assert changed(pa.array([1, 2, 3]), replace=(("2", "7"),))[0].to_pylist() == [1, 7, 3]
    assert changed(pa.array([True, False]), replace=(("true", "false"),))[0].to_pylist() == [False, False]


@pytest.mark.parametrize(
    ("values", "how", "sentence"),
    [
        (
            pa.array(["a"]),
            {"add": 1.0},
            "must be of numbers to be scaled or added to. Got string instead: replace",
        ),
        (pa.array([1]), {"replace": (("one", "2"),)}, "must be of the type of c, int64. Got one instead."),
        (pa.array([[1]]), {"replace": (("1", "2"),)}, "must be of the type of c, list"),
    ],
)
def test_what_can_not_be_changed_so_is_a_data_error(values: pa.Array, how: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        changed(values, **how)


def test_a_column_that_is_not_there_is_a_data_error() -> None:
    with pytest.raises(DataError, match=r"Got 'sesaon' instead\. Did you mean season\?"):
        changed_rows(pa.table({"season": SEASONS}), change("sesaon", add=1.0))


def rows(count: int = 40) -> pa.Table:
    numbers = np.arange(float(count))
    return pa.table({"x": numbers, "s": ["u", "v"] * (count // 2), "y": numbers % 2 > 0})


def fitted(estimator: Any, *features: str, label: Any = None, takes: Any = "pandas") -> LoadedModel:
    frame = rows().to_pandas()
    given = frame[list(features)]
    estimator.fit(given if takes == "pandas" else given.to_numpy(), frame["x"] * 2 if label is None else label)
    return LoadedModel(model=estimator, features=features, takes=takes)


def test_a_number_changes_by_more_than_its_tolerance_or_not() -> None:
    model = fitted(LinearRegression(), "x")
    exact = 0.25  # the slope is 2, and 1/8 is added
    for tolerance, share in ((exact - 1e-6, 1.0), (exact + 1e-6, 0.0)):
        response = PROBER.respond(model, rows(), change("x", add=0.125, tolerance=tolerance))
        assert response == Response(rows=40, changed=share, rose=share, fell=0.0)
    fell = PROBER.respond(model, rows(), change("x", add=-1.0))
    assert (fell.changed, fell.rose, fell.fell) == (1.0, 0.0, 1.0)


def test_shares_are_of_the_rows_that_are_altered() -> None:
    model = fitted(make_pipeline(OneHotEncoder(), LinearRegression()), "s", label=[0.0, 1.0] * 20)
    assert PROBER.respond(model, rows(), change("s", replace=(("u", "v"),))) == Response(
        rows=20, changed=1.0, rose=1.0, fell=0.0
    )


def test_of_two_classes_the_second_ones_probability_rises() -> None:
    model = fitted(LogisticRegression(), "x", label=["no"] * 20 + ["yes"] * 20)
    response = PROBER.respond(model, rows(), change("x", add=1.0))
    assert (response.changed, response.rose, response.fell) == (1 / 40, 1.0, 0.0)


def test_of_three_classes_nothing_rises() -> None:
    model = fitted(LogisticRegression(), "x", label=["a"] * 10 + ["b"] * 10 + ["c"] * 20)
    response = PROBER.respond(model, rows(), change("x", add=100.0))
    assert (response.changed, response.rose, response.fell) == (0.5, None, None)


def test_a_column_that_is_no_feature_changes_nothing() -> None:
    response = PROBER.respond(fitted(LinearRegression(), "x"), rows(), change("s", replace=(("u", "v"),)))
    assert response == Response(rows=20, changed=0.0, rose=0.0, fell=0.0)


def test_a_model_that_takes_numbers_gets_numbers() -> None:
    response = PROBER.respond(fitted(LinearRegression(), "x", takes="numpy"), rows(), change("x", add=1.0))
    assert response.rose == 1.0


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (fitted(LinearRegression(), "x"), "change it of s must alter a row of the holdout. Got none that it alters."),
        (LoadedModel(model=Says([1.0]), features=("s",)), r"predictions must be of shape \(20,\)"),
        (
            LoadedModel(model=Says([float("nan")] * 20), features=("s",)),
            "Got 20 of 20 that are NaN or infinite",
        ),
        (
            LoadedModel(model=Says(KeyError("s")), features=("s",)),
            "must be able to predict the rows. Got KeyError",
        ),
        (LoadedModel(model=Says([1.0]), features=("z",)), "the model must find its features .* Got no z instead"),
    ],
)
def test_a_response_that_can_not_be_had_is_a_data_error(model: LoadedModel, sentence: str) -> None:
    old = "w" if "alter" in sentence else "u"
    with pytest.raises(DataError, match=sentence):
        PROBER.respond(model, rows(), change("s", replace=((old, "v"),)))


def test_a_category_that_the_model_never_saw_is_a_data_error() -> None:
    model = fitted(make_pipeline(OneHotEncoder(), LinearRegression()), "s", label=[0.0, 1.0] * 20)
    with pytest.raises(DataError, match="Found unknown categories"):
        PROBER.respond(model, rows(), change("s", replace=(("u", "w"),)))


class Draws(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """An estimator that remembers its labels, warns, and draws from the global generators."""

    def fit(self, frame: Any, labels: Any) -> None:
        warnings.warn("there is nothing to learn", stacklevel=1)
        self.labels_ = list(labels)
        self.drawn_ = (random.random(), np.random.rand())  # noqa: NPY002, S311 - what an estimator may draw from

    def predict(self, frame: Any) -> Any:
        return self.labels_


def test_labels_are_shuffled_by_the_seed_and_the_given_model_stays() -> None:
    model = LoadedModel(model=Draws(), features=("x",))
    before = np.random.get_state(legacy=False)  # noqa: NPY002 - as above
    first, again, other = (PROBER.refit_on_shuffled(model, rows(), label="x", seed=seed) for seed in (1, 1, 2))
    after = np.random.get_state(legacy=False)  # noqa: NPY002 - as above
    np.testing.assert_equal(after, before)
    assert (first.model.labels_, first.model.drawn_) == (again.model.labels_, again.model.drawn_)
    assert first.model.labels_ != other.model.labels_
    assert first.model.drawn_ != other.model.drawn_
    assert sorted(first.model.labels_) == rows().column("x").to_pylist() != first.model.labels_
    assert not hasattr(model.model, "labels_")
    assert first.features == ("x",)


def test_an_estimator_that_refuses_shuffled_labels_is_a_data_error() -> None:
    model = fitted(RandomForestClassifier(n_estimators=1), "x", label=["a", "b"] * 20)
    empty = rows().filter(pa.array([False] * 40))
    with pytest.raises(DataError, match=r"the estimator must fit shuffled labels\. Got ValueError: Found array with 0"):
        PROBER.refit_on_shuffled(model, empty, label="y", seed=0)


def samples(**columns: Any) -> tuple[pa.Table, pa.Table]:
    """Return two samples of 60 rows, by each column's values before and after."""
    halves = ({name: pair[side] for name, pair in columns.items()} for side in (0, 1))
    before, after = (pa.table(half) for half in halves)
    return before, after


def noise(seed: int) -> Any:
    return np.random.default_rng(seed).normal(size=60)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (pa.array(["b"] * 60), pa.array(["c"] * 60)),
        (pa.array(["b"] * 60).dictionary_encode(), pa.array(["c"] * 60).dictionary_encode()),
        (pa.array([True] * 60), pa.array([False] * 60)),
        (pa.array([1.0] * 60), pa.array([float("inf")] * 60)),
        (pa.array([1] * 60), pa.array([None] * 60, pa.int64())),
        (pa.array(["b"] * 60), pa.array([None] * 60, pa.string())),
    ],
    ids=["text", "categories", "truth", "infinite", "null", "null text"],
)
def test_samples_are_told_apart_by_values_of_any_kind(before: pa.Array, after: pa.Array) -> None:
    found = PROBER.tell_apart(*samples(noise=(noise(0), noise(1)), c=(before, after)), ("noise", "c"), seed=0)
    assert (found.auc, found.column) == (1.0, "c")


def test_times_and_nested_values_tell_nothing() -> None:
    when = (pa.array(range(60), pa.timestamp("us")), pa.array(range(100, 160), pa.timestamp("us")))
    lists = ([[0]] * 60, [[1]] * 60)
    before, after = samples(noise=(noise(0), noise(1)), when=when, lists=lists)
    assert PROBER.tell_apart(before, after, ("noise", "when", "lists"), seed=0).auc == pytest.approx(0.5, abs=0.2)
    with pytest.raises(DataError, match=r"must tell something but the time for .* Got when, lists\."):
        PROBER.tell_apart(before, after, ("when", "lists"), seed=0)


@pytest.mark.parametrize(("count", "enough"), [(49, False), (50, True)])
def test_it_takes_fifty_rows_on_either_side(count: int, *, enough: bool) -> None:
    before, after = samples(noise=(noise(0), noise(1)))
    for sides in ((before, after.slice(0, count)), (before.slice(0, count), after)):
        if enough:
            assert 0 <= PROBER.tell_apart(*sides, ("noise",), seed=0).auc <= 1
        else:
            with pytest.raises(DataError, match="must be 50 at least, each, to be told apart"):
                PROBER.tell_apart(*sides, ("noise",), seed=0)
