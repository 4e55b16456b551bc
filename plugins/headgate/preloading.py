"""The heavy libraries, imported once in a process whose forks run tasks. Importing this module does it.

In Airflow's scheduler, `headgate.plugin` imports it where `[headgate] preload` says so; a Celery worker does where its
configuration names it: `AIRFLOW__CELERY__EXTRA_CELERY_CONFIG='{"imports": ["headgate.preloading"]}'`. It takes
about 300 MB once, shared by all forks.
"""

from __future__ import annotations

import gc
import importlib
import logging
import warnings

_HEAVY = (
    "headgate.adapters.arrow_predictions",
    "headgate.adapters.duckdb_suites",
    "headgate.adapters.fsspec_store",
    "headgate.adapters.function_source",
    "headgate.adapters.gx_suites",
    "headgate.adapters.httpx_serving",
    "headgate.adapters.mlflow_ledger",
    "headgate.adapters.mlflow_log",
    "headgate.adapters.mlflow_tracking",
    "headgate.adapters.mlmodel_loader",
    "headgate.adapters.plotly_pages.card_page",
    "headgate.adapters.plotly_pages.gate_report",
    "headgate.adapters.plotly_pages.pages",
    "headgate.adapters.process_costs",
    "headgate.adapters.pyarrow_cutter",
    "headgate.adapters.pyarrow_files",
    "headgate.adapters.pyarrow_profiler",
    "headgate.adapters.pyarrow_table",
    "headgate.adapters.skops_models",
    "headgate.adapters.sklearn_explainer",
    "headgate.adapters.sklearn_probes",
    "headgate.adapters.sklearn_scorer",
    "headgate.adapters.sklearn_trainer",
    "headgate.adapters.suite_files",
    "headgate.core.numeric.bounding",
    "headgate.core.numeric.comparing",
    "headgate.core.what_if",
)
"""What most pipelines' tasks use. Imports only: a fit in the parent hangs the forked child (tried)."""


def _preload() -> None:
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the libraries' own, about each other
        for module in _HEAVY:
            importlib.import_module(module)
        importlib.import_module("headgate.adapters.mlflow_models").warm_up()
        importlib.import_module("headgate.adapters.plotly_pages.bundle").packed_plotly()
    gc.collect()
    gc.freeze()


_preload()
