"""What a validation needs of the world, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from headgate.adapters.pyarrow_profiler import ArrowProfiler
from headgate.adapters.pyarrow_table import ArrowTable
from headgate.core.promotion import Entry
from headgate.core.quarantine import Quarantine
from headgate.core.snapshots import Manifest
from headgate.core.suite import Expectation, Suite
from headgate.core.validation import ExpectationResult, Finding, Severity, ValidationReport
from headgate.ports import RowsScan
from headgate.steps.quarantine import QuarantinePorts
from headgate.steps.validate import Demands, Validation, ValidationPorts, validate_snapshot
from headgate.testing.fake_log import FakePromotionLog
from headgate.testing.fake_splitter import BETWEEN, FakeSplitter
from headgate.testing.fake_suites import FakeSuites
from headgate.testing.fake_tracking import FakeRun, FakeRunTracker
from headgate.testing.memory_store import MemoryStore
from tests.unit.stored import ref, snapshot, table
from tests.unit.world import NoPages

GOOD, BAD = table([1.0, 2.0, 3.0]), table([1.0, -2.0, None])
POSITIVE = Expectation(type=BETWEEN, kwargs={"column": "load", "min_value": 0})
SUITE = Suite(name="suite.json", expectations=(POSITIVE,))
QUARANTINE = Quarantine(max_share=0.5)


class Check:
    """A check that always finds the same, and counts the rows that it sees."""

    def __init__(self, finding: Finding = Finding.MET, severity: Severity = Severity.WARNING) -> None:
        self.finding, self.severity = finding, severity
        self.seen: list[int] = []

    def run(self, rows: RowsScan) -> ExpectationResult:
        self.seen.append(rows.num_rows)
        return ExpectationResult(
            expectation="mine", column="", severity=self.severity, finding=self.finding, sentence="mine: said"
        )


@dataclass
class Pages(NoPages):
    """Remembers what pages were asked for."""

    asked: list[tuple[Any, ...]] = field(default_factory=list)

    def validation(self, report: ValidationReport, *rest: Any) -> str:
        self.asked.append((report, *rest))
        return "<p>validation</p>"


class World:
    def __init__(self) -> None:
        self.store, self.log, self.tracker = MemoryStore(), FakePromotionLog(), FakeRunTracker()
        self.engine, self.pages = FakeSuites(), Pages()

    def ports(self) -> ValidationPorts:
        table = ArrowTable()
        return ValidationPorts(
            engines=[self.engine],
            table=table,
            store=self.store,
            log=self.log,
            tracker=self.tracker,
            pages=self.pages,
            quarantine=QuarantinePorts(
                store=self.store, table=table, splitter=FakeSplitter(), profiler=ArrowProfiler()
            ),
        )

    def validate(self, *parts: pa.Table, **asked: Any) -> Validation:
        manifest = snapshot(self.store, *parts)
        demands = Demands(**({"suite": SUITE} | asked))
        return validate_snapshot(ref(self.store, manifest), demands=demands, ports=self.ports())

    def run(self, validation: Validation) -> FakeRun:
        return self.tracker.runs[validation.validated.tracked.mlflow_run]

    def promote(self, manifest: Manifest, **changed: Any) -> None:
        """Let a candidate that learned from a snapshot be the champion."""
        tags = changed.pop("tags", (("snapshot", manifest.id),))
        entry = Entry(
            key=manifest.id,
            expected_head=len(self.log.entries("sales")),
            model_id="m-1",
            as_of=manifest.windows.as_of,
            who="ada",
            reason="better",
            tags=tags,
        )
        self.log.append("sales", replace(entry, **changed))
