"""Multiplicity: a claim that could decide alone is corrected for how many such claims there are.

Any single comparison that fails shuts the door, so the p-values against the candidate are corrected over all
comparisons of a policy, of slices and of groups included. That each of several gates passes is one claim of all of them
together (the intersection-union test of Berger 1982, Technometrics 24:295), which needs no correction; that any of
several passes is corrected within them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum

from headgate.core.combining import folded
from headgate.core.gate_answers import at_most_surely
from headgate.core.multiplicity import benjamini_hochberg, holm
from headgate.core.settling import settled
from headgate.core.verdict import Bounded, Comparison, Verdict


class Correction(StrEnum):
    """How p-values are corrected.

    Holm (1979, Scandinavian Journal of Statistics 6:65) holds the chance of any false alarm; Benjamini and Hochberg
    (1995, Journal of the Royal Statistical Society B 57:289) the expected share of false alarms among alarms.
    """

    HOLM = "holm"
    BENJAMINI_HOCHBERG = "benjamini_hochberg"

    def adjusted(self, p_values: Sequence[float]) -> tuple[float, ...]:
        """Return corrected p-values, in the same order."""
        return tuple(holm(p_values) if self is Correction.HOLM else benjamini_hochberg(p_values))

    @property
    def said(self) -> str:
        """Its source, for a person."""
        return "Holm (1979)" if self is Correction.HOLM else "Benjamini and Hochberg (1995)"


def corrected(verdicts: Sequence[Verdict], correction: Correction) -> tuple[tuple[Verdict, ...], tuple[str, ...]]:
    """Return the verdicts with corrected comparisons, and what was done, in words."""
    deciding = [found for verdict in verdicts for found in _deciding(verdict)]
    notes: list[str] = []
    against: dict[int, float] = {}
    if len(deciding) > 1:
        p_values = correction.adjusted([_share(found.p_fail) for found in deciding])
        against = {id(found): p for found, p in zip(deciding, p_values, strict=True)}
        notes.append(
            f"p-values against the candidate are corrected over {len(deciding)} comparisons, {correction.said}"
        )
    alone = _alone(verdicts, correction)
    if alone:
        notes.append(f"where any of several may pass, p-values for the candidate are corrected, {correction.said}")
    return tuple(_resettled(verdict, against, alone) for verdict in verdicts), tuple(notes)


def _deciding(verdict: Verdict) -> Iterator[Comparison | Bounded]:
    if verdict.warn_only:
        return
    if verdict.claim is not None:
        yield verdict.claim
    for part in verdict.parts:
        yield from _deciding(part)


def _alone(verdicts: Sequence[Verdict], correction: Correction) -> dict[int, float]:
    """Return the corrected p-values of claims of which fewer than all are enough."""
    found: dict[int, float] = {}
    for verdict in verdicts:
        if verdict.warn_only:
            continue
        found |= _alone(verdict.parts, correction)
        inside = list(_deciding(verdict))
        counted = sum(not part.warn_only for part in verdict.parts)
        if verdict.enough is not None and verdict.enough < counted and len(inside) > 1:
            p_values = correction.adjusted([_share(each.p_pass) for each in inside])
            found |= {id(each): max(p, found.get(id(each), 0.0)) for each, p in zip(inside, p_values, strict=True)}
    return found


def _share(p_value: float) -> float:
    """Return a p-value of whoever's gate, which may be no number: that says nothing."""
    return p_value if 0 <= p_value <= 1 else 1.0


def _resettled(verdict: Verdict, against: dict[int, float], alone: dict[int, float]) -> Verdict:
    """Return the verdict with corrected comparisons; a gate of the user's own that went by more keeps its outcome."""
    if verdict.parts:
        parts = tuple(_resettled(part, against, alone) for part in verdict.parts)
        before, after = (folded(verdict.gate, each, enough=verdict.enough) for each in (verdict.parts, parts))
        return _changed(replace(verdict, parts=parts), before, after)
    claim = verdict.claim
    if claim is None or id(claim) not in against:
        return verdict
    told = replace(claim, corrected_fail=against[id(claim)], corrected_pass=alone.get(id(claim)))
    before, after = (_decided(verdict, each) for each in (claim, told))
    kept = replace(verdict, comparison=after.comparison or verdict.comparison, bounded=after.bounded or verdict.bounded)
    return _changed(kept, before, after)


def _decided(verdict: Verdict, claim: Comparison | Bounded) -> Verdict:
    """Return what a claim alone comes to."""
    if isinstance(claim, Bounded):
        return at_most_surely(verdict.gate, claim)
    return settled(verdict.gate, claim, verdict.doubt)


def _changed(verdict: Verdict, before: Verdict, after: Verdict) -> Verdict:
    if before.outcome is not verdict.outcome:
        return verdict
    if before.reason in verdict.reason:
        return replace(verdict, outcome=after.outcome, reason=verdict.reason.replace(before.reason, after.reason))
    return verdict if after.outcome is before.outcome else replace(verdict, outcome=after.outcome, reason=after.reason)
