"""Run the plan against a stack while it is disturbed, then let everything come to an end."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, assert_never

import httpx

from tools.airflow_api import FINISHED_STATES, AirflowApi, AirflowApiError, wait_for
from tools.torture.pipeline import DAG, FIRST
from tools.torture.plan import Action, Backfill, Blow, ClearRun, ClearTask, Trigger
from tools.torture.storm import Storm

MOST_ACTIVE = 6
NEXT = 4
ROUNDS = 8
REFUSED = (AirflowApiError, httpx.HTTPError)
WAIT_SECONDS = 300.0
PAUSE = (5, 60)
STALLED = 12.0
"""After so long, in tasks, the next disturbance comes anyway."""
LOOKS, POLL_SECONDS = 10, 0.05


class NeverEndsError(Exception):
    """Dag runs went on, or failed, although nothing disturbed them any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """When the next disturbance comes: after so many requests in all, or at that moment of `time.monotonic()`."""

    requests: int
    until: float

    def has_come(self, requests: int) -> bool:
        return requests >= self.requests or time.monotonic() >= self.until


@dataclass(slots=True, kw_only=True)
class Driver:
    """What drives one torture.

    Args:
        api: Airflow's.
        storm: What disturbs.
        progress: Tells how many requests the tasks have sent to MLflow: the next disturbance comes after some more.
        chance: Decides what is cleared, and after how many.
        unit: About how long a task takes here, in seconds.
        tell: Takes one line of progress.

    Attributes:
        done: How often each thing was done.
    """

    api: AirflowApi
    storm: Storm
    progress: Callable[[], int]
    chance: random.Random
    unit: float
    tell: Callable[[str], None]
    done: Counter[str] = field(default_factory=Counter)
    _backfill: int | None = None
    _runs: list[dict[str, Any]] = field(default_factory=list)

    def rage(self, actions: Sequence[Action], blows: Callable[[], Blow], *, until: float) -> None:
        """Do every action, with a disturbance now and then, until all is done or the clock says so.

        Args:
            actions: What to do, one after the other.
            blows: Gives the next disturbance.
            until: Of `time.monotonic()`.
        """
        left = list(actions)
        due = _Due(requests=self.progress() + self._pause(), until=time.monotonic() + STALLED * self.unit)
        while time.monotonic() < until:
            self.storm.tend()
            self._look()
            if not left and not self._active():
                break
            if len(self._active()) < MOST_ACTIVE and (done := self._first_that_can(left)):
                left.remove(done)
            for _ in range(LOOKS):
                if due.has_come(self.progress()):
                    self.storm.deal(blows())
                    due = _Due(requests=self.progress() + self._pause(), until=time.monotonic() + STALLED * self.unit)
                time.sleep(POLL_SECONDS)
            self._say(f"{len(left)} actions to come")
        self.done["actions left out"] = len(left)

    def settle(self) -> list[dict[str, Any]]:
        """End the disturbances, clear what failed of an outage until it succeeds, and return the dag runs.

        Raises:
            NeverEndsError: It doesn't.
        """
        self.storm.calm()
        for attempt in range(ROUNDS):
            failed = self._ended()
            if not failed:
                return self._runs
            for run in failed:
                # First what a person tries first: the failed tasks only.
                self._clear_in_the_end(run["dag_run_id"], only_failed=attempt == 0)
                self.done["failed runs cleared"] += 1
        message = f"{len(self._ended())} dag runs failed {ROUNDS} times, the last time with nothing to disturb them."
        raise NeverEndsError(message)

    def _ended(self) -> list[dict[str, Any]]:
        """Wait until every dag run has ended, and return those that failed."""

        def ended() -> bool:
            self.storm.tend()
            self._look()
            self._say("settling")
            return bool(self._runs) and not self._active()

        try:
            wait_for(ended, what="the end of every dag run", timeout=WAIT_SECONDS + 60 * self.unit, every=self.unit / 4)
        except AirflowApiError as error:
            raise NeverEndsError(str(error)) from error
        return [run for run in self._runs if run["state"] == "failed"]

    def _first_that_can(self, actions: Sequence[Action]) -> Action | None:
        """Do one of the next actions; a backfill has to wait for the one before, and Airflow may be busy."""
        return next((action for action in actions[:NEXT] if self._try(action)), None)

    def _try(self, action: Action) -> bool:
        try:
            return self._act(action)
        except REFUSED:
            self.done["requests that Airflow refused"] += 1
            return False

    def _act(self, action: Action) -> bool:
        match action:
            case Trigger():
                for _ in range(action.count):
                    self.api.trigger(DAG, conf={"as_of": f"{FIRST + timedelta(days=action.day):%Y-%m-%d}"})
                self.done["manual runs"] += action.count
            case Backfill():
                if self._backfill is not None and not self._is_over(self._backfill):
                    return False
                first, last = (FIRST + timedelta(days=day) for day in (action.first, action.last))
                behaviour = {"reprocess_behavior": action.reprocess}
                self._backfill = self.api.backfill(DAG, first=first, last=last, max_active_runs=3, **behaviour)
                self.done["backfills"] += 1
            case ClearRun() if self._runs:
                self._clear_run(self.chance.choice(self._runs)["dag_run_id"], only_failed=False)
                self.done["runs cleared"] += 1
            case ClearTask() if self._runs:
                self._clear_task(self.chance.choice(self._runs)["dag_run_id"], action)
                self.done["tasks cleared"] += 1
            case ClearRun() | ClearTask():
                return False
            case _:
                assert_never(action)
        return True

    def _is_over(self, backfill: int) -> bool:
        """Return whether Airflow has noticed that a backfill is over, for which it looks every 30 s.

        Cancelling it would be quicker; but a run of a cancelled backfill that is cleared stays queued for ever (tried).
        """
        return self.api.call("GET", f"/backfills/{backfill}")["completed_at"] is not None

    def _clear_run(self, dag_run_id: str, *, only_failed: bool) -> None:
        body = {"dry_run": False, "only_failed": only_failed}
        self.api.call("POST", f"/dags/{DAG}/dagRuns/{dag_run_id}/clear", json=body)

    def _clear_in_the_end(self, dag_run_id: str, *, only_failed: bool) -> None:
        def cleared() -> bool:
            try:
                self._clear_run(dag_run_id, only_failed=only_failed)
            except REFUSED:
                self.done["requests that Airflow refused"] += 1
                return False
            return True

        wait_for(cleared, what=f"the clearing of {dag_run_id}", timeout=WAIT_SECONDS, every=1.0)

    def _clear_task(self, dag_run_id: str, action: ClearTask) -> None:
        body = {
            "dry_run": False,
            "dag_run_id": dag_run_id,
            "task_ids": [action.task_id],
            "include_downstream": action.downstream,
            "only_failed": False,
            "reset_dag_runs": True,
        }
        self.api.call("POST", f"/dags/{DAG}/clearTaskInstances", json=body)

    def _look(self) -> None:
        try:
            self._runs = self.api.dag_runs(DAG)
        except REFUSED:
            self.done["requests that Airflow refused"] += 1

    def _active(self) -> list[dict[str, Any]]:
        return [run for run in self._runs if run["state"] not in FINISHED_STATES]

    def _pause(self) -> int:
        """Return after how many requests the next disturbance comes; a run sends about eighty."""
        return self.chance.randint(*PAUSE)

    def _say(self, what: str) -> None:
        ended = len(self._runs) - len(self._active())
        self.tell(f"{ended} of {len(self._runs)} dag runs ended, {what}, {self.storm.dealt.total()} disturbances")
