"""A world whose days change their ways, so that models age, with a past of replays to simulate a history from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from headgate.adapters.arrow_predictions import ArrowPredictions
from headgate.adapters.dotted_paths import load_object
from headgate.adapters.pyarrow_cutter import ArrowCutter
from headgate.adapters.sklearn_scorer import SklearnScorer
from headgate.core.asof import RunType
from headgate.core.history import History
from headgate.core.policy import Policy
from headgate.core.refs import SnapshotRef, VerdictRef
from headgate.core.windows import Window, Windows
from headgate.ports import Rows
from headgate.steps.history import HistoryPorts, simulate_history
from headgate.steps.history_bench import KEPT, BenchPorts
from headgate.steps.keeping import Wanted
from headgate.steps.models import ModelShelf
from headgate.steps.snapshot import SnapshotPorts, take_snapshot
from headgate.testing.fake_ledger import FakeRunLedger
from tests.unit.taking import Counting
from tests.unit.world import MAY, POLICY, Days, Loader, World, later


class Changing(Days):
    """The label is a multiple of the feature, and from day to day another one.

    Args:
        factor: The multiple of a day.
    """

    def __init__(self, factor: Callable[[datetime], float]) -> None:
        self.factor = factor

    def read(self, windows: Windows, spans: Sequence[Window]) -> Iterator[pa.Table]:
        first = windows.training.start
        days = [first + timedelta(days=number) for number in range((windows.holdout.end - first).days)]
        size = [float(number % 7) for number in range(len(days))]
        sold = [self.factor(day) * each for day, each in zip(days, size, strict=True)]
        yield pa.table({"day": days, "size": size, "sold": sold})


def rising(day: datetime) -> float:
    return 3.0 + (day - MAY).days / 30


class Past(World):
    """A world of replays."""

    def __init__(self, factor: Callable[[datetime], float] = rising) -> None:
        super().__init__()
        self.source = Changing(factor)
        self.loaded: list[str] = []
        self.scored = 0

    def snapshot(self, *run: Any) -> SnapshotRef:
        ports = SnapshotPorts(cutter=ArrowCutter(), store=self.store, profiler=Counting(), table=self.table)
        wanted = Wanted(source=self.source, event_time="day", label="sold")
        return take_snapshot(self.run(*run), wanted=wanted, ports=ports)

    def replay(self, *months: int, policy: Policy = POLICY) -> list[VerdictRef]:
        return [self.judged(later(month), RunType.BACKFILL, policy=policy) for month in months]

    def ports(self) -> HistoryPorts:
        world = self

        class Counted(Loader):
            def load(self, folder: Any, trusted: Sequence[str]) -> Any:
                world.loaded.append(folder.name)
                return super().load(folder, trusted)

        class Scorer(SklearnScorer):
            def score(self, candidate: Any, baseline: Any, rows: Rows, question: Any) -> Any:
                world.scored += 1
                return super().score(candidate, baseline, rows, question)

        shelf = ModelShelf(self.tracker, Counted(self.tracker, broken=self.loader.broken), kept=KEPT)
        return HistoryPorts(
            ledger=FakeRunLedger(self.tracker),
            log=self.log,
            tracker=self.tracker,
            bench=BenchPorts(
                store=self.store,
                table=self.table,
                models=shelf,
                scorer=Scorer(),
                reader=ArrowPredictions(),
                tracker=self.tracker,
            ),
            load=load_object,
        )

    def history(self, **more: Any) -> History:
        return simulate_history("sales", ports=self.ports(), **more)
