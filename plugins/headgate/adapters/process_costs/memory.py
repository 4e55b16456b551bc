"""How much memory loading takes, by the system's own count."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

_COPIES = 32
_SECONDS = 0.25
_SMALL = 4 * 1024**2
"""Bytes below which what a process has left free matters."""

_ROLLUP = Path("/proc/self/smaps_rollup")


class Apart(Protocol):
    """Returns what something measures apart from this process, which stays as it was."""

    def __call__(self, measure: Callable[[], float | None], *, seconds: float) -> float | None:
        """Return what it measures, within so many seconds.

        Raises:
            ChildProcessError: It failed.
        """


def anonymous_bytes() -> int | None:
    """Return how much memory the process has that is no file's; `None` where the system doesn't tell."""
    try:
        lines = _ROLLUP.read_text().splitlines()
    except OSError:
        return None
    found = [line.split()[1] for line in lines if line.startswith("Anonymous:")]
    return int(found[0]) * 1024 if found else None


def added_by(load: Callable[[], object]) -> float | None:
    """Return the bytes that loading once more adds: the mean over some copies, which are all kept.

    A first copy, not counted, brings in the libraries. Free memory goes back to the system before and after, so that it
    is neither filled unseen nor counted. Of a small model, two more copies fill what can't go back before it counts.
    """
    first = load()
    one = _added(load, copies=1, kept=[first])
    if one is None or one > _SMALL:
        return one
    return _added(load, copies=_COPIES, kept=[first, load(), load()])


def _added(load: Callable[[], object], *, copies: int, kept: list[object]) -> float | None:
    """Return the mean over at most so many copies: fewer where they take long."""
    _give_back()
    before = anonymous_bytes()
    first, until = len(kept), time.perf_counter() + _SECONDS
    while len(kept) == first or (len(kept) < first + copies and time.perf_counter() < until):
        kept.append(load())
    _give_back()
    after = anonymous_bytes()
    return None if before is None or after is None else max(after - before, 0) / (len(kept) - first)


def _give_back() -> None:
    """Return free memory to the system: what nothing refers to, and the C library's own where it is GNU's."""
    gc.collect()
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def in_a_fork(measure: Callable[[], float | None], *, seconds: float) -> float | None:
    """Return what a copy of this process measures; this one stays as it was.

    There must be no other threads, whose locks a copy would keep for ever. The copy ends by itself after `seconds`.

    Raises:
        ChildProcessError: The copy failed.
    """
    reading, writing = os.pipe()
    copy = os.fork()
    if copy == 0:
        code = 1
        try:
            os.close(reading)
            signal.alarm(max(1, round(seconds)))
            os.write(writing, repr(measure()).encode())
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read().decode()
    _, status = os.waitpid(copy, 0)
    if status != 0:
        msg = f"a copy of the process must measure. Got status {os.waitstatus_to_exitcode(status)} instead."
        raise ChildProcessError(msg)
    return None if told == "None" else float(told)
