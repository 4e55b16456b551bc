"""Headgate as an Airflow plugin: preloading, and what the UI asks for."""

from __future__ import annotations

import gc
import importlib
import logging
import sys
import warnings
from typing import Any

from airflow.plugins_manager import AirflowPlugin

from headgate.hooks.links import MadeLink
from headgate.timetables.after_labels import AfterLabels

_HEAVY = (
    "headgate.adapters.arrow_predictions",
    "headgate.adapters.duckdb_suites",
    "headgate.adapters.fsspec_store",
    "headgate.adapters.function_source",
    "headgate.adapters.gx_suites",
    "headgate.adapters.httpx_serving",
    "headgate.adapters.mlflow_log",
    "headgate.adapters.mlflow_tracking",
    "headgate.adapters.mlmodel_loader",
    "headgate.adapters.plotly_pages",
    "headgate.adapters.pyarrow_cutter",
    "headgate.adapters.pyarrow_files",
    "headgate.adapters.pyarrow_profiler",
    "headgate.adapters.pyarrow_table",
    "headgate.adapters.skops_models",
    "headgate.adapters.sklearn_scorer",
    "headgate.adapters.sklearn_trainer",
    "headgate.adapters.suite_files",
    "headgate.core.numeric.bounding",
    "headgate.core.numeric.comparing",
)
"""What most pipelines' tasks use. Imports only: a fit in the parent hangs the forked child (tried)."""

_PARENTS = ("scheduler", "celery")
"""Airflow's commands whose forks run tasks."""


class HeadgatePlugin(AirflowPlugin):
    """Registers Headgate with Airflow."""

    name = "headgate"
    operator_extra_links = [MadeLink("MLflow run")]  # noqa: RUF012 - Airflow's own attribute
    timetables = [AfterLabels]  # noqa: RUF012 - Airflow's own attribute

    @classmethod
    def on_load(cls, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401, ARG003 - Airflow's signature
        """Preload the heavy libraries where tasks are forked from, if `[headgate] preload` says so."""
        if is_task_parent(sys.argv) and _is_wanted():
            preload()


def is_task_parent(argv: list[str]) -> bool:
    """Tell whether a command line is that of a process whose forks run tasks.

    >>> is_task_parent(["/usr/bin/airflow", "scheduler"]), is_task_parent(["airflow", "api-server"])
    (True, False)
    """
    return any(word in _PARENTS for word in argv[1:2])


def preload() -> None:
    """Import every adapter, so that forked tasks find them imported; costs about 300 MB once, shared by all forks."""
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the libraries' own, about each other
        for module in _HEAVY:
            importlib.import_module(module)
        importlib.import_module("headgate.adapters.mlflow_models").warm_up()
        importlib.import_module("headgate.adapters.plotly_pages.bundle").packed_plotly()
    gc.collect()
    gc.freeze()


def _is_wanted() -> bool:
    from airflow.configuration import conf

    return conf.getboolean("headgate", "preload", fallback=False)
