"""`headgate drift`: how far rows of now have moved from those of a reference."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from headgate.cli.refusals import REFUSED, told

DRIFTED = 1
"""Exit code when a limit was crossed."""


def drift(
    reference: Annotated[str, typer.Argument(help="A snapshot (its id or manifest), or local Parquet or CSV files.")],
    current: Annotated[str, typer.Argument(help="Another one: a snapshot, or a local file, folder or pattern.")],
    psi: Annotated[float, typer.Option(help="Ceiling on the population stability index.")] = 0.2,
    jensen_shannon: Annotated[float | None, typer.Option(help="Ceiling on the Jensen-Shannon distance.")] = None,
    wasserstein: Annotated[float | None, typer.Option(help="Ceiling on the normed Wasserstein distance.")] = None,
    column: Annotated[list[str] | None, typer.Option(help="Look at this column only; repeat for more.")] = None,
    min_rows: Annotated[int, typer.Option(help="Least rows on either side.")] = 500,
    store: Annotated[str | None, typer.Option(help="Where snapshots lie: a folder or an URL.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,  # noqa: FBT002
) -> None:
    """Measure drift of rows, or their skew between training and serving.

    Files must be local; snapshots are read from wherever their store is.

    Exit code 0: no limit was crossed; 1: one was; 2: bad input, or too few rows to say.
    """
    from headgate import wire
    from headgate.cli.drift_text import drift_text, exit_code
    from headgate.cli.profiling import profile_of
    from headgate.core.drift import Drift, measure_drift

    with told():
        limits = Drift(
            psi=psi,
            jensen_shannon=jensen_shannon,
            wasserstein=wasserstein,
            columns=tuple(column) if column else None,
            min_rows=min_rows,
        )
        before, after = (profile_of(each, store=store) for each in (reference, current))
        results = measure_drift(before, after, limits)
    if as_json:
        typer.echo(json.dumps([wire.dump(result) for result in results], ensure_ascii=False, indent=2, sort_keys=True))
    else:
        typer.echo(drift_text(results))
    raise typer.Exit(code=exit_code(results, drifted=DRIFTED, refused=REFUSED))
