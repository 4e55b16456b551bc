"""Predictions are kept as a table, and read as what gates are functions of."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from headgate.adapters.arrow_predictions import ArrowPredictions, table_of, values_of
from headgate.adapters.pyarrow_table import ArrowTable
from headgate.adapters.sklearn_scorer import SklearnScorer
from headgate.core.evaluation import OVERALL
from headgate.core.gates import AtMost
from headgate.core.metrics import accuracy, auc, mae
from headgate.core.paired import NoWorseThan
from headgate.core.predictions import Predicted, Predictions
from headgate.core.slices import Bins, Slicing, Where
from headgate.core.verdict import Outcome
from headgate.errors import DataError, InputError
from headgate.ports import Question, Scored
from tests.unit.predicted import asked
from tests.unit.scoring import holdout, predictions_of, says


def question(*slices: Slicing, columns: tuple[str, ...] = (), **change: Any) -> Question:
    given: dict[str, Any] = {
        "metrics": (mae,),
        "slices": slices,
        "label": "y",
        "event_time": "when",
        "columns": columns,
    }
    return Question(**{**given, **change})


def kept(scored: Scored) -> Predictions:
    """Return what was scored as it is once it was written and read."""
    table = ArrowTable()
    return ArrowPredictions().read(table.from_parquet(table.to_parquet(predictions_of(scored))))


def scored(labels: Any, *models: Any, ask: Question | None = None, **columns: Any) -> Predictions:
    candidate, baseline = (*models, None)[:2]
    return kept(SklearnScorer().score(candidate, baseline, holdout(labels, **columns), ask or question()))


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "int8", "uint16"])
def test_numbers_come_back_as_they_were(dtype: str) -> None:
    values = np.array([3, 1, 2], dtype=dtype)
    found = scored(values, says(values + 1), says(values + 2))
    assert (found.labels.dtype, found.labels.tolist()) == (np.dtype(dtype), [3, 1, 2])
    assert found.baseline is not None
    for model, added in ((found.candidate, 1), (found.baseline, 2)):
        assert (model.values.dtype, model.values.tolist()) == ((values + added).dtype, (values + added).tolist())
        assert model.probabilities is None
    assert (found.classes, found.rows, found.event_time.tolist()) == (None, 3, [0, 1, 2])
    assert found.event_time.dtype == np.int64


@pytest.mark.parametrize(
    "classes", [("a", "b"), ("no", "perhaps", "yes"), (0, 1), (3, 5, 7), (1.0, 2.0), (False, True), ("", "é ü")]
)
@pytest.mark.parametrize("make", [list, np.array, lambda labels: pa.array(labels).dictionary_encode()])
def test_classes_of_every_type_come_back_in_order(classes: tuple[Any, ...], make: Any) -> None:
    labels = [*classes, classes[0]]
    shares = np.eye(len(classes))[[*range(len(classes)), 0]]
    model = says(np.array(labels), classes, shares)
    ask = question(metrics=(accuracy, auc))
    found = scored(make(labels), model, model, ask=ask)
    assert found.classes == classes
    assert all(type(ours) is type(given) for ours, given in zip(found.classes, classes, strict=True))
    assert found.labels.tolist() == labels
    assert found.baseline is not None
    for each in (found.candidate, found.baseline):
        assert each.values.tolist() == labels
        assert each.probabilities is not None
        assert each.probabilities.tolist() == shares.tolist()
    perfect = SklearnScorer().score(model, model, holdout(make(labels)), ask)
    assert {measure.candidate for measure in perfect.measures} == {1.0}
    assert asked(NoWorseThan(accuracy, min_rows=1), found).outcome is Outcome.PASS


def test_a_class_that_the_champion_never_saw_has_no_probability() -> None:
    labels = ["a", "b", "c"]
    found = scored(labels, says(labels, labels, np.eye(3)), says(["a", "b", "a"], ["a", "b"], np.eye(2)[[0, 1, 0]]))
    assert found.classes == ("a", "b", "c")
    assert found.baseline is not None
    assert found.baseline.probabilities is not None
    assert found.baseline.probabilities[:, 2].tolist() == [0, 0, 0]


def test_a_baseline_that_cannot_be_scored_is_none() -> None:
    assert scored([1.0], says([1.0]), says(ValueError("no"))).baseline is None
    assert scored([1.0], says([1.0])).baseline is None


COLUMNS: dict[str, tuple[Any, list[Any]]] = {
    "text": (["x", "y", None], ["x", "y", None]),
    "whole": ([1, 2, 3], [1, 2, 3]),
    "whole with nulls": ([1, None, 3], [1, None, 3]),
    "number": ([1.5, 2.5, 3.5], [1.5, 2.5, 3.5]),
    "bool": ([True, False, True], [True, False, True]),
    "bool with nulls": ([True, None, False], [True, None, False]),
    "category": (pa.array(["x", "y", "x"]).dictionary_encode(), ["x", "y", "x"]),
    "category with nulls": (pa.array(["x", None, "x"]).dictionary_encode(), ["x", None, "x"]),
    "numbered category": (pa.array([7, 8, 7]).dictionary_encode(), [7, 8, 7]),
    "chunks": (pa.chunked_array([["x"], ["y", "x"]]), ["x", "y", "x"]),
    "date": ([date(2024, 1, 1)] * 3, [date(2024, 1, 1)] * 3),
    "decimal": ([Decimal("1.50")] * 3, [Decimal("1.50")] * 3),
    "large": (pa.array(["x", "y", "x"], pa.large_string()), ["x", "y", "x"]),
    "nothing": (pa.nulls(3), [None] * 3),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_that_gates_look_at_come_back_with_their_nulls(name: str) -> None:
    given, expected = COLUMNS[name]
    found = scored([1.0, 2.0, 3.0], says([1.0, 2.0, 3.0]), ask=question(name, columns=(name,)), **{name: given})
    assert found.columns[name].tolist() == expected
    assert found.columns[name].shape == (3,)
    texts = {f"{name}={'null' if value is None else value}" for value in expected}
    assert set(found.slices) == texts
    assert sorted(row for rows in found.slices.values() for row in rows.tolist()) == [0, 1, 2]


def test_numbers_without_nulls_stay_numbers() -> None:
    kinds = {
        "f": pa.array([1.0]),
        "i": pa.array([1]),
        "b": pa.array([True]),
        "O": pa.array([1, None]),
        "U": pa.array(["x"]),
    }
    found = {name: values_of(pa.chunked_array([values])).dtype.kind for name, values in kinds.items()}
    assert found == {"f": "f", "i": "i", "b": "b", "O": "O", "U": "O"}
    assert values_of(pa.chunked_array([pa.array([7, 8]).dictionary_encode()])).dtype.kind == "i"
    assert values_of(pa.chunked_array([], pa.int64())).shape == (0,)


def test_slices_come_back_by_the_same_names_as_they_were_measured_by() -> None:
    slicings = ("season", Bins("hour", (6, 18)), Where(name="night", column="hour", below=6))
    columns = {"season": ["a", None, "a"], "hour": [3, 7, None]}
    ask = question(*slicings)
    found = SklearnScorer().score(says([1.0, 2.0, 3.0]), None, holdout([1.0, 2.0, 3.0], **columns), ask)
    back = kept(found)
    assert {measure.slice for measure in found.measures} == {OVERALL, *back.slices}
    assert {name: rows.tolist() for name, rows in back.slices.items()} == {
        "season=a": [0, 2],
        "season=null": [1],
        "hour < 6": [0],
        "hour in [6, 18)": [1],
        "hour >= 18": [],
        "night": [0],
    }
    assert {measure.slice: measure.rows for measure in found.measures if measure.slice != OVERALL} == {
        name: len(rows) for name, rows in back.slices.items()
    }


OURS = ("label", "candidate", "baseline", "candidate_probability_a", "when")


@pytest.mark.parametrize("name", OURS)
def test_a_column_that_is_called_like_one_of_ours_is_itself(name: str) -> None:
    labels, models = ["a", "b", "a"], says(["a", "b", "b"], ["a", "b"], np.eye(2)[[0, 1, 1]])
    own = {} if name == "when" else {name: ["p", "q", "p"]}
    found = scored(labels, models, models, ask=question(name, columns=(name,)), **own)
    assert found.labels.tolist() == labels
    assert found.candidate.values.tolist() == ["a", "b", "b"]
    assert found.candidate.probabilities is not None
    assert found.candidate.probabilities.tolist() == [[1, 0], [0, 1], [0, 1]]
    assert found.event_time.tolist() == [0, 1, 2]
    if own:
        assert found.columns[name].tolist() == ["p", "q", "p"]
        assert {key: rows.tolist() for key, rows in found.slices.items()} == {f"{name}=p": [0, 2], f"{name}=q": [1]}


@pytest.mark.parametrize("name", OURS[:4])
def test_the_event_time_may_be_called_like_one_of_ours(name: str) -> None:
    rows = holdout(["a", "b"]).rename_columns([name, "x", "y"])
    ask = question(event_time=name, columns=(name, "y"))
    model = says(["a", "b"], ["a", "b"], np.eye(2))
    found = kept(SklearnScorer().score(model, model, rows, ask))
    assert found.event_time.tolist() == [0, 1]
    assert found.labels.tolist() == ["a", "b"]
    assert found.columns["y"].tolist() == ["a", "b"]
    assert len(found.columns[name]) == 2


def test_the_labels_column_may_be_a_slice_or_called_like_ours() -> None:
    assert scored(["a", "b"], says(["a", "b"]), ask=question("y")).slices.keys() == {"y=a", "y=b"}
    rows = holdout(["a", "b"]).rename_columns(["when", "x", "label"])
    found = kept(SklearnScorer().score(says(["a", "b"]), None, rows, question("label", label="label")))
    assert found.slices.keys() == {"label=a", "label=b"}


def test_gates_judge_what_was_kept_as_what_was_scored() -> None:
    labels = np.arange(40.0)
    found = scored(labels, says(labels + 1), says(labels + 2), ask=question("season"), season=["a", "b"] * 20)
    assert asked(NoWorseThan(mae), found).outcome is Outcome.PASS
    assert asked(AtMost(mae, 1.0, confidence=0.95, slice="season=a"), found).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("slicing", "columns", "said"),
    [
        ("seasons", (), r"slice seasons must be a column of the holdout. Got .* Did you mean season\?"),
        (Bins("hours", (6,)), (), "slice hours must be a column"),
        (Where(name="night", column="h", below=6), (), "slice h must be a column"),
        (None, ("shop",), "slice shop must be a column"),
        (Bins("season", (6,)), (), "column season of a slice must hold numbers"),
    ],
)
def test_a_slice_that_names_a_missing_column_is_refused(slicing: Any, columns: tuple[str, ...], said: str) -> None:
    ask = question(*([slicing] if slicing else []), columns=columns)
    with pytest.raises(InputError, match=said):
        scored([1.0], says([1.0]), ask=ask, season=["a"])


TABLE = table_of(
    holdout([1.0, 2.0], season=["a", "b"]), question("season"), {"candidate": Predicted(values=np.ones(2))}, None
)
TOLD = json.loads(TABLE.schema.metadata[b"headgate"])


@pytest.mark.parametrize(
    "table",
    [
        TABLE.replace_schema_metadata(None),
        TABLE.replace_schema_metadata({"other": "x"}),
        TABLE.replace_schema_metadata({"headgate": "no json"}),
        TABLE.replace_schema_metadata({"headgate": "[]"}),
        TABLE.replace_schema_metadata({"headgate": "{}"}),
        TABLE.replace_schema_metadata({"headgate": json.dumps({**TOLD, "slices": "season"})}),
        TABLE.replace_schema_metadata(
            {"headgate": json.dumps({**TOLD, "slices": [{"type": "os:system", "fields": {}}]})}
        ),
        TABLE.replace_schema_metadata({"headgate": json.dumps({**TOLD, "columns": ["season"]})}),
        TABLE.replace_schema_metadata({"headgate": json.dumps({**TOLD, "classes": 3})}),
        TABLE.replace_schema_metadata({"headgate": json.dumps({**TOLD, "event_time": "nowhere"})}),
        TABLE.drop_columns(["label"]),
        TABLE.drop_columns(["candidate"]),
        TABLE.drop_columns(["season"]),
        TABLE.drop_columns(["when"]),
    ],
)
def test_a_table_that_no_scorer_of_this_version_made_is_refused(table: pa.Table) -> None:
    with pytest.raises(DataError, match="clear the task 'evaluate' and what follows"):
        ArrowPredictions().read(table)
    assert ArrowPredictions().read(TABLE).rows == 2
