"""The command line on a real MLflow: a range in two processes, a live run, and what is told of them."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from mlflow import MlflowClient
from typer.testing import CliRunner, Result

from headgate.adapters.mlflow_serving import MlflowChampionSource
from headgate.adapters.mlmodel_loader import MlmodelLoader
from headgate.adapters.skops_models import load_estimator
from headgate.cli.commands import app
from headgate.core.server_login import ServerLogin
from headgate.server.app import create_app
from tests.contract.served import NEVER, served

Run = Callable[..., Result]
RANGE = ("--from", "2024-01-01", "--to", "2024-03-01", "--every", "month")
TEXT = "from dataclasses import replace\nfrom tests.unit.shop_pipeline import empty, pipeline as shop\n"


@pytest.fixture
def model() -> str:
    return f"shop_{uuid.uuid4().hex[:12]}"


@pytest.fixture
def place(model: str, tmp_path: Path) -> Path:
    """A folder with a store, and a module of pipelines whose models are nobody else's."""
    (tmp_path / "store").mkdir()
    lines = [f"pipeline = replace(shop, model={model!r})", f"empty = replace(empty, model='{model}_empty')"]
    (tmp_path / f"{model}_here.py").write_text("\n".join([TEXT, *lines]))
    return tmp_path


@pytest.fixture
def pipeline(model: str) -> str:
    return f"{model}_here:pipeline"


