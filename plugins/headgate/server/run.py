"""Run the model server."""

from __future__ import annotations

import logging
import logging.config
import os
from typing import TYPE_CHECKING, Any

from headgate.core.server_login import PASSWORD, is_loopback

if TYPE_CHECKING:
    from headgate.core.server_login import ServerLogin
    from headgate.server.swap import ChampionWatch

logger = logging.getLogger("headgate.server")


def serve(
    tracking_uri: str,
    model: str,
    *,
    host: str,
    port: int,
    poll_seconds: float = 2.0,
    trusted: tuple[str, ...] = (),
    json_logs: bool = False,
    login: ServerLogin | None = None,
) -> None:
    """Serve the champion of a registered model until the process is told to stop.

    What it does not do: encrypt. A login, and what is asked with it, is readable on the way unless a proxy speaks TLS.

    Args:
        tracking_uri: The MLflow server's address, http or https. Its login, if it asks for one, is what MLflow's own
            variables `MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD` say.
        model: Name of the registered model; it need not exist yet.
        host: Address to listen on.
        port: Port to listen on.
        poll_seconds: Pause between two looks at the registry.
        trusted: Full names of types outside scikit-learn, numpy and scipy that a model may bring along.
        json_logs: Write each line of the log as a JSON object with the model and the version that serves.
        login: What every request must bring, but one for its health. Without one, whoever reaches the port may ask
            for predictions and for a look at the registry, which a warning says first unless only this machine does.

    Raises:
        InputError: The address isn't an HTTP one.
    """
    # MLflow's default is two minutes; a registry that hangs must not hold up the end of the process.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")

    import uvicorn

    from headgate.adapters.mlflow_serving import MlflowChampionSource
    from headgate.adapters.mlmodel_loader import MlmodelLoader
    from headgate.adapters.skops_models import load_estimator
    from headgate.server.app import create_app

    loader = MlmodelLoader(load_estimator)
    source = MlflowChampionSource(tracking_uri, model, loader=loader, trusted=trusted)
    app = create_app(source, poll_seconds=poll_seconds, login=login)
    logging.config.dictConfig(_json_logging(model, app.state.watch) if json_logs else _logging())
    if login is None and not is_loopback(host):
        logger.warning("without a login, whoever reaches %s:%s may ask this server. Set %s", host, port, PASSWORD)
    uvicorn.run(app, host=host, port=port, access_log=False, log_config=None)


def _logging() -> dict[str, Any]:
    """Let uvicorn's lines and the server's one-line JSON go to standard error."""
    logger = {"handlers": ["stderr"], "level": "INFO", "propagate": False}
    handler = {"class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "plain"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "handlers": {"stderr": handler},
        "loggers": {"uvicorn": logger, "headgate.server": logger},
    }


def _json_logging(model: str, watch: ChampionWatch) -> dict[str, Any]:
    """Let every line go to standard error as JSON: other libraries' lines and Python's warnings, too."""
    from headgate.server.json_lines import JsonLines

    def always() -> dict[str, Any]:
        serving = watch.serving
        return {"model": model, "version": serving.version.version if serving else None}

    logging.captureWarnings(capture=True)
    plain = _logging()
    return {
        **plain,
        "formatters": {"json": {"()": JsonLines, "always": always}},
        "handlers": {"stderr": {**plain["handlers"]["stderr"], "formatter": "json"}},
        "loggers": {**plain["loggers"], "mlflow": plain["loggers"]["uvicorn"]},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
    }
