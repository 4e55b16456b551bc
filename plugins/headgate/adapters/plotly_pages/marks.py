"""SVG: small pictures that need no script, follow the page's colours, and say in words what they show."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from headgate.adapters.plotly_pages.markup import element

WIDTH = 420
PATTERNS = (
    '<svg width="0" height="0" class="patterns" aria-hidden="true"><defs>'
    '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="6" height="6" class="hatched"/><rect width="2" height="6" class="hatching"/></pattern></defs></svg>'
)
"""What `hatch` fills with; once a page."""

_DAYS_SHOWN = 2 * 86_400
_CHARACTER = 8.0
_EXACT = 1e15  # from here on, the last digits are made up


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Values to places on the picture.

    Args:
        low: Value at the left edge.
        high: Value at the right edge, above `low`.
        left: Place of the left edge.
        right: Place of the right edge.
        is_time: Whether values are seconds since 1970.
    """

    low: float
    high: float
    left: float = 8
    right: float = WIDTH - 8
    is_time: bool = False

    def at(self, value: float) -> float:
        """Return the place of a value; one beyond an edge is at the edge."""
        share = min(max(value / (self.high - self.low) - self.low / (self.high - self.low), 0.0), 1.0)
        return round(self.left + share * (self.right - self.left), 1)

    def text(self, value: float) -> str:
        """Return a value in words, as exact as the scale's width asks for."""
        return value_text(value, is_time=self.is_time, span=self.high - self.low)

    def ticks(self) -> Iterator[float]:
        """Yield round values within the edges: about four."""
        if self.is_time:
            yield from (self.low + share * (self.high - self.low) for share in (0.0, 0.5, 1.0))
            return
        step = _round_step((self.high - self.low) / 4)
        first = math.ceil(self.low / step)
        last = math.floor(self.high / step)
        yield from (place * step for place in range(first, min(last, first + 9) + 1))


def value_text(value: float, *, is_time: bool = False, span: float = math.inf) -> str:
    """Return a number, or an instant in UTC, for a person.

    >>> value_text(1234567.0), value_text(0.1 + 0.2)
    ('1,234,567', '0.3')
    >>> value_text(0.0, is_time=True), value_text(60.0, is_time=True, span=9)
    ('1970-01-01', '1970-01-01 00:01:00')
    """
    if is_time:
        try:
            instant = datetime.fromtimestamp(value, UTC)
        except (OverflowError, OSError, ValueError):
            return f"{value:.4g} s"
        return f"{instant:%Y-%m-%d}" if span >= _DAYS_SHOWN else f"{instant:%Y-%m-%d %H:%M:%S}"
    whole = math.isfinite(value) and value == int(value) and abs(value) < _EXACT
    return f"{int(value):,}" if whole else f"{value:.4g}"


def picture(key: str, title: str, description: str, *marks: str, height: float, width: float = WIDTH) -> str:
    """Return a figure with its description as the caption, for those who don't see it as well as for those who do."""
    drawn = element(
        "svg",
        element("title", escape(title), id=f"{key}-title"),
        element("desc", escape(description), id=f"{key}-desc"),
        *marks,
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
    )
    broad = {} if width == WIDTH else {"class_": "broad"}
    return element("figure", drawn, element("figcaption", escape(description)), **broad)


def rect(class_: str, x: float, y: float, width: float, height: float) -> str:
    """Return a rectangle."""
    return f'<rect class="{class_}" x="{x:g}" y="{y:g}" width="{max(width, 0):.4g}" height="{max(height, 0):.4g}"/>'


def line(class_: str, *points: tuple[float, float]) -> str:
    """Return a line through points."""
    return f'<polyline class="{class_}" points="{" ".join(f"{x:g},{y:g}" for x, y in points)}"/>'


def words(class_: str, x: float, y: float, text: str, *, anchor: str = "start") -> str:
    """Return text that begins, ends or has its middle at a place."""
    return element("text", escape(text), class_=class_, x=f"{x:g}", y=f"{y:g}", text_anchor=anchor)


def axis(scale: Scale, y: float) -> str:
    """Return a horizontal axis with its ticks' values below, none of which overlap."""
    drawn, free = [line("axis", (scale.left, y), (scale.right, y))], -math.inf
    for value in scale.ticks():
        place, text = scale.at(value), scale.text(value)
        half = len(text) * _CHARACTER / 2
        middle = min(max(place, half), WIDTH - half)
        if middle - half >= free:
            drawn += [line("axis", (place, y), (place, y + 4)), words("tick", middle, y + 17, text, anchor="middle")]
            free = middle + half + _CHARACTER
    return "".join(drawn)


def limit(scale: Scale, value: float, text: str, *, top: float, bottom: float) -> str:
    """Return a dashed line at a limit, with words above that stay within the picture."""
    place, half = scale.at(value), len(text) * _CHARACTER / 2
    middle = min(max(place, half), WIDTH - half)
    return line("limit", (place, top), (place, bottom)) + words("said", middle, top - 5, text, anchor="middle")


def steps(scale: Scale, edges: Sequence[float], heights: Sequence[float], *, top: float, bottom: float) -> str:
    """Return the points of a staircase whose highest step is at the top."""
    highest = max(heights) or 1.0
    points = [(scale.at(edges[0]), bottom)]
    for left, right, share in zip(edges, edges[1:], heights, strict=False):
        y = round(bottom - share / highest * (bottom - top), 1)
        points += [(scale.at(left), y), (scale.at(right), y)]
    return " ".join(f"{x:g},{y:g}" for x, y in [*points, (scale.at(edges[-1]), bottom)])


def cut(text: str, longest: int) -> str:
    """Return text of at most that length.

    >>> cut("station", 4)
    'sta…'
    """
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _round_step(least: float) -> float:
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= least * 0.999)
