"""Every command, for Typer: register a new one here."""

from __future__ import annotations

from typing import Annotated

import typer

from headgate.cli.adopt import adopt
from headgate.cli.audit import audit
from headgate.cli.drift import drift
from headgate.cli.explain import explain
from headgate.cli.log import log
from headgate.cli.rollback import lift, rollback
from headgate.cli.run import run
from headgate.cli.serve import serve
from headgate.cli.snapshot import snapshot
from headgate.cli.status import status
from headgate.cli.suite import suite

app = typer.Typer(
    help="Safe retraining for Apache Airflow: the production model can only move forward.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command()(run)
app.command()(explain)
app.command()(log)
app.command()(status)
app.command()(serve)
app.command()(drift)
app.command()(rollback)
app.command()(lift)
app.command()(adopt)
app.command()(audit)
app.add_typer(snapshot, name="snapshot")
app.add_typer(suite, name="suite")


@app.command(add_help_option=False, context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def validate(
    arguments: Annotated[list[str] | None, typer.Argument(metavar="SUITE DATA")] = None,
) -> None:
    """Check Parquet or CSV files against a suite, and say what is wrong."""
    from headgate.cli.validate import validate as run

    raise typer.Exit(code=run(arguments or []))
