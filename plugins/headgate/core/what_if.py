"""What would have changed a decision: by how much each gate was missed, and what would have been enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from headgate.core.verdict import Answer, Comparison, Judgement, Outcome, Verdict
from headgate.core.verdict_words import interval_text, is_unasked, number_text, signed_text, walk


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What would have changed one gate's answer.

    Args:
        gate: The gate's name; of one that is made of others, the name of the part.
        said: What it was missed by, or met by, and what would have changed it.
        missed: Whether it kept the door shut.
    """

    gate: str
    said: str
    missed: bool = True


def what_if(judgement: Judgement) -> tuple[WhatIf, ...]:
    """Return what would have opened the door, gate by gate; of a door that is open, what would have shut it first.

    Gates that only warn, and parts of one that passes, change nothing.
    """
    deciding = [one for one in judgement.verdicts if not one.warn_only]
    if any(one.outcome is not Outcome.PASS and not is_unasked(one) for one in deciding):
        deciding = [one for one in deciding if not is_unasked(one)]
    if judgement.outcome is not Outcome.PASS:
        return tuple(_missed(one for one in deciding if one.outcome is not Outcome.PASS))
    closest = _closest(deciding)
    return (closest,) if closest else ()


def _missed(verdicts: Iterable[Verdict]) -> Iterator[WhatIf]:
    for verdict in verdicts:
        parts = [part for part in verdict.parts if part.outcome is not Outcome.PASS and not part.warn_only]
        if not parts:
            yield WhatIf(gate=verdict.gate, said=_said(verdict))
            continue
        counted = sum(not part.warn_only for part in verdict.parts)
        passed = counted - len(parts)
        if verdict.enough is not None and verdict.enough < counted:
            said = f"{passed} of its {counted} parts passed: {verdict.enough - passed} more would have been enough"
            yield WhatIf(gate=verdict.gate, said=said)
        yield from _missed(parts)


def _said(verdict: Verdict) -> str:
    found = verdict.comparison
    if found is not None and found.answer is Answer.BETTER:
        return verdict.reason
    if found is not None:
        return _of_comparison(found)
    value, limit = verdict.value, verdict.limit
    if verdict.outcome is Outcome.FAIL and value is not None and limit is not None:
        side = "above" if value > limit else "below"
        return f"{number_text(value)} is {number_text(abs(value - limit))} {side} the limit {number_text(limit)}"
    return verdict.reason


def _of_comparison(found: Comparison) -> str:
    return "; ".join((f"the improvement is {interval_text(found)}", _limit_met(found), _rows_enough(found)))


def _limit_met(found: Comparison) -> str:
    """Return which margin or tolerance the lower bound would have met."""
    if found.low > found.limit:
        return "alone that would have passed; corrected for the others that could open the door, it doesn't"
    if found.low > 0:
        return f"a margin below {number_text(found.low)} would have been met, and {number_text(found.limit)} was asked"
    tolerance = f"a tolerance above {number_text(-found.low)} would have been met"
    if found.limit > 0:
        return f"no margin would have been met: {tolerance}"
    return f"{tolerance}, and {number_text(-found.limit)} was allowed" if found.limit < 0 else tolerance


def _rows_enough(found: Comparison) -> str:
    rows = found.enough_rows
    if found.answer is Answer.WORSE:
        return "more rows would only make that surer"
    if rows is not None and rows > found.rows:
        return f"about {rows:,} rows would tell, if the improvement is what it seems, and there were {found.rows:,}"
    if found.improvement <= found.limit:
        return f"at {signed_text(found.improvement)}, more rows would not make it pass"
    return f"nobody can say how many rows more than {found.rows:,} would tell"


def _closest(verdicts: Iterable[Verdict]) -> WhatIf | None:
    """Return the passed gate that was nearest to its limit, as a share of its own range or of its limit."""
    leaves = [placed.verdict for placed in walk(verdicts) if placed.is_leaf]
    passed = [leaf for leaf in leaves if leaf.outcome is Outcome.PASS and not leaf.warn_only]
    measured = [(slack, leaf) for leaf in passed if (slack := _slack(leaf)) is not None]
    if not measured:
        return None
    _, nearest = min(measured, key=lambda pair: pair[0])
    return WhatIf(gate=nearest.gate, said=_met(nearest), missed=False)


def _slack(verdict: Verdict) -> float | None:
    found = verdict.comparison
    if found is not None:
        width = found.high - found.low
        return (found.low - found.limit) / width if width > 0 else None
    if verdict.value is None or not verdict.limit:
        return None
    return abs(verdict.value - verdict.limit) / abs(verdict.limit)


def _met(verdict: Verdict) -> str:
    found = verdict.comparison
    if found is None:
        value, limit = number_text(verdict.value or 0.0), number_text(verdict.limit or 0.0)
        return f"the closest call: {value}, against the limit {limit}"
    told = f"the closest call: the improvement is {interval_text(found)}"
    if found.low > 0:
        return f"{told}; a margin of {number_text(found.low)} or more would have kept the door shut"
    return f"{told}; a tolerance of {number_text(-found.low)} or less would have kept the door shut"
