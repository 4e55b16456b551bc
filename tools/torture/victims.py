"""The processes of one stack that may be killed, and how. Nothing else is ever touched."""

from __future__ import annotations

import signal
from collections.abc import Collection

import psutil

from tools.processes import is_alive, members_of

WORKER = "airflow worker -- LocalExecutor"
IDLE = "<idle>"


def kill(process: psutil.Process) -> bool:
    """Kill a process as the kernel does that is out of memory; return whether it was there."""
    try:
        process.send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:
        return False
    return True


def kill_session(pid: int) -> int:
    """Kill a process that was started and all that it forked; return how many these were."""
    return sum(kill(one) for one in members_of({pid}))


def tasks(sessions: Collection[int]) -> list[psutil.Process]:
    """Return the processes that run a task: children of the scheduler's workers."""
    return [child for worker in supervisors(sessions) for child in _children(worker)]


def supervisors(sessions: Collection[int]) -> list[psutil.Process]:
    """Return the scheduler's workers that have a task."""
    return [one for one in _workers(sessions) if _children(one)]


def idle_workers(sessions: Collection[int]) -> list[psutil.Process]:
    """Return the workers that wait for a task."""
    return [one for one in _workers(sessions) if not _children(one) and IDLE in _title(one)]


def _workers(sessions: Collection[int]) -> list[psutil.Process]:
    found = [one for one in members_of(sessions) if _title(one).startswith(WORKER)]
    within = {one.pid for one in found}
    return sorted((one for one in found if _parent(one) not in within), key=lambda one: one.pid)


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline()).strip()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return ""


def _parent(process: psutil.Process) -> int:
    try:
        return int(process.ppid())
    except psutil.NoSuchProcess:
        return 0


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [child for child in process.children() if is_alive(child)]
    except psutil.NoSuchProcess:
        return []
