"""Waits in the triggerer until a run's rows are there: no worker is held meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from headgate.errors import PermanentError, TransientError
from headgate.hooks.readiness import Awaited, look_for


class RowsReadyTrigger(BaseTrigger):
    """Looks again and again, each time in a thread, so that the triggerer's other triggers go on.

    It fires once, with `outcome` and `sentence`: `ready`; `late`, when the deadline passed; `refused`, when looking
    again can't help. Outages are logged, and it goes on.

    Args:
        awaited: What to look for, as `Awaited.dump` gives it.
        poke_interval: Seconds from one look to the next, > 0.
        deadline: Until when, as ISO 8601 with a zone.
    """

    def __init__(self, *, awaited: dict[str, Any], poke_interval: float, deadline: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Airflow's
        self.awaited = awaited
        self.poke_interval = poke_interval
        self.deadline = deadline

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return what the triggerer makes it from."""
        kwargs = {"awaited": self.awaited, "poke_interval": self.poke_interval, "deadline": self.deadline}
        return f"{type(self).__module__}.{type(self).__qualname__}", kwargs

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look until it is there, or the deadline has passed."""
        awaited, deadline = Awaited.load(self.awaited), datetime.fromisoformat(self.deadline)
        said = "nobody could look yet"
        while True:
            rest = (deadline - datetime.now(tz=UTC)).total_seconds()
            await asyncio.sleep(max(0.0, min(self.poke_interval, rest)))
            try:
                seen = await asyncio.to_thread(look_for, awaited)
            except PermanentError as error:
                yield TriggerEvent({"outcome": "refused", "sentence": str(error)})
                return
            except TransientError as error:
                said = f"the last look met an outage: {error}"
                self.log.warning("%s", said)
            else:
                said = seen.sentence
                self.log.info("%s", said)
                if seen.ready:
                    yield TriggerEvent({"outcome": "ready", "sentence": said})
                    return
            if datetime.now(tz=UTC) >= deadline:
                yield TriggerEvent({"outcome": "late", "sentence": said})
                return
