from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from threadpoolctl import threadpool_info

from headgate.adapters.sklearn_trainer import SklearnTrainer
from headgate.errors import DataError, InputError, ModelRefusedError
from headgate.ports import Fitted, Recipe

MODELS = """
import random
import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_info

SEEN = {}

def linear(params): return LinearRegression(**params)
def forest(params): return RandomForestRegressor(n_estimators=20, n_jobs=2, max_features=0.5)
def piped(params): return make_pipeline(StandardScaler(), RandomForestRegressor(n_estimators=3))
def classes(params): return DecisionTreeClassifier()
def fixed(params): return RandomForestRegressor(n_estimators=3, random_state=7)
def boosted(params): return HistGradientBoostingRegressor(max_iter=5)
def broken(params): raise KeyError("depth")
def nothing(params): pass
def a_class(params): return LinearRegression
def local(params): return make_pipeline(FunctionTransformer(lambda x: x), Ridge())
def mine(params): return Mine()
def drawing(params): return Drawing()
number = 3

class Mine(RegressorMixin, BaseEstimator):
    def fit(self, X, y):
        self.mean_ = float(y.mean())
        SEEN["threads"] = [pool["num_threads"] for pool in threadpool_info()]
        return self
    def predict(self, X): return np.full(len(X), self.mean_)

class Drawing(Mine):
    def fit(self, X, y):
        self.mean_ = random.random() + np.random.rand()
        return self
"""


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    name = f"models_{hashlib.md5(request.node.nodeid.encode(), usedforsecurity=False).hexdigest()}"
    (tmp_path / f"{name}.py").write_text(MODELS)
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


def rows(count: int = 50, **more: Any) -> pa.Table:
    x = np.random.default_rng(0).normal(size=count)
    when = pa.array(range(count), pa.timestamp("us", "UTC"))
    return pa.table({"when": when, "x": x, "z": x * x, "y": 2 * x, **more})


Fit = Callable[..., Fitted]


@pytest.fixture
def fit(models: str) -> Fit:
    def call(build: str, table: pa.Table | None = None, **recipe: Any) -> Fitted:
        made = Recipe(build=f"{models}:{build}", **recipe)
        return SklearnTrainer().fit(made, rows() if table is None else table, label="y", event_time="when")

    return call


def test_a_fit_learns_from_every_column_but_label_and_event_time(fit: Fit) -> None:
    fitted = fit("linear")
    assert list(fitted.example.columns) == ["x", "z"]
    assert fitted.facts["n_features"] == "2"
    assert fitted.facts["n_rows"] == "50"
    assert fitted.seconds > 0


def test_the_recipe_may_name_the_features_and_their_order(fit: Fit) -> None:
    assert list(fit("linear", features=("z", "x")).example.columns) == ["z", "x"]


def test_params_reach_the_build_function(fit: Fit) -> None:
    assert fit("linear", params={"fit_intercept": False}).model.fit_intercept is False


@pytest.mark.parametrize("count", [1, 2, 3, 999, 1000, 1001])
def test_the_signature_comes_from_a_thousand_rows_at_most(fit: Fit, count: int) -> None:
    fitted = fit("linear", rows(count))
    frame, answers = fitted.prediction
    assert len(frame) == len(answers) == min(count, 1000)
    assert len(fitted.example) == min(count, 2)


def test_an_open_random_state_gets_the_seed(fit: Fit) -> None:
    assert fit("piped", seed=5).model[-1].random_state == 5


def test_a_random_state_that_is_set_stays(fit: Fit) -> None:
    assert fit("fixed", seed=5).model.random_state == 7


def test_what_draws_from_the_global_generators_is_seeded_too(fit: Fit, models: str) -> None:
    means = [fit("drawing", seed=seed, trusted=(f"{models}.Drawing",)).model.mean_ for seed in (0, 0, 1)]
    assert means[0] == means[1] != means[2]


def test_the_global_generators_go_on_where_they_were(fit: Fit) -> None:
    before, before_numpy = random.getstate(), np.random.get_state()[1].tolist()  # type: ignore[index]  # noqa: NPY002
    fit("piped", seed=5)
    assert random.getstate() == before
    assert np.random.get_state()[1].tolist() == before_numpy  # type: ignore[index]  # noqa: NPY002


def test_threads_are_limited_during_the_fit_only(fit: Fit, models: str) -> None:
    before = [pool["num_threads"] for pool in threadpool_info()]
    fit("mine", threads=1, trusted=(f"{models}.Mine",))
    assert set(sys.modules[models].SEEN["threads"]) == {1}
    assert [pool["num_threads"] for pool in threadpool_info()] == before


