"""`headgate run`: retrain without Airflow, once or for a range of as-ofs."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.refusals import coloured, told
from headgate.cli.servers import AsJson, MlflowUrl, StoreUrl, json_text, require_url, server_login
from headgate.core.as_ofs import Every
from headgate.errors import InputError

if TYPE_CHECKING:
    from headgate.cli.done import Done
    from headgate.cli.local import Order
    from headgate.steps.retrain import Wish

PipelinePath = Annotated[
    str, typer.Argument(metavar="PIPELINE", help="Dotted path, such as include.co2.pipeline:pipeline.")
]
AsOfText = Annotated[
    str | None,
    typer.Option("--as-of", help="2000-01-01, or a time with its zone; today's midnight in UTC by default."),
]
DagId = Annotated[str | None, typer.Option("--dag", help="The Dag whose runs these are; the model's name by default.")]
Params = Annotated[
    list[str] | None, typer.Option("--param", metavar="NAME=VALUE", help="A param of the estimator; repeat for more.")
]
RUN_FAILED = 1
"""Exit code when a run of a range failed."""

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""


def run(
    pipeline: PipelinePath,
    as_of: AsOfText = None,
    first: Annotated[str | None, typer.Option("--from", help="First as-of of a range, which is replayed.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="No as-of of the range is later.")] = None,
    every: Annotated[Every, typer.Option(help="How far the as-ofs of the range are apart.")] = Every.MONTH,
    jobs: Annotated[int, typer.Option(help="Processes that replay the range.", min=1)] = 1,
    dag: DagId = None,
    param: Params = None,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the version.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything but promote and deploy.")] = False,  # noqa: FBT002
    override: Annotated[
        str | None, typer.Option(help="promote_older: promote although the champion's as-of is later. Needs a reason.")
    ] = None,
    server: Annotated[
        str | None,
        typer.Option(
            help="Model server that is to serve what is promoted: waits for it, and probes it. Its login comes from "
            "HEADGATE_SERVER_USER and _PASSWORD."
        ),
    ] = None,
    mlflow: MlflowUrl = None,
    store: StoreUrl = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Retrain in this process, without Airflow: the same steps, keys and records as the Dag's.

    One as-of is promoted when it is live and passes. A range (--from, --to) is replayed and promotes nothing. Running
    it again finds what is there.

    Exit code 0: the run did its work, whether its candidate was promoted or refused by a gate; 1: the data was
    refused, or a run of the range failed; 2: bad input, an outage, or a registry that somebody has to look at.
    """
    with told(), _interruptible():
        order = _order(pipeline, dag, param, mlflow, store)
        if first is None and last is None:
            code = _once(order, as_of, _wish(reason, override, dry_run=dry_run), server, as_json=as_json)
        else:
            _require_none({"--as-of": as_of, "--override": override, "--server": server, "--dry-run": dry_run})
            code = _range(order, _as_ofs(first, last, every), reason, jobs, as_json=as_json)
    raise typer.Exit(code=code)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Exit as a shell expects it after Ctrl-C, and say that nothing is lost by it."""
    try:
        yield
    except KeyboardInterrupt as error:
        sys.stderr.write("interrupted: the same command goes on from there\n")
        raise SystemExit(INTERRUPTED) from error


def _order(pipeline: str, dag: str | None, param: list[str] | None, mlflow: str | None, store: str | None) -> Order:
    from headgate.cli.local import Order, Place, load_pipeline
    from headgate.cli.params import params_of

    params = params_of(param or (), load_pipeline(pipeline).estimator)
    place = Place(mlflow=require_url(mlflow), store=store)
    return Order(pipeline=pipeline, place=place, dag=dag, params=tuple(params.items()))


def _wish(reason: str, override: str | None, *, dry_run: bool) -> Wish:
    from headgate.core.mode import PROMOTE_OLDER
    from headgate.steps.retrain import Wish

    if override not in {None, PROMOTE_OLDER}:
        msg = f"--override must be {PROMOTE_OLDER}. Got {override!r} instead."
        raise InputError(msg)
    if override and not reason.strip():
        msg = "--override must come with a --reason, which is kept. Got none."
        raise InputError(msg)
    return Wish(dry_run=dry_run, reason=reason, override=override)


def _once(order: Order, as_of: str | None, wish: Wish, server: str | None, *, as_json: bool) -> int:
    from headgate.cli.local import require_mlflow
    from headgate.cli.once import deployed, run_once
    from headgate.core.asof import commanded_as_of

    asked = commanded_as_of(as_of, now=datetime.now(tz=UTC))
    if server:
        server_login()  # one that can't be one is told before anything is promoted
    require_mlflow(order)
    done = run_once(order, asked, wish)
    try:
        done = deployed(done, order, server) if server else done
    finally:  # a version that is promoted is told, whatever became of its deployment
        _tell(done, as_json=as_json)
    return done.exit_code


def _tell(done: Done, *, as_json: bool) -> None:
    from headgate.cli.done import data_of, done_text

    if done.retrained is None or done.problem:
        sys.stderr.write(f"{coloured(str(done.problem), 31, sys.stderr.isatty())}\n")
    if as_json:
        typer.echo(json_text(data_of(done)))
    elif not done.problem:
        typer.echo(done_text(done))


def _range(order: Order, as_ofs: tuple[datetime, ...], reason: str, jobs: int, *, as_json: bool) -> int:
    from headgate.cli.done import data_of, range_text
    from headgate.cli.local import require_mlflow
    from headgate.cli.progress import shown_while
    from headgate.cli.replays import replay_each

    model = require_mlflow(order)
    came = shown_while(replay_each(order, as_ofs, reason=reason, jobs=jobs), len(as_ofs))
    results = sorted(came, key=lambda done: done.as_of)
    failed = sum(done.problem is not None for done in results)
    runs = {"model": model, "failed": failed, "runs": [data_of(done) for done in results]}
    typer.echo(json_text(runs) if as_json else range_text(results))
    return RUN_FAILED if failed else 0


def _as_ofs(first: str | None, last: str | None, every: Every) -> tuple[datetime, ...]:
    from headgate.core.as_ofs import as_ofs_between
    from headgate.core.asof import commanded_as_of

    if first is None or last is None:
        msg = "a range must have a first and a last as-of. Got "
        raise InputError(msg + f"{'--to without --from' if first is None else '--from without --to'}.")
    now = datetime.now(tz=UTC)
    begin, end = (commanded_as_of(text, now=now).instant for text in (first, last))
    return as_ofs_between(begin, end, every)


def _require_none(options: Mapping[str, object]) -> None:
    """Raise unless nothing was given that a range doesn't know."""
    given = [name for name, value in options.items() if value]
    if given:
        msg = f"a range is replayed, which promotes nothing: it must come without {', '.join(options)}. "
        raise InputError(msg + f"Got {', '.join(given)}.")
