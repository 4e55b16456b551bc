"""`headgate explain` without servers: what needs none is told."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from headgate.cli.commands import app
from headgate.cli.explain_text import Explained, explained_text
from headgate.cli.local import LocalChain, Place, load_pipeline
from headgate.core.asof import AsOf, Origin, RunType
from headgate.core.policy import Policy
from headgate.core.run_plan import plan_run
from headgate.hooks.wiring import snapshot_ports
from headgate.spec import Expectations, Serving, SqlSource
from headgate.steps.snapshot import take_snapshot
from tests.dagrun.shop import daily
from tests.unit.shop_pipeline import pipeline
from tests.unit.world import MAY

PIPELINE = "tests.unit.shop_pipeline:pipeline"
MODULE = """
from dataclasses import replace
from headgate import ParquetSource
from tests.unit.shop_pipeline import pipeline as by_function

pipeline = replace(by_function, source=ParquetSource({url!r}, event_time="day"))
"""


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.delenv("AIRFLOW__HEADGATE__STORE", raising=False)
    monkeypatch.setattr(sys, "path", [*sys.path])


def explain(*words: str) -> Result:
    return CliRunner().invoke(app, ["explain", *words])


def test_without_servers_it_says_what_needs_none() -> None:
    done = explain(PIPELINE, "--as-of", "2024-05-01", "--param", "alpha=2")
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:5] == [
        "run        shop|2024-05-01|shop",
        "as-of      2024-05-01 (from the command line)",
        "training   [2024-03-25, 2024-04-24)",
        "holdout    [2024-04-24, 2024-05-01)",
        "mode       not known: no MLflow server is given",
    ]
    assert "what is kept of earlier ones isn't known: no snapshot store is given" in lines[5]
    assert "fit        tests.dagrun.shop:build (alpha=2.0)" in lines
    assert lines[-5].split() == ["gate", "limits", "baseline"]
    assert lines[-3].split(maxsplit=5) == [
        *("NoWorseThan(mae)", "tolerance", "0.5,", "min_rows", "7"),
        "the champion of then",
    ]
    assert lines[-1] == "deployment none: the pipeline has no serving"


def test_json_says_the_same_as_data() -> None:
    told = json.loads(explain(PIPELINE, "--as-of", "2024-05-01", "--dag", "other", "--json").stdout)
    assert told["key"] == "other|2024-05-01|shop"
    assert told["run"]["windows"]["holdout"] == {"start": "2024-04-24T00:00:00Z", "end": "2024-05-01T00:00:00Z"}
    assert [gate["gate"] for gate in told["gates"]] == ["AtMost(mae)", "NoWorseThan(mae)"]
    assert (told["mode"], told["snapshot"], told["serving"], told["params"]) == (None, None, None, {"alpha": 1.0})


def test_bad_input_has_the_exit_code_2() -> None:
    for words, said in (
        (["nothing"], "must be a dotted path"),
        ([PIPELINE, "--as-of", "2999-01-01"], "must not lie in the future"),
        ([PIPELINE, "--param", "x=1"], "--param must name one of alpha"),
        ([PIPELINE, "--store", "/no/such/folder"], "there is no such folder"),
    ):
        done = explain(*words)
        assert (done.exit_code, done.stdout, said in done.stderr) == (2, "", True), done.stderr


def test_a_pipeline_in_the_current_folder_is_found_and_parts_that_stay_unread_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, data = tmp_path / "store", tmp_path / "data"
    store.mkdir()
    data.mkdir()
    windows = pipeline.windows.at(MAY, label_delay=pipeline.label.delay)
    frame = daily(windows)
    frame.assign(day=pd.to_datetime(frame["day"], utc=True)).to_parquet(data / "sales.parquet")
    (tmp_path / "sold_here.py").write_text(MODULE.format(url=str(data)))
    monkeypatch.chdir(tmp_path)

    chain = LocalChain(load_pipeline("sold_here:pipeline"), Place(mlflow=None, store=str(store)))
    run = chain.run_of(AsOf(instant=MAY, origin=Origin.COMMAND), RunType.MANUAL)
    snapshot = take_snapshot(run, wanted=chain.wanted(run), ports=snapshot_ports(chain.store))

    again = explain("sold_here:pipeline", "--as-of", "2024-05-01", "--store", str(store))
    assert (
        f"37 rows of an earlier snapshot kept unread; this as-of was taken before as {snapshot.id[:16]}" in again.stdout
    )
    told = json.loads(explain("sold_here:pipeline", "--as-of", "2024-05-08", "--store", str(store), "--json").stdout)
    assert told["snapshot"] == {"taken": [], "kept_parts": 0, "kept_rows": 0}
    assert len(list(store.glob("snapshots/*/*.json"))) == 1


def test_what_validation_asks_and_what_serves_is_told() -> None:
    asked = Expectations(suite="suite.json", max_warnings=2)
    other = replace(pipeline, expectations=asked, serving=Serving(), policy=Policy())
    run = LocalChain(other, Place(mlflow=None, store=None)).run_of(
        AsOf(instant=MAY, origin=Origin.COMMAND), RunType.MANUAL
    )
    plan = plan_run(run, None, other.policy)
    text = explained_text(Explained(plan=plan, pipeline=other, params={}, rows=None, no_rows="why"))
    assert "validation at most 2 unmet warnings may pass" in text
    assert "gates      none: nothing is ever promoted" in text
    assert "deployment within 60 s, probed with 20 rows; in the Dag by the connection headgate_server_default" in text


def test_a_query_is_told_by_its_connection() -> None:
    source = SqlSource("SELECT 1 WHERE :start < :end", conn_id="warehouse", event_time="day")
    other = replace(pipeline, source=source)
    run = LocalChain(other, Place(mlflow=None, store=None)).run_of(
        AsOf(instant=MAY, origin=Origin.COMMAND), RunType.MANUAL
    )
    plan = plan_run(run, None, other.policy)
    assert "of a query by warehouse" in explained_text(
        Explained(plan=plan, pipeline=other, params={}, rows=None, no_rows="why")
    )
