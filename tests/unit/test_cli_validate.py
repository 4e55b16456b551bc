from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from headgate.cli.commands import app
from headgate.cli.data_files import require_files
from headgate.cli.validation_text import report_text
from headgate.core.validation import judge_validation
from headgate.errors import InputError
from tests.unit.validation_pages import report_of, result

NULL_FREE = {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "id"}}
IN_SET = {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "kind", "value_set": ["a", "b"]}}
ABSENT = {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "kinds"}}
COUNT = {"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 1000}, "severity": "warning"}
ROWS = pa.table({"id": range(6), "kind": ["a", "b", "x", "a", "b", "a"]})


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pq.write_table(ROWS, "rows.parquet")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["validate", *arguments])


def suite(*entries: dict[str, Any]) -> str:
    Path("suite.json").write_text(json.dumps({"expectations": entries}))
    return "suite.json"


# Verdicts


@pytest.mark.parametrize(
    ("entries", "code", "first_line"),
    [
        ([NULL_FREE], 0, "PASS: 1 of 1 expectation met on 6 rows"),
        ([NULL_FREE, COUNT], 0, "PASS with 1 warning: 1 of 2 expectations met on 6 rows"),
        ([NULL_FREE, IN_SET], 1, "FAIL with 1 failure: 1 of 2 expectations met on 6 rows"),
        ([IN_SET, ABSENT], 1, "FAIL with 1 failure and 1 broken expectation: 0 of 2 expectations met on 6 rows"),
        ([NULL_FREE, ABSENT], 2, "UNDECIDED with 1 broken expectation: 1 of 2 expectations met on 6 rows"),
        ([], 2, "UNDECIDED: the suite has no expectations; 6 rows"),
    ],
)
def test_the_first_line_is_the_verdict_and_so_is_the_exit_code(
    entries: list[dict[str, Any]], code: int, first_line: str
) -> None:
    done = run(suite(*entries), "rows.parquet")
    assert done.stdout.splitlines()[0] == first_line
    assert done.exit_code == code


def test_failures_come_first_with_rows_to_look_at() -> None:
    lines = run(suite(NULL_FREE, COUNT, IN_SET), "rows.parquet").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["FAIL", "row:", "WARNING", "met"]
    assert "such as 'x'" in lines[1]
    assert "id=2, kind=" in lines[2]


def test_json_is_the_report_with_its_verdict() -> None:
    found = json.loads(run(suite(IN_SET), "rows.parquet", "--json").stdout)
    assert found["outcome"] == "FAIL"
    assert found["report"]["rows"] == 6
    assert found["report"]["results"][0]["finding"] == "unmet"


def test_the_page_is_written_with_pictures() -> None:
    assert run(suite(IN_SET), "rows.parquet", "--html", "report.html").exit_code == 1
    html = Path("report.html").read_text(encoding="utf-8")
    assert "FAIL" in html
    assert "✗ refused" in html


def test_explain_prints_the_sql_and_reads_no_rows() -> None:
    done = run(suite(IN_SET, ABSENT), "rows.parquet", "--explain")
    assert done.exit_code == 0
    assert "count(*) FILTER" in done.stdout
    assert "PASS" not in done.stdout
    assert "FAIL" not in done.stdout


@pytest.mark.parametrize("options", [["--engine", "gx"], ["--memory", "200MB"]], ids=["gx", "little memory"])
def test_the_verdict_is_the_same_however_it_was_found(options: list[str]) -> None:
    found, other = (
        json.loads(run(suite(NULL_FREE, IN_SET, COUNT), "rows.parquet", "--json", *more).stdout)
        for more in ([], options)
    )
    assert found["outcome"] == other["outcome"]
    assert [r["finding"] for r in found["report"]["results"]] == [r["finding"] for r in other["report"]["results"]]
    assert {r["engine"] for r in other["report"]["results"]} == {"gx" if "gx" in options else "headgate"}


# What DATA may be


def test_a_csv_file_is_data() -> None:
    pc.write_csv(ROWS, "rows.csv")
    assert run(suite(IN_SET), "rows.csv").exit_code == 1


def test_a_folder_is_all_files_below_it_but_hidden_ones() -> None:
    for name in ("data/day=1/a.parquet", "data/day=2/b.parquet", "data/_tmp/c.parquet"):
        Path(name).parent.mkdir(parents=True)
        pq.write_table(ROWS, name)
    Path("data/_SUCCESS").touch()
    done = run(suite(NULL_FREE), "data")
    assert done.stdout.startswith("PASS: 1 of 1 expectation met on 12 rows")


def test_a_pattern_is_the_files_that_match() -> None:
    for name in ("a1.parquet", "a2.parquet", "b1.parquet"):
        pq.write_table(ROWS, name)
    assert require_files("a*.parquet") == ("a1.parquet", "a2.parquet")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("absent.parquet", "there is no such file"),
        ("*.absent", "there is no such file"),
        ("rows.json", "rows.json is neither Parquet nor CSV by its name"),
        ("mixed", "Got 'mixed' instead: 1 Parquet and 1 CSV files"),
    ],
)
def test_data_that_isnt_there_or_isnt_known_is_refused(name: str, said: str) -> None:
    Path("rows.json").touch()
    Path("mixed").mkdir()
    for end in ("parquet", "csv"):
        Path(f"mixed/a.{end}").touch()
    with pytest.raises(InputError, match=said.replace("*", r"\*")):
        require_files(name)


# Bad input


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["absent.json", "rows.parquet"], "there is no such file"),
        (["suite.json", "absent.parquet"], "DATA must be a Parquet or CSV file"),
        (["suite.json", "cut.parquet"], "must be readable"),
        (["suite.json", "rows.parquet", "--html", "no/such/page.html"], "--html must be a file that can be written"),
        (["suite.json", "rows.parquet", "--engine", "spark"], "invalid choice: 'spark'"),
        (["suite.json"], "the following arguments are required: DATA"),
    ],
)
def test_bad_input_is_told_in_a_sentence(arguments: list[str], said: str) -> None:
    suite(NULL_FREE)
    Path("cut.parquet").write_bytes(Path("rows.parquet").read_bytes()[:100])
    done = run(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.output


def test_rows_cant_move_a_terminals_cursor() -> None:
    evil = result("unmet", sentence="\x1b[2J\x1b[1;1HPASS", rows=((("a", "\r\n\x9b2J"),),))
    report = report_of(evil)
    text = report_text(report, judge_validation(report), in_colour=False)
    assert not {"\x1b", "\r", "\x9b"} & set(text)
    assert len(text.splitlines()) == 3


# The command in a process of its own


def headgate(*arguments: str) -> subprocess.CompletedProcess[str]:
    script = "import sys; from headgate.cli import app; sys.argv[0] = 'headgate'; app()"
    return subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False)


def test_the_process_exits_with_the_verdict() -> None:
    assert headgate("validate", suite(NULL_FREE), "rows.parquet").returncode == 0
    assert headgate("validate", suite(IN_SET), "rows.parquet").returncode == 1
    assert "Exit codes: 0 the data passes" in headgate("validate", "--help").stdout
    assert "validate" in headgate("--help").stdout


def test_nothing_heavy_is_imported_on_the_way() -> None:
    heavy = {"duckdb", "great_expectations", "numpy", "pandas", "plotly", "pyarrow", "pydantic", "rich", "typer"}
    script = f"""
import sys
from headgate.cli.validate import validate
validate({[suite(NULL_FREE, IN_SET, COUNT), "rows.parquet"]!r})
print(sorted({heavy!r} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
