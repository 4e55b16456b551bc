"""A suite of expectations as data, whatever engine runs it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from headgate.core.validation import Severity

_COLUMN = re.compile(r'\bcol\("([^"]+)"\)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One expectation, in Great Expectations' words.

    Args:
        type: Such as `expect_column_values_to_be_between`.
        kwargs: Its arguments as plain JSON, `mostly` and row conditions among them, suite parameters put in.
        severity: What an unmet one means.
        place: Its position in the suite, from 0.
        meta: Whatever the user keeps with it.
        description: Words of the user's that replace the sentence's question.
        notes: A note of the user's, repeated with its result.
    """

    type: str
    kwargs: Mapping[str, Any]
    severity: Severity = Severity.CRITICAL
    place: int = 0
    meta: Mapping[str, Any] = field(default_factory=dict)
    description: str | None = None
    notes: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it is about; none when it is about the table, even if it lists the table's columns."""
        if self.type.startswith("expect_table_"):
            return ()
        named = [self.kwargs.get(key) for key in ("column", "column_A", "column_B")]
        return tuple(c for c in (*named, *(self.kwargs.get("column_list") or ())) if isinstance(c, str))

    @property
    def condition_columns(self) -> tuple[str, ...]:
        """The columns that its row condition names; none of a condition in pandas' own language."""
        return tuple(_columns_of(self.kwargs.get("row_condition")))


def _columns_of(condition: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(condition, str):
        yield from _COLUMN.findall(condition)
    elif isinstance(condition, Mapping):
        if isinstance(column := condition.get("column"), Mapping):
            yield str(column.get("name"))
        for part in condition.get("conditions") or ():
            yield from _columns_of(part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Expectations in their order, by the name that the user gave: a path or a dotted path."""

    name: str
    expectations: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What an engine found about one expectation, before words are put to it. Names are Great Expectations'.

    Args:
        success: Whether it is met; `None` when it broke, and then `error` says how.
        error: Why it could not be evaluated.
        declined: It broke for this engine alone, which can't evaluate it with exactly the meaning that it has in Great
            Expectations on columns of these types; another engine may.
        element_count: Rows looked at, after the row condition; `None` for expectations that aren't about rows.
        missing_count: Of those, the rows that it skips (nulls); `None` where it skips none by definition.
        unexpected_count: Of the rest, those that fail.
        observed: The observed value as plain JSON, for expectations that aren't about rows.
        samples: A few unexpected values, the most frequent first.
        rows: A few rows that fail, whole, as plain values.
    """

    success: bool | None
    error: str | None = None
    declined: bool = False
    element_count: int | None = None
    missing_count: int | None = None
    unexpected_count: int | None = None
    observed: Any = None
    samples: tuple[Any, ...] = ()
    rows: tuple[Mapping[str, Any], ...] = ()

    @property
    def unexpected_percent(self) -> float | None:
        """Unexpected rows in percent of those that aren't missing; `None` when there are none, or nothing to count."""
        if self.element_count is None or self.unexpected_count is None:
            return None
        looked_at = self.element_count - (self.missing_count or 0)
        return 100 * self.unexpected_count / looked_at if looked_at else None
