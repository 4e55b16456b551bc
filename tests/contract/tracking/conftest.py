"""A tracker on the real MLflow server, and a run that nobody opened yet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from headgate.adapters.mlflow_tracking import MlflowRunTracker
from headgate.core.refs import RunRef
from headgate.testing.tracking_samples import run_of
from tests.contract.loopback import Proxy, proxy_to
from tests.contract.tracking.mlflow_world import MlflowWorld


@pytest.fixture
def world(mlflow_url: str) -> MlflowWorld:
    return MlflowWorld(mlflow_url)


@pytest.fixture
def tracker(mlflow_url: str) -> MlflowRunTracker:
    return MlflowRunTracker(mlflow_url)


@pytest.fixture
def run(world: MlflowWorld) -> RunRef:
    return run_of(world.new_model())


@pytest.fixture
def proxy(mlflow_url: str) -> Iterator[Proxy]:
    with proxy_to(mlflow_url) as between:
        yield between


@pytest.fixture
def impatient_proxy(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> Proxy:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    return proxy
