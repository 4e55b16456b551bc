"""`headgate explain`: what a run would do, without doing it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from headgate.cli.refusals import told
from headgate.cli.run import AsOfText, DagId, Params, PipelinePath
from headgate.cli.servers import AsJson, MlflowUrl, StoreUrl, json_text

if TYPE_CHECKING:
    from headgate.cli.local import LocalChain
    from headgate.core.refs import RunRef
    from headgate.core.run_plan import Known
    from headgate.steps.looking_ahead import RowsAhead


def explain(
    pipeline: PipelinePath,
    as_of: AsOfText = None,
    dag: DagId = None,
    param: Params = None,
    mlflow: MlflowUrl = None,
    store: StoreUrl = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Say what a run would do, without doing it: windows, mode, fit or reuse, gates, promotion.

    Without an MLflow server or a store it says what needs none. No row is read, nothing is written.
    """
    from headgate.cli.explain_text import Explained, explained_data, explained_text
    from headgate.cli.local import LocalChain, Place, load_pipeline
    from headgate.cli.params import params_of
    from headgate.cli.store import named_store
    from headgate.core.asof import RunType, commanded_as_of
    from headgate.core.run_plan import plan_run

    with told():
        found = load_pipeline(pipeline)
        place, params = Place(mlflow=mlflow, store=named_store(store)), params_of(param or (), found.estimator)
        chain = LocalChain(found, place, dag=dag, params=params)
        run = chain.run_of(commanded_as_of(as_of, now=datetime.now(tz=UTC)), RunType.MANUAL)
        rows, why_not = _rows(chain, run)
        plan = plan_run(run, _known(chain, run), found.policy)
    explained = Explained(plan=plan, pipeline=found, params=chain.recipe.params, rows=rows, no_rows=why_not)
    typer.echo(json_text(explained_data(explained)) if as_json else explained_text(explained))


def _known(chain: LocalChain, run: RunRef) -> Known | None:
    from headgate.hooks import parts
    from headgate.steps.looking_ahead import look_at_records

    if not chain.place.mlflow:
        return None
    return look_at_records(
        run,
        recipe=chain.recipe,
        code_of=lambda build: parts.trainer().code_of(build),
        log=chain.log,
        ledger=chain.ledger,
        store=chain.store if chain.place.store else None,
    )


def _rows(chain: LocalChain, run: RunRef) -> tuple[RowsAhead | None, str]:
    """Return what a snapshot would find in the store, or why that can't be told."""
    from headgate.errors import HeadgateError
    from headgate.steps.looking_ahead import look_at_rows

    if not chain.place.store:
        return None, "no snapshot store is given"
    store = chain.store
    try:
        return look_at_rows(run, chain.wanted(run), store), ""
    except HeadgateError as error:  # a source that can't be reached from here changes nothing of the rest
        return None, str(error)
