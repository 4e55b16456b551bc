"""Write plans down, so that a person can read what will be asked."""

from __future__ import annotations

from collections.abc import Sequence

from headgate.adapters.duckdb_suites.plan import ROWS, Ask, Plan
from headgate.core.suite import Expectation, Measured


def explained(plans: Sequence[tuple[Expectation, Plan | Measured]]) -> str:
    """Return one line for each expectation, and then every query with the figures that those lines speak of."""
    asks = list(dict.fromkeys(ask for _, plan in plans if isinstance(plan, Plan) for ask in plan.asks))
    names = {ask: f"a{place}" for place, ask in enumerate(asks)}
    lines = [f"-- {_title(expectation)}: {_asked(plan, names)}" for expectation, plan in plans]
    queries = [_query([ask for ask in asks if ask.of == of], names) for of in dict.fromkeys(ask.of for ask in asks)]
    return "\n".join(lines) + "\n\n" + "\n\n".join(queries)


def _title(expectation: Expectation) -> str:
    return f"{expectation.place} {expectation.type}({', '.join(expectation.columns)})"


def _asked(plan: Plan | Measured, names: dict[Ask, str]) -> str:
    if isinstance(plan, Measured):
        return f"{plan.error}{': Great Expectations evaluates it' if plan.declined else ''}"
    return ", ".join(names[ask] for ask in plan.asks) or "known without a look at the rows"


def _query(asks: Sequence[Ask], names: dict[Ask, str]) -> str:
    of = asks[0].of
    about = "One scan" if of == ROWS else "A pass of its own"
    columns = ", ".join(sorted(frozenset[str]().union(*(ask.columns for ask in asks)))) or "none"
    figures = ",\n".join(f"  {ask.sql} AS {names[ask]}" for ask in asks)
    return f"-- {about}; columns: {columns}\nSELECT\n{figures}\nFROM {of};"
