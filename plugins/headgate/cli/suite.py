"""`headgate suite`: a first suite from data, and what changed between two."""

from __future__ import annotations

import typer

suite = typer.Typer(help="Suites: a first one from data, and what changed between two.", no_args_is_help=True)


@suite.command()
def infer() -> None:
    """Write a first suite from data."""
    raise NotImplementedError


@suite.command()
def diff() -> None:
    """Say what changed between two suites."""
    raise NotImplementedError
