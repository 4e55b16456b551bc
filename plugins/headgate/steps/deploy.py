"""Deploy a promoted version: wait until the serving target answers as the candidate did."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from headgate.core.promotion import fold_log
from headgate.core.refs import DeploymentRef, PromotionRef, SnapshotRef
from headgate.errors import DeploymentError
from headgate.ports import Answer, Evidence, PromotionLog, Rows, RowsTable, RunTracker, ServingTarget, SnapshotStore
from headgate.steps.judging import PREDICTIONS
from headgate.steps.reading import holdout_rows, manifest_of


def deploy_version(
    promotion: PromotionRef,
    *,
    probe_rows: int,
    table: RowsTable,
    store: SnapshotStore,
    tracker: RunTracker,
    log: PromotionLog,
    serving_target: ServingTarget,
) -> DeploymentRef:
    """Have the serving target serve the version, then probe it with rows of the holdout.

    The deployment is done when it answers real rows with the candidate's own predictions, and says that this
    very version gave them.

    What it does not do: change the champion. A serving target that refuses keeps the version it had.

    Running it again: one that serves the version already is only probed.

    Raises:
        DeploymentError: It refuses the version or answers otherwise, or the version is no longer the champion.
        TransientError: It can't be reached.
    """
    snapshot = promotion.candidate.snapshot
    _require_champion(log, snapshot.run.model, promotion.version)
    serving_target.deploy(snapshot.run.model, promotion.version)
    holdout = _first_parts(snapshot, probe_rows, store, table)
    predictions = table.from_parquet(tracker.read(promotion.candidate.tracked, PREDICTIONS))
    expected = table.values(table.pick(table.first(predictions, holdout.num_rows), probe_rows), "candidate")
    answer = serving_target.ask(table.without(table.pick(holdout, probe_rows), snapshot.label))
    _require_same(answer, expected, promotion.version, serving_target.url)
    tracker.record(promotion.candidate.tracked, Evidence(tags={"headgate.deployed": serving_target.url}))
    return DeploymentRef(promotion=promotion, url=serving_target.url, rows=len(expected))


def _first_parts(snapshot: SnapshotRef, rows: int, store: SnapshotStore, table: RowsTable) -> Rows:
    """Return the holdout's first parts, no more of them than it takes to have that many rows."""
    found: list[Rows] = []
    for part in holdout_rows(store, manifest_of(store, snapshot)).parts():
        found.append(part)
        if sum(one.num_rows for one in found) >= rows:
            break
    return table.join(found)


def _require_champion(log: PromotionLog, model: str, version: str) -> None:
    champion = fold_log(log.entries(model)).champion
    if champion is None or str(champion.version) != version:
        now = f"version {champion.version}" if champion else "nobody"
        msg = f"version to deploy of {model} must be its champion. Got version {version} instead; it is {now}."
        raise DeploymentError(msg)


def _require_same(answer: Answer, expected: Sequence[Any], version: str, url: str) -> None:
    if answer.version != version:
        msg = f"{url} must answer with version {version}. Got version {answer.version} instead."
        raise DeploymentError(msg)
    if len(answer.predictions) != len(expected):
        msg = f"{url} must answer {len(expected)} probe rows. Got {len(answer.predictions)} predictions instead."
        raise DeploymentError(msg)
    for index, (got, wanted) in enumerate(zip(answer.predictions, expected, strict=True)):
        if not _is_same(got, wanted):
            msg = (
                f"{url} must answer probe row {index} as the candidate did on the holdout, {wanted!r}. "
                f"Got {got!r} instead: it runs other libraries than the training task, or another model."
            )
            raise DeploymentError(msg)


def _is_same(got: object, wanted: object) -> bool:
    """Numbers to nine digits, since another machine's sums may end otherwise; everything else exactly."""
    if isinstance(got, float) or isinstance(wanted, float):
        try:
            return math.isclose(float(got), float(wanted), rel_tol=1e-9, abs_tol=1e-12)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return False
    return got == wanted
