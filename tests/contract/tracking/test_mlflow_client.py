from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import ErrorCode

from headgate.adapters import mlflow_client
from headgate.adapters.mlflow_tracking import MlflowRunTracker
from headgate.core.refs import RunRef
from headgate.errors import InputError, TrackingError, TransientError
from headgate.testing.tracking_samples import SNAPSHOT, log_candidate
from tests.contract.loopback import Proxy, proxy_to


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
