"""The servers on the command line, and the options that several commands have."""

from __future__ import annotations

import getpass
import json
import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headgate.errors import InputError

if TYPE_CHECKING:
    from headgate.ports import HistoryBook, PromotionLog, RunLedger, RunTracker

MlflowUrl = Annotated[
    str | None,
    typer.Option(
        "--mlflow",
        envvar="MLFLOW_TRACKING_URI",
        help="Address of the MLflow server; its login comes from MLFLOW_TRACKING_USERNAME and _PASSWORD.",
    ),
]
StoreUrl = Annotated[
    str | None,
    typer.Option(
        "--store",
        help="Where snapshots lie: a folder or an URL; AIRFLOW__HEADGATE__STORE or Airflow's setting by default.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON.")]
Model = Annotated[str, typer.Argument(help="Name of the registered model.", metavar="MODEL")]
Reason = Annotated[str, typer.Option(help="Why; it is kept in the log.")]
Who = Annotated[str | None, typer.Option(help="Who asks for it; the user of this machine by default.")]


def promotion_log(url: str | None) -> PromotionLog:
    """Return the promotion logs of an MLflow server.

    Raises:
        InputError: No address is given, or it isn't one.
    """
    from headgate.adapters.mlflow_log import MlflowPromotionLog

    return MlflowPromotionLog(require_url(url), **login())


def run_tracker(url: str | None) -> RunTracker:
    """Return the runs and logged models of an MLflow server.

    Raises:
        InputError: No address is given, or it isn't one.
    """
    from headgate.adapters.mlflow_tracking import MlflowRunTracker

    return MlflowRunTracker(require_url(url), **login())


def run_ledger(url: str | None) -> RunLedger:
    """Return the ledgers of an MLflow server.

    Raises:
        InputError: No address is given, or it isn't one.
    """
    from headgate.adapters.mlflow_ledger import MlflowRunLedger

    return MlflowRunLedger(require_url(url), **login())


def history_book(url: str | None) -> HistoryBook:
    """Return where an MLflow server keeps simulated histories.

    Raises:
        InputError: No address is given, or it isn't one.
    """
    from headgate.adapters.mlflow_history import MlflowHistoryBook

    return MlflowHistoryBook(require_url(url), **login())


def require_url(url: str | None) -> str:
    """Return the address of the MLflow server.

    Raises:
        InputError: None is given.
    """
    if not url:
        msg = "address of the MLflow server must be given by --mlflow or MLFLOW_TRACKING_URI. Got none."
        raise InputError(msg)
    return url


def login() -> dict[str, str | None]:
    """Return the login that the environment holds, by MLflow's own variables."""
    names = {"username": "MLFLOW_TRACKING_USERNAME", "password": "MLFLOW_TRACKING_PASSWORD"}
    return {field: os.environ.get(name) for field, name in names.items()}


def server_login() -> dict[str, str]:
    """Return the model server's login that the environment holds; empty where it holds none.

    Raises:
        InputError: It holds one that can't be one, such as an empty password.
    """
    from headgate.core.server_login import login_of

    found = login_of(os.environ)
    return {"username": found.user, "password": found.password} if found else {}


def require_model(name: str) -> str:
    """Return a registered model's name.

    Raises:
        InputError: It can't be one.
    """
    from headgate.spec.checks import require_model_name  # with all of the specification: --help needn't wait for it

    return require_model_name(name)


def person(who: str | None) -> str:
    """Return who asks, for the log."""
    return who or getpass.getuser()


def json_text(data: Any) -> str:  # noqa: ANN401 - plain JSON
    """Return plain data as JSON, as every command writes it."""
    return json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True)
