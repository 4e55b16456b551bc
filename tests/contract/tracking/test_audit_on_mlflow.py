"""Each irregularity, made by hand on a real MLflow server, and found there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.entities import LoggedModelStatus
from typer.testing import CliRunner, Result

from headgate.adapters.mlflow_ledger import MlflowRunLedger
from headgate.adapters.mlflow_log import MlflowPromotionLog
from headgate.adapters.mlflow_tracking import MlflowRunTracker
from headgate.cli.commands import app
from headgate.core.irregularity import Gravity, Kind
from headgate.core.promotion import fold_log
from headgate.core.refs import RunRef, TrackedRun
from headgate.core.span import days
from headgate.ports import Evidence
from headgate.steps.audit import AuditPorts, audit_model
from headgate.steps.journal import remember
from headgate.testing.conformance_ledger import log_one
from headgate.testing.conformance_log import entry_for
from headgate.testing.memory_store import MemoryStore
from headgate.testing.tracking_samples import SNAPSHOT, run_of
from tests.contract.tracking.mlflow_world import MlflowWorld

PASSED = {"headgate.verdict": "PASS", "headgate.mode": "live", "headgate.dry_run": "false"}


@dataclass
class Site:
    """A model with one promoted run on a real server, and hands that can reach everything."""

    url: str
    client: MlflowClient
    tracker: MlflowRunTracker
    log: MlflowPromotionLog
    store: MemoryStore
    model: str
    tracked: TrackedRun
    model_id: str

    def run(self, day: int) -> RunRef:
        return run_of(self.model, day=day)

    def passed(self, day: int, baseline: str) -> str:
        tracked, model_id = log_one(self.tracker, self.run(day))
        self.tracker.record(tracked, Evidence(tags={**PASSED, "headgate.baseline": baseline}))
        self.tracker.close(tracked)
        return model_id

    def promote(self, model_id: str, head: int, tracked: TrackedRun | None = None) -> None:
        tags = (("mlflow_run", tracked.mlflow_run),) if tracked else ()
        self.log.append(self.model, entry_for(model_id, key=model_id, expected_head=head, tags=tags))

    def project(self) -> None:
        self.log.project(self.model, fold_log(self.log.entries(self.model)))

    def found(self, *, later: timedelta = timedelta()) -> list[tuple[Kind, Gravity, str]]:
        ports = AuditPorts(ledger=MlflowRunLedger(self.url), log=self.log, store=self.store)
        report = audit_model(self.model, ports=ports, now=datetime.now(tz=UTC) + later, idle=days(1))
        return [(one.kind, one.gravity, one.about) for one in report.found]


@pytest.fixture
def site(mlflow_url: str, world: MlflowWorld, tracker: MlflowRunTracker) -> Site:
    model = world.new_model()
    tracked, model_id = log_one(tracker, run_of(model))
    tracker.record(tracked, Evidence(tags={**PASSED, "headgate.baseline": "none"}))
    tracker.close(tracked)
    made = Site(
        url=mlflow_url,
        client=world.client,
        tracker=tracker,
        log=MlflowPromotionLog(mlflow_url),
        store=MemoryStore(),
        model=model,
        tracked=tracked,
        model_id=model_id,
    )
    made.promote(model_id, 0, tracked)
    made.project()
    remember(made.store, model, made.log.entries(model))
    return made


def second_run(site: Site) -> str:
    site.client.create_run(site.tracked.experiment, tags={"headgate.key": site.run(1).key})
    return site.run(1).key


def second_model(site: Site) -> str:
    made = site.client.create_logged_model(site.tracked.experiment, source_run_id=site.tracked.mlflow_run)
    site.client.finalize_logged_model(made.model_id, LoggedModelStatus.READY)
    return site.run(1).key


def candidate_gone(site: Site) -> str:
    model_id = site.passed(2, "7")
    site.client.delete_logged_model(model_id)
    site.client.set_tag(MlflowRunLedger(site.url).runs(site.model)[-1].mlflow_run, "headgate.mode", "replay")
    return model_id


def half_superseded(site: Site) -> str:
    tracked = site.tracker.open(site.run(2), SNAPSHOT)
    site.client.set_tag(tracked.mlflow_run, "headgate.superseded_by", "another")
    return tracked.mlflow_run


def leftover(site: Site) -> str:
    tracked, model_id = log_one(site.tracker, site.run(2))
    site.client.delete_run(tracked.mlflow_run)
    return model_id


def evidence_deleted(site: Site) -> str:
    site.client.delete_run(site.tracked.mlflow_run)
    return "version 1"


def alias_moved(site: Site) -> str:
    site.promote(site.model_id, 0)
    site.client.set_registered_model_alias(site.model, "champion", "2")
    return "version 2"


def alias_deleted(site: Site) -> str:
    site.client.delete_registered_model_alias(site.model, "champion")
    return site.model


def version_by_hand(site: Site) -> str:
    source = f"models:/{site.model_id}"
    site.client.create_model_version(site.model, source, model_id=site.model_id, await_creation_for=0)
    return "version 2"


def version_deleted(site: Site) -> str:
    site.client.delete_model_version(site.model, "1")
    return "version 1"


AT_ONCE: dict[Callable[[Site], str], tuple[Kind, Gravity]] = {
    second_run: (Kind.DUPLICATE, Gravity.WRONG),
    second_model: (Kind.DUPLICATE, Gravity.WRONG),
    candidate_gone: (Kind.LOST, Gravity.WRONG),
    half_superseded: (Kind.HALF_WRITTEN, Gravity.WRONG),
    leftover: (Kind.HALF_WRITTEN, Gravity.WRONG),
    evidence_deleted: (Kind.LOST, Gravity.WRONG),
    alias_moved: (Kind.ALIAS, Gravity.WRONG),
    alias_deleted: (Kind.ALIAS, Gravity.WRONG),
    version_by_hand: (Kind.FOREIGN, Gravity.NOTE),
    version_deleted: (Kind.LOST, Gravity.WRONG),
}


@pytest.mark.parametrize("situation", AT_ONCE, ids=lambda situation: situation.__name__)
def test_what_is_irregular_is_found_at_once(site: Site, situation: Callable[[Site], str]) -> None:
    assert site.found(later=timedelta(days=2)) == []
    about = situation(site)
    assert (*AT_ONCE[situation], about) in site.found()


def running(site: Site) -> str:
    return site.tracker.open(site.run(2), SNAPSHOT).mlflow_run


def pending_model(site: Site) -> str:
    made = site.client.create_logged_model(
        site.tracked.experiment, source_run_id=site.tracked.mlflow_run, tags={"headgate.key": site.run(1).key}
    )
    return str(made.model_id)


def lost_promotion(site: Site) -> str:
    return site.passed(2, "1")


def stale_alias(site: Site) -> str:
    site.promote(site.passed(2, "1"), 1)
    remember(site.store, site.model, site.log.entries(site.model))
    return "alias champion"


OF_AGE: dict[Callable[[Site], str], Kind] = {
    running: Kind.HALF_WRITTEN,
    pending_model: Kind.HALF_WRITTEN,
    lost_promotion: Kind.LOST,
    stale_alias: Kind.HALF_WRITTEN,
}


@pytest.mark.parametrize("situation", OF_AGE, ids=lambda situation: situation.__name__)
def test_what_may_be_going_on_is_wrong_once_it_is_old(site: Site, situation: Callable[[Site], str]) -> None:
    about = situation(site)
    assert [one for one in site.found() if one[1] is Gravity.WRONG] == []
    assert (OF_AGE[situation], Gravity.WRONG, about) in site.found(later=timedelta(days=2))


def test_a_registry_that_was_someone_elses_is_foreign(site: Site) -> None:
    model = f"{site.model}_theirs"
    site.client.create_registered_model(model)
    site.client.create_model_version(model, f"models:/{site.model_id}", model_id=site.model_id, await_creation_for=0)
    site.model = model
    assert site.found() == [(Kind.FOREIGN, Gravity.WRONG, model)]


def asked(site: Site, *words: str) -> Result:
    return CliRunner().invoke(app, ["audit", site.model, "--mlflow", site.url, *words])


def test_the_command_says_that_nothing_is_wrong(site: Site, tmp_path: Path) -> None:
    found = asked(site, "--store", str(tmp_path))
    assert (found.exit_code, found.stdout.splitlines()) == (
        0,
        [
            f"{site.model}: 0 duplicates, 0 lost, 0 half-written, 0 aliases that differ",
            "looked at 1 MLflow run, 1 logged model, 1 version, 0 snapshots",
        ],
    )


def test_the_command_says_what_is_wrong_and_what_to_do(site: Site) -> None:
    alias_deleted(site)
    found = asked(site, "--mlflow-only")
    assert found.exit_code == 1
    assert "1 alias that differs" in found.stdout
    assert "looked at 1 MLflow run, 1 logged model, 1 version, no snapshots" in found.stdout
    assert "wrong alias: alias champion must be on version 1, as the log says. Got none instead" in found.stdout
    assert f"      headgate adopt {site.model} --reason" in found.stdout


def test_the_command_writes_json(site: Site) -> None:
    second_model(site)
    found = asked(site, "--mlflow-only", "--json")
    told = json.loads(found.stdout)
    assert found.exit_code == 1
    assert (told["clean"], told["counts"]["duplicate"], told["looked_at"]["models"]) == (False, 1, 2)
    assert told["found"][0].keys() == {"kind", "gravity", "about", "said", "remedy"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--idle", "soon"], "--idle must be a length of time such as '90 days'"),
        (["--store", "/nowhere/at/all"], "there is no such folder"),
    ],
)
def test_the_command_refuses_bad_input(site: Site, words: list[str], said: str) -> None:
    found = asked(site, *words)
    assert found.exit_code == 2
    assert said in found.stderr


def test_the_command_refuses_a_model_that_nobody_knows(site: Site) -> None:
    site.model = "nobody"
    found = asked(site, "--mlflow-only")
    assert found.exit_code == 2
    assert "model must be one that MLflow knows. Got 'nobody' instead" in found.stderr
