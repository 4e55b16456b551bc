"""`headgate reproduce`: fit a version again from what was kept of it, and compare what both predict."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.refusals import REFUSED, told
from headgate.cli.servers import AsJson, MlflowUrl, StoreUrl, json_text, promotion_log, require_model, run_tracker
from headgate.errors import InputError

if TYPE_CHECKING:
    from headgate.core.reproduction import Reproduction
    from headgate.steps.reproduce import ReproductionPorts

DIFFERS = 1
"""Exit code when something is predicted otherwise, or the record doesn't hold together."""

VersionName = Annotated[
    str,
    typer.Argument(metavar="MODEL@VERSION", help="Such as co2_weekly@3, co2_weekly@champion or co2_weekly@previous."),
]


def reproduce(
    version: VersionName,
    build: Annotated[
        str | None,
        typer.Option(help="What builds the estimator (a dotted path), instead of what the version's record names."),
    ] = None,
    trusted: Annotated[
        list[str] | None, typer.Option(help="A type of your own that the model may hold; repeat for more.")
    ] = None,
    tolerance: Annotated[
        float, typer.Option(help="By how much a predicted number may differ and still be the same.")
    ] = 0.0,
    mlflow: MlflowUrl = None,
    store: StoreUrl = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Fit a version again from its snapshot, code and params, and compare the predictions row by row.

    It says what is another way here than it was then: code, libraries, machine. Nothing is written.

    Exit code 0: reproduced; 1: something is predicted otherwise, or the record was changed; 2: it can't be tried.
    """
    from headgate.cli.reproduce_text import reproduction_data, reproduction_text
    from headgate.core.reproduction import Answer

    with told():
        found = _reproduced(version, build, tuple(trusted or ()), tolerance, mlflow, store)
    typer.echo(json_text(reproduction_data(found)) if as_json else reproduction_text(found))
    codes = {Answer.REPRODUCED: 0, Answer.DIFFERS: DIFFERS, Answer.UNTRIED: REFUSED}
    raise typer.Exit(code=codes[found.answer])


def _reproduced(
    version: str,
    build: str | None,
    trusted: tuple[str, ...],
    tolerance: float,
    mlflow: str | None,
    store: str | None,
) -> Reproduction:
    from headgate.core.version_names import named_version
    from headgate.steps.reproduce import Means, reproduce_version

    model, number = named_version(version)
    if not (math.isfinite(tolerance) and tolerance >= 0):
        msg = f"--tolerance must be a number >= 0. Got {tolerance} instead."
        raise InputError(msg)
    means = Means(trusted=trusted, build=build, tolerance=tolerance)
    return reproduce_version(require_model(model), number, ports=_ports(mlflow, store), means=means)


def _ports(mlflow: str | None, store: str | None) -> ReproductionPorts:
    from headgate.adapters.python_sources import require_own
    from headgate.cli.store import open_store
    from headgate.hooks import parts
    from headgate.steps.models import ModelShelf
    from headgate.steps.reproduce import ReproductionPorts

    tracker, log, opened = run_tracker(mlflow), promotion_log(mlflow), open_store(store)
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    return ReproductionPorts(
        log=log,
        tracker=tracker,
        store=opened,
        table=parts.table(),
        models=ModelShelf(tracker, parts.loader()),
        trainer=parts.trainer(),
        scorer=parts.scorer(),
        require_own=require_own,
    )
