"""The gates one below the other: what each says and why, in words."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from headgate.adapters.plotly_pages.markup import element, table
from headgate.core.verdict import Bounded, Comparison, Outcome, Verdict
from headgate.core.verdict_words import OUTCOME_WORDS, is_unasked, number_text, plain_reason, walk

TONES = {Outcome.PASS: ("good", "✓"), Outcome.FAIL: ("bad", "✗"), Outcome.UNDECIDED: ("open", "?")}
"""Colour and sign of each outcome."""

_MOST_PARTS = 6
_MOST_METHODS = 60


def gate_list(verdicts: Sequence[Verdict]) -> str:
    """Return each gate with its answer and reason, and the parts that didn't pass."""
    return element("ol", *(_gate(verdict) for verdict in verdicts), class_="gates")


def tally(verdicts: Sequence[Verdict]) -> str:
    """Return how many gates passed, failed and can't tell yet."""
    deciding = [verdict for verdict in verdicts if not verdict.warn_only and not is_unasked(verdict)]
    items = []
    for outcome, (tone, sign) in TONES.items():
        count = sum(verdict.outcome is outcome for verdict in deciding)
        text = f" {sign} {OUTCOME_WORDS[outcome]}"
        items.append(element("li", element("strong", f"{count:,}"), text, class_=tone if count else "none"))
    return element("ul", *items, class_="tally", aria_label="Gates by their answer")


def method_table(verdicts: Sequence[Verdict]) -> str:
    """Return how each comparison was computed, for those who know statistics; nothing where nothing was compared."""
    found = [(one.verdict.gate, one.verdict.claim) for one in walk(verdicts) if one.verdict.claim]
    head = ("Gate", "Rows", "Each bound holds with", "p for", "p against", "Method")
    caption = "p for: of the improvement being no more than what is asked. p against: of its being no less. "
    if any(isinstance(claim, Bounded) for _, claim in found):
        caption += "Of a gap: of its being above its ceiling, and of its being at most that. "
    caption += "In parentheses: corrected for how many comparisons there were."
    if more := len(found) - _MOST_METHODS if len(found) > _MOST_METHODS else 0:
        caption += f" The first {_MOST_METHODS}; verdict.json has {more:,} more."
    rows = [_method(*pair) for pair in found[:_MOST_METHODS]]
    return table(caption, head, rows, numbers=head[1:5]) if rows else ""


def _gate(verdict: Verdict) -> str:
    (tone, sign), word = TONES[verdict.outcome], OUTCOME_WORDS[verdict.outcome]
    if is_unasked(verdict):
        tone, sign, word = "none", "·", "not asked"
    warns = " (only warns)" if verdict.warn_only and not is_unasked(verdict) else ""
    said = element("strong", f"{sign} {word}{warns}", class_=tone)
    name = element("code", escape(verdict.gate))
    if not verdict.parts:
        return element("li", element("p", said, " ", name), element("p", escape(plain_reason(verdict))), class_=tone)
    counts = [
        f"{sum(part.outcome is outcome for part in verdict.parts):,} {word}" for outcome, word in OUTCOME_WORDS.items()
    ]
    told = f"Made of {len(verdict.parts):,} parts: {', '.join(counts)}."
    return element("li", element("p", said, " ", name), element("p", told), _parts(verdict), class_=tone)


def _parts(verdict: Verdict) -> str:
    open_ = [part for part in verdict.parts if part.outcome is not Outcome.PASS]
    if not open_:
        return ""
    items = [_gate(part) for part in open_[:_MOST_PARTS]]
    if more := len(open_) - _MOST_PARTS:
        items += [element("li", f"and {more:,} more, which verdict.json lists")] if more > 0 else []
    return element("ul", *items, class_="gates")


def _method(gate: str, found: Comparison | Bounded) -> str:
    return element(
        "tr",
        element("th", escape(gate), scope="row"),
        element("td", f"{found.rows:,}", class_="number"),
        element("td", f"{100 * found.confidence:g} %", class_="number"),
        element("td", _p(found.p_pass, found.corrected_pass), class_="number"),
        element("td", _p(found.p_fail, found.corrected_fail), class_="number"),
        element("td", escape(found.method)),
    )


def _p(raw: float, corrected: float | None) -> str:
    return number_text(raw) if corrected is None else f"{number_text(raw)} ({number_text(corrected)})"
