"""Look at everything when a torture has settled: MLflow, Airflow, the models themselves, and what the audit says."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mlflow import MlflowClient

from headgate.adapters.mlflow_tracking import MlflowRunTracker
from headgate.errors import HeadgateError
from headgate.hooks import parts
from headgate.steps.models import ModelShelf
from tools.airflow_api import AirflowApi
from tools.stack import Stack
from tools.torture.checks import DUPLICATE, HALF, LOST, Finding, find
from tools.torture.pipeline import DAG, MODEL
from tools.torture.reference import undisturbed
from tools.torture.seen import Seen, model_of, see

BACKFILL = "backfill"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """What was found, and in how much.

    Args:
        findings: Everything that isn't as it should be.
        audit: What `headgate audit` said: its exit code and its JSON.
        seen: What MLflow holds.
        as_ofs: How many as-ofs there were runs of.
        tries: How many tries tasks took beyond their first.
    """

    findings: tuple[Finding, ...]
    audit: dict[str, Any]
    seen: Seen
    as_ofs: int
    tries: int


def look(stack: Stack, dag_runs: Sequence[dict[str, Any]]) -> Aftermath:
    """Compare what there is with what undisturbed runs make."""
    seen = see(MlflowClient(stack.mlflow_url, registry_uri=stack.mlflow_url), MODEL)
    by_run = {run["dag_run_id"]: as_of_of(run) for run in dag_runs}
    promotable = {by_run[run["dag_run_id"]] for run in dag_runs if run["run_type"] != BACKFILL}
    audit = _audited(stack)
    tasks = stack.api.task_instances(DAG, "~")
    return Aftermath(
        findings=(
            *find(seen, undisturbed(by_run.values()), promotable=promotable),
            *_airflow(stack.api, dag_runs, seen),
            *_loading(stack, seen),
            *(Finding(kind=one["kind"], said=f"audit: {one['said']}") for one in _wrong(audit)),
        ),
        audit=audit,
        seen=seen,
        as_ofs=len(set(by_run.values())),
        tries=sum(max(0, task["try_number"] - 1) for task in tasks),
    )


def as_of_of(run: dict[str, Any]) -> datetime:
    """Return the as-of of a dag run of the torture."""
    stated = (run.get("conf") or {}).get("as_of")
    return datetime.fromisoformat(stated or run["data_interval_end"]).replace(tzinfo=UTC)


def _airflow(api: AirflowApi, dag_runs: Sequence[dict[str, Any]], seen: Seen) -> list[Finding]:
    """Return the dag runs whose verdict opened the door and that have no version, or two."""
    champions = {str(version.version): model_of(version) for version in seen.champions()}
    found = []
    for run in dag_runs:
        name = run["dag_run_id"]
        if run["state"] != "success":
            found.append(Finding(kind=LOST, said=f"dag run {name} ended as {run['state']}"))
            continue
        verdict = api.xcom(DAG, name, "judge")
        states = {task["task_id"]: task["state"] for task in api.task_instances(DAG, name)}
        opens = (verdict["judgement"]["outcome"], verdict["mode"]["mode"]) == ("PASS", "live")
        if not opens:
            if states["promote"] != "skipped":
                said = f"dag run {name} was not to promote, and its task promote is {states['promote']}"
                found.append(Finding(kind=DUPLICATE, said=said))
            continue
        version = api.xcom(DAG, name, "promote")["version"] if states["promote"] == "success" else None
        if champions.get(str(version)) != verdict["candidate"]["model_id"]:
            said = f"dag run {name} passed and may promote. Its version is {version}, of {champions.get(str(version))}"
            found.append(Finding(kind=LOST, said=said))
    return found


def _loading(stack: Stack, seen: Seen) -> list[Finding]:
    """Return the promoted versions whose model can't be loaded."""
    shelf = ModelShelf(MlflowRunTracker(stack.mlflow_url), parts.loader())
    found = []
    for version in seen.champions():
        try:
            shelf.load(model_of(version), ())
        except HeadgateError as error:
            found.append(Finding(kind=HALF, said=f"version {version.version} doesn't load: {error}"))
    return found


def _audited(stack: Stack) -> dict[str, Any]:
    headgate = str(Path(sys.executable).with_name("headgate"))
    asked = (headgate, "audit", MODEL, "--idle", "0", "--json", "--mlflow", stack.mlflow_url)
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            (*asked, "--store", (stack.home / "store").as_uri()),
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            env=stack.env,
        )
    if done.returncode not in (0, 1):
        message = f"headgate audit must answer with 0 or 1. It ended with {done.returncode} instead:\n{done.stderr}"
        raise RuntimeError(message)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _wrong(audit: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in audit["found"] if one["gravity"] == "wrong"]
