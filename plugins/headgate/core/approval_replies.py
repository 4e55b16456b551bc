"""What people answer, and whose word counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from headgate.core.approval import Approval, Approved, id_and_name

LONGEST = 500
"""Characters that are kept of a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What Airflow says became of a question.

    Args:
        approves: Whether it was approved.
        who: The Airflow user who answered; `None` when nobody did in time.
        at: When that was, in UTC.
        why: The reason that they gave.
    """

    approves: bool
    who: str | None
    at: datetime
    why: str = ""


class ReplyState(StrEnum):
    """What a reply comes to. Only `APPROVED` lets the promotion go on.

    `REFUSED`: an approval that doesn't count, so the question stays open. `OUTDATED`: one about another verdict.
    """

    APPROVED = "approved"
    REJECTED = "rejected"
    TIMED_OUT = "timed out"
    REFUSED = "refused"
    OUTDATED = "outdated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """One person's rejection: who, and when (UTC)."""

    who: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a reply comes to.

    Args:
        state: Whether it counts, and as what.
        said: One sentence, for the log.
        approved: What is kept of an approval that counts.
        rejected: What is kept of a person's rejection.
    """

    state: ReplyState
    said: str
    approved: Approved | None = None
    rejected: Rejected | None = None


def decide_reply(
    reply: Reply,
    *,
    approval: Approval,
    starter: str | None,
    earlier: tuple[Approved, ...] = (),
    is_same: bool = True,
) -> Decided:
    """Return what a reply comes to. A rejection counts from whoever may answer; an approval has to be in order.

    Args:
        reply: What Airflow says.
        approval: Who may approve.
        starter: The Airflow user who started the run by hand; `None` when nobody did.
        earlier: Who approved before.
        is_same: Whether the verdict still is the one that was asked about.
    """
    why = " ".join(reply.why.split())
    why = why if len(why) <= LONGEST else f"{why[: LONGEST - 1]}…"
    if reply.who is None:
        said = f"nobody answered within {approval.timeout}, which counts as rejected"
        return Decided(state=ReplyState.TIMED_OUT, said=said)
    if not reply.approves:
        said = f"{reply.who} rejects: {why or 'no reason given'}"
        return Decided(state=ReplyState.REJECTED, said=said, rejected=Rejected(who=reply.who, at=reply.at))
    if not is_same:
        said = f"{reply.who} must approve the verdict as it is now. Got an approval of one that was judged anew since."
        return Decided(state=ReplyState.OUTDATED, said=said)
    if refusal := _refusal_of(reply.who, why, approval=approval, starter=starter, earlier=earlier):
        return Decided(state=ReplyState.REFUSED, said=refusal)
    approved = Approved(who=reply.who, at=reply.at, why=why)
    return Decided(state=ReplyState.APPROVED, said=f"{reply.who} approves: {why}", approved=approved)


def open_to(
    approval: Approval, *, starter: str | None, earlier: tuple[Approved, ...] = ()
) -> tuple[tuple[str, str], ...] | None:
    """Return whom Airflow may let answer now, each as id and name; `None` for anybody.

    None of them: whoever could approve has approved already, or has started the run.
    """
    if not approval.approvers:
        return None
    gone = {each.who for each in earlier} | ({starter} if approval.people > 1 else set())
    return tuple(found for found in map(id_and_name, approval.approvers) if found[1] not in gone)


def _refusal_of(
    who: str, why: str, *, approval: Approval, starter: str | None, earlier: tuple[Approved, ...]
) -> str | None:
    """Return why somebody's approval doesn't count; `None` when it does."""
    names = [name for _, name in map(id_and_name, approval.approvers)]
    if names and who not in names:
        return f"whoever approves must be one of {', '.join(names)}. Got {who} instead."
    if who in {each.who for each in earlier}:
        return f"two different people must approve. Got {who} twice: somebody else must be the second."
    if approval.people > 1 and who == starter:
        return f"neither of the two who approve may have started the run. Got {who}, who did."
    if not why:
        return f"an approval must come with a reason, which is kept. Got none from {who}."
    return None
