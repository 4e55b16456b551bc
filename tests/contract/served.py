"""The model server's application on a real socket, and the versions of a real registry that it serves."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import uvicorn
from fastapi import FastAPI
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from headgate.adapters.mlflow_tracking import MlflowRunTracker
from headgate.adapters.quiet_skops import quiet, skops_io
from headgate.ports import Fitted
from headgate.testing.tracking_samples import SNAPSHOT, log_candidate, run_of

NEVER = 3600.0
"""Seconds between two looks at the registry where a test asks for each look."""


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Run an application in a thread, and yield its address; it listens at once and answers when it has started."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


class Registry:
    """A registered model in MLflow."""

    def __init__(self, url: str, model: str) -> None:
        self.client = MlflowClient(url, registry_uri=url)
        self.model = model
        self._url = url
        self._logged = 0

    def log(self, estimator: Any, rows: pd.DataFrame) -> str:
        """Log a fitted estimator as a run of the chain would; return the logged model's id."""
        with quiet():
            saved = skops_io.dumps(estimator)
            types = tuple(skops_io.get_untrusted_types(data=saved))
        fitted = Fitted(
            model=estimator,
            example=rows.head(2),
            prediction=(rows, estimator.predict(rows)),
            saved=saved,
            trusted=types,
            seconds=0.1,
            facts={},
        )
        return self.log_fitted(fitted)

    def log_fitted(self, fitted: Fitted) -> str:
        """Log what a trainer fitted; return the logged model's id."""
        self._logged += 1
        run, tracker = run_of(self.model, day=self._logged), MlflowRunTracker(self._url)
        tracked = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
        return log_candidate(tracker, tracked, run, fitted)

    def promote(self, model_id: str) -> str:
        """Append a version that stands for a logged model, and make it the champion."""
        return self.promote_source(f"models:/{model_id}", model_id=model_id)

    def promote_source(self, source: str, **known: Any) -> str:
        """Append a version of that source, and make it the champion."""
        try:
            self.client.create_registered_model(self.model)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        version = str(self.client.create_model_version(self.model, source, **known).version)
        self.point_to(version)
        return version

    def point_to(self, version: str) -> None:
        self.client.set_registered_model_alias(self.model, "champion", version)
