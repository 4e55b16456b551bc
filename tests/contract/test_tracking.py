from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import ErrorCode

from headgate.adapters import mlflow_client
from headgate.adapters.mlflow_models import metric_name, name_of, requirements_of
from headgate.adapters.mlflow_tracking import MlflowRunTracker
from headgate.core.evaluation import Measure
from headgate.core.refs import RunRef, TrackedRun
from headgate.errors import InputError, ModelRefusedError, TrackingError, TransientError
from headgate.ports import Evidence, RunTracker
from headgate.testing.conformance_log import entry_for
from headgate.testing.conformance_tracking import (
    FINGERPRINT,
    OTHER_SNAPSHOT,
    SNAPSHOT,
    RunTrackerConformance,
    SeenRun,
    TrackingWorld,
    fitted_line,
    log_candidate,
    run_of,
)
from headgate.testing.fake_log import FakePromotionLog
from headgate.testing.fake_tracking import FakeRunTracker
from tests.contract.loopback import Proxy, proxy_to


class FakeWorld:
    def __init__(self) -> None:
        self.log = FakePromotionLog()
        self.tracker = FakeRunTracker(self.log)

    def new_model(self) -> str:
        return "m"

    def live(self, run: RunRef) -> list[str]:
        return self.tracker.live(run.key)

    def see(self, tracked: TrackedRun) -> SeenRun:
        run = self.tracker.runs[tracked.mlflow_run]
        return SeenRun(status=run.status, tags=run.tags, params=run.params, metrics=run.metrics)

    def has_model(self, model_id: str) -> bool:
        return model_id in self.tracker.models

    def promote(self, model: str, model_id: str) -> None:
        self.log.append(model, entry_for(model_id))


class MlflowWorld:
    def __init__(self, url: str) -> None:
        self.client = MlflowClient(url, registry_uri=url)

    def new_model(self) -> str:
        return f"model_{uuid.uuid4().hex}"

    def live(self, run: RunRef) -> list[str]:
        experiment = self.client.get_experiment_by_name(f"headgate/{run.model}")
        assert experiment is not None
        found = self.client.search_runs([experiment.experiment_id], f"tags.`headgate.key` = '{run.key}'")
        return [one.info.run_id for one in found if "headgate.superseded_by" not in one.data.tags]

    def see(self, tracked: TrackedRun) -> SeenRun:
        run = self.run(tracked)
        data = run.data
        return SeenRun(status=run.info.status, tags=data.tags, params=data.params, metrics=data.metrics)

    def run(self, tracked: TrackedRun) -> Run:
        return self.client.get_run(tracked.mlflow_run)

    def has_model(self, model_id: str) -> bool:
        try:
            self.client.get_logged_model(model_id)
        except MlflowException:
            return False
        return True

    def promote(self, model: str, model_id: str) -> None:
        self.client.create_registered_model(model)
        source_run = self.client.get_logged_model(model_id).source_run_id
        self.client.create_model_version(model, f"models:/{model_id}", source_run, model_id=model_id)


class TestFake(RunTrackerConformance):
    @pytest.fixture
    def world(self) -> FakeWorld:
        return FakeWorld()

    @pytest.fixture
    def tracker(self, world: FakeWorld) -> RunTracker:
        return world.tracker


class TestMlflow(RunTrackerConformance):
    @pytest.fixture
    def world(self, mlflow_url: str) -> TrackingWorld:
        return MlflowWorld(mlflow_url)

    @pytest.fixture
    def tracker(self, mlflow_url: str) -> RunTracker:
        return MlflowRunTracker(mlflow_url)


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


def test_a_run_says_what_it_is(tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef) -> None:
    found = world.run(tracker.open(run, SNAPSHOT))
    told = {name.removeprefix("headgate."): value for name, value in found.data.tags.items()}
    assert found.info.run_name == run.name
    assert (
        told.items()
        >= {
            "key": run.key,
            "dag_id": "dag",
            "dag_run_id": "manual__1",
            "run_type": "manual",
            "model": run.model,
            "snapshot": SNAPSHOT,
            "as_of": "2000-01-01T00:00:00+00:00",
            "as_of_origin": "the trigger form",
            "training_window": "[1988-12-04, 1998-12-04)",
            "holdout": "[1998-12-04, 1999-12-04)",
            "mlflow.user": "ann",
            "mlflow.source.name": "dag",
        }.items()
    )


