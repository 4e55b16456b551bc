from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyRegressor

from headgate.adapters.mlflow_serving import MlflowChampionSource
from headgate.testing.conformance_champions import ChampionSourceConformance
from headgate.testing.fake_champions import FakeChampionSource
from tests.contract.loopback import proxy_to
from tests.contract.served_models import Registry

ROWS = pd.DataFrame({"x": np.linspace(0.0, 1.0, 4)})


class TestFakeChampionSource(ChampionSourceConformance):
    def make(self) -> FakeChampionSource:
        self._source = FakeChampionSource("co2")
        return self._source

    def promote(self, value: float) -> str:
        return self._source.promote(value)

    def promote_refused(self) -> str:
        return self._source.promote(None)

    def shut_down(self) -> None:
        self._source.is_down = True


class TestMlflowChampionSource(ChampionSourceConformance):
    @pytest.fixture(autouse=True)
    def _between(self, mlflow_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
        self._url = mlflow_url
        with ExitStack() as self._proxies:
            yield

    def make(self) -> MlflowChampionSource:
        self._registry = Registry(url=self._url)
        proxy = self._proxies.enter_context(proxy_to(self._url))
        return self._registry.source(proxy.url)

    def promote(self, value: float) -> str:
        return self._registry.promote(DummyRegressor(strategy="constant", constant=value).fit(ROWS, ROWS["x"]), ROWS)

    def promote_refused(self) -> str:
        model = DummyRegressor().fit(ROWS, ROWS["x"])
        return self._registry.promote(model, ROWS, serialization_format="cloudpickle")

    def shut_down(self) -> None:
        self._proxies.close()
