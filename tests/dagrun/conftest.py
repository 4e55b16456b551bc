"""Chains whose tasks run in this process."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest
from mlflow import MlflowClient

from tests.dagrun.chain import SUITE, Chain, connection, pipeline_fields


@pytest.fixture
def chain(mlflow_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Chain:
    """A chain of a model of its own that would go well, with its store in an empty folder."""
    return chain_in(mlflow_url, tmp_path, monkeypatch)


def chain_in(mlflow_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Chain:
    """Return a chain of a model of its own, with its files in a folder; the environment is set for it."""
    monkeypatch.setenv("AIRFLOW_CONN_MLFLOW_DEFAULT", connection(mlflow_url))
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    suite, store = folder / "suite.json", folder / "store"
    suite.write_text(json.dumps({"expectations": SUITE}))
    store.mkdir()
    name = f"shop_{uuid.uuid4().hex[:8]}"
    return Chain(
        client=MlflowClient(mlflow_url, registry_uri=mlflow_url),
        store=store,
        store_url=store.as_uri(),
        dag_id=name,
        pipeline=pipeline_fields(name, suite),
    )
