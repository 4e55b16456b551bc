"""The page of a candidate's explanation: which features it needs, as bars."""

from __future__ import annotations

from html import escape

from headgate.adapters.plotly_pages.importance_bars import importance_bars
from headgate.adapters.plotly_pages.markup import STILL, element, facts, page
from headgate.core.importance import Importance
from headgate.core.refs import RunRef


def importance_page(run: RunRef, found: Importance) -> str:
    """Return the page."""
    title = f"{run.model}, as-of {_day(run.as_of.instant.isoformat())}: what the candidate goes by"
    about = {
        "Measured by": found.metric,
        f"{found.metric} on these rows": _number(found.value),
        "Rows": f"{found.rows:,} of the {found.of:,} of the holdout",
        "Time allowed": f"{found.seconds:g} s",
        "Seed": str(found.seed),
    }
    return page(
        title,
        element("h1", escape(title)),
        element("p", escape(_summary(found))),
        *(element("p", escape(note), class_="notice") for note in found.notes),
        facts(about),
        importance_bars(found),
        _left_out(found),
        element("p", escape(_CAUTION), class_="faint"),
        policy=STILL,
        styles=("page.css", "gates.css"),
    )


_CAUTION = (
    "A feature's importance is by how much the metric gets worse when the feature's values are shuffled among the "
    "rows. Two features that say the same share their importance, and either may look unimportant. It says what this "
    "candidate goes by, not what causes the label."
)


def _summary(found: Importance) -> str:
    if not found.features:
        return "Nothing could be measured."
    if not found.said:
        return f"No feature makes a difference to {found.metric}."
    return f"Shuffling a feature makes {found.metric} worse by: {found.said}."


def _left_out(found: Importance) -> str:
    if not found.left_out:
        return ""
    return element("p", escape(f"Not measured by {found.metric}: {', '.join(found.left_out)}."))


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.4g}"


def _day(instant: str) -> str:
    return instant.replace("+00:00", "Z").removesuffix("T00:00:00Z")
