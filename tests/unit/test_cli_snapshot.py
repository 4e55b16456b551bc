from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from fsspec.implementations.local import LocalFileSystem
from typer.testing import CliRunner, Result

from headgate.adapters.fsspec_store import FsspecStore
from headgate.adapters.pyarrow_profiler import ArrowProfiler
from headgate.cli.commands import app
from headgate.cli.snapshot_text import show_text
from headgate.cli.store import manifest_paths, manifests, open_store
from headgate.core.snapshots import LeftOut, Manifest
from headgate.core.windows import Window, Windows
from tests.unit.taking import Given, day, rows, take

LATER = Windows(as_of=day(99), training=Window(start=day(1), end=day(61)), holdout=Window(start=day(61), end=day(91)))
EARLIER = replace(LATER, as_of=day(98))
LOAD = np.random.default_rng(5).normal(size=80).tolist()
PACKAGE = Path(__file__).parents[2] / "plugins"


def table(load: list[float] = LOAD) -> pa.Table:
    return rows(range(1, 81), load=pa.array(load), station=pa.array(["a", "b"] * 40))


def fill(folder: Path) -> tuple[str, str]:
    """Take two snapshots that differ in one row; return their ids."""
    store = FsspecStore(LocalFileSystem(), str(folder))
    first = take(Given(table()), store, EARLIER, profiler=ArrowProfiler())
    second = take(Given(table([*LOAD[:70], 99.0, *LOAD[71:]])), store, LATER, profiler=ArrowProfiler())
    return first.id, second.id


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    folder = tmp_path_factory.mktemp("store")
    return folder, *fill(folder)


@pytest.fixture
def damaged(filled: tuple[Path, str, str], tmp_path: Path) -> tuple[Path, str, str]:
    """A copy of the store in which the first snapshot's last part is cut short."""
    folder = tmp_path / "store"
    shutil.copytree(filled[0], folder)
    told = json.loads(run("show", filled[1], "--json", store=folder).stdout)
    digest = told["holdout"][-1]["content"]["digest"]
    (path,) = folder.rglob(f"{digest}*.parquet")
    path.write_bytes(path.read_bytes()[:-40])
    return folder, filled[1], filled[2]


def run(*words: str, store: Path | str) -> Result:
    return CliRunner().invoke(app, ["snapshot", *words, "--store", str(store)])


# ls


def test_ls_lists_every_snapshot(filled: tuple[Path, str, str]) -> None:
    folder, first, second = filled
    done = run("ls", store=folder)
    assert done.exit_code == 0
    head, *lines = done.stdout.splitlines()
    assert head.split() == ["model", "as-of", "rows", "parts", "id", "source"]
    assert [line.split() for line in lines] == [
        ["sales", "2000-04-07", "80", line.split()[3], first[:12], "given"]
        if first[:12] in line
        else ["sales", "2000-04-08", "80", line.split()[3], second[:12], "given"]
        for line in lines
    ]
    assert len(lines) == 2


def test_ls_takes_a_model_and_writes_json(filled: tuple[Path, str, str]) -> None:
    told = json.loads(run("ls", "sales", "--json", store=filled[0]).stdout)
    assert [each["id"] for each in told] == [filled[1], filled[2]]
    assert (told[0]["rows"], told[0]["as_of"]) == (80, "2000-04-07T00:00:00+00:00")
    other = run("ls", "purchases", store=filled[0])
    assert (other.exit_code, other.stdout) == (0, "")
    assert other.stderr == "no snapshots of purchases in the store\n"


def test_ls_passes_over_a_damaged_manifest_and_says_so(damaged: tuple[Path, str, str]) -> None:
    (manifest, _) = sorted(damaged[0].glob("snapshots/sales/*.json"))
    manifest.write_text("{")
    done = run("ls", store=damaged[0])
    assert len(done.stdout.splitlines()) == 2
    assert "is damaged" in done.stderr


# show


@pytest.mark.parametrize("digits", [6, 12, 16, 17, 64])
def test_show_takes_any_number_of_digits(filled: tuple[Path, str, str], digits: int) -> None:
    done = run("show", filled[1][:digits], store=filled[0])
    assert done.exit_code == 0
    assert f"snapshot {filled[1]}" in done.stdout
    assert "training [2000-01-01, 2000-03-01), 60 rows in " in done.stdout
    assert "holdout  [2000-03-01, 2000-03-31), 20 rows in 1 part" in done.stdout
    assert "a 40, b 40" in done.stdout


