"""The same retraining by Headgate's steps, in one process. Prints the seconds of each month as JSON."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

BEGAN = time.perf_counter()

import fsspec  # noqa: E402 - the imports are timed

from headgate.adapters.arrow_predictions import ArrowPredictions  # noqa: E402
from headgate.adapters.duckdb_suites import DuckdbSuites  # noqa: E402
from headgate.adapters.fsspec_store import FsspecStore  # noqa: E402
from headgate.adapters.function_source import FunctionRows  # noqa: E402
from headgate.adapters.mlflow_ledger import MlflowRunLedger  # noqa: E402
from headgate.adapters.mlflow_log import MlflowPromotionLog  # noqa: E402
from headgate.adapters.mlflow_tracking import MlflowRunTracker  # noqa: E402
from headgate.adapters.mlmodel_loader import MlmodelLoader  # noqa: E402
from headgate.adapters.plotly_pages import PlotlyPages  # noqa: E402
from headgate.adapters.process_costs import ProcessCostMeter  # noqa: E402
from headgate.adapters.pyarrow_cutter import ArrowCutter  # noqa: E402
from headgate.adapters.pyarrow_profiler import ArrowProfiler  # noqa: E402
from headgate.adapters.pyarrow_table import ArrowTable  # noqa: E402
from headgate.adapters.sklearn_probes import SklearnProber  # noqa: E402
from headgate.adapters.sklearn_scorer import SklearnScorer  # noqa: E402
from headgate.adapters.sklearn_trainer import SklearnTrainer  # noqa: E402
from headgate.adapters.skops_models import load_estimator  # noqa: E402
from headgate.adapters.suite_files import load_suite  # noqa: E402
from headgate.core.asof import AsOf, Origin, RunType  # noqa: E402
from headgate.core.refs import RunRef  # noqa: E402
from headgate.ports import question_of  # noqa: E402
from headgate.steps.evaluate import EvaluationPorts, evaluate_candidate  # noqa: E402
from headgate.steps.judge import judge_candidate  # noqa: E402
from headgate.steps.judging import JudgementPorts  # noqa: E402
from headgate.steps.keeping import Wanted  # noqa: E402
from headgate.steps.models import ModelShelf  # noqa: E402
from headgate.steps.promote import promote_candidate  # noqa: E402
from headgate.steps.snapshot import SnapshotPorts, take_snapshot  # noqa: E402
from headgate.steps.subject import EvidencePorts  # noqa: E402
from headgate.steps.train import train_candidate  # noqa: E402
from headgate.steps.validate import Demands, ValidationPorts, validate_snapshot  # noqa: E402
from tools.bench.bike import AS_OFS, SUITE, pipeline, source  # noqa: E402

IMPORTED = time.perf_counter() - BEGAN


def main(tracking_uri: str, runs: int) -> None:
    """Retrain once for each as-of, and print the timings."""
    with tempfile.TemporaryDirectory() as folder:
        tracker = MlflowRunTracker(tracking_uri)
        models, table, scorer = ModelShelf(tracker, MlmodelLoader(load_estimator)), ArrowTable(), SklearnScorer()
        store = FsspecStore(fsspec.filesystem("file"), str(Path(folder) / "store"))
        ports = EvaluationPorts(
            table=table,
            store=store,
            tracker=tracker,
            log=MlflowPromotionLog(tracking_uri),
            models=models,
            scorer=scorer,
            reader=ArrowPredictions(),
            evidence=EvidencePorts(
                table=table,
                store=store,
                models=models,
                scorer=scorer,
                meter=ProcessCostMeter(),
                prober=SklearnProber(),
                ledger=MlflowRunLedger(tracking_uri),
            ),
            pages=PlotlyPages(),
        )
        seconds, parts = [], dict[str, float]()
        for as_of in AS_OFS[:runs]:
            began = time.perf_counter()
            retrain(as_of, ports, parts)
            seconds.append(time.perf_counter() - began)
    print(json.dumps({"imports": IMPORTED, "runs": seconds, "parts": parts}))


def retrain(as_of: datetime, ports: EvaluationPorts, parts: dict[str, float]) -> None:
    """Retrain as of one month, by the seven steps but the deployment."""
    clock = time.perf_counter()

    def lap(name: str) -> None:
        nonlocal clock
        parts[name] = parts.get(name, 0.0) + time.perf_counter() - clock
        clock = time.perf_counter()

    run = RunRef(
        dag_id="bench",
        dag_run_id=f"bench {as_of:%Y-%m}",
        run_type=RunType.SCHEDULED,
        who="bench",
        model=f"steps-{os.getpid()}",
        as_of=AsOf(instant=as_of, origin=Origin.INTERVAL),
        windows=pipeline.windows.at(as_of, label_delay=pipeline.label.delay),
    )
    snapshot = take_snapshot(
        run,
        wanted=Wanted(source=FunctionRows(source), event_time=source.event_time, label=pipeline.label.column),
        ports=SnapshotPorts(cutter=ArrowCutter(), store=ports.store, profiler=ArrowProfiler(), table=ports.table),
    )
    lap("snapshot")
    asked = ValidationPorts(
        engines=(DuckdbSuites(),),
        table=ports.table,
        store=ports.store,
        log=ports.log,
        tracker=ports.tracker,
        pages=ports.pages,
    )
    validated = validate_snapshot(snapshot, demands=Demands(suite=load_suite(SUITE)), ports=asked).validated
    lap("validate")
    recipe = pipeline.estimator.recipe({})
    candidate = train_candidate(
        validated,
        recipe=recipe,
        trainer=SklearnTrainer(),
        table=ports.table,
        store=ports.store,
        tracker=ports.tracker,
    )
    lap("train")
    question = question_of(
        pipeline.policy, metrics=pipeline.metrics, slices=("season",), label="cnt", event_time="hour"
    )
    evaluation = evaluate_candidate(candidate, question=question, trusted=(), ports=ports)
    lap("evaluate")
    judging = JudgementPorts(tracker=ports.tracker, table=ports.table, reader=ports.reader, pages=ports.pages)
    verdict = judge_candidate(evaluation, policy=pipeline.policy, dry_run=False, reason="", ports=judging)
    lap("judge")
    if verdict.opens:
        promote_candidate(verdict, log=ports.log, store=ports.store)
        lap("promote")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
