"""A policy: ordered gates, and how their verdicts become one."""

from __future__ import annotations

from dataclasses import dataclass

from headgate.core.evaluation import Evaluation
from headgate.core.gates import Gate
from headgate.core.verdict import Judgement, Outcome, Verdict
from headgate.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Every gate must pass.

    A first candidate has nothing to be compared with: then the gates that need no baseline decide, and there must be
    one at least.

    Args:
        gates: In the order in which a person should read them.

    Raises:
        InputError: A gate isn't one, or two bear one name.
    """

    gates: tuple[Gate, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "gates", tuple(self.gates))
        for index, gate in enumerate(self.gates):
            if isinstance(gate, type) or not isinstance(gate, Gate):
                msg = f"policy.gates.{index} must be a gate such as AtMost(mae, 0.6). Got {gate!r} instead."
                raise InputError(msg)
        names = [gate.name for gate in self.gates]
        for name in names:
            if names.count(name) > 1:
                msg = f"gates of a policy must differ by name. Got {name} twice instead."
                raise InputError(msg)

    def judge(self, evaluation: Evaluation) -> Judgement:
        """Return the judgement; anything but a plain pass of every gate that could be asked keeps the door shut."""
        verdicts = tuple(gate.judge(evaluation) for gate in self.gates)
        if not verdicts:
            return Judgement(outcome=Outcome.UNDECIDED, reason="the policy has no gates", verdicts=verdicts)
        first = evaluation.baseline is None
        asked = tuple(v for gate, v in zip(self.gates, verdicts, strict=True) if not (first and gate.needs_baseline))
        if not asked:
            reason = "no baseline, and no gate that judges a first candidate: add AtLeast or AtMost"
            return Judgement(outcome=Outcome.UNDECIDED, reason=reason, verdicts=verdicts)
        return _fold(asked, verdicts, first=first)


def _fold(asked: tuple[Verdict, ...], verdicts: tuple[Verdict, ...], *, first: bool) -> Judgement:
    for outcome in (Outcome.FAIL, Outcome.UNDECIDED):
        hits = [verdict for verdict in asked if verdict.outcome is outcome]
        if hits:
            return Judgement(outcome=outcome, reason="; ".join(hit.reason for hit in hits), verdicts=verdicts)
    count = f"{len(asked)} gate{'s' * (len(asked) != 1)}"
    reason = f"no baseline, and {count} without one passed" if first else f"{count} passed"
    return Judgement(outcome=Outcome.PASS, reason=reason, verdicts=verdicts)
