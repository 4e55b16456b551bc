from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.local import LocalFileSystem
from typer.testing import CliRunner, Result

from headgate.adapters.fsspec_store import FsspecStore
from headgate.adapters.pyarrow_profiler import ArrowProfiler
from headgate.cli.commands import app
from headgate.core.windows import Window, Windows
from tests.unit.taking import Given, day, rows, take

WINDOWS = Windows(
    as_of=day(800), training=Window(start=day(1), end=day(501)), holdout=Window(start=day(501), end=day(701))
)
LOAD = np.random.default_rng(5).normal(size=700)


def table(shift: float = 0.0, station: str = "ab", count: int = 700) -> pa.Table:
    chosen = pa.array([station[n % len(station)] for n in range(count)])
    return rows(range(1, count + 1), load=pa.array(LOAD[:count] + shift), station=chosen)


def run(*words: object, store: object = "") -> Result:
    return CliRunner().invoke(app, ["drift", *map(str, words), *(["--store", str(store)] if store else [])])


@pytest.fixture
def same(tmp_path: Path) -> Path:
    path = tmp_path / "same.parquet"
    pq.write_table(table(), path)
    return path


@pytest.fixture
def moved(tmp_path: Path) -> Path:
    path = tmp_path / "moved.parquet"
    pq.write_table(table(3, "ac"), path)
    return path


def test_equal_files_have_no_drift(same: Path) -> None:
    done = run(same, same, "--wasserstein", "0.1")
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, "no drift: 8 limits met")


def test_drift_exits_with_1_and_is_told_first(same: Path, moved: Path) -> None:
    done = run(same, moved)
    assert done.exit_code == 1
    headline, first, second, third, *_ = done.stdout.splitlines()
    assert headline == "DRIFT: 3 limits of 6 crossed"
    assert first.startswith("DRIFT       load: PSI ")
    assert second.startswith("DRIFT       station: PSI ")
    assert third == "DRIFT       station: 1 new category on 50 % of the rows: 'c'"
    assert "\nnote        station: 1 vanished category" in done.stdout


def test_limits_and_columns_are_options(same: Path, moved: Path) -> None:
    assert run(same, moved, "--psi", "99", "--column", "load").exit_code == 0
    told = json.loads(run(same, moved, "--jensen-shannon", "0.1", "--column", "load", "--json").stdout)
    assert [each["expectation"] for each in told] == ["drift_schema", "drift_psi", "drift_jensen_shannon"]
    assert {each["engine"] for each in told} == {"drift"}


def test_too_few_rows_are_no_pass(same: Path, tmp_path: Path) -> None:
    few = tmp_path / "few.parquet"
    pq.write_table(table(count=99), few)
    done = run(same, few)
    assert (done.exit_code, done.stdout.splitlines()[0]) == (2, "not measured: too few rows to say")
    assert "it takes 500 rows on either side (reference 700 rows, current 99 rows)" in done.stdout
    assert run(same, few, "--min-rows", "90", "--column", "load").exit_code == 0


def test_a_snapshot_is_measured_against_what_a_server_was_asked(tmp_path: Path, moved: Path, same: Path) -> None:
    store = FsspecStore(LocalFileSystem(), str(tmp_path / "store"))
    taken = take(Given(table()), store, WINDOWS, profiler=ArrowProfiler())
    folder = tmp_path / "store"
    equal = run(taken.id[:8], same, store=folder)
    assert (equal.exit_code, equal.stdout.splitlines()[0]) == (0, "no drift: 6 limits met")
    assert run(taken.manifest, moved, store=folder).exit_code == 1
    assert run("0" * 12, moved, store=folder).exit_code == 2


def test_csv_files_and_patterns_are_read_as_one(same: Path, tmp_path: Path) -> None:
    folder = tmp_path / "csv"
    folder.mkdir()
    for part in range(2):
        pa_csv.write_csv(table().slice(part * 350, 350), folder / f"{part}.csv")
    for words in (folder, folder / "*.csv"):
        done = run(same, words, "--column", "load", "--column", "station")
        assert done.exit_code == 0, done.stdout
        assert "(reference 700 rows, current 700 rows)" in done.stdout


def test_bad_input_is_told_in_a_sentence(same: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(same.read_bytes()[:-30])
    for words, said in (
        ([tmp_path / "nothing.parquet", same], "there is no such file"),
        ([same, cut], "DATA must be readable files of one schema."),
        ([same, same, "--psi", "-1"], "psi of Drift must be a number >= 0, or None. Got -1.0 instead."),
        ([same, same, "--min-rows", "0"], "min_rows of Drift must be a whole number >= 1."),
    ):
        done = run(*words)
        assert done.exit_code == 2
        assert said in done.stderr
    unknown = run(same, same, "--column", "lod")
    assert unknown.exit_code == 2
    assert "Did you mean load?" in unknown.stdout
