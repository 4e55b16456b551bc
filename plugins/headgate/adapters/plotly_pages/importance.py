"""The page of a candidate's explanation: which features it needs, as bars."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from headgate.adapters.plotly_pages.markup import STILL, element, facts, page, table
from headgate.core.importance import FeatureImportance, Importance
from headgate.core.refs import RunRef

_NUMBERS = ("± between shuffles", "Shuffles")


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
        _bars(found),
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


def _bars(found: Importance) -> str:
    if not found.features:
        return ""
    has_shap = found.shap_rows > 0
    shap = (f"Mean |SHAP|, {found.shap_rows:,} rows",) if has_shap else ()
    head = ("Feature", f"{found.metric} worse by", *_NUMBERS, *shap)
    most = max((one.importance or 0.0 for one in found.features), default=0.0)
    most_shap = max((one.shap or 0.0 for one in found.features), default=0.0)
    rows = (element("tr", *_cells(one, most, most_shap, has_shap=has_shap)) for one in found.features)
    return table("Features, the most important first", head, rows, numbers=_NUMBERS)


def _cells(one: FeatureImportance, most: float, most_shap: float, *, has_shap: bool) -> Iterator[str]:
    yield element("th", escape(one.feature), scope="row")
    yield _bar(one.importance, most)
    yield element("td", _number(one.std), class_="number")
    yield element("td", f"{one.repeats:,}", class_="number")
    if has_shap:
        yield _bar(one.shap, most_shap)


def _bar(value: float | None, most: float) -> str:
    if value is None:
        return element("td", "not measured", class_="faint")
    share = 100 * max(value, 0.0) / most if most > 0 else 0.0
    bar = element("span", element("span", style=f"width:{share:.1f}%"), class_="cost ours", aria_hidden="true")
    return element("td", escape(_number(value)), bar)


def _left_out(found: Importance) -> str:
    if not found.left_out:
        return ""
    return element("p", escape(f"Not measured by {found.metric}: {', '.join(found.left_out)}."))


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.4g}"


def _day(instant: str) -> str:
    return instant.replace("+00:00", "Z").removesuffix("T00:00:00Z")
