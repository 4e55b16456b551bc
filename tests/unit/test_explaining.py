"""What a candidate goes by: shuffled features, SHAP values, and the budget."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from itertools import count
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression

from headgate.adapters.sklearn_explainer import SklearnExplainer
from headgate.adapters.sklearn_explainer.explainer import NO_SHAP
from headgate.adapters.sklearn_scorer import SklearnScorer
from headgate.core.explanations import Explain
from headgate.core.importance import FeatureImportance, Importance, importance_of, ranked
from headgate.core.metrics import accuracy, auc, mae, r2
from headgate.errors import DataError, InputError
from headgate.ports import LoadedModel, Question

FEATURES = ("size", "hour", "noise", "unused")
ROWS = 300


def table() -> pa.Table:
    drawn = np.random.default_rng(0)
    columns = {name: drawn.normal(size=ROWS) for name in FEATURES}
    size, hour = columns["size"], columns["hour"]
    return pa.table({"day": np.arange(ROWS), **columns, "sold": 3 * size + hour, "busy": size > 0})


def regression() -> LoadedModel:
    rows = table()
    line = LinearRegression().fit(rows.select(FEATURES).to_pandas(), rows["sold"].to_numpy())
    line.coef_[3] = 0.0
    return LoadedModel(model=line, features=FEATURES)


def classification() -> LoadedModel:
    rows = table()
    trees = RandomForestClassifier(20, random_state=0, max_depth=3)
    return LoadedModel(model=trees.fit(rows.select(FEATURES).to_pandas(), rows["busy"].to_numpy()), features=FEATURES)


def ticking() -> Callable[[], float]:
    """A clock that is a second further each time somebody looks."""
    ticks = count()
    return lambda: float(next(ticks))


def explain(
    model: LoadedModel,
    *,
    metric: Any = mae,
    clock: Callable[[], float] = lambda: 0.0,
    label: str = "sold",
    of_them: int = ROWS,
    **asked: Any,
) -> Importance:
    question = Question(metrics=(metric,), slices=(), label=label, event_time="day")
    rows = table().slice(0, of_them)
    return SklearnExplainer(SklearnScorer(), clock=clock).explain(model, rows, question, Explain(**asked), of=900)


def by_name(found: Importance) -> dict[str, FeatureImportance]:
    return {one.feature: one for one in found.features}


@pytest.mark.parametrize("metric", [mae, r2])
def test_what_a_regression_goes_by_comes_first_whatever_the_metrics_direction(metric: Any) -> None:
    found = explain(regression(), metric=metric)
    assert [one.feature for one in found.features[:2]] == ["size", "hour"]
    assert (found.metric, found.rows, found.of, found.left_out) == (metric.name, ROWS, 900, ())
    assert found.said.startswith("size ")
    assert {one.repeats for one in found.features} == {5}


@pytest.mark.parametrize("metric", [accuracy, auc])
def test_what_a_classifier_goes_by_comes_first(metric: Any) -> None:
    found = explain(classification(), metric=metric, label="busy")
    assert found.features[0].feature == "size"
    assert (found.features[0].importance or 0.0) > 0.2


def test_a_feature_that_the_model_does_not_use_is_0() -> None:
    unused = by_name(explain(regression()))["unused"]
    assert (unused.importance, unused.std) == (0.0, 0.0)


def test_it_is_what_scikit_learn_has_within_what_shuffles_differ_by() -> None:
    rows, model = table(), regression()
    theirs = permutation_importance(
        model.model,
        rows.select(FEATURES).to_pandas(),
        rows["sold"].to_numpy(),
        scoring="neg_mean_absolute_error",
        n_repeats=20,
        random_state=1,
    )
    ours = by_name(explain(model, repeats=20))
    assert [ours[name].importance for name in FEATURES] == pytest.approx(theirs.importances_mean, rel=0.1, abs=1e-9)


def test_the_same_seed_gives_the_same_numbers_and_another_one_others() -> None:
    first = explain(regression())
    assert explain(regression()) == first
    assert by_name(explain(regression(), seed=1))["size"] != by_name(first)["size"]


def test_a_feature_is_shuffled_alike_whatever_comes_before_it() -> None:
    few = explain(regression(), clock=ticking(), seconds=8.0)
    for name, one in by_name(few).items():
        if one.repeats == 5:
            assert by_name(explain(regression()))[name] == one


@pytest.mark.parametrize(
    ("seconds", "repeats", "left_out"),
    [
        (1.0, {}, FEATURES),
        (2.0, {"size": 1}, FEATURES[1:]),
        (7.0, {"size": 5, "hour": 1}, FEATURES[2:]),
        (20.0, {"size": 5, "hour": 5, "noise": 5, "unused": 4}, ()),
        (100.0, dict.fromkeys(FEATURES, 5), ()),
    ],
)
def test_the_budget_is_kept_and_what_was_left_out_is_named(
    seconds: float, repeats: Mapping[str, int], left_out: tuple[str, ...]
) -> None:
    found = explain(regression(), clock=ticking(), seconds=seconds)
    assert ({name: one.repeats for name, one in by_name(found).items()}, found.left_out) == (repeats, left_out)


def test_a_metric_that_can_not_be_measured_is_told() -> None:
    found = explain(regression(), metric=auc)
    assert (found.value, found.features, found.left_out) == (None, (), FEATURES)
    assert found.notes == ("auc can't be measured on these rows",)


class Refusing(LinearRegression):  # type: ignore[misc]  # scikit-learn ships no types
    def predict(self, rows: Any) -> Any:
        msg = "not today"
        raise ValueError(msg)


def test_a_model_that_refuses_the_rows_is_told() -> None:
    with pytest.raises(DataError, match="not today"):
        explain(LoadedModel(model=Refusing(), features=FEATURES))


def test_shap_that_is_not_installed_is_told_and_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "shap", None)
    found = explain(regression(), shap=True)
    assert (found.notes, found.shap_rows, found.left_out) == ((NO_SHAP,), 0, ())
    assert {one.shap for one in found.features} == {None}


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """SHAP as far as it is used: one feature after the other takes the background's values."""
    seen: list[Any] = []

    class Permutation:
        def __init__(self, ask: Callable[[Any], Any], masker: Any, *, seed: int) -> None:
            self.ask, self.background = ask, masker
            seen.append((np.random.random(), seed, len(masker)))  # noqa: NPY002 - what SHAP draws from

        def __call__(self, rows: Any, *, max_evals: int, silent: bool) -> Any:
            whole = self.ask(rows)
            values = []
            for place in range(rows.shape[1]):
                without = np.repeat(rows, len(self.background), axis=0)
                without[:, place] = self.background[:, place]
                values.append((whole - self.ask(without).mean(axis=0))[0])
            seen.append(max_evals)
            return SimpleNamespace(values=np.asarray([values]))

    shap = SimpleNamespace(
        explainers=SimpleNamespace(Permutation=Permutation),
        maskers=SimpleNamespace(Independent=lambda rows, max_samples: rows[:max_samples]),
    )
    monkeypatch.setitem(sys.modules, "shap", shap)
    return seen


