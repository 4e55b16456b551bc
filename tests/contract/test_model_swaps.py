"""The model server while the registry's champion changes, breaks or disappears."""

from __future__ import annotations

import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import mlflow.sklearn
import numpy as np
import pandas as pd
import pytest
from mlflow.models import infer_signature
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from headgate.adapters.quiet_skops import quiet
from tests.contract.loopback import proxy_to
from tests.contract.served_models import Registry, model_server

ROWS = pd.DataFrame(np.random.default_rng(0).random((60, 3)), columns=["a", "b", "c"])
LABEL = ROWS.sum(axis=1)
ROW = {"dataframe_split": ROWS.head(1).to_dict(orient="split")}
SWAPS = 12
MOST_REQUESTS = 2000


class Twice(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    def fit(self, X: Any, y: Any = None) -> Twice:  # noqa: N803 - scikit-learn's name
        return self

    def transform(self, X: Any) -> Any:  # noqa: N803 - as above
        return 2 * X


def linear() -> Any:
    return make_pipeline(StandardScaler(), Ridge()).fit(ROWS, LABEL)


def boosted() -> Any:
    return make_pipeline(StandardScaler(), HistGradientBoostingRegressor(max_iter=5)).fit(ROWS, LABEL)


@pytest.fixture
def registry(mlflow_url: str) -> Registry:
    return Registry(url=mlflow_url)


def promoted(registry: Registry, model: Any) -> str:
    return registry.promote(model, ROWS, trusted=["sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"])


def test_no_request_is_lost_in_swaps_and_each_is_answered_by_the_version_it_names(registry: Registry) -> None:
    models = {promoted(registry, model): model for model in (linear(), boosted())}
    expected = {number: model.predict(ROWS.head(1))[0] for number, model in models.items()}
    done = threading.Event()

    def ask(url: httpx.URL) -> list[httpx.Response]:
        answers: list[httpx.Response] = []
        with httpx.Client(base_url=url, timeout=30) as client:
            while not done.is_set() and len(answers) < MOST_REQUESTS:
                answers.append(client.post("/invocations", json=ROW))
        return answers

    with model_server(registry.source()) as client, ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask, client.base_url) for _ in range(4)]
        try:
            for turn in range(SWAPS):
                registry.point_to(list(models)[turn % 2])
                client.post("/refresh").raise_for_status()
        finally:
            done.set()
        answers = [answer for one in asking for answer in one.result()]
        assert client.get("/version").json()["swaps"] == SWAPS
    assert len(answers) > 100
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.headers["X-Headgate-Version"] for answer in answers} == set(models)
    for answer in answers:
        number = answer.headers["X-Headgate-Version"]
        assert answer.json()["model_version"] == number
        assert answer.json()["predictions"] == [expected[number]]


def test_a_new_champion_is_served_without_anybody_asking(registry: Registry) -> None:
    promoted(registry, linear())
    with model_server(registry.source(), poll_seconds=0.05) as client:
        number = promoted(registry, boosted())
        give_up = time.monotonic() + 30
        while time.monotonic() < give_up:
            if client.post("/invocations", json=ROW).headers["X-Headgate-Version"] == number:
                return
    pytest.fail("the server did not look at the registry")


def test_a_model_of_types_that_nobody_trusts_is_refused_by_name(registry: Registry) -> None:
    good = promoted(registry, linear())
    name = f"{Twice.__module__}.Twice"
    with model_server(registry.source()) as client:
        broken = registry.promote(make_pipeline(Twice(), Ridge()).fit(ROWS, LABEL), ROWS, trusted=[name])
        state = client.post("/refresh").json()
        assert (state["version"], state["refused"]["version"]) == (good, broken)
        assert f"Got {name} instead" in state["refused"]["reason"]
        assert client.post("/invocations", json=ROW).headers["X-Headgate-Version"] == good


@pytest.mark.parametrize("form", ["cloudpickle", "pickle"])
def test_a_pickle_is_refused_by_name_and_never_opened(form: str, registry: Registry) -> None:
    good = promoted(registry, linear())
    with model_server(registry.source()) as client:
        registry.promote(linear(), ROWS, serialization_format=form)
        state = client.post("/refresh").json()
        assert state["version"] == good
        assert f"Got {form} instead" in state["refused"]["reason"]


def damage_file(folder: Path) -> None:
    (folder / "model.skops").write_bytes(b"garbage")


def cut_file(folder: Path) -> None:
    path = folder / "model.skops"
    path.write_bytes(path.read_bytes()[:-200])


def lose_file(folder: Path) -> None:
    (folder / "model.skops").unlink()


def damage_description(folder: Path) -> None:
    (folder / "MLmodel").write_text("flavors: [")


def lose_description(folder: Path) -> None:
    (folder / "MLmodel").unlink()


def ask_for_another_column(folder: Path) -> None:
    (folder / "serving_input_example.json").write_text('{"dataframe_records": [{"elsewhere": 1.0}]}')


def point_outside(folder: Path) -> None:
    path = folder / "MLmodel"
    path.write_text(path.read_text().replace("pickled_model: model.skops", "pickled_model: ../../../etc/passwd"))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (damage_file, "must be a whole skops file"),
        (cut_file, "must be a whole skops file"),
        (lose_file, "must be one of the model's files"),
        (damage_description, "MLmodel"),
        (lose_description, "MLmodel"),
        (ask_for_another_column, "must include 'a', 'b', 'c'"),
        (point_outside, "must be one of the model's files"),
    ],
)
def test_a_broken_version_leaves_the_old_one_serving_and_is_named(
    damage: Any, said: str, registry: Registry, tmp_path: Path
) -> None:
    good = promoted(registry, linear())
    with model_server(registry.source()) as client:
        whole, model = tmp_path / "whole", linear()
        with quiet():
            mlflow.sklearn.save_model(
                model,
                whole,
                signature=infer_signature(ROWS, model.predict(ROWS)),
                input_example=ROWS.head(2),
                pip_requirements=[],
            )
        broken = Path(shutil.copytree(whole, tmp_path / "broken"))
        damage(broken)
        number = registry.promote_folder(broken)
        state = client.post("/refresh").json()
        assert (state["version"], state["refused"]["version"], state["outage"]) == (good, number, None)
        assert said in state["refused"]["reason"]
        assert client.post("/invocations", json=ROW).headers["X-Headgate-Version"] == good
        better = registry.promote_folder(whole)
        state = client.post("/refresh").json()
        assert (state["version"], state["refused"]) == (better, None)


def test_a_registry_that_is_gone_stops_nothing(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    number = promoted(registry, linear())
    with proxy_to(registry.url) as proxy, model_server(registry.source(proxy.url)) as client:
        proxy.refuse = lambda _method, _path: True
        assert "does not answer" in client.post("/refresh").json()["outage"]
        assert client.post("/invocations", json=ROW).headers["X-Headgate-Version"] == number
        assert client.get("/ping").status_code == 200
        proxy.refuse = None
        assert client.post("/refresh").json()["outage"] is None


def test_a_champion_that_is_taken_away_goes_on_serving(registry: Registry) -> None:
    number = promoted(registry, linear())
    with model_server(registry.source()) as client:
        registry.client.delete_registered_model(registry.model)
        state = client.post("/refresh").json()
        assert (state["version"], state["refused"], state["outage"]) == (number, None, None)
