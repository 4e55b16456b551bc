"""`headgate run` where no server is needed: what it refuses, what it tells, and what it doesn't import."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from headgate import ParquetSource
from headgate.cli.commands import app
from headgate.cli.done import Done, data_of, done_text, line_of, range_text
from headgate.cli.local import Order, Place, rows_of
from headgate.cli.params import params_of
from headgate.cli.progress import shown_while
from headgate.cli.replays import THREADS, _capped, replay_each
from headgate.core.asof import RunType
from headgate.core.refs import DeploymentRef
from headgate.core.validation import Finding
from headgate.errors import InputError
from headgate.spec import CsvSource, Estimator, Param
from headgate.steps.retrain import Wish
from tests.unit.retraining import retrained
from tests.unit.shop_pipeline import pipeline
from tests.unit.world import MAY, Suite, World, later, result

ROOT = Path(__file__).parents[2]
NOWHERE = "http://127.0.0.1:9"
"""Nobody listens on port 9."""

PIPELINE, EMPTY = "tests.unit.shop_pipeline:pipeline", "tests.unit.shop_pipeline:empty"


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An MLflow where nobody is, an empty store."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", NOWHERE)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("AIRFLOW__HEADGATE__STORE", str(tmp_path))


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["run", *words])


# What is refused.


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no_such_module:pipeline"], "must name a module"),
        (["tests.unit.shop_pipeline:pipelin"], "Did you mean pipeline"),
        (["tests.unit.shop_pipeline:SUITE"], "PIPELINE tests.unit.shop_pipeline:SUITE must be a Pipeline. Got Po"),
        (["pipeline.py"], "must be a dotted path"),
        ([PIPELINE, "--as-of", "soon"], "as-of of the command line must be an ISO date"),
        ([PIPELINE, "--as-of", "2999-01-01"], "must not lie in the future"),
        ([PIPELINE, "--as-of", "2000-01-01T06:00:00"], "must say its time zone"),
        ([PIPELINE, "--param", "alpha"], "--param must be NAME=VALUE"),
        ([PIPELINE, "--param", "alhpa=1"], "--param must name one of alpha. Got 'alhpa' instead. Did you mean alpha?"),
        ([PIPELINE, "--param", "alpha=-1"], "param alpha must be at least 0.0"),
        ([PIPELINE, "--as-of", "2000-01-01", "--override", "promote_older"], "--override must come with a --reason"),
        (
            [PIPELINE, "--as-of", "2000-01-01", "--override", "please", "--reason", "x"],
            "--override must be promote_older",
        ),
        ([PIPELINE, "--from", "2000-01-01"], "Got --from without --to."),
        ([PIPELINE, "--to", "2000-01-01"], "Got --to without --from."),
        ([PIPELINE, "--from", "2000-01-01", "--to", "1999-01-01"], "must not lie before the first"),
        ([PIPELINE, "--from", "2000-01-01", "--to", "2999-01-01"], "must not lie in the future"),
        ([PIPELINE, "--from", "2000-01-01", "--to", "2001-01-01", "--as-of", "2000-01-01"], "Got --as-of."),
        (
            [PIPELINE, "--from", "2000-01-01", "--to", "2001-01-01", "--dry-run", "--server", "x"],
            "--server, --dry-run.",
        ),
        ([PIPELINE, "--mlflow", "sqlite:///mlflow.db"], "must start with http:// or https://"),
    ],
)
def test_bad_input_is_a_sentence_and_the_exit_code_2(words: list[str], said: str) -> None:
    done = run(*words)
    assert (done.exit_code, done.stdout) == (2, ""), done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_usage_errors_have_the_same_exit_code() -> None:
    assert run(PIPELINE, "--jobs", "0").exit_code == 2
    assert run(PIPELINE, "--every", "fortnight").exit_code == 2


def test_without_an_address_of_mlflow_nothing_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    done = run(PIPELINE)
    assert (done.exit_code, "must be given by --mlflow or MLFLOW_TRACKING_URI" in done.stderr) == (2, True)


def test_an_outage_has_the_exit_code_2_and_is_told_once_for_a_range(tmp_path: Path) -> None:
    done = run(PIPELINE, "--from", "2000-01-01", "--to", "2001-01-01")
    assert done.exit_code == 2
    assert done.stderr.count("does not answer") == 1


def test_an_as_of_of_a_range_that_fails_stops_no_other() -> None:
    order = Order(pipeline=EMPTY, place=Place(mlflow=NOWHERE, store=None), dag=None)
    found = list(replay_each(order, [MAY, later(1)], reason="", jobs=1))
    assert [done.as_of for done in found] == [MAY, later(1)]
    assert all("must have rows" in str(done.problem) for done in found)
    assert "2 as-ofs: 0 would have passed, 0 would not, 2 failed." in range_text(found)


def test_a_defect_is_a_result_as_well_and_its_traceback_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    place: Any = Place(mlflow=NOWHERE, store=7)  # type: ignore[arg-type]  # what no command line gives
    (found,) = replay_each(Order(pipeline=PIPELINE, place=place, dag=None), [MAY], reason="", jobs=1)
    assert str(found.problem).startswith("TypeError: ")
    assert "Traceback" in capsys.readouterr().err


def test_a_worker_that_is_killed_is_told_for_each_as_of_that_it_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killer = "import multiprocessing, os\nif multiprocessing.parent_process(): os._exit(9)\n"
    (tmp_path / "killing_here.py").write_text(killer)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    order = Order(pipeline="killing_here:pipeline", place=Place(mlflow=NOWHERE, store=None), dag=None)
    found = list(replay_each(order, [MAY, later(1), later(2)], reason="", jobs=2))
    assert sorted(done.as_of for done in found) == [MAY, later(1), later(2)]
    assert all(str(done.problem).startswith("a worker process was killed") for done in found)


# What it tells.


@pytest.fixture
def world() -> World:
    return World()


def told(world: World, *run: Any, **wishes: Any) -> Done:
    found = retrained(world, *run, wish=Wish(**wishes))
    return Done(as_of=found.snapshot.run.as_of.instant, seconds=1.25, run=found.snapshot.run, retrained=found)


def test_a_promotion_is_told_with_its_gates_and_what_serves_it(world: World) -> None:
    done = told(world)
    text = done_text(done).splitlines()
    assert text[0].split() == ["gate", "verdict", "reason"]
    assert text[-2] == "sales version 1 is promoted: live: nothing was promoted yet"
    assert text[-1].startswith("model servers that follow the alias champion serve it by themselves")
    assert done.exit_code == 0
    again = done_text(told(world)).splitlines()
    assert again[-2].startswith("sales version 1 was promoted by an earlier run: live: this run's own candidate")


def test_a_deployment_is_told_instead(world: World) -> None:
    done = told(world)
    assert done.retrained is not None
    assert done.retrained.promotion is not None
    deployment = DeploymentRef(promotion=done.retrained.promotion, url="http://server/version", rows=20)
    assert done_text(replace(done, deployment=deployment)).splitlines()[-1] == (
        "http://server/version serves it: it answered 20 rows of the holdout as the candidate did"
    )
    assert data_of(replace(done, deployment=deployment))["deployment"] == {"url": "http://server/version", "rows": 20}


def test_what_is_not_promoted_says_why(world: World) -> None:
    assert done_text(told(world, dry_run=True)).splitlines()[-1].endswith("and nothing is promoted: dry run")
    replay = told(world, MAY, RunType.BACKFILL)
    assert "nothing is promoted: replay: a backfill only records" in done_text(replay)
    assert replay.exit_code == 0


@pytest.mark.parametrize(("finding", "code"), [(Finding.UNMET, 1), (Finding.BROKEN, 2)])
def test_refused_data_and_a_broken_suite_have_their_own_exit_codes(world: World, finding: Finding, code: int) -> None:
    world.suite = Suite(result(finding))
    done = told(world)
    assert done.exit_code == code
    assert done_text(done) == f"nothing is promoted: {done.problem}"
    assert (data_of(done)["failed"], data_of(done)["verdict"]) == (done.problem, None)


def test_json_says_everything_that_the_run_made(world: World) -> None:
    done = told(world)
    data = data_of(done)
    assert done.retrained is not None
    assert done.retrained.candidate is not None
    assert (data["key"], data["version"], data["failed"]) == ("sales|2024-05-01|sales", "1", None)
    assert (data["candidate"], data["reused"]) == (done.retrained.candidate.model_id, False)
    assert (data["verdict"]["outcome"], data["mode"]["mode"]) == ("PASS", "live")
    assert data["windows"]["training"]["start"] == "2024-03-25T00:00:00Z"


def test_a_range_is_a_line_an_as_of_and_a_sum(world: World) -> None:
    first = told(world, MAY, RunType.BACKFILL)
    retrained(world)
    second = told(world, later(1), RunType.BACKFILL)
    failed = Done(as_of=later(2), seconds=0.5, failed="holdout must have rows")
    head, one, two, three, why, total = range_text([first, second, failed]).splitlines()
    assert head.split() == ["as-of", "verdict", "metrics", "(baseline)", "against", "fit", "seconds"]
    assert (one.split()[:2], one.split()[-3:]) == (["2024-05-01", "PASS"], ["nobody", "new", "1.2"])
    assert "version 1" in two
    assert three.split() == ["2024-07-01", "failed", "0.5"]
    assert why == "2024-07-01 failed: holdout must have rows"
    assert total == "3 as-ofs: 2 would have passed, 0 would not, 1 failed. Replays promote nothing."
    assert line_of(failed) == "2024-07-01  failed  holdout must have rows  0.5 s"


# Params, sources, workers.


def test_params_are_read_as_what_their_defaults_are() -> None:
    estimator = Estimator("a.b:c", params={"n": 1, "x": 0.5, "on": True, "how": "fast", "one": Param(default="a")})
    texts = ["n=3", "x=2", "on=No", "how=a=b"]
    assert params_of(texts, estimator) == {"n": 3, "x": 2.0, "on": False, "how": "a=b"}
    for text, said in (("n=3.5", "of type int"), ("on=1", "of type bool"), ("x=nan", "must be a number")):
        with pytest.raises(InputError, match=said):
            params_of([text], estimator)
    with pytest.raises(InputError, match="each param once"):
        params_of(["n=1", "n=2"], estimator)
    with pytest.raises(InputError, match="has no params"):
        params_of(["n=1"], Estimator("a.b:c"))


def test_local_files_are_read_where_they_lie(tmp_path: Path) -> None:
    pq.write_table(pa.table({"day": pa.array([MAY]), "sold": [1.0]}), tmp_path / "a.parquet")
    (tmp_path / "a.csv").write_text("day,sold\n2024-05-01T00:00:00Z,1\n")
    windows = pipeline.windows.at(later(1), label_delay=pipeline.label.delay)
    for source in (
        ParquetSource(str(tmp_path / "*.parquet"), event_time="day"),
        ParquetSource((tmp_path / "a.parquet").as_uri(), event_time="day"),
        CsvSource(f"{tmp_path}/*.csv", event_time="day"),
    ):
        rows = rows_of(source)
        assert rows.name == source.url
        assert sum(batch.num_rows for batch in rows.read(windows, [windows.training])) == 1


def test_workers_share_the_cores_and_what_somebody_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(THREADS[0], "7")
    monkeypatch.delenv(THREADS[1], raising=False)
    with _capped(jobs=1000):
        assert [os.environ[name] for name in THREADS[:2]] == ["7", "1"]
    assert (os.environ[THREADS[0]], THREADS[1] in os.environ) == ("7", False)


def test_a_function_and_local_folders_take_no_airflow(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from headgate.cli.local import Order, Place\n"
        "from headgate.cli.replays import replay\n"
        "from datetime import datetime, UTC\n"
        f"order = Order(pipeline={EMPTY!r}, place=Place(mlflow={NOWHERE!r}, store={str(tmp_path)!r}), dag=None)\n"
        "print(replay(order, datetime(2000, 1, 1, tzinfo=UTC), '').problem)\n"
        "print([name for name in ('airflow', 'great_expectations', 'mlflow', 'sklearn') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    problem, modules = done.stdout.splitlines()[-2:]
    assert problem.startswith("training window [1999-11-25, 1999-12-25) of the as-of 2000-01-01 must have rows.")
    assert modules == "['mlflow', 'sklearn']"


def test_a_terminal_gets_a_bar_and_every_result_comes_through_it(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    results = [Done(as_of=MAY, seconds=1.0), Done(as_of=later(1), seconds=1.0, failed="why")]
    assert list(shown_while(iter(results), 2)) == results
    written = terminal.getvalue()
    assert "2/2" in written
    assert "2024-06-01 failed" in written


def test_elsewhere_each_result_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    results = [Done(as_of=MAY, seconds=1.0, failed="a \x1b[31mred reason")]
    assert list(shown_while(iter(results), 1)) == results
    assert capsys.readouterr().err == "1/1  2024-05-01  failed  a \\x1b[31mred reason  1.0 s\n"
