"""The parts that need no connection: each heavy library is imported by the task that asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.core.suite import Expectation, Suite
    from headgate.ports import (
        CostMeter,
        Explainer,
        ModelLoader,
        Pages,
        PredictionReader,
        Prober,
        Profiler,
        RowsCutter,
        RowsScan,
        RowsSplitter,
        RowsTable,
        Scorer,
        SuiteRunner,
        Trainer,
    )


def cutter() -> RowsCutter:
    """Return what cuts rows into windows."""
    from headgate.adapters.pyarrow_cutter import ArrowCutter

    return ArrowCutter()


def profiler() -> Profiler:
    """Return what computes statistics of rows."""
    from headgate.adapters.pyarrow_profiler import ArrowProfiler

    return ArrowProfiler()


def table() -> RowsTable:
    """Return the small operations on rows."""
    from headgate.adapters.pyarrow_table import ArrowTable

    return ArrowTable()


def suite(name: str) -> Suite:
    """Return the suite of a path or a dotted path.

    Raises:
        InputError: It can't be read, or asks what makes no sense.
    """
    from headgate.adapters.suite_files import load_suite

    return load_suite(name)


def engines(first: str = "headgate") -> tuple[SuiteRunner, ...]:
    """Return what evaluates suites, in the order in which they are asked; each is imported when it has work.

    Args:
        first: `headgate` compiles what it can and leaves the rest to Great Expectations; `gx` leaves all to it.

    Raises:
        InputError: It is neither.
    """
    from headgate.steps.suites import LazyEngine

    gx = LazyEngine("gx", _gx_suites, takes_all=True)
    chains = {"headgate": (LazyEngine("headgate", _duckdb_suites), gx), "gx": (gx,)}
    if first not in chains:
        msg = f"engine must be headgate or gx. Got {first!r} instead."
        raise InputError(msg)
    return chains[first]


def splitter() -> RowsSplitter:
    """Return what sets aside the rows that fail."""
    from headgate.adapters.duckdb_suites import DuckdbSplitter

    return DuckdbSplitter()


def data_docs(expectations: Sequence[Expectation], rows: RowsScan) -> str:
    """Return Great Expectations' own page of results, offline."""
    from headgate.adapters.gx_suites.docs import data_docs_page

    return data_docs_page(expectations, rows)


def _duckdb_suites() -> SuiteRunner:
    from headgate.adapters.duckdb_suites import DuckdbSuites

    return DuckdbSuites()


def _gx_suites() -> SuiteRunner:
    from headgate.adapters.gx_suites import GxSuites

    return GxSuites()


def trainer() -> Trainer:
    """Return what fits scikit-learn estimators."""
    from headgate.adapters.sklearn_trainer import SklearnTrainer

    return SklearnTrainer()


def loader() -> ModelLoader:
    """Return what loads models with this deployment's own trusted list."""
    from headgate.adapters.mlmodel_loader import MlmodelLoader
    from headgate.adapters.skops_models import load_estimator

    return MlmodelLoader(load_estimator)


def cost_meter() -> CostMeter:
    """Return what measures models in a process of their own."""
    from headgate.adapters.process_costs import ProcessCostMeter

    return ProcessCostMeter()


def prober() -> Prober:
    """Return what puts models to the test."""
    from headgate.adapters.sklearn_probes import SklearnProber

    return SklearnProber()


def predictions() -> PredictionReader:
    """Return what reads the predictions that a scorer made."""
    from headgate.adapters.arrow_predictions import ArrowPredictions

    return ArrowPredictions()


def scorer() -> Scorer:
    """Return what scores models with scikit-learn's metrics."""
    from headgate.adapters.sklearn_scorer import SklearnScorer

    return SklearnScorer()


def explainer(scorer: Scorer) -> Explainer:
    """Return what tells how much a model needs each of its features.

    Args:
        scorer: Measures.
    """
    from headgate.adapters.sklearn_explainer import SklearnExplainer

    return SklearnExplainer(scorer)


def pages() -> Pages:
    """Return what draws the pages that people read."""
    from headgate.adapters.plotly_pages import PlotlyPages

    return PlotlyPages()
