"""Latency in turns, memory by the system's count, and what parent and child write to each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.adapters.process_costs.latency import LEAST_CALLS, MOST_CALLS, quantile_of, timed_in_turns
from headgate.adapters.process_costs.letters import Asked, Found, add_found, read_asked, read_found, write_asked
from headgate.adapters.process_costs.memory import added_by, anonymous_bytes

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
