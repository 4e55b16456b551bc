"""What a fit is made again from: kept with it, so that a version reproduces without its pipeline's file."""

from __future__ import annotations

from dataclasses import dataclass, field

from headgate import wire
from headgate.core.refs import TrackedRun
from headgate.core.surroundings import Surroundings
from headgate.errors import InputError, TrackingError
from headgate.ports import Recipe, RunTracker

RECIPE = "training/recipe.json"
"""Where it lies in the candidate's MLflow run."""

_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FitRecord:
    """How a candidate was fitted.

    Args:
        recipe: How it was built.
        code: Digest of the code, as it is part of the fingerprint.
        surroundings: Code, libraries and machine.
        format: Version of this form.
    """

    recipe: Recipe
    code: str
    surroundings: Surroundings = field(default_factory=Surroundings)
    format: int = _FORMAT


def read_record(tracker: RunTracker, tracked: TrackedRun) -> FitRecord:
    """Return how the candidate of a run was fitted.

    Raises:
        TrackingError: The run doesn't say, or says what another version of Headgate wrote.
    """
    text = tracker.read(tracked, RECIPE)
    try:
        record = wire.parse(FitRecord, text.decode(errors="replace"))
    except InputError as error:
        msg = f"artifact {RECIPE} of the run {tracked.mlflow_run} must be as Headgate wrote it. "
        raise TrackingError(msg + f"Got this instead: {error}") from error
    if record.format != _FORMAT:
        msg = f"artifact {RECIPE} of the run {tracked.mlflow_run} must be of format {_FORMAT}. "
        raise TrackingError(msg + f"Got format {record.format} instead, which another version of Headgate wrote.")
    return record
