"""Which features a candidate needs, as bars with their spread between shuffles."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from headgate.adapters.plotly_pages.markup import element, table
from headgate.core.headline import counted
from headgate.core.importance import FeatureImportance, Importance

_MOST = 8
_NUMBERS = ("± between shuffles", "Shuffles")


def importance_bars(found: Importance, *, most: int | None = None) -> str:
    """Return a table with a bar for each feature; nothing where none was measured.

    A bar is as long as the feature is important, and 0 where it isn't; the line on it is one standard deviation between
    shuffles to either side, as far as that is above 0.

    Args:
        found: What was measured.
        most: How many features are shown, the most important first; all of them when `None`.
    """
    if not found.features:
        return ""
    shown = found.features[:most]
    shap = (f"Mean |SHAP|, {found.shap_rows:,} rows",) if found.shap_rows else ()
    head = ("Feature", f"{found.metric} worse by", *_NUMBERS, *shap)
    longest = max((one.importance or 0.0) + (one.std or 0.0) for one in shown)
    most_shap = max(one.shap or 0.0 for one in shown)
    rows = (element("tr", *_cells(one, longest, most_shap, has_shap=bool(shap))) for one in shown)
    return table("Features, the most important first", head, rows, numbers=_NUMBERS)


def importance_section(found: Importance | None) -> str:
    """Return the few most important features with a sentence; nothing where none was measured."""
    if found is None or not found.features:
        return ""
    lead = (
        f"By how much {found.metric} gets worse when the values of a feature are shuffled among {found.rows:,} of the "
        f"{found.of:,} rows of the holdout. The line on a bar is by how much that differs from shuffle to shuffle. No "
        "gate goes by it."
    )
    more = len({*found.left_out, *(one.feature for one in found.features)}) - min(len(found.features), _MOST)
    rest = f"{counted(more, 'feature', 'features')} more: evaluation/importance.html in the same MLflow run."
    after = element("p", escape(rest), class_="faint") if more else ""
    return element("p", escape(lead)) + importance_bars(found, most=_MOST) + after


def _cells(one: FeatureImportance, longest: float, most_shap: float, *, has_shap: bool) -> Iterator[str]:
    yield element("th", escape(one.feature), scope="row")
    yield _bar(one.importance, longest, spread=one.std or 0.0)
    yield element("td", _number(one.std), class_="number")
    yield element("td", f"{one.repeats:,}", class_="number")
    if has_shap:
        yield _bar(one.shap, most_shap)


def _bar(value: float | None, longest: float, *, spread: float = 0.0) -> str:
    if value is None:
        return element("td", "not measured", class_="faint")
    drawn = element("span", style=f"width:{_share(value, longest):.1f}%")
    start, end = _share(value - spread, longest), _share(value + spread, longest)
    if end > start:
        drawn += element("span", class_="spread", style=f"left:{start:.1f}%;width:{end - start:.1f}%")
    return element("td", escape(_number(value)), element("span", drawn, class_="cost ours", aria_hidden="true"))


def _share(value: float, longest: float) -> float:
    return 100 * max(value, 0.0) / longest if longest > 0 else 0.0


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.4g}"
