"""Airflow's connections as Headgate's ports, and the plugin that Airflow loads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from headgate.adapters.mlflow_addresses import MlflowPages
from headgate.cli.commands import app
from headgate.core.refs import TrackedRun
from headgate.core.server_login import ServerLogin
from headgate.errors import DeploymentError, InputError
from headgate.hooks.links import MadeLink
from headgate.hooks.mlflow import MlflowHook
from headgate.hooks.model_server import ModelServerHook
from headgate.hooks.store import store_at
from headgate.plugin import is_task_parent
from headgate.provider_info import get_provider_info
from headgate.server.app import create_app
from headgate.testing.fake_champions import FakeChampionSource
from tests.contract.served import NEVER, served
from tests.dagrun.chain import Chain, connection

ROOT = Path(__file__).parents[2]
TRACKED = TrackedRun(experiment="7", mlflow_run="abc")
PRELOADED = """
import os, sys, threading, warnings
os.environ["AIRFLOW__HEADGATE__PRELOAD"] = "True"
sys.argv = ["airflow", "scheduler"]
warnings.simplefilter("error")
from headgate.plugin import HeadgatePlugin
HeadgatePlugin.on_load()
print([name in sys.modules for name in ("mlflow", "sklearn", "pandas", "great_expectations")])
print([thread.name for thread in threading.enumerate()])
"""


def test_a_connection_says_whether_its_mlflow_answers(mlflow_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MLFLOW_DEFAULT", connection(mlflow_url))
    answers, said = MlflowHook().test_connection()
    assert answers
    assert mlflow_url in said


def test_a_connection_to_nothing_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MLFLOW_DEFAULT", connection("http://127.0.0.1:1"))
    answers, said = MlflowHook().test_connection()
    assert not answers
    assert "mlflow_default does not answer" in said


def test_a_connection_without_an_address_says_what_to_give(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MLFLOW_DEFAULT", json.dumps({"conn_type": "mlflow"}))
    with pytest.raises(InputError, match=r"host of the Airflow connection mlflow_default must be an address such as"):
        _ = MlflowHook().url


def test_links_go_where_a_browser_finds_mlflow(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"conn_type": "mlflow", "host": "http://mlflow", "port": 5000, "extra": {"ui_url": "https://ml.example/"}}
    monkeypatch.setenv("AIRFLOW_CONN_MLFLOW_DEFAULT", json.dumps(there))
    hook = MlflowHook()
    assert hook.url == "http://mlflow:5000"
    assert hook.pages.run(TRACKED).startswith("https://ml.example/#/experiments/7/runs/abc")


def test_pages_of_mlflow_quote_what_people_named() -> None:
    pages = MlflowPages("http://mlflow")
    assert "/models/a%20b/versions/3" in pages.version("a b", "3")
    assert "/artifacts/validation/report.html?" in pages.artifact(TRACKED, "validation/report.html")
    assert "/experiments/7/models/m-1?" in pages.model(TRACKED, "m-1")


def test_a_link_is_empty_when_the_task_ended_before_it_made_the_thing() -> None:
    class Operator:
        links = {"MLflow run": "http://mlflow/run"}  # noqa: RUF012 - an operator's own

    assert MadeLink("MLflow run").get_link(Operator(), ti_key=None) == "http://mlflow/run"
    assert MadeLink("Deployment").get_link(Operator(), ti_key=None) == ""


def test_a_connection_says_whether_its_model_server_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(create_app(FakeChampionSource("sales"), poll_seconds=NEVER)) as url:
        monkeypatch.setenv("AIRFLOW_CONN_SERVER", connection(url))
        hook = ModelServerHook("server")
        assert hook.test_connection()[0]
        assert hook.get_conn().url == f"{url}/version"
    assert not hook.test_connection()[0]


def test_a_model_server_is_asked_with_the_login_of_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    source, login = FakeChampionSource("sales"), ServerLogin(user="headgate", password="pässword")  # noqa: S106 - the test's
    version = source.promote(2.0)
    with served(create_app(source, poll_seconds=NEVER, login=login)) as url:
        there = json.loads(connection(url)) | {"conn_type": "headgate_server", "login": "headgate"}
        for name, password in {"right": "pässword", "wrong": "other"}.items():
            monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(there | {"password": password}))
        assert ModelServerHook("right").test_connection()[0]
        ModelServerHook("right").serving_target.deploy("sales", version)
        answers, said = ModelServerHook("wrong").test_connection()
        assert (answers, "wrong: model server at http://127.0.0.1" in said, "with its login" in said) == (0, 1, 1)
        with pytest.raises(DeploymentError, match=r"must be asked with its login\. Got the user 'headgate' with"):
            ModelServerHook("wrong").serving_target.deploy("sales", version)


def test_both_forms_of_connections_ask_for_a_login() -> None:
    for kind in get_provider_info()["connection-types"]:
        assert not {"login", "password"} & set(kind["ui-field-behaviour"]["hidden-fields"])


def test_a_store_that_nobody_named_is_asked_for() -> None:
    with pytest.raises(InputError, match=r"by the operator's store_url or by Airflow's setting \[headgate\] store"):
        store_at()


def test_a_store_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(InputError, match=r"ObjectStoragePath knows\. Got 'gopher://x/y' instead"):
        store_at("gopher://x/y")


def test_airflows_setting_names_the_store(tmp_path: Path, chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__HEADGATE__STORE", tmp_path.joinpath("set").as_uri())
    chain.store_url = ""
    chain.run("snapshot")
    assert list(tmp_path.glob("set/snapshots/*/*.json"))


@pytest.mark.parametrize(
    ("argv", "is_parent"),
    [
        (["/opt/bin/airflow", "scheduler"], True),
        (["airflow", "celery", "worker"], False),  # its forks would preload one by one
        (["airflow", "api-server"], False),
        (["airflow", "dag-processor"], False),
        (["airflow"], False),
    ],
)
def test_only_processes_whose_forks_run_tasks_preload(argv: list[str], is_parent: bool) -> None:  # noqa: FBT001
    assert is_task_parent(argv) is is_parent


def test_preloading_imports_the_heavy_libraries_quietly_and_leaves_no_thread_alive() -> None:
    done = subprocess.run([sys.executable, "-c", PRELOADED], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines()[-2:] == ["[True, True, True, True]", "['MainThread']"]


def test_serving_from_a_database_is_refused_with_exit_code_2() -> None:
    done = CliRunner().invoke(app, ["serve", "sales", "--mlflow", "sqlite:///mlflow.db"])
    assert done.exit_code == 2
    assert "must start with http:// or https://" in done.output
