from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from headgate.cli.commands import app

TABLE = pa.table({"id": range(50), "kind": ["a", "b"] * 25})


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["suite", *map(str, arguments)])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "trips.parquet"
    pq.write_table(TABLE, path)
    return path


# infer


def test_a_suite_is_shown_as_json_and_what_to_do_with_it_said_beside(data: Path) -> None:
    done = run("infer", data)
    assert done.exit_code == 0
    assert json.loads(done.stdout)["name"] == "trips"
    assert "from 50 rows. Read them" in done.stderr


def test_a_suite_is_written_and_never_replaced_unasked(data: Path, tmp_path: Path) -> None:
    suite = tmp_path / "suite.json"
    assert run("infer", data, "-o", suite).exit_code == 0
    suite.write_text("mine")
    done = run("infer", data, "-o", suite)
    assert done.exit_code == 2
    assert "what a person corrected isn't replaced" in done.stderr
    assert suite.read_text() == "mine"
    assert run("infer", data, "-o", suite, "--force").exit_code == 0
    assert json.loads(suite.read_text())["expectations"]


def test_csv_is_inferred_from_too(tmp_path: Path) -> None:
    path = tmp_path / "trips.csv"
    path.write_text("n,kind\n" + "".join(f"{n},{'ab'[n % 2]}\n" for n in range(40)))
    done = run("infer", path)
    assert done.exit_code == 0
    assert '"value_set": ["a", "b"]' in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["absent.parquet"], "DATA must be a Parquet or CSV file, a folder of them, or a pattern."),
        (["empty.parquet"], "DATA must have rows to infer from."),
        (["cut.parquet"], "data must be files that DuckDB reads."),
        (["trips.parquet", "-o", "no/such/folder.json"], "--output must be a file that can be written."),
        (["trips.parquet", "--margin", "inf"], "--margin must be a number >= 0."),
    ],
)
def test_bad_input_is_told_in_a_sentence(
    arguments: list[str], said: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(data.parent)
    pq.write_table(TABLE.slice(0, 0), "empty.parquet")
    Path("cut.parquet").write_bytes(data.read_bytes()[:100])
    done = run("infer", *arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.output


# diff


def written(path: Path, **kwargs: object) -> Path:
    entry = {"type": "expect_column_values_to_be_between", "kwargs": {"column": "load", **kwargs}}
    path.write_text(json.dumps({"expectations": [entry]}))
    return path


def test_suites_that_expect_the_same_exit_with_0(tmp_path: Path) -> None:
    done = run("diff", written(tmp_path / "a.json", max_value=1), written(tmp_path / "b.json", max_value=1))
    assert (done.exit_code, done.stdout) == (0, "The suites expect the same.\n")


def test_what_changed_is_said_and_exits_with_1(tmp_path: Path) -> None:
    done = run("diff", written(tmp_path / "a.json", max_value=1), written(tmp_path / "b.json", max_value=2))
    assert done.exit_code == 1
    assert "max_value: 1 -> 2" in done.stdout


def test_a_suite_that_cant_be_read_exits_with_2(tmp_path: Path) -> None:
    done = run("diff", written(tmp_path / "a.json", max_value=1), tmp_path / "absent.json")
    assert done.exit_code == 2
    assert "there is no such file" in done.stderr


def test_what_changed_is_data_as_well(tmp_path: Path) -> None:
    done = run("diff", written(tmp_path / "a.json", max_value=1), written(tmp_path / "b.json", max_value=2), "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["changed"][0]["what"] == [["max_value", 1, 2]]
