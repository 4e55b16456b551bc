"""`headgate suite`: a first suite from data, and what changed between two."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headgate.cli.refusals import told
from headgate.cli.servers import AsJson, json_text

suite = typer.Typer(
    help="Suites: a first one from data, and what changed between two.", no_args_is_help=True, rich_markup_mode=None
)
DIFFERENT = 1
"""Exit code of `diff` when two suites differ."""


@suite.command()
def infer(
    data: Annotated[str, typer.Argument(help="A Parquet or CSV file, a folder of them, or a pattern.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where to write it; shown otherwise.")] = None,
    margin: Annotated[float, typer.Option(help="Room on both sides, as a share of the range seen.", min=0)] = 0.1,
    memory: Annotated[str | None, typer.Option(help="Most memory to take, such as 512MB.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file that is there.")] = False,  # noqa: FBT002
) -> None:
    """Write a first suite from data, to be read and corrected by you."""
    from headgate.cli.inference import infer_text

    with told():
        text, said = infer_text(data, margin=margin, memory=memory, output=output, force=force)
    if output is None:
        typer.echo(text, nl=False)
    typer.echo(said, err=output is None)


@suite.command()
def diff(
    before: Annotated[str, typer.Argument(help="A suite: a JSON file, or a dotted path.")],
    after: Annotated[str, typer.Argument(help="Another one.")],
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Say what changed from one suite to another; exit with 1 if anything did."""
    from headgate import wire
    from headgate.adapters.suite_files import load_suite
    from headgate.core.suite_diff import diff_suites, diff_text

    with told():
        found = diff_suites(load_suite(before), load_suite(after))
    typer.echo(json_text(wire.dump(found)) if as_json else diff_text(found))
    raise typer.Exit(code=0 if found.is_empty else DIFFERENT)
