from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from headgate.adapters.sklearn_scorer import SklearnScorer
from headgate.core.evaluation import OVERALL
from headgate.core.metrics import mae
from headgate.errors import DataError, InputError
from headgate.ports import LoadedModel
from tests.unit.scoring import (
    OF_PROBABILITIES,
    OF_VALUES,
    Says,
    asked,
    holdout,
    predictions_of,
    says,
    value,
)


def test_overall_comes_first_and_each_value_is_a_slice() -> None:
    table = holdout([1.0, 2.0, 3.0, 4.0], season=["summer", None, "winter", "summer"], leap=[True, False, False, True])
    scored = SklearnScorer().score(says([2.0, 2.0, 3.0, 4.0]), None, table, asked("mae", slices=("season", "leap")))
    assert [(m.slice, m.rows, m.candidate) for m in scored.measures] == [
        (OVERALL, 4, 0.25),
        ("season=null", 1, 0.0),
        ("season=summer", 2, 0.5),
        ("season=winter", 1, 0.0),
        ("leap=False", 2, 0.0),
        ("leap=True", 2, 0.5),
    ]


def test_a_slice_of_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match=r"slice seson must be a column of the holdout.*Did you mean season"):
        SklearnScorer().score(says([1.0]), None, holdout([1.0], season=["s"]), asked("mae", slices=("seson",)))


def test_both_models_are_scored_on_the_same_rows() -> None:
    scored = SklearnScorer().score(says([1.0, 2.0]), says([2.0, 3.0]), holdout([1.0, 2.0]), asked("mae"))
    assert (scored.measures[0].candidate, scored.measures[0].baseline) == (0.0, 1.0)
    assert scored.baseline_error is None


def test_each_model_gets_its_own_features() -> None:
    frame = pd.DataFrame({"b": [1.0, 2.0, 4.0], "a": [0.0, 1.0, 1.0]})
    candidate = LoadedModel(model=LinearRegression().fit(frame, [1, 2, 4]), features=("b", "a"))
    baseline = LoadedModel(model=LinearRegression().fit(frame[["a"]], [1, 2, 4]), features=("a",))
    table = holdout([1.0, 2.0, 4.0], a=frame["a"].to_numpy(), b=frame["b"].to_numpy())
    measure = SklearnScorer().score(candidate, baseline, table, asked("mae")).measures[0]
    assert measure.candidate == pytest.approx(0)
    assert measure.baseline == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("baseline", "sentence"),
    [
        (says(ValueError("another shape")), "ValueError: another shape"),
        (LoadedModel(model=Says([1.0, 2.0]), features=("gone",)), "Got no gone"),
        (says([1.0]), "must be of shape"),
        (says(["a", "b"], ["a", "b"], [[1, 0], [0, 1]]), "classes of the baseline must be of the labels' type"),
    ],
)
def test_a_baseline_that_fails_is_written_down(baseline: LoadedModel, sentence: str) -> None:
    scored = SklearnScorer().score(says([1.0, 2.0]), baseline, holdout([1.0, 2.0]), asked("mae"))
    assert scored.measures[0].baseline is None
    assert scored.measures[0].candidate == 0.0
    assert sentence in (scored.baseline_error or "")
    assert "baseline" not in scored.predictions.column_names


