"""Make a version again from what was kept of it, and compare what both predict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from headgate import wire
from headgate.core.irregularity import PRUNED
from headgate.core.promotion import LogEntry
from headgate.core.refs import CandidateRef
from headgate.core.reproduction import RECORDED, REFIT, REGISTERED, Compared, Reproduction, compare_rows
from headgate.core.rollback import CANDIDATE, FINGERPRINT
from headgate.core.surroundings import Difference, differences_between
from headgate.core.version_names import require_version
from headgate.errors import InputError, PermanentError, SnapshotDamagedError, TrackingError
from headgate.ports import (
    Fitted,
    LoadedModel,
    PromotionLog,
    Question,
    Recipe,
    Rows,
    RowsTable,
    RunTracker,
    Scorer,
    SnapshotStore,
    Trainer,
)
from headgate.steps.fit_record import FitRecord, read_record
from headgate.steps.judging import PREDICTIONS
from headgate.steps.models import ModelShelf
from headgate.steps.reading import holdout_rows, manifest_of
from headgate.steps.train import fingerprint_of, rows_of_fit
from headgate.steps.verify import Verifier


@dataclass(frozen=True, slots=True, kw_only=True)
class ReproductionPorts:
    """What making a version again needs of the world.

    Args:
        log: Which version is meant.
        tracker: What was kept of it.
        store: Its snapshot.
        table: For rows.
        models: The registered model.
        trainer: Fits again.
        scorer: Asks both.
        require_own: Raises `InputError` unless a dotted path that a record names may be called.
    """

    log: PromotionLog
    tracker: RunTracker
    store: SnapshotStore
    table: RowsTable
    models: ModelShelf
    trainer: Trainer
    scorer: Scorer
    require_own: Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a person says to a reproduction.

    Args:
        trusted: Types of the user's own that the registered model may hold.
        build: Dotted path of what builds the estimator; the recorded one when `None`.
        tolerance: By how much a number may differ and still be the same.
    """

    trusted: tuple[str, ...] = ()
    build: str | None = None
    tolerance: float = 0.0


def reproduce_version(
    model: str, version: str, *, ports: ReproductionPorts, means: Means | None = None
) -> Reproduction:
    """Fit a version again from the recorded snapshot, code and params, and compare what is predicted for each row.

    The refit, the registered model and the recorded predictions are compared with each other, on the holdout. What
    keeps a refit from being made is told in the result: damage of the snapshot, code that isn't there, an estimator
    that refuses the rows.

    What it does not do: write anything.

    Running it again: gives the same answer, where the estimator does.

    Args:
        model: The registered model.
        version: Its number, `champion` or `previous`.
        ports: What it needs of the world.
        means: What a person says besides.

    Raises:
        InputError: There is no such version, or it names code that isn't the user's own.
        TrackingError: The run keeps no recipe.
        TransientError: The store or MLflow can't be reached.
    """
    given = means or Means()
    entry = require_version(ports.log.entries(model), model, version)
    candidate = _candidate_of(model, entry)
    record = read_record(ports.tracker, candidate.tracked)
    recipe = replace(record.recipe, build=given.build or record.recipe.build)
    if given.build is None:
        ports.require_own(recipe.build)
    begun = Reproduction(
        model=model,
        version=str(entry.version),
        key=candidate.snapshot.run.key,
        mlflow_run=candidate.tracked.mlflow_run,
        model_id=entry.entry.model_id,
        snapshot=candidate.snapshot.id,
        recipe=_said(recipe),
        training_rows=candidate.snapshot.training_rows,
        tolerance=given.tolerance,
        flaws=tuple(_flaws(entry, candidate, record)),
        notes=tuple(_pruned(entry)),
    )
    try:
        differences = _differences(record, recipe, ports.trainer)
    except PermanentError as error:
        return replace(begun, obstacles=(str(error), *_damage(candidate, ports)))
    begun = replace(begun, differences=differences, obstacles=_damage(candidate, ports))
    if begun.obstacles:
        return begun
    try:
        rows = rows_of_fit(candidate.snapshot, recipe, ports.store, ports.table)
        snapshot = candidate.snapshot
        fitted = ports.trainer.fit(recipe, rows, label=snapshot.label, event_time=snapshot.event_time)
    except PermanentError as error:
        return replace(begun, obstacles=(str(error),))
    return _compared(replace(begun, seconds=fitted.seconds), candidate, fitted, given, ports)


def _candidate_of(model: str, entry: LogEntry) -> CandidateRef:
    text = entry.tag_of(CANDIDATE)
    if text is None:
        msg = f"version {entry.version} of {model} must say what it was fitted from. Got one that was adopted: nothing "
        raise InputError(msg + "of its fit was kept.")
    return wire.parse(CandidateRef, text)


