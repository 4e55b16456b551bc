"""What the torture does, as data: which runs, and which disturbances, all decided by one seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

TASKS = ("snapshot", "validate", "train", "evaluate", "judge", "promote")
LONGEST_BACKFILL = 6
STEPS_AHEAD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """Manual dag runs of one as-of, all at once.

    Args:
        day: The as-of, in days after the first one.
        count: How many.
    """

    day: int
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """A backfill of the days from `first` to `last`, both included; it may overlap with earlier ones."""

    first: int
    last: int
    reprocess: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearRun:
    """Any one dag run is cleared as a whole, whether it goes on or has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearTask:
    """A task of any one dag run is cleared, with what follows it or alone."""

    task_id: str
    downstream: bool


Action = Trigger | Backfill | ClearRun | ClearTask


class Blow(StrEnum):
    """A disturbance."""

    TASK = "kill -9 of a task"
    SUPERVISOR = "kill -9 of a task's supervisor"
    SCHEDULER = "kill -9 of the scheduler"
    GROUP = "kill -9 of the scheduler with its tasks"
    MLFLOW = "kill -9 of the MLflow server"
    LOSE = "replies of MLflow lost for a while"
    REFUSE = "connections to MLflow refused for a while"


DECK = (
    *(Blow.TASK,) * 8,
    *(Blow.LOSE,) * 5,
    *(Blow.REFUSE,) * 2,
    *(Blow.MLFLOW,) * 2,
    Blow.SUPERVISOR,
    Blow.SCHEDULER,
    Blow.GROUP,
)


def plan_actions(chance: random.Random, runs: int) -> tuple[Action, ...]:
    """Return what makes at least that many dag runs, with clears in between.

    >>> plan_actions(random.Random(1), 20) == plan_actions(random.Random(1), 20)
    True
    """
    actions: list[Action] = []
    count, head, backfilled = 0, 0, set[int]()
    while count < runs:
        action = _run_action(chance, head)
        actions.append(action)
        match action:
            case Trigger():
                head, count = max(head, action.day), count + action.count
            case Backfill():
                days = set(range(action.first, action.last + 1))
                count, backfilled = count + len(days - backfilled), backfilled | days
        if chance.random() < 0.5:  # noqa: PLR2004 - every second time
            actions.append(_clear(chance))
    return tuple(actions)


def blows(chance: random.Random) -> Iterator[Blow]:
    """Yield disturbances for ever: the deck, shuffled anew each time."""
    while True:
        deck = list(DECK)
        chance.shuffle(deck)
        yield from deck


def _run_action(chance: random.Random, head: int) -> Trigger | Backfill:
    ahead, past = head + chance.randint(1, STEPS_AHEAD), chance.randint(0, head)
    last = past + chance.randint(2, LONGEST_BACKFILL) - 1
    choices: tuple[Trigger | Backfill, ...] = (
        Trigger(day=ahead),
        Trigger(day=past),
        Trigger(day=chance.choice((ahead, past)), count=2),
        Backfill(first=past, last=last, reprocess=chance.choice(("none", "failed", "completed"))),
    )
    return chance.choices(choices, weights=(4, 2, 2, 3))[0]


def _clear(chance: random.Random) -> ClearRun | ClearTask:
    if chance.random() < 0.4:  # noqa: PLR2004 - two of five
        return ClearRun()
    return ClearTask(task_id=chance.choice(TASKS), downstream=chance.random() < 0.7)  # noqa: PLR2004 - mostly
