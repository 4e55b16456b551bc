"""Explanations: how much a model needs each of its features."""

from __future__ import annotations

from typing import Protocol

from headgate.core.explanations import Explain
from headgate.core.importance import Importance
from headgate.ports.models import LoadedModel, Question
from headgate.ports.rows import Rows


class Explainer(Protocol):
    """Explains what a model predicts."""

    def explain(self, model: LoadedModel, rows: Rows, question: Question, asked: Explain, *, of: int) -> Importance:
        """Return how much the model needs each of its features, the most important first.

        The same seed gives the same numbers; how many features and repeats there was time for may differ.

        Args:
            model: The model.
            rows: A sample of the holdout.
            question: What is asked of the holdout; its first metric is what features are measured by.
            asked: For how long, how often, and what.
            of: How many rows the holdout has.

        Raises:
            DataError: The model can't score the rows as they are.
        """
