"""`headgate adopt`: what somebody changed by hand in the registry goes into the log, or is put back."""

from __future__ import annotations

from typing import Annotated

import typer

from headgate.cli.refusals import told
from headgate.cli.servers import (
    AsJson,
    MlflowUrl,
    Model,
    Reason,
    StoreUrl,
    Who,
    json_text,
    person,
    promotion_log,
    require_model,
)

Restore = Annotated[bool, typer.Option("--restore", help="Put the aliases back to what the log says, instead.")]


def adopt(
    model: Model,
    reason: Reason,
    restore: Annotated[  # noqa: FBT002
        bool, typer.Option("--restore", help="Put the aliases back to what the log says, instead.")
    ] = False,
    as_of: Annotated[
        str | None, typer.Option(help="As-of of a version that doesn't say its own; when it was made by default.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,  # noqa: FBT002
    mlflow: MlflowUrl = None,
    store: StoreUrl = None,
    who: Who = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Take into the log what somebody changed by hand in MLflow: versions, aliases, an older backup."""
    from headgate.cli.store import open_store
    from headgate.core.asof import parse_as_of
    from headgate.steps.adopt import apply_adopt, plan_adopt

    with told():
        log, opened = promotion_log(mlflow), open_store(store)
        actions = plan_adopt(
            require_model(model),
            who=person(who),
            reason=reason,
            log=log,
            store=opened,
            restore=restore,
            as_of=parse_as_of(as_of, origin="--as-of") if as_of else None,
        )
        if not dry_run:
            apply_adopt(model, actions, log=log, store=opened)
    if as_json:
        typer.echo(json_text({"model": model, "dry_run": dry_run, "actions": [action.said for action in actions]}))
        return
    for action in actions:
        typer.echo(f"{'would ' if dry_run else ''}{action.said}")
    if not actions:
        typer.echo(f"nothing to adopt: {model} is as its log says")
