"""Airflow's own hook for settings (`airflow_local_settings`): two repairs for many short tasks on one machine.

*Locks.* A SAVEPOINT outside a transaction starts a *deferred* one: it reads first, and when it then writes after
another process has committed, SQLite refuses at once ("database is locked"), whatever the timeout. Airflow creates a
backfill so: it answers 503, takes the runs back that it had made, and the scheduler, which had seen them, dies of that
(tried). Taking the write lock first makes it wait instead.

*Stalls.* The supervisor of a task waits for its pipes to close, looks once whether the process has ended, and then
sleeps for `[workers] min_heartbeat_interval` (5 s) with nothing that could wake it. The kernel closes the pipes just
before the process can be reaped, so it loses that race often on a busy machine (tried: 50 tasks took 41 to 85 s, and
17 s without). Here it waits for the end itself.
"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.ext.asyncio import create_async_engine

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.ext.asyncio import AsyncEngine

EXIT_SECONDS = 0.5

__all__ = ["create_async_metadata_engine", "create_metadata_engine"]


def create_metadata_engine(
    sql_alchemy_conn: str, *, engine_args: dict[str, Any], connect_args: dict[str, Any]
) -> Engine:
    """Create Airflow's engine, as Airflow does, and make it lock before it reads in a savepoint."""
    engine = create_engine(sql_alchemy_conn, connect_args=connect_args, **engine_args, future=True)
    _tame(engine)
    return engine


def create_async_metadata_engine(
    sql_alchemy_conn_async: str, *, connect_args: dict[str, Any], engine_args: dict[str, Any] | None = None
) -> AsyncEngine:
    """Create Airflow's asynchronous engine, likewise."""
    engine = create_async_engine(sql_alchemy_conn_async, connect_args=connect_args, **(engine_args or {}), future=True)
    _tame(engine.sync_engine)
    return engine


def _tame(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _sync_less)
    event.listen(engine, "savepoint", _lock_first)


def _sync_less(connection: Any, _record: object) -> None:
    """Flush to disk at checkpoints only; a power cut then costs the last commits, never consistency."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def _lock_first(connection: Connection, _name: str) -> None:
    raw = connection.connection.dbapi_connection
    if raw is not None and not raw.in_transaction:
        raw.cursor().execute("BEGIN IMMEDIATE")


def _wait_for_exits() -> None:
    import psutil
    from airflow.sdk.execution_time.supervisor import ActivitySubprocess

    check = ActivitySubprocess._check_subprocess_exit  # noqa: SLF001 - there is no public place for it

    def check_when_ended(self: Any, *arguments: Any, **options: Any) -> int | None:
        if self._exit_code is None and not self._open_sockets:
            with contextlib.suppress(psutil.TimeoutExpired):
                self._process.wait(timeout=EXIT_SECONDS)
        return check(self, *arguments, **options)

    ActivitySubprocess._check_subprocess_exit = check_when_ended  # type: ignore[method-assign]  # noqa: SLF001 - as above


if "scheduler" in sys.argv:
    _wait_for_exits()
