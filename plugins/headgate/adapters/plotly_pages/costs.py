"""What candidate and baseline cost, as bars; and whatever else gates had measured, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from headgate.adapters.plotly_pages.markup import element, table
from headgate.core.evaluation import Fact
from headgate.core.fact_words import fact_text
from headgate.core.verdict_words import number_text

_COSTS = {
    "latency_row_p50": "Time for one row, usually",
    "latency_row_p99": "Time for one row, 99 of 100 times at most",
    "latency_batch_p50": "Time for a batch, usually",
    "latency_batch_p99": "Time for a batch, 99 of 100 times at most",
    "size": "Size on disk",
    "memory": "Memory to load it",
}


def cost_bars(facts: Sequence[Fact]) -> str:
    """Return a table with bars of what each model costs; nothing where nobody measured it."""
    known = {fact.name: fact for fact in facts}
    rows = [_row(said, known[name]) for name, said in _COSTS.items() if name in known]
    head = ("What", "Candidate", "Champion", "Candidate over champion")
    return table("Measured in a fresh process, on the machine of this run", head, rows) if rows else ""


def other_facts(facts: Sequence[Fact]) -> str:
    """Return a table of what else was measured; nothing where nothing was."""
    rows = [
        element(
            "tr",
            element("th", escape(fact.name.replace("_", " ")), scope="row"),
            *(
                element("td", escape(fact_text(value, fact.unit)), class_="number")
                for value in (fact.candidate, fact.baseline)
            ),
            element("td", escape(fact.note)),
        )
        for fact in facts
        if fact.name not in _COSTS
    ]
    head = ("What", "Candidate, or the data", "Champion", "To know")
    return table("What gates asked for besides", head, rows, numbers=head[1:3]) if rows else ""


def _row(said: str, fact: Fact) -> str:
    values = (fact.candidate, fact.baseline)
    most = max((value for value in values if value is not None), default=0.0)
    cells = [_bar(value, most, fact, class_) for value, class_ in zip(values, ("ours", "theirs"), strict=True)]
    ours, theirs = values
    ratio = f"{number_text(ours / theirs)} times" if ours and theirs else ""
    return element("tr", element("th", escape(said), scope="row"), *cells, element("td", escape(ratio or fact.note)))


def _bar(value: float | None, most: float, fact: Fact, class_: str) -> str:
    if value is None:
        return element("td", "not measured", class_="faint")
    share = 100 * value / most if most > 0 else 0.0
    bar = element(
        "span", element("span", style=f"width:{max(share, 1):.1f}%"), class_=f"cost {class_}", aria_hidden="true"
    )
    return element("td", escape(fact_text(value, fact.unit)), bar)
