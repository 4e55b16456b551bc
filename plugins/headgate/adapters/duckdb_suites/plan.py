"""What an expectation asks of the rows, as data: which figures, of which look at them, and what they mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from headgate.core.suite import Measured

ROWS = "rows"
"""What the rows are called in SQL."""


class UnfitError(Exception):
    """An expectation that can't be asked of these columns with exactly its meaning; the message says why."""


class MissingColumnError(UnfitError):
    """A column that isn't there: no other engine will find it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One figure.

    Args:
        sql: An expression that aggregates what it is asked of.
        columns: Columns that this look needs; equal SQL needs equal ones.
        of: What it is asked of: the rows themselves, or a query in parentheses that reads them.
    """

    sql: str
    columns: frozenset[str] = field(default=frozenset(), compare=False)
    of: str = ROWS


Answers = Mapping[Ask, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which rows fail, for a second look at them.

    Args:
        where: A condition that is true for them; null counts as false.
        values: Expressions of what is shown of each.
        columns: Columns that it needs.
        keys: Where given, only those rows fail that share these with another row for which `where` is true.
        of: What is looked through.
    """

    where: str
    values: tuple[str, ...]
    columns: frozenset[str]
    keys: tuple[str, ...] = ()
    of: str = ROWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to ask, and what the answers mean.

    Args:
        asks: The figures; equal ones of several plans are asked once.
        read: Makes a finding of the answers, or a further plan where one look decides what the next one asks.
        rule: Which rows fail, where it is about rows.
    """

    asks: tuple[Ask, ...] = ()
    read: Callable[[Answers], Measured | Plan]
    rule: Rule | None = None
