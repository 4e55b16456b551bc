"""A backfill in two orders gives one history: real operators, a real MLflow, and the command on top."""

from __future__ import annotations

import json
import random
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from headgate import AtMost, FunctionSource, NoWorseThan, Policy, mae
from headgate.cli.commands import app
from headgate.core.history_document import comparable
from tests.dagrun.chain import Chain

AS_OFS = [datetime(2024, month, 1, tzinfo=UTC) for month in (5, 6, 7, 8)]
POLICY = Policy(gates=(AtMost(mae, 10.0), NoWorseThan(mae, min_rows=7)))

WHAT_IF = """
from headgate import AtMost, Estimator, FunctionSource, Label, Pipeline, Policy, Rolling, days, mae

pipeline = Pipeline(
    model="{model}",
    source=FunctionSource("tests.dagrun.seasons:sales", event_time="day"),
    label=Label("sold"),
    windows=Rolling(lookback=days(30), holdout=days(7)),
    expectations="none.json",
    estimator=Estimator("tests.dagrun.shop:build"),
    metrics=(),
    policy=Policy(gates=(AtMost(mae, 0.0),)),
)
"""


class Model:
    """A model whose past was replayed in an order, and the command about it."""

    def __init__(self, chain: Chain) -> None:
        name = f"seasons_{uuid.uuid4().hex[:8]}"
        source = FunctionSource("tests.dagrun.seasons:sales", event_time="day")
        fields = {**chain.pipeline, "model": name, "source": source, "policy": POLICY}
        self.chain = replace(chain, dag_id=name, pipeline=fields, outputs={}, skipped=[])
        self.name = name

    def replay(self, as_of: datetime) -> None:
        facts = {"run_type": "backfill", "run_id": f"backfill {as_of}", "data_interval_end": as_of, "run_after": as_of}
        run = replace(self.chain, facts=facts, outputs={}, skipped=[])
        if as_of.month == 7:
            run.refused("validate")
        else:
            run.run()
            assert run.skipped == ["promote"]

    def ask(self, *options: str) -> Result:
        where = ("--store", self.chain.store_url, "--mlflow", self.url)
        return CliRunner().invoke(app, ["history", self.name, *where, *options], catch_exceptions=False)

    def told(self, *options: str) -> dict[str, Any]:
        result = self.ask("--json", *options)
        assert result.exit_code == 0, result.output
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    @property
    def url(self) -> str:
        return str(self.chain.client.tracking_uri)

    def kept(self, title: str = "simulated history") -> list[Any]:
        experiment = self.chain.client.get_experiment_by_name(f"headgate/{self.name}")
        assert experiment is not None
        runs = self.chain.client.search_runs([experiment.experiment_id], f"tags.`headgate.history` = '{title}'")
        return [run for run in runs if "headgate.superseded_by" not in run.data.tags]


@pytest.fixture
def model(chain: Chain) -> Model:
    return Model(chain)


def test_two_orders_of_one_backfill_give_one_history(chain: Chain) -> None:
    """The other one is asked in between, and has a run that is run again at the end."""
    straight, shuffled = Model(chain), Model(chain)
    for as_of in AS_OFS:
        straight.replay(as_of)
    order = random.Random(5).sample(AS_OFS, len(AS_OFS))  # noqa: S311 - an order that stays
    assert order != AS_OFS
    for as_of in order:
        shuffled.replay(as_of)
        if as_of.month != 7:
            shuffled.told()
    shuffled.replay(order[0])
    histories = [straight.told(), shuffled.told()]
    assert comparable(histories[0]) == comparable(histories[1])
    assert histories[0] != histories[1]
    rows = histories[1]["rows"]
    assert [(row["as_of"], row["verdict"]) for row in rows] == [
        ("2024-05-01", "PASS"),
        ("2024-06-01", "FAIL"),
        ("2024-07-01", "refused"),
        ("2024-08-01", "PASS"),
    ]
    assert [row["serves"]["gated"]["as_of"] for row in rows] == ["2024-05-01", "2024-05-01", "2024-05-01", "2024-08-01"]
    assert len(shuffled.kept()) == 1


def test_a_history_is_told_kept_once_asked_otherwise_and_adopted_once(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for as_of in AS_OFS:
        model.replay(as_of)

    shown = model.ask().stdout
    assert "2024-07-01  none        2024-05-01  refused  2024-05-01" in shown
    assert (
        f"{model.name}, simulated history: 4 runs, 2 promotions; the candidate of 2024-08-01 would serve now" in shown
    )
    assert "mean mae of what served, on the holdouts of 2 as-ofs (lower is better, in the label's unit)" in shown
    (kept,) = model.kept()
    page = f"/runs/{kept.info.run_id}/artifacts/history/report.html"
    assert page in shown
    assert page in model.ask().stdout
    assert [run.info.run_id for run in model.kept()] == [kept.info.run_id]
    files = {file.path for file in model.chain.client.list_artifacts(kept.info.run_id, "history")}
    assert files == {"history/history.json", "history/report.html"}

    (tmp_path / f"{model.name}_pipeline.py").write_text(WHAT_IF.format(model=model.name))
    monkeypatch.syspath_prepend(str(tmp_path))
    asked = ("--pipeline", f"{model.name}_pipeline:pipeline", "--metric", "rmse", "--from", "2024-06-01")
    strict = model.told(*asked)
    assert ([row["verdict"] for row in strict["rows"]], strict["metric"]["name"]) == (
        ["FAIL", "refused", "FAIL"],
        "rmse",
    )
    title = f"simulated history, policy of {model.name}_pipeline:pipeline, by rmse, from 2024-06-01"
    assert [len(model.kept(title)), len(model.kept())] == [1, 1]

    audited = CliRunner().invoke(app, ["audit", model.name, "--mlflow", model.url, "--store", model.chain.store_url])
    assert audited.exit_code == 0, audited.output

    adopted = model.ask("--adopt", "--reason", "we start with it")
    assert "is promoted, as version 1" in adopted.stdout
    assert "was promoted already, as version 1" in model.ask("--adopt", "--reason", "again").stdout
    assert model.chain.versions() == ["1"]
    registered = model.chain.client.get_registered_model(model.name)
    assert registered.aliases == {"champion": "1"}
    refused = model.ask("--adopt", "--reason", "not this one", "--to", "2024-06-01", "--no-keep")
    assert refused.exit_code == 2
    assert "must have no champion to be started from its history. Got version 1" in refused.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--adopt",), "--adopt must come with --reason"),
        (("--reason", "why"), "--reason must come with --adopt"),
        (("--metric", "maee"), "Did you mean mae?"),
        (("--from", "soon"), "as-of of --from must be an ISO date"),
        (("--from", "2024-06-01", "--to", "2024-05-01"), "--from must not be later than --to"),
        (("--pipeline", "include.co2.pipeline:pipeline"), "which is of co2_weekly, instead"),
        (("--pipeline", "include.co2.pipeline:nothing"), "which isn't there"),
        ((), "must have judged or refused runs. Got none: backfill some"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_asked_is_told(model: Model, options: tuple[str, ...], said: str) -> None:
    result = model.ask(*options)
    assert (result.exit_code, said in result.output) == (2, True), result.output
