"""Runs, snapshots and candidates to try a tracker with."""

from __future__ import annotations

from datetime import UTC, datetime

from headgate.core.asof import AsOf, Origin, RunType
from headgate.core.refs import RunRef, SnapshotRef, TrackedRun
from headgate.core.span import weeks, years
from headgate.core.windows import Rolling
from headgate.ports import Evidence, Fitted, RunTracker

SNAPSHOT, OTHER_SNAPSHOT = "a" * 64, "b" * 64
FINGERPRINT = "f" * 64


def run_of(model: str, *, day: int = 1) -> RunRef:
    """Return a run of that model, as of a day in January 2000."""
    as_of = datetime(2000, 1, day, tzinfo=UTC)
    return RunRef(
        dag_id="dag",
        dag_run_id="manual__1",
        run_type=RunType.MANUAL,
        who="ann",
        model=model,
        as_of=AsOf(instant=as_of, origin=Origin.FORM),
        windows=Rolling(lookback=years(10), holdout=years(1)).at(as_of, label_delay=weeks(4)),
    )


def snapshot_of(run: RunRef, snapshot: str = SNAPSHOT) -> SnapshotRef:
    """Return a snapshot that a run took."""
    return SnapshotRef(
        id=snapshot,
        run=run,
        label="y",
        event_time="at",
        training_rows=20,
        holdout_rows=5,
        manifest=f"snapshots/{snapshot}.json",
    )


def fitted_line() -> Fitted:
    """Return a straight line, fitted."""
    import pandas as pd
    from sklearn.linear_model import LinearRegression
    from skops.io import dumps

    rows = pd.DataFrame({"x": [float(x) for x in range(20)]})
    line = LinearRegression().fit(rows, 2 * rows["x"] + 1)
    return Fitted(
        model=line,
        example=rows.head(2),
        prediction=(rows, line.predict(rows)),
        saved=dumps(line),
        trusted=(),
        seconds=0.25,
        facts={"scikit-learn": "1"},
    )


def log_candidate(tracker: RunTracker, tracked: TrackedRun, run: RunRef, fitted: Fitted | None = None) -> str:
    """Log a candidate of the fingerprint `FINGERPRINT`."""
    evidence = Evidence(
        tags={"headgate.fingerprint": FINGERPRINT},
        params={"seed": "7"},
        metrics={"fit_seconds": 0.25},
        artifacts={"training/recipe.json": b"{}"},
    )
    return tracker.log_candidate(tracked, fitted or fitted_line(), snapshot_of(run), evidence, name=run.model)
