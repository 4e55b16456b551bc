"""`headgate prune`: what may go by a rule, and, where that is asked for, its going."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.refusals import told
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
    from headgate.core.prune_actions import PrunePlan
    from headgate.steps.prune import PrunePorts


def prune(
    model: Model,
    older_than: Annotated[
        str, typer.Option(help="What was last touched longer ago than this may go: '90 days', '1 year 6 months'.")
    ] = "90 days",
    keep_promotions: Annotated[
        int, typer.Option(help="Whatever the log holds since the last so many promotions stays.")
    ] = 10,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; otherwise it is only said.")] = False,  # noqa: FBT002
    mlflow: MlflowUrl = None,
    store: StoreUrl = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Let old runs, logged models and snapshots go; without --yes, only say what would go."""
    from headgate.cli.store import open_store
    from headgate.core.prune_text import prune_counts, prune_items, prune_lines
    from headgate.core.retention_rule import Retention
    from headgate.core.span_text import parse_span
    from headgate.steps.prune import PrunePorts, plan_of

    with told():
        rule = Retention(older_than=parse_span(older_than, what="--older-than"), keep_promotions=keep_promotions)
        ports = PrunePorts(ledger=run_ledger(mlflow), log=promotion_log(mlflow), store=open_store(store))
        plan = plan_of(require_model(model), rule, ports=ports, now=datetime.now(tz=UTC))
        notes = (*plan.notes, *(_applied(plan, ports) if yes else ()))
    if as_json:
        told_so = {"model": model, "done": yes, **prune_counts(plan), "notes": list(notes), "items": prune_items(plan)}
        typer.echo(json_text(told_so))
        return
    for line in (*prune_lines(plan, rule, done=yes), *notes):
        typer.echo(line)
    if plan.actions and not yes:
        typer.echo("Nothing was touched: --yes does it.")


def _applied(plan: PrunePlan, ports: PrunePorts) -> tuple[str, ...]:
    """Apply a plan, with a bar where a person watches."""
    from headgate.steps.prune import apply_prune

    if not plan.actions or not sys.stderr.isatty():
        return apply_prune(plan, ports=ports)
    with typer.progressbar(length=len(plan.actions), label=plan.model, file=sys.stderr) as bar:
        return apply_prune(plan, ports=ports, step=lambda: bar.update(1))
