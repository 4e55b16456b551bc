"""Disturb a running stack: kill, lose replies, refuse connections; and start again what ended, as a supervisor does."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import TYPE_CHECKING, assert_never

from tools.processes import members_of
from tools.stack import Stack
from tools.torture import victims
from tools.torture.plan import Blow
from tools.torture.proxy import Proxy

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psutil

COMPONENTS = ("mlflow", "scheduler", "api-server", "execution-api", "dag-processor", "triggerer")
LOSE, AWAY = "replies are lost", "connections are refused"
LOSING = 0.3
"""The share of writes whose reply is lost, while replies are lost."""


class Storm:
    """Disturbs one stack.

    Args:
        stack: A running stack.
        proxy: What stands between its tasks and MLflow.
        chance: Decides who is hit, and how long things last.
        unit: About how long a task takes here, in seconds: disturbances last as long.

    Attributes:
        dealt: How often each disturbance was dealt.
        ended: Components that ended by themselves, and were started again.
    """

    def __init__(self, stack: Stack, proxy: Proxy, chance: random.Random, *, unit: float) -> None:
        self.dealt: Counter[Blow] = Counter()
        self.ended: Counter[str] = Counter()
        self._stack = stack
        self._proxy = proxy
        self._chance = chance
        self._unit = unit
        self._schedulers = [stack.process("scheduler").popen.pid]
        self._due: dict[str, float] = {}

    def deal(self, blow: Blow) -> bool:
        """Do what a disturbance says; return whether there was anything to disturb."""
        dealt = self._dealt(blow)
        self.dealt[blow] += dealt
        return dealt

    def tend(self) -> None:
        """Start again what ended, end what has lasted, and clear away what a killed scheduler left."""
        now = time.monotonic()
        for name in COMPONENTS:
            if self._stack.process(name).popen.poll() is None:
                continue
            if name not in self._due:
                self.ended[name] += 1
            if now >= self._due.get(name, now):
                self._start_again(name)
        if now >= self._due.get(LOSE, now):
            self._proxy.losing = 0.0
        if now >= self._due.get(AWAY, now):
            self._proxy.come_back()
        self._bury()

    def calm(self) -> None:
        """End every disturbance, and start again what ended."""
        self._due.clear()
        self._proxy.losing = 0.0
        self._proxy.come_back()
        for name in COMPONENTS:
            if self._stack.process(name).popen.poll() is not None:
                self._start_again(name)

    def _dealt(self, blow: Blow) -> bool:
        dealt = True
        match blow:
            case Blow.TASK:
                dealt = self._kill_one(victims.tasks(self._schedulers))
            case Blow.SUPERVISOR:
                dealt = self._kill_one(victims.supervisors(self._schedulers))
            case Blow.SCHEDULER:
                dealt = self._kill_component("scheduler", alone=True)
            case Blow.GROUP:
                dealt = self._kill_component("scheduler", alone=False)
            case Blow.MLFLOW:
                dealt = self._kill_component("mlflow", alone=False)
            case Blow.LOSE:
                self._proxy.losing = LOSING
                self._put_off(LOSE, 2.0)
            case Blow.REFUSE:
                self._proxy.go_away()
                self._put_off(AWAY, 1.0)
            case _:
                assert_never(blow)
        return dealt

    def _bury(self) -> None:
        """Kill idle workers whose scheduler is gone; those that have a task go on with it, as they do anywhere."""
        for pid in self._schedulers[:-1]:
            idle = victims.idle_workers({pid})
            if not idle and not members_of({pid}):
                self._schedulers.remove(pid)  # its number may become somebody else's
            for orphan in idle:
                victims.kill(orphan)

    def _kill_one(self, processes: Sequence[psutil.Process]) -> bool:
        return bool(processes) and victims.kill(self._chance.choice(processes))

    def _kill_component(self, name: str, *, alone: bool) -> bool:
        popen = self._stack.process(name).popen
        if popen.poll() is not None:
            return False
        if alone:
            popen.kill()
        else:
            victims.kill_session(popen.pid)
        self._put_off(name, 1.0)
        return True

    def _put_off(self, what: str, units: float) -> None:
        """Let something last for a while, `units` tasks at the most."""
        self._due[what] = time.monotonic() + self._chance.uniform(0.2, units) * self._unit

    def _start_again(self, name: str) -> None:
        self._due.pop(name, None)
        started = self._stack.start_again(name)
        if name == "scheduler":
            self._schedulers.append(started.popen.pid)
