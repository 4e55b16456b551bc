"""`headgate rollback` and `headgate lift`: back to an earlier champion in one step, and out of its bar again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

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
    run_tracker,
    server_login,
)

if TYPE_CHECKING:
    from headgate.core.refs import DeploymentRef
    from headgate.ports import SnapshotStore
    from headgate.steps.rollback import RolledBack

PROBE_ROWS = 20
TIMEOUT = 60.0

Server = Annotated[
    str | None,
    typer.Option(
        "--server",
        help="Address of the model server that is to serve it. Its login comes from HEADGATE_SERVER_USER and "
        "_PASSWORD.",
    ),
]


def rollback(
    model: Model,
    reason: Reason,
    to: Annotated[
        int | None, typer.Option(help="The version to go back to; the champion before the present one by default.")
    ] = None,
    server: Server = None,
    mlflow: MlflowUrl = None,
    store: StoreUrl = None,
    who: Who = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Make an earlier champion the champion again, as a new version; the one that serves now is barred."""
    from headgate.cli.store import open_store
    from headgate.steps.rollback import roll_back

    with told():
        serving_login = server_login() if server else {}
        log, opened = promotion_log(mlflow), open_store(store)
        rolled = roll_back(require_model(model), to=to, who=person(who), reason=reason, log=log, store=opened)
        deployment = _deployed(rolled, server, serving_login, mlflow, opened) if server else None
    for note in rolled.notes:
        typer.echo(note, err=True)
    if as_json:
        typer.echo(json_text(_told(model, rolled, deployment)))
        return
    typer.echo(_sentence(model, rolled))
    if deployment:
        typer.echo(
            f"{deployment.url} serves it: it answered {deployment.rows} rows of the holdout as the candidate did"
        )
    else:
        typer.echo("model servers that follow the alias champion serve it within seconds; --server waits and probes")


def lift(
    model: Model,
    version: Annotated[str, typer.Argument(help="The version that was rolled back from.")],
    reason: Reason,
    mlflow: MlflowUrl = None,
    who: Who = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Lift the bar on a version that was rolled back from: its fit may be promoted again."""
    from headgate.steps.rollback import lift_bar

    with told():
        lift_bar(require_model(model), version, who=person(who), reason=reason, log=promotion_log(mlflow))
    if as_json:
        typer.echo(json_text({"model": model, "lifted": version}))
    else:
        typer.echo(f"the fit of version {version} of {model} may be promoted again")


def _deployed(
    rolled: RolledBack, server: str, serving_login: dict[str, str], mlflow: str | None, store: SnapshotStore
) -> DeploymentRef | None:
    from headgate.adapters.httpx_serving import HttpServingTarget
    from headgate.hooks import parts
    from headgate.steps.deploy import deploy_version

    if rolled.promotion is None:
        typer.echo(f"version {rolled.entry.version} doesn't say how to probe it: nothing was deployed", err=True)
        return None
    return deploy_version(
        rolled.promotion,
        probe_rows=PROBE_ROWS,
        table=parts.table(),
        store=store,
        tracker=run_tracker(mlflow),
        log=promotion_log(mlflow),
        serving_target=HttpServingTarget(server, timeout=TIMEOUT, **serving_login),
    )


def _sentence(model: str, rolled: RolledBack) -> str:
    done = "was rolled back already" if rolled.again else "is rolled back"
    return (
        f"{model} {done}: the champion is version {rolled.entry.version}, "
        f"which is version {rolled.to.version} again (as-of {rolled.to.entry.as_of:%Y-%m-%d})"
    )


def _told(model: str, rolled: RolledBack, deployment: DeploymentRef | None) -> dict[str, object]:
    return {
        "model": model,
        "version": str(rolled.entry.version),
        "to_version": str(rolled.to.version),
        "again": rolled.again,
        "url": deployment.url if deployment else None,
        "probed_rows": deployment.rows if deployment else 0,
    }