@pytest.fixture
def run(place: Path, mlflow_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(sys, "path", [str(place), *sys.path])
    monkeypatch.setenv("MLFLOW_TRACKING_URI", mlflow_url)
    monkeypatch.setenv("AIRFLOW__HEADGATE__STORE", str(place / "store"))

    def invoke(*words: str, code: int = 0) -> Result:
        done = CliRunner().invoke(app, words)
        assert done.exit_code == code, done.output
        return done

    return invoke


def told(done: Result) -> Any:
    return json.loads(done.stdout)


def records(client: MlflowClient, model: str) -> tuple[list[str], list[str], list[str]]:
    """Return the ids of live runs, logged models and versions."""
    experiment = client.get_experiment_by_name(f"headgate/{model}")
    assert experiment is not None
    runs = [found.info.run_id for found in client.search_runs([experiment.experiment_id])]
    models = [found.model_id for found in client.search_logged_models([experiment.experiment_id])]
    return sorted(runs), sorted(models), [str(v.version) for v in client.search_model_versions(f"name = '{model}'")]


def test_a_range_a_live_run_and_what_is_told_of_them(
    run: Run, pipeline: str, model: str, mlflow_url: str, place: Path
) -> None:
    client = MlflowClient(mlflow_url, registry_uri=mlflow_url)

    first = told(run("run", pipeline, *RANGE, "--jobs", "2", "--json"))
    assert [each["as_of"][:10] for each in first["runs"]] == ["2024-01-01", "2024-02-01", "2024-03-01"]
    assert [(each["verdict"]["outcome"], each["mode"]["mode"], each["version"]) for each in first["runs"]] == [
        ("PASS", "replay", None)
    ] * 3
    before = records(client, model)
    assert (len(before[0]), len(before[1]), before[2]) == (3, 3, [])

    again = run("run", pipeline, *RANGE, "--json")
    assert [each["candidate"] for each in told(again)["runs"]] == [each["candidate"] for each in first["runs"]]
    assert all(each["reused"] for each in told(again)["runs"])
    assert records(client, model) == before
    assert "3/3  2024-0" in again.stderr

    plan = told(run("explain", pipeline, "--as-of", "2024-04-01", "--json"))
    assert (plan["mode"]["mode"], plan["promotion"]["version"], plan["promotion"]["stops"]) == ("live", 1, [])
    found = told(run("explain", pipeline, "--as-of", "2024-03-01", "--json"))
    assert found["fit"]["reused"] == first["runs"][2]["candidate"]
    assert len(found["snapshot"]["taken"]) == 1

    live = run("run", pipeline, "--as-of", "2024-04-01", "--reason", "spring", "--json")
    assert (told(live)["version"], told(live)["mode"]["mode"], told(live)["key"]) == (
        "1",
        "live",
        f"{model}|2024-04-01|{model}",
    )
    assert [line.split()[0] for line in live.stderr.splitlines()[1:]] == [
        *("load", "snapshot", "snapshot", "validate", "train", "evaluate", "judge", "promote")
    ]
    once_more = told(run("run", pipeline, "--as-of", "2024-04-01", "--json"))
    assert (once_more["version"], once_more["promotion"]["again"], once_more["reused"]) == ("1", True, True)

    (term,) = told(run("log", model, "--json"))
    assert (term["version"], term["as_of"][:10], term["reason"], term["until"]) == ("1", "2024-04-01", "spring", None)
    assert told(run("log", model, "--as-of", "2024-05-01", "--json"))["champion"]["version"] == "1"
    nobody = told(run("log", model, "--at", "2024-05-01", "--json", code=1))
    assert (nobody["champion"], nobody["first"]["version"]) == (None, "1")
    assert "nobody: the earliest as-of" in run("log", model, "--as-of", "2024-03-01", code=1).stdout
    assert "version 1 (as-of 2024-04-01, by " in run("log", model, "--as-of", "2024-04-01").stdout
    assert "nobody at 2024-05-01: the first champion" in run("log", model, "--at", "2024-05-01", code=1).stdout

    state = told(run("status", model, "--json"))
    assert state["store"] == str(place / "store")
    (status,) = state["models"]
    assert (status["champion"]["version"], status["last_run"]["verdict"], status["needs"]) == ("1", "PASS", [])
    assert model in run("status", code=_code_of_all(run)).stdout


def _code_of_all(run: Run) -> int:
    """Return what `headgate status` ends with here: other tests leave models that need a person at the same server."""
    every = CliRunner().invoke(app, ["status", "--json"])
    return 1 if any(each["needs"] for each in json.loads(every.stdout)["models"]) else 0


def test_an_older_as_of_is_a_replay_unless_it_is_overridden_and_hand_changes_need_a_person(
    run: Run, pipeline: str, model: str, mlflow_url: str
) -> None:
    run("run", pipeline, "--as-of", "2024-04-01")
    replay = told(run("run", pipeline, "--as-of", "2024-02-01", "--param", "alpha=2", "--json"))
    assert (replay["mode"]["mode"], replay["version"]) == ("replay", None)
    wanted = ("--override", "promote_older", "--reason", "April's rows were wrong")
    older = told(run("run", pipeline, "--as-of", "2024-02-01", "--param", "alpha=2", *wanted, "--json"))
    assert (older["mode"]["mode"], older["version"]) == ("live", "2")
    assert [term["override"] for term in told(run("log", model, "--json"))] == [None, "promote_older"]

    MlflowClient(mlflow_url, registry_uri=mlflow_url).set_registered_model_alias(model, "champion", "1")
    assert "! alias champion must be on version 2" in run("status", model, code=1).stdout
    refused = run("run", pipeline, "--as-of", "2024-05-01", code=2)
    assert "somebody changed it by hand" in refused.stderr
    assert "stopped: alias champion" in run("explain", pipeline, "--as-of", "2024-05-01").stdout
    run("adopt", model, "--restore", "--reason", "a mistake")
    assert told(run("run", pipeline, "--as-of", "2024-05-01", "--json"))["version"] == "3"


def test_a_rollback_is_told_until_its_bar_is_lifted(run: Run, pipeline: str, model: str) -> None:
    for as_of in ("2024-04-01", "2024-05-01"):
        run("run", pipeline, "--as-of", as_of)
    run("rollback", model, "--reason", "it is slow")
    lines = run("log", model).stdout.splitlines()
    assert lines[2].endswith("; barred since version 3: it is slow")
    assert lines[3].endswith("= version 1 again; it is slow")
    assert "version 3 (= version 1 again), as-of 2024-04-01" in run("status", model).stdout
    again = told(run("run", pipeline, "--as-of", "2024-05-01", "--json"))
    assert (again["verdict"]["outcome"], again["version"]) == ("FAIL", None)
    assert told(run("lift", model, "2", "--reason", "it is fast", "--json")) == {"model": model, "lifted": "2"}
    assert "barred" not in run("log", model).stdout


def test_a_model_server_serves_what_a_run_promotes_and_answers_as_the_candidate_did(
    run: Run, pipeline: str, model: str, mlflow_url: str
) -> None:
    source = MlflowChampionSource(mlflow_url, model, loader=MlmodelLoader(load_estimator))
    server: FastAPI = create_app(source, poll_seconds=NEVER)
    with served(server) as url:
        done = run("run", pipeline, "--as-of", "2024-06-01", "--server", url)
    assert f"{url}/version serves it: it answered 7 rows of the holdout as the candidate did" in done.stdout
    gone = run("run", pipeline, "--as-of", "2024-07-01", "--server", url, code=2)
    assert "is promoted: live" in gone.stdout
    assert "does not answer" in gone.stderr


def test_a_model_server_with_a_login_is_asked_with_that_of_the_environment(
    run: Run, pipeline: str, model: str, mlflow_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = MlflowChampionSource(mlflow_url, model, loader=MlmodelLoader(load_estimator))
    login = ServerLogin(user="anna", password="pässword")  # noqa: S106 - the test's
    with served(create_app(source, poll_seconds=NEVER, login=login)) as url:
        refused = run("run", pipeline, "--as-of", "2024-06-01", "--server", url, code=2)
        assert "is promoted: live" in refused.stdout
        assert "must be asked with its login. Got none instead, so it refused /refresh with 401" in refused.stderr
        monkeypatch.setenv("HEADGATE_SERVER_USER", login.user)
        monkeypatch.setenv("HEADGATE_SERVER_PASSWORD", login.password)
        assert f"{url}/version serves it" in run("run", pipeline, "--as-of", "2024-07-01", "--server", url).stdout
        assert f"{url}/version serves it" in run("rollback", model, "--reason", "slow", "--server", url).stdout


def test_another_dag_is_told_how_to_name_the_first(run: Run, pipeline: str, model: str) -> None:
    run("run", pipeline, "--as-of", "2024-04-01", "--dry-run")
    done = run("run", pipeline, "--as-of", "2024-08-01", "--dag", "other", code=2)
    assert f"say 'headgate run --dag {model}'" in done.stderr


def test_data_that_does_not_fill_the_windows_has_the_exit_code_1_and_stops_no_other_as_of(run: Run, model: str) -> None:
    one = run("run", f"{model}_here:empty", "--as-of", "2024-01-01", "--json", code=1)
    assert told(one)["failed"].startswith("training window [2023-11-25, 2023-12-25)")
    several = run("run", f"{model}_here:empty", *RANGE, "--json", code=1)
    assert told(several)["failed"] == 3


def test_a_model_that_mlflow_does_not_know_is_bad_input(run: Run) -> None:
    assert "which MLflow doesn't know" in run("status", "no_such_model", code=2).stderr
    assert "nothing was promoted yet" in run("log", "no_such_model").stderr
    nobody = run("log", "no_such_model", "--at", "2024-01-01", code=1)
    assert nobody.stdout == "nobody: nothing of no_such_model was promoted yet\n"
