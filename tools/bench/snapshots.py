"""Snapshot 20 million rows out of 200 million in Parquet, and the day after: seconds, memory, and what is written.

Each snapshot is taken in a process of its own, by the same parts as the operator's, without Airflow.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from tools.environment import REPOSITORY

DAYS = 200
DAY_ROWS = 1_000_000
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
RARE = 0.02
AS_OF = 150
"""The first snapshot's as-of, in days: 15 days of training and 5 of holdout lie before it."""

console = Console(highlight=False)


def main() -> None:
    """Write the rows, take both snapshots, print what they cost, and remove everything."""
    home = REPOSITORY / ".bench" / "snapshots"
    shutil.rmtree(home, ignore_errors=True)
    try:
        began = time.perf_counter()
        _write(home / "rows")
        size = sum(file.stat().st_size for file in (home / "rows").iterdir())
        console.print(
            f"{DAYS * DAY_ROWS:,} rows x 12 columns in {DAYS} files, {size / 1e9:.1f} GB, "
            f"written in {time.perf_counter() - began:.0f} s"
        )
        first, second, again = (_taken(home, as_of) for as_of in (AS_OF, AS_OF + 1, AS_OF + 1))
    finally:
        shutil.rmtree(home, ignore_errors=True)
    for name, found in (("first", first), ("the day after", second), ("the same again", again)):
        console.print(
            f"{name}: {found['seconds']:.1f} s, {found['peak_mb']:.0f} MB at most ({found['imports_mb']:.0f} MB of it "
            f"after imports), {found['parts']} parts; {found['told']}"
        )
    console.print(f"rows a second: {20 * DAY_ROWS / first['seconds']:,.0f}")
    console.print(f"the day after costs {second['seconds'] / first['seconds']:.1%} of the first (at most 10 %)")


def take(home: str, as_of: str) -> None:
    """Take one snapshot and print what it cost as JSON."""
    import fsspec

    from headgate.adapters.fsspec_store import FsspecStore
    from headgate.adapters.pyarrow_cutter import ArrowCutter
    from headgate.adapters.pyarrow_files import ParquetRows
    from headgate.adapters.pyarrow_profiler import ArrowProfiler
    from headgate.adapters.pyarrow_table import ArrowTable
    from headgate.core.asof import AsOf, Origin, RunType
    from headgate.core.refs import RunRef
    from headgate.core.span import Span, days
    from headgate.core.windows import Rolling
    from headgate.spec import ParquetSource
    from headgate.steps.keeping import Wanted, recipe_of
    from headgate.steps.reading import manifest_of
    from headgate.steps.snapshot import SnapshotPorts, take_snapshot

    instant = FIRST + timedelta(days=int(as_of))
    imports_mb = _peak_mb()
    files = fsspec.filesystem("file")
    source = ParquetSource(f"{home}/rows", event_time="when")
    store = FsspecStore(files, f"{home}/store")
    run = RunRef(
        dag_id="bench",
        dag_run_id="bench",
        run_type=RunType.SCHEDULED,
        who="bench",
        model="bench",
        as_of=AsOf(instant=instant, origin=Origin.INTERVAL),
        windows=Rolling(lookback=days(15), holdout=days(5)).at(instant, label_delay=Span()),
    )
    lines: list[str] = []
    began = time.perf_counter()
    snapshot = take_snapshot(
        run,
        wanted=Wanted(
            source=ParquetRows(source, files, f"{home}/rows"), event_time="when", label="y", recipe=recipe_of(source)
        ),
        ports=SnapshotPorts(cutter=ArrowCutter(), store=store, profiler=ArrowProfiler(), table=ArrowTable()),
        tell=lines.append,
    )
    seconds = time.perf_counter() - began
    parts = len(manifest_of(store, snapshot).parts)
    found = {"seconds": seconds, "peak_mb": _peak_mb(), "imports_mb": imports_mb, "parts": parts, "told": lines[-1]}
    print(json.dumps(found))


def _taken(home: Path, as_of: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tools.bench.snapshots", str(home), str(as_of)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"{' '.join(command)} must end well. It ended with {done.returncode} instead:\n{done.stderr[-3000:]}"
        raise RuntimeError(message)
    found: dict[str, Any] = json.loads(done.stdout.strip().rpartition("\n")[2])
    return found


def _write(folder: Path) -> None:
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    columns = _columns(rng)
    for number in range(DAYS):
        start = int((FIRST + timedelta(days=number)).timestamp() * 1_000_000)
        times = start + np.arange(DAY_ROWS) * (86_400_000_000 // DAY_ROWS)
        level = pa.array(np.round(rng.normal(number, 5.0), 2) + columns["y"].to_numpy())
        table = pa.table({"when": pa.array(times, pa.timestamp("us", "UTC")), **columns, "level": level})
        pq.write_table(table, folder / f"{number:03}.parquet", row_group_size=250_000, compression="snappy")


def _columns(rng: np.random.Generator) -> dict[str, pa.Array]:
    stations = pa.array([f"station {number:03}" for number in range(300)])
    kinds = pa.array(["casual", "member", "day pass", "staff", None])
    return {
        "station": stations.take(pa.array(rng.integers(0, 300, DAY_ROWS))),
        "kind": kinds.take(pa.array(rng.integers(0, 5, DAY_ROWS))),
        "bike": pa.array(rng.integers(0, 20_000, DAY_ROWS)),
        "zone": pa.array(rng.integers(0, 40, DAY_ROWS).astype(np.int32)),
        "is_holiday": pa.array(rng.random(DAY_ROWS) < RARE),
        "price": pa.array(np.round(rng.gamma(2.0, 3.0, DAY_ROWS), 2)),
        "minutes": pa.array(rng.exponential(14.0, DAY_ROWS), mask=rng.random(DAY_ROWS) < RARE),
        "temperature": pa.array(np.round(rng.normal(15.0, 8.0, DAY_ROWS), 1)),
        "wind": pa.array(np.round(rng.gamma(2.0, 5.0, DAY_ROWS), 1)),
        "y": pa.array(np.round(rng.normal(100.0, 20.0, DAY_ROWS), 3)),
    }


def _peak_mb() -> float:
    """Return the most memory that this program held: what its parent held before the exec isn't in it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    take(*sys.argv[1:])
