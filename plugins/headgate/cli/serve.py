"""`headgate serve`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from headgate.errors import HeadgateError


def serve(
    model: Annotated[str, typer.Argument(help="Name of the registered model.")],
    mlflow: Annotated[str, typer.Option(envvar="MLFLOW_TRACKING_URI", help="Address of the MLflow server.")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
    poll_seconds: Annotated[float, typer.Option(help="Seconds between two looks at the registry.", min=0.1)] = 2.0,
    trusted: Annotated[
        list[str] | None, typer.Option(help="A type of your own that a model may hold; repeat for more.")
    ] = None,
    json_logs: Annotated[  # noqa: FBT002
        bool, typer.Option("--json-logs", envvar="HEADGATE_JSON_LOGS", help="Write the log's lines as JSON.")
    ] = False,
) -> None:
    """Serve the champion of a registered model, and swap to the next one without dropping a request.

    With HEADGATE_SERVER_PASSWORD in the environment, every request must bring it, and HEADGATE_SERVER_USER (headgate by
    default), by HTTP basic authentication; health checks needn't.
    """
    from headgate.core.server_login import login_of
    from headgate.server.run import serve as run_server

    try:
        run_server(
            mlflow,
            model,
            host=host,
            port=port,
            poll_seconds=poll_seconds,
            trusted=tuple(trusted or ()),
            json_logs=json_logs,
            login=login_of(os.environ),
        )
    except HeadgateError as error:
        typer.secho(str(error), err=True, fg=typer.colors.RED)
        raise typer.Exit(code=2) from error
