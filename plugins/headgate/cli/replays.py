"""Replays of a range of as-ofs, in this process or in several."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess

from headgate.cli.done import Done
from headgate.cli.local import Order, chain_of
from headgate.core.asof import AsOf, Origin, RunType
from headgate.core.refs import RunRef
from headgate.errors import HeadgateError
from headgate.steps.retrain import Wish

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""What libraries of linear algebra and OpenMP read when they are loaded."""


def replay_each(order: Order, as_ofs: Sequence[datetime], *, reason: str, jobs: int) -> Iterator[Done]:
    """Yield what became of each as-of, as soon as it is known. One that fails stops no other.

    Replays meet the champion of their own time, so their order changes nothing.

    Args:
        order: What is replayed.
        as_ofs: The as-ofs.
        reason: Why; empty when nobody said.
        jobs: How many processes; this one alone when 1.
    """
    if jobs == 1 or len(as_ofs) == 1:
        yield from (replay(order, as_of, reason) for as_of in as_ofs)
        return
    with _capped(jobs), _pool(min(jobs, len(as_ofs))) as pool:
        asked: dict[Future[Done], datetime] = {pool.submit(replay, order, as_of, reason): as_of for as_of in as_ofs}
        for future in as_completed(asked):
            yield _result(future, asked[future])


def replay(order: Order, as_of: datetime, reason: str) -> Done:
    """Replay one as-of; an error is a result, and of a defect the traceback is told as well."""
    began = time.monotonic()
    run: RunRef | None = None
    try:
        chain = chain_of(order)
        run = chain.run_of(AsOf(instant=as_of, origin=Origin.COMMAND), RunType.BACKFILL)
        retrained = chain.retrain(run, wish=Wish(reason=reason), tell=lambda *_: None)
    except HeadgateError as error:
        return Done(as_of=as_of, seconds=time.monotonic() - began, run=run, failed=str(error))
    except Exception as error:  # noqa: BLE001 - the other as-ofs are still worth having
        traceback.print_exc()
        failed = f"{type(error).__name__}: {error}"
        return Done(as_of=as_of, seconds=time.monotonic() - began, run=run, failed=failed)
    return Done(as_of=as_of, seconds=time.monotonic() - began, run=run, retrained=retrained)


def _result(future: Future[Done], as_of: datetime) -> Done:
    try:
        return future.result()
    except BrokenProcessPool:
        failed = "a worker process was killed, perhaps for want of memory: the same command with fewer --jobs goes on"
        return Done(as_of=as_of, seconds=0.0, failed=failed)


@contextmanager
def _pool(processes: int) -> Iterator[ProcessPoolExecutor]:
    """Make worker processes that start anew: a fork of a process with threads may hang."""
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_begin_worker)
    try:
        yield pool
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: the runs that are under way end first\n")
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin_worker() -> None:
    """Leave Ctrl-C to the process that waits, and end with it: its death alone would leave workers waiting for work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent_process(),), daemon=True).start()


def _end_with(parent: BaseProcess | None) -> None:
    if parent is not None:
        parent.join()
    os._exit(1)


@contextmanager
def _capped(jobs: int) -> Iterator[None]:
    """Give processes that are started inside their share of the cores: OpenMP's threads fight each other."""
    share = str(max(1, (os.cpu_count() or 1) // jobs))
    mine = [name for name in THREADS if name not in os.environ]
    os.environ.update(dict.fromkeys(mine, share))
    try:
        yield
    finally:
        for name in mine:
            del os.environ[name]
