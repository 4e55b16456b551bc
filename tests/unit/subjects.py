"""What evidence is gathered about: two windows in memory, and a model of their rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

import numpy as np
import pyarrow as pa

from headgate import wire
from headgate.adapters.pyarrow_profiler import ArrowProfiler
from headgate.adapters.pyarrow_table import ArrowTable
from headgate.adapters.sklearn_probes import SklearnProber
from headgate.adapters.sklearn_scorer import SklearnScorer
from headgate.core.asof import AsOf, Origin, RunType
from headgate.core.evaluation import Fact
from headgate.core.mode import Mode
from headgate.core.needs import Need
from headgate.core.predictions import Predicted, Predictions
from headgate.core.promotion import Entry, LogEntry
from headgate.core.refs import CandidateRef, RunRef, SnapshotRef, TrackedRun
from headgate.core.snapshots import Column, Manifest, Part, snapshot_id
from headgate.core.span import Span, days
from headgate.core.windows import Rolling, Window
from headgate.ports import CostMeter, Fitted, LoadedModel, SnapshotStore
from headgate.steps.evidence import gather
from headgate.steps.models import ModelShelf
from headgate.steps.subject import EvidencePorts, Subject
from headgate.testing.fake_costs import FakeCostMeter
from headgate.testing.fake_ledger import FakeRunLedger
from headgate.testing.fake_tracking import FakeRun, FakeRunTracker
from headgate.testing.memory_store import MemoryStore
from tests.unit.world import MAY, Loader

WINDOWS = Rolling(lookback=days(30), holdout=days(7)).at(MAY, label_delay=Span())
FEATURES = ("x", "season")


def rows_of(window: Window, count: int, *, seed: int = 0, shift: float = 0.0) -> pa.Table:
    """Return rows spread over a window, whose label `y` is three times `x`, and a little more in winter."""
    random = np.random.default_rng(seed)
    step = (window.end - window.start) / max(count, 1)
    x = random.normal(size=count) + shift
    season = random.integers(0, 2, size=count)
    return pa.table(
        {
            "when": pa.array([window.start + number * step for number in range(count)], pa.timestamp("us", "UTC")),
            "x": x,
            "season": np.asarray(["summer", "winter"])[season],
            "y": 3 * x + 0.1 * season + 0.01 * random.normal(size=count),
        }
    )


class World:
    """A store, a tracker and a ledger in memory, and what is told the gatherer of one run."""

    def __init__(self, *training: pa.Table, holdout: pa.Table | None = None, meter: CostMeter | None = None) -> None:
        self.store: Any = MemoryStore()
        self.tracker = FakeRunTracker()
        self.meter = meter or FakeCostMeter()
        self.training = training or (rows_of(WINDOWS.training, 600),)
        self.holdout = rows_of(WINDOWS.holdout, 200, seed=1) if holdout is None else holdout
        self.manifest = self.keep(*self.training, holdout=self.holdout)
        for model_id in ("m-1", "m-0"):
            self.tracker.models[model_id] = ("run-1", cast("Fitted", None))

    def keep(self, *training: pa.Table, holdout: pa.Table, days_before: int = 0) -> Manifest:
        """Write the manifest of a snapshot."""
        profiler = ArrowProfiler()
        before, after = (
            tuple(Part(span=window, content=self.store.put(rows)) for rows in parts)
            for window, parts in ((WINDOWS.training, training), (WINDOWS.holdout, (holdout,)))
        )
        shifted = Rolling(lookback=days(30), holdout=days(7)).at(MAY - timedelta(days=days_before), label_delay=Span())
        manifest = Manifest(
            id=snapshot_id([part.content for part in before], [part.content for part in after]),
            model="sales",
            source="days",
            columns=tuple(Column(name=field.name, type=str(field.type)) for field in holdout.schema),
            label="y",
            event_time="when",
            windows=shifted,
            training=before,
            holdout=after,
            statistics=profiler.merge([profiler.profile(rows) for rows in (*training, holdout)]),
        )
        self.store.put_document(manifest.path, wire.text(manifest))
        return manifest

    def decide(self, days_before: int, *, mode: str = "live", dry_run: str = "false", **tags: str) -> None:
        """Let a run of an earlier as-of have judged a candidate."""
        as_of = MAY - timedelta(days=days_before)
        windows = Rolling(lookback=days(30), holdout=days(7)).at(as_of, label_delay=Span())
        told = {
            "as_of": as_of.isoformat(),
            "candidate": f"m-{days_before}",
            "fingerprint": f"f{days_before}",
            "holdout": str(windows.holdout),
            "verdict": "FAIL",
            "mode": mode,
            "dry_run": dry_run,
            **tags,
        }
        key = f"sales|{as_of:%Y-%m-%d}|sales"
        found = FakeRun(key=key, snapshot="s", tags={f"headgate.{name}": text for name, text in told.items()})
        found.status = "FINISHED"
        self.tracker.runs[f"run-{100 + len(self.tracker.runs)}"] = found

    def champion(self, manifest: Manifest | None = None, model_id: str = "m-0") -> LogEntry:
        """Return the entry of a champion, which learned from that snapshot if it is given."""
        tags = (("snapshot", manifest.id),) if manifest else ()
        as_of = manifest.windows.as_of if manifest else MAY - timedelta(days=31)
        entry = Entry(
            key="k", expected_head=0, model_id=model_id, as_of=as_of, who="ada", reason="it passed", tags=tags
        )
        return LogEntry(version=1, at=MAY, entry=entry)

    def facts(
        self,
        *needs: Need,
        model: Any = None,
        features: Sequence[str] = ("x",),
        met: LogEntry | None = None,
        mode: Mode = Mode.LIVE,
    ) -> tuple[Fact, ...]:
        """Return what is gathered about a model."""
        return gather(
            needs,
            subject=self.subject(LoadedModel(model=model, features=tuple(features)), met),
            trusted=(),
            mode=mode,
            ports=self.ports(),
        )

    def fact(self, name: str, *needs: Need, **more: Any) -> Fact:
        """Return the one fact of that name."""
        (found,) = (fact for fact in self.facts(*needs, **more) if fact.name == name)
        return found

    def ports(self) -> EvidencePorts:
        store: SnapshotStore = self.store
        return EvidencePorts(
            table=ArrowTable(),
            store=store,
            models=ModelShelf(self.tracker, Loader(self.tracker)),
            scorer=SklearnScorer(),
            meter=self.meter,
            prober=SklearnProber(),
            ledger=FakeRunLedger(self.tracker),
        )

    def subject(self, model: LoadedModel, met: LogEntry | None) -> Subject:
        run = RunRef(
            dag_id="sales",
            dag_run_id="scheduled",
            run_type=RunType.SCHEDULED,
            who="ada",
            model="sales",
            as_of=AsOf(instant=MAY, origin=Origin.INTERVAL),
            windows=WINDOWS,
        )
        snapshot = SnapshotRef(
            id=self.manifest.id,
            run=run,
            label="y",
            event_time="when",
            training_rows=0,
            holdout_rows=0,
            manifest=self.manifest.path,
        )
        tracked = TrackedRun(experiment="sales", mlflow_run="run-1")
        labels = self.holdout.column("y").to_numpy()
        event_time = self.holdout.column("when").cast(pa.int64()).to_numpy()
        return Subject(
            candidate=CandidateRef(snapshot=snapshot, tracked=tracked, model_id="m-1", fingerprint="f", reused=False),
            model=model,
            met=met,
            manifest=self.manifest,
            holdout=self.holdout,
            predictions=Predictions(
                labels=labels, candidate=Predicted(values=labels), baseline=None, event_time=event_time
            ),
        )


class Raises:
    """A model that can't predict."""

    def predict(self, frame: Any) -> Any:
        msg = "out of order"
        raise ValueError(msg)


class Predicts:
    """A model that predicts what a function of `x` says."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def predict(self, frame: Any) -> Any:
        return self.answer(frame["x"].to_numpy())
