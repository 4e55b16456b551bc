"""Comparisons as a forest plot: of each the best guess, the range around it, and the limit it is held against."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from statistics import median

from headgate.adapters.plotly_pages.marks import Scale, line, words
from headgate.adapters.plotly_pages.markup import element
from headgate.core.evaluation import OVERALL
from headgate.core.metrics import METRICS, Direction
from headgate.core.verdict import Answer, Comparison, Verdict
from headgate.core.verdict_words import answer_text, interval_text, signed_text, walk

TONES = {Answer.BETTER: ("good", "✓"), Answer.WORSE: ("bad", "✗"), Answer.CANT_TELL: ("open", "?")}
"""Colour and sign of each answer; the dot's shape says it too, for those who see no colours."""

_WIDTH, _HEIGHT, _MIDDLE = 360, 28, 14
_MOST = 60
_ORDER = (Answer.WORSE, Answer.CANT_TELL, Answer.BETTER)


def forests(verdicts: Sequence[Verdict]) -> str:
    """Return a forest plot for each metric that was compared; nothing when none was."""
    found = [(one.verdict.gate, one.verdict.comparison) for one in walk(verdicts) if one.verdict.comparison]
    found.sort(key=lambda pair: list(METRICS).index(pair[1].metric) if pair[1].metric in METRICS else len(METRICS))
    return "".join(_forest(metric, list(group)) for metric, group in groupby(found, key=lambda pair: pair[1].metric))


def _forest(metric: str, found: list[tuple[str, Comparison]]) -> str:
    shown = found
    if len(found) > _MOST:
        shown = sorted(found, key=lambda pair: (_ORDER.index(pair[1].answer), pair[1].low))[:_MOST]
    scale = _scale([comparison for _, comparison in shown])
    told = f"; the {_MOST} worst of {len(found):,}, all are in verdict.json" if len(found) > _MOST else ""
    caption = f"By how much the candidate improves {metric}{_better(metric)}{told}"
    rows = element("th", "Rows", scope="col", class_="number")
    head = element("tr", element("th", "Compared on", scope="col"), rows, _sides(scale))
    body = element("tbody", *(_row(gate, comparison, scale) for gate, comparison in shown))
    return element(
        "table",
        element("caption", escape(caption)),
        '<colgroup><col><col class="rows"><col class="drawn"><col class="answer"></colgroup>',
        element("thead", head),
        body,
        element(
            "tfoot", element("tr", '<td colspan="2"></td>', element("td", _axis(scale), class_="drawn"), "<td></td>")
        ),
        class_="forest",
    )


def legend() -> str:
    """Return what the marks of a forest plot mean."""
    kinds = (
        (Answer.BETTER, "it is surely good enough"),
        (Answer.WORSE, "it surely isn't"),
        (Answer.CANT_TELL, "these rows can't tell yet"),
    )
    items = [element("li", _key(_dot(answer, 15, 10)), escape(said), class_=TONES[answer][0]) for answer, said in kinds]
    items.append(element("li", _key(line("range", (2, 10), (28, 10))), "where the true value probably lies"))
    items.append(element("li", _key(line("limit", (15, 1), (15, 19))), "what the gate asks for"))
    return element("ul", *items, class_="legend")


def _better(metric: str) -> str:
    known = METRICS.get(metric)
    if known is None:
        return ""
    return f" ({'higher' if known.direction is Direction.HIGHER else 'lower'} is better)"


def _scale(found: Sequence[Comparison]) -> Scale:
    """Return a scale that shows every estimate and limit, and of ranges that are much wider than most a part."""
    points = [value for one in found for value in (one.improvement, one.limit, 0.0) if math.isfinite(value)]
    widths = [width for one in found if math.isfinite(width := one.high - one.low)]
    room = 2 * median(widths) if widths else 0.0
    ends = [value for one in found for value in (one.low, one.high) if math.isfinite(value)]
    low = max(min([*ends, *points]), min(points) - room)
    high = min(max([*ends, *points]), max(points) + room)
    air = 0.06 * (high - low) or 1.0
    return Scale(low=low - air, high=high + air, left=6, right=_WIDTH - 6)


