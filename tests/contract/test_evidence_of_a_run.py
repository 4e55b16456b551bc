"""Gates that need every fact, in runs on a real MLflow: models are downloaded, and weighed in a real process."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.artifacts import load_text
from typer.testing import CliRunner

from headgate import wire
from headgate.cli.commands import app
from headgate.core.evaluation import Evaluation, Fact
from headgate.steps.evidence import EVALUATION

Facts = dict[str, Fact]
Run = Callable[[str, str], tuple[str, Facts]]
TEXT = """
from dataclasses import replace
import headgate as hg
from tests.unit.shop_pipeline import pipeline as shop

costs = (hg.CostAtMost("memory", 1e9), hg.CostRatio("size", 2.0))
gates = (
    hg.AtMost("mae", 5.0),
    hg.DataFreshWithin(days=30),
    hg.HoldoutWear(at_most=0),
    hg.RowsAtLeast(training=10),
    hg.ShuffledLabels("mae", margin=0.1),
    hg.TrainingGap("mae", at_most=1.0),
)
first = replace(shop, model="{model}", policy=hg.Policy(gates=gates))
second = replace(shop, model="{model}", policy=hg.Policy(gates=(*costs, *gates)))
"""


@pytest.fixture
def run(tmp_path: Path, mlflow_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs a pipeline at an as-of, and tells its verdict and its facts."""
    model = f"facts_{uuid.uuid4().hex[:12]}"
    (tmp_path / f"{model}_here.py").write_text(TEXT.format(model=model))
    (tmp_path / "store").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setenv("MLFLOW_TRACKING_URI", mlflow_url)
    monkeypatch.setenv("AIRFLOW__HEADGATE__STORE", str(tmp_path / "store"))

    def at(pipeline: str, as_of: str) -> tuple[str, Facts]:
        done = CliRunner().invoke(app, ["run", f"{model}_here:{pipeline}", "--as-of", as_of, "--json"])
        assert done.exit_code == 0, done.output
        client = MlflowClient(mlflow_url)
        experiment = client.get_experiment_by_name(f"headgate/{model}")
        assert experiment is not None
        newest = client.search_runs([experiment.experiment_id])[0]
        text = load_text(f"{newest.info.artifact_uri}/{EVALUATION}")
        facts = wire.parse(Evaluation, text).facts
        return newest.data.tags["headgate.verdict"], {fact.name: fact for fact in facts}

    return at


def test_facts_are_measured_in_real_runs_and_of_the_champion_too(run: Run) -> None:
    verdict, facts = run("first", "2024-02-01")
    names = ["training_rows", "holdout_rows", "freshness", "wear", "wear_mean", "shuffled_mae", "training_mae"]
    assert (verdict, list(facts)) == ("PASS", names)
    assert (facts["training_rows"].candidate, facts["freshness"].candidate, facts["wear"].candidate) == (30.0, 1.0, 0.0)

    verdict, facts = run("second", "2024-02-02")
    assert {fact.candidate is None for fact in facts.values()} == {False}
    costs = [fact for name, fact in facts.items() if name not in names]
    assert (len(costs), {fact.baseline is None for fact in costs}) == (6, {False})
    assert facts["wear"].candidate == 1.0
    assert facts["wear_mean"].candidate == pytest.approx(6 / 7)
    assert verdict == "UNDECIDED"  # one decision is more than HoldoutWear lets pass
