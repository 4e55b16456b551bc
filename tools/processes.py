"""Start processes that can't outlive the one that started them.

Every process gets a session of its own, so that all it forks can be found again by the session's id, whatever becomes
of the parents in between. The sessions are written to a *warden*: this file, run as a script. The warden waits for its
standard input to close and then takes the sessions down. The pipe closes when the owner closes it, and also when the
owner is killed by a signal that it can't catch: there is one way to stop, and every stop uses it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from types import TracebackType

POLL_SECONDS = 0.05
LOG_TAIL_LINES = 30


class ProcessFailedError(Exception):
    """A process ended, or wasn't ready in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A process that was started: its name, its handle and the file that holds all its output."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path

    def require_alive(self) -> None:
        """Raise `ProcessFailedError` with the end of the log if the process has ended."""
        if (code := self.popen.poll()) is not None:
            message = (
                f"{self.name} must be running. It ended with code {code} instead.\n{self.log}:\n{tail_of(self.log)}"
            )
            raise ProcessFailedError(message)


class Processes:
    """The processes of one stack; leaving the `with` block ends them and everything that they forked.

    Args:
        logs: Folder for `<name>.log`, one file a process, appended to.
        patience: Seconds between TERM and KILL.
    """

    def __init__(self, *, logs: Path, patience: float = 3.0) -> None:
        self.logs = logs
        self.patience = patience
        self.started: list[Started] = []
        self._warden: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.logs.mkdir(parents=True, exist_ok=True)
        self._warden = subprocess.Popen(
            [sys.executable, __file__, str(self.patience)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, name: str, argv: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> Started:
        """Start `argv` in a session of its own; its output goes to `<logs>/<name>.log`."""
        if self._warden is None or self._warden.stdin is None:
            message = f"Processes must be entered before {name} starts. Got a group that isn't running instead."
            raise ProcessFailedError(message)
        log = self.logs / f"{name}.log"
        with log.open("ab") as output:
            popen = subprocess.Popen(
                argv,
                env=env,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._warden.stdin.write(f"{popen.pid}\n".encode())
        self._warden.stdin.flush()
        started = Started(name=name, popen=popen, log=log)
        self.started.append(started)
        return started

    def named(self, name: str) -> Started:
        """Return the process of that name.

        Raises:
            ProcessFailedError: None was started, or it was ended on purpose.
        """
        found = next((started for started in self.started if started.name == name), None)
        if found is None:
            message = f"{name} must be one of {', '.join(one.name for one in self.started)}. It isn't started."
            raise ProcessFailedError(message)
        return found

    def start_again(self, name: str, *, env: Mapping[str, str], cwd: Path) -> Started:
        """Start a process that has ended, by whatever hand, with the same command and log."""
        ended = self.named(name)
        ended.popen.wait()
        self.started.remove(ended)
        return self.start(name, tuple(map(str, ended.popen.args)), env=env, cwd=cwd)  # type: ignore[arg-type]

    def wait(self, name: str, ready: Callable[[], bool], *, timeout: float) -> None:
        """Wait until `ready()` holds, at most `timeout` seconds, as long as every process is alive.

        Raises:
            ProcessFailedError: A process ended, or time was up; with the end of its log.
        """
        deadline = time.monotonic() + timeout
        while not ready():
            self.require_alive()
            if time.monotonic() > deadline:
                tails = "\n".join(f"{one.log}:\n{tail_of(one.log)}" for one in self.started if one.name == name)
                message = f"{name} must be ready within {timeout:.0f} s. It isn't.\n{tails}"
                raise ProcessFailedError(message)
            time.sleep(POLL_SECONDS)

    def run(self, name: str, argv: Sequence[str], *, env: Mapping[str, str], cwd: Path, timeout: float) -> None:
        """Start `argv`, wait for its end, and raise `ProcessFailedError` unless that came in time and was good."""
        one = self.start(name, argv, env=env, cwd=cwd)
        self.started.remove(one)
        self.wait(name, lambda: one.popen.poll() is not None, timeout=timeout)
        if one.popen.returncode != 0:
            one.require_alive()

    def require_alive(self) -> None:
        """Raise `ProcessFailedError` if any of the processes has ended."""
        for started in self.started:
            started.require_alive()

    def pids(self) -> frozenset[int]:
        """Return the ids of all live processes: those that were started and all that they forked."""
        return frozenset(one.pid for one in members_of({started.popen.pid for started in self.started}))

    def stop(self) -> None:
        """End everything: TERM, and KILL after `patience` seconds. Running it again does nothing."""
        if self._warden is None or self._warden.stdin is None:
            return
        self._warden.stdin.close()
        self._warden.wait()
        self._warden = None
        for started in self.started:
            started.popen.wait()
        self.started.clear()


def tail_of(log: Path) -> str:
    """Return the last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:])


def members_of(sessions: Collection[int]) -> set[psutil.Process]:
    """Return the live processes of these sessions and all their descendants. A zombie isn't alive."""
    return {one for one in psutil.process_iter() if is_alive(one) and _is_within(one, sessions)}


def is_alive(process: psutil.Process) -> bool:
    """Tell whether a process still runs; a zombie, which waits for its parent, doesn't."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def end_sessions(sessions: Collection[int], *, patience: float) -> None:
    """Send TERM to all processes of the sessions, and KILL to what is left after `patience` seconds."""
    members = members_of(sessions)
    _send_signal(members, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while members := {one for one in members | members_of(sessions) if is_alive(one)}:
        if time.monotonic() > deadline:
            _send_signal(members, signal.SIGKILL)
        time.sleep(POLL_SECONDS)


def _is_within(process: psutil.Process, sessions: Collection[int]) -> bool:
    try:
        return any(os.getsid(one.pid) in sessions for one in (process, *process.parents()))
    except (ProcessLookupError, psutil.NoSuchProcess):
        return False


def _send_signal(processes: Collection[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def _guard(patience: float) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_sessions({int(line) for line in sys.stdin}, patience=patience)


if __name__ == "__main__":
    _guard(float(sys.argv[1]))
