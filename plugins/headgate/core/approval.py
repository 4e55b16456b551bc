"""Approval: when a promotion waits for people, and who they may be."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from headgate.core.mode import Mode, RunMode
from headgate.core.span import Span, days
from headgate.core.verdict import Judgement, Outcome
from headgate.errors import InputError

BARRED = "barred"
"""The gate of what was rolled back from: it is lifted by its own command, never waived."""

APPROVAL, APPROVED_BY, APPROVED_AT, APPROVAL_REASON = "approval", "approved_by", "approved_at", "approval_reason"
"""Tags of an entry of the promotion log: why people were asked, who approved, when (ISO 8601), and why."""

APPROVAL_TAGS = frozenset({APPROVAL, APPROVED_BY, APPROVED_AT, APPROVAL_REASON})

_PEOPLE = (1, 2)


class When(StrEnum):
    """When people are asked."""

    ALWAYS = "always"
    NEVER = "never"
    ON_DOUBT = "on_doubt"


class Asked(StrEnum):
    """Whether people are to be asked about a verdict. `CLOSED`: nobody can open the door, so nobody is asked."""

    NOT_NEEDED = "not needed"
    NEEDED = "awaited"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who approves a promotion, and when they are asked.

    `always`: whatever passes waits for people. `on_doubt`: what passes is promoted, and people decide where a gate is
    UNDECIDED, or where only gates of `may_waive` fail. `never`: the gates decide alone.

    Args:
        when: `always`, `on_doubt` or `never`.
        may_waive: Names of gates that people may overrule.
        approvers: Airflow user names; anybody who may answer in Airflow when empty. Where Airflow's users have ids of
            their own, as with FAB, each is written `id:name`, such as `7:ada`: Airflow asks for the id.
        people: How many must approve: 1, or 2 different ones, neither of whom started the run by hand.
        timeout: How long each of them has; then it counts as rejected.

    Raises:
        InputError: An argument isn't right, or says something that the others leave without effect.
    """

    when: When | str = When.NEVER
    may_waive: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    people: int = 1
    timeout: Span = days(7)  # noqa: RUF009 - it is frozen

    def __post_init__(self) -> None:
        if self.when not in tuple(When):
            msg = f"when of an Approval must be always, on_doubt or never. Got {self.when!r} instead."
            raise InputError(msg)
        object.__setattr__(self, "when", When(self.when))
        for field in ("may_waive", "approvers"):
            object.__setattr__(self, field, _require_names(field, getattr(self, field)))
        if type(self.people) is not int or self.people not in _PEOPLE:
            msg = f"people of an Approval must be 1 or 2. Got {self.people!r} instead."
            raise InputError(msg)
        if not isinstance(self.timeout, Span) or self.timeout.is_zero:
            msg = f"timeout of an Approval must be a length of time such as days(3). Got {self.timeout!r} instead."
            raise InputError(msg)
        self._require_effect()

    def require_known(self, gates: Collection[str]) -> None:
        """Raise where a gate that may be waived isn't one of a policy's.

        Raises:
            InputError: It isn't.
        """
        if unknown := [name for name in self.may_waive if name not in gates]:
            msg = f"may_waive of policy.approval must name gates of the policy: {', '.join(gates) or 'it has none'}. "
            msg += f"Got {', '.join(unknown)} instead."
            raise InputError(msg)

    def _require_effect(self) -> None:
        if self.when == When.NEVER and (self.may_waive or self.approvers or self.people > 1):
            msg = "when of an Approval that names people or gates must be always or on_doubt. Got never instead."
            raise InputError(msg)
        if BARRED in self.may_waive:
            msg = f"may_waive of an Approval must not hold {BARRED}: a bar is lifted by 'headgate lift'."
            raise InputError(msg)
        _require_different("approvers", [id_and_name(each)[1] for each in self.approvers])
        if 0 < len(self.approvers) < self.people:
            msg = f"approvers of an Approval must be {self.people} at least, since {self.people} people must approve. "
            msg += f"Got {self.approvers[0]} instead."
            raise InputError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalDecision:
    """Whether people are asked about a verdict, with a reason that a person can read."""

    asked: Asked
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """What a verdict waits for.

    Args:
        reason: Why people are asked.
        people: How many must approve.
    """

    reason: str
    people: int = 1

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """One person's approval: who, when (UTC), and why."""

    who: str
    at: datetime
    why: str


def decide_approval(
    judgement: Judgement, *, mode: RunMode, dry_run: bool, approval: Approval, promoted: bool = False
) -> ApprovalDecision:
    """Return whether people are asked. A replay and a dry run promote nothing, so they ask nobody.

    Args:
        judgement: What the gates say.
        mode: Live, or a replay.
        dry_run: Whether nothing is to be promoted anyway.
        approval: When people are asked.
        promoted: Whether the candidate is the champion already: a task that was cleared goes on from there.
    """
    if dry_run or mode.mode is not Mode.LIVE:
        why = "a dry run promotes nothing" if dry_run else "a replay promotes nothing"
        return ApprovalDecision(asked=Asked.CLOSED, reason=why)
    if judgement.outcome is Outcome.PASS:
        if approval.when != When.ALWAYS:
            return ApprovalDecision(asked=Asked.NOT_NEEDED, reason="every gate passed")
        if promoted:
            return ApprovalDecision(asked=Asked.NOT_NEEDED, reason="it is the champion already")
        return ApprovalDecision(asked=Asked.NEEDED, reason="each promotion is approved by people")
    if (doubt := _doubt(judgement, approval)) is None:
        return ApprovalDecision(asked=Asked.CLOSED, reason=f"{judgement.outcome} isn't left to people here")
    return ApprovalDecision(asked=Asked.NEEDED, reason=doubt)


def id_and_name(approver: str) -> tuple[str, str]:
    """Return an approver's id and name in Airflow.

    >>> id_and_name("7:ada"), id_and_name("ada")
    (('7', 'ada'), ('ada', 'ada'))
    """
    user_id, _, name = approver.partition(":")
    return user_id, name or user_id


def _doubt(judgement: Judgement, approval: Approval) -> str | None:
    """Return what is left to people where the gates don't pass; `None` where nothing is."""
    open_ = [verdict for verdict in judgement.verdicts if verdict.outcome is not Outcome.PASS and not verdict.warn_only]
    waived = [verdict.gate for verdict in open_ if verdict.gate in approval.may_waive]
    unsure = [v.gate for v in open_ if v.outcome is Outcome.UNDECIDED and approval.when == When.ON_DOUBT]
    gates = [verdict.gate for verdict in open_]
    if not gates or set(gates) - set(waived) - set(unsure):
        return None
    said = {Outcome.FAIL: "failed", Outcome.UNDECIDED: "is undecided"}
    return "; ".join(f"{v.gate} {said[v.outcome]}" for v in open_) + ": people decide"


def _require_names(field: str, names: object) -> tuple[str, ...]:
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) and name.strip() for name in names):
        msg = f"{field} of an Approval must be names, in a tuple. Got {names!r} instead."
        raise InputError(msg)
    _require_different(field, names)
    return tuple(names)


def _require_different(field: str, names: Sequence[str]) -> None:
    if len(set(names)) < len(names):
        msg = f"{field} of an Approval must differ. Got {', '.join(names)} instead."
        raise InputError(msg)
