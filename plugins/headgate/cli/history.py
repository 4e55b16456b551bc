"""`headgate history`: which candidate would have replaced which champion when, and what that has been worth."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headgate.cli.refusals import told
from headgate.cli.servers import (
    AsJson,
    MlflowUrl,
    Model,
    StoreUrl,
    Who,
    history_book,
    json_text,
    person,
    promotion_log,
    require_model,
    require_url,
    run_ledger,
    run_tracker,
)
from headgate.errors import InputError

if TYPE_CHECKING:
    from headgate.core.history import History
    from headgate.core.metrics import Metric
    from headgate.core.refs import PromotionRef
    from headgate.ports import Shelved, SnapshotStore
    from headgate.steps.history import HistoryPorts, Limits
    from headgate.steps.history_bench import Terms


def history(
    model: Model,
    pipeline: Annotated[
        str | None,
        typer.Option(help="Judge by the policy of this pipeline (a dotted path), not by that of the newest run."),
    ] = None,
    metric: Annotated[
        str | None, typer.Option(help="Metric to compare by; that of the policy's first gate by default.")
    ] = None,
    start: Annotated[str | None, typer.Option("--from", help="First as-of, such as 1995-01-01.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last as-of, inclusive.")] = None,
    trusted: Annotated[
        list[str] | None, typer.Option(help="A type of your own that a model may hold; repeat for more.")
    ] = None,
    adopt: Annotated[  # noqa: FBT002
        bool, typer.Option("--adopt", help="Start an empty promotion log with the history's last champion.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why it is adopted; it is kept in the log.")] = "",
    keep: Annotated[bool, typer.Option("--keep/--no-keep", help="Whether to keep it in MLflow.")] = True,  # noqa: FBT002
    mlflow: MlflowUrl = None,
    store: StoreUrl = None,
    who: Who = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Simulate the promotion history of a model from its replays and live runs.

    Every candidate is judged against whom it would have met, oldest as-of first. Nothing is promoted but by --adopt.

    Exit code 0: here it is; 2: bad input, or what can't be adopted.
    """
    from headgate.cli.history_text import Counter, history_text
    from headgate.cli.store import open_store
    from headgate.steps.history import simulate_history

    with told():
        _require_adoption(adopt=adopt, reason=reason)
        opened = open_store(store)
        terms = _terms(pipeline, require_model(model))
        by, limits = _metric(metric), _limits(start, end)
        with Counter() as counter:
            found = simulate_history(
                model,
                ports=_ports(mlflow, opened),
                terms=terms,
                metric=by,
                trusted=tuple(trusted or ()),
                limits=limits,
                title=_title(pipeline, metric, start, end),
                tell=counter,
            )
        kept = _kept(found, mlflow) if keep else None
        adopted = _adopted(found, mlflow, opened, who=person(who), reason=reason) if adopt else None
    if as_json:
        typer.echo(json_text(_document(found, kept, adopted, mlflow)))
        return
    typer.echo(history_text(found))
    if adopted:
        how = "was promoted already" if adopted.again else "is promoted"
        typer.echo(f"adopted: the candidate {adopted.candidate.model_id} {how}, as version {adopted.version}")
    if kept:
        typer.echo(f"page: {_page(kept, mlflow)}")


def _require_adoption(*, adopt: bool, reason: str) -> None:
    if reason and not adopt:
        msg = "--reason must come with --adopt, since nothing else of a history is kept in the log. Got it alone."
        raise InputError(msg)
    if adopt and not reason.strip():
        msg = "--adopt must come with --reason: it is kept in the log. Got none."
        raise InputError(msg)


def _terms(pipeline: str | None, model: str) -> Terms | None:
    if pipeline is None:
        return None
    from headgate.cli.local import load_pipeline
    from headgate.steps.history_bench import Terms

    p = load_pipeline(pipeline)
    if p.model != model:
        msg = f"--pipeline must be one of the model {model}. Got {pipeline}, which is of {p.model}, instead."
        raise InputError(msg)
    return Terms(policy=p.policy, metrics=p.metrics, slices=p.slices, trusted=p.estimator.trusted)


def _metric(name: str | None) -> Metric | None:
    from headgate.core.metrics import require_metric

    return None if name is None else require_metric(name)


def _limits(start: str | None, end: str | None) -> Limits:
    from headgate.core.asof import parse_as_of
    from headgate.steps.history import Limits

    given = Limits()
    if start is not None:
        given = replace(given, start=parse_as_of(start, origin="--from"))
    if end is not None:
        given = replace(given, end=parse_as_of(end, origin="--to"))
    if given.start is not None and given.end is not None and given.start > given.end:
        msg = f"--from must not be later than --to. Got {start} and {end} instead."
        raise InputError(msg)
    return given


def _title(pipeline: str | None, metric: str | None, start: str | None, end: str | None) -> str:
    """Return what tells this question from others: another one's answer doesn't take the place of this one's."""
    from headgate.core.history import TITLE

    asked = {"policy of": pipeline, "by": metric, "from": start, "to": end}
    return ", ".join((TITLE, *(f"{word} {value}" for word, value in asked.items() if value is not None)))


def _ports(mlflow: str | None, store: SnapshotStore) -> HistoryPorts:
    from headgate.cli.local import load_here
    from headgate.hooks import parts
    from headgate.steps.history import HistoryPorts
    from headgate.steps.history_bench import KEPT, BenchPorts
    from headgate.steps.models import ModelShelf

    tracker = run_tracker(mlflow)
    shelf = ModelShelf(tracker, parts.loader(), kept=KEPT)
    bench = BenchPorts(
        store=store,
        table=parts.table(),
        models=shelf,
        scorer=parts.scorer(),
        reader=parts.predictions(),
        tracker=tracker,
    )
    return HistoryPorts(
        ledger=run_ledger(mlflow), log=promotion_log(mlflow), tracker=tracker, bench=bench, load=load_here
    )


def _kept(found: History, mlflow: str | None) -> Shelved:
    from headgate.adapters.plotly_pages.history import history_page
    from headgate.steps.history_keeping import keep_history

    return keep_history(found, draw=history_page, book=history_book(mlflow))


def _adopted(found: History, mlflow: str | None, store: SnapshotStore, *, who: str, reason: str) -> PromotionRef:
    from headgate.hooks.wiring import card_ports
    from headgate.steps.history_adoption import adopt_history

    log, cards = promotion_log(mlflow), card_ports(run_tracker(mlflow))
    return adopt_history(found, who=who, reason=reason, log=log, store=store, cards=cards)


def _document(found: History, kept: Shelved | None, adopted: PromotionRef | None, mlflow: str | None) -> dict[str, Any]:
    from headgate.core.history_document import document_of

    version = {"version": adopted.version, "again": adopted.again} if adopted else None
    return {**document_of(found), "page": _page(kept, mlflow) if kept else None, "adopted": version}


def _page(kept: Shelved, mlflow: str | None) -> str:
    from headgate.adapters.mlflow_addresses import MlflowPages
    from headgate.steps.history_keeping import PAGE

    return MlflowPages(require_url(mlflow)).artifact(kept.tracked, PAGE)