def _sides(scale: Scale) -> str:
    zero = scale.at(0.0)
    drawn = words("tick", zero - 8, 16, "◂ worse", anchor="end") if zero > 70 else ""  # noqa: PLR2004 - room for it
    drawn += words("tick", zero + 8, 16, "better ▸") if zero < _WIDTH - 70 else ""
    whole = element("svg", drawn, viewBox=f"0 0 {_WIDTH} 22", role="img", aria_label="left is worse, right is better")
    return element("th", whole, scope="col", class_="drawn") + element("th", "The candidate is", scope="col")


def _row(gate: str, found: Comparison, scale: Scale) -> str:
    tone, sign = TONES[found.answer]
    where = "whole holdout" if found.slice == OVERALL else found.slice
    told = f"{where}: {interval_text(found)}, {answer_text(found)}; asked: {found.asked}"
    drawn = element(
        "svg",
        element("title", escape(told)),
        line("zero", (scale.at(0.0), 0), (scale.at(0.0), _HEIGHT)),
        line("limit", (scale.at(found.limit), 2), (scale.at(found.limit), _HEIGHT - 2)),
        *_range(found, scale),
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
        class_=tone,
    )
    return element(
        "tr",
        element("th", escape(where), element("span", escape(f"{gate}: {found.asked}"), class_="asked"), scope="row"),
        element("td", f"{found.rows:,}", class_="number"),
        element("td", drawn, class_="drawn"),
        element(
            "td",
            element("strong", f"{sign} {escape(answer_text(found))}", class_=tone),
            element("span", escape(interval_text(found)), class_="asked"),
        ),
    )


def _range(found: Comparison, scale: Scale) -> Iterator[str]:
    low, high = (value if math.isfinite(value) else edge for value, edge in _ends(found, scale))
    yield line("range", (scale.at(low), _MIDDLE), (scale.at(high), _MIDDLE))
    for end, edge, step in ((low, scale.low, 5), (high, scale.high, -5)):
        place = scale.at(end)
        if (end <= edge) if step > 0 else (end >= edge):
            yield line("range", (place + step, _MIDDLE - 4), (place, _MIDDLE), (place + step, _MIDDLE + 4))
        else:
            yield line("range", (place, _MIDDLE - 4), (place, _MIDDLE + 4))
    if math.isfinite(found.improvement):
        yield _dot(found.answer, scale.at(found.improvement), _MIDDLE)


def _ends(found: Comparison, scale: Scale) -> tuple[tuple[float, float], tuple[float, float]]:
    return (found.low, scale.low), (found.high, scale.high)


def _dot(answer: Answer, x: float, y: float) -> str:
    if answer is Answer.WORSE:
        return f'<path class="dot" d="M{x:g} {y - 6:g}l6 6l-6 6l-6 -6z"/>'
    hollow = " hollow" if answer is Answer.CANT_TELL else ""
    return f'<circle class="dot{hollow}" cx="{x:g}" cy="{y:g}" r="5"/>'


def _key(drawn: str) -> str:
    return element("svg", drawn, viewBox="0 0 30 20", aria_hidden="true", class_="key")


def _axis(scale: Scale) -> str:
    drawn = [line("axis", (scale.left, 1), (scale.right, 1))]
    free = -math.inf
    for value in scale.ticks():
        text, place = signed_text(value), scale.at(value)
        half = 4.0 * len(text)
        middle = min(max(place, half), _WIDTH - half)
        if middle - half >= free:
            drawn += [line("axis", (place, 1), (place, 5)), words("tick", middle, 18, text, anchor="middle")]
            free = middle + half + 8
    return element("svg", *drawn, viewBox=f"0 0 {_WIDTH} 22", aria_hidden="true")
