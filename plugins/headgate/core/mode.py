"""Live or replay: whether a run may promote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from headgate.core.asof import RunType

PROMOTE_OLDER = "promote_older"
"""The named override of the trigger form: promote although the champion's as-of is later."""


class Mode(StrEnum):
    """What a run may do with a passing candidate."""

    LIVE = "live"
    REPLAY = "replay"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunMode:
    """The mode of a run and a reason that a person can read."""

    mode: Mode
    reason: str

    def __str__(self) -> str:
        return f"{self.mode}: {self.reason}"


def decide_mode(
    *,
    run_type: RunType,
    as_of: datetime,
    champion_as_of: datetime | None,
    own_champion: bool = False,
    override: str | None = None,
) -> RunMode:
    """Return whether a run is live or a replay.

    A run is live when it is no backfill and its as-of is later than the champion's. The override is the only way around
    the second; there is none around the first.

    Args:
        run_type: How Airflow started the run.
        as_of: The run's as-of.
        champion_as_of: The champion's as-of; `None` when nothing was promoted yet.
        own_champion: The champion is this very candidate: the run goes on from where an earlier try of it ended.
        override: The reason that a person gave for promoting a model of an older as-of; `None` when nobody did.
    """
    if run_type is RunType.BACKFILL:
        return RunMode(mode=Mode.REPLAY, reason="a backfill only records what it would have done")
    if own_champion:
        return RunMode(mode=Mode.LIVE, reason="this run's own candidate is the champion already")
    if champion_as_of is None:
        return RunMode(mode=Mode.LIVE, reason="nothing was promoted yet")
    if as_of > champion_as_of:
        return RunMode(mode=Mode.LIVE, reason=f"as-of {_day(as_of)} is after the champion's {_day(champion_as_of)}")
    older = f"as-of {_day(as_of)} is not after the champion's {_day(champion_as_of)}"
    if override is not None:
        return RunMode(mode=Mode.LIVE, reason=f"{older}, overridden by {PROMOTE_OLDER}: {override}")
    return RunMode(mode=Mode.REPLAY, reason=older)


def _day(instant: datetime) -> str:
    text = instant.isoformat().replace("+00:00", "Z")
    return text.removesuffix("T00:00:00Z")
