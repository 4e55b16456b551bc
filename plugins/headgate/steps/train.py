"""Fit the candidate on the training window."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from headgate import wire
from headgate.core.refs import CandidateRef, SnapshotRef, ValidatedRef
from headgate.core.snapshots import Manifest
from headgate.ports import Evidence, Fitted, Recipe, Rows, RowsTable, RunTracker, SnapshotStore, Trainer
from headgate.steps.closing import closed_on_refusal
from headgate.steps.fit_record import RECIPE, FitRecord
from headgate.steps.leakage import looked_at, require_no_leaks
from headgate.steps.reading import manifest_of, training_rows


def train_candidate(
    validated: ValidatedRef,
    *,
    recipe: Recipe,
    trainer: Trainer,
    table: RowsTable,
    store: SnapshotStore,
    tracker: RunTracker,
    fitted_in: Callable[[float], None] = lambda _: None,
) -> CandidateRef:
    """Fit the estimator on the training window, and log it as a logged model. Only the columns it needs are read.

    What it does not do: look at the holdout, but for its times; or register anything.

    Running it again: a candidate of the same snapshot, code, params and seed that was logged whole is reused, also one
    of another dag run of the same as-of; an unfinished one is superseded, and what it left is deleted.

    Args:
        validated: What to learn from.
        recipe: How the estimator is built.
        trainer: Fits it.
        table: Reads the rows.
        store: Where the snapshot lies.
        tracker: Where the candidate is logged.
        fitted_in: Is told the seconds of a fit; not where an earlier one is reused.

    Raises:
        InputError: The recipe builds no estimator.
        DataError: The estimator refuses the rows, or the snapshot holds what wasn't known at the as-of.
        ModelRefusedError: It holds types that nobody trusts.
        TransientError: Another try, or another dag run of the same as-of, fits at the same time.
    """
    snapshot = validated.snapshot
    current = tracker.current(validated.tracked)
    tracked = current or validated.tracked
    with closed_on_refusal(tracker, tracked):
        code = trainer.code_of(recipe.build)
    fingerprint = fingerprint_of(snapshot.id, recipe, code)
    earlier = tracker.candidate_of(tracked, fingerprint) if current else None
    if earlier is not None:
        tracker.keep_only(snapshot.run, tracked, earlier)
        return CandidateRef(
            snapshot=snapshot,
            tracked=tracked,
            model_id=earlier,
            fingerprint=fingerprint,
            reused=True,
            validation=validated.summary,
        )
    tracked = tracker.begin_fit(snapshot.run, tracked)
    with closed_on_refusal(tracker, tracked):
        rows = rows_of_fit(snapshot, recipe, store, table)
        fitted = trainer.fit(recipe, rows, label=snapshot.label, event_time=snapshot.event_time)
        fitted_in(fitted.seconds)
        record = FitRecord(recipe=recipe, code=code, surroundings=trainer.surroundings(recipe.build))
        evidence = _evidence(snapshot, record, fitted, fingerprint=fingerprint)
        model_id = tracker.log_candidate(tracked, fitted, snapshot, evidence, name=snapshot.run.model)
    tracker.keep_only(snapshot.run, tracked, model_id)
    return CandidateRef(
        snapshot=snapshot,
        tracked=tracked,
        model_id=model_id,
        fingerprint=fingerprint,
        reused=False,
        validation=validated.summary,
    )


def fingerprint_of(snapshot_id: str, recipe: Recipe, code: str) -> str:
    """Return what makes two fits the same: a sha256, in hex, of the snapshot, the code and the recipe."""
    parts = {
        "snapshot": snapshot_id,
        "code": code,
        "build": recipe.build,
        "params": dict(recipe.params),
        "seed": recipe.seed,
        "features": recipe.features,
        "takes": recipe.takes,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def rows_of_fit(snapshot: SnapshotRef, recipe: Recipe, store: SnapshotStore, table: RowsTable) -> Rows:
    """Return the rows of the training window, with the columns that a fit asks for.

    Raises:
        DataError: The snapshot holds what wasn't known at the as-of.
        SnapshotDamagedError: It isn't what was written.
    """
    manifest = manifest_of(store, snapshot)
    require_no_leaks(looked_at(manifest, store, table), snapshot.run.windows)
    return table.join(tuple(training_rows(store, manifest).parts(_needed(recipe, manifest))))


def _needed(recipe: Recipe, manifest: Manifest) -> list[str] | None:
    """Return the columns that a fit asks for; `None` for all, also where a feature isn't there: the trainer tells."""
    columns = [column.name for column in manifest.columns]
    if recipe.features is None:
        needed = [name for name in columns if name not in (manifest.known_at, manifest.final_at)]
    elif set(recipe.features) <= set(columns):
        needed = [name for name in columns if name in (*recipe.features, manifest.label, manifest.event_time)]
    else:
        needed = columns
    return None if needed == columns else needed


def _evidence(snapshot: SnapshotRef, record: FitRecord, fitted: Fitted, *, fingerprint: str) -> Evidence:
    recipe = record.recipe
    return Evidence(
        params={
            "estimator": recipe.build,
            "seed": str(recipe.seed),
            **{f"params.{name}": str(value) for name, value in recipe.params.items()},
        },
        metrics={
            "fit_seconds": fitted.seconds,
            "training_rows": float(snapshot.training_rows),
            "holdout_rows": float(snapshot.holdout_rows),
        },
        tags={
            "headgate.fingerprint": fingerprint,
            "headgate.code": record.code,
            **{f"headgate.{name}": value for name, value in fitted.facts.items()},
        },
        artifacts={RECIPE: wire.text(record).encode()},
    )
