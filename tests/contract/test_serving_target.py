from __future__ import annotations

import socket
import uuid
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from fastapi import FastAPI, Response
from sklearn.linear_model import LinearRegression

from headgate.adapters.httpx_serving import HttpServingTarget
from headgate.adapters.mlflow_serving import MlflowChampionSource
from headgate.adapters.mlmodel_loader import MlmodelLoader
from headgate.adapters.skops_models import load_estimator
from headgate.core.serving import Version
from headgate.errors import DeploymentError, TransientError
from headgate.ports import Rows, ServingTarget
from headgate.server.app import create_app
from headgate.server.champions import ChampionSource
from headgate.testing.conformance_champions import ChampionSourceConformance, RegistryWorld
from headgate.testing.conformance_serving import ServingTargetConformance, rows_of
from headgate.testing.fake_champions import FakeChampionSource
from headgate.testing.fake_serving import FakeServingTarget
from tests.contract.loopback import Proxy, proxy_to
from tests.contract.served import NEVER, Registry, served


class TestFakeServingTarget(ServingTargetConformance):
    class World:
        model = "line"

        def __init__(self) -> None:
            self.serving_target = FakeServingTarget(self.model, {})
            self.promoted = 0

        def promote(self, slope: float) -> str:
            version = self.promote_broken()
            self.mend(version, slope)
            return version

        def promote_broken(self) -> str:
            self.promoted += 1
            return str(self.promoted)

        def mend(self, version: str, slope: float) -> None:
            def predict(rows: Rows) -> tuple[Any, ...]:
                assert isinstance(rows, pa.Table)
                return tuple(slope * x for x in rows.column("x").to_pylist())

            self.serving_target.versions[version] = predict

    @pytest.fixture
    def world(self) -> World:
        return self.World()

    @pytest.fixture
    def serving_target(self, world: World) -> ServingTarget:
        return world.serving_target


class FollowedWorld:
    def __init__(self, source: FakeChampionSource) -> None:
        self.source = source
        self.model = source.model

    def promote(self, slope: float) -> str:
        return self.source.promote(slope)

    def promote_broken(self) -> str:
        return self.source.promote(None)

    def mend(self, version: str, slope: float) -> None:
        self.source.mend(version, slope)

    def point_to(self, version: str) -> None:
        self.source.champion = version

    def break_down(self) -> None:
        self.source.is_down = True


class TestHttpServingTarget(ServingTargetConformance):
    @pytest.fixture
    def world(self) -> FollowedWorld:
        return FollowedWorld(FakeChampionSource("line"))

    @pytest.fixture
    def serving_target(self, world: FollowedWorld) -> Iterator[ServingTarget]:
        with served(create_app(world.source, poll_seconds=NEVER)) as url:
            yield HttpServingTarget(url, timeout=30.0)


class TestFakeChampionSource(ChampionSourceConformance):
    @pytest.fixture
    def source(self) -> FakeChampionSource:
        return FakeChampionSource("line")

    @pytest.fixture
    def world(self, source: FakeChampionSource) -> RegistryWorld:
        return FollowedWorld(source)


class TestMlflowChampionSource(ChampionSourceConformance):
    class World:
        def __init__(self, url: str, proxy: Proxy) -> None:
            self.registry = Registry(url, f"line_{uuid.uuid4().hex}")
            self.proxy = proxy

        def promote(self, slope: float) -> str:
            rows = pd.DataFrame({"x": np.arange(8.0)})
            line = LinearRegression(fit_intercept=False).fit(rows, slope * rows["x"])
            line.coef_ = np.array([slope])  # to the last bit
            return self.registry.promote(self.registry.log(line, rows))

        def promote_broken(self) -> str:
            version = self.promote(2.0)
            found = self.registry.client.get_model_version(self.registry.model, version)
            self.registry.client.delete_logged_model(str(found.source).removeprefix("models:/"))
            return version

        def point_to(self, version: str) -> None:
            self.registry.point_to(version)

        def break_down(self) -> None:
            self.proxy.refuse = lambda _method, _path: True

    @pytest.fixture
    def world(self, mlflow_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
        with proxy_to(mlflow_url) as proxy:
            yield self.World(mlflow_url, proxy)

    @pytest.fixture
    def source(self, world: World) -> ChampionSource:
        loader = MlmodelLoader(load_estimator)
        return MlflowChampionSource(world.proxy.url, world.registry.model, loader=loader)


class LateSource(FakeChampionSource):
    """A registry whose readers see a promotion only after some looks."""

    blind = 5

    def champion_of(self) -> Version | None:
        found = super().champion_of()
        return found if self.looks > self.blind else None


def test_a_deployment_waits_for_a_server_that_is_on_its_way() -> None:
    source = LateSource("line")
    version = source.promote(2.0)
    with served(create_app(source, poll_seconds=0.01)) as url:
        serving_target = HttpServingTarget(url, timeout=30.0)
        serving_target.deploy(source.model, version)
        assert serving_target.ask(rows_of(1.0)).version == version


def test_a_version_that_does_not_come_in_time_may_come_later() -> None:
    source = FakeChampionSource("line")
    source.promote(2.0)
    with served(create_app(source, poll_seconds=NEVER)) as url:
        serving_target = HttpServingTarget(url, timeout=5.0)
        serving_target.deploy(source.model, "1")
        with pytest.raises(TransientError, match=r"must serve version 2 .* within 1 s\. It still serves version 1\.$"):
            HttpServingTarget(url, timeout=1.0).deploy(source.model, "2")


def test_an_outage_of_the_registry_is_named_and_is_no_refusal() -> None:
    source = FakeChampionSource("line")
    source.promote(2.0)
    source.is_down = True
    with (
        served(create_app(source, poll_seconds=NEVER)) as url,
        pytest.raises(TransientError, match=r"still serves version None: registry in memory does not answer"),
    ):
        HttpServingTarget(url, timeout=0.5).deploy(source.model, "1")


def test_a_server_that_is_not_there_may_come_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    serving_target = HttpServingTarget(url, timeout=1.0)
    with pytest.raises(TransientError, match="does not answer"):
        serving_target.deploy("line", "1")
    with pytest.raises(TransientError, match="does not answer"):
        serving_target.ask(rows_of(1.0))


@pytest.mark.parametrize("text", ["<html>", "[]", "null", "{}", '{"model": "line"}', '{"predictions": [1.0]}'])
def test_a_server_of_another_kind_is_named(text: str) -> None:
    app = FastAPI()
    for path in ("/refresh", "/invocations"):
        app.add_api_route(path, lambda: Response(text), methods=["POST"])
    with served(app) as url:
        serving_target = HttpServingTarget(url, timeout=5.0)
        with pytest.raises(DeploymentError, match="must be a Headgate model server"):
            serving_target.deploy("line", "1")
        with pytest.raises(DeploymentError, match="must be a Headgate model server"):
            serving_target.ask(rows_of(1.0))


def test_rows_that_the_model_refuses_are_a_refusal() -> None:
    source = FakeChampionSource("line")
    source.promote(2.0)
    with served(create_app(source, poll_seconds=NEVER)) as url:
        serving_target = HttpServingTarget(url, timeout=5.0)
        serving_target.deploy(source.model, "1")
        with pytest.raises(DeploymentError, match=r"refused /invocations with 400: .*Got KeyError\('x'\) as"):
            serving_target.ask(pa.table({"z": [1.0]}))
