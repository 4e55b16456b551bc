"""What people answered when they were asked about a promotion, read from what was kept of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from headgate.core.approval import APPROVAL, APPROVAL_REASON, APPROVED_AT, APPROVED_BY, Asked
from headgate.core.approval_replies import ReplyState
from headgate.core.ledger import RunRecord
from headgate.core.promotion import LogEntry

BY, AT, REJECTED_BY, REJECTED_AT = "approval_by", "approval_at", "approval_rejected_by", "approval_rejected_at"
"""Tags of an MLflow run, besides `approval` and `approval_reason`: who approved so far and rejected, and when."""

NOBODY = "none"
"""What such a tag holds where there is nobody to name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What people answered. It holds words as they were written, so that whatever was kept can be told.

    Args:
        state: `approved`, `rejected`, `timed out`, `awaited`, `refused`, or `approved by 1 of 2`.
        who: Who approved, the first one first, or who rejected; empty where nobody did.
        at: When, in ISO 8601, each in the order of `who`.
        why: With which reason; where nobody gave one, why people are asked.
    """

    state: str
    who: str = ""
    at: str = ""
    why: str = ""

    def __str__(self) -> str:
        return f"{self.state}: {self.who}" if self.who else self.state

    @property
    def in_full(self) -> str:
        """Who, when and why.

        >>> Answer(state="approved", who="ada", at="2024-05-02T12:00:00+00:00", why="the winter is over").in_full
        'approved: ada (2024-05-02 12:00 UTC): the winter is over'
        """
        at = f" ({', '.join(map(_minute, self.at.split(', ')))})" if self.at else ""
        return f"{self}{at}{f': {self.why}' if self.why else ''}"


def answer_on(record: RunRecord) -> Answer | None:
    """Return what people answered, as far as an MLflow run says; `None` where nobody was asked."""
    state = record.tag_of(APPROVAL)
    if state in {None, Asked.NOT_NEEDED, Asked.CLOSED}:
        return None
    who, at = (REJECTED_BY, REJECTED_AT) if state == ReplyState.REJECTED else (BY, AT)
    why = record.tag_of(APPROVAL_REASON) or ""
    return Answer(state=str(state), who=_named(record.tag_of(who)), at=_named(record.tag_of(at)), why=why)


def answers_in(log: Iterable[LogEntry]) -> dict[str, Answer]:
    """Return what people approved according to a promotion log, by logged model id."""
    return {entry.entry.model_id: found for entry in log if (found := _approved(entry)) is not None}


def _approved(entry: LogEntry) -> Answer | None:
    if not (who := entry.tag_of(APPROVED_BY)):
        return None
    at, why = entry.tag_of(APPROVED_AT) or "", entry.tag_of(APPROVAL_REASON) or ""
    return Answer(state=str(ReplyState.APPROVED), who=who, at=at, why=why)


def _minute(text: str) -> str:
    """Return an instant to the minute; what is none as it is."""
    try:
        return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return text


def _named(told: str | None) -> str:
    return "" if told is None or told == NOBODY else told
