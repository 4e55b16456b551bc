"""The model server asks an estimator with what it takes."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Mapping
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.linear_model import LogisticRegression

from headgate.adapters.mlflow_serving import MlflowChampionSource
from headgate.adapters.mlmodel_loader import MlmodelLoader
from headgate.adapters.sklearn_trainer import SklearnTrainer
from headgate.adapters.skops_models import load_estimator
from headgate.ports import TAKES, Recipe, Takes
from headgate.server.app import create_app
from tests.contract.served import NEVER, Registry, served


def logistic(params: Mapping[str, Any]) -> LogisticRegression:
    return LogisticRegression()


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, __name__, sys.modules[logistic.__module__])


@pytest.mark.parametrize("takes", TAKES)
def test_the_model_server_asks_as_the_trainer_did(mlflow_url: str, takes: Takes) -> None:
    registry = Registry(mlflow_url, f"takes_{uuid.uuid4().hex}")
    n = np.arange(40)
    labels = np.where(np.sin(n) > 0, "high", "low")
    table = pa.table({"when": n, "x": np.sin(n), "n": n % 7, "is_open": n % 3 == 0, "y": labels})
    fitted = SklearnTrainer().fit(
        Recipe(build=f"{__name__}:logistic", takes=takes), table, label="y", event_time="when"
    )
    registry.promote(registry.log_fitted(fitted))
    source = MlflowChampionSource(mlflow_url, registry.model, loader=MlmodelLoader(load_estimator))
    frame = table.select(["x", "n", "is_open"]).to_pandas()
    whole: dict[str, Any] = {"dataframe_split": frame.to_dict(orient="split")}
    bodies = [whole, {"instances": frame.to_dict(orient="records")}, {"inputs": frame.to_dict(orient="list")}]
    with served(create_app(source, poll_seconds=NEVER)) as url, httpx.Client(base_url=url, timeout=60.0) as client:
        client.post("/refresh").raise_for_status()
        answers = [client.post("/invocations", json=body).json()["predictions"] for body in bodies]
        params = {"params": {"predict_method": "predict_proba"}}
        probabilities = client.post("/invocations", json={**whole, **params}).json()["predictions"]
        refused = client.post("/invocations", json={"dataframe_records": [{"x": "much", "n": 1, "is_open": True}]})
    assert answers == [list(fitted.prediction[1])] * 3
    assert np.allclose(np.sum(probabilities, axis=1), 1.0)
    assert refused.status_code == 400
    assert isinstance(fitted.prediction[0], pd.DataFrame)
