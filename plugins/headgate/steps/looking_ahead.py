"""Look at what a run would meet, without doing anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC

from headgate.core.journal import forgotten
from headgate.core.projection import hand_changes
from headgate.core.refs import RunRef
from headgate.core.run_plan import Known
from headgate.ports import PromotionLog, Recipe, RunLedger, SnapshotStore
from headgate.steps.journal import last_seen
from headgate.steps.keeping import Wanted, kept_parts
from headgate.steps.train import fingerprint_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsAhead:
    """What a snapshot would find in the store.

    Args:
        taken: Snapshots of this as-of that are there: the first 16 digits of their ids.
        kept_parts: How many parts of an earlier snapshot would stay, unread.
        kept_rows: How many rows these hold.
    """

    taken: tuple[str, ...]
    kept_parts: int
    kept_rows: int


def look_at_rows(run: RunRef, wanted: Wanted, store: SnapshotStore) -> RowsAhead:
    """Return what a snapshot would find in the store. The source is asked what its rows are made of, and not read.

    Raises:
        StoreError, TransientError: The source or the store refuses, or can't be reached.
    """
    kept = kept_parts(run, wanted, store).parts
    stamp = f"snapshots/{run.model}/{run.as_of.instant.astimezone(UTC):%Y%m%dT%H%M%SZ}-"
    paths = [path for path in store.documents(f"snapshots/{run.model}") if path.startswith(stamp)]
    taken = tuple(path.removeprefix(stamp).removesuffix(".json") for path in paths)
    return RowsAhead(taken=taken, kept_parts=len(kept), kept_rows=sum(part.content.rows for part in kept))


def look_at_records(
    run: RunRef,
    *,
    recipe: Recipe,
    code_of: Callable[[str], str],
    log: PromotionLog,
    ledger: RunLedger,
    store: SnapshotStore | None,
) -> Known:
    """Return what MLflow, and the store's memory of promotions, know of the run's model.

    Args:
        run: Which run.
        recipe: How its candidate would be built.
        code_of: Returns the digest of the code behind a dotted path; asked only where a candidate is there.
        log: The promotion log.
        ledger: MLflow's runs.
        store: Remembers promotions; isn't asked when `None`.

    Raises:
        InputError: The recipe names no function.
        PromotionError: What the store remembers can't be read.
        TransientError: MLflow or the store can't be reached.
    """
    entries = log.entries(run.model)
    records = [record for record in ledger.runs(run.model) if record.is_live and record.key]
    # Of several of one key, which only a race leaves, the one with a candidate.
    same = (record for record in records if record.key == run.key)
    earlier = min(same, key=lambda record: record.tag_of("candidate") is None, default=None)
    snapshot = earlier.tag_of("snapshot") if earlier and earlier.tag_of("candidate") else None
    return Known(
        entries=entries,
        changes=hand_changes(entries, log.projection(run.model)),
        lost=forgotten(entries, last_seen(store, run.model)) if store else None,
        earlier=earlier,
        fingerprint=fingerprint_of(snapshot, recipe, code_of(recipe.build)) if snapshot else None,
        dag=records[-1].tag_of("dag_id") if records else None,
    )
