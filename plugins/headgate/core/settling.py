"""From a paired test to a verdict."""

from __future__ import annotations

from dataclasses import replace

from headgate.core.verdict import Answer, Comparison, Doubt, Outcome, Verdict


def settled(gate: str, comparison: Comparison, doubt: Doubt) -> Verdict:
    """Return the verdict that a comparison gives.

    Better passes, worse fails; where nobody can tell, `doubt` says whether the candidate may go on.
    """
    change = f"{number(abs(comparison.improvement))} {'worse' if comparison.improvement < 0 else 'better'}"
    interval = f"{number(comparison.low)} to {number(comparison.high)}, {100 * comparison.confidence:g} % bounds"
    sentence = f"{comparison.said}: {change} (improvement {interval})"
    outcome, ending = _ending(comparison, doubt)
    return Verdict(
        gate=gate,
        outcome=outcome,
        reason=f"{sentence}, {ending}",
        value=comparison.improvement,
        limit=comparison.limit,
        comparison=comparison,
        doubt=doubt,
    )


def number(value: float) -> str:
    """Return a number in four digits."""
    return f"{value:.4g}"


def _ending(comparison: Comparison, doubt: Doubt) -> tuple[Outcome, str]:
    match comparison.answer:
        case Answer.BETTER:
            return Outcome.PASS, f"which is {comparison.asked}"
        case Answer.WORSE:
            return Outcome.FAIL, f"which isn't {comparison.asked}"
    more = f"; about {comparison.enough_rows:,} rows would" if comparison.enough_rows else ""
    plain = replace(comparison, corrected_pass=None, corrected_fail=None)
    among = "" if plain.answer is Answer.CANT_TELL else "corrected for how many comparisons there are, "
    sentence = f"and {among}{comparison.rows:,} rows can't tell whether that is {comparison.asked}{more}"
    if doubt is Doubt.GO:
        return Outcome.PASS, f"{sentence}: it may go on where nobody can tell"
    return Outcome.UNDECIDED, sentence
