"""What undisturbed runs make: the same steps in this process, with MLflow's runs, its log and the store in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from headgate.adapters.function_source import FunctionRows
from headgate.core.asof import AsOf, Origin, RunType
from headgate.core.refs import RunRef
from headgate.core.verdict import Outcome
from headgate.hooks import parts, wiring
from headgate.ports import LoadedModel, Question
from headgate.spec import Expectations, FunctionSource
from headgate.steps.models import ModelShelf
from headgate.steps.retrain import RetrainingPorts, Work, retrain
from headgate.testing.fake_ledger import FakeRunLedger
from headgate.testing.fake_log import FakePromotionLog
from headgate.testing.fake_tracking import FakeRunTracker
from headgate.testing.memory_store import MemoryStore
from tools.torture.pipeline import DAG, pipeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a run of one as-of has to end with, in whatever order and however often it was disturbed.

    Args:
        key: `dag|as-of|model`.
        snapshot: The snapshot's id.
        fingerprint: The fit's.
        outcome: What the gates say.
        mae: The candidate's mean absolute error on its holdout.
    """

    key: str
    snapshot: str
    fingerprint: str
    outcome: Outcome
    mae: float


def undisturbed(as_ofs: Iterable[datetime]) -> dict[datetime, Expected]:
    """Run each as-of once, in a world where nothing ever fails, and return what it ends with."""
    return {as_of: _expected(as_of) for as_of in sorted(set(as_ofs))}


class _Loader:
    """Finds the estimators that the tracker in memory keeps."""

    def __init__(self, tracker: FakeRunTracker) -> None:
        self._tracker = tracker

    def load(self, folder: Path, trusted: Sequence[str]) -> LoadedModel:  # noqa: ARG002 - the port's
        model = self._tracker.models[folder.name][1].model
        return LoadedModel(model=model, features=pipeline.estimator.features or ())


def _expected(as_of: datetime) -> Expected:
    run = RunRef(
        dag_id=DAG,
        dag_run_id=f"undisturbed {as_of:%Y-%m-%d}",
        run_type=RunType.MANUAL,
        who="nobody",
        model=pipeline.model,
        as_of=AsOf(instant=as_of, origin=Origin.FORM),
        windows=pipeline.windows.at(as_of, label_delay=pipeline.label.delay),
    )
    done = retrain(run, work=_work(as_of), ports=_ports(), tell=lambda *_: None)
    if done.candidate is None or done.evaluation is None or done.verdict is None:
        message = f"An undisturbed run as of {as_of:%Y-%m-%d} must come to a verdict. Got none."
        raise RuntimeError(message)
    measure = done.evaluation.evaluation.measure_of("mae", "overall")
    return Expected(
        key=run.key,
        snapshot=done.snapshot.id,
        fingerprint=done.candidate.fingerprint,
        outcome=done.verdict.judgement.outcome,
        mae=measure.candidate if measure and measure.candidate is not None else float("nan"),
    )


def _work(as_of: datetime) -> Work:
    source = pipeline.source
    assert isinstance(source, FunctionSource)  # noqa: S101 - for the type checker
    zone = pipeline.windows.zone
    return Work(
        wanted=wiring.wanted_of(source, FunctionRows(source), pipeline.label, as_of=as_of, zone=zone),
        demands=wiring.demands_of(_asked()),
        recipe=pipeline.estimator.recipe({}),
        question=Question(
            metrics=pipeline.metrics, slices=(), label=pipeline.label.column, event_time=source.event_time
        ),
        policy=pipeline.policy,
    )


def _asked() -> Expectations:
    asked = pipeline.expectations
    return asked if isinstance(asked, Expectations) else Expectations(suite=asked)


def _ports() -> RetrainingPorts:
    store, log = MemoryStore(), FakePromotionLog()
    tracker = FakeRunTracker(log)
    return RetrainingPorts(
        snapshot=wiring.snapshot_ports(store),
        validation=wiring.validation_ports(_asked(), store=store, log=log, tracker=tracker),
        trainer=parts.trainer(),
        evaluation=replace(
            wiring.evaluation_ports(store=store, log=log, tracker=tracker, ledger=FakeRunLedger(tracker)),
            models=ModelShelf(tracker, _Loader(tracker)),
        ),
    )
