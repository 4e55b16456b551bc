"""A second, cheap look at the rows that fail: the most frequent values among them, and a few of them whole."""

# ruff: noqa: S608 - names and values are quoted, each in its place
from __future__ import annotations

from dataclasses import replace
from typing import Any

from headgate.adapters.duckdb_suites.plain import plain
from headgate.adapters.duckdb_suites.plan import ROWS, Rule
from headgate.adapters.duckdb_suites.quoting import all_of, any_of, literal
from headgate.adapters.duckdb_suites.sessions import Session
from headgate.core.suite import Measured

_SHOWN = 5
_FIRST = 10_000
"""Values are counted among the first so many rows that fail: the look ends early where many do."""
_FIRST_IF_MET = 500
"""The same where the expectation is met all the same: nobody has to act on those."""


def looked_at(found: Measured, rule: Rule, session: Session) -> Measured:
    """Return the finding with samples, and with whole rows unless it is met all the same."""
    if found.success:
        return replace(found, samples=tuple(map(_shown, found.samples or _samples(rule, session, _FIRST_IF_MET))))
    samples = found.samples or _samples(rule, session, _FIRST)
    rows = session.ask_rows(
        f"SELECT * FROM {rule.of} WHERE {_failing(rule, samples)} LIMIT {_SHOWN}",
        None if rule.of == ROWS else rule.columns,
    )
    return replace(
        found,
        samples=tuple(map(_shown, samples)),
        rows=tuple({column: plain(value) for column, value in row.items()} for row in rows),
    )


def _failing(rule: Rule, samples: tuple[Any, ...]) -> str:
    if not rule.keys:
        return rule.where
    try:
        return all_of([rule.where, _shares_keys(rule, samples)])
    except TypeError:  # bytes, lists and their like can't be written in a query
        return "false"


def _samples(rule: Rule, session: Session, first_rows: int) -> tuple[Any, ...]:
    if not rule.values:
        return ()
    values = ", ".join(f"{value} AS v{place}" for place, value in enumerate(rule.values))
    first = f"SELECT {values} FROM {rule.of} WHERE {rule.where} LIMIT {first_rows}"
    keys = ", ".join(f"v{place}" for place in range(len(rule.values)))
    query = f"SELECT {keys} FROM ({first}) GROUP BY {keys} ORDER BY count(*) DESC, {keys} LIMIT {_SHOWN}"
    found = session.ask(query, rule.columns)
    return tuple(row[0] if len(row) == 1 else row for row in found)


def _shares_keys(rule: Rule, samples: tuple[Any, ...]) -> str:
    rows = [sample if isinstance(sample, tuple) else (sample,) for sample in samples]
    return any_of(
        [
            all_of([f"{key} IS NOT DISTINCT FROM {literal(value)}" for key, value in zip(rule.keys, row, strict=True)])
            for row in rows
        ]
    )


def _shown(value: Any) -> Any:  # noqa: ANN401 - any value of any column
    return tuple(map(plain, value)) if isinstance(value, tuple) else plain(value)
