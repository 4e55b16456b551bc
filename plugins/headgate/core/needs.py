"""What a gate needs of an evaluation besides the metrics: gathered once, before anything is judged.

Each need is a frozen value; the facts that it brings are named after it. Two needs that would give one fact different
values (other seeds, other batches) leave it without one. What each measures, and how: `docs/evidence.md`.
"""

from __future__ import annotations

from dataclasses import dataclass

from headgate.core.metrics import Metric
from headgate.core.slices import Slicing


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the holdout beside the predictions.

    Args:
        name: The column's.
    """

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sliced:
    """Each metric on each of these slices, and which rows are in them.

    Args:
        by: A column, bins, or a condition.
    """

    by: Slicing


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Latency, size on disk and memory to load, of candidate and baseline, measured in a fresh process.

    Facts: `latency_row_p50`, `latency_row_p99` (ms for one row), `latency_batch_p50`, `latency_batch_p99` (ms for
    `batch` rows), `size` (bytes on disk), `memory` (bytes that loading adds).
    """

    batch: int = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingScore:
    """The metric on the training window. Fact: `training_<metric>`."""

    metric: Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class ShuffledScore:
    """The metric on the holdout of the same estimator, fitted on shuffled labels. Fact: `shuffled_<metric>`."""

    metric: Metric
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Perturbed:
    """How the candidate's predictions answer a change of the features.

    Facts, where `who` names the change: `changed_<who>` (share of rows whose prediction changes by more than
    `tolerance`; of classes: changes at all), `rose_<who>` and `fell_<who>` (share of rows whose prediction, of
    classifiers the positive class's probability, rises or falls by more than `tolerance`). The shares are of the rows
    whose feature the change alters: a null stays null, and what isn't to be replaced stays as it is.

    Args:
        who: Name of the change.
        column: The feature that is changed.
        add: What is added to it.
        scale: What it is multiplied by before.
        replace: What it is replaced with instead, by value: pairs of old and new.
        tolerance: Change of the prediction that still counts as none, >= 0, in its unit.
    """

    who: str
    column: str
    add: float = 0.0
    scale: float = 1.0
    replace: tuple[tuple[str, str], ...] = ()
    tolerance: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFacts:
    """Rows and freshness. Facts: `training_rows`, `holdout_rows`, `freshness` (days from the last row to the as-of)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChampionDrift:
    """Drift of the snapshot from the champion's.

    Fact: `champion_psi`, the greatest population stability index of any column; its note names the column.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Adversarial:
    """How well a classifier tells training rows from holdout rows. Fact: `adversarial_auc` (0.5: not at all)."""

    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wear:
    """How often the holdout's rows have decided before. Facts: `wear` (of the most used row), `wear_mean`.

    A decision is a candidate of another as-of that was judged in a live run, and in no dry run.
    """


Need = (
    Metric
    | Column
    | Sliced
    | Costs
    | TrainingScore
    | ShuffledScore
    | Perturbed
    | DataFacts
    | ChampionDrift
    | Adversarial
    | Wear
)