def test_shap_values_are_those_of_the_features_and_come_with_the_rest(played: list[Any]) -> None:
    np.random.seed(7)  # noqa: NPY002 - what SHAP draws from
    expected = np.random.random()  # noqa: NPY002 - as above
    np.random.seed(7)  # noqa: NPY002 - as above
    found = by_name(explain(regression(), shap=True, of_them=60))
    assert found["size"].shap is not None
    assert found["size"].shap == pytest.approx(3 * np.abs(table()["size"].to_numpy()[:60]).mean(), rel=0.2)
    assert found["unused"].shap == pytest.approx(0.0, abs=1e-9)
    assert (played[0][1:], played[1]) == ((0, 50), 9)
    assert np.random.random() == expected  # noqa: NPY002 - as above


def test_shap_values_of_a_classifier_are_of_probabilities(played: list[Any]) -> None:
    found = explain(classification(), metric=accuracy, label="busy", shap=True, repeats=1, of_them=20)
    assert (found.features[0].feature, found.shap_rows) == ("size", 20)
    assert 0 < (found.features[0].shap or 0.0) < 1


def test_shap_values_have_half_of_the_time(played: list[Any]) -> None:
    found = explain(regression(), clock=ticking(), seconds=20.0, shap=True)
    assert [one.repeats for one in found.features if one.repeats] == [5, 4]
    assert found.shap_rows == 7
    assert all(one.shap is not None for one in found.features)
    none = explain(regression(), clock=ticking(), seconds=1.0, shap=True)
    assert (none.shap_rows, none.notes, none.left_out) == (0, ("there was no time for SHAP values",), FEATURES)


def test_real_shap_agrees_that_size_counts_most() -> None:
    pytest.importorskip("shap")
    ticks = iter([*[0.0] * 25, *([1.0] * 1000)])
    found = explain(regression(), seconds=2.0, shap=True, repeats=1, clock=lambda: next(ticks, 9.0))
    assert found.shap_rows > 0
    assert max(found.features, key=lambda one: one.shap or 0.0).feature == "size"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"seconds": 0}, "seconds of Explain must be a number > 0. Got 0 instead."),
        ({"seconds": float("nan")}, "seconds of Explain"),
        ({"seconds": True}, "seconds of Explain"),
        ({"rows": 0}, "rows of Explain must be a whole number >= 1. Got 0 instead."),
        ({"repeats": 1.5}, "repeats of Explain"),
        ({"seed": -1}, "seed of Explain must be a whole number >= 0"),
        ({"shap": "yes"}, "shap of Explain must be True or False"),
    ],
)
def test_a_wrong_wish_is_refused(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Explain(**asked)


def test_features_that_only_shap_knows_come_last() -> None:
    found = ranked([importance_of("a", [-1.0]), importance_of("b", [0.0, 2.0])], {"a": 0.5, "c": 1.0, "d": 2.0})
    assert [(one.feature, one.importance, one.shap) for one in found] == [
        ("b", 1.0, None),
        ("a", -1.0, 0.5),
        ("d", None, 2.0),
        ("c", None, 1.0),
    ]