def test_the_same_recipe_and_rows_predict_the_same_in_fresh_processes(models: str, tmp_path: Path) -> None:
    script = textwrap.dedent(f"""
        import json, numpy as np, pyarrow as pa
        from headgate.adapters.sklearn_trainer import SklearnTrainer
        from headgate.ports import Recipe
        columns = np.random.default_rng(0).normal(size=(3, 300))
        rows = pa.table(dict(zip("xzy", columns)) | {{"when": range(300)}})
        recipes = [Recipe(build=f"{models}:{{build}}", seed=3) for build in ("forest", "boosted", "piped", "linear")]
        fitted = [SklearnTrainer().fit(recipe, rows, label="y", event_time="when") for recipe in recipes]
        print(json.dumps([fit.prediction[1].tolist() for fit in fitted]))
    """)
    answers = [_output(script, tmp_path) for _ in range(2)]
    assert answers[0] == answers[1]
    assert [len(answer) for answer in answers[0]] == [300] * 4


def _output(script: str, folder: Path) -> Any:
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_types_of_sklearn_are_trusted_and_told(fit: Fit) -> None:
    assert fit("piped").trusted == ("sklearn.tree._tree.Tree",)
    assert fit("linear").trusted == ()


def test_a_type_that_nobody_trusts_is_refused_by_name(fit: Fit, models: str) -> None:
    with pytest.raises(ModelRefusedError, match=rf'trusted=\("{models}\.Mine",\)'):
        fit("mine")


def test_a_type_that_the_user_trusts_is_allowed(fit: Fit, models: str) -> None:
    assert fit("mine", trusted=(f"{models}.Mine",)).trusted == (f"{models}.Mine",)


def test_a_part_that_cannot_be_saved_is_refused(fit: Fit) -> None:
    with pytest.raises(ModelRefusedError, match="move them to the top of a module"):
        fit("local")


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        ("nothing", "must return a scikit-learn estimator with fit and predict. Got NoneType, which has no fit"),
        ("a_class", "Got the class LinearRegression instead"),
        ("broken", r"must build an estimator from the params \{'a': 1\}. Got KeyError: 'depth' instead"),
        ("number", r"must be a function build\(params\). Got int instead"),
        ("linaer", "Did you mean linear"),
    ],
)
def test_a_build_that_builds_nothing_is_refused(fit: Fit, build: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        fit(build, params={"a": 1})


def test_a_param_that_the_estimator_does_not_know_is_refused(fit: Fit) -> None:
    with pytest.raises(InputError, match="depth"):
        fit("linear", params={"depth": 3})


def test_rows_that_the_estimator_refuses_are_named_so(fit: Fit) -> None:
    with pytest.raises(DataError, match="linear refuses the rows: ValueError") as refused:
        fit("linear", rows(3, s=["a", "b", "c"]))
    assert isinstance(refused.value.__cause__, ValueError)


def test_a_missing_feature_is_named_with_what_there_is(fit: Fit) -> None:
    with pytest.raises(DataError, match=r"feature zz must be a column of the rows. Got the columns when, x, z, y"):
        fit("linear", features=("x", "zz"))


def test_the_label_is_no_feature(fit: Fit) -> None:
    with pytest.raises(InputError, match="must not name the label"):
        fit("linear", features=("x", "y"))


def test_rows_without_features_are_refused(fit: Fit) -> None:
    with pytest.raises(DataError, match="must have a column besides"):
        fit("linear", rows().select(["when", "y"]))


def test_text_labels_stay_plain(fit: Fit) -> None:
    table = pa.table({"x": [0.0, 1.0], "y": pa.array(["no", "yes"], pa.large_string()), "when": [1, 2]})
    fitted = fit("classes", table)
    assert fitted.model.classes_.tolist() == ["no", "yes"]
    assert fitted.prediction[1].tolist() == ["no", "yes"]


def test_the_code_digest_changes_with_the_modules_source(models: str, tmp_path: Path) -> None:
    before = SklearnTrainer().code_of(f"{models}:linear")
    assert before == SklearnTrainer().code_of(f"{models}:forest")
    file = tmp_path / f"{models}.py"
    file.write_text(file.read_text() + "\n# changed\n")
    assert SklearnTrainer().code_of(f"{models}:linear") != before
    assert len(before) == 64


def test_the_code_digest_sees_the_module_that_a_name_comes_from(models: str, tmp_path: Path) -> None:
    front = f"front_of_{models}"
    (tmp_path / f"{front}.py").write_text(f"from {models} import linear\n")
    before = SklearnTrainer().code_of(f"{front}:linear")
    (tmp_path / f"{models}.py").write_text(MODELS + "\n# changed\n")
    assert SklearnTrainer().code_of(f"{front}:linear") != before


def test_code_that_is_not_there_has_no_digest() -> None:
    with pytest.raises(InputError, match="PYTHONPATH"):
        SklearnTrainer().code_of("nowhere_at_all.model:build")


def test_facts_name_the_versions(fit: Fit) -> None:
    facts = fit("linear").facts
    assert facts.keys() >= {"python", "numpy", "pandas", "scipy", "scikit-learn", "skops", "code"}
    assert "git_commit" not in facts


def test_facts_name_the_commit_of_a_checkout(fit: Fit, tmp_path: Path) -> None:
    for command in ("init -q", "add .", "-c user.name=a -c user.email=a@b commit -q -m x"):
        subprocess.run(["git", *command.split()], cwd=tmp_path, check=True)  # noqa: S607
    assert len(fit("linear").facts["git_commit"]) == 40
