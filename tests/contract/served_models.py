"""Registered models on the real MLflow server, and the model server in a thread."""

from __future__ import annotations

import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import mlflow.sklearn
import pandas as pd
import uvicorn
from mlflow import MlflowClient
from mlflow.models import infer_signature

from headgate.adapters.mlflow_serving import CHAMPION, MlflowChampionSource
from headgate.adapters.mlmodel_loader import MlmodelLoader
from headgate.adapters.quiet_skops import quiet
from headgate.adapters.skops_models import load_estimator
from headgate.server.app import create_app
from headgate.server.champions import ChampionSource

NEVER = 3600.0
"""A pause between looks that no test sees the end of: its looks are those that it asks for."""


@dataclass(slots=True, kw_only=True)
class Registry:
    """One registered model, that gets its versions from tests."""

    url: str
    model: str = field(default_factory=lambda: f"model_{uuid.uuid4().hex}")

    @property
    def client(self) -> MlflowClient:
        return MlflowClient(self.url, registry_uri=self.url)

    def source(self, url: str | None = None) -> MlflowChampionSource:
        return MlflowChampionSource(url or self.url, self.model, loader=MlmodelLoader(load_estimator))

    def promote(self, estimator: Any, rows: pd.DataFrame, *, trusted: list[str] | None = None, **how: Any) -> str:
        """Log the estimator, register it, and make it champion."""
        with TemporaryDirectory() as parent, quiet():
            folder = Path(parent) / "model"
            mlflow.sklearn.save_model(
                estimator,
                folder,
                signature=infer_signature(rows, estimator.predict(rows)),
                input_example=rows.head(2),
                pip_requirements=[],
                skops_trusted_types=trusted,
                **how,
            )
            return self.promote_folder(folder)

    def promote_folder(self, folder: Path) -> str:
        model_id = self._logged(folder)
        number = self._registered(f"models:/{model_id}", model_id)
        self.point_to(number)
        return number

    def point_to(self, number: str) -> None:
        self.client.set_registered_model_alias(self.model, CHAMPION, number)

    def _logged(self, folder: Path) -> str:
        model_id = self.client.create_logged_model(experiment_id="0", name="model").model_id
        self.client.log_model_artifacts(model_id, str(folder))
        self.client.finalize_logged_model(model_id, "READY")
        return str(model_id)

    def _registered(self, source: str, model_id: str) -> str:
        if not self.client.search_registered_models(f"name = '{self.model}'"):
            self.client.create_registered_model(self.model)
        return str(self.client.create_model_version(self.model, source, model_id=model_id).version)


@contextmanager
def model_server(source: ChampionSource, *, poll_seconds: float = NEVER) -> Iterator[httpx.Client]:
    """Run the model server, and yield a client of it after its first look."""
    app = create_app(source, poll_seconds=poll_seconds)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, ws="none"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
                client.post("/refresh").raise_for_status()
                yield client
        finally:
            server.should_exit = True
            thread.join()