def test_a_superseded_run_is_deleted_and_says_by_which(
    tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef
) -> None:
    first, second = tracker.open(run, SNAPSHOT), tracker.open(run, OTHER_SNAPSHOT)
    old = world.run(first)
    assert old.info.lifecycle_stage == "deleted"
    assert old.data.tags["headgate.superseded_by"] == second.mlflow_run


def test_a_candidate_shows_with_its_data_its_measures_and_its_pins(
    tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef, tmp_path: Path
) -> None:
    tracked = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
    model_id = log_candidate(tracker, tracked, run)
    measure = Measure(metric="mae", slice="overall", rows=5, candidate=0.5, baseline=1.0)
    tracker.record(tracked, Evidence(measures=(measure,), model_id=model_id))
    seen, model = world.run(tracked), world.client.get_logged_model(model_id)
    assert seen.inputs is not None
    assert seen.outputs is not None
    inputs = {one.tags[0].value: one.dataset for one in seen.inputs.dataset_inputs}
    assert [output.model_id for output in seen.outputs.model_outputs] == [model_id]
    assert (model.source_run_id, model.model_type) == (tracked.mlflow_run, "LinearRegression")
    assert {one.key: one.value for one in model.metrics or []} == {"fit_seconds": 0.25, "mae": 0.5}
    assert model.params == {"seed": "7"}
    assert {context: (data.name, data.digest) for context, data in inputs.items()} == {
        "training": (run.model, SNAPSHOT[:36]),
        "evaluation": (f"{run.model} holdout", SNAPSHOT[:36]),
    }
    files = {file.name for file in tracker.fetch_model(model_id, tmp_path).iterdir()}
    assert files == {
        *("MLmodel", "conda.yaml", "input_example.json", "model.skops", "python_env.yaml"),
        *("requirements.txt", "serving_input_example.json"),
    }
    pins = (tmp_path / model_id / "requirements.txt").read_text().splitlines()
    pinned = {pin.partition("==")[0] for pin in pins if "==" in pin}
    assert pinned == {"mlflow", "scikit-learn", "skops", "numpy", "pandas", "scipy"}


def test_a_fetched_candidate_predicts_as_it_did(tracker: MlflowRunTracker, run: RunRef, tmp_path: Path) -> None:
    import mlflow.pyfunc

    tracked = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
    fitted = fitted_line()
    folder = tracker.fetch_model(log_candidate(tracker, tracked, run, fitted), tmp_path)
    rows, predicted = fitted.prediction
    assert list(mlflow.pyfunc.load_model(str(folder)).predict(rows)) == list(predicted)


def test_an_estimator_of_untrusted_types_is_refused_and_leaves_nothing(
    tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef
) -> None:
    from sklearn.ensemble import RandomForestRegressor

    tracked = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
    line = fitted_line()
    forest = RandomForestRegressor(2, random_state=0).fit(*line.prediction)
    with pytest.raises(ModelRefusedError, match="RandomForestRegressor"):
        log_candidate(tracker, tracked, run, replace(line, model=forest))
    assert not world.client.search_logged_models([tracked.experiment])


