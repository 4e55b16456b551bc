"""The sensor in a task and in the triggerer, with real sources."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from airflow.models.trigger import Trigger
from airflow.sdk.bases.operator import ExecutorSafeguard
from airflow.sdk.exceptions import (
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSensorTimeout,
    TaskDeferred,
)
from airflow.sdk.serde import serialize
from airflow.triggers.base import BaseTrigger

from headgate.core.readiness import AtLeastRows, Condition, FreshWithin, Marker
from headgate.core.span import days, hours
from headgate.core.windows import Rolling
from headgate.errors import InputError
from headgate.hooks.readiness import Awaited
from headgate.sensors.data_ready import DataReadySensor
from headgate.spec import CsvSource, DeltaSource, FunctionSource, Label, ParquetSource, Source, SqlSource

MAY = datetime(2024, 5, 1, tzinfo=UTC)
WINDOWS = Rolling(lookback=days(30), holdout=days(7))
QUERY = "SELECT * FROM trips WHERE datetime(at) >= :start AND datetime(at) < :end"
HOLDOUT = "[2024-04-24, 2024-05-01)"


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty table of trips, reached by the Airflow connection trips."""
    path = tmp_path / "trips.db"
    monkeypatch.setenv("AIRFLOW_CONN_TRIPS", json.dumps({"conn_type": "sqlite", "host": str(path)}))
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE trips (at TEXT, n INTEGER)")
    connection.close()
    return path


def arrive(database: Path, count: int, *, last: datetime = MAY - timedelta(hours=1)) -> None:
    connection = sqlite3.connect(database)
    with connection:
        rows = [((last - timedelta(minutes=n)).isoformat(), n) for n in range(count)]
        connection.executemany("INSERT INTO trips VALUES (?, ?)", rows)
    connection.close()


def trips(**fields: Any) -> SqlSource:
    return SqlSource(**{"query": QUERY, "conn_id": "trips", "event_time": "at", **fields})


def sensor(**fields: Any) -> DataReadySensor:
    given = {"ready": AtLeastRows(10), "source": trips(), "windows": WINDOWS, "poke_interval": 0.01, **fields}
    return DataReadySensor(task_id="data_ready", model="trips", **given)


def context() -> dict[str, Any]:
    facts = {"dag_id": "trips", "run_id": "manual 1", "run_type": "manual", "run_after": MAY, "data_interval_end": MAY}
    ti = SimpleNamespace(get_first_reschedule_date=lambda context: datetime.now(tz=UTC), try_number=1)
    return {"dag_run": SimpleNamespace(**facts), "params": {}, "ti": ti}


def run(task: Any) -> Any:
    return task.execute(context(), DataReadySensor__sentinel=ExecutorSafeguard.sentinel_value)


def deferred(task: DataReadySensor) -> TaskDeferred:
    with pytest.raises(TaskDeferred) as caught:
        run(task)
    return caught.value


def kept(trigger: BaseTrigger) -> BaseTrigger:
    """Return the trigger that the triggerer makes of what Airflow keeps in its database."""
    classpath, kwargs = trigger.serialize()
    encrypted = Trigger.encrypt_kwargs(serialize(kwargs))
    module, _, name = classpath.rpartition(".")
    again: BaseTrigger = getattr(importlib.import_module(module), name)(**Trigger._decrypt_kwargs(encrypted))
    return again


def fired(trigger: BaseTrigger) -> dict[str, str]:
    async def first() -> dict[str, str]:
        async for event in trigger.run():
            payload: dict[str, str] = event.payload
            return payload
        raise AssertionError

    return asyncio.run(asyncio.wait_for(first(), 30))


def test_rows_that_are_there_need_no_triggerer(database: Path) -> None:
    arrive(database, 10)
    task = sensor()
    assert run(task) == {"ready": True, "sentence": f"10 rows in {HOLDOUT}: 10 are there"}
    assert task.waits_for == f"10 rows in {HOLDOUT}: 10 are there"


