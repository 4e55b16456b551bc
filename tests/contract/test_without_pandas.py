"""A snapshot of Parquet files is taken and verified without pandas, whose import takes longer than all of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.unit.taking import UTC_MICROSECONDS, day

ROOT = Path(__file__).parents[2]

SCRIPT = """
import sys
from fsspec.implementations.local import LocalFileSystem
from headgate.adapters.fsspec_store import FsspecStore
from headgate.adapters.pyarrow_cutter import ArrowCutter
from headgate.adapters.pyarrow_files import ParquetRows
from headgate.adapters.pyarrow_profiler import ArrowProfiler
from headgate.adapters.pyarrow_table import ArrowTable
from headgate.core.asof import AsOf, Origin, RunType
from headgate.core.refs import RunRef
from headgate.core.windows import Rolling
from headgate.core.span import days
from headgate.spec import ParquetSource
from headgate.steps.keeping import Wanted
from headgate.steps.reading import manifest_of
from headgate.steps.snapshot import SnapshotPorts, take_snapshot
from headgate.steps.verify import Verifier
from datetime import datetime

data, store, memory = sys.argv[1], FsspecStore(LocalFileSystem(), sys.argv[2]), int(sys.argv[3])
as_of = datetime.fromisoformat("2000-01-09T00:00:00+00:00")
windows = Rolling(lookback=days(4), holdout=days(2)).at(as_of, label_delay=days(1))
run = RunRef(
    dag_id="a", dag_run_id="a", run_type=RunType.SCHEDULED, who="a", model="a", windows=windows,
    as_of=AsOf(instant=as_of, origin=Origin.INTERVAL),
)
source = ParquetRows(ParquetSource(data, event_time="when", known_at="known"), LocalFileSystem(), data)
wanted = Wanted(source=source, event_time="when", label="y", known_at="known", key=("number",), recipe="a")
ports = SnapshotPorts(
    cutter=ArrowCutter(memory=memory), store=store, profiler=ArrowProfiler(), table=ArrowTable()
)
taken = take_snapshot(run, wanted=wanted, ports=ports)
assert Verifier(store).problems(manifest_of(store, taken)) == ()
print(taken.training_rows + taken.holdout_rows, "pandas" in sys.modules)
"""


@pytest.mark.parametrize("memory", [0, 2**28])
def test_a_snapshot_of_files_needs_no_pandas(tmp_path: Path, memory: int) -> None:
    when = pa.array([day(1 + number % 9) for number in range(90, 0, -1)], UTC_MICROSECONDS)
    columns = {
        "when": when,
        "known": when,
        "y": np.arange(90.0),
        "hole": pa.array([float("nan"), None, 1.0] * 30),
        "text": pa.array(["a", None, "b"] * 30),
        "flag": pa.array([True, False, None] * 30),
        "number": pa.array(range(90)),
    }
    (tmp_path / "data").mkdir()
    pq.write_table(pa.table(columns), tmp_path / "data" / "a.parquet")
    arguments = [str(tmp_path / "data"), str(tmp_path / "store"), str(memory)]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["60", "False"]
