"""What the steps need of the world, as small protocols.

Rows are Arrow tables. The steps hand them from port to port and look at nothing but their size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from headgate.core.evaluation import Measure
from headgate.core.metrics import Metric
from headgate.core.promotion import Entry, Head, LogEntry
from headgate.core.refs import PartRef, RunRef, SnapshotRef, TrackedRun
from headgate.core.validation import ExpectationResult, ValidationReport
from headgate.core.windows import Windows


class Rows(Protocol):
    """A table of rows: a `pyarrow.Table`."""

    @property
    def num_rows(self) -> int:
        """How many rows it has."""

    @property
    def column_names(self) -> list[str]:
        """Its columns, in order."""


class RowsSource(Protocol):
    """Where rows come from."""

    @property
    def name(self) -> str:
        """What it is called in records and errors: a dotted path, or a URL without credentials."""

    def read(self, windows: Windows) -> Rows:
        """Return rows of both windows; rows outside them are dropped later.

        Raises:
            InputError: The source isn't what the specification says.
            DataError: What it gave isn't a table.
        """


class RowsCutter(Protocol):
    """Cuts rows into the two windows, in one canonical form."""

    def cut(self, rows: Rows, *, windows: Windows, event_time: str, label: str) -> tuple[Rows, Rows]:
        """Return the training window's rows and the holdout's.

        Sorted (the same rows in any order give equal tables), event time in UTC microseconds.

        Raises:
            DataError: A column is missing or there twice, event times have no zone, a window is empty, or a label is
                null.
        """


class RowsTable(Protocol):
    """The little that steps do with rows themselves."""

    def join(self, first: Rows, second: Rows) -> Rows:
        """Return the rows of both, in that order."""

    def pick(self, rows: Rows, count: int) -> Rows:
        """Return `count` rows spread evenly over all, in their order; all of them when there are no more."""

    def without(self, rows: Rows, *columns: str) -> Rows:
        """Return the rows without those columns; one that isn't there is no error."""

    def values(self, rows: Rows, column: str) -> list[Any]:
        """Return a column as plain values."""

    def to_parquet(self, rows: Rows) -> bytes:
        """Return the rows as one Parquet file."""

    def from_parquet(self, data: bytes) -> Rows:
        """Return the rows of one Parquet file."""


class SnapshotStore(Protocol):
    """Immutable, content-addressed parts, and documents beside them."""

    def put(self, rows: Rows) -> PartRef:
        """Write a part whole, or find it there. The second time writes nothing.

        Raises:
            StoreError: The store refuses (read-only, no space).
            TransientError: It can't be reached.
        """

    def get(self, part: PartRef) -> Rows:
        """Return the rows of a part, checked against its digest.

        Raises:
            SnapshotDamagedError: The part is missing, or its content isn't what was written.
        """

    def put_document(self, path: str, text: str) -> None:
        """Write a small document, atomically; the second time replaces it."""

    def get_document(self, path: str) -> str:
        """Return a document.

        Raises:
            SnapshotDamagedError: It isn't there.
        """


class SuiteRunner(Protocol):
    """Runs a suite of expectations over rows."""

    def run(self, suite: str, rows: Rows) -> tuple[ExpectationResult, ...]:
        """Return one result for each expectation, in the suite's order.

        Args:
            suite: Path of a suite's JSON file, or a dotted path to a function that builds one.
            rows: Training window and holdout together.

        Raises:
            InputError: The suite can't be read, or holds an unknown expectation.
        """


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
    """

    build: str
    params: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    features: tuple[str, ...] | None = None
    trusted: tuple[str, ...] = ()
    threads: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A fitted estimator.

    Args:
        model: The estimator itself.
        example: Two rows of features (a pandas frame), as the model takes them.
        prediction: What it predicts for up to 1,000 rows of features, and those rows: for the signature.
        trusted: The types that its saved form holds and that were allowed, computed and checked.
        seconds: Wall time of the fit.
        facts: Library versions and whatever else explains the fit, as text.
    """

    model: Any
    example: Any
    prediction: tuple[Any, Any]
    trusted: tuple[str, ...]
    seconds: float
    facts: Mapping[str, str]


class Trainer(Protocol):
    """Builds and fits estimators."""

    def code_of(self, build: str) -> str:
        """Return a digest of the source code behind a dotted path (its module's, sha256 in hex).

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
    """A model from the registry, with the columns that its signature asks for."""

    model: Any
    features: tuple[str, ...]


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
        predictions: One row for each row of the holdout, in its order: event time, `label`, `candidate`, `baseline`
            (where there is one), `candidate_probability_<class>`, `baseline_probability_<class>`, and each slice's
            column.
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
        slices: Columns of the holdout; each value of one is a slice `column=value`, besides `overall`.
        label: Name of the label's column.
        event_time: Name of the event time's column.
    """

    metrics: tuple[Metric, ...]
    slices: tuple[str, ...]
    label: str
    event_time: str


