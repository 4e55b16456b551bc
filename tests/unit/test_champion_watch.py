from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

import pytest

from headgate.core.serving import Version
from headgate.server.swap import ChampionWatch
from headgate.testing.fake_champions import FakeChampionSource

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SOON = 10.0


class HeldSource(FakeChampionSource):
    """Each look waits for a permit; the test hears when one has begun."""

    def __init__(self) -> None:
        super().__init__("co2")
        self.begun = threading.Semaphore(0)
        self.permits = threading.Semaphore(0)

    def champion_of(self) -> Version | None:
        found = super().champion_of()
        self.begun.release()
        assert self.permits.acquire(timeout=SOON)
        return found


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, SOON))


def watch_of(source: FakeChampionSource) -> ChampionWatch:
    return ChampionWatch(source, now=lambda: NOW)


def serves(watch: ChampionWatch) -> str | None:
    return watch.serving.version.version if watch.serving else None


def test_nothing_serves_before_the_first_champion() -> None:
    async def story() -> None:
        watch = watch_of(FakeChampionSource("co2"))
        await watch.look()
        assert (watch.serving, watch.outage) == (None, None)

    run(story())


def test_a_look_serves_the_champion_and_dates_it() -> None:
    async def story() -> None:
        source = FakeChampionSource("co2")
        watch = watch_of(source)
        number = source.promote(1.0)
        await watch.look()
        assert serves(watch) == number
        assert watch.serving is not None
        assert watch.serving.since == NOW

    run(story())


def test_a_refused_version_is_named_and_loaded_once_however_often_one_looks() -> None:
    async def story() -> None:
        source = FakeChampionSource("co2")
        watch = watch_of(source)
        good, broken = source.promote(1.0), None
        await watch.look()
        broken = source.promote(None)
        for _ in range(3):
            await watch.look()
        assert serves(watch) == good
        assert watch.state.refused is not None
        assert "evil.Type" in watch.state.refused.reason
        assert source.loads == [good, broken]
        await watch.look(insist=True)
        assert source.loads == [good, broken, broken]

    run(story())


def test_a_version_that_can_not_predict_its_own_example_is_refused() -> None:
    async def story() -> None:
        source = FakeChampionSource("co2")
        watch = watch_of(source)
        good = source.promote(1.0)
        await watch.look()
        source.promote(2.0, is_warm=False)
        await watch.look()
        assert serves(watch) == good
        assert watch.state.refused is not None
        assert watch.state.refused.reason == "RuntimeError: cold"

    run(story())


def test_a_registry_that_is_down_stops_nothing_and_is_forgotten_when_it_is_back() -> None:
    async def story() -> None:
        source = FakeChampionSource("co2")
        watch = watch_of(source)
        first = source.promote(1.0)
        await watch.look()
        source.is_down = True
        second = source.promote(2.0)
        await watch.look()
        assert serves(watch) == first
        assert watch.outage is not None
        assert watch.state.refused is None
        source.is_down = False
        await watch.look()
        assert (serves(watch), watch.outage is None) == (second, True)

    run(story())


def test_those_who_ask_before_a_look_begins_share_it() -> None:
    async def story() -> None:
        source = FakeChampionSource("co2")
        watch = watch_of(source)
        await asyncio.gather(*(watch.look(insist=True) for _ in range(20)))
        assert source.looks == 1

    run(story())


def test_those_who_ask_while_a_look_runs_share_one_that_begins_after_it() -> None:
    async def story() -> None:
        source = HeldSource()
        watch = watch_of(source)
        running = asyncio.create_task(watch.look())
        await asyncio.to_thread(source.begun.acquire)
        number = source.promote(1.0)
        waiting = [asyncio.create_task(watch.look()) for _ in range(20)]
        await asyncio.sleep(0)
        source.permits.release(2)
        await asyncio.gather(running, *waiting)
        assert serves(watch) == number
        assert source.looks == 2

    run(story())


def test_a_look_goes_on_when_the_one_who_asked_has_left() -> None:
    async def story() -> None:
        source = HeldSource()
        watch = watch_of(source)
        number = source.promote(1.0)
        asked = asyncio.create_task(watch.look())
        await asyncio.to_thread(source.begun.acquire)
        asked.cancel()
        source.permits.release(2)
        await watch.look()
        assert serves(watch) == number
        assert source.loads == [number]

    run(story())


def test_swaps_refusals_and_outages_are_told_once_each_as_a_line_of_json(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        source = FakeChampionSource("co2")
        watch = watch_of(source)
        for value in (1.0, 2.0, None):
            source.promote(value)
            await watch.look()
            await watch.look()
        source.is_down = True
        await watch.look()
        await watch.look()

    with caplog.at_level(logging.INFO, logger="headgate.server"):
        run(story())
    told = [json.loads(record.message) for record in caplog.records if record.name == "headgate.server"]
    assert [line["event"] for line in told] == ["swapped", "swapped", "refused", "registry_unreachable"]
    assert [line["serving"] for line in told] == ["1", "2", "2", "2"]
    assert told[1]["before"] == "1"
