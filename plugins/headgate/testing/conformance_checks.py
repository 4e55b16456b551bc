"""What every runner of a custom check must do: subclass `CheckConformance` in your tests, and let pytest collect it."""

# ruff: noqa: S101 - a suite that pytest runs

from __future__ import annotations

from abc import ABC, abstractmethod

import pyarrow as pa  # noqa: TID253 - no Dag imports it
import pytest

from headgate.core.validation import Finding, Severity
from headgate.errors import SnapshotDamagedError
from headgate.ports import CheckRunner
from headgate.testing.memory_scan import MemoryScan

_GOOD = pa.table({"load": [1.0, 2.0, 3.0], "station": ["a", "b", "a"]})
_BAD = pa.table({"load": [-1.0, 5.0, -2.0], "station": ["a", "b", "ü"]})
_MANY = pa.table({"load": [-1.0] * 1000, "station": ["a"] * 1000})
_MOST_SHOWN = 5


class CheckConformance(ABC):
    """The suite. Each test asks for a check of its own, which calls rows wrong whose `load` is negative."""

    @abstractmethod
    def make(self, severity: Severity) -> CheckRunner:
        """Return a check of that severity."""

    @abstractmethod
    def make_broken(self) -> CheckRunner:
        """Return a check that can't be evaluated."""

    def test_it_is_met_where_no_row_is_wrong(self) -> None:
        """However many parts there are."""
        for parts in ((_GOOD,), (_GOOD, _GOOD), (_GOOD, _GOOD.slice(0, 0), _GOOD)):
            assert self.make(Severity.CRITICAL).run(MemoryScan(*parts)).finding is Finding.MET

    def test_it_is_unmet_where_rows_are_wrong(self) -> None:
        """And says how many, over all parts."""
        result = self.make(Severity.CRITICAL).run(MemoryScan(_GOOD, _BAD, _BAD))
        assert result.finding is Finding.UNMET
        assert "4" in result.sentence

    def test_its_severity_is_the_checks(self) -> None:
        """Whatever became of it."""
        for severity in Severity:
            found = {self.make(severity).run(MemoryScan(part)).severity for part in (_GOOD, _BAD)}
            assert found == {severity}

    def test_it_says_that_it_is_no_expectation_of_the_suite(self) -> None:
        """By its engine and by having no place."""
        result = self.make(Severity.INFO).run(MemoryScan(_GOOD))
        assert (result.engine, result.place) == ("check", None)
        assert result.expectation in result.sentence

    def test_rows_that_are_wrong_are_shown_whole(self) -> None:
        """A few, not all, as text."""
        first = self.make(Severity.CRITICAL).run(MemoryScan(_BAD)).rows[0]
        assert dict(first) == {"load": "-1", "station": "'a'"}
        assert 0 < len(self.make(Severity.CRITICAL).run(MemoryScan(_MANY)).rows) <= _MOST_SHOWN

    def test_no_rows_are_no_wrong_rows(self) -> None:
        """An empty snapshot is refused elsewhere."""
        assert self.make(Severity.CRITICAL).run(MemoryScan(_GOOD.slice(0, 0))).finding is Finding.MET

    def test_the_second_time_says_the_same(self) -> None:
        """The same check over the same rows."""
        check, rows = self.make(Severity.CRITICAL), MemoryScan(_GOOD, _BAD)
        assert check.run(rows) == check.run(rows)

    def test_a_faulty_check_broke_and_raises_nothing(self) -> None:
        """It says nothing about the data, in one line."""
        result = self.make_broken().run(MemoryScan(_GOOD, _BAD))
        assert result.finding is Finding.BROKEN
        assert "\n" not in result.sentence

    def test_a_column_that_is_not_there_is_never_a_pass(self) -> None:
        """Broken, or unmet where the check is about which columns there are."""
        assert self.make(Severity.CRITICAL).run(MemoryScan(_GOOD.drop_columns(["load"]))).finding is not Finding.MET

    def test_damage_is_no_fault_of_the_check(self) -> None:
        """It is raised, in the first part or in a later one."""
        for place in (0, 1):
            with pytest.raises(SnapshotDamagedError, match=f"part {place}"):
                self.make(Severity.CRITICAL).run(MemoryScan(_GOOD, _GOOD, damaged=place))
