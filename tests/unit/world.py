"""What the steps need of the world, in memory: for the tests of the steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from sklearn.linear_model import LinearRegression

from headgate.adapters.arrow_predictions import ArrowPredictions
from headgate.adapters.process_costs import ProcessCostMeter
from headgate.adapters.pyarrow_cutter import ArrowCutter
from headgate.adapters.pyarrow_table import ArrowTable
from headgate.adapters.sklearn_probes import SklearnProber
from headgate.adapters.sklearn_scorer import SklearnScorer
from headgate.adapters.sklearn_trainer import SklearnTrainer
from headgate.core.asof import AsOf, Origin, RunType
from headgate.core.gates import AtMost
from headgate.core.metrics import mae
from headgate.core.paired import NoWorseThan
from headgate.core.policy import Policy
from headgate.core.refs import CandidateRef, EvaluationRef, RunRef, SnapshotRef, ValidatedRef, VerdictRef
from headgate.core.span import Span, days
from headgate.core.suite import Expectation, Measured
from headgate.core.suite import Suite as AskedSuite
from headgate.core.validation import Finding, Severity
from headgate.core.windows import Rolling, Window, Windows
from headgate.errors import ModelRefusedError
from headgate.ports import LoadedModel, PromotionLog, Question, Recipe, RowsScan, RunTracker, Sighting, SnapshotStore
from headgate.steps.evaluate import EvaluationPorts, evaluate_candidate
from headgate.steps.judge import judge_candidate
from headgate.steps.judging import JudgementPorts
from headgate.steps.keeping import Wanted
from headgate.steps.models import ModelShelf
from headgate.steps.snapshot import SnapshotPorts, take_snapshot
from headgate.steps.subject import EvidencePorts
from headgate.steps.train import train_candidate
from headgate.steps.validate import Demands, ValidationPorts, validate_snapshot
from headgate.testing.fake_ledger import FakeRunLedger
from headgate.testing.fake_log import FakePromotionLog
from headgate.testing.fake_tracking import FakeRunTracker
from headgate.testing.memory_store import MemoryStore
from tests.unit.taking import Counting

MAY = datetime(2024, 5, 1, tzinfo=UTC)
POLICY = Policy(gates=(AtMost(mae, 5.0), NoWorseThan(mae, tolerance=0.5, min_rows=7)))
QUESTION = Question(metrics=(mae,), slices=(), label="sold", event_time="day")


def build(params: Mapping[str, Any]) -> LinearRegression:
    return LinearRegression(fit_intercept=params.get("intercept", True))


def build_nothing(params: Mapping[str, Any]) -> None:
    return None


class Days:
    """A source with one row a day, whose label is three times its feature."""

    name = "days"

    def read(self, windows: Windows, spans: Sequence[Window]) -> Iterator[pa.Table]:
        first = windows.training.start
        count = (windows.holdout.end - first).days
        yield pa.table(
            {
                "day": [first + timedelta(days=number) for number in range(count)],
                "size": [float(number % 7) for number in range(count)],
                "sold": [3.0 * (number % 7) for number in range(count)],
            }
        )

    def token(self, span: Window, as_of: datetime) -> str | None:
        return None

    def look(self, span: Window, as_of: datetime) -> Sighting:
        return Sighting(rows=(span.end - span.start).days, newest=span.end - timedelta(days=1))


class Suite:
    """A suite and its engine, whose findings are given."""

    name = "headgate"

    def __init__(self, *results: tuple[Finding, Severity]) -> None:
        self.results = results

    @property
    def asked(self) -> AskedSuite:
        column = {"column": "size"}
        expectations = [
            Expectation(type="expect_x", kwargs=column, severity=severity, place=place)
            for place, (_, severity) in enumerate(self.results)
        ]
        return AskedSuite(name="suite", expectations=tuple(expectations))

    def takes(self, expectation: Expectation) -> bool:
        return True

    def run(self, expectations: Sequence[Expectation], rows: RowsScan) -> tuple[Measured, ...]:
        success = {Finding.MET: True, Finding.UNMET: False, Finding.BROKEN: None}
        return tuple(Measured(success=success[finding], error="it broke") for finding, _ in self.results)


class Loader:
    """Finds the estimators that the fake tracker keeps, by the folder's name."""

    def __init__(self, tracker: FakeRunTracker, *, broken: Sequence[str] = ()) -> None:
        self.tracker = tracker
        self.broken = broken

    def load(self, folder: Path, trusted: Sequence[str]) -> LoadedModel:
        if folder.name in self.broken:
            raise ModelRefusedError("it holds types that nobody trusts")  # noqa: EM101, TRY003 - the test's
        return LoadedModel(model=self.tracker.models[folder.name][1].model, features=("size",))


