"""Latency in turns, memory by the system's count, and what parent and child write to each other."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

from headgate.adapters.mlmodel_loader import MlmodelLoader
from headgate.adapters.process_costs.child import measure_here
from headgate.adapters.process_costs.latency import LEAST_CALLS, MOST_CALLS, quantile_of, timed_in_turns
from headgate.adapters.process_costs.letters import (
    Asked,
    Found,
    add_found,
    read_asked,
    read_found,
    rows_file,
    write_asked,
)
from headgate.adapters.process_costs.memory import Apart, added_by, anonymous_bytes
from headgate.adapters.skops_models import load_estimator
from tests.unit.saved_models import save

MEGABYTE = 2**20


class Calls:
    """Remembers who was called when."""

    def __init__(self, *, fails_at: int | None = None) -> None:
        self.made: list[str] = []
        self.fails_at = fails_at

    def a(self, number: int) -> None:
        self.made.append(f"a{number}")

    def b(self, number: int) -> None:
        self.made.append(f"b{number}")
        if len(self.made) == self.fails_at:
            msg = "no\nmore"
            raise ValueError(msg)


def test_models_are_called_in_turns_and_each_is_first_in_its_turn() -> None:
    calls = Calls()
    timed = timed_in_turns({"a": calls.a, "b": calls.b}, seconds=0)
    warm_ups, timed_calls = calls.made[:6], calls.made[6:]
    assert warm_ups == ["a0", "b0", "a1", "b1", "a2", "b2"]
    assert timed_calls == ["a0", "b0", "b1", "a1", "a2", "b2"]
    assert {who: len(taken) for who, taken in timed.milliseconds.items()} == {"a": LEAST_CALLS, "b": LEAST_CALLS}
    assert all(taken >= 0 for all_ in timed.milliseconds.values() for taken in all_)


def test_no_model_is_called_for_ever() -> None:
    timed = timed_in_turns({"a": lambda _: None}, seconds=60.0)
    assert len(timed.milliseconds["a"]) == MOST_CALLS


@pytest.mark.parametrize("fails_at", [2, 8])
def test_a_model_that_raises_is_left_out_from_then_on(fails_at: int) -> None:
    calls = Calls(fails_at=fails_at)
    timed = timed_in_turns({"a": calls.a, "b": calls.b}, seconds=0)
    assert timed.refused == {"b": "ValueError: no more"}
    assert list(timed.milliseconds) == ["a"]
    assert len(timed.milliseconds["a"]) == LEAST_CALLS
    assert not any(name.startswith("b") for name in calls.made[fails_at:])


def test_without_models_there_is_nothing_to_time() -> None:
    assert timed_in_turns({}, seconds=60.0).milliseconds == {}


@given(st.lists(st.floats(0, 1e6), min_size=1), st.sampled_from([0.5, 0.99, 1.0]))
def test_a_quantile_is_the_least_value_that_enough_do_not_exceed(values: list[float], share: float) -> None:
    enough = [value for value in values if sum(other <= value for other in values) >= share * len(values)]
    assert quantile_of(values, share) == min(enough)


def test_what_loading_adds_is_the_mean_over_copies() -> None:
    if anonymous_bytes() is None:
        pytest.skip("this system doesn't tell")
    assert added_by(lambda: bytearray(8 * MEGABYTE)) == pytest.approx(8 * MEGABYTE, rel=0.1)
    assert added_by(lambda: bytearray(MEGABYTE)) == pytest.approx(MEGABYTE, rel=0.2)


def here(measure: Callable[[], float | None], *, seconds: float) -> float | None:
    """Measure nothing, but do what measuring does."""
    assert seconds == 9.0
    measure()
    return 5.0


def measured(tmp_path: Path, apart: Apart, **folders: Path) -> dict[tuple[str, str], Found]:
    """Return what is found about models, without another process."""
    asked = Asked(
        folders={who: str(place) for who, place in folders.items()}, batch=4, trusted=(), seconds=0.0, timeout=9.0
    )
    write_asked(tmp_path, asked)
    pq.write_table(pa.table({"x": [1.0, 2.0, 3.0]}), rows_file(tmp_path))
    measure_here(tmp_path, MlmodelLoader(load_estimator), apart=apart)
    gc.unfreeze()
    return {(found.who, found.fact): found for found in read_found(tmp_path)}


def test_a_model_is_weighed_apart_and_timed(tmp_path: Path) -> None:
    model = save(LinearRegression().fit(pd.DataFrame({"x": [1.0, 2.0]}), [1, 2]), tmp_path / "m", ("x",))
    found = measured(tmp_path, here, candidate=model)
    assert found.pop(("candidate", "memory")).value == 5.0
    assert sorted(fact for _, fact in found) == [f"latency_{what}_p{n}" for what in ("batch", "row") for n in (50, 99)]
    assert {one.said for one in found.values()} == {f"of {LEAST_CALLS} calls"}
    assert all(one.value is not None and one.value > 0 for one in found.values())


def test_what_can_not_be_loaded_or_asked_or_weighed_says_why(tmp_path: Path) -> None:
    def fails(measure: object, *, seconds: float) -> float | None:
        msg = "it was killed"
        raise ChildProcessError(msg)

    other = save(LinearRegression().fit(pd.DataFrame({"z": [1.0, 2.0]}), [1, 2]), tmp_path / "m", ("z",))
    found = measured(tmp_path, fails, candidate=tmp_path / "none", baseline=other)
    assert found["candidate", ""].said.startswith("model must have a readable MLmodel file.")
    assert (found["baseline", "memory"].value, found["baseline", "memory"].said) == (None, "it was killed")
    late = found["baseline", "latency_batch_p99"]
    assert (late.value, late.said[:50]) == (None, "the holdout must have its features. Got KeyError: ")


def test_a_model_that_can_not_predict_says_so_for_rows_and_batches(tmp_path: Path) -> None:
    model = save(LinearRegression(), tmp_path / "m", ("x",))
    found = measured(tmp_path, here, candidate=model)
    for fact in ("latency_row_p50", "latency_row_p99", "latency_batch_p50", "latency_batch_p99"):
        assert found["candidate", fact].said.startswith("it can't predict: NotFittedError: ")


def test_letters_come_back_as_they_were_written(tmp_path: Path) -> None:
    asked = Asked(folders={"candidate": "a"}, batch=5, trusted=("x.Y",), seconds=1.0, timeout=2.0)
    write_asked(tmp_path, asked)
    assert read_asked(tmp_path) == asked
    assert list(read_found(tmp_path)) == []
    found = [Found(who="candidate", fact="memory", value=1.0), Found(who="baseline", fact="", said="it\nbroke")]
    for one in found:
        add_found(tmp_path, one)
    assert list(read_found(tmp_path)) == found


def test_what_was_not_written_to_its_end_is_left_out(tmp_path: Path) -> None:
    add_found(tmp_path, Found(who="candidate", fact="memory", value=1.0))
    with (tmp_path / "found.jsonl").open("a") as file:
        file.write('{"who": "candi')
    assert [one.value for one in read_found(tmp_path)] == [1.0]
