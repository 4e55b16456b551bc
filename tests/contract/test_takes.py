"""What an estimator takes, from its fit to its answers: a frame, a matrix or a table, and never another."""

from __future__ import annotations

import hashlib
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np
import pyarrow as pa
import pytest
import yaml

from headgate.adapters.mlflow_models import save_folder, signature_of
from headgate.adapters.mlmodel_loader import MlmodelLoader
from headgate.adapters.sklearn_scorer import SklearnScorer
from headgate.adapters.sklearn_trainer import SklearnTrainer
from headgate.adapters.skops_models import load_estimator
from headgate.core.metrics import require_metric
from headgate.errors import DataError, InputError, ModelRefusedError
from headgate.ports import Fitted, LoadedModel, Question, Recipe, Takes
from headgate.spec import Estimator
from headgate.steps.train import fingerprint_of

WAYS: tuple[Takes, ...] = get_args(Takes)

MODELS = """
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

SEEN = []

def linear(params): return LinearRegression()
def logistic(params): return LogisticRegression()
def boosted(params): return HistGradientBoostingRegressor(max_iter=20, min_samples_leaf=1)
def encoded(params):
    return make_pipeline(make_column_transformer((OneHotEncoder(), ["kind"]), remainder="drop"), LinearRegression())
def spy(params): return Spy()

class Spy(RegressorMixin, BaseEstimator):
    def fit(self, X, y):
        SEEN.append(type(X).__name__)
        self.mean_ = 1.0
        return self
    def predict(self, X):
        SEEN.append(type(X).__name__)
        return [self.mean_] * len(X)
"""


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    name = f"models_{hashlib.md5(request.node.nodeid.encode(), usedforsecurity=False).hexdigest()}"
    (tmp_path / f"{name}.py").write_text(MODELS)
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


def rows(**more: Any) -> pa.Table:
    n = np.arange(40)
    when = pa.array([datetime(2000, 1, 1, i % 24, tzinfo=UTC) for i in n], pa.timestamp("us", "UTC"))
    plain = {"when": when, "x": np.sin(n), "n": n % 7, "is_open": n % 3 == 0, "y": 3 * np.sin(n) + n % 7}
    return pa.table(plain | more)


def fit(build: str, takes: Takes, table: pa.Table | None = None, **recipe: Any) -> Fitted:
    made = Recipe(build=build, takes=takes, **recipe)
    return SklearnTrainer().fit(made, rows() if table is None else table, label="y", event_time="when")


def loaded(fitted: Fitted, folder: Path, *trusted: str) -> LoadedModel:
    save_folder(fitted, folder, signature_of(fitted), mlflow_run="r")
    return MlmodelLoader(load_estimator).load(folder, trusted)


def scored(candidate: LoadedModel, baseline: LoadedModel | None = None, table: pa.Table | None = None) -> pa.Table:
    question = Question(metrics=(require_metric("mae"),), slices=(), label="y", event_time="when")
    found = SklearnScorer().score(candidate, baseline, rows() if table is None else table, question)
    assert found.baseline_error is None
    return cast("pa.Table", found.predictions)


@pytest.mark.parametrize("takes", WAYS)
def test_an_estimator_is_fitted_and_asked_with_what_it_takes(models: str, takes: Takes, tmp_path: Path) -> None:
    mine = f"{models}.Spy"
    model = loaded(fit(f"{models}:spy", takes, trusted=(mine,)), tmp_path / "model", mine)
    scored(model)
    kind = {"pandas": "DataFrame", "numpy": "ndarray", "arrow": "Table"}[takes]
    assert (model.takes, sys.modules[models].SEEN) == (takes, [kind] * 3)


@pytest.mark.parametrize("takes", WAYS)
def test_a_saved_model_predicts_as_it_did_after_its_fit(models: str, takes: Takes, tmp_path: Path) -> None:
    fitted = fit(f"{models}:linear", takes)
    answers = scored(loaded(fitted, tmp_path / "model"))["candidate"].to_pylist()
    assert answers == pytest.approx(list(fitted.prediction[1]), abs=1e-12)
    assert answers == pytest.approx(rows()["y"].to_pylist(), abs=1e-9)