class NoPages:
    def validation(self, *_: Any) -> str:
        return "<p>validation</p>"

    def evaluation(self, *_: Any, **__: Any) -> str:
        return "<p>evaluation</p>"

    def importance(self, *_: Any, **__: Any) -> str:
        return "<p>importance</p>"

    def gates(self, *_: Any, **__: Any) -> str:
        return "<p>gates</p>"

    def card(self, *_: Any) -> str:
        return "<p>card</p>"


def result(finding: Finding, severity: Severity = Severity.CRITICAL) -> tuple[Finding, Severity]:
    return finding, severity


class World:
    """What the steps need, in memory, and the chain up to each step."""

    def __init__(self) -> None:
        self.log = FakePromotionLog()
        self.tracker = FakeRunTracker(self.log)
        self.store = MemoryStore()
        self.table = ArrowTable()
        self.loader = Loader(self.tracker)
        self.suite = Suite(result(Finding.MET))

    def run(self, as_of: datetime = MAY, run_type: RunType = RunType.SCHEDULED) -> RunRef:
        return RunRef(
            dag_id="sales",
            dag_run_id=f"{run_type} {as_of}",
            run_type=run_type,
            who="ada",
            model="sales",
            as_of=AsOf(instant=as_of, origin=Origin.INTERVAL),
            windows=Rolling(lookback=days(30), holdout=days(7)).at(as_of, label_delay=Span()),
        )

    def snapshot(self, *run: Any) -> SnapshotRef:
        ports = SnapshotPorts(cutter=ArrowCutter(), store=self.store, profiler=Counting(), table=self.table)
        return take_snapshot(self.run(*run), wanted=Wanted(source=Days(), event_time="day", label="sold"), ports=ports)

    def validated(self, *run: Any) -> ValidatedRef:
        ports = ValidationPorts(
            engines=(self.suite,),
            table=self.table,
            store=self.store,
            log=self.log,
            tracker=self.tracker,
            pages=NoPages(),
        )
        return validate_snapshot(self.snapshot(*run), demands=Demands(suite=self.suite.asked), ports=ports).validated

    def trained(self, *run: Any, recipe: Recipe | None = None) -> CandidateRef:
        return self.train(self.validated(*run), recipe=recipe)

    def train(self, validated: ValidatedRef, *, recipe: Recipe | None = None) -> CandidateRef:
        return train_candidate(
            validated,
            recipe=recipe or Recipe(build="tests.unit.world:build"),
            trainer=SklearnTrainer(),
            table=self.table,
            store=self.store,
            tracker=self.tracker,
        )

    def evaluated(self, *run: Any) -> EvaluationRef:
        return self.evaluate(self.trained(*run))

    def evaluate(self, candidate: CandidateRef, *, override: str | None = None) -> EvaluationRef:
        ports = self.evaluation_ports()
        return evaluate_candidate(candidate, question=QUESTION, trusted=(), ports=ports, override=override)

    def evaluation_ports(self, log: PromotionLog | None = None) -> EvaluationPorts:
        models = ModelShelf(self.tracker, self.loader)
        return EvaluationPorts(
            table=self.table,
            store=self.store,
            tracker=self.tracker,
            log=log or self.log,
            models=models,
            scorer=SklearnScorer(),
            reader=ArrowPredictions(),
            evidence=evidence_ports(self.store, models, self.tracker),
            pages=NoPages(),
        )

    def judged(self, *run: Any, dry_run: bool = False, policy: Policy = POLICY) -> VerdictRef:
        return self.judge(self.evaluated(*run), dry_run=dry_run, policy=policy)

    def judge(self, evaluation: EvaluationRef, *, dry_run: bool = False, policy: Policy = POLICY) -> VerdictRef:
        return judge_candidate(
            evaluation, policy=policy, dry_run=dry_run, reason="", ports=judgement_ports(self.tracker)
        )


def judgement_ports(tracker: RunTracker) -> JudgementPorts:
    return JudgementPorts(tracker=tracker, table=ArrowTable(), reader=ArrowPredictions(), pages=NoPages())


def evidence_ports(store: SnapshotStore, models: ModelShelf, tracker: FakeRunTracker) -> EvidencePorts:
    return EvidencePorts(
        table=ArrowTable(),
        store=store,
        models=models,
        scorer=SklearnScorer(),
        meter=ProcessCostMeter(),
        prober=SklearnProber(),
        ledger=FakeRunLedger(tracker),
    )


def later(months: int) -> datetime:
    return MAY.replace(month=MAY.month + months)