def test_logging_is_quiet(
    tracker: MlflowRunTracker, run: RunRef, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from sklearn.ensemble import RandomForestRegressor

    line = fitted_line()
    forest = RandomForestRegressor(20, random_state=0).fit(*line.prediction)
    tracked = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
    model_id = log_candidate(tracker, tracked, run, replace(line, model=forest, trusted=("sklearn.tree._tree.Tree",)))
    tracker.fetch_model(model_id, tmp_path)
    tracker.close(tracked)
    assert capfd.readouterr() == ("", "")


REQUESTS = MappingProxyType(
    {
        "the model's entry": ("POST", "/logged-models"),
        "a file": ("PUT", "/artifacts/"),
        "its being whole": ("PATCH", "/logged-models/"),
        "its link to the run": ("POST", "/runs/outputs"),
        "the dataset": ("POST", "/runs/log-inputs"),
        "the evidence": ("POST", "/runs/log-batch"),
        "the tag": ("POST", "/runs/set-tag"),
    }
)


@pytest.mark.parametrize("lost", REQUESTS)
def test_a_model_that_was_logged_by_half_is_no_candidate_and_is_superseded(
    tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef, impatient_proxy: Proxy, lost: str
) -> None:
    proxy = impatient_proxy
    tracked = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
    method, path = REQUESTS[lost]
    proxy.refuse = lambda asked, where: asked == method and path in where
    with pytest.raises(TransientError):
        log_candidate(MlflowRunTracker(proxy.url), tracked, run)
    assert tracker.candidate_of(tracked, FINGERPRINT) is None
    second = tracker.begin_fit(run, tracked)
    model_id = log_candidate(tracker, second, run)
    assert tracker.candidate_of(second, FINGERPRINT) == model_id
    assert [found.model_id for found in world.client.search_logged_models([tracked.experiment])] == [model_id]


def test_a_lost_reply_to_a_new_run_leaves_one_live_run(
    tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef, proxy: Proxy
) -> None:
    proxy.lose = lambda method, path: method == "POST" and path.endswith("/runs/create")
    tracked = MlflowRunTracker(proxy.url).open(run, SNAPSHOT)
    assert proxy.lose is None
    assert world.live(run) == [tracked.mlflow_run]
    found = world.client.search_runs([tracked.experiment], run_view_type=2)
    assert [one.data.tags["headgate.superseded_by"] for one in found] == [tracked.mlflow_run]
    assert tracker.open(run, SNAPSHOT) == tracked


def test_a_lost_reply_to_the_run_of_a_second_fit_leaves_one_live_run(
    tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef, proxy: Proxy
) -> None:
    first = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
    proxy.lose = lambda method, path: method == "POST" and path.endswith("/runs/create")
    second = MlflowRunTracker(proxy.url).begin_fit(run, first)
    model_id = log_candidate(tracker, second, run)
    assert world.live(run) == [second.mlflow_run]
    assert tracker.candidate_of(tracker.open(run, SNAPSHOT), FINGERPRINT) == model_id


def test_those_who_open_the_same_run_at_once_get_one(mlflow_url: str, world: MlflowWorld, run: RunRef) -> None:
    start = threading.Barrier(4)

    def work() -> TrackedRun:
        start.wait()
        return MlflowRunTracker(mlflow_url).open(run, SNAPSHOT)

    with ThreadPoolExecutor(4) as pool:
        opened = [one.result() for one in [pool.submit(work) for _ in range(4)]]
    (live,) = world.live(run)
    assert live in {one.mlflow_run for one in opened}


def test_a_deleted_experiment_says_how_to_get_it_back(
    tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef
) -> None:
    world.client.delete_experiment(tracker.open(run, SNAPSHOT).experiment)
    with pytest.raises(InputError, match="mlflow experiments restore -x"):
        tracker.open(run, SNAPSHOT)


def test_a_model_is_handed_over_by_its_experiments_tag(
    tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef
) -> None:
    experiment = tracker.open(run, SNAPSHOT).experiment
    world.client.set_experiment_tag(experiment, "headgate.dag_id", "heir")
    assert tracker.open(replace(run, dag_id="heir"), SNAPSHOT).experiment == experiment


def test_a_server_that_is_down_is_an_outage_within_seconds(run: RunRef, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(TransientError, match=rf"MLflow at {url} does not answer when asked to open the run"):
            MlflowRunTracker(url).open(run, SNAPSHOT)
    assert time.monotonic() - began < 15


def test_retries_are_few_unless_somebody_says_otherwise(run: RunRef, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", raising=False)
    _ = mlflow_client.MlflowServer("http://127.0.0.1:9").client
    assert os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] == "2"


@pytest.mark.parametrize("url", ["sqlite:///mlflow.db", "./mlruns", "databricks", "", "postgresql://u:secret@db/x"])
def test_only_a_server_is_an_address(run: RunRef, url: str) -> None:
    with pytest.raises(InputError, match="must start with http") as caught:
        MlflowRunTracker(url).open(run, SNAPSHOT)
    assert "secret" not in str(caught.value)


def test_a_login_in_the_address_is_refused_and_not_repeated(run: RunRef) -> None:
    with pytest.raises(InputError, match="must hold no login") as caught:
        MlflowRunTracker("http://ann:secret@127.0.0.1:9").open(run, SNAPSHOT)
    assert "secret" not in str(caught.value)


def test_a_login_goes_to_its_own_server_only_and_not_into_the_environment(
    mlflow_url: str, run: RunRef, proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_AUTH", raising=False)
    tracker = MlflowRunTracker(proxy.url, username="ann", password="s3cret-word")  # noqa: S106
    tracked = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
    tracker.fetch_model(log_candidate(tracker, tracked, run), tmp_path)
    assert set(proxy.logins) == {"Basic YW5uOnMzY3JldC13b3Jk"}
    assert "s3cret-word" not in " ".join(os.environ.values())
    with proxy_to(mlflow_url) as other:
        MlflowRunTracker(other.url).open(run, SNAPSHOT)
        assert set(other.logins) == {None}
    monkeypatch.delenv("MLFLOW_TRACKING_AUTH")


def test_another_way_to_log_in_is_not_overruled(run: RunRef, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_AUTH", "kubernetes")
    with pytest.raises(InputError, match="MLFLOW_TRACKING_AUTH"):
        MlflowRunTracker("http://127.0.0.1:9", username="ann").open(run, SNAPSHOT)


REFUSALS = """
    BAD_REQUEST NOT_FOUND ALREADY_EXISTS INVALID_PARAMETER_VALUE ENDPOINT_NOT_FOUND MALFORMED_REQUEST INVALID_STATE
    FEATURE_DISABLED NOT_IMPLEMENTED DATA_LOSS INVALID_STATE_TRANSITION RESOURCE_ALREADY_EXISTS RESOURCE_DOES_NOT_EXIST
    QUOTA_EXCEEDED MAX_BLOCK_SIZE_EXCEEDED MAX_READ_SIZE_EXCEEDED PARTIAL_DELETE MAX_LIST_SIZE_EXCEEDED DRY_RUN_FAILED
    RESOURCE_LIMIT_EXCEEDED DIRECTORY_NOT_EMPTY DIRECTORY_PROTECTED MAX_NOTEBOOK_SIZE_EXCEEDED
    MAX_CHILD_NODE_SIZE_EXCEEDED SEARCH_QUERY_TOO_LONG SEARCH_QUERY_TOO_SHORT MANAGED_RESOURCE_GROUP_DOES_NOT_EXIST
    PERMISSION_NOT_PROPAGATED GIT_CONFLICT GIT_UNKNOWN_REF GIT_SENSITIVE_TOKEN_DETECTED GIT_URL_NOT_ON_ALLOW_LIST
    GIT_REMOTE_ERROR IPYNB_FILE_IN_REPO INSECURE_PARTNER_RESPONSE MALFORMED_PARTNER_RESPONSE METASTORE_DOES_NOT_EXIST
    DAC_DOES_NOT_EXIST CATALOG_DOES_NOT_EXIST SCHEMA_DOES_NOT_EXIST TABLE_DOES_NOT_EXIST SHARE_DOES_NOT_EXIST
    RECIPIENT_DOES_NOT_EXIST STORAGE_CREDENTIAL_DOES_NOT_EXIST EXTERNAL_LOCATION_DOES_NOT_EXIST
    PRINCIPAL_DOES_NOT_EXIST PROVIDER_DOES_NOT_EXIST METASTORE_ALREADY_EXISTS DAC_ALREADY_EXISTS CATALOG_ALREADY_EXISTS
    SCHEMA_ALREADY_EXISTS TABLE_ALREADY_EXISTS SHARE_ALREADY_EXISTS RECIPIENT_ALREADY_EXISTS
    STORAGE_CREDENTIAL_ALREADY_EXISTS EXTERNAL_LOCATION_ALREADY_EXISTS PROVIDER_ALREADY_EXISTS CATALOG_NOT_EMPTY
    SCHEMA_NOT_EMPTY METASTORE_NOT_EMPTY PROVIDER_SHARE_NOT_ACCESSIBLE
"""


def test_every_error_code_of_mlflow_has_its_translation() -> None:
    ours = [*mlflow_client.OUTAGES, *mlflow_client.LOGIN, *REFUSALS.split()]
    assert sorted(ErrorCode.keys()) == sorted(ours)


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        ("INTERNAL_ERROR", TransientError, "Is the server up"),
        ("REQUEST_LIMIT_EXCEEDED", TransientError, "Is the server up"),
        ("UNAUTHENTICATED", TrackingError, "login and password"),
        ("PERMISSION_DENIED", TrackingError, "permissions"),
        ("RESOURCE_DOES_NOT_EXIST", TrackingError, "refuses to look"),
        ("INVALID_PARAMETER_VALUE", TrackingError, "refuses to look"),
    ],
)
def test_errors_are_told_apart_by_their_code(code: str, kind: type[Exception], says: str) -> None:
    server = mlflow_client.MlflowServer("http://127.0.0.1:9")
    refused = MlflowException("nothing to go by\nand more", ErrorCode.Value(code))
    with pytest.raises(kind, match=says) as caught, server.asked("look"):
        raise refused
    assert "nothing to go by" in str(caught.value)
    assert "and more" not in str(caught.value)


def test_slices_that_mlflow_cannot_name_stay_apart() -> None:
    names = {
        metric_name(Measure(metric="mae", slice=slice_name, rows=1, candidate=1.0, baseline=None))
        for slice_name in ("town=a/b", "town=a?b", "town=a#b", "town=..", "town=Genève", "town=" + "x" * 300)
    }
    assert len(names) == 6
    assert "mae/town:Genève" in names
    assert max(map(len, names)) <= 250


@pytest.mark.parametrize("text", ["", ".", "..", "a/../b", "a//b", "/a", " ", "a" * 400, "50 %", "ü=ü"])
def test_every_text_becomes_a_name_that_mlflow_takes(
    tracker: MlflowRunTracker, run: RunRef, world: MlflowWorld, text: str
) -> None:
    tracked = tracker.open(run, SNAPSHOT)
    tracker.record(tracked, Evidence(metrics={text: 1.0}, params={text: "1"}))
    seen = world.see(tracked)
    assert (list(seen.metrics), list(seen.params)) == ([name_of(text)], [name_of(text)])


@pytest.mark.parametrize("size", [5999, 6000, 6001])
def test_long_params_are_cut(tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef, size: int) -> None:
    tracked = tracker.open(run, SNAPSHOT)
    tracker.record(tracked, Evidence(params={"p": "x" * size}))
    assert len(world.see(tracked).params["p"]) == min(size, 6000)


def test_many_params_and_metrics_are_written(tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef) -> None:
    tracked = tracker.open(run, SNAPSHOT)
    many = [f"n{number}" for number in range(1100)]
    tracker.record(tracked, Evidence(params=dict.fromkeys(many[:250], "1"), metrics=dict.fromkeys(many, 1.0)))
    seen = world.see(tracked)
    assert (len(seen.params), len(seen.metrics)) == (250, 1100)


def test_a_users_own_types_are_pinned_by_their_distribution() -> None:
    pins = requirements_of(["pandas.DataFrame", "statsmodels.tools.Something", "include.co2.model.Clock"])
    assert [pin.partition("==")[0] for pin in pins][-1] == "statsmodels"
