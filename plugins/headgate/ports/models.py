"""Models: how they are built, loaded and scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, get_args

from headgate.core.evaluation import Measure
from headgate.core.explanations import Explain
from headgate.core.metrics import Metric
from headgate.core.needs import Column, Need, Sliced
from headgate.core.policy import Policy
from headgate.core.predictions import Predictions
from headgate.core.slices import Slicing
from headgate.core.surroundings import Surroundings
from headgate.ports.rows import Rows

Takes = Literal["pandas", "numpy", "arrow"]
"""What features are given to an estimator as: a frame, a matrix of floats, or a table."""

TAKES: tuple[Takes, ...] = get_args(Takes)
"""Each of them; the first is what a model takes that doesn't say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to build an estimator.

    Args:
        build: Dotted path of a function `build(params) -> estimator`.
        params: The run's params.
        seed: For every random state that the estimator leaves open.
        features: Columns to learn from; every column but label and event time when `None`.
        trusted: Types of the user's own that a saved model may hold, besides scikit-learn's, NumPy's and SciPy's.
        threads: Most threads of one fit; no limit when `None`.
        takes: What the estimator is fitted with, and asked with ever after.
    """

    build: str
    params: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    features: tuple[str, ...] | None = None
    trusted: tuple[str, ...] = ()
    threads: int | None = None
    takes: Takes = "pandas"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A fitted estimator.

    Args:
        model: The estimator itself.
        example: Two rows of features (a pandas frame).
        prediction: Up to 1,000 rows of features (a pandas frame), and what it predicts for them: for the signature.
        saved: The estimator as the content of a skops file.
        trusted: The types that it holds and that were allowed, computed and checked.
        seconds: Wall time of the fit.
        facts: Library versions and whatever else explains the fit, as text.
        takes: What the estimator takes.
    """

    model: Any
    example: Any
    prediction: tuple[Any, Any]
    saved: bytes
    trusted: tuple[str, ...]
    seconds: float
    facts: Mapping[str, str]
    takes: Takes = "pandas"


class Trainer(Protocol):
    """Builds and fits estimators."""

    def code_of(self, build: str) -> str:
        """Return a digest of the source code behind a dotted path (its module's, sha256 in hex).

        Raises:
            InputError: There is no such function.
        """

    def surroundings(self, build: str) -> Surroundings:
        """Return the code, the libraries and the machine that a fit here depends on.

        Raises:
            InputError: There is no such function.
        """

    def fit(self, recipe: Recipe, rows: Rows, *, label: str, event_time: str) -> Fitted:
        """Build the estimator and fit it on the rows.

        The same recipe and rows give the same predictions.

        Raises:
            InputError: `build` isn't a function that builds an estimator from the params.
            DataError: The estimator refuses the rows, or a feature is missing.
            ModelRefusedError: The fitted estimator holds types that nobody trusts.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedModel:
    """A model from the registry, with the columns that its signature asks for, and what it takes them as."""

    model: Any
    features: tuple[str, ...]
    takes: Takes = "pandas"


class ModelLoader(Protocol):
    """Loads saved models with this deployment's own trusted list."""

    def load(self, folder: Path, trusted: Sequence[str]) -> LoadedModel:
        """Return the model saved in a folder.

        Raises:
            ModelRefusedError: It is of another format, or holds types that nobody trusts.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Candidate and baseline on one holdout.

    Args:
        measures: One for each metric and slice, `overall` first.
        predictions: One row for each row of the holdout, in its order: the event time first, `label`, `candidate`,
            `baseline` (where there is one), `candidate_probability_<class>`, `baseline_probability_<class>`, and each
            slice's column (under another name where it is called like one of these).
        baseline_error: Why the baseline could not be scored, if it could not.
    """

    measures: tuple[Measure, ...]
    predictions: Rows
    baseline_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What an evaluation is to measure.

    Args:
        metrics: The metrics; those that the policy's gates ask for are among them.
        slices: What makes slices besides `overall`: columns, bins, conditions.
        label: Name of the label's column.
        event_time: Name of the event time's column.
        columns: Further columns of the holdout that gates look at.
        needs: What else gates need: it is gathered once both models are loaded.
        explain: Whether, and for how long, the candidate is explained.
    """

    metrics: tuple[Metric, ...]
    slices: tuple[Slicing, ...]
    label: str
    event_time: str
    columns: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    explain: Explain | None = None


def question_of(
    policy: Policy,
    *,
    metrics: Sequence[Metric],
    slices: Sequence[Slicing],
    label: str,
    event_time: str,
    explain: Explain | None = None,
) -> Question:
    """Return what an evaluation has to measure: what is asked for, and what the policy's gates need."""
    needs = policy.needs
    return Question(
        metrics=tuple(dict.fromkeys((*metrics, *policy.metrics))),
        slices=tuple(dict.fromkeys((*slices, *(need.by for need in needs if isinstance(need, Sliced))))),
        label=label,
        event_time=event_time,
        columns=tuple(dict.fromkeys(need.name for need in needs if isinstance(need, Column))),
        needs=tuple(need for need in needs if not isinstance(need, Metric | Sliced | Column)),
        explain=explain,
    )


class PredictionReader(Protocol):
    """Reads the per-row predictions that a scorer made."""

    def read(self, rows: Rows) -> Predictions:
        """Return them as what gates are functions of.

        Raises:
            DataError: They aren't what a scorer of this version makes.
        """


class Scorer(Protocol):
    """Scores models on a holdout."""

    def score(self, candidate: LoadedModel, baseline: LoadedModel | None, rows: Rows, question: Question) -> Scored:
        """Return the measures and the per-row predictions of both on the same rows.

        A metric that can't be computed on a slice is `None` there, never a guess.

        Raises:
            InputError: A slice names a column that isn't there.
            DataError: The candidate can't score the holdout.
        """