@pytest.mark.parametrize("ours", WAYS)
@pytest.mark.parametrize("theirs", WAYS)
def test_candidate_and_champion_agree_whatever_each_takes(
    models: str, ours: Takes, theirs: Takes, tmp_path: Path
) -> None:
    candidate = loaded(fit(f"{models}:linear", ours), tmp_path / "ours")
    champion = loaded(fit(f"{models}:linear", theirs), tmp_path / "theirs")
    found = scored(candidate, champion)
    assert found["candidate"].to_pylist() == pytest.approx(found["baseline"].to_pylist(), abs=1e-9)


@pytest.mark.parametrize("takes", WAYS)
def test_holes_are_holes_whatever_an_estimator_takes(models: str, takes: Takes, tmp_path: Path) -> None:
    holes = pa.array([None if i % 4 == 0 else float(i % 5) for i in range(40)])
    whole = pa.array([None if i == 39 else i % 5 for i in range(40)])
    table = rows(hole=holes, whole=whole)
    fitted = fit(f"{models}:boosted", takes, table)
    expected = fit(f"{models}:boosted", "pandas", table)
    assert list(fitted.prediction[1]) == pytest.approx(list(expected.prediction[1]))
    assert fitted.prediction[0].dtypes.to_dict() == expected.prediction[0].dtypes.to_dict()
    assert scored(loaded(fitted, tmp_path / "model"), table=table).num_rows == 40


@pytest.mark.parametrize("takes", ["pandas", "arrow"])
def test_a_text_is_a_feature_of_a_frame_and_of_a_table(models: str, takes: Takes, tmp_path: Path) -> None:
    table = rows(kind=pa.array(["a", "b"] * 20, pa.large_string()), y=np.tile([1.0, 2.0], 20))
    answers = scored(loaded(fit(f"{models}:encoded", takes, table), tmp_path / "model"), table=table)
    assert answers["candidate"].to_pylist() == pytest.approx([1.0, 2.0] * 20)


@pytest.mark.parametrize(
    ("column", "kind"),
    [(pa.array(["a"] * 40), "string"), (rows()["when"], r"timestamp\[us, tz=UTC\]"), (pa.array([[1]] * 40), "list<")],
)
def test_a_matrix_takes_numbers_alone(models: str, column: Any, kind: str) -> None:
    said = rf"feature kind must be numeric for an estimator that takes numpy\. Got {kind}.*takes=\"pandas\""
    with pytest.raises(DataError, match=said):
        fit(f"{models}:linear", "numpy", rows(kind=column))


def test_a_model_that_says_nothing_takes_a_frame(models: str, tmp_path: Path) -> None:
    loaded(fit(f"{models}:linear", "pandas"), tmp_path / "model")
    assert "metadata" not in yaml.safe_load((tmp_path / "model" / "MLmodel").read_text())
    assert MlmodelLoader(load_estimator).load(tmp_path / "model", ()).takes == "pandas"


def test_a_model_that_takes_what_nobody_knows_is_refused(models: str, tmp_path: Path) -> None:
    loaded(fit(f"{models}:linear", "numpy"), tmp_path / "model")
    told = tmp_path / "model" / "MLmodel"
    told.write_text(told.read_text().replace("headgate.takes: numpy", "headgate.takes: polars"))
    with pytest.raises(ModelRefusedError, match=r"one of pandas, numpy, arrow\. Got 'polars' instead"):
        MlmodelLoader(load_estimator).load(tmp_path / "model", ())


def test_what_an_estimator_takes_is_part_of_what_its_fit_is() -> None:
    recipes = [Estimator("m:build", takes=takes).recipe({}) for takes in WAYS]
    assert [recipe.takes for recipe in recipes] == list(WAYS)
    assert len({fingerprint_of("s", recipe, "c") for recipe in recipes}) == len(WAYS)


@pytest.mark.parametrize("takes", ["polars", "Pandas", None, ""])
def test_an_estimator_takes_one_of_three(takes: Any) -> None:
    with pytest.raises(InputError, match=r"estimator\.takes must be one of pandas, numpy, arrow\. Got "):
        Estimator("m:build", takes=takes)
