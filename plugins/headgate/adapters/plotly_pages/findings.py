"""What became of expectations, as markup: unmet and broken ones at length, met ones in a table."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from headgate.adapters.plotly_pages.markup import element, table
from headgate.core.validation import ExpectationResult, Finding, Severity

MARKS = {
    (Finding.UNMET, Severity.CRITICAL): ("bad", "✗"),
    (Finding.UNMET, Severity.WARNING): ("open", "▲"),
    (Finding.UNMET, Severity.INFO): ("told", "●"),
}
"""Tone and sign of a finding; a broken one is open, a met one good, of whatever severity."""

_LONGEST = 200


def tone_of(result: ExpectationResult) -> tuple[str, str]:
    """Return the tone and the sign of a result."""
    if result.finding is Finding.MET:
        return "good", "✓"
    return ("open", "?") if result.finding is Finding.BROKEN else MARKS[result.finding, result.severity]


def finding(result: ExpectationResult, picture: str = "") -> str:
    """Return an unmet or broken result at length: what, how bad, what was found, and rows to look at."""
    tone, sign = tone_of(result)
    about = escape(result.column or ("table" if result.place is not None else "check"))
    text = element(
        "div",
        element("h3", element("code", about), " ", escape(_asked(result))),
        element("p", _tags(result, sign), _share(result), class_="tags"),
        element("p", escape(result.sentence)),
        _samples(result),
    )
    return element("article", text, picture, _rows(result), class_=f"finding {tone}")


def met_table(results: Sequence[ExpectationResult]) -> str:
    """Return the table of the results that are met, in the suite's order."""
    head = ("Column", "Expectation and what was found", "Severity", "Engine", "Unexpected")
    caption = "Met, in the suite's order"
    return table(caption, head, map(_met, results), numbers=("Unexpected",))


def percent(share: float) -> str:
    """Return a share in percent, never rounded to none or all when it is neither.

    >>> percent(3 / 520), percent(1e-7), percent(0.9999999), percent(0.0)
    ('0.58 %', '< 0.01 %', '> 99.99 %', '0 %')
    """
    least = 0.0001
    if 0 < share < least:
        return "< 0.01 %"
    return "> 99.99 %" if 1 - least < share < 1 else f"{100 * share:.2f}".rstrip("0").rstrip(".") + " %"


def _asked(result: ExpectationResult) -> str:
    return result.expectation.removeprefix("expect_").replace("_", " ")


def _tags(result: ExpectationResult, sign: str) -> str:
    said = "could not be evaluated" if result.finding is Finding.BROKEN else result.finding
    first = element("span", f"{sign} {escape(result.severity)}, {escape(said)}", class_="tag first")
    return first + element("span", f"engine: {escape(result.engine)}", class_="tag")


def _share(result: ExpectationResult) -> str:
    if result.share is None:
        return ""
    bar = element("span", style=f"width:{100 * min(max(result.share, 0.005), 1):.1f}%")
    return element("span", bar, class_="meter", aria_hidden="true") + f"{percent(result.share)} unexpected"


def _samples(result: ExpectationResult) -> str:
    if not result.samples:
        return ""
    shown = " ".join(element("code", escape(_short(sample))) for sample in result.samples)
    return element("p", "Unexpected values: ", shown, class_="samples")


def _rows(result: ExpectationResult) -> str:
    if not result.rows:
        return ""
    head = tuple(name for name, _ in result.rows[0])
    hit = set(result.column.split(", "))
    titles = tuple(f"{name} ◂" if name in hit else name for name in head)
    rows = [
        element(
            "tr",
            *(
                element("td", escape(_short(value)), **({"class_": "hit"} if name in hit else {}))
                for name, value in row
            ),
        )
        for row in result.rows
    ]
    caption = f"Rows that fail: {len(rows)} of them{'; the column it is about is marked ◂' if hit & set(head) else ''}"
    return table(caption, titles, rows)


def _met(result: ExpectationResult) -> str:
    return element(
        "tr",
        element("th", escape(result.column or "(table)"), scope="row"),
        element("td", element("span", "✓ ", class_="good", aria_hidden="true"), escape(result.sentence)),
        element("td", escape(result.severity), class_="short"),
        element("td", escape(result.engine), class_="short"),
        element("td", "" if result.share is None else percent(result.share), class_="number"),
    )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
