from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from joblib import parallel_config
from mlflow.deployments import PredictionsResponse
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from headgate.adapters.httpx_serving import HttpServingTarget
from headgate.adapters.mlflow_serving import MlflowChampionSource
from headgate.adapters.mlmodel_loader import MlmodelLoader
from headgate.adapters.skops_models import load_estimator
from headgate.server.app import create_app
from tests.contract.served import NEVER, Registry, served

ROWS = pd.DataFrame(
    {
        "x": np.linspace(-1.0, 2.0, 40),
        "n": np.arange(40) % 7,
        "day": [f"day {number % 5}" for number in range(40)],
        "is_open": np.arange(40) % 3 == 0,
    }
)
LABELS = ROWS["x"] * 3 + ROWS["n"]
JSON = {"Content-Type": "application/json"}


def pipeline(last: Any) -> Any:
    columns = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["day"]), (StandardScaler(), ["x", "n"]))
    return make_pipeline(columns, last)


def fitted(seed: int) -> Any:
    return pipeline(RandomForestRegressor(n_estimators=20, n_jobs=2, random_state=seed)).fit(ROWS, LABELS)


def predicted(estimator: Any, rows: pd.DataFrame, method: str = "predict") -> list[Any]:
    with parallel_config(backend="sequential"):
        return list(getattr(estimator, method)(rows).tolist())


def source_of(url: str, model: str) -> MlflowChampionSource:
    return MlflowChampionSource(url, model, loader=MlmodelLoader(load_estimator))


@contextmanager
def client_of(source: MlflowChampionSource) -> Iterator[httpx.Client]:
    with served(create_app(source, poll_seconds=NEVER)) as url, httpx.Client(base_url=url, timeout=60.0) as client:
        client.post("/refresh").raise_for_status()
        yield client


@pytest.fixture(scope="module")
def forest() -> Any:
    return fitted(seed=1)


@pytest.fixture
def registry(mlflow_url: str) -> Registry:
    return Registry(mlflow_url, f"served_{uuid.uuid4().hex}")


@pytest.fixture(scope="module")
def client(mlflow_url: str, forest: Any) -> Iterator[httpx.Client]:
    """A server of the forest, as version 1."""
    registry = Registry(mlflow_url, f"served_{uuid.uuid4().hex}")
    registry.promote(registry.log(forest, ROWS))
    with client_of(source_of(mlflow_url, registry.model)) as client:
        yield client


def as_json(**request: Any) -> tuple[str, str]:
    return "application/json", json.dumps(request)


def bodies(rows: pd.DataFrame) -> dict[str, tuple[str, str]]:
    records, columns = rows.to_dict(orient="records"), rows.to_dict(orient="list")
    split = rows.to_dict(orient="split")
    return {
        "dataframe_split": as_json(dataframe_split=split),
        "dataframe_split without index": as_json(dataframe_split={"columns": split["columns"], "data": split["data"]}),
        "dataframe_records": as_json(dataframe_records=records),
        "instances": as_json(instances=records),
        "inputs": as_json(inputs=columns),
        "csv": ("text/csv", rows.to_csv(index=False)),
        "csv with a charset": ("text/csv; charset=utf-8", rows.to_csv(index=False)),
    }


@pytest.mark.parametrize("form", bodies(ROWS))
@pytest.mark.parametrize("count", [1, 40])
def test_every_form_of_a_request_is_answered_as_the_estimator_would(
    client: httpx.Client, forest: Any, form: str, count: int
) -> None:
    kind, body = bodies(ROWS.head(count))[form]
    answer = client.post("/invocations", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"predictions": predicted(forest, ROWS.head(count)), "model_version": "1"}
    assert answer.headers["X-Headgate-Version"] == "1"


def test_the_order_of_columns_and_a_column_too_many_change_nothing(client: httpx.Client, forest: Any) -> None:
    rows = ROWS.assign(extra="unused")[["extra", "is_open", "day", "n", "x"]]
    answer = client.post("/invocations", json={"dataframe_split": rows.to_dict(orient="split")})
    assert answer.json()["predictions"] == predicted(forest, ROWS)


def test_mlflows_own_parser_reads_the_answer(client: httpx.Client, forest: Any) -> None:
    answer = client.post("/invocations", json={"dataframe_split": ROWS.to_dict(orient="split")})
    read = PredictionsResponse.from_json(answer.text)  # type: ignore[no-untyped-call]  # MLflow is typed in parts
    assert np.array_equal(read.get_predictions(predictions_format="ndarray"), predicted(forest, ROWS))


