"""Evidence besides predictions: what a model costs, and how it answers when it is put to the test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from headgate.core.evaluation import Fact
from headgate.core.needs import Costs, Perturbed
from headgate.ports.models import LoadedModel
from headgate.ports.rows import Rows


class CostMeter(Protocol):
    """Measures what models cost, in a process of their own."""

    def measure(
        self, need: Costs, candidate: Path, baseline: Path | None, rows: Rows, *, trusted: Sequence[str]
    ) -> tuple[Fact, ...]:
        """Return the facts of `Costs`, of both models in one measurement, so that their ratio is of one run.

        It never raises for what a model does: what can't be measured is `None`, and the note says why. The second time
        measures anew.

        Args:
            need: What is asked.
            candidate: The folder that the candidate was saved in.
            baseline: The baseline's, if there is one.
            rows: Rows with both models' features, one at least.
            trusted: Types of the user's own that a model may hold.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """How a model's predictions answer a change of a feature.

    Args:
        rows: Rows whose feature the change alters; the shares are of them.
        changed: Share of rows whose prediction changes.
        rose: Share of rows whose prediction rises; `None` where it neither rises nor falls: of three classes, say.
        fell: Share of rows whose prediction falls; `None` likewise.
    """

    rows: int
    changed: float
    rose: float | None
    fell: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldApart:
    """How well a classifier tells two samples apart.

    Args:
        auc: Mean area under the ROC curve over the folds, in [0, 1]; 0.5 where they can't be told apart.
        column: The feature without whose values it tells them least.
    """

    auc: float
    column: str


class Prober(Protocol):
    """Puts models to the test, all in memory. The same rows and seed give the same answer."""

    def respond(self, model: LoadedModel, rows: Rows, change: Perturbed) -> Response:
        """Return how the model's predictions answer a change.

        Raises:
            DataError: The column can't be changed so, no row is altered, or the model can't predict.
        """

    def refit_on_shuffled(self, model: LoadedModel, rows: Rows, *, label: str, seed: int) -> LoadedModel:
        """Return the same estimator, fitted on the rows with their labels in another order.

        The given model stays as it is.

        Raises:
            DataError: The estimator refuses.
        """

    def tell_apart(self, training: Rows, holdout: Rows, features: Sequence[str], *, seed: int) -> ToldApart:
        """Return how well rows of the training window can be told from rows of the holdout by these features.

        Raises:
            DataError: There are too few rows, or no feature that tells anything but the time.
        """
