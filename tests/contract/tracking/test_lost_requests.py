from __future__ import annotations

from types import MappingProxyType

import pytest
from mlflow.entities import ViewType

from headgate.adapters.mlflow_tracking import MlflowRunTracker
from headgate.core.refs import RunRef
from headgate.errors import TransientError
from headgate.ports import Evidence
from headgate.testing.tracking_samples import FINGERPRINT, SNAPSHOT, log_candidate
from tests.contract.loopback import Matches, Proxy
from tests.contract.tracking.mlflow_world import MlflowWorld

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


LOST = MappingProxyType(
    {
        "the run": ("POST", "/runs/create", 1),
        "the fit's mark": ("POST", "/runs/log-batch", 1),
        "a superseded model": ("DELETE", "/logged-models/", 1),
        "a superseded run's tag": ("POST", "/runs/set-tag", 1),
        "a superseded run": ("POST", "/runs/delete", 1),
        "the reason that is over": ("POST", "/runs/delete-tag", 1),
        "the tag": ("POST", "/runs/set-tag", 2),
        "the end": ("POST", "/runs/update", 1),
        **{what: (*where, 1) for what, where in REQUESTS.items() if what != "the tag"},
    }
)


@pytest.mark.parametrize("lost", LOST)
def test_a_reply_that_is_lost_on_the_way_changes_nothing(
    world: MlflowWorld, run: RunRef, proxy: Proxy, lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
    tracker = MlflowRunTracker(proxy.url)
    first = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
    log_candidate(tracker, first, run)
    tracker.close(first, failed="no luck")
    proxy.lose = nth_request(*LOST[lost])

    second = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
    model_id = log_candidate(tracker, second, run)
    tracker.keep_only(run, second, model_id)
    tracker.record(second, Evidence(tags={"headgate.verdict": "PASS"}, artifacts={"verdict.json": b"{}"}))
    tracker.close(second, failed="no luck either")
    tracker.close(second)

    assert proxy.lose is None
    assert world.live(run) == [second.mlflow_run]
    assert world.see(second).status == "FINISHED"
    assert [found.model_id for found in world.client.search_logged_models([second.experiment])] == [model_id]
    assert world.has_model(model_id)
    left = world.client.search_runs([second.experiment], run_view_type=ViewType.ALL)
    assert {one.info.status for one in left if one.info.run_id != second.mlflow_run} <= {"FAILED", "KILLED"}


def nth_request(method: str, path: str, nth: int) -> Matches:
    count = iter(range(1, 1000))
    return lambda asked, where: asked == method and path in where and next(count) == nth


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
