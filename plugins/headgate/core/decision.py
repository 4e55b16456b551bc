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
    if verdict.mode.mode is not Mode.LIVE or verdict.dry_run:
        return _idle(verdict)
    if verdict.awaits is not None and not verdict.opens:
        people = "one person approves" if verdict.awaits.people == 1 else f"{verdict.awaits.people} people approve"
        word = "until" if verdict.judgement.outcome is Outcome.PASS else "unless"
        return f"{_stays(verdict)} {word} {people}: {_gates(verdict)}."
    if not verdict.opens:
        return f"{_stays(verdict)}: {_because(verdict)}."
    return f"{_changes(verdict)}{_approved(verdict)}: {_gates(verdict)}."


def _idle(verdict: VerdictRef) -> str:
    """Return what would follow, of a run that changes nothing whatever its gates say."""
    is_replay = verdict.mode.mode is not Mode.LIVE
    if verdict.judgement.outcome is not Outcome.PASS:
        would = "nothing would have" if is_replay else "nothing would"
        return f"Nothing changes, and {would}: {_because(verdict)}."
    would = "would have been promoted" if is_replay else "would be promoted"
    why = _cap(verdict.mode.reason) if is_replay else "This is a dry run"
    return f"Nothing changes, though the candidate {would}: {_because(verdict)}. {why}."


def _because(verdict: VerdictRef) -> str:
    why = _WHY.get(verdict.judgement.outcome)
    return f"{why[0]}. {_gates(verdict)}" if why else _gates(verdict)


def _gates(verdict: VerdictRef) -> str:
    outcome = verdict.judgement.outcome
    if outcome is Outcome.PASS:
        return _passed_said(verdict.judgement.verdicts)
    return _which(verdict, outcome, _WHY[outcome][1])


def _changes(verdict: VerdictRef) -> str:
    champion = verdict.champion
    if champion is None:
        return "The candidate becomes the first champion"
    if champion.model_id == verdict.candidate.model_id:
        return f"The candidate is the champion already, as version {champion.version}"
    return f"The candidate takes the place of the champion, version {champion.version}"


def _approved(verdict: VerdictRef) -> str:
    if verdict.awaits is None:
        return ""
    although = "" if verdict.judgement.outcome is Outcome.PASS else ", although not every gate passed"
    return f", approved by {' and '.join(each.who for each in verdict.approvals)}{although}"


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
        return _cap(verdict.judgement.reason)
    if len(deciding) == 1:
        return f"The only gate {said}: {_names(hits)}"
    return f"{len(hits)} of {len(deciding)} gates {said}: {_names(hits)}"


def _stays(verdict: VerdictRef) -> str:
    if verdict.champion is None:
        return "There is still no champion"
    return f"The champion, version {verdict.champion.version}, stays"


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _cap(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}".rstrip(".")
