"""The rows of an evaluation, as its pictures need them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pyarrow as pa

from headgate.core.metrics import METRICS, Metric
from headgate.ports import Question, Rows

Array = np.ndarray[Any, Any]

_OF_NUMBERS = {METRICS[name] for name in ("mae", "rmse", "mse", "median_ae", "max_error", "mape", "r2")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """One row for each row of the holdout.

    Args:
        times: Event times in UTC, as `datetime64[s]`.
        label: What happened: numbers, or the classes' names.
        candidate: What the candidate said.
        baseline: What the baseline said, where there is one.
        probabilities: By `candidate` and `baseline`: each class's probabilities by its name, in the classes' order.
        is_classes: Whether labels are classes.
    """

    times: Array
    label: Array
    candidate: Array
    baseline: Array | None
    probabilities: Mapping[str, Mapping[str, Array]]
    is_classes: bool

    @property
    def sides(self) -> Mapping[str, Array]:
        """The predictions of each side that has some."""
        theirs = {} if self.baseline is None else {"baseline": self.baseline}
        return {"candidate": self.candidate, **theirs}


def read_predictions(rows: Rows, question: Question) -> Predicted:
    """Return the rows of a scorer's table, whose first column is the event time, whatever it is called."""
    table = cast("pa.Table", rows)
    probabilities = {side: _probabilities(table, side) for side in ("candidate", "baseline")}
    is_classes = bool(probabilities["candidate"]) or _are_classes(table, question.metrics)
    values = _names if is_classes else _numbers
    return Predicted(
        times=_times(table.column(0)),
        label=values(table["label"]),
        candidate=values(table["candidate"]),
        baseline=values(table["baseline"]) if "baseline" in table.column_names else None,
        probabilities=probabilities,
        is_classes=is_classes,
    )


def _are_classes(table: pa.Table, metrics: tuple[Metric, ...]) -> bool:
    kind = table["label"].type
    is_number = pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)
    return not is_number or bool(metrics and not _OF_NUMBERS.intersection(metrics))


def _probabilities(table: pa.Table, side: str) -> Mapping[str, Array]:
    prefix = f"{side}_probability_"
    return {name.removeprefix(prefix): _numbers(table[name]) for name in table.column_names if name.startswith(prefix)}


def _numbers(column: pa.ChunkedArray) -> Array:
    return cast("Array", column.to_numpy()).astype(np.float64)


def _names(column: pa.ChunkedArray) -> Array:
    coded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    names = np.array([str(value) for value in coded.dictionary.to_pylist()], dtype=object)
    return cast("Array", names[coded.indices.to_numpy()])


def _times(column: pa.ChunkedArray) -> Array:
    return cast("Array", column.to_numpy()).astype("datetime64[s]")
