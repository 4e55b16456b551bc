"""What every suite runner must do: subclass `SuiteConformance` in your tests, and let pytest collect it."""

# ruff: noqa: S101 - a suite that pytest runs

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import pyarrow as pa  # noqa: TID253 - no Dag imports it
import pytest

from headgate.core.suite import Expectation, Measured
from headgate.errors import SnapshotDamagedError
from headgate.ports import SuiteRunner
from headgate.testing.memory_scan import MemoryScan

_BETWEEN = "expect_column_values_to_be_between"
_IN_SET = "expect_column_values_to_be_in_set"
_MEAN = "expect_column_mean_to_be_between"
_NOT_NULL = "expect_column_values_to_not_be_null"
_ROW_COUNT = "expect_table_row_count_to_be_between"
_ROWS = pa.table(
    {
        "co2": [350.0, 351.0, None, 352.0, 412.125, 415.0, 353.0, 354.0, 355.0, 356.0],
        "station": ["a", "b", "a", "b", "a", "b", "a", "b", "a", "x"],
        "n": list(range(10)),
    }
)
_SCAN = MemoryScan(_ROWS.slice(0, 4), _ROWS.slice(4, 0), _ROWS.slice(4))


class SuiteConformance(ABC):
    """The suite. Each test asks for a runner of its own."""

    @abstractmethod
    def make(self) -> SuiteRunner:
        """Return a runner."""

    def find(self, kind: str, **kwargs: Any) -> Measured:  # noqa: ANN401 - whatever it takes
        """Return what a runner finds about one expectation, over rows of three parts."""
        return self.make().run([_asked(kind, **kwargs)], _SCAN)[0]

    def test_it_has_a_name(self) -> None:
        """Results say who evaluated them."""
        assert self.make().name

    def test_it_takes_what_it_is_tested_with_and_answers_without_running(self) -> None:
        """Five types are the least."""
        runner = self.make()
        asked = [
            _asked(_BETWEEN, column="co2", min_value=1),
            _asked(_IN_SET, column="co2", value_set=[]),
            _asked(_NOT_NULL, column="co2"),
            _asked(_MEAN, column="co2", min_value=1),
            _asked(_ROW_COUNT, min_value=1),
        ]
        assert all(map(runner.takes, asked))

    def test_findings_come_in_the_order_of_the_expectations(self) -> None:
        """Whatever broke among them, and whatever their places in the suite are."""
        asked = [
            _asked(_BETWEEN, 7, column="co2", max_value=400),
            _asked(_NOT_NULL, 3, column="c02"),
            _asked(_ROW_COUNT, 5, min_value=1),
            _asked(_NOT_NULL, 4, column="n"),
        ]
        assert [found.success for found in self.make().run(asked, _SCAN)] == [False, None, True, True]

    def test_one_asked_twice_is_found_twice(self) -> None:
        """Severities may differ, so the suite may hold it twice."""
        first, second = self.make().run([_asked(_NOT_NULL, 0, column="n"), _asked(_NOT_NULL, 1, column="n")], _SCAN)
        assert first == second

    def test_nothing_asked_is_nothing_found(self) -> None:
        """And no error."""
        assert self.make().run([], _SCAN) == ()

    def test_nulls_are_missing_and_not_unexpected(self) -> None:
        """Except where nulls are the question."""
        found = self.find(_BETWEEN, column="co2", min_value=300, max_value=400)
        assert (found.success, found.element_count, found.missing_count, found.unexpected_count) == (False, 10, 1, 2)
        found = self.find(_NOT_NULL, column="co2")
        assert (found.success, found.element_count, found.missing_count, found.unexpected_count) == (False, 10, None, 1)

    @pytest.mark.parametrize(("mostly", "met"), [(0.91, False), (0.9, True), (0.89, True)])
    def test_mostly_is_inclusive(self, mostly: float, met: bool) -> None:  # noqa: FBT001 - pytest's
        """Nine of ten meet 0.9."""
        assert self.find(_NOT_NULL, column="co2", mostly=mostly).success is met

    @pytest.mark.parametrize(("floor", "met"), [(9, True), (10, True), (11, False)])
    def test_a_limit_is_inclusive(self, floor: int, met: bool) -> None:  # noqa: FBT001 - pytest's
        """Ten rows are at least ten."""
        found = self.find(_ROW_COUNT, min_value=floor)
        assert (found.success, found.observed) == (met, 10)
        assert (found.element_count, found.unexpected_count) == (None, None)

    @pytest.mark.parametrize(("floor", "met"), [(4.4, True), (4.5, True), (4.6, False)])
    def test_an_aggregate_is_observed_over_all_parts(self, floor: float, met: bool) -> None:  # noqa: FBT001 - pytest's
        """A mean of parts isn't the mean of their means."""
        found = self.find(_MEAN, column="n", min_value=floor)
        assert (found.success, found.observed) == (met, 4.5)

    def test_samples_are_the_unexpected_values_once_each(self) -> None:
        """Of all parts."""
        assert set(self.find(_IN_SET, column="station", value_set=["a"]).samples) == {"b", "x"}
        assert self.find(_IN_SET, column="station", value_set=["a", "b", "x"]).samples == ()

    def test_the_few_that_fail_of_one_that_is_met_are_shown(self) -> None:
        """Their values; whole rows are shown where somebody has to act on them."""
        found = self.find(_IN_SET, column="station", value_set=["a", "b"], mostly=0.5)
        assert (found.success, found.samples) == (True, ("x",))

    def test_a_column_that_is_not_there_breaks_its_expectation_alone(self) -> None:
        """It is never bad data."""
        found = self.find(_NOT_NULL, column="c02")
        assert found.success is None
        assert "c02" in (found.error or "")
        assert not found.declined

    def test_what_cannot_be_evaluated_broke_and_says_why(self) -> None:
        """A text has no mean. Nothing is raised, and its neighbour is evaluated."""
        broke, met = self.make().run(
            [_asked(_MEAN, column="station", min_value=1), _asked(_NOT_NULL, column="n")], _SCAN
        )
        assert (broke.success, met.success) == (None, True)
        assert broke.error

    def test_no_rows_meet_what_is_asked_of_each(self) -> None:
        """There is none that fails; a count still counts."""
        none = MemoryScan(_ROWS.slice(0, 0))
        asked = [
            _asked(_NOT_NULL, column="co2"),
            _asked(_BETWEEN, column="co2", max_value=1),
            _asked(_ROW_COUNT, min_value=0),
        ]
        each, between, count = self.make().run(asked, none)
        assert [found.success for found in (each, between, count)] == [True, True, True]
        assert (each.element_count, between.unexpected_count, count.observed) == (0, 0, 0)

    def test_a_damaged_part_is_an_error_and_no_finding(self) -> None:
        """What can't be read says nothing about expectations."""
        with pytest.raises(SnapshotDamagedError):
            self.make().run([_asked(_NOT_NULL, column="n")], MemoryScan(_ROWS, _ROWS, damaged=1))

    def test_it_can_run_again(self) -> None:
        """And finds the same."""
        runner, asked = self.make(), [_asked(_IN_SET, column="station", value_set=["a"])]
        assert runner.run(asked, _SCAN) == runner.run(asked, _SCAN)


def _asked(kind: str, place: int = 0, **kwargs: Any) -> Expectation:  # noqa: ANN401 - as above
    return Expectation(type=kind, kwargs=kwargs, place=place)
