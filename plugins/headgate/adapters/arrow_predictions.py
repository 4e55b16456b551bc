"""Per-row predictions as a table that is kept, and back as what gates are functions of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import pyarrow as pa

from headgate.adapters.arrow_buffers import ticks
from headgate.adapters.arrow_spans import instants
from headgate.core.frozen import build_frozen, dump_frozen, path_of
from headgate.core.numeric.slicing import rows_of_slices
from headgate.core.predictions import Predicted, Predictions
from headgate.core.slices import Bins, Slicing, Where, column_of
from headgate.errors import DataError, InputError
from headgate.ports import Question, Rows

Array = np.ndarray[Any, Any]

_KEY = b"headgate"
_BUILT = {path_of(kind): kind for kind in (Bins, Where)}


def table_of(rows: pa.Table, question: Question, models: Mapping[str, Predicted], classes: Array | None) -> pa.Table:
    """Return the predictions as a table: event time, `label`, each model's, and the columns that gates look at.

    A column that is called like one of ours is kept under another name, which the table remembers.

    Args:
        rows: The holdout.
        question: What was asked.
        models: `candidate`, and `baseline` where there is one.
        classes: Of classifiers, ascending.
    """
    ours: dict[str, Any] = {"label": rows.column(question.label)}
    for who, predicted in models.items():
        ours[who] = pa.array(predicted.values)
    for who, predicted in models.items():
        if predicted.probabilities is not None and classes is not None:
            for index, name in enumerate(classes):
                ours[f"{who}_probability_{name}"] = pa.array(predicted.probabilities[:, index])
    asked = dict.fromkeys((*map(column_of, question.slices), *question.columns))
    kept_as = {name: _free(name, ours) for name in (question.event_time, *asked)}
    event_time = kept_as[question.event_time]
    kept = {event_time: rows.column(question.event_time), **ours}
    told = {
        "event_time": event_time,
        "slices": dump_frozen(question.slices),
        "columns": {name: kept_as[name] for name in asked},
        "classes": None if classes is None else classes.tolist(),
    }
    kept |= {kept_as[name]: rows.column(name) for name in asked}
    return pa.table(kept).replace_schema_metadata({_KEY: json.dumps(told)})


class ArrowPredictions:
    """`PredictionReader` of the tables that a scorer makes."""

    def read(self, rows: Rows) -> Predictions:
        """Return the predictions.

        Raises:
            DataError: It isn't a table that a scorer of this version made.
        """
        table = cast("pa.Table", rows)
        try:
            return _read(table, json.loads((table.schema.metadata or {})[_KEY]))
        except (KeyError, ValueError, TypeError, AttributeError, InputError) as error:
            msg = "predictions must be as the evaluation of this version keeps them. "
            msg += f"Got {type(error).__name__}: {error} instead: clear the task 'evaluate' and what follows."
            raise DataError(msg) from error


def _read(table: pa.Table, told: dict[str, Any]) -> Predictions:
    classes = told["classes"]
    columns = {name: values_of(table.column(kept)) for name, kept in told["columns"].items()}
    slices: tuple[Slicing, ...] = build_frozen(told["slices"], _BUILT.__getitem__)
    return Predictions(
        labels=values_of(table.column("label")),
        candidate=_predicted(table, "candidate", classes),
        baseline=_predicted(table, "baseline", classes) if "baseline" in table.column_names else None,
        event_time=ticks(instants(table.column(told["event_time"]))),
        classes=None if classes is None else tuple(classes),
        columns=columns,
        slices=rows_of_slices(columns, slices),
    )


def _free(name: str, ours: Mapping[str, object]) -> str:
    """Return what a column is kept as: its name, unless that is one of ours."""
    while name in ours:
        name = f"{name} of the holdout"
    return name


def _predicted(table: pa.Table, who: str, classes: list[Any] | None) -> Predicted:
    names = [f"{who}_probability_{name}" for name in classes or ()]
    probabilities = None
    if names and names[0] in table.column_names:
        probabilities = np.column_stack([table.column(name).to_numpy() for name in names])
    return Predicted(values=values_of(table.column(who)), probabilities=probabilities)


def values_of(column: pa.ChunkedArray) -> Array:
    """Return a column: numbers and booleans without nulls as they are, all else as Python's own values."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    plain = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
    if plain and not column.null_count:
        return cast("Array", column.to_numpy())
    values = np.empty(len(column), dtype=object)
    values[:] = column.to_pylist()
    return values
