from __future__ import annotations

import pytest

from headgate.adapters.mlflow_models import metric_name, name_of
from headgate.adapters.mlflow_tracking import MlflowRunTracker
from headgate.core.evaluation import Measure
from headgate.core.refs import RunRef
from headgate.ports import Evidence
from headgate.testing.tracking_samples import SNAPSHOT
from tests.contract.tracking.mlflow_world import MlflowWorld


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
