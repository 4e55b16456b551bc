"""Multiplicity: a claim that could decide alone is corrected for how many such claims there are.

Any single comparison that fails shuts the door, so the p-values against the candidate are corrected over all
comparisons of a policy, slices included. That each of several gates passes is one claim of all of them together (the
intersection-union test of Berger 1982, Technometrics 24:295), which needs no correction; that any of several passes is
corrected within them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum

from headgate.core.combining import folded
from headgate.core.multiplicity import benjamini_hochberg, holm
from headgate.core.settling import settled
from headgate.core.verdict import Comparison, Verdict


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
        p_values = correction.adjusted([found.p_fail for found in deciding])
        against = {id(found): p for found, p in zip(deciding, p_values, strict=True)}
        notes.append(
            f"p-values against the candidate are corrected over {len(deciding)} comparisons, {correction.said}"
        )
    alone = _alone(verdicts, correction)
    if alone:
        notes.append(f"where any of several may pass, p-values for the candidate are corrected, {correction.said}")
    return tuple(_resettled(verdict, against, alone) for verdict in verdicts), tuple(notes)


def _deciding(verdict: Verdict) -> Iterator[Comparison]:
    if verdict.warn_only:
        return
    if verdict.comparison is not None:
        yield verdict.comparison
    for part in verdict.parts:
        yield from _deciding(part)


def _alone(verdicts: Sequence[Verdict], correction: Correction) -> dict[int, float]:
    """Return the corrected p-values of claims of which fewer than all are enough."""
    found: dict[int, float] = {}
    for verdict in verdicts:
        found |= _alone(verdict.parts, correction)
        inside = list(_deciding(verdict))
        counted = sum(not part.warn_only for part in verdict.parts)
        if verdict.enough is not None and verdict.enough < counted and len(inside) > 1:
            p_values = correction.adjusted([each.p_pass for each in inside])
            found |= {id(each): max(p, found.get(id(each), 0.0)) for each, p in zip(inside, p_values, strict=True)}
    return found


def _resettled(verdict: Verdict, against: dict[int, float], alone: dict[int, float]) -> Verdict:
    if verdict.parts:
        parts = tuple(_resettled(part, against, alone) for part in verdict.parts)
        again = folded(verdict.gate, parts, enough=verdict.enough)
        reason = verdict.reason if again.outcome is verdict.outcome and parts == verdict.parts else again.reason
        return replace(verdict, outcome=again.outcome, reason=reason, parts=parts)
    comparison = verdict.comparison
    if comparison is None or (id(comparison) not in against and id(comparison) not in alone):
        return verdict
    corrected_one = replace(
        comparison, corrected_fail=against.get(id(comparison)), corrected_pass=alone.get(id(comparison))
    )
    again = settled(verdict.gate, corrected_one, verdict.doubt)
    return replace(again, warn_only=verdict.warn_only)