def test_rows_from_a_snapshot_are_answered_by_the_trained_model(client: httpx.Client, forest: Any) -> None:
    answer = HttpServingTarget(str(client.base_url), timeout=30.0).ask(pa.Table.from_pandas(ROWS))
    assert (answer.version, list(answer.predictions)) == ("1", predicted(forest, ROWS))


RECORD = {"x": 1.0, "n": 1, "day": "day 1", "is_open": True}


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (json.dumps({"dataframe_records": [{**RECORD, "x": "much"}]}), "'?x'?"),
        (json.dumps({"dataframe_records": [{**RECORD, "n": 1.5}]}), "'n'"),
        (json.dumps({"dataframe_records": [{**RECORD, "n": None}]}), "'?n'?"),
        (json.dumps({"dataframe_records": [{**RECORD, "n": 2**70}]}), "'?n'?"),
        (json.dumps({"dataframe_records": [{**RECORD, "is_open": "false"}]}), "'is_open'"),
        (json.dumps({"dataframe_split": {"columns": ["x", "x"], "data": [[1, 2]]}}), "'x', 'x'"),
        (json.dumps({"dataframe_records": [RECORD], "inputs": {}}), "dataframe_records"),
        (json.dumps({"rows": [RECORD]}), "rows"),
        (json.dumps({"dataframe_records": [RECORD], "params": {"predict_method": "__class__"}}), "predict_method"),
        (json.dumps({"dataframe_records": [RECORD], "params": [1]}), "predict_method"),
        ("[]", "JSON object. Got a list"),
        ("{", "JSONDecodeError"),
        ("", "JSONDecodeError"),
        (b"\xff", "UnicodeDecodeError"),
    ],
)
def test_a_bad_request_gets_a_sentence_that_names_what_is_wrong(
    client: httpx.Client, content: str | bytes, names: str
) -> None:
    answer = client.post("/invocations", content=content, headers=JSON)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error_code"] == "BAD_REQUEST"
    assert answer.headers["X-Headgate-Version"] == "1"
    assert " must " in answer.json()["message"]
    assert re.search(names, answer.json()["message"])


@pytest.mark.parametrize("form", bodies(ROWS))
def test_a_missing_column_is_named(client: httpx.Client, form: str) -> None:
    kind, body = bodies(ROWS.drop(columns="day"))[form]
    answer = client.post("/invocations", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert "'day'" in answer.json()["message"]


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-parquet"])
def test_another_content_type_is_refused_by_name(client: httpx.Client, kind: str) -> None:
    answer = client.post("/invocations", content=b"{}", headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert f"must be application/json or text/csv. Got '{kind}' instead" in answer.json()["message"]


def test_a_classifier_answers_with_classes_or_with_probabilities(mlflow_url: str, registry: Registry) -> None:
    labels = np.where(LABELS > 3, "high", "low")
    model = pipeline(RandomForestClassifier(n_estimators=10, random_state=0)).fit(ROWS, labels)
    registry.promote(registry.log(model, ROWS))
    rows = ROWS.to_dict(orient="split")
    with client_of(source_of(mlflow_url, registry.model)) as client:
        for method in ("predict", "predict_proba"):
            answer = client.post("/invocations", json={"dataframe_split": rows, "params": {"predict_method": method}})
            assert answer.json()["predictions"] == predicted(model, ROWS, method)


def test_dates_and_nulls_of_a_snapshot_reach_the_model(mlflow_url: str, registry: Registry) -> None:
    rows = pd.DataFrame({"at": pd.date_range("2000-01-01", periods=6, freq="h"), "x": [1.0, None, 3.0, 4.0, 5.0, 6.0]})
    model = make_pipeline(
        make_column_transformer(("passthrough", ["x"])), HistGradientBoostingRegressor(min_samples_leaf=1)
    ).fit(rows, range(6))
    registry.promote(registry.log(model, rows))
    with client_of(source_of(mlflow_url, registry.model)) as client:
        answer = HttpServingTarget(str(client.base_url), timeout=30.0).ask(pa.Table.from_pandas(rows))
    assert list(answer.predictions) == predicted(model, rows)
