"""A policy: ordered gates, and how their verdicts become one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from headgate.core.approval import Approval
from headgate.core.asking import Ask, asked
from headgate.core.combining import AtLeastOf, WarnOnly, needs_of_all, require_gates
from headgate.core.correction import Correction, corrected
from headgate.core.evaluation import Evaluation
from headgate.core.every_slice import EverySlice
from headgate.core.gates import AtLeast, AtMost, Gate
from headgate.core.metrics import Metric
from headgate.core.needs import Need
from headgate.core.predictions import Predictions
from headgate.core.verdict import Judgement, Outcome, Verdict
from headgate.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Every gate must pass.

    A first candidate has nothing to be compared with: then the gates that need no baseline decide, and there must be
    one at least that judges its predictions.

    Args:
        gates: In the order in which a person should read them.
        correction: How p-values are corrected for how many comparisons there are, over gates and slices.
        approval: When people are asked besides.
        gate_seconds: How long a gate may take before it is UNDECIDED, > 0.

    Raises:
        InputError: A gate isn't one, two bear one name or contradict each other, or `approval` names one that isn't.
    """

    gates: tuple[Gate, ...] = ()
    correction: Correction = Correction.HOLM
    approval: Approval = Approval()  # noqa: RUF009 - it is frozen
    gate_seconds: float = 120.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "gates", require_gates("policy.gates", self.gates))
        try:
            object.__setattr__(self, "correction", Correction(self.correction))
        except ValueError as error:
            msg = f"policy.correction must be one of {', '.join(Correction)}. Got {self.correction!r} instead."
            raise InputError(msg) from error
        if not isinstance(self.approval, Approval):
            msg = f"policy.approval must be an Approval. Got {self.approval!r} instead."
            raise InputError(msg)
        self.approval.require_known([gate.name for gate in self.gates])
        seconds = self.gate_seconds
        if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not seconds > 0:
            msg = f"policy.gate_seconds must be a number > 0. Got {seconds!r} instead."
            raise InputError(msg)
        _require_room(self.gates)

    @property
    def needs(self) -> tuple[Need, ...]:
        """What its gates need of an evaluation, each once."""
        return needs_of_all(self.gates)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics that its gates ask for, each once, in their order."""
        return tuple(need for need in self.needs if isinstance(need, Metric))

    def judge(self, evaluation: Evaluation, predictions: Predictions, *, ask: Ask = asked) -> Judgement:
        """Return the judgement; anything but a plain pass of every gate that could be asked keeps the door shut.

        Args:
            evaluation: What was measured.
            predictions: Row by row.
            ask: Asks one gate; such as one that gives it only so much time.
        """
        if not self.gates:
            return Judgement(outcome=Outcome.UNDECIDED, reason="the policy has no gates", verdicts=())
        raw = tuple(_heard(gate, ask(gate, evaluation, predictions)) for gate in self.gates)
        verdicts, notes = corrected(raw, self.correction)
        first = evaluation.baseline is None
        counted = [
            (gate, verdict)
            for gate, verdict in zip(self.gates, verdicts, strict=True)
            if not verdict.warn_only and not (first and gate.needs_baseline)
        ]
        if not any(_judges(gate, first=first) for gate, _ in counted):
            which = (
                "no baseline, and no gate that judges a first candidate" if first else "no gate judges the candidate"
            )
            reason = f"{which}: add AtLeast or AtMost"
            return Judgement(outcome=Outcome.UNDECIDED, reason=reason, verdicts=verdicts, notes=notes)
        warned = sum(
            verdict.warn_only and verdict.outcome is not Outcome.PASS and not (first and gate.needs_baseline)
            for gate, verdict in zip(self.gates, verdicts, strict=True)
        )
        judgement = _fold([verdict for _, verdict in counted], verdicts, notes, first=first)
        told = f", {warned} warned" if warned and judgement.outcome is Outcome.PASS else ""
        return replace(judgement, reason=f"{judgement.reason}{told}")


def _heard(gate: Gate, verdict: Verdict) -> Verdict:
    """Return the verdict; one of a gate that only warns does so also where it didn't answer in time."""
    return replace(verdict, warn_only=True) if isinstance(gate, WarnOnly) else verdict


def _fold(asked_of: list[Verdict], verdicts: tuple[Verdict, ...], notes: tuple[str, ...], *, first: bool) -> Judgement:
    for outcome in (Outcome.FAIL, Outcome.UNDECIDED):
        hits = [verdict for verdict in asked_of if verdict.outcome is outcome]
        if hits:
            reason = "; ".join(hit.reason for hit in hits)
            reason = f"no baseline; {reason}" if first else reason
            return Judgement(outcome=outcome, reason=reason, verdicts=verdicts, notes=notes)
    count = f"{len(asked_of)} gate{'s' * (len(asked_of) != 1)}"
    reason = f"no baseline, and {count} without one passed" if first else f"{count} passed"
    return Judgement(outcome=Outcome.PASS, reason=reason, verdicts=verdicts, notes=notes)


def _judges(gate: Gate, *, first: bool) -> bool:
    """Whether a gate that counts can't pass but by what the candidate predicts."""
    if not isinstance(gate, AtLeastOf):
        return any(isinstance(need, Metric) for need in gate.needs)
    counted = [each for each in gate.gates if not isinstance(each, WarnOnly) and not (first and each.needs_baseline)]
    judging = sum(_judges(each, first=first) for each in counted)
    return len(counted) - judging < min(gate.enough, len(counted))


def _require_room(gates: tuple[Gate, ...]) -> None:
    """Raise when a floor lies above a ceiling: then nothing could ever pass.

    Raises:
        InputError: One does.
    """
    for gate in gates:
        if isinstance(gate, EverySlice):
            _require_room(gate.gates)
    limits = list(_limits(gates))
    floors = [limit for limit in limits if isinstance(limit, AtLeast)]
    for high in (limit for limit in limits if isinstance(limit, AtMost)):
        for low in floors:
            if (low.metric, low.slice) == (high.metric, high.slice) and low.floor > high.ceiling:
                msg = f"{low.name} and {high.name} of a policy must leave room. Got a floor of {low.floor} above a "
                msg += f"ceiling of {high.ceiling} instead: nothing could ever pass."
                raise InputError(msg)


def _limits(gates: tuple[Gate, ...]) -> Iterator[AtLeast | AtMost]:
    for gate in gates:
        if isinstance(gate, AtLeast | AtMost):
            yield gate
        elif isinstance(gate, AtLeastOf) and gate.enough == len(gate.gates):
            yield from _limits(gate.gates)
