"""What real chains leave behind, audited and pruned."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airflow.sdk import DAG
from airflow.sdk.exceptions import AirflowFailException
from fsspec.implementations.local import LocalFileSystem
from typer.testing import CliRunner, Result

from headgate import PruneOperator, Span, days
from headgate.adapters.fsspec_store import FsspecStore
from headgate.adapters.mlflow_ledger import MlflowRunLedger
from headgate.adapters.mlflow_log import MlflowPromotionLog
from headgate.cli.commands import app
from headgate.core.irregularity import Irregularity
from headgate.core.retention_rule import Retention
from headgate.steps.audit import AuditPorts, audit_model
from headgate.steps.prune import PrunePorts, apply_prune, plan_of
from headgate.steps.reading import manifest_at
from headgate.steps.verify import Verifier
from tests.dagrun.chain import MAY, Chain

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def promote(chain: Chain, *months: int) -> None:
    for month in months:
        as_of = MAY.replace(month=month)
        chain.outputs.clear()
        chain.skipped.clear()
        chain.facts = {"data_interval_end": as_of, "run_id": f"run {as_of}"}
        chain.run("promote")


def ports_of(chain: Chain, url: str) -> PrunePorts:
    store = FsspecStore(LocalFileSystem(), str(chain.store))
    return PrunePorts(ledger=MlflowRunLedger(url), log=MlflowPromotionLog(url), store=store)


def found(chain: Chain, url: str, *, now: datetime) -> tuple[Irregularity, ...]:
    ports = ports_of(chain, url)
    audited = AuditPorts(ledger=ports.ledger, log=ports.log, store=ports.store)
    return audit_model(chain.model, ports=audited, now=now, idle=days(1)).found


def test_what_was_promoted_long_ago_goes_and_the_chain_goes_on(chain: Chain, mlflow_url: str) -> None:
    promote(chain, 4, 5, 6, 7)
    later, ports = datetime.now(tz=UTC) + timedelta(days=200), ports_of(chain, mlflow_url)
    assert found(chain, mlflow_url, now=later) == ()

    plan = plan_of(chain.model, Retention(keep_promotions=2), ports=ports, now=later)
    assert apply_prune(plan, ports=ports) == ()

    assert (plan.runs, plan.models, plan.versions) == (2, 2, 2)
    assert (len(chain.runs()), len(chain.models()), sorted(chain.versions())) == (2, 2, ["1", "2", "3", "4"])
    assert found(chain, mlflow_url, now=later) == ()
    assert plan_of(chain.model, Retention(keep_promotions=2), ports=ports, now=later).actions == ()
    manifests = [manifest_at(ports.store, path) for path in ports.store.documents("snapshots")]
    assert {manifest.windows.as_of.month for manifest in manifests} == {6, 7}
    assert [Verifier(ports.store).problems(manifest) for manifest in manifests] == [(), ()]

    promote(chain, 8)
    assert sorted(chain.versions()) == ["1", "2", "3", "4", "5"]


def left_behind(chain: Chain) -> None:
    """Leave a run and a part as work did that was killed years ago."""
    experiment = chain.client.get_experiment_by_name(f"headgate/{chain.model}")
    assert experiment is not None
    tags = {"headgate.key": f"{chain.dag_id}|2020-01-01|{chain.model}", "headgate.superseded_by": "another"}
    at = int(LONG_AGO.timestamp() * 1000)
    chain.client.create_run(experiment.experiment_id, start_time=at, tags=tags)
    part = chain.store / "parts" / "00" / f"{'00' * 32}.parquet"
    part.parent.mkdir(exist_ok=True)
    part.write_bytes(b"PAR1")
    os.utime(part, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))


def prune(chain: Chain, **fields: Any) -> dict[str, Any]:
    with DAG("tidy", schedule=None) as dag:
        PruneOperator(task_id="prune", model=chain.model, store_url=chain.store_url, **fields)
    chain._execute(dag, "prune")
    return dict(chain.outputs["prune"])


def test_the_operator_says_what_would_go_and_touches_nothing_unless_asked(
    chain: Chain, caplog: pytest.LogCaptureFixture
) -> None:
    promote(chain, 5)
    left_behind(chain)
    before = chain.files()
    told = prune(chain)
    counts = {"runs": 1, "models": 0, "versions_marked": 0, "snapshots": 0, "parts": 1, "drafts": 0, "bytes": 4}
    assert told == {"model": chain.model, "done": False, **counts}
    assert (chain.files(), len(chain.runs())) == (before, 2)

    assert prune(chain, dry_run=False) == {**told, "done": True}
    assert (len(chain.files()), len(chain.runs())) == (len(before) - 1, 1)
    assert prune(chain, dry_run=False)["bytes"] == 0


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"older_than": Span()}, "older_than of a Retention must be a Span of a day or more"),
        ({"keep_promotions": 0}, "keep_promotions of a Retention must be a whole number >= 1"),
    ],
)
def test_a_rule_that_would_hurt_fails_at_once(chain: Chain, fields: dict[str, Any], said: str) -> None:
    with pytest.raises(AirflowFailException, match=said):
        prune(chain, **fields)


def test_a_model_that_nobody_trained_fails_at_once(chain: Chain) -> None:
    with pytest.raises(AirflowFailException, match="model must be one that MLflow knows"):
        prune(chain)


def asked(command: str, chain: Chain, url: str, *words: str) -> Result:
    return CliRunner().invoke(app, [command, chain.model, "--mlflow", url, "--store", str(chain.store), *words])


def test_the_command_says_what_would_go_and_does_it_when_asked(chain: Chain, mlflow_url: str) -> None:
    promote(chain, 5)
    left_behind(chain)
    audited = asked("audit", chain, mlflow_url)
    assert (audited.exit_code, "1 half-written" in audited.stdout) == (1, True)
    assert f"headgate prune {chain.model} --yes deletes it" in audited.stdout

    said = asked("prune", chain, mlflow_url)
    assert (said.exit_code, said.stdout.splitlines()) == (
        0,
        [
            f"{chain.model}: what is older than 90 days, and not of the last 10 promotions would go",
            "  1 MLflow run and 0 logged models; 'mlflow gc' frees their files",
            "  0 snapshots, 1 part, 0 drafts: 4 bytes",
            "  0 versions would be marked as pruned; none is deleted",
            "Nothing was touched: --yes does it.",
        ],
    )
    told = json.loads(asked("prune", chain, mlflow_url, "--json").stdout)
    assert (told["done"], told["runs"], told["bytes"]) == (False, 1, 4)
    assert [(item["what"], item["why"]) for item in told["items"]] == [
        ("run", "superseded by another"),
        ("part", "no manifest names it"),
    ]

    done = asked("prune", chain, mlflow_url, "--yes")
    assert (done.exit_code, "is gone" in done.stdout) == (0, True)
    again = asked("prune", chain, mlflow_url, "--yes", "--older-than", "1 day", "--keep-promotions", "1")
    assert again.stdout == f"{chain.model}: nothing is older than 1 day, and not of the last promotion\n"
    assert asked("audit", chain, mlflow_url).exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--older-than", "for ever"], "--older-than must be a length of time such as '90 days'"),
        (["--older-than", "2 hours"], "must be a Span of a day or more"),
        (["--keep-promotions", "0"], "must be a whole number >= 1"),
        ([], "model must be one that MLflow knows"),
    ],
)
def test_the_command_refuses_bad_input(chain: Chain, mlflow_url: str, words: list[str], said: str) -> None:
    refused = asked("prune", chain, mlflow_url, *words)
    assert refused.exit_code == 2
    assert said in refused.stderr
