"""The model server's HTTP face: MLflow's scoring protocol, and which version answered."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from anyio.to_thread import run_sync
from fastapi import FastAPI, Request, Response

from headgate.errors import InputError
from headgate.server.login import RequireLogin
from headgate.server.metrics import NO_VERSION, Outcome, ServerMetrics
from headgate.server.swap import ChampionWatch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from headgate.core.server_login import ServerLogin
    from headgate.server.champions import ChampionSource
    from headgate.server.swap import Serving

logger = logging.getLogger("headgate.server")

_NOT_YET = "a champion must be loaded before it can answer. Got none yet instead."
_OUTCOMES = {200: Outcome.OK, 400: Outcome.BAD_REQUEST, 500: Outcome.FAILED, 503: Outcome.UNAVAILABLE}


def create_app(
    source: ChampionSource,
    *,
    poll_seconds: float,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    login: ServerLogin | None = None,
) -> FastAPI:
    """Build the application; it begins to follow the registry when it is started.

    Args:
        source: Names and loads the champion.
        poll_seconds: Pause between two looks at the registry, in seconds; `POST /refresh` looks at once.
        now: The clock that dates a swap.
        login: What every request must bring, but one for its health; without it, whoever reaches the server may ask.
    """
    watch = ChampionWatch(source, now=now)
    metrics = ServerMetrics(source.model, watch)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        following = asyncio.create_task(watch.follow(poll_seconds))
        yield
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)

    # No pages of FastAPI's own: they load their scripts from another host.
    app = FastAPI(title="Headgate model server", lifespan=lifespan, openapi_url=None)
    app.state.watch = watch
    if login:
        app.add_middleware(RequireLogin, login=login)

    async def invocations(request: Request) -> Response:
        began, serving = time.perf_counter(), watch.serving
        response = await _answer(serving, request)
        version = serving.version.version if serving else NO_VERSION
        metrics.answered(version, _OUTCOMES[response.status_code], time.perf_counter() - began)
        return response

    async def ping() -> Response:
        return Response(content="\n", status_code=200 if watch.serving else 503, media_type="application/json")

    async def live() -> Response:
        return Response(content="\n", media_type="application/json")

    async def version() -> dict[str, Any]:
        return _described(source.model, watch)

    async def refresh() -> dict[str, Any]:
        await watch.look(insist=True)
        return _described(source.model, watch)

    async def exposed(request: Request) -> Response:
        text, content_type = await run_sync(metrics.exposed, request.headers.get("accept", ""))
        return Response(content=text, headers={"Content-Type": content_type})

    app.add_api_route("/invocations", invocations, methods=["POST"])
    app.add_api_route("/ping", ping)
    app.add_api_route("/health", ping)
    app.add_api_route("/live", live)
    app.add_api_route("/version", version)
    app.add_api_route("/metrics", exposed)
    app.add_api_route("/refresh", refresh, methods=["POST"])
    return app


async def _answer(serving: Serving | None, request: Request) -> Response:
    if serving is None:
        return _failure(503, "TEMPORARILY_UNAVAILABLE", _NOT_YET)
    body = await request.body()
    # Letters outside Latin-1, or a line break, would break the header.
    headers = {"X-Headgate-Model": quote(serving.version.model), "X-Headgate-Version": serving.version.version}
    try:
        text = await run_sync(serving.model.answer, body, request.headers.get("content-type", ""))
    except InputError as error:
        return _failure(400, "BAD_REQUEST", str(error), headers)
    except Exception as error:
        logger.exception("version %s failed on a request", serving.version.version)
        return _failure(500, "INTERNAL_ERROR", f"the model failed: {type(error).__name__}", headers)
    return Response(content=text, media_type="application/json", headers=headers)


def _failure(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Response:
    text = json.dumps({"error_code": code, "message": message})
    return Response(content=text, status_code=status, media_type="application/json", headers=headers)


def _described(model: str, watch: ChampionWatch) -> dict[str, Any]:
    serving, refused = watch.serving, watch.state.refused
    return {
        "model": model,
        "version": serving.version.version if serving else None,
        "model_id": serving.version.model_id if serving else None,
        "since": serving.since.isoformat() if serving else None,
        "mlflow": installed_version("mlflow"),
        "refused": {
            "version": refused.version.version,
            "model_id": refused.version.model_id,
            "reason": refused.reason,
        }
        if refused
        else None,
        "swaps": watch.state.swaps,
        "outage": watch.outage,
    }
