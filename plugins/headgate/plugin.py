"""Headgate as an Airflow plugin: preloading, and what the UI asks for."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from airflow.plugins_manager import AirflowPlugin

from headgate.hooks.links import MadeLink
from headgate.timetables.after_labels import AfterLabels


class HeadgatePlugin(AirflowPlugin):
    """Registers Headgate with Airflow."""

    name = "headgate"
    operator_extra_links = [MadeLink("MLflow run")]  # noqa: RUF012 - Airflow's own attribute
    timetables = [AfterLabels]  # noqa: RUF012 - Airflow's own attribute

    @classmethod
    def on_load(cls, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401, ARG003 - Airflow's signature
        """Preload the heavy libraries where tasks are forked from, if `[headgate] preload` says so."""
        if is_task_parent(sys.argv) and _is_wanted():
            importlib.import_module("headgate.preloading")


def is_task_parent(argv: list[str]) -> bool:
    """Tell whether a command line is that of a process whose forks run tasks, and that loads plugins before it forks.

    A Celery worker doesn't: it is told to import `headgate.preloading`.

    >>> is_task_parent(["/usr/bin/airflow", "scheduler"]), is_task_parent(["airflow", "api-server"])
    (True, False)
    """
    return argv[1:2] == ["scheduler"]


def _is_wanted() -> bool:
    from airflow.configuration import conf

    return conf.getboolean("headgate", "preload", fallback=False)
