"""Every command, for Typer: register a new one here."""

from __future__ import annotations

from typing import Annotated

import typer

from headgate.cli.adopt import adopt
from headgate.cli.audit import audit
from headgate.cli.drift import drift
from headgate.cli.explain import explain
from headgate.cli.history import history
from headgate.cli.log import log
from headgate.cli.prune import prune
from headgate.cli.reproduce import reproduce
from headgate.cli.rollback import lift, rollback
from headgate.cli.run import run
from headgate.cli.serve import serve
from headgate.cli.snapshot import snapshot
from headgate.cli.status import status
from headgate.cli.suite import suite

EXIT_CODES = """\b
Exit codes, of every command:
  0  it did its work, and the answer is good or there is nothing to answer
  1  it did its work, and the answer is no: data refused, drift, a difference,
     damage, something wrong, a failed run, somebody is needed
  2  it couldn't do its work: bad input, an outage, a registry that somebody has
     to look at first
"""
"""What a program that calls a command can rely on; docs/cli.md says it for each."""

app = typer.Typer(
    help="Safe retraining for Apache Airflow: the production model can only move forward.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command()(run)
app.command()(explain)
app.command()(history)
app.command()(log)
app.command()(status)
app.command()(rollback)
app.command()(lift)
app.command()(adopt)
app.command()(reproduce)
app.command()(audit)
app.command()(prune)
app.command()(serve)
app.command()(drift)
app.add_typer(snapshot, name="snapshot")
app.add_typer(suite, name="suite")


@app.command(add_help_option=False, context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def validate(
    arguments: Annotated[list[str] | None, typer.Argument(metavar="SUITE DATA")] = None,
) -> None:
    """Check Parquet or CSV files against a suite, and say what is wrong."""
    from headgate.cli.validate import validate as run

    raise typer.Exit(code=run(arguments or []))
