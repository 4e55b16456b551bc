"""The decision in one sentence, for whoever owns the product."""

from __future__ import annotations

from collections.abc import Sequence

from headgate.core.headline import counted
from headgate.core.mode import Mode
from headgate.core.refs import VerdictRef
from headgate.core.verdict import Outcome, Verdict

_NAMED = 3
_WHY = {
    Outcome.FAIL: ("the candidate isn't good enough", "failed"),
    Outcome.UNDECIDED: ("nobody can tell yet whether the candidate is good enough", "can't tell yet"),
}


def decision_of(verdict: VerdictRef) -> str:
    """Return what follows from a verdict, and why, in a sentence or two without numbers."""
    outcome, is_live = verdict.judgement.outcome, verdict.mode.mode is Mode.LIVE
    if outcome is Outcome.PASS:
        return _passed(verdict, is_live=is_live)
    why, said = _WHY[outcome]
    stays = _stays(verdict) if is_live else "Nothing changes, and nothing would have"
    return f"{stays}: {why}. {_which(verdict, outcome, said)}"


def _passed(verdict: VerdictRef, *, is_live: bool) -> str:
    passed = _passed_said(verdict.judgement.verdicts)
    if not is_live:
        return f"Nothing changes, though the candidate would have been promoted: {passed}. {_cap(verdict.mode.reason)}."
    if verdict.dry_run:
        return f"Nothing changes, though the candidate would be promoted: {passed}. This is a dry run."
    if verdict.champion is None:
        return f"The candidate becomes the first champion: {passed}."
    if verdict.champion.model_id == verdict.candidate.model_id:
        return f"The candidate is the champion already, as version {verdict.champion.version}: {passed}."
    return f"The candidate takes the place of the champion, version {verdict.champion.version}: {passed}."


def _passed_said(verdicts: Sequence[Verdict]) -> str:
    deciding = [one for one in verdicts if not one.warn_only]
    passed = sum(one.outcome is Outcome.PASS for one in deciding)
    said = f"{counted(passed, 'gate', 'gates')} passed"
    if left := len(deciding) - passed:
        said += f", and {left} had no champion to compare with" if left > 1 else ", and one had no champion to meet"
    if warnings := [one.gate for one in verdicts if one.warn_only and one.outcome is not Outcome.PASS]:
        said += f"; {counted(len(warnings), 'warning', 'warnings')}: {_names(warnings)}"
    return said


def _which(verdict: VerdictRef, outcome: Outcome, said: str) -> str:
    deciding = [one for one in verdict.judgement.verdicts if not one.warn_only]
    hits = [one.gate for one in deciding if one.outcome is outcome]
    if not hits:
        return f"{_cap(verdict.judgement.reason)}."
    return f"{len(hits)} of {counted(len(deciding), 'gate', 'gates')} {said}: {_names(hits)}."


def _stays(verdict: VerdictRef) -> str:
    if verdict.champion is None:
        return "There is still no champion"
    return f"The champion, version {verdict.champion.version}, stays"


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _cap(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}".rstrip(".")