def _flaws(entry: LogEntry, candidate: CandidateRef, record: FitRecord) -> Iterator[str]:
    """Yield what doesn't hold together: recipe, snapshot and code make the fingerprint that was promoted."""
    made = fingerprint_of(candidate.snapshot.id, record.recipe, record.code)
    if made != candidate.fingerprint or made != entry.tag_of(FINGERPRINT):
        yield (
            f"the record isn't the fit's: snapshot, recipe and code make the fingerprint {made[:12]}, and the version "
            f"bears {(entry.tag_of(FINGERPRINT) or 'none')[:12]}"
        )
    if entry.entry.model_id != candidate.model_id:
        yield f"the version stands for {entry.entry.model_id}, and its record is of {candidate.model_id}"


def _pruned(entry: LogEntry) -> Iterator[str]:
    if rule := entry.tag_of(PRUNED):
        yield f"version {entry.version} was pruned ({rule}): its model, run and snapshot may be gone"


def _differences(record: FitRecord, recipe: Recipe, trainer: Trainer) -> tuple[Difference, ...]:
    found = differences_between(record.surroundings, trainer.surroundings(recipe.build))
    if recipe.build == record.recipe.build:
        return found
    return (Difference(what="estimator", then=record.recipe.build, now=recipe.build), *found)


def _damage(candidate: CandidateRef, ports: ReproductionPorts) -> tuple[str, ...]:
    try:
        return Verifier(ports.store).problems(manifest_of(ports.store, candidate.snapshot))
    except SnapshotDamagedError as error:
        return (str(error),)


def _compared(
    begun: Reproduction, candidate: CandidateRef, fitted: Fitted, given: Means, ports: ReproductionPorts
) -> Reproduction:
    snapshot, table = candidate.snapshot, ports.table
    refit = LoadedModel(model=fitted.model, features=tuple(fitted.example.columns), takes=fitted.takes)
    registered, unloaded = _registered(begun.model_id, given.trusted, ports)
    notes = (*begun.notes, *unloaded)
    manifest = manifest_of(ports.store, snapshot)
    rows = table.join(tuple(holdout_rows(ports.store, manifest).parts()))
    question = Question(metrics=(), slices=(), label=snapshot.label, event_time=snapshot.event_time)
    try:
        scored = ports.scorer.score(refit, registered, rows, question)
    except PermanentError as error:
        return replace(begun, obstacles=(str(error),), notes=notes)
    if scored.baseline_error:
        notes = (*notes, f"{REGISTERED} can't be asked: {scored.baseline_error}")
    said = {REFIT: _answers(scored.predictions, "candidate", table)}
    if "baseline" in scored.predictions.column_names:
        said[REGISTERED] = _answers(scored.predictions, "baseline", table)
    try:
        recorded = table.from_parquet(ports.tracker.read(candidate.tracked, PREDICTIONS))
        said[RECORDED] = _answers(recorded, "candidate", table)
    except TrackingError as error:
        notes = (*notes, str(error))
    times = [str(moment) for moment in table.values(rows, snapshot.event_time)]
    found = tuple(_each_with_each(said, times, given.tolerance))
    return replace(begun, compared=found, notes=notes)


def _registered(
    model_id: str, trusted: tuple[str, ...], ports: ReproductionPorts
) -> tuple[LoadedModel | None, tuple[str, ...]]:
    try:
        return ports.models.load(model_id, trusted), ()
    except PermanentError as error:
        return None, (f"{REGISTERED} can't be loaded: {error}",)


def _answers(predictions: Rows, who: str, table: RowsTable) -> dict[str, Sequence[Any]]:
    """Return what one says of each row, by what it is asked: the prediction, and of a classifier probabilities."""
    before = f"{who}_probability_"
    names = [name for name in predictions.column_names if name.startswith(before)]
    asked = {"prediction": who, **{f"probability of {name.removeprefix(before)}": name for name in names}}
    return {what: table.values(predictions, name) for what, name in asked.items()}


def _each_with_each(
    said: dict[str, dict[str, Sequence[Any]]], times: Sequence[str], tolerance: float
) -> Iterator[Compared]:
    for ours, theirs in ((REFIT, REGISTERED), (REFIT, RECORDED), (REGISTERED, RECORDED)):
        if ours not in said or theirs not in said:
            continue
        for what, answers in said[ours].items():
            if what in said[theirs]:
                yield compare_rows(
                    answers, said[theirs][what], names=(ours, theirs), what=what, times=times, tolerance=tolerance
                )


def _said(recipe: Recipe) -> str:
    params = ", ".join(f"{name}={value}" for name, value in recipe.params.items())
    return f"{recipe.build}({params}), seed {recipe.seed}"
