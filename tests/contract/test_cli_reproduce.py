"""`headgate reproduce` on a real MLflow: a version that is made again, and each thing that can have changed."""

from __future__ import annotations

import importlib
import json
import shutil
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient
from typer.testing import CliRunner, Result

from headgate.cli.commands import app

Run = Callable[..., Result]
CODE = """
from dataclasses import replace

from sklearn.ensemble import RandomForestRegressor

from headgate import AtMost, Estimator, Explain, Policy, mae
from tests.unit.shop_pipeline import pipeline as shop


def build(params):
    return RandomForestRegressor(n_estimators=params["trees"], max_depth=1)


pipeline = replace(
    shop,
    model="{model}",
    estimator=Estimator("{module}:build", params={{"trees": 5}}, seed=3),
    policy=Policy(gates=(AtMost(mae, 99.0),)),
    explain=Explain(seconds=60, rows=50, repeats=2),
)
"""


@pytest.fixture
def model() -> str:
    return f"shop_{uuid.uuid4().hex[:12]}"


@pytest.fixture
def module(model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    name = f"{model}_recipe"
    (tmp_path / f"{name}.py").write_text(CODE.format(model=model, module=name))
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield name
    sys.modules.pop(name, None)


@pytest.fixture
def run(module: str, mlflow_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    (tmp_path / "store").mkdir()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", mlflow_url)
    monkeypatch.setenv("AIRFLOW__HEADGATE__STORE", str(tmp_path / "store"))

    def invoke(*words: str, code: int = 0) -> Result:
        done = CliRunner().invoke(app, words)
        assert done.exit_code == code, done.output
        return done

    return invoke


def told(done: Result) -> Any:
    return json.loads(done.stdout)


def rewrite(file: Path, before: str, after: str) -> None:
    """Change a module of the user's own, as another process would find it."""
    file.write_text(file.read_text().replace(before, after))
    shutil.rmtree(file.parent / "__pycache__", ignore_errors=True)
    importlib.reload(sys.modules[file.stem])


def test_a_version_is_made_again_and_what_changed_is_said(
    run: Run, model: str, module: str, mlflow_url: str, tmp_path: Path
) -> None:
    client = MlflowClient(mlflow_url, registry_uri=mlflow_url)
    run("run", f"{module}:pipeline", "--as-of", "2024-04-01")
    same = told(run("reproduce", f"{model}@1", "--json"))
    assert (same["answer"], same["key"]) == ("reproduced", f"{model}|2024-04-01|{model}")
    assert [(one["ours"], one["theirs"], one["rows"], one["differ"], one["greatest"]) for one in same["compared"]] == [
        ("the refit", "the registered model", 7, 0, 0.0),
        ("the refit", "what was recorded", 7, 0, 0.0),
        ("the registered model", "what was recorded", 7, 0, 0.0),
    ]
    assert (same["differences"], same["flaws"], same["notes"]) == ([], [], [])
    text = run("reproduce", f"{model}@champion").stdout
    assert f"{module}:build(trees=5), seed 3" in text
    assert text.splitlines()[-1] == "reproduced: 7 rows are predicted as before"

    code = tmp_path / f"{module}.py"
    rewrite(code, "max_depth=1", "max_depth=2")
    other = told(run("reproduce", f"{model}@1", "--json", code=1))
    assert [one["what"] for one in other["differences"]] == [f"code of {module}"]
    assert [one["differ"] > 0 for one in other["compared"]] == [True, True, False]
    rewrite(code, "max_depth=2", "max_depth=1")

    client.set_model_version_tag(model, "1", "headgate.fingerprint", "0" * 64)
    forged = told(run("reproduce", f"{model}@1", "--json", code=1))
    assert ([one["differ"] for one in forged["compared"]], len(forged["flaws"])) == ([0, 0, 0], 1)
    (version,) = client.search_model_versions(f"name = '{model}'")
    fitted = client.get_run(version.tags["headgate.mlflow_run"])
    client.set_model_version_tag(model, "1", "headgate.fingerprint", fitted.data.tags["headgate.fingerprint"])

    client.delete_logged_model(same["model_id"])
    lost = told(run("reproduce", f"{model}@1", "--json"))
    assert [(one["ours"], one["theirs"]) for one in lost["compared"]] == [("the refit", "what was recorded")]
    assert lost["notes"][0].startswith("the registered model can't be loaded: model m-")

    part = next(tmp_path.joinpath("store", "parts").rglob("*.parquet"))
    part.unlink()
    damaged = told(run("reproduce", f"{model}@1", "--json", code=2))
    assert (damaged["answer"], damaged["compared"]) == ("untried", [])
    assert f"part {part.stem} of the snapshot is missing" in damaged["said"]


def test_what_a_candidate_goes_by_is_kept_with_its_run(run: Run, module: str, mlflow_url: str, tmp_path: Path) -> None:
    done = told(run("run", f"{module}:pipeline", "--as-of", "2024-04-01", "--dry-run", "--json"))
    client = MlflowClient(mlflow_url, registry_uri=mlflow_url)
    kept = Path(client.download_artifacts(done["mlflow_run"], "evaluation", str(tmp_path)))
    found = json.loads((kept / "importance.json").read_text())
    assert [(one["feature"], one["repeats"]) for one in found["features"]] == [("size", 2)]
    assert "what the candidate goes by" in (kept / "importance.html").read_text()


def test_what_is_not_there_is_bad_input(run: Run, model: str) -> None:
    assert "nothing was promoted yet" in run("reproduce", f"{model}@1", code=2).stderr
    assert "must be named as MODEL@VERSION" in run("reproduce", model, code=2).stderr