def test_show_says_what_quarantine_left_out_and_does_not_drown_in_parts(filled: tuple[Path, str, str]) -> None:
    (whole,) = manifests(store := open_store(str(filled[0])), manifest_paths(store)[:1])
    assert isinstance(whole, Manifest)
    left = LeftOut(
        rows=5, of=85, content=whole.holdout[0].content, reasons=(("not_null(load)", 5),), snapshot="ab" * 32
    )
    text = show_text(replace(whole, left_out=left, training=whole.holdout * 40))
    assert "left out 5 of 85 rows of abababababab: not_null(load) 5" in text
    assert "(29 parts between them aren't shown: --json has all)" in text
    assert len(text.splitlines()) < 40


def test_a_store_that_is_no_folder_is_opened_by_airflow() -> None:
    done = run("ls", store="nothing://bucket")
    assert done.exit_code == 2
    assert "URL of the store must be one that Airflow's ObjectStoragePath knows." in done.stderr


def test_show_takes_the_path_that_ls_tells(filled: tuple[Path, str, str]) -> None:
    path = json.loads(run("ls", "--json", store=filled[0]).stdout)[1]["path"]
    assert f"snapshot {filled[2]}" in run("show", path, store=filled[0]).stdout


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("abc", "snapshot must be at least 6 hex digits of its id, or its manifest's path. Got 'abc' instead."),
        ("no digits", "snapshot must be at least 6 hex digits of its id"),
        ("0" * 12, "snapshot must be in the store. Got '000000000000' instead, with which no id begins."),
    ],
)
def test_a_snapshot_that_is_none_is_refused(filled: tuple[Path, str, str], word: str, said: str) -> None:
    done = run("show", word, store=filled[0])
    assert done.exit_code == 2
    assert done.stderr.startswith(said)


def test_digits_that_two_ids_begin_with_are_refused(filled: tuple[Path, str, str], tmp_path: Path) -> None:
    for tail in ("1" * 10, "2" * 10):
        path = tmp_path / "snapshots" / "sales" / f"20000101T000000Z-abcdef{tail}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    done = run("show", "abcdef", store=tmp_path)
    assert done.exit_code == 2
    assert "with which 2 ids begin: abcdef1111111111, abcdef2222222222. Give more digits." in done.stderr


def test_a_store_that_is_not_there_is_refused() -> None:
    done = run("ls", store="/no/such/folder")
    assert done.exit_code == 2
    assert "store must be a folder or an URL. Got '/no/such/folder' instead: there is no such folder." in done.stderr


# diff


def test_diff_tells_what_was_restated_and_exits_with_1(filled: tuple[Path, str, str]) -> None:
    done = run("diff", filled[1][:8], filled[2][:8], store=filled[0])
    assert done.exit_code == 1
    assert "rows: 0 added, 0 removed, 1 restated; 79 the same" in done.stdout
    assert "restated values: load 1" in done.stdout
    assert f"~ when=2000-03-11 00:00:00+00: load {LOAD[70]} -> 99.0" in done.stdout


def test_diff_shows_rows_that_came_and_went_and_columns_that_changed(tmp_path: Path) -> None:
    store = FsspecStore(LocalFileSystem(), str(tmp_path))
    before, after = table().slice(0, 79), table().slice(2).append_column("new", pa.array([None, *range(77)]))
    ids = [take(Given(each), store, LATER, profiler=ArrowProfiler()).id for each in (before, after)]
    done = run("diff", *ids, store=tmp_path)
    assert done.exit_code == 1
    assert "rows: 1 added, 2 removed, 0 restated; 77 the same" in done.stdout
    assert "columns: new is new (int64)" in done.stdout
    assert "\n+ when=2000-03-20 00:00:00+00, y=80.0, " in done.stdout
    assert done.stdout.count("\n- when=2000-01-0") == 2
    back = run("diff", *reversed(ids), store=tmp_path)
    assert "columns: new is gone (int64)" in back.stdout


def test_diff_of_a_snapshot_with_itself_exits_with_0(filled: tuple[Path, str, str]) -> None:
    done = run("diff", filled[1], filled[1], store=filled[0])
    assert done.exit_code == 0
    assert "rows: 0 added, 0 removed, 0 restated; 80 the same" in done.stdout


