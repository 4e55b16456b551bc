"""What every splitter of rows must do: subclass `SplitterConformance` in your tests, and let pytest collect it."""

# ruff: noqa: S101 - a suite that pytest runs

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, cast

import pyarrow as pa  # noqa: TID253 - no Dag imports it
import pytest

from headgate.core.suite import Expectation
from headgate.errors import SnapshotDamagedError
from headgate.ports import RowsSplitter
from headgate.testing.memory_scan import MemoryScan

_BETWEEN = "expect_column_values_to_be_between"
_NOT_NULL = "expect_column_values_to_not_be_null"
_ROW_COUNT = "expect_table_row_count_to_be_between"
_REASONS = "headgate_reasons"
_ROWS = pa.table(
    {
        "load": pa.array([1.0, -2.0, None, 4.0, 99.0, -6.0], pa.float64()),
        "n": pa.array([1, 2, 3, 4, 5, 6], pa.int32()),
        "s": pa.array(["a", None, "é", "", "a", "b"]),
    }
)


class SplitterConformance(ABC):
    """The suite. Each test asks for a splitter of its own."""

    @abstractmethod
    def make(self) -> RowsSplitter:
        """Return a splitter."""

    def split(self, *expectations: Expectation, parts: tuple[pa.Table, ...] = (_ROWS,)) -> list[tuple[Any, Any]]:
        """Return the rows to keep and those to set aside, of each part."""
        return list(self.make().split(expectations, MemoryScan(*parts)))

    def test_it_knows_what_is_about_rows(self) -> None:
        """A count of all rows isn't."""
        asked = [
            _asked(_BETWEEN, column="load", min_value=0),
            _asked(_NOT_NULL, column="load"),
            _asked(_ROW_COUNT, min_value=1),
        ]
        assert [self.make().is_row_level(expectation) for expectation in asked] == [True, True, False]

    def test_rows_that_fail_are_set_aside_whole_and_in_their_order(self) -> None:
        """The others are kept, in theirs, with the columns and types that there were."""
        ((keep, aside),) = self.split(_asked(_BETWEEN, column="load", min_value=0))
        assert keep.equals(_ROWS.take([0, 2, 3, 4]))
        assert aside.drop_columns([_REASONS]).equals(_ROWS.take([1, 5]))
        assert aside.schema.field(_REASONS).type == pa.list_(pa.string())

    def test_each_row_says_every_expectation_that_it_fails_in_their_order(self) -> None:
        """A row may fail several."""
        aside = self.split(_asked(_NOT_NULL, column="load"), _asked(_NOT_NULL, column="s"))[0][1]
        assert _reasons(aside) == [[f"{_NOT_NULL}(s)"], [f"{_NOT_NULL}(load)"]]
        both = pa.table({"load": pa.array([None], pa.float64()), "s": pa.array([None], pa.string())})
        aside = self.split(_asked(_NOT_NULL, column="load"), _asked(_NOT_NULL, column="s"), parts=(both,))[0][1]
        assert _reasons(aside) == [[f"{_NOT_NULL}(load)", f"{_NOT_NULL}(s)"]]

    def test_two_expectations_of_one_type_about_one_column_both_count(self) -> None:
        """Whatever they are called."""
        low, high = _asked(_BETWEEN, column="load", min_value=0), _asked(_BETWEEN, 1, column="load", max_value=50)
        aside = self.split(low, high)[0][1]
        assert aside.column("n").to_pylist() == [2, 5, 6]

    def test_mostly_plays_no_part(self) -> None:
        """A row that fails is set aside however many may."""
        aside = self.split(_asked(_BETWEEN, column="load", min_value=0, mostly=0.1))[0][1]
        assert aside.num_rows == len([-2.0, -6.0])

    def test_each_part_is_split_by_itself(self) -> None:
        """One without rows too."""
        parts = (_ROWS.slice(0, 2), _ROWS.slice(2, 0), _ROWS.slice(2))
        found = self.split(_asked(_BETWEEN, column="load", min_value=0), parts=parts)
        assert [(keep.num_rows, aside.num_rows) for keep, aside in found] == [(1, 1), (0, 0), (3, 1)]
        assert all(keep.schema.equals(_ROWS.schema) for keep, _ in found)

    def test_rows_that_all_fail_leave_none(self) -> None:
        """The part is still there, with its columns."""
        ((keep, aside),) = self.split(_asked(_BETWEEN, column="n", max_value=0))
        assert (keep.num_rows, keep.schema.equals(_ROWS.schema), aside.num_rows) == (0, True, _ROWS.num_rows)

    def test_damage_is_raised(self) -> None:
        """It isn't taken for rows that are right."""
        scan = MemoryScan(_ROWS, _ROWS, damaged=1)
        with pytest.raises(SnapshotDamagedError):
            list(self.make().split([_asked(_NOT_NULL, column="load")], scan))


def _asked(kind: str, place: int = 0, **kwargs: Any) -> Expectation:  # noqa: ANN401 - whatever it takes
    return Expectation(type=kind, kwargs=kwargs, place=place)


def _reasons(aside: Any) -> list[list[str]]:  # noqa: ANN401 - a `pyarrow.Table`, which ships no types
    return cast("list[list[str]]", aside.column(_REASONS).to_pylist())
