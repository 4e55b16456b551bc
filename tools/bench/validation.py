"""Time one suite on many rows: Great Expectations on pandas, Headgate with and without a limit, polars by hand.

Each engine runs in a fresh process of its own, in turn, and they must find the same. `python -m tools.bench validation`
runs it; `python -m tools.bench.validation ENGINE FILE` is one engine's process. The rows are everyday ones, but two of
their types are kind to Headgate: `id` is a serial number in any order, which it counts as bits, and `rides` is a 32-bit
integer, which Great Expectations compares one by one. So one more round is unkind: with a sparse key, which
takes a grouped pass, and with 64 bits, which Great Expectations compares at once.
"""

# ruff: noqa: S608 - it writes its own figures into its own query
from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

ROWS = int(os.environ.get("HEADGATE_BENCH_ROWS", "10_000_000"))
ROUNDS = 3
LIMIT = "350MB"
SEASONS = ["spring", "summer", "autumn", "winter"]
QUANTILES: dict[str, list[Any]] = {"quantiles": [0.05, 0.5, 0.95], "value_ranges": [[0, 100], [0, 100], [0, 1000]]}
SUITE: list[tuple[str, dict[str, Any]]] = [
    ("expect_column_values_to_not_be_null", {"column": "load", "mostly": 0.97}),
    ("expect_column_values_to_be_between", {"column": "temperature", "min_value": -20, "max_value": 45, "mostly": 0.9}),
    ("expect_column_values_to_be_between", {"column": "humidity", "min_value": 0, "max_value": 1}),
    ("expect_column_values_to_be_between", {"column": "rides", "min_value": 0, "max_value": 990, "mostly": 0.9}),
    ("expect_column_values_to_be_in_set", {"column": "season", "value_set": SEASONS}),
    ("expect_column_values_to_match_regex", {"column": "code", "regex": r"^[A-Z]{2}-\d{4}$", "mostly": 0.9}),
    ("expect_column_value_lengths_to_be_between", {"column": "station", "min_value": 3, "max_value": 8}),
    ("expect_column_values_to_be_unique", {"column": "id"}),
    ("expect_column_mean_to_be_between", {"column": "load", "min_value": 0, "max_value": 1000}),
    ("expect_column_stdev_to_be_between", {"column": "wind", "min_value": 0, "max_value": 1000}),
    ("expect_column_median_to_be_between", {"column": "wind", "min_value": 0, "max_value": 1000}),
    ("expect_column_quantile_values_to_be_between", {"column": "price", "quantile_ranges": QUANTILES}),
]
_COLUMNS = """
    (range * 48271) % {rows} AS id,
    TIMESTAMPTZ '2000-01-01 00:00:00+00' + INTERVAL (range) SECOND AS event_time,
    CASE WHEN hash(range, 1) % 50 > 0 THEN (hash(range, 2) % 1000000) / 1000 END AS load,
    (hash(range, 3) % 70000) / 1000 - 22 AS temperature,
    (hash(range, 4) % 100001) / 100000 AS humidity,
    (hash(range, 5) % 30000) / 1000 AS wind,
    (hash(range, 6) % 1000)::INTEGER AS rides,
    ['spring', 'summer', 'autumn', 'winter'][1 + (hash(range, 7) % 4)::INT] AS season,
    printf('%s-%04d', CASE WHEN hash(range, 8) % 100 > 0 THEN 'DE' ELSE 'x' END, (hash(range, 9) % 10000)::INT) AS code,
    'st-' || (hash(range, 10) % 5000) AS station,
    hash(range, 11) % 2 = 0 AS holiday,
    (hash(range, 12) % 1000000) / 10000 AS price
"""
_UNKIND = {
    "(range * 48271) % {rows} AS id": "((range * 48271) % {rows}) * 1_000_003 AS id",
    "::INTEGER AS rides": "::BIGINT AS rides",
}
_ENGINES = ("gx", "headgate", f"headgate {LIMIT}", "polars")
Run = tuple[float, float, list[Any]]
"""Seconds, seconds of all cores, and what was found: success, unexpected count, observed value of each."""


class _Clock:
    """Counts seconds from when it is made until it is stopped, on the wall and on all cores."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        self.seconds = self.cpu = 0.0

    def stop(self) -> None:
        self.seconds, self.cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu


def main(rows: int = ROWS, rounds: int = ROUNDS) -> None:
    """Print each engine's time against Great Expectations', its peak of memory, and 100 rows in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        many, unkind, few = (Path(folder) / f"{name}.parquet" for name in ("many", "unkind", "few"))
        _write(many, rows)
        _write(unkind, rows, _UNKIND)
        _write(few, 100)
        _tell(_rounds(many, rounds), rows, "the same found by all; medians of the rounds")
        _tell(_rounds(unkind, 1), rows, "with a sparse key and 64 bits instead of 32; one round")
        small = [_seconds("headgate", few) for _ in range(5)]
        empty = [_seconds("nothing", few) for _ in range(5)]
    print(
        "at least 4 x GX, at most 2.5 x polars' time, peak at most 900 MB, 500 MB with a limit; GX's load not counted"
    )
    print(
        f"100 rows in a fresh process: {statistics.median(small) * 1000:.0f} ms (at most 150), "
        f"{statistics.median(empty) * 1000:.0f} ms of it Python's own start"
    )


def _rounds(path: Path, rounds: int) -> dict[str, list[dict[str, Any]]]:
    """Return what each engine's processes said, the engines in turn."""
    found: dict[str, list[dict[str, Any]]] = {engine: [] for engine in _ENGINES}
    for _ in range(rounds):
        for engine in _ENGINES:
            found[engine].append(_process(engine.split(), path))
    return found


