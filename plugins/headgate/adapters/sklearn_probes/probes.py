"""The probes themselves."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pyarrow as pa
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from headgate.adapters.sklearn_probes.adversary import told_apart
from headgate.adapters.sklearn_probes.answers import Answers, answers_of, given_to, refused
from headgate.adapters.sklearn_probes.changes import changed_rows
from headgate.core.needs import Perturbed
from headgate.errors import DataError
from headgate.ports import LoadedModel, Response, Rows, ToldApart


class SklearnProber:
    """`Prober` of scikit-learn models."""

    def respond(self, model: LoadedModel, rows: Rows, change: Perturbed) -> Response:
        """Return how the model's predictions answer a change; only the rows that it alters are predicted.

        A column that is no feature changes no prediction.

        Raises:
            DataError: The column can't be changed so, no row is altered, or the model can't predict.
        """
        before = cast("pa.Table", rows)
        after, altered = changed_rows(before, change)
        if not altered.any():
            msg = f"change {change.who} of {change.column} must alter a row of the holdout. Got none that it alters."
            raise DataError(msg)
        first, second = (answers_of(model, table.filter(pa.array(altered))) for table in (before, after))
        rose, fell = _moved(first, second, change.tolerance)
        return Response(
            rows=int(altered.sum()), changed=_changed(first, second, change.tolerance), rose=rose, fell=fell
        )

    def refit_on_shuffled(self, model: LoadedModel, rows: Rows, *, label: str, seed: int) -> LoadedModel:
        """Return the same estimator, fitted on the rows with their labels in another order.

        Python's and NumPy's global generators start from the seed too, and are put back afterwards.

        Raises:
            DataError: The estimator refuses.
        """
        table = cast("pa.Table", rows)
        labels = table.column(label).to_numpy()
        dealt = labels[np.random.default_rng(seed).permutation(len(labels))]
        given = given_to(model, table)
        refuses = refused("the estimator must fit shuffled labels")
        with refuses, _seeded(seed), _one_thread(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that there is nothing to learn is what is asked
            fitted = clone(model.model)
            fitted.fit(given, dealt)
        return replace(model, model=fitted)

    def tell_apart(self, training: Rows, holdout: Rows, features: Sequence[str], *, seed: int) -> ToldApart:
        """Return how well rows of the training window can be told from rows of the holdout by these features.

        Raises:
            DataError: There are too few rows, or no feature that tells anything but the time.
        """
        with _one_thread():
            return told_apart(cast("pa.Table", training), cast("pa.Table", holdout), features, seed=seed)


def _changed(before: Answers, after: Answers, tolerance: float) -> float:
    if before.classes or before.level is None or after.level is None:
        return float(np.mean(before.values != after.values))
    return float(np.mean(np.abs(after.level - before.level) > tolerance))


def _moved(before: Answers, after: Answers, tolerance: float) -> tuple[float | None, float | None]:
    if before.level is None or after.level is None:
        return None, None
    rise = after.level - before.level
    return float(np.mean(rise > tolerance)), float(np.mean(-rise > tolerance))


def _one_thread() -> AbstractContextManager[Any]:
    """Few rows are many short steps, at each of which the threads of several tasks would wait for each other."""
    return threadpool_limits(limits=1)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    before, before_numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 - what estimators draw from
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - as above
    try:
        yield
    finally:
        random.setstate(before)
        np.random.set_state(cast("Any", before_numpy))  # noqa: NPY002 - as above
