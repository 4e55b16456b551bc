"""Time what gates compute: paired bootstraps of 100,000 rows, on the whole and by slices, and DeLong's test.

`python -m tools.bench gates` runs it; `python -m tools.bench.gates PART` is one part's process. Each part is held
against the obvious loop: scikit-learn's metric of candidate and baseline on resampled rows. That loop is run for a few
resamples and scaled up. The child's own limit on threads counts: two threads draw, whatever the number of cores.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from rich.console import Console

from tools.environment import REPOSITORY

ROWS = 100_000
RESAMPLES = 2000
SLICES = 50
ROUNDS = 3
LOOPS = 10
MANY = 1_000_000
METRICS = ("mae", "accuracy", "auc")

Array = np.ndarray[Any, Any]

console = Console(highlight=False)


def main() -> None:
    """Print seconds, peak of memory and ratios of each part."""
    for name in METRICS:
        found = _process(name)
        console.print(
            f"{name}: {RESAMPLES:,} paired resamples of {ROWS:,} rows in {found['seconds']:.2f} s (at most 1; "
            f"{found['cpu']:.2f} s of all cores), {found['loop'] / found['seconds']:,.0f} times faster than the loop "
            f"({found['loop']:.0f} s, scaled up from {LOOPS} resamples), peak {found['peak_mb']:.0f} MB (at most 500)"
        )
        console.print(
            f"  a gate on {SLICES} slices of the same rows: {found['slices']:.2f} s, "
            f"{found['slices'] / found['gate']:.1f} times one on all rows (at most 3)"
        )
    found = _process("delong")
    console.print(
        f"DeLong's test of {MANY:,} rows: {found['seconds']:.2f} s (at most 2), "
        f"{found['seconds'] / found['loop']:.1f} times two calls of scikit-learn's AUC, peak {found['peak_mb']:.0f} MB"
    )


def part(name: str) -> None:
    """Measure one part in this process and print what it cost as JSON."""
    found = _delong() if name == "delong" else _bootstrap(name)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found | {"peak_mb": peak}))


def _bootstrap(name: str) -> dict[str, float]:
    from headgate.core.metrics import require_metric
    from headgate.core.numeric.bootstrap import resample_improvement
    from headgate.core.numeric.sampling import Resampling

    metric, predictions = require_metric(name), _predictions(name)
    plan = Resampling(resamples=RESAMPLES)
    resample_improvement(metric, predictions, np.arange(ROWS // SLICES), Resampling(resamples=10))  # imports, first use
    seconds, cpu = _timed(lambda: resample_improvement(metric, predictions, None, plan))
    gate, slices = _gates(name, predictions)
    return {"seconds": seconds, "cpu": cpu, "gate": gate, "slices": slices, "loop": _loop(name, predictions)}


def _gates(name: str, predictions: Any) -> tuple[float, float]:
    """Return the seconds of one paired gate on all rows, and of the same on each of many slices."""
    from headgate.core.evaluation import Evaluation, Measure
    from headgate.core.every_slice import EverySlice
    from headgate.core.methods import Bootstrap
    from headgate.core.metrics import require_metric
    from headgate.core.paired import BetterBy

    codes = np.random.default_rng(1).integers(0, SLICES, ROWS)
    slices = {f"slice={code}": np.flatnonzero(codes == code) for code in range(SLICES)}
    predictions = replace(predictions, slices=slices)
    measures = tuple(
        Measure(metric=name, slice=where, candidate=1.0, baseline=1.0, rows=1) for where in ("overall", *slices)
    )
    evaluation = Evaluation(candidate="m-1", baseline="1", baseline_error=None, measures=measures)
    one = BetterBy(require_metric(name), margin=0.0, method=Bootstrap(resamples=RESAMPLES, block=1))
    gates = (one, EverySlice("slice", (one,)))
    whole, sliced = (_timed(lambda: gate.judge(evaluation, predictions))[0] for gate in gates)  # noqa: B023 - at once
    return whole, sliced


def _predictions(name: str) -> Any:
    from headgate.core.predictions import Predicted, Predictions

    random = np.random.default_rng(0)
    if name == "mae":
        labels = random.normal(size=ROWS)
        models = [Predicted(values=labels + random.normal(size=ROWS)) for _ in range(2)]
        return Predictions(labels=labels, candidate=models[0], baseline=models[1], event_time=np.arange(ROWS))
    codes = random.integers(0, 2, ROWS)
    models = []
    for _ in range(2):
        score = 1 / (1 + np.exp(-random.normal(size=ROWS) - codes))
        probabilities = np.column_stack((1 - score, score))
        models.append(Predicted(values=(score > 0.6).astype(int), probabilities=probabilities))  # noqa: PLR2004
    return Predictions(
        labels=codes, candidate=models[0], baseline=models[1], event_time=np.arange(ROWS), classes=(0, 1)
    )


def _loop(name: str, predictions: Any) -> float:
    """Return the seconds of the obvious loop, scaled up from a few resamples."""
    from sklearn import metrics as sk

    function = {"mae": sk.mean_absolute_error, "accuracy": sk.accuracy_score, "auc": sk.roc_auc_score}[name]
    models = (predictions.candidate, predictions.baseline)
    answers = [model.probabilities[:, 1] if name == "auc" else model.values for model in models]
    random = np.random.default_rng(0)

    def loop() -> None:
        for _ in range(LOOPS):
            rows = random.integers(0, ROWS, ROWS)
            for values in answers:
                function(predictions.labels[rows], values[rows])

    return _timed(loop)[0] * RESAMPLES / LOOPS


def _delong() -> dict[str, float]:
    from sklearn.metrics import roc_auc_score

    from headgate.core.numeric.delong import compare_auc

    random = np.random.default_rng(0)
    positive = random.random(MANY) < 0.3  # noqa: PLR2004 - the share
    scores = [random.normal(size=MANY) + shift * positive for shift in (1.1, 1.0)]
    seconds, _ = _timed(lambda: compare_auc(positive, *scores))
    loop, _ = _timed(lambda: [roc_auc_score(positive, score) for score in scores])
    return {"seconds": seconds, "loop": loop}


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the median seconds of some rounds, on the wall and on all cores."""
    walls, cpus = [], []
    for _ in range(ROUNDS):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return statistics.median(walls), statistics.median(cpus)


def _process(name: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tools.bench.gates", name]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.strip().rpartition("\n")[2])
    return found


if __name__ == "__main__":
    part(sys.argv[1])
