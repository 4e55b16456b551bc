"""What every profiler must do: subclass `ProfilerConformance` in your tests, and let pytest collect it."""

# ruff: noqa: S101 - a suite that pytest runs

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, datetime

import pyarrow as pa  # noqa: TID253 - no Dag imports it
import pytest

from headgate.core.profile import QUANTILES, ColumnProfile, Kind, Profile
from headgate.errors import DataError
from headgate.ports import Profiler

_INSTANT = datetime(2000, 1, 1, tzinfo=UTC)
_ROWS = pa.table(
    {
        "when": pa.array([_INSTANT] * 6, pa.timestamp("us", "UTC")),
        "x": pa.array([4.0, None, 1.0, 2.0, float("nan"), 3.0]),
        "n": pa.array([1, 1, 2, 2, 2, 3], pa.int32()),
        "s": pa.array(["a", "b", None, "b", "é", "b"]),
        "b": pa.array([True, None, False, True, True, True]),
        "l": pa.array([[1], [], None, [2], [3], [4]]),
    }
)


class ProfilerConformance(ABC):
    """The suite. Each test asks for a profiler of its own."""

    @abstractmethod
    def make(self) -> Profiler:
        """Return a profiler."""

    def column(self, name: str, *parts: pa.Table) -> ColumnProfile:
        """Return the statistics of a column of all parts."""
        found = self.profile(*(parts or (_ROWS,))).column_of(name)
        assert found is not None
        return found

    def profile(self, *parts: pa.Table) -> Profile:
        """Return the statistics of all parts."""
        profiler = self.make()
        return profiler.merge([profiler.profile(part) for part in parts])

    def test_each_column_is_there_in_its_order_with_its_type(self) -> None:
        """Types are Arrow's, as text."""
        columns = self.profile(_ROWS).columns
        assert [(column.name, column.type) for column in columns] == [(f.name, str(f.type)) for f in _ROWS.schema]
        kinds = [Kind.TIME, Kind.NUMBER, Kind.NUMBER, Kind.TEXT, Kind.BOOL, Kind.OTHER]
        assert [column.kind for column in columns] == kinds

    @pytest.mark.parametrize(("name", "nulls"), [("when", 0), ("x", 2), ("n", 0), ("s", 1), ("b", 1), ("l", 1)])
    def test_rows_and_nulls_are_counted(self, name: str, nulls: int) -> None:
        """What isn't a number counts as null."""
        assert (self.column(name).rows, self.column(name).nulls) == (6, nulls)

    @pytest.mark.parametrize(("name", "distinct"), [("when", 1), ("x", 4), ("n", 3), ("s", 3), ("b", 2), ("l", None)])
    def test_values_that_differ_are_counted(self, name: str, distinct: int | None) -> None:
        """Of nested types nobody can tell."""
        assert self.column(name).distinct == distinct

    def test_numbers_have_mean_deviation_and_quantiles(self) -> None:
        """Of 1, 2, 3 and 4."""
        column = self.column("x")
        assert column.mean == pytest.approx(2.5)
        assert column.std == pytest.approx((5 / 3) ** 0.5)
        assert len(column.quantiles) == QUANTILES
        assert [column.quantiles[at] for at in (0, 50, 100)] == pytest.approx([1.0, 2.5, 4.0])

    def test_times_are_seconds_since_1970(self) -> None:
        """In UTC."""
        assert self.column("when").mean == pytest.approx(_INSTANT.timestamp())

    def test_categories_come_the_most_frequent_first(self) -> None:
        """Those as frequent by name; few whole numbers are categories, too."""
        assert self.column("s").categories == (("b", 3), ("a", 1), ("é", 1))
        assert self.column("b").categories == (("true", 4), ("false", 1))
        assert self.column("n").categories == (("2", 3), ("1", 2), ("3", 1))
        assert self.column("x").categories == ()

    def test_how_rows_are_cut_into_parts_does_not_matter(self) -> None:
        """Nor does the order of parts, nor one without rows."""
        whole = self.profile(_ROWS)
        first, second = _ROWS.slice(0, 2), _ROWS.slice(2)
        for parts in ((first, second), (second, first), (first, _ROWS.slice(0, 0), second)):
            cut = self.profile(*parts)
            assert cut.rows == whole.rows
            for one, other in zip(cut.columns, whole.columns, strict=True):
                assert (one.nulls, one.distinct, one.categories) == (other.nulls, other.distinct, other.categories)
                assert one.quantiles == pytest.approx(other.quantiles)
                assert one.mean == pytest.approx(other.mean)
                assert one.std == pytest.approx(other.std)

    def test_equal_parts_have_equal_sketches(self) -> None:
        """They are kept beside the part, whoever wrote it."""
        assert self.make().profile(_ROWS) == self.make().profile(pa.concat_tables([_ROWS.slice(0, 1), _ROWS.slice(1)]))

    def test_a_column_without_values_has_no_statistics(self) -> None:
        """None is made up."""
        column = self.column("x", pa.table({"x": pa.nulls(3, pa.float64())}))
        assert (column.nulls, column.distinct, column.mean, column.std, column.quantiles) == (3, 0, None, None, ())

    def test_an_infinite_value_leaves_no_mean(self) -> None:
        """And the greatest double in its place among the quantiles."""
        column = self.column("x", pa.table({"x": [1.0, float("inf")]}))
        assert (column.mean, column.std) == (None, None)
        assert column.quantiles[-1] == pytest.approx(1.7976931348623157e308)

    def test_no_parts_are_no_rows(self) -> None:
        """And no columns."""
        assert self.profile() == Profile(rows=0, columns=())

    def test_parts_of_other_columns_are_refused(self) -> None:
        """There is no sum of them."""
        with pytest.raises(DataError, match="same columns"):
            self.profile(_ROWS, _ROWS.drop_columns(["x"]))
