"""Follow the registry's champion and replace the served model between two requests."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from headgate.core.serving import Keep, Refusal, ServingState, Swap, after_refusal, after_swap, decide_swap
from headgate.errors import HeadgateError, TrackingError, TransientError
from headgate.server.json_lines import EVENT

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from headgate.core.serving import Version
    from headgate.server.champions import ChampionSource, ServedModel

logger = logging.getLogger("headgate.server")


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The model that answers now; a request takes it once and stays with it."""

    model: ServedModel
    version: Version
    since: datetime


class ChampionWatch:
    """Keeps `serving` equal to the registry's champion, as far as that can be served.

    Looks are made one at a time, in a worker thread. What goes wrong in one never touches the model that serves.

    Args:
        source: Names and loads the champion.
        now: The clock, for the time of a swap.
    """

    def __init__(self, source: ChampionSource, *, now: Callable[[], datetime]) -> None:
        self._source = source
        self._now = now
        self._turn = asyncio.Lock()
        self._next: asyncio.Task[None] | None = None
        self._insist = False
        self.serving: Serving | None = None
        self.state = ServingState()
        self.outage: str | None = None

    async def follow(self, poll_seconds: float) -> None:
        """Look now, and again `poll_seconds` after each look's end; until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(poll_seconds)

    async def look(self, *, insist: bool = False) -> None:
        """Look at the registry once, and swap if it names another version.

        Everybody who asks before a look has begun shares that look; a look that has begun may have missed what the
        caller just changed, so it isn't shared.

        Args:
            insist: Try a refused version again.
        """
        self._insist = self._insist or insist
        if self._next is None:
            self._next = asyncio.create_task(self._look_in_turn())
        await asyncio.shield(self._next)

    async def _look_in_turn(self) -> None:
        async with self._turn:
            insist, self._insist, self._next = self._insist, False, None
            try:
                await self._look(insist=insist)
            except Exception as error:  # noqa: BLE001 - whatever a look meets, the loaded model goes on serving
                self._note_outage(_said(error))
            else:
                self.outage = None

    async def _look(self, *, insist: bool) -> None:
        champion = await asyncio.to_thread(self._source.champion_of)
        match decide_swap(self.state, champion, insist=insist):
            case Keep(state=state):
                self.state = state
            case Swap(to=version):
                await self._swap(version)
            case unknown:
                assert_never(unknown)

    async def _swap(self, version: Version) -> None:
        try:
            model = await asyncio.to_thread(self._proven, version)
        except (TransientError, TrackingError):
            raise  # the registry's fault, not the version's: the next look tries again
        except Exception as error:  # noqa: BLE001 - a stored model can break in any way; none may stop the served one
            self.state = after_refusal(self.state, Refusal(version=version, reason=_said(error)))
            self._tell("refused", version=version.version, reason=_said(error))
            return
        before = self.state.serving
        self.serving = Serving(model=model, version=version, since=self._now())
        self.state = after_swap(self.state, version)
        self._tell("swapped", version=version.version, before=before.version if before else None)

    def _proven(self, version: Version) -> ServedModel:
        model = self._source.load(version)
        model.warm_up()
        return model

    def _note_outage(self, reason: str) -> None:
        if reason != self.outage:
            self._tell("registry_unreachable", reason=reason)
        self.outage = reason

    def _tell(self, event: str, **fields: str | None) -> None:
        serving = self.state.serving
        line = {"event": event, **fields, "serving": serving.version if serving else None, "swaps": self.state.swaps}
        level = logging.INFO if event == "swapped" else logging.WARNING
        logger.log(level, "%s", json.dumps(line), extra={EVENT: line})


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, HeadgateError) else f"{type(error).__name__}: {error}"
