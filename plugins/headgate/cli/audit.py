"""`headgate audit`: what isn't as it should be, and what to do about it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.refusals import coloured, told
from headgate.cli.servers import (
    AsJson,
    MlflowUrl,
    Model,
    StoreUrl,
    json_text,
    promotion_log,
    require_model,
    run_ledger,
)

if TYPE_CHECKING:
    from headgate.core.audit import AuditReport
    from headgate.core.irregularity import Irregularity

WRONG = 1
"""Exit code when anything is wrong."""

_RED, _YELLOW = 31, 33


def audit(
    model: Model,
    idle: Annotated[
        str, typer.Option(help="What nobody touched for longer than this is abandoned; younger work is left alone.")
    ] = "1 day",
    store: StoreUrl = None,
    mlflow_only: Annotated[  # noqa: FBT002
        bool, typer.Option("--mlflow-only", help="Leave the store alone: its snapshots, and what was last promoted.")
    ] = False,
    mlflow: MlflowUrl = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Look for duplicates, for what is lost or half-written, for aliases that differ; exit with 1 if there is any."""
    from headgate.cli.store import open_store
    from headgate.core.span_text import parse_span
    from headgate.steps.audit import AuditPorts, audit_model

    with told():
        age = parse_span(idle, what="--idle")
        ports = AuditPorts(
            ledger=run_ledger(mlflow), log=promotion_log(mlflow), store=None if mlflow_only else open_store(store)
        )
        report = audit_model(require_model(model), ports=ports, now=datetime.now(tz=UTC), idle=age)
    typer.echo(json_text(audit_data(report)) if as_json else audit_text(report, is_terminal=sys.stdout.isatty()))
    raise typer.Exit(code=0 if report.is_clean else WRONG)


def audit_text(report: AuditReport, *, is_terminal: bool = False) -> str:
    """Return an audit for a person: the counts, what was looked at, then each finding with what to do."""
    from headgate.core.headline import counted
    from headgate.core.irregularity import Kind

    counts = [
        counted(report.count(Kind.DUPLICATE), "duplicate", "duplicates"),
        f"{report.count(Kind.LOST):,} lost",
        f"{report.count(Kind.HALF_WRITTEN):,} half-written",
        f"{counted(report.count(Kind.ALIAS), 'alias that differs', 'aliases that differ')}",
    ]
    if foreign := report.count(Kind.FOREIGN):
        counts.append(f"{foreign:,} foreign")
    looked = [
        counted(report.runs, "MLflow run", "MLflow runs"),
        counted(report.models, "logged model", "logged models"),
        counted(report.versions, "version", "versions"),
        "no snapshots" if report.snapshots is None else counted(report.snapshots, "snapshot", "snapshots"),
    ]
    found = [_told(one, is_terminal=is_terminal) for one in report.found]
    return "\n".join([f"{report.model}: {', '.join(counts)}", f"looked at {', '.join(looked)}", *found])


def audit_data(report: AuditReport) -> dict[str, object]:
    """Return an audit as plain data."""
    from headgate.core.irregularity import Kind

    return {
        "model": report.model,
        "clean": report.is_clean,
        "counts": {kind.replace("-", "_"): report.count(kind) for kind in Kind if kind is not Kind.VOID},
        "looked_at": {
            "runs": report.runs,
            "models": report.models,
            "versions": report.versions,
            "snapshots": report.snapshots,
        },
        "found": [
            {"kind": one.kind, "gravity": one.gravity, "about": one.about, "said": one.said, "remedy": one.remedy}
            for one in report.found
        ],
    }


def _told(one: Irregularity, *, is_terminal: bool) -> str:
    from headgate.cli.tables import plain
    from headgate.core.irregularity import Gravity

    is_note = one.gravity is Gravity.NOTE
    head = coloured("note " if is_note else "wrong", _YELLOW if is_note else _RED, is_terminal)
    lines = [f"\n{head} {one.kind}: {plain(one.said)}"]
    if one.remedy:
        lines.append(f"      {plain(one.remedy)}")
    return "\n".join(lines)