def _tell(found: dict[str, list[dict[str, Any]]], rows: int, title: str) -> None:
    answers = {json.dumps(run["found"]) for runs in found.values() for run in runs}
    if len(answers) > 1:
        message = "all engines must find the same. They found:\n" + "\n".join(sorted(answers))
        raise AssertionError(message)
    wall, cpu = (_medians(found, figure) for figure in ("seconds", "cpu"))
    print(f"{rows:,} rows x 12 columns, {len(SUITE)} expectations, {title}:")
    for engine, runs in found.items():
        peak = max(run["megabytes"] for run in runs)
        seconds = ", ".join(f"{run['seconds']:.2f}" for run in runs)
        print(
            f"  {engine:<15} {wall['gx'] / wall[engine]:5.1f} x GX (CPU {cpu['gx'] / cpu[engine]:.1f} x), "
            f"{wall[engine] / wall['polars']:5.2f} x polars' time, peak {peak:.0f} MB  ({seconds} s)"
        )


def _medians(found: dict[str, list[dict[str, Any]]], figure: str) -> dict[str, float]:
    return {engine: statistics.median(run[figure] for run in runs) for engine, runs in found.items()}


def _write(path: Path, rows: int, changes: Mapping[str, str] = MappingProxyType({})) -> None:
    import duckdb

    columns = _COLUMNS
    for kind, unkind in changes.items():
        columns = columns.replace(kind, unkind)
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT {columns.format(rows=rows)} FROM range({rows})) TO '{path}' (ROW_GROUP_SIZE 500_000)"
        )


def _process(engine: list[str], path: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tools.bench.validation", engine[0], str(path), *engine[1:]],
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.strip().rpartition("\n")[2])
    return found


def _seconds(engine: str, path: Path) -> float:
    clock = _Clock()
    _process([engine], path)
    clock.stop()
    return clock.seconds


def _headgate(path: str, limit: str | None = None) -> Run:
    clock = _Clock()
    from headgate.adapters.duckdb_suites import DataFiles, DuckdbSuites
    from headgate.core.suite import Expectation

    suite = [Expectation(type=kind, kwargs=kwargs) for kind, kwargs in SUITE]
    measured = DuckdbSuites(memory_limit=limit).run(suite, DataFiles(path))
    clock.stop()
    return clock.seconds, clock.cpu, [[m.success, m.unexpected_count, m.observed] for m in measured]


def _gx(path: str) -> Run:
    import great_expectations as gx
    import pandas as pd
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    frame = pd.read_parquet(path)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]  # a mapping will do
    asset = context.data_sources.add_pandas("rows").add_dataframe_asset("rows")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    suite = gx.ExpectationSuite(name="bench")
    configurations = [ExpectationConfiguration(type=kind, kwargs=kwargs) for kind, kwargs in SUITE]
    suite.expectations = [
        configuration.to_domain_obj().copy(update={"id": str(place)})
        for place, configuration in enumerate(configurations)
    ]
    clock = _Clock()
    results = batch.validate(suite, result_format="BASIC").results
    clock.stop()
    results = sorted(results, key=lambda result: int(result.expectation_config.id))  # type: ignore[union-attr,arg-type]
    return (
        clock.seconds,
        clock.cpu,
        [[bool(r.success), r.result.get("unexpected_count"), r.result.get("observed_value")] for r in results],
    )


def _polars(path: str) -> Run:
    clock = _Clock()
    import polars as pl

    rows = pl.scan_parquet(path)
    column = pl.col
    wrong = {
        "load": column("load").is_null(),
        "temperature": ~column("temperature").is_between(-20, 45),
        "humidity": ~column("humidity").is_between(0, 1),
        "rides": ~column("rides").is_between(0, 990),
        "season": ~column("season").is_in(SEASONS),
        "code": ~column("code").str.contains(r"^[A-Z]{2}-\d{4}$"),
        "station": ~column("station").str.len_chars().is_between(3, 8),
    }
    figures = [
        column("load").mean().alias("mean"),
        column("wind").std().alias("std"),
        column("wind").median().alias("median"),
        *(column("price").quantile(q, "nearest").alias(f"q{q}") for q in QUANTILES["quantiles"]),
    ]
    scan = rows.select(*(bad.sum().alias(name) for name, bad in wrong.items()), *figures)
    repeated = rows.group_by("id").len().filter(column("len") > 1).select(column("len").sum())
    one, twice = pl.collect_all([scan, repeated], engine="streaming")
    clock.stop()
    counts = [*one.row(0)[:7], twice.item()]
    mean, deviation, median, *shares = one.row(0)[7:]
    mostly = [kwargs.get("mostly", 1) for _, kwargs in SUITE]
    count = rows.select(pl.len()).collect().item()
    met = [[1 - bad / count >= share, bad, None] for bad, share in zip(counts, mostly, strict=False)]
    observed = [mean, deviation, median, {"quantiles": QUANTILES["quantiles"], "values": shares}]
    return clock.seconds, clock.cpu, met + [[True, None, value] for value in observed]


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_rounded(inner) for inner in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


def run(engine: str, path: str, limit: str | None = None) -> None:
    """Run one engine and print what it took and found, as JSON."""
    engines: dict[str, Callable[[], Run]] = {
        "gx": lambda: _gx(path),
        "headgate": lambda: _headgate(path, limit),
        "polars": lambda: _polars(path),
        "nothing": lambda: (0.0, 0.0, []),
    }
    seconds, cpu, found = engines[engine]()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "megabytes": megabytes, "found": _rounded(found)}))


if __name__ == "__main__":
    run(*sys.argv[1:])
