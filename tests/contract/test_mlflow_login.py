"""The promotion log behind MLflow's login: Airflow's user may write it, the model server's may only read it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping

import pytest
from mlflow import MlflowClient

from deploy import mlflow_users
from headgate.adapters.mlflow_client import MlflowServer
from headgate.adapters.mlflow_log import MlflowPromotionLog
from headgate.core.promotion import fold_log
from headgate.errors import TrackingError
from headgate.ports import PromotionLog
from headgate.testing.conformance_log import LogWorld, PromotionLogConformance, entry_for
from tests.mlflow_server import mlflow_server

ADMIN = "correct-horse-battery"
AIRFLOW, READER = ("airflow", "staple-staple-staple"), ("reader", "battery-battery-battery")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an MLflow server with a login, which has both users."""
    with mlflow_server(tmp_path_factory.mktemp("guarded"), admin=ADMIN) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_URL", url)
        patch.setenv("MLFLOW_AUTH_ADMIN_USERNAME", "admin")
        patch.setenv("MLFLOW_AUTH_ADMIN_PASSWORD", ADMIN)
        patch.setenv("MLFLOW_READER_PASSWORD", READER[1])
        for password in ("an-earlier-password", AIRFLOW[1]):  # it is safe to repeat, and passwords change
            patch.setenv("MLFLOW_AIRFLOW_PASSWORD", password)
            mlflow_users.main()
        yield url


class World:
    def __init__(self, client: MlflowClient) -> None:
        self.client = client
        self.experiment = client.create_experiment(uuid.uuid4().hex)

    def new_model(self) -> str:
        return f"model_{uuid.uuid4().hex}"

    def new_candidate(self) -> str:
        run = self.client.create_run(self.experiment)
        return str(self.client.create_logged_model(self.experiment, source_run_id=run.info.run_id).model_id)

    def aliases(self, model: str) -> Mapping[str, str]:
        found = self.client.search_registered_models(f"name = '{model}'")
        return {alias: str(version) for one in found for alias, version in one.aliases.items()}


@pytest.fixture
def world(guarded: str) -> World:
    return World(MlflowServer(guarded, username=AIRFLOW[0], password=AIRFLOW[1]).client)


@pytest.fixture
def log(guarded: str) -> PromotionLog:
    return MlflowPromotionLog(guarded, username=AIRFLOW[0], password=AIRFLOW[1])


class TestBehindALogin(PromotionLogConformance):
    @pytest.fixture
    def world(self, world: World) -> LogWorld:
        return world


def test_the_reader_reads_the_log_and_may_not_promote(guarded: str, log: PromotionLog, world: World) -> None:
    model = world.new_model()
    log.append(model, entry_for(world.new_candidate()))
    log.project(model, fold_log(log.entries(model)))

    elsewhere = guarded.replace("127.0.0.1", "localhost")  # a process has one login for each address
    reader = MlflowPromotionLog(elsewhere, username=READER[0], password=READER[1])
    assert [entry.version for entry in reader.entries(model)] == [1]
    with pytest.raises(TrackingError, match="must let this login"):
        reader.append(model, entry_for(world.new_candidate()))
    with pytest.raises(TrackingError, match="must let this login"):
        reader.append(world.new_model(), entry_for(world.new_candidate()))
    with pytest.raises(TrackingError, match="must let this login"):
        reader.tag(model, 1, "reviewed", "yes")
    assert [entry.version for entry in log.entries(model)] == [1]