class Scorer(Protocol):
    """Scores models on a holdout."""

    def score(self, candidate: LoadedModel, baseline: LoadedModel | None, rows: Rows, question: Question) -> Scored:
        """Return the measures and the per-row predictions of both on the same rows.

        A metric that can't be computed on a slice is `None` there, never a guess.

        Raises:
            InputError: A slice names a column that isn't there.
            DataError: The candidate can't score the holdout.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a step writes to the MLflow run, in one batch at its end.

    Args:
        tags: Plain text; a second time replaces.
        params: Plain text; written once for a run.
        metrics: Numbers of the whole run.
        measures: Metrics of the candidate (and `baseline_...` of the baseline) by slice.
        model_id: The candidate that the measures are about.
        artifacts: Files by their path below the run's artifacts.
    """

    tags: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    measures: tuple[Measure, ...] = ()
    model_id: str | None = None
    artifacts: Mapping[str, bytes] = field(default_factory=dict)


class RunTracker(Protocol):
    """MLflow's runs and logged models: one live run for each key."""

    def open(self, run: RunRef, snapshot: str) -> TrackedRun:
        """Return the one live run of `run.key` that is about that snapshot, or make it.

        A live run of the key about another snapshot is superseded: soft-deleted and tagged. The second time finds the
        first one's.

        Raises:
            InputError: The model belongs to another Dag.
            TransientError: MLflow can't be reached.
        """

    def candidate_of(self, tracked: TrackedRun, fingerprint: str) -> str | None:
        """Return the id of the finished candidate of that fingerprint, if an earlier try logged one whole."""

    def begin_fit(self, run: RunRef, tracked: TrackedRun) -> TrackedRun:
        """Return a run that no fit has written to.

        The given one where it is clean; otherwise a new one with its tags and validation report, and the given one is
        superseded with the models that it logged.
        """

    def log_candidate(
        self, tracked: TrackedRun, fitted: Fitted, snapshot: SnapshotRef, evidence: Evidence, *, name: str
    ) -> str:
        """Log the model whole, then the evidence with the dataset; return the logged model's id."""

    def record(self, tracked: TrackedRun, evidence: Evidence) -> None:
        """Write a step's evidence. The second time replaces tags and artifacts, and adds points to metrics."""

    def close(self, tracked: TrackedRun, *, failed: str | None = None) -> None:
        """Mark the run finished, or failed with its reason. The second time changes nothing more."""

    def read(self, tracked: TrackedRun, path: str) -> bytes:
        """Return an artifact of the run.

        Raises:
            TrackingError: It isn't there.
        """

    def fetch_model(self, model_id: str, folder: Path) -> Path:
        """Download a logged model below a folder, and return where it lies.

        Raises:
            TrackingError: There is no such model, or it isn't whole.
        """


class PromotionLog(Protocol):
    """The registered model's versions, as an append-only log with aliases as its projection."""

    def entries(self, model: str) -> tuple[LogEntry, ...]:
        """Return every entry, oldest first; none when the model isn't registered yet."""

    def append(self, model: str, entry: Entry) -> None:
        """Append a version with its tags in one call, whoever else does at the same time.

        It says nothing about who won: read the entries afterwards.
        """

    def project(self, model: str, head: Head) -> None:
        """Set the aliases `champion` and `previous` to what the log says. The second time changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a serving target answered: its version, and one prediction for each row asked."""

    version: str
    predictions: tuple[Any, ...]


class ServingTarget(Protocol):
    """Where a model answers."""

    @property
    def url(self) -> str:
        """Address that a person can open."""

    def deploy(self, model: str, version: str) -> None:
        """Return once the target serves that version; at once, if it does already.

        Raises:
            DeploymentError: The target refuses the version (and goes on serving the one it had), or serves another
                model.
            TransientError: It can't be reached, or didn't get there in time.
        """

    def ask(self, rows: Rows) -> Answer:
        """Return the target's predictions for rows of features."""


class Pages(Protocol):
    """Draws the offline pages that people read."""

    def validation(self, report: ValidationReport) -> str:
        """Return an HTML page of a validation: the verdict first, then the unmet, then the rest."""

    def evaluation(self, run: RunRef, scored: Scored, question: Question, *, baseline: str | None) -> str:
        """Return an HTML page of an evaluation: candidate over baseline in numbers and pictures."""