def test_diff_writes_json_and_a_page(filled: tuple[Path, str, str], tmp_path: Path) -> None:
    page = tmp_path / "out.html"
    done = run("diff", *filled[1:], "--json", "--key", "station", "--html", str(page), store=filled[0])
    told = json.loads(done.stdout)
    assert (told["rows"]["restated"], told["same"], told["schema"]) == (1, 79, [])
    assert "1 restated" in page.read_text()
    refused = run("diff", *filled[1:], "--html", str(tmp_path / "no" / "out.html"), store=filled[0])
    assert refused.exit_code == 2
    assert "--html must be a file that can be written." in refused.stderr


def test_diff_refuses_a_key_that_is_no_column(filled: tuple[Path, str, str]) -> None:
    done = run("diff", *filled[1:], "--key", "stations", store=filled[0])
    assert done.exit_code == 2
    assert "Did you mean station?" in done.stderr


def test_diff_of_a_damaged_snapshot_says_which_part(damaged: tuple[Path, str, str]) -> None:
    done = run("diff", *damaged[1:], store=damaged[0])
    assert done.exit_code == 2
    assert "of the snapshot is damaged" in done.stderr


# verify


def test_verify_reads_everything_back(filled: tuple[Path, str, str]) -> None:
    done = run("verify", "--all", store=filled[0])
    assert done.exit_code == 0
    assert [line.split()[0] for line in done.stdout.splitlines()[:-1]] == ["whole", "whole"]
    assert done.stdout.splitlines()[-1].endswith("read: all whole")


def test_verify_says_which_part_of_which_snapshot_is_damaged(damaged: tuple[Path, str, str]) -> None:
    done = run("verify", "--all", store=damaged[0])
    assert done.exit_code == 1
    assert f"DAMAGED sales {damaged[1][:12]}" in done.stdout
    assert f"whole   sales {damaged[2][:12]}" in done.stdout
    assert "is damaged: it can't be read" in done.stdout
    assert done.stdout.splitlines()[-1].endswith("1 damaged")
    assert run("verify", damaged[1], store=damaged[0]).exit_code == 1
    assert run("verify", damaged[2], store=damaged[0]).exit_code == 0


def test_verify_writes_json(damaged: tuple[Path, str, str]) -> None:
    done = run("verify", "--all", "--json", store=damaged[0])
    assert done.exit_code == 1
    first, second = json.loads(done.stdout)
    assert (first["id"], second["id"], second["problems"]) == (damaged[1], damaged[2], [])
    assert "is damaged" in first["problems"][0]


def test_verify_finds_a_missing_part_and_a_manifest_that_was_changed(damaged: tuple[Path, str, str]) -> None:
    folder, first, second = damaged
    told = json.loads(run("show", second, "--json", store=folder).stdout)
    digest = told["training"][0]["content"]["digest"]
    (path,) = folder.rglob(f"{digest}*.parquet")
    path.unlink()
    assert "is missing" in run("verify", second, store=folder).stdout
    (manifest,) = folder.glob(f"snapshots/sales/*-{first[:16]}.json")
    manifest.write_text(manifest.read_text().replace(first, second))
    done = run("verify", "--all", store=folder)
    assert "DAMAGED manifest snapshots/sales/" in done.stdout
    assert done.stdout.splitlines()[-1].endswith("2 damaged")


@pytest.mark.parametrize("words", [(), ("abcdef", "--all")])
def test_verify_wants_one_snapshot_or_all(filled: tuple[Path, str, str], words: tuple[str, ...]) -> None:
    done = run("verify", *words, store=filled[0])
    assert done.exit_code == 2
    assert "verify must be given a snapshot's id, or --all." in done.stderr


# The process


def process(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    code = (
        "import sys\nsys.argv[0] = 'headgate'\nfrom headgate.cli import app\n"
        "import atexit\natexit.register(lambda: print('imported:', *sorted({'airflow', 'pandas', 'mlflow', 'duckdb', "
        "'plotly', 'great_expectations'} & set(sys.modules)), file=sys.stderr))\napp()"
    )
    env: dict[str, Any] = {**os.environ, "PYTHONPATH": str(PACKAGE), **environment}
    return subprocess.run([sys.executable, "-c", code, *words], env=env, capture_output=True, text=True, check=False)


def test_the_environment_says_where_the_store_is_and_nothing_heavy_is_imported(filled: tuple[Path, str, str]) -> None:
    for url in (str(filled[0]), f"file://{filled[0]}"):
        done = process("snapshot", "ls", AIRFLOW__HEADGATE__STORE=url)
        assert done.returncode == 0, done.stderr
        assert filled[1][:12] in done.stdout
        assert done.stderr.splitlines()[-1].split() == ["imported:"]