@pytest.mark.parametrize(
    ("candidate", "sentence"),
    [
        (says(ValueError("another shape")), "the candidate must be able to score the holdout. Got ValueError"),
        (LoadedModel(model=Says([1.0, 2.0]), features=("gone",)), "must find its features in the holdout. Got no gone"),
        (says([1.0]), r"predictions of the candidate must be of shape \(2,\)"),
        (says([[1.0, 2.0], [1.0, 2.0]]), r"predictions of the candidate must be of shape \(2,\)"),
        (says([0, 1], [0, 1], [[0.5, 0.5]]), r"probabilities of the candidate must be of shape \(2, 2\)"),
        (says(["a", "b"], ["a", "b"], [[1, 0], [0, 1]]), "classes of the candidate must be of the labels' type"),
    ],
)
def test_a_candidate_that_fails_is_an_error(candidate: LoadedModel, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        SklearnScorer().score(candidate, None, holdout([1.0, 2.0]), asked("mae"))


def test_a_champion_that_lacks_a_class_is_scored_all_the_same() -> None:
    candidate = says([0, 1, 2, 2], [0, 1, 2], np.eye(3)[[0, 1, 2, 2]] * 0.7 + 0.1)
    champion = says([0, 1, 1, 1], [0, 1], [[0.9, 0.1], [0.1, 0.9], [0.2, 0.8], [0.2, 0.8]])
    scored = SklearnScorer().score(
        candidate, champion, holdout([0, 1, 2, 2]), asked("accuracy", "f1", "auc", "log_loss")
    )
    assert scored.baseline_error is None
    assert all(m.baseline is not None for m in scored.measures)
    assert value(scored, "accuracy").baseline == 0.5
    assert value(scored, "auc").baseline == pytest.approx((1.0 + 1.0 + 0.5) / 3)
    assert predictions_of(scored).column("baseline_probability_2").to_pylist() == [0.0] * 4


def test_a_class_that_the_candidate_never_saw_counts_against_it() -> None:
    scored = SklearnScorer().score(
        says([0, 1, 1], [0, 1], [[0.9, 0.1], [0.1, 0.9], [0.1, 0.9]]),
        None,
        holdout([0, 1, 2]),
        asked("accuracy", "recall"),
    )
    assert value(scored, "accuracy").candidate == pytest.approx(2 / 3)
    assert value(scored, "recall").candidate == pytest.approx(2 / 3)


def test_predictions_hold_a_row_for_each_row_of_the_holdout() -> None:
    table = holdout([0, 1, 1], season=["a", "b", None])
    model = says([0, 1, 0], [0, 1], [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    scored = SklearnScorer().score(model, model, table, asked("accuracy", slices=("season",)))
    assert predictions_of(scored).to_pydict() == {
        "when": table.column("when").to_pylist(),
        "label": [0, 1, 1],
        "candidate": [0, 1, 0],
        "baseline": [0, 1, 0],
        "candidate_probability_0": [0.9, 0.2, 0.6],
        "candidate_probability_1": [0.1, 0.8, 0.4],
        "baseline_probability_0": [0.9, 0.2, 0.6],
        "baseline_probability_1": [0.1, 0.8, 0.4],
        "season": ["a", "b", None],
    }


def test_predictions_without_a_baseline_have_no_column_for_it() -> None:
    scored = SklearnScorer().score(says([1.0]), None, holdout([1.0]), asked("mae"))
    assert scored.predictions.column_names == ["when", "label", "candidate"]


def test_texts_are_classes_end_to_end() -> None:
    frame = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0]})
    labels = np.array(["ebb", "ebb", "flow", "flow"], dtype=object)
    tree = LoadedModel(model=DecisionTreeClassifier(random_state=0).fit(frame, labels), features=("x",))
    table = holdout(pa.array(labels, pa.large_string()))
    scored = SklearnScorer().score(tree, None, table, asked(*OF_VALUES, *OF_PROBABILITIES))
    assert [round(m.candidate or 0.0, 6) for m in scored.measures] == [1.0] * 7 + [0.0]


def test_scoring_a_forest_twice_gives_the_same_bits() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=400)
    forest = RandomForestRegressor(n_estimators=30, n_jobs=2, random_state=0).fit(pd.DataFrame({"x": x}), x * x)
    table = holdout(x * x)
    scores = [
        SklearnScorer().score(LoadedModel(model=forest, features=("x",)), None, table, asked("mae")) for _ in range(5)
    ]
    assert len({scored.measures[0].candidate for scored in scores}) == 1
    assert all(predictions_of(scored).equals(predictions_of(scores[0])) for scored in scores)


def test_real_classifiers_fit_the_port() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=80)})
    labels = (frame["x"] > 0).to_numpy()
    ours = LoadedModel(model=LogisticRegression().fit(frame, labels), features=("x",))
    theirs = LoadedModel(model=DummyClassifier().fit(frame, labels), features=("x",))
    table = holdout(labels).set_column(1, "x", pa.array(frame["x"].to_numpy()))
    measure = SklearnScorer().score(ours, theirs, table, asked("auc")).measures[0]
    assert measure.candidate == 1.0
    assert measure.baseline == 0.5


def test_a_measure_without_baseline_has_none() -> None:
    assert value(SklearnScorer().score(says([1.0]), None, holdout([1.0]), asked(mae.name)), "mae").baseline is None
