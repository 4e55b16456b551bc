"""`headgate status`: how models are doing, on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.refusals import told
from headgate.cli.servers import AsJson, MlflowUrl, StoreUrl, json_text, login, require_model, require_url
from headgate.errors import InputError

if TYPE_CHECKING:
    from headgate.core.promotion import LogEntry
    from headgate.core.status import ModelStatus

NEEDED = 1
"""Exit code when something needs a person."""


def status(
    models: Annotated[
        list[str] | None,
        typer.Argument(metavar="[MODEL]...", help="Registered models; all that Headgate looks after by default."),
    ] = None,
    mlflow: MlflowUrl = None,
    store: StoreUrl = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Say who serves, what ran last, and what needs a person.

    Exit code 0: all is well; 1: something needs a person; 2: bad input, or MLflow can't be reached.
    """
    from headgate.cli.status_text import status_data, status_table, status_text
    from headgate.cli.store import named_store

    now = datetime.now(tz=UTC)
    with told():
        chosen = [require_model(model) for model in models or ()]
        found = [_status_of(model, mlflow, store, now) for model in chosen or _all(mlflow)]
    asked = named_store(store)
    if as_json:
        typer.echo(json_text({"mlflow": mlflow, "store": asked, "models": [status_data(each) for each in found]}))
    elif chosen:
        typer.echo("\n\n".join(status_text(each, now=now) for each in found))
    elif found:
        typer.echo(status_table(found, now=now))
    if not as_json:
        looked_after = "" if found else "Headgate looks after no models yet; "
        kept = f"the snapshot store {asked}" if asked else "no snapshot store, since none is given by --store"
        typer.echo(f"{looked_after}asked were MLflow at {mlflow} and {kept}", err=True)
    raise typer.Exit(code=NEEDED if any(each.needs for each in found) else 0)


def _all(mlflow: str | None) -> tuple[str, ...]:
    from headgate.adapters.mlflow_registry import managed_models

    return managed_models(require_url(mlflow), **login())


def _status_of(model: str, mlflow: str | None, store: str | None, now: datetime) -> ModelStatus:
    from headgate.cli.servers import promotion_log, run_ledger
    from headgate.core.projection import hand_changes
    from headgate.core.status import status_of

    log = promotion_log(mlflow)
    entries, projection, runs = log.entries(model), log.projection(model), run_ledger(mlflow).runs(model)
    if not runs and projection is None:
        msg = f"model must have runs or versions at {mlflow}. Got {model!r} instead, which MLflow doesn't know: "
        raise InputError(msg + "'headgate status' without a name lists those that it does.")
    return status_of(
        model,
        entries=entries,
        changes=hand_changes(entries, projection),
        runs=runs,
        problems=_problems(model, entries, store),
        now=now,
    )


def _problems(model: str, entries: Sequence[LogEntry], store: str | None) -> tuple[str, ...]:
    """Return what the snapshot store says against the log, or against being asked; nothing where none is named."""
    from headgate.cli.store import named_store, open_store
    from headgate.core.journal import forgotten
    from headgate.errors import HeadgateError
    from headgate.steps.journal import last_seen

    if named_store(store) is None:
        return ()
    try:
        lost = forgotten(entries, last_seen(open_store(store), model))
    except HeadgateError as error:
        return (f"the snapshot store can't be asked: {error}",)
    return (f"{lost}: headgate adopt {model}",) if lost else ()