def test_rows_that_are_not_there_are_waited_for_in_the_triggerer(database: Path) -> None:
    arrive(database, 9)
    task = sensor()
    waiting = deferred(task)
    assert task.waits_for == f"waiting for 10 rows in {HOLDOUT}: 9 so far"
    assert waiting.method_name == "resume"
    arrive(database, 1)
    event = fired(kept(waiting.trigger))
    assert event == {"outcome": "ready", "sentence": f"10 rows in {HOLDOUT}: 10 are there"}
    assert task.resume_execution("resume", {"event": event}, context())["ready"]  # type: ignore[arg-type]


def test_what_it_waits_for_is_a_field_that_the_ui_shows_and_airflow_refreshes() -> None:
    task = sensor()
    assert "waits_for" in task.template_fields
    assert task.waits_for == "10 rows in the holdout"
    assert task.overwrite_rtif_after_execution


class Notes:
    """A log that keeps its lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def info(self, text: str, *values: Any) -> None:
        self.lines.append(text % values)

    warning = info


def test_the_first_line_says_as_of_and_windows_and_each_look_is_a_line_of_the_log(database: Path) -> None:
    task, notes = sensor(), Notes()
    task._cached_logger = notes  # type: ignore[assignment]  # it has what is used
    trigger: Any = deferred(task).trigger
    trigger._log = notes
    arrive(database, 10)
    fired(trigger)
    first = f"as-of 2024-05-01 (from the data interval's end), training [2024-03-25, 2024-04-24), holdout {HOLDOUT}"
    assert notes.lines == [
        first,
        f"waiting for 10 rows in {HOLDOUT}: 0 so far",
        f"10 rows in {HOLDOUT}: 10 are there",
    ]


def test_a_wait_that_takes_too_long_fails_with_what_was_there(database: Path) -> None:
    arrive(database, 3)
    task = sensor(timeout=0)
    event = fired(kept(deferred(task).trigger))
    assert event == {"outcome": "late", "sentence": f"waiting for 10 rows in {HOLDOUT}: 3 so far"}
    with pytest.raises(AirflowSensorTimeout, match=r"gave up after 0:00:00: waiting for 10 rows in .*: 3 so far"):
        task.resume_execution("resume", {"event": event}, context())  # type: ignore[arg-type]


def test_what_looking_again_can_not_mend_fails_at_once(database: Path) -> None:
    with pytest.raises(AirflowFailException, match="no such table: nowhere"):
        run(sensor(source=trips(query=QUERY.replace("trips", "nowhere"))))


def test_what_breaks_while_it_waits_fails_at_once_too(database: Path) -> None:
    task = sensor()
    trigger = deferred(task).trigger
    with sqlite3.connect(database) as connection:
        connection.execute("DROP TABLE trips")
    connection.close()
    event = fired(trigger)
    assert event["outcome"] == "refused"
    with pytest.raises(AirflowFailException, match="no such table: trips"):
        task.resume_execution("resume", {"event": event}, context())  # type: ignore[arg-type]


def test_an_outage_is_logged_and_it_goes_on(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arrive(database, 10)
    there, notes = os.environ["AIRFLOW_CONN_TRIPS"], Notes()
    monkeypatch.setenv("AIRFLOW_CONN_TRIPS", json.dumps({"conn_type": "postgres", "host": "127.0.0.1", "port": 1}))
    task = sensor()
    trigger: Any = deferred(task).trigger
    assert "the last look met an outage: source trips: SELECT" in task.waits_for
    trigger._log = notes
    timer = threading.Timer(0.5, os.environ.__setitem__, ("AIRFLOW_CONN_TRIPS", there))
    timer.start()
    assert fired(trigger)["outcome"] == "ready"
    timer.join()
    assert "the last look met an outage" in notes.lines[0]


def test_an_outage_that_lasts_is_what_the_end_is_told_by(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_TRIPS", json.dumps({"conn_type": "postgres", "host": "127.0.0.1", "port": 1}))
    event = fired(deferred(sensor(timeout=0)).trigger)
    assert event["outcome"] == "late"
    assert "the last look met an outage: source trips" in event["sentence"]


def test_the_triggerers_loop_goes_on_while_a_look_takes_its_time(database: Path) -> None:
    counting = "(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c LIMIT 500000) SELECT max(i) FROM c)"
    arrive(database, 1)
    slow = trips(query=f"{QUERY} AND n < {counting}")
    trigger = deferred(sensor(ready=AtLeastRows(2), source=slow, timeout=0)).trigger
    beats = 0

    async def both() -> None:
        nonlocal beats
        looking = asyncio.ensure_future(anext(trigger.run()))
        while not looking.done():
            await asyncio.sleep(0.005)
            beats += 1

    asyncio.run(both())
    assert beats > 5


@pytest.mark.parametrize("mode", ["poke", "reschedule"])
def test_it_waits_in_the_worker_if_asked_to(database: Path, mode: str) -> None:
    task = sensor(deferrable=False, mode=mode, timeout=0.05)
    outcome = AirflowRescheduleException if mode == "reschedule" else AirflowSensorTimeout
    with pytest.raises(outcome) as caught:
        run(task)
    assert mode == "reschedule" or str(caught.value).endswith(f"waiting for 10 rows in {HOLDOUT}: 0 so far")
    arrive(database, 10)
    assert run(task)["ready"]


def test_parquet_is_looked_at_by_freshness(tmp_path: Path) -> None:
    def write(last: datetime) -> None:
        pq.write_table(pa.table({"at": pa.array([last], pa.timestamp("us", "UTC"))}), tmp_path / "rows.parquet")

    write(MAY - timedelta(hours=7))
    source = ParquetSource(tmp_path.as_uri(), event_time="at")
    waiting = deferred(sensor(ready=FreshWithin(hours(6)), source=source))
    write(MAY - timedelta(hours=5))
    assert fired(kept(waiting.trigger))["sentence"].endswith("the newest is of 2024-04-30T19:00:00Z")


def test_a_marker_is_waited_for_without_a_source(tmp_path: Path) -> None:
    task = sensor(ready=Marker(f"{tmp_path}/{{as_of:%Y-%m-%d}}/_SUCCESS"), source=None)
    waiting = deferred(task)
    assert task.waits_for == f"waiting for {tmp_path}/2024-05-01/_SUCCESS: nothing there yet"
    (tmp_path / "2024-05-01").mkdir()
    (tmp_path / "2024-05-01" / "_SUCCESS").touch()
    assert fired(kept(waiting.trigger))["outcome"] == "ready"


def test_the_label_delay_moves_the_window(database: Path) -> None:
    task = sensor(label=Label("n", delay=days(2)))
    deferred(task)
    assert "[2024-04-22, 2024-04-29)" in task.waits_for


@pytest.mark.parametrize(
    "source",
    [
        ParquetSource("/a", columns=("x", "y"), known_at="known"),
        CsvSource("/a", types={"x": "double"}, delimiter=";"),
        trips(zone="UTC", known_at="known", batch_rows=5),
        DeltaSource("/a", columns=("x",), time_travel=False),
        FunctionSource("include.a:b"),
        None,
    ],
)
@pytest.mark.parametrize(
    "condition", [AtLeastRows(5, window="training"), FreshWithin(hours(6)), Marker("/{as_of:%Y}", "c")]
)
def test_what_is_waited_for_survives_the_way_to_the_triggerer(source: Source | None, condition: Condition) -> None:
    windows = WINDOWS.at(MAY, label_delay=days(1))
    awaited = Awaited(condition=condition, source=source, windows=windows)
    assert Awaited.load(json.loads(json.dumps(awaited.dump()))) == awaited


@pytest.mark.parametrize("source", [FunctionSource("tests.dagrun.shop:daily", event_time="day"), DeltaSource("/a")])
def test_functions_and_delta_tables_are_looked_at_in_a_worker(source: Source) -> None:
    task = sensor(source=source)
    assert (task.deferrable, task.mode) == (False, "reschedule")
    assert sensor(source=source, ready=Marker("/a")).deferrable


def test_a_condition_that_is_none_is_refused_when_the_dag_is_parsed() -> None:
    with pytest.raises(InputError, match="ready must be AtLeastRows"):
        sensor(ready=1000)
    with pytest.raises(InputError, match="source of DataReadySensor must be given when it waits for 10 rows"):
        sensor(source=None)


def test_an_as_of_that_can_not_be_read_fails_at_once(database: Path) -> None:
    bad = {**context(), "params": {"as_of": "soon"}}
    with pytest.raises(AirflowFailException, match="as-of of the trigger form must be an ISO date"):
        cast("Any", sensor()).execute(bad, DataReadySensor__sentinel=ExecutorSafeguard.sentinel_value)
