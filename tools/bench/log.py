"""Log and register two small models as Headgate does. Prints the seconds of each as JSON: medians, after a warm-up."""

from __future__ import annotations

import json
import statistics
import sys
import time
from datetime import UTC, datetime

import pyarrow as pa

from headgate.adapters.mlflow_log import MlflowPromotionLog
from headgate.adapters.mlflow_tracking import MlflowRunTracker
from headgate.adapters.sklearn_trainer import SklearnTrainer
from headgate.core.asof import AsOf, Origin, RunType
from headgate.core.promotion import Entry, fold_log
from headgate.core.refs import RunRef, SnapshotRef
from headgate.core.span import Span, days
from headgate.core.windows import Rolling
from headgate.ports import Evidence, Recipe

ROUNDS = 5
BUILDS = {"a ridge regression": "tools.bench.log:ridge", "a gradient boosting of 100 trees": "tools.bench.log:boosting"}


def ridge(params: object) -> object:  # noqa: ARG001 - it takes none
    """Return an unfitted ridge regression."""
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), Ridge())


def boosting(params: object) -> object:  # noqa: ARG001 - it takes none
    """Return an unfitted gradient boosting."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(max_iter=100, random_state=0)


def main(tracking_uri: str) -> None:
    """Time both."""
    tracker, log, trainer = MlflowRunTracker(tracking_uri), MlflowPromotionLog(tracking_uri), SklearnTrainer()
    x = [row * 0.1 for row in range(500)]
    rows = pa.table({"t": [datetime(2020, 1, 1, tzinfo=UTC)] * 500, "x": x, "y": [value % 7 for value in x]})
    found = {}
    for number, (name, build) in enumerate(BUILDS.items()):
        seconds = []
        for day in range(1, ROUNDS + 2):
            snapshot = _snapshot(datetime(2020, number + 1, day, tzinfo=UTC))
            tracked = tracker.begin_fit(snapshot.run, tracker.open(snapshot.run, snapshot.id))
            fitted = trainer.fit(Recipe(build=build), rows, label="y", event_time="t")
            began = time.perf_counter()
            model_id = tracker.log_candidate(tracked, fitted, snapshot, Evidence(params={"a": "1"}), name="bench")
            head = fold_log(log.entries("bench"))
            entry = Entry(
                key=model_id,
                expected_head=head.number,
                model_id=model_id,
                as_of=snapshot.run.as_of.instant,
                who="bench",
                reason="bench",
            )
            log.append("bench", entry)
            log.project("bench", fold_log(log.entries("bench")))
            seconds.append(time.perf_counter() - began)
        found[name] = statistics.median(seconds[1:])
    print(json.dumps(found))


def _snapshot(as_of: datetime) -> SnapshotRef:
    windows = Rolling(lookback=days(30), holdout=days(7)).at(as_of, label_delay=Span())
    run = RunRef(
        dag_id="bench",
        dag_run_id=f"bench {as_of}",
        run_type=RunType.SCHEDULED,
        who="bench",
        model="bench",
        as_of=AsOf(instant=as_of, origin=Origin.INTERVAL),
        windows=windows,
    )
    identity = f"{as_of:%Y%m%d}".ljust(64, "0")
    return SnapshotRef(id=identity, run=run, label="y", event_time="t", training_rows=1, holdout_rows=1, manifest="")


if __name__ == "__main__":
    main(sys.argv[1])
