"""The child's side: load the models, weigh them, and ask them."""

from __future__ import annotations

import gc
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from joblib import parallel_config

from headgate.adapters.arrow_features import features_of
from headgate.adapters.process_costs.latency import Call, Timed, quantile_of, timed_in_turns
from headgate.adapters.process_costs.letters import Asked, Found, add_found, read_asked, rows_file
from headgate.adapters.process_costs.memory import Apart, added_by, in_a_fork
from headgate.errors import HeadgateError
from headgate.ports import LoadedModel, ModelLoader

_DIFFERENT_ROWS = 200
_SLACK = 5
_ROW_SHARE = 0.4
"""Share of the time that goes to single rows; the rest goes to batches."""


def measure_here(folder: Path, loader: ModelLoader, *, apart: Apart = in_a_fork) -> None:
    """Measure in this process what is asked in a folder, and write down there what is found, one by one.

    Args:
        folder: Where it is asked.
        loader: Loads the models.
        apart: Measures memory, so that this process stays as it was. A fork of it must be of a process with one thread.
    """
    asked = read_asked(folder)
    gc.freeze()  # else a collection would copy every page that a copy of the process shares with it
    for who in asked.folders:
        add_found(folder, _weighed(who, asked, loader, apart))
    models = _loaded(asked, loader, folder)
    single, batches = _calls_of(models, asked, folder)
    with parallel_config(backend="sequential"):
        add_latencies(folder, "row", timed_in_turns(single, seconds=asked.seconds * _ROW_SHARE))
        add_latencies(folder, "batch", timed_in_turns(batches, seconds=asked.seconds * (1 - _ROW_SHARE)))


def end_in_time(folder: Path) -> None:
    """Let this process end by itself some time after who started it should have ended it: that one may be gone."""
    signal.alarm(round(read_asked(folder).timeout + _SLACK))


def _weighed(who: str, asked: Asked, loader: ModelLoader, apart: Apart) -> Found:
    def load() -> object:
        return loader.load(Path(asked.folders[who]), asked.trusted)

    try:
        added = apart(lambda: added_by(load), seconds=asked.timeout)
    except ChildProcessError as error:  # why it can't be loaded, if it can't, is told afterwards
        return Found(who=who, fact="memory", said=str(error))
    return Found(who=who, fact="memory", value=added, said="" if added is not None else "the system doesn't tell")


def _loaded(asked: Asked, loader: ModelLoader, folder: Path) -> dict[str, LoadedModel]:
    models = {}
    for who, place in asked.folders.items():
        try:
            models[who] = loader.load(Path(place), asked.trusted)
        except Exception as error:  # noqa: BLE001 - one that doesn't load must not stop the other
            add_found(folder, Found(who=who, fact="", said=_said(error)))
    return models


def _calls_of(models: Mapping[str, LoadedModel], asked: Asked, folder: Path) -> tuple[dict[str, Call], dict[str, Call]]:
    """Return how each model is asked for a row, and for a batch: what it is given is made before."""
    table = pq.read_table(rows_file(folder), use_threads=False)
    single: dict[str, Call] = {}
    batches: dict[str, Call] = {}
    for who, loaded in models.items():
        try:
            features = table.select(list(loaded.features))
            count = min(features.num_rows, _DIFFERENT_ROWS)
            rows = [features_of(features.slice(place, 1), loaded.takes) for place in range(count)]
            many = features_of(features.take([n % features.num_rows for n in range(asked.batch)]), loaded.takes)
        except (HeadgateError, KeyError) as error:
            why = f"the holdout must have its features. Got {_said(error)}."
            for fact in (name for what in ("row", "batch") for name in _latencies(what)):
                add_found(folder, Found(who=who, fact=fact, said=why))
            continue
        single[who] = _asking(loaded.model, rows)
        batches[who] = _asking(loaded.model, [many])
    return single, batches


def _asking(model: Any, given: Sequence[Any]) -> Call:  # noqa: ANN401 - any estimator
    return lambda number: model.predict(given[number % len(given)])


def add_latencies(folder: Path, what: str, timed: Timed) -> None:
    """Write down the latencies of rows or batches, or why there are none."""
    for fact, share in _latencies(what).items():
        for who, taken in timed.milliseconds.items():
            said = f"of {len(taken)} calls"
            add_found(folder, Found(who=who, fact=fact, value=quantile_of(taken, share), said=said))
        for who, why in timed.refused.items():
            add_found(folder, Found(who=who, fact=fact, said=f"it can't predict: {why}"))


def _latencies(what: str) -> dict[str, float]:
    return {f"latency_{what}_p50": 0.5, f"latency_{what}_p99": 0.99}


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, HeadgateError) else f"{type(error).__name__}: {error}"
