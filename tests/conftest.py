"""What every test gets: an Airflow home of its own, no telemetry, hypothesis' profiles, and one MLflow server."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.mlflow_server import mlflow_server

_home = tempfile.mkdtemp(prefix="headgate-tests-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
_repository = Path(__file__).parents[1]

# Airflow reads its configuration once, when it is first imported: hence here, and before everything else.
os.environ.update(
    {
        "AIRFLOW_HOME": _home,
        "AIRFLOW__CORE__DAGS_FOLDER": str(_repository / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(_repository / "plugins"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "GX_ANALYTICS_ENABLED": "False",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
        "SCARF_ANALYTICS": "false",
    }
)

hypothesis.settings.register_profile("dev", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture(scope="session")
def mlflow_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a real MLflow server, started when a test first asks for it."""
    with mlflow_server(tmp_path_factory.mktemp("mlflow")) as url:
        yield url
